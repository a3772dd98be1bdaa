"""The rules for accessible spreadsheets about a sheet's table and what stands around it."""

import re
from collections.abc import Iterator
from itertools import combinations

from m365audit.excel.reading import Cell, Sheet, Table, area, letters

NARROWEST, WIDEST = 8, 60
"""Characters."""
MOST_COLUMNS = 13
_NOTHING_SAID = frozenset({"na", "n/a", "-", "..", ":"})
_SHORTHAND = re.compile(r"\[(?:[a-z]|low)\]")
_NOTE = re.compile(r"\[note \d+\]")
_VAGUE_LINKS = re.compile(r"https?://|click here|^here$|^link$", re.IGNORECASE)


def above(sheet: Sheet) -> str:
    """What column A says between the title and the table."""
    table = sheet.table
    end = table.area.top if table else 3
    return " ".join(sheet.text(1, row) for row in range(2, end))


def _body(sheet: Sheet, table: Table) -> dict[tuple[int, int], Cell]:
    """The cells of a table's body that hold something, by column and row."""
    first = table.area.top + table.header_rows
    return {
        (cell.column, cell.row): cell
        for cell in sheet.filled
        if cell.row >= first and table.area.holds(cell.column, cell.row)
    }


def _lines(table: Table) -> range:
    return range(table.area.top + table.header_rows, table.area.bottom + 1)


def _columns(table: Table) -> range:
    return range(table.area.left, table.area.right + 1)


def marked_up(sheet: Sheet) -> Iterator[str]:
    """Each sheet's table is marked up as one."""
    if not sheet.tables:
        yield "it has no table that is marked up as one"


def no_second_table(sheet: Sheet) -> Iterator[str]:
    """One table a sheet."""
    if len(sheet.tables) > 1:
        yield f"it has {len(sheet.tables)} tables"


def nothing_merged(sheet: Sheet) -> Iterator[str]:
    """No merged cells, no tables within tables."""
    for merged in sheet.each("mergeCells/mergeCell"):
        yield f"{merged['ref']} is merged"
    for one, other in combinations(sheet.tables, 2):
        if one.area.meets(other.area):
            yield f"the tables {one.name} and {other.name} overlap"


def no_empty_lines(sheet: Sheet) -> Iterator[str]:
    """A table has a row at least, and none of its rows and columns is empty."""
    table = sheet.table
    if table is None:
        return
    if not _lines(table):
        yield "the table has no row, not even one that says there is none"
        return
    body = _body(sheet, table)
    rows, columns = {row for _, row in body}, {column for column, _ in body}
    yield from (f"row {row} is empty" for row in _lines(table) if row not in rows)
    yield from (
        f"column {letters(column)} is empty"
        for column in _columns(table)
        if column not in columns and rows and not _is_for_answers(sheet, column, table)
    )


def _is_for_answers(sheet: Sheet, column: int, table: Table) -> bool:
    """Whether a column waits for its reader, and says so."""
    first = table.area.top + table.header_rows
    return any(area.holds(column, first) for choice in sheet.choices for area in choice.areas)


def headers_named(sheet: Sheet) -> Iterator[str]:
    """One header row, every header filled, different, and the one the table names."""
    table = sheet.table
    if table is None:
        return
    if table.header_rows != 1:
        yield "the table is not marked as having one header row"
        return
    cells = [sheet.cell(column, table.area.top) for column in _columns(table)]
    names = [cell.text if cell and cell.is_text else "" for cell in cells]
    if not all(name == name.strip() != "" for name in names):
        yield "a header is empty, or no text"
    elif len({name.casefold() for name in names}) != len(names):
        yield "two headers are the same"
    elif tuple(names) != table.headers:
        yield "the headers are not those the table names"


def text_wraps(sheet: Sheet) -> Iterator[str]:
    """All text wraps, in columns whose width is set and readable."""
    for cell in sheet.filled:
        if cell.is_text and not cell.style.wrapped:
            yield f"{cell.place} does not wrap"
    table = sheet.table
    if table is None:
        return
    widths: dict[int, float] = {}
    for one in sheet.each("cols/col"):
        # A range of columns may reach to the end of the sheet; only the table's count.
        for column in range(int(one["min"]), min(int(one["max"]), table.area.right) + 1):
            widths[column] = float(one.get("width", 0))
    for column in _columns(table):
        if not NARROWEST <= widths.get(column, 0) <= WIDEST:
            yield f"column {letters(column)} is {widths.get(column, 0):g} characters wide"


def no_filters(sheet: Sheet) -> Iterator[str]:
    """No filter buttons and no panes that stay where they are."""
    if any(True for _ in sheet.each("autoFilter")) or any(table.filtered for table in sheet.tables):
        yield "it has filter buttons"
    if any(True for _ in sheet.each("sheetViews/sheetView/pane")):
        yield "rows or columns are frozen"


def blanks_explained(sheet: Sheet) -> Iterator[str]:
    """Blank cells among filled ones have one reason, which stands above the table."""
    table = sheet.table
    if table is None or "blank" in above(sheet).lower():
        return
    body = _body(sheet, table)
    rows, columns = {row for _, row in body}, {column for column, _ in body}
    places = ((column, row) for row in sorted(rows) for column in sorted(columns))
    if (empty := next((place for place in places if place not in body), None)) is not None:
        yield f"{letters(empty[0])}{empty[1]} is empty and nothing above the table says why"


def words_for_nothing(sheet: Sheet) -> Iterator[str]:
    """Words where there is nothing to say; a shorthand in square brackets is explained above the table."""
    said = above(sheet)
    for cell in sheet.filled:
        if cell.text.strip().casefold() in _NOTHING_SAID:
            yield f"{cell.place} says '{cell.text}' where a word would do"
        for short in _SHORTHAND.findall(cell.text):
            if short not in said:
                yield f"{cell.place} says {short}, which nothing above the table explains"


def nothing_hidden(sheet: Sheet) -> Iterator[str]:
    """No hidden sheet, row or column."""
    if sheet.state != "visible":
        yield "the sheet is hidden"
    yield from (f"row {row} is hidden" for row in sheet.hidden_rows)
    for column in sheet.each("cols/col"):
        if column.get("hidden") in ("1", "true"):
            yield f"column {letters(int(column['min']))} is hidden"


def titled(sheet: Sheet) -> Iterator[str]:
    """The title stands in A1 and is tagged as a heading."""
    title = sheet.cell(1, 1)
    if title is None or not title.text or not title.style.heading:
        yield "A1 holds no title tagged as a heading"


def says_what_it_holds(sheet: Sheet) -> Iterator[str]:
    """A2 says how many tables there are, and which notes apply."""
    if "one table" not in sheet.text(1, 2).lower():
        yield "A2 does not say what tables there are"
    table = sheet.table
    if table is None or table.name == "Notes":
        return
    if any(_NOTE.search(cell.text) for cell in _body(sheet, table).values()) and "note" not in above(sheet).lower():
        yield "nothing above the table says that it has notes"


def nothing_besides(sheet: Sheet) -> Iterator[str]:
    """The table begins in column A, and nothing stands beside or below it."""
    table = sheet.table
    if table is None:
        return
    if table.area.left != 1:
        yield "the table does not begin in column A"
    for cell in sheet.filled:
        besides = cell.column > 1 if cell.row < table.area.top else cell.column > table.area.right
        if besides or cell.row > table.area.bottom:
            yield f"{cell.place} stands beside or below the table"
            return


def links_described(sheet: Sheet) -> Iterator[str]:
    """A link's words say where it leads, and look like a link."""
    for link in sheet.links:
        place = area(link.cell)
        cell = sheet.cell(place.left, place.top)
        if cell is None or not cell.text or _VAGUE_LINKS.search(cell.text) or not cell.style.underlined:
            yield f"the link in {link.cell} does not say where it leads, or does not look like one"


def choices_explained(sheet: Sheet) -> Iterator[str]:
    """Whoever fills in a cell is told what it takes, before and after."""
    for choice in sheet.choices:
        if not choice.explained:
            yield f"the choice in {choice.place} does not say what to do"


def not_too_wide(sheet: Sheet) -> Iterator[str]:
    """A row is read from one end to the other."""
    for table in sheet.tables:
        if (count := table.area.right - table.area.left + 1) > MOST_COLUMNS:
            yield f"the table has {count} columns"
