"""Pages are followed to the end, to the same host only, and never in a circle."""

import asyncio
from typing import Any

import httpx
import pytest
from wire_fakes import Connected, Scripted, refusal

from m365audit.graph import ABSENT, Graph, Page, Refused
from m365audit.model.evidence import Gap

ROOT = "https://graph.microsoft.com/v1.0"


def page(*ids: str, following: str | None = None, **envelope: object) -> httpx.Response:
    link = {"@odata.nextLink": following} if following else {}
    return httpx.Response(200, json={"value": [{"id": i} for i in ids], **link, **envelope})


def link(number: int) -> str:
    return f"{ROOT}/users?$skiptoken={number}"


async def read(graph: Graph, **options: object) -> list[Page | Any]:
    return [page async for page in graph.pages(graph.request(graph.sdk.users), **options)]


async def test_every_page_is_read_by_the_link_as_it_was_given(connected: Connected) -> None:
    odd = f"{ROOT}/users?%24skiptoken=A%2fb%20c"
    network = Scripted(page("1", "2", following=odd), page(following=link(2)), page("3"))
    async with connected(network) as session:
        pages = await read(session.graph)
    assert [[row["id"] for row in rows] for rows in pages] == [["1", "2"], [], ["3"]]
    assert network.requests[1].url.raw_path.decode() == "/v1.0/users?%24skiptoken=A%2fb%20c"
    assert network.addresses[2] == link(2)


async def test_a_feed_may_tell_of_one_object_on_page_after_page_as_long_as_it_tells_something_new(
    connected: Connected,
) -> None:
    told = [{"id": "1", "name": name} for name in "abcd"]
    answers = [httpx.Response(200, json={"value": [row], "@odata.nextLink": link(n)}) for n, row in enumerate(told, 1)]
    async with connected(Scripted(*answers, page())) as session:
        pages = await read(session.graph)
    assert [row["name"] for rows in pages for row in rows] == ["a", "b", "c", "d"]


async def test_a_page_has_its_headers_and_its_envelope(connected: Connected) -> None:
    answer = page("1", **{"@odata.deltaLink": "x"})
    answer.headers["Preference-Applied"] = "hierarchicalsharing"
    async with connected(Scripted(answer)) as session:
        [only] = await read(session.graph)
    assert only.headers["preference-applied"] == "hierarchicalsharing"
    assert only.envelope == {"@odata.deltaLink": "x"}


async def test_the_next_page_is_fetched_while_this_one_is_worked_on(connected: Connected) -> None:
    network = Scripted(page("1", following=link(1)), page("2"))
    async with connected(network) as session:
        async for _ in session.graph.pages(session.graph.request(session.graph.sdk.users)):
            for _ in range(100):
                await asyncio.sleep(0)
            assert len(network.requests) == 2
            break


@pytest.mark.parametrize(
    ("answers", "read_before"),
    [
        pytest.param([page("1", following="https://evil.test/v1.0/users?$skiptoken=1")], 0, id="to a foreign host"),
        pytest.param(
            [page("1", following="https://graph.microsoft.com.evil.test/v1.0/users")], 0, id="to a host like ours"
        ),
        pytest.param(
            [page("1", following="https://graph.microsoft.com:444/v1.0/users")], 0, id="to another port of ours"
        ),
        pytest.param([page("1", following="http://graph.microsoft.com/v1.0/users")], 0, id="to plain http"),
        pytest.param([page("1", following=f"{ROOT}/users")], 0, id="back to the first page"),
        pytest.param(
            [page("1", following=link(1)), page("2", following=link(2)), page("3", following=link(1))],
            2,
            id="back to an earlier page",
        ),
        pytest.param(
            [page("1", "2", following=link(1)), page("1", "2", following=link(2)), page("3")],
            1,
            id="to new links with old content",
        ),
        pytest.param(
            [page("1", following=link(1)), page("1", following=link(2)), page("1", following=link(3)), page("2")],
            2,
            id="to the same lone object three times",
        ),
        pytest.param([httpx.Response(200, json={"id": "1"})] * 6, 0, id="to something that is no list, six times"),
    ],
)
async def test_pages_that_lead_astray_are_refused(
    connected: Connected, answers: list[httpx.Response], read_before: int
) -> None:
    network = Scripted(*answers)
    async with connected(network) as session:
        pages = session.graph.pages(session.graph.request(session.graph.sdk.users))
        for _ in range(read_before):
            await anext(pages)
        with pytest.raises(Refused) as refused:
            await anext(pages)
    assert refused.value.gap.kind == "error"
    assert all(request.url.host == "graph.microsoft.com" for request in network.requests)


async def test_an_object_repeated_on_the_next_page_is_no_circle(connected: Connected) -> None:
    answers = [page("1", following=link(1)), page("1", following=link(2)), page("1", "2")]
    async with connected(Scripted(*answers)) as session:
        assert len(await read(session.graph)) == 3


async def test_rows_without_ids_are_told_apart_by_what_they_say(connected: Connected) -> None:
    first = httpx.Response(200, json={"value": [{"n": 1}, {"n": 2}], "@odata.nextLink": link(1)})
    second = httpx.Response(200, json={"value": [{"n": 1}, {"n": 3}]})
    async with connected(Scripted(first, second)) as session:
        assert len(await read(session.graph)) == 2


async def test_a_page_cut_off_is_asked_for_again_by_the_same_link(connected: Connected) -> None:
    network = Scripted(page("1", following=link(1)), httpx.Response(200, content=b'{"value":[{"id":"2'), page("2"))
    async with connected(network) as session:
        pages = await read(session.graph)
    assert [rows[0]["id"] for rows in pages] == ["1", "2"]
    assert network.addresses[1:] == [link(1), link(1)]


async def test_a_refusal_half_way_is_a_gap_at_its_scope_after_the_pages_read(connected: Connected) -> None:
    answers = [page("1", following=link(1)), refusal(403, "Authorization_RequestDenied")]
    async with connected(Scripted(*answers)) as session:
        first, gap = await read(session.graph, scope="drive:b!x")
    assert [row["id"] for row in first] == ["1"]
    assert isinstance(gap, Gap)
    assert (gap.kind, gap.scope) == ("permission", "drive:b!x")


async def test_a_normal_absence_is_an_answer(connected: Connected) -> None:
    absence = refusal(404, "MailboxNotEnabledForRESTAPI", "The mailbox is either inactive or hosted on-premise.")
    async with connected(Scripted(absence)) as session:
        assert await read(session.graph, absent=("MailboxNotEnabledForRESTAPI",)) == [ABSENT]


AFRESH = f"{ROOT}/users?$deltatoken=new"


def gone(to: str = AFRESH) -> httpx.Response:
    return refusal(410, "resyncRequired", headers={"Location": to})


async def test_a_crawl_that_must_start_afresh_does_so_at_the_address_given_and_says_so(connected: Connected) -> None:
    network = Scripted(page("1", following=link(1)), gone(), page("1", following=link(2)), page("2"))
    async with connected(network) as session:
        pages = await read(session.graph, resync=True)
    assert [page.afresh for page in pages] == [False, True, False]
    assert network.addresses[2:] == [AFRESH, link(2)]


@pytest.mark.parametrize(
    ("answers", "resync"),
    [
        pytest.param([gone(), gone()], True, id="a second time"),
        pytest.param([gone()], False, id="for a caller who would take both readings for one"),
        pytest.param([gone("https://evil.test/delta")], True, id="at a foreign host"),
    ],
)
async def test_starting_afresh_is_refused(connected: Connected, answers: list[httpx.Response], *, resync: bool) -> None:
    network = Scripted(*answers)
    async with connected(network) as session:
        with pytest.raises(Refused):
            await read(session.graph, resync=resync)
    assert len(network.requests) == len(answers)


async def test_a_list_that_is_missing_once_is_asked_for_again(connected: Connected) -> None:
    network = Scripted(httpx.Response(200, json={}), page("1", following=link(1)), httpx.Response(200), page("2"))
    async with connected(network) as session:
        assert [rows[0]["id"] for rows in await read(session.graph)] == ["1", "2"]
    assert network.addresses[2:] == [link(1), link(1)]
