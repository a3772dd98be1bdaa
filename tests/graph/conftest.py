"""The wire, connected to fakes instead of Microsoft."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from wire_fakes import Connected, Handler, Loopback, VirtualClock, tenant_of

from m365audit.graph import Governor, Outside, Pacing, Patience, ReadyTokens, Session, connect
from m365audit.model.tenant import Tenant


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def tenant() -> Tenant:
    return tenant_of()


@pytest.fixture
def tokens() -> ReadyTokens:
    return ReadyTokens({"M365AUDIT_GRAPH_TOKEN": "graph-token", "M365AUDIT_EXCHANGE_TOKEN": "exchange-token"})


@pytest.fixture
def connected(tenant: Tenant, clock: VirtualClock, tokens: ReadyTokens) -> Connected:
    """Connects to a handler in place of the network, with limits that are not known beforehand."""

    @asynccontextmanager
    async def open_session(handler: Handler, **changes: object) -> AsyncIterator[Session]:
        given: dict[str, Any] = {
            "clock": clock,
            "credentials": tokens,
            "governor": Governor(clock, Pacing.LEARNED),
            "patience": Patience(),
            "transport": httpx.MockTransport(handler),
            "jitter": random.Random(1),  # noqa: S311
        }
        async with connect(tenant, Outside(**{**given, **changes})) as session:
            yield session

    return open_session


@pytest.fixture
async def loopback(clock: VirtualClock, tokens: ReadyTokens) -> AsyncIterator[Loopback]:
    """Serves handlers over real HTTP on this machine, and connects to them."""
    here = Loopback(clock, tokens)
    yield here
    await here.close()
