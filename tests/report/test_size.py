"""What is long goes on over several sheets, and takes no more memory than what is short."""

import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hand_built import assessment, data_set, finding, stored
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from written import Written

from m365audit.excel.cells import Value
from m365audit.excel.styles import Look
from m365audit.model.assessment import Assessment
from m365audit.model.evidence import Coverage
from m365audit.model.words import Result
from m365audit.report import clerk, technician
from m365audit.report.accessible.file import WORKING, faults
from m365audit.report.names import part_title, sheet_title
from m365audit.report.parts import parts
from m365audit.report.questions import Question, validations
from m365audit.report.rows import Line, Made
from m365audit.report.sheets import Book, Column, Page, Rows
from m365audit.rules import RULES

COLUMNS = (Column("Number", 20, Look.RAW), Column("Text", 40, Look.RAW))


def page(rows: Rows, columns: tuple[Column, ...] = COLUMNS) -> Page:
    return Page("Guests", "Guests", "Who is let in", ("One table.",), columns, rows)


def numbered(count: int, text: str = "text") -> Rows:
    return Made(range(count), lambda number: (f"row {number}", text))


@dataclass(frozen=True)
class Promised:
    """Rows that are not as many as they say; none is made when they are asked for their number."""

    promised: int
    real: int = 0

    def __len__(self) -> int:
        return self.promised

    def __iter__(self) -> Iterator[Line]:
        return iter([("row", "text")] * self.real)


@given(st.integers(1, 60), st.integers(1, 12))
def test_the_parts_of_a_list_hold_every_row_once_and_no_more_than_they_may(count: int, most: int) -> None:
    made = list(parts(page(numbered(count)), most))
    rows = [tuple(part.rows) for part in made]
    assert [line for lines in rows for line in lines] == list(numbered(count))
    assert all(len(lines) == len(part.rows) <= most for lines, part in zip(rows, made, strict=True))
    assert len({part.table_name.casefold() for part in made}) == len({part.title for part in made}) == len(made)


def test_a_part_says_which_it_is() -> None:
    first, second, last = parts(page(numbered(12)), 5)
    assert [first.title, second.title, last.title] == ["Guests (1 of 3)", "Guests (2 of 3)", "Guests (3 of 3)"]
    assert "Part 2 of 3: rows 6 to 10 of 12." in second.explanation[0]
    assert last.purpose == "Who is let in; rows 11 to 12 of 12"
    assert last.table_name == "Guests_3_of_3"


def test_what_fits_stays_one() -> None:
    whole = page(numbered(5))
    assert list(parts(whole, 5)) == [whole]


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> tuple[Assessment, Written]:
    """A council with more to decide under one topic than one sheet should hold."""
    rule, count = 3, clerk.ROWS_A_SHEET + 7
    found = tuple(replace(finding(14 * n + rule), result=Result.DOES_NOT_MEET) for n in range(count))
    path = tmp_path_factory.mktemp("long") / "clerk.xlsx"
    made = replace(assessment(findings=0), findings=found)
    clerk.write(made, path)
    return made, Written(path)


def test_a_long_topic_goes_on_on_a_second_sheet(long: tuple[Assessment, Written]) -> None:
    made, written = long
    shown = [
        reference
        for part in (1, 2)
        for reference in written.table(f"Two-step sign-in ({part} of 2)").column("Reference")
        if reference.startswith("M365-")
    ]
    assert sorted(shown) == sorted(one.reference for one in made.findings)
    listed = {row["Sheet"]: row["Rows"] for row in written.table("Contents").rows}
    assert listed["Two-step sign-in (1 of 2)"] == clerk.ROWS_A_SHEET
    assert set(listed) == set(written.book.sheetnames)
    assert all(written.table(title).sheet.max_row - 3 == count for title, count in listed.items())


def test_everybody_can_use_the_parts_of_a_long_list(long: tuple[Assessment, Written]) -> None:
    assert faults(long[1].path, WORKING) == ()


def test_what_is_filled_in_stays_one_sheet_however_long(long: tuple[Assessment, Written]) -> None:
    made, written = long
    decisions = written.table("Decisions needed")
    assert sorted(decisions.column("Reference")) == sorted(one.reference for one in made.findings)
    last = f"I{3 + len(made.findings)}"
    assert any(last in rule.sqref for rule in decisions.sheet.data_validations.dataValidation)


def test_a_long_evidence_goes_on_over_several_sheets(tmp_path: Path) -> None:
    path, count = tmp_path / "technician.xlsx", technician.ROWS_A_SHEET + 1
    rows = stored("per_user_mfa", [{"account_id": str(number)} for number in range(count)])
    note = data_set("per_user_mfa", Coverage(rows=count))
    technician.write(replace(assessment(), data_sets=(note,)), lambda _: rows, path)
    book = load_workbook(path, read_only=True)
    titles = ["per_user_mfa (1 of 2)", "per_user_mfa (2 of 2)"]
    assert [book[title].max_row for title in titles] == [technician.ROWS_A_SHEET + 3, 1 + 3]
    assert [row[0] for row in book[titles[1]].iter_rows(min_row=4, values_only=True)] == [str(count - 1)]


@pytest.mark.parametrize(
    ("made", "why"),
    [
        pytest.param(page(Promised(1_048_574)), "more rows than Excel has", id="a row too many"),
        pytest.param(
            page((), tuple(Column(f"c{n}", 9) for n in range(16_385))), "more columns", id="a column too many"
        ),
        pytest.param(page(()), "has no row", id="no row"),
        pytest.param(page(Promised(3, 2)), "2 rows, though 3 were promised", id="fewer rows than promised"),
        pytest.param(page(Promised(1, 2)), "2 rows, though 1 were promised", id="more rows than promised"),
        pytest.param(page([("one",)]), "1 cells for 2 columns", id="a row too short"),
        pytest.param(
            page([("a", "b")], (Column("A", 9), Column("a ", 9))), "not all filled and diff", id="one header twice"
        ),
    ],
)
def test_what_excel_could_not_hold_or_open_is_refused(made: Page, why: str) -> None:
    book = Book(Workbook(write_only=True), rest="the evidence")
    with pytest.raises(ValueError, match=why):
        book.lay(book.sheet(made.title), made)


@pytest.mark.parametrize("look", [Look.RAW, Look.TEXT], ids=["as evidence", "for people"])
@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), 1.5, b"bytes", ["a"], {"a": 1}, object()], ids=lambda value: repr(value)[:12]
)
def test_what_would_be_lost_without_a_word_is_refused(value: Value, look: Look) -> None:
    book = Book(Workbook(write_only=True), rest="the evidence")
    columns = (Column("Number", 20, look), Column("Text", 40, look))
    with pytest.raises(TypeError):
        book.lay(book.sheet("Guests"), page([("row", value)], columns))


@pytest.mark.parametrize("look", [Look.RAW, Look.TEXT], ids=["as evidence", "for people"])
def test_ten_times_the_rows_take_no_more_memory(look: Look) -> None:
    # Every text has to be changed, which must not fill the memory with the places either.
    columns = (Column("Number", 20, look), Column("Text", 40, look))
    assert _peak(20_000, columns) < 1.3 * _peak(2_000, columns)


def _peak(count: int, columns: tuple[Column, ...]) -> int:
    made = page(Made(range(count), lambda _: ("row", "a\u202eb")), columns)
    tracemalloc.start()
    try:
        book = Book(Workbook(write_only=True), rest="the evidence")
        book.lay(book.sheet(made.title), made)
        assert sum(changed.cells for changed in book.alterations.values()) == len(made.rows)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_rule_for_very_many_places_is_several() -> None:
    asked = Question("Reason", tuple(range(0, 5_000, 2)), "Why", "Why so?", "Shorter, please.", longest=9)
    made = list(validations(asked, "B", 4))
    places = [str(place) for rule in made for place in rule.sqref.ranges]
    assert sorted(places) == sorted(f"B{4 + row}" for row in asked.rows)
    assert all(len(str(rule.sqref)) < 8_192 for rule in made)


def test_a_text_too_tall_for_a_row_is_shortened_for_people_and_whole_for_the_technician(tmp_path: Path) -> None:
    because = " ".join(f"word{number}" for number in range(600))
    made = replace(assessment(findings=0), findings=(replace(finding(3), because=because, result=Result.REVIEW),))
    clerk.write(made, tmp_path / "clerk.xlsx")
    technician.write(made, stored, tmp_path / "technician.xlsx")
    (shown,) = Written(tmp_path / "clerk.xlsx").table("Decisions needed").column("What we found")
    assert shown.endswith("(shortened; the whole text is in the Technician workbook)")
    assert Written(tmp_path / "technician.xlsx").table("Findings").column("Because") == [because]


def test_every_topic_can_be_the_name_of_a_sheet_and_of_one_that_goes_on() -> None:
    topics = {rule.topic for rule in RULES.values()}
    assert {sheet_title(topic) for topic in topics} == topics
    assert len({part_title(topic, 10, 10).casefold() for topic in topics}) == len(topics)
