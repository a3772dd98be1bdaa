"""The house style of the workbooks: every font, colour, border and number format, in one place."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side

from m365audit.model.words import Result

FONT = "Calibri"
SIZE = 12
TITLE_SIZE = 16

_INK = "1F2A33"
_RULE = "C9D1D8"
_HEADER_FILL = "E6ECF1"
_INPUT_FILL = "FFFBE6"
_LINK_INK = "0B4F8A"

_DATE_FORMAT = "d mmm yyyy"
_MOMENT_FORMAT = "d mmm yyyy hh:mm"
_NUMBER_FORMAT = "#,##0"


class Look(StrEnum):
    """How a cell looks; the value of a cell decides between date, number and text by itself."""

    TITLE = "Heading 1"
    EXPLANATION = "Audit explanation"
    HEADER = "Audit header"
    HEADER_NUMBER = "Audit header number"
    TEXT = "Audit text"
    STRONG = "Audit strong"
    LINK = "Audit link"
    RESULT = "Audit result"
    DATE = "Audit date"
    MOMENT = "Audit moment"
    NUMBER = "Audit number"
    ANSWER = "Audit answer"
    ANSWER_DATE = "Audit answer date"
    RAW = "Audit raw"
    RAW_DATE = "Audit raw date"
    RAW_MOMENT = "Audit raw moment"
    RAW_NUMBER = "Audit raw number"


@dataclass(frozen=True, slots=True)
class Tint:
    """A pale background and the ink that is read on it."""

    paper: str
    ink: str


# The word stands in every cell; the colour only helps the eye find it. Contrast is held by a test.
TINTS: dict[Result, Tint] = {
    Result.DOES_NOT_MEET: Tint("F9DCDD", "7A1119"),
    Result.REVIEW: Tint("FDEDC8", "5E4200"),
    Result.NOT_ASSESSED: Tint("E4E7EB", "333C45"),
    Result.ATTESTATION_DUE: Tint("E9E1F5", "45277A"),
    Result.ADVICE: Tint("DDEBF8", "0C3F70"),
    Result.ACCEPTED: Tint("E6F0D8", "36501A"),
    Result.ATTESTED: Tint("DFF1E4", "14532D"),
    Result.MEETS: Tint("DFF1E4", "14532D"),
    Result.NOT_APPLICABLE: Tint("F2F3F5", "3D464F"),
}


def register_styles(workbook: Workbook) -> None:
    """Put every style of the house into a workbook."""
    for style in _styles():
        workbook.add_named_style(style)


def style_for(look: Look, value: object) -> str:
    """The style's name for a value in a column of that look."""
    raw = look in (Look.RAW, Look.RAW_DATE, Look.RAW_MOMENT, Look.RAW_NUMBER)
    if isinstance(value, datetime):
        return Look.RAW_MOMENT if raw else Look.MOMENT
    if isinstance(value, date):
        return Look.RAW_DATE if raw else Look.DATE
    if isinstance(value, int) and not isinstance(value, bool):
        return Look.RAW_NUMBER if raw else Look.NUMBER
    if look is Look.RESULT:
        return _result_style(str(value))
    return str(look)


def _result_style(text: str) -> str:
    # "Attested 3 Mar 2026" and "Accepted until 3 Mar 2027" carry a date behind the word.
    matching = [result for result in Result if text.startswith(result)]
    return f"Audit {max(matching, key=len)}" if matching else str(Look.TEXT)


def _styles() -> list[NamedStyle]:
    line = Side(style="thin", color=_RULE)
    boxed = Border(left=line, right=line, top=line, bottom=line)
    heading = Border(left=line, right=line, top=line, bottom=Side(style="medium", color=_INK))
    header = PatternFill("solid", fgColor=_HEADER_FILL)
    answer = PatternFill("solid", fgColor=_INPUT_FILL)
    link = Font(name=FONT, size=SIZE, color=_LINK_INK, underline="single")
    styles = [
        _style(Look.TITLE, font=Font(name=FONT, size=TITLE_SIZE, bold=True, color=_INK), builtin=16),
        _style(Look.EXPLANATION),
        _style(Look.HEADER, font=_font(bold=True), border=heading, fill=header),
        _style(Look.HEADER_NUMBER, font=_font(bold=True), border=heading, fill=header, align="right"),
        _style(Look.TEXT, border=boxed),
        _style(Look.STRONG, font=_font(bold=True), border=boxed),
        _style(Look.LINK, font=link, border=boxed),
        _style(Look.DATE, border=boxed, numbers=_DATE_FORMAT),
        _style(Look.MOMENT, border=boxed, numbers=_MOMENT_FORMAT),
        _style(Look.NUMBER, border=boxed, numbers=_NUMBER_FORMAT, align="right"),
        _style(Look.ANSWER, border=boxed, fill=answer),
        _style(Look.ANSWER_DATE, border=boxed, fill=answer, numbers=_DATE_FORMAT),
        _style(Look.RAW, wrap=False),
        _style(Look.RAW_DATE, wrap=False, numbers=_DATE_FORMAT),
        _style(Look.RAW_MOMENT, wrap=False, numbers=_MOMENT_FORMAT),
        _style(Look.RAW_NUMBER, wrap=False, numbers="0", align="right"),
    ]
    return styles + [
        _style(f"Audit {result}", font=_font(bold=True, ink=tint.ink), border=boxed, fill=_paper(tint))
        for result, tint in TINTS.items()
    ]


def _font(*, bold: bool = False, ink: str = _INK) -> Font:
    return Font(name=FONT, size=SIZE, bold=bold, color=ink)


def _paper(tint: Tint) -> PatternFill:
    return PatternFill("solid", fgColor=tint.paper)


def _style(  # noqa: PLR0913 - one argument for each thing a style can differ in
    name: str,
    *,
    font: Font | None = None,
    border: Border | None = None,
    fill: PatternFill | None = None,
    numbers: str = "General",
    align: str = "left",
    wrap: bool = True,
    builtin: int | None = None,
) -> NamedStyle:
    style = NamedStyle(str(name), number_format=numbers, builtinId=builtin)
    style.font = font or _font()
    # Numbers keep a space from the text in the next column.
    style.alignment = Alignment(horizontal=align, vertical="top", wrap_text=wrap, indent=int(align == "right"))
    style.border = border or Border()
    style.fill = fill or PatternFill()
    return style
