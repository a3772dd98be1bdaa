"""Each request of a batch is answered, judged and sent again on its own."""

import json
from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest
from wire_fakes import Connected, VirtualClock, refusal

from m365audit.graph import ABSENT, Graph
from m365audit.model.evidence import Gap

ROOT = "https://graph.microsoft.com/v1.0"

Part = dict[str, Any]
Respond = Callable[[Part, int], Part | None]


class Batches:
    """Answers batches, part by part, in reverse order; ``respond`` gets the part and how often it has come."""

    def __init__(self, respond: Respond) -> None:
        self.batches: list[list[Part]] = []
        self.urls: list[str] = []
        self.others: list[str] = []
        self._respond = respond

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            self.others.append(str(request.url))
            return httpx.Response(200, json={"value": [{"id": "last"}]})
        parts = json.loads(request.content)["requests"]
        self.batches.append(parts)
        responses = []
        for part in reversed(parts):
            self.urls.append(part["url"])
            response = self._respond(part, self.urls.count(part["url"]))
            if response is not None:
                responses.append({"id": part["id"], "headers": {}, **response})
        return httpx.Response(200, json={"responses": responses})


def fine(part: Part, _time: int) -> Part:
    return {"status": 200, "body": {"url": part["url"]}}


def failing(status: int, code: str, **headers: str) -> Part:
    return {"status": status, "headers": headers, "body": {"error": {"code": code, "message": "no"}}}


async def ask(graph: Graph, keys: Iterable[str], path: str = "mailbox_settings", **options: object) -> dict[str, Any]:
    requests = [(key, graph.request(getattr(graph.sdk.users.by_user_id(key), path))) for key in keys]
    return {key: answer async for key, answer in graph.batch(requests, scope="mailbox:{}".format, **options)}


async def test_answers_go_to_their_keys_whatever_their_order(connected: Connected) -> None:
    network = Batches(fine)
    keys = [f"u{number}" for number in range(45)]
    async with connected(network) as session:
        answers = await ask(session.graph, keys)
        assert session.graph.requests == 3
    assert {key: answer["url"] for key, answer in answers.items()} == {
        key: f"/users/{key}/mailboxSettings" for key in keys
    }
    assert sorted(map(len, network.batches)) == [5, 20, 20]


async def test_a_part_is_a_plain_relative_read_with_its_own_headers(connected: Connected) -> None:
    network = Batches(fine)
    async with connected(network) as session:
        graph = session.graph
        request = graph.request(graph.sdk.users, select=["id"], headers={"ConsistencyLevel": "eventual"})
        _ = [answer async for answer in graph.batch([("k", request)], scope=str)]
    [[part]] = network.batches
    assert part == {"id": "0", "method": "GET", "url": "/users?$select=id", "headers": {"consistencylevel": "eventual"}}


@pytest.mark.parametrize(
    ("failure", "wait"),
    [
        pytest.param(failing(429, "TooManyRequests", **{"retry-after": "9"}), 9, id="a part throttled, in lower case"),
        pytest.param(failing(429, "TooManyRequests", **{"Retry-After": "9"}), 9, id="a part throttled"),
        pytest.param(failing(503, "serviceNotAvailable"), 2, id="a part whose service is down"),
        pytest.param(None, 0.5, id="a part without an answer"),
        pytest.param({"status": 200, "body": "PGh0bWw+"}, 0.5, id="a part whose answer is no JSON"),
        pytest.param(failing(200, "TooManyRequests"), 2, id="a part whose error says 200"),
        pytest.param(failing(401, "InvalidAuthenticationToken"), 0, id="a part whose token has expired"),
    ],
)
async def test_only_what_failed_is_sent_again(
    connected: Connected, clock: VirtualClock, failure: Part | None, wait: float
) -> None:
    def respond(part: Part, time: int) -> Part | None:
        return failure if part["url"].startswith("/users/b/") and time == 1 else fine(part, time)

    network = Batches(respond)
    async with connected(network) as session:
        answers = await ask(session.graph, ["a", "b", "c"])
    assert {key: answer["url"] for key, answer in answers.items()} == {k: f"/users/{k}/mailboxSettings" for k in "abc"}
    assert [len(batch) for batch in network.batches] == [3, 1]
    assert wait <= clock.elapsed <= wait * 1.3


async def test_each_part_is_judged_alone(connected: Connected) -> None:
    told = {
        "/users/a/mailboxSettings": failing(404, "MailboxNotEnabledForRESTAPI"),
        "/users/b/mailboxSettings": failing(403, "ErrorAccessDenied"),
    }
    network = Batches(lambda part, time: told.get(part["url"]) or fine(part, time))
    async with connected(network) as session:
        answers = await ask(session.graph, ["a", "b", "c"], absent=("MailboxNotEnabledForRESTAPI",))
    assert answers["a"] is ABSENT
    assert isinstance(answers["b"], Gap)
    assert (answers["b"].kind, answers["b"].scope) == ("permission", "mailbox:b")
    assert answers["c"] == {"url": "/users/c/mailboxSettings"}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({}, id="with nothing in it"),
        pytest.param({"@odata.context": "x"}, id="with no value"),
        pytest.param({"value": None}, id="whose value is null"),
        pytest.param({"value": {"id": "1"}}, id="whose value is an object"),
    ],
)
async def test_where_a_list_was_asked_for_an_answer_without_one_is_a_gap_and_not_an_empty_list(
    connected: Connected, body: dict[str, Any]
) -> None:
    def respond(part: Part, _time: int) -> Part:
        return {"status": 200, "body": body if part["url"].startswith("/users/b/") else {"value": []}}

    async with connected(Batches(respond)) as session:
        answers = await ask(session.graph, ["a", "b"], lists=True)
    assert answers["a"] == {"value": []}
    assert isinstance(answers["b"], Gap)
    assert (answers["b"].kind, answers["b"].scope) == ("error", "mailbox:b")


async def test_a_part_that_never_succeeds_is_given_up_as_its_own_gap(connected: Connected) -> None:
    def respond(part: Part, time: int) -> Part:
        return failing(429, "TooManyRequests") if part["url"].startswith("/users/b/") else fine(part, time)

    async with connected(Batches(respond)) as session:
        answers = await ask(session.graph, ["a", "b"])
    assert answers["a"] == {"url": "/users/a/mailboxSettings"}
    assert (answers["b"].kind, answers["b"].scope) == ("throttled", "mailbox:b")


async def test_a_batch_refused_as_a_whole_is_a_gap_for_every_part(connected: Connected) -> None:
    async with connected(lambda _request: refusal(403, "Authorization_RequestDenied")) as session:
        answers = await ask(session.graph, ["a", "b"])
    assert {(key, gap.kind, gap.scope) for key, gap in answers.items()} == {
        ("a", "permission", "mailbox:a"),
        ("b", "permission", "mailbox:b"),
    }


async def test_the_pages_that_follow_an_answer_are_read_outside_the_batch(connected: Connected) -> None:
    following = f"{ROOT}/drives/d/items/i/permissions?$skiptoken=2"
    network = Batches(
        lambda _part, _time: {"status": 200, "body": {"value": [{"id": "1"}], "@odata.nextLink": following}}
    )
    async with connected(network) as session:
        graph = session.graph
        request = graph.request(graph.sdk.drives.by_drive_id("d").items.by_drive_item_id("i").permissions)
        [(key, answer)] = [pair async for pair in graph.batch([("i", request)], scope=str)]
    assert (key, answer) == ("i", {"value": [{"id": "1"}, {"id": "last"}]})
    assert network.others == [following]


async def test_following_pages_at_a_foreign_host_are_a_gap(connected: Connected) -> None:
    body = {"value": [{"id": "1"}], "@odata.nextLink": "https://evil.test/v1.0/x"}
    network = Batches(lambda _part, _time: {"status": 200, "body": body})
    async with connected(network) as session:
        [answer] = (await ask(session.graph, ["a"])).values()
    assert isinstance(answer, Gap)
    assert network.others == []


async def test_sign_in_methods_travel_five_at_a_time(connected: Connected) -> None:
    network = Batches(fine)
    async with connected(network) as session:
        users = session.graph.sdk.users
        requests = [
            (f"u{n}", session.graph.request(users.by_user_id(f"u{n}").authentication.methods)) for n in range(12)
        ]
        answers = [pair async for pair in session.graph.batch(requests, scope=str)]
    assert len(answers) == 12
    assert sorted(map(len, network.batches)) == [2, 5, 5]


async def test_no_batch_asks_one_mailbox_more_than_four_things(connected: Connected) -> None:
    network = Batches(fine)
    async with connected(network) as session:
        graph = session.graph
        folders = [
            (f"{user}{n}", graph.request(graph.sdk.users.by_user_id(user).mail_folders.by_mail_folder_id(f"f{n}")))
            for user in ("a", "b")
            for n in range(10)
        ]
        answers = [pair async for pair in graph.batch(folders, scope=str)]
    assert len(answers) == 20
    for batch in network.batches:
        for user in ("a", "b"):
            assert sum(part["url"].startswith(f"/users/{user}/") for part in batch) <= 4
