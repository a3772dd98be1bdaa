"""The time the imitation lives in: real, or running faster so that a demo need not wait for Microsoft's limits."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What the imitation needs of time."""

    def now(self) -> datetime:
        """The time of day, in UTC."""

    def seconds(self) -> float:
        """Seconds since some moment, never going back."""

    async def sleep(self, seconds: float) -> None:
        """Wait that many of this clock's seconds."""


class PacedClock:
    """A clock that starts at the real time (or at ``start``) and runs ``pace`` times as fast."""

    def __init__(self, pace: float = 1.0, start: datetime | None = None) -> None:
        if pace <= 0:
            msg = f"a clock cannot run at {pace} times the real pace"
            raise ValueError(msg)
        self._pace = pace
        self._start = start or datetime.now(UTC)
        self._began = time.monotonic()

    def now(self) -> datetime:
        """The time of day, in UTC."""
        return self._start + timedelta(seconds=self.seconds())

    def seconds(self) -> float:
        """Seconds of this clock since it was made."""
        return (time.monotonic() - self._began) * self._pace

    async def sleep(self, seconds: float) -> None:
        """Wait that many of this clock's seconds."""
        await asyncio.sleep(seconds / self._pace)
