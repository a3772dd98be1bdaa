"""One governor per tenant: holds every request back until its buckets have room for it."""

import math
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from weakref import WeakSet

from m365audit.graph.buckets import Bucket, Per, bucket_called, bucket_of, whose
from m365audit.graph.clock import Clock
from m365audit.graph.rooms import Claim, Places, Room
from m365audit.graph.said import Service
from m365audit.graph.size import TenantSize
from m365audit.graph.turnstile import Turnstile

MOST_IN_FLIGHT = 32
"""Requests of one tenant in flight, whatever their buckets: enough for sixty a second at half a second each."""

_WEARY_AFTER = 3
_MANY_ROOMS = 4_096


class Pacing(StrEnum):
    """When the documented limits hold.

    ``DOCUMENTED``: from the first request. ``LEARNED``: once a bucket has refused one, for services that are not
    Microsoft's own and may have no such limits.
    """

    DOCUMENTED = "documented"
    LEARNED = "learned"


@dataclass(frozen=True, slots=True)
class Need:
    """What one request takes: its bucket, which narrowest share of it, and how many units; the same of others."""

    bucket: Bucket
    share: str
    cost: int
    also: tuple["Need", ...] = ()


class AppLimits:
    """What Microsoft counts per app over all tenants.

    Hand the same one to the governors of every tenant of one app. They may be at work in one event loop together, or
    in several one after another.
    """

    def __init__(self) -> None:
        self.rooms: dict[str, Room] = {}
        self.turnstiles: WeakSet[Turnstile] = WeakSet()


class Governor:
    """Keeps as many requests in flight as the buckets allow.

    ``app`` is shared with the tenants that the same app is used for; without it, this tenant is the only one.
    """

    def __init__(self, clock: Clock, pacing: Pacing = Pacing.DOCUMENTED, app: AppLimits | None = None) -> None:
        self._clock = clock
        self._is_paced = pacing is Pacing.DOCUMENTED
        self._size = TenantSize()
        self._rooms: dict[str, Room] = {}
        self._app = app or AppLimits()
        self._turnstile = Turnstile(clock)
        self._app.turnstiles.add(self._turnstile)
        self._everything = Room((), Places(MOST_IN_FLIGHT), paced=False)

    def need(self, service: Service, path: str) -> Need:
        """What a request for this path and query (after the version) takes."""
        bucket = bucket_of(service, path)
        also = tuple(_of(bucket_called(name), path) for name in bucket.also)
        return Need(bucket, whose(bucket.per, path), bucket.cost(path), also)

    @asynccontextmanager
    async def turn(self, needs: Iterable[Need]) -> AsyncIterator[None]:
        """Hold until every bucket concerned has room; the requests are counted until the block ends."""
        claims = Load(self).with_all(needs)
        await self._turnstile.enter(claims)
        try:
            yield
        finally:
            self._turnstile.leave(claims)
            for turnstile in self._app.turnstiles:
                if turnstile is not self._turnstile:
                    turnstile.dispatch()

    def load(self) -> "Load":
        """An empty HTTP request, to be filled with what may go now."""
        return Load(self)

    @property
    def is_full(self) -> bool:
        """Whether as many of this tenant's requests are under way as may be, so that anything hangs on an answer."""
        return self._everything.wait(self._clock.monotonic(), 0, 1) is None

    def wait(self, need: Need) -> float | None:
        """Seconds until such a request may go; 0 at once, None when that hangs on one in flight."""
        now = self._clock.monotonic()
        waits = [claim.room.wait(now, claim.cost, claim.places) for claim in Load(self).with_all([need])]
        return None if None in waits else max(wait or 0 for wait in waits)

    async def news(self, seconds: float | None) -> None:
        """Wait until something was answered, or until that long has passed."""
        await self._turnstile.news(seconds)

    def stir(self) -> None:
        """Wake whoever waits for news."""
        self._turnstile.stir()

    def pause(self, needs: Iterable[Need], seconds: float) -> None:
        """A bucket refused: nothing more goes to its narrowest share for that long, and from now on its limits hold."""
        now = self._clock.monotonic()
        for room in {self._narrowest(need) for need in needs}:
            room.pause(now, seconds)

    def heed(self, needs: Iterable[Need], headers: Mapping[str, str]) -> None:
        """Learn from the headers of an answer: how near the limit is, and when it starts afresh."""
        share = _number(headers.get("x-ms-throttle-limit-percentage"))
        remaining = _number(headers.get("ratelimit-remaining"))
        if share is None and remaining is None:
            return
        reset = _number(headers.get("ratelimit-reset"))
        now = self._clock.monotonic()
        for room in {self._narrowest(need) for need in needs}:
            room.told(now, remaining, share, reset)

    def learn(self, path: str, document: Mapping[str, Any]) -> None:
        """Learn from an answer how large the tenant is, where it tells."""
        if self._size.read(path, document):
            self._fit()

    def knows(self, *, accounts: int = 0, licences: int = 0) -> None:
        """The tenant has at least so many accounts or licences."""
        if self._size.at_least(accounts=accounts, licences=licences):
            self._fit()

    def succeeded(self, needs: Iterable[Need]) -> None:
        """A request was answered: the service behind the bucket works."""
        for need in needs:
            self._narrowest(need).answered()

    def gave_up(self, needs: Iterable[Need]) -> None:
        """A request was given up after every try."""
        for need in needs:
            self._narrowest(need).given_up += 1

    def is_weary(self, needs: Iterable[Need]) -> bool:
        """Whether the last few requests to a bucket were all given up, so that trying long is a waste of hours."""
        return any(self._narrowest(need).given_up >= _WEARY_AFTER for need in needs)

    def rooms(self, need: Need) -> list[Room]:
        """Where a request is counted in its own bucket, the narrowest first."""
        return [
            self._room(need.bucket, per, need.share if per == need.bucket.per else "") for per in need.bucket.scopes
        ]

    def claims_on_everything(self) -> Claim:
        """The place one HTTP request takes among all of this tenant's."""
        return Claim(self._everything, 0, 1)

    def now(self) -> float:
        """The time, in seconds of this governor's clock."""
        return self._clock.monotonic()

    def _narrowest(self, need: Need) -> Room:
        return self._room(need.bucket, need.bucket.per, need.share)

    def _room(self, bucket: Bucket, per: Per, share: str) -> Room:
        rooms = self._app.rooms if per == "app" else self._rooms
        key = f"{bucket.name}:{per}:{share}"
        if key not in rooms:
            if len(rooms) >= _MANY_ROOMS:  # a tenant of 100,000 mailboxes would keep a room for each
                self._forget(rooms)
            windows = [window for window in bucket.windows if window.per == per]
            places = Places(bucket.in_flight, bucket.at_first) if per == bucket.per else None
            rooms[key] = Room(windows, places, paced=self._is_paced)
            rooms[key].fit(self._size.known)
        return rooms[key]

    def _forget(self, rooms: dict[str, Room]) -> None:
        now = self._clock.monotonic()
        for key in [key for key, room in rooms.items() if room.is_idle(now) and not self._turnstile.concerns(room)]:
            del rooms[key]

    def _fit(self) -> None:
        for room in self._rooms.values():
            room.fit(self._size.known)
        self._turnstile.stir()
        self._turnstile.dispatch()


class Load:
    """What one HTTP request would carry: needs added up by room.

    A batch is one request to most services; Outlook counts each sub-request against its mailbox.
    """

    def __init__(self, governor: Governor) -> None:
        self._governor = governor
        everything = governor.claims_on_everything()
        self._claims: dict[Room, Claim] = {everything.room: everything}

    def with_all(self, needs: Iterable[Need]) -> list[Claim]:
        """The claims with these needs, whether there is room for them or not."""
        for need in needs:
            self._claims.update(self._with(need))
        # What is too much for any moment, a batch made elsewhere, goes when nothing else is under way.
        return [claim._replace(places=min(claim.places, claim.room.most)) for claim in self._claims.values()]

    def add(self, need: Need) -> bool:
        """Add a need if there is room for it now, with all that is in it already; gives whether it was."""
        now = self._governor.now()
        claims = self._with(need)
        everything = self._governor.claims_on_everything()
        if any(claim.room.wait(now, claim.cost, claim.places) != 0 for claim in (everything, *claims.values())):
            return False
        self._claims.update(claims)
        return True

    def _with(self, need: Need) -> dict[Room, Claim]:
        claims: dict[Room, Claim] = {}
        for one in (need, *need.also):
            for number, room in enumerate(self._governor.rooms(one)):
                before = self._claims.get(room) or Claim(room, 0, 0)
                places = 0 if number else before.places + 1 if one.bucket.per == "mailbox" else 1
                claims[room] = Claim(room, before.cost + one.cost, places)
        return claims


def _of(bucket: Bucket, path: str) -> Need:
    return Need(bucket, whose(bucket.per, path), bucket.cost(path))


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text else None
    except ValueError:
        return None
    return number if number is not None and math.isfinite(number) else None
