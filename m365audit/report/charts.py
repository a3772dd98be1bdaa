"""Pictures of the numbers in a sheet's own table: native charts beside it, each with its description in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import cycle

from openpyxl.chart import BarChart
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.data_source import AxDataSource, NumData, NumDataSource, NumRef, NumVal, StrData, StrRef, StrVal
from openpyxl.chart.label import DataLabel, DataLabelList
from openpyxl.chart.series import Series as Drawn
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.colors import ColorChoice
from openpyxl.drawing.fill import PatternFillProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Font, Paragraph, ParagraphProperties, RegularTextRun
from openpyxl.utils import get_column_letter, quote_sheetname

from m365audit.excel.cells import Value
from m365audit.excel.described import DescribedAnchor
from m365audit.excel.styles import (
    CHART_INK,
    CHART_NUMBERS,
    CHART_RULE,
    CHART_SIZE,
    CHART_TITLE_SIZE,
    FONT,
    Paint,
)

GAP_PIXELS = 20
"""Between a table and its chart."""
_FRAME_PIXELS = 190  # Title, legend and the title of an axis.
_BAR_PIXELS, _GROUP_PIXELS = 30, 110
_HIGH_PIXELS, _HIGHER_PIXELS = 460, 580
_FEW_GROUPS = 6
_NARROWEST_PIXELS, WIDE_PIXELS = 620, 780
_MOST_TICKS = 8
_NOTHING_TOLD = dict.fromkeys(("showLegendKey", "showCatName", "showSerName", "showPercent", "showBubbleSize"), False)
_EVERY = 100  # Hundredths of a point, as a drawing counts the size of its letters.


class Bars(StrEnum):
    """How the bars lie; in a stack they make up a whole."""

    LYING_STACKS = "lying stacks"
    STACKS = "stacks"
    SIDE_BY_SIDE = "side by side"


@dataclass(frozen=True, slots=True)
class Series:
    """One column of the table, by its header, as bars of one fill."""

    header: str
    paint: Paint


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars for every row of the table: ``groups`` is the header of the column that names them.

    ``description`` says in a sentence or two what it shows, with its numbers. An empty cell is a gap, never a nought.
    """

    title: str
    description: str
    bars: Bars
    groups: str
    series: tuple[Series, ...]
    groups_axis: str
    numbers_axis: str
    width: int = WIDE_PIXELS
    """The widest it may be, in pixels."""

    def size(self, rows: int) -> tuple[int, int]:
        """Width and height in pixels for a table of so many rows."""
        if self.bars is Bars.LYING_STACKS:
            return self.width, _FRAME_PIXELS + _BAR_PIXELS * rows
        # Many names of months stand slanting, and need the room.
        high = _HIGH_PIXELS if rows <= _FEW_GROUPS else _HIGHER_PIXELS
        return min(max(_NARROWEST_PIXELS, _FRAME_PIXELS + _GROUP_PIXELS * rows), self.width), high


@dataclass(frozen=True, slots=True)
class Body:
    """A table as it was written: its sheet, its headers, its rows, and the number of its first row on the sheet."""

    sheet: str
    headers: Sequence[str]
    rows: Sequence[Sequence[Value]]
    first: int

    def reference(self, header: str) -> str:
        """The cells of a column, as a formula names them."""
        letter = get_column_letter(self.headers.index(header) + 1)
        return f"{quote_sheetname(self.sheet)}!${letter}${self.first}:${letter}${self.first + len(self.rows) - 1}"

    def heading(self, header: str) -> str:
        """The cell of a header, as a formula names it."""
        letter = get_column_letter(self.headers.index(header) + 1)
        return f"{quote_sheetname(self.sheet)}!${letter}${self.first - 1}"

    def column(self, header: str) -> list[Value]:
        """What stands in a column."""
        place = self.headers.index(header)
        return [row[place] for row in self.rows]


def drawn(chart: Chart, body: Body, *, right: int = GAP_PIXELS, down: int = 0) -> BarChart:
    """The chart for a table, beside it: so many pixels from its right edge, and below its header's upper edge."""
    made = BarChart(barDir="bar" if chart.bars is Bars.LYING_STACKS else "col", gapWidth=50)
    stacked = chart.bars is not Bars.SIDE_BY_SIDE
    made.grouping, made.overlap = ("stacked", 100) if stacked else ("clustered", 0)
    made.title = _title(chart.title, CHART_TITLE_SIZE)
    made.display_blanks, made.roundedCorners = "gap", False
    made.graphical_properties = GraphicalProperties(solidFill="FFFFFF", ln=_line(CHART_RULE))
    made.series = [_series(number, one, chart, body) for number, one in enumerate(chart.series)]
    _label_axes(made, chart, body)
    made.legend.position, made.legend.overlay, made.legend.txPr = "b", False, _letters(CHART_SIZE)
    made.anchor = DescribedAnchor(  # type: ignore[assignment] # the type stub knows only the cell's name
        chart.title,
        chart.description,
        at=(len(body.headers), body.first - 2),
        offset=(right, down),
        size=chart.size(len(body.rows)),
    )
    return made


def _label_axes(made: BarChart, chart: Chart, body: Body) -> None:
    for axis, title in ((made.x_axis, chart.groups_axis), (made.y_axis, chart.numbers_axis)):
        axis.title, axis.delete, axis.txPr = _title(title, CHART_SIZE), False, _letters(CHART_SIZE)
    made.x_axis.scaling.orientation = "maxMin" if chart.bars is Bars.LYING_STACKS else "minMax"
    made.x_axis.graphicalProperties = GraphicalProperties(ln=_line(CHART_INK))
    numbers = made.y_axis
    # Numbers stand at the foot of lying bars though the first of them is at the top.
    numbers.crosses = "max" if chart.bars is Bars.LYING_STACKS else "autoZero"
    numbers.number_format, numbers.scaling.min = CHART_NUMBERS, 0
    numbers.majorUnit = _step(_largest(chart, body))
    numbers.majorGridlines = ChartLines(spPr=GraphicalProperties(ln=_line(CHART_RULE)))


def _largest(chart: Chart, body: Body) -> int:
    """The longest bar there is."""
    columns = [[value if isinstance(value, int) else 0 for value in body.column(one.header)] for one in chart.series]
    if chart.bars is Bars.SIDE_BY_SIDE:
        return max(max(column) for column in columns)
    stacks: list[int] = [sum(values) for values in zip(*columns, strict=True)]
    return max(stacks)


def _step(largest: int) -> int:
    """Between the numbers of an axis: 1, 2 or 5 with noughts, for a half is no clause and no account."""
    step = 1
    for digit in cycle((2, 2.5, 2)):
        if largest <= step * _MOST_TICKS:
            break
        step = int(step * digit)
    return step


def _series(number: int, one: Series, chart: Chart, body: Body) -> Drawn:
    groups = [str(value) for value in body.column(chart.groups)]
    named = StrData(ptCount=len(groups), pt=[StrVal(idx=place, v=name) for place, name in enumerate(groups)])
    counted = [
        NumVal(idx=place, v=str(value)) for place, value in enumerate(body.column(one.header)) if value is not None
    ]
    numbers = NumData(formatCode=CHART_NUMBERS, ptCount=len(groups), pt=counted)
    heading = StrRef(f=body.heading(one.header), strCache=StrData(ptCount=1, pt=[StrVal(idx=0, v=one.header)]))
    return Drawn(
        idx=number,
        order=number,
        tx=SeriesLabel(strRef=heading),
        cat=AxDataSource(strRef=StrRef(f=body.reference(chart.groups), strCache=named)),
        val=NumDataSource(numRef=NumRef(f=body.reference(one.header), numCache=numbers)),
        spPr=_filled(one.paint),
        dLbls=_numbers_on(chart.bars, body.column(one.header)),
        invertIfNegative=False,
    )


def _numbers_on(bars: Bars, values: Sequence[Value]) -> DataLabelList:
    """The number on each bar, on a white ground so that no pattern runs through it."""
    beside = bars is Bars.SIDE_BY_SIDE
    # In a stack the nought of a bar that is not there would stand on its neighbour.
    silent = [] if beside else [place for place, value in enumerate(values) if value == 0]
    return DataLabelList(
        dLbl=[DataLabel(idx=place, **_NOTHING_TOLD, showVal=False) for place in silent],
        numFmt=CHART_NUMBERS,
        spPr=GraphicalProperties(solidFill="FFFFFF"),
        txPr=_letters(CHART_SIZE),
        dLblPos="outEnd" if beside else "ctr",
        showVal=True,
        **_NOTHING_TOLD,
    )


def _filled(paint: Paint) -> GraphicalProperties:
    made = GraphicalProperties(ln=_line(paint.ink))
    if paint.pattern:
        made.pattFill = PatternFillProperties(paint.pattern, fgClr=_colour(paint.ink), bgClr=_colour(paint.paper))
    else:
        made.solidFill = paint.paper
    return made


def _colour(colour: str) -> ColorChoice:
    return ColorChoice(srgbClr=colour)  # type: ignore[arg-type] # six digits are taken, whatever the type stub says


def _line(ink: str) -> LineProperties:
    return LineProperties(solidFill=ink, w=9_525)


def _title(words: str, size: int) -> Title:
    run = RegularTextRun(rPr=_characters(size, bold=True), t=words)
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=_characters(size, bold=True)), r=[run])
    return Title(tx=Text(rich=RichText(p=[paragraph])), overlay=False)


def _letters(size: int) -> RichText:
    ends = _characters(size, bold=False)
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=ends), endParaRPr=ends)])


def _characters(size: int, *, bold: bool) -> CharacterProperties:
    return CharacterProperties(sz=size * _EVERY, b=bold, solidFill=CHART_INK, latin=Font(typeface=FONT))
