"""The rows of a table: held where they are few, made one by one as they are written where they may be many."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Generic, Protocol, TypeVar

from m365audit.excel.cells import Value

Line = Sequence[Value]
Thing = TypeVar("Thing")


class Rows(Protocol):
    """So many rows, in their order."""

    def __len__(self) -> int:
        """How many there are."""

    def __iter__(self) -> Iterator[Line]:
        """Each of them."""


@dataclass(frozen=True, slots=True)
class Made(Generic[Thing]):
    """A row for each of some things: fifty thousand rows are a hundred megabytes, and the things are there anyway."""

    things: Sequence[Thing]
    row: Callable[[Thing], Line]

    def __len__(self) -> int:
        """How many there are."""
        return len(self.things)

    def __iter__(self) -> Iterator[Line]:
        """Each of them."""
        return map(self.row, self.things)


@dataclass(frozen=True, slots=True)
class Next:
    """The next so many rows of a reading that goes on over several sheets; to be written in turn, and once."""

    reading: Iterator[Line]
    count: int

    def __len__(self) -> int:
        """How many there are."""
        return self.count

    def __iter__(self) -> Iterator[Line]:
        """Each of them."""
        return islice(self.reading, self.count)
