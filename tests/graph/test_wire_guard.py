"""The guard lets nothing but reads of the tenant's own endpoints leave the machine."""

import json
from typing import Any

import httpx
import pytest

from m365audit.graph import NotAllowed
from m365audit.graph.guard import READ_CMDLETS, Guard, Origin

GRAPH = "https://graph.microsoft.com"
EXCHANGE = "https://outlook.office365.com"
BATCH = f"{GRAPH}/v1.0/$batch"
INVOKE = f"{EXCHANGE}/adminapi/beta/11111111-2222-3333-4444-555555555555/InvokeCommand"


class Outside:
    """Stands where the network begins, and keeps what gets there."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(200, json={})

    @property
    def sent(self) -> int:
        return len(self.requests)


@pytest.fixture
def outside() -> Outside:
    return Outside()


@pytest.fixture
def client(outside: Outside) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=Guard(httpx.MockTransport(outside), GRAPH, EXCHANGE))


def batch(*requests: dict[str, Any]) -> bytes:
    return json.dumps({"requests": requests}).encode()


def part(**changes: object) -> dict[str, Any]:
    return {"id": "1", "method": "GET", "url": "/users/a", **changes}


def command(name: str, **parameters: object) -> bytes:
    return json.dumps({"CmdletInput": {"CmdletName": name, "Parameters": parameters}}).encode()


@pytest.mark.parametrize(
    ("method", "url", "content"),
    [
        pytest.param("GET", f"{GRAPH}/v1.0/users?$top=999", b"", id="a read of Graph"),
        pytest.param("GET", f"{GRAPH}:443/v1.0/users?$skiptoken=x", b"", id="the same host with its port written out"),
        pytest.param("GET", "https://GRAPH.microsoft.com/v1.0/users", b"", id="the same host in capitals"),
        pytest.param("POST", BATCH, batch(part(), part(id="2")), id="a batch of reads"),
        pytest.param("POST", INVOKE, command("Get-Mailbox"), id="a read command of Exchange"),
        pytest.param("POST", f"{INVOKE}?$skiptoken=x", command("Get-Mailbox"), id="the next page of a read command"),
    ],
)
async def test_reads_are_sent(
    client: httpx.AsyncClient, outside: Outside, method: str, url: str, content: bytes
) -> None:
    await client.request(method, url, content=content)
    assert outside.sent == 1


async def test_every_named_command_is_a_read_and_is_sent(client: httpx.AsyncClient, outside: Outside) -> None:
    assert all(name.startswith("Get-") for name in READ_CMDLETS)
    for name in READ_CMDLETS:
        await client.post(INVOKE, content=command(name))
    assert outside.sent == len(READ_CMDLETS)


_USERS = f"{GRAPH}/v1.0/users"


@pytest.mark.parametrize(
    ("method", "url", "content"),
    [
        *(
            pytest.param(method, f"{_USERS}/a", b"", id=f"{method} to a user")
            for method in ("PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "MERGE")
        ),
        pytest.param("POST", _USERS, b"{}", id="a POST that makes a user"),
        pytest.param("POST", f"{GRAPH}/v1.0/users/a/sendMail", b"{}", id="a POST that sends mail"),
        pytest.param("POST", f"{GRAPH}/beta/$batch", batch(part()), id="a batch to another version"),
        pytest.param("POST", f"{EXCHANGE}/v1.0/$batch", batch(part()), id="a batch to the wrong service"),
        pytest.param("GET", _USERS, b"{}", id="a GET with a body"),
        pytest.param("POST", BATCH, batch(part(method="POST")), id="a batch with a hidden POST"),
        pytest.param("POST", BATCH, batch(part(), part(id="2", method="DELETE")), id="a batch whose second deletes"),
        pytest.param("POST", BATCH, batch(part(body={"x": 1})), id="a batched read with a body"),
        pytest.param("POST", BATCH, batch(part(url="https://evil.test/x")), id="a batched read of another host"),
        pytest.param("POST", BATCH, batch(part(url="//evil.test/x")), id="a batched read relative to the scheme"),
        pytest.param("POST", BATCH, batch(part(url="/$batch")), id="a batch in a batch"),
        pytest.param("POST", BATCH, batch(part(headers={"Host": "evil.test"})), id="a batched read with its own host"),
        pytest.param(
            "POST", BATCH, batch(part(headers={"X-HTTP-Method-Override": "POST"})), id="a batched read in disguise"
        ),
        pytest.param("POST", BATCH, batch(*(part(id=str(n)) for n in range(21))), id="a batch of twenty-one"),
        pytest.param("POST", BATCH, batch(part(method="PATCH")), id="a batch with a hidden PATCH"),
        pytest.param("POST", BATCH, batch(part(method="get")), id="a batched method in small letters"),
        pytest.param("POST", BATCH, batch(part(method=["GET", "POST"])), id="a batched method that is two"),
        pytest.param("POST", BATCH, batch(part(dependsOn=["0"])), id="a batch with an order"),
        pytest.param("POST", BATCH, batch(part(url="/%24batch")), id="a batch in a batch, percent-encoded"),
        pytest.param("POST", BATCH, batch(part(url="/%2524batch")), id="a batch in a batch, encoded twice"),
        pytest.param("POST", BATCH, batch(part(url="/%2fevil.test/x")), id="a batched read of a host behind a slash"),
        pytest.param(
            "POST", BATCH, batch(part(url="/\\evil.test/x")), id="a batched read of a host behind a backslash"
        ),
        pytest.param("POST", BATCH, batch(part(url="/../beta/users")), id="a batched read that climbs out"),
        pytest.param("POST", BATCH, batch(part(url="/%2e%2e/beta/users")), id="one that climbs out, percent-encoded"),
        pytest.param("POST", BATCH, batch(part(url="/users\r\nDELETE /users/a")), id="a batched read of two lines"),
        pytest.param(
            "POST", BATCH, batch(part(url="/me", headers=["X-HTTP-Method: POST"])), id="headers that are a list"
        ),
        pytest.param(
            "POST", BATCH, batch(part(headers={"Accept": "x\r\nX-HTTP-Method: POST"})), id="a header of two lines"
        ),
        pytest.param("POST", BATCH, batch(part(headers={"X_HTTP_Method": "POST"})), id="a disguise with underscores"),
        pytest.param("POST", BATCH, batch(part(headers={" x-http-method ": "POST"})), id="a disguise with blanks"),
        pytest.param(
            "POST", BATCH, batch(part(headers={"Authorization": "x"})), id="a batched read with its own token"
        ),
        pytest.param("POST", f"{BATCH}/", batch(part()), id="a batch with a slash behind"),
        pytest.param("POST", BATCH.replace("https", "http"), batch(part()), id="a batch without encryption"),
        pytest.param("POST", BATCH, b'{"requests":[],"requests":[{}]}', id="a batch whose list stands twice"),
        pytest.param("POST", BATCH, batch(part()).decode().encode("utf-16"), id="a batch in another alphabet"),
        pytest.param("POST", BATCH, batch(), id="an empty batch"),
        pytest.param("POST", BATCH, b"[]", id="a batch that is a list"),
        pytest.param("POST", BATCH, b"not json", id="a batch that is no JSON"),
        pytest.param(
            "POST",
            BATCH,
            b'{"requests":[{"id":"1","method":"POST","method":"GET","url":"/users"}]}',
            id="a batch that says its method twice",
        ),
        pytest.param("POST", INVOKE, command("Set-Mailbox", Identity="a"), id="Set-Mailbox"),
        pytest.param("POST", INVOKE, command("Remove-MailboxPermission"), id="Remove-MailboxPermission"),
        pytest.param("POST", INVOKE, command("Get-Mailbox; Set-Mailbox"), id="two commands in one name"),
        pytest.param("POST", INVOKE, command("Get-Everything"), id="a Get nobody named"),
        pytest.param(
            "POST",
            INVOKE,
            b'{"CmdletInput":{"CmdletName":"Set-Mailbox","cmdletname":"Get-Mailbox"}}',
            id="a command named twice",
        ),
        pytest.param("POST", INVOKE, b'{"CmdletInput":"Get-Mailbox"}', id="a command that is no object"),
        pytest.param(
            "POST", INVOKE.replace(EXCHANGE, GRAPH), command("Get-Mailbox"), id="a command to the wrong service"
        ),
        pytest.param(
            "POST", f"{EXCHANGE}/adminapi/beta/x/Mailbox", command("Get-Mailbox"), id="another Exchange route"
        ),
        pytest.param(
            "POST", f"{EXCHANGE}/adminapi/beta/%2e%2e/InvokeCommand", command("Get-Mailbox"), id="a path that climbs"
        ),
        pytest.param("GET", "https://graph.microsoft.com.evil.test/v1.0/users", b"", id="a host that begins like ours"),
        pytest.param("GET", "https://evilgraph.microsoft.com/v1.0/users", b"", id="a host that ends like ours"),
        pytest.param("GET", "https://graph.microsoft.com./v1.0/users", b"", id="our host with a dot behind"),
        pytest.param("GET", "https://graph.microsoft.com@evil.test/v1.0/users", b"", id="our host as a user name"),
        pytest.param("GET", "https://evil.test@graph.microsoft.com/v1.0", b"", id="a user name before our host"),
        pytest.param("GET", "https://graph.microsoft.com:8443/v1.0/users", b"", id="our host on another port"),
        pytest.param("GET", "http://graph.microsoft.com/v1.0/users", b"", id="our host without encryption"),
        pytest.param("GET", "https://login.microsoftonline.com/x", b"", id="a host of Microsoft's that is not ours"),
        pytest.param("GET", "https://evil.test/v1.0/users", b"", id="a foreign next link"),
        pytest.param(
            "GET", "https://graph.microsoft.com.evil.test:443/", b"", id="one that begins like ours, with a port"
        ),
        pytest.param("GET", "https://GRAPH.MICROSOFT.COM.EVIL.TEST/", b"", id="one that begins like ours, in capitals"),
        pytest.param(
            "GET", "https://user:secret@graph.microsoft.com/", b"", id="a user name and password for our host"
        ),
        pytest.param("GET", "https://graph.microsoft.com:443@evil.test/", b"", id="our host and port as a user name"),
        pytest.param("GET", "https://graph.microsoft.com%40evil.test/", b"", id="our host as a user name, encoded"),
        pytest.param("GET", "https://graph.microsoft.com\\@evil.test/", b"", id="our host before a backslash"),
        pytest.param("GET", "https://evil.test\\.graph.microsoft.com/", b"", id="our host after a backslash"),
        pytest.param("GET", "https://evil.test#.graph.microsoft.com/", b"", id="our host after a hash"),
        pytest.param("GET", "https://evil.test?.graph.microsoft.com/", b"", id="our host after a question mark"),
        pytest.param("GET", "https://graph%2emicrosoft%2ecom.evil.test/", b"", id="our host with encoded dots"),
        pytest.param("GET", "https://graph.microsoft.c\u043em/", b"", id="our host with a letter of another alphabet"),
        pytest.param("GET", "https://xn--graph-9cf.microsoft.com/", b"", id="a host whose name is encoded"),
        pytest.param("GET", "https://graph-microsoft.com/", b"", id="our host with a dash for a dot"),
        pytest.param("GET", "https://microsoft.com/", b"", id="the domain our host is in"),
        pytest.param("GET", "https://127.0.0.1/", b"", id="this machine, which is not ours either"),
        pytest.param("GET", "https://[::ffff:7f00:1]/", b"", id="this machine by another name"),
        pytest.param("GET", "file:///etc/hostname", b"", id="a file"),
        pytest.param("GET", "https:///v1.0/users", b"", id="no host at all"),
    ],
)
async def test_nothing_else_leaves(
    client: httpx.AsyncClient, outside: Outside, method: str, url: str, content: bytes
) -> None:
    # The client itself turns away what is no address at all, before the guard sees it.
    with pytest.raises((NotAllowed, httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError)):
        await client.request(method, url, content=content, headers={"Authorization": "Bearer secret"})
    assert outside.requests == []


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"X-HTTP-Method-Override": "DELETE"}, id="a read that asks to be a DELETE"),
        pytest.param({"X_HTTP_METHOD": "DELETE"}, id="the same with underscores"),
        pytest.param({"Host": "evil.test"}, id="a read whose Host header names another"),
        pytest.param({"Host": "graph.microsoft.com:8443"}, id="a read whose Host header names another port"),
        pytest.param({"Host": "evil.test@graph.microsoft.com"}, id="a read whose Host header has a user name"),
        pytest.param({"Host": "graph.microsoft.com, evil.test"}, id="a read whose Host header names two"),
    ],
)
async def test_headers_cannot_change_what_is_asked(
    client: httpx.AsyncClient, outside: Outside, headers: dict[str, str]
) -> None:
    with pytest.raises(NotAllowed):
        await client.get(_USERS, headers=headers)
    assert outside.sent == 0


@pytest.mark.parametrize(
    ("url", "content", "headers"),
    [
        pytest.param(INVOKE, command("Get-Mailbox"), {"X-CmdletName": "Set-Mailbox"}, id="a write in its header"),
        pytest.param(INVOKE, command("Set-Mailbox"), {"X-CmdletName": "Get-Mailbox"}, id="a read in its header only"),
        pytest.param(INVOKE, command("Get-Mailbox"), {"Content-Encoding": "gzip"}, id="a body said to be packed"),
        pytest.param(BATCH, batch(part()), {"Content-Type": "application/json; charset=utf-7"}, id="another alphabet"),
        pytest.param(BATCH, batch(part()), {"X-HTTP-Method-Override": "PATCH"}, id="a batch that asks to be a PATCH"),
    ],
)
async def test_a_post_that_says_two_things_is_stopped(
    client: httpx.AsyncClient, outside: Outside, url: str, content: bytes, headers: dict[str, str]
) -> None:
    with pytest.raises(NotAllowed):
        await client.post(url, content=content, headers=headers)
    assert outside.requests == []


@pytest.mark.parametrize(
    ("endpoint", "allowed"),
    [
        pytest.param("http://127.0.0.1:8080", True, id="plain http to 127.0.0.1"),
        pytest.param("http://localhost:8080", True, id="plain http to localhost"),
        pytest.param("http://[::1]:8080", True, id="plain http to ::1"),
        pytest.param("http://localhost.evil.test", False, id="plain http to a host that begins like localhost"),
        pytest.param("http://192.168.1.1", False, id="plain http to the next machine"),
        pytest.param("ftp://127.0.0.1", False, id="another protocol"),
        pytest.param("graph.microsoft.com", False, id="no protocol"),
    ],
)
def test_endpoints_are_https_or_loopback(endpoint: str, *, allowed: bool) -> None:
    if allowed:
        assert Origin.of(endpoint).host
    else:
        with pytest.raises(NotAllowed):
            Guard(httpx.MockTransport(Outside()), endpoint, EXCHANGE)
