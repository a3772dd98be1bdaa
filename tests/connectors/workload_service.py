"""Calendars, Teams, SharePoint and OneDrive for unit tests, answering as the contract says Microsoft does.

It is told what is true, and how to cut and order its answers; it does not know what the program will ask.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import httpx
import orjson
import pandas as pd
from hypothesis import strategies as st

from m365audit.connectors import Connector
from m365audit.graph import Outside, ReadyTokens, Session, connect
from m365audit.model.datasets import DATA_SETS, as_frame
from m365audit.model.evidence import Entry, Gap, Looked, Note, Row, Rows
from m365audit.model.tenant import Tenant
from m365audit.snapshot.write import as_table

Json = dict[str, Any]
HOST = "http://127.0.0.1:1"
TENANT = "11111111-2222-3333-4444-555555555555"
JOIN_FILTER = re.compile(r"JoinWebUrl eq '((?:[^']|'')*)'")
SHARING_HEADERS = frozenset({"deltashowremovedasdeleted", "deltatraversepermissiongaps", "deltashowsharingchanges"})


class Fault(Exception):
    """A refusal in Graph's envelope."""

    def __init__(self, status: int, code: str, message: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"code": code, "message": message, "innerError": {"request-id": "r-1"}}}


NO_MAILBOX = Fault(404, "MailboxNotEnabledForRESTAPI", "The mailbox is either inactive or is hosted on-premise.")
MAILBOX_DENIED = Fault(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
NO_POLICY = Fault(403, "Forbidden", "No application access policy found for this app a1 on the user u1.")
ACCESS_DENIED = Fault(403, "accessDenied", "Access denied")
ITEM_NOT_FOUND = Fault(404, "itemNotFound", "The resource could not be found.")
SITE_LOCKED = Fault(423, "resourceLocked", "The resource you are attempting to access is locked")


def halves(rows: list[Json]) -> list[list[Json]]:
    """Two at a time."""
    return [rows[start : start + 2] for start in range(0, len(rows), 2)] or [[]]


def drawn_cut(data: st.DataObject, *held: list[Json]) -> Callable[[list[Json]], list[list[Json]]]:
    """Each of some lists in any order, on any pages; drawn at once, so that a connector's tasks draw nothing."""
    pages: dict[int, list[list[Json]]] = {}
    for rows in held:
        shuffled = data.draw(st.permutations(rows))
        marks = data.draw(st.lists(st.integers(0, len(rows)), max_size=3).map(sorted))
        cuts = zip([0, *marks], [*marks, len(rows)], strict=True)
        pages[id(rows)] = [shuffled[start:end] for start, end in cuts]
    return lambda rows: pages.get(id(rows)) or [rows]


@dataclass
class Workloads:
    """What is there, by the ids Microsoft asks for it with. A fault in place of a list is a refusal."""

    calendars: dict[str, list[Json] | Fault] = field(default_factory=dict)
    masters: dict[tuple[str, str], Json] = field(default_factory=dict)
    online_meetings: dict[str, list[Json] | Fault] = field(default_factory=dict)
    sites: list[Json] = field(default_factory=list)
    drives: dict[str, list[Json] | Fault] = field(default_factory=dict)
    items: dict[str, list[Json] | Fault] = field(default_factory=dict)
    permissions: dict[tuple[str, str], list[Json] | Fault] = field(default_factory=dict)
    settings: Json = field(default_factory=dict)
    cut: Callable[[list[Json]], list[list[Json]]] = halves
    hides: frozenset[str] = frozenset()
    """Properties this app is never shown."""
    asked: list[httpx.URL] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1.0/$batch":
            parts = orjson.loads(request.content)["requests"]
            # Any order is allowed, so not the one they came in.
            responses = [{"id": part["id"], "headers": {}, **self._part(part)} for part in reversed(parts)]
            return httpx.Response(200, json={"responses": responses})
        answer = self._answer(request.url, request.headers)
        return httpx.Response(answer["status"], json=answer["body"])

    def _part(self, part: Json) -> Json:
        return self._answer(httpx.URL(f"{HOST}/v1.0{part['url']}"), httpx.Headers(part.get("headers")))

    def _answer(self, url: httpx.URL, headers: httpx.Headers) -> Json:
        self.asked.append(url)
        try:
            return {"status": 200, "body": self._body(url, headers)}
        except Fault as fault:
            return {"status": fault.status, "body": fault.body}

    def _body(self, url: httpx.URL, headers: httpx.Headers) -> Json:
        # Segments keep their own slashes, so each is decoded alone.
        raw = url.raw_path.decode().partition("?")[0].removeprefix("/v1.0/")
        match [unquote(segment) for segment in raw.split("/")]:
            case ["users", user, "events", event]:
                if (user, event) not in self.masters:
                    raise Fault(404, "ErrorItemNotFound", "The specified object was not found in the store.")
                return self._shown(url, self.masters[user, event])
            case ["admin", "sharepoint", "settings"]:
                return self.settings
            case ["drives", drive, "items", item]:
                held = self.items.get(drive, ITEM_NOT_FOUND)
                found = [one for one in _held(held) if one["id"] == item and "deleted" not in one]
                if not found:
                    raise ITEM_NOT_FOUND
                return self._shown(url, found[-1])
            case segments:
                return self._page(url, self._list(segments, url, headers))

    def _list(self, segments: list[str], url: httpx.URL, headers: httpx.Headers) -> list[Json]:
        match segments:
            case ["users", user, "calendarView"]:
                held = self._calendar(user, url, headers)
            case ["users", user, "onlineMeetings"]:
                held = self._online(user, url, headers)
            case ["sites", "getAllSites"]:
                held = self.sites
            case ["sites", site, "drives"]:
                held = _held(self.drives[site])
            case ["drives", drive, "root", "delta"]:
                held = self._delta(drive, headers)
            case ["drives", drive, "items", item, "permissions"]:
                held = _held(self.permissions.get((drive, item), ITEM_NOT_FOUND))
            case _:
                raise Fault(400, "BadRequest", f"Resource not found for the segment '{'/'.join(segments)}'.")
        return held

    def _calendar(self, user: str, url: httpx.URL, headers: httpx.Headers) -> list[Json]:
        if not {"startDateTime", "endDateTime"} <= set(url.params):
            raise Fault(400, "ErrorInvalidParameter", "This request requires a time window.")
        if 'outlook.timezone="UTC"' not in headers.get("prefer", ""):
            raise Fault(400, "ErrorInvalidParameter", "These tests know UTC only.")
        return _held(self.calendars.get(user, NO_MAILBOX))

    def _online(self, user: str, url: httpx.URL, headers: httpx.Headers) -> list[Json]:
        held = _held(self.online_meetings.get(user, Fault(404, "NotFound", "No such organiser.")))
        asked = JOIN_FILTER.fullmatch(url.params.get("$filter", ""))
        if not asked:
            raise Fault(400, "BadRequest", "A filter is needed.")
        if headers.get("prefer") != "include-unknown-enum-members":
            held = [one | {"lobbyBypassSettings": {"scope": "unknownFutureValue"}} for one in held]
        return [one for one in held if one["joinWebUrl"] == asked[1].replace("''", "'")]

    def _delta(self, drive: str, headers: httpx.Headers) -> list[Json]:
        preferred = {word.strip() for word in headers.get("prefer", "").split(",")}
        if not preferred >= SHARING_HEADERS | {"hierarchicalsharing"}:
            raise Fault(400, "invalidRequest", "These headers work only together.")
        return _held(self.items[drive])

    def _page(self, url: httpx.URL, rows: list[Json]) -> Json:
        pages = self.cut(rows)
        number = int(url.params.get("$skiptoken", 0))
        body: Json = {"value": [self._shown(url, row) for row in pages[number]]}
        if number + 1 < len(pages):
            body["@odata.nextLink"] = str(url.copy_set_param("$skiptoken", str(number + 1)))
        elif url.path.endswith("/delta"):
            body["@odata.deltaLink"] = str(url.copy_with(params={"token": "later"}))
        return body

    def _shown(self, url: httpx.URL, row: Json) -> Json:
        select = url.params.get("$select")
        names = (set(select.split(",")) if select else set(row)) - self.hides
        return {name: value for name, value in row.items() if name in names}


def _held(held: list[Json] | Fault) -> list[Json]:
    if isinstance(held, Fault):
        raise held
    return held


@dataclass
class Collected:
    """What a connector yielded, data set by data set."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    looked: set[tuple[str, str]] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    def scopes(self, data_set: str) -> dict[str, str]:
        """Gaps of a data set: scope to kind."""
        return {gap.scope: str(gap.kind) for gap in self.gaps if gap.data_set == data_set}

    def whole(self, data_set: str) -> set[str]:
        return {scope for name, scope in self.looked if name == data_set}


async def collect(connector: Connector, service: Workloads, **inputs: object) -> Collected:
    """Run a connector over the real wire against a service."""
    tenant = Tenant.model_validate(
        {
            "slug": "exampleton",
            "council": "Exampleton Town Council",
            "tenant_id": TENANT,
            "policy": "towcester",
            "auth": {"kind": "token"},
            "endpoints": {"graph": HOST, "exchange": HOST, "login": HOST},
        }
    )
    tokens = ReadyTokens({"M365AUDIT_GRAPH_TOKEN": "made up"})
    async with connect(tenant, Outside(credentials=tokens, transport=httpx.MockTransport(service))) as session:
        return await gathered(connector, session, **inputs)


async def gathered(connector: Connector, session: Session, **inputs: object) -> Collected:
    """Everything a connector yields; its rows are held against the declared schema and key."""
    first = connector.data_sets[0]
    found = Collected({name: [] for name in connector.data_sets})
    async for item in connector.collect(graph=session.graph, **inputs):
        if isinstance(item, Gap):
            found.gaps.append(item.within(data_set=item.data_set or first))
        elif isinstance(item, Looked):
            found.looked.add((item.data_set or first, item.scope))
        elif isinstance(item, Entry):
            found.rows[item.data_set].append(item.row)
        elif isinstance(item, Rows):
            found.rows[item.data_set or first] += item.table.to_pylist()
        elif isinstance(item, Note):
            found.notes.append(item.words)
        else:
            found.rows[first].append(item)
    for name, rows in found.rows.items():
        declared = DATA_SETS[name]
        assert as_table(declared, rows).num_rows == len(rows) if rows else True
        assert all(set(row) <= set(declared.names) for row in rows)
        assert len({tuple(row[part] for part in declared.key) for row in rows}) == len(rows), "keys repeat"
    return found


def frame(data_set: str, *rows: Mapping[str, Any]) -> pd.DataFrame:
    """A data set as connectors get it, times as Microsoft writes them taken in."""
    declared = DATA_SETS[data_set]
    return as_frame(as_table(declared, rows)) if rows else declared.frame()


COUNCIL = "exampleton-tc.gov.uk"
TENANT_DOMAIN = "exampleton.onmicrosoft.com"
DOMAINS = frame(
    "domains",
    {"domain": COUNCIL, "verified": True, "owned": True},
    {"domain": TENANT_DOMAIN, "verified": True, "owned": True},
    {"domain": "exampleton.org.uk", "verified": False, "owned": True},
    {"domain": "never-verified.example", "verified": False, "owned": False},
)


def account(account_id: str, address: str, **more: object) -> Json:
    """A row of ``accounts``."""
    row = {
        "account_id": account_id,
        "user_type": "member",
        "display_name": account_id.title(),
        "user_principal_name": address,
        "mail": address,
        "primary_address": address,
        "addresses": [address],
        "other_mails": [],
        "enabled": True,
    }
    return {**row, **more}


def guest(account_id: str, address: str, **more: object) -> Json:
    """A guest's row of ``accounts``."""
    sign_in = f"{address.replace('@', '_')}#ext#@{TENANT_DOMAIN}"
    return account(account_id, address, user_type="guest", user_principal_name=sign_in, **more)
