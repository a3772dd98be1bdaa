"""The only place that gives a cell its value: whatever a tenant calls things, Excel must show it and never run it."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.worksheet.worksheet import Worksheet

Value = str | int | bool | date | datetime | None
"""What a cell may hold. A float is refused: not-a-number and infinity would become empty cells without a word."""

LONDON = ZoneInfo("Europe/London")
LONGEST_CELL = 32_767
"""Characters of UTF-16 that Excel keeps in one cell."""
MOST_LINE_FEEDS = 253
_MOST_UNITS = 7  # What one character can cost: an underscore that has to be spelt as _x005F_.
_SURELY_SHORT = LONGEST_CELL // _MOST_UNITS
EXACT_DIGITS = 15
_FIRST_YEAR = 1900
_FIRST_ASTRAL = 0x10000
_REPLACEMENT = "\ufffd"
# Excel reads _x0041_ in a file as the letter A, so the underscore that begins such a thing is itself spelt that way.
_LOOKS_ENCODED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NEEDS_CARE = re.compile(r"[^\t\n -~\u00a1-\u00ac\u00ae-\u02ff]")


class Alteration(StrEnum):
    """What had to be changed of a text before it could stand in a cell."""

    REPLACED = "Characters that cannot be seen, or that could disguise a name, are shown as \ufffd"
    JOINED = "Line breaks beyond the 253 that a cell can hold are shown as spaces"
    CUT = "Text longer than a cell can hold is cut, and the cell says so"
    SHORTENED = "Text longer than a row can show is cut, and the cell says so"


@dataclass(frozen=True, slots=True)
class Clean:
    """A text that is safe to write, and what was changed to make it so."""

    text: str
    alterations: tuple[Alteration, ...] = ()


def is_clean(text: str) -> bool:
    """Whether a text can stand in a cell as it is, seen at a glance: of some that can, it is not seen."""
    return len(text) <= _SURELY_SHORT and text.isprintable()


def clean(text: str, *, rest: str) -> Clean:
    """The text as a cell can show it; ``rest`` says where the whole of it is, should it be too long.

    Control, invisible and direction-changing characters become U+FFFD, line breaks become line feeds.
    """
    if is_clean(text):
        return Clean(text)
    made: list[Alteration] = []
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    seen = _NEEDS_CARE.sub(_visible, unified)
    if seen != unified:
        made.append(Alteration.REPLACED)
    if seen.count("\n") > MOST_LINE_FEEDS:
        made.append(Alteration.JOINED)
        first = seen.split("\n", MOST_LINE_FEEDS)
        seen = "\n".join((*first[:-1], first[-1].replace("\n", " ")))
    if len(seen) > _SURELY_SHORT and _units(seen) > LONGEST_CELL:
        made.append(Alteration.CUT)
        seen = _cut(seen, f" … (cut here; the whole text is in {rest})")
    return Clean(seen, tuple(made))


def _visible(match: re.Match[str]) -> str:
    character = match.group()
    not_a_character = ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF  # noqa: PLR2004
    # Cc control, Cf format (directions, zero widths, tags), Cs lone surrogate, Zl and Zp separators.
    hidden = not_a_character or unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    return _REPLACEMENT if hidden else character


def _units(text: str) -> int:
    """Length as Excel counts it, with what :func:`escape` adds."""
    return len(text) + sum(ord(c) >= _FIRST_ASTRAL for c in text) + 6 * len(_LOOKS_ENCODED.findall(text))


def _cut(text: str, ending: str) -> str:
    room = LONGEST_CELL - _units(ending)
    kept = text[:room]
    while (over := _units(kept) - room) > 0:
        kept = kept[: len(kept) - max(over // _MOST_UNITS, 1)]
    return kept + ending


def escape(text: str) -> str:
    """The text spelt so that Excel reads every ``_x0041_`` in it as it stands, and not as a letter."""
    if "_x" not in text:
        return text
    return _LOOKS_ENCODED.sub("_x005F_", text)


def plain(value: Value) -> Value:
    """The value as a workbook holds it: times as the United Kingdom's clocks showed them, what Excel lacks as text.

    Raises:
        TypeError: for anything that is not text, a whole number, yes or no, a date or an aware time.
    """
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, int):
        return value if abs(value) < 10**EXACT_DIGITS else str(value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            msg = "a time without a time zone cannot be written"
            raise TypeError(msg)
        if value.year <= _FIRST_YEAR:
            return value.isoformat()
        return value.astimezone(LONDON).replace(tzinfo=None, microsecond=0)
    if isinstance(value, date):
        return value if value.year > _FIRST_YEAR else value.isoformat()
    msg = f"a cell holds text, whole numbers, yes or no, dates and times, not {type(value).__name__}"
    raise TypeError(msg)


def utc(moment: datetime) -> datetime:
    """The moment in UTC without a fraction, as document properties have it."""
    return moment.astimezone(UTC).replace(microsecond=0)


def safe_cell(sheet: Worksheet, value: Value, style: str, *, rest: str) -> tuple[Cell, Clean | None]:
    """A cell of that style with that value, to append to the sheet, and what was changed of its text."""
    cell = WriteOnlyCell(sheet)
    # The order is what keeps text text: a style assigned later would take the quote prefix away again.
    cell.style = style
    shown = plain(value)
    if not isinstance(shown, str):
        cell.value = shown
        return cell, None
    cleaned = clean(shown, rest=rest)
    cell.value = escape(cleaned.text)
    cell.data_type = "s"
    cell.quotePrefix = True
    return cell, cleaned
