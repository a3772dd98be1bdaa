"""Understanding returned answers: each kind of mischief refuses its own row, and everything good beside it is kept."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from decided import (
    AS_OF,
    CHAIR,
    CLERK,
    DAI,
    DEPUTY,
    GOOD,
    NOW,
    ON,
    PEOPLE,
    PLANS,
    RUN,
    SIAN,
    TODAY,
    Desk,
    answer,
    column_of,
    kept,
    ref,
    refused,
    row_of,
)
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from m365audit.model.answers import Answer, Effect, form_for
from m365audit.register.offices import Offices, Person, is_own

WHOLE = {"share": "Accepted", "setting": "Fix"}
LONG_AGO = date(2020, 1, 1)


def later(days: int) -> date:
    return ON + timedelta(days=days)


def test_good_answers_become_decisions_with_all_that_was_said(desk: Desk) -> None:
    path = desk.returned(GOOD)
    made = desk.understood(path)
    assert made.refused == made.edits == made.again == ()
    assert made.unanswered == len(PLANS) - 2
    assert kept(made) == WHOLE
    decision = next(one for one in made.decisions if one.reference == ref("share"))
    assert (decision.answer, decision.effect, decision.until) == (Answer.ACCEPTED, Effect.ALLOWS, date(2027, 3, 31))
    assert (decision.reason, decision.decided_by, decision.decided_on) == ("Survey of the allotments", CLERK, ON)
    assert (decision.run, decision.supersedes, decision.recorded_at) == (RUN, None, NOW.at)
    row = row_of(load_workbook(path)["Decisions needed"], "share")
    assert (decision.source.file, decision.source.row) == (path.name, row)
    assert [one.id for one in made.decisions] == [1, 2]


@pytest.mark.parametrize("key", [key for key in PLANS if key != "blank"])
def test_every_answer_of_every_form_can_be_given_by_somebody(desk: Desk, key: str) -> None:
    plan = PLANS[key]
    form = form_for(plan.rule, plan.kind)
    for choice in (form.without_allowing() if plan.why_not else form).choices:
        until = (LONG_AGO if choice.until_is_past else TODAY) if choice.needs_until else None
        said = answer(str(choice.answer), reason="a reason", until=until)
        if {SIAN, DAI, "sian@home.test"} & set(plan.concerns):
            said["Decided by"] = CHAIR if DAI in plan.concerns else DEPUTY
        if choice.answer is Answer.LEAVER_CONFIRMED:
            continue
        made = desk.understood(desk.returned({key: said}))
        assert made.refused == ()
        assert kept(made) == {key: str(choice.answer)}


HOSTILE: list[Any] = [
    pytest.param("anyone", answer("Allowed"), "not one of the answers", "Accepted, Remove, Ask",
                 id="an answer not in the list"),
    pytest.param("anyone", answer("Authorised", reason="x", until=TODAY), "not one of the answers", "Accepted",
                 id="another finding's answer"),
    pytest.param("anyone", {"Reason": "because", "Decided by": CLERK, "Decision date": ON}, "no Decision", "choose",
                 id="a reason and no decision"),
    pytest.param("anyone", {"Until": TODAY}, "no Decision", "choose", id="an end and no decision"),
    pytest.param("anyone", answer("Accepted", until=TODAY), "needs a Reason", "sentence", id="no reason"),
    pytest.param("anyone", answer("Accepted", reason=" \u00a0", until=TODAY), "needs a Reason", "sentence",
                 id="a reason of spaces"),
    pytest.param("anyone", answer("Accepted", reason="x"), "needs a day under Until", "31/03/2027", id="no end"),
    pytest.param("anyone", answer("Remove", decided_by=None), "who decided", "Clerk or deputy",
                 id="nobody who decided"),
    pytest.param("anyone", answer("Remove", decision_date=None), "no Decision date", "31/03/2027",
                 id="no decision date"),
    pytest.param("anyone", answer("Remove", decision_date=TODAY + timedelta(days=1)),
                 "still to come", "day it was decided", id="decided tomorrow"),
    pytest.param("anyone", answer("Remove", decision_date=AS_OF - timedelta(days=1)),
                 "before the audit it answers", "register", id="decided before the audit"),
    pytest.param("anyone", answer("Accepted", reason="x", until=TODAY - timedelta(days=1)), "is past", "day to come",
                 id="an end in the past"),
    pytest.param("anyone", answer("Accepted", reason="x", until=later(31)), "more than 30 days", "31 Dec 2026",
                 id="a link beyond its cap"),
    pytest.param("share", answer("Accepted", reason="x", until=later(185)), "more than 184 days", "renewed",
                 id="a share beyond its cap"),
    pytest.param("access", answer("Authorised", reason="x", until=later(367)), "more than 366 days", "renewed",
                 id="a right beyond its cap"),
    pytest.param("forward", answer("Accepted", reason="x", until=later(91)), "more than 90 days", "renewed",
                 id="a forward beyond its cap"),
    pytest.param("two-step", answer("Accessibility exception", reason="x", until=later(91)), "more than 90", "renewed",
                 id="an exception beyond its cap"),
    pytest.param("anyone", answer("Remove", decided_by="Somebody Else"), "nobody called 'Somebody Else'", CLERK,
                 id="a decider nobody knows"),
    pytest.param("anyone", answer("Remove", decided_by="Ann Archer"), "Ann Archer is Councillor", CLERK,
                 id="a decider without the office"),
    pytest.param("anyone", answer("Remove", decided_by="Old Clerk"), "not in office on 1 Dec 2026", CLERK,
                 id="a Clerk who has left"),
    pytest.param("anyone", answer("Remove", decided_by="New Clerk"), "not in office on 1 Dec 2026", CLERK,
                 id="a Clerk yet to begin"),
    pytest.param("anyone", answer("Remove", decided_by=CHAIR), "decides on what is the Clerk's own", CLERK,
                 id="the Chairman, on another's matter"),
    pytest.param("clerk's", answer("Authorised", reason="x", until=TODAY), f"own matter of {CLERK}", DEPUTY,
                 id="the Clerk's own mailbox"),
    pytest.param("clerk's", answer("Remove"), f"own matter of {CLERK}", CHAIR, id="the Clerk's own mailbox, to end it"),
    pytest.param("both's", answer("Remove", decided_by=DEPUTY), "own matter of Dai", CHAIR,
                 id="the deputy's own right"),
    pytest.param("private share", answer("Accepted", reason="x", until=TODAY), f"own matter of {CLERK}", DEPUTY,
                 id="a share with the Clerk's private address"),
    pytest.param("provider", answer("Ended", decided_by="Pat Helper"),
                 "Pat Helper is the IT provider's", "not the provider's", id="the provider on the provider"),
    pytest.param("provider's account", answer("Service", reason="x", decided_by="Pat Helper"),
                 "is the IT provider's", "not the provider's", id="the provider on its account"),
    pytest.param("auditor", answer("Ended", decided_by="pat@example-it.test"),
                 "is the IT provider's", "not the provider's", id="the provider on the audit itself"),
    pytest.param("share", answer("Remove", decided_by="Example IT Support Ltd"),
                 "decides nothing for the council", CLERK, id="the provider by name"),
    pytest.param("share", answer("Remove", decided_by="someone@example-it.test"),
                 "decides nothing for the council", CLERK, id="the provider by address"),
    pytest.param("admin", answer("Accessibility exception", reason="x", until=TODAY),
                 "cannot be accepted. It is an administrator's", "Fix, Ask", id="an administrator without two-step"),
    pytest.param("clerk's mail", answer("Accepted", reason="x", until=TODAY),
                 "cannot be accepted. It is the Clerk's", "Remove, Ask", id="the Clerk's mail sent on"),
    pytest.param("auditor", answer("Under contract", reason="x", until=TODAY),
                 "cannot be accepted. It audits itself", "Ended, Ask", id="the audit's own rights"),
    pytest.param("dormant", answer("Leaver confirmed"), "needs a day under Until", "31/03/2027",
                 id="a leaver without a day"),
    pytest.param("dormant", answer("Leaver confirmed", until=TODAY + timedelta(days=1)), "still to come", "register",
                 id="a leaver who has not left"),
    pytest.param("dormant", answer("Leaver confirmed", until=LONG_AGO),
                 "before Ann Archer began (9 May 2023)", "correct", id="a leaver gone before coming"),
    pytest.param("nobody's", answer("Leaver confirmed", until=ON), "nobody with the account", "enter the person",
                 id="a leaver nobody knows"),
    pytest.param("dormant", answer("Still serving"), "needs a Reason", "sentence", id="still serving without a word"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "given", "why", "remedy"), HOSTILE)
def test_a_row_that_cannot_stand_is_refused_by_name_and_the_others_are_kept(
    desk: Desk, key: str, given: dict[str, Any], why: str, remedy: str
) -> None:
    good = {other: said for other, said in GOOD.items() if other != key}
    path = desk.returned({**good, key: given})
    made = desk.understood(path)
    assert kept(made) == {other: WHOLE[other] for other in good}
    [refusal] = made.refused
    assert (refusal.file, refusal.reference, refusal.what) == (path.name, ref(key), PLANS[key].name)
    assert refusal.row == row_of(load_workbook(path)["Decisions needed"], key)
    assert why in refusal.why
    assert remedy in refusal.remedy


@pytest.mark.parametrize(
    ("key", "said", "most"),
    [
        pytest.param("anyone", "Accepted", 30, id="a link"),
        pytest.param("share", "Accepted", 184, id="a share"),
        pytest.param("access", "Authorised", 366, id="a right over a mailbox"),
        pytest.param("forward", "Accepted", 90, id="a forward"),
        pytest.param("two-step", "Accessibility exception", 90, id="no second step"),
        pytest.param("app", "Under contract", 5 * 366, id="a contract"),
    ],
)
def test_the_last_day_allowed_is_allowed(desk: Desk, key: str, said: str, most: int) -> None:
    on = TODAY
    good = answer(said, reason="x", until=on + timedelta(days=most), decision_date=on)
    assert kept(desk.understood(desk.returned({key: good}))) == {key: said}
    bad = answer(said, reason="x", until=on + timedelta(days=most + 1), decision_date=on)
    assert refused(desk.understood(desk.returned({key: bad})))[key]


@pytest.mark.parametrize(
    "name",
    [CLERK, "sian llyr", "SIÂN  LLŶR", "Mrs. Siân Llŷr", "Siân Llŷr, Town Clerk", "Siân Llŷr (Clerk)", SIAN.upper(),
     "sian@home.test", DEPUTY, "dai o'brien", "Dai O`Brien", f"  {DAI} "],
)  # fmt: skip
def test_a_decider_is_known_by_name_or_address_however_it_is_typed(desk: Desk, name: str) -> None:
    made = desk.understood(desk.returned({"anyone": answer("Remove", decided_by=name)}))
    assert made.refused == ()
    assert made.decisions[0].decided_by in (CLERK, DEPUTY)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        pytest.param("clerk's", DEPUTY, id="the deputy on the Clerk's own"),
        pytest.param("clerk's", CHAIR, id="the Chairman on the Clerk's own"),
        pytest.param("both's", CHAIR, id="the Chairman on what is the Clerk's and the deputy's"),
        pytest.param("provider", CLERK, id="the Clerk on the provider"),
        pytest.param("share", "Pat Helper", id="a locum of the provider's on what is not the provider's"),
    ],
)
def test_who_may_decide_does(desk: Desk, key: str, name: str) -> None:
    said = "Ended" if key == "provider" else "Remove"
    assert kept(desk.understood(desk.returned({key: answer(said, decided_by=name)}))) == {key: said}


def test_with_no_clerk_in_office_the_chairman_decides(tmp_path: Path) -> None:
    people = [row for row in PEOPLE if "Clerk" not in row["Role"]]
    desk = Desk(tmp_path / "desk").set_up(people)
    made = desk.understood(desk.returned({"anyone": answer("Remove", decided_by=CHAIR)}))
    assert kept(made) == {"anyone": "Remove"}


def test_an_account_given_by_object_id_is_still_ones_own() -> None:
    person = {"name": "X", "role": "Clerk", "account": "a-ann", "private_addresses": [], "other_official_addresses": [],
              "from": None, "until": None, "row": 5}  # fmt: skip
    third = pd.DataFrame([], columns=["kind", "organisation", "identifier"])
    offices = Offices.of(pd.DataFrame([person]), third, "your IT support provider")
    assert is_own(offices.people[0], frozenset(), "m|a-ann|send as")
    assert not is_own(offices.people[0], frozenset(), "m|a-anna|send as")
    assert offices.provider.names == frozenset()


@pytest.mark.parametrize(
    ("role", "is_clerk", "is_chair"),
    [
        ("Town Clerk", True, False),
        ("Clerk & RFO", True, False),
        ("Locum Clerk", True, False),
        ("Assistant Clerk", True, False),
        ("Clerk to the Council", True, False),
        ("PA to the Clerk", False, False),
        ("Clerk\u2019s assistant", False, False),
        ("Finance Clerk", False, False),
        ("Former Town Clerk", False, False),
        ("Clerical officer", False, False),
        ("Mayor", False, True),
        ("Deputy Mayor", False, True),
        ("Chair", False, True),
        ("Chairman of the Council", False, True),
        ("Chair of the Planning Committee", False, False),
        ("Mayor's Secretary", False, False),
        ("Mayor elect", False, False),
        ("Councillor", False, False),
    ],
)
def test_offices_by_their_many_names(role: str, is_clerk: bool, is_chair: bool) -> None:  # noqa: FBT001
    person = Person("X", role, "", frozenset(), None, None, 1)
    assert (person.is_clerk, person.is_chair) == (is_clerk, is_chair)


# Rows


def altered(desk: Desk, change: Any, answers: Any = GOOD, name: str = "altered.xlsx") -> Path:  # noqa: ANN401 - a callable
    workbook = load_workbook(desk.returned(answers))
    change(workbook["Decisions needed"])
    workbook.save(desk.folder / name)
    return desk.folder / name


def write(sheet: Worksheet, row: int, heading: str, value: object) -> None:
    sheet.cell(row, column_of(sheet, heading)).value = value  # type: ignore[assignment]


def copy_row(sheet: Worksheet, key: str, **other: object) -> int:
    """The row of a finding once more at the end, with other answers."""
    new, old = sheet.max_row + 1, row_of(sheet, key)
    for column in range(1, 14):
        sheet.cell(new, column).value = sheet.cell(old, column).value
    for heading, value in other.items():
        write(sheet, new, heading.replace("_", " "), value)
    return new


def test_rows_that_contradict_one_another_are_both_refused(desk: Desk) -> None:
    path = altered(desk, lambda sheet: copy_row(sheet, "share", Decision="Remove"))
    made = desk.understood(path)
    assert kept(made) == {"setting": "Fix"}
    assert [one.reference for one in made.refused] == [ref("share")] * 2
    first, second = made.refused
    assert f"row {second.row} of {path.name}" in first.why
    assert f"row {first.row} of {path.name}" in second.why


def test_rows_that_say_the_same_count_once(desk: Desk) -> None:
    made = desk.understood(altered(desk, lambda sheet: copy_row(sheet, "share", Decision="accepted ")))
    assert kept(made) == WHOLE
    assert made.refused == ()
    assert any("says the same as row" in notice for notice in made.notices)


def test_a_double_that_cannot_be_read_contradicts_too(desk: Desk) -> None:
    made = desk.understood(altered(desk, lambda sheet: copy_row(sheet, "share", Reason="=1+1")))
    assert kept(made) == {"setting": "Fix"}
    assert len(made.refused) == 2


def test_a_double_left_blank_contradicts_nothing(desk: Desk) -> None:
    blank = {"Decision": None, "Reason": None, "Until": None, "Decided_by": None, "Decision_date": None}
    made = desk.understood(altered(desk, lambda sheet: copy_row(sheet, "share", **blank)))
    assert kept(made) == WHOLE


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        pytest.param("M365-AAAAAAAA", "has no finding M365-AAAAAAAA", id="of no finding"),
        pytest.param("M365-1", "is no Reference", id="of no shape"),
        pytest.param("=A1", "holds a formula", id="a formula"),
        pytest.param(None, "no Reference", id="none"),
    ],
)
def test_an_extra_row_or_another_reference_is_refused(desk: Desk, reference: object, why: str) -> None:
    made = desk.understood(altered(desk, lambda sheet: copy_row(sheet, "share", Reference=reference)))
    assert kept(made) == WHOLE
    assert why in made.refused[0].why


def test_an_answer_beside_another_findings_words_is_refused(desk: Desk) -> None:
    """As when somebody sorts the references without the other columns."""

    def swap(sheet: Worksheet) -> None:
        share, setting = row_of(sheet, "share"), row_of(sheet, "setting")
        write(sheet, share, "Reference", ref("setting"))
        write(sheet, setting, "Reference", ref("share"))

    made = desk.understood(altered(desk, swap, {**GOOD, "anyone": answer("Remove")}))
    assert kept(made) == {"anyone": "Remove"}
    assert f"was sent as {ref('share')}" in " ".join(one.why for one in made.refused)
    assert len(made.refused) == 2


def test_rows_that_were_deleted_count_as_unanswered_and_are_named(desk: Desk) -> None:
    made = desk.understood(altered(desk, lambda sheet: sheet.delete_rows(row_of(sheet, "blank"))))
    assert kept(made) == WHOLE
    assert any("are missing" in notice and ref("blank") in notice for notice in made.notices)


def test_other_cells_that_were_edited_are_ignored_and_named(desk: Desk) -> None:
    def edit(sheet: Worksheet) -> None:
        write(sheet, row_of(sheet, "share"), "Why it matters", "It does not")
        write(sheet, row_of(sheet, "setting"), "First seen", date(2020, 1, 1))

    made = desk.understood(altered(desk, edit))
    assert kept(made) == WHOLE
    assert {(one.reference, one.heading) for one in made.edits} == {
        (ref("share"), "why it matters"),
        (ref("setting"), "first seen"),
    }
    assert {one.returned for one in made.edits} == {"It does not", "2020-01-01"}


def test_an_untouched_workbook_has_no_edits_and_no_answers(desk: Desk) -> None:
    made = desk.understood(desk.returned({}))
    assert made.edits == made.refused == made.decisions == made.notices == ()
    assert made.unanswered == len(PLANS)


def test_where_the_workbook_as_sent_is_gone_that_is_said(desk: Desk) -> None:
    path = desk.returned(GOOD)
    desk.sent.unlink()
    made = desk.understood(path)
    assert kept(made) == WHOLE
    assert any("edited cells cannot be told" in notice for notice in made.notices)


def test_a_decision_remembers_nothing_it_does_not_need(desk: Desk) -> None:
    made = desk.understood(desk.returned({"share": answer("Remove", until=TODAY - timedelta(days=300))}))
    assert made.decisions[0].until is None


def test_an_answer_is_to_what_the_workbook_said_and_not_to_what_has_come_since(desk: Desk) -> None:
    grown = replace(PLANS["app"], extent=("Calendars.Read for everybody", "Mail.Read for everybody"))
    desk.add_run("20261128T093000Z", date(2026, 11, 28), {**PLANS, "app": grown})
    made = desk.understood(
        desk.returned({"app": answer("Under contract", reason="Contract 7", until=date(2027, 3, 31)), **GOOD})
    )
    by_reference = {one.reference: one for one in made.decisions}
    assert by_reference[ref("app")].extent == ("Calendars.Read for everybody",)
    assert by_reference[ref("share")].extent is None
