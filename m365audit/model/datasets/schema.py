"""How a data set is declared: named, typed, explained columns and a natural key."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
import pyarrow as pa

Kind = Literal["text", "flag", "count", "time", "texts"]

_ARROW: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "flag": pa.bool_(),
    "count": pa.int64(),
    "time": pa.timestamp("us", tz="UTC"),
    "texts": pa.list_(pa.string()),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``source`` is the property Microsoft names it by (a path such as ``prepaidUnits.enabled``).

    ``kind``: text, flag (true, false or unknown), count, time (UTC) or texts (a list of text).
    A column is never given a value Microsoft did not send: absent stays null. ``judged`` is false where no rule decides
    by it: it is shown, or kept for the record, and its absence leaves no check open.
    """

    name: str
    kind: Kind
    meaning: str
    source: str | None = None
    unit: str | None = None
    judged: bool = True


@dataclass(frozen=True, slots=True)
class DataSet:
    """One table of evidence.

    ``for_people`` is false where the rows are what the audit remembers for its next run, and nothing to be read.
    ``model`` names the Graph type the sources are properties of (``user``, ``event``), or is ``None`` for what
    does not come from Graph; a test holds every source against the SDK's own model of that name.
    """

    name: str
    key: tuple[str, ...]
    meaning: str
    columns: tuple[Column, ...]
    model: str | None = None
    for_people: bool = True

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema, in column order."""
        return pa.schema([(column.name, _ARROW[column.kind]) for column in self.columns])

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)

    @property
    def select(self) -> tuple[str, ...]:
        """The Graph properties to ask for: the first step of every source, once each, in order."""
        return tuple(dict.fromkeys(c.source.split(".")[0] for c in self.columns if c.source))

    def decides_nothing(self, property_path: str) -> bool:
        """Whether every column made of a property, or of one below it, is only shown; of one no column names: no."""
        below = f"{property_path}."
        made_of_it = [
            column
            for column in self.columns
            if column.source and (column.source == property_path or column.source.startswith(below))
        ]
        return bool(made_of_it) and not any(column.judged for column in made_of_it)

    def table(self, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
        """The rows as an Arrow table; a row may leave columns out (null) but may not add any."""
        return pa.Table.from_pylist(list(rows), schema=self.schema)

    def frame(self, rows: Iterable[Mapping[str, Any]] = ()) -> pd.DataFrame:
        """The rows as a frame with Arrow-backed columns and a default index."""
        return as_frame(self.table(rows))


def as_frame(table: pa.Table) -> pd.DataFrame:
    """An Arrow table as pandas sees it everywhere in this program: every column Arrow-backed, nulls as ``pd.NA``."""
    frame: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype, use_threads=False)
    return frame
