"""Evidence and what is missing from it: rows, gaps, coverage."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pyarrow as pa

from m365audit.model.words import GapKind

Row = dict[str, Any]
"""One row of a data set: column name to value, as the data set's schema declares."""

TENANT = "tenant"
"""The scope of evidence that comes in one piece for the whole tenant."""

PROPERTY = "property:"
"""Before the name of a property that Microsoft returned for nothing at all: the scope of that gap."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that could not be looked at: where, why, what was said, what would mend it.

    ``detail`` is a plain sentence for anybody; ``said`` is what Microsoft answered, ids and codes included, for those
    who mend it.
    ``scope`` is ``tenant`` or names one part, such as ``drive:b!x`` or ``mailbox:<object id>``.
    ``data_set`` is filled in by whoever collects; a connector of several data sets names one of them itself.
    """

    kind: GapKind
    detail: str
    fix: str
    scope: str = TENANT
    data_set: str = ""
    said: str = ""

    @property
    def is_throttled(self) -> bool:
        """Whether it is missing only because Microsoft asked to slow down."""
        return self.kind is GapKind.THROTTLED

    def within(self, *, scope: str | None = None, data_set: str | None = None) -> "Gap":
        """The same gap, placed."""
        return replace(self, scope=scope or self.scope, data_set=data_set or self.data_set)

    def for_want_of(self, data_set: str) -> "Gap":
        """The gap of what cannot be made without a data set of which this says that it is missing."""
        detail = f"it needs the {data_set.replace('_', ' ')}, and those are missing: {self.detail}"
        return Gap(self.kind, detail, self.fix, said=self.said)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row for another of the data sets of a connector that fills several."""

    data_set: str
    row: Row


@dataclass(frozen=True, slots=True)
class Rows:
    """Many rows at once, for lists of tens of thousands: an Arrow table of declared columns.

    A time may be text, as Microsoft writes it. No key stands twice in all the rows of one reading.
    """

    table: pa.Table
    data_set: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """A data set as it lies on disk: its columns, how many rows there are, and the rows some thousands at a time.

    ``batches`` can be gone through once.
    """

    columns: tuple[str, ...]
    rows: int
    batches: Iterator[pa.RecordBatch]


@dataclass(frozen=True, slots=True)
class Note:
    """A standing limit of a data set, in words: what its way of looking cannot see, however well everything went.

    It is no gap: nothing is missing that should have come, and a check that found nothing still says *Meets*.
    """

    words: str
    data_set: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """Says that one scope was looked at whole, so that coverage can count it."""

    scope: str
    data_set: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a data set came back; ``notes`` are its standing limits."""

    rows: int = 0
    scopes: int = 1
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def whole(self) -> int:
        """How many scopes were looked at completely."""
        return self.scopes - len({gap.scope for gap in self.gaps})

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return not self.gaps

    @property
    def brought_nothing(self) -> bool:
        """Whether no part of it at all could be looked at, though parts might have been."""
        return self.is_absent or bool(self.gaps and not self.whole and not self.rows)

    @property
    def is_absent(self) -> bool:
        """Whether nothing at all could be looked at."""
        return any(gap.scope == TENANT for gap in self.gaps)

    @property
    def brought_something(self) -> bool:
        """Whether anything was read: rows, or all there is, which may be none."""
        return bool(self.rows) or self.is_whole


@dataclass(frozen=True, slots=True)
class DataSetRecord:
    """What the manifest keeps of one data set.

    ``collected_at`` is when the last of it came (UTC), ``collected_in`` the run that read it: an earlier one where
    this run took it over.
    """

    name: str
    coverage: Coverage
    permission: str
    requests: int
    seconds: float
    sha256: str
    collected_at: datetime | None = None
    collected_in: str = ""


def evidence_digest(digests: Mapping[str, str]) -> str:
    """One SHA-256 over those of all data sets, by their names: it changes when any of them does."""
    lines = sorted(f"{name}:{sha256}\n" for name, sha256 in digests.items())
    return hashlib.sha256("".join(lines).encode()).hexdigest()


Evidence = Mapping[str, "DataSetRecord"]
