"""Whose matter everything is: the open findings again, those of one person together, to write to them about."""

from collections.abc import Sequence

from m365audit.excel.styles import Look
from m365audit.model.assessment import Assessment, Finding
from m365audit.model.words import Result
from m365audit.report.findings import Findings, action, told
from m365audit.report.rows import Line, Made
from m365audit.report.sheets import Column, Page
from m365audit.report.topics import FILTERS
from m365audit.report.wording import NONE, URGENCY, counted

TITLE = "By person"
COLUMNS = (
    Column("Person or account", 36, Look.STRONG),
    Column("What we found", 56),
    Column("Suggested action", 46),
    Column("Who acts", 22),
    Column("Result", 16, Look.RESULT),
    Column("Urgency", 11),
    Column("Sheet", 24),
    Column("Reference", 18),
)
_HOW = "Choose a name in the first column: its rows are what to write to that person about."
_NOBODY = "Nobody: no open finding is one person's own matter."


def page(assessment: Assessment) -> Page:
    """A row for every person and open finding of theirs: people by name, and of each what matters most first."""
    words = Findings(assessment)
    open_ = words.sorted(finding for finding in assessment.present if finding.result is not Result.ACCEPTED)
    pairs = [(person, finding) for finding in open_ for person in words.persons(finding)]
    pairs.sort(key=lambda pair: pair[0].casefold())
    return Page(
        title=TITLE,
        heading=TITLE,
        purpose=f"The same findings, person by person: {counted(len({person for person, _ in pairs}), 'name')}",
        explanation=(f"One table. {_HOW} {_left_out(open_, words)} {FILTERS}",),
        columns=COLUMNS,
        rows=Made(pairs, lambda pair: _row(*pair, words)) if pairs else ((_NOBODY, *[NONE] * (len(COLUMNS) - 1)),),
    )


def _left_out(open_: Sequence[Finding], words: Findings) -> str:
    others = sum(not words.persons(finding) for finding in open_)
    return f"Not here: {counted(others, 'finding')} of nobody's own, such as settings and apps."


def _row(person: str, finding: Finding, words: Findings) -> Line:
    return (
        person,
        told(finding),
        action(finding),
        words.owner(finding),
        finding.result_text,
        URGENCY[finding.severity],
        words.topic(finding),
        finding.reference,
    )
