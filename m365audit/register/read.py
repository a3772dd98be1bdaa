"""Read the register workbook: every cell understood, or the first that is not refused with its place."""

import difflib
import re
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.worksheet.worksheet import Worksheet

from m365audit.register.sheets import CONFIRM, EXAMPLE, SHEETS, Field, Sheet

# A register is a few hundred short rows; anything larger is not one, or is made to hurt.
_LARGEST_BYTES = 50_000_000
_ROWS_ABOVE_HEADINGS = 10
_DATE_FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%d %b %Y", "%d %B %Y", "%d.%m.%Y")
# Whatever its capitals and spaces; somebody may have put a quotation mark or a bullet before it.
_TO_CONFIRM = re.compile(rf"\W*{CONFIRM.strip(': ')}\s*[:\uff1a]", re.IGNORECASE)
_ADDRESS = re.compile(r"[^@\s;,]+@[^@\s;,]+\.[^@\s;,]+")

WAITING = "waiting"
"""Key of a frame's ``attrs``: its rows that wait to be confirmed, each field to its cell as text."""


class BadRegister(Exception):
    """A register that cannot be taken as it is; ``str`` is one sentence with file, sheet, cell and remedy."""


def read_register(path: Path | None) -> dict[str, pd.DataFrame] | None:
    """The register as one frame a sheet, or ``None`` where the council has none.

    Frames have the names and columns of :mod:`m365audit.register.sheets`, object columns, a default index: text
    trimmed, addresses in lower case, ``addresses`` as lists, dates as ``date`` or ``None``; ``row`` is the sheet's row.
    Rows that wait to be confirmed are not in them, but in their ``attrs`` under :data:`WAITING`.

    Raises:
        BadRegister: the first thing that cannot be understood.
    """
    if path is None or not path.exists():
        return None
    _weigh(path)
    try:
        workbook = load_workbook(path, data_only=False)
    except Exception as error:
        message = f"{path.name} cannot be opened as an Excel workbook ({error}); save it again as .xlsx."
        raise BadRegister(message) from error
    try:
        return {sheet.name: _frame(path.name, sheet, _worksheet(path.name, workbook, sheet)) for sheet in SHEETS}
    finally:
        workbook.close()


def rows_to_confirm(register: Mapping[str, pd.DataFrame] | None) -> dict[str, int]:
    """How many rows of each sheet wait to be confirmed, by the sheet's title; only sheets where some do."""
    counted = {sheet.title: len((register or {})[sheet.name].attrs.get(WAITING, ())) for sheet in SHEETS if register}
    return {title: rows for title, rows in counted.items() if rows}


def _weigh(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        message = f"{path.name} cannot be opened as an Excel workbook ({error}); save it again as .xlsx."
        raise BadRegister(message) from error
    if size > _LARGEST_BYTES:
        message = (
            f"{path.name} unpacks to {size / 1e6:,.0f} MB, far more than a register holds; make a new one with init."
        )
        raise BadRegister(message)


def _worksheet(file: str, workbook: Any, sheet: Sheet) -> Worksheet:  # noqa: ANN401 - openpyxl's Workbook is not generic
    by_title = {title.strip().casefold(): title for title in workbook.sheetnames}
    found = by_title.get(sheet.title.casefold())
    if found is None:
        like = difflib.get_close_matches(sheet.title, workbook.sheetnames, n=1)
        remedy = f"rename '{like[0]}'" if like else f"add it with the headings {_headings(sheet)}"
        message = f"{file} has no sheet '{sheet.title}'; {remedy}."
        raise BadRegister(message)
    worksheet: Worksheet = workbook[found]
    return worksheet


def _headings(sheet: Sheet) -> str:
    return ", ".join(field.heading for field in sheet.fields)


def _frame(file: str, sheet: Sheet, worksheet: Worksheet) -> pd.DataFrame:
    top, columns = _find_headings(file, sheet, worksheet)
    rows = []
    waiting = []
    for number, cells in enumerate(worksheet.iter_rows(min_row=top + 1), start=top + 1):
        given = {field.name: cells[place] for field, place in columns.items() if place < len(cells)}
        if all(cell.value is None or not str(cell.value).strip() for cell in given.values()):
            continue
        first = str(given[sheet.fields[0].name].value or "")
        if first.startswith(EXAMPLE.strip()):
            continue
        if _TO_CONFIRM.match(first):
            waiting.append({name: " ".join(str(cell.value or "").split()) for name, cell in given.items()})
            continue
        rows.append(
            {field.name: _value(file, sheet, field, given[field.name]) for field in sheet.fields} | {"row": number}
        )
        _check_order(file, sheet, rows[-1])
    frame = pd.DataFrame(rows, columns=[*(field.name for field in sheet.fields), "row"], dtype=object)
    frame.attrs[WAITING] = tuple(waiting)
    return frame


def _find_headings(file: str, sheet: Sheet, worksheet: Worksheet) -> tuple[int, dict[Field, int]]:
    """The row of the headings, and where each column stands; columns may be in any order."""
    closest: set[str] = set()
    wanted = {field.heading.casefold(): field for field in sheet.fields}
    for number, cells in enumerate(worksheet.iter_rows(max_row=_ROWS_ABOVE_HEADINGS, values_only=True), start=1):
        found = {str(value).strip().casefold(): place for place, value in enumerate(cells) if value is not None}
        here = wanted.keys() & found.keys()
        if here == wanted.keys():
            return number, {field: found[heading] for heading, field in wanted.items()}
        closest = max(closest, here, key=len)
    missing = [field.heading for heading, field in wanted.items() if heading not in closest]
    message = f"{file}, sheet '{sheet.title}': no column is headed '{missing[0]}'; the headings are {_headings(sheet)}."
    raise BadRegister(message)


def _value(file: str, sheet: Sheet, field: Field, cell: Cell | MergedCell) -> Any:  # noqa: ANN401 - text, list or date by field.kind
    place = f"{file}, sheet '{sheet.title}', row {cell.row}, column {field.heading} ({cell.coordinate})"
    if cell.data_type == "f":
        message = f"{place}: a formula cannot be read; write the value itself."
        raise BadRegister(message)
    if cell.data_type == "e":
        message = f"{place}: the cell holds the error {cell.value}; write the value itself."
        raise BadRegister(message)
    if cell.value is None or not str(cell.value).strip():
        if field.required:
            message = f"{place}: it is empty, but every row needs it ({field.prompt.lower()})."
            raise BadRegister(message)
        return [] if field.kind == "addresses" else None if field.kind == "date" else ""
    match field.kind:
        case "date":
            return _date(place, cell.value)
        case "choice":
            return _choice(place, field, cell.value)
        case "address":
            return str(cell.value).strip().lower()
        case "addresses":
            return _addresses(place, str(cell.value))
        case "text":
            return " ".join(str(cell.value).split())


def _date(place: str, value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    for form in _DATE_FORMS:
        try:
            return datetime.strptime(str(value).strip(), form).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    message = f"{place}: '{value}' is no date; write it as 31/03/2027."
    raise BadRegister(message)


def _choice(place: str, field: Field, value: object) -> str:
    for word in field.allowed:
        if str(value).strip().casefold() == word.casefold():
            return word.lower() if field.name in {"kind", "right", "ownership"} else word
    message = f"{place}: '{value}' is not one of the answers; it may be {', '.join(field.allowed)}."
    raise BadRegister(message)


def _addresses(place: str, value: str) -> list[str]:
    found = [part.strip().lower() for part in re.split(r"[;,\n]", value) if part.strip()]
    for address in found:
        if not _ADDRESS.fullmatch(address):
            message = f"{place}: '{address}' is no mail address; put a semicolon between two addresses."
            raise BadRegister(message)
    return found


def _check_order(file: str, sheet: Sheet, row: dict[str, Any]) -> None:
    begins, ends = row.get("from"), row.get("until")
    if begins and ends and begins > ends:
        message = (
            f"{file}, sheet '{sheet.title}', row {row['row']}: Until ({ends}) is before From ({begins}); correct one."
        )
        raise BadRegister(message)
