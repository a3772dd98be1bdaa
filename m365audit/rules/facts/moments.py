"""Times against the day the audit is judged on."""

from datetime import date

import pandas as pd

from m365audit.rules.facts.verdicts import surely


def start_of(as_of: date, days_earlier: int = 0) -> pd.Timestamp:
    """Midnight, UTC, at the start of a day, or so many days earlier."""
    return pd.Timestamp(as_of, tz="UTC") - pd.Timedelta(days=days_earlier)


def is_older(times: pd.Series, as_of: date, days: int) -> pd.Series:
    """Where a time is known and lies more than so many days back."""
    return surely(times < start_of(as_of, days))


def is_live(expires_at: pd.Series, as_of: date) -> pd.Series:
    """Where something does not end, or has not ended before the day begins."""
    return ~is_older(expires_at, as_of, 0)
