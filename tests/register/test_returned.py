"""Reading returned workbooks: whatever is done to a file, what can be understood is, and what cannot is said."""

import io
import subprocess
import tempfile
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from decided import AS_OF, GOOD, PLANS, RUN, Desk, column_of, judged, kept, ref, refused, row_of
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from m365audit.register import typed
from m365audit.register.package import LARGEST_UNPACKED, MOST_ENTRIES, BadReturn
from m365audit.register.returned import ANSWERS, LONGEST_REASON, MOST_ROWS, REFERENCE, SCHEMA, SHEET, read_returned
from m365audit.report import clerk, decisions

WHOLE = {"share": "Accepted", "setting": "Fix"}


def changed(desk: Desk, change: Callable[[Workbook, Worksheet], object], name: str = "changed.xlsx") -> Path:
    """A workbook that was filled in well, and had something else done to it."""
    workbook = load_workbook(desk.returned(GOOD))
    change(workbook, workbook["Decisions needed"])
    workbook.save(desk.folder / name)
    return desk.folder / name


def rezipped(path: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    target = path.with_name(f"rezipped {path.name}")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return target


def why_not(path: Path) -> str:
    with pytest.raises(BadReturn) as refusal:
        read_returned(path)
    assert refusal.value.remedy
    return str(refusal.value)


def test_a_workbook_filled_in_as_asked_is_read_whole(desk: Desk) -> None:
    returned = read_returned(desk.returned(GOOD))
    assert (returned.tenant, returned.run) == ("exampleton", "20261121T093000Z")
    answered = {row.reference: row for row in returned.rows if row.is_answered}
    assert set(answered) == {ref("share"), ref("setting")}
    row = answered[ref("share")]
    assert (row.decision, row.reason, row.until) == ("Accepted", "Survey of the allotments", date(2027, 3, 31))
    assert row.faults == ()
    assert returned.notices == ()


def test_what_is_read_is_what_the_report_writes() -> None:
    headings = [column.header for column in decisions.COLUMNS]
    assert headings[-len(ANSWERS) :] == list(ANSWERS)
    assert REFERENCE in headings
    assert (SHEET, SCHEMA) == (decisions.TITLE, clerk.SCHEMA)
    reason = next(one for one in decisions.page(judged(RUN, AS_OF, PLANS)).questions if one.column == "Reason")
    assert reason.longest == LONGEST_REASON


# What cannot be opened at all


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "there is no file" in why_not(tmp_path / "nothing.xlsx")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(b"", "empty", id="a blank file"),
        pytest.param(b"just a text, not a workbook", "cannot be opened", id="a text"),
        pytest.param(b"\xd0\xcf\x11\xe0" + b"x" * 600, "old Excel file (.xls), or", id="an old one"),
        pytest.param(b"PK\x03\x04" + b"\x00" * 50, "cannot be opened", id="half an archive"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_workbook(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "returned.xlsx"
    path.write_bytes(data)
    assert words in why_not(path)


def test_a_file_of_more_bytes_than_a_workbook_has(tmp_path: Path) -> None:
    path = tmp_path / "returned.xlsx"
    with path.open("wb") as file:
        file.truncate(20_000_001)
    assert "far more than a returned workbook" in why_not(path)


def test_a_bomb_that_unpacks_to_more_than_fits_is_never_unpacked(desk: Desk) -> None:
    def swell(parts: dict[str, bytes]) -> None:
        parts["xl/worksheets/sheet99.xml"] = b" " * (LARGEST_UNPACKED + 1)

    path = rezipped(desk.sent, swell)
    assert path.stat().st_size < 1_000_000
    assert "far more than a returned workbook" in why_not(path)


def test_a_bomb_that_lies_about_its_size_is_no_bomb(desk: Desk) -> None:
    path = rezipped(desk.sent, lambda parts: parts.update({"xl/big.xml": b" " * 1_000_000}))
    data = path.read_bytes()
    path.write_bytes(data.replace((1_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    assert "cannot be opened" in why_not(path)


def test_more_parts_than_a_workbook_has(desk: Desk) -> None:
    path = rezipped(desk.sent, lambda parts: parts.update({f"x/{n}": b"" for n in range(MOST_ENTRIES + 1)}))
    assert "parts" in why_not(path)


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'


PARTS = ["xl/workbook.xml", "xl/styles.xml", "docProps/custom.xml", "xl/worksheets/sheet3.xml"]


@pytest.mark.parametrize("part", PARTS)
def test_entities_are_refused_before_anything_reads_them(desk: Desk, part: str) -> None:
    def declare(parts: dict[str, bytes]) -> None:
        body = parts[part]
        at = body.index(b"?>") + 2 if body.startswith(b"<?xml") else 0
        parts[part] = body[:at] + ENTITIES + body[at:]

    assert "entities" in why_not(rezipped(desk.returned(GOOD), declare))


def test_entities_hide_neither_at_the_edge_of_a_piece_nor_in_another_encoding(desk: Desk) -> None:
    filling = b"<?xml version='1.0'?>" + b" " * ((1 << 16) - 25)
    split = rezipped(desk.sent, lambda parts: parts.update({"xl/x.xml": filling + ENTITIES + b"<x/>"}))
    assert "entities" in why_not(split)
    wide = "<?xml version='1.0' encoding='utf-16'?>" + ENTITIES.decode() + "<x/>"
    assert "encoding" in why_not(rezipped(desk.sent, lambda parts: parts.update({"xl/x.xml": wide.encode("utf-16")})))


def test_macros_are_refused(desk: Desk) -> None:
    assert "macros" in why_not(rezipped(desk.sent, lambda parts: parts.update({"xl/vbaProject.bin": b"x"})))


def test_an_opendocument_file_is_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "returned.xlsx", "w") as archive:
        archive.writestr("content.xml", "<x/>")
    assert "OpenDocument" in why_not(tmp_path / "returned.xlsx")


def test_a_broken_sheet_is_refused_not_half_read(desk: Desk) -> None:
    def cut(parts: dict[str, bytes]) -> None:
        parts["xl/worksheets/sheet3.xml"] = parts["xl/worksheets/sheet3.xml"][:-400]

    assert "cannot be opened" in why_not(rezipped(desk.returned(GOOD), cut))


# Which audit it is of


@pytest.mark.parametrize("name", ["tenant", "run_id", "schema"])
def test_a_workbook_that_does_not_say_what_it_answers(desk: Desk, name: str) -> None:
    def forget(workbook: Workbook, _: Worksheet) -> None:
        del workbook.custom_doc_props[name]  # type: ignore[attr-defined]

    assert name in why_not(changed(desk, forget))


def test_a_workbook_of_another_form(desk: Desk) -> None:
    def age(workbook: Workbook, _: Worksheet) -> None:
        workbook.custom_doc_props["schema"].value = "7"  # type: ignore[attr-defined]

    assert "form 7" in why_not(changed(desk, age))


# Where the sheet and its columns are


def test_a_sheet_by_another_name_is_read_and_said(desk: Desk) -> None:
    path = changed(desk, lambda _, sheet: setattr(sheet, "title", "Entscheidungen"))
    assert "'Entscheidungen' has its headings and was read instead" in read_returned(path).notices[0]
    assert kept(desk.understood(path)) == WHOLE


def test_without_the_sheet_nothing_is_read(desk: Desk) -> None:
    path = changed(desk, lambda workbook, sheet: workbook.remove(sheet))
    assert "no sheet 'Decisions needed' (there are: Cover" in why_not(path)


def test_two_sheets_that_could_be_meant_are_named(desk: Desk) -> None:
    def twice(workbook: Workbook, sheet: Worksheet) -> None:
        sheet.title = "First"
        workbook.copy_worksheet(sheet).title = "Second"

    assert "'First', 'Second'" in why_not(changed(desk, twice))


def test_a_copy_of_the_sheet_is_left_alone_and_said(desk: Desk) -> None:
    path = changed(desk, lambda workbook, sheet: workbook.copy_worksheet(sheet))
    assert "looks like a copy" in read_returned(path).notices[0]
    assert kept(desk.understood(path)) == WHOLE


def test_columns_in_another_order_are_found(desk: Desk) -> None:
    def reorder(_: Workbook, sheet: Worksheet) -> None:
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
        for number, values in enumerate(rows, start=3):
            for place, value in enumerate(reversed(values), start=1):
                sheet.cell(number, place).value = value

    assert kept(desk.understood(changed(desk, reorder))) == WHOLE


def test_headings_further_down_and_oddly_written_are_found(desk: Desk) -> None:
    def move(_: Workbook, sheet: Worksheet) -> None:
        for heading in ("Reference", "Decision", "Decided by"):
            sheet.cell(3, column_of(sheet, heading)).value = f"\u00a0{heading.upper()} "
        sheet.insert_rows(1, 7)

    assert kept(desk.understood(changed(desk, move))) == WHOLE


@pytest.mark.parametrize("heading", ["Reference", "Decision", "Decided by", "Decision date"])
def test_a_heading_that_was_renamed_is_named(desk: Desk, heading: str) -> None:
    def rename(_: Workbook, sheet: Worksheet) -> None:
        sheet.cell(3, column_of(sheet, heading)).value = f"Our {heading}"

    said = why_not(changed(desk, rename))
    assert f"headed '{heading}'" in said
    assert f"our {heading.lower()}" in said


def test_without_the_column_until_only_rows_that_need_it_are_refused(desk: Desk) -> None:
    def rename(_: Workbook, sheet: Worksheet) -> None:
        sheet.cell(3, column_of(sheet, "Until")).value = "Ends"

    made = desk.understood(changed(desk, rename))
    assert kept(made) == {"setting": "Fix"}
    assert "needs a day under Until" in refused(made)["share"].why
    assert any("headed 'Until'" in notice for notice in made.notices)


def test_two_columns_of_one_heading_are_named(desk: Desk) -> None:
    path = changed(desk, lambda _, sheet: setattr(sheet.cell(3, 14), "value", "Decision"))
    assert "two columns" in why_not(path)


# Cells


def test_rows_that_were_hidden_or_filtered_are_read_and_said(desk: Desk) -> None:
    def hide(_: Workbook, sheet: Worksheet) -> None:
        sheet.row_dimensions[row_of(sheet, "share")].hidden = True
        sheet.column_dimensions["D"].hidden = True
        sheet.sheet_state = "hidden"
        sheet.auto_filter.ref = "A3:M20"
        sheet.auto_filter.add_filter_column(0, ["x"])

    path = changed(desk, hide)
    notices = " ".join(read_returned(path).notices)
    with zipfile.ZipFile(path) as archive:
        assert b'hidden="1"' in archive.read("xl/worksheets/sheet3.xml")
    assert f"row {row_of(load_workbook(path)['Decisions needed'], 'share')} of" in notices
    assert "by a filter" in notices
    assert "hidden columns" in notices
    assert "sheet 'Decisions needed' is hidden" in notices
    assert kept(desk.understood(path)) == WHOLE


def test_a_sheet_that_claims_a_million_rows_costs_nothing(desk: Desk) -> None:
    def claim(parts: dict[str, bytes]) -> None:
        name = "xl/worksheets/sheet3.xml"
        last = b'<row r="1048576"><c r="A1048576" t="n"><v>1</v></c></row></sheetData>'
        body = parts[name].replace(b"</sheetData>", last)
        start = body.index(b"<dimension")
        end = body.index(b"/>", start)
        parts[name] = body[:start] + b'<dimension ref="A1:XFD1048576"' + body[end:]

    path = rezipped(desk.returned(GOOD), claim)
    returned = read_returned(path)
    assert any(f"nothing was read below row {MOST_ROWS:,}" in notice for notice in returned.notices)
    assert kept(desk.understood(path)) == WHOLE


def test_a_sheet_that_claims_to_be_smaller_than_it_is_is_read_whole(desk: Desk) -> None:
    def claim(parts: dict[str, bytes]) -> None:
        name = "xl/worksheets/sheet3.xml"
        start = parts[name].index(b"<dimension")
        end = parts[name].index(b"/>", start)
        parts[name] = parts[name][:start] + b'<dimension ref="A1:A2"' + parts[name][end:]

    assert kept(desk.understood(rezipped(desk.returned(GOOD), claim))) == WHOLE


@pytest.mark.parametrize("heading", ["Decision", "Reason", "Until", "Decided by", "Decision date", "Reference"])
@pytest.mark.parametrize(
    ("value", "words"),
    [pytest.param("=1+1", "holds a formula", id="formula"), pytest.param("#REF!", "the error #REF!", id="error")],
)
def test_a_formula_or_error_refuses_its_row_and_no_other(desk: Desk, heading: str, value: str, words: str) -> None:
    def poison(_: Workbook, sheet: Worksheet) -> None:
        sheet.cell(row_of(sheet, "share"), column_of(sheet, heading)).value = value

    made = desk.understood(changed(desk, poison))
    assert kept(made) == {"setting": "Fix"}
    [refusal] = made.refused
    assert words in refusal.why or refusal.why == "it has an answer and no Reference"
    assert refusal.row
    assert refusal.remedy


@pytest.mark.parametrize(
    ("value", "day"),
    [
        pytest.param(datetime(2027, 3, 31), date(2027, 3, 31), id="a date"),  # noqa: DTZ001 - as Excel has it
        pytest.param(46477, date(2027, 3, 31), id="a serial number"),
        pytest.param(46477.75, date(2027, 3, 31), id="a serial number with a time"),
        pytest.param("31/03/2027", date(2027, 3, 31), id="the day first"),
        pytest.param("3/4/27", date(2027, 4, 3), id="two digits of a year"),
        pytest.param("31.3.2027", date(2027, 3, 31), id="with full stops"),
        pytest.param("2027-03-31", date(2027, 3, 31), id="the year first"),
        pytest.param("1 Feb 2027", date(2027, 2, 1), id="in words"),
        pytest.param("1st of February, 2027", date(2027, 2, 1), id="in many words"),
        pytest.param("Mon\u00a01\u00a0Sept 2027", date(2027, 9, 1), id="with a weekday and unbroken spaces"),
        pytest.param("February 1, 2027", date(2027, 2, 1), id="the month first, in words"),
        pytest.param("\u201c31/03/2027\u201d ", date(2027, 3, 31), id="in smart quotes"),
        pytest.param("31\u201303\u20132027", date(2027, 3, 31), id="with dashes"),
        pytest.param("", None, id="blank"),
        pytest.param(" \u00a0", None, id="blank but for spaces"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_a_day_in_any_usual_form(value: object, day: date | None) -> None:
    assert typed.day(value) == day


def test_a_serial_number_of_a_macintosh_counts_from_another_day() -> None:
    assert typed.day(45015, base_1904=True) == date(2027, 3, 31)


@pytest.mark.parametrize(
    "value",
    ["03/31/2027", "soon", "end of March", "31/02/2027", "1 Frimaire 2027", True, 0, -5, 10**12, float("nan"),
     "31/03/0027",
     "0000-01-01", float("inf"), b"x", "1" * 5000],
)  # fmt: skip
def test_what_is_no_day_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r".+"):
        typed.day(value)


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.binary(), st.none()))
def test_whatever_stands_in_a_cell_is_a_day_or_a_plain_refusal(value: object) -> None:
    try:
        day = typed.day(value)
    except ValueError:
        return
    assert day is None or isinstance(day, date)


@given(st.dates(date(1970, 1, 1), date(2099, 12, 31)))
def test_a_day_is_the_same_in_every_form(day: date) -> None:
    forms: list[Any] = [day, (day - date(1899, 12, 30)).days, str(day), f"{day:%d/%m/%Y}"]
    forms += [f"{day.day}.{day.month}.{day.year}"]
    forms += [f"{day.day} {day:%b} {day.year}", f"{day.day} {day:%B} {day.year}"]
    assert {typed.day(form) for form in forms} == {day}


def test_a_word_that_is_no_date_refuses_its_row_only(desk: Desk) -> None:
    def write(_: Workbook, sheet: Worksheet) -> None:
        sheet.cell(row_of(sheet, "share"), column_of(sheet, "Until")).value = "after Easter"

    made = desk.understood(changed(desk, write))
    assert kept(made) == {"setting": "Fix"}
    assert "'after Easter', which is no date" in refused(made)["share"].why
    assert "31/03/2027" in refused(made)["share"].remedy


def test_typographers_marks_and_unbroken_spaces_change_nothing(desk: Desk) -> None:
    def write(_: Workbook, sheet: Worksheet) -> None:
        row = row_of(sheet, "share")
        sheet.cell(row, column_of(sheet, "Decision")).value = "\u201cACCEPTED\u201d.\u00a0"
        sheet.cell(row, column_of(sheet, "Decided by")).value = "\u00a0mrs  SIAN\u2003LLYR "
        sheet.cell(row, column_of(sheet, "Reason")).value = "The council\u2019s\u00a0survey\r\n(min. 26/114)\u200b"
        sheet.cell(row, column_of(sheet, "Reference")).value = f" {ref('share').lower()} "

    made = desk.understood(changed(desk, write))
    assert kept(made) == WHOLE
    decision = next(one for one in made.decisions if one.reference == ref("share"))
    assert decision.reason == "The council\u2019s survey (min. 26/114)"
    assert decision.decided_by == "Siân Llŷr"


def test_a_reason_longer_than_a_sentence_is_refused(desk: Desk) -> None:
    def write(_: Workbook, sheet: Worksheet) -> None:
        sheet.cell(row_of(sheet, "share"), column_of(sheet, "Reason")).value = "x" * (LONGEST_REASON + 1)

    made = desk.understood(changed(desk, write))
    assert "501 characters" in refused(made)["share"].why
    assert kept(made) == {"setting": "Fix"}


def test_a_note_under_the_table_is_no_answer(desk: Desk) -> None:
    path = changed(desk, lambda _, sheet: setattr(sheet.cell(sheet.max_row + 3, 1), "value", "See you on Monday"))
    assert "has no reference and no answer" in read_returned(path).notices[0]
    assert kept(desk.understood(path)) == WHOLE


def test_the_row_of_a_quiet_month_is_no_answer(desk: Desk) -> None:
    sent = desk.add_run("20261221T093000Z", date(2026, 12, 21), {})
    assert read_returned(sent).rows == ()


def test_saved_by_libreoffice_it_is_read_the_same(desk: Desk, tmp_path: Path) -> None:
    path = desk.returned(GOOD, sent=desk.sent)
    profile = (tmp_path / "profile").as_uri()
    words = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    words += ["--outdir", str(tmp_path / "saved"), str(path)]
    subprocess.run(words, check=True, capture_output=True, timeout=180)
    saved = tmp_path / "saved" / path.name
    assert saved.read_bytes() != path.read_bytes()
    made = desk.understood(saved)
    assert made.refused == ()
    assert made.edits == ()
    assert kept(made) == WHOLE
    before = desk.understood(path)
    assert [(one.reason, one.until, one.decided_on) for one in made.decisions] == [
        (one.reason, one.until, one.decided_on) for one in before.decisions
    ]


@given(st.binary(max_size=400))
def test_no_bytes_do_more_than_refuse_themselves(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "returned.xlsx"
        path.write_bytes(data)
        with pytest.raises(BadReturn):
            read_returned(path)


def test_the_file_is_only_read(desk: Desk) -> None:
    path = desk.returned(GOOD)
    before = path.read_bytes()
    desk.understood(path)
    assert path.read_bytes() == before
    assert zipfile.is_zipfile(io.BytesIO(before))
