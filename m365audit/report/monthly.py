"""Month by month: open findings, two-step sign-in and sharing, each as numbers and as a picture of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from m365audit.excel.cells import Value
from m365audit.excel.styles import GOOD, LACKING, URGENCY_PAINTS, Look
from m365audit.model.assessment import Assessment
from m365audit.model.months import Audited, Month, Trend
from m365audit.model.words import Severity
from m365audit.report.charts import Bars, Chart, Series
from m365audit.report.rows import Line
from m365audit.report.sheets import Column, Page
from m365audit.report.wording import URGENCY, listed, month
from m365audit.report.year import since_the_first

_MONTH = "Month"
_BLANK = " Blank cells: no audit was made, or not all was read that the number counts."
_UNCOUNTED = "Not counted"
_FIRST = " It is the first month: from the next one on, the picture shows which way it goes."
Numbers = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Story:
    """One thing that is counted every month. ``count`` gives a number for each header, or ``None`` if it cannot."""

    title: str
    purpose: str
    explanation: str
    chart: str
    numbers_axis: str
    bars: Bars
    series: tuple[Series, ...]
    count: Callable[[Audited], Numbers | None]
    others: tuple[str, ...] = ()
    """Headers of further columns, behind those of the picture."""
    reads_all: bool = False
    """Whether it counts what every part of the audit found, so that a part not read leaves some out."""

    @property
    def headers(self) -> tuple[str, ...]:
        """The columns of numbers."""
        return (*(one.header for one in self.series), *self.others)


def pages(assessment: Assessment) -> tuple[Page, ...]:
    """A sheet for each thing that is counted."""
    return tuple(_page(story, assessment.trend) for story in _STORIES)


def _page(story: _Story, trend: Trend | None) -> Page:
    months = since_the_first(trend) if trend else ()
    rows = [_row(story, one) for one in months]
    shown = [row for row in rows if row[1] is not None]
    explanation = f"One table{', with a picture of it on the right' if shown else ''}. {story.explanation}"
    if not shown:
        # Without a picture that would draw words as nought, every cell says why there is no number.
        rows = [(name, *[_UNCOUNTED] * len(story.headers)) for name, *_ in rows]
    explanation += _BLANK if 0 < len(shown) < len(rows) else ""
    return Page(
        title=story.title,
        heading=story.title,
        purpose=story.purpose,
        explanation=(explanation + (_FIRST if shown and len(rows) == 1 else ""),),
        columns=(Column(_MONTH, 44, Look.STRONG), *(Column(header, 15, Look.NUMBER) for header in story.headers)),
        rows=tuple(rows) or (("No audit is on record", *["No audit"] * len(story.headers)),),
        filters=False,
        one_page=True,
        charts=(_chart(story, shown),) if shown else (),
    )


def _row(story: _Story, one: Month) -> Line:
    name = month(one.month)
    if one.audit is None:
        return (f"{name} (no audit)", *[None] * len(story.headers))
    numbers = story.count(one.audit)
    if numbers is None:
        return (f"{name} (not counted)", *[None] * len(story.headers))
    short = story.reads_all and not one.audit.complete
    return (f"{name} (not all read)" if short else name, *numbers)


def _chart(story: _Story, shown: Sequence[Line]) -> Chart:
    told = "; ".join(f"{row[0]}: {_told(story, row[1:])}" for row in shown)
    return Chart(
        title=story.chart,
        description=f"Bars for {listed(str(row[0]) for row in shown)}. {told}.",
        bars=story.bars,
        groups=_MONTH,
        series=story.series,
        groups_axis=_MONTH,
        numbers_axis=story.numbers_axis,
    )


def _told(story: _Story, numbers: Sequence[Value]) -> str:
    return listed(f"{number} {header}" for header, number in zip(story.headers, numbers, strict=True))


def _findings(audit: Audited) -> Numbers:
    open_ = tuple(audit.findings[severity] for severity in Severity)
    return (*open_, sum(open_), audit.accepted)


def _two_step(audit: Audited) -> Numbers | None:
    registered, accounts = audit.measures.get("two_step"), audit.measures.get("accounts")
    if registered is None or accounts is None:
        return None
    return (registered, accounts - registered, accounts)


def _sharing(audit: Audited) -> Numbers | None:
    outside, anyone = audit.measures.get("shared_outside"), audit.measures.get("anyone_links")
    return None if outside is None or anyone is None else (outside, anyone)


_STORIES = (
    _Story(
        title="Findings by month",
        purpose="Open findings at the end of each month, by urgency, with a picture",
        explanation="Findings that were open on the day of the month's audit; those accepted for a time stand apart.",
        chart="Open findings by urgency",
        numbers_axis="Number of findings",
        bars=Bars.STACKS,
        series=tuple(Series(URGENCY[severity], URGENCY_PAINTS[severity]) for severity in Severity),
        count=_findings,
        others=("Open in all", "Accepted for a time"),
        reads_all=True,
    ),
    _Story(
        title="Two-step sign-in by month",
        purpose="How many accounts have a second step of sign-in set up, month by month, with a picture",
        explanation="Accounts that people can sign in with, and how many of them have a second step set up. Whether it "
        "is asked for is another matter; the sheet Two-step sign-in says so.",
        chart="Accounts with a second step of sign-in",
        numbers_axis="Number of accounts",
        bars=Bars.STACKS,
        series=(Series("Set up", GOOD), Series("Not set up yet", LACKING)),
        count=_two_step,
        others=("Accounts in all",),
    ),
    _Story(
        title="Sharing by month",
        purpose="How many files and folders are shared outside, month by month, with a picture",
        explanation="Files and folders shared with people outside the council by name, and those open to anyone who "
        "has a link. Being shared is not wrong by itself; the sheet Sharing outside says what to look at.",
        chart="Files and folders shared outside the council",
        numbers_axis="Number of files and folders",
        bars=Bars.SIDE_BY_SIDE,
        series=(Series("With people named", GOOD), Series("With anyone who has a link", LACKING)),
        count=_sharing,
    ),
)
TITLES = tuple(story.title for story in _STORIES)
"""The sheets there are, in their order."""
