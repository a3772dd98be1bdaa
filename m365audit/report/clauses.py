"""The sheets of clauses: the council's own, the duties beside them, and the statements only a person can make."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date

from m365audit.excel.styles import Look
from m365audit.model.assessment import Assessment, ClauseResult
from m365audit.model.decisions import RENEW_BEFORE
from m365audit.model.months import Stated
from m365audit.model.words import Result
from m365audit.report.findings import Findings
from m365audit.report.sheets import Column, Line, Page
from m365audit.report.topics import FILTERS, is_whole
from m365audit.report.wording import NONE, clause_label, counted, day, listed, sentence

TITLE = "Clauses"
DUTIES_TITLE = "Other duties"
STATEMENTS_TITLE = "Statements due"

COLUMNS = (
    Column("What it asks", 52),
    Column("Clause", 24),
    Column("Strength", 15),
    Column("Result", 18, Look.RESULT),
    Column("Last time", 18, Look.RESULT),
    Column("In plain words", 54),
    Column("Left to a person", 38),
)
_STATEMENT_COLUMNS = (
    Column("What to state", 54),
    Column("Status", 20, Look.RESULT),
    Column("Last answer", 42),
    Column("Holds until", 14),
    Column("Policy clause", 34),
    Column("What the policy asks", 46),
    Column("Name in the register", 18),
)

_NO_AUDIT = "No audit"
_NOT_THEN = "Not a clause then"
_HOW_TO_STATE = (
    "Those still due stand first, then those that end within 30 days. Please answer in the council's register, on its "
    "sheet Statements, under the name in the last column."
)


def page(assessment: Assessment) -> Page:
    """Every clause of the council's policy, in the policy's own order."""
    own = assessment.own_clauses
    return Page(
        title=TITLE,
        heading=f"Clauses of {assessment.policy_title}",
        purpose="Every clause of the council's policy with its result",
        explanation=(_explanation(own, assessment),),
        columns=COLUMNS,
        rows=_rows(own, assessment) or (_none("The policy has no clause."),),
    )


def duties_page(assessment: Assessment) -> Page:
    """The duties that hold whatever the policy says."""
    duties = assessment.duties
    return Page(
        title=DUTIES_TITLE,
        heading="Other duties",
        purpose="Duties that hold whatever the policy says, with their results",
        explanation=(_explanation(duties, assessment),),
        columns=COLUMNS,
        rows=_rows(duties, assessment) or (_none("No other duty was looked at."),),
    )


def statements_page(assessment: Assessment) -> Page:
    """The questions only a person can answer, those still open first."""
    return Page(
        title=STATEMENTS_TITLE,
        heading=STATEMENTS_TITLE,
        purpose="What no data can decide: questions for a person to answer",
        explanation=(f"One table. {_HOW_TO_STATE} {FILTERS}",),
        columns=_STATEMENT_COLUMNS,
        rows=tuple(_statements(assessment)) or (("No statement is needed.", *[NONE] * (len(_STATEMENT_COLUMNS) - 1)),),
    )


def tally(outcomes: Iterable[ClauseResult]) -> str:
    """Clauses counted by result, worst first: ``74 clauses: 5 Does not meet, 9 Review``."""
    results = [outcome.result for outcome in outcomes]
    counts = [f"{results.count(result)} {result}" for result in Result if result in results]
    return f"{counted(len(results), 'clause')}: {', '.join(counts)}" if results else "No clause"


def notes(assessment: Assessment) -> dict[str, tuple[str, str, str]]:
    """Clause id to the number of its note, such as ``note 1``, what it is about, and the note."""
    noted = [outcome.clause for outcome in assessment.clauses if outcome.clause.note]
    return {
        clause.id: (f"note {number}", clause_label(clause), sentence(clause.note))
        for number, clause in enumerate(noted, start=1)
    }


def _explanation(outcomes: Sequence[ClauseResult], assessment: Assessment) -> str:
    before = assessment.previous
    last = f"Last time: the audit of {day(before.made_on)}." if before else "Last time: there was no audit before."
    return f"One table. {tally(outcomes)}. {last}{see_notes(outcomes, assessment)} {FILTERS}"


def see_notes(outcomes: Iterable[ClauseResult], assessment: Assessment) -> str:
    """Where the notes are, if any of some clauses has one."""
    noted = notes(assessment)
    return " [note 1] and the like: see Notes." if any(one.clause.id in noted for one in outcomes) else ""


def _rows(outcomes: Sequence[ClauseResult], assessment: Assessment) -> tuple[Line, ...]:
    words = Findings(assessment)
    topics: dict[str, Counter[str]] = {}
    accepted: Counter[str] = Counter()
    for finding in assessment.present:
        for clause in finding.clauses:
            topics.setdefault(clause, Counter())[words.topic(finding)] += 1
            accepted[clause] += finding.result is Result.ACCEPTED
    partial = {check.check for check in assessment.checks if not is_whole(check)}
    built = {check.check for check in assessment.checks}
    markers = notes(assessment)
    return tuple(
        _row(
            outcome,
            assessment.previous.clauses.get(outcome.clause.id, _NOT_THEN) if assessment.previous else _NO_AUDIT,
            _in_words(outcome, topics.get(outcome.clause.id, Counter()), accepted[outcome.clause.id], partial, built),
            f" [{markers[outcome.clause.id][0]}]" if outcome.clause.id in markers else "",
        )
        for outcome in outcomes
    )


def _in_words(
    outcome: ClauseResult, topics: Counter[str], accepted: int, partial: AbstractSet[str], built: AbstractSet[str]
) -> str:
    """Why a clause has its result: findings are counted, since their own sheets name whom they concern."""
    clause = outcome.clause
    if not topics or clause.rolls_up:
        return " ".join(filter(None, (sentence(outcome.because), sentence(outcome.supporting))))
    said = [f"{counted(topics.total(), 'finding')} under {_under(topics)}{_accepted(accepted, topics.total())}."]
    used = {use.check for use in clause.checks}
    if some := used & partial:
        said.append(f"{len(some)} of its checks could not be made in full.")
    if some := used - built:
        said.append(f"{len(some)} of its checks {'is' if len(some) == 1 else 'are'} not made yet.")
    return " ".join(filter(None, (*said, sentence(outcome.statement), sentence(outcome.supporting))))


def _accepted(accepted: int, of: int) -> str:
    if not accepted:
        return ""
    return ", accepted for a time" if accepted == of else f", {accepted} of them accepted for a time"


def _under(topics: Counter[str]) -> str:
    if len(topics) == 1:
        return next(iter(topics))
    return listed(f"{topic} ({number})" for topic, number in topics.items())


def _row(outcome: ClauseResult, before: str, words: str, marker: str) -> Line:
    clause = outcome.clause
    label = clause_label(clause) + (f"\nline {clause.line} of the policy" if clause.line else "")
    return (
        sentence(clause.paraphrase),
        label,
        str(clause.force).capitalize(),
        outcome.result_text,
        before,
        (words or "Nothing to add.") + marker,
        sentence(clause.left_to_a_person) or "Nothing.",
    )


def _none(text: str) -> Line:
    return (text, *[NONE] * (len(COLUMNS) - 1))


def _statements(assessment: Assessment) -> list[Line]:
    """One row a question: clauses that ask the same share it."""
    rows: list[tuple[int, Line]] = []
    for (ask, codes), outcomes in asked(assessment).items():
        stated = _stated(outcomes)
        ends = min((one.until for one in stated), default=None)
        status = _status(outcomes, stated, assessment.as_of)
        soon = status.startswith(Result.ATTESTED) and ends is not None and ends - assessment.as_of < RENEW_BEFORE
        line = (
            sentence(ask),
            status,
            _last_answer(stated, soon=soon),
            ends or NONE,
            "\n".join(clause_label(outcome.clause) for outcome in outcomes),
            "\n".join(dict.fromkeys(sentence(outcome.clause.paraphrase) for outcome in outcomes)),
            listed(codes) or NONE,
        )
        rows.append((1 if soon else 2 if status.startswith(Result.ATTESTED) else 0, line))
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]


def asked(assessment: Assessment) -> Mapping[tuple[str, tuple[str, ...]], Sequence[ClauseResult]]:
    """What has to be stated, as the question and its codes, with the clauses that ask it."""
    found: dict[tuple[str, tuple[str, ...]], list[ClauseResult]] = {}
    for outcome in assessment.clauses:
        if (attestation := outcome.clause.attestation) is not None:
            found.setdefault((attestation.ask, attestation.codes), []).append(outcome)
    return found


def answer_to(outcomes: Sequence[ClauseResult], as_of: date) -> Result:
    """How the statement stands that some clauses ask for: made, due, or not as the policy wants it."""
    status = _status(outcomes, _stated(outcomes), as_of)
    return next(result for result in Result if status.startswith(result))


def _stated(outcomes: Sequence[ClauseResult]) -> list[Stated]:
    """The last answers to a question, the one that ends first of each code: clauses may let it hold longer or less."""
    soonest: dict[str, Stated] = {}
    for one in (stated for outcome in outcomes for stated in outcome.stated):
        if one.code not in soonest or one.until < soonest[one.code].until:
            soonest[one.code] = one
    return list(soonest.values())


def _status(outcomes: Sequence[ClauseResult], stated: Sequence[Stated], as_of: date) -> str:
    dates = [outcome.attested_on for outcome in outcomes if outcome.attested_on]
    # One statement answers every clause that asks for it, so the oldest date is the one that holds.
    if len(dates) == len(outcomes):
        return f"{Result.ATTESTED} {day(min(dates))}"
    denied = any(one.answer.casefold() != "confirmed" and one.until >= as_of for one in stated)
    return str(Result.REVIEW if denied else Result.ATTESTATION_DUE)


def _last_answer(stated: Sequence[Stated], *, soon: bool) -> str:
    said = []
    for one in stated:
        code = f"{one.code}: " if len(stated) > 1 else ""
        where = sentence(one.evidence) if one.evidence else "No evidence was named."
        said.append(f"{code}{one.answer} by {one.by} on {day(one.on)}. {where}")
    return "\n".join([*said, *(["Please state it again: it ends soon."] if soon else [])]) or "Nobody has answered yet."
