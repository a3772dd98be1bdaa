"""A service for unit tests that answers as the contract says Microsoft does: paging, $select, $batch, error bodies.

It is told what is true; it does not know what the program will ask.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
import orjson
import pandas as pd

from m365audit.connectors import Connector
from m365audit.graph import Outside, ReadyTokens, Session, connect
from m365audit.model.datasets import DATA_SETS
from m365audit.model.evidence import Entry, Gap, Looked, Note, Row, Rows
from m365audit.model.tenant import Auth, AuthKind, Endpoints, Tenant

Json = dict[str, Any]
GRAPH = "https://graph.council.test"
EXCHANGE = "https://exchange.council.test"
TENANT = "11111111-2222-3333-4444-555555555555"
PREMIUM_REFUSAL = "Authentication_RequestFromNonPremiumTenantOrB2CTenant"


@dataclass(frozen=True)
class Fault:
    """A refusal, in the envelope of the service that gives it."""

    status: int
    code: str
    message: str = ""

    @property
    def body(self) -> Json:
        return {"error": {"code": self.code, "message": self.message, "innerError": {"request-id": "r-1"}}}


NO_PREMIUM = Fault(403, PREMIUM_REFUSAL, "Tenant is not a B2C tenant and doesn't have premium license")
DENIED = Fault(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
MAILBOX_DENIED = Fault(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
NO_MAILBOX = Fault(
    404,
    "MailboxNotEnabledForRESTAPI",
    "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
)
NOT_FOUND = Fault(
    404,
    "NotFound",
    "Error executing cmdlet: the operation couldn't be performed because object 'x' couldn't be found",
)
NO_ROLE = Fault(403, "", "")

Held = list[Json] | Json | Fault
Cmdlet = Callable[[Json], list[Json] | Fault] | list[Json] | Fault


@dataclass
class Service:
    """What is served: Graph by path, Exchange by cmdlet. Everything asked is kept in ``asked``."""

    graph: dict[str, Held] = field(default_factory=dict)
    cmdlets: dict[str, Cmdlet] = field(default_factory=dict)
    page_size: int = 2
    refuses_select: bool = False
    """Whether Exchange answers 400 to a selection."""
    asked: list[str] = field(default_factory=list)
    invoked: list[tuple[str, Json]] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == urlsplit(EXCHANGE).hostname:
            return self._exchange(request)
        if request.url.path.endswith("/$batch"):
            asked = orjson.loads(request.content)["requests"]
            # Any order is allowed, so not the one they came in.
            return _answer(200, {"responses": [self._part(part) for part in reversed(asked)]})
        return _answer(*self._get(str(request.url).removeprefix(f"{GRAPH}/v1.0")))

    def queries(self, path: str) -> list[Mapping[str, list[str]]]:
        """The queries of the requests that were made for one path."""
        return [parse_qs(urlsplit(url).query) for url in self.asked if unquote(urlsplit(url).path) == path]

    def _part(self, part: Json) -> Json:
        status, body = self._get(part["url"])
        return {"id": part["id"], "status": status, "headers": {}, "body": body}

    def _get(self, url: str) -> tuple[int, Json]:
        self.asked.append(url)
        split = urlsplit(url)
        query = {name: values[0] for name, values in parse_qs(split.query).items()}
        path = unquote(split.path)
        held = self.graph.get(path, Fault(404, "Request_ResourceNotFound", f"Resource '{path}' does not exist."))
        if isinstance(held, Fault):
            return held.status, held.body
        selected = query.get("$select", "").split(",") if query.get("$select") else None
        if isinstance(held, dict):
            return 200, _selected(held, selected)
        start = int(query.get("$skiptoken", 0))
        size = min(self.page_size, int(query.get("$top", 999)))
        body: Json = {"value": [_selected(one, selected) for one in held[start : start + size]]}
        if start + size < len(held):
            kept = "&".join(f"{name}={value}" for name, value in query.items() if name != "$skiptoken")
            body["@odata.nextLink"] = f"{GRAPH}/v1.0{split.path}?{kept}&$skiptoken={start + size}"
        return 200, body

    def _exchange(self, request: httpx.Request) -> httpx.Response:
        command = orjson.loads(request.content)["CmdletInput"]
        name, parameters = command["CmdletName"], command.get("Parameters", {})
        self.invoked.append((name, parameters))
        select = request.url.params.get("$select")
        if self.refuses_select and select:
            return _answer(400, Fault(400, "BadRequest", "Error executing cmdlet").body)
        held = self.cmdlets.get(name, NO_ROLE)
        found = held(parameters) if callable(held) else held
        if isinstance(found, Fault):
            return _answer(found.status, found.body if found.code else None)
        start = int(request.url.params.get("$skiptoken", 0))
        body: Json = {"value": [_selected(one, select.split(",") if select else None) for one in found][start:][:2]}
        if start + 2 < len(found):
            chosen = f"$select={select}&" if select else ""
            body["@odata.nextLink"] = f"{EXCHANGE}{request.url.path}?{chosen}$skiptoken={start + 2}"
        return _answer(200, body)


def _selected(one: Json, names: list[str] | None) -> Json:
    # What a thing is (@odata.type) comes with it, whatever was selected.
    return one if names is None else {name: value for name, value in one.items() if name in names or name[:1] == "@"}


def _answer(status: int, body: Json | None) -> httpx.Response:
    return httpx.Response(status, json=body) if body is not None else httpx.Response(status)


class QuickClock:
    """A clock on which waiting takes no time; ``waited`` is what it would have taken, in seconds."""

    def __init__(self) -> None:
        self.waited = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 21, 9, 30, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.waited

    async def sleep(self, seconds: float) -> None:
        self.waited += seconds


@dataclass
class Collected:
    """What a connector gave."""

    rows: list[Row] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    looked: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    @property
    def scopes(self) -> set[str]:
        """Scopes of the gaps."""
        return {gap.scope for gap in self.gaps}


async def collect(connector: Connector, service: Service, **inputs: object) -> Collected:
    """Run a connector over the real wire against a service."""
    tokens = ReadyTokens({"M365AUDIT_GRAPH_TOKEN": "graph", "M365AUDIT_EXCHANGE_TOKEN": "exchange"})
    transport = httpx.MockTransport(service)
    async with connect(TENANT_FILE, Outside(QuickClock(), tokens, transport=transport)) as session:
        return await gather(connector, session, **inputs)


async def gather(connector: Connector, session: Session, **inputs: object) -> Collected:
    """What a connector gives; its rows must fit the schema and have keys of their own."""
    data_set = DATA_SETS[connector.data_sets[0]]
    collected = Collected()
    services = {"graph": session.graph, "exchange": session.exchange, "names": session.names}
    inputs |= {name: partial(lambda given: given, inputs[name]) for name in connector.seldom}
    async for said in connector.collect(**{name: services[name] for name in connector.services}, **inputs):
        match said:
            case Gap():
                collected.gaps.append(said)
            case Looked():
                collected.looked.add(said.scope)
            case dict():
                collected.rows.append(said)
            case Rows():
                collected.rows += said.table.to_pylist()
            case Note():
                collected.notes.append(said.words)
            case Entry():
                message = f"{connector.data_sets} fill one data set each"
                raise AssertionError(message)
    assert all(set(row) <= set(data_set.names) for row in collected.rows)
    keys = [tuple(row[name] for name in data_set.key) for row in collected.rows]
    assert len(keys) == len(set(keys))
    frame(data_set.name, collected.rows)
    return collected


def frame(name: str, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows as the frame of a data set; times, which connectors hand on as Microsoft wrote them, are left out."""
    data_set = DATA_SETS[name]
    times = {column.name for column in data_set.columns if column.kind == "time"}
    return data_set.frame({key: value for key, value in row.items() if key not in times} for row in rows)


TENANT_FILE = Tenant(
    slug="council",
    council="Council",
    tenant_id=TENANT,
    policy="towcester",
    auth=Auth(kind=AuthKind.TOKEN),
    endpoints=Endpoints(graph=GRAPH, exchange=EXCHANGE),
)
