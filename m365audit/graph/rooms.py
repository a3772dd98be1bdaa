"""Rooms: one count of a bucket each, with the units spent in its windows, the places in flight, and its pauses."""

import math
from collections import deque
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from m365audit.graph.buckets import Size, Window

_GRAINS = 500
"""What landed within this part of a window is kept as one: a day of small requests would fill the memory."""

_ROUNDING = 0.01
"""Shares are told in hundredths."""

_WIDENING = 0.25
_PROBE_AFTER = 300
_LEAST_WAIT = 0.001


class _Landed:
    """Requests that were answered at nearly the same time."""

    __slots__ = ("at", "since", "units")

    def __init__(self, at: float, units: int) -> None:
        self.since = self.at = at
        self.units = units


class Count:
    """The units spent in one window.

    A request is counted while it is in flight and for the window's seconds after its answer came: the service
    counted it no later than that, so the client never runs ahead of the service's own window.
    """

    def __init__(self, window: Window) -> None:
        self.window = window
        self.allowed = window.least
        self.used = 0
        self._landed: deque[_Landed] = deque()
        self._tiers_down = 0
        self._size = 0

    def land(self, now: float, units: int) -> None:
        """Count what has been answered."""
        self.used += units
        last = self._landed[-1] if self._landed else None
        if last is not None and now - last.since <= self.window.seconds / _GRAINS:
            last.at = now
            last.units += units
        else:
            self._landed.append(_Landed(now, units))

    def left(self, now: float, flying: int) -> int:
        """Units that may still be spent; below zero where more was spent before the limit was known."""
        while self._landed and self._landed[0].at + self.window.seconds <= now:
            self.used -= self._landed.popleft().units
        return self.allowed - self.used - flying

    def wait(self, now: float, flying: int, cost: int) -> float | None:
        """Seconds until so much more may be spent; 0 at once, None when that hangs on what is in flight."""
        # What is dearer than the whole window may go when the window is empty.
        excess = min(cost, self.allowed) - self.left(now, flying)
        if excess <= 0:
            return 0
        for landed in self._landed:
            excess -= landed.units
            if excess <= 0:
                return max(landed.at + self.window.seconds - now, _LEAST_WAIT)
        return None

    def fit(self, size: int) -> None:
        """Allow what a tenant of that size is allowed."""
        self._size = size
        tiers = self.window.tiers
        tier = next(number for number, (most, _) in enumerate(tiers) if size <= most)
        self.allowed = tiers[max(0, tier - self._tiers_down)][1]

    def step_down(self) -> None:
        """Allow what the next smaller size is allowed: Microsoft counts this tenant as smaller than it looks."""
        if self.allowed > self.window.least:
            self._tiers_down += 1
            self.fit(self._size)


class Places:
    """How many requests may be under way at a time: at first few, more as long as it goes well, fewer when refused.

    Where a number was refused once, it is tried again only after a long while of good answers.
    """

    def __init__(self, most: int, at_first: int | None = None) -> None:
        self._most = self._ceiling = most
        self._learns = at_first is not None
        self._now = float(at_first or most)
        self._good = 0

    @property
    def now(self) -> int:
        """So many."""
        return int(self._now)

    def widen(self) -> None:
        """A request was answered."""
        if not self._learns:
            return
        self._good += 1
        if self._good >= _PROBE_AFTER and self._ceiling < self._most:
            self._good, self._ceiling = 0, self._ceiling + 1
        self._now = min(float(self._ceiling), self._now + _WIDENING / self._now)

    def narrow(self) -> None:
        """A request was refused."""
        if self._learns:
            self._good, self._ceiling = 0, max(1, self.now - 1)
            self._now = max(1.0, self._now / 2)


class Room:
    """What is left of one count of a bucket. Times are of one clock, in seconds; nothing here waits."""

    def __init__(self, windows: Iterable[Window], places: Places | None = None, *, paced: bool) -> None:
        self.paced = paced
        self.given_up = 0
        self._counts = tuple(map(Count, windows))
        self._places = places
        self._flying = 0
        self._busy = 0
        self._resumes_at = -math.inf
        self._lean = _Lean()

    @property
    def most(self) -> int:
        """The most places one request may take."""
        return self._places.now if self._places else 0

    def wait(self, now: float, cost: int, places: int) -> float | None:
        """Seconds until a request may be let through; 0 at once, None when that hangs on one in flight."""
        if self._resumes_at > now:
            return self._resumes_at - now
        if self._places and self._busy + places > self._places.now:
            return None
        if not self.paced:
            return 0
        longest = self._lean.wait(now, cost)
        for count in self._counts:
            wait = count.wait(now, self._flying, cost)
            if wait is None:
                return None
            longest = max(longest, wait)
        return longest

    def take(self, now: float, cost: int, places: int) -> None:
        """Let a request through."""
        self._flying += cost
        self._busy += places
        self._lean.spend(now, cost)

    def leave(self, now: float, cost: int, places: int, *, sent: bool = True) -> None:
        """Make place again; what was ``sent`` is counted from now on as landed."""
        self._flying -= cost
        self._busy -= places
        if sent:
            for count in self._counts:
                count.land(now, cost)

    def pause(self, now: float, seconds: float) -> None:
        """Refused: let nothing through for that long, and keep to the limits from now on."""
        if self._resumes_at <= now:
            # Several refused at once are one lesson.
            if self._places:
                self._places.narrow()
            if self.paced:
                for count in self._counts:
                    count.step_down()
        self.paced = True
        self._resumes_at = max(self._resumes_at, now + seconds)

    def told(self, now: float, remaining: float | None, share: float | None, reset: float | None) -> None:
        """The service says what is left, in units or as the share that is used up, and when it starts afresh.

        Where that is less than was counted here, somebody else draws on the same limit: what is left is spread over
        the time until then.
        """
        self.paced = True
        if not self._counts:
            return
        count = self._counts[0]
        left = (1 - (share or 0)) * count.allowed if remaining is None else remaining
        self._lean.end()
        if left < count.left(now, self._flying) - _ROUNDING * count.allowed:
            self._lean.begin(now, max(0.0, left), count.window.seconds if reset is None else reset)

    def answered(self) -> None:
        """A request was answered as it should be."""
        self.given_up = 0
        if self._places:
            self._places.widen()

    def fit(self, sizes: Mapping[Size, int]) -> None:
        """Allow what a tenant of that size is allowed."""
        for count in self._counts:
            count.fit(sizes[count.window.by])

    def is_idle(self, now: float) -> bool:
        """Whether forgetting this room would change nothing worth counting."""
        if self._busy or self._flying or self._resumes_at > now or self.given_up:
            return False
        return all(count.used * 100 < count.allowed for count in self._counts)


class _Lean:
    """A time in which little is left, and that is spread evenly."""

    def __init__(self) -> None:
        self._until = self._next_at = -math.inf
        self._left = math.inf
        self._seconds_a_unit = 0.0

    def end(self) -> None:
        """As much is left as was counted here."""
        self._until = -math.inf

    def begin(self, now: float, left: float, seconds: float) -> None:
        self._until = now + seconds
        self._left = left
        self._seconds_a_unit = seconds / left if left else 0.0

    def wait(self, now: float, cost: int) -> float:
        if self._until <= now:
            return 0
        if cost > self._left:
            return self._until - now
        return max(0.0, self._next_at - now)

    def spend(self, now: float, cost: int) -> None:
        if self._until > now:
            self._left -= cost
            self._next_at = max(self._next_at, now) + cost * self._seconds_a_unit


class Claim(NamedTuple):
    """What one HTTP request takes of one room."""

    room: Room
    cost: int
    places: int
