"""The sheets of clauses: the council's own, the duties beside them, and the statements only a person can make."""

from collections.abc import Iterable

from m365audit.excel.styles import Look
from m365audit.model.assessment import Assessment, ClauseResult
from m365audit.model.words import Result
from m365audit.report.sheets import Column, Line, Page
from m365audit.report.topics import FILTERS
from m365audit.report.wording import NONE, clause_label, counted, day, listed, sentence

TITLE = "Clauses"
DUTIES_TITLE = "Other duties"
STATEMENTS_TITLE = "Statements due"

COLUMNS = (
    Column("What it asks", 48),
    Column("Clause", 24),
    Column("Strength", 15),
    Column("Result", 18, Look.RESULT),
    Column("In plain words", 54),
    Column("Left to a person", 38),
)
_STATEMENT_COLUMNS = (
    Column("What to state", 54),
    Column("Status", 20, Look.RESULT),
    Column("Policy clause", 36),
    Column("What the policy asks", 54),
    Column("Statement", 20),
)


def page(assessment: Assessment) -> Page:
    """Every clause of the council's policy, in the policy's own order."""
    own = assessment.own_clauses
    return Page(
        title=TITLE,
        heading=f"Clauses of {assessment.policy_title}",
        purpose="Every clause of the council's policy with its result",
        explanation=(f"One table. {tally(own)}. Markers such as [note 1] lead to the sheet Notes. {FILTERS}",),
        columns=COLUMNS,
        rows=tuple(_row(outcome, assessment) for outcome in own) or (_none("The policy has no clause."),),
    )


def duties_page(assessment: Assessment) -> Page:
    """The duties that hold whatever the policy says."""
    duties = assessment.duties
    return Page(
        title=DUTIES_TITLE,
        heading="Other duties",
        purpose="Duties that hold whatever the policy says, with their results",
        explanation=(f"One table. {tally(duties)}. Markers such as [note 1] lead to the sheet Notes. {FILTERS}",),
        columns=COLUMNS,
        rows=tuple(_row(outcome, assessment) for outcome in duties) or (_none("No other duty was looked at."),),
    )


def statements_page(assessment: Assessment) -> Page:
    """The questions only a person can answer, those still open first."""
    return Page(
        title=STATEMENTS_TITLE,
        heading=STATEMENTS_TITLE,
        purpose="What no data can decide: questions for a person to answer",
        explanation=(f"One table. Please answer in the council's register, on its sheet Statements. {FILTERS}",),
        columns=_STATEMENT_COLUMNS,
        rows=tuple(_statements(assessment)) or (("No statement is needed.", NONE, NONE, NONE, NONE),),
    )


def tally(outcomes: Iterable[ClauseResult]) -> str:
    """Clauses counted by result, worst first: ``74 clauses: 5 Does not meet, 9 Review``."""
    results = [outcome.result for outcome in outcomes]
    counts = [f"{results.count(result)} {result}" for result in Result if result in results]
    return f"{counted(len(results), 'clause')}: {', '.join(counts)}" if results else "No clause"


def notes(assessment: Assessment) -> dict[str, tuple[str, str]]:
    """Clause id to the number of its note, such as ``note 1``, and the note."""
    noted = [outcome.clause for outcome in assessment.clauses if outcome.clause.note]
    return {
        clause.id: (f"note {number}", f"About {clause_label(clause)}: {sentence(clause.note)}")
        for number, clause in enumerate(noted, start=1)
    }


def _row(outcome: ClauseResult, assessment: Assessment) -> Line:
    clause = outcome.clause
    label = clause_label(clause) + (f"\nline {clause.line} of the policy" if clause.line else "")
    words = " ".join(filter(None, (sentence(outcome.because), sentence(outcome.supporting))))
    if marker := notes(assessment).get(clause.id):
        words = f"{words} [{marker[0]}]".strip()
    return (
        sentence(clause.paraphrase),
        label,
        str(clause.force).capitalize(),
        outcome.result_text,
        words or "Nothing to add.",
        sentence(clause.left_to_a_person) or "Nothing.",
    )


def _none(text: str) -> Line:
    return (text, *[NONE] * (len(COLUMNS) - 1))


def _statements(assessment: Assessment) -> list[Line]:
    """One row a question: clauses that ask the same share it."""
    asked: dict[tuple[str, tuple[str, ...]], list[ClauseResult]] = {}
    for outcome in assessment.clauses:
        if (attestation := outcome.clause.attestation) is not None:
            asked.setdefault((attestation.ask, attestation.codes), []).append(outcome)
    rows: list[tuple[bool, Line]] = []
    for (ask, codes), outcomes in asked.items():
        dates = [outcome.attested_on for outcome in outcomes if outcome.attested_on]
        # One statement answers every clause that asks for it, so the oldest date is the one that holds.
        given = len(dates) == len(outcomes)
        status = f"{Result.ATTESTED} {day(min(dates))}" if given else str(Result.ATTESTATION_DUE)
        labels = "\n".join(clause_label(outcome.clause) for outcome in outcomes)
        asks = "\n".join(dict.fromkeys(sentence(outcome.clause.paraphrase) for outcome in outcomes))
        rows.append((given, (sentence(ask), status, labels, asks, listed(codes) or NONE)))
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]
