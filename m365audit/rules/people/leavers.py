"""The rule about people whose service has ended."""

from datetime import date

import pandas as pd

from m365audit.model.words import SubjectKind
from m365audit.rules.declare import breaches, rule, together, unjudged
from m365audit.rules.facts.addresses import outside, owned
from m365audit.rules.facts.licences import has_plan
from m365audit.rules.facts.moments import is_older
from m365audit.rules.facts.populations import may_sign_in, with_mailbox
from m365audit.rules.facts.register_matching import claims, each_listed, is_ended, leavers, official_elsewhere, texts
from m365audit.rules.facts.traces import (
    as_guest,
    in_administering,
    in_consents,
    in_folders,
    in_forwards,
    in_groups,
    in_mailbox_access,
    in_sharing,
)
from m365audit.rules.facts.verdicts import column, every_fault, joined_few, surely
from m365audit.rules.people.admin_roles import PLANS_WITH_ELIGIBLE, eligible_left_open


@rule(
    "leaver-access-removed",
    subject="account",
    severity="high",
    actor="provider",
    topic="Leavers",
    row_by_row=(
        *("mailbox_settings", "mailbox_access", "forwards", "sharing"),
        *("group_members", "role_members", "eligible_roles", "app_grants", "folder_access", "mail_folder_access"),
    ),
    # Without Entra ID P2 there are no roles to take up; over mail folders only accounts of the tenant can be let in.
    helpful=("mailbox_settings", "mailboxes", "groups", "eligible_roles", "licences", "mail_folder_access"),
    adds=("mail_folder_access",),
)
def leaver_access_removed(  # noqa: PLR0913, PLR0917 - the evidence it looks at
    people: pd.DataFrame,
    accounts: pd.DataFrame,
    domains: pd.DataFrame,
    as_of: date,
    mailbox_settings: pd.DataFrame | None = None,
    mailboxes: pd.DataFrame | None = None,
    mailbox_access: pd.DataFrame | None = None,
    forwards: pd.DataFrame | None = None,
    sharing: pd.DataFrame | None = None,
    group_members: pd.DataFrame | None = None,
    role_members: pd.DataFrame | None = None,
    app_grants: pd.DataFrame | None = None,
    groups: pd.DataFrame | None = None,
    eligible_roles: pd.DataFrame | None = None,
    folder_access: pd.DataFrame | None = None,
    mail_folder_access: pd.DataFrame | None = None,
    licences: pd.DataFrame | None = None,
    *,
    grace_days: int = 30,
) -> pd.DataFrame:
    """Nobody whose service has ended can still reach the council's data.

    Why: an account nobody watches is the easiest to misuse, and confidence binds a person after office, not a password.
    Judged: everybody on the register's sheet People whose last day is past and who has not come back to the same
        account. Nothing of these may remain: sign-in; sessions begun before the last day; a licence more than 30 days
        after it; rights over other mailboxes, their folders and calendars; mail sent on to the person, or out of the
        council from the old mailbox; files or folders shared with the person; a place in a group; an administrator
        role, held or to be taken up; apps that act for the person; a guest account under a private address. A mailbox
        made into a shared one, with sign-in switched off, is in order, and so is an account that has passed to a
        successor; where it could not be read what the mailbox is for, sessions and licence are left open. Where no
        account is left, what remains under the old or a private address counts.
    Fix: Microsoft 365 admin centre > Users > the account > Block sign-in, Sign out of all sessions; then take away
        licence, rights, forwarding, shares, groups, roles and guest account. Keep the mailbox as a shared one where it
        is needed.
    """
    gone = with_mailbox(leavers(people, accounts, as_of), mailbox_settings, mailboxes)
    marks = _marks(gone, people, accounts, as_of)
    names, strange = set(marks["name"]), marks[~marks["own"]]
    nowhere: dict[str, list[pd.DataFrame]] = {"rights": [], "mail": [], "shares": []}
    roles = [frame for frame in (role_members, eligible_roles) if frame is not None]
    reached = nowhere | _belongings(names, group_members, roles, app_grants, groups)
    reached["guest"] = [as_guest(accounts, set(strange["name"]))]
    if mailbox_access is not None:
        reached["rights"] += [in_mailbox_access(mailbox_access, names)]
    folders = [frame for frame in (folder_access, mail_folder_access) if frame is not None]
    reached["rights"] += [in_folders(frame, names) for frame in folders]
    if forwards is not None:
        reached["mail"] = [in_forwards(forwards, set(strange["name"])), _sent_out(forwards, marks, owned(domains))]
    if sharing is not None:
        reached["shares"] = [in_sharing(sharing, names, as_of)]
    gone = gone.assign(**{what: _listed(gone, marks, places) for what, places in reached.items()})
    remains = _what_remains(gone, as_of, grace_days)
    gone["remains"] = every_fault(gone, {said: holds for said, _, holds in remains})
    gone["mend"] = every_fault(gone, {mend: holds for _, mend, holds in remains})
    in_doubt = pd.concat([holds for _, _, holds in remains], axis=1).isna().any(axis=1) & (gone["remains"] == "")
    gone["key"] = gone["account_id"].fillna(gone["person"])
    gone["kind"] = [SubjectKind.PERSON if missing else SubjectKind.ACCOUNT for missing in gone["account_id"].isna()]
    may_be_eligible = licences is None or has_plan(licences, PLANS_WITH_ELIGIBLE)
    return together(
        eligible_left_open() if eligible_roles is None and may_be_eligible and len(gone) else together(),
        breaches(
            gone[gone["remains"] != ""],
            because="the service of {name} ({role}) ended on {ended}, but there remain: {remains}",
            subject="{kind}",
            subject_id="key",
            subject_name="{name}",
            fix="{mend}: Microsoft 365 admin centre > Users > Active users > the account",
            evidence=("account", "ended", "user_principal_name", "sessions_valid_from", "purpose"),
        ),
        unjudged(
            gone[in_doubt],
            because="whether the mailbox left behind is a shared one could not be read",
            subject="{kind}",
            subject_id="key",
            subject_name="{name}",
        ),
    )


def _what_remains(gone: pd.DataFrame, as_of: date, grace_days: int) -> tuple[tuple[str, str, pd.Series], ...]:
    """What a leaver may still have: as it is said, how it is taken away, and where it is so."""
    there, open_ = gone["account_id"].notna(), may_sign_in(gone)
    ended = pd.to_datetime(gone["ended"], utc=True)
    # Whether it is a shared mailbox may be unknown; then so is what a shared one may keep.
    shared = gone["purpose"].isin(["shared"]).astype("boolean").where(gone["purpose"].notna()) & gone["has_mailbox"]
    personal = there & (open_ | ~shared)
    licensed = personal & (gone["licences"].list.len().fillna(0) > 0) & is_older(ended, as_of, grace_days)
    return (
        ("sign-in to the account", "block sign-in", there & open_),
        ("sessions begun before then", "sign out all sessions", personal & surely(gone["sessions_valid_from"] < ended)),
        ("a licence", "take back the licence (a mailbox still needed becomes a shared one first)", licensed),
        (
            "rights over mailboxes or folders ({rights})",
            "remove the rights over mailboxes and folders",
            gone["rights"] != "",
        ),
        ("mail sent on ({mail})", "stop the mail being sent on", gone["mail"] != ""),
        ("shared files or folders ({shares})", "stop the sharing", gone["shares"] != ""),
        ("places in groups ({groups})", "take the account out of the groups", gone["groups"] != ""),
        ("administrator roles ({roles})", "take away the roles", gone["roles"] != ""),
        ("apps that act for the person ({apps})", "take back what the apps were allowed", gone["apps"] != ""),
        ("a guest account ({guest})", "delete the guest account", gone["guest"] != ""),
    )


def _belongings(
    names: set[str],
    group_members: pd.DataFrame | None,
    roles: list[pd.DataFrame],
    app_grants: pd.DataFrame | None,
    groups: pd.DataFrame | None,
) -> dict[str, list[pd.DataFrame]]:
    """Where the leavers still are in the directory; what could not be read is left out."""
    return {
        "groups": [] if group_members is None else [in_groups(group_members, groups, names)],
        "roles": [in_administering(given, names) for given in roles],
        "apps": [] if app_grants is None else [in_consents(app_grants, names)],
    }


def _marks(gone: pd.DataFrame, people: pd.DataFrame, accounts: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """What each leaver may be found by.

    Columns: ``name`` (as it is compared), ``leaver`` (index of ``gone``), ``own`` (a name of an account that is there).
    """
    serving = people[~is_ended(people, as_of)]
    spared = official_elsewhere(people) | set(each_listed(serving, "private_addresses")["address"])
    leaver = gone.assign(leaver=gone.index)
    own = claims(accounts).merge(leaver[["account_id", "leaver"]].dropna(), on="account_id")
    orphans = leaver[leaver["account_id"].isna() & ~leaver["passed_on"]]
    pieces = [
        own[["name", "leaver"]].assign(own=True),
        orphans[["leaver"]].assign(name=texts(orphans["account"]), own=False),
        each_listed(leaver, "private_addresses", spared)[["address", "leaver"]].set_axis(["name", "leaver"], axis=1),
    ]
    marks = pd.concat([piece.astype(object) for piece in pieces], ignore_index=True)
    marks = marks[marks["name"] != ""].assign(own=surely(marks["own"]))
    return marks.drop_duplicates(["name", "leaver"])


def _sent_out(forwards: pd.DataFrame, marks: pd.DataFrame, own: frozenset[str]) -> pd.DataFrame:
    """Routes out of the council that start at a leaver's own mailbox; as the functions of ``traces``."""
    out = forwards[surely(forwards["enabled"]) & outside(forwards["target_domain"].str.lower(), own)]
    out = out.assign(name=texts(out["mailbox_id"]), key=out["mailbox_id"], label="to " + out["target_address"])
    return out.loc[out["name"].isin(marks.loc[marks["own"], "name"]), ["name", "key", "label"]]


def _listed(gone: pd.DataFrame, marks: pd.DataFrame, places: list[pd.DataFrame]) -> pd.Series:
    """The places each leaver turns up at, in words; empty where none."""
    if not places:
        return pd.Series("", index=gone.index, dtype=object)
    every = pd.concat([piece.astype(object) for piece in places], ignore_index=True)
    named = every.merge(marks, on="name").groupby("leaver")["label"].agg(joined_few).to_dict()
    return column(gone, (named.get(leaver, "") for leaver in gone.index))
