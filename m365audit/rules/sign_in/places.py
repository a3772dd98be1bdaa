"""Named places of Conditional Access, and whether somebody can be at two of them at once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from itertools import combinations
from typing import Final

# Places seldom overlap twice over; going through all of their subsets would take for ever.
_TOGETHER: Final = 3


@dataclass(frozen=True, slots=True)
class Place:
    """A named place. ``trusted`` is ``None``, and nothing else is known, where it could not be read."""

    id: str
    name: str
    trusted: bool | None
    addresses: tuple[str, ...] = ()
    countries: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a sign-in comes from: the named places it is at, none of them for anywhere else."""

    places: tuple[Place, ...] = ()
    is_trusted: bool = False

    @property
    def ids(self) -> frozenset[str]:
        """Ids of the places."""
        return frozenset(place.id for place in self.places)

    @property
    def is_mild(self) -> bool:
        """Whether a council may have meant not to ask here: it trusts the place, or nothing is known against it."""
        return self.is_trusted or (bool(self.places) and all(place.trusted is None for place in self.places))

    @property
    def said(self) -> str:
        """The spot in words; empty for anywhere else."""
        if self.places:
            return f"from {' within '.join(place.name for place in self.places)}"
        return "from a trusted place" if self.is_trusted else ""


def spots(places: Iterable[Place]) -> Iterator[Spot]:
    """Anywhere else, a trusted place without a name, each place, and where places can overlap."""
    yield from (Spot(), Spot(is_trusted=True))
    places = sorted(places, key=lambda place: place.id)
    for many in range(1, _TOGETHER + 1):
        for together in combinations(places, many):
            if all(can_overlap(one, other) for one, other in combinations(together, 2)):
                yield Spot(together, any(place.trusted for place in together))


def can_overlap(one: Place, other: Place) -> bool:
    """Whether somebody can be at both; where it cannot be told, they can."""
    if one.countries and other.countries:
        return bool(one.countries & other.countries)
    if one.addresses and other.addresses:
        ranges = [(_range(a), _range(b)) for a in one.addresses for b in other.addresses]
        return any(a is None or b is None or (a.version == b.version and a.overlaps(b)) for a, b in ranges)
    return True


def _range(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None
