"""Rules about who has an account, and whether every account has somebody."""

from datetime import date

import pandas as pd

from m365audit.model.words import Actor, Result, SubjectKind
from m365audit.rules.declare import breaches, rule, together, unjudged
from m365audit.rules.facts.addresses import domain_of, outside, owned
from m365audit.rules.facts.populations import (
    is_guest,
    is_nobodys,
    is_synchroniser,
    may_sign_in,
    signing_in,
    with_mailbox,
)
from m365audit.rules.facts.register_matching import (
    EVERYBODY,
    account_ids,
    accounts_of_kind,
    claims,
    current,
    in_roles,
    listed,
    text,
    texts,
    with_account,
)
from m365audit.rules.facts.verdicts import column, first_fault, surely
from m365audit.rules.sign_in.dormancy import with_dormancy, with_use

# Kinds of the register's sheet Other accounts that are meant to lie still.
_KEPT_IN_RESERVE = "break-glass"
# Microsoft's reports of use, which together take the place of its record of sign-ins.
_USE = ("email_activity", "teams_activity", "mailbox_usage")


@rule(
    "person-has-account",
    subject="account",
    severity="medium",
    actor="provider",
    topic="People and accounts",
    row_by_row=("mailbox_settings",),
    helpful=("mailbox_settings", "mailboxes"),
)
def person_has_account(
    people: pd.DataFrame,
    accounts: pd.DataFrame,
    domains: pd.DataFrame,
    as_of: date,
    mailbox_settings: pd.DataFrame | None = None,
    mailboxes: pd.DataFrame | None = None,
    *,
    roles: tuple[str, ...] = EVERYBODY,
) -> pd.DataFrame:
    """Everybody in office has exactly one working account of the council's, with a mailbox on a domain it owns.

    Why: somebody without an official address has no choice but to use a private one, and what is written there is
        still the council's to find, disclose and protect.
    Judged: each person on the register's sheet People who is in office, by the Account given there (sign-in name,
        address or object id, never by name): one account answers to it, it is a member and not a guest, sign-in is
        allowed, it has a mailbox, and its main address is on a domain the council owns. A mailbox that neither its
        settings nor Exchange could tell of is left open.
    Fix: Microsoft 365 admin centre > Users > Active users: add the account or allow its sign-in, and give it a licence
        with a mailbox; or correct the Account on the register's sheet People.
    """
    held = with_mailbox(with_account(in_roles(current(people, as_of), roles), accounts), mailbox_settings, mailboxes)
    answering = claims(signing_in(accounts)).groupby("name")["account_id"].nunique()
    held["several"] = [int(answering.get(text(cell), 0)) for cell in held["account"]]
    held["domain"] = domain_of(held["primary_address"])
    held["key"] = held["account_id"].fillna(held["person"])
    held["kind"] = column(
        held, (SubjectKind.PERSON if none else SubjectKind.ACCOUNT for none in held["account_id"].isna())
    )
    faults = _account_faults(held, owned(domains))
    held["fault"] = first_fault(held, {said: holds for said, _, holds in faults})
    held["mend"] = first_fault(held, {mend: holds for _, mend, holds in faults})
    held["who"] = [Actor.PROVIDER if text(cell) else Actor.CLERK for cell in held["account"]]
    clear = held["fault"] == ""
    unread = held[clear & (held["has_mailbox"].isna() | held["domain"].isna())]
    shown = ("role", "account", "primary_address")
    why = "whether {name} has a mailbox, or its main address, could not be read"
    return together(
        breaches(
            held[~clear],
            because="{fault}",
            subject="{kind}",
            subject_id="key",
            subject_name="{name}",
            actor="{who}",
            fix="{mend}",
            evidence=shown,
        ),
        unjudged(unread, because=why, subject_id="key", subject_name="{name}"),
    )


def _account_faults(held: pd.DataFrame, own: frozenset[str]) -> tuple[tuple[str, str, pd.Series], ...]:
    """What may keep a person's account from being a working one: in words, what to do about it, where it is so."""
    users = "Microsoft 365 admin centre > Users > Active users"
    return (
        (
            "the register gives {name} ({role}) no account",
            "enter the account of {name} on the register's sheet People",
            texts(held["account"]) == "",
        ),
        (
            "no account answers to {account}, which the register gives for {name} ({role})",
            f"add the account with a mailbox: {users} > Add a user",
            held["account_id"].isna(),
        ),
        (
            "{several} accounts answer to {account}, which the register gives for {name} ({role})",
            f"take the address from all but one: {users} > Manage username and email",
            held["several"] > 1,
        ),
        (
            "the account the register gives for {name} ({role}) is a guest's, not one of the council's",
            f"give {{name}} an account of the council's own: {users} > Add a user",
            is_guest(held),
        ),
        (
            "the account of {name} ({role}) has its sign-in switched off",
            f"allow its sign-in: {users} > the account > Unblock sign-in",
            ~may_sign_in(held),
        ),
        (
            "the account of {name} ({role}) has no mailbox",
            f"give it a licence with a mailbox: {users} > the account > Licences and apps",
            ~held["has_mailbox"].fillna(value=True),
        ),
        (
            "the main address of {name} ({role}), {primary_address}, is on no domain the council owns",
            f"make an address on the council's domain the primary one: {users} > Manage username and email",
            outside(held["domain"], own),
        ),
    )


@rule(
    "account-on-register",
    subject="account",
    severity="medium",
    actor="clerk",
    topic="People and accounts",
    row_by_row=("accounts",),
    helpful=("mailbox_settings", "mailboxes"),
)
def account_on_register(
    accounts: pd.DataFrame,
    people: pd.DataFrame,
    other_accounts: pd.DataFrame,
    third_parties: pd.DataFrame,
    mailbox_settings: pd.DataFrame | None = None,
    mailboxes: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Every account that can sign in stands on the register.

    Why: an account nobody can explain may belong to somebody who left, to a supplier, or to an intruder.
    Judged: every member account whose sign-in is allowed answers to a row of the register's sheets People (past and
        future rows too), Other accounts or Third parties, by sign-in name, address or object id. Rooms and equipment,
        and the account Microsoft's directory synchronisation uses, need none; guests have a check of their own.
    Fix: say on the register whose account it is and what it is for, or have the IT provider switch off its sign-in.
    """
    judged = with_mailbox(signing_in(accounts), mailbox_settings, mailboxes)
    fixture = judged["purpose"].isin(("room", "equipment")) | surely(judged["resource_account"])
    judged = judged[~(fixture | is_synchroniser(judged))]
    known = {text(cell) for sheet in (people, other_accounts) for cell in sheet["account"]}
    known |= {name for cell in third_parties["identifier"] for name in listed(cell)}
    explained = [account_id for name, account_id in account_ids(accounts).items() if name in known]
    unknown = judged[~judged["account_id"].isin(explained)]
    return breaches(
        unknown,
        because="{display_name} ({user_principal_name}) can sign in and is an unknown account: no row of the register"
        " accounts for it",
        result=Result.REVIEW,
        subject_id="account_id",
        subject_name="{display_name}",
        fix="find out who uses it and what for, and enter it on the register",
        evidence=("user_principal_name", "created_at", "purpose"),
    )


@rule(
    "account-dormant",
    subject="account",
    severity="low",
    actor="clerk",
    topic="People and accounts",
    row_by_row=("accounts", "mailbox_settings"),
    helpful=("sign_in_activity", *_USE, "mailbox_settings", "mailboxes", "other_accounts"),
    instead={"sign_in_activity": _USE},
)
def account_dormant(  # noqa: PLR0913, PLR0917 - one argument a data set
    accounts: pd.DataFrame,
    as_of: date,
    sign_in_activity: pd.DataFrame | None = None,
    email_activity: pd.DataFrame | None = None,
    teams_activity: pd.DataFrame | None = None,
    mailbox_usage: pd.DataFrame | None = None,
    mailbox_settings: pd.DataFrame | None = None,
    mailboxes: pd.DataFrame | None = None,
    other_accounts: pd.DataFrame | None = None,
    *,
    days: int = 90,
) -> pd.DataFrame:
    """Every account that can sign in has been used in the last three months.

    Why: an account nobody uses is one nobody would miss being misused, and may cost a licence.
    Judged: member accounts with sign-in allowed and a licence or a mailbox, whose last successful sign-in lies more
        than 90 days back; where none was ever recorded, which is not the same as never used, accounts made more than
        90 days ago. Without Entra ID P1 Microsoft does not say when anybody signed in: then accounts for which its
        reports of the use of mail, of mailboxes and of Teams, two days late, all show nothing in 90 days; whoever none
        of them names is not judged. New accounts, shared mailboxes, rooms, and break-glass accounts on the register
        are left out.
    Fix: ask the person; if the account is no longer needed, give the last day on the register's sheet People.
    """
    judged = with_mailbox(signing_in(accounts), mailbox_settings, mailboxes)
    used = judged["has_mailbox"] | (judged["licences"].list.len().fillna(0) > 0)
    judged = judged.assign(used=used)[
        ~surely(~used)
        & ~is_nobodys(judged)
        & ~judged["account_id"].isin(accounts_of_kind(other_accounts, accounts, _KEPT_IN_RESERVE))
    ]
    if sign_in_activity is None:
        judged = with_use(judged, (email_activity, teams_activity, mailbox_usage), as_of, days)
    else:
        judged = with_dormancy(judged, sign_in_activity, as_of, days)
    idle, sure = judged["idle"].fillna("") != "", surely(judged["used"])
    return together(
        breaches(
            judged[idle & sure],
            because="{display_name} can sign in: {idle}",
            result=Result.REVIEW,
            subject_id="account_id",
            subject_name="{display_name}",
            fix="ask whether the account is still needed",
            evidence=("user_principal_name", "last_success_at", "created_at"),
        ),
        unjudged(
            judged[(idle & ~sure) | judged["idle"].isna()],
            because="neither a sign-in, or use in a report, nor the day it was made is known, or whether it has a "
            "mailbox",
            subject_id="account_id",
            subject_name="{display_name}",
        ),
    )
