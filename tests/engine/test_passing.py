"""What Microsoft keeps on record for a time only is not put right because its record has ended."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from bench import clause, inputs, policy, whole_snapshot

from m365audit.engine.assess import assess
from m365audit.engine.deciding.accepted import acceptances
from m365audit.engine.documents.document import write
from m365audit.engine.judging.judge import Bench
from m365audit.engine.months.history import EARLIER_AUDITS, as_record, read_history
from m365audit.model.answers import Answer, Effect
from m365audit.model.assessment import Assessment
from m365audit.model.decisions import Decision, Source, current
from m365audit.model.evidence import Gap
from m365audit.model.months import Match
from m365audit.model.policy import CheckUse, Policy
from m365audit.model.words import GapKind, Result, State
from m365audit.snapshot import new_run

RULE = "admin-changes-expected"
NOTHING = Policy(id="baseline", title="Baseline", council="", clauses=())
OCTOBER, NOVEMBER, DECEMBER = (date(2026, month, 21) for month in (10, 11, 12))
LOST = Gap(GapKind.PERMISSION, "access was denied", "grant it", data_set="admin_changes")


def change(on: date) -> dict[str, Any]:
    """A role given to somebody."""
    return {
        "change_id": f"c-{on}",
        "at": datetime.combine(on, time(10), UTC),
        "category": "RoleManagement",
        "activity": "Add member to role",
        "result": "success",
        "who": "admin@exampleton.test",
        "targets": ["ann@exampleton.test"],
    }


def audit(
    reports: Path, on: date, *changes: dict[str, Any], decisions: tuple[Decision, ...] = (), gaps: tuple[Gap, ...] = ()
) -> Assessment:
    folder = new_run(reports, "exampleton", datetime.combine(on, time(9, 30), UTC))
    folder.manifest.write_bytes(b"{}")
    evidence = whole_snapshot({"admin_changes": changes}, {"admin_changes": gaps})
    evidence.folder = folder
    history = read_history(reports, "exampleton", folder)
    given = replace(
        inputs(evidence, None, policy(clause(id="T-01", checks=(CheckUse(RULE),)))),
        as_of=on,
        decisions=current(one for one in decisions if one.decided_on <= on),
        records={EARLIER_AUDITS: as_record(history.audits)},
    )
    made = assess(Bench(given, acceptances(given)), NOTHING, history)
    write(made, folder)
    return made


def answered(made: Assessment, answer: Answer, effect: Effect) -> tuple[Decision]:
    (found,) = made.findings
    return (
        Decision(
            id=1,
            reference=found.reference,
            rule=found.rule,
            subject_kind=found.subject.kind,
            subject_id=found.subject.id,
            subject_name=found.subject.name,
            answer=answer,
            effect=effect,
            reason="Minute 26/114",
            until=date(2027, 6, 30) if effect is Effect.ALLOWS else None,
            decided_by="Ann Clerk",
            decided_on=OCTOBER,
            recorded_at=datetime.combine(OCTOBER, time(12), UTC),
            run=made.run,
            source=Source("returned.xlsx", "0" * 64, 5),
        ),
    )


def test_a_change_that_has_left_the_record_is_said_once_and_never_fixed(tmp_path: Path) -> None:
    first = audit(tmp_path, OCTOBER, change(date(2026, 10, 15)))
    assert [finding.state for finding in first.findings] == [State.NEW]

    (gone,) = audit(tmp_path, NOVEMBER).findings
    assert (gone.state, gone.result, gone.fixed_on) == (State.NOT_COMPARABLE, Result.NOT_ASSESSED, None)
    assert gone.unseen.startswith("Microsoft keeps the record of a change for 30 days at most")
    assert gone.last_seen == OCTOBER

    assert audit(tmp_path, DECEMBER).findings == ()


def test_a_month_without_an_audit_does_not_swallow_it(tmp_path: Path) -> None:
    audit(tmp_path, OCTOBER, change(date(2026, 10, 15)))
    (gone,) = audit(tmp_path, DECEMBER).findings
    assert gone.state is State.NOT_COMPARABLE


def test_a_month_that_could_not_look_says_why_itself(tmp_path: Path) -> None:
    audit(tmp_path, OCTOBER, change(date(2026, 10, 15)))
    (gone,) = audit(tmp_path, NOVEMBER, gaps=(LOST,)).findings
    assert (gone.state, gone.unseen) == (State.NOT_COMPARABLE, "Access was denied.")


@pytest.mark.parametrize(
    ("answer", "effect", "match"),
    [
        pytest.param(
            Answer.FIX, Effect.ENDS, Match.UNKNOWN, id="what was to be put back: nobody can see whether it was"
        ),
        pytest.param(Answer.ASK, Effect.ASKS, Match.UNKNOWN, id="what was asked about: no answer came by itself"),
        pytest.param(Answer.ACCEPTED, Effect.ALLOWS, Match.GONE, id="what was expected: it is over"),
    ],
)
def test_what_was_decided_on_it_stays_on_record(answer: Answer, effect: Effect, match: Match, tmp_path: Path) -> None:
    first = audit(tmp_path, OCTOBER, change(date(2026, 10, 15)))
    decisions = answered(first, answer, effect)
    for on in (NOVEMBER, DECEMBER):
        (note,) = audit(tmp_path, on, decisions=decisions).decisions
        assert note.match is match
        assert bool(note.why) == (match is Match.UNKNOWN)
