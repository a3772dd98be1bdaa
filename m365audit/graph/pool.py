"""Parts of batches that are still to be answered, and which of them may travel together now."""

import asyncio
import math
from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from m365audit.graph.buckets import MOST_IN_BATCH
from m365audit.graph.governor import Governor, Need
from m365audit.graph.retry import Tries
from m365audit.graph.wire import Call

Key = TypeVar("Key")

_LEAST_WAIT = 0.001

_Kind = tuple[str, str, int]
"""Bucket, share and cost: parts of a kind may go at the same moment, unless they wait for a time of their own."""


@dataclass(slots=True)
class Part(Generic[Key]):
    """One request that travels in a batch. ``path`` is relative to the version, with the query.

    It is not sent before ``not_before``, by the governor's clock.
    """

    key: Key
    call: Call
    path: str
    need: Need
    tries: Tries = field(default_factory=Tries)
    not_before: float = -math.inf

    @property
    def kind(self) -> _Kind:
        """What decides when it may go, but for its own time."""
        return self.need.bucket.name, self.need.share, self.need.cost


class Pool(Generic[Key]):
    """Hands out parts as soon as they may go: those of one bucket, spread over mailboxes, and no more than fit.

    A part whose bucket or mailbox is paused, or that waits for its own time, holds no other back.
    """

    def __init__(self, parts: Iterable[Part[Key]], governor: Governor) -> None:
        self._governor = governor
        self._waiting: dict[str, deque[Part[Key]]] = defaultdict(deque)
        # Thousands wait at a time: how long until one may go is told without going through them.
        self._untried: Counter[_Kind] = Counter()
        self._needs: dict[_Kind, Need] = {}
        self._tried: dict[int, Part[Key]] = {}
        self._travelling = 0
        self._line = asyncio.Lock()
        for part in parts:
            self._waiting[part.need.bucket.name].append(part)
            self._untried[part.kind] += 1
            self._needs[part.kind] = part.need

    async def load(self) -> list[Part[Key]]:
        """The next parts to send together, once there are any; nothing when all have been answered."""
        async with self._line:
            while self._travelling or any(self._waiting.values()):
                if load := self._pick():
                    self._off(load)
                    return load
                await self._governor.news(self._seconds())
        return []

    def _off(self, load: list[Part[Key]]) -> None:
        self._travelling += len(load)
        for part in load:
            if self._tried.pop(id(part), None) is None:
                self._untried[part.kind] -= 1
                if not self._untried[part.kind]:
                    del self._untried[part.kind]

    def answered(self, _part: Part[Key]) -> None:
        """A part that was handed out is done with."""
        self._travelling -= 1
        self._governor.stir()

    def again(self, part: Part[Key], seconds: float) -> None:
        """A part that was handed out is to be sent again, not before that long."""
        part.not_before = self._governor.now() + seconds
        self._waiting[part.need.bucket.name].append(part)
        self._tried[id(part)] = part
        self.answered(part)

    def _pick(self) -> list[Part[Key]]:
        if self._governor.is_full:
            return []
        for bucket, parts in self._waiting.items():
            load = self._of(parts)
            if load:
                # The next load is another bucket's, if there is one.
                self._waiting[bucket] = self._waiting.pop(bucket)
                return load
        return []

    def _of(self, parts: deque[Part[Key]]) -> list[Part[Key]]:
        now = self._governor.now()
        chosen: list[Part[Key]] = []
        aside: list[Part[Key]] = []
        width, load = MOST_IN_BATCH, self._governor.load()
        while parts and len(chosen) < width:
            part = parts.popleft()
            narrower = min(width, part.need.bucket.width(part.need.cost))
            if part.not_before <= now and len(chosen) < narrower and load.add(part.need):
                chosen.append(part)
                width = narrower
                continue
            aside.append(part)
            if part.not_before <= now and not part.need.share:
                break  # all of them are counted together, and there is no room for this one
        parts.extendleft(reversed(aside))
        return chosen

    def _seconds(self) -> float | None:
        """How long until a part may go, if that does not hang on an answer."""
        if self._governor.is_full:
            return None
        moments = dict.fromkeys(self._untried, -math.inf)
        for part in self._tried.values():
            moments[part.kind] = min(part.not_before, moments.get(part.kind, math.inf))
        now, soonest = self._governor.now(), math.inf
        for kind, moment in moments.items():
            wait = self._governor.wait(self._needs[kind])
            if wait is not None:
                soonest = min(soonest, max(wait, moment - now, _LEAST_WAIT))
            if soonest <= _LEAST_WAIT:
                break
        return None if soonest == math.inf else soonest
