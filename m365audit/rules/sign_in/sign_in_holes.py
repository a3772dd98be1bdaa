"""Whether some demands let nobody in without the second step: decided over every combination of kinds of sign-in."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, NamedTuple

from m365audit.rules.sign_in.sign_in_kinds import Axis, Demands

_TOLD: Final = 4
"""Holes that are told of one set of demands; more would help nobody."""
_TRIED: Final = 40
"""Holes of which those are the simplest."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A kind of sign-in that needs no second step: what is out of the ordinary about it, and whether that is mild."""

    said: tuple[str, ...]
    mild: bool


class _Point(NamedTuple):
    """A point of an axis: the demands that hold there, as bits, and how it is said."""

    holding: int
    mild: bool
    said: str


_Points = tuple[_Point, ...]


class Space:
    """All kinds of sign-in that some demands tell apart. A set of demands is a number with a bit for each."""

    def __init__(self, demands: Demands, axes: Iterable[Axis]) -> None:
        self._bits = {demand: 1 << place for place, demand in enumerate(demands)}
        self._axes = [self._points(axis) for axis in axes]
        self._told: dict[int, list[Hole]] = {}

    def bits(self, demands: Demands) -> int:
        """Some of the demands as a set."""
        return sum(self._bits[demand] for demand in set(demands))

    def holes(self, held: int) -> list[Hole]:
        """The sign-ins at which none of some demands holds, the simplest ones; none where all are covered.

        They are mild only where there is no other.
        """
        if held not in self._told:
            axes = [_distinct(points, held) for points in self._axes]
            plain = [tuple(point for point in points if not point.mild) for points in axes]
            found = list(islice(_search(held, plain, {}), _TRIED))
            mild = not found
            if mild:
                found = list(islice(_search(held, axes, {}), _TRIED))
            self._told[held] = [Hole(said, mild) for said in _simplest(found)]
        return self._told[held]

    def _points(self, axis: Axis) -> _Points:
        return tuple(
            _Point(sum(bit for demand, bit in self._bits.items() if kind.holds(demand)), kind.mild, kind.said)
            for kind in axis
        )


def _distinct(points: _Points, held: int) -> _Points:
    """The points that differ to some demands, each by its first name; what is mild only where nothing else does it."""
    different: dict[int, _Point] = {}
    for holding, mild, said in points:
        there = different.get(holding & held)
        if there is None or (there.mild and not mild):
            different[holding & held] = _Point(holding & held, mild, said)
    return tuple(point for point in different.values() if point.holding != held)


def _search(left: int, axes: Sequence[_Points], failed: dict[tuple[int, int], bool]) -> Iterator[tuple[str, ...]]:
    """Choices of one point on some of the axes at which no demand that is left holds any more, in words.

    Goes on from the demand that fewest points keep from holding: one that none does is held everywhere.
    """
    if not left:
        yield ()
        return
    taken = sum(1 << place for place, points in enumerate(axes) if not points)
    if failed.get((left, taken)):
        return
    found = False
    for place, point in _fewest(left, axes):
        others = [() if here == place else points for here, points in enumerate(axes)]
        for said in _search(left & point.holding, others, failed):
            found = True
            yield (*((point.said,) if point.said else ()), *said)
    failed[left, taken] = not found


def _fewest(left: int, axes: Sequence[_Points]) -> list[tuple[int, _Point]]:
    """The points that keep one of the demands that are left from holding: of the one that has fewest such points."""
    best: list[tuple[int, _Point]] | None = None
    for bit in _each(left):
        against = [(place, point) for place, points in enumerate(axes) for point in points if not point.holding & bit]
        if best is None or len(against) < len(best):
            best = against
        if not best:
            break
    # What keeps most of them from holding first, and what is ordinary before what is not.
    return sorted(best or [], key=lambda one: ((one[1].holding & left).bit_count(), bool(one[1].said)))


def _each(bits: int) -> Iterator[int]:
    while bits:
        bit = bits & -bits
        yield bit
        bits ^= bit


def _simplest(found: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The holes that are not another one with more words."""
    kept: list[tuple[str, ...]] = []
    for said in sorted(set(found), key=lambda words: (len(words), words)):
        if not any(set(other) <= set(said) for other in kept):
            kept.append(said)
    return kept[:_TOLD]
