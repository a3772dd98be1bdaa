"""A written workbook as tests read it: as openpyxl loads it, and as the parts of the file stand."""

import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ENCODED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass
class Written:
    """One finished file."""

    path: Path
    book: Workbook = field(init=False)
    parts: dict[str, bytes] = field(init=False)

    def __post_init__(self) -> None:
        """Read it both ways."""
        self.book = load_workbook(self.path)
        with zipfile.ZipFile(self.path) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}

    def sheet_parts(self) -> list[str]:
        """The XML of every sheet."""
        return [body.decode() for name, body in self.parts.items() if name.startswith("xl/worksheets/sheet")]

    def table(self, title: str) -> "Body":
        """The one table of a sheet."""
        sheet = self.book[title]
        return Body(sheet, next(iter(sheet.tables.values())))


@dataclass
class Body:
    """A table's cells."""

    sheet: Worksheet
    table: Table

    @property
    def lines(self) -> list[tuple[Any, ...]]:
        """The cells, row by row, the headers first."""
        return list(self.sheet[self.table.ref])  # type: ignore[arg-type] # a table is never one cell

    @property
    def headers(self) -> list[str]:
        """What the header row says."""
        return [str(cell.value) for cell in self.lines[0]]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The body's values under their headers."""
        headers, *lines = self.lines
        names = [str(cell.value) for cell in headers]
        return [dict(zip(names, (cell.value for cell in row), strict=True)) for row in lines]

    def column(self, header: str) -> list[Any]:
        """One column's values."""
        return [row[header] for row in self.rows]


def as_excel_reads(text: str) -> str:
    """Undo the spelling of characters as _xHHHH_, as Excel does when it opens a file."""
    return _ENCODED.sub(lambda match: chr(int(match.group(1), 16)), text)


def cell_texts(sheet_xml: str) -> dict[str, str]:
    """Every text of a sheet by its cell's address, as Excel would show it."""
    root = ET.fromstring(sheet_xml)  # noqa: S314 - our own file
    return {
        cell.attrib["r"]: as_excel_reads(node.text or "")
        for cell in root.iter(f"{MAIN}c")
        for node in cell.iter(f"{MAIN}t")
    }
