"""Councils on a provider's disk, made up: tenant files, finished runs with their results, runs that never ended."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import orjson

from m365audit.engine.documents import document
from m365audit.engine.places import Places
from m365audit.model.answers import Answer, Effect
from m365audit.model.assessment import Assessment, CheckResult, ClauseResult, DataSetNote, Finding, GapNote, Subject
from m365audit.model.decisions import Decision, Source, Standing
from m365audit.model.evidence import Coverage, Gap
from m365audit.model.policy import CheckUse, Clause
from m365audit.model.words import Actor, Force, GapKind, Judgement, Result, Severity, State, SubjectKind
from m365audit.rules import RULES
from m365audit.snapshot import RunFolder

ON = date(2026, 11, 22)
MADE = date(2026, 11, 21)
TENANT_ID = "11111111-2222-3333-4444-555555555555"
Edit = Callable[[dict[str, Any]], None]


def places(folder: Path) -> Places:
    return Places(folder / "config", folder / "reports")


def tenant_file(places: Places, slug: str, council: str = "", more: str = "", auth: str = "{kind: token}") -> Path:
    """A council's tenant file; the council is called after it where it is not named."""
    path = places.config / "tenants" / f"{slug}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    name = council or f"{slug.title()} Council"
    lines = [
        f"council: {name}",
        f"tenant_id: {TENANT_ID}",
        "policy: towcester",
        "provider: Example IT",
        f"auth: {auth}",
    ]
    path.write_text("\n".join([*lines, more, ""]), encoding="utf-8")
    return path


def finding(rule: str = "mail-forwarded-outside", number: int = 1, **changes: Any) -> Finding:  # noqa: ANN401
    """One finding, new this month unless it is changed."""
    made = Finding(
        reference=f"M365-{rule[:4].upper():A<4}{number:04}".translate(str.maketrans("0189-", "ABCDE")),
        rule=rule,
        clauses=("A-EML-01",),
        result=Result.DOES_NOT_MEET,
        severity=RULES[rule].severity,
        subject=Subject(SubjectKind.ACCOUNT, f"id-{number}", f"Person {number}"),
        because="it appears to be so",
        fix="put it right",
        actor=RULES[rule].actor,
        first_seen=MADE,
        state=State.NEW,
        open_since=MADE,
    )
    return replace(made, **changes)


def decided(until: date | None, effect: Effect = Effect.ALLOWS, **changes: Any) -> Decision:  # noqa: ANN401
    """A decision on a finding."""
    made = Decision(
        id=1,
        reference="M365-AAAAAAAA",
        rule="mail-forwarded-outside",
        subject_kind=SubjectKind.ACCOUNT,
        subject_id="id-1",
        subject_name="Person 1",
        answer=Answer.ACCEPTED if effect is Effect.ALLOWS else Answer.REMOVE,
        effect=effect,
        reason="it is right",
        until=until,
        decided_by="The Clerk",
        decided_on=date(2026, 10, 1),
        recorded_at=datetime(2026, 10, 1, 9, tzinfo=UTC),
        run="20260921T093000Z",
        source=Source("reply.xlsx", "0" * 64, 4),
    )
    return replace(made, **changes)


def accepted(until: date, number: int = 1) -> Finding:
    """A finding that is accepted until a day, as the audit of 21 November saw it."""
    standing = Standing.RENEW if until - MADE < timedelta(days=30) else Standing.HOLDS
    return finding(number=number, result=Result.ACCEPTED, decision=decided(until), standing=standing)


def gap(kind: GapKind, data_set: str, scope: str = "tenant") -> GapNote:
    """A gap that leaves one check open."""
    return GapNote(Gap(kind, "It could not be read.", "Mend it.", scope, data_set), ("account-dormant",), ("A-EML-01",))


def clause(id_: str, policy: str, result: Result) -> ClauseResult:
    made = Clause(
        id_, 1, "Email", "Use it well", Force.MUST, ("staff",), Judgement.PARTLY, (CheckUse("mail-forwarded-outside"),)
    )
    return ClauseResult(made, policy, result, "because")


def assessment(**changes: Any) -> Assessment:  # noqa: ANN401
    """An audit of 21 November in which everything was read and nothing found, unless it is changed."""
    made = Assessment(
        tenant="somewhere",
        tenant_id=TENANT_ID,
        council="Somewhere Council",
        provider="Example IT",
        policy="towcester",
        policy_title="IT policy",
        policy_version="",
        run="20261121T093000Z",
        as_of=MADE,
        collected_at=datetime.combine(MADE, time(9, 30), UTC),
        clauses=(
            clause("A-EML-01", "towcester", Result.DOES_NOT_MEET),
            clause("A-EML-02", "towcester", Result.MEETS),
            clause("BASE-1", "baseline", Result.REVIEW),
        ),
        checks=(check("mail-forwarded-outside", Result.DOES_NOT_MEET), check("guest-accounted-for", Result.MEETS)),
        findings=(),
        gaps=(),
        data_sets=(DataSetNote("accounts", "Accounts.", Coverage(rows=3), "User.Read.All", "a" * 64),),
        has_register=True,
        tool_version="0.1.0",
    )
    return replace(made, **changes)


def check(rule: str, result: Result) -> CheckResult:
    return CheckResult(rule, RULES[rule].title, RULES[rule].topic, "why", "fix", result, "because")


def audited(places: Places, slug: str, made: Assessment | None = None, edit: Edit | None = None) -> RunFolder:
    """A finished run of a council, with its assessment; ``edit`` changes the document."""
    made = made or assessment()
    folder = begun(places, slug, made.collected_at)
    body = document.as_json(replace(made, tenant=slug, run=folder.run))
    if edit:
        edit(body)
    folder.assessment.write_bytes(orjson.dumps(body))
    manifest(folder)
    return folder


def earlier(on: date, **changes: Any) -> Assessment:  # noqa: ANN401
    """The same audit, made on another day."""
    return assessment(as_of=on, collected_at=datetime.combine(on, time(9, 30), UTC), **changes)


def begun(places: Places, slug: str, at: datetime) -> RunFolder:
    """A run that was begun, and never ended."""
    folder = RunFolder(places.reports / slug / at.strftime("%Y%m%dT%H%M%SZ"))
    folder.evidence.mkdir(parents=True)
    return folder


def manifest(folder: RunFolder, data_sets: Mapping[str, str] | None = None) -> None:
    """Say that the collecting of a run came to its end."""
    digests = {"accounts": "a" * 64} if data_sets is None else data_sets
    body = {"version": 1, "data_sets": {name: {"sha256": sha256} for name, sha256 in digests.items()}}
    folder.manifest.write_bytes(orjson.dumps(body))


CLERKS = {"severity": Severity.MEDIUM, "actor": Actor.CLERK}
"""What makes a finding the Clerk's to act on."""
