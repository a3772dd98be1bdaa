"""Troubles of several kinds in a row, told apart; answers that say nothing; lists held up for too long."""

import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from wire_fakes import START, Connected, Scripted, VirtualClock, refusal

from m365audit.graph import Exchange, Governor, Graph, Pacing, Refused, asking
from m365audit.graph.retry import retry_after
from m365audit.graph.said import Service

OK = {"id": "1", "value": [{"id": "1"}]}
ROOT = "https://graph.microsoft.com/v1.0"
LINK = "https://outlook.office365.com/adminapi/beta/InvokeCommand?$skiptoken=2"


def good() -> httpx.Response:
    return httpx.Response(200, json=OK)


def throttled() -> httpx.Response:
    return refusal(429, "TooManyRequests", headers={"Retry-After": "1"})


async def ask(graph: Graph) -> dict[str, object]:
    return await graph.get(graph.request(graph.sdk.organization))


@pytest.mark.parametrize(
    "troubles",
    [
        pytest.param([throttled() for _ in range(9)] + [httpx.ConnectError("reset")], id="held back long, then lost"),
        pytest.param([httpx.Response(502)] * 5 + [refusal(500, "x")], id="a gateway down, then a server's error"),
        pytest.param([throttled() for _ in range(9)] + [refusal(500, "x")] * 2, id="held back long, then two errors"),
        pytest.param(
            [refusal(401, "InvalidAuthenticationToken"), throttled(), refusal(401, "InvalidAuthenticationToken")],
            id="a token that ran out again while the request was held back",
        ),
    ],
)
async def test_each_trouble_has_a_patience_of_its_own(
    connected: Connected, troubles: Sequence[httpx.Response | Exception]
) -> None:
    async with connected(Scripted(*troubles, good())) as session:
        assert await ask(session.graph) == OK


@pytest.mark.parametrize(
    ("answer", "sent"),
    [
        pytest.param(httpx.Response(200), 6, id="a success without a word"),
        pytest.param(httpx.Response(200, content=b"[]"), 6, id="a success that is no object"),
        pytest.param(
            httpx.Response(200, json={"error": {"code": "UnknownError"}}), 3, id="a success with an error in it"
        ),
        pytest.param(httpx.Response(507), 3, id="a server error of another number"),
        pytest.param(httpx.Response(501), 1, id="what is not offered"),
    ],
)
async def test_no_success_without_an_answer(connected: Connected, answer: httpx.Response, sent: int) -> None:
    network = Scripted(*[answer] * sent)
    async with connected(network) as session:
        with pytest.raises(Refused):
            await ask(session.graph)
    assert len(network.requests) == sent


async def test_the_first_page_of_a_list_is_a_list(connected: Connected) -> None:
    network = Scripted(httpx.Response(200, json={}), good())
    async with connected(network) as session:
        assert await session.graph.first(session.graph.request(session.graph.sdk.users)) == [{"id": "1"}]
    assert len(network.requests) == 2


FAR = timedelta(hours=5)


@pytest.mark.parametrize(
    ("text", "answered", "seconds"),
    [
        pytest.param(START + FAR + timedelta(seconds=20), START + FAR, 20, id="a service whose clock is ahead"),
        pytest.param(START - FAR + timedelta(seconds=20), START - FAR, 20, id="a service whose clock is behind"),
        pytest.param(START + timedelta(seconds=20), None, 20, id="a service that does not tell the time"),
        pytest.param(START - timedelta(seconds=20), START, 0, id="a moment gone by"),
    ],
)
def test_a_date_to_come_back_at_is_measured_by_the_clock_it_was_told_by(
    text: datetime, answered: datetime | None, seconds: float
) -> None:
    told = format_datetime(answered, usegmt=True) if answered else ""
    assert retry_after(format_datetime(text, usegmt=True), START, told) == seconds


@pytest.mark.parametrize("text", ["", "soon", "Sat, 32 Nov 2026 09:30:00 GMT"])
def test_what_is_no_time_asks_for_nothing(text: str) -> None:
    assert retry_after(text, datetime(2026, 11, 21, tzinfo=UTC)) is None


async def test_dates_inside_a_batch_are_by_the_clock_of_the_batch(connected: Connected, clock: VirtualClock) -> None:
    until = {"Retry-After": format_datetime(START + FAR + timedelta(seconds=20), usegmt=True)}
    held_back = {"status": 429, "headers": until, "body": {"error": {"code": "TooManyRequests"}}}
    answers = [held_back, {"status": 200, "headers": {}, "body": OK}]

    def network(_request: httpx.Request) -> httpx.Response:
        headers = {"Date": format_datetime(START + FAR, usegmt=True)}
        return httpx.Response(200, headers=headers, json={"responses": [{"id": "0", **answers.pop(0)}]})

    async with connected(network) as session:
        graph = session.graph
        request = graph.request(graph.sdk.users.by_user_id("a").mailbox_settings)
        assert [pair async for pair in graph.batch([("a", request)], scope=str)] == [("a", OK)]
    assert 20 <= clock.elapsed < 30


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(None, id="no response"),
        pytest.param({"status": 200}, id="a response without a body"),
        pytest.param({"status": 200, "body": {"id": "x"}}, id="a response without a list"),
        pytest.param({"status": 200, "body": {"error": {"code": "UnknownError"}}}, id="a success with an error in it"),
        pytest.param(
            {"status": 401, "body": {"error": {"code": "InvalidAuthenticationToken"}}}, id="a token that ran out"
        ),
    ],
)
async def test_what_a_batch_did_not_answer_is_asked_again_alone(
    connected: Connected, broken: dict[str, Any] | None
) -> None:
    asked: list[list[str]] = []

    def network(request: httpx.Request) -> httpx.Response:
        parts = json.loads(request.content)["requests"]
        asked.append([part["url"] for part in parts])
        good_ones = [{"id": part["id"], "status": 200, "body": OK} for part in parts]
        if len(asked) == 1:
            good_ones = good_ones[1:] + ([{"id": parts[0]["id"], **broken}] if broken else [])
        return httpx.Response(200, json={"responses": good_ones})

    async with connected(network) as session:
        graph = session.graph
        requests = [(key, graph.request(graph.sdk.users.by_user_id(key).authentication.methods)) for key in "ab"]
        answers = {key: answer async for key, answer in graph.batch(requests, scope=str, lists=True)}
    assert answers == {"a": OK, "b": OK}
    assert [len(urls) for urls in asked] == [2, 1]
    assert asked[1] == asked[0][:1]


def rows(*guids: str, more: bool = False) -> httpx.Response:
    link = {"@odata.nextLink": LINK} if more else {}
    return httpx.Response(200, json={"value": [{"Guid": guid} for guid in guids], **link})


def expired() -> httpx.Response:
    return refusal(400, "BadRequest", "The continuation link is not valid, or no longer.")


async def mailboxes(exchange: Exchange, **options: object) -> list[Any]:
    return [page async for page in exchange.invoke("Get-Mailbox", **options)]


async def test_a_list_held_up_until_its_link_ran_out_is_read_again_from_the_start(connected: Connected) -> None:
    network = Scripted(rows("1", "2", more=True), expired(), rows("1", "3", more=True), rows("4"))
    async with connected(network) as session:
        pages = await mailboxes(session.exchange)
    assert [(page.afresh, [row["Guid"] for row in page]) for page in pages] == [
        (False, ["1", "2"]),
        (True, ["1", "3"]),
        (False, ["4"]),
    ]


async def test_it_is_read_again_once(connected: Connected) -> None:
    network = Scripted(rows("1", more=True), expired(), rows("1", more=True), expired())
    async with connected(network) as session:
        *_, gap = await mailboxes(session.exchange, scope="mailboxes")
    assert gap.scope == "mailboxes"
    assert len(network.requests) == 4


async def test_a_selection_given_up_stays_given_up(connected: Connected) -> None:
    network = Scripted(expired(), rows("1", more=True), expired(), rows("1"))
    async with connected(network) as session:
        await mailboxes(session.exchange, select=("Guid",))
    assert ["$select" in address for address in network.addresses] == [True, False, False, False]


async def test_every_refused_request_is_one_line_that_names_what_it_was_for(
    connected: Connected, caplog: pytest.LogCaptureFixture
) -> None:
    refused = refusal(403, "Authorization_RequestDenied", headers={"request-id": "r-1"})
    token = asking.set("accounts")
    with caplog.at_level(logging.INFO):
        async with connected(Scripted(refused)) as session:
            with pytest.raises(Refused):
                await ask(session.graph)
    asking.reset(token)
    [record] = [vars(record) for record in caplog.records if record.name == "m365audit.graph"]
    assert (record["data_set"], record["request_id"], record["status"]) == ("accounts", "r-1", 403)
    assert record["service"] == Service.GRAPH


class Jumping(VirtualClock):
    """A wall clock that somebody set back by more than a year; time itself goes on."""

    def now(self) -> datetime:
        return START - timedelta(days=400) if self.elapsed else START


async def test_a_clock_that_jumps_back_holds_nothing_up(connected: Connected) -> None:
    clock = Jumping()
    until = format_datetime(START + timedelta(seconds=9), usegmt=True)
    held_back = refusal(429, "x", headers={"Date": format_datetime(START, usegmt=True), "Retry-After": until})
    network = Scripted(httpx.Response(502), held_back, good())
    async with connected(network, clock=clock, governor=Governor(clock, Pacing.LEARNED)) as session:
        assert await ask(session.graph) == OK
    assert 9 <= clock.elapsed < 20
