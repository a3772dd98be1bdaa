"""When every item was last looked at: one number an item, in arrays."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from m365audit.connectors.files.estate import Hashes, hashes, seed
from m365audit.connectors.reading.earlier import Earlier

Days = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

NEVER: Final = -1
"""The day of what never was; days count from 1 January 1970."""

MEMORY: Final = "sharing_census"
_A_DAY: Final = 86_400_000_000
_FIRST: Final = date(1970, 1, 1)


def as_days(day: date) -> int:
    """Days from 1 January 1970."""
    return (day - _FIRST).days


def as_times(days: Days) -> pa.Array:
    """Days as the column of a data set; null for never."""
    return pa.array(days.astype(np.int64) * _A_DAY, pa.timestamp("us", tz="UTC"), mask=days == NEVER)


def _days(column: pa.Array) -> Days:
    found: Days = (pc.fill_null(column.cast(pa.int64()), NEVER * _A_DAY).to_numpy() // _A_DAY).astype(np.int32)
    return found


def _flags(column: pa.Array) -> Flags:
    found: Flags = pc.fill_null(column, fill_value=False).to_numpy(zero_copy_only=False)
    return found


@dataclass(frozen=True, slots=True)
class Memory:
    """What earlier runs looked at: parallel arrays in the order of ``items``, and one more line for what is not there.

    ``spent`` is how many items that Microsoft had not marked were asked for in the month of the present run.
    """

    items: Hashes
    asked: Days
    looked: Days
    shared: Flags
    spent: int

    @classmethod
    def of(cls, earlier: Earlier, on: date) -> "Memory":
        """Read it, a few thousand rows at a time; about seventeen bytes stay for each."""
        parts: list[tuple[Hashes, Days, Days, Flags]] = []
        month, spent = as_days(on.replace(day=1)), 0
        for batch in earlier.batches(MEMORY):
            asked, shared, marked = (
                _days(batch.column("asked_on")),
                _flags(batch.column("shared")),
                _flags(batch.column("marked")),
            )
            spent += int(((asked >= month) & ~shared & ~marked).sum())
            parts.append((_of_rows(batch), asked, _days(batch.column("looked_on")), shared))
        items = np.concatenate([np.empty(0, np.uint64), *(part[0] for part in parts)])
        order = np.argsort(items)
        none_of = np.full(1, NEVER, np.int32)
        return cls(
            items[order],
            np.concatenate([np.concatenate([none_of[:0], *(part[1] for part in parts)])[order], none_of]),
            np.concatenate([np.concatenate([none_of[:0], *(part[2] for part in parts)])[order], none_of]),
            np.concatenate([np.concatenate([np.empty(0, bool), *(part[3] for part in parts)])[order], [False]]),
            spent,
        )

    def places(self, items: Hashes) -> npt.NDArray[np.intp]:
        """Where the lines of some items are."""
        return places(self.items, items)


def places(known: Hashes, wanted: Hashes) -> npt.NDArray[np.intp]:
    """Where some numbers stand among sorted ones; where one does not, the place after the last."""
    found = np.searchsorted(known, wanted)
    if not len(known):
        return found
    is_there = known[np.minimum(found, len(known) - 1)] == wanted
    return np.where(is_there, found, len(known))


def _of_rows(batch: pa.RecordBatch) -> Hashes:
    drives = batch.column("drive_id").dictionary_encode()
    seeds = np.array([seed(drive_id) for drive_id in drives.dictionary.to_pylist()], np.uint64)
    return hashes(batch.column("item_id"), seeds[drives.indices.to_numpy()])


def carried(earlier: Earlier, without: dict[str, Hashes]) -> Iterator[pa.RecordBatch]:
    """The earlier rows of libraries that could not be read now; ``without`` names them, with the items that were."""
    of_these = pa.array(list(without), pa.string())
    for batch in earlier.batches(MEMORY):
        some = batch.filter(pc.is_in(batch.column("drive_id"), value_set=of_these))
        if not some.num_rows:
            continue
        seen = np.concatenate([np.empty(0, np.uint64), *without.values()])
        fresh = ~np.isin(_of_rows(some), seen)
        yield some.filter(pa.array(fresh))


def a_year_before(day: date) -> int:
    """The first day of the last twelve months."""
    return as_days(day - timedelta(days=365))


@dataclass(slots=True)
class Oldest:
    """The items to look at next: never looked at first, then the longest ago; among those, folders first.

    What lies in a folder is shared with it, so that a folder tells more. Among equals the order is that of their
    hashes, which is as good as drawn, and the same every time. ``most`` are kept, whatever is offered.
    """

    most: int
    _keys: list[npt.NDArray[Any]] | None = None

    def offer(self, library: int, asked: Days, folder: Flags, items: Hashes, candidates: Flags) -> None:
        """The candidates of one more library."""
        places_ = np.nonzero(candidates)[0]
        if not self.most or not len(places_):
            return
        fresh: list[npt.NDArray[Any]] = [
            asked[places_],
            ~folder[places_],
            items[places_],
            np.full(len(places_), library, np.int32),
            places_,
        ]
        keys = fresh if self._keys is None else [np.concatenate(two) for two in zip(self._keys, fresh, strict=True)]
        order = np.lexsort((keys[2], keys[1], keys[0]))[: self.most]
        self._keys = [key[order] for key in keys]

    def chosen(self) -> list[tuple[int, int]]:
        """Library and place of each, in the order they are to be looked at."""
        if self._keys is None:
            return []
        return list(zip(self._keys[3].tolist(), self._keys[4].tolist(), strict=True))
