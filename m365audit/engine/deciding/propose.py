"""Rows for a council's register, from what is in its tenant: each for a person to confirm, none of them approved."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import pandas as pd

from m365audit.engine.deciding.person_names import Called, called, is_for_emergencies, is_of_provider
from m365audit.model.tenant import Tenant
from m365audit.model.words import Right
from m365audit.register.read import WAITING
from m365audit.register.sheets import CONFIRM, SHEETS
from m365audit.rules.apps.app_reach import far_reaching
from m365audit.rules.facts.addresses import CONSUMER, domain_of, owned
from m365audit.rules.facts.populations import is_guest, is_synchroniser, may_sign_in, with_mailbox
from m365audit.rules.facts.register_matching import account_ids, listed, text
from m365audit.rules.facts.traces import guest_addresses
from m365audit.rules.facts.verdicts import flags, surely
from m365audit.rules.files.shares import live

Cells = dict[str, Any]
"""One row: heading to cell."""

_SHARED_FOR = timedelta(days=184)
"""The longest the council may accept sharing for at a time."""
_EXCHANGE_ITSELF = "nt authority\\"
_RIGHTS = {str(right): str(right).capitalize() for right in Right}
_ROOMS = ("room", "equipment")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What proposals are made from; ``None`` for what could not be read, or was not looked for."""

    accounts: pd.DataFrame
    mailbox_settings: pd.DataFrame | None = None
    mailboxes: pd.DataFrame | None = None
    mailbox_access: pd.DataFrame | None = None
    groups: pd.DataFrame | None = None
    domains: pd.DataFrame | None = None
    partners: pd.DataFrame | None = None
    service_principals: pd.DataFrame | None = None
    app_grants: pd.DataFrame | None = None
    sharing: pd.DataFrame | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """Rows by the title of their sheet, and sentences about what is not proposed."""

    rows: Mapping[str, list[Cells]]
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many rows each sheet gets; only sheets that get any."""
        return {title: len(rows) for title, rows in self.rows.items() if rows}


def propose(evidence: Evidence, tenant: Tenant, register: Mapping[str, pd.DataFrame] | None, as_of: date) -> Proposal:
    """What the register lacks of what is there. Rows that wait to be confirmed already are not proposed again."""
    return _Proposer(evidence, tenant, register or {}, as_of).proposal()


@dataclass
class _Proposer:
    evidence: Evidence
    tenant: Tenant
    register: Mapping[str, pd.DataFrame]
    as_of: date
    notes: list[str] = field(default_factory=list)

    def proposal(self) -> Proposal:
        rows: dict[str, list[Cells]] = {sheet.title: [] for sheet in SHEETS}
        for title, cells in (*self._accounts(), *self._guests(), *self._apps(), *self._providers()):
            rows[title].append(cells)
        rows["Mailbox access"] = self._mailbox_access()
        rows["Accepted sharing"] = self._sharing()
        return Proposal(
            {title: [_to_confirm(cells) for cells in found] for title, found in rows.items()}, tuple(self.notes)
        )

    @cached_property
    def _ids(self) -> dict[str, str]:
        """Every name of an account or group to its id."""
        groups = self.evidence.groups
        ids = (
            {}
            if groups is None
            else {
                text(name): str(group)
                for column in ("display_name", "mail", "group_id")
                for name, group in zip(groups[column], groups["group_id"], strict=True)
                if text(name)
            }
        )
        return ids | account_ids(self.evidence.accounts)

    def _known(self, sheet: str, *names: str) -> Iterator[tuple[str, ...]]:
        """Cells of a sheet's rows as they are compared, those that wait to be confirmed included."""
        frame = self.register.get(sheet)
        if frame is None:
            return
        for row in (*frame.to_dict("records"), *frame.attrs.get(WAITING, ())):
            yield tuple(_plain(row[name]) for name in names)

    @cached_property
    def _explained(self) -> frozenset[str]:
        """Object ids of the accounts the register speaks of."""
        cells = [*self._known("people", "account"), *self._known("other_accounts", "account"), *self._parties]
        return frozenset(self._ids[name] for (name,) in cells if name in self._ids)

    @cached_property
    def _parties(self) -> frozenset[tuple[str]]:
        """Everything the sheet Third parties names, one by one."""
        cells = self._known("third_parties", "identifier")
        return frozenset((one.strip().removeprefix("@"),) for (cell,) in cells for one in cell.split(";"))

    def _accounts(self) -> Iterator[tuple[str, Cells]]:
        members = self.evidence.accounts[~is_guest(self.evidence.accounts)]
        members = members[~is_synchroniser(members) & ~members["account_id"].isin(list(self._explained))]
        members = with_mailbox(members, self.evidence.mailbox_settings, self.evidence.mailboxes)
        enabled = may_sign_in(members)
        for account, is_live in zip(members.to_dict("records"), enabled, strict=True):
            named = {str(name): value for name, value in account.items()}
            if row := self._account(named, is_live=bool(is_live)):
                yield row

    def _account(self, account: Mapping[str, Any], *, is_live: bool) -> tuple[str, Cells] | None:
        """The sheet and row for a member account; ``None`` for one that is switched off."""
        address, name = str(account["user_principal_name"]), _shown(account["display_name"])
        purpose = _shown(account["purpose"])
        if purpose in _ROOMS or account["resource_account"] is True:
            return "Other accounts", {"Account": address, "Kind": "room", "Purpose": name}
        who = called(name, _shown(account["given_name"]), _shown(account["surname"]), _shown(account["job_title"]))
        if purpose == "shared":
            gone = f"{name}: if this person has left, enter them on the sheet People instead" if who else name
            return "Other accounts", {"Account": address, "Kind": "shared mailbox", "Purpose": gone}
        if not is_live:
            return None
        if is_of_provider(name, self.tenant.provider):
            party = {"Organisation": self.tenant.provider, "Kind": "provider", "Identifier": address}
            return "Third parties", party | {"Scope": f"Account {name}"}
        return _person_or_other(address, name, who, has_mailbox=account["has_mailbox"])

    def _mailbox_access(self) -> list[Cells]:
        given = self.evidence.mailbox_access
        if given is None:
            return []
        system = flags(given, (text(name).startswith(_EXCHANGE_ITSELF) for name in given["delegate_name"]))
        given = given[~surely(given["inherited"]) & ~surely(given["denied"]) & ~system]
        fit = given["delegate"].isin(list(self._fit)) & ~given["delegate_kind"].isin(["deleted", "guest"])
        if unfit := int((~fit).sum()):
            words = "right is" if unfit == 1 else "rights are"
            self.notes.append(
                f"{unfit} {words} held by somebody no authorisation can cover (a guest, an account that is gone or "
                "switched off, or a name nobody answers to): the audit reports them"
            )
        known = {self._key(*cells) for cells in self._known("authorised_access", "mailbox", "delegate", "right")}
        rows = [self._right({str(name): value for name, value in row.items()}) for row in given[fit].to_dict("records")]
        return [row for row in rows if self._key(row["Mailbox"], row["Delegate"], row["Right"]) not in known]

    @cached_property
    def _fit(self) -> frozenset[str]:
        """Ids of accounts that are members and switched on, and of groups."""
        accounts, groups = self.evidence.accounts, self.evidence.groups
        members = accounts.loc[~is_guest(accounts) & may_sign_in(accounts), "account_id"]
        return frozenset({*members, *([] if groups is None else groups["group_id"])})

    @cached_property
    def _names(self) -> Mapping[str, str]:
        """Id of an account or group to the name the register would give it."""
        accounts, groups = self.evidence.accounts, self.evidence.groups
        names = dict(zip(accounts["account_id"], accounts["user_principal_name"], strict=True))
        if groups is not None:
            called_by = groups["mail"].fillna(groups["display_name"])
            names |= dict(zip(groups["group_id"], called_by, strict=True))
        return names

    def _right(self, row: Mapping[str, Any]) -> Cells:
        mailbox = _shown(row["mailbox_address"]) or _shown(self._names.get(row["mailbox_id"]))
        return {"Mailbox": mailbox, "Delegate": str(self._names[row["delegate"]]), "Right": _RIGHTS[row["right"]]}

    def _key(self, mailbox: str, delegate: str, right: str) -> tuple[str, str, str]:
        return self._ids.get(text(mailbox), text(mailbox)), self._ids.get(text(delegate), text(delegate)), text(right)

    def _guests(self) -> Iterator[tuple[str, Cells]]:
        """One row for each organisation that guests come from; people with private addresses are nobody's."""
        accounts = self.evidence.accounts
        guests = accounts[is_guest(accounts) & may_sign_in(accounts)]
        addresses = guest_addresses(guests)
        addresses = addresses.assign(domain=domain_of(addresses["address"]))
        named = {name for (name,) in self._parties} | self._officially_elsewhere
        explained = addresses[addresses["address"].isin(list(named)) | addresses["domain"].isin(list(named))]
        left = addresses[~addresses["account_id"].isin(list(explained["account_id"]))].drop_duplicates("account_id")
        outside = left[~left["domain"].isin(list(self._anybodys | self._own))]
        if private := len(left[left["domain"].isin(list(self._anybodys))]):
            words = "guest has a private address and is" if private == 1 else "guests have private addresses and are"
            self.notes.append(f"{private} {words} not proposed: whose each is, the council has to say")
        for domain, number in sorted(Counter(outside["domain"].dropna()).items()):
            scope = "1 guest" if number == 1 else f"{number} guests"
            yield "Third parties", {"Organisation": domain, "Kind": "guest", "Identifier": domain, "Scope": scope}

    @cached_property
    def _officially_elsewhere(self) -> frozenset[str]:
        people = self.register.get("people")
        if people is None:
            return frozenset()
        return frozenset(address for cell in people["other_official_addresses"] for address in listed(cell))

    @cached_property
    def _anybodys(self) -> frozenset[str]:
        """Domains anybody can have an address at: mail services, and wherever the council's own people have theirs."""
        cells = [cell for (cell,) in self._known("people", "private_addresses")]
        return CONSUMER | {one.strip().rpartition("@")[2] for cell in cells for one in cell.split(";") if "@" in one}

    @cached_property
    def _own(self) -> frozenset[str]:
        domains = self.evidence.domains
        return frozenset(self.tenant.domains) | (frozenset() if domains is None else owned(domains))

    def _apps(self) -> Iterator[tuple[str, Cells]]:
        apps, grants = self.evidence.service_principals, self.evidence.app_grants
        if apps is None or grants is None:
            return
        reaching = far_reaching(apps, grants)
        for app in reaching[surely(reaching["origin"] == "third party")].to_dict("records"):
            if not {(text(app[name]),) for name in ("app_id", "principal_id", "name")} & self._parties:
                name, publisher = _shown(app["name"]) or str(app["app_id"]), _shown(app["publisher"])
                cells = {"Organisation": publisher or name, "Kind": "app", "Identifier": str(app["app_id"])}
                yield "Third parties", cells | {"Scope": f"{name}: reaches {app['reach']}"}

    def _providers(self) -> Iterator[tuple[str, Cells]]:
        if self.evidence.partners is None:
            return
        partners = self.evidence.partners
        for name in sorted(partners.loc[surely(partners["service_provider"]), "partner_tenant"].dropna()):
            if (text(name),) not in self._parties:
                organisation = f"the organisation with the tenant id {name}"
                cells = {"Organisation": organisation, "Kind": "provider", "Identifier": str(name)}
                yield "Third parties", cells | {"Scope": "Provides services of the tenant, as Microsoft has it"}

    def _sharing(self) -> list[Cells]:
        """One row for each organisation something is shared with: each share is for the audit to list."""
        if self.evidence.sharing is None:
            return []
        shares = live(self.evidence.sharing, self.as_of)
        addresses = shares["grantee_address"].fillna(shares["invited_address"])
        domains = Counter(domain_of(addresses).dropna())
        known = {name.removeprefix("@") for (name,) in self._known("accepted_sharing", "shared_with")}
        until = self.as_of + _SHARED_FOR
        return [
            {"Location": "anywhere", "Shared with": domain, "Until": until}
            for domain in sorted(domains)
            if domain not in self._anybodys | self._own | known
        ]


def _person_or_other(address: str, name: str, who: Called | None, *, has_mailbox: object) -> tuple[str, Cells]:
    if who and has_mailbox is True:
        return "People", {"Name": who.name, "Role": who.role, "Account": address}
    if is_for_emergencies(name, address):
        return "Other accounts", {"Account": address, "Kind": "break-glass", "Purpose": name}
    if who or has_mailbox is True:
        # It may be a person's, or several people's: somebody has to say what it is.
        return "Other accounts", {"Account": address, "Kind": None, "Purpose": name}
    return "Other accounts", {"Account": address, "Kind": "service", "Purpose": name}


def _to_confirm(cells: Cells) -> Cells:
    first = next(iter(cells))
    return {**cells, first: f"{CONFIRM}{cells[first]}"}


def _in_order(cells: Cells) -> tuple[str, ...]:
    return tuple(text(cell) for cell in cells.values())


def _shown(cell: Any) -> str:  # noqa: ANN401 - a cell can hold anything
    return "" if pd.isna(cell) else str(cell).strip()


def _plain(cell: Any) -> str:  # noqa: ANN401 - a cell can hold anything
    words = "; ".join(map(text, cell)) if isinstance(cell, list) else text(cell)
    return words.removeprefix(text(CONFIRM)).strip()
