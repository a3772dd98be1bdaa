"""The rule on whether everybody is asked for the second step, and whoever is left out of it."""

from collections.abc import Iterator

import pandas as pd

from m365audit.model.words import Result, Severity, SubjectKind
from m365audit.rules.declare import breaches, rule, together, unjudged
from m365audit.rules.facts.populations import is_guest, may_prove_themselves
from m365audit.rules.facts.register_matching import accounts_of_kind
from m365audit.rules.facts.verdicts import column, flags
from m365audit.rules.sign_in.exclusions import BREAK_GLASS
from m365audit.rules.sign_in.sign_in_evidence import accounts_of, policies_of, words_of
from m365audit.rules.sign_in.sign_in_policies import Answer
from m365audit.rules.sign_in.sign_in_words import Speaker

EVERYBODY = ("member", "guest")


@rule(
    "two-step-enforced",
    subject="account",
    severity="high",
    actor="provider",
    topic="Two-step sign-in",
    row_by_row=("accounts",),
    helpful=(
        "per_user_mfa",
        "groups",
        "group_members",
        "role_members",
        "named_locations",
        "authentication_strengths",
        "mailbox_settings",
        "mailboxes",
        "other_accounts",
    ),
)
def two_step_enforced(  # noqa: PLR0913, PLR0917 - one argument a data set
    accounts: pd.DataFrame,
    security_defaults: pd.DataFrame,
    conditional_access: pd.DataFrame,
    per_user_mfa: pd.DataFrame | None = None,
    groups: pd.DataFrame | None = None,
    group_members: pd.DataFrame | None = None,
    role_members: pd.DataFrame | None = None,
    named_locations: pd.DataFrame | None = None,
    authentication_strengths: pd.DataFrame | None = None,
    mailbox_settings: pd.DataFrame | None = None,
    mailboxes: pd.DataFrame | None = None,
    other_accounts: pd.DataFrame | None = None,
    *,
    kinds: tuple[str, ...] = EVERYBODY,
) -> pd.DataFrame:
    """Everybody who can sign in is asked for the second step, at every sign-in.

    Why: a second step that is set up and not asked for protects nobody: whoever has the password is in.
    Judged: every account somebody can sign in with. Security defaults ask everybody, as often as Microsoft thinks
        needed. A Conditional Access policy asks whom it takes in, groups within groups, roles and kinds of guests
        included, and does not leave out, when it is in force; one that only reports does not. Several policies count
        together, over every combination of app, client, platform, place, device and risk: a device or an app that is
        taken instead of the second step is none, nor is a policy for some apps, some platforms or risky sign-ins only.
        The older setting of the single account counts. Not asked at a trusted place, in an app left out by name or of a
        guest: Review. What was not understood or not read is never taken for asking: such accounts are not judged.
        Emergency accounts on the register, shared mailboxes, rooms and the account that synchronises the directory are
        left to other checks; old ways of signing in are a check of their own. Policies are read from Graph v1.0, which
        may leave out one that is built on what only its beta knows.
    Fix: have security defaults switched on, or a policy in force that asks everybody in every app; then sign in once.
    See: https://learn.microsoft.com/entra/identity/conditional-access/policy-all-users-mfa-strength
    """
    judged = may_prove_themselves(accounts, mailbox_settings, mailboxes)
    judged = judged[~judged["account_id"].isin(accounts_of_kind(other_accounts, accounts, BREAK_GLASS))]
    judged = judged[flags(judged, (("guest" if guest else "member") in kinds for guest in is_guest(judged)))]
    policies = policies_of(
        conditional_access, security_defaults, named_locations, authentication_strengths, group_members, role_members
    )
    seen = accounts_of(judged, policies, group_members, role_members, per_user_mfa)
    told = column(judged, map(policies.on_modern_clients, seen))
    speaker = Speaker(policies, words_of(groups, role_members))
    judged["said"] = [speaker.why(account, one) for account, one in zip(seen, told, strict=True)]
    judged["answer"] = [one.answer for one in told]
    if other_accounts is None:
        judged = _spared_without_register(judged)
    return together(*_told(judged, speaker.mend))


def _spared_without_register(judged: pd.DataFrame) -> pd.DataFrame:
    """Without a register an account that has no licence may be one for emergencies: nothing is said against it."""
    spared = (judged["licences"].list.len().fillna(0) == 0) & (judged["answer"] != Answer.ASKED) & ~is_guest(judged)
    because = "it may be an emergency account, and there is no register to tell"
    return judged.assign(
        answer=judged["answer"].mask(spared, Answer.UNCLEAR), said=judged["said"].mask(spared, because)
    )


def _told(judged: pd.DataFrame, mend: str) -> Iterator[pd.DataFrame]:
    guests = is_guest(judged)
    judged["who"] = [f"{n}, a guest," if g else n for n, g in zip(judged["display_name"], guests, strict=True)]
    judged["kind"] = column(judged, (SubjectKind.GUEST if guest else SubjectKind.ACCOUNT for guest in guests))
    judged["weight"] = column(judged, (Severity.MEDIUM if guest else "" for guest in guests))
    not_asked = judged["answer"] == Answer.NOT_ASKED
    mild = (judged["answer"] == Answer.MILD) | (not_asked & guests)
    for found, result, weight in (
        (judged[not_asked & ~guests], Result.DOES_NOT_MEET, "{weight}"),
        (judged[mild], Result.REVIEW, Severity.MEDIUM),
    ):
        yield breaches(
            found,
            because="{who} {said}",
            result=result,
            subject="{kind}",
            subject_id="account_id",
            subject_name="{display_name}",
            severity=weight,
            fix=mend,
            evidence=("user_principal_name", "user_type"),
        )
    yield unjudged(
        judged[judged["answer"] == Answer.UNCLEAR],
        because="{said}",
        subject="{kind}",
        subject_id="account_id",
        subject_name="{display_name}",
    )
