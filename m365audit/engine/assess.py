"""Put the assessment together: a pure function of snapshot, register, policy, date and earlier runs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from m365audit import __version__
from m365audit.engine.deciding.accepted import decision_on
from m365audit.engine.deciding.answerable import Answerable
from m365audit.engine.deciding.register_rows import register_notes
from m365audit.engine.deciding.unmatched import decision_notes
from m365audit.engine.documents.counting import count_document
from m365audit.engine.documents.document import as_json
from m365audit.engine.judging.clauses import cap, decide, roll_up
from m365audit.engine.judging.inputs import Inputs
from m365audit.engine.judging.judge import Bench, Verdict, extent_of
from m365audit.engine.judging.measures import measure
from m365audit.engine.months.comparable import Comparable
from m365audit.engine.months.history import History, previous
from m365audit.engine.months.standing import with_states
from m365audit.engine.months.trend import trend
from m365audit.engine.places import LONDON
from m365audit.model.answers import Effect
from m365audit.model.assessment import (
    Assessment,
    CheckResult,
    ClauseResult,
    DataSetNote,
    Finding,
    GapNote,
    Subject,
)
from m365audit.model.datasets import DATA_SETS
from m365audit.model.decisions import Decision, Standing, standing
from m365audit.model.evidence import Gap
from m365audit.model.keys import reference
from m365audit.model.policy import Clause, Policy
from m365audit.model.words import Actor, Result, Severity, State, SubjectKind, worst
from m365audit.register import rows_to_confirm
from m365audit.rules import RULES


@dataclass(frozen=True, slots=True)
class Use:
    """One clause's use of one check, and what it came to."""

    clause: Clause
    verdict: Verdict


def assess(bench: Bench, baseline: Policy, history: History) -> Assessment:
    """Judge every clause of the council's policy and of the baseline, against what earlier audits found."""
    inputs = bench.inputs
    clauses = tuple(r for policy in (inputs.policy, baseline) for r in _clause_results(policy, bench))
    uses = [use for policy in (inputs.policy, baseline) for use in _uses(policy, bench)]
    comparable = Comparable(use.verdict for use in uses)
    answerable = Answerable(inputs)
    findings = _findings(uses, inputs, answerable)
    found = with_states(findings, history, comparable.why_unseen, inputs.decisions, inputs.as_of)
    tenant, snapshot = inputs.tenant, inputs.snapshot
    assessment = Assessment(
        tenant=tenant.slug,
        tenant_id=tenant.tenant_id,
        council=tenant.council,
        provider=tenant.provider,
        policy=inputs.policy.id,
        policy_title=inputs.policy.title,
        policy_version=_version(inputs.policy),
        run=snapshot.folder.run,
        as_of=inputs.as_of,
        collected_at=snapshot.folder.started_at.astimezone(LONDON),
        clauses=clauses,
        checks=tuple(_check_results(bench, uses)),
        findings=tuple(sorted(found, key=_urgency)),
        gaps=tuple(_gap_notes(inputs, (inputs.policy, baseline))),
        data_sets=tuple(_data_set_note(name, inputs) for name in sorted(snapshot.records)),
        has_register=inputs.register is not None,
        tool_version=__version__,
        decisions=decision_notes(found, inputs, comparable),
        register_rows=register_notes(inputs),
        retention=tenant.retention,
        measures=measure(inputs),
        previous=previous(history, inputs.as_of),
        people=answerable.people,
        waiting=rows_to_confirm(inputs.register),
    )
    now = count_document(assessment.run, assessment.as_of, as_json(assessment))
    return replace(assessment, trend=trend(history, now))


def _clause_results(policy: Policy, bench: Bench) -> list[ClauseResult]:
    decided = {c.id: decide(c, policy.id, bench) for c in policy.clauses if not c.rolls_up}
    rolled = {c.id: roll_up(c, policy, decided, bench) for c in policy.clauses if c.rolls_up}
    return [(decided | rolled)[clause.id] for clause in policy.clauses]


def _uses(policy: Policy, bench: Bench) -> list[Use]:
    return [
        Use(clause, bench.judge(RULES[use.check], use.parameters)) for clause in policy.clauses for use in clause.checks
    ]


def _version(policy: Policy) -> str:
    if policy.version:
        return policy.version
    adopted = policy.adopted_on or policy.last_review
    return f"{adopted.day} {adopted:%B %Y}" if adopted else "undated"


def _check_results(bench: Bench, uses: Iterable[Use]) -> Iterable[CheckResult]:
    used = {use.verdict.rule.id for use in uses}
    for rule_id, verdicts in sorted(bench.verdicts().items()):
        rule = RULES[rule_id]
        result = worst(verdict.result for verdict in verdicts)
        chosen = next(verdict for verdict in verdicts if verdict.result is result)
        yield CheckResult(
            check=rule_id,
            title=rule.title,
            topic=rule.topic,
            why=rule.page["Why"],
            fix=rule.page["Fix"],
            result=result,
            because=chosen.because,
            findings=len({(r.subject_kind, r.subject_id) for v in verdicts for r in v.breaches.itertuples()})
            if rule_id in used
            else 0,
            unjudged=max(len(verdict.unjudged) for verdict in verdicts),
            gaps=tuple(dict.fromkeys(gap for verdict in verdicts for gap in verdict.gaps)),
            sources=(*rule.needs, *rule.uses),
            limits=max(verdicts, key=lambda verdict: (len(verdict.unjudged), bool(verdict.limits))).limits,
            accepted_until=min((v.accepted_until for v in verdicts if v.accepted_until), default=None)
            if result is Result.ACCEPTED
            else None,
        )


def _findings(uses: Iterable[Use], inputs: Inputs, answerable: Answerable) -> list[Finding]:
    """One finding a (rule, subject), under every clause that counts it."""
    gathered: dict[tuple[str, str, str], list[tuple[Clause, Mapping[str, Any]]]] = {}
    for use in uses:
        for record in use.verdict.breaches.to_dict("records"):
            row = {str(name): value for name, value in record.items()}
            key = (use.verdict.rule.id, row["subject_kind"], row["subject_id"])
            gathered.setdefault(key, []).append((use.clause, row))
    return [_finding(key, rows, answerable, inputs) for key, rows in gathered.items()]


def _finding(
    key: tuple[str, str, str],
    rows: list[tuple[Clause, Mapping[str, Any]]],
    answerable: Answerable,
    inputs: Inputs,
) -> Finding:
    rule, kind, subject_id = key
    name = reference(inputs.tenant.tenant_id, rule, SubjectKind(kind), subject_id)
    result = worst(cap(Result(row["result"]), clause) for clause, row in rows)
    severity = min((Severity(row["severity"]) for _, row in rows), key=list(Severity).index)
    # Clauses may ask the same check with more or less in mind; of the worst answers the fullest one is shown.
    row = min((row for _, row in rows), key=lambda r: (list(Result).index(Result(r["result"])), -len(r["because"])))
    evidence = row["evidence"] if isinstance(row["evidence"], dict) else {}
    subject = Subject(SubjectKind(kind), subject_id, str(row["subject_name"]))
    may = answerable.of(rule, subject)
    decision = decision_on(inputs, rule, subject.kind, subject_id)
    extent = extent_of(*(row["extent"] for _, row in rows))
    return Finding(
        reference=name,
        rule=rule,
        clauses=tuple(dict.fromkeys(clause.id for clause, _ in rows)),
        result=result,
        severity=severity,
        subject=subject,
        because=str(row["because"]),
        fix=str(row["fix"]),
        actor=Actor(row["actor"]),
        first_seen=inputs.as_of,
        state=State.NEW,
        evidence=evidence,
        answers=may.answers,
        may_accept=may.may_accept,
        concerns=may.concerns,
        decision=decision,
        standing=_standing(decision, may.may_accept, extent, inputs.as_of),
        extent=extent,
    )


def _standing(decision: Decision | None, may_not: str, extent: frozenset[str] | None, as_of: date) -> Standing:
    """How a decision stands; an exception from what cannot be accepted never was one."""
    is_void = decision is not None and decision.effect is Effect.ALLOWS and bool(may_not)
    return Standing.NONE if is_void else standing(decision, as_of, extent)


def _urgency(finding: Finding) -> tuple[int, int, str, str, str]:
    return (
        list(Result).index(finding.result),
        list(Severity).index(finding.severity),
        finding.rule,
        finding.subject.name.casefold(),
        finding.subject.id,
    )


def _gap_notes(inputs: Inputs, policies: Iterable[Policy]) -> list[GapNote]:
    """Every gap, with the checks and clauses that suffer from it."""
    clauses: dict[str, list[str]] = {}
    for policy in policies:
        for clause in policy.clauses:
            for use in (*clause.checks, *clause.supporting):
                clauses.setdefault(use.check, []).append(clause.id)
    suffer: dict[Gap, list[str]] = {gap: [] for name in DATA_SETS for gap in inputs.coverage(name).gaps}
    for check in clauses:
        for gap in _gaps_of(check, inputs):
            suffer.setdefault(gap, []).append(check)
    return [
        GapNote(gap, tuple(checks), tuple(dict.fromkeys(c for check in checks for c in clauses[check])))
        for gap, checks in suffer.items()
    ]


def _gaps_of(check: str, inputs: Inputs) -> list[Gap]:
    rule = RULES[check]
    return [gap for name in (*rule.needs, *rule.uses) for gap in inputs.for_judging(name).gaps]


def _data_set_note(name: str, inputs: Inputs) -> DataSetNote:
    record = inputs.snapshot.records[name]
    return DataSetNote(name, DATA_SETS[name].meaning, record.coverage, record.permission, record.sha256)
