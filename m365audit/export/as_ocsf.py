"""OCSF Compliance Findings for SIEMs, one JSON object a line: version 1.6.0 of the schema at schema.ocsf.io.

Findings, checks, clauses and the audit itself are events; ``finding_info.types`` tells them apart, and
``finding_info.uid`` stays the same from month to month, so that what passes now closes what failed then. Only what was
looked at and differed from nothing is a *Pass*. What could not be looked at is a *Warning*, which the schema defines
as a check that came to no result for want of information.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from hashlib import sha256
from typing import Any

import orjson

from m365audit.export.council import Council, reasons
from m365audit.export.ocsf_words import (
    ACTIVITY,
    CATEGORY_UID,
    CLASS_UID,
    OBSERVED_RESOURCE,
    RULE,
    SEVERITY,
    Activity,
    Named,
    activity_of,
    lifecycle_of,
    status_of,
)
from m365audit.export.records import Audited, Kind, Record, Refused, records, refusal_record
from m365audit.model.assessment import Assessment, Finding
from m365audit.model.decisions import Decision

VERSION = "1.6.0"
PRODUCT = "m365audit"
_EVENTS = frozenset(Kind) - {Kind.GAP}  # What is missing stands with the checks it leaves open.
_HALF_PAIR = re.compile("[\ud800-\udfff]")
Event = dict[str, Any]


def pieces(councils: Iterable[Audited]) -> Iterator[str]:
    """The file, event by event."""
    for audited in councils:
        for event in events(audited):
            yield orjson.dumps(event).decode() + "\n"


def events(audited: Audited) -> Iterator[Event]:
    """The events of one council."""
    if isinstance(audited, Refused):
        yield _identified(_refusal(audited))
        return
    council = Council.of(audited)
    for record in records(council):
        if record.kind in _EVENTS:
            yield _identified(_event(record, council))


def _identified(event: Event) -> Event:
    """The event under an id of its own made of all it says: sent twice it is one, changed it is another."""
    sound: Event = _sound(event)
    sound["metadata"]["uid"] = sha256(orjson.dumps(sound, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]
    return sound


def _sound(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Half a surrogate pair is no Unicode and no JSON; it becomes U+FFFD, and everything else stays as it is."""
    if isinstance(value, str):
        return _HALF_PAIR.sub("\ufffd", value)
    if isinstance(value, Mapping):
        return {key: _sound(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_sound(part) for part in value]
    return value


def _refusal(refused: Refused) -> Event:
    record = refusal_record(refused)
    return {
        **_classified(record, Activity.UPDATE, at=refused.at),
        "metadata": {"version": VERSION, "product": {"name": PRODUCT, "vendor_name": PRODUCT}},
        "finding_info": {"uid": record.uid, "title": record.title, "desc": record.because, "types": [str(record.kind)]},
        "compliance": {"control": record.title, **_compliance_status(record)},
        "resources": [{"name": refused.tenant, "type": "tenant"}],
        "unmapped": {"tenant": refused.tenant},
    }


def _event(record: Record, council: Council) -> Event:
    assessment = council.assessment
    activity = activity_of(record, is_first=assessment.previous is None)
    event: Event = {
        **_classified(record, activity, at=assessment.collected_at),
        "metadata": {
            "version": VERSION,
            "product": {"name": PRODUCT, "vendor_name": PRODUCT, "version": assessment.tool_version},
            "tenant_uid": assessment.tenant_id,
        },
        "finding_info": _finding_info(record, council),
        "compliance": _compliance(record, council),
        "resources": [_resource(record, assessment)],
        "unmapped": _unmapped(record, assessment),
    }
    if record.fix:
        event["remediation"] = {"desc": record.fix}
    if record.subject:
        event["observables"] = [
            {"name": "resources[].uid", **OBSERVED_RESOURCE.pair("type"), "value": record.subject.id}
        ]
    return event


def _classified(record: Record, activity: Activity, at: datetime) -> Event:
    """What every event says of itself, by number and in words."""
    return {
        "category_uid": CATEGORY_UID,
        "category_name": "Findings",
        "class_uid": CLASS_UID,
        "class_name": "Compliance Finding",
        "activity_id": activity.value,
        "activity_name": ACTIVITY[activity],
        "type_uid": CLASS_UID * 100 + activity.value,
        "type_name": f"Compliance Finding: {ACTIVITY[activity]}",
        "time": _milliseconds(at),
        **severity_of(record).pair("severity"),
        **lifecycle_of(record).pair("status"),
        "message": f"{record.result_text}: {record.because}",
    }


def severity_of(record: Record) -> Named:
    """How urgent: as its finding is; *Informational* where all is well, *Unknown* where nothing is known."""
    return SEVERITY[record.severity] if record.severity else SEVERITY[record.result]


def _finding_info(record: Record, council: Council) -> Event:
    info: Event = {
        "uid": record.uid,
        "title": record.title,
        "desc": record.because,
        "types": [str(record.kind)],
    }
    if record.kind in (Kind.FINDING, Kind.CHECK):
        rule = record.rules[0]
        version = council.assessment.tool_version
        info["analytic"] = {"uid": rule, "name": record.title, "version": version, **RULE.pair("type")}
        if sources := council.sources.get(rule):
            info["data_sources"] = list(sources)
    if record.finding:
        info |= _days(record.finding, council.assessment)
    return info


def _days(finding: Finding, assessment: Assessment) -> Event:
    first = _milliseconds(_midnight(finding.first_seen))
    days = {"created_time": first, "first_seen_time": first}
    if finding.is_there:
        days["last_seen_time"] = _milliseconds(assessment.collected_at)
    elif finding.last_seen:
        days["last_seen_time"] = _milliseconds(_midnight(finding.last_seen))
    return days


def _compliance(record: Record, council: Council) -> Event:
    about: Event = {"control": record.title, "standards": council.standards_of(record.clauses)}
    if record.clauses:
        about["requirements"] = [*record.clauses, *record.frameworks]
    if record.rules:
        about["checks"] = [{"uid": rule, "name": council.titles.get(rule, rule)} for rule in record.rules]
    return about | _compliance_status(record)


def _compliance_status(record: Record) -> Event:
    unseen = record.finding.unseen if record.finding else ""
    details = [record.because, *reasons(record.missing), unseen]
    return {
        **status_of(record).pair("status"),
        "status_code": record.result_text,
        "status_details": list(dict.fromkeys(words for words in details if words)),
    }


def _resource(record: Record, assessment: Assessment) -> Event:
    if record.subject is None:
        return {"uid": assessment.tenant_id, "name": assessment.council, "type": "tenant"}
    return {"uid": record.subject.id, "name": record.subject.name, "type": str(record.subject.kind)}


def _unmapped(record: Record, assessment: Assessment) -> Event:
    """What the schema has no place for."""
    about: Event = {
        "tenant": assessment.tenant,
        "council": assessment.council,
        "policy": assessment.policy,
        "run": assessment.run,
        "as_of": assessment.as_of.isoformat(),
    }
    finding = record.finding
    if finding:
        about |= {
            "state": str(finding.state),
            "actor": str(finding.actor),
            "months_open": finding.months_open,
            "fixed_on": finding.fixed_on.isoformat() if finding.fixed_on else None,
            "decision": _decision(finding.decision, finding),
        }
    return about


def _decision(decision: Decision | None, finding: Finding) -> Event | None:
    """The answer and its days. Why, and who decided it, are the council's own: they stay in the workbooks."""
    if decision is None:
        return None
    return {
        "answer": str(decision.answer),
        "standing": str(finding.standing),
        "decided_on": decision.decided_on.isoformat(),
        "until": decision.until.isoformat() if decision.until else None,
    }


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000 + moment.microsecond // 1000


def _midnight(day: date) -> datetime:
    """The day's midnight in UTC, which is the same day on the United Kingdom's clocks, summer and winter."""
    return datetime.combine(day, time(), UTC)
