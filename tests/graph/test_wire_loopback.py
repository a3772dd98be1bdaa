"""The wire over real HTTP on this machine: what only sockets can do to it."""

import pytest
from aiohttp import web
from wire_fakes import TENANT_ID, Loopback

from m365audit.graph import Graph, Refused


async def users(graph: Graph) -> list[str]:
    pages = graph.pages(graph.request(graph.sdk.users, select=["id"], top=2))
    return [row["id"] async for page in pages for row in page]


async def test_pages_come_back_over_a_kept_connection(loopback: Loopback) -> None:
    seen = []

    async def handler(request: web.Request) -> web.Response:
        assert request.transport
        seen.append((request.path_qs, request.transport.get_extra_info("peername")))
        number = int(request.query.get("$skiptoken", "0"))
        link = {"@odata.nextLink": f"{request.url.origin()}/v1.0/users?$skiptoken={number + 1}"} if number < 2 else {}
        return web.json_response({"value": [{"id": f"{number}a"}, {"id": f"{number}b"}], **link})

    async with loopback.connected(handler) as session:
        assert await users(session.graph) == ["0a", "0b", "1a", "1b", "2a", "2b"]
    assert seen[0][0] == "/v1.0/users?$select=id&$top=2"
    assert len({peer for _, peer in seen}) == 1


async def test_a_connection_reset_and_a_body_cut_short_are_outlived(loopback: Loopback) -> None:
    times = 0

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal times
        times += 1
        assert request.transport
        if times == 1:
            request.transport.abort()
            return web.Response()
        if times == 2:
            cut = web.StreamResponse(headers={"Content-Length": "1000", "Content-Type": "application/json"})
            await cut.prepare(request)
            await cut.write(b'{"value": [{"id"')
            request.transport.close()
            return cut
        return web.json_response({"value": [{"id": "1"}]})

    async with loopback.connected(handler) as session:
        assert await users(session.graph) == ["1"]
    assert times == 3


async def test_a_redirect_takes_no_token_anywhere(loopback: Loopback) -> None:
    reached = []

    async def other(request: web.Request) -> web.Response:
        reached.append(request.headers.get("Authorization"))
        return web.json_response({"value": []})

    elsewhere = await loopback.serve(other)

    async def handler(_request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": f"{elsewhere}/v1.0/users"})

    async with loopback.connected(handler) as session:
        with pytest.raises(Refused) as refused:
            await users(session.graph)
    assert refused.value.status == 302
    assert reached == []


async def test_a_next_link_to_another_port_of_this_machine_is_refused(loopback: Loopback) -> None:
    reached = []

    async def other(request: web.Request) -> web.Response:
        reached.append(request.path)
        return web.json_response({"value": []})

    elsewhere = await loopback.serve(other)

    async def handler(_request: web.Request) -> web.Response:
        return web.json_response({"value": [{"id": "1"}], "@odata.nextLink": f"{elsewhere}/v1.0/users?$skiptoken=1"})

    async with loopback.connected(handler) as session:
        with pytest.raises(Refused, match="was not asked"):
            await users(session.graph)
    assert reached == []


async def test_batches_and_commands_reach_their_addresses(loopback: Loopback) -> None:
    seen = []

    async def handler(request: web.Request) -> web.Response:
        body = await request.json()
        seen.append((request.method, request.path, request.headers["Authorization"]))
        if request.path.endswith("$batch"):
            parts = [{"id": part["id"], "status": 200, "headers": {}, "body": {"id": "a"}} for part in body["requests"]]
            return web.json_response({"responses": parts})
        return web.json_response({"value": [{"Guid": "1"}]})

    async with loopback.connected(handler) as session:
        graph = session.graph
        request = graph.request(graph.sdk.users.by_user_id("a").mailbox_settings)
        assert [pair async for pair in graph.batch([("a", request)], scope=str)] == [("a", {"id": "a"})]
        assert [page async for page in session.exchange.invoke("Get-Mailbox")] == [[{"Guid": "1"}]]
    assert seen == [
        ("POST", "/v1.0/$batch", "Bearer graph-token"),
        ("POST", f"/adminapi/beta/{TENANT_ID}/InvokeCommand", "Bearer exchange-token"),
    ]
