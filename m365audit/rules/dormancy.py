"""Accounts nobody has signed in with for long."""

from datetime import date

import pandas as pd

from m365audit.rules.moments import is_older
from m365audit.rules.verdicts import first_fault


def with_dormancy(accounts: pd.DataFrame, sign_in_activity: pd.DataFrame, as_of: date, days: int) -> pd.DataFrame:
    """The accounts with ``last_success_at`` and ``idle``: a sentence, empty where the account is in use or new.

    No recorded sign-in counts only once the account itself is older than that; where its age is unknown as well,
    ``idle`` is missing.
    """
    activity = accounts[["account_id"]].merge(sign_in_activity, on="account_id", how="left")
    seen = accounts.assign(last_success_at=activity["last_success_at"].set_axis(accounts.index))
    never = seen["last_success_at"].isna()
    seen["idle"] = first_fault(
        seen,
        {
            "no successful sign-in since {last_success_at}": is_older(seen["last_success_at"], as_of, days),
            "no successful sign-in was ever recorded, which is not the same as never used, and the account was made on"
            " {created_at}": never & is_older(seen["created_at"], as_of, days),
        },
    )
    seen["idle"] = seen["idle"].mask(never & seen["created_at"].isna(), None)
    return seen
