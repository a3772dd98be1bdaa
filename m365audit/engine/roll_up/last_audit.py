"""From one council's ``assessment.json`` to what many councils' workbook says of it: counts and closed words only."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from m365audit.engine.documents.counting import as_result
from m365audit.engine.documents.written import Written, as_written
from m365audit.engine.roll_up.remedies import shortfalls
from m365audit.model.assessment import Finding
from m365audit.model.decisions import RENEW_BEFORE, Standing
from m365audit.model.fleet import Ending, LastAudit, Task
from m365audit.model.months import months_between
from m365audit.model.words import Actor, Result, Severity, State, worst
from m365audit.report import decisions
from m365audit.rules import RULES, Rule


def last_audit(run: str, body: Mapping[str, Any], digest: str, on: date) -> LastAudit:
    """What the document of a run says, on a day on or after it was made.

    Raises:
        KeyError, TypeError, ValueError: it is no document of this version.
    """
    written = as_written(run, body)
    present = [finding for finding in written.findings if finding.is_there]
    waiting = [one for one in present if decisions.is_needed(one) and not decisions.waits_for_provider(one)]
    # An exception that ends soon is waited for too, but what is said of it is its end.
    late = [(on - decisions.due(one)).days for one in waiting if one.result is not Result.ACCEPTED]
    coverage = body["coverage"].values()
    return LastAudit(
        run=run,
        policy=str(body["policy"]),
        tool_version=str(body["tool_version"]),
        counted=written.counted,
        states=Counter(finding.state for finding in written.findings),
        waiting=len(waiting),
        overdue=sum(days > 0 for days in late),
        overdue_days=max(0, *late) if late else 0,
        tasks=tuple(_tasks(present, written, on)),
        shortfalls=shortfalls(body["gaps"]),
        endings=tuple(_endings(body, on)),
        topics=_topics(body["checks"]),
        open=Counter(
            RULES[one.rule].topic for one in present if one.result is not Result.ACCEPTED and one.rule in RULES
        ),
        has_register=bool(body["register"]),
        read=sum(one["whole"] >= one["scopes"] for one in coverage),
        asked=len(coverage),
        digest=digest,
    )


def _tasks(present: Iterable[Finding], written: Written, on: date) -> Iterator[Task]:
    """What the provider is to put right, rule by rule: its own matters, and what somebody has answered it to do."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in present:
        is_ours = finding.actor is Actor.PROVIDER or decisions.waits_for_provider(finding)
        if is_ours and finding.result is not Result.ACCEPTED and finding.rule in RULES:
            by_rule.setdefault(finding.rule, []).append(finding)
    for name, findings in by_rule.items():
        yield _task(RULES[name], findings, written, on)


def _task(rule: Rule, findings: list[Finding], written: Written, on: date) -> Task:
    states = Counter(finding.state for finding in findings)
    standing = Counter(finding.standing for finding in findings)
    since = min(finding.open_since or written.made_on for finding in findings)
    return Task(
        rule=rule.id,
        topic=rule.topic,
        title=rule.title,
        why=rule.page["Why"],
        where=rule.page["Fix"],
        severity=min((finding.severity for finding in findings), key=list(Severity).index),
        findings=len(findings),
        new=states[State.NEW],
        came_back=states[State.CAME_BACK],
        to_go=standing[Standing.TO_GO],
        asked=standing[Standing.ASKED],
        months=months_between(since, on),
    )


def _endings(body: Mapping[str, Any], on: date) -> Iterator[Ending]:
    """Exceptions and statements that end soon, or have ended since the audit."""
    ends = Counter(
        date.fromisoformat(finding["decision"]["until"])
        for finding in body["findings"]
        if finding["result"] == Result.ACCEPTED and finding["decision"] and finding["decision"]["until"]
    )
    for day in sorted(ends):
        if day - on < RENEW_BEFORE:
            yield Ending("Exception", day, ends[day])
    # A statement may serve several clauses; what ended before the audit is a clause that waits for one, counted there.
    made_on = date.fromisoformat(body["as_of"])
    stated = {
        (said["code"], date.fromisoformat(said["until"]))
        for clause in body["clauses"]
        for said in clause.get("statements", ())
    }
    until = Counter(day for _, day in stated)
    for day in sorted(until):
        if made_on <= day < on + RENEW_BEFORE:
            yield Ending("Statement", day, until[day])


def _topics(checks: Iterable[Mapping[str, Any]]) -> dict[str, Result]:
    """The worst result of the checks of each topic."""
    found: dict[str, list[Result]] = {}
    for check in checks:
        if check["id"] in RULES:
            found.setdefault(RULES[check["id"]].topic, []).append(as_result(check["result"]))
    return {topic: worst(results) for topic, results in found.items()}
