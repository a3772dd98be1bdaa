"""Fakes at the seams of the wire: time, tokens and network."""

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from aiohttp import web

from m365audit.graph import Outside, ReadyTokens, Session, connect
from m365audit.model.tenant import Auth, AuthKind, Endpoints, Tenant

TENANT_ID = "11111111-2222-3333-4444-555555555555"
START = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)

Handler = Callable[[httpx.Request], httpx.Response]
Connected = Callable[..., AbstractAsyncContextManager[Session]]


class VirtualClock:
    """Time that passes only while everybody sleeps: a sleep of an hour takes no time, and order is kept."""

    def __init__(self) -> None:
        self.elapsed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self._turns_left = 0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.elapsed)

    def monotonic(self) -> float:
        return self.elapsed

    async def sleep(self, seconds: float) -> None:
        awake: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.elapsed + seconds, next(self._order), awake))
        if not self._turns_left:
            asyncio.get_running_loop().call_soon(self._advance)
        self._turns_left = 50
        await awake

    def _advance(self) -> None:
        # The rest of the program gets its turns first; what is then still asleep is what time is for.
        self._turns_left -= 1
        if not self._turns_left:
            self._wake_one()
        if self._turns_left:
            asyncio.get_running_loop().call_soon(self._advance)

    def _wake_one(self) -> None:
        while self._sleepers:
            due, _, awake = heapq.heappop(self._sleepers)
            if not awake.done():  # whoever was woken by something else no longer moves time on
                self.elapsed = max(self.elapsed, due)
                awake.set_result(None)
                self._turns_left = 50
                return


def tenant_of(**changes: object) -> Tenant:
    given: dict[str, Any] = {
        "slug": "exampleton",
        "council": "Exampleton Town Council",
        "tenant_id": TENANT_ID,
        "policy": "towcester",
        "auth": Auth(kind=AuthKind.TOKEN),
    }
    return Tenant(**{**given, **changes})


class Scripted:
    """Gives the answers of a list, one after another, and keeps the requests."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.requests: list[httpx.Request] = []
        self._answers = list(answers)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def addresses(self) -> list[str]:
        return [str(request.url) for request in self.requests]


def refusal(status: int, code: str, message: str = "", headers: dict[str, str] | None = None) -> httpx.Response:
    return httpx.Response(status, json={"error": {"code": code, "message": message}}, headers=headers)


Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Loopback:
    """Real HTTP servers on this machine."""

    def __init__(self, clock: VirtualClock, tokens: ReadyTokens) -> None:
        self._clock = clock
        self._tokens = tokens
        self._runners: list[web.AppRunner] = []

    async def serve(self, handler: Serve) -> str:
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", handler)
        runner = web.AppRunner(app)
        self._runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    @asynccontextmanager
    async def connected(self, handler: Serve) -> AsyncIterator[Session]:
        address = await self.serve(handler)
        there = tenant_of(endpoints=Endpoints(graph=address, exchange=address, login="https://login.test"))
        async with connect(there, Outside(self._clock, self._tokens)) as session:
            yield session

    async def close(self) -> None:
        for runner in self._runners:
            await runner.cleanup()
