"""One sheet: a title, a few words of explanation in column A, and one table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.table import Table, TableColumn, TableStyleInfo

from m365audit.excel.cells import Alteration, Value, clean, plain
from m365audit.excel.streamed import Markup, StreamedSheet
from m365audit.excel.styles import HOUSE, SIZE, TITLE_SIZE, Dress, Look, register_styles, style_for
from m365audit.report import heights
from m365audit.report.altered import Changed, Place
from m365audit.report.charts import GAP_PIXELS, WIDE_PIXELS, Body, Chart, drawn
from m365audit.report.names import table_name
from m365audit.report.questions import Question, validations
from m365audit.report.rows import Line, Rows

__all__ = ["SMALLEST_SCALE", "Book", "Column", "Line", "Page", "scale"]

_MARGIN_INCHES = 0.25
_A4_LONG_SIDE_INCHES = 11.69
_PIXELS_PER_INCH = 96
_PAGE_PIXELS = (_A4_LONG_SIDE_INCHES - 2 * _MARGIN_INCHES) * _PIXELS_PER_INCH
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
    """A sheet before it is written. ``rows`` must hold at least one, and may be made as they are written."""

    title: str
    heading: str
    purpose: str
    explanation: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: Rows
    filters: bool = True
    frozen: bool = True
    frozen_columns: int = 0
    """How many columns stay in sight when the sheet is moved sideways."""
    one_page: bool = False
    questions: tuple[Question, ...] = ()
    links: Mapping[int, str] = field(default_factory=dict)
    """Body row, counted from 0, to the title of the sheet its first cell leads to."""
    charts: tuple[Chart, ...] = ()
    """Pictures of the table's numbers, one under another to the right of it; ``rows`` must not be a stream then."""
    table: str = ""

    @property
    def table_name(self) -> str:
        """The table's name for Excel and for people who move about by name."""
        return self.table or table_name(self.title)


@dataclass(slots=True)
class Book:
    """A write-only workbook being written, its sheets in any order, each at once and never held.

    ``rest`` says where the whole of a text is that had to be cut. Where ``shortens``, a text that no row is tall
    enough for is cut to what a row can show; otherwise it stays whole and its row is as tall as a row can be.
    """

    workbook: Workbook
    rest: str
    dress: Dress = HOUSE
    gridlines: bool = False
    shortens: bool = True
    alterations: dict[Place, Changed] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with the house's styles."""
        register_styles(self.workbook, self.dress)

    def sheet(self, title: str) -> StreamedSheet:
        """Add a sheet behind the others."""
        return StreamedSheet.at_the_end_of(self.workbook, title)

    def lay(self, sheet: StreamedSheet, page: Page) -> int:
        """Write a page on its sheet; returns the number of rows in its table's body."""
        pen = _Pen(self, sheet, page)
        try:
            pen.prepare()
            return pen.write()
        finally:
            # A sheet holds a file open; none may stay open when the next page cannot be had.
            sheet.close()
            # It has been written, and of thousands of cells to fill in it is megabytes.
            sheet.data_validations.dataValidation.clear()


@dataclass(slots=True)
class _Pen:
    """Writes one page."""

    book: Book
    sheet: StreamedSheet
    page: Page
    row: int = 0
    raw_styles: dict[type, str] = field(default_factory=dict)
    markup: Markup = field(init=False)

    def __post_init__(self) -> None:
        """The pen that makes the cells tells this one which it had to change."""
        self.markup = Markup(self.sheet, rest=self.book.rest, note=self._note)

    def prepare(self) -> None:
        """Everything a streamed sheet must know before its first cell."""
        page, sheet = self.page, self.sheet
        if len(page.columns) > _MOST_COLUMNS:
            msg = f"the sheet {page.title} would have more columns than Excel has"
            raise ValueError(msg)
        if not len(page.rows):
            msg = f"the sheet {page.title} has no row: a table needs one, if only to say that none was found"
            raise ValueError(msg)
        if (last := len(page.explanation) + 2 + len(page.rows)) > _MOST_ROWS:
            msg = f"the sheet {page.title} would have more rows than Excel has"
            raise ValueError(msg)
        sheet.reach = f"{get_column_letter(len(page.columns))}{last}"
        for number, column in enumerate(page.columns, start=1):
            width = min(max(column.width, _NARROWEST), _WIDEST)
            sheet.column_dimensions[get_column_letter(number)].width = width
        sheet.sheet_view.zoomScale = 100
        sheet.sheet_view.showGridLines = self.book.gridlines
        # On paper they stand in for the lines that a plain dress has not.
        sheet.print_options.gridLines = self.book.gridlines or None
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
        append = self._append_raw if set(looks) == {Look.RAW} else self._append
        for line in page.rows:
            if len(line) != len(looks):
                msg = f"a row of the sheet {page.title} has {len(line)} cells for {len(looks)} columns"
                raise ValueError(msg)
            append(line, looks)
        if self.row != first - 1 + len(page.rows):
            msg = f"the sheet {page.title} has {self.row - first + 1} rows, though {len(page.rows)} were promised"
            raise ValueError(msg)
        self._mark_table(first - 1)
        for question in page.questions:
            column = get_column_letter(headers.index(question.column) + 1)
            for rule in validations(question, column, first):
                self.sheet.data_validations.append(rule)
        self._draw_charts(Body(page.title, headers, tuple(page.rows) if page.charts else (), first))
        return self.row - first + 1

    def _draw_charts(self, body: Body) -> None:
        down = 0
        for chart in self.page.charts:
            self.sheet.add_chart(drawn(chart, body, down=down))
            down += chart.size(len(body.rows))[1] + GAP_PIXELS

    def _append_raw(self, line: Line, _: Sequence[Look]) -> None:
        """Write a row of raw evidence: no wrapping, no heights, no cell where there is nothing."""
        self.row += 1
        cells = []
        for number, value in enumerate(line, start=1):
            if value is None:
                continue
            shown = plain(value)
            style = self.raw_styles.get(type(shown))
            if style is None:
                style = self.raw_styles[type(shown)] = style_for(Look.RAW, shown)
            cells.append(self.markup.cell(number, self.row, shown, style))
        self.sheet.put(self.markup.row(self.row, cells))

    def _append(self, line: Line, looks: Sequence[Look]) -> None:
        self.row += 1
        body = self.row - len(self.page.explanation) - 3
        most = 1
        cells = []
        for number, (value, look) in enumerate(zip(line, looks, strict=True), start=1):
            shown, line_count = self._fitted(value, look, number)
            most = max(most, line_count)
            cells.append(self.markup.cell(number, self.row, shown, style_for(look, shown)))
        size = TITLE_SIZE if looks[0] is Look.TITLE else SIZE
        self.sheet.put(self.markup.row(self.row, cells, heights.points(most, size)))
        if link := self.page.links.get(body):
            self.sheet.link(f"A{self.row}", link)

    def _fitted(self, value: Value, look: Look, number: int) -> tuple[Value, int]:
        """The value as far as a row can show it, and the lines it takes."""
        if not isinstance(value, str) or look.startswith(Look.RAW):
            return plain(value), 1
        width = min(max(self.page.columns[number - 1].width, _NARROWEST), _WIDEST)
        if look in _HEADERS and self.page.filters:
            width -= _FILTER_BUTTON_WIDTH
        cleaned = clean(value, rest=self.book.rest)
        size = TITLE_SIZE if look is Look.TITLE else SIZE
        bold = look in _BOLD
        line_count = heights.lines(cleaned.text, width, size=size, bold=bold)
        most = heights.most_lines(size)
        if line_count <= most or not self.book.shortens:
            return value, min(line_count, most)
        ending = f" … (shortened; the whole text is in {self.book.rest})"
        self._note(number, self.row, (*cleaned.alterations, Alteration.SHORTENED))
        return heights.shorten(cleaned.text, width, ending, at_most=most), most

    def _note(self, number: int, row: int, alterations: Iterable[Alteration]) -> None:
        letter, header = get_column_letter(number), self.page.columns[number - 1].header
        for alteration in alterations:
            place = Place(alteration, self.page.title, letter, header)
            self.book.alterations.setdefault(place, Changed()).add(f"{letter}{row}")

    def _mark_table(self, header: int) -> None:
        names = [column.header for column in self.page.columns]
        if len({name.strip().casefold() for name in names} - {""}) != len(names):
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


def room_beside(width: float) -> int:
    """Pixels for a chart beside a table so many characters wide, that both can be read on one page across."""
    most = _PAGE_PIXELS * 100 / (SMALLEST_SCALE + 2) - GAP_PIXELS
    return min(int(most - width * _PIXELS_PER_WIDTH), WIDE_PIXELS)


def scale(columns: Sequence[Column]) -> int:
    """Per cent at which so many columns fit the width of a landscape A4 page; never more than 100."""
    wanted = sum(min(max(column.width, _NARROWEST), _WIDEST) for column in columns) * _PIXELS_PER_WIDTH
    return min(int(100 * _PAGE_PIXELS / wanted), 100)
