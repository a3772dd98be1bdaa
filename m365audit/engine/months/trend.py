"""The council's year in numbers: the audit that counts for each month, and the position at 31 March."""

from datetime import date

from m365audit.engine.months.history import Earlier, History, counting
from m365audit.model.months import Audited, Month, Trend, month_of, months_from, year_end, year_of


def trend(history: History, now: Audited) -> Trend:
    """The year of an audit, up to that audit, with the audits before it.

    The audit itself counts for its month if it is complete, or if no earlier one of the month is.
    """
    audits = (*history.audits, Earlier(now, {}))
    by_month = counting(audits)
    begins = year_of(now.made_on)
    months = months_from(begins, month_of(now.made_on))
    found = {month: by_month[month].counted for month in months if month in by_month}
    return Trend(
        begins=begins,
        months=tuple(Month(month, found.get(month)) for month in months),
        first=min(audit.made_on for audit in audits),
        year_end=(ends := year_end(now.made_on)),
        position=_position([audit.counted for audit in audits], ends),
    )


def _position(audits: list[Audited], on: date) -> Audited | None:
    """The last complete audit made on or before a day."""
    found = [audit for audit in audits if audit.complete and audit.made_on <= on]
    return max(found, key=lambda audit: (audit.made_on, audit.run), default=None)
