"""Which cells do not show a text exactly as it is, counted in memory that does not grow with them."""

from dataclasses import dataclass, field

from m365audit.excel.cells import Alteration

MOST_NAMED = 5
"""Cells named of a column in which texts had to be changed."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A column of a sheet in which texts had to be changed in one way."""

    alteration: Alteration
    sheet: str
    letter: str
    header: str


@dataclass(slots=True)
class Changed:
    """How many cells that is; the first few are named, for a million of them would fill the memory."""

    cells: int = 0
    named: list[str] = field(default_factory=list)
    last: str = ""

    def add(self, cell: str) -> None:
        """One more cell; one that was the last already is not counted again."""
        if cell == self.last:
            return
        self.cells, self.last = self.cells + 1, cell
        if self.cells <= MOST_NAMED:
            self.named.append(cell)
