"""The accessibility rules themselves: a good workbook passes, and each rule catches what breaks it."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.table import Table
from written import Written

from m365audit.report.accessible import FILE_RULES, faults
from m365audit.report.accessible_sheets import SHEET_RULES, contrast

Spoil = Callable[[Workbook], None]


def _one_column_less(book: Workbook) -> None:
    sheet = book["Clauses"]
    sheet.cell(sheet.max_row, sheet.max_column + 1, "beside the table")


def _no_tables(book: Workbook) -> None:
    book["Clauses"].tables.clear()


def _cell(sheet: str, place: str, value: object) -> Spoil:
    def spoil(book: Workbook) -> None:
        book[sheet][place].value = value

    return spoil


def _empty_row(book: Workbook) -> None:
    for cell in book["Clauses"][6]:
        cell.value = None


def _same_headers(book: Workbook) -> None:
    sheet = book["Clauses"]
    sheet["B3"].value = sheet["A3"].value


def _unwrapped(book: Workbook) -> None:
    book["Clauses"]["B5"].alignment = Alignment(wrap_text=False)


def _narrow(book: Workbook) -> None:
    book["Clauses"].column_dimensions["B"].width = 4


def _blank(book: Workbook) -> None:
    book["Not assessed"]["A2"].value = "One table."
    book["Not assessed"]["B4"].value = None


def _style(place: str, **font: object) -> Spoil:
    def spoil(book: Workbook) -> None:
        cell = book["Clauses"][place]
        cell.font = Font(**{"name": "Calibri", "sz": 12, **font})  # type: ignore[arg-type]

    return spoil


def _pale(book: Workbook) -> None:
    book["Clauses"]["B5"].fill = PatternFill("solid", fgColor="3A3A3A")


def _link(book: Workbook) -> None:
    book["Contents"]["A4"].value = "click here"


def _no_contents(book: Workbook) -> None:
    sheet = book["Contents"]
    table = sheet.tables.pop("Table_of_contents")
    table.name = table.displayName = "Other_list"
    sheet.tables.add(table)


def _second_table(book: Workbook) -> None:
    sheet = book["Clauses"]
    sheet.tables.add(Table(displayName="Another_one", ref="A1:B2"))


def _do(action: Callable[[Workbook], object]) -> Spoil:
    def spoil(book: Workbook) -> None:
        action(book)

    return spoil


SPOILT: list[tuple[str, Spoil]] = [
    ("each sheet has one marked-up table and nothing beside or below it", _one_column_less),
    ("each sheet has one marked-up table and nothing beside or below it", _no_tables),
    ("each sheet has one marked-up table and nothing beside or below it", _second_table),
    ("no cells are merged", _do(lambda book: book["Cover"].merge_cells("A1:B1"))),
    ("no row of a table is empty", _empty_row),
    ("every column has one header of its own", _same_headers),
    ("all text wraps in columns of readable width", _unwrapped),
    ("all text wraps in columns of readable width", _narrow),
    ("cells left blank are explained", _blank),
    ("nothing is written as a sign that could be a word", _cell("Clauses", "C5", "N/A")),
    ("nothing is hidden", _do(lambda book: setattr(book["Notes"], "sheet_state", "hidden"))),
    ("nothing is hidden", _do(lambda book: setattr(book["Notes"].row_dimensions[4], "hidden", True))),
    ("nothing is hidden", _do(lambda book: setattr(book["Notes"].column_dimensions["B"], "hidden", True))),
    ("each sheet has a title and says what tables it holds", _cell("Notes", "A1", None)),
    ("each sheet has a title and says what tables it holds", _cell("Notes", "A2", "Words.")),
    ("letters are plain and large enough", _style("B5", sz=9)),
    ("letters are plain and large enough", _style("B5", i=True)),
    ("letters are plain and large enough", _style("B5", name="Times New Roman")),
    ("letters are plain and large enough", _style("B5", u="single")),
    ("letters stand out from their ground", _pale),
    ("no headers, footers or boxes", _do(lambda book: setattr(book["Notes"].oddFooter.center, "text", "Page 1"))),
    ("links say where they lead", _link),
    ("each sheet opens at its first cell", _do(lambda book: setattr(book["Notes"].sheet_view, "zoomScale", 60))),
    (
        "each sheet opens at its first cell",
        _do(lambda book: setattr(book["Notes"].sheet_view.selection[0], "activeCell", "C9")),
    ),
    (
        "every choice says what to do",
        _do(lambda book: setattr(book["Decisions needed"].data_validations.dataValidation[0], "prompt", None)),
    ),
    ("no sheet is protected", _do(lambda book: book["Clauses"].protection.enable())),
    (
        "the document has a title, an author, a language and keywords",
        _do(lambda book: setattr(book.properties, "title", None)),
    ),
    (
        "the document has a title, an author, a language and keywords",
        _do(lambda book: setattr(book.properties, "language", "de-DE")),
    ),
    ("it opens on its first sheet", _do(lambda book: setattr(book, "active", 2))),
    ("there are no macros, formulas or links to other files", _cell("Clauses", "C5", "=1+1")),
    ("there are no macros, formulas or links to other files", _cell("Clauses", "C5", "#REF!")),
    ("every sheet has a name of its own that means something", _do(lambda b: setattr(b["Notes"], "title", "Sheet1"))),
    ("a table of contents leads to every sheet", _no_contents),
    ("a table of contents leads to every sheet", _do(lambda book: book.create_sheet("Afterthought"))),
    ("every note marker is explained", _cell("Clauses", "C5", "as told [note 9]")),
]


@pytest.mark.parametrize(("rule", "spoil"), SPOILT, ids=[f"{n}: {rule}" for n, (rule, _) in enumerate(SPOILT)])
def test_a_rule_catches_what_breaks_it(rule: str, spoil: Spoil, written: Written, tmp_path: Path) -> None:
    book = load_workbook(written.path)
    spoil(book)
    spoilt = tmp_path / "spoilt.xlsx"
    book.save(spoilt)
    assert rule in {fault.rule for fault in faults(spoilt)}


@pytest.mark.parametrize(
    ("rule", "part", "before", "after"),
    [
        pytest.param(
            "headings are tagged as headings", "xl/styles.xml", b'builtinId="16"', b"", id="an untagged heading"
        ),
        pytest.param(
            "every table has a name of its own that means something",
            "xl/tables/table2.xml",
            b'displayName="Table_of_contents"',
            b'displayName="Table2"',
            id="a table called Table2",
        ),
        pytest.param(
            "every picture and chart is described",
            "xl/drawings/drawing1.xml",
            b"",
            b'<xdr:wsDr><xdr:cNvPr id="2" name="Chart 1"/></xdr:wsDr>',
            id="a chart that nobody describes",
        ),
        pytest.param(
            "every picture and chart is described", "xl/media/image1.png", b"", b"PNG", id="an image of something"
        ),
        pytest.param(
            "there are no macros, formulas or links to other files", "xl/vbaProject.bin", b"", b"macro", id="a macro"
        ),
    ],
)
def test_a_rule_catches_what_only_the_parts_show(
    rule: str, part: str, before: bytes, after: bytes, written: Written, tmp_path: Path
) -> None:
    spoilt = tmp_path / "spoilt.xlsx"
    bodies = dict(written.parts)
    was = bodies.get(part, b"")
    bodies[part] = was.replace(before, after) if before else after
    assert bodies[part] != was
    with zipfile.ZipFile(spoilt, "w") as archive:
        for name, body in bodies.items():
            archive.writestr(name, body)
    assert rule in {fault.rule for fault in faults(spoilt)}


def test_the_clerks_workbook_breaks_none(written: Written) -> None:
    assert faults(written.path) == ()


def test_every_rule_is_tried_above() -> None:
    raw = {
        "headings are tagged as headings",
        "every table has a name of its own that means something",
        "every picture and chart is described",
    }
    assert {rule for rule, _ in SPOILT} | raw == {*FILE_RULES, *SHEET_RULES}


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
