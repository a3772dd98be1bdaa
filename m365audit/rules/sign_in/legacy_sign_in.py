"""The rule on old ways of signing in, which cannot ask for a second step."""

from collections.abc import Iterator
from typing import Final

import pandas as pd

from m365audit.model.words import Result, SubjectKind
from m365audit.rules.declare import breaches, rule, together, unjudged
from m365audit.rules.facts.populations import is_guest, may_prove_themselves
from m365audit.rules.facts.register_matching import accounts_of_kind
from m365audit.rules.facts.verdicts import column, joined, joined_few, surely
from m365audit.rules.sign_in.exclusions import BREAK_GLASS
from m365audit.rules.sign_in.sign_in_evidence import accounts_of, policies_of
from m365audit.rules.sign_in.sign_in_policies import Answer

_SERVICE: Final = "service"
_SIGN_IN: Final = "entra.legacy-sign-in"
_SMTP: Final = "exchange.smtp-auth"
_OF_A_SIGN_IN: Final = ["account_id", "client", "times", "last_at"]
_MOVE: Final = "find out which program or device it is, give it a newer one, then block the old way"


@rule(
    "legacy-sign-in-blocked",
    subject="setting",
    severity="high",
    actor="provider",
    topic="Two-step sign-in",
    row_by_row=("legacy_sign_ins",),
    adds=("legacy_sign_ins",),
    helpful=(
        "legacy_sign_ins",
        "group_members",
        "role_members",
        "named_locations",
        "authentication_strengths",
        "mailbox_settings",
        "mailboxes",
        "other_accounts",
    ),
)
def legacy_sign_in_blocked(  # noqa: PLR0913, PLR0917 - one argument a data set
    accounts: pd.DataFrame,
    security_defaults: pd.DataFrame,
    conditional_access: pd.DataFrame,
    smtp_sign_in: pd.DataFrame | None = None,
    mail_protocols: pd.DataFrame | None = None,
    group_members: pd.DataFrame | None = None,
    role_members: pd.DataFrame | None = None,
    named_locations: pd.DataFrame | None = None,
    authentication_strengths: pd.DataFrame | None = None,
    mailbox_settings: pd.DataFrame | None = None,
    mailboxes: pd.DataFrame | None = None,
    other_accounts: pd.DataFrame | None = None,
    legacy_sign_ins: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Nobody can sign in by old ways that cannot ask for a second step.

    Why: POP, IMAP, SMTP and Exchange ActiveSync with a password let in whoever has the password; most guessing of
        passwords tries them first.
    Judged: every member's account somebody can sign in with, over every kind of old client. Security defaults block
        them all. A Conditional Access policy in force keeps them out where it takes in old clients and blocks, or asks
        for the second step or a managed device, which they cannot show; one that only reports, or is for browsers and
        apps alone, does not. Where an account is not kept out: sending by SMTP with a password, for the whole
        organisation, and for a mailbox whose own setting allows it. The older setting of a single account does not
        keep old clients out. Service accounts (scanners that send mail) and emergency accounts on the register are left
        out; without a register nobody can tell which they are. Guests' mailboxes are elsewhere. Where the tenant has
        Entra ID P1, whoever did sign in by an old way in the month before: a breach where no policy is known to keep
        the account out, and to be looked at where one in force should, which may be newer than the sign-in. That log
        can only add to what the settings say: nobody signing in so does not show that it is blocked.
    Fix: have a Conditional Access policy block Exchange ActiveSync and other clients for everybody, or switch security
        defaults on.
    See: https://learn.microsoft.com/entra/identity/conditional-access/policy-block-legacy-authentication
    """
    policies = policies_of(
        conditional_access, security_defaults, named_locations, authentication_strengths, group_members, role_members
    )
    judged = may_prove_themselves(accounts, mailbox_settings, mailboxes)
    kept = accounts_of_kind(other_accounts, accounts, _SERVICE) | accounts_of_kind(
        other_accounts, accounts, BREAK_GLASS
    )
    judged = judged[~is_guest(judged) & ~judged["account_id"].isin(kept)]
    seen = accounts_of(judged, policies, group_members, role_members, None)
    answers = column(judged, (policies.on_old_clients(account).answer for account in seen))
    is_open, unclear = (answers == Answer.NOT_ASKED) | (answers == Answer.MILD), answers == Answer.UNCLEAR
    if other_accounts is None and not is_open.all():
        is_open, unclear = is_open & False, is_open | unclear
    did = _did(judged.assign(kept_out=~(is_open | unclear)), legacy_sign_ins)
    nameless = other_accounts is None and not is_open.all()
    found = [
        _sign_in(judged[is_open], len(judged)),
        _unclear(judged[unclear & (nameless | ~judged["account_id"].isin(did["account_id"]))]),
        _seen(did.iloc[:0] if nameless else did),
    ]
    if is_open.any():
        found += _by_smtp(judged[is_open], smtp_sign_in, mail_protocols if other_accounts is not None else None)
    return together(*found)


def _sign_in(is_open: pd.DataFrame, of_all: int) -> pd.DataFrame:
    if is_open.empty:
        return together()
    whom = "everybody" if len(is_open) == of_all else joined_few(is_open["display_name"])
    return breaches(
        pd.DataFrame([{"id": _SIGN_IN, "whom": whom, "number": len(is_open)}], dtype=object),
        because="neither security defaults nor a policy in force keep old clients out for {whom}",
        subject_id="id",
        subject_name="Old ways of signing in",
        evidence=("number",),
    )


def _did(judged: pd.DataFrame, legacy_sign_ins: pd.DataFrame | None) -> pd.DataFrame:
    """The accounts that signed in by an old client: one row each, with ``clients``, ``times`` and ``last_at``."""
    rows = pd.DataFrame(columns=_OF_A_SIGN_IN) if legacy_sign_ins is None else legacy_sign_ins
    by_account = rows.groupby("account_id", as_index=False)
    seen = by_account.agg(clients=("client", joined), times=("times", "sum"), last_at=("last_at", "max"))
    return judged.merge(seen, on="account_id")


def _seen(did: pd.DataFrame) -> pd.DataFrame:
    """Those who did sign in, whatever the policies say."""
    kept_out = surely(did["kept_out"])
    said = "{display_name} signed in by {clients}, {times} times in the month, last on {last_at}"
    about = {"subject": SubjectKind.ACCOUNT, "subject_id": "account_id", "subject_name": "{display_name}"}
    return together(
        breaches(did[~kept_out], because=said, fix=_MOVE, evidence=("clients", "times", "last_at"), **about),
        breaches(
            did[kept_out],
            because=f"{said}, though a policy in force should keep that out",
            result=Result.REVIEW,
            fix="see whether the policy is newer than that; if not, find out what it leaves open",
            evidence=("clients", "times", "last_at"),
            **about,
        ),
    )


def _unclear(judged: pd.DataFrame) -> pd.DataFrame:
    return unjudged(
        judged,
        because="whether old clients are kept out of it, or it may be left open, is not known",
        subject=SubjectKind.ACCOUNT,
        subject_id="account_id",
        subject_name="{display_name}",
    )


def _by_smtp(
    is_open: pd.DataFrame, smtp_sign_in: pd.DataFrame | None, mail_protocols: pd.DataFrame | None
) -> Iterator[pd.DataFrame]:
    """What Exchange itself leaves open to accounts that nothing else keeps out."""
    if smtp_sign_in is not None:
        about = smtp_sign_in.assign(id=_SMTP)
        off = about["switched_off"].astype("boolean")
        yield breaches(
            about[surely(~off)],
            because="signing in by SMTP with a password is on for the whole organisation",
            subject_id="id",
            subject_name="Sending by SMTP",
            fix="turn off signing in by SMTP for the organisation: Exchange admin centre > Settings > Mail flow",
        )
        yield unjudged(
            about[off.isna()],
            because="Exchange did not say whether signing in by SMTP is on",
            subject_id="id",
            subject_name="Sending by SMTP",
        )
    if mail_protocols is not None:
        allowed = surely(mail_protocols["smtp_switched_off"] == False)  # noqa: E712 - true, false and unknown
        yield breaches(
            mail_protocols[allowed & mail_protocols["mailbox_id"].isin(is_open["account_id"])],
            because="the mailbox {mailbox_name} may be signed in to by SMTP with a password, by its own setting",
            subject=SubjectKind.ACCOUNT,
            subject_id="mailbox_id",
            subject_name="{mailbox_name}",
            fix="clear Authenticated SMTP: Microsoft 365 admin centre > Active users > Mail > Manage email apps",
            evidence=("address",),
        )
