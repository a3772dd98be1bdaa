"""Rows of the register in force that name nothing this run found in the tenant."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote

import pandas as pd

from m365audit.engine.judging.inputs import Inputs
from m365audit.engine.judging.judge import reasons
from m365audit.model.months import Match, RegisterNote
from m365audit.register import SHEETS
from m365audit.rules.apps.app_reach import names_of
from m365audit.rules.facts.addresses import domain_of
from m365audit.rules.facts.populations import is_guest
from m365audit.rules.facts.register_matching import account_ids, current, listed, text
from m365audit.rules.facts.traces import guest_addresses
from m365audit.rules.facts.verdicts import column, flags, surely
from m365audit.rules.files.shares import ANYONE, covered, live
from m365audit.rules.mail.folder_access import RIGHT as FOLDER

Row = Mapping[str, Any]
_FOLDERS = ("folder_access", "mail_folder_access")
"""Data sets of rights over single folders."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What a row speaks of, in words; whether it is there; and the data sets that would tell."""

    words: str
    found: bool
    told_by: tuple[str, ...]
    about: str = ""
    """Scope in which alone it could be, where that is known; gaps of other scopes of its kind are no concern of it."""
    doubt: str = ""


def register_notes(inputs: Inputs) -> tuple[RegisterNote, ...]:
    """The rows in force that name nothing there, or of which that cannot be told; in the order of the register."""
    if inputs.register is None:
        return ()
    there = _There(inputs)
    sheets = [sheet for sheet in SHEETS if sheet.name in _LOOKED_UP]
    return tuple(note for sheet in sheets for note in _notes(sheet.name, sheet.title, there))


def _notes(name: str, title: str, there: "_There") -> Iterator[RegisterNote]:
    rows = (there.inputs.register or {})[name]
    rows = current(rows, there.inputs.as_of) if "until" in rows else rows
    for row in rows.to_dict("records"):
        said = _LOOKED_UP[name](there, {str(key): value for key, value in row.items()})
        if not said.found:
            why = said.doubt or _why_untold(said, there.inputs)
            yield RegisterNote(title, int(row["row"]), said.words, Match.UNKNOWN if why else Match.GONE, why)


def _why_untold(said: _Said, inputs: Inputs) -> str:
    gaps = [
        gap
        for name in said.told_by
        for gap in inputs.for_judging(name).gaps
        if not (said.about and gap.scope.partition(":")[0] == said.about.partition(":")[0] and gap.scope != said.about)
    ]
    return f"{reasons(gaps)}." if gaps else ""


class _There:
    """What is in the tenant, by every name the register may use. Nothing is read before it is asked for."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs = inputs

    @cached_property
    def ids(self) -> dict[str, str]:
        """Name to object id, of accounts before groups."""
        groups = self.inputs.frame("groups")
        named = pd.concat([groups[["mail", "group_id"]].set_axis(["n", "i"], axis=1), _named_groups(groups)]).dropna()
        return {text(n): str(i) for n, i in zip(named["n"], named["i"], strict=True)} | account_ids(
            self.inputs.frame("accounts")
        )

    def key(self, name: object) -> str:
        """What a name leads to, else the name itself."""
        return self.ids.get(text(name), text(name))

    @cached_property
    def mailbox_rights(self) -> frozenset[tuple[str, str, str]]:
        """Mailbox, delegate and right of everything granted, by object id where there is one, and by address."""
        given = self.inputs.frame("mailbox_access")
        given = given[~surely(given["denied"])]
        folders = [self.inputs.frame(name).assign(right=FOLDER) for name in _FOLDERS]
        return frozenset(
            (text(self.key(mailbox)), text(self.key(delegate)), text(row["right"]))
            for frame in (given, *folders)
            for row in frame.to_dict("records")
            for mailbox in _both(row["mailbox_id"], row["mailbox_address"])
            for delegate in _both(row["delegate"], row["delegate_address"], row["delegate_name"])
        )

    @cached_property
    def nameless(self) -> frozenset[tuple[str, str]]:
        """Mailbox and right where Exchange gave a delegate's name that leads to nobody."""
        given = self.inputs.frame("mailbox_access")
        given = given[given["delegate_kind"].isin(["unknown"]) & given["delegate_address"].isna()]
        return frozenset((text(m), text(r)) for m, r in zip(given["mailbox_id"], given["right"], strict=True))

    @cached_property
    def shares(self) -> pd.DataFrame:
        """What is shared, with ``names``: everybody it lets in, as the register may call them."""
        shares = live(self.inputs.frame("sharing"), self.inputs.as_of)
        addresses = [shares["grantee_address"], shares["invited_address"]]
        called = [*addresses, *map(domain_of, addresses)]
        open_ = shares["link_scope"].isin(["anonymous"])
        names = [
            {text(name) for name in said if text(name)} | ({ANYONE} if anyone else set())
            for *said, anyone in zip(*called, open_, strict=True)
        ]
        return shares.assign(names=column(shares, names))

    @cached_property
    def guests(self) -> frozenset[str]:
        """Addresses of guests, and the domains of these."""
        known = guest_addresses(self.inputs.frame("accounts"))["address"]
        return frozenset({*known, *domain_of(known).dropna()})

    @cached_property
    def apps(self) -> frozenset[str]:
        """What apps may be called."""
        columns = ["app_id", "principal_id", "name"]
        rows = self.inputs.frame("service_principals")[columns].to_dict("records")
        return frozenset(text(name) for row in rows for name in names_of(row) if text(name))

    @cached_property
    def providers(self) -> frozenset[str]:
        """Tenants of partners, and what the members of this tenant go by."""
        accounts = self.inputs.frame("accounts")
        partners = map(text, self.inputs.frame("partners")["partner_tenant"])
        return frozenset({*partners, *account_ids(accounts[~is_guest(accounts)])})

    @cached_property
    def rooms(self) -> frozenset[str]:
        """What a group or its site may be called."""
        groups, sites = self.inputs.frame("groups"), self.inputs.frame("group_sites")
        said = [groups[name] for name in ("display_name", "mail", "group_id")]
        said += [sites[name] for name in ("site_name", "site_url")]
        return frozenset(_plain(cell) for cells in said for cell in cells) - {""}


def _named_groups(groups: pd.DataFrame) -> pd.DataFrame:
    """Groups by the names no two of them share."""
    single = groups[~groups["display_name"].duplicated(keep=False)]
    return single[["display_name", "group_id"]].set_axis(["n", "i"], axis=1)


def _both(*names: object) -> Iterable[object]:
    return [name for name in names if text(name)]


def _plain(cell: object) -> str:
    return unquote(text(cell)).rstrip("/")


def _other_account(there: _There, row: Row) -> _Said:
    return _Said(f"{row['account']} ({row['kind']})", text(row["account"]) in there.ids, ("accounts",))


def _mailbox_access(there: _There, row: Row) -> _Said:
    mailbox, delegate, right = there.key(row["mailbox"]), there.key(row["delegate"]), text(row["right"])
    found = (text(mailbox), text(delegate), text(right)) in there.mailbox_rights
    doubt = ""
    if (text(mailbox), right) in there.nameless:
        doubt = "Exchange names somebody there whom it does not tell apart."
    rights = _FOLDERS if right == FOLDER else ("mailbox_access",)
    words = f"{row['delegate']}: {row['right']} on {row['mailbox']}"
    return _Said(words, found, (*rights, "accounts", "groups"), f"mailbox:{mailbox}", "" if found else doubt)


def _accepted_sharing(there: _There, row: Row) -> _Said:
    names = {name.removeprefix("@") for name in listed(row["shared_with"])}
    shares = there.shares
    shares = shares[flags(shares, (not names.isdisjoint(said) for said in shares["names"]))]
    place = pd.DataFrame({"location": row["location"], "shared_with": sorted(names)}, dtype=object)
    # Whom each lets in is decided above; what is left is the place.
    named = [column(shares, [name] * len(shares)) for name in sorted(names)]
    found = bool(len(shares)) and bool(covered(shares, place, *named).any())
    words = f"{row['shared_with']} at {row['location']}"
    return _Said(words, found or not names.isdisjoint(there.guests), ("sharing", "accounts"))


def _third_party(there: _There, row: Row) -> _Said:
    names = {name.removeprefix("@") for name in listed(row["identifier"])}
    places, told_by = {
        "app": (there.apps, ("service_principals",)),
        "guest": (there.guests, ("accounts",)),
        "provider": (
            there.providers | there.guests | there.apps,
            ("partners", "accounts", "service_principals"),
        ),
    }[text(row["kind"])]
    return _Said(f"{row['organisation']} ({row['kind']} {row['identifier']})", not names.isdisjoint(places), told_by)


def _site_access(there: _There, row: Row) -> _Said:
    words = f"{row['role_or_account']} in {row['site']}"
    return _Said(words, _plain(row["site"]) in there.rooms, ("groups", "group_sites"))


_LOOKED_UP: Mapping[str, Callable[[_There, Row], _Said]] = {
    "other_accounts": _other_account,
    "authorised_access": _mailbox_access,
    "accepted_sharing": _accepted_sharing,
    "third_parties": _third_party,
    "site_access": _site_access,
}
