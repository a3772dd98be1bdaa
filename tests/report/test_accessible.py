"""The accessibility rules themselves: a good workbook passes, and each way of breaking one is named by it alone."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hand_built import assessment
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.workbook.protection import WorkbookProtection
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.table import Table, TableStyleInfo

from m365audit.report.accessible.file import ESSENTIAL, PUBLISHED, WORKING, faults
from m365audit.report.accessible.looks import contrast
from m365audit.report.council import workbook as council

Spoil = Callable[[Workbook], None]
Parts = dict[str, bytes]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("published") / "council.xlsx"
    council.write(assessment(), path)
    return path


def cell(sheet: str, place: str, value: object) -> Spoil:
    def spoil(book: Workbook) -> None:
        book[sheet][place].value = value

    return spoil


def do(action: Callable[[Workbook], object]) -> Spoil:
    def spoil(book: Workbook) -> None:
        action(book)

    return spoil


def put(of: Callable[[Workbook], object], name: str, value: object) -> Spoil:
    return do(lambda book: setattr(of(book), name, value))


def _hidden(of: Callable[[Workbook], object]) -> Spoil:
    return do(lambda book: setattr(of(book), "hidden", "1"))


def font(**different: object) -> Spoil:
    def spoil(book: Workbook) -> None:
        book["Clauses"]["B5"].font = Font(**{"name": "Calibri", "sz": 12, **different})  # type: ignore[arg-type]

    return spoil


def _no_table(book: Workbook) -> None:
    book["Clauses"].tables.clear()


def _second_table(book: Workbook) -> None:
    book["Clauses"].tables.add(Table(displayName="Another_one", ref="A1:A2", headerRowCount=0))


def _overlapping(book: Workbook) -> None:
    sheet = book["Clauses"]
    sheet.tables.add(Table(displayName="Inner_one", ref=f"A{sheet.max_row - 1}:B{sheet.max_row}", headerRowCount=0))


def _only_headers(book: Workbook) -> None:
    sheet = book["Accepted exceptions"]
    table = next(iter(sheet.tables.values()))
    sheet.delete_rows(4, sheet.max_row)
    table.ref = "A3:B3"


def _longer_than_it_is(book: Workbook) -> None:
    sheet = book["Clauses"]
    table = next(iter(sheet.tables.values()))
    table.ref = f"A3:F{sheet.max_row + 1}"


def _empty_column(book: Workbook) -> None:
    sheet = book["Clauses"]
    for row in range(4, sheet.max_row + 1):
        sheet.cell(row, 5).value = None


def _empty_row(book: Workbook) -> None:
    for one in book["Clauses"][6]:
        one.value = None


def _header_rows(book: Workbook) -> None:
    next(iter(book["Clauses"].tables.values())).headerRowCount = 0


def _contents_renamed(book: Workbook) -> None:
    table = book["Contents"].tables.pop("Table_of_contents")
    table.name = table.displayName = "Other_list"
    book["Contents"].tables.add(table)


def _renamed(title: str) -> Spoil:
    def spoil(book: Workbook) -> None:
        book["Notes"].title = title
        listing = book["Contents"]
        for row in listing.iter_rows(min_row=4, max_col=1):
            if row[0].hyperlink.location == "'Notes'!A1":
                row[0].hyperlink.location = f"'{title}'!A1"

    return spoil


def _table_called(name: str) -> Spoil:
    def spoil(book: Workbook) -> None:
        sheet = book["Clauses"]
        _, table = sheet.tables.popitem()
        table.name = table.displayName = name
        sheet.tables.add(table)

    return spoil


def _wide(book: Workbook) -> None:
    sheet = book["Year so far"]
    sheet.tables.clear()
    headers = [sheet.cell(3, column).value for column in range(1, 14)] + ["One more"]
    for row in range(3, sheet.max_row + 1):
        one = sheet.cell(row, 14, "One more" if row == 3 else "None")
        one._style = sheet.cell(row, 11)._style  # noqa: SLF001 - the look of its neighbour
    sheet.column_dimensions["N"].width = 12
    table = Table(displayName="Year_so_far", ref=f"A3:N{sheet.max_row}")
    table._initialise_columns()  # noqa: SLF001 - as openpyxl does itself on saving
    for column, header in zip(table.tableColumns, headers, strict=True):
        column.name = str(header)
    table.autoFilter = None
    sheet.tables.add(table)


def _beside(place: str) -> Spoil:
    def spoil(book: Workbook) -> None:
        book["Clauses"][place] = "beside"
        book["Clauses"][place].style = "Audit text"

    return spoil


def _asks_nothing(book: Workbook) -> None:
    book["Clauses"].data_validations.append(DataValidation(type="list", formula1='"Yes,No"', sqref="E5"))


def _stripes(book: Workbook) -> None:
    table = next(iter(book["Clauses"].tables.values()))
    table.tableStyleInfo = TableStyleInfo(name="TableStyleMedium2", showRowStripes=True)


def _filter(book: Workbook) -> None:
    table = next(iter(book["Clauses"].tables.values()))
    table.autoFilter = AutoFilter(ref=table.ref)


def _date_in_numbers(book: Workbook) -> None:
    one = book["Contents"]["C5"]
    one.number_format, one.alignment = "dd/mm/yy", Alignment(horizontal="left")


def _coloured_and_empty(book: Workbook) -> None:
    sheet = book["Clauses"]
    sheet["A2"].value = "One table. Blank cells: nothing. [note 1] and the like: see Notes."
    sheet["E5"].value = None
    sheet["E5"].fill = PatternFill("solid", fgColor="FFFBE6")


SHEET, NOTES = (lambda book: book["Clauses"]), (lambda book: book["Notes"])

SPOILT: list[tuple[str, str, Spoil]] = [
    ("XA-01", "no table is marked up", _no_table),
    ("XA-02", "a table called Table7", _table_called("Table7")),
    ("XA-02", "a table called like a cell", _table_called("AB12")),
    ("XA-02", "two tables called alike but for capitals", _table_called("COVER")),
    ("XA-03", "merged cells", do(lambda book: book["Clauses"].merged_cells.add(CellRange("B5:C5")))),
    ("XA-04", "an empty row", _empty_row),
    ("XA-04", "an empty column", _empty_column),
    ("XA-04", "a table of headers alone", _only_headers),
    ("XA-04", "a table that goes on below its last row", _longer_than_it_is),
    ("XA-05", "an empty header", cell("Clauses", "B3", None)),
    ("XA-05", "a header with a space behind", cell("Clauses", "B3", "Clause ")),
    ("XA-05", "two headers alike", cell("Clauses", "B3", "what it asks")),
    ("XA-05", "a header that is not the table's own", cell("Clauses", "B3", "Paragraph")),
    ("XA-05", "no header row", _header_rows),
    ("XA-06", "text that does not wrap", put(lambda b: b["Clauses"]["B5"], "alignment", Alignment(wrap_text=False))),
    ("XA-06", "a column too narrow", put(lambda b: b["Clauses"].column_dimensions["B"], "width", 4)),
    ("XA-06", "a column too wide", put(lambda b: b["Clauses"].column_dimensions["B"], "width", 90)),
    ("XA-07", "filter buttons", _filter),
    ("XA-07", "a filter of the sheet", put(lambda book: book["Clauses"].auto_filter, "ref", "A3:F9")),
    ("XA-07", "a frozen row", put(SHEET, "freeze_panes", "A4")),
    ("XA-08", "a blank cell nobody explains", cell("Clauses", "B5", None)),
    ("XA-09", "a sign for nothing", cell("Clauses", "C5", "N/A")),
    ("XA-09", "a dash for nothing", cell("Clauses", "C5", "-")),
    ("XA-09", "a shorthand nobody explains", cell("Clauses", "C5", "[x]")),
    ("XA-10", "a hidden sheet", put(NOTES, "sheet_state", "hidden")),
    ("XA-10", "a sheet hidden from the list of hidden ones", put(NOTES, "sheet_state", "veryHidden")),
    ("XA-10", "a hidden row", _hidden(lambda book: book["Notes"].row_dimensions[4])),
    ("XA-10", "a hidden column", _hidden(lambda book: book["Notes"].column_dimensions["B"])),
    ("XA-11", "a note that is not there", cell("Clauses", "A5", "As told [note 99].")),
    ("XA-11", "a note marked by a star", cell("Clauses", "A1", "Clauses* of the policy")),
    ("XA-11", "a note marked by a raised number", cell("Clauses", "A1", "Clauses of the policy\u00b2")),
    ("XA-11", "raised letters", font(vertAlign="superscript")),
    ("XA-12", "no title", cell("Clauses", "A1", None)),
    (
        "XA-12",
        "a title that looks like one and is not tagged",
        put(lambda b: b["Clauses"]["A1"], "style", "Audit strong"),
    ),
    ("XA-13", "nothing said of the table", cell("Contents", "A2", "Each name leads to its sheet.")),
    ("XA-13", "nothing said of the notes", cell("Clauses", "A2", "One table.")),
    ("XA-14", "small letters", font(sz=9)),
    ("XA-14", "slanted letters", font(i=True)),
    ("XA-14", "letters with serifs", font(name="Times New Roman")),
    ("XA-14", "underlined words that lead nowhere", font(u="single")),
    (
        "XA-14",
        "turned letters",
        put(lambda b: b["Clauses"]["B5"], "alignment", Alignment(textRotation=90, wrap_text=True)),
    ),
    ("XA-14", "letters of a colour", font(color="7A1119")),
    ("XA-15", "a pale background", put(lambda b: b["Clauses"]["B5"], "fill", PatternFill("solid", fgColor="F9DCDD"))),
    ("XA-15", "a line", put(lambda b: b["Clauses"]["B5"], "border", Border(bottom=Side(style="thin")))),
    ("XA-15", "striped rows", _stripes),
    ("XA-17", "a footer", put(lambda book: book["Notes"].oddFooter.center, "text", "Page 1")),
    ("XA-17", "a header on even pages", put(lambda book: book["Notes"].evenHeader.left, "text", "Confidential")),
    ("XA-19", "a formula", cell("Contents", "C5", "=1+1")),
    ("XA-20", "a sheet called Sheet1", _renamed("Sheet1")),
    ("XA-20", "a sheet whose name ends in a space", _renamed("Notes ")),
    ("XA-21", "something beside the table", _beside("G5")),
    ("XA-21", "something beside the title", _beside("C1")),
    ("XA-21", "something below the table", _beside("A200")),
    ("XA-22", "a second table", _second_table),
    ("XA-23", "no table of contents", _contents_renamed),
    ("XA-23", "a sheet nothing leads to", put(lambda b: b["Contents"]["A6"].hyperlink, "location", "'Notes'!B2")),
    ("XA-23", "the cover stands second", do(lambda book: book.move_sheet("Cover", 1))),
    ("XA-24", "a link that says click here", cell("Contents", "A4", "click here")),
    ("XA-24", "a link that is an address", cell("Contents", "A4", "https://example.test/")),
    ("XA-24", "a link that does not look like one", put(lambda b: b["Contents"]["A4"], "style", "Audit text")),
    ("XA-25", "a document without a title", put(lambda book: book.properties, "title", None)),
    ("XA-25", "a document whose author nobody named", put(lambda book: book.properties, "creator", "openpyxl")),
    ("XA-25", "a document in no language", put(lambda book: book.properties, "language", None)),
    ("XA-25", "a document in German", put(lambda book: book.properties, "language", "de-DE")),
    ("XA-25", "a document without keywords", put(lambda book: book.properties, "keywords", None)),
    ("XA-26", "it opens on another sheet", do(lambda book: setattr(book, "active", 2))),
    ("XA-26", "two sheets chosen together", do(lambda b: setattr(b["Notes"].sheet_view, "tabSelected", "1"))),
    ("XA-26", "a sheet shrunk", put(lambda book: book["Notes"].sheet_view, "zoomScale", 60)),
    ("XA-26", "a cursor elsewhere", put(lambda b: b["Notes"].sheet_view.selection[0], "activeCell", "C9")),
    ("XA-26", "a sheet rolled down", put(lambda book: book["Notes"].sheet_view, "topLeftCell", "A40")),
    ("XA-27", "a date with strokes", cell("Clauses", "A5", "Since 3/4/2026.")),
    ("XA-27", "a range with a dash", cell("Clauses", "A5", "From 10 - 20 people.")),
    ("XA-27", "a range with a long dash", cell("Clauses", "A5", "Of 2026\u20132027.")),
    ("XA-27", "a date shown in numbers", _date_in_numbers),
    ("XA-29", "a choice that says nothing", _asks_nothing),
    ("XA-30", "a protected sheet", do(lambda book: book["Clauses"].protection.enable())),
    ("XA-30", "a protected workbook", put(lambda b: b, "security", WorkbookProtection(lockStructure=True))),
    ("XA-31", "fourteen columns", _wide),
    ("XA-32", "a number to the left", put(lambda b: b["Contents"]["C5"], "alignment", Alignment(horizontal="left"))),
    ("XA-32", "a number without commas", put(lambda b: b["Contents"]["C5"], "number_format", "0")),
    (
        "XA-32",
        "text to the right",
        put(lambda b: b["Clauses"]["B5"], "alignment", Alignment(horizontal="right", wrap_text=True)),
    ),
]


@pytest.fixture(scope="module")
def saved_again(published: Path) -> Workbook:
    return load_workbook(published)


@pytest.mark.parametrize(
    ("number", "spoil"), [pytest.param(number, spoil, id=f"{number}: {what}") for number, what, spoil in SPOILT]
)
def test_what_breaks_one_rule_is_named_by_that_rule_alone(
    number: str, spoil: Spoil, published: Path, tmp_path: Path
) -> None:
    book = load_workbook(published)
    spoil(book)
    spoilt = tmp_path / "spoilt.xlsx"
    book.save(spoilt)
    assert numbers(spoilt) == {number}


def numbers(path: Path) -> set[str]:
    number_of = {rule.says: rule.number for rule in PUBLISHED}
    return {number_of[fault.rule] for fault in faults(path, PUBLISHED)}


def _in(part: str, before: str, after: str) -> Callable[[Parts], None]:
    """One change in the XML of a part."""

    def change(parts: Parts) -> None:
        body = parts[part].decode()
        changed = re.sub(before, after, body, count=1)
        assert changed != body
        parts[part] = changed.encode()

    return change


def _with(part: str, body: str = "x") -> Callable[[Parts], None]:
    return lambda parts: parts.__setitem__(part, body.encode())


def _untouched(_: Parts) -> None:
    pass


_DRAWN = 'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"'
_BOX = f'<xdr:wsDr {_DRAWN}><xdr:sp><xdr:nvSpPr><xdr:cNvPr id="2" name="Box" descr="A box of words"/></xdr:nvSpPr></xdr:sp></xdr:wsDr>'  # fmt: skip  # noqa: E501
_CHART = f'<xdr:wsDr {_DRAWN}><xdr:nvGraphicFramePr><xdr:cNvPr id="2" name="Chart 1"%s/></xdr:nvGraphicFramePr></xdr:wsDr>'  # fmt: skip  # noqa: E501
_DRAWING = "xl/drawings/drawing1.xml"

RAW: list[tuple[set[str], str, Callable[[Parts], None]]] = [
    ({"XA-10"}, "a row without height", _in("xl/worksheets/sheet4.xml", r'(<row r="5") ht="[^"]*"', r'\1 ht="0"')),
    ({"XA-12"}, "a heading of no level", _in("xl/styles.xml", 'builtinId="16"', 'builtinId="0"')),
    ({"XA-18"}, "a chart that is described, for nothing is drawn", _with(_DRAWING, _CHART % ' descr="Five bars"')),
    ({"XA-18"}, "an image", _with("xl/media/image1.png")),
    ({"XA-17", "XA-18"}, "a floating box", _with(_DRAWING, _BOX)),
    ({"XA-19"}, "a macro", _with("xl/vbaProject.bin")),
    ({"XA-19"}, "a link to another file", _with("xl/externalLinks/externalLink1.xml")),
    ({"XA-17"}, "comments", _with("xl/comments/comment1.xml")),
    ({"XA-25"}, "no properties at all", lambda parts: parts.pop("docProps/core.xml")),
    ({"XA-19"}, "an error", _in("xl/worksheets/sheet2.xml", r't="n"><v>\d+', 't="e"><v>#REF!')),
]  # fmt: skip


@pytest.mark.parametrize(("named", "change"), [pytest.param(named, change, id=what) for named, what, change in RAW])
def test_what_only_the_parts_show_is_named(
    named: set[str], change: Callable[[Parts], None], published: Path, tmp_path: Path
) -> None:
    assert numbers(_changed(published, change, tmp_path)) == named


def _changed(path: Path, change: Callable[[Parts], None], folder: Path) -> Path:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    spoilt = folder / "spoilt.xlsx"
    with zipfile.ZipFile(spoilt, "w") as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return spoilt


@pytest.mark.parametrize(
    ("named", "change"),
    [
        pytest.param(set(), _untouched, id="the workbook as it is"),
        pytest.param(
            {"every picture and chart is described"}, _with("xl/drawings/drawing99.xml", _CHART % ""), id="no words"
        ),
        pytest.param(
            {"every picture and chart is described"},
            _with("xl/drawings/drawing99.xml", _CHART % ' descr="Picture"'),
            id="a word that says nothing",
        ),
        pytest.param(set(), _with("xl/drawings/drawing99.xml", _CHART % ' descr="Five bars"'), id="what it shows"),
    ],
)
def test_for_daily_work_charts_are_good_when_they_are_described(
    named: set[str], change: Callable[[Parts], None], clerk_file: Path, tmp_path: Path
) -> None:
    assert {fault.rule for fault in faults(_changed(clerk_file, change, tmp_path), WORKING)} == named


DAILY: list[tuple[str, str, Spoil]] = [
    ("XA-03", "tables within tables", _overlapping),
    ("XA-16", "too little contrast", put(lambda b: b["Clauses"]["B5"], "fill", PatternFill("solid", fgColor="3A3A3A"))),
    ("XA-16", "a colour without a word", _coloured_and_empty),
    (
        "XA-16",
        "colours that change with the values",
        do(lambda b: b["Clauses"].conditional_formatting.add("A4:A9", _rule())),
    ),
    ("XA-17", "a comment", do(lambda b: setattr(b["Notes"]["A4"], "comment", Comment("words", "somebody")))),
    ("XA-20", "a sheet on which nothing stands", do(lambda b: b.create_sheet("Afterthought"))),
]


def _rule() -> object:
    from openpyxl.formatting.rule import CellIsRule  # noqa: PLC0415 - for this one row

    return CellIsRule(operator="equal", formula=['"Meets"'], fill=PatternFill("solid", bgColor="DFF1E4"))


@pytest.mark.parametrize(
    ("number", "spoil"), [pytest.param(number, spoil, id=f"{number}: {what}") for number, what, spoil in DAILY]
)
def test_a_rule_names_what_others_name_as_well(number: str, spoil: Spoil, published: Path, tmp_path: Path) -> None:
    book = load_workbook(published)
    spoil(book)
    spoilt = tmp_path / "spoilt.xlsx"
    book.save(spoilt)
    assert number in numbers(spoilt)


def test_the_workbooks_keep_their_rules(published: Path, clerk_file: Path) -> None:
    assert faults(published, PUBLISHED) == ()
    assert faults(clerk_file, WORKING) == ()


def test_saving_again_breaks_none_so_that_the_tests_above_see_one_thing_only(published: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.xlsx"
    load_workbook(published).save(again)
    assert faults(again, PUBLISHED) == ()


def test_every_rule_of_the_guidance_is_there_and_tried() -> None:
    spelling = "XA-28"  # Is about our own words: test_spelling.py.
    assert [*dict.fromkeys(rule.number for rule in PUBLISHED), spelling] == sorted(
        {f"XA-{number:02}" for number in range(1, 33)}, key=lambda number: (number == spelling, number)
    )
    tried = {number for number, _, _ in (*SPOILT, *DAILY)} | set().union(*(named for named, _, _ in RAW))
    assert tried == {rule.number for rule in PUBLISHED}
    assert len({rule.says for rule in PUBLISHED}) == len(PUBLISHED)


def test_what_is_essential_holds_for_daily_work_too() -> None:
    essential = {"01", "03", "04", "05", "06", "08", "11", "12", "16", "17", "18", "20", "21", "24", "25", "26"}
    assert {rule.number for rule in PUBLISHED if rule.weight is ESSENTIAL} == {f"XA-{one}" for one in essential}
    assert {rule.says for rule in PUBLISHED if rule.weight is ESSENTIAL} <= {rule.says for rule in WORKING}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param("000000", "FFFFFF", 21.0, id="black on white"),
        pytest.param("FFFFFF", "FFFFFF", 1.0, id="white on white"),
        pytest.param("777777", "FFFFFF", 4.48, id="a grey that just fails"),
    ],
)
def test_contrast_is_reckoned_as_wcag_does(one: str, other: str, expected: float) -> None:
    assert contrast(one, other) == pytest.approx(expected, abs=0.01)
