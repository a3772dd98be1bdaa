"""The results of the policy's clauses section by section, as numbers and as a picture of them."""

from collections import Counter
from collections.abc import Mapping

from m365audit.excel.styles import PAINTS, Look
from m365audit.model.assessment import Assessment
from m365audit.model.words import Result
from m365audit.report.charts import Bars, Chart, Series
from m365audit.report.rows import Line
from m365audit.report.sheets import Column, Page, room_beside
from m365audit.report.wording import NONE, counted, heading, listed

TITLE = "Results by section"
_SECTION, _ALL = "Section of the policy", "Clauses"
_SECTION_WIDTH, _RESULT_WIDTH, _ALL_WIDTH = 40, 12.5, 10
_NOT_MET_NAMED = 3
_Counts = Mapping[str, Counter[Result]]


def page(assessment: Assessment) -> Page:
    """A row for every section of the council's policy, in the policy's order, and a picture of them."""
    counts = by_section(assessment)
    results = tuple(result for result in Result if any(counted_[result] for counted_ in counts.values()))
    return Page(
        title=TITLE,
        heading=TITLE,
        purpose="The clauses of each section of the policy by result, with a picture",
        explanation=(f"One table, with a picture of it on the right. {_summary(counts)}",),
        columns=(
            Column(_SECTION, _SECTION_WIDTH, Look.STRONG),
            *(Column(str(result), _RESULT_WIDTH, Look.NUMBER) for result in results),
            Column(_ALL, _ALL_WIDTH, Look.NUMBER),
        ),
        rows=tuple(_row(section, found, results) for section, found in counts.items()) or (_no_clause(),),
        filters=False,
        one_page=True,
        charts=(_chart(counts, results),) if counts else (),
    )


def by_section(assessment: Assessment) -> _Counts:
    """How many clauses of each section came to which result; sections in the policy's order."""
    counts: dict[str, Counter[Result]] = {}
    for outcome in assessment.own_clauses:
        counts.setdefault(heading(outcome.clause), Counter())[outcome.result] += 1
    return counts


def _row(section: str, found: Counter[Result], results: tuple[Result, ...]) -> Line:
    return (section, *(found[result] for result in results), found.total())


def _no_clause() -> Line:
    return ("The policy has no clause.", NONE)


def _summary(counts: _Counts) -> str:
    """Where most of what appears not to be met stands."""
    not_met = {section: found[Result.DOES_NOT_MEET] for section, found in counts.items()}
    most = sorted((section for section in not_met if not_met[section]), key=lambda section: -not_met[section])
    if not most:
        return "In no section does a clause appear not to be met."
    named = listed(f"{section} ({not_met[section]})" for section in most[:_NOT_MET_NAMED])
    return f"{counted(sum(not_met.values()), 'clause')} appear not to be met, most of them under {named}."


def _chart(counts: _Counts, results: tuple[Result, ...]) -> Chart:
    return Chart(
        title="Clauses of each section by result",
        description=f"Bars for {counted(len(counts), 'section')} of the policy, each divided by the results of its "
        f"clauses. {' '.join(_told(section, found) for section, found in counts.items())}",
        bars=Bars.LYING_STACKS,
        groups=_SECTION,
        series=tuple(Series(str(result), PAINTS[result]) for result in results),
        groups_axis=_SECTION,
        numbers_axis="Number of clauses",
        width=room_beside(_SECTION_WIDTH + len(results) * _RESULT_WIDTH + _ALL_WIDTH),
    )


def _told(section: str, found: Counter[Result]) -> str:
    return f"{section}: {listed(f'{found[result]} {result}' for result in Result if found[result])}."
