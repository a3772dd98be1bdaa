"""The rule on who is left out of two-step sign-in."""

from typing import Final

import pandas as pd

from m365audit.model.words import Result, SubjectKind
from m365audit.rules.declare import breaches, rule, together, unjudged
from m365audit.rules.facts.populations import is_guest, may_prove_themselves
from m365audit.rules.facts.register_matching import accounts_of_kind
from m365audit.rules.facts.verdicts import column, flags, surely
from m365audit.rules.sign_in.sign_in_evidence import accounts_of, policies_of, words_of
from m365audit.rules.sign_in.sign_in_policies import Account, Answer, Policies
from m365audit.rules.sign_in.sign_in_words import Speaker

BREAK_GLASS: Final = "break-glass"

_ENOUGH: Final = 2
_PROVIDERS: Final = Account("", "serviceprovider", setting="disabled")
_ALL: Final = "conditional-access.emergency-accounts"
_NOBODY: Final = "conditional-access.exclusions"


@rule(
    "two-step-exclusions-on-register",
    subject="account",
    severity="high",
    actor="provider",
    topic="Two-step sign-in",
    helpful=(
        "per_user_mfa",
        "groups",
        "group_members",
        "role_members",
        "named_locations",
        "authentication_strengths",
        "mailbox_settings",
        "mailboxes",
    ),
)
def two_step_exclusions_on_register(  # noqa: PLR0913, PLR0917 - one argument a data set
    accounts: pd.DataFrame,
    security_defaults: pd.DataFrame,
    conditional_access: pd.DataFrame,
    other_accounts: pd.DataFrame,
    per_user_mfa: pd.DataFrame | None = None,
    groups: pd.DataFrame | None = None,
    group_members: pd.DataFrame | None = None,
    role_members: pd.DataFrame | None = None,
    named_locations: pd.DataFrame | None = None,
    authentication_strengths: pd.DataFrame | None = None,
    mailbox_settings: pd.DataFrame | None = None,
    mailboxes: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Nobody is left out of two-step sign-in but one or two emergency accounts the register knows of.

    Why: an account that is left out is the one an intruder looks for, and exceptions outlive their reasons.
    Judged: every account somebody can sign in with that a policy in force would ask for the second step, were it not
        left out by name, by a group or one within it, by a role or as a member of another organisation, and that
        nothing else asks everywhere. It stands on the register's sheet Other accounts as break-glass, or is a breach.
        More than two such emergency accounts, and people of service providers left out as such: Review. Guests are
        left to the check on being asked. Where no policy asks anybody there is nothing to be left out of: not judged.
    Fix: take the account out of what the policy leaves out; or, if it is for emergencies only, enter it on the
        register.
    See: https://learn.microsoft.com/entra/identity/role-based-access-control/security-emergency-access
    """
    policies = policies_of(
        conditional_access, security_defaults, named_locations, authentication_strengths, group_members, role_members
    )
    speaker = Speaker(policies, words_of(groups, role_members))
    if policies.defaults_on:
        return together()
    if not speaker.asking:
        return _nothing_to_be_left_out_of(policies)
    judged = may_prove_themselves(accounts, mailbox_settings, mailboxes)
    judged = judged[~is_guest(judged)]
    seen = accounts_of(judged, policies, group_members, role_members, per_user_mfa)
    judged["by"] = [speaker.left_out(account) for account in seen]
    judged["answer"] = column(judged, (policies.on_modern_clients(account).answer for account in seen))
    judged["glass"] = judged["account_id"].isin(accounts_of_kind(other_accounts, accounts, BREAK_GLASS))
    may_be = flags(judged, (speaker.may_be_left_out(account) for account in seen))
    judged = judged[may_be & (judged["answer"] != Answer.ASKED)]
    return together(_left_out(judged), _too_many(judged[surely(judged["glass"])]), _providers(policies, speaker))


def _left_out(judged: pd.DataFrame) -> pd.DataFrame:
    strangers = judged[~surely(judged["glass"])]
    unclear = (strangers["answer"] == Answer.UNCLEAR) | (strangers["by"] == "")
    return together(
        breaches(
            strangers[~unclear],
            because="{by}, and the register has it as no emergency account",
            subject_id="account_id",
            subject_name="{display_name}",
            evidence=("user_principal_name",),
        ),
        unjudged(
            strangers[unclear],
            because="a policy leaves it out, or may do so, and whether something else asks it is not known",
            subject_id="account_id",
            subject_name="{display_name}",
        ),
    )


def _too_many(glass: pd.DataFrame) -> pd.DataFrame:
    if len(glass) <= _ENOUGH:
        return together()
    names = ", ".join(sorted(glass["display_name"]))
    about = pd.DataFrame([{"id": _ALL, "number": len(glass), "names": names}], dtype=object)
    return breaches(
        about,
        because="{number} emergency accounts are left out of two-step sign-in ({names}); two are enough",
        result=Result.REVIEW,
        subject=SubjectKind.SETTING,
        subject_id="id",
        subject_name="Emergency accounts",
        fix="keep two emergency accounts, and have the others asked like everybody else",
    )


def _providers(policies: Policies, speaker: Speaker) -> pd.DataFrame:
    """People of service providers, who sign in from their own tenant and stand on no list of accounts."""
    names = [policy.name for policy in speaker.asking if _PROVIDERS.kind in policy.leaves_out.guests]
    if not names or policies.on_modern_clients(_PROVIDERS).answer is Answer.ASKED:
        return together()
    return breaches(
        pd.DataFrame(
            [{"id": "conditional-access.service-providers", "names": ", ".join(f"“{name}”" for name in sorted(names))}],
            dtype=object,
        ),
        because="people of the council's IT providers who sign in from their own organisation are left out by {names}",
        result=Result.REVIEW,
        subject=SubjectKind.SETTING,
        subject_id="id",
        subject_name="People of service providers",
        fix="have the policy ask people of service providers too, or write down why it does not",
    )


def _nothing_to_be_left_out_of(policies: Policies) -> pd.DataFrame:
    is_sure = policies.defaults_on is False and all(policy.state != "unclear" for policy in policies.policies)
    because = (
        "security defaults are off and no policy in force asks anybody, so nobody is left out of anything"
        if is_sure
        else "whether security defaults or a policy ask anybody for the second step is not known"
    )
    return unjudged(
        pd.DataFrame([{"id": _NOBODY}], dtype=object),
        because=because,
        subject=SubjectKind.SETTING,
        subject_id="id",
        subject_name="Who is left out of two-step sign-in",
    )
