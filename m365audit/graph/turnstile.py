"""The turnstile: lets a request through once every room it concerns has place, first come first served in each."""

import asyncio
import math
from collections.abc import Sequence

from m365audit.graph.clock import Clock
from m365audit.graph.rooms import Claim, Room

_SOON = 0.001


class _Waiter:
    """Somebody at the turnstile."""

    __slots__ = ("admitted", "claims", "rooms")

    def __init__(self, claims: Sequence[Claim], admitted: "asyncio.Future[None]") -> None:
        self.claims = claims
        self.rooms = frozenset(claim.room for claim in claims)
        self.admitted = admitted


class Turnstile:
    """Takes of all rooms at once or of none, so that nobody holds one room while waiting for another.

    Whoever waits for a room holds back only those who came later for the same room.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: dict[int, _Waiter] = {}
        self._watching: dict[asyncio.Future[None], float] = {}
        self._number = 0
        self._alarm: asyncio.Task[None] | None = None
        self._alarm_at = math.inf

    async def enter(self, claims: Sequence[Claim]) -> None:
        """Wait for place in all the rooms, and take it."""
        waiter = _Waiter(claims, asyncio.get_running_loop().create_future())
        self._number += 1
        number = self._number
        self._waiting[number] = waiter
        self.dispatch()
        try:
            if not waiter.admitted.done():
                await waiter.admitted
        except asyncio.CancelledError:
            if self._waiting.pop(number, None) is None:
                self._give_back(claims, sent=False)
            self.dispatch()
            raise

    def leave(self, claims: Sequence[Claim]) -> None:
        """Make place again, and count what was sent as landed."""
        self._give_back(claims, sent=True)
        self.stir()
        self.dispatch()

    async def news(self, seconds: float | None) -> None:
        """Wait until place was made somewhere, or until that long has passed."""
        heard: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        due = math.inf if seconds is None else self._clock.monotonic() + seconds
        self._watching[heard] = due
        self._arm(due)
        try:
            await heard
        finally:
            self._watching.pop(heard, None)
            self._disarm()

    def stir(self) -> None:
        """Wake whoever waits for news."""
        for heard in self._watching:
            if not heard.done():
                heard.set_result(None)

    def concerns(self, room: Room) -> bool:
        """Whether anybody waits for a room."""
        return any(room in waiter.rooms for waiter in self._waiting.values())

    def dispatch(self) -> None:
        """Let through whoever may go now, and see when the next one may."""
        now = self._clock.monotonic()
        taken: set[Room] = set()
        due = min(self._watching.values(), default=math.inf)
        for number, waiter in list(self._waiting.items()):
            if not taken.isdisjoint(waiter.rooms):
                continue
            waits = {claim.room: claim.room.wait(now, claim.cost, claim.places) for claim in waiter.claims}
            blocking = {room: wait for room, wait in waits.items() if wait != 0}
            if blocking:
                taken |= blocking.keys()
                due = min(due, now + max(math.inf if wait is None else wait for wait in blocking.values()))
                continue
            del self._waiting[number]
            for claim in waiter.claims:
                claim.room.take(now, claim.cost, claim.places)
            if not waiter.admitted.done():
                waiter.admitted.set_result(None)
        self._arm(due)
        self._disarm()

    def _give_back(self, claims: Sequence[Claim], *, sent: bool) -> None:
        now = self._clock.monotonic()
        for claim in claims:
            claim.room.leave(now, claim.cost, claim.places, sent=sent)

    def _arm(self, due: float) -> None:
        """Have the turnstile looked at again at a time, if not before."""
        is_set = self._alarm is not None and not self._alarm.done()
        if due == math.inf or (is_set and self._alarm_at <= due):
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm_at = due
        self._alarm = asyncio.get_running_loop().create_task(self._ring(due))

    def _disarm(self) -> None:
        if self._alarm is not None and not self._waiting and not self._watching:
            self._alarm.cancel()
            self._alarm = None

    async def _ring(self, due: float) -> None:
        await self._clock.sleep(max(_SOON, due - self._clock.monotonic()))
        self._alarm = None
        now = self._clock.monotonic()
        for heard, at in self._watching.items():
            if at <= now + _SOON and not heard.done():
                heard.set_result(None)
        self.dispatch()
