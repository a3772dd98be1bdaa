"""Sheets whose rows are written as they come and never held; the XML of their cells is made here and nowhere else."""

from collections.abc import Callable, Generator, Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.chart._chart import ChartBase
from openpyxl.compat import safe_string
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.datavalidation import DataValidationList
from openpyxl.worksheet.dimensions import ColumnDimension, DimensionHolder
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.page import PageMargins, PrintOptions, PrintPageSetup
from openpyxl.worksheet.properties import WorksheetProperties
from openpyxl.xml.functions import fromstring

from m365audit.excel.cells import Alteration, Value, clean, escape, is_clean

Note = Callable[[int, int, tuple[Alteration, ...]], None]
"""Told the column and row, counted from 1, of a cell whose text had to be changed, and how."""


class StreamedSheet(WriteOnlyWorksheet):
    """A sheet of a write-only workbook. ``reach`` is the place of its last cell, such as ``M22``.

    All but its rows is openpyxl's own. A row comes as one piece of XML: a styled cell takes openpyxl half a dozen
    objects and a caught exception, which over millions of cells is longer than everything else together.
    """

    reach = "A1"
    # What openpyxl gives every sheet, and its type stub only those that hold their cells.
    column_dimensions: DimensionHolder[str, ColumnDimension]
    data_validations: DataValidationList
    page_margins: PageMargins
    page_setup: PrintPageSetup
    print_options: PrintOptions
    sheet_properties: WorksheetProperties
    _charts: list[ChartBase]
    _hyperlinks: list[Hyperlink]
    _writer: WorksheetWriter

    @classmethod
    def at_the_end_of(cls, workbook: Workbook, title: str) -> "StreamedSheet":
        """A new sheet behind those that the workbook has.

        Raises:
            ValueError: the workbook is one that holds its cells.
        """
        if not workbook.write_only:
            msg = "a streamed sheet needs a workbook made with write_only=True"
            raise ValueError(msg)
        sheet = cls(workbook, title)
        workbook._add_sheet(sheet)  # type: ignore[attr-defined] # noqa: SLF001 - create_sheet knows no other class
        return sheet

    def calculate_dimension(self) -> str:
        """The cells it will have, which is written before the first of them."""
        return f"A1:{self.reach}"

    def put(self, row: str) -> None:
        """Write a row, as :class:`Markup` makes it.

        Raises:
            SyntaxError: it is not well-formed.
        """
        self.append((row,))

    def link(self, place: str, title: str) -> None:
        """Make a cell that has been written lead to the first cell of a sheet of the same workbook."""
        self._hyperlinks.append(Hyperlink(ref=place, location="'{}'!A1".format(title.replace("'", "''"))))

    def add_chart(self, chart: ChartBase, anchor: str | None = None) -> None:
        """Put a chart on the sheet, where it says itself or at a cell."""
        chart.anchor = anchor or chart.anchor
        self._charts.append(chart)

    def _write_rows(self) -> Generator[None, tuple[str], None]:
        # As in openpyxl, but for what is sent. Parsing a row proves that no text has broken out of its cell.
        stream: Any = self._writer.xf.send(True)  # noqa: FBT003 - openpyxl's way of asking for it
        with stream.element("sheetData"):
            try:
                while True:
                    (row,) = yield
                    stream.write(fromstring(row))
            except GeneratorExit:
                pass
        self._writer.xf.send(None)


class Markup:
    """Makes the rows of one sheet. ``rest`` says where the whole of a text is that had to be cut."""

    def __init__(self, sheet: StreamedSheet, *, rest: str, note: Note) -> None:
        self._sheet = sheet
        self._rest = rest
        self._note = note
        self._openings: dict[tuple[int, str, str], tuple[str, str]] = {}

    def row(self, number: int, cells: Sequence[str], height: float | None = None) -> str:
        """A row of cells, ``height`` points tall."""
        tall = "" if height is None else f' ht="{safe_string(height)}" customHeight="1"'
        return f'<row r="{number}"{tall}>{"".join(cells)}</row>'

    def cell(self, column: int, row: int, value: Value, style: str) -> str:
        """One cell, ``column`` and ``row`` counted from 1; ``value`` is as :func:`plain` gives it."""
        # An empty text is nothing to be seen either: said to be text, its cell would lack the text.
        if value is None or value == "":
            before, after = self._opening(column, style, "n")
            return f"{before}{row}{after}/>"
        if isinstance(value, str):
            text = value if is_clean(value) else self._cleaned(column, row, value)
            before, after = self._opening(column, style, "inlineStr")
            keep = ' xml:space="preserve"' if text[0].isspace() or text[-1].isspace() else ""
            return f"{before}{row}{after}><is><t{keep}>{_spelt(text)}</t></is></c>"
        before, after = self._opening(column, style, "b" if isinstance(value, bool) else "n")
        return f"{before}{row}{after}><v>{_number(value)}</v></c>"

    def _cleaned(self, column: int, row: int, text: str) -> str:
        cleaned = clean(text, rest=self._rest)
        if cleaned.alterations:
            self._note(column, row, cleaned.alterations)
        return cleaned.text

    def _opening(self, column: int, style: str, kind: str) -> tuple[str, str]:
        """What stands before and behind the number of the row."""
        opening = self._openings.get((column, style, kind))
        if opening is None:
            number = _style_number(self._sheet, style, text=kind == "inlineStr")
            opening = (f'<c r="{get_column_letter(column)}', f'" s="{number}" t="{kind}"')
            self._openings[column, style, kind] = opening
        return opening


def _style_number(sheet: StreamedSheet, style: str, *, text: bool) -> int:
    """The number of a style in the file; all text carries the quote prefix, which keeps it text when it is edited."""
    cell = WriteOnlyCell(sheet)
    cell.style = style
    cell.quotePrefix = text
    return cell.style_id


def _spelt(text: str) -> str:
    """The text as XML, and so that Excel reads every ``_x0041_`` as it stands."""
    return escape(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _number(value: int | date) -> str:
    if isinstance(value, date):
        return safe_string(to_excel(value))  # type: ignore[no-untyped-call]
    return safe_string(value)
