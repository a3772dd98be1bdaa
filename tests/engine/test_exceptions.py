"""What was decided: an exception holds until its last day, nothing but evidence closes what should go."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import orjson
import pytest
from bench import TENANT_ID
from months import ACCEPTED, ASK, POLICY, REMOVE, Council, by_link, days, decision, ref

from m365audit.engine.audit import day_of, decided_by
from m365audit.engine.deciding.accepted import decision_on
from m365audit.engine.documents.document import as_json
from m365audit.model.answers import Answer, Effect
from m365audit.model.assessment import Assessment, Finding
from m365audit.model.decisions import Standing, standing
from m365audit.model.keys import reference, share_key
from m365audit.model.months import Match
from m365audit.model.tenant import Auth, AuthKind, Tenant
from m365audit.model.words import Result, State, SubjectKind
from m365audit.register import ledger
from m365audit.snapshot import RunFolder

SEPTEMBER, OCTOBER, NOVEMBER, DECEMBER = (date(2026, month, 10) for month in (9, 10, 11, 12))


def one(made: Assessment) -> Finding:
    (finding,) = made.findings
    return finding


def test_an_accepted_finding_is_accepted_in_check_clause_and_document(tmp_path: Path) -> None:
    council = Council(tmp_path)
    council.audit(SEPTEMBER, ["a1"])
    council.decisions.append(decision(1, "a1", ACCEPTED, date(2026, 9, 20), date(2027, 2, 1)))
    made = council.audit(OCTOBER, ["a1"])
    assert (one(made).result, one(made).standing, one(made).state) == (Result.ACCEPTED, Standing.HOLDS, State.OPEN)
    assert [clause.result_text for clause in made.clauses] == ["Accepted until 1 Feb 2027"]
    assert [check.result_text for check in made.checks] == ["Accepted until 1 Feb 2027"]
    body = orjson.loads(orjson.dumps(as_json(made)))
    assert body["findings"][0]["decision"]["until"] == "2027-02-01"
    assert body["checks"][0]["result"] == "Accepted until 1 Feb 2027"


def test_a_clause_is_accepted_until_the_first_of_its_exceptions_ends(tmp_path: Path) -> None:
    council = Council(tmp_path)
    council.decisions += [
        decision(1, "a1", ACCEPTED, SEPTEMBER, date(2027, 2, 1)),
        decision(2, "b1", ACCEPTED, SEPTEMBER, date(2026, 12, 24)),
    ]
    made = council.audit(OCTOBER, ["a1", "b1"])
    assert made.clauses[0].result_text == "Accepted until 24 Dec 2026"
    assert council.audit(NOVEMBER, ["a1", "b1", "a2"]).clauses[0].result_text == "Does not meet"


def test_an_exception_does_not_cover_what_could_not_be_looked_at(tmp_path: Path) -> None:
    council = Council(tmp_path, [decision(1, "a1", ACCEPTED, SEPTEMBER, date(2027, 2, 1))])
    assert council.audit(OCTOBER, ["a1"], ["b"]).clauses[0].result is Result.NOT_ASSESSED


LAST = date(2027, 3, 31)


@pytest.mark.parametrize(
    ("on", "stands", "result"),
    [
        pytest.param(date(2027, 3, 1), Standing.HOLDS, Result.ACCEPTED, id="thirty days before its last day"),
        pytest.param(date(2027, 3, 2), Standing.RENEW, Result.ACCEPTED, id="twenty-nine days before"),
        pytest.param(LAST, Standing.RENEW, Result.ACCEPTED, id="on its last day"),
        pytest.param(date(2027, 4, 1), Standing.LAPSED, Result.DOES_NOT_MEET, id="the day after"),
    ],
)
def test_an_exception_towards_its_end(on: date, stands: Standing, result: Result, tmp_path: Path) -> None:
    council = Council(tmp_path, [decision(1, "a1", ACCEPTED, SEPTEMBER, LAST)])
    finding = one(council.audit(on, ["a1"]))
    assert (finding.standing, finding.result) == (stands, result)


@pytest.mark.parametrize(
    ("began", "judged_on", "stands"),
    [
        pytest.param("20270331T225900Z", date(2027, 3, 31), Standing.RENEW, id="a minute to midnight in summer time"),
        pytest.param(
            "20270331T230000Z", date(2027, 4, 1), Standing.LAPSED, id="midnight in London, still March in UTC"
        ),
        pytest.param("20270327T235900Z", date(2027, 3, 27), Standing.RENEW, id="before the clocks change"),
        pytest.param("20270328T230000Z", date(2027, 3, 29), Standing.RENEW, id="the night after they changed"),
        pytest.param("20271031T003000Z", date(2027, 10, 31), Standing.LAPSED, id="the hour that comes twice"),
    ],
)
def test_days_end_at_midnight_in_london(began: str, judged_on: date, stands: Standing) -> None:
    assert day_of(RunFolder(Path(began))) == judged_on
    assert standing(decision(1, "a1", ACCEPTED, SEPTEMBER, LAST), judged_on) is stands


def test_an_exception_that_ended_is_open_again_and_says_so_once(tmp_path: Path) -> None:
    council = Council(tmp_path)
    council.audit(SEPTEMBER, ["a1"])
    council.decisions.append(decision(1, "a1", ACCEPTED, date(2026, 9, 20), date(2026, 10, 20)))
    assert one(council.audit(OCTOBER, ["a1"])).result is Result.ACCEPTED
    november, again = one(council.audit(NOVEMBER, ["a1"])), one(council.audit(date(2026, 11, 20), ["a1"]))
    for ended in (november, again):
        assert (ended.result, ended.state, ended.standing) == (Result.DOES_NOT_MEET, State.CAME_BACK, Standing.LAPSED)
        assert (ended.open_since, ended.first_seen) == (date(2026, 10, 21), SEPTEMBER)
    december = one(council.audit(DECEMBER, ["a1"]))
    assert (december.state, december.months_open) == (State.OPEN, 2)


def test_what_should_go_stays_open_until_the_evidence_shows_it_gone(tmp_path: Path) -> None:
    council = Council(tmp_path)
    council.audit(SEPTEMBER, ["a1"])
    council.decisions.append(decision(1, "a1", REMOVE, date(2026, 9, 20)))
    october = one(council.audit(OCTOBER, ["a1"]))
    assert (october.result, october.standing, october.state) == (Result.DOES_NOT_MEET, Standing.TO_GO, State.OPEN)
    assert council.audit(NOVEMBER, ["a1"], ["a"]).findings[0].state is State.NOT_COMPARABLE
    gone = one(council.audit(DECEMBER, []))
    assert (gone.state, gone.fixed_on, gone.result) == (State.FIXED, DECEMBER, Result.MEETS)
    assert gone.decision is not None
    assert council.audit(date(2026, 12, 20), [], ["a"]).findings[0].fixed_on == DECEMBER
    assert council.audit(date(2027, 1, 10), []).findings == ()


def test_a_question_closes_nothing(tmp_path: Path) -> None:
    council = Council(tmp_path, [decision(1, "a1", ASK, SEPTEMBER)])
    finding = one(council.audit(OCTOBER, ["a1"]))
    assert (finding.result, finding.standing) == (Result.DOES_NOT_MEET, Standing.ASKED)


def test_the_last_decision_counts(tmp_path: Path) -> None:
    council = Council(tmp_path, [decision(1, "a1", ACCEPTED, SEPTEMBER, LAST), decision(2, "a1", REMOVE, SEPTEMBER)])
    assert one(council.audit(OCTOBER, ["a1"])).result is Result.DOES_NOT_MEET


def test_a_decision_on_something_else_with_the_same_reference_counts_for_nothing(tmp_path: Path) -> None:
    other = decision(1, "a1", ACCEPTED, SEPTEMBER, LAST, subject_id=share_key("a", "2", "p"))
    made = Council(tmp_path, [other]).audit(OCTOBER, ["a1"])
    assert one(made).result is Result.DOES_NOT_MEET
    assert one(made).decision is None
    assert [note.match for note in made.decisions] == [Match.GONE]


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(("share-outside-accepted", SubjectKind.SHARE, "d|i|p"), id="another check"),
        pytest.param(("share-anyone-link", SubjectKind.GROUP, "d|i|p"), id="another kind"),
        pytest.param(("share-anyone-link", SubjectKind.SHARE, "d|i|q"), id="another permission: a changed right"),
        pytest.param(("share-anyone-link", SubjectKind.SHARE, "e|i|p"), id="another place"),
    ],
)
def test_a_changed_right_scope_or_target_is_another_finding(changed: tuple[str, SubjectKind, str]) -> None:
    before = reference(TENANT_ID, "share-anyone-link", SubjectKind.SHARE, "d|i|p")
    assert reference(TENANT_ID, *changed) != before
    assert reference(TENANT_ID.upper(), "share-anyone-link", SubjectKind.SHARE, "d|i|p") == before


def test_a_finding_that_vanishes_with_its_clause_is_not_thought_put_right(tmp_path: Path) -> None:
    council = Council(tmp_path)
    council.audit(SEPTEMBER, ["a1"])
    empty = replace(POLICY, clauses=())
    finding = one(council.audit(OCTOBER, ["a1"], council_policy=empty))
    assert (finding.state, finding.result) == (State.NOT_COMPARABLE, Result.NOT_ASSESSED)
    assert "No clause" in finding.unseen


def test_first_seen_and_state_through_a_year(tmp_path: Path) -> None:
    council = Council(tmp_path)
    on = days(31, 30, 5, 31, 31)
    told = [
        by_link(council.audit(day, links, unread), ["a1"]).get("a1")
        for day, links, unread in [
            (on[0], ["a1"], []),
            (on[1], ["a1"], ["a"]),
            (on[2], [], []),
            (on[3], ["a1"], []),
            (on[4], ["a1"], []),
            (on[5], [], []),
        ]
    ]
    states = [finding.state if finding else None for finding in told]
    assert states == [
        State.NEW, State.NOT_COMPARABLE, State.FIXED, State.CAME_BACK, State.OPEN, State.FIXED,
    ]  # fmt: skip
    assert {finding.first_seen for finding in told if finding} == {on[0]}


def test_what_was_decided_after_the_day_says_nothing_of_it(tmp_path: Path) -> None:
    given = {"slug": "exampleton", "council": "E", "tenant_id": TENANT_ID, "policy": "p", "folder": tmp_path}
    tenant = Tenant.model_validate({**given, "auth": Auth(kind=AuthKind.TOKEN)})
    decisions = [
        decision(1, "a1", ACCEPTED, SEPTEMBER, LAST, supersedes=None),
        decision(2, "a1", REMOVE, NOVEMBER, supersedes=1),
    ]
    ledger.append(tenant.decisions_path, lambda _: decisions)
    assert decided_by(tenant, date(2026, 9, 9)) == {}
    assert decided_by(tenant, OCTOBER)[ref("a1")].effect is Effect.ALLOWS
    assert decided_by(tenant, NOVEMBER)[ref("a1")].answer is Answer.REMOVE


def test_a_decision_is_found_by_what_it_is_about(tmp_path: Path) -> None:
    council = Council(tmp_path, [decision(1, "a1", REMOVE, SEPTEMBER)])
    council.audit(OCTOBER, ["a1"])
    given = council.inputs(council.runs()[-1], ["a1"], [], POLICY)
    assert decision_on(given, "share-anyone-link", SubjectKind.SHARE, share_key("a", "1", "p")) == council.decisions[0]
    assert decision_on(given, "share-anyone-link", SubjectKind.SHARE, share_key("a", "2", "p")) is None
