"""Pages of raw JSON objects as Arrow tables, for lists too long to make a Python object of every row."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from m365audit.connectors.reading.columns import Columns
from m365audit.model.datasets import DataSet
from m365audit.model.datasets.schema import Kind
from m365audit.model.evidence import Gap, Row, Rows

Came = dict[str, pa.Array]
"""Column name to as many values as there are rows."""

# Enough for what is done to a whole column to cost next to nothing a row; few enough to be no weight.
_OBJECTS_AT_ONCE = 10_000

# How JSON brings each kind; the writer reads the times.
_ARRIVING: Final[Mapping[Kind, pa.DataType]] = {
    "text": pa.string(),
    "flag": pa.bool_(),
    "count": pa.int64(),
    "time": pa.string(),
    "texts": pa.list_(pa.string()),
}


class Tables:
    """Takes the properties a data set is made of out of whole pages, and notices what never came, as ``Columns`` does.

    The sources of the data set are plain properties, no paths, and its key is one column. ``arriving`` says how a
    property comes that is not of its column's kind. One instance serves one reading.
    """

    def __init__(self, data_set: DataSet, arriving: Mapping[str, pa.DataType] | None = None) -> None:
        sources = {column.name: column.source for column in data_set.columns if column.source}
        kinds = {column.source: _ARRIVING[column.kind] for column in data_set.columns if column.source}
        self._sources = sources
        self._shape = pa.struct(list({**kinds, **(arriving or {})}.items()))
        self._columns = Columns(sources)
        self._key = sources[data_set.key[0]]
        self._seen: set[Any] = set()

    async def over(self, pages: AsyncIterator[list[Row]], finish: Callable[[Came], Came]) -> AsyncIterator[Rows]:
        """Every object as a row, once: while a list changes, an object can stand on two pages.

        ``finish`` puts columns into our words: name to values as they came, null where an object lacked them.

        Raises:
            TypeError: something is no object.
            pyarrow.ArrowException: a value is not of the kind its column has.
        """
        waiting: list[pa.StructArray] = []
        async for page in pages:
            waiting.append(self._taken(page))
            # Thousands of objects to let go of before the next page brings as many.
            page.clear()
            if sum(map(len, waiting)) >= _OBJECTS_AT_ONCE:
                yield Rows(pa.table(finish(self._together(waiting))))
                waiting = []
        if any(map(len, waiting)):
            yield Rows(pa.table(finish(self._together(waiting))))

    def gaps(self) -> Iterator[Gap]:
        """One gap for every property that no object carried."""
        return self._columns.gaps()

    def _taken(self, objects: list[Row]) -> pa.StructArray:
        if any(kind is not dict for kind in set(map(type, objects))):
            message = "the list holds something that is no object"
            raise TypeError(message)
        self._columns.note(objects)
        page = pa.array(objects, self._shape)
        keys = [raw.get(self._key) for raw in objects]
        unseen = set(keys)
        if len(unseen) < len(keys) or not self._seen.isdisjoint(unseen):
            first = {key: place for place, key in reversed(list(enumerate(keys))) if key not in self._seen}
            page = page.take(pa.array(sorted(first.values()), pa.int64()))
        self._seen |= unseen
        return page

    def _together(self, pages: list[pa.StructArray]) -> Came:
        together = pa.concat_arrays(pages)
        return {name: together.field(source) for name, source in self._sources.items()}


def lower(texts: pa.Array) -> pa.Array:
    """Every text in lower case; null stays null."""
    if pc.all(pc.string_is_ascii(texts), min_count=0).as_py():
        return pc.ascii_lower(texts)
    # Arrow and Python do not agree on every letter, and what is compared later is lowered by Python.
    return pa.array([text if text is None else text.lower() for text in texts.to_pylist()], pa.string())


def each(lists: pa.ListArray, change: Callable[[pa.Array], pa.Array]) -> pa.ListArray:
    """The lists with everything in them changed at once; a null list stays null."""
    return pa.ListArray.from_arrays(lists.offsets, change(lists.values), mask=lists.is_null())
