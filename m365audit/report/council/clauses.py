"""Every clause with its result, and what has to be stated, for the Council: the policy's own words and ours."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from m365audit.excel.styles import Look
from m365audit.model.assessment import Assessment, ClauseResult
from m365audit.model.words import Result
from m365audit.report import clauses
from m365audit.report.findings import Findings
from m365audit.report.sheets import Column, Line, Page
from m365audit.report.topics import is_whole
from m365audit.report.wording import NONE, clause_label, counted, day, heading, listed, sentence

_COLUMNS = (
    Column("What it asks", 60),
    Column("Clause", 26),
    Column("Strength", 14),
    Column("Result", 17, Look.RESULT),
    Column("Last time", 17, Look.RESULT),
    Column("Why", 46),
)
_STATEMENTS = (Column("What has to be stated", 60), Column("How it stands", 30, Look.STRONG), Column("Section", 46))
_NO_AUDIT = "No audit"
_NOT_THEN = "Not a clause then"
_OF_RESULT: dict[Result, str] = {
    Result.MEETS: "All of it was looked at, and nothing differed.",
    Result.ATTESTED: "A person has stated how things stand.",
    Result.ATTESTATION_DUE: "A person has to state how things stand, and has not yet.",
    Result.NOT_APPLICABLE: "It asks for nothing here.",
    Result.NOT_ASSESSED: "Not all of it could be looked at; see Not assessed.",
    Result.ADVICE: "It is encouraged and appears not to be done everywhere.",
    Result.REVIEW: "A person has to look at it.",
    Result.DOES_NOT_MEET: "It appears not to be so.",
    Result.ACCEPTED: "It is accepted for a time.",
}
"""Said where no finding says more; each holds whatever the result rests on."""
_UNKNOWN = (Result.NOT_ASSESSED, Result.ATTESTATION_DUE)
_ANSWERS: dict[Result, str] = {
    Result.ATTESTED: "Confirmed",
    Result.ATTESTATION_DUE: "Still to be confirmed",
    Result.REVIEW: "Not as the policy asks",
}


def pages(assessment: Assessment) -> tuple[Page, ...]:
    """The clauses of the council's own policy, and the duties beside them."""
    return (
        _page(clauses.TITLE, "Clauses of the council's policy", assessment.own_clauses, assessment),
        _page(clauses.DUTIES_TITLE, "Duties that hold whatever the policy says", assessment.duties, assessment),
    )


def _page(title: str, about: str, outcomes: Sequence[ClauseResult], assessment: Assessment) -> Page:
    before = assessment.previous
    last = f"Last time: the audit of {day(before.made_on)}." if before else "Last time: there was no audit before."
    return Page(
        title=title,
        heading=about,
        purpose=f"{about}, each with its result",
        explanation=(f"One table. {clauses.tally(outcomes)}. {last}{clauses.see_notes(outcomes, assessment)}",),
        columns=_COLUMNS,
        rows=_rows(outcomes, assessment) or (("There is none.", *[NONE] * (len(_COLUMNS) - 1)),),
    )


def _rows(outcomes: Iterable[ClauseResult], assessment: Assessment) -> tuple[Line, ...]:
    words, markers, before = Findings(assessment), clauses.notes(assessment), assessment.previous
    topics: dict[str, dict[str, set[Result]]] = {}
    for finding in assessment.present:
        for clause in finding.clauses:
            topics.setdefault(clause, {}).setdefault(words.topic(finding), set()).add(finding.result)
    partial = {check.check for check in assessment.checks if not is_whole(check)}
    rows = []
    for outcome in outcomes:
        id_ = outcome.clause.id
        marker = f" [{markers[id_][0]}]" if id_ in markers else ""
        last = _NO_AUDIT if before is None else in_a_word(before.clauses.get(id_))
        rows.append(
            (
                sentence(outcome.clause.paraphrase) + marker,
                clause_label(outcome.clause),
                str(outcome.clause.force).capitalize(),
                str(outcome.result),
                last,
                _why(outcome, topics.get(id_, {}), partial),
            )
        )
    return tuple(rows)


def in_a_word(result: str | None) -> str:
    """An earlier result without its date, which may be that of one person's exception."""
    if result is None:
        return _NOT_THEN
    return str(max((one for one in Result if result.startswith(one)), key=len))


def _why(outcome: ClauseResult, topics: Mapping[str, AbstractSet[Result]], partial: AbstractSet[str]) -> str:
    open_ = [topic for topic, results in topics.items() if results - {Result.ACCEPTED}]
    said = [_OF_RESULT[outcome.result]] if outcome.result in _UNKNOWN else []
    said += [f"Findings under {listed(open_)}."] if open_ else []
    if accepted := [topic for topic in topics if topic not in open_]:
        said.append(f"Findings under {listed(accepted)}, accepted for a time.")
    said = said or [_OF_RESULT[outcome.result]]
    used = {use.check for use in outcome.clause.checks}
    if some := used & partial:
        said.append(f"{len(some)} of {counted(len(used), 'check')} could not be made in full.")
    return " ".join(said)


def statements_page(assessment: Assessment) -> Page:
    """The questions only a person can answer, those without an answer first; not who answered, or with what."""
    asked = [
        (clauses.answer_to(outcomes, assessment.as_of), ask, outcomes)
        for (ask, _), outcomes in clauses.asked(assessment).items()
    ]
    order = list(_ANSWERS)[::-1]
    rows = [
        (sentence(ask), _ANSWERS[answer], listed(dict.fromkeys(heading(outcome.clause) for outcome in outcomes)))
        for answer, ask, outcomes in sorted(asked, key=lambda one: order.index(one[0]))
    ]
    confirmed = sum(answer is Result.ATTESTED for answer, _, _ in asked)
    return Page(
        title=clauses.STATEMENTS_TITLE,
        heading="What only a person can state",
        purpose="What no data can decide, and whether somebody has stated it",
        explanation=(f"One table. {confirmed} of {counted(len(asked), 'statement')} confirmed and still holding.",),
        columns=_STATEMENTS,
        rows=tuple(rows) or (("No statement is needed.", NONE, NONE),),
    )
