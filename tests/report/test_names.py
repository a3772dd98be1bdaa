from dataclasses import replace

import pytest
from hand_built import assessment
from hypothesis import given
from hypothesis import strategies as st

from m365audit.report.names import file_name, sheet_title, table_name

MADE = assessment(findings=0, clauses=0)


@pytest.mark.parametrize(
    ("council", "name"),
    [
        pytest.param("Exampleton Town Council", "Exampleton Town Council", id="an ordinary council"),
        pytest.param("Cyngor Tref Llŷn", "Cyngor Tref Llŷn", id="a Welsh council keeps its circumflex"),
        pytest.param("St. Mary's & Parish", "St. Mary's & Parish", id="an apostrophe and a full stop"),
        pytest.param("A/B\\C: <D>?", "A-B-C- -D--", id="characters Windows refuses"),
        pytest.param("  Much   Space. ", "Much Space", id="spaces and a full stop at the end"),
        pytest.param("Safe\u202excod\nName", "Safe xcod Name", id="a direction change and a line break"),
        pytest.param("..", "council", id="nothing that can be in a name"),
    ],
)
def test_file_name_carries_month_reader_and_council(council: str, name: str) -> None:
    made = replace(MADE, council=council)
    assert file_name(made, "Clerk") == f"2026-11 Microsoft 365 audit - Clerk - {name}.xlsx"


@given(st.text())
def test_any_council_gives_a_name_that_windows_takes(council: str) -> None:
    name = file_name(replace(MADE, council=council), "Technician")
    assert len(name) < 218
    assert len(name.encode()) <= 255
    assert not set(name) & set('<>:"/\\|?*')
    assert name.isprintable()
    stem = name.removesuffix(".xlsx")
    assert stem == stem.rstrip(" .")


@given(st.text(), st.sets(st.text()))
def test_any_words_give_a_sheet_title_that_excel_takes(wanted: str, others: set[str]) -> None:
    taken = {sheet_title(other).casefold() for other in others}
    title = sheet_title(wanted, taken)
    assert 0 < len(title) <= 31
    assert not set(title) & set(":\\/?*[]")
    assert title == title.strip("' ")
    assert title.casefold() not in taken
    assert title.casefold() != "history"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        pytest.param("Decisions needed", "Decisions_needed", id="words"),
        pytest.param("A1", "Data_A1", id="a cell's address"),
        pytest.param("R1C1", "Data_R1C1", id="the other kind of address"),
        pytest.param("Table1", "Data_Table1", id="a name Excel gives by itself"),
        pytest.param("2 of 3", "Data_2_of_3", id="a leading digit"),
        pytest.param("Tŷ", "Ty", id="an accent"),
    ],
)
def test_table_names_say_what_they_hold(title: str, name: str) -> None:
    assert table_name(title) == name
