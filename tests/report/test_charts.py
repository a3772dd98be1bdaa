"""The pictures in the Clerk's workbook: they show the numbers of their own table, in words as well, beside it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hand_built import assessment
from openpyxl import Workbook
from openpyxl.utils import range_boundaries
from written import Written

from m365audit.excel.styles import GOOD, LACKING, PAINTS, URGENCY_PAINTS, Paint
from m365audit.model.months import Audited, Month, Trend
from m365audit.model.words import Result, Severity
from m365audit.report import clerk, monthly, sections
from m365audit.report.accessible.file import WORKING, faults
from m365audit.report.charts import Bars, Chart, Series
from m365audit.report.sheets import SMALLEST_SCALE, Book, Column, Page

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
D = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
PIXELS_PER_WIDTH, EMU_PER_PIXEL, A4_PIXELS = 7, 9525, (11.69 - 0.5) * 96
FINDINGS, TWO_STEP, SHARING = monthly.TITLES
LEAST_CONTRAST = 3.0
"""Of what is drawn with its ground, as WCAG asks for at level AA."""


def audited(month: int, *, complete: bool = True, **measures: int | None) -> Audited:
    counts = {"accounts": 31, "two_step": 20 + month, "shared_outside": 4, "anyone_links": 0} | measures
    return Audited(
        run=f"2026{month:02}21T093000Z",
        made_on=date(2026, month, 21),
        complete=complete,
        clauses=dict.fromkeys(Result, 1),
        findings={Severity.HIGH: month, Severity.MEDIUM: 0, Severity.LOW: 2},
        accepted=1,
        measures=counts,
    )


def trend(*audits: Audited | None, first: int = 9) -> Trend:
    """A council year's months from August on; the first audit of all was in September."""
    months = tuple(Month(date(2026, 8 + place, 1), audit) for place, audit in enumerate((None, *audits)))
    return Trend(date(2026, 4, 1), months, date(2026, first, 21), date(2026, 3, 31), None)


def written(folder: Path, given: Trend | None) -> Written:
    path = folder / "clerk.xlsx"
    clerk.write(replace(assessment(), trend=given), path)
    return Written(path)


@pytest.fixture(scope="module")
def three_months(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """September, no audit in October, and a November of which part could not be read or counted."""
    months = trend(audited(9), None, audited(11, complete=False, two_step=None))
    return written(tmp_path_factory.mktemp("months"), months)


@dataclass
class Drawn:
    """One chart as the parts of the file have it: its drawing's part, and its own."""

    sheet: str
    anchor: ET.Element
    chart: ET.Element

    @property
    def told(self) -> dict[str, str]:
        """What somebody hears who cannot see it."""
        (found,) = self.anchor.iter(f"{D}cNvPr")
        return dict(found.attrib)

    @property
    def series(self) -> list[ET.Element]:
        """Its series."""
        return list(self.chart.iter(f"{C}ser"))


def drawings(book: Written) -> Iterator[Drawn]:
    """Every chart of a workbook, found the way Excel finds it: from the sheet by its drawing."""
    workbook = book.parts["xl/workbook.xml"].decode()
    titles = re.findall(r'<sheet [^>]*name="([^"]+)"', workbook)
    for number, title in enumerate(titles, start=1):
        rels = book.parts.get(f"xl/worksheets/_rels/sheet{number}.xml.rels", b"").decode()
        for drawing in re.findall(r"/xl/drawings/(drawing\d+)\.xml", rels):
            root = ET.fromstring(book.parts[f"xl/drawings/{drawing}.xml"])  # noqa: S314 - our own file
            charts = re.findall(
                r"/xl/charts/chart\d+\.xml", book.parts[f"xl/drawings/_rels/{drawing}.xml.rels"].decode()
            )
            for anchor, name in zip(root, charts, strict=True):
                yield Drawn(title, anchor, ET.fromstring(book.parts[name[1:]]))  # noqa: S314


def cells(book: Written, formula: str) -> tuple[str, list[Any]]:
    """The sheet a formula names, and what stands in its cells."""
    sheet, _, place = formula.rpartition("!")
    title = sheet.strip("'")
    first_column, first, last_column, last = range_boundaries(place)
    assert first_column == last_column
    return title, [
        book.book[title].cell(row, int(first_column or 0)).value for row in range(first or 0, (last or 0) + 1)
    ]


def cached(reference: ET.Element) -> list[str | None]:
    """What a reader sees who works nothing out: the values kept in the chart, a gap where there is none."""
    count = int(next(reference.iter(f"{C}ptCount")).attrib["val"])
    points = {int(point.attrib["idx"]): point.findtext(f"{C}v") for point in reference.iter(f"{C}pt")}
    return [points.get(place) for place in range(count)]


def test_there_are_four_pictures_each_on_its_own_sheet(three_months: Written) -> None:
    assert [one.sheet for one in drawings(three_months)] == [sections.TITLE, FINDINGS, TWO_STEP, SHARING]


@pytest.mark.parametrize("title", [sections.TITLE, FINDINGS, TWO_STEP, SHARING])
def test_a_picture_shows_the_whole_of_its_sheets_own_table(three_months: Written, title: str) -> None:
    (one,) = [drawing for drawing in drawings(three_months) if drawing.sheet == title]
    body = three_months.table(title)
    for series in one.series:
        for name in (f"{C}tx", f"{C}cat", f"{C}val"):
            part = series.find(name)
            assert part is not None
            sheet, values = cells(three_months, next(part.iter(f"{C}f")).text or "")
            assert sheet == title
            assert cached(part) == [None if value is None else str(value) for value in values]
        groups, numbers = (series.find(name) for name in (f"{C}cat", f"{C}val"))
        assert groups is not None
        assert numbers is not None
        assert cached(groups) == body.column(body.headers[0])
        assert len(cached(numbers)) == len(body.rows)


@pytest.mark.parametrize("title", [sections.TITLE, FINDINGS, TWO_STEP, SHARING])
def test_its_description_says_every_number_that_is_not_nought(three_months: Written, title: str) -> None:
    (one,) = [drawing for drawing in drawings(three_months) if drawing.sheet == title]
    told = one.told
    assert told["title"]
    assert told["descr"].endswith(".")
    for row in three_months.table(title).rows:
        label, *numbers = row.values()
        if any(number is not None for number in numbers):
            assert label in told["descr"]
        shown = {number for number in list(numbers)[: len(one.series)] if number}
        assert shown <= set(map(int, re.findall(r"\b\d+\b", told["descr"])))


def test_a_picture_stands_beside_its_table_and_both_fit_one_page(three_months: Written) -> None:
    for one in drawings(three_months):
        sheet = three_months.book[one.sheet]
        (table,) = sheet.tables.values()
        last_column = range_boundaries(table.ref)[2]
        start, size = one.anchor.find(f"{D}from"), one.anchor.find(f"{D}ext")
        assert start is not None
        assert size is not None
        assert int(start.findtext(f"{D}col") or 0) >= int(last_column or 0), "it begins right of the table"
        offset = int(start.findtext(f"{D}colOff") or 0) / EMU_PER_PIXEL
        table_width = sum(d.width * PIXELS_PER_WIDTH for d in sheet.column_dimensions.values())
        across = table_width + offset + int(size.attrib["cx"]) / EMU_PER_PIXEL
        assert A4_PIXELS / across * 100 >= SMALLEST_SCALE
        assert sheet.sheet_properties.pageSetUpPr is not None
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 1)


def test_a_month_without_audit_and_a_number_not_counted_are_gaps_and_say_so(three_months: Written) -> None:
    assert three_months.table(TWO_STEP).column("Month") == [
        "September 2026",
        "October 2026 (no audit)",
        "November 2026 (not counted)",
    ]
    assert three_months.table(TWO_STEP).column("Set up") == [29, None, None]
    assert three_months.table(SHARING).column("With anyone who has a link") == [0, None, 0]
    assert "Blank" in three_months.book[TWO_STEP]["A2"].value
    for one in drawings(three_months):
        assert [blanks.attrib["val"] for blanks in one.chart.iter(f"{C}dispBlanksAs")] == ["gap"]


def test_only_counts_of_everything_say_that_not_all_was_read(three_months: Written) -> None:
    assert three_months.table(FINDINGS).column("Month")[-1] == "November 2026 (not all read)"
    assert three_months.table(SHARING).column("Month")[-1] == "November 2026"


def test_a_nought_in_a_stack_writes_no_number_on_its_neighbour(three_months: Written) -> None:
    (one,) = [drawing for drawing in drawings(three_months) if drawing.sheet == FINDINGS]
    silent = []
    for series in one.series:
        places = [label.find(f"{C}idx") for label in series.iter(f"{C}dLbl")]
        silent.append([int(place.attrib["val"]) for place in places if place is not None])
    assert silent == [[], [0, 2], []]


def test_a_first_month_is_one_bar_and_says_that_it_is_the_first(tmp_path: Path) -> None:
    book = written(tmp_path, trend(audited(9)))
    assert "It is the first month" in book.book[FINDINGS]["A2"].value
    (one,) = [drawing for drawing in drawings(book) if drawing.sheet == FINDINGS]
    assert one.told["descr"] == (
        "Bars for September 2026. September 2026: 9 High, 0 Medium, 2 Low, 11 Open in all and 1 Accepted for a time."
    )


def test_nothing_counted_is_no_picture(tmp_path: Path) -> None:
    book = written(tmp_path, trend(audited(9, two_step=None)))
    assert TWO_STEP not in [one.sheet for one in drawings(book)]
    assert "picture" not in book.book[TWO_STEP]["A2"].value
    assert {row["Set up"] for row in book.table(TWO_STEP).rows} == {"Not counted"}
    assert not faults(tmp_path / "clerk.xlsx", WORKING)
    assert [one.sheet for one in drawings(written(tmp_path, None))] == [sections.TITLE]


def test_sections_count_every_clause_of_the_policy_once(three_months: Written) -> None:
    made = assessment()
    rows = three_months.table(sections.TITLE).rows
    assert sum(row["Clauses"] for row in rows) == len(made.own_clauses)
    for result in Result:
        expected = sum(outcome.result is result for outcome in made.own_clauses)
        assert sum(row.get(str(result), 0) for row in rows) == expected


def test_a_workbook_with_pictures_keeps_the_rules_for_everybody_and_its_bytes(tmp_path: Path) -> None:
    months = trend(audited(9), audited(10), audited(11))
    written(tmp_path, months)
    first = (tmp_path / "clerk.xlsx").read_bytes()
    assert not faults(tmp_path / "clerk.xlsx", WORKING)
    written(tmp_path, months)
    assert (tmp_path / "clerk.xlsx").read_bytes() == first


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(
    "paints",
    [
        pytest.param(tuple(PAINTS.values()), id="results"),
        pytest.param(tuple(URGENCY_PAINTS.values()), id="urgency"),
        pytest.param((GOOD, LACKING), id="two of a kind"),
    ],
)
def test_bars_stand_out_from_the_page_and_are_told_apart_without_their_colours(paints: tuple[Paint, ...]) -> None:
    for paint in paints:
        assert 1.05 / (_luminance(paint.ink) + 0.05) >= LEAST_CONTRAST
    plain = [_luminance(paint.paper) for paint in paints if paint.pattern is None]
    patterns = [paint.pattern for paint in paints if paint.pattern is not None]
    assert len(set(patterns)) == len(patterns)
    assert len(plain) <= 2
    assert (max(plain) + 0.05) / (min(plain) + 0.05) >= LEAST_CONTRAST or len(plain) == 1


@pytest.mark.parametrize(
    ("largest", "step"),
    [
        pytest.param(0, 1, id="nothing at all"),
        pytest.param(8, 1, id="eight is counted one by one"),
        pytest.param(9, 2, id="nine by twos"),
        pytest.param(161, 50, id="a hundred and sixty by fifties"),
    ],
)
def test_an_axis_counts_in_whole_steps(tmp_path: Path, largest: int, step: int) -> None:
    picture = Chart(
        "Picture", f"One bar of {largest}.", Bars.STACKS, "Name", (Series("Number", GOOD),), "Name", "Number"
    )
    columns = (Column("Name", 30), Column("Number", 10))
    page = Page("Sheet one", "Sheet one", "", ("One table.",), columns, (("It", largest),), charts=(picture,))
    book = Book(Workbook(write_only=True), rest="elsewhere")
    book.lay(book.sheet(page.title), page)
    book.workbook.save(tmp_path / "one.xlsx")
    (one,) = drawings(Written(tmp_path / "one.xlsx"))
    assert [unit.attrib["val"] for unit in one.chart.iter(f"{C}majorUnit")] == [str(step)]
