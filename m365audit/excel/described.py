"""Where a drawing stands on a sheet, and what it shows in words: the alternative text that openpyxl never writes."""

from typing import Any

from openpyxl.descriptors import Typed
from openpyxl.drawing.graphic import GraphicFrame
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, OneCellAnchor
from openpyxl.drawing.xdr import XDRPositiveSize2D
from openpyxl.utils.units import pixels_to_EMU


class _Frame(Typed):  # type: ignore[type-arg] # generic in the type stub only
    """The frame openpyxl makes for a chart when it saves, given the anchor's words as it arrives."""

    def __set__(self, instance: Any, value: GraphicFrame | None) -> None:  # noqa: ANN401 - any anchor
        """Take the frame, with its words."""
        super().__set__(instance, value)
        if value is not None:
            told: Any = value.nvGraphicFramePr.cNvPr
            told.name, told.title, told.descr = instance.title, instance.title, instance.description


class DescribedAnchor(OneCellAnchor):
    """Holds a chart of a size in pixels by the upper left corner of a cell, and says what it shows.

    ``title`` and ``description`` are what somebody hears who cannot see it.
    """

    # A serialised class knows only what its own body names; the others are those of the class above.
    graphicFrame = _Frame(expected_type=GraphicFrame, allow_none=True)  # noqa: N815 - the name in the file
    __elements__ = OneCellAnchor.__elements__

    def __init__(
        self, title: str, description: str, *, at: tuple[int, int], offset: tuple[int, int], size: tuple[int, int]
    ) -> None:
        """Stand at a column and a row, both counted from 0, and so many pixels to the right and below."""
        self.title = title
        self.description = description
        (column, row), (right, down) = at, map(pixels_to_EMU, offset)
        marker = AnchorMarker(col=column, colOff=right, row=row, rowOff=down)
        super().__init__(_from=marker, ext=XDRPositiveSize2D(*map(pixels_to_EMU, size)))
