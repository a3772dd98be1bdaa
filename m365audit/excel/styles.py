"""The house style of the workbooks: every font, colour, border and number format, in one place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side

from m365audit.model.words import Result, Severity

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


Pattern = Literal["wdUpDiag", "wdDnDiag", "pct50", "pct10", "ltVert", "ltHorz", "smGrid"]
"""Patterns of bars, by their names in the file format."""


@dataclass(frozen=True, slots=True)
class Paint:
    """How the bars of one series are filled: a pattern of ink on paper, or paper alone; with an edge of ink."""

    ink: str
    pattern: Pattern | None = None
    paper: str = "FFFFFF"


# No two of a chart have the same pattern, so that they are told apart in grey and by everybody; the worst is the
# darkest. Contrast is held by a test.
PAINTS: dict[Result, Paint] = {
    Result.DOES_NOT_MEET: Paint("8E1A22", paper="8E1A22"),
    Result.REVIEW: Paint("8A5A00", "wdUpDiag"),
    Result.NOT_ASSESSED: Paint("4B5560", "pct50"),
    Result.ATTESTATION_DUE: Paint("5B3A96", "ltVert"),
    Result.ADVICE: Paint("0C4F8A", "wdDnDiag"),
    Result.ACCEPTED: Paint("4A6519", "smGrid"),
    Result.ATTESTED: Paint("14633A", "ltHorz"),
    Result.MEETS: Paint("14633A", paper="DFF1E4"),
    Result.NOT_APPLICABLE: Paint("5F6B76", "pct10"),
}
URGENCY_PAINTS: dict[Severity, Paint] = {
    Severity.HIGH: Paint("8E1A22", paper="8E1A22"),
    Severity.MEDIUM: Paint("8A5A00", "wdUpDiag"),
    Severity.LOW: Paint("4B5560", paper="E4E7EB"),
}
GOOD, LACKING = Paint("0C4F8A", paper="0C4F8A"), Paint("8A5A00", "wdUpDiag")
"""What is as it should be, and what is not yet; in a chart of two."""
CHART_INK, CHART_RULE = _INK, _RULE
CHART_SIZE, CHART_TITLE_SIZE = 12, 14
CHART_NUMBERS = _NUMBER_FORMAT


def register_styles(workbook: Workbook, dress: "Dress") -> None:
    """Put every style of the house into a workbook, dressed in that way."""
    for style in dress.styles():
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


@dataclass(frozen=True, slots=True)
class Dress:
    """What the house style wears beside its letters: colours (RRGGBB) and lines; ``None`` is none of its own.

    Without a colour of theirs, letters have the one the reader has chosen.
    """

    ink: str | None = None
    link: str | None = None
    rule: str | None = None
    header: str | None = None
    answer: str | None = None
    tints: Mapping[Result, Tint] = field(default_factory=dict)

    def styles(self) -> list[NamedStyle]:
        """Every style of the house."""
        boxed, heading = self._box(), self._box(bottom="medium")
        strong, header, answer = self._font(bold=True), _paper(self.header), _paper(self.answer)
        title = self._font(bold=True, size=TITLE_SIZE)
        styles = [
            self._style(Look.TITLE, font=title, builtin=16),
            self._style(Look.EXPLANATION),
            self._style(Look.HEADER, font=strong, border=heading, fill=header),
            self._style(Look.HEADER_NUMBER, font=strong, border=heading, fill=header, align="right"),
            self._style(Look.TEXT, border=boxed),
            self._style(Look.STRONG, font=strong, border=boxed),
            self._style(Look.LINK, font=self._font(ink=self.link, underline="single"), border=boxed),
            self._style(Look.DATE, border=boxed, numbers=_DATE_FORMAT),
            self._style(Look.MOMENT, border=boxed, numbers=_MOMENT_FORMAT),
            self._style(Look.NUMBER, border=boxed, numbers=_NUMBER_FORMAT, align="right"),
            self._style(Look.ANSWER, border=boxed, fill=answer),
            self._style(Look.ANSWER_DATE, border=boxed, fill=answer, numbers=_DATE_FORMAT),
            self._style(Look.RAW, wrap=False),
            self._style(Look.RAW_DATE, wrap=False, numbers=_DATE_FORMAT),
            self._style(Look.RAW_MOMENT, wrap=False, numbers=_MOMENT_FORMAT),
            self._style(Look.RAW_NUMBER, wrap=False, numbers="0", align="right"),
        ]
        return styles + [self._result(result, boxed) for result in Result]

    def _result(self, result: Result, boxed: Border) -> NamedStyle:
        tint = self.tints.get(result)
        font = self._font(bold=True, ink=tint.ink if tint else self.ink)
        return self._style(f"Audit {result}", font=font, border=boxed, fill=_paper(tint.paper if tint else None))

    def _font(
        self,
        *,
        bold: bool = False,
        size: int = SIZE,
        ink: str | None = None,
        underline: Literal["single"] | None = None,
    ) -> Font:
        return Font(name=FONT, size=size, bold=bold, color=ink or self.ink, underline=underline)

    def _box(self, *, bottom: Literal["thin", "medium"] = "thin") -> Border:
        if self.rule is None:
            return Border()
        line = Side(style="thin", color=self.rule)
        below = line if bottom == "thin" else Side(style=bottom, color=self.ink)
        return Border(left=line, right=line, top=line, bottom=below)

    def _style(  # noqa: PLR0913 - one argument for each thing a style can differ in
        self,
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
        style.font = font or self._font()
        # Numbers keep a space from the text in the next column.
        style.alignment = Alignment(horizontal=align, vertical="top", wrap_text=wrap, indent=int(align == "right"))
        style.border = border or Border()
        style.fill = fill or PatternFill()
        return style


def _paper(colour: str | None) -> PatternFill:
    return PatternFill("solid", fgColor=colour) if colour else PatternFill()


HOUSE = Dress(_INK, _LINK_INK, _RULE, _HEADER_FILL, _INPUT_FILL, TINTS)
"""For daily work."""
PLAIN = Dress()
"""For what is published: no colours, no lines, as the guidance for public spreadsheets wants it."""
