"""What one part of a batch waits for holds no other part back, and no batch is wider than what there is room for."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from wire_fakes import Connected, VirtualClock

from m365audit.graph import Governor, Graph, Pacing
from m365audit.graph.said import Service

Json = dict[str, Any]
Respond = Callable[[str, int], Json | None]


class Network:
    """Answers batches part by part; ``respond`` gets a part's url and how often it has come, and may refuse it."""

    def __init__(self, clock: VirtualClock, respond: Respond = lambda _url, _time: None) -> None:
        self.sent: list[tuple[float, list[str]]] = []
        self._clock = clock
        self._respond = respond
        self._times: dict[str, int] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        parts = json.loads(request.content)["requests"]
        self.sent.append((self._clock.elapsed, [part["url"] for part in parts]))
        return httpx.Response(200, json={"responses": [self._one(part) for part in parts]})

    def _one(self, part: Json) -> Json:
        url = part["url"]
        self._times[url] = self._times.get(url, 0) + 1
        response = self._respond(url, self._times[url]) or {"status": 200, "body": {"value": []}}
        return {"id": part["id"], "headers": {}, **response}


def refused(status: int, **headers: str) -> Json:
    return {"status": status, "headers": headers, "body": {"error": {"code": "TooManyRequests", "message": "no"}}}


async def answered(graph: Graph, clock: VirtualClock, requests: list[tuple[str, Any]]) -> dict[str, float]:
    """When each part was answered, by its key."""
    return {key: clock.elapsed async for key, _ in graph.batch(requests, scope=str)}


def settings(graph: Graph, *users: str) -> list[tuple[str, Any]]:
    return [(user, graph.request(graph.sdk.users.by_user_id(user).mailbox_settings)) for user in users]


def permissions(graph: Graph, items: int) -> list[tuple[str, Any]]:
    drive = graph.sdk.drives.by_drive_id("d")
    return [(f"i{n}", graph.request(drive.items.by_drive_item_id(f"i{n}").permissions)) for n in range(items)]


async def test_a_mailbox_that_waits_long_holds_no_other(connected: Connected, clock: VirtualClock) -> None:
    waits = {"/users/a/mailboxSettings": "300", "/users/b/mailboxSettings": "5"}
    network = Network(
        clock, lambda url, time: refused(429, **{"Retry-After": waits[url]}) if time == 1 and url in waits else None
    )
    async with connected(network) as session:
        when = await answered(session.graph, clock, settings(session.graph, "a", "b", "c"))
    assert when == {"c": 0, "b": 5, "a": 300}


async def test_a_bucket_that_is_paused_holds_no_other(connected: Connected, clock: VirtualClock) -> None:
    def respond(url: str, time: int) -> Json | None:
        return refused(429, **{"Retry-After": "120"}) if url.endswith("/i0/permissions") and time == 1 else None

    network = Network(clock, respond)
    async with connected(network) as session:
        graph = session.graph
        mixed = [*permissions(graph, 30), *settings(graph, *(f"u{n}" for n in range(30)))]
        when = await answered(graph, clock, mixed)
    assert {when[f"u{n}"] for n in range(30)} == {0}
    assert when["i0"] == 120
    assert sum(urls.count("/drives/d/items/i0/permissions") for _, urls in network.sent) == 2
    assert sum(len(urls) for _, urls in network.sent) == 61


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "40"}], ids=["without a time", "with a time"])
async def test_a_part_that_failed_waits_alone(
    connected: Connected, clock: VirtualClock, headers: dict[str, str]
) -> None:
    def respond(url: str, time: int) -> Json | None:
        failed = {"status": 502, "headers": headers, "body": {"error": {"code": "BadGateway", "message": "no"}}}
        return failed if url == "/users/a/mailboxSettings" and time == 1 else None

    async with connected(Network(clock, respond)) as session:
        when = await answered(session.graph, clock, settings(session.graph, *"abcdefgh"))
    assert {when[user] for user in "bcdefgh"} == {0}
    assert when["a"] >= 2


async def test_a_batch_carries_what_the_window_has_left_and_no_more(connected: Connected, clock: VirtualClock) -> None:
    network, governor = Network(clock), Governor(clock)
    async with connected(network, governor=governor) as session:
        graph = session.graph
        await answered(graph, clock, permissions(graph, 235))
        network.sent.clear()
        clock.elapsed = 30
        when = await answered(graph, clock, permissions(graph, 30))
    assert [(round(at), len(urls)) for at, urls in network.sent] == [(30, 5), (60, 20), (60, 5)]
    assert sorted(when.values()) == pytest.approx([30] * 5 + [60] * 25, abs=0.2)


async def test_parts_are_told_apart_by_what_is_left_of_their_own_limit(
    connected: Connected, clock: VirtualClock
) -> None:
    left = {"ratelimit-remaining": "10", "ratelimit-reset": "20"}
    network = Network(clock, lambda _url, _time: {"status": 200, "headers": left, "body": {"value": []}})
    governor = Governor(clock, Pacing.LEARNED)
    async with connected(network, governor=governor) as session:
        graph = session.graph
        await answered(graph, clock, permissions(graph, 1))
        assert governor.wait(governor.need(Service.GRAPH, "/users/a/mailboxSettings")) == 0
        await answered(graph, clock, permissions(graph, 2))
        await answered(graph, clock, permissions(graph, 1))
    assert [at for at, _ in network.sent] == [0, 0, 20]


async def test_what_a_tenant_has_bought_is_learned_on_the_way(connected: Connected, clock: VirtualClock) -> None:
    sku = {
        "capabilityStatus": "Enabled",
        "prepaidUnits": {"enabled": 1_200},
        "servicePlans": [{"servicePlanName": "SHAREPOINTSTANDARD"}],
    }
    governor = Governor(clock)

    def network(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            200, json={"value": [sku] if "subscribedSkus" in str(request.url) else [{"id": "u"}] * 60}
        )

    async with connected(network, governor=governor) as session:
        graph = session.graph
        for builder in (graph.sdk.subscribed_skus, graph.sdk.users):
            _ = [page async for page in graph.pages(graph.request(builder))]
    # Asking has cost five units of the directory.
    for path, costs, units in (("/drives/d/items/i/permissions", 5, 2_400), ("/organization", 1, 4_995)):
        need = governor.need(Service.GRAPH, path)
        room = governor.rooms(need)[0]
        room.take(0, units - 1 - costs, 0)
        assert room.wait(0, costs, 0) == 0
        assert room.wait(0, costs + 2, 0) != 0
