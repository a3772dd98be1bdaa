"""The least time in which what was asked can be asked at all: the yardstick for how fast a client is."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from m365audit.sample.service.graph_errors import ProblemError
from m365audit.sample.service.graph_gate import counted_apart, spends
from m365audit.sample.service.graph_options import read_options
from m365audit.sample.service.graph_route import match
from m365audit.sample.service.graph_service import ROUTES
from m365audit.sample.service.limits import IN_FLIGHT, LIMITS, Bucket, Limit, allowed, whose
from m365audit.sample.service.message import Logged
from m365audit.sample.tenant import Tenant

_THROTTLED = 429


@dataclass(frozen=True, slots=True)
class LeastTime:
    """What one limit alone costs in time: so many units have gone through, which took ``seconds`` at the least."""

    bucket: str
    counted_by: str
    units: int
    seconds: float


def least_times(lines: Iterable[Logged], tenants: Iterable[Tenant], request_seconds: float) -> list[LeastTime]:
    """What each limit costs, worked out from the log of a service and its table of limits; the dearest first.

    A window lets its first units through at once, the next when it has passed: so many units take as many windows as
    they fill, less one. Where requests at a time are counted, one is under way for ``request_seconds`` (there, back
    and the work on it), so that as many rounds are needed as they fill. What was refused had no need to be asked, and
    does not count.
    """
    by_id = {tenant.tenant_id: tenant for tenant in tenants}
    answered = [line for line in lines if line.status != _THROTTLED and line.tenant in by_id]
    found = [*_windows(answered, by_id), *_in_flight(answered, request_seconds)]
    return sorted(found, key=lambda one: -one.seconds)


def _windows(lines: Iterable[Logged], tenants: Mapping[str, Tenant]) -> Iterator[LeastTime]:
    spent: Counter[tuple[Limit, str]] = Counter()
    allowances: dict[tuple[Limit, str], float] = {}
    for line in lines:
        tenant = tenants[line.tenant or ""]
        costs, part = cost_of(line)
        for limit in LIMITS:
            if limit.bucket in costs:
                count = (limit, whose(limit, tenant.tenant_id, part))
                spent[count] += costs[limit.bucket]
                allowances[count] = allowed(limit, tenant)
    for (limit, _), units in spent.items():
        windows = math.ceil(units / allowances[limit, _])
        yield LeastTime(limit.bucket, limit.scope, units, (windows - 1) * limit.seconds)


def _in_flight(lines: Iterable[Logged], request_seconds: float) -> Iterator[LeastTime]:
    asked: Counter[tuple[str, str]] = Counter()
    for line in lines:
        costs, part = cost_of(line)
        places = {"exchange"} if line.service == "exchange" else costs.keys() & IN_FLIGHT.keys()
        asked.update((place, f"{line.tenant}/{part}") for place in places)
    for (place, _), count in asked.items():
        yield LeastTime(place, "in flight", count, math.ceil(count / IN_FLIGHT[place]) * request_seconds)


def cost_of(line: Logged) -> tuple[dict[Bucket, int], str]:
    """The units a logged request cost, by bucket, and the mailbox or report it was counted by; none elsewhere."""
    if line.service != "graph":
        return {}, ""
    try:
        route, captured = match(ROUTES, line.path.removeprefix("/v1.0"))
        options = read_options(line.query, route.options, route.ignored)
    except ProblemError:
        # A batch as a whole, or a mistake: neither is counted.
        return {}, ""
    return spends(route, options), counted_apart(route, captured.get("user", ""))
