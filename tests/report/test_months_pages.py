"""The sheets of what changed, what is accepted, what was stated, and of the year."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hand_built import AS_OF, assessment, finding, stored
from written import Written

from m365audit.model.answers import Answer, Effect
from m365audit.model.assessment import Assessment, Finding
from m365audit.model.decisions import Channel, Decision, Source, Standing, standing
from m365audit.model.months import (
    Audited,
    DecisionNote,
    Match,
    Month,
    Previous,
    RegisterNote,
    Stated,
    Trend,
)
from m365audit.model.words import Result, Severity, State
from m365audit.report import changes, clerk, exceptions, technician, year
from m365audit.report.accessible.file import WORKING, faults
from m365audit.report.states import LABELS, MEANING, label, story

OCTOBER = date(2026, 10, 21)
BEFORE = Previous("20261021T093000Z", OCTOBER, complete=True, clauses={"B-01-01": "Review", "B-02-01": "Meets"})


def decided(on: Finding, answer: Answer, effect: Effect, until: date | None = None, **changed: Any) -> Decision:  # noqa: ANN401 - any field of a decision
    made = Decision(
        id=1,
        reference=on.reference,
        rule=on.rule,
        subject_kind=on.subject.kind,
        subject_id=on.subject.id,
        subject_name=on.subject.name,
        answer=answer,
        effect=effect,
        reason="minute 26/114",
        until=until,
        decided_by="Siân Powell",
        decided_on=date(2026, 10, 5),
        recorded_at=datetime(2026, 10, 6, 8, tzinfo=UTC),
        run="20260921T093000Z",
        source=Source("returned.xlsx", "0" * 64, 7),
    )
    return replace(made, **changed)


def with_decision(one: Finding, answer: Answer, effect: Effect, until: date | None = None, **changed: Any) -> Finding:  # noqa: ANN401 - any field of a decision
    decision = decided(one, answer, effect, until, **changed)
    stands = standing(decision, AS_OF)
    holds = stands in (Standing.HOLDS, Standing.RENEW)
    return replace(one, decision=decision, standing=stands, result=Result.ACCEPTED if holds else one.result)


def accepted(one: Finding, days: int, **changed: Any) -> Finding:  # noqa: ANN401 - any field of a decision
    return with_decision(one, Answer.ACCEPTED, Effect.ALLOWS, AS_OF + timedelta(days=days), **changed)


def was(one: Finding, state: State, **changed: Any) -> Finding:  # noqa: ANN401 - any field of a finding
    since = changed.pop("open_since", AS_OF if state in (State.NEW, State.CAME_BACK) else date(2026, 9, 21))
    return replace(one, state=state, open_since=since, **changed)


NEW = was(finding(0), State.NEW)
BACK = was(finding(2), State.CAME_BACK)
OPEN = was(finding(4), State.OPEN, months_open=2)
FIXED = was(finding(6), State.FIXED, fixed_on=AS_OF, result=Result.MEETS)
UNSEEN = was(
    finding(8), State.NOT_COMPARABLE, unseen="access was denied", last_seen=OCTOBER, result=Result.NOT_ASSESSED
)
KEPT = accepted(was(finding(10), State.OPEN, months_open=1), 60)
ENDING = accepted(was(finding(12), State.OPEN, months_open=1), 14)
ENDED = with_decision(was(finding(14), State.CAME_BACK), Answer.ACCEPTED, Effect.ALLOWS, date(2026, 11, 3))
TO_GO = with_decision(was(finding(16), State.OPEN, months_open=2), Answer.REMOVE, Effect.ENDS)
ASKED = with_decision(was(finding(18), State.OPEN, months_open=2), Answer.ASK, Effect.ASKS)
SAID = with_decision(was(finding(20), State.OPEN, months_open=2), Answer.STILL_SERVING, Effect.REGISTERS)
BARRED = replace(
    with_decision(was(finding(22), State.OPEN, months_open=2), Answer.ACCEPTED, Effect.ALLOWS, date(2027, 2, 1)),
    may_accept="It is an administrator's account.",
    result=Result.DOES_NOT_MEET,
    standing=Standing.NONE,
)
EVERY = (NEW, BACK, OPEN, FIXED, UNSEEN, KEPT, ENDING, ENDED, TO_GO, ASKED, SAID, BARRED)


def audited(on: date, *, complete: bool = True, known: bool = True) -> Audited:
    measures = {"accounts": 31, "two_step": 28, "shared_outside": 14, "anyone_links": 3}
    return Audited(
        run=f"{on:%Y%m%d}T093000Z",
        made_on=on,
        complete=complete,
        clauses=dict.fromkeys(Result, 4),
        findings=dict.fromkeys(Severity, 2),
        accepted=1,
        measures=measures if known else dict.fromkeys(measures),
    )


TREND = Trend(
    begins=date(2026, 4, 1),
    months=(
        Month(date(2026, 8, 1), None),
        Month(date(2026, 9, 1), audited(date(2026, 9, 21))),
        Month(date(2026, 10, 1), None),
        Month(date(2026, 11, 1), audited(AS_OF, complete=False, known=False)),
    ),
    first=date(2026, 9, 21),
    year_end=date(2026, 3, 31),
    position=None,
)


def month(*findings: Finding, **changed: Any) -> Assessment:  # noqa: ANN401 - any field of an assessment
    return replace(assessment(findings=0), **{"findings": findings, "previous": BEFORE, "trend": TREND, **changed})


def written(folder: Path, made: Assessment) -> Written:
    path = folder / "clerk.xlsx"
    clerk.write(made, path)
    return Written(path)


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """A month with a finding of every kind, an exception of every kind, and rows that match nothing."""
    gone = decided(finding(24), Answer.AUTHORISED, Effect.ALLOWS, date(2027, 2, 1), id=2, reference="M365-GONE2222")
    unknown = replace(gone, id=3, reference="M365-HIDDEN22")
    notes = [DecisionNote(one.decision, one.standing, Match.FOUND) for one in EVERY if one.decision]
    notes += [
        DecisionNote(gone, Standing.HOLDS, Match.GONE),
        DecisionNote(unknown, Standing.HOLDS, Match.UNKNOWN, why="the mailbox could not be opened"),
        DecisionNote(BARRED.decision, Standing.HOLDS, Match.FOUND, refused=BARRED.may_accept),  # type: ignore[arg-type] # it has one
        DecisionNote(replace(gone, id=4, effect=Effect.ENDS), Standing.TO_GO, Match.GONE),
    ]
    rows = (
        RegisterNote("Mailbox access", 7, "bob@e.test: send as on clerk@e.test", Match.GONE),
        RegisterNote("Third parties", 9, "Old Ltd", Match.UNKNOWN, "the apps were not read"),
    )
    made = month(*EVERY, decisions=tuple(notes), register_rows=rows)
    return written(tmp_path_factory.mktemp("every"), made)


def test_every_finding_stands_once_under_what_has_become_of_it(every: Written) -> None:
    rows = every.table("Changes this month").rows
    assert [row["Reference"] for row in rows if row["Reference"] == NEW.reference] == [NEW.reference]
    assert {row["Reference"]: row["What changed"] for row in rows} == {
        NEW.reference: "New", BACK.reference: "Came back", ENDED.reference: "Exception ended",
        FIXED.reference: "No longer found", UNSEEN.reference: "Could not be looked at", KEPT.reference: "Accepted",
        ENDING.reference: "Accepted", OPEN.reference: "Still open", TO_GO.reference: "Still open",
        ASKED.reference: "Still open", SAID.reference: "Still open", BARRED.reference: "Still open",
    }  # fmt: skip
    places = [changes.ORDER.index(row["What changed"]) for row in rows]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        pytest.param(NEW, "New this month.", id="new"),
        pytest.param(BACK, "Came back: an audit in between did not find it.", id="came back"),
        pytest.param(OPEN, "Still open since September 2026 (2 months).", id="still open"),
        pytest.param(FIXED, "No longer found on 21 Nov 2026.", id="no longer found"),
        pytest.param(
            UNSEEN,
            "Could not be looked at this time. Access was denied. Last found on 21 Oct 2026.",
            id="could not be looked at",
        ),
        pytest.param(KEPT, "Accepted until 20 Jan 2027.", id="accepted"),
        pytest.param(
            ENDING, "Renew? Accepted until 5 Dec 2026: it ends soon, and holds until then.", id="an exception that ends"
        ),
        pytest.param(ENDED, "The exception ended on 3 Nov 2026.", id="an exception that ended"),
        pytest.param(TO_GO, "Asked for on 5 Oct 2026 (Remove), not done after 47 days.", id="asked for, not done"),
        pytest.param(ASKED, "The IT provider was asked on 5 Oct 2026 to explain it, 47 days ago.", id="a question"),
        pytest.param(
            SAID, "Answered on 5 Oct 2026: Still serving. It is still found.", id="something for the register"
        ),
        pytest.param(
            BARRED,
            "It was accepted on 5 Oct 2026, but cannot be. It is an administrator's account.",
            id="what cannot be accepted",
        ),
        pytest.param(
            accepted(was(finding(0), State.OPEN, months_open=1), 60, source=Source("", "", 0, Channel.TOLD)),
            "The IT provider wrote this down as told; please say if it is not so.",
            id="told to the provider",
        ),
        pytest.param(
            with_decision(FIXED, Answer.REMOVE, Effect.ENDS),
            "Answered on 5 Oct 2026: Remove.",
            id="asked for, and done",
        ),
        pytest.param(
            with_decision(UNSEEN, Answer.REMOVE, Effect.ENDS),
            "Asked for on 5 Oct 2026 (Remove), could not be seen whether it was done after 47 days.",
            id="asked for, and not looked at",
        ),
    ],
)
def test_how_it_stands_in_sentences(one: Finding, sentence: str) -> None:
    assert story(one, AS_OF).endswith(sentence)


def test_the_words_for_states_are_explained(every: Written) -> None:
    assert set(LABELS.values()) <= set(MEANING)
    explained = every.table("Notes").column("Word or note")
    used = {label(one) for one in EVERY} - {"Accepted"}
    assert used <= set(explained)


def test_decisions_needed_has_renewals_and_what_was_not_done_and_nothing_that_is_settled(every: Written) -> None:
    rows = {row["Reference"]: row for row in every.table("Decisions needed").rows}
    wanted = [one for one in EVERY if one.result in (Result.DOES_NOT_MEET, Result.REVIEW)]
    assert set(rows) == {one.reference for one in (*wanted, ENDING)}
    assert "Renew?" in rows[ENDING.reference]["What we found"]
    assert rows[ENDING.reference]["Due"].date() == date(2026, 12, 5)
    assert "not done after 47 days" in rows[TO_GO.reference]["What we found"]
    assert rows[OPEN.reference]["Due"].date() == date(2026, 10, 5)
    assert rows[BACK.reference]["Due"].date() == date(2026, 12, 5)


def test_exceptions_stand_with_their_ends_and_what_matches_nothing_behind_them(every: Written) -> None:
    rows = every.table("Accepted exceptions").rows
    assert [row["Reference"] for row in rows] == [
        ENDING.reference, KEPT.reference, "M365-GONE2222", "M365-HIDDEN22", BARRED.reference, "None", "None",
    ]  # fmt: skip
    stands = [row["How it stands"] for row in rows]
    assert stands[2] == "Nothing matches it any more: it is no longer needed."
    assert stands[3] == "It could not be compared this time. The mailbox could not be opened."
    assert stands[4].startswith("It cannot be accepted, and stays open.")
    assert stands[5] == "Nothing matches this row any more: please see whether it is still needed."
    assert stands[6] == "It could not be compared this time. The apps were not read."
    assert (rows[0]["Reason"], rows[0]["Decided by"]) == ("Minute 26/114.", "Siân Powell")
    assert [row["Until"].date() for row in rows[:2]] == [date(2026, 12, 5), date(2027, 1, 20)]


def test_a_council_that_accepted_nothing_is_told_so(tmp_path: Path) -> None:
    (row,) = written(tmp_path, month(NEW)).table(exceptions.TITLE).rows
    assert row["What is accepted"] == "None: nothing is accepted for a time."


def test_a_first_audit_has_nothing_to_compare_with(tmp_path: Path) -> None:
    book = written(tmp_path, month(NEW, previous=None))
    (row,) = book.table(changes.TITLE).rows
    assert row["What we found"] == changes.FIRST
    said = {row["Question"]: row["Answer"] for row in book.table("Cover").rows}
    assert said["What changed since last month?"] == changes.FIRST
    assert set(book.table("Clauses").column("Last time")) == {"No audit"}


def test_the_cover_counts_what_changed_and_names_missing_months(tmp_path: Path) -> None:
    before = replace(BEFORE, made_on=date(2026, 8, 20), complete=False, missing=(date(2026, 9, 1), date(2026, 10, 1)))
    said = written(tmp_path, month(*EVERY, previous=before)).table("Cover").rows
    answers = {row["Question"]: row["Answer"] for row in said}
    assert answers["What changed since last month?"] == (
        "Compared with the audit of 20 Aug 2026, which could not read all it should. No audit was made in September "
        "2026 and October 2026. Findings: 1 new, 1 came back, 1 open again since an exception ended, 1 no longer "
        "found, 1 could not be looked at, 2 accepted for a time and 5 still open."
    )
    assert answers["What has been accepted?"] == "2 exceptions, 1 of which ends within 30 days."
    assert "1 decision is about an exception that ends soon." in answers["What must I decide, and by when?"]
    assert (
        "3 more matters on that sheet were answered before and are still found."
        in answers["What must I decide, and by when?"]
    )


def test_what_is_accepted_is_not_counted_as_wrong(tmp_path: Path) -> None:
    said = written(tmp_path, month(KEPT, FIXED, UNSEEN)).table("Cover").rows
    assert said[0]["Answer"].startswith("Nothing that needs a decision was found in what could be checked.")


def test_what_could_not_be_looked_at_stands_on_its_topic_as_not_assessed(every: Written) -> None:
    found = {row["Reference"]: row for sheet in every.book if "Reference" in _headers(every, sheet.title)
             for row in every.table(sheet.title).rows if sheet.title in {"Sharing outside", "Guests"}}  # fmt: skip
    row = found[UNSEEN.reference]
    assert row["Result"] == "Not assessed"
    assert row["What we found"].startswith("Could not be looked at this time; on 21 Oct 2026 it was so: ")
    assert FIXED.reference not in found
    assert found[KEPT.reference]["Result"] == "Accepted until 20 Jan 2027"


def _headers(book: Written, title: str) -> list[str]:
    return book.table(title).headers


def test_clauses_stand_beside_their_result_of_last_time(every: Written) -> None:
    rows = {row["Clause"].split(" ")[0]: row["Last time"] for row in every.table("Clauses").rows}
    assert (rows["B-01-01"], rows["B-02-01"], rows["B-03-01"]) == ("Review", "Meets", "Not a clause then")


def test_a_clause_counts_what_is_accepted_apart(tmp_path: Path) -> None:
    both = tuple(replace(one, clauses=("B-01-01",)) for one in (OPEN, KEPT))
    rows = written(tmp_path, month(*both)).table("Clauses").rows
    assert ", 1 of them accepted for a time." in rows[0]["In plain words"]
    alone = written(tmp_path, month(replace(KEPT, clauses=("B-01-01",)))).table("Clauses").rows
    assert ", accepted for a time." in alone[0]["In plain words"]


def stated(code: str, until: date, answer: str = "Confirmed") -> Stated:
    return Stated(code, answer, "Town Clerk", until - timedelta(days=365), "the signed list", until)


@pytest.mark.parametrize(
    ("last", "attested", "status", "until", "said"),
    [
        pytest.param((), False, "Attestation due", "None", "Nobody has answered yet.", id="never answered"),
        pytest.param(
            (stated("ATT-002", date(2026, 3, 1)),), False, "Attestation due", date(2026, 3, 1), "The signed list.",
            id="answered too long ago",
        ),
        pytest.param(
            (stated("ATT-002", date(2027, 3, 1), "Cannot confirm"),), False, "Review", date(2027, 3, 1),
            "Cannot confirm by Town Clerk on 1 Mar 2026. The signed list.", id="could not be confirmed",
        ),
        pytest.param(
            (stated("ATT-002", AS_OF + timedelta(days=30)),), True, "Attested 21 Dec 2025", date(2026, 12, 21),
            "Confirmed by Town Clerk on 21 Dec 2025. The signed list.", id="holds for thirty days more",
        ),
        pytest.param(
            (stated("ATT-002", AS_OF + timedelta(days=29)),), True, "Attested 20 Dec 2025", date(2026, 12, 20),
            "Please state it again: it ends soon.", id="ends within thirty days",
        ),
    ],
)  # fmt: skip
def test_a_statement_shows_the_last_answer_and_its_end(
    last: tuple[Stated, ...],
    attested: bool,  # noqa: FBT001 - a table
    status: str,
    until: object,
    said: str,
    tmp_path: Path,
) -> None:
    made = month()
    asked = made.clauses[2].clause.attestation
    clauses = tuple(
        replace(one, stated=last, attested_on=last[0].on if attested else None)
        if one.clause.attestation == asked
        else one
        for one in made.clauses
    )
    rows = written(tmp_path, replace(made, clauses=clauses)).table("Statements due").rows
    (row,) = [row for row in rows if row["Name in the register"] == "ATT-002"]
    shown = row["Holds until"] if until == "None" else row["Holds until"].date()
    assert (row["Status"], shown) == (status, until)
    assert row["Last answer"].endswith(said)


def test_the_year_names_the_months_without_an_audit_and_never_counts_them_as_none(every: Written) -> None:
    rows = every.table(year.TITLE).rows
    assert [row["Month"] for row in rows] == [
        "August 2026: before the first audit of 21 Sep 2026",
        "September 2026: audit of 21 Sep 2026",
        "October 2026: no audit was made",
        "November 2026: audit of 21 Nov 2026; not all of it could be read",
        "Position at 31 Mar 2026: no complete audit was made by then; the first of all was on 21 Sep 2026",
    ]
    assert set(list(rows[2].values())[1:]) == {"No audit"}
    assert (rows[1]["High findings"], rows[1]["Clauses met or confirmed"]) == (2, 8)
    assert rows[1]["Two-step sign-in"] == "28 of 31 accounts"
    assert rows[3]["Two-step sign-in"] == rows[3]["Shared outside"] == "Not counted"


def test_the_position_at_31_march_is_shown_with_its_audit(tmp_path: Path) -> None:
    held = replace(TREND, position=audited(date(2026, 3, 20)))
    rows = written(tmp_path, month(trend=held)).table(year.TITLE).rows
    assert rows[-1]["Month"] == "Position at 31 Mar 2026: audit of 20 Mar 2026"
    assert rows[-1]["Clauses not met"] == 4


def test_everybody_can_use_a_workbook_of_every_state(every: Written) -> None:
    assert faults(every.path, WORKING) == ()


def test_the_technician_sees_every_decision_and_how_it_stands(tmp_path: Path) -> None:
    notes = tuple(DecisionNote(one.decision, one.standing, Match.FOUND) for one in EVERY if one.decision)
    path = tmp_path / "technician.xlsx"
    technician.write(month(*EVERY, decisions=notes), stored, path)
    book = Written(path)
    assert book.table("Decisions").column("Reference") == [note.decision.reference for note in notes]
    findings = {row["Reference"]: row for row in book.table("Findings").rows}
    assert set(findings) == {one.reference for one in EVERY}
    assert findings[TO_GO.reference]["Answer"] == "Remove"
    assert findings[FIXED.reference]["Not found since"].date() == AS_OF
    summary = {row["Result"]: row["Findings"] for row in book.table("Summary").rows}
    assert summary["Accepted"] == 2
    assert sum(summary.values()) == len(EVERY) - 2
