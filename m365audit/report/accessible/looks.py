"""The rules for accessible spreadsheets about letters, colours, dates and numbers."""

import re
from collections.abc import Iterator

from m365audit.excel.reading import Sheet
from m365audit.excel.reading_styles import Style

SANS_SERIF = frozenset({"Arial", "Calibri"})
SMALLEST_LETTERS = 12
"""Points."""
CONTRAST = 4.5
"""Least contrast of letters on their ground, as WCAG asks for at level AA."""
_INK, _PAPER = "000000", "FFFFFF"
_DATE_FORMATS = frozenset({"d mmm yyyy", "d mmm yyyy hh:mm"})
_SLASHED = re.compile(r"\b\d{1,2}/\d{1,2}/\d{2,4}\b")
# Parts of a name such as B-09-05 are no range.
_DASHED = re.compile(r"(?<![\w.-])\d[\d,]*\s?-\s?\d[\d,]*(?![\w-])|\d\s?[\u2013\u2014]\s?\d")


def easy_letters(sheet: Sheet) -> Iterator[str]:
    """Letters without serifs, 12 points at least, upright, level, and underlined only where they lead somewhere."""
    leading = {link.cell for link in sheet.links}
    for cell in sheet.filled:
        style = cell.style
        if style.font not in SANS_SERIF or style.points < SMALLEST_LETTERS or style.italic or style.turned:
            yield f"{cell.place} is in letters that are small, slanted, turned or not plain"
        elif style.underlined and cell.place not in leading:
            yield f"{cell.place} is underlined and leads nowhere"


def own_colour(sheet: Sheet) -> Iterator[str]:
    """Letters in the colour the reader has chosen."""
    for cell in sheet.filled:
        if cell.style.ink is not None:
            yield f"the letters of {cell.place} have a colour of their own"


def nothing_behind(sheet: Sheet) -> Iterator[str]:
    """No fills, stripes, dividing lines."""
    for cell in (cell for row in sheet.rows for cell in row):
        if cell.style.paper is not None or cell.style.lined:
            yield f"{cell.place} has a background or a line"
    for table in sheet.tables:
        if table.dressed:
            yield f"the table {table.name} has stripes or a style"


def colour_and_word(sheet: Sheet) -> Iterator[str]:
    """No colour without a word or a prompt that says the same, and enough contrast wherever there is one."""
    if any(True for _ in sheet.each("conditionalFormatting")):
        yield "colours change with the values"
    asked = {place for choice in sheet.choices for area in choice.areas for place in area.places}
    pale = {style for style in {cell.style for cell in sheet.filled} if _contrast_in(style) < CONTRAST}
    for cell in (cell for row in sheet.rows for cell in row):
        if cell.style.paper is not None and not cell.text and (cell.column, cell.row) not in asked:
            yield f"{cell.place} has a colour and no word"
        elif cell.text and cell.style in pale:
            yield f"{cell.place} has too little contrast"


def _contrast_in(style: Style) -> float:
    return contrast(style.ink or _INK, style.paper or _PAPER)


def contrast(one: str, other: str) -> float:
    """Contrast of two colours (RRGGBB) as WCAG reckons it, 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)  # noqa: PLR2004
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def dates_told(sheet: Sheet) -> Iterator[str]:
    """A date is shown with its month in letters and its year in full."""
    for cell in sheet.filled:
        if cell.kind in ("n", "d") and cell.style.is_date and cell.style.numbers not in _DATE_FORMATS:
            yield f"{cell.place} shows a date as {cell.style.numbers}"


def ranges_in_words(sheet: Sheet) -> Iterator[str]:
    """No dates with strokes, and ``to`` in place of a dash between numbers."""
    for cell in sheet.filled:
        if cell.is_text and (_SLASHED.search(cell.text) or _DASHED.search(cell.text)):
            yield f"{cell.place} has a date with strokes, or a range with a dash"


def aligned(sheet: Sheet) -> Iterator[str]:
    """Numbers to the right with commas in their thousands, all else to the left."""
    table = sheet.table
    for cell in sheet.filled:
        if table is None or cell.row <= table.area.top:
            continue
        if cell.is_text or cell.style.is_date:
            if cell.style.horizontal not in ("left", "general"):
                yield f"{cell.place} does not stand left"
        elif cell.kind == "n" and not (cell.style.horizontal == "right" and "#,##0" in cell.style.numbers):
            yield f"{cell.place} is a number that does not stand right, or has no commas"
