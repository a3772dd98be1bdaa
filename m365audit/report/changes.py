"""What changed since the last month that was audited."""

from collections.abc import Iterable

from m365audit.excel.styles import Look
from m365audit.model.assessment import Assessment, Finding
from m365audit.model.months import Previous
from m365audit.model.words import State
from m365audit.report.findings import Findings
from m365audit.report.rows import Line, Made, Rows
from m365audit.report.sheets import Column, Page
from m365audit.report.states import ACCEPTED, EXCEPTION_ENDED, LABELS, label, story
from m365audit.report.topics import FILTERS
from m365audit.report.wording import NONE, day, listed, month, sentence

TITLE = "Changes this month"
FIRST = "This is the first audit: there is nothing to compare with yet."
ORDER = (
    LABELS[State.NEW],
    LABELS[State.CAME_BACK],
    EXCEPTION_ENDED,
    LABELS[State.FIXED],
    LABELS[State.NOT_COMPARABLE],
    ACCEPTED,
    LABELS[State.OPEN],
)
"""Every word a finding can stand under, in the order of the sheet."""
_COUNTED = {
    LABELS[State.NEW]: "new",
    LABELS[State.CAME_BACK]: "came back",
    EXCEPTION_ENDED: "open again since an exception ended",
    LABELS[State.FIXED]: "no longer found",
    LABELS[State.NOT_COMPARABLE]: "could not be looked at",
    ACCEPTED: "accepted for a time",
    LABELS[State.OPEN]: "still open",
}

COLUMNS = (
    Column("What we found", 50),
    Column("What changed", 18, Look.STRONG),
    Column("Who or what", 26),
    Column("How it stands", 46),
    Column("Policy clause", 27),
    Column("First seen", 13),
    Column("Reference", 18),
)


def page(assessment: Assessment) -> Page:
    """The sheet of changes: every finding once, under what has become of it."""
    before = assessment.previous
    if before is None:
        explanation, rows = f"One table. {FIRST} {FILTERS}", _first(assessment)
    else:
        explanation = f"One table. {compared_with(before)} {FILTERS}"
        rows = _rows(assessment)
    return Page(
        title=TITLE,
        heading=TITLE,
        purpose=f"What changed since the last audit: {tally(assessment)}" if before else "What changed: first audit",
        explanation=(explanation,),
        columns=COLUMNS,
        rows=rows if len(rows) else (("There is no finding, and there was none.", "Nothing", *[NONE] * 5),),
    )


def tally(assessment: Assessment) -> str:
    """The findings counted by what has become of them: ``2 new, 1 no longer found and 9 still open``."""
    found = [label(finding) for finding in assessment.findings]
    return listed(f"{found.count(word)} {_COUNTED[word]}" for word in ORDER if word in found) or "nothing"


def compared_with(before: Previous) -> str:
    """Which audit this one is compared with, and which months have none."""
    said = f"Compared with the audit of {day(before.made_on)}"
    said += "." if before.complete else ", which could not read all it should."
    if before.missing:
        said += f" No audit was made in {listed(map(month, before.missing))}."
    return said


def _first(assessment: Assessment) -> Rows:
    said = "Every finding is new. From next month on, this sheet says what changed."
    return ((FIRST, "First audit", assessment.council, said, *[NONE] * 3),)


def _rows(assessment: Assessment) -> Rows:
    words = Findings(assessment)
    return Made(_in_order(words.sorted(assessment.findings)), lambda finding: _row(finding, words, assessment))


def _in_order(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: ORDER.index(label(finding)))


def _row(finding: Finding, words: Findings, assessment: Assessment) -> Line:
    return (
        sentence(finding.because),
        label(finding),
        finding.subject.name,
        story(finding, assessment.as_of),
        words.clauses(finding),
        finding.first_seen,
        finding.reference,
    )
