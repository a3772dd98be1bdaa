"""Files that Microsoft hands out by a passing address, such as usage reports: fetched without a token.

Graph answers with a redirect to an address that opens for whoever has it, for some minutes. The wire follows no
redirect, because a token could go along; so this goes there by itself, with a client that has no token to lose, and
only to where Microsoft is known to keep such files.
"""

import re
from collections.abc import Awaitable, Callable
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from m365audit.graph import gaps
from m365audit.graph.clock import Clock
from m365audit.graph.errors import NotAllowed, Refused
from m365audit.graph.guard import Origin, is_loopback
from m365audit.graph.said import CONNECTION_LOST, NO_ANSWER, UNREADABLE, Said, Service
from m365audit.graph.wire import Answer, Count

REPORT_HOST = re.compile(r"reports[a-z0-9-]{0,20}\.office\.com")
"""Where Microsoft keeps usage reports; each region has a host of its own, such as reportsweu.office.com."""

MOST_BYTES = 64 * 1024 * 1024
"""A report has some two hundred bytes an account; a file longer than this is none."""

_ELSEWHERE = "Redirected"
_TRIES = 3
_PAUSE_SECONDS = 2.0
_SECRETS = ("authorization", "cookie", "x-anchormailbox", "proxy-authorization")


class Keyless(httpx.AsyncBaseTransport):
    """A transport that lets bare reads of Microsoft's report hosts through to ``inner``, and raises on all else.

    ``graph`` is the tenant's endpoint; where that is this machine itself, its files are there too, and nowhere else.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport, graph: str) -> None:
        self._inner = inner
        own = Origin.of(graph)
        self._own = own if is_loopback(own.host) else None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Check, then send.

        Raises:
            NotAllowed: the address is another one, or the request brings more than its address; nothing was sent.
        """
        self.check(request)
        return await self._inner.handle_async_request(request)

    def check(self, request: httpx.Request) -> None:
        """Raise unless the request is a bare read of a place where Microsoft keeps reports."""
        origin = Origin.of(request.url)
        is_known = origin == self._own if self._own else _is_report_host(origin)
        if not is_known:
            msg = f"{origin} is not where Microsoft keeps reports, so nothing was fetched from it"
            raise NotAllowed(msg)
        if request.method != "GET" or any(name in request.headers for name in _SECRETS):
            msg = "A report is fetched by a plain GET that brings no token"
            raise NotAllowed(msg)


def _is_report_host(origin: Origin) -> bool:
    return origin.scheme == "https" and origin.port == 443 and bool(REPORT_HOST.fullmatch(origin.host))  # noqa: PLR2004


class Downloads:
    """Fetches what redirects point to. ``inner`` is the network, which stays open for others."""

    def __init__(self, inner: httpx.AsyncBaseTransport, graph: str, clock: Clock) -> None:
        self._client = httpx.AsyncClient(
            transport=Keyless(inner, graph),
            timeout=httpx.Timeout(60),
            follow_redirects=False,
            trust_env=False,
            # A cookie that a host sets would come along to the next report, which is fetched bare or not at all.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        )
        self._clock = clock

    async def text(self, ask: Callable[[], Awaitable[Answer]], count: Count) -> str:
        """The text of the file that Graph points to when it is asked; asked anew where the file cannot be had.

        Raises:
            Refused: Graph refused, pointed to another place (nothing was fetched), or the file did not come whole.
        """
        tries = 0
        while True:
            tries += 1
            answer = await ask()
            count.add()
            heard = await self._fetch(answer.headers.get("location", ""))
            if isinstance(heard, str):
                return heard
            if tries == _TRIES or heard.has_code(_ELSEWHERE):
                raise Refused(gaps.gap(heard), heard)
            await self._clock.sleep(_PAUSE_SECONDS * tries)

    async def _fetch(self, address: str) -> str | Said:
        try:
            async with self._client.stream("GET", address) as response:
                if not response.is_success:
                    words = f"the report could not be fetched from {response.url.host}"
                    return Said(Service.GRAPH, response.status_code, (), words)
                return await _whole(response)
        except NotAllowed as refusal:
            return Said(Service.GRAPH, 302, (_ELSEWHERE,), str(refusal))
        except (httpx.TransportError, httpx.DecodingError, httpx.InvalidURL) as error:
            words = f"{type(error).__name__}: the report did not come whole"
            return Said(Service.GRAPH, NO_ANSWER, (CONNECTION_LOST,), words)


async def _whole(response: httpx.Response) -> str | Said:
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > MOST_BYTES:
            return Said(Service.GRAPH, NO_ANSWER, (UNREADABLE,), "the report is longer than any report can be")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Said(Service.GRAPH, NO_ANSWER, (UNREADABLE,), "the report is no text")
