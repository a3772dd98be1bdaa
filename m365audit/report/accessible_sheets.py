"""The rules for accessible spreadsheets that look at one sheet."""

import re
from collections.abc import Callable, Iterator
from typing import cast

from openpyxl.cell import Cell
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

SANS_SERIF = frozenset({"Arial", "Calibri"})
SMALLEST_LETTERS = 12
"""Points."""
NARROWEST, WIDEST = 8, 60
CONTRAST = 4.5
"""Least contrast of letters on their ground, as WCAG asks for at level AA."""
_NOTHING_SAID = frozenset({"na", "n/a", "-", "..", ":"})
_VAGUE_LINKS = re.compile(r"https?://|click here|^here$|^link$", re.IGNORECASE)
_PLACE = re.compile(r"([A-Z]+)(\d+):([A-Z]+)(\d+)")


def _table(sheet: Worksheet) -> Table | None:
    return next(iter(sheet.tables.values()), None)


def _header_row(table: Table) -> int:
    found = _PLACE.fullmatch(table.ref)
    return int(found[2]) if found else 1


def _lines(sheet: Worksheet) -> list[tuple[Cell, ...]]:
    """The cells of the sheet's table, the headers first."""
    table = _table(sheet)
    # A merged cell has no value and no style of its own, and is read like an empty one.
    return cast("list[tuple[Cell, ...]]", list(sheet[table.ref])) if table else []


def _filled(sheet: Worksheet) -> Iterator[Cell]:
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value not in (None, ""):
                yield cell


def _one_table(sheet: Worksheet) -> Iterator[str]:
    if len(sheet.tables) != 1:
        yield f"it has {len(sheet.tables)} tables"
        return
    found = _PLACE.fullmatch(next(iter(sheet.tables.values())).ref)
    last = sheet.cell(sheet.max_row, sheet.max_column).coordinate
    if found is None or found[1] != "A" or f"{found[3]}{found[4]}" != last:
        yield f"the table does not reach from column A to the last used cell, {last}"


def _nothing_merged(sheet: Worksheet) -> Iterator[str]:
    for merged in sheet.merged_cells.ranges:
        yield f"{merged.coord} is merged"


def _no_empty_lines(sheet: Worksheet) -> Iterator[str]:
    lines = _lines(sheet)
    if len(lines) == 1:
        yield "the table has no row, not even one that says there is none"
    for line in lines[1:]:
        if all(cell.value in (None, "") for cell in line):
            yield f"row {line[0].row} is empty"


def _headers_named(sheet: Worksheet) -> Iterator[str]:
    table, lines = _table(sheet), _lines(sheet)
    if table is None or not lines:
        return
    names = [cell.value for cell in lines[0]]
    if table.headerRowCount != 1:
        yield "the table is not marked as having one header row"
    if not all(isinstance(name, str) and name == name.strip() != "" for name in names):
        yield "a header is empty"
    elif len({str(name).casefold() for name in names}) != len(names):
        yield "two headers are the same"
    elif names != table.column_names:
        yield "the headers are not those the table names"


def _text_wraps(sheet: Worksheet) -> Iterator[str]:
    for cell in _filled(sheet):
        if isinstance(cell.value, str) and not cell.alignment.wrap_text:
            yield f"{cell.coordinate} does not wrap"
    for cell in (_lines(sheet) or [()])[0]:
        width = sheet.column_dimensions[cell.column_letter].width
        if not NARROWEST <= width <= WIDEST:
            yield f"column {cell.column_letter} is {width:g} characters wide"


def _blanks_explained(sheet: Worksheet) -> Iterator[str]:
    table, lines = _table(sheet), _lines(sheet)
    if table is None:
        return
    above = " ".join(str(sheet.cell(row, 1).value or "") for row in range(2, _header_row(table)))
    blank = [cell.coordinate for line in lines[1:] for cell in line if cell.value in (None, "")]
    if blank and "blank" not in above.lower():
        yield f"{blank[0]} is empty and nothing above the table says why"


def _words_for_nothing(sheet: Worksheet) -> Iterator[str]:
    for cell in _filled(sheet):
        if str(cell.value).strip().casefold() in _NOTHING_SAID:
            yield f"{cell.coordinate} says '{cell.value}' where a word would do"


def _nothing_hidden(sheet: Worksheet) -> Iterator[str]:
    if sheet.sheet_state != "visible":
        yield "the sheet is hidden"
    for name, dimension in [*sheet.row_dimensions.items(), *sheet.column_dimensions.items()]:
        if dimension.hidden:
            yield f"row or column {name} is hidden"


def _titled(sheet: Worksheet) -> Iterator[str]:
    if not sheet["A1"].value or sheet["A1"].style != "Heading 1":
        yield "A1 holds no title tagged as a heading"
    if "table" not in str(sheet["A2"].value or "").lower():
        yield "A2 does not say what tables there are"


def _easy_letters(sheet: Worksheet) -> Iterator[str]:
    for cell in _filled(sheet):
        font = cell.font
        if font.name not in SANS_SERIF or font.sz < SMALLEST_LETTERS or font.i or cell.alignment.textRotation:
            yield f"{cell.coordinate} is in letters that are small, slanted, turned or not plain"
        elif font.u and not cell.hyperlink:
            yield f"{cell.coordinate} is underlined and leads nowhere"


def _enough_contrast(sheet: Worksheet) -> Iterator[str]:
    if sheet.conditional_formatting:
        yield "colours change with the values"
    for cell in _filled(sheet):
        ink = _colour(cell.font.color.rgb if cell.font.color else None, "000000")
        paper = _colour(cell.fill.fgColor.rgb if cell.fill.fill_type else None, "FFFFFF")
        if contrast(ink, paper) < CONTRAST:
            yield f"{cell.coordinate} has too little contrast"


def _colour(value: object, otherwise: str) -> str:
    return value[-6:] if isinstance(value, str) else otherwise


def contrast(one: str, other: str) -> float:
    """Contrast of two colours (RRGGBB) as WCAG reckons it, 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)  # noqa: PLR2004
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _no_headers_or_footers(sheet: Worksheet) -> Iterator[str]:
    for name in ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"):
        part = getattr(sheet, name)
        if any(place.text for place in (part.left, part.center, part.right) if place):
            yield "something stands in the margin of the printed page"


def _links_described(sheet: Worksheet) -> Iterator[str]:
    for cell in _filled(sheet):
        if cell.hyperlink and (_VAGUE_LINKS.search(str(cell.value)) or not cell.font.u):
            yield f"the link in {cell.coordinate} does not say where it leads, or does not look like one"


def _starts_at_the_first_cell(sheet: Worksheet) -> Iterator[str]:
    if any(selection.activeCell != "A1" for selection in sheet.sheet_view.selection):
        yield "the cursor does not stand on A1"
    if sheet.sheet_view.zoomScale not in (None, 100):
        yield "it opens enlarged or shrunk"


def _answers_explained(sheet: Worksheet) -> Iterator[str]:
    for choice in sheet.data_validations.dataValidation:
        if not (choice.promptTitle and choice.prompt and choice.showInputMessage and choice.error):
            yield f"the choice in {choice.sqref} does not say what to do"


def _unprotected(sheet: Worksheet) -> Iterator[str]:
    if sheet.protection.sheet:
        yield "it is protected, which keeps reading aids out"


SheetRule = Callable[[Worksheet], Iterator[str]]

SHEET_RULES: dict[str, SheetRule] = {
    "each sheet has one marked-up table and nothing beside or below it": _one_table,
    "no cells are merged": _nothing_merged,
    "no row of a table is empty": _no_empty_lines,
    "every column has one header of its own": _headers_named,
    "all text wraps in columns of readable width": _text_wraps,
    "cells left blank are explained": _blanks_explained,
    "nothing is written as a sign that could be a word": _words_for_nothing,
    "nothing is hidden": _nothing_hidden,
    "each sheet has a title and says what tables it holds": _titled,
    "letters are plain and large enough": _easy_letters,
    "letters stand out from their ground": _enough_contrast,
    "no headers, footers or boxes": _no_headers_or_footers,
    "links say where they lead": _links_described,
    "each sheet opens at its first cell": _starts_at_the_first_cell,
    "every choice says what to do": _answers_explained,
    "no sheet is protected": _unprotected,
}
"""Rule, in the words of a reader, to the function that names each breach of it on a sheet."""
