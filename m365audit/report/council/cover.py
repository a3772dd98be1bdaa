"""The first page for the Council: what it is, what came of it, and what it does not say, naming nobody."""

from m365audit.excel.cells import LONDON
from m365audit.excel.styles import Look
from m365audit.model.assessment import Assessment
from m365audit.model.words import Judgement, Result, State
from m365audit.report import changes, cover
from m365audit.report.council import counts as council_counts
from m365audit.report.sheets import Column, Line, Page
from m365audit.report.small_numbers import about
from m365audit.report.tested import tested
from m365audit.report.topics import is_whole
from m365audit.report.wording import counted, day, listed, month, month_after

_WHAT = (
    "The monthly audit of the council's Microsoft 365, the service its email, documents and online meetings run on, "
    "against the council's own IT policy. It counts and names nobody, and may be published with the agenda."
)
_NO_BREACH = (
    "Not by itself. A finding says that a setting, a right or a habit appears to differ from what the policy asks. It "
    "does not say that anybody saw what they should not have, or that anybody did wrong."
)
_NOT_READ = (
    "No content of emails or documents, no chats, no passwords, no meeting links. Settings, names, addresses, rights "
    "and times of meetings were read, and nothing was changed. Private accounts and devices were not looked at."
)
_AUDITOR = (
    "That the council's Microsoft 365 was looked at on the day named here, what came of every clause, and what was not "
    "looked at. It bears on the email, data protection and IT policy parts of Assertion 10 of the annual return, and "
    "does not by itself show that it is met: the website, and what only people can state, are beyond it."
)
_SMALL = (
    "Because in a small council a number can point at a person. Findings are told as None, Fewer than 5 or rounded; "
    "clauses and checks are counted exactly, and no result is held back."
)


def page(assessment: Assessment) -> Page:
    """The questions of a councillor, a resident and an internal auditor, with their answers."""
    return Page(
        title=cover.TITLE,
        heading=f"Microsoft 365 audit of {assessment.council}, {month(assessment.as_of)}",
        purpose="The audit in questions and answers",
        explanation=("One table: the audit in questions and answers. It names nobody.",),
        columns=(Column("Question", 44, Look.STRONG), Column("Answer", 60), Column("Where to look", 44)),
        rows=_answers(assessment),
    )


def _answers(assessment: Assessment) -> tuple[Line, ...]:
    return (
        ("What is this?", _WHAT, "Table of contents lists the sheets."),
        ("Does the council keep its own policy?", _result(assessment), "Results by section, and Clauses."),
        ("Is anything urgent?", _urgent(assessment), "Findings by topic."),
        ("Has there been a data breach?", _NO_BREACH, "Notes says what the words mean."),
        ("What has changed since last month?", _changes(assessment), "Changes this month, and Year so far."),
        ("What has been accepted?", council_counts.accepted(assessment), "Accepted exceptions."),
        ("What could not be checked?", _unchecked(assessment), "Not assessed."),
        ("How much can data decide?", _reach(assessment), "Statements due."),
        ("What was not read?", _NOT_READ, "Nobody's messages or documents were opened."),
        ("What may the internal auditor take from it?", _AUDITOR, "The Clerk holds the evidence behind it."),
        ("Why are some numbers not exact?", _SMALL, "Notes."),
        ("Which policy was audited?", _policy(assessment), "Clauses has every clause of it."),
        ("When, and when again?", _when(assessment), "Year so far has the other months."),
        ("Can everybody use this workbook?", tested(assessment, "Council"), "Please say if you cannot."),
        ("Who can be asked?", _whom(assessment), "Please name the month of the audit."),
    )


def _result(assessment: Assessment) -> str:
    """What is met by evidence, what somebody confirmed, and what nobody knows are told apart."""
    own = [outcome.result for outcome in assessment.own_clauses]
    counts = {result: own.count(result) for result in Result}
    besides = {
        Result.REVIEW: "for a person to look at",
        Result.NOT_ASSESSED: "not assessed",
        Result.ATTESTATION_DUE: "waiting for a person's statement",
        Result.ADVICE: "with advice only",
        Result.ACCEPTED: "accepted for a time",
        Result.NOT_APPLICABLE: "not asking for anything here",
    }
    others = listed(f"{counts[result]} {words}" for result, words in besides.items() if counts[result])
    return (
        f"Of its {counted(len(own), 'clause')}, {counts[Result.DOES_NOT_MEET]} appear not to be met. Met by evidence: "
        f"{counts[Result.MEETS]}. Confirmed by a person's statement: {counts[Result.ATTESTED]}. {_besides(others)}"
    )


def _besides(others: str) -> str:
    return f"Of the others: {others}." if others else "There are no others."


def _urgent(assessment: Assessment) -> str:
    return f"{council_counts.urgent(assessment)} Whether each is a breach of the policy is for the council to decide."


def _changes(assessment: Assessment) -> str:
    if assessment.previous is None:
        return changes.FIRST
    states = [finding.state for finding in assessment.findings]
    moved = council_counts.moves(assessment)
    new, gone = (about(states.count(state)).lower() for state in (State.NEW, State.FIXED))
    return (
        f"{changes.compared_with(assessment.previous)} Findings that are new: {new}; no longer found: {gone}. "
        f"Clauses that appear not to be met and were not so before: {moved[council_counts.BROKEN]}; the other way "
        f"round: {moved[council_counts.MENDED]}."
    )


def _unchecked(assessment: Assessment) -> str:
    made = council_counts.checks_made(assessment)
    if all(map(is_whole, assessment.checks)) and not assessment.gaps:
        return f"{made} Everything the audit asks for came back whole."
    return f"{made} For what the others cover, this is not a clean bill of health."


def _reach(assessment: Assessment) -> str:
    own = [outcome.clause for outcome in assessment.own_clauses]
    automatic = sum(clause.judgement is Judgement.AUTOMATIC for clause in own)
    return (
        f"Little: of this policy's {counted(len(own), 'clause')}, data alone settle {automatic}. For the others a "
        "person has to look as well, or to state how things stand."
    )


def _policy(assessment: Assessment) -> str:
    return f"{assessment.policy_title}. Version or date: {assessment.policy_version or 'none on file'}."


def _when(assessment: Assessment) -> str:
    moment = assessment.collected_at.astimezone(LONDON)
    after = month(month_after(assessment.as_of))
    return f"Microsoft 365 was read on {day(moment)} at {moment:%H:%M}. The next audit is expected in early {after}."


def _whom(assessment: Assessment) -> str:
    return f"The office of {assessment.council}. The audit was made by {assessment.provider}, its IT provider."
