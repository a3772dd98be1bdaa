"""The council's year in numbers, month by month, and the position at 31 March."""

from collections.abc import Callable, Sequence

from m365audit.excel.cells import Value
from m365audit.excel.styles import Look
from m365audit.model.assessment import Assessment
from m365audit.model.months import Audited, Month, Trend, month_of
from m365audit.model.words import Result, Severity
from m365audit.report.sheets import Column, Line, Page
from m365audit.report.wording import day, month

TITLE = "Year so far"
COLUMNS = (
    Column("Month", 44, Look.STRONG),
    Column("Clauses not met", 11, Look.NUMBER),
    Column("Clauses for your view", 11, Look.NUMBER),
    Column("Clauses not assessed or due", 13, Look.NUMBER),
    Column("Clauses met or confirmed", 13, Look.NUMBER),
    Column("Clauses accepted", 12, Look.NUMBER),
    Column("High findings", 12, Look.NUMBER),
    Column("Medium findings", 12, Look.NUMBER),
    Column("Low findings", 12, Look.NUMBER),
    Column("Accepted findings", 12, Look.NUMBER),
    Column("Two-step sign-in", 18),
    Column("Shared outside", 24),
)
Numbers = Callable[[Audited], Sequence[Value]]
_NO_AUDIT = "No audit"
_NOT_COUNTED = "Not counted"
_EXPLANATION = (
    "One table. Clauses are those of the council's own policy; findings are those open on the day. Two-step sign-in "
    "counts the accounts people can sign in with; shared outside, files and folders."
)


def page(assessment: Assessment) -> Page:
    """The sheet of the year: a row for every month since April, then the position at the last 31 March."""
    trend = assessment.trend
    return Page(
        title=TITLE,
        heading=f"The year from 1 April {trend.begins.year}" if trend else TITLE,
        purpose="The months since April in numbers, and the position at 31 March for the annual return",
        explanation=(_EXPLANATION,),
        columns=COLUMNS,
        rows=lines(trend, _numbers, len(COLUMNS)),
        filters=False,
    )


def lines(trend: Trend | None, numbers: Numbers, width: int) -> tuple[Line, ...]:
    """The rows of the year, each as wide as the table; ``numbers`` tells one audit behind its month."""
    rows: list[tuple[str, Audited | None]] = [("No audit is on record", None)]
    if trend is not None:
        rows = [*_before(trend), *(_month(one) for one in since_the_first(trend)), _position(trend)]
    # Nothing counted is not a count of none: where there is no audit, words stand in place of the numbers.
    return tuple((what, *(numbers(audit) if audit else [_NO_AUDIT] * (width - 1))) for what, audit in rows)


def since_the_first(trend: Trend) -> tuple[Month, ...]:
    """The months of the council's year since the first audit: before it, none is missing."""
    return tuple(one for one in trend.months if one.month >= month_of(trend.first))


def _before(trend: Trend) -> list[tuple[str, Audited | None]]:
    """The months before the first audit, in one row."""
    months = [month(one.month) for one in trend.months if one.month < month_of(trend.first)]
    named = " to ".join(dict.fromkeys((months[0], months[-1]))) if months else ""
    return [(f"{named}: before the first audit of {day(trend.first)}", None)] if months else []


def _month(one: Month) -> tuple[str, Audited | None]:
    if one.audit is not None:
        part = "" if one.audit.complete else "; not all of it could be read"
        return f"{month(one.month)}: audit of {day(one.audit.made_on)}{part}", one.audit
    return f"{month(one.month)}: no audit was made", None


def _position(trend: Trend) -> tuple[str, Audited | None]:
    name = f"Position at {day(trend.year_end)}"
    if trend.position is not None:
        return f"{name}: audit of {day(trend.position.made_on)}", trend.position
    why = "no complete audit was made by then"
    if trend.first > trend.year_end:
        why += f"; the first of all was on {day(trend.first)}"
    return f"{name}: {why}", None


def _numbers(audit: Audited) -> tuple[Value, ...]:
    clauses, measures = audit.clauses, audit.measures
    return (
        clauses[Result.DOES_NOT_MEET],
        clauses[Result.REVIEW],
        clauses[Result.NOT_ASSESSED] + clauses[Result.ATTESTATION_DUE],
        clauses[Result.MEETS] + clauses[Result.ATTESTED],
        clauses[Result.ACCEPTED],
        *(audit.findings[severity] for severity in Severity),
        audit.accepted,
        _of(measures.get("two_step"), measures.get("accounts")),
        _shared(measures.get("shared_outside"), measures.get("anyone_links")),
    )


def _of(number: int | None, whole: int | None) -> str:
    return _NOT_COUNTED if number is None or whole is None else f"{number:,} of {whole:,} accounts"


def _shared(outside: int | None, anyone: int | None) -> str:
    if outside is None or anyone is None:
        return _NOT_COUNTED
    return f"{outside:,} with people named, {anyone:,} with anyone who has a link"
