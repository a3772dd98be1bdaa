"""What the council has accepted for a time, and what it once decided or wrote down that nothing matches any more."""

from collections.abc import Iterator

from m365audit.excel.styles import Look
from m365audit.model.answers import Effect
from m365audit.model.assessment import Assessment, Finding
from m365audit.model.decisions import Decision, Standing
from m365audit.model.months import DecisionNote, Match, RegisterNote
from m365audit.model.words import Result
from m365audit.report.findings import Findings
from m365audit.report.sheets import Column, Line, Page
from m365audit.report.states import decided
from m365audit.report.topics import FILTERS
from m365audit.report.wording import NONE, counted, sentence

TITLE = "Accepted exceptions"
COLUMNS = (
    Column("What is accepted", 46),
    Column("Who or what", 24),
    Column("How it stands", 40, Look.STRONG),
    Column("Until", 13),
    Column("Reason", 30),
    Column("Decided by", 18),
    Column("Decided on", 13),
    Column("Policy clause", 24),
    Column("Reference", 18),
)
_IN_FORCE = (Standing.HOLDS, Standing.RENEW)
_GONE = "Nothing matches it any more: it is no longer needed."
_ROW_GONE = "Nothing matches this row any more: please see whether it is still needed."
_EXPLANATION = (
    "One table. An exception holds until the end of its last day. Those that end soon stand on Decisions needed as "
    "well; what matches nothing any more stands last."
)
_NOTHING = "None: nothing is accepted for a time."


def page(assessment: Assessment) -> Page:
    """The sheet of exceptions: those that hold, soonest to end first; then what matches nothing any more."""
    accepted = in_force(assessment)
    rows = [*_accepted(accepted, assessment), *_decisions(assessment), *map(_register_row, assessment.register_rows)]
    left = len(rows) - len(accepted)
    purpose = f"What the council has accepted for a time: {counted(len(accepted), 'exception')}"
    if left:
        purpose += f"; {counted(left, 'row')} to look through"
    return Page(
        title=TITLE,
        heading=TITLE,
        purpose=purpose,
        explanation=(f"{_EXPLANATION} {FILTERS}",),
        columns=COLUMNS,
        rows=tuple(rows) or ((_NOTHING, *[NONE] * (len(COLUMNS) - 1)),),
    )


def in_force(assessment: Assessment) -> tuple[Finding, ...]:
    """The findings that are accepted, soonest to end first."""
    found = [finding for finding in assessment.present if finding.result is Result.ACCEPTED]
    return tuple(sorted(found, key=lambda finding: (str(finding.accepted_until), finding.reference)))


def _accepted(findings: tuple[Finding, ...], assessment: Assessment) -> Iterator[Line]:
    words = Findings(assessment)
    for finding in findings:
        if finding.decision is not None:
            stands = decided(finding, assessment.as_of)
            yield _line(
                finding.decision, sentence(finding.because), finding.subject.name, stands, words.clauses(finding)
            )


def _decisions(assessment: Assessment) -> Iterator[Line]:
    """Exceptions that cover nothing: because nothing is there, nobody knows, or it may not be."""
    titles = {check.check: check.title for check in assessment.checks}
    for note in assessment.decisions:
        decision = note.decision
        if decision.effect is not Effect.ALLOWS or note.standing not in _IN_FORCE:
            continue
        if stands := _why_not_in_force(note):
            what = f"An exception from “{titles.get(decision.rule, decision.rule).rstrip('.')}”."
            yield _line(decision, what, decision.subject_name, stands, NONE)


def _why_not_in_force(note: DecisionNote) -> str:
    if note.refused:
        return f"It cannot be accepted, and stays open. {sentence(note.refused)}"
    match note.match:
        case Match.GONE:
            return _GONE
        case Match.UNKNOWN:
            return f"It could not be compared this time. {sentence(note.why)}"
        case Match.FOUND:
            return ""


def _line(decision: Decision, what: str, who: str, stands: str, clauses: str) -> Line:
    return (
        what,
        who,
        stands,
        decision.until or NONE,
        sentence(decision.reason) or NONE,
        decision.decided_by or NONE,
        decision.decided_on,
        clauses,
        decision.reference,
    )


def _register_row(note: RegisterNote) -> Line:
    stands = _ROW_GONE if note.match is Match.GONE else f"It could not be compared this time. {sentence(note.why)}"
    where = f"The register, sheet {note.sheet}, row {note.row}."
    return (where, note.says, stands, *[NONE] * (len(COLUMNS) - 3))
