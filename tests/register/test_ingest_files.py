"""Returned files one after another: other tenants and months, copies that differ, files given again, the register."""

import shutil
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from decided import (
    ANN,
    CLERK,
    GOOD,
    NOW,
    ON,
    PEOPLE,
    PLANS,
    RUN,
    THIRD_PARTIES,
    TODAY,
    Desk,
    answer,
    column_of,
    kept,
    ref,
    refused,
    row_of,
)
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from m365audit.engine.deciding.decide import keep, today
from m365audit.model.answers import Answer, Effect
from m365audit.model.decisions import Standing, current, standing
from m365audit.register import BadRegister, read_register, write_register
from m365audit.register.ingest import Now
from m365audit.register.ledger import read
from m365audit.snapshot import BadRun, Busy

WHOLE = {"share": "Accepted", "setting": "Fix"}


def altered(desk: Desk, change: Any, answers: Any = GOOD, name: str = "altered.xlsx") -> Path:  # noqa: ANN401 - a callable
    workbook = load_workbook(desk.returned(answers))
    change(workbook["Decisions needed"])
    workbook.save(desk.folder / name)
    return desk.folder / name


def write(sheet: Worksheet, row: int, heading: str, value: object) -> None:
    sheet.cell(row, column_of(sheet, heading)).value = value  # type: ignore[assignment]


def other_tenant(workbook: Workbook, name: str, value: str) -> None:
    workbook.custom_doc_props[name].value = value  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        pytest.param("tenant", "elsewhere", "no such tenant file", id="a tenant there is not"),
        pytest.param("tenant", "../../etc/passwd", "no such tenant file", id="a path for a tenant"),
        pytest.param("run_id", "20200101T000000Z", "has no run", id="a run there is not"),
        pytest.param("run_id", "../20261121T093000Z", "has no run", id="a path for a run"),
    ],
)
def test_a_file_of_another_tenant_or_run_is_refused_and_the_others_are_kept(
    desk: Desk, name: str, value: str, why: str
) -> None:
    workbook = load_workbook(desk.returned(GOOD))
    other_tenant(workbook, name, value)
    workbook.save(desk.folder / "other.xlsx")
    made = desk.understood(desk.folder / "other.xlsx", desk.returned(GOOD))
    assert kept(made) == WHOLE
    [refusal] = made.refused
    assert (refusal.file, refusal.row) == ("other.xlsx", 0)
    assert why in refusal.why


def test_a_run_of_another_tenant_under_the_same_name_is_refused(desk: Desk) -> None:
    path = desk.places.reports / "exampleton" / RUN / "assessment.json"
    path.write_bytes(path.read_bytes().replace(b"11111111-2222", b"99999999-2222"))
    with pytest.raises(BadRun, match="not the reference of its finding"):
        desk.understood(desk.returned(GOOD))


def test_an_assessment_of_before_there_were_answers_says_how_to_mend_it(desk: Desk) -> None:
    path = desk.places.reports / "exampleton" / RUN / "assessment.json"
    desk.add_run("20261214T090000Z", date(2026, 12, 14))
    path.write_bytes(path.read_bytes().replace(b'"may_accept"', b'"may_not"'))
    [refusal] = desk.understood(desk.returned(GOOD)).refused
    assert "cannot be answered" in refusal.why
    assert f"evaluate exampleton --run {RUN}" in refusal.remedy


def test_an_unfinished_run_cannot_be_answered(desk: Desk) -> None:
    path = desk.returned(GOOD)
    desk.add_run("20261214T090000Z", date(2026, 12, 14))
    (desk.places.reports / "exampleton" / RUN / "evidence" / "manifest.json").unlink()
    [refusal] = desk.understood(path).refused
    assert "stopped before" in refusal.why


def test_an_older_months_answers_count_where_the_finding_is_still_there(desk: Desk) -> None:
    path = desk.returned({**GOOD, "anyone": answer("Remove")})
    desk.add_run("20261204T090000Z", date(2026, 12, 4), {key: plan for key, plan in PLANS.items() if key != "anyone"})
    made = desk.understood(path)
    assert kept(made) == WHOLE
    assert any("answers the audit of 21 Nov 2026" in notice for notice in made.notices)
    refusal = refused(made)["anyone"]
    assert "the latest audit, of 4 Dec 2026, does not have it any more" in refusal.why
    assert made.decisions[0].run == RUN


def test_an_older_answer_must_hold_by_what_is_known_now(desk: Desk) -> None:
    path = desk.returned({"two-step": answer("Accessibility exception", reason="x", until=TODAY)})
    promoted = replace(PLANS["two-step"], why_not="It is an administrator's now.")
    desk.add_run("20261204T090000Z", date(2026, 12, 4), {**PLANS, "two-step": promoted})
    assert "administrator's now" in refused(desk.understood(path))["two-step"].why


def test_two_copies_that_differ_are_both_listed_and_neither_wins(desk: Desk) -> None:
    one = desk.returned(GOOD, "one.xlsx")
    two = desk.returned({**GOOD, "share": answer("Remove", decision_date=TODAY)}, "two.xlsx")
    made = desk.understood(one, two)
    assert kept(made) == {"setting": "Fix"}
    assert {refusal.file for refusal in made.refused} == {"one.xlsx", "two.xlsx"}
    assert "row" in made.refused[0].why
    assert "two.xlsx" in made.refused[0].why


def test_the_same_file_twice_in_one_go_counts_once(desk: Desk) -> None:
    one = desk.returned(GOOD, "one.xlsx")
    shutil.copy(one, desk.folder / "two.xlsx")
    made = desk.understood(one, one, desk.folder / "two.xlsx")
    assert kept(made) == WHOLE
    assert len(made.decisions) == 2
    assert made.refused == ()


def take_in(desk: Desk, *files: Path, now: Now = NOW) -> Any:  # noqa: ANN401 - Understood
    heard, understood = desk.hear(*files, now=now)
    assert heard is not None
    keep(heard, now)
    return understood


def test_a_file_given_again_adds_nothing_whenever_that_is(desk: Desk) -> None:
    path = desk.returned(GOOD)
    take_in(desk, path)
    before = desk.ledger.read_bytes()
    years_on = Now(TODAY + timedelta(days=900), NOW.at)
    for now in (NOW, years_on):
        made = take_in(desk, path, now=now)
        assert made.decisions == made.refused == ()
        assert {one.reference for one in made.again} == {ref("share"), ref("setting")}
    assert desk.ledger.read_bytes() == before


def test_a_copy_saved_again_adds_nothing(desk: Desk) -> None:
    take_in(desk, desk.returned(GOOD))
    again = altered(desk, lambda sheet: write(sheet, row_of(sheet, "blank"), "Why it matters", "!"))
    made = take_in(desk, again)
    assert made.decisions == made.refused == ()
    assert len(made.again) == 2


def test_a_later_decision_takes_the_place_of_an_earlier_one_and_says_so(desk: Desk) -> None:
    take_in(desk, desk.returned(GOOD))
    made = take_in(desk, desk.returned({"share": answer("Remove", decision_date=TODAY)}, "later.xlsx"))
    before = made.replaced[0]
    assert (before.answer, made.decisions[0].supersedes) == (Answer.ACCEPTED, before.id)
    assert current(read(desk.ledger).decisions)[ref("share")].answer is Answer.REMOVE
    assert len(read(desk.ledger).decisions) == 3


def test_the_first_file_given_again_does_not_bring_its_answer_back(desk: Desk) -> None:
    first = desk.returned(GOOD)
    take_in(desk, first)
    take_in(desk, desk.returned({"share": answer("Remove", decision_date=TODAY)}, "later.xlsx"))
    take_in(desk, first)
    assert current(read(desk.ledger).decisions)[ref("share")].answer is Answer.REMOVE


@pytest.mark.parametrize(
    ("on", "why"),
    [
        pytest.param(ON, "one day has two answers", id="of the same day"),
        pytest.param(ON - timedelta(days=1), "which is later", id="of a day before"),
    ],
)
def test_a_second_copy_that_differs_does_not_win_silently(desk: Desk, on: date, why: str) -> None:
    take_in(desk, desk.returned(GOOD, "first.xlsx"))
    made = desk.understood(desk.returned({"share": answer("Remove", decision_date=on)}, "second.xlsx"))
    assert made.decisions == ()
    assert why in made.refused[0].why
    assert "first.xlsx" in made.refused[0].why


def test_what_was_shown_is_what_is_kept_or_nothing(desk: Desk) -> None:
    heard, _ = desk.hear(desk.returned(GOOD, "one.xlsx"))
    assert heard is not None
    take_in(desk, desk.returned({"anyone": answer("Remove")}, "two.xlsx"))
    with pytest.raises(Busy, match="meanwhile"):
        keep(heard, NOW)
    assert [one.reference for one in read(desk.ledger).decisions] == [ref("anyone")]


def test_without_a_register_nobody_may_decide(desk: Desk) -> None:
    path = desk.returned(GOOD)
    desk.register.unlink()
    with pytest.raises(BadRegister, match="has no register"):
        desk.understood(path)


# The register


def test_a_confirmed_leaver_gets_a_last_day_on_the_register(desk: Desk) -> None:
    before = read_register(desk.register)
    assert before is not None
    heard, made = desk.hear(desk.returned({"dormant": answer("Leaver confirmed", until=ON)}))
    assert [(one.name, one.until) for one in made.endings] == [("Ann Archer", ON)]
    assert heard is not None
    assert [one.name for one in keep(heard, NOW).endings] == ["Ann Archer"]
    after = read_register(desk.register)
    assert after is not None
    changed = before["people"].copy()
    changed.loc[changed["name"] == "Ann Archer", "until"] = ON
    assert after["people"].to_dict("records") == changed.to_dict("records")
    [copy] = desk.register.parent.glob("exampleton-register before *.xlsx")
    kept_copy = read_register(copy)
    assert kept_copy is not None
    assert kept_copy["people"].to_dict("records") == before["people"].to_dict("records")
    assert current(read(desk.ledger).decisions)[ref("dormant")].effect is Effect.REGISTERS


def test_where_excel_has_the_register_open_the_decision_is_kept_and_the_file_given_again_mends_it(desk: Desk) -> None:
    path = desk.returned({"dormant": answer("Leaver confirmed", until=ON)})
    heard, _ = desk.hear(path)
    assert heard is not None
    lock = desk.register.with_name(f"~${desk.register.name}")
    lock.write_bytes(b"")
    with pytest.raises(BadRegister, match="open in Excel"):
        keep(heard, NOW)
    assert len(read(desk.ledger).decisions) == 1
    lock.unlink()
    take_in(desk, path)
    people = (read_register(desk.register) or {})["people"]
    assert people.loc[people["name"] == "Ann Archer", "until"].tolist() == [ON]
    assert len(read(desk.ledger).decisions) == 1


def test_a_day_corrected_on_the_register_is_not_undone_by_an_old_file(desk: Desk) -> None:
    path = desk.returned({"dormant": answer("Leaver confirmed", until=ON)})
    take_in(desk, path)
    people = [{**row, "Until": TODAY} if row["Account"] == ANN else row for row in PEOPLE]
    desk.register.unlink()
    write_register(desk.register, "Exampleton Town Council", {"People": people, "Third parties": THIRD_PARTIES})
    take_in(desk, path)
    sheet = (read_register(desk.register) or {})["people"]
    assert sheet.loc[sheet["name"] == "Ann Archer", "until"].tolist() == [TODAY]


def test_a_register_with_a_picture_is_left_alone(desk: Desk) -> None:
    with zipfile.ZipFile(desk.register, "a") as archive:
        archive.writestr("xl/media/image1.png", b"x")
    before = desk.register.read_bytes()
    heard, _ = desk.hear(desk.returned({"dormant": answer("Leaver confirmed", until=ON)}))
    assert heard is not None
    with pytest.raises(BadRegister, match="would be lost"):
        keep(heard, NOW)
    assert desk.register.read_bytes() == before


@pytest.mark.parametrize(
    ("key", "said", "words"),
    [
        ("unknown", "Person", "sheet People"),
        ("unknown", "Shared", "as a shared mailbox"),
        ("unknown", "Service", "as a service"),
        ("dormant", "Still serving", "in office today"),
    ],
)
def test_what_a_person_has_to_enter_is_said(desk: Desk, key: str, said: str, words: str) -> None:
    made = desk.understood(desk.returned({key: answer(said, reason="She is on leave")}))
    [to_do] = made.to_do
    assert words in to_do
    assert "She is on leave" in to_do


# Told


HEAD = f"tenant: exampleton\nrun: {RUN}\ndecisions:\n"


def told(desk: Desk, *rows: str, head: str = HEAD) -> Path:
    path = desk.folder / "told.yaml"
    path.write_text(head + "".join(f"  - {row}\n" for row in rows), encoding="utf-8")
    return path


def line(key: str, decision: str, **more: str) -> str:
    given = {"reference": ref(key), "decision": decision, "decided_by": CLERK, "decision_date": "2026-12-01", **more}
    return "{" + ", ".join(f"{name}: {value}" for name, value in given.items()) + "}"


def test_what_was_told_is_kept_under_the_same_rules_and_marked(desk: Desk) -> None:
    share = line("share", "Accepted", reason="Survey", until="31/03/2027")
    path = told(desk, share, line("anyone", "Accepted", until="2027-01-01"))
    made = desk.understood(path)
    assert kept(made) == {"share": "Accepted"}
    assert (made.decisions[0].source.channel, made.decisions[0].source.row) == ("told to the provider", 4)
    assert "needs a Reason" in refused(made)["anyone"].why
    assert refused(made)["anyone"].row == 5


def test_the_provider_does_not_type_what_is_decided_on_the_provider(desk: Desk) -> None:
    made = desk.understood(told(desk, line("provider", "Ended"), line("auditor", "Ended"), line("setting", "Fix")))
    assert kept(made) == {"setting": "Fix"}
    assert {"the provider typed it" in one.why for one in made.refused} == {True}


def test_the_clerks_own_word_takes_the_place_of_what_was_told(desk: Desk) -> None:
    take_in(desk, told(desk, line("share", "Remove"), line("setting", "Fix")))
    made = take_in(desk, desk.returned(GOOD))
    assert {one.answer for one in made.replaced} == {Answer.REMOVE, Answer.FIX}
    counts = current(read(desk.ledger).decisions)
    assert (counts[ref("share")].answer, counts[ref("share")].source.channel) == (Answer.ACCEPTED, "workbook")
    assert counts[ref("setting")].source.channel == "workbook"


def test_what_was_told_does_not_outdo_the_clerks_word_of_that_day(desk: Desk) -> None:
    take_in(desk, desk.returned(GOOD))
    made = desk.understood(told(desk, line("share", "Remove")))
    assert made.decisions == ()
    assert "one day has two answers" in made.refused[0].why


@pytest.mark.parametrize(
    ("head", "why"),
    [
        pytest.param("tenant: exampleton\ndecisions:\n", "'run' is missing", id="no run"),
        pytest.param(f"tenant: exampleton\nrun: {RUN}\nmore: 1\ndecisions:\n", "no key here", id="a strange key"),
        pytest.param("a: &a [x]\nb: *a\ndecisions:\n", "anchor", id="an anchor"),
        pytest.param("{{{", "not YAML", id="no YAML"),
    ],
)
def test_a_file_of_told_decisions_that_cannot_be_read_is_refused(desk: Desk, head: str, why: str) -> None:
    made = desk.understood(told(desk, line("share", "Remove"), head=head))
    assert why in made.refused[0].why
    assert made.refused[0].remedy


# Days


@pytest.mark.parametrize(
    ("moment", "until", "stands"),
    [
        pytest.param("2027-03-27T23:59:59+00:00", "2027-03-27", Standing.RENEW, id="just before, in winter"),
        pytest.param("2027-03-28T00:00:00+00:00", "2027-03-27", Standing.LAPSED, id="at midnight, in winter"),
        pytest.param("2027-03-28T22:59:59+00:00", "2027-03-28", Standing.RENEW, id="just before, the clock forward"),
        pytest.param("2027-03-28T23:00:00+00:00", "2027-03-28", Standing.LAPSED, id="at midnight, the clock forward"),
        pytest.param("2027-10-30T22:59:59+00:00", "2027-10-30", Standing.RENEW, id="just before, in summer"),
        pytest.param("2027-10-31T00:30:00+01:00", "2027-10-30", Standing.LAPSED, id="half past midnight, in summer"),
        pytest.param("2027-10-31T23:59:59+00:00", "2027-10-31", Standing.RENEW, id="just before, the clock back"),
        pytest.param("2027-11-01T00:00:00+00:00", "2027-11-01", Standing.RENEW, id="at midnight, the clock back"),
        pytest.param("2027-11-01T00:00:00+00:00", "2027-10-31", Standing.LAPSED, id="at midnight, the last day over"),
    ],
)  # fmt: skip
def test_an_exception_ends_at_midnight_in_london(desk: Desk, moment: str, until: str, stands: Standing) -> None:
    heard, _ = desk.hear(desk.returned(GOOD))
    assert heard is not None
    decision = replace(heard.understood.decisions[0], effect=Effect.ALLOWS, until=date.fromisoformat(until))
    assert standing(decision, today(datetime.fromisoformat(moment).astimezone(UTC))) is stands


def test_an_end_today_in_london_may_be_given_today(desk: Desk) -> None:
    moment = datetime(2027, 3, 28, 22, 59, tzinfo=UTC)
    on = today(moment)
    path = desk.returned({"anyone": answer("Accepted", reason="x", until=date(2027, 3, 28), decision_date=on)})
    assert kept(desk.understood(path, now=Now(on, moment))) == {"anyone": "Accepted"}
    midnight = moment + timedelta(minutes=1)
    assert "is past" in refused(desk.understood(path, now=Now(today(midnight), midnight)))["anyone"].why
