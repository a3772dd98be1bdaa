"""The imitation without a network: an httpx transport that answers in the same event loop."""

from collections.abc import AsyncIterator, Mapping

import httpx

from m365audit.sample.service.clock import Clock
from m365audit.sample.service.faults import BreakOff
from m365audit.sample.service.message import Ask, lower
from m365audit.sample.service.server import Service

_SLOWEST_SECONDS = 600


class Inside(httpx.AsyncBaseTransport):
    """Carries requests to a service by calling it; each takes ``seconds`` of the service's clock on its way.

    In a loop whose time jumps when nothing is left to do, hours of pauses pass in no time, and always in the same
    order. It is no test of connections: those are real only on a port.
    """

    def __init__(self, service: Service, clock: Clock, *, seconds: float = 0.05) -> None:
        self._service = service
        self._clock = clock
        self._seconds = seconds

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The service's answer.

        Raises:
            httpx.RemoteProtocolError: the service broke the connection off before or within its answer.
            httpx.ReadTimeout: it sent nothing more for as long as the client waits.
        """
        url = request.url
        path, _, query = url.raw_path.decode("ascii").partition("?")
        headers = lower((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw)
        base = f"{url.scheme}://{url.netloc.decode('ascii')}"
        await self._clock.sleep(self._seconds)
        answer, broken = await self._service.serve(
            Ask(request.method, path, query, headers, await request.aread(), base)
        )
        if broken == "hang-up":
            message = "Server disconnected without sending a response."
            raise httpx.RemoteProtocolError(message, request=request)
        stream = _Cut(answer.body, request, self._clock, broken) if broken else httpx.ByteStream(answer.body)
        return httpx.Response(answer.status, headers=answer.headers, stream=stream, request=request)


class _Cut(httpx.AsyncByteStream):
    """Half of a body, and then no more: at once, or after all the time the client has for it."""

    def __init__(self, body: bytes, request: httpx.Request, clock: Clock, how: BreakOff) -> None:
        self._body = body
        self._request = request
        self._clock = clock
        self._how = how

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._body[: len(self._body) // 2]
        if self._how == "slow":
            patience: Mapping[str, float | None] = self._request.extensions.get("timeout", {})
            await self._clock.sleep(patience.get("read") or _SLOWEST_SECONDS)
            message = "The read operation timed out"
            raise httpx.ReadTimeout(message, request=self._request)
        message = "peer closed connection without sending complete message body"
        raise httpx.RemoteProtocolError(message, request=self._request)
