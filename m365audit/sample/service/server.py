"""The imitation of Microsoft 365 on a loopback port: Graph, the Exchange admin service and the login service."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager

from aiohttp import web

from m365audit.sample.service import downloads
from m365audit.sample.service.clock import Clock, PacedClock
from m365audit.sample.service.exchange_service import ExchangeService
from m365audit.sample.service.faults import BreakOff
from m365audit.sample.service.graph_service import GraphService
from m365audit.sample.service.holdings import Holdings
from m365audit.sample.service.limits import Meters
from m365audit.sample.service.login_service import CLIENT_ID, CLIENT_SECRET, LoginService
from m365audit.sample.service.manner import Fault, Faults, Manner
from m365audit.sample.service.message import Answer, Ask, Log, Logged, lower
from m365audit.sample.service.public_names import NamesOverUdp, PublicNames
from m365audit.sample.service.schedule import Schedule
from m365audit.sample.service.tokens import RESOURCES, Tokens
from m365audit.sample.tenant import Tenant

_LARGEST_BODY = 4 * 1024 * 1024
_STARTING_SECONDS = 30
_SLOWEST_SECONDS = 600
_LOOKS_A_SECOND = 20
_PLAIN_MANNER = Manner()


class Service:
    """Microsoft 365 in small: some tenants, one clock, three services behind one address, and what goes wrong.

    ``url`` is known once it runs (see :func:`serve` and :func:`running`). Tokens of every tenant come from
    :meth:`token`, or over HTTP from the login service with ``client_id`` and ``client_secret``.
    """

    client_id = CLIENT_ID
    client_secret = CLIENT_SECRET

    def __init__(
        self,
        tenants: Sequence[Tenant],
        *,
        clock: Clock | None = None,
        limits: bool = True,
        manner: Manner = _PLAIN_MANNER,
        schedule: Schedule | None = None,
    ) -> None:
        self.clock = clock or PacedClock()
        self.url = ""
        self._manner = manner
        self._log = Log()
        self._tenants = {tenant.tenant_id: Holdings(tenant) for tenant in tenants}
        self.names = PublicNames(lambda: [held.tenant for held in self._tenants.values()])
        self._tokens = Tokens(self.clock, CLIENT_ID)
        self._faults = Faults(schedule, self._tokens, self.clock)
        self._meters = Meters(self.clock, on=limits)
        parts = (self._tenants, self._tokens, self.clock, self._meters, manner, self._faults, self._log)
        self._graph = GraphService(*parts)
        self._exchange = ExchangeService(*parts)
        self._login = LoginService(self._tenants, self._tokens, self.clock, manner.token_seconds, self._log)

    @property
    def requests(self) -> list[Logged]:
        """Every request so far, in order of their answers; sub-requests of a batch have lines of their own."""
        return self._log.requests

    @property
    def writes(self) -> list[Logged]:
        """Those requests that would have changed something: a right client leaves this empty."""
        return self._log.writes

    @property
    def throttled(self) -> dict[str, int]:
        """How often each bucket of limits has refused."""
        return dict(self._meters.refused)

    def token(self, tenant_id: str, audience: str = "graph", *, seconds: int | None = None) -> str:
        """A bearer token for ``graph`` or ``exchange`` (or the resource's address), as of what is granted now.

        ``seconds`` is how long it lasts, by this service's clock; below zero it has expired already.

        Raises:
            KeyError: no such tenant.
            ValueError: no such audience.
        """
        named = {address: name for name, address in RESOURCES.items()}.get(audience.rstrip("/"), audience)
        if named not in RESOURCES:
            msg = f"there are tokens for {' and '.join(RESOURCES)}, not for '{audience}'"
            raise ValueError(msg)
        lasting = self._manner.token_seconds if seconds is None else seconds
        return self._tokens.issue(self._tenants[tenant_id].tenant, named, seconds=lasting)

    def refresh_token(self, *, unused_days: float = 0) -> str:
        """A refresh token of the provider's account, last used that many days ago; it opens tenants with a partner."""
        return self._login.people.refresh_token(unused_days=unused_days)

    def revoke_refresh_tokens(self) -> None:
        """Make every refresh token handed out until now worthless, as a new password does."""
        self._login.people.revoke()

    def fail(self, fault: Fault) -> None:
        """Make something go wrong from now on."""
        self._faults.plant(fault)

    def changed(self, tenant: Tenant) -> None:
        """Take in a tenant that has been changed or replaced; pages made before are thrown away."""
        self._tenants[tenant.tenant_id] = Holdings(tenant)
        self._graph.forget_pages()

    async def respond(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one HTTP request."""
        answer, broken = await self.serve(await _asked(request))
        if broken is not None:
            return await _broken_off(request, answer, broken)
        return web.Response(status=answer.status, body=answer.body, headers=answer.headers)

    async def serve(self, ask: Ask) -> tuple[Answer, BreakOff | None]:
        """The answer to one request, and how the connection breaks off over it, if it does."""
        fault = self._faults.strike(ask.path, breaking=True)
        answer = await self._answer(ask)
        return (answer, fault.break_off) if fault else self._faults.befall(ask, answer)

    async def _answer(self, ask: Ask) -> Answer:
        first = ask.path.strip("/").partition("/")[0].lower()
        if first == "adminapi":
            return await self._exchange.answer(ask)
        if first in {"v1.0", "beta"}:
            return await self._graph.answer(ask)
        if first == "data":
            return downloads.answer(ask, self._tenants, self._tokens, self._log)
        return await self._login.answer(ask)


@asynccontextmanager
async def serve(
    tenants: Sequence[Tenant],
    *,
    clock: Clock | None = None,
    limits: bool = True,
    manner: Manner = _PLAIN_MANNER,
    schedule: Schedule | None = None,
    port: int = 0,
) -> AsyncIterator[Service]:
    """Run the imitation on 127.0.0.1 in the running event loop; port 0 takes any free one."""
    async with _served(Service(tenants, clock=clock, limits=limits, manner=manner, schedule=schedule), port) as service:
        yield service


@contextmanager
def running(
    tenants: Sequence[Tenant],
    *,
    clock: Clock | None = None,
    limits: bool = True,
    manner: Manner = _PLAIN_MANNER,
    schedule: Schedule | None = None,
    port: int = 0,
) -> Iterator[Service]:
    """Run the imitation in a thread of its own, with its own event loop, until the block is left.

    Raises:
        OSError: the port is taken.
    """
    service = Service(tenants, clock=clock, limits=limits, manner=manner, schedule=schedule)
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    ready: Future[None] = Future()

    async def main() -> None:
        async with _served(service, port):
            ready.set_result(None)
            await stop.wait()

    def work() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            try:
                runner.run(main())
            except OSError as failed:
                ready.set_exception(failed)

    thread = threading.Thread(target=work, name="sample-service", daemon=True)
    thread.start()
    ready.result(_STARTING_SECONDS)
    try:
        yield service
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


@asynccontextmanager
async def _served(service: Service, port: int) -> AsyncIterator[Service]:
    runner = web.ServerRunner(web.Server(service.respond, access_log=None), shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        host, bound = runner.addresses[0][:2]
        service.url = f"http://{host}:{bound}"
        loop = asyncio.get_running_loop()
        # The directory of names speaks UDP, and so may have the same number.
        udp, _ = await loop.create_datagram_endpoint(lambda: NamesOverUdp(service.names), local_addr=(host, bound))
        try:
            yield service
        finally:
            udp.close()
    finally:
        await runner.cleanup()


async def _asked(request: web.BaseRequest) -> Ask:
    path, _, query = request.raw_path.partition("?")
    body = await request.read() if request.body_exists else b""
    headers = lower(request.headers.items())
    base = f"{request.scheme}://{headers.get('host', request.host)}"
    return Ask(request.method, path, query, headers, body[:_LARGEST_BODY], base)


async def _broken_off(request: web.BaseRequest, answer: Answer, how: BreakOff) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status, headers=answer.headers)
    if how != "hang-up":
        response.content_length = len(answer.body)
        await response.prepare(request)
        await response.write(answer.body[: len(answer.body) // 2])
    if how == "slow":
        # Nobody waits for ever; whoever does not waits no longer than the service lets anybody.
        for _ in range(_SLOWEST_SECONDS * _LOOKS_A_SECOND):
            if request.transport is None or request.transport.is_closing():
                break
            await asyncio.sleep(1 / _LOOKS_A_SECOND)
    if request.transport is not None:
        request.transport.close()
    return response
