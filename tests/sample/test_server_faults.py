"""What the imitation can make go wrong: by seed, by what is asked, in Microsoft's words, with and without a network."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import orjson
import pytest
from hand_made import ANCHOR, ANN, BOB, EVE, SITE, TENANT, HandClock, crowd, small_tenant

from m365audit.sample.service.faults import FOREIGN, KINDS, Kind
from m365audit.sample.service.inside import Inside
from m365audit.sample.service.manner import Manner
from m365audit.sample.service.schedule import Schedule
from m365audit.sample.service.server import Service, serve

NAMED = {kind.name: kind for kind in KINDS}
USERS = "/v1.0/users?$select=id"
DELTA = "/v1.0/drives/b!one/root/delta?$select=id"


def tenant() -> Any:  # noqa: ANN401 - a tenant
    return small_tenant(users=crowd(5))


class Asking:
    """Asks a service whose every request meets one kind of fault."""

    def __init__(self, http: httpx.AsyncClient, service: Service) -> None:
        self._http = http
        self._service = service

    async def get(self, path: str) -> httpx.Response:
        token = self._service.token(TENANT)
        return await self._http.get(f"{self._service.url}{path}", headers={"Authorization": f"Bearer {token}"})

    async def batch(self, *urls: str) -> list[dict[str, Any]]:
        requests = [{"id": str(number), "method": "GET", "url": url} for number, url in enumerate(urls)]
        headers = {"Authorization": f"Bearer {self._service.token(TENANT)}"}
        answer = await self._http.post(f"{self._service.url}/v1.0/$batch", json={"requests": requests}, headers=headers)
        responses: list[dict[str, Any]] = answer.json()["responses"]
        return responses

    async def command(self, name: str = "Get-Mailbox") -> httpx.Response:
        headers = {
            "Authorization": f"Bearer {self._service.token(TENANT, 'exchange')}",
            "X-ResponseFormat": "json",
            "X-AnchorMailbox": ANCHOR,
        }
        body = {"CmdletInput": {"CmdletName": name, "Parameters": {"ResultSize": "Unlimited"}}}
        address = f"{self._service.url}/adminapi/beta/{TENANT}/InvokeCommand"
        return await self._http.post(address, json=body, headers=headers)


@asynccontextmanager
async def over_http(schedule: Schedule, **options: Any) -> AsyncIterator[Asking]:  # noqa: ANN401
    async with (
        serve([tenant()], schedule=schedule, limits=False, **options) as service,
        httpx.AsyncClient(timeout=httpx.Timeout(5, read=0.3)) as http,
    ):
        yield Asking(http, service)


@asynccontextmanager
async def inside(schedule: Schedule, **options: Any) -> AsyncIterator[Asking]:  # noqa: ANN401
    clock = HandClock()
    service = Service([tenant()], clock=clock, schedule=schedule, limits=False, **options)
    service.url = "http://127.0.0.1:1"
    async with httpx.AsyncClient(transport=Inside(service, clock), timeout=180) as http:
        yield Asking(http, service)


WAYS = [pytest.param(over_http, id="over HTTP"), pytest.param(inside, id="without a network")]


def always(name: str, **options: Any) -> Schedule:  # noqa: ANN401
    return Schedule(1, share=1, lasting=1, kinds=[NAMED[name]], **options)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("name", "error"),
    [
        pytest.param("connection reset before the answer", httpx.RemoteProtocolError, id="no answer"),
        pytest.param("connection reset inside the answer", httpx.RemoteProtocolError, id="half an answer"),
        pytest.param("a body too slow", httpx.ReadTimeout, id="half an answer and a wait"),
    ],
)
async def test_a_connection_breaks_off(way: Any, name: str, error: type[Exception]) -> None:  # noqa: ANN401
    async with way(always(name)) as asking:
        with pytest.raises(error):
            await asking.get(USERS)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        pytest.param("429 with seconds", 429, "TooManyRequests", id="429"),
        pytest.param("500", 500, "InternalServerError", id="500"),
        pytest.param("503 with seconds", 503, "serviceNotAvailable", id="503"),
        pytest.param("expired token", 401, "InvalidAuthenticationToken", id="401"),
        pytest.param("200 with an error in it", 200, "UnknownError", id="an error that says 200"),
        pytest.param("403", 403, "Authorization_RequestDenied", id="403"),
    ],
)
async def test_graph_refuses_in_its_own_envelope(way: Any, name: str, status: int, code: str) -> None:  # noqa: ANN401
    async with way(always(name)) as asking:
        answer = await asking.get(USERS)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.headers["request-id"]
    assert (status in (429, 503)) == ("Retry-After" in answer.headers)
    assert (status == 401) == ("WWW-Authenticate" in answer.headers)


async def test_a_date_to_come_back_at_is_by_the_services_own_clock() -> None:
    async with inside(always("429 with a date")) as asking:
        answer = await asking.get(USERS)
    until, told = (parsedate_to_datetime(answer.headers[name]) for name in ("Retry-After", "Date"))
    assert timedelta(seconds=1) <= until - told <= timedelta(seconds=30)
    assert abs(told - HandClock().now()) > timedelta(minutes=1)


async def test_answers_that_say_nothing_are_successes_all_the_same() -> None:
    async with inside(always("truncated JSON")) as asking:
        cut = await asking.get(USERS)
    async with inside(always("200 without a body")) as asking:
        empty = await asking.get(USERS)
    async with inside(always("200 without a value")) as asking:
        listless = await asking.get(USERS)
    assert {answer.status_code for answer in (cut, empty, listless)} == {200}
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(cut.content)
    assert cut.content
    assert empty.content == b""
    assert "value" not in listless.json()


async def test_the_next_page_leads_astray_or_repeats() -> None:
    pages = Manner(max_page=2)
    async with inside(always("a next page elsewhere"), manner=pages) as asking:
        assert str((await asking.get(USERS)).json()["@odata.nextLink"]).startswith(FOREIGN)
    async with inside(always("a page that is its own next one"), manner=pages) as asking:
        assert str((await asking.get(USERS)).json()["@odata.nextLink"]).endswith(USERS)
    repeating = Schedule(1, share=1, kinds=[NAMED["items repeated on the next page"]])
    async with inside(repeating, manner=pages) as asking:
        first = (await asking.get(USERS)).json()
        second = (await asking.get(first["@odata.nextLink"].removeprefix("http://127.0.0.1:1"))).json()
        assert first["value"][-1] == second["value"][0]
    async with inside(always("pages that go round"), manner=pages) as asking:
        first = (await asking.get(USERS)).json()
        again = (await asking.get(first["@odata.nextLink"].removeprefix("http://127.0.0.1:1"))).json()
        assert first["value"] == again["value"]
        assert again["@odata.nextLink"] != first["@odata.nextLink"]


@pytest.mark.parametrize("way", WAYS)
async def test_a_redirect_leads_elsewhere(way: Any) -> None:  # noqa: ANN401
    async with way(always("a redirect elsewhere")) as asking:
        answer = await asking.get(USERS)
    assert answer.is_redirect
    assert answer.headers["Location"].startswith(FOREIGN)


async def test_a_feed_that_must_start_again_does_so_once_where_that_passes() -> None:
    once = Schedule(1, share=1, kinds=[NAMED["410 resync"]])
    async with inside(once) as asking:
        gone = await asking.get(DELTA)
        assert (gone.status_code, gone.json()["error"]["code"]) == (410, "resyncRequired")
        assert (await asking.get(gone.headers["Location"].removeprefix("http://127.0.0.1:1"))).status_code == 200
    async with inside(always("410 resync")) as asking:
        assert {(await asking.get(DELTA)).status_code for _ in range(3)} == {410}


async def test_part_of_a_batch_fails_and_the_batch_does_not() -> None:
    urls = [f"/users/{name}?$select=id" for name in ("a", "b", "c", "d")]
    kinds = [NAMED[name] for name in ("429 with seconds", "no response inside the batch", "200 without a body")]
    parts = [Kind(k.name, k.family, frozenset({"part"}), k.change) for k in kinds]
    seen: set[str] = set()
    for seed in range(20):
        async with inside(Schedule(seed, share=0.5, kinds=parts)) as asking:
            told = {response["id"]: response for response in await asking.batch(*urls)}
        seen |= {"missing"} if len(told) < len(urls) else set()
        seen |= {"throttled" for response in told.values() if response["status"] == 429}
        seen |= {"bare" for response in told.values() if response["status"] == 200 and "body" not in response}
    assert seen >= {"missing", "throttled"}


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        pytest.param("400 that passes", 400, b"Exception|CmdletProxyNotAvailableFailure", id="a 400 that passes"),
        pytest.param("too many at once, in plain text", 503, b"maximum number of concurrent requests", id="plain text"),
        pytest.param("403 without words", 403, b"|\x00+", id="nothing, or nothing but NULs"),
        pytest.param("expired token", 401, b"", id="a token that has run out"),
        pytest.param("502 in HTML", 502, b"Bad Gateway", id="a gateway's page"),
    ],
)
async def test_exchange_refuses_in_its_own_way(name: str, status: int, words: bytes) -> None:
    async with inside(always(name)) as asking:
        answer = await asking.command()
    assert answer.status_code == status
    assert any(part in answer.content for part in words.split(b"|")) or not answer.content.strip(b"\x00")


async def test_what_happens_hangs_on_the_seed_and_what_is_asked_and_not_on_the_order() -> None:
    paths = [f"/v1.0/users/{name}" for name in (ANN, BOB, EVE)] + [USERS, DELTA, f"/v1.0/sites/{SITE}/drives"]
    told: list[dict[str, list[int]]] = []
    for order in (paths, list(reversed(paths))):
        async with inside(Schedule(4, share=0.7, kinds=[NAMED["500"], NAMED["503 with seconds"]])) as asking:
            told.append({path: [(await asking.get(path)).status_code for _ in range(4)] for path in order})
    assert told[0] == told[1]
    statuses = {status for codes in told[0].values() for status in codes}
    assert statuses > {500, 503}
    assert all(codes[-1] not in (500, 503) for codes in told[0].values())


async def test_signing_in_is_left_alone() -> None:
    schedule = always("500")
    async with over_http(schedule) as asking:
        answer = await asking.get(f"/{TENANT}/v2.0/.well-known/openid-configuration")
    assert answer.status_code != 500
    assert schedule.strikes == []


def test_every_kind_passes_or_lasts_and_goes_by_one_name() -> None:
    assert all(kind.passing or kind.lasting for kind in KINDS)
    assert len(NAMED) == len(KINDS)
