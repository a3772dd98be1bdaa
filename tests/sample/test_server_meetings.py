"""Teams meetings, found only by who knows them."""

from urllib.parse import quote

import pytest
from hand_made import ANN, BOB, JOIN, JOIN_OF_BOB, small_tenant, wired


def by_link(link: str, organiser: str = ANN) -> str:
    wanted = quote(f"JoinWebUrl eq '{link}'", safe="")
    return f"/users/{organiser}/onlineMeetings?$filter={wanted}"


BY_NUMBER = f"/users/{ANN}/onlineMeetings?$filter=joinMeetingIdSettings/joinMeetingId%20eq%20'123456'"


@pytest.mark.parametrize("path", [by_link(JOIN), BY_NUMBER])
async def test_a_meeting_is_found_by_its_link_or_its_number(path: str) -> None:
    async with wired() as wire:
        (meeting,) = await wire.value(path)
        assert meeting["id"] == "m-1"
        assert meeting["joinMeetingIdSettings"]["isPasscodeRequired"] is True


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        pytest.param(f"/users/{ANN}/onlineMeetings", 400, "InvalidArgument", id="no filter: nobody lists all meetings"),
        pytest.param(
            f"/users/{ANN}/onlineMeetings?$filter=subject%20eq%20'x'", 400, "InvalidArgument", id="another filter"
        ),
        pytest.param(f"/users/{ANN}/onlineMeetings?$filter=JoinWebUrl", 400, "BadRequest", id="half a filter"),
        pytest.param(f"/users/{ANN}/onlineMeetings?$top=5", 400, "Request_UnsupportedQuery", id="a page size"),
        pytest.param(by_link(JOIN, "ann@exampleton-tc.gov.uk"), 404, "NotFound", id="a sign-in name for the organiser"),
        pytest.param(by_link(JOIN, BOB), 403, "Forbidden", id="somebody else's meeting"),
        pytest.param(by_link(JOIN_OF_BOB), 403, "Forbidden", id="the other way round"),
    ],
)
async def test_other_ways_to_ask_are_refused(path: str, status: int, code: str) -> None:
    async with wired() as wire:
        assert await wire.error(path) == (status, code)


@pytest.mark.parametrize(
    "link", ["https://teams.microsoft.com/meet/unknown", quote(JOIN, safe=""), JOIN.replace("%", "%25")]
)
async def test_a_link_that_is_not_exactly_one_finds_nothing(link: str) -> None:
    async with wired() as wire:
        assert await wire.value(by_link(link)) == []


async def test_without_an_access_policy_every_meeting_is_refused_alike() -> None:
    async with wired(small_tenant(access_policy=False)) as wire:
        for path in (by_link(JOIN), by_link("https://unknown.test"), f"/users/{BOB}/onlineMeetings"):
            answer = await wire.get(path)
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "Forbidden")
            assert answer.json()["error"]["message"].startswith("No application access policy found for this app")


@pytest.mark.parametrize(
    ("prefer", "scope"), [({}, "unknownFutureValue"), ({"Prefer": "include-unknown-enum-members"}, "invited")]
)
async def test_newer_lobby_settings_come_only_to_who_can_take_them(prefer: dict[str, str], scope: str) -> None:
    async with wired() as wire:
        for _ in range(2):
            (meeting,) = await wire.value(by_link(JOIN), prefer)
            assert meeting["lobbyBypassSettings"] == {"scope": scope, "isDialInBypassEnabled": False}


async def test_a_quote_in_a_link_is_doubled() -> None:
    odd = "https://teams.microsoft.com/meet/o'clock"
    async with wired(small_tenant(online_meetings={ANN: [{"id": "odd", "joinWebUrl": odd}]})) as wire:
        assert [one["id"] for one in await wire.value(by_link(odd.replace("'", "''")))] == ["odd"]
        assert (await wire.get(by_link(odd))).status_code == 400
