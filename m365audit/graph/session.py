"""One tenant, connected: credentials, guard, client and governor put together, and taken apart again."""

import logging
import random
import urllib.request
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from kiota_abstractions.authentication import AnonymousAuthenticationProvider
from kiota_abstractions.request_information import RequestInformation
from msgraph.graph_service_client import GraphServiceClient

from m365audit import __version__
from m365audit.graph.client import Graph
from m365audit.graph.clock import Clock, WallClock
from m365audit.graph.credentials import Credentials, credentials_for
from m365audit.graph.downloads import Downloads
from m365audit.graph.errors import NotAllowed, Refused, SignInFailed
from m365audit.graph.exchange import Exchange
from m365audit.graph.governor import MOST_IN_FLIGHT, Governor, Pacing
from m365audit.graph.guard import Guard, is_loopback
from m365audit.graph.names import Names, Resolver, Silent
from m365audit.graph.paging import Page
from m365audit.graph.retry import Patience
from m365audit.graph.said import CONNECTION_LOST, Service
from m365audit.graph.wire import Adapter, Wire
from m365audit.model.tenant import AuthKind, Tenant

MICROSOFT_HOSTS = frozenset(
    {
        "graph.microsoft.com",
        "graph.microsoft.us",
        "dod-graph.microsoft.us",
        "microsoftgraph.chinacloudapi.cn",
    }
)
"""Hosts whose documented limits are known to hold, so that they are kept from the first request on."""

# Exchange lets a command run for minutes; a listing of every mailbox takes them.
_TIMEOUT = httpx.Timeout(connect=30, read=180, write=30, pool=None)


@dataclass(frozen=True, slots=True)
class Session:
    """A connected tenant."""

    graph: Graph
    exchange: Exchange
    credentials: Credentials
    names: Names

    def notices(self, now: datetime) -> tuple[str, ...]:
        """What people should be told of the way of signing in, once it was used: such as a certificate about to end."""
        return self.credentials.notices(now)

    async def sign_in(self, asking: RequestInformation | None = None) -> Page | None:
        """See at once whether Graph lets us in. Exchange is asked when it is needed, and may be a gap.

        ``asking`` is for a collection that may be read, where that is not the organisation. Gives its first page, or
        ``None`` where Graph knows who we are and refuses to show it.

        Raises:
            SignInFailed: it does not, or it cannot be reached.
        """
        asking = asking or self.graph.request(self.graph.sdk.organization, select=["id"])
        try:
            async with aclosing(self.graph.pages(asking)) as run:
                async for page in run:
                    return page
        except Refused as refused:
            # Any other refusal comes from a service that knows who we are.
            if refused.status == 401:  # noqa: PLR2004
                reason = (refused.message or refused.code or "no reason given").rstrip(".")
                remedy = "see that the token, secret or certificate is current"
                msg = f"Microsoft Graph refused the sign-in: {reason}; {remedy}."
                raise SignInFailed(msg) from None
            if refused.said.has_code(CONNECTION_LOST):
                msg = "Microsoft Graph could not be reached: see that this machine has a connection, and try again."
                raise SignInFailed(msg) from None
        return None


@dataclass(frozen=True, slots=True)
class Outside:
    """Everything of the wire that reaches outside the program; what is ``None`` is the real thing.

    ``clock`` is another time, ``credentials`` are other tokens, ``transport`` is another network (the guard stays in
    front of it), ``jitter`` makes the spread of waits repeatable, ``names`` looks public names up.
    """

    clock: Clock | None = None
    credentials: Credentials | None = None
    governor: Governor | None = None
    patience: Patience | None = None
    transport: httpx.AsyncBaseTransport | None = None
    jitter: random.Random | None = None
    names: Names | None = None


REAL = Outside()
"""The wall's clock, the tenant file's sign-in, the machine's network."""


@asynccontextmanager
async def connect(tenant: Tenant, outside: Outside = REAL) -> AsyncIterator[Session]:
    """A tenant's services for as long as the block lasts; nothing is sent yet.

    Raises:
        SignInFailed: an endpoint of the tenant file may not be used.
    """
    # httpx would write every address, with the names in it, to the log at INFO.
    for name in ("httpx", "azure", "msal"):
        logging.getLogger(name).setLevel(logging.WARNING)
    clock = outside.clock or WallClock()
    endpoints = tenant.endpoints
    network = outside.transport or _network(endpoints.graph)
    try:
        guard = Guard(network, endpoints.graph, endpoints.exchange)
    except NotAllowed as refusal:
        msg = f"endpoints in {tenant.slug}.yaml: {refusal}."
        raise SignInFailed(msg) from None
    credentials = outside.credentials or credentials_for(tenant, clock)
    client = httpx.AsyncClient(
        transport=guard, timeout=_TIMEOUT, follow_redirects=False, headers={"User-Agent": user_agent(tenant)}
    )
    async with client:
        adapters = {service: _adapter(client) for service in Service}
        governor = outside.governor or Governor(clock, pacing_for(endpoints.graph))
        wire = Wire(adapters, credentials, governor, clock, outside.patience, outside.jitter)
        sdk: Any = GraphServiceClient(request_adapter=adapters[Service.GRAPH])  # type: ignore[arg-type]
        graph = Graph(wire, sdk, endpoints.graph, tenant.tenant_id, Downloads(network, endpoints.graph, clock))
        names = outside.names or (Silent() if outside.transport else Resolver(endpoints.dns))
        yield Session(graph, Exchange(wire, endpoints.exchange, tenant.tenant_id), credentials, names)


def user_agent(tenant: Tenant) -> str:
    """What SharePoint asks every app to call itself; undecorated traffic is the first to be slowed down.

    One app of a provider's that serves many tenants is a vendor's (``ISV``), an app of the tenant's own is none.
    """
    kind = "ISV" if tenant.auth.kind is AuthKind.PARTNER else "NONISV"
    return f"{kind}|m365audit|m365audit/{__version__}"


def pacing_for(endpoint: str) -> Pacing:
    """Whether an endpoint's limits are known beforehand: Microsoft's own are, another service's are learned."""
    return Pacing.DOCUMENTED if httpx.URL(endpoint).host in MICROSOFT_HOSTS else Pacing.LEARNED


def _adapter(client: httpx.AsyncClient) -> Adapter:
    # Tokens are the wire's: it must know which one was refused, and renews it once.
    return Adapter(AnonymousAuthenticationProvider(), http_client=client)


def _network(endpoint: str) -> httpx.AsyncBaseTransport:
    """The real network, through the machine's proxy where it has one."""
    url = httpx.URL(endpoint)
    limits = httpx.Limits(max_connections=MOST_IN_FLIGHT, max_keepalive_connections=MOST_IN_FLIGHT, keepalive_expiry=60)
    proxy = None
    if not is_loopback(url.host) and not urllib.request.proxy_bypass(url.host):
        proxy = urllib.request.getproxies().get(url.scheme)
    return httpx.AsyncHTTPTransport(limits=limits, proxy=proxy)
