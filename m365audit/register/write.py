"""Write the register workbook: every sheet with its headings, drop-downs, help and one example row."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.table import Table, TableColumn, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from m365audit.excel.cells import safe_cell
from m365audit.excel.styles import HOUSE, Look, register_styles, style_for
from m365audit.excel.whole import save_whole
from m365audit.register.sheets import CONFIRM, SHEETS, Field, Sheet

# Drop-downs and prompts reach this far down, so that new rows have them too.
_ROWS_WITH_HELP = 500
_HEADINGS_ROW = 4
_WIDTHS: Mapping[str, int] = {"date": 14, "choice": 18, "address": 38, "addresses": 38, "text": 32}

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
"""Rows to write, by the title of their sheet: heading to value."""


def write_register(path: Path, council: str, rows: Rows | None = None) -> None:
    """Write a register for a council, with rows where there are any; each sheet begins with its example.

    Raises:
        FileExistsError: there is one already; a register is never overwritten.
        OSError: the file cannot be written.
    """
    if path.exists():
        raise FileExistsError(path)
    workbook = Workbook()
    register_styles(workbook, HOUSE)
    workbook.remove(workbook.worksheets[0])
    for sheet in SHEETS:
        _fill(workbook.create_sheet(sheet.title), sheet, (rows or {}).get(sheet.title, ()))
    workbook.properties.title = f"Register of {council}"
    workbook.properties.creator = council
    workbook.properties.language = "en-GB"
    save_whole(workbook, path)


def _fill(worksheet: Worksheet, sheet: Sheet, rows: Sequence[Mapping[str, Any]]) -> None:
    _append(worksheet, [sheet.title], Look.TITLE)
    _append(worksheet, [sheet.purpose], Look.EXPLANATION)
    hint = (
        "There is one table. Fill in below the example, which is never read. A row that begins with "
        f"'{CONFIRM.strip()}' is proposed and counts for nothing: if it is right, take that word away. "
        f"A date is 31/03/2027. {_blank(sheet)}"
    )
    _append(worksheet, [hint], Look.EXPLANATION)
    _append(worksheet, [field.heading for field in sheet.fields], Look.HEADER)
    _append(worksheet, [field.example for field in sheet.fields], Look.TEXT)
    for row in rows:
        _append(worksheet, [_shown(row.get(field.heading)) for field in sheet.fields], Look.TEXT)
    for number, field in enumerate(sheet.fields, start=1):
        letter = get_column_letter(number)
        worksheet.column_dimensions[letter].width = _WIDTHS[field.kind]
        worksheet.add_data_validation(_help(field, letter))
    worksheet.freeze_panes = f"A{_HEADINGS_ROW + 1}"
    _make_table(worksheet, sheet, _HEADINGS_ROW + 1 + len(rows))
    worksheet.page_setup.orientation = "landscape"
    worksheet.page_setup.paperSize = worksheet.PAPERSIZE_A4
    worksheet.page_setup.fitToHeight = 0
    worksheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    worksheet.print_title_rows = f"{_HEADINGS_ROW}:{_HEADINGS_ROW}"


def _blank(sheet: Sheet) -> str:
    optional = [field.heading for field in sheet.fields if not field.required]
    return f"These may stay blank: {', '.join(optional)}." if optional else "No cell of a row may stay blank."


def _append(worksheet: Worksheet, values: Sequence[Any], look: Look) -> None:
    worksheet.append([safe_cell(worksheet, v, style_for(look, v), rest="the register")[0] for v in values])


def _shown(value: Any) -> Any:  # noqa: ANN401 - text, list or date by the column's kind
    return "; ".join(value) if isinstance(value, (list, tuple)) else value


def _help(field: Field, letter: str) -> DataValidation:
    cells = f"{letter}{_HEADINGS_ROW + 1}:{letter}{_HEADINGS_ROW + _ROWS_WITH_HELP}"
    validation = DataValidation(sqref=cells, allow_blank=not field.required)
    if field.allowed:
        validation.type = "list"
        validation.formula1 = f'"{",".join(field.allowed)}"'
        validation.showErrorMessage = True
        validation.errorTitle = field.heading
        validation.error = f"Choose one of: {', '.join(field.allowed)}"
    validation.showInputMessage = True
    validation.promptTitle = field.heading
    validation.prompt = field.prompt
    return validation


def _make_table(worksheet: Worksheet, sheet: Sheet, last_row: int) -> None:
    last = get_column_letter(len(sheet.fields))
    table = Table(
        displayName=sheet.title.replace(" ", "_"),
        ref=f"A{_HEADINGS_ROW}:{last}{last_row}",
        tableColumns=[TableColumn(id=n, name=field.heading) for n, field in enumerate(sheet.fields, start=1)],
    )
    table.tableStyleInfo = TableStyleInfo(name=None, showRowStripes=False)
    worksheet.add_table(table)
