"""One council as a list of records: what the formats have in common, worked out once.

The audit itself is a record, and so is every check and every clause whatever it came to: a file of findings alone would
look the same for a council where nothing is wrong and for one where nothing was looked at.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from m365audit.export.council import Council, reasons, remedies, sentence
from m365audit.model.assessment import Assessment, CheckResult, ClauseResult, Finding, GapNote, Subject
from m365audit.model.evidence import Gap
from m365audit.model.words import Result, Severity

AUDIT_TITLE = "The audit was made, and nothing is missing that should have come"
_ALL_CAME = "Nothing is missing that should have come."


@dataclass(frozen=True, slots=True)
class Refused:
    """A council that was to be audited and was not: the name of its tenant file, when, and why not in one sentence."""

    tenant: str
    reason: str
    at: datetime


Audited = Assessment | Refused
"""What became of one council."""


class Kind(StrEnum):
    """What a record is about."""

    AUDIT = "audit"
    FINDING = "finding"
    CHECK = "check"
    CLAUSE = "clause"
    GAP = "gap"


KIND_MEANING: Mapping[Kind, str] = {
    Kind.AUDIT: "one council's audit: Meets where nothing is missing that should have come, otherwise Not assessed",
    Kind.FINDING: "one thing that appears to differ from what should be, about one subject",
    Kind.CHECK: "what one check came to over the whole tenant, whether it found anything or not",
    Kind.CLAUSE: "what one clause of the policy, or one duty beside it, came to",
    Kind.GAP: "one thing that could not be looked at, the checks it leaves open, and what would mend it",
}


@dataclass(frozen=True, slots=True)
class Record:
    """One thing the audit says.

    ``uid`` stays the same from month to month; a finding's is its reference. ``result`` is the closed word,
    ``result_text`` the same with its date. ``severity`` is that of the finding, of the others the most urgent of their
    findings. ``missing`` is what was not looked at. ``finding`` is there for a finding alone.
    """

    kind: Kind
    uid: str
    title: str
    result: Result
    result_text: str
    because: str
    rules: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()
    severity: Severity | None = None
    subject: Subject | None = None
    fix: str = ""
    missing: tuple[Gap, ...] = ()
    finding: Finding | None = None


def refusal_record(refused: Refused) -> Record:
    """The record of an audit that was not made."""
    nothing = Result.NOT_ASSESSED
    return Record(Kind.AUDIT, _audit_uid(refused.tenant), AUDIT_TITLE, nothing, str(nothing), refused.reason)


def records(council: Council) -> Iterator[Record]:
    """Everything the audit of one council says: itself first, then findings, checks, clauses, and what is missing."""
    assessment = council.assessment
    yield audit_record(council)
    yield from (_finding(finding, council) for finding in assessment.findings)
    yield from (_check(check, council) for check in assessment.checks)
    yield from (_clause(outcome, council) for outcome in assessment.clauses)
    yield from (_gap(note, council) for note in assessment.gaps)


def audit_record(council: Council) -> Record:
    """The record of the audit itself: *Not assessed* where something is missing that should have come."""
    missing = council.missing
    result = Result.NOT_ASSESSED if missing else Result.MEETS
    because = " ".join(reasons(missing)) or _ALL_CAME
    uid = _audit_uid(council.assessment.tenant)
    return Record(Kind.AUDIT, uid, AUDIT_TITLE, result, str(result), because, fix=remedies(missing), missing=missing)


def _audit_uid(tenant: str) -> str:
    return f"{Kind.AUDIT}:{tenant}"


def _finding(finding: Finding, council: Council) -> Record:
    return Record(
        Kind.FINDING,
        finding.reference,
        council.titles.get(finding.rule, finding.rule),
        finding.result,
        finding.result_text,
        finding.because,
        rules=(finding.rule,),
        clauses=finding.clauses,
        frameworks=council.frameworks_of(finding.clauses),
        severity=finding.severity,
        subject=finding.subject,
        fix=finding.fix,
        finding=finding,
    )


def _check(check: CheckResult, council: Council) -> Record:
    clauses = council.clauses.get(check.check, ())
    return Record(
        Kind.CHECK,
        f"{Kind.CHECK}:{council.assessment.tenant}:{check.check}",
        check.title,
        check.result,
        check.result_text,
        check.because,
        rules=(check.check,),
        clauses=clauses,
        frameworks=council.frameworks_of(clauses),
        severity=council.severity_of(check.check),
        fix=remedies(check.gaps),
        missing=check.gaps,
    )


def _clause(outcome: ClauseResult, council: Council) -> Record:
    clause = outcome.clause
    return Record(
        Kind.CLAUSE,
        f"{Kind.CLAUSE}:{council.assessment.tenant}:{clause.id}",
        clause.paraphrase,
        outcome.result,
        outcome.result_text,
        outcome.because,
        rules=tuple(use.check for use in clause.checks),
        clauses=(clause.id,),
        frameworks=clause.frameworks,
        severity=council.severity_of(clause.id),
    )


def _gap(note: GapNote, council: Council) -> Record:
    gap = note.gap
    nothing = Result.NOT_ASSESSED
    return Record(
        Kind.GAP,
        f"{Kind.GAP}:{council.assessment.tenant}:{gap.data_set}:{gap.scope}",
        f"Not looked at: {gap.data_set.replace('_', ' ') or 'a part of the audit'}",
        nothing,
        str(nothing),
        sentence(gap.detail),
        rules=note.checks,
        clauses=note.clauses,
        frameworks=council.frameworks_of(note.clauses),
        fix=gap.fix,
        missing=(gap,),
    )
