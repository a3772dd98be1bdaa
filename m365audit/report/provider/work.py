"""What the provider has to do this month, in the order it wants doing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache

from m365audit.excel.styles import Look
from m365audit.graph.certificates import NEAR_END_DAYS
from m365audit.model.fleet import Fleet, FleetCouncil, Incident, LastAudit, Task, Trouble
from m365audit.model.words import GapKind, Severity
from m365audit.report.rows import Line, Made
from m365audit.report.sheets import Column, Page
from m365audit.report.topics import FILTERS
from m365audit.report.wording import NONE, counted, day, first_sentence, listed, sentence

TITLE = "What to do this month"
_VERY_NEAR = timedelta(days=7)
COLUMNS = (
    Column("What to do", 52, Look.STRONG),
    Column("When", 15),
    Column("Council", 26),
    Column("Why", 42),
    Column("Where to begin", 48),
    Column("Findings", 11, Look.NUMBER),
    Column("New or back", 11, Look.NUMBER),
    Column("Months open", 11, Look.NUMBER),
)
_WHEN = (
    "Today: an audit that failed or was missed, and a certificate about to end. This week: what is urgent, what the "
    "council has asked for or asks about, and what keeps an audit from being whole. Under each of these, the work of "
    "one council stands together."
)
_REPLIES = "Send the Clerk's workbook again, and take the reply in: m365audit decisions FILE"


class When(StrEnum):
    """How soon a piece of work wants doing, soonest first."""

    TODAY = "Today"
    THIS_WEEK = "This week"
    THIS_MONTH = "This month"
    CONVENIENT = "When convenient"


_BY_SEVERITY = {
    Severity.HIGH: When.THIS_WEEK,
    Severity.MEDIUM: When.THIS_MONTH,
    Severity.LOW: When.CONVENIENT,
}


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of work in one council; ``findings`` is 0 where it is about none. ``short`` is what it is in a word."""

    when: When
    council: str
    what: str
    why: str
    where: str
    findings: int = 0
    fresh: int = 0
    months: int = 0
    short: str = ""


def work_of(fleet: Fleet, council: FleetCouncil) -> tuple[Work, ...]:
    """The work of one council, soonest first."""
    found = [*(_incident(council, one) for one in _to_mend(council)), *_certificate(fleet, council)]
    if council.audit:
        found += _tasks(council, council.audit)
        found += _gaps(council, council.audit)
        found += _decisions(fleet, council, council.audit)
    return tuple(sorted(found, key=lambda one: list(When).index(one.when)))


def all_work(fleet: Fleet) -> tuple[Work, ...]:
    """The work of all councils, soonest first; within that council by council."""
    found = [one for council in fleet.councils for one in work_of(fleet, council)]
    return tuple(sorted(found, key=lambda one: list(When).index(one.when)))


def page(work: tuple[Work, ...]) -> Page:
    """The sheet of work."""
    nothing: Line = ("None: nothing is to be done.", *[NONE] * (len(COLUMNS) - 1))
    return Page(
        title=TITLE,
        heading=TITLE,
        purpose="Every piece of work that is the provider's, soonest first",
        explanation=(f"One table. {_WHEN} {FILTERS}",),
        columns=COLUMNS,
        rows=Made(work, _row) if work else (nothing,),
        frozen_columns=1,
    )


def _row(one: Work) -> Line:
    return (one.what, str(one.when), one.council, one.why, one.where, one.findings, one.fresh, one.months)


def _to_mend(council: FleetCouncil) -> list[Incident]:
    return [incident for incident in council.incidents if incident.trouble is not Trouble.RUNNING]


def _incident(council: FleetCouncil, incident: Incident) -> Work:
    what = {
        Trouble.TENANT_FILE: "Correct the tenant file, and audit",
        Trouble.REFUSED: "Mend what the audit was refused for, and audit again",
        Trouble.UNREADABLE: "Write the result again",
        Trouble.UNFINISHED: "Let the audit go on to its end",
        Trouble.NOT_JUDGED: "Judge and report the evidence",
        Trouble.MISSED: "Make this month's audit",
        Trouble.RUNNING: "Wait",
    }[incident.trouble]
    return Work(When.TODAY, council.name, f"{what}.", incident.words, sentence(incident.remedy))


def _certificate(fleet: Fleet, council: FleetCouncil) -> Iterator[Work]:
    if council.certificate_ends is None or council.certificate_ends - fleet.on > timedelta(days=NEAR_END_DAYS):
        return
    left = council.certificate_ends - fleet.on
    verb = "ended" if left < timedelta(0) else "ends"
    yield Work(
        When.TODAY if left <= _VERY_NEAR else When.THIS_WEEK,
        council.name,
        "Make a new certificate and upload it to the audit's app.",
        f"The audit's own certificate {verb} on {day(council.certificate_ends)}. No audit is possible after.",
        f"Entra admin centre > App registrations > Certificates & secrets; then m365audit doctor {council.slug}.",
    )


def _tasks(council: FleetCouncil, audit: LastAudit) -> Iterator[Work]:
    ordered = sorted(audit.tasks, key=lambda task: (list(Severity).index(task.severity), -task.to_go, task.rule))
    for task in ordered:
        what, why, where = _said(task.title, task.why, task.where)
        answered = task.to_go or task.asked
        yield Work(
            When.THIS_WEEK if answered else _BY_SEVERITY[task.severity],
            council.name,
            f"{what}{answers}" if (answers := _answered(task)) else what,
            why,
            where,
            task.findings,
            task.new + task.came_back,
            task.months,
            f"{task.topic}: {counted(task.findings, 'finding')}.",
        )


@cache
def _said(title: str, why: str, where: str) -> tuple[str, str, str]:
    """A rule's words as every council's row has them: thousands of rows share these few texts."""
    return f"See to it: {sentence(title)}", first_sentence(why), sentence(where)


def _answered(task: Task) -> str:
    said = []
    if task.to_go:
        said.append(f"the council has asked for {task.to_go:,} of them to be put right")
    if task.asked:
        said.append(f"has answered or wants explained {task.asked:,}" if said else _explain(task.asked))
    return f" Of the findings, {listed(said)}." if said else ""


def _explain(number: int) -> str:
    return f"the council has answered or wants explained {number:,}"


def _gaps(council: FleetCouncil, audit: LastAudit) -> Iterator[Work]:
    for one in audit.shortfalls:
        if one.remedy.is_due or one.remedy.kind is GapKind.REGISTER:
            yield Work(
                When.THIS_WEEK if one.remedy.is_due else When.THIS_MONTH,
                council.name,
                f"{one.remedy.action}.",
                f"Not read: {listed(one.data_sets)}; {counted(one.checks, 'check')} left open by it.",
                sentence(one.remedy.where.replace("SLUG", council.slug)),
            )


def _decisions(fleet: Fleet, council: FleetCouncil, audit: LastAudit) -> Iterator[Work]:
    if audit.overdue:
        yield Work(
            When.THIS_MONTH,
            council.name,
            f"Remind the Clerk of {counted(audit.overdue, 'decision')} past the day to reply.",
            f"The longest has been overdue for {counted(audit.overdue_days, 'day')}.",
            f"{_REPLIES}.",
        )
    for what in dict.fromkeys(ending.what for ending in audit.endings):
        ends = [ending for ending in audit.endings if ending.what == what]
        number, first = sum(ending.number for ending in ends), min(ending.on for ending in ends)
        verb = "ended" if first < fleet.on else "ends"
        yield Work(
            When.THIS_MONTH,
            council.name,
            f"Ask the Clerk whether {counted(number, what.lower())} {'is' if number == 1 else 'are'} to go on.",
            f"The first {verb} on {day(first)}.",
            f"{_REPLIES}.",
        )
