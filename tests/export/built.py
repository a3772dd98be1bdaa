"""Assessments for the exports: findings in every state, and what must never leave the workbooks."""

from dataclasses import replace
from datetime import UTC, date, datetime

from report.hand_built import AS_OF, HOSTILE, LICENCE_GAP, assessment, drive_gap, finding

from m365audit.export import Refused
from m365audit.model.answers import Answer, Effect
from m365audit.model.assessment import Assessment, CheckResult, ClauseResult, Finding, GapNote
from m365audit.model.decisions import Decision, Source, Standing
from m365audit.model.evidence import Gap
from m365audit.model.policy import Attestation, CheckUse, Clause
from m365audit.model.words import Force, GapKind, Judgement, Result, Severity, State

SECRETS = {
    "evidence": "evidence-canary",
    "reason": "reason-canary",
    "decider": "decider-canary",
    "concern": "concern-canary@example.test",
    "said": "said-canary",
}
REFUSED = Refused("nowhere", "Microsoft refused the sign-in", datetime(2026, 11, 21, 9, 31, tzinfo=UTC))


def decided(made: Finding, standing: Standing, effect: Effect = Effect.ALLOWS) -> Finding:
    """The finding with an answer to it."""
    decision = Decision(
        id=1,
        reference=made.reference,
        rule=made.rule,
        subject_kind=made.subject.kind,
        subject_id=made.subject.id,
        subject_name=made.subject.name,
        answer=Answer.ACCEPTED,
        effect=effect,
        reason=SECRETS["reason"],
        until=date(2027, 3, 31),
        decided_by=SECRETS["decider"],
        decided_on=date(2026, 10, 1),
        recorded_at=datetime(2026, 10, 2, tzinfo=UTC),
        run="20260921T093000Z",
        source=Source("clerk.xlsx", "0" * 64, 5),
    )
    return replace(made, decision=decision, standing=standing)


def stated(state: State, number: int = 0, result: Result = Result.DOES_NOT_MEET) -> Finding:
    """A finding in a state, with everything that must not be exported."""
    found = state not in (State.FIXED, State.NOT_COMPARABLE)
    return replace(
        finding(number, "Cllr Aled Name-Canary"),
        state=state,
        result=result,
        evidence={"source": SECRETS["evidence"]},
        concerns=frozenset({SECRETS["concern"]}),
        fixed_on=AS_OF if state is State.FIXED else None,
        last_seen=AS_OF if found else date(2026, 10, 21),
        unseen="the library could not be read" if state is State.NOT_COMPARABLE else "",
        months_open=2,
    )


def every_state() -> Assessment:
    """A finding in every state, and one as every answer leaves it."""
    findings = [stated(state, number) for number, state in enumerate(State)]
    findings.append(decided(stated(State.OPEN, 10, Result.ACCEPTED), Standing.HOLDS))
    findings.append(decided(stated(State.OPEN, 11), Standing.LAPSED))
    findings.append(decided(stated(State.OPEN, 12), Standing.TO_GO, Effect.ENDS))
    findings.append(decided(stated(State.OPEN, 13), Standing.ASKED, Effect.ASKS))
    gap = replace(drive_gap(1), said=SECRETS["said"])
    return replace(assessment(findings=0), findings=tuple(findings), gaps=(GapNote(gap, ("share-anyone-link",), ()),))


def hostile() -> Assessment:
    """Every hostile name there is, on a finding and on the council itself."""
    made = assessment(HOSTILE, findings=len(HOSTILE))
    return replace(made, council=HOSTILE[0], policy_title=HOSTILE[10])


def whole() -> Assessment:
    """A council of which everything came, and where nothing differs."""
    made = replace(assessment(findings=0), clauses=())
    checks = tuple(replace(check, result=Result.MEETS, gaps=(), unjudged=0) for check in made.checks)
    return replace(made, gaps=(), checks=checks)


def unseen() -> Assessment:
    """A council of which nothing could be looked at: it has no findings either."""
    made = whole()
    gap = Gap(GapKind.PERMISSION, "Access denied", "User.Read.All for the audit's app", data_set="accounts")
    checks = tuple(replace(check, result=Result.NOT_ASSESSED, gaps=(gap,)) for check in made.checks)
    return replace(made, checks=checks, gaps=(GapNote(gap, tuple(check.check for check in checks), ()),))


PERMISSION_GAP = drive_gap(1)
NO_LICENCE = LICENCE_GAP


def one_clause(
    result: Result, *, gaps: tuple[Gap, ...] = (), findings: tuple[Finding, ...] = (), rolls_up: bool = False
) -> Assessment:
    """A council with one clause that came to this, decided by one check that lacks these."""
    check = CheckResult("share-anyone-link", "No file is open to anyone", "Sharing outside", "why", "fix", result, "-")
    asked = Attestation(("ATT-WEB",), "Does the website meet the law?") if result is Result.ATTESTATION_DUE else None
    clause = Clause(
        "B-01-01", 1, "Sharing", "Share with those who need it", Force.MUST, ("staff",), Judgement.PARTLY,
        (CheckUse(check.check),), attestation=asked, rolls_up=rolls_up, frameworks=("CE UAC",),
    )  # fmt: skip
    until = date(2027, 3, 31)
    dated = {Result.ACCEPTED: {"accepted_until": until}, Result.ATTESTED: {"attested_on": AS_OF}}.get(result, {})
    outcome = ClauseResult(clause, "exampleton", result, "Cllr Aled Name-Canary and 1 more", **dated)
    about = tuple(replace(made, rule=check.check, clauses=(clause.id,)) for made in findings)
    return replace(
        whole(), clauses=(outcome,), checks=(replace(check, gaps=gaps),), findings=about,
        gaps=tuple(GapNote(gap, (check.check,), (clause.id,)) for gap in gaps),
    )  # fmt: skip


def urgent(severity: Severity, number: int) -> Finding:
    """A finding of that urgency."""
    return replace(finding(number), severity=severity, result=Result.DOES_NOT_MEET, state=State.OPEN)
