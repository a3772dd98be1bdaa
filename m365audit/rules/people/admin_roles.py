"""The rule about who administers the tenant."""

from collections.abc import Hashable, Mapping
from datetime import date
from typing import Any, Final

import pandas as pd

from m365audit.model.privileges import GLOBAL_ADMINISTRATOR
from m365audit.model.words import Actor, Result, Severity, SubjectKind
from m365audit.rules.declare import breaches, rule, together, unjudged
from m365audit.rules.facts.licences import has_plan
from m365audit.rules.facts.populations import is_guest, is_nobodys, may_sign_in, with_mailbox
from m365audit.rules.facts.register_matching import COUNCILLOR, current, in_roles, with_account
from m365audit.rules.facts.verdicts import column, first_fault, flags, joined, surely

FEWEST, MOST = 2, 4
"""Accounts that may do everything: fewer, and one mishap locks the council out; more are more to lose."""

PLANS_WITH_ELIGIBLE: Final = ("AAD_PREMIUM_P2", "Entra_Identity_Governance")
_COUNT_KEY = "roles.globalAdministrators"


@rule(
    "admin-roles-justified",
    subject="account",
    severity="medium",
    actor="clerk",
    topic="IT provider access",
    helpful=("eligible_roles", "mailbox_settings", "mailboxes"),
)
def admin_roles_justified(  # noqa: PLR0913, PLR0917 - the evidence it looks at
    role_members: pd.DataFrame,
    accounts: pd.DataFrame,
    people: pd.DataFrame,
    licences: pd.DataFrame,
    as_of: date,
    eligible_roles: pd.DataFrame | None = None,
    mailbox_settings: pd.DataFrame | None = None,
    mailboxes: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Few administer the council's Microsoft 365, none of them a councillor, each from an account kept for that alone.

    Why: whoever administers can read, change and delete everything, and what was done in somebody's name counts as
        theirs; an account that also reads mail is one a message can take over.
    Judged: accounts and apps that hold a role which can change something, directly or through a group, now or (with
        Entra ID P2) whenever they take it up; roles that only read are left out, and so are accounts switched off. For
        the Clerk to look at: one of a councillor in office, of a guest, or of an app. Advice: an administrator's
        account with a mailbox, or from an on-premises directory; fewer than two or more than four accounts that may do
        everything. A provider that administers from its own tenant does not appear among the roles and is not seen.
    Fix: Microsoft Entra admin centre > Roles and admins > the role > Remove assignment; give administrators a second
        account without a mailbox.
    """
    held = _held(role_members, eligible_roles)
    judged = with_mailbox(held.merge(accounts, on="account_id", how="left"), mailbox_settings, mailboxes)
    judged = judged[may_sign_in(judged)]
    councillors = with_account(in_roles(current(people, as_of), (COUNCILLOR,)), accounts)["account_id"].dropna()
    judged["fault"] = _for_the_clerk(judged, set(councillors))
    judged["advice"] = _advice(judged)
    unread = eligible_roles is None and has_plan(licences, PLANS_WITH_ELIGIBLE)
    shown = ("roles", "user_principal_name")
    return together(
        breaches(
            judged[judged["fault"] != ""],
            because="{name} {fault}: {roles}",
            result=Result.REVIEW,
            subject="{kind}",
            subject_id="account_id",
            subject_name="{name}",
            fix="decide whether {name} needs it, and have it taken away if not",
            evidence=shown,
            extent="held",
        ),
        breaches(
            judged[(judged["fault"] == "") & (judged["advice"] != "")],
            because="{name} administers ({roles}) {advice}",
            result=Result.ADVICE,
            subject_id="account_id",
            subject_name="{name}",
            severity=Severity.LOW,
            actor=Actor.PROVIDER,
            fix="give {name} a separate account without a mailbox, made in the cloud, for administering",
            evidence=shown,
            extent="held",
        ),
        _count(judged, may_be_more=unread),
        _open(held, judged, eligible_unread=unread),
    )


def _held(role_members: pd.DataFrame, eligible_roles: pd.DataFrame | None) -> pd.DataFrame:
    """One row for each account, app or unopened group that administers.

    Columns: ``account_id`` (its object id), ``name``, ``kind`` (of subject), ``roles`` (in words), ``held`` (each of
    them), ``everything``.
    """
    pieces = [role_members, *([] if eligible_roles is None else [eligible_roles])]
    rows = pd.concat([piece.reindex(columns=role_members.columns).astype(object) for piece in pieces])
    rows = rows[~surely(rows["privileged"] == False) & (rows["member_kind"] != "deleted")]  # noqa: E712
    rows = rows.assign(
        said=[_said(row) for row in rows.to_dict("records")],
        everything=surely(rows["role_id"] == GLOBAL_ADMINISTRATOR) & surely(rows["scope_kind"] != "one object"),
    ).sort_values(["member_id", "said", "member_name"])
    whose = rows.groupby("member_id")
    held = pd.DataFrame(
        {
            "roles": whose["said"].agg(joined),
            "held": whose["said"].agg(frozenset),
            "everything": whose["everything"].agg("any"),
            "shown": whose["member_name"].agg("first"),
            "member_kind": whose["member_kind"].agg("first"),
        }
    ).reset_index(names="account_id")
    kinds = {"service principal": SubjectKind.APP, "group": SubjectKind.GROUP}
    return held.assign(
        account_id=held["account_id"].astype(object),
        name=held["shown"].astype(object).fillna(held["account_id"]),
        kind=column(held, (kinds.get(kind, SubjectKind.ACCOUNT) for kind in held["member_kind"])),
    )


def _said(row: Mapping[Hashable, Any]) -> str:
    """One role in words: its name, and how it is come by."""
    parts = [
        f"through the group {row['principal_name']}" if pd.notna(row["via_group"]) else "",
        "when taken up" if row["assignment"] == "eligible" else "",
        "over a part only" if row["scope_kind"] in ("administrative unit", "one object") else "",
    ]
    name = row["role"] if pd.notna(row["role"]) else "a role without a name"
    return " ".join([str(name), *filter(None, parts)])


def _for_the_clerk(judged: pd.DataFrame, councillors: set[str]) -> pd.Series:
    return first_fault(
        judged,
        {
            "is a councillor and administers Microsoft 365": judged["account_id"].isin(list(councillors)),
            "is a guest and administers Microsoft 365": is_guest(judged),
            "is an app and administers Microsoft 365": judged["kind"] == SubjectKind.APP,
        },
    )


def _advice(judged: pd.DataFrame) -> pd.Series:
    own = judged["kind"] == SubjectKind.ACCOUNT
    mailbox = own & surely(judged["has_mailbox"]) & ~is_nobodys(judged)
    return first_fault(
        judged,
        {
            "from an account that also receives mail": mailbox,
            "from an account of an on-premises directory": own & surely(judged["synced"]),
        },
    )


def _count(judged: pd.DataFrame, *, may_be_more: bool) -> pd.DataFrame:
    """How many accounts may do everything, where that is too few or too many; of none at all nothing can be said."""
    everything = judged[judged["everything"] & (judged["kind"] == SubjectKind.ACCOUNT)]
    number = len(everything)
    wrong = number > MOST or (0 < number < FEWEST and not may_be_more)
    said = pd.DataFrame([{"key": _COUNT_KEY, "number": number, "names": joined(everything["name"])}] if wrong else [])
    return breaches(
        said,
        because=f"accounts that may do everything (Global Administrator): {{number}} ({{names}}); "
        f"{FEWEST} to {MOST} are advised",
        result=Result.ADVICE,
        subject=SubjectKind.SETTING,
        subject_id="key",
        subject_name="Global Administrators",
        severity=Severity.LOW,
        actor=Actor.PROVIDER,
        fix=f"keep {FEWEST} to {MOST} such accounts, one of them for emergencies, and give the others smaller roles",
    )


def _open(held: pd.DataFrame, judged: pd.DataFrame, *, eligible_unread: bool) -> pd.DataFrame:
    """What could not be judged: groups that could not be opened, accounts nobody knows, roles that may be taken up."""
    groups = held[held["kind"] == SubjectKind.GROUP]
    account = (judged["kind"] == SubjectKind.ACCOUNT) & (judged["fault"] == "") & (judged["advice"] == "")
    unknown = judged[account & flags(judged, judged["user_principal_name"].isna() | judged["has_mailbox"].isna())]
    return together(
        unjudged(
            groups,
            because="who is in the group could not be read",
            subject=SubjectKind.GROUP,
            subject_id="account_id",
            subject_name="{name}",
        ),
        unjudged(
            unknown,
            because="the account, or whether it has a mailbox, could not be read",
            subject_id="account_id",
            subject_name="{name}",
        ),
        eligible_left_open() if eligible_unread else together(),
    )


def eligible_left_open() -> pd.DataFrame:
    """That nobody could say who may take up a role, in a tenant whose licence has such roles."""
    return unjudged(
        pd.DataFrame([{"key": "roles.eligible"}]),
        because="who may take up a role could not be read",
        subject=SubjectKind.SETTING,
        subject_id="key",
        subject_name="Roles that may be taken up",
    )
