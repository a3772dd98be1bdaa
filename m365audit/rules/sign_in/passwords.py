"""Rules about passwords, as far as anybody may know them."""

from datetime import date

import pandas as pd

from m365audit.model.policy import Policy
from m365audit.model.words import Result
from m365audit.rules.declare import breaches, rule, unjudged
from m365audit.rules.facts.populations import signing_in


@rule("password-age", subject="policy", severity="low", actor="council", topic="Two-step sign-in")
def password_age(accounts: pd.DataFrame, policy: Policy, as_of: date) -> pd.DataFrame:
    """Passwords are changed when there is a reason to, not by the calendar.

    Why: people made to change passwords choose weaker ones; national guidance and Cyber Essentials advise against it.
    Judged: how long ago the passwords of the accounts that may sign in were last changed or set, as information and
        never as a breach. Guests' passwords are not the council's.
    Fix: at the next review, let the policy ask for a change when a password may be known to others, and no oftener.
    """
    changed = signing_in(accounts)["password_changed_at"].dropna()
    about = pd.DataFrame([{"id": policy.id, "title": policy.title}], dtype=object)
    if changed.empty:
        return unjudged(
            about,
            because="Microsoft names no day on which a password was changed",
            subject_id="id",
            subject_name="{title}",
        )
    days = (pd.Timestamp(as_of, tz="UTC") - changed).dt.days
    about["count"], about["middle"], about["oldest"] = len(days), int(days.median()), int(days.max())
    return breaches(
        about,
        because="for information: half of the {count} passwords are older than {middle} days, the oldest {oldest} days;"
        " regular changes are no longer advised",
        result=Result.ADVICE,
        subject_id="id",
        subject_name="{title}",
        evidence=("count", "middle", "oldest"),
    )
