"""What goes further than before: one more permission is new, and no earlier acceptance covers it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from bench import clause, inputs, policy, register, whole_snapshot

from m365audit.engine.assess import assess
from m365audit.engine.deciding.accepted import acceptances
from m365audit.engine.documents.document import write
from m365audit.engine.judging.judge import Bench
from m365audit.engine.months.compare import Change, compare
from m365audit.engine.months.history import EARLIER_AUDITS, as_record, read_history
from m365audit.model.answers import Answer, Effect
from m365audit.model.assessment import Assessment, Finding
from m365audit.model.decisions import Decision, Source, Standing, current
from m365audit.model.policy import CheckUse, Policy
from m365audit.model.words import Result, State
from m365audit.report.states import story
from m365audit.snapshot import new_run

APPS, AUDITOR = "app-access-approved", "auditor-read-only"
SEPTEMBER, OCTOBER, NOVEMBER, DECEMBER = (date(2026, month, 21) for month in (9, 10, 11, 12))
NOTHING = Policy(id="baseline", title="Baseline", council="", clauses=())
MAIL, FILES = "Mail.Read", "Files.ReadWrite.All"

Permission = str | tuple[str, str]


def app_rows(held: Iterable[Permission]) -> dict[str, list[dict[str, Any]]]:
    """An app of somebody else's with some permissions; beside one, whom it is for: nobody is everybody."""
    app = {"principal_id": "sp-1", "app_id": "app-1", "name": "Mapper", "enabled": True, "origin": "third party"}
    pairs = [one if isinstance(one, tuple) else (one, "") for one in held]
    grants = [
        {"principal_id": "sp-1", "kind": "delegated", "permission": permission, "user_id": whose}
        for permission, whose in pairs
    ]
    return {"service_principals": [app], "app_grants": grants}


def auditor_rows(held: Iterable[Permission]) -> dict[str, list[dict[str, Any]]]:
    """This audit's own app with permissions it should not have."""
    return {
        "auditor": [
            {
                "principal_id": "sp-0",
                "app_id": "app-0",
                "kind": "permission",
                "name": name,
                "changes_something": "Write" in str(name),
                "reads_content": False,
                "needed": False,
                "accepted": False,
            }
            for name in held
        ]
    }


ROWS = {APPS: app_rows, AUDITOR: auditor_rows}


@dataclass
class Council:
    """One app, audited month by month, and what was decided about it."""

    reports: Path
    rule: str = APPS
    decisions: list[Decision] = field(default_factory=list)

    def audit(self, on: date, *held: Permission) -> Assessment:
        folder = new_run(self.reports, "exampleton", datetime.combine(on, time(9, 30), UTC))
        folder.manifest.write_bytes(b"{}")
        evidence = whole_snapshot(ROWS[self.rule](held))
        evidence.folder = folder
        asked = policy(clause(id="T-01", checks=(CheckUse(self.rule),)))
        history = read_history(self.reports, "exampleton", folder)
        given = replace(
            inputs(evidence, register(), asked),
            as_of=on,
            decisions=current(one for one in self.decisions if one.decided_on <= on),
            records={EARLIER_AUDITS: as_record(history.audits)},
        )
        made = assess(Bench(given, acceptances(given)), NOTHING, history)
        write(made, folder)
        return made

    def accept(self, found: Finding, on: date, **changes: Any) -> None:  # noqa: ANN401 - any field of a decision
        made = Decision(
            id=len(self.decisions) + 1,
            reference=found.reference,
            rule=found.rule,
            subject_kind=found.subject.kind,
            subject_id=found.subject.id,
            subject_name=found.subject.name,
            answer=Answer.UNDER_CONTRACT,
            effect=Effect.ALLOWS,
            reason="Contract 7",
            until=date(2028, 1, 1),
            decided_by="Ann Clerk",
            decided_on=on,
            recorded_at=datetime.combine(on, time(12), UTC),
            run="20260921T093000Z",
            source=Source("returned.xlsx", "0" * 64, 5),
            extent=None if found.extent is None else tuple(sorted(found.extent)),
        )
        self.decisions.append(replace(made, **changes))


@pytest.fixture
def council(tmp_path: Path) -> Council:
    return Council(tmp_path)


def only(made: Assessment) -> Finding:
    (found,) = made.findings
    return found


def test_an_acceptance_covers_what_it_was_given_for_and_nothing_that_comes_after(council: Council) -> None:
    first = only(council.audit(SEPTEMBER, MAIL))
    council.accept(first, SEPTEMBER)
    same = only(council.audit(OCTOBER, MAIL))
    assert (same.result, same.standing) == (Result.ACCEPTED, Standing.HOLDS)

    made = council.audit(NOVEMBER, MAIL, FILES)
    more = only(made)
    assert (more.result, more.state, more.standing) == (Result.DOES_NOT_MEET, State.NEW, Standing.OUTGROWN)
    assert more.reference == first.reference
    assert (more.first_seen, more.open_since, more.months_open) == (SEPTEMBER, NOVEMBER, 0)
    assert made.clauses[0].result is Result.DOES_NOT_MEET
    said = story(more, NOVEMBER)
    assert f"New this month: {FILES} for everybody." in said
    assert "does not hold. That did not include: Files.ReadWrite.All for everybody." in said

    later = only(council.audit(DECEMBER, MAIL, FILES))
    assert (later.result, later.state, later.months_open) == (Result.DOES_NOT_MEET, State.OPEN, 1)
    council.accept(later, DECEMBER)
    again = only(council.audit(date(2027, 1, 21), MAIL, FILES))
    assert (again.result, again.standing) == (Result.ACCEPTED, Standing.HOLDS)


def test_the_decision_it_outgrew_is_listed_with_how_it_stands(council: Council) -> None:
    council.accept(only(council.audit(SEPTEMBER, MAIL)), SEPTEMBER)
    (note,) = council.audit(OCTOBER, MAIL, FILES).decisions
    assert note.standing is Standing.OUTGROWN


@pytest.mark.parametrize(
    ("before", "after", "covered"),
    [
        pytest.param((MAIL,), (MAIL,), True, id="the same"),
        pytest.param((MAIL, FILES), (MAIL,), True, id="less"),
        pytest.param((MAIL,), (FILES,), False, id="another permission in its place"),
        pytest.param(((MAIL, "ann"),), (MAIL,), False, id="for everybody where it was for one person"),
        pytest.param(((MAIL, "ann"),), ((MAIL, "ann"), (MAIL, "bob")), True, id="for one person more"),
    ],
)
def test_how_far_it_goes(
    before: tuple[Permission, ...],
    after: tuple[Permission, ...],
    covered: bool,  # noqa: FBT001 - a column of the table
    council: Council,
) -> None:
    council.accept(only(council.audit(SEPTEMBER, *before)), SEPTEMBER)
    found = only(council.audit(OCTOBER, *after))
    assert (found.result is Result.ACCEPTED) is covered


def test_a_decision_that_does_not_say_what_it_was_made_on_covers_no_permission(council: Council) -> None:
    council.accept(only(council.audit(SEPTEMBER, MAIL)), SEPTEMBER, extent=None)
    assert only(council.audit(OCTOBER, MAIL)).standing is Standing.OUTGROWN


@pytest.mark.parametrize("rule", [APPS, AUDITOR])
def test_one_more_permission_is_new_though_nobody_decided_anything(rule: str, tmp_path: Path) -> None:
    council = Council(tmp_path, rule)
    first = only(council.audit(SEPTEMBER, MAIL))
    assert only(council.audit(OCTOBER, MAIL)).state is State.OPEN
    found = only(council.audit(NOVEMBER, MAIL, FILES))
    assert (found.reference, found.state, found.open_since) == (first.reference, State.NEW, NOVEMBER)
    assert [FILES in added for added in found.added] == [True]
    assert only(council.audit(date(2026, 11, 28), MAIL, FILES)).added == found.added, "it is new all month"
    assert only(council.audit(DECEMBER, MAIL, FILES)).state is State.OPEN
    assert only(council.audit(date(2027, 1, 21), MAIL)).state is State.OPEN, "less is nothing new"


def test_what_an_earlier_version_did_not_write_down_is_not_thought_new(council: Council) -> None:
    made = council.audit(SEPTEMBER, MAIL)
    path = council.reports / "exampleton" / made.run / "assessment.json"
    text = path.read_text()
    path.write_text(text.replace('"extent"', '"was_extent"').replace('"added"', '"was_added"'))
    assert only(council.audit(OCTOBER, MAIL, FILES)).state is State.OPEN


def test_comparing_two_months_calls_it_new(council: Council, tmp_path: Path) -> None:
    council.audit(SEPTEMBER, MAIL)
    council.audit(OCTOBER, MAIL, FILES)
    assert [change for change, _ in compare(tmp_path, "exampleton", None, None).findings] == [Change.NEW]
