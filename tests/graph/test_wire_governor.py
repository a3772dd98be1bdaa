"""The governor keeps requests within Microsoft's limits, and no further from them than it must."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from wire_fakes import VirtualClock

from m365audit.graph.buckets import BUCKETS, bucket_of, share_of
from m365audit.graph.governor import Governor, Pacing
from m365audit.graph.said import Service


@pytest.mark.parametrize(
    ("path", "bucket", "cost"),
    [
        pytest.param("/users?$select=id&$top=999", "identity", 1, id="a list of users"),
        pytest.param("/users?$select=id&$expand=manager&$top=999", "identity", 2, id="users with their managers"),
        pytest.param("/users?$top=5", "identity", 1, id="a few users"),
        pytest.param("/subscribedSkus?$select=id", "identity", 2, id="licences"),
        pytest.param("/organization", "identity", 1, id="the organisation"),
        pytest.param("/users?$select=id,signInActivity&$top=500", "sign-in activity", 1, id="sign-in activity"),
        pytest.param(
            "/reports/authenticationMethods/userRegistrationDetails",
            "identity reports",
            1,
            id="the registration report",
        ),
        pytest.param("/users/u/authentication/methods", "identity reports", 1, id="one account's methods"),
        pytest.param("/identity/conditionalAccess/policies", "conditional access and risk", 1, id="Conditional Access"),
        pytest.param("/users/u/mailboxSettings", "Outlook", 1, id="mailbox settings"),
        pytest.param("/users/u/calendarView?startDateTime=x", "Outlook", 1, id="a calendar view"),
        pytest.param("/users/u/mailFolders/inbox/messageRules", "Outlook", 1, id="inbox rules"),
        pytest.param("/users/u/onlineMeetings?$filter=x", "online meetings", 1, id="meeting options"),
        pytest.param("/sites/getAllSites?$select=id", "SharePoint", 2, id="all sites"),
        pytest.param("/sites/s/drives", "SharePoint", 2, id="the libraries of a site"),
        pytest.param("/drives/d/root/delta?$select=id", "SharePoint", 2, id="a crawl without a token"),
        pytest.param("/drives/d/root/delta?token=x", "SharePoint", 1, id="a crawl with a token"),
        pytest.param("/drives/d/items/i/permissions", "SharePoint", 5, id="an item's permissions"),
        pytest.param("/users/u/drive", "SharePoint", 1, id="a OneDrive"),
        pytest.param("/admin/sharepoint/settings", "identity", 1, id="tenant sharing settings"),
        pytest.param("/reports/getMailboxUsageDetail(period='D7')", "usage reports", 1, id="a usage report"),
    ],
)
def test_every_request_is_counted_where_microsoft_counts_it(path: str, bucket: str, cost: int) -> None:
    found = bucket_of(Service.GRAPH, path)
    assert (found.name, found.cost(path)) == (bucket, cost)


def test_every_bucket_names_its_source() -> None:
    assert all(any(year in bucket.source for year in ("2024", "2025", "2026")) for bucket in BUCKETS)


def test_mailboxes_and_reports_are_counted_apart() -> None:
    outlook = bucket_of(Service.GRAPH, "/users/A/mailboxSettings")
    assert share_of(outlook, "/users/A/mailboxSettings") == share_of(outlook, "/users/a/calendarView") != "Outlook"
    usage = bucket_of(Service.GRAPH, "/reports/getX(period='D7')")
    assert share_of(usage, "/reports/getX(period='D7')") != share_of(usage, "/reports/getY(period='D7')")


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
    await send(governor, many, [f"/users/u{n}/mailboxSettings" for n in range(30)])
    assert one.most_at_once == 4
    assert many.most_at_once == 16


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
    shared: dict[str, Any] = {}
    tenants = [Governor(clock, shared=shared) for _ in range(3)]
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
