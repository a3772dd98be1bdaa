"""Every council in one row: what its last audit came to, and what comes next; and how each topic stands in each."""

from collections.abc import Sequence
from functools import partial

from m365audit.excel.cells import Value
from m365audit.excel.styles import Look
from m365audit.model.decisions import RENEW_BEFORE
from m365audit.model.fleet import Fleet, FleetCouncil, LastAudit, Trouble
from m365audit.model.months import month_of
from m365audit.model.words import Result, Severity, State
from m365audit.report.provider.work import When, work_of
from m365audit.report.rows import Line, Made
from m365audit.report.sheets import Column, Page
from m365audit.report.topics import FILTERS

TITLE = "Councils"
TOPICS_TITLE = "Topics by council"
COMPLETE, PARTIAL = "Complete", "Partial"
NO_RESULT = "No result"
_NOT_KNOWN = "Not known"
_NUMBER = 11
COLUMNS = (
    Column("Council", 34, Look.STRONG),
    Column("Audit of the month", 16),
    Column("Last audit", 13),
    Column("Clauses not met", _NUMBER, Look.NUMBER),
    Column("Clauses to review", _NUMBER, Look.NUMBER),
    Column("Clauses not known", _NUMBER, Look.NUMBER),
    Column("Clauses in order", _NUMBER, Look.NUMBER),
    Column("High findings", _NUMBER, Look.NUMBER),
    Column("Medium findings", _NUMBER, Look.NUMBER),
    Column("Low findings", _NUMBER, Look.NUMBER),
    Column("New or back", _NUMBER, Look.NUMBER),
    Column("Decisions waiting", 12, Look.NUMBER),
    Column("Of these overdue", 11, Look.NUMBER),
    Column("Days overdue", 11, Look.NUMBER),
    Column("Exceptions ending", 12, Look.NUMBER),
    Column("Gaps to mend", 9, Look.NUMBER),
    Column("Certificate, days left", 13, Look.NUMBER),
    Column("Next", 28),
)
_EXPLANATION = (
    "One table, those that need somebody soonest first.",
    "Numbers are those of the last audit, whatever its month. Findings are those that are there and not accepted.",
    "Clauses not known: not assessed, or a statement is due. In order: met, stated, accepted or advice only.",
    f"Exceptions ending: within {RENEW_BEFORE.days} days, or ended since the audit. Days overdue: of the longest.",
)
_NO_NUMBERS = 13


def page(fleet: Fleet) -> Page:
    """The sheet with one row for each council."""
    return Page(
        title=TITLE,
        heading=TITLE,
        purpose="One row for each council: how its audit went, what it found, what waits, what comes next",
        explanation=(*_EXPLANATION, FILTERS),
        columns=COLUMNS,
        rows=Made(soonest_first(fleet), partial(_row, fleet)) if fleet.councils else (_nobody(COLUMNS),),
        frozen_columns=1,
    )


def soonest_first(fleet: Fleet) -> list[FleetCouncil]:
    """The councils in the order in which they need somebody."""
    troubles = [*Trouble, None]

    def rank(council: FleetCouncil) -> tuple[int, int, int, int]:
        audit, work = council.audit, work_of(fleet, council)
        soonest = list(When).index(work[0].when) if work else len(When)
        high = audit.counted.findings[Severity.HIGH] if audit else 0
        return troubles.index(council.trouble), soonest, -high, -(audit.overdue_days if audit else 0)

    return sorted(fleet.councils, key=rank)


def how_it_went(council: FleetCouncil, fleet: Fleet) -> str:
    """What became of the audit of the month, in a few words."""
    audit, trouble = council.audit, council.trouble
    is_of_the_month = audit is not None and month_of(audit.made_on) == month_of(fleet.on)
    if audit is None or not is_of_the_month:
        return str(trouble or Trouble.MISSED)
    went = COMPLETE if audit.counted.complete else PARTIAL
    return f"{went}; then: {trouble.lower()}" if trouble else went


def topics_page(fleet: Fleet) -> Page:
    """The sheet of councils by topics."""
    topics = sorted({topic for council in fleet.councils if council.audit for topic in council.audit.topics})
    columns = (
        Column("Council", 36, Look.STRONG),
        Column("As at", 13),
        *(Column(topic, 12, Look.RESULT) for topic in topics),
    )
    audits = [(council.name, council.audit) for council in fleet.councils if council.audit]
    return Page(
        title=TOPICS_TITLE,
        heading=TOPICS_TITLE,
        purpose="The worst result of the checks under each topic, council beside council",
        explanation=(
            (
                "One table. Checks are the same for every council, whatever its policy. Each cell is the worst result "
                "of the checks under that topic in the last audit, and behind it how many findings are there and not "
                f"accepted. {FILTERS}"
            ),
        ),
        columns=columns,
        rows=Made(audits, partial(_topics, topics)) if topics else (_nobody(columns),),
        frozen_columns=1,
    )


def _topics(topics: Sequence[str], of: tuple[str, LastAudit]) -> Line:
    name, audit = of
    return (name, audit.made_on, *(_topic(audit, topic) for topic in topics))


def _topic(audit: LastAudit, topic: str) -> str:
    if topic not in audit.topics:
        return NO_RESULT
    number = audit.open.get(topic, 0)
    return f"{audit.topics[topic]}: {number:,}" if number else str(audit.topics[topic])


def _nobody(columns: tuple[Column, ...]) -> Line:
    return ("None: no council has a result.", *[NO_RESULT] * (len(columns) - 1))


def _row(fleet: Fleet, council: FleetCouncil) -> Line:
    audit = council.audit
    work = work_of(fleet, council)
    days = (council.certificate_ends - fleet.on).days if council.certificate_ends else _NOT_KNOWN
    numbers = _numbers(audit) if audit else (NO_RESULT,) * _NO_NUMBERS
    return (
        council.name,
        how_it_went(council, fleet),
        last_made(council),
        *numbers,
        days,
        (work[0].short or work[0].what) if work else "Nothing",
    )


def last_made(council: FleetCouncil) -> Value:
    """The day the last audit judged by, or that there is none, or none that can be read."""
    if council.audit:
        return council.audit.made_on
    is_there = any(incident.trouble is Trouble.UNREADABLE for incident in council.incidents)
    return "Cannot be read" if is_there else "None"


def _numbers(audit: LastAudit) -> tuple[Value, ...]:
    clauses, findings = audit.counted.clauses, audit.counted.findings
    in_order = (Result.ADVICE, Result.ACCEPTED, Result.ATTESTED, Result.MEETS, Result.NOT_APPLICABLE)
    return (
        clauses[Result.DOES_NOT_MEET],
        clauses[Result.REVIEW],
        clauses[Result.NOT_ASSESSED] + clauses[Result.ATTESTATION_DUE],
        sum(clauses[result] for result in in_order),
        *(findings[severity] for severity in Severity),
        audit.states.get(State.NEW, 0) + audit.states.get(State.CAME_BACK, 0),
        audit.waiting,
        audit.overdue,
        audit.overdue_days,
        sum(ending.number for ending in audit.endings if ending.what == "Exception"),
        sum(shortfall.remedy.is_due for shortfall in audit.shortfalls),
    )
