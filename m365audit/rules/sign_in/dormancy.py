"""Accounts nobody has signed in with, or done anything with, for long."""

from collections.abc import Iterable
from datetime import date

import pandas as pd

from m365audit.rules.facts.moments import is_older, start_of
from m365audit.rules.facts.verdicts import first_fault, surely

# Mail, mailboxes, Teams.
_REPORTS = 3


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


def with_use(accounts: pd.DataFrame, reports: Iterable[pd.DataFrame | None], as_of: date, days: int) -> pd.DataFrame:
    """As :func:`with_dormancy`, by Microsoft's reports of use: all of them, for one alone cannot say that nobody did.

    ``last_success_at`` is null throughout. ``idle`` is also missing where no report names the account, and where a
    report is missing or does not go so far back.
    """
    there = [report for report in reports if report is not None]
    whole = there if len(there) == _REPORTS else []
    lines = [report.loc[~surely(report["deleted"]), ["address", "last_active_at", "period_days"]] for report in whole]
    live = pd.concat(lines or [pd.DataFrame(columns=["address", "last_active_at", "period_days"])])
    live = live.assign(used=surely(live["last_active_at"] >= start_of(as_of, days)))
    reach = live["period_days"].min()
    names = accounts["user_principal_name"]
    used = names.isin(live.loc[live["used"], "address"])
    told = names.isin(live["address"]) & (not pd.isna(reach) and days <= reach)
    is_new = surely(accounts["created_at"] >= start_of(as_of, days))
    seen = accounts.assign(last_success_at=pd.Series(pd.NaT, accounts.index, dtype="datetime64[us, UTC]"))
    none = f"Microsoft's reports of the use of mail, mailboxes and Teams, two days late, show none in {days} days"
    seen["idle"] = first_fault(seen, {none: told & ~used & is_older(seen["created_at"], as_of, days)})
    seen["idle"] = seen["idle"].mask(~used & ~is_new & (~told | seen["created_at"].isna()), None)
    return seen
