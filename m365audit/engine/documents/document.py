"""The assessment as ``assessment.json`` (version 1; its JSON Schema is ``docs/assessment.schema.json``)."""

from dataclasses import asdict
from datetime import date
from typing import Any

import orjson

from m365audit.engine.documents import trend_document as months
from m365audit.model.assessment import Assessment, ClauseResult, Finding, GapNote
from m365audit.model.decisions import Decision
from m365audit.model.months import DecisionNote, RegisterNote
from m365audit.snapshot import RunFolder
from m365audit.snapshot.folders import write_whole

VERSION = 1


def write(assessment: Assessment, folder: RunFolder) -> None:
    """Write ``assessment.json`` whole or not at all; the same assessment gives the same bytes."""
    write_whole(folder.assessment, orjson.dumps(as_json(assessment), option=orjson.OPT_INDENT_2))


def as_json(assessment: Assessment) -> dict[str, Any]:
    """The document, as its schema has it."""
    return {
        "version": VERSION,
        "tenant": assessment.tenant,
        "tenant_id": assessment.tenant_id,
        "council": assessment.council,
        "provider": assessment.provider,
        "policy": assessment.policy,
        "run": assessment.run,
        "as_of": assessment.as_of.isoformat(),
        "tool_version": assessment.tool_version,
        "register": assessment.has_register,
        "clauses": [_clause(result) for result in assessment.clauses],
        "checks": [
            {
                "id": check.check,
                "result": check.result_text,
                "because": check.because,
                "findings": check.findings,
                "unjudged": check.unjudged,
            }
            for check in assessment.checks
        ],
        "findings": [_finding(finding) for finding in assessment.findings],
        "decisions": [_decision_note(note) for note in assessment.decisions],
        "register_rows": [_register_note(note) for note in assessment.register_rows],
        "previous": months.previous_as_json(assessment.previous),
        "measures": dict(assessment.measures),
        "trend": months.trend_as_json(assessment.trend),
        "gaps": [_gap(note) for note in assessment.gaps],
        "coverage": {
            note.name: {"scopes": note.coverage.scopes, "whole": note.coverage.whole, "rows": note.coverage.rows}
            for note in assessment.data_sets
        },
    }


def _clause(result: ClauseResult) -> dict[str, Any]:
    clause = result.clause
    return {
        "id": clause.id,
        "policy": result.policy,
        "line": clause.line,
        "heading": clause.heading,
        "force": str(clause.force),
        "result": result.result_text,
        "because": result.because,
        "checks": [use.check for use in clause.checks],
        "supporting": [use.check for use in clause.supporting],
        "attestations": list(clause.attestation.codes) if clause.attestation else [],
        "statements": [
            {
                "code": stated.code,
                "answer": stated.answer,
                "by": stated.by,
                "on": stated.on.isoformat(),
                "evidence": stated.evidence,
                "until": stated.until.isoformat(),
            }
            for stated in result.stated
        ],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    subject = finding.subject
    return {
        "reference": finding.reference,
        "rule": finding.rule,
        "clauses": list(finding.clauses),
        "result": str(finding.result),
        "severity": str(finding.severity),
        "subject": {"kind": str(subject.kind), "id": subject.id, "name": subject.name},
        "because": finding.because,
        "fix": finding.fix,
        "actor": str(finding.actor),
        "first_seen": finding.first_seen.isoformat(),
        "state": str(finding.state),
        "answers": list(finding.answers),
        "may_accept": finding.may_accept,
        "concerns": sorted(finding.concerns),
        "decision": decision_as_json(finding.decision),
        "standing": str(finding.standing),
        "open_since": _day(finding.open_since),
        "months_open": finding.months_open,
        "fixed_on": _day(finding.fixed_on),
        "last_seen": _day(finding.last_seen),
        "unseen": finding.unseen,
        "extent": None if finding.extent is None else sorted(finding.extent),
        "added": sorted(finding.added),
    }


def decision_as_json(decision: Decision | None) -> dict[str, Any] | None:
    """A decision, with the keys it has in the ledger."""
    if decision is None:
        return None
    dated = {name: value.isoformat() for name, value in asdict(decision).items() if isinstance(value, date)}
    return {**asdict(decision), **dated}


def _decision_note(note: DecisionNote) -> dict[str, Any]:
    return {
        "decision": decision_as_json(note.decision),
        "standing": str(note.standing),
        "match": str(note.match),
        "why": note.why,
        "refused": note.refused,
    }


def _register_note(note: RegisterNote) -> dict[str, Any]:
    return {"sheet": note.sheet, "row": note.row, "says": note.says, "match": str(note.match), "why": note.why}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _gap(note: GapNote) -> dict[str, Any]:
    gap = note.gap
    return {
        "data_set": gap.data_set,
        "scope": gap.scope,
        "kind": str(gap.kind),
        "detail": gap.detail,
        "fix": gap.fix,
        "said": gap.said,
        "rules": list(note.checks),
    }
