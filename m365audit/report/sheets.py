"""One sheet: a title, a few words of explanation in column A, and one table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.table import Table, TableColumn, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from m365audit.excel.cells import Alteration, Value, clean, plain, safe_cell
from m365audit.excel.styles import SIZE, TITLE_SIZE, Look, register_styles, style_for
from m365audit.report import heights
from m365audit.report.names import table_name
from m365audit.report.questions import Question, validation

Line = Sequence[Value]

_MARGIN_INCHES = 0.25
_A4_LONG_SIDE_INCHES = 11.69
_PIXELS_PER_INCH = 96
_PIXELS_PER_WIDTH = 7
SMALLEST_SCALE = 60
"""Per cent. Smaller print than this cannot be read on paper."""
_MOST_COLUMNS = 16_384
_MOST_ROWS = 1_048_576
_NARROWEST, _WIDEST = 8, 60
_HEADERS = (Look.HEADER, Look.HEADER_NUMBER)
_BOLD = (Look.TITLE, Look.STRONG, Look.RESULT, *_HEADERS)
_FILTER_BUTTON_WIDTH = 3


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; ``width`` in characters, 8 to 60."""

    header: str
    width: float
    look: Look = Look.TEXT


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet before it is written. ``rows`` must hold at least one; may be a stream when the sheet is write-only."""

    title: str
    heading: str
    purpose: str
    explanation: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: Iterable[Line]
    filters: bool = True
    frozen: bool = True
    frozen_columns: int = 0
    """How many columns stay in sight when the sheet is moved sideways."""
    one_page: bool = False
    questions: tuple[Question, ...] = ()
    links: Mapping[int, str] = field(default_factory=dict)
    """Body row, counted from 0, to the title of the sheet its first cell leads to."""
    table: str = ""

    @property
    def table_name(self) -> str:
        """The table's name for Excel and for people who move about by name."""
        return self.table or table_name(self.title)


@dataclass(slots=True)
class Book:
    """A workbook being written. ``rest`` says where the whole of a text is that had to be cut."""

    workbook: Workbook
    rest: str
    gridlines: bool = False
    alterations: dict[Alteration, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with no sheet and the house's styles."""
        if not self.workbook.write_only and self.workbook.active is not None:
            self.workbook.remove(self.workbook.active)
        register_styles(self.workbook)

    def sheet(self, title: str) -> Worksheet:
        """Add a sheet behind the others."""
        # A streamed sheet has all that is used here, though its type stub does not say so.
        return cast("Worksheet", self.workbook.create_sheet(title))

    def lay(self, sheet: Worksheet, page: Page) -> int:
        """Write a page on its sheet; returns the number of rows in its table's body."""
        pen = _Pen(self, sheet, page)
        try:
            pen.prepare()
            return pen.write()
        finally:
            # A streamed sheet holds a file open; none may stay open when the next page cannot be had.
            if isinstance(sheet, WriteOnlyWorksheet):
                sheet.close()


@dataclass(slots=True)
class _Pen:
    """Writes one page."""

    book: Book
    sheet: Worksheet
    page: Page
    row: int = 0
    streamed: dict[tuple[int, str], Cell] = field(default_factory=dict)

    def prepare(self) -> None:
        """Everything a streamed sheet must know before its first cell."""
        page, sheet = self.page, self.sheet
        if len(page.columns) > _MOST_COLUMNS:
            msg = f"the sheet {page.title} would have more columns than Excel has"
            raise ValueError(msg)
        for number, column in enumerate(page.columns, start=1):
            width = min(max(column.width, _NARROWEST), _WIDEST)
            sheet.column_dimensions[get_column_letter(number)].width = width
        sheet.sheet_view.zoomScale = 100
        sheet.sheet_view.showGridLines = self.book.gridlines
        header = len(page.explanation) + 2
        if page.frozen:
            sheet.freeze_panes = f"{get_column_letter(page.frozen_columns + 1)}{header + 1}"
        for selection in sheet.sheet_view.selection:
            selection.activeCell = selection.sqref = "A1"
        sheet.print_title_rows = f"{header}:{header}"
        self._set_up_paper()

    def _set_up_paper(self) -> None:
        sheet = self.sheet
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = 9  # A4
        margins = sheet.page_margins
        margins.left = margins.right = margins.top = margins.bottom = _MARGIN_INCHES
        margins.header = margins.footer = 0
        if scale(self.page.columns) >= SMALLEST_SCALE:
            sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
            sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, int(self.page.one_page)
        else:  # Several pages side by side are better than one that nobody can read.
            sheet.page_setup.scale = SMALLEST_SCALE

    def write(self) -> int:
        """Write the title, the explanation and the table; returns the rows of its body."""
        page = self.page
        self._append([page.heading], [Look.TITLE])
        for text in page.explanation:
            self._append([text], [Look.EXPLANATION])
        headers = [column.header for column in page.columns]
        numbers = (Look.NUMBER, Look.RAW_NUMBER)
        self._append(headers, [Look.HEADER_NUMBER if c.look in numbers else Look.HEADER for c in page.columns])
        first = self.row + 1
        looks = [column.look for column in page.columns]
        raw = self.book.workbook.write_only and all(look is Look.RAW for look in looks)
        for line in page.rows:
            if len(line) != len(looks):
                msg = f"a row of the sheet {page.title} has {len(line)} cells for {len(looks)} columns"
                raise ValueError(msg)
            if raw:
                self._stream(line)
            else:
                self._append(line, looks)
        if self.row < first:
            msg = f"the sheet {page.title} has no row: a table needs one, if only to say that none was found"
            raise ValueError(msg)
        self._mark_table(first - 1)
        for question in page.questions:
            column = get_column_letter(headers.index(question.column) + 1)
            self.sheet.data_validations.append(validation(question, column, first))
        return self.row - first + 1

    def _begin_row(self) -> None:
        self.row += 1
        if self.row > _MOST_ROWS:
            msg = f"the sheet {self.page.title} would have more rows than Excel has"
            raise ValueError(msg)

    def _stream(self, line: Line) -> None:
        """Write a row of raw evidence: no wrapping, no heights, and cells used again once they are written."""
        self._begin_row()
        cells = []
        for number, value in enumerate(line, start=1):
            shown = plain(value)
            style = style_for(Look.RAW, shown)
            earlier = self.streamed.get((number, style))
            cell, cleaned = safe_cell(self.sheet, value, style, rest=self.book.rest, reuse=earlier)
            if earlier is None:
                self.streamed[number, style] = cell
            if cleaned and cleaned.alterations:
                self._note_all(cleaned.alterations, number)
            cells.append(cell)
        self.sheet.append(cells)

    def _append(self, line: Line, looks: Sequence[Look]) -> None:
        self._begin_row()
        body = self.row - len(self.page.explanation) - 3
        most = 1
        cells = []
        for number, (value, look) in enumerate(zip(line, looks, strict=True), start=1):
            shown, line_count = self._fitted(value, look, number)
            most = max(most, line_count)
            cells.append(self._cell(shown, look, number))
        if link := self.page.links.get(body):
            target = Hyperlink(ref="A1", location="'{}'!A1".format(link.replace("'", "''")))
            cells[0].hyperlink = target
            # openpyxl gives a link the address of its cell, and a cell has none before it is appended.
            target.ref = f"A{self.row}"
        size = TITLE_SIZE if looks[0] is Look.TITLE else SIZE
        self.sheet.row_dimensions[self.row].height = heights.points(most, size)
        self.sheet.append(cells)

    def _fitted(self, value: Value, look: Look, number: int) -> tuple[Value, int]:
        """The value as far as a row can show it, and the lines it takes."""
        if not isinstance(value, str) or look.startswith(Look.RAW):
            return value, 1
        width = min(max(self.page.columns[number - 1].width, _NARROWEST), _WIDEST)
        if look in _HEADERS and self.page.filters:
            width -= _FILTER_BUTTON_WIDTH
        cleaned = clean(value, rest=self.book.rest)
        size = TITLE_SIZE if look is Look.TITLE else SIZE
        bold = look in _BOLD
        line_count = heights.lines(cleaned.text, width, size=size, bold=bold)
        if line_count <= heights.most_lines(size):
            return value, line_count
        ending = f" … (shortened; the whole text is in {self.book.rest})"
        self._note_all((*cleaned.alterations, Alteration.SHORTENED), number)
        return heights.shorten(cleaned.text, width, ending, at_most=heights.most_lines(size)), heights.most_lines(size)

    def _cell(self, value: Value, look: Look, number: int) -> Cell:
        cell, cleaned = safe_cell(self.sheet, value, style_for(look, plain(value)), rest=self.book.rest)
        self._note_all(cleaned.alterations if cleaned else (), number)
        return cell

    def _note_all(self, alterations: Iterable[Alteration], number: int) -> None:
        place = f"{self.page.title} {get_column_letter(number)}{self.row}"
        for alteration in alterations:
            places = self.book.alterations.setdefault(alteration, [])
            if place not in places[-1:]:
                places.append(place)

    def _mark_table(self, header: int) -> None:
        names = [column.header for column in self.page.columns]
        if any(not name.strip() for name in names) or len({name.casefold() for name in names}) != len(names):
            msg = f"the headers of the sheet {self.page.title} are not all filled and different"
            raise ValueError(msg)
        reference = f"A{header}:{get_column_letter(len(names))}{self.row}"
        table = Table(displayName=self.page.table_name, name=self.page.table_name, ref=reference)
        # Left to itself openpyxl reads the headers back from the cells, which a streamed sheet no longer has.
        for number, name in enumerate(names, start=1):
            table.tableColumns.append(TableColumn(id=number, name=name))
        if self.page.filters:
            table.autoFilter = AutoFilter(ref=reference)
        table.tableStyleInfo = TableStyleInfo(name=None, showRowStripes=False, showColumnStripes=False)
        # Not add_table, which warns of missing columns in a streamed sheet even when they are all there.
        self.sheet.tables.add(table)


def scale(columns: Sequence[Column]) -> int:
    """Per cent at which so many columns fit the width of a landscape A4 page; never more than 100."""
    room = (_A4_LONG_SIDE_INCHES - 2 * _MARGIN_INCHES) * _PIXELS_PER_INCH
    wanted = sum(min(max(column.width, _NARROWEST), _WIDEST) for column in columns) * _PIXELS_PER_WIDTH
    return min(int(100 * room / wanted), 100)
