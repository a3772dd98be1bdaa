"""The rolling census: items Microsoft does not mark as shared, looked at one by one, the longest ago first."""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from m365audit.connectors.files.census_memory import (
    MEMORY,
    Days,
    Flags,
    Memory,
    Oldest,
    a_year_before,
    as_days,
    as_times,
    carried,
    places,
)
from m365audit.connectors.files.census_tree import Tree
from m365audit.connectors.files.estate import Hashes, Packed, hash_of, hashes, seed
from m365audit.connectors.files.permission_calls import SCOPE, ItemId, permissions_of
from m365audit.connectors.files.sharing_identities import Grantees
from m365audit.connectors.reading.earlier import Earlier
from m365audit.connectors.reading.kept import Kept
from m365audit.graph import Absent, Graph
from m365audit.model.evidence import Entry, Gap, Looked, Row, Rows
from m365audit.model.tenant import Allowance

Outcome = Literal["seen", "shared", "refused", "gone"]
Yield = Row | Rows | Entry | Gap | Looked

REACH: Final = "sharing_reach"
_WAVE = 500
_KEPT = "census:{}"
_OUTCOMES: tuple[Outcome, ...] = ("seen", "shared", "refused", "gone")


@dataclass(slots=True)
class Reach:
    """How far it came: of ``items``, so many were ``looked_at`` within twelve months; ``why`` it stopped, if it did."""

    items: int = 0
    looked_at: int = 0
    why: str = ""


@dataclass(slots=True)
class Census:
    """One run's census. Libraries are added while they are read; :meth:`look` and :meth:`told` come after the last.

    What an earlier run found shared is looked at every time, whatever the allowance: otherwise it would pass for
    mended as soon as others are looked at.
    """

    drives: Mapping[str, Row]
    allowance: Allowance
    earlier: Earlier
    reach: Reach = field(default_factory=Reach)
    _libraries: dict[str, Packed] = field(default_factory=dict)
    _cut: set[str] = field(default_factory=set)
    _marks_own: dict[str, bool | None] = field(default_factory=dict)
    _outcomes: dict[ItemId, Outcome] = field(default_factory=dict)
    _drawn: int = 0
    """How many of the kept waves' items were looked at on this month's allowance, and are not in ``_memory``."""
    _memory: Memory | None = None
    _named: Hashes = field(default_factory=lambda: np.empty(0, np.uint64))

    def add(self, drive_id: str, items: Packed, *, whole: bool, marks_own: bool | None) -> None:
        """A library that was read, ``whole`` or broken off; see ``marks_own`` of the data set ``sharing_reach``."""
        self._libraries[drive_id] = items
        self._marks_own[drive_id] = marks_own
        if not whole:
            self._cut.add(drive_id)

    def marks(self) -> set[bool | None]:
        """How Microsoft marked what is shared, in all libraries together."""
        return set(self._marks_own.values())

    async def look(self, graph: Graph, grantees: Grantees, kept: Kept, *, throttled: bool) -> AsyncIterator[Yield]:
        """Look at what is due, a few hundred at a time; each wave is kept, so that a stopped run goes on after it."""
        self._memory = Memory.of(self.earlier, self.allowance.on)
        known, others = self._due()
        number = 0
        while (rows := kept.rows(_KEPT.format(number))) is not None:
            for row in self._once_more(rows):
                yield row
            number += 1
        if throttled:
            self.reach.why = "Microsoft asked the audit to slow down"
        # What is due is told anew each time: a library that failed before may be there now. So nothing goes by where
        # in the order the stopped run was, only by what it looked at.
        known = [key for key in known if key not in self._outcomes]
        left = 0 if throttled else max(0, self.allowance.calls - self._memory.spent - self._drawn)
        due = [*known, *[key for key in others if key not in self._outcomes][:left]]
        must, tree = frozenset(known), Tree(self.drives, grantees)
        for start in range(0, len(due), _WAVE):
            wave = due[start : start + _WAVE]
            found, outcomes, gaps = await self._wave(graph, tree, wave, must)
            self._outcomes |= outcomes
            for gap in gaps:
                yield gap
            for row in found:
                yield row
            if not gaps:
                kept.keep(_KEPT.format(number), [*found, _as_kept(outcomes, frozenset(wave) - must)])
                number += 1
            if start + len(wave) >= len(known) and any(gap.is_throttled for gap in gaps):
                self.reach.why = "Microsoft asked the audit to slow down"
                break

    def _once_more(self, rows: list[Row]) -> Iterator[Row]:
        """One kept wave: takes in what became of its items, and gives the rows that are not told elsewhere.

        Of a library that could not be read whole this time nothing is taken over: it would be told now and forgotten.
        """
        month, memory = as_days(self.allowance.on.replace(day=1)), self._known
        whole = self._libraries.keys() - self._cut
        for row in rows:
            if "outcomes" not in row:
                # Microsoft may have marked it meanwhile, in a library read again; and two waves may tell of it.
                key = row["drive_id"], row["item_id"]
                if key[0] in whole and self._outcomes.get(key) != "shared" and not self._is_named(key):
                    yield row
                continue
            self._outcomes |= {(drive, item): what for drive, item, what, _ in row["outcomes"] if drive in whole}
            drawn = _sorted((drive, item) for drive, item, _, is_drawn in row["outcomes"] if is_drawn)
            # What the evidence of a run taken over tells of this month is among what was spent already.
            self._drawn += int((memory.asked[memory.places(drawn)] < month).sum())

    async def _wave(
        self, graph: Graph, tree: Tree, wave: list[ItemId], known: frozenset[ItemId]
    ) -> tuple[list[Row], dict[ItemId, Outcome], list[Gap]]:
        """The rows found by looking at some items, what became of each item asked for, and what was not seen."""
        outcomes: dict[ItemId, Outcome] = {}
        gaps: list[Gap] = []
        sharing: list[ItemId] = []
        async for key, answer in permissions_of(graph, [key for key in wave if key not in self._outcomes]):
            if isinstance(answer, Absent):
                outcomes[key] = "gone"
            elif isinstance(answer, Gap):
                outcomes[key] = "refused"
                # What is known to be shared must be seen; of the others, what was not seen is said in figures.
                gaps.append(answer if key in known else answer.within(data_set=MEMORY))
            else:
                outcomes[key] = "seen"
                if tree.found(key, answer["value"]):
                    sharing.append(key)
        above = await tree.climb(graph, sharing)
        gaps += tree.gap(sharing)
        rows: list[Row] = []
        for key in dict.fromkeys((*above, *sharing)):
            if self._outcomes.get(key) == "shared":
                # A folder above whose rows a kept wave has.
                continue
            named = self._is_named(key)
            given = [] if named else list(tree.rows(key))
            # What is shared and cannot be placed is looked at next time: otherwise it would pass for mended.
            lost = not named and bool(tree.given.get(key)) and any(tree.gap([key]))
            outcomes[key] = "shared" if given or lost else "seen"
            rows += given
        return rows, outcomes, gaps

    def _due(self) -> tuple[list[ItemId], list[ItemId]]:
        """What is due: all that is known to be shared, and of the rest as much as the allowance is for, in order."""
        memory, known = self._known, []
        oldest = Oldest(max(0, self.allowance.calls - memory.spent))
        marked = [self._named]
        for number, (drive_id, packed) in enumerate(self._libraries.items()):
            table = packed.table
            items, named = hashes(table["item_id"], seed(drive_id)), _flags(table, "named")
            lines = memory.places(items)
            shared = memory.shared[lines] & ~named
            known += [(drive_id, item_id) for item_id in table["item_id"].filter(pa.array(shared)).to_pylist()]
            marked.append(items[named])
            oldest.offer(number, memory.asked[lines], _flags(table, "folder"), items, ~named & ~shared)
        self._named = np.sort(np.concatenate(marked))
        return sorted(known), self._by_place(oldest.chosen())

    def _by_place(self, chosen: list[tuple[int, int]]) -> list[ItemId]:
        drive_ids = list(self._libraries)
        ids: dict[tuple[int, int], str] = {}
        for library in {library for library, _ in chosen}:
            wanted = [place for one, place in chosen if one == library]
            names = self._libraries[drive_ids[library]].table["item_id"].take(pa.array(wanted)).to_pylist()
            ids |= {(library, place): name for place, name in zip(wanted, names, strict=True)}
        return [(drive_ids[library], ids[library, place]) for library, place in chosen]

    def _is_named(self, key: ItemId) -> bool:
        """Whether Microsoft marked it as shared, so that it has been looked at already."""
        return bool(_among(np.array([hash_of(*key)], np.uint64), self._named)[0])

    @property
    def _known(self) -> Memory:
        if self._memory is None:
            message = "nothing was looked at yet"
            raise RuntimeError(message)
        return self._memory

    def told(self) -> Iterator[Yield]:
        """What is remembered of every item there is, and how much of each library has been looked at."""
        outcomes = self._outcomes
        by_outcome: dict[str, Hashes] = {
            what: _sorted(key for key, one in outcomes.items() if one == what) for what in _OUTCOMES
        }
        unread = {drive_id: np.empty(0, np.uint64) for drive_id in self.drives if drive_id not in self._libraries}
        for drive_id, packed in self._libraries.items():
            lines = self._remembered(drive_id, packed, by_outcome)
            yield Rows(lines, MEMORY)
            if drive_id in self._cut:
                unread[drive_id] = hashes(packed.table["item_id"], seed(drive_id))
                yield Entry(REACH, self._row(drive_id, None, None))
                continue
            looked_at = self._counted(lines)
            yield Entry(REACH, self._row(drive_id, lines.num_rows, looked_at))
            yield Looked(SCOPE.format(drive_id), MEMORY)
        for batch in carried(self.earlier, unread):
            self._counted(pa.Table.from_batches([batch]))
            yield Rows(pa.Table.from_batches([batch]), MEMORY)
        for drive_id in unread.keys() - self._libraries.keys():
            yield Entry(REACH, self._row(drive_id, None, None))

    def _row(self, drive_id: str, items: int | None, looked_at: int | None) -> Row:
        drive = self.drives[drive_id]
        return {
            "drive_id": drive_id,
            "drive_name": drive["drive_name"],
            "site_name": drive["site_name"],
            "items": items,
            "looked_at": looked_at,
            "marks_own": self._marks_own.get(drive_id),
        }

    def _counted(self, lines: pa.Table) -> int:
        """Add some lines to the reach; gives how many of them were looked at within twelve months."""
        since = as_times(np.array([a_year_before(self.allowance.on)], np.int32))[0]
        looked_at = int(pc.sum(pc.greater_equal(lines["looked_on"], since)).as_py() or 0)
        self.reach.items += lines.num_rows
        self.reach.looked_at += looked_at
        return looked_at

    def _remembered(self, drive_id: str, packed: Packed, by_outcome: Mapping[str, Hashes]) -> pa.Table:
        """The lines of one library for the next run; what is gone is not among them."""
        table = packed.table
        items = hashes(table["item_id"], seed(drive_id))
        named, seen = _flags(table, "named"), _flags(table, "seen")
        places_ = self._known.places(items)
        became = {what: _among(items, hashes_) for what, hashes_ in by_outcome.items()}
        looked_now = seen | became["seen"] | became["shared"]
        today = as_days(self.allowance.on)
        asked: Days = np.where(named | looked_now | became["refused"], today, self._known.asked[places_])
        looked: Days = np.where(looked_now, today, self._known.looked[places_])
        # What was refused is as far as we know what it was.
        shared: Flags = became["shared"] | (self._known.shared[places_] & ~looked_now)
        lines = pa.table(
            {
                "drive_id": pa.array([drive_id]).take(pa.array(np.zeros(len(items), np.int8))),
                "item_id": table["item_id"],
                "asked_on": as_times(asked),
                "looked_on": as_times(looked),
                "marked": pa.array(named),
                "shared": pa.array(shared & ~named),
            }
        )
        return lines.filter(pa.array(~became["gone"]))


def _as_kept(outcomes: Mapping[ItemId, Outcome], drawn: frozenset[ItemId]) -> Row:
    """What became of a wave's items, to be kept; ``drawn`` are those the allowance is for.

    What is gone is not kept: if it is listed when the run goes on, it is asked for once more.
    """
    return {"outcomes": [[*key, what, key in drawn] for key, what in outcomes.items() if what != "gone"]}


def _flags(table: pa.Table, name: str) -> Flags:
    found: Flags = table[name].to_numpy()
    return found


def _sorted(keys: Iterator[ItemId]) -> Hashes:
    found = np.array([hash_of(*key) for key in keys], np.uint64)
    found.sort()
    return found


def _among(items: Hashes, some: Hashes) -> Flags:
    return places(some, items) < len(some)
