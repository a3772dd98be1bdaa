"""The findings in numbers for the Council: by topic, by what became of them, accepted, and over the year."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from m365audit.excel.cells import Value
from m365audit.excel.styles import Look
from m365audit.model.assessment import Assessment, Finding
from m365audit.model.months import Audited
from m365audit.model.words import Actor, Result, Severity, State, worst
from m365audit.report import changes, decisions, exceptions, year
from m365audit.report.council.clauses import in_a_word
from m365audit.report.findings import Findings
from m365audit.report.sheets import Column, Line, Page
from m365audit.report.small_numbers import about, share
from m365audit.report.states import ACCEPTED, MEANING, label
from m365audit.report.topics import is_whole, topics
from m365audit.report.wording import NONE, OWNER, URGENCY, counted, day, listed, month

TOPICS_TITLE = "Findings by topic"
_ALL = "All topics together"
_NOT_EXACT = "Findings are not counted exactly; Notes says why."
_NO_TOPIC = "No check was made."
_TOPIC_COLUMNS = (
    Column("Topic", 34, Look.STRONG),
    Column("Result", 18, Look.RESULT),
    Column("Checks made in full", 14),
    *(Column(f"{word} urgency", 15) for word in URGENCY.values()),
    Column("Accepted for a time", 15),
    Column("Could not be looked at again", 16),
    Column("Who acts", 32),
)
_CHANGE_COLUMNS = (
    Column("What became of it", 36, Look.STRONG),
    Column("Counts", 14),
    Column("How many", 18),
    Column("What that means", 60),
)
_YEAR_COLUMNS = (
    Column("Month", 44, Look.STRONG),
    Column("Clauses not met", 11),
    Column("Clauses for a person to look at", 13),
    Column("Clauses not assessed or due", 13),
    Column("Clauses met or confirmed", 13),
    Column("Clauses accepted", 12),
    *(Column(f"{word} findings", 15) for word in URGENCY.values()),
    Column("Accepted findings", 15),
    Column("Accounts with two-step sign-in", 18),
    Column("Shared with people outside", 15),
    Column("Open to anyone with a link", 15),
)
_YEAR_EXPLAINED = (
    "One table. Clauses are those of the council's own policy; findings are those open on the day of the audit; what "
    "is shared or open are files and folders."
)
_NOT_COUNTED = "Not counted"
BROKEN, MENDED, _OTHER = "Now appears not to be met", "No longer appears not to be met", "Another change of result"
_SAME, _SINCE = "Same result", "Not a clause last time"
_MOVES = {
    BROKEN: "Clauses of the policy with the result Does not meet, which had another one last time.",
    MENDED: "Clauses that had the result Does not meet last time and have another one now; not always a better one.",
    _OTHER: "Clauses whose result is another one than last time, and was and is not Does not meet.",
    _SAME: "Clauses whose result is that of last time.",
    _SINCE: "Clauses the policy did not have at the last audit.",
}


def topics_page(assessment: Assessment) -> Page:
    """A row for each topic, then one for all."""
    names = topics(assessment)
    rows = [_topic(topic, [topic], assessment) for topic in names]
    rows += [_topic(_ALL, names, assessment)] if len(names) > 1 else []
    return Page(
        title=TOPICS_TITLE,
        heading=TOPICS_TITLE,
        purpose="What was found under each topic, by urgency, and who acts",
        explanation=(f"One table. {_NOT_EXACT} None means that none was found by the checks that were made.",),
        columns=_TOPIC_COLUMNS,
        rows=tuple(rows) or ((_NO_TOPIC, *[NONE] * (len(_TOPIC_COLUMNS) - 1)),),
    )


def _topic(name: str, wanted: Sequence[str], assessment: Assessment) -> Line:
    words = Findings(assessment)
    checks = [check for check in assessment.checks if check.topic in wanted]
    found = [finding for finding in assessment.present if words.topic(finding) in wanted]
    open_ = [finding for finding in found if finding.result is not Result.ACCEPTED]
    unseen = sum(one.state is State.NOT_COMPARABLE and words.topic(one) in wanted for one in assessment.findings)
    urgency = Counter(finding.severity for finding in open_)
    return (
        name,
        str(worst(check.result for check in checks)),
        f"{sum(map(is_whole, checks))} of {len(checks)}",
        *(about(urgency[severity]) for severity in Severity),
        about(len(found) - len(open_)),
        about(unseen),
        _who(open_),
    )


def _who(findings: Iterable[Finding]) -> str:
    named = {**OWNER, Actor.PERSON: "The people concerned"}
    acting = {finding.actor for finding in findings}
    words = listed(named[actor] for actor in Actor if actor in acting)
    return words[:1] + words[1:].replace("The ", "the ") or "Nobody needs to"


def changes_page(assessment: Assessment) -> Page:
    """What became of findings and of clauses since the last audit."""
    before = assessment.previous
    rows = [(changes.FIRST, "Nothing", NONE, "From next month on, this sheet says what changed.")]
    if before is not None:
        found = Counter(map(label, assessment.findings))
        meaning = {**MEANING, ACCEPTED: "The council has looked at it and accepted it, with a reason and an end date."}
        rows = [(word, "Findings", about(found[word]), meaning[word]) for word in changes.ORDER]
        moved = moves(assessment)
        rows += [(word, "Clauses", f"{moved[word]:,}", means) for word, means in _MOVES.items()]
    return Page(
        title=changes.TITLE,
        heading=changes.TITLE,
        purpose="What became of findings and clauses since the last audit",
        explanation=(f"One table. {changes.compared_with(before) if before else changes.FIRST} {_NOT_EXACT}",),
        columns=_CHANGE_COLUMNS,
        rows=tuple(rows),
    )


def moves(assessment: Assessment) -> Counter[str]:
    """The council's own clauses by what became of their results."""
    before = assessment.previous.clauses if assessment.previous else {}
    return Counter(_move(before.get(one.clause.id), one.result) for one in assessment.own_clauses)


def _move(before: str | None, now: Result) -> str:
    was = None if before is None else Result(in_a_word(before))
    if was is None:
        return _SINCE
    if was is now:
        return _SAME
    if now is Result.DOES_NOT_MEET:
        return BROKEN
    return MENDED if was is Result.DOES_NOT_MEET else _OTHER


def exceptions_page(assessment: Assessment) -> Page:
    """How much is accepted under which topic; when the first of all of it ends, and not of which topic that is."""
    words, held = Findings(assessment), exceptions.in_force(assessment)
    by_topic = Counter(map(words.topic, held))
    rows = [(topic, about(by_topic[topic])) for topic in topics(assessment) if by_topic[topic]]
    rows += [(_ALL, about(len(held)))] if len(rows) > 1 else []
    return Page(
        title=exceptions.TITLE,
        heading=exceptions.TITLE,
        purpose="What the council has accepted for a time, by topic",
        explanation=(f"One table. {accepted(assessment)} {_NOT_EXACT}",),
        columns=(Column("Topic", 44, Look.STRONG), Column("Accepted for a time", 24)),
        rows=tuple(rows) or (("None: nothing is accepted for a time.", NONE),),
    )


def accepted(assessment: Assessment) -> str:
    """What is accepted for a time, in sentences."""
    held = exceptions.in_force(assessment)
    if not held:
        return "Nothing is accepted for a time."
    ends = [finding.accepted_until for finding in held if finding.accepted_until]
    said = f"{about(len(held))} of the findings are accepted for a time, each with a reason and a last day."
    said += f" The first to end does so on {day(min(ends))}." if ends else ""
    if soon := sum(map(decisions.is_to_renew, held)):
        said += f" Within 30 days: {about(soon).lower()}."
    return said


def year_page(assessment: Assessment) -> Page:
    """The months from April, and the position at the last 31 March."""
    trend = assessment.trend
    return Page(
        title=year.TITLE,
        heading=_year(trend.begins) if trend else year.TITLE,
        purpose="The months since April in numbers, and the position at 31 March for the annual return",
        explanation=(f"{_YEAR_EXPLAINED} {_NOT_EXACT}",),
        columns=_YEAR_COLUMNS,
        rows=year.lines(trend, _numbers, len(_YEAR_COLUMNS)),
    )


def _year(begins: date) -> str:
    return f"The council's year from {month(begins)} to {month(begins.replace(year=begins.year + 1, month=3))}"


def _numbers(audit: Audited) -> tuple[Value, ...]:
    clauses, measures = audit.clauses, audit.measures
    two_step, accounts = measures.get("two_step"), measures.get("accounts")
    return (
        clauses[Result.DOES_NOT_MEET],
        clauses[Result.REVIEW],
        clauses[Result.NOT_ASSESSED] + clauses[Result.ATTESTATION_DUE],
        clauses[Result.MEETS] + clauses[Result.ATTESTED],
        clauses[Result.ACCEPTED],
        *(about(audit.findings[severity]) for severity in Severity),
        about(audit.accepted),
        _NOT_COUNTED if two_step is None or accounts is None else share(two_step, accounts),
        *(_about(measures.get(name)) for name in ("shared_outside", "anyone_links")),
    )


def _about(count: int | None) -> str:
    return _NOT_COUNTED if count is None else about(count)


def urgent(assessment: Assessment) -> str:
    """How many of the open findings are urgent, in a sentence."""
    open_ = [finding for finding in assessment.present if finding.result is not Result.ACCEPTED]
    high = sum(finding.severity is Severity.HIGH for finding in open_)
    words = f"{about(len(open_))} findings are open" if open_ else "No finding is open"
    return f"{words}; of high urgency: {about(high).lower()}."


def checks_made(assessment: Assessment) -> str:
    """How far the audit reached, in a sentence."""
    whole = sum(map(is_whole, assessment.checks))
    return f"{whole} of {counted(len(assessment.checks), 'check')} were made in full."
