"""The rule on passwords that are easy to guess, and on guessing."""

from typing import Final

import pandas as pd

from m365audit.model.words import Result, SubjectKind
from m365audit.rules.declare import breaches, rule, together
from m365audit.rules.facts.populations import signing_in
from m365audit.rules.facts.register_matching import text
from m365audit.rules.facts.verdicts import first_fault, flags

_WEAK: Final = "disablestrongpassword"
_MOST_TRIES: Final = 10
_SETTING: Final = "entra.password-protection"


@rule(
    "password-protection-on",
    subject="account",
    severity="medium",
    actor="provider",
    topic="Two-step sign-in",
    row_by_row=("accounts",),
)
def password_protection_on(accounts: pd.DataFrame, password_rules: pd.DataFrame | None = None) -> pd.DataFrame:
    """Passwords that are easy to guess are turned away, and guessing locks an account.

    Why: strangers try the commonest passwords on every account they know of, a few at a time.
    Judged: members with sign-in allowed: none is marked as allowed a weak password. Microsoft itself turns the
        commonest passwords away and locks an account after ten wrong ones; a tenant with Entra ID P1 may change that:
        more than ten tries is a breach, and a list of the council's own words that is not applied is Advice. How
        strong a password is, nobody can read.
    Fix: Entra admin centre > Protection > Authentication methods > Password protection.
    See: https://learn.microsoft.com/entra/identity/authentication/concept-password-ban-bad
    """
    judged = signing_in(accounts)
    weak = judged[flags(judged, (_WEAK in text(cell) for cell in judged["password_policies"]))]
    found = breaches(
        weak,
        because="the account of {display_name} is allowed a weak password",
        subject_id="account_id",
        subject_name="{display_name}",
        fix="have a strong password asked for again, and the password changed: Entra admin centre > Users > the "
        "account",
        evidence=("user_principal_name", "password_policies"),
    )
    return together(found) if password_rules is None else together(found, _of_the_tenant(password_rules))


def _of_the_tenant(password_rules: pd.DataFrame) -> pd.DataFrame:
    rules = password_rules.assign(id=_SETTING)
    many = rules["tries"] > _MOST_TRIES
    unused = (rules["own_words"] > 0) & ~rules["own_words_refused"].astype("boolean")
    rules["fault"] = first_fault(
        rules,
        {
            f"an account is locked only after {{tries}} wrong passwords; {_MOST_TRIES} are usual": many,
            "the council's own list of {own_words} weak words is there and not applied": unused,
        },
    )
    rules["result"] = many.fillna(value=False).map({True: Result.DOES_NOT_MEET, False: Result.ADVICE}).astype(object)
    return breaches(
        rules[rules["fault"] != ""],
        because="{fault}",
        result="{result}",
        subject=SubjectKind.SETTING,
        subject_id="id",
        subject_name="Password protection",
        evidence=("tries", "locked_for"),
    )
