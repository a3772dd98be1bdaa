"""One governor per tenant: holds every request back until its bucket has room for it."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterable, Mapping, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum

from m365audit.graph.buckets import Bucket, bucket_of, share_of
from m365audit.graph.clock import Clock
from m365audit.graph.said import Service

MOST_IN_FLIGHT = 16
"""Requests of one tenant in flight, whatever their buckets."""

_WEARY_AFTER = 3
_MANY_ROOMS = 4_096
_NEARLY_EMPTY = 5


class Pacing(StrEnum):
    """When the documented limits hold.

    ``DOCUMENTED``: from the first request. ``LEARNED``: once a bucket has refused one, for services that are not
    Microsoft's own and may have no such limits.
    """

    DOCUMENTED = "documented"
    LEARNED = "learned"


@dataclass(frozen=True, slots=True)
class Need:
    """What one request takes: its bucket, which share of it, and how many units."""

    bucket: Bucket
    share: str
    cost: int


class _Room:
    """What is left of one share of a bucket.

    A request is counted while it is in flight and for the bucket's seconds after its answer came: the service
    counted it no later than that, so the client never runs ahead of the service's own window.
    """

    def __init__(self, bucket: Bucket, clock: Clock, *, paced: bool) -> None:
        self.bucket = bucket
        self.paced = paced
        self.given_up = 0
        self._clock = clock
        self._queue = asyncio.Lock()
        self._slots = asyncio.Semaphore(bucket.in_flight)
        self._landed: deque[tuple[float, int]] = deque()
        self._used = 0
        self._flying = 0
        self._resumes_at = 0.0
        self._change = asyncio.Event()

    async def enter(self, cost: int, slots: int) -> None:
        """Wait for a place, first come first served."""
        async with self._queue:
            taken = 0
            try:
                for _ in range(slots):
                    await self._slots.acquire()
                    taken += 1
                while (wait := self._wait(cost)) != 0:
                    await self._pass(wait)
            except BaseException:
                self._free(taken)
                raise
            self._flying += cost

    def leave(self, cost: int, slots: int) -> None:
        """Count what has been answered, and make place."""
        self._flying -= cost
        self._landed.append((self._clock.monotonic(), cost))
        self._used += cost
        self._free(slots)
        self._change.set()

    @property
    def is_idle(self) -> bool:
        """Whether forgetting this room would change nothing worth counting."""
        quiet = not self._flying and not self._queue.locked() and self._resumes_at <= self._clock.monotonic()
        return quiet and not self.given_up and self._used * 100 < self.bucket.units

    def pause(self, seconds: float) -> None:
        """Let nothing through for that long."""
        self._resumes_at = max(self._resumes_at, self._clock.monotonic() + seconds)
        self._change.set()

    def _free(self, slots: int) -> None:
        for _ in range(slots):
            self._slots.release()

    def _wait(self, cost: int) -> float | None:
        """Seconds until there may be room; 0 when there is, None when that hangs on a request in flight."""
        now = self._clock.monotonic()
        if self._resumes_at > now:
            return self._resumes_at - now
        while self._landed and self._landed[0][0] + self.bucket.seconds <= now:
            self._used -= self._landed.popleft()[1]
        if not self.paced:
            return 0
        excess = self._used + self._flying + cost - self.bucket.units
        for landed_at, units in self._landed:
            if excess <= 0:
                break
            excess -= units
            if excess <= 0:
                return max(landed_at + self.bucket.seconds - now, 0.001)
        return 0 if excess <= 0 or not (self._landed or self._flying) else None

    async def _pass(self, wait: float | None) -> None:
        if wait is not None:
            await self._clock.sleep(wait)
            return
        self._change.clear()
        await self._change.wait()


class Governor:
    """Keeps as many requests in flight as the buckets allow.

    ``shared`` holds the rooms that Microsoft counts per app over all tenants; hand the same mapping to the
    governors of every tenant of one app.
    """

    def __init__(
        self, clock: Clock, pacing: Pacing = Pacing.DOCUMENTED, shared: "MutableMapping[str, _Room] | None" = None
    ) -> None:
        self._clock = clock
        self._pacing = pacing
        self._rooms: dict[str, _Room] = {}
        self._shared = {} if shared is None else shared
        self._everything = asyncio.Semaphore(MOST_IN_FLIGHT)

    def need(self, service: Service, path: str) -> Need:
        """What a request for this path and query (after the version) takes."""
        bucket = bucket_of(service, path)
        return Need(bucket, share_of(bucket, path), min(bucket.cost(path), bucket.units))

    @asynccontextmanager
    async def turn(self, needs: Iterable[Need]) -> AsyncIterator[None]:
        """Hold until every bucket concerned has room; the requests are counted until the block ends."""
        wanted = _together(needs)
        entered: list[tuple[_Room, int, int]] = []
        try:
            # Always in the same order, so that two batches never wait for each other.
            for share in sorted(wanted):
                need, slots = wanted[share]
                room = self._room(need)
                await room.enter(need.cost, slots)
                entered.append((room, need.cost, slots))
            async with self._everything:
                yield
        finally:
            for room, cost, slots in entered:
                room.leave(cost, slots)

    def pause(self, needs: Iterable[Need], seconds: float) -> None:
        """A bucket refused: nothing more goes to it for that long, and from now on its limits hold."""
        for need in needs:
            room = self._room(need)
            room.paced = True
            room.pause(seconds)

    def heed(self, needs: Iterable[Need], headers: Mapping[str, str]) -> None:
        """Learn from the headers of an answer: how near the limit is, and when it starts afresh."""
        percentage = _number(headers.get("x-ms-throttle-limit-percentage"))
        remaining = _number(headers.get("ratelimit-remaining"))
        if percentage is None and remaining is None:
            return
        for need in needs:
            room = self._room(need)
            room.paced = True
            if remaining is not None and remaining < _NEARLY_EMPTY:
                room.pause(_number(headers.get("ratelimit-reset")) or need.bucket.floor_seconds)

    def succeeded(self, needs: Iterable[Need]) -> None:
        """A request was answered: the service behind the bucket works."""
        for need in needs:
            self._room(need).given_up = 0

    def gave_up(self, needs: Iterable[Need]) -> None:
        """A request was given up after every try."""
        for need in needs:
            self._room(need).given_up += 1

    def is_weary(self, needs: Iterable[Need]) -> bool:
        """Whether the last few requests to a bucket were all given up, so that trying long is a waste of hours."""
        return any(self._room(need).given_up >= _WEARY_AFTER for need in needs)

    def _room(self, need: Need) -> _Room:
        rooms = self._shared if need.bucket.per == "app" else self._rooms
        if need.share not in rooms:
            if len(rooms) >= _MANY_ROOMS:  # a tenant of 100,000 mailboxes would keep a room for each
                for share in [share for share, room in rooms.items() if room.is_idle]:
                    del rooms[share]
            rooms[need.share] = _Room(need.bucket, self._clock, paced=self._pacing is Pacing.DOCUMENTED)
        return rooms[need.share]


def _together(needs: Iterable[Need]) -> dict[str, tuple[Need, int]]:
    """Needs of one HTTP request added up by share, with the slots they take.

    A batch is one request to most services; Outlook counts each sub-request against its mailbox.
    """
    listed = list(needs)
    counts = Counter(need.share for need in listed)
    costs: Counter[str] = Counter()
    for need in listed:
        costs[need.share] += need.cost
    return {
        need.share: (
            Need(need.bucket, need.share, min(costs[need.share], need.bucket.units)),
            min(counts[need.share], need.bucket.in_flight) if need.bucket.per == "mailbox" else 1,
        )
        for need in listed
    }


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
