"""How much Microsoft 365 lets an app ask: one table of limits, and the meters that enforce it."""

import math
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

from m365audit.sample.service.clock import Clock
from m365audit.sample.tenant import Tenant

Bucket = Literal[
    "graph",
    "identity",
    "reports",
    "sign-in activity",
    "key credentials",
    "conditional access",
    "usage reports",
    "outlook",
    "sharepoint",
    "teams",
    "intune",
    "security",
    "service communications",
    "none",
]
Scope = Literal["app", "tenant", "mailbox", "report"]
Says = Literal["always", "every other time", "never"]
Tiers = tuple[tuple[float, float], ...]

DAY = 86_400
EVERY_SIZE = math.inf


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit: so many units in any stretch of ``seconds``, for the whole app, each tenant, mailbox or report.

    ``units`` goes by the tenant's size (users; for SharePoint licences bought): the first row that is large enough.
    ``retry_after``: whether a refusal says when to come back.
    """

    bucket: Bucket
    scope: Scope
    seconds: float
    units: Tiers
    retry_after: Says = "always"


def _every(units: float) -> Tiers:
    return ((EVERY_SIZE, units),)


_SHAREPOINT: Tiers = ((1_000, 1_200), (5_000, 2_400), (15_000, 3_600), (50_000, 4_800), (EVERY_SIZE, 6_000))

LIMITS = (
    Limit("graph", "app", 10, _every(130_000)),
    Limit("identity", "tenant", 10, ((49, 3_500), (500, 5_000), (EVERY_SIZE, 8_000))),
    Limit("identity", "app", 20, _every(150_000)),
    Limit("reports", "tenant", 10, _every(5), "every other time"),
    Limit("reports", "app", 10, _every(122), "every other time"),
    Limit("sign-in activity", "tenant", 60, _every(10), "every other time"),
    Limit("sign-in activity", "app", 60, _every(10), "every other time"),
    Limit("key credentials", "tenant", 60, _every(150)),
    Limit("conditional access", "tenant", 1, _every(1), "never"),
    Limit("usage reports", "report", 600, _every(14)),
    Limit("usage reports", "tenant", 600, _every(40)),
    Limit("outlook", "mailbox", 600, _every(10_000)),
    Limit("sharepoint", "tenant", 60, _SHAREPOINT),
    Limit("sharepoint", "tenant", DAY, tuple((most, units * 1_000) for most, units in _SHAREPOINT)),
    Limit("teams", "tenant", 1, _every(5)),
    Limit("intune", "tenant", 20, _every(2_000)),
    Limit("security", "tenant", 60, _every(150)),
    Limit("security", "tenant", 600, _every(10_000)),
    Limit("service communications", "tenant", 60, _every(240)),
    Limit("service communications", "tenant", 3_600, _every(800)),
)
"""What Microsoft publishes; for Teams meetings, what it advises."""

IN_FLIGHT = {"outlook": 4, "exchange": 4, "security": 4}
"""Requests at work at once: Outlook for each mailbox, the others for each tenant.

Microsoft publishes none for Exchange, and refuses with words that speak of one; four is what others have found.
"""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a request found: how full the tightest of its limits is, and how long to stay away (``None``: come in).

    ``retry_after`` is in whole seconds, ``None`` with ``refused`` where Microsoft does not say.
    """

    limit: Limit
    allowed: float
    used: float
    refused: bool = False
    retry_after: int | None = None

    @property
    def share(self) -> float:
        """Used of what is allowed; above 1 nothing more is let in."""
        return self.used / self.allowed


class _Window:
    """The units spent in the last so many seconds; those of refused requests count as well."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._spent: deque[tuple[float, float]] = deque()
        self.used = 0.0

    def spend(self, now: float, units: float) -> None:
        while self._spent and self._spent[0][0] <= now - self._seconds:
            self.used -= self._spent.popleft()[1]
        self._spent.append((now, units))
        self.used += units

    def wait(self, now: float, allowed: float, units: float) -> float:
        """Seconds until that many units would be let in."""
        left = self.used
        for moment, spent in self._spent:
            left -= spent
            if left + units <= allowed:
                return max(0.0, moment + self._seconds - now)
        return self._seconds


class Meters:
    """The meters of one imitation. With ``on`` false everything is let in."""

    def __init__(self, clock: Clock, *, on: bool) -> None:
        self._clock = clock
        self._on = on
        self._windows: dict[tuple[Limit, str], _Window] = {}
        self._busy: Counter[tuple[str, str]] = Counter()
        self._refusals: Counter[Limit] = Counter()
        self.refused: defaultdict[str, int] = defaultdict(int)

    def charge(self, bucket: Bucket, tenant: Tenant, part: str, units: float) -> Usage | None:
        """Spend units of every limit of a bucket; the usage of the tightest, or ``None`` where there is no limit.

        ``part`` is the mailbox or the report, where one is asked for.
        """
        usages = list(self._charged(bucket, tenant, part, units)) if self._on else []
        if any(usage.refused for usage in usages):
            self.refused[bucket] += 1
        return max(usages, key=lambda usage: (usage.refused, usage.share), default=None)

    @asynccontextmanager
    async def in_flight(self, bucket: str, whose: str, seconds: float) -> AsyncIterator[bool]:
        """Hold a place while at work; gives whether there was one. The work takes at least ``seconds``."""
        key = (bucket, whose)
        if not self._on:
            yield True
            return
        self._busy[key] += 1
        try:
            admitted = self._busy[key] <= IN_FLIGHT[bucket]
            if admitted:
                await self._clock.sleep(seconds)
            else:
                self.refused[bucket] += 1
            yield admitted
        finally:
            self._busy[key] -= 1

    def _charged(self, bucket: Bucket, tenant: Tenant, part: str, units: float) -> Iterator[Usage]:
        now = self._clock.seconds()
        for limit in LIMITS:
            if limit.bucket != bucket:
                continue
            window = self._windows.setdefault((limit, whose(limit, tenant.tenant_id, part)), _Window(limit.seconds))
            allowance = allowed(limit, tenant)
            window.spend(now, units)
            refused = window.used > allowance
            wait = window.wait(now, allowance, units) if refused else 0.0
            yield Usage(limit, allowance, window.used, refused, self._say(limit, wait))

    def _say(self, limit: Limit, wait: float) -> int | None:
        if not wait or limit.retry_after == "never":
            return None
        self._refusals[limit] += 1
        silent = limit.retry_after == "every other time" and self._refusals[limit] % 2 == 0
        return None if silent else max(1, math.ceil(wait))


def whose(limit: Limit, tenant_id: str, part: str) -> str:
    """Which of a limit's separate counts a request of a tenant belongs to."""
    return {"app": "", "tenant": tenant_id}.get(limit.scope, f"{tenant_id}/{part}")


def allowed(limit: Limit, tenant: Tenant) -> float:
    """The units a tenant is allowed in a limit's stretch of time."""
    return next(units for size, units in limit.units if _size(limit.bucket, tenant) <= size)


def _size(bucket: Bucket, tenant: Tenant) -> int:
    if bucket == "sharepoint":
        return sum(sku.get("prepaidUnits", {}).get("enabled", 0) for sku in tenant.skus)
    return len(tenant.users)
