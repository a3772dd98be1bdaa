"""How the cells of a written workbook look, as its part of styles has it."""

from dataclasses import dataclass
from typing import Any

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_SIDES = ("left", "right", "top", "bottom", "diagonal")
# The formats Excel knows by number alone, as far as a number, a date or a share can have them.
_BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%",
    14: "dd/mm/yyyy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm",
    21: "h:mm:ss", 22: "dd/mm/yyyy h:mm", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mmss.0", 49: "@",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Style:
    """One look. Colours are RRGGBB; ``None`` is the reader's own, which is also what a theme's text colour gives."""

    font: str = ""
    points: float = 0.0
    italic: bool = False
    underlined: bool = False
    raised: bool = False
    """Whether letters stand above or below the line."""
    ink: str | None = None
    paper: str | None = None
    lined: bool = False
    wrapped: bool = False
    turned: bool = False
    horizontal: str = "general"
    numbers: str = "General"
    heading: bool = False
    """Whether it is tagged as a heading of the first level."""

    @property
    def is_date(self) -> bool:
        """Whether a number in it is shown as a date or a time."""
        return any(letter in self.numbers.lower() for letter in "dmyh")


NO_STYLE = Style()
"""The look of a cell whose style the workbook does not have."""
_HEADING_1 = "16"
_UNTOLD = "808080"
"""A grey, for a colour that only the reader's theme or palette tells: neither letters nor ground stand out from it."""


def styles_of(root: Any) -> tuple[Style, ...]:  # noqa: ANN401 - lxml has no types
    """The looks of a workbook, by the number a cell has for its own."""
    fonts = list(root.iterfind(f"{_MAIN}fonts/{_MAIN}font"))
    fills = list(root.iterfind(f"{_MAIN}fills/{_MAIN}fill"))
    borders = list(root.iterfind(f"{_MAIN}borders/{_MAIN}border"))
    own = {one.get("numFmtId"): one.get("formatCode") for one in root.iterfind(f"{_MAIN}numFmts/{_MAIN}numFmt")}
    tagged = {
        one.get("xfId")
        for one in root.iterfind(f"{_MAIN}cellStyles/{_MAIN}cellStyle")
        if one.get("builtinId") == _HEADING_1
    }
    found = []
    for one in root.iterfind(f"{_MAIN}cellXfs/{_MAIN}xf"):
        number = one.get("numFmtId", "0")
        font = fonts[int(one.get("fontId", "0"))]
        placed = one.find(f"{_MAIN}alignment")
        place = placed.attrib if placed is not None else {}
        found.append(
            Style(
                font=_value(font, "name") or "",
                points=float(_value(font, "sz") or 0),
                italic=_is_on(font, "i"),
                underlined=_is_on(font, "u"),
                raised=_value(font, "vertAlign") in ("superscript", "subscript"),
                ink=_colour(font.find(f"{_MAIN}color")),
                paper=_paper(fills[int(one.get("fillId", "0"))]),
                lined=any(_is_drawn(borders[int(one.get("borderId", "0"))], side) for side in _SIDES),
                wrapped=place.get("wrapText") in ("1", "true"),
                turned=place.get("textRotation", "0") != "0",
                horizontal=place.get("horizontal", "general"),
                numbers=own.get(number) or _BUILT_IN.get(int(number), f"#{number}"),
                heading=one.get("xfId") in tagged,
            )
        )
    return tuple(found)


def _value(font: Any, name: str) -> str | None:  # noqa: ANN401 - lxml has no types
    found = font.find(_MAIN + name)
    return None if found is None else found.get("val")


def _is_on(font: Any, name: str) -> bool:  # noqa: ANN401 - lxml has no types
    found = font.find(_MAIN + name)
    return found is not None and found.get("val", "1") not in ("0", "false", "none")


def _colour(element: Any) -> str | None:  # noqa: ANN401 - lxml has no types
    """An explicit colour; a theme's colour for text and the window's own count as the reader's."""
    if element is None or element.get("auto") in ("1", "true"):
        return None
    if (rgb := element.get("rgb")) is not None:
        return str(rgb[-6:])
    return None if element.get("theme") == "1" or element.get("indexed") == "64" else _UNTOLD


def _paper(fill: Any) -> str | None:  # noqa: ANN401 - lxml has no types
    pattern = fill.find(f"{_MAIN}patternFill")
    if pattern is None:
        return _UNTOLD if fill.find(f"{_MAIN}gradientFill") is not None else None
    if pattern.get("patternType", "none") == "none":
        return None
    return _colour(pattern.find(f"{_MAIN}fgColor")) or _UNTOLD


def _is_drawn(border: Any, side: str) -> bool:  # noqa: ANN401 - lxml has no types
    line = border.find(_MAIN + side)
    return line is not None and line.get("style", "none") != "none"
