"""What the guard stops never reaches a server: real ones on this machine would have seen it."""

import json

import httpx
import pytest
from aiohttp import web
from wire_fakes import TENANT_ID, Loopback

from m365audit.graph import NotAllowed, Refused
from m365audit.graph.guard import Guard

METHODS = ("POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "MERGE", "PROPFIND", "get")


class Seen:
    """A server that keeps what reaches it."""

    def __init__(self) -> None:
        self.requests: list[str] = []

    async def __call__(self, request: web.Request) -> web.Response:
        self.requests.append(f"{request.method} {request.path} {request.headers.get('Authorization')}")
        return web.json_response({"value": []})


def guarded(ours: str) -> httpx.AsyncClient:
    token = {"Authorization": "Bearer secret"}
    return httpx.AsyncClient(transport=Guard(httpx.AsyncHTTPTransport(), ours, ours), headers=token)


@pytest.mark.parametrize("method", METHODS)
async def test_no_method_but_get_reaches_a_server(loopback: Loopback, method: str) -> None:
    seen = Seen()
    ours = await loopback.serve(seen)
    async with guarded(ours) as client:
        request = client.build_request("GET", f"{ours}/v1.0/users/a")
        request.method = method
        with pytest.raises(NotAllowed):
            await client.send(request)
        assert seen.requests == []
        await client.get(f"{ours}/v1.0/users/a")
    assert seen.requests == ["GET /v1.0/users/a Bearer secret"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        pytest.param(
            "/v1.0/$batch",
            {"requests": [{"id": "1", "method": "POST", "url": "/users"}]},
            id="a batch with a hidden POST",
        ),
        pytest.param(
            f"/adminapi/beta/{TENANT_ID}/InvokeCommand",
            {"CmdletInput": {"CmdletName": "Set-Mailbox", "Parameters": {"Identity": "a"}}},
            id="Set-Mailbox",
        ),
        pytest.param("/v1.0/users/a/sendMail", {}, id="a mail"),
    ],
)
async def test_no_hidden_write_reaches_a_server(loopback: Loopback, path: str, body: dict[str, object]) -> None:
    seen = Seen()
    ours = await loopback.serve(seen)
    async with guarded(ours) as client:
        with pytest.raises(NotAllowed):
            await client.post(f"{ours}{path}", content=json.dumps(body).encode())
    assert seen.requests == []


async def test_no_token_reaches_another_server_of_this_machine(loopback: Loopback) -> None:
    ours, theirs = Seen(), Seen()
    our_address, their_address = await loopback.serve(ours), await loopback.serve(theirs)
    async with guarded(our_address) as client:
        for address in (
            their_address,
            their_address.replace("127.0.0.1", "localhost"),
            f"{our_address}@{their_address}",
        ):
            with pytest.raises((NotAllowed, httpx.InvalidURL)):
                await client.get(f"{address}/v1.0/users")
    assert (ours.requests, theirs.requests) == ([], [])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_takes_a_token_to_another_server(loopback: Loopback, status: int) -> None:
    theirs = Seen()
    elsewhere = await loopback.serve(theirs)

    async def handler(_request: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": f"{elsewhere}/v1.0/users"})

    async with loopback.connected(handler) as session:
        graph = session.graph
        with pytest.raises(Refused) as refused:
            await graph.get(graph.request(graph.sdk.organization))
    assert refused.value.status == status
    assert theirs.requests == []
