"""The rule about who may open, or write as, whose mailbox."""

from collections.abc import Collection, Mapping
from datetime import date

import pandas as pd

from m365audit.model.keys import mailbox_access_key
from m365audit.model.words import Actor, Right, Severity
from m365audit.rules.declare import breaches, rule, together, unjudged
from m365audit.rules.facts.addresses import domain_of, outside, owned
from m365audit.rules.facts.populations import is_guest, may_sign_in
from m365audit.rules.facts.register_matching import (
    COUNCILLOR,
    account_ids,
    current,
    day,
    in_roles,
    is_current,
    leavers,
    text,
    with_account,
)
from m365audit.rules.facts.verdicts import column, first_fault, flags, joined_few, surely
from m365audit.rules.mail.folder_access import RIGHT as OVER_FOLDER
from m365audit.rules.mail.folder_access import over_folders
from m365audit.rules.mail.mail_folders import TAKE_AWAY, added_calendars, open_to_all, with_folders

# What Exchange calls itself; a mailbox's own "self" is left out when rights are collected.
_SYSTEM = "nt authority\\"
_REMOVE = "remove the right: Exchange admin centre > Mailboxes > the mailbox > Delegation"
_DECIDE = "decide whether it is right, and until when"
_MAY: dict[str, str] = {
    Right.FULL_ACCESS: "may open the mailbox of {} and read everything in it",
    Right.SEND_AS: "may send mail in the name of {}",
    Right.SEND_ON_BEHALF: "may send mail on behalf of {}",
    OVER_FOLDER: "has rights over the mail folder {1} of {0}",
}
_SPEAKING = (str(Right.SEND_AS), str(Right.SEND_ON_BEHALF))


@rule(
    "mailbox-access-authorised",
    subject="mailbox access",
    severity="medium",
    actor="clerk",
    topic="Mailbox access",
    row_by_row=("mailbox_access", "group_members", "folder_access", "mail_folder_access"),
    helpful=("groups",),
)
def mailbox_access_authorised(  # noqa: PLR0913, PLR0917 - the evidence it looks at
    mailbox_access: pd.DataFrame,
    authorised_access: pd.DataFrame,
    accounts: pd.DataFrame,
    people: pd.DataFrame,
    domains: pd.DataFrame,
    as_of: date,
    groups: pd.DataFrame | None = None,
    group_members: pd.DataFrame | None = None,
    folder_access: pd.DataFrame | None = None,
    mail_folder_access: pd.DataFrame | None = None,
    *,
    rights: tuple[str, ...] = tuple(Right),
    mailboxes_of: tuple[str, ...] = (),
) -> pd.DataFrame:
    """Everybody who may open or write as another's mailbox is authorised to, and still one of the council's.

    Why: whoever can open a mailbox reads everything in it, and whoever can send as it speaks for its holder.
    Judged: each right given on a mailbox itself; inherited rights, denials and Exchange's own accounts are left
        out. A row of the register's sheet Mailbox access must name the same mailbox, delegate and right, have begun,
        and not have ended. A delegate that is a guest, outside the council, deleted or switched off, or somebody whose
        service has ended, is reported whatever the register says. A group is authorised as a group, and is reported
        where such a one is in it. A name that leads to nobody is not judged where somebody is authorised to the same
        right over the same mailbox. A right over a mail folder is judged in the same way; a row for a folder, or for
        full access, authorises it, and one that everybody in the council or anybody at all has is reported whatever the
        register says. Of calendars, whatever shows more than free times: such a delegate in the same way; for the Clerk
        to look at, one the register does not authorise to a folder, and what everybody may see. Rooms' calendars are
        left out, and so are folders of contacts, tasks and notes. Where Exchange does not let the audit in, Full Access
        and Send As are as a snapshot of the configuration has them that is no older than 35 days, if somebody had one
        made; who may send on behalf of whom is then not looked at.
    Fix: enter it on the register's sheet Mailbox access with reason and last day, or have it removed: Exchange admin
        centre > Mailboxes > the mailbox > Delegation.
    """
    theirs = _mailboxes_of(mailboxes_of, people, accounts, as_of) if mailboxes_of else None
    # Folders are of the mailbox one opens; a clause that asks only about sending does not look at them.
    calendars, mail = (
        (_of(folder_access, theirs), _of(mail_folder_access, theirs)) if Right.FULL_ACCESS in rights else (None, None)
    )
    given = _given(with_folders(mailbox_access, mail), accounts, (*rights, OVER_FOLDER))
    given = given if theirs is None else given[given["mailbox_id"].isin(theirs)]
    given = _with_authorisation(given, authorised_access, _ids(given, accounts, groups), as_of)
    gone = set(leavers(people, accounts, as_of)["account_id"].dropna())
    given["unfit"] = _unfit(given, accounts, owned(domains), gone)
    given["unfit"] = given["unfit"].mask(given["unfit"] == "", _unfit_inside(given, group_members, accounts, gone))
    # Exchange gave a name that leads to nobody: it may be the very one the register means.
    unknown = given["delegate_kind"].isin(["unknown"]) & given["delegate_address"].isna()
    untold = unknown & given["somebody_is"] & ~given["authorised"]
    nameless, given = given[untold], given[~untold].copy()
    given["fault"] = first_fault(
        given,
        {
            "{unfit}": given["unfit"] != "",
            "the register does not authorise it": ~given["authorised"] & given["ended"].isna(),
            "its authorisation on the register ended on {ended}": ~given["authorised"],
        },
    )
    given = _with_consequences(given, _mailboxes_of((COUNCILLOR,), people, accounts, as_of))
    broken = given[given["fault"] != ""]
    folders = [calendars, None if mail is None else added_calendars(mail)]
    return together(
        _found(broken[broken["folder"].isna()]),
        # The key names the folder; what may be done with it can become more.
        _found(broken[broken["folder"].notna()], also=("role",), extent="extent"),
        unjudged(
            nameless,
            because="the register authorises somebody, and Exchange does not tell whether it is this one",
            subject_id="key",
            subject_name="{who} on {whose}",
        ),
        together() if mail is None else open_to_all(mail, accounts),
        *(
            over_folders(rows, authorised_access, accounts, owned(domains), gone, as_of)
            for rows in folders
            if rows is not None
        ),
    )


def _of(frame: pd.DataFrame | None, mailboxes: Collection[str] | None) -> pd.DataFrame | None:
    """The rows about some mailboxes; ``None`` are all of them."""
    return frame if frame is None or mailboxes is None else frame[frame["mailbox_id"].isin(list(mailboxes))]


def _found(broken: pd.DataFrame, *, also: tuple[str, ...] = (), extent: str = "") -> pd.DataFrame:
    return breaches(
        broken,
        because="{who} {may} ({what}{as_of_then}): {fault}",
        subject_id="key",
        subject_name="{who} on {whose}",
        severity="{severity}",
        actor="{actor}",
        fix="{mend}",
        evidence=("mailbox_address", "mailbox_kind", "delegate_address", "delegate_kind", "right", *also),
        extent=extent,
    )


def _with_consequences(given: pd.DataFrame, councillors: Collection[str]) -> pd.DataFrame:
    """The rights with ``severity``, ``actor`` and ``mend``; ``councillors`` are their mailboxes."""
    unfit = given["unfit"] != ""
    high = unfit | (given["right"].isin(_SPEAKING) & given["mailbox_id"].isin(list(councillors)))
    return given.assign(
        severity=[Severity.HIGH if urgent else Severity.MEDIUM for urgent in high],
        actor=[Actor.PROVIDER if gone else Actor.CLERK for gone in unfit],
        mend=[
            (TAKE_AWAY if right == OVER_FOLDER else _REMOVE) if gone else _DECIDE
            for gone, right in zip(unfit, given["right"], strict=True)
        ],
    )


def _given(mailbox_access: pd.DataFrame, accounts: pd.DataFrame, rights: Collection[str]) -> pd.DataFrame:
    """The rights given on mailboxes themselves, with ``key``, ``who`` and ``whose``."""
    system = flags(mailbox_access, (text(name).startswith(_SYSTEM) for name in mailbox_access["delegate_name"]))
    passed_down = surely(mailbox_access["inherited"]) | surely(mailbox_access["denied"])
    asked = mailbox_access["right"].isin([str(right) for right in rights])
    given = mailbox_access[asked & ~passed_down & ~system]
    named = given["right"].where(given["folder"].isna(), "folder:" + given["folder"].astype("string"))
    parts = zip(given["mailbox_id"], given["delegate"], named, strict=True)
    given = given.assign(
        key=column(given, (mailbox_access_key(*part) for part in parts)),
        what=given["role"].fillna(given["right"]),
        extent=column(given, ({text(role)} for role in given["role"])),
        who=_called(given, accounts),
        whose=given["mailbox_name"].fillna(given["mailbox_address"]).fillna(given["mailbox_id"]),
    )
    # Two people of one name: only their addresses tell which of them may do what to the other.
    namesakes = surely(given["who"] == given["whose"])
    for name, address in (("who", "delegate_address"), ("whose", "mailbox_address")):
        told = given[name] + " (" + given[address] + ")"
        given[name] = told.where(namesakes & given[address].notna(), given[name])
    said = zip(given["right"], given["whose"], given["folder"], strict=True)
    return given.assign(
        may=column(given, (_MAY[right].format(whose, folder) for right, whose, folder in said)),
        as_of_then=column(given, map(_as_of_then, given["taken_at"])),
    )


def _as_of_then(taken_at: pd.Timestamp) -> str:
    """Words for a right that is known from a snapshot only; of one that was read just now, none."""
    return "" if pd.isna(taken_at) else f", as a snapshot of {taken_at.day} {taken_at:%B %Y} has it"


def _called(given: pd.DataFrame, accounts: pd.DataFrame) -> pd.Series:
    """What people call each delegate: Exchange often has only a sign-in name, and a number for a deleted account."""
    names = dict(zip(accounts["account_id"], accounts["display_name"], strict=True))
    known = column(given, map(names.get, given["delegate"]))
    endings = (delegate.rpartition("-")[2] for delegate in given["delegate"])
    gone = column(given, (f"a deleted account (number ending {ending})" for ending in endings))
    known = known.where(~given["delegate_kind"].isin(["deleted"]), gone)
    return known.fillna(given["delegate_name"]).fillna(given["delegate_address"]).fillna(given["delegate"])


def _mailboxes_of(roles: Collection[str], people: pd.DataFrame, accounts: pd.DataFrame, as_of: date) -> list[str]:
    return list(with_account(in_roles(current(people, as_of), roles), accounts)["account_id"].dropna())


def _ids(given: pd.DataFrame, accounts: pd.DataFrame, groups: pd.DataFrame | None) -> dict[str, str]:
    """What the register may call a mailbox or a delegate, to its id; a group's name only where no two share it."""
    is_group = given["delegate_kind"].isin(["group"])
    called = [
        given[["mailbox_address", "mailbox_id"]],
        given[["delegate_address", "delegate"]],
        given.loc[is_group, ["delegate_name", "delegate"]],
    ]
    if groups is not None:
        called += [groups[["mail", "group_id"]], groups[["display_name", "group_id"]]]
    names: dict[str, set[str]] = {}
    for frame in called:
        for name, key in frame.dropna().itertuples(index=False):
            names.setdefault(text(name), set()).add(key)
    return {name: next(iter(keys)) for name, keys in names.items() if len(keys) == 1} | account_ids(accounts)


def _with_authorisation(given: pd.DataFrame, rows: pd.DataFrame, ids: Mapping[str, str], as_of: date) -> pd.DataFrame:
    """The rights with ``authorised``; with ``ended``, when an authorisation that no longer holds did.

    ``somebody_is`` says whether anybody at all is authorised to that right over that mailbox.
    """

    def key(mailbox: object, delegate: object, right: object) -> tuple[str, ...]:
        return (*(text(ids.get(text(name), name)) for name in (mailbox, delegate)), text(right))

    in_force: set[tuple[str, ...]] = set()
    ended: dict[tuple[str, ...], date] = {}
    for row, holds in zip(rows.to_dict("records"), is_current(rows, as_of), strict=True):
        authorised, until = key(row["mailbox"], row["delegate"], row["right"]), day(row["until"])
        if holds:
            in_force.add(authorised)
        elif until is not None and until < as_of:
            ended[authorised] = max(until, ended.get(authorised, until))
    keys = [key(*part) for part in zip(given["mailbox_id"], given["delegate"], given["right"], strict=True)]
    last = column(given, map(ended.get, keys))
    open_to = {(mailbox, right) for mailbox, _, right in in_force}
    return given.assign(
        authorised=flags(given, (k in in_force or _covers_folder(k) in in_force for k in keys)),
        ended=last,
        somebody_is=flags(given, ((mailbox, right) in open_to for mailbox, _, right in keys)),
    )


def _covers_folder(key: tuple[str, ...]) -> tuple[str, ...]:
    """The right that covers another: who may open all of a mailbox may open a folder of it."""
    mailbox, delegate, right = key
    return mailbox, delegate, str(Right.FULL_ACCESS) if right == OVER_FOLDER else right


def _unfit(given: pd.DataFrame, accounts: pd.DataFrame, own: frozenset[str], leaver_ids: Collection[str]) -> pd.Series:
    """What makes a delegate one that no authorisation can cover; empty where nothing does."""
    kind, delegate = given["delegate_kind"], given["delegate"]
    return first_fault(
        given,
        {
            "that account no longer exists": kind.isin(["deleted"]),
            "that is a guest": kind.isin(["guest"]) | delegate.isin(accounts.loc[is_guest(accounts), "account_id"]),
            "that address is outside the council": outside(domain_of(given["delegate_address"]), own),
            "their service with the council has ended": delegate.isin(list(leaver_ids)),
            "that account is switched off": delegate.isin(accounts.loc[~may_sign_in(accounts), "account_id"]),
        },
    )


def _unfit_inside(
    given: pd.DataFrame, group_members: pd.DataFrame | None, accounts: pd.DataFrame, leaver_ids: Collection[str]
) -> pd.Series:
    """Who in a group that is a delegate is one no authorisation can cover; empty where nobody is."""
    if group_members is None:
        return column(given, [""] * len(given))
    what = {
        "a guest": is_guest(accounts),
        "service ended": accounts["account_id"].isin(list(leaver_ids)),
        "switched off": ~may_sign_in(accounts),
    }
    said = first_fault(accounts, {f"{{display_name}} ({why})": holds for why, holds in what.items()})
    unfit = dict(zip(accounts["account_id"], said, strict=True))
    inside = group_members[group_members["relation"].isin(["member"])]
    inside = inside.assign(said=column(inside, (unfit.get(member, "") for member in inside["member_id"])))
    by_group = inside[inside["said"] != ""].groupby("group_id")["said"].agg(joined_few).to_dict()
    named = column(given, (by_group.get(delegate, "") for delegate in given["delegate"]))
    return column(given, (f"the group lets in {names}" if names else "" for names in named))
