"""The governor keeps requests within Microsoft's limits, and no further from them than it must."""

import asyncio
import random
from collections.abc import Sequence

import pytest
from wire_fakes import VirtualClock

from m365audit.graph.governor import MOST_IN_FLIGHT, AppLimits, Governor, Pacing
from m365audit.graph.said import Service


class Server:
    """Counts arrivals the way a sliding window does, and how many are there at once."""

    def __init__(self, clock: VirtualClock, latency: float = 0.2) -> None:
        self.arrivals: list[float] = []
        self.most_at_once = 0
        self._here = 0
        self._clock = clock
        self._latency = latency

    async def serve(self) -> None:
        self.arrivals.append(self._clock.elapsed)
        self._here += 1
        self.most_at_once = max(self.most_at_once, self._here)
        await self._clock.sleep(self._latency)
        self._here -= 1

    def most_within(self, seconds: float) -> int:
        return max(sum(start <= at < start + seconds for at in self.arrivals) for start in self.arrivals)


async def send(governor: Governor, server: Server, paths: Sequence[str]) -> None:
    async def one(path: str) -> None:
        async with governor.turn([governor.need(Service.GRAPH, path)]):
            await server.serve()

    await asyncio.gather(*(one(path) for path in paths))


METHODS = "/users/u/authentication/methods"


async def test_a_documented_limit_is_never_passed_and_nearly_reached(clock: VirtualClock) -> None:
    server = Server(clock)
    await send(Governor(clock), server, [METHODS] * 40)
    assert server.most_within(10) == 5
    assert clock.elapsed <= (40 / 5 - 1) * 10 * 1.15


async def test_a_limit_that_may_not_exist_is_kept_once_it_shows(clock: VirtualClock) -> None:
    server = Server(clock)
    governor = Governor(clock, Pacing.LEARNED)
    await send(governor, server, [METHODS] * 40)
    assert clock.elapsed < 10
    governor.pause([governor.need(Service.GRAPH, METHODS)], 60)
    paused_at = clock.elapsed
    server.arrivals.clear()
    await send(governor, server, [METHODS] * 20)
    assert server.arrivals[0] >= paused_at + 60
    assert server.most_within(10) == 5


async def test_a_pause_holds_one_bucket_and_leaves_the_others(clock: VirtualClock) -> None:
    governor, server = Governor(clock), Server(clock)
    governor.pause([governor.need(Service.GRAPH, METHODS)], 300)
    await send(governor, server, ["/users?$select=id", "/organization"])
    assert clock.elapsed < 1
    await send(governor, server, [METHODS])
    assert server.arrivals[-1] >= 300


async def test_no_mailbox_is_asked_more_than_four_things_at_once(clock: VirtualClock) -> None:
    one, many = Server(clock), Server(clock)
    governor = Governor(clock)
    await send(governor, one, ["/users/a/mailboxSettings"] * 30)
    await send(governor, many, [f"/users/u{n}/mailboxSettings" for n in range(50)])
    assert one.most_at_once == 4
    assert many.most_at_once == MOST_IN_FLIGHT


async def test_costs_are_added_up(clock: VirtualClock) -> None:
    server = Server(clock)
    await send(Governor(clock), server, ["/drives/d/items/i/permissions"] * 300)
    assert server.most_within(60) == 1_200 // 5


async def test_two_batches_over_the_same_mailboxes_do_not_wait_for_each_other(clock: VirtualClock) -> None:
    governor, server = Governor(clock), Server(clock)
    paths = [f"/users/u{n}/mailboxSettings" for n in range(5)] * 4

    async def batch(order: Sequence[str]) -> None:
        async with governor.turn([governor.need(Service.GRAPH, path) for path in order]):
            await server.serve()

    async with asyncio.timeout(5):
        await asyncio.gather(*(batch(paths if n % 2 else paths[::-1]) for n in range(10)))
    assert len(server.arrivals) == 10


async def test_tenants_of_one_app_share_what_microsoft_counts_by_app(clock: VirtualClock) -> None:
    server = Server(clock)
    app = AppLimits()
    tenants = [Governor(clock, app=app) for _ in range(3)]
    await asyncio.gather(*(send(tenant, server, ["/users?$select=id,signInActivity"] * 6) for tenant in tenants))
    assert server.most_within(60) == 10


async def test_a_limit_that_runs_out_is_seen_coming(clock: VirtualClock) -> None:
    governor, server = Governor(clock, Pacing.LEARNED), Server(clock)
    path = "/drives/d/items/i/permissions"
    governor.heed([governor.need(Service.GRAPH, path)], {"ratelimit-remaining": "2", "ratelimit-reset": "31"})
    await send(governor, server, [path])
    assert server.arrivals == [31]


async def test_a_cancelled_wait_gives_its_place_back(clock: VirtualClock) -> None:
    governor, server = Governor(clock), Server(clock)
    policies = "/identity/conditionalAccess/policies"
    for has_landed in (False, True):
        async with governor.turn([governor.need(Service.GRAPH, policies)]):
            waiting = asyncio.create_task(send(governor, server, [policies]))
            for _ in range(3):
                await asyncio.sleep(0)
            if not has_landed:
                waiting.cancel()
        for _ in range(3):
            await asyncio.sleep(0)
        waiting.cancel()
    async with asyncio.timeout(5):
        await send(governor, server, [policies])
    assert len(server.arrivals) == 1


REPORT = "/reports/get{}(period='D7')"
PERMISSIONS = "/drives/d/items/i/permissions"


async def test_every_window_of_a_bucket_holds(clock: VirtualClock) -> None:
    governor, servers = Governor(clock), {name: Server(clock) for name in "ABCD"}
    everything = Server(clock)

    async def one(name: str) -> None:
        async with governor.turn([governor.need(Service.GRAPH, REPORT.format(name))]):
            await asyncio.gather(servers[name].serve(), everything.serve())

    await asyncio.gather(*(one(name) for name in "ABCD" * 14))
    assert max(server.most_within(600) for server in servers.values()) <= 14
    assert everything.most_within(600) == 40
    assert clock.elapsed < 600 * 1.15


@pytest.mark.parametrize(
    ("known", "path", "seconds", "units"),
    [
        pytest.param({}, "/organization", 10, 3_500, id="the directory, of a tenant of unknown size"),
        pytest.param({"accounts": 49}, "/organization", 10, 3_500, id="of a small one"),
        pytest.param({"accounts": 50}, "/organization", 10, 5_000, id="of a middling one"),
        pytest.param({"accounts": 501}, "/organization", 10, 8_000, id="of a large one"),
        pytest.param({"licences": 1_000}, PERMISSIONS, 60, 240, id="SharePoint, with a thousand licences"),
        pytest.param({"licences": 1_001}, PERMISSIONS, 60, 480, id="with one more"),
        pytest.param({"licences": 60_000}, PERMISSIONS, 60, 1_200, id="with more than any row"),
    ],
)
def test_limits_go_by_the_size_of_the_tenant(known: dict[str, int], path: str, seconds: float, units: int) -> None:
    governor = Governor(VirtualClock())
    governor.knows(**known)
    need = governor.need(Service.GRAPH, path)
    room = governor.rooms(need)[0]
    for _ in range(units):
        assert room.wait(0, need.cost, 0) == 0
        room.take(0, need.cost, 0)
        room.leave(0, need.cost, 0)
    assert room.wait(0, need.cost, 0) == seconds


def test_a_day_of_sharepoint_has_its_own_limit() -> None:
    governor = Governor(VirtualClock())
    need = governor.need(Service.GRAPH, PERMISSIONS)
    room, now = governor.rooms(need)[0], 0.0
    for _ in range(1_000):
        room.take(now, 1_200, 0)
        room.leave(now, 1_200, 0)
        now += 60
    assert now < 86_400 - 60
    assert 86_400 - now <= (room.wait(now, 5, 0) or 0) <= 86_400 - now + 86_400 / 500


async def test_a_refusal_in_spite_of_a_large_tenant_makes_it_a_smaller_one(clock: VirtualClock) -> None:
    governor, server = Governor(clock), Server(clock)
    governor.knows(licences=1_001)
    governor.pause([governor.need(Service.GRAPH, PERMISSIONS)], 60)
    await send(governor, server, [PERMISSIONS] * 500)
    assert server.most_within(60) == 240


@pytest.mark.parametrize("seed", range(5))
async def test_however_long_requests_are_under_way_none_is_refused(clock: VirtualClock, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    governor, arrivals = Governor(clock), []

    async def one() -> None:
        async with governor.turn([governor.need(Service.GRAPH, METHODS)]):
            await clock.sleep(chance.uniform(0, 0.6))
            arrivals.append(clock.elapsed)
            await clock.sleep(chance.uniform(0, 0.6))

    await asyncio.gather(*(one() for _ in range(60)))
    assert all(later - sooner >= 10 for sooner, later in zip(arrivals, sorted(arrivals)[5:], strict=False))
    assert clock.elapsed <= (60 / 5 - 1) * 10 * 1.15


@pytest.mark.parametrize(
    ("refused", "held", "free"),
    [
        pytest.param("/users/a/calendarView", "/users/a/mailboxSettings", "/users/b/calendarView", id="one mailbox"),
        pytest.param(REPORT.format("X"), REPORT.format("X"), REPORT.format("Y"), id="one report"),
        pytest.param(PERMISSIONS, "/sites/s/drives", "/users/a/calendarView", id="all of SharePoint"),
    ],
)
async def test_a_pause_is_as_wide_as_what_refused(clock: VirtualClock, refused: str, held: str, free: str) -> None:
    governor, server = Governor(clock), Server(clock)
    governor.pause([governor.need(Service.GRAPH, refused)], 300)
    await send(governor, server, [free])
    assert server.arrivals == [0]
    await send(governor, server, [held])
    assert server.arrivals[-1] == 300


async def test_who_waits_for_one_mailbox_holds_no_other(clock: VirtualClock) -> None:
    governor, server = Governor(clock), Server(clock)
    governor.pause([governor.need(Service.GRAPH, "/users/a/calendarView")], 300)

    async def both() -> None:
        needs = [governor.need(Service.GRAPH, f"/users/{user}/calendarView") for user in "ab"]
        async with governor.turn(needs):
            await server.serve()

    async with asyncio.TaskGroup() as group:
        group.create_task(both())
        group.create_task(send(governor, server, ["/users/b/calendarView"] * 8))
    assert server.arrivals == [0] * 4 + [0.2] * 4 + [300]


async def test_what_little_is_left_is_spread_over_the_time_until_there_is_more(clock: VirtualClock) -> None:
    governor, server = Governor(clock), Server(clock)
    governor.heed([governor.need(Service.GRAPH, PERMISSIONS)], {"ratelimit-remaining": "50", "ratelimit-reset": "30"})
    await send(governor, server, [PERMISSIONS] * 12)
    assert server.arrivals == pytest.approx([*(3 * number for number in range(10)), 30, 30])


async def test_an_answer_that_counts_as_we_do_slows_nothing_down(clock: VirtualClock) -> None:
    governor, server = Governor(clock), Server(clock)
    await send(governor, server, [PERMISSIONS] * 200)
    governor.heed([governor.need(Service.GRAPH, PERMISSIONS)], {"ratelimit-remaining": "200", "ratelimit-reset": "60"})
    began = clock.elapsed
    await send(governor, server, [PERMISSIONS] * 16)
    assert server.arrivals[-1] == began


async def test_a_share_that_others_have_used_up_is_heeded(clock: VirtualClock) -> None:
    governor, server = Governor(clock, Pacing.LEARNED), Server(clock)
    need = governor.need(Service.GRAPH, "/users?$select=id")
    governor.heed([need], {"x-ms-throttle-limit-percentage": "0.20"})
    await send(governor, server, ["/users?$select=id"])
    governor.heed([need], {"x-ms-throttle-limit-percentage": "1.2"})
    await send(governor, server, ["/users?$select=id"])
    assert server.arrivals == [0, pytest.approx(10.2)]


async def ask_exchange(governor: Governor, clock: VirtualClock, bears: int, times: int) -> tuple[int, int]:
    """Ask an Exchange that bears so many at a time; gives how many were there at most, and how many it refused."""
    here = most = refused = 0
    need = [governor.need(Service.EXCHANGE, "")]

    async def one() -> None:
        nonlocal here, most, refused
        while True:
            async with governor.turn(need):
                here += 1
                is_borne, most = here <= bears, max(most, here)
                await clock.sleep(0.5 if is_borne else 0.05)
                here -= 1
            if is_borne:
                governor.succeeded(need)
                return
            refused += 1
            governor.pause(need, 1)

    await asyncio.gather(*(one() for _ in range(times)))
    return most, refused


async def test_exchange_is_asked_a_little_more_as_long_as_it_goes_well(clock: VirtualClock) -> None:
    governor = Governor(clock)
    most, refused = await ask_exchange(governor, clock, bears=10, times=8)
    assert (most, refused) == (3, 0)
    most, refused = await ask_exchange(governor, clock, bears=10, times=100)
    assert (most, refused) == (4, 0)


@pytest.mark.parametrize("bears", [1, 2, 3])
async def test_exchange_is_asked_less_once_it_refuses(clock: VirtualClock, bears: int) -> None:
    governor = Governor(clock)
    most, refused = await ask_exchange(governor, clock, bears, times=400)
    assert most > bears
    assert refused <= 8
    assert clock.elapsed <= 400 * 0.5 / bears * 1.15


async def test_one_app_in_many_tenants_keeps_to_what_it_has_in_all(clock: VirtualClock) -> None:
    app, server = AppLimits(), Server(clock)
    await asyncio.gather(*(send(Governor(clock, app=app), server, [METHODS] * 5) for _ in range(30)))
    assert server.most_within(10) == 122


def test_what_one_loop_has_spent_counts_in_the_next() -> None:
    app, arrivals, elapsed = AppLimits(), [], 0.0
    for _ in range(2):
        clock = VirtualClock()
        clock.elapsed = elapsed
        server = Server(clock)
        asyncio.run(send(Governor(clock, app=app), server, ["/users?$select=id,signInActivity"] * 6))
        arrivals += server.arrivals
        elapsed = clock.elapsed
    assert arrivals[9] < 2
    assert arrivals[10] >= 60
