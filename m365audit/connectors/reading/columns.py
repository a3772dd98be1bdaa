"""Raw JSON objects as rows of a data set, by the sources its schema declares."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from m365audit.model.datasets import DataSet
from m365audit.model.evidence import PROPERTY, Gap, Row
from m365audit.model.words import GapKind

Raw = Mapping[str, Any]


class Columns:
    """Takes the properties a data set is made of out of the objects of one answer, and notices what never came.

    Microsoft may drop a selected property without a word. A property that *no* object carries is therefore not an
    empty answer but none at all: the column stays null and :meth:`gaps` says so. One instance serves one reading.

    ``sources`` is column name to property path (``prepaidUnits.enabled``); ``within`` is put before the paths when
    a missing property is named.
    """

    def __init__(self, sources: Mapping[str, str], *, within: str = "") -> None:
        self._paths = {name: tuple(path.split(".")) for name, path in sources.items()}
        self._names = tuple(self._paths)
        self._tops = tuple(path[0] for path in self._paths.values())
        self._take = _taker(self._tops)
        self._deep = tuple((name, path) for name, path in self._paths.items() if len(path) > 1)
        self._within = within
        self._some_came_whole = False
        self._seen: set[str] = set()
        self._objects = 0

    @classmethod
    def of(cls, data_set: DataSet) -> "Columns":
        """The columns of a data set that have a source."""
        return cls({column.name: column.source for column in data_set.columns if column.source})

    def rows(self, objects: Iterable[Raw]) -> Iterator[Row]:
        """One row per object, values as they came; what an object lacks is null."""
        names, take, deep = self._names, self._take, self._deep
        for raw in objects:
            self._objects += 1
            # Tens of thousands of objects come whole; only one that lacks a property is gone through name by name.
            try:
                row = dict(zip(names, take(raw), strict=True))
                self._some_came_whole = True
            except KeyError:
                row = {name: raw.get(top) for name, top in zip(names, self._tops, strict=True)}
                self._seen.update(raw)
            for name, path in deep:
                row[name] = self._down(row[name], path)
            yield row

    def note(self, objects: Sequence[Raw]) -> None:
        """Notice what came with objects that somebody else makes rows of."""
        self._objects += len(objects)
        if objects and objects[0].keys() >= set(self._tops):
            self._some_came_whole = True
        else:
            for raw in objects:
                self._seen.update(raw)

    def gaps(self) -> Iterator[Gap]:
        """One gap for every property that no object carried; none where there were no objects."""
        if not self._objects:
            return
        for path in dict.fromkeys(self._paths.values()):
            if missing := self._missing(path):
                yield not_returned(f"{self._within}{missing}", self._objects)

    def _down(self, value: object, path: tuple[str, ...]) -> object:
        for depth in range(1, len(path)):
            if not isinstance(value, Mapping):
                return None
            self._seen.add(".".join(path[:depth]) + ".")
            if path[depth] in value:
                self._seen.add(".".join(path[: depth + 1]))
            value = value.get(path[depth])
        return value

    def _missing(self, path: tuple[str, ...]) -> str | None:
        """The first step of the path that never came; a step below objects that were all null is not missing."""
        if not self._some_came_whole and path[0] not in self._seen:
            return path[0]
        for depth in range(1, len(path)):
            above, here = ".".join(path[:depth]) + ".", ".".join(path[: depth + 1])
            if above in self._seen and here not in self._seen:
                return here
        return None


def _taker(tops: tuple[str, ...]) -> Callable[[Raw], tuple[Any, ...]]:
    if len(tops) == 1:
        only = tops[0]
        return lambda raw: (raw[only],)
    return itemgetter(*tops)


def not_returned(name: str, objects: int) -> Gap:
    """The gap of a property that was asked for and that none of so many objects carried."""
    return Gap(
        GapKind.ERROR,
        f"Microsoft was asked for {name} and returned it for none of {objects}.",
        "Run the audit again; if it stays, see whether the app may read this property.",
        f"{PROPERTY}{name}",
    )
