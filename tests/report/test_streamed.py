"""Rows made here are those that openpyxl would have written itself."""

import re
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hand_built import COLLECTED_AT, HOSTILE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from m365audit.excel.cells import Value, plain, safe_cell
from m365audit.excel.streamed import Markup, StreamedSheet
from m365audit.excel.styles import HOUSE, Look, register_styles, style_for
from m365audit.excel.whole import save_whole

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.dates(),
    st.datetimes(min_value=datetime(1800, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.text(st.characters(), min_size=1, max_size=60),
    st.sampled_from(HOSTILE),
    st.sampled_from([date(1900, 12, 31), date(1901, 1, 1), date(9999, 12, 31), 10**15, -(10**15) + 1, 0]),
)


def _rows_of(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
    found = re.search("<sheetData.*</sheetData>", xml, re.DOTALL)
    assert found
    return ET.canonicalize(found[0])


def _ours(path: Path, lines: list[list[Value]]) -> str:
    book = Workbook(write_only=True)
    register_styles(book, HOUSE)
    sheet = StreamedSheet.at_the_end_of(book, "Values")
    markup = Markup(sheet, rest="the evidence", note=lambda *_: None)
    for number, line in enumerate(lines, start=1):
        shown = list(map(plain, line))
        sheet.put(
            markup.row(number, [markup.cell(n, number, v, style_for(Look.RAW, v)) for n, v in enumerate(shown, 1)])
        )
    save_whole(book, path, when=COLLECTED_AT)
    return _rows_of(path)


def _theirs(path: Path, lines: list[list[Value]]) -> str:
    book = Workbook(write_only=True)
    register_styles(book, HOUSE)
    sheet: Worksheet = book.create_sheet("Values")
    for line in lines:
        styled = [(value, style_for(Look.RAW, plain(value))) for value in line]
        sheet.append([safe_cell(sheet, value, style, rest="the evidence")[0] for value, style in styled])
    save_whole(book, path, when=COLLECTED_AT)
    return _rows_of(path)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(VALUES, min_size=1, max_size=5), min_size=1, max_size=4))
def test_a_row_is_written_as_openpyxl_writes_it(tmp_path: Path, lines: list[list[Value]]) -> None:
    assert _ours(tmp_path / "ours.xlsx", lines) == _theirs(tmp_path / "theirs.xlsx", lines)


def test_an_empty_text_is_a_blank_cell(tmp_path: Path) -> None:
    assert _ours(tmp_path / "empty.xlsx", [[""]]) == _ours(tmp_path / "none.xlsx", [[None]])


@pytest.mark.parametrize(
    "row",
    [
        pytest.param("<row><c><is><t>a</is></c></row>", id="a cell left open"),
        pytest.param("<row/><row/>", id="two rows"),
        pytest.param("<row><c><is><t>a & b</t></is></c></row>", id="a mark left as it is"),
        pytest.param("<row><c><is><t>\x00</t></is></c></row>", id="a character that no XML holds"),
        pytest.param('<!DOCTYPE x [<!ENTITY e "e">]><row>&f;</row>', id="an entity nobody knows"),
    ],
)
def test_a_row_that_is_not_well_formed_is_refused(row: str) -> None:
    sheet = StreamedSheet.at_the_end_of(Workbook(write_only=True), "Values")
    with pytest.raises((SyntaxError, ValueError)):
        sheet.put(row)
    sheet.close()


def test_a_workbook_that_holds_its_cells_takes_no_streamed_sheet() -> None:
    with pytest.raises(ValueError, match="write_only"):
        StreamedSheet.at_the_end_of(Workbook(), "Values")
