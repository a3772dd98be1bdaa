"""Names of files, sheets and tables that every system accepts."""

import re
import unicodedata
from collections.abc import Container
from datetime import date
from typing import Literal, cast

from m365audit.model.assessment import Assessment
from m365audit.report.wording import as_month_key

Kind = Literal["Clerk", "Council", "Technician"]

# A path that Excel opens has at most 218 characters; the council's name gives way, never what the file is.
_LONGEST_COUNCIL = 100
_CUT = "…"
_LONGEST_SHEET_TITLE = 31
_WORKBOOK = re.compile(r"\d{4}-\d{2} Microsoft 365 audit - (Clerk|Council|Technician) - .+\.xlsx")
_FORBIDDEN_IN_FILE_NAMES = re.compile(r'[<>:"/\\|?*]')
_FORBIDDEN_IN_SHEET_TITLES = re.compile(r"[:\\/?*\[\]]")


def file_name(assessment: Assessment, kind: Kind) -> str:
    """The workbook's file name, such as ``2026-11 Microsoft 365 audit - Clerk - Exampleton Town Council.xlsx``."""
    council = _for_a_file_name(assessment.council)
    return f"{as_month_key(assessment.as_of)} Microsoft 365 audit - {kind} - {council}.xlsx"


def provider_file_name(on: date) -> str:
    """The file name of the workbook of all councils in the month of a day; no council is named in it."""
    return f"{as_month_key(on)} Microsoft 365 audit - Provider.xlsx"


def kind_of(name: str) -> Kind | None:
    """Which workbook a file's name is that of; ``None`` if of none."""
    match = _WORKBOOK.fullmatch(name)
    return cast("Kind", match[1]) if match else None


def _for_a_file_name(text: str) -> str:
    """Text without what Windows, macOS or Linux refuse in a name, or what cannot be seen in one."""
    visible = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in unicodedata.normalize("NFC", text))
    cleaned = " ".join(_FORBIDDEN_IN_FILE_NAMES.sub("-", visible).split())
    if len(cleaned.encode()) > _LONGEST_COUNCIL:
        while len(cleaned.encode()) > _LONGEST_COUNCIL - len(_CUT.encode()):
            cleaned = cleaned[:-1]
        return cleaned.strip(" .") + _CUT
    return cleaned.strip(" .") or "council"


def sheet_title(wanted: str, taken: Container[str] = ()) -> str:
    """A sheet's name as Excel allows it: 31 characters, no reserved ones, not yet ``taken`` (case-folded names).

    Never made from tenant data; topics and data sets are the program's own words.
    """
    cleaned = " ".join(_FORBIDDEN_IN_SHEET_TITLES.sub(" ", wanted).split()).strip("' ")
    if not cleaned or cleaned.casefold() == "history":  # Excel keeps that name for itself.
        cleaned = f"Sheet {cleaned}".strip()
    title = cleaned[:_LONGEST_SHEET_TITLE].strip("' ")
    number = 2
    while title.casefold() in taken:
        ending = f" ({number})"
        title = cleaned[: _LONGEST_SHEET_TITLE - len(ending)].strip("' ") + ending
        number += 1
    return title


def part_title(title: str, part: int, parts: int) -> str:
    """The name of one of several sheets of one list, such as ``Guests (1 of 3)``; the list's own name gives way."""
    ending = f" ({part} of {parts})"
    return sheet_title(title[: _LONGEST_SHEET_TITLE - len(ending)]) + ending


def table_name(title: str) -> str:
    """The name of the table on the sheet of that title: letters, digits and underscores, unlike a cell's address."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    name = re.sub(r"\W+", "_", plain).strip("_")
    looks_like_a_cell = re.fullmatch(r"(?i)[a-z]{1,3}\d+|r\d*c\d*|[rc]", name)
    if not name or name[0].isdigit() or looks_like_a_cell or re.fullmatch(r"(?i)table\d*", name):
        name = f"Data_{name}"
    return name
