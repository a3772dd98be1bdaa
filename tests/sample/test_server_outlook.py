"""Mailboxes and calendars."""

import asyncio
from urllib.parse import quote

import pytest
from hand_made import ANN, BOB, EVERYTHING, INFO, event, small_tenant, wired

NOVEMBER = f"/users/{ANN}/calendarView?startDateTime=2026-11-01T00:00:00Z&endDateTime=2026-12-01T00:00:00Z"


async def test_settings_are_cut_to_what_was_selected() -> None:
    async with wired() as wire:
        settings = (await wire.get(f"/users/{INFO}/mailboxSettings?$select=userPurpose")).json()
        assert {key: value for key, value in settings.items() if "@" not in key} == {"userPurpose": "shared"}
        assert (await wire.get(f"/users/{INFO}/mailboxSettings/userPurpose")).json()["value"] == "shared"


@pytest.mark.parametrize(
    "path",
    ["mailboxSettings", "mailboxSettings/userPurpose", "mailFolders/inbox/messageRules", "events/x", "calendarView"],
)
async def test_who_has_no_mailbox_gets_404_everywhere(path: str) -> None:
    async with wired() as wire:
        assert await wire.error(f"/users/{BOB}/{path}") == (404, "MailboxNotEnabledForRESTAPI")
        assert await wire.error(f"/users/nobody/{path}") == (404, "ErrorInvalidUser")


async def test_rules_of_the_inbox() -> None:
    async with wired() as wire:
        (rule,) = await wire.value(f"/users/{ANN}/mailFolders/inbox/messageRules")
        assert rule["displayName"] == "Forward"
        assert await wire.value(f"/users/{INFO}/mailFolders/inbox/messageRules") == []


async def test_the_calendar_shows_what_overlaps_the_window_and_no_masters() -> None:
    async with wired() as wire:
        assert [one["id"] for one in await wire.value(NOVEMBER)] == ["across", "first"]


async def test_a_master_is_found_by_its_id() -> None:
    async with wired() as wire:
        assert (await wire.get(f"/users/{ANN}/events/master?$select=type")).json()["type"] == "seriesMaster"
        assert await wire.error(f"/users/{ANN}/events/none") == (404, "ErrorItemNotFound")


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("", id="no window"),
        pytest.param("startDateTime=2026-11-01T00:00:00Z", id="no end"),
        pytest.param("startDateTime=2026-11-02T00:00:00Z&endDateTime=2026-11-01T00:00:00Z", id="backwards"),
        pytest.param("startDateTime=2020-11-01T00:00:00Z&endDateTime=2026-11-01T00:00:00Z", id="too long"),
        pytest.param("startDateTime=yesterday&endDateTime=2026-11-01T00:00:00Z", id="no date"),
        pytest.param(
            "startDateTime=2026-11-01T00:00:00+00:00&endDateTime=2026-11-02T00:00:00Z", id="a plus is a space"
        ),
        pytest.param(
            "$top=1001&startDateTime=2026-11-01T00:00:00Z&endDateTime=2026-11-02T00:00:00Z", id="too large a page"
        ),
    ],
)
async def test_a_window_that_is_none_is_refused(query: str) -> None:
    async with wired() as wire:
        assert (await wire.get(f"/users/{ANN}/calendarView?{query}")).status_code == 400


async def test_ten_events_a_page_unless_asked_for_more() -> None:
    events = [event(f"e{n}", "2026-11-05T09:00:00", "2026-11-05T10:00:00") for n in range(25)]
    async with wired(small_tenant(calendars={ANN: events})) as wire:
        assert len((await wire.get(NOVEMBER)).json()["value"]) == 10
        assert len((await wire.get(f"{NOVEMBER}&$top=1000")).json()["value"]) == 25
        assert len(await wire.value(NOVEMBER)) == 25


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        pytest.param(None, "2026-07-01T09:00:00.0000000", id="UTC when nothing is said"),
        pytest.param("UTC", "2026-07-01T09:00:00.0000000", id="UTC when it is said"),
        pytest.param("Europe/London", "2026-07-01T10:00:00.0000000", id="a zone of the database"),
        pytest.param("GMT Standard Time", "2026-07-01T10:00:00.0000000", id="a zone of Windows"),
    ],
)
async def test_times_come_in_the_zone_asked_for(zone: str | None, start: str) -> None:
    tenant = small_tenant(calendars={ANN: [event("e", "2026-07-01T09:00:00", "2026-07-01T10:00:00")]})
    async with wired(tenant) as wire:
        headers = {"Prefer": f'outlook.body-content-type="text", outlook.timezone="{zone}"'} if zone else {}
        window = "startDateTime=2026-07-01T00:00:00Z&endDateTime=2026-07-02T00:00:00Z"
        answer = await wire.get(f"/users/{ANN}/calendarView?{window}", headers)
        assert answer.json()["value"][0]["start"]["dateTime"] == start
        assert ("Preference-Applied" in answer.headers) is (zone is not None)


async def test_a_zone_that_does_not_exist_is_refused() -> None:
    async with wired() as wire:
        answer = await wire.error(NOVEMBER, {"Prefer": 'outlook.timezone="Narnia"'})
        assert answer == (400, "TimeZoneNotSupportedException")


@pytest.mark.parametrize(
    ("permission", "previewed"),
    [pytest.param("Calendars.ReadBasic.All", False, id="basic"), pytest.param("Calendars.Read", True, id="whole")],
)
@pytest.mark.parametrize("select", ["", "&$select=id,bodyPreview"])
async def test_the_preview_is_missing_not_null_without_its_permission(
    permission: str,
    select: str,
    previewed: bool,  # noqa: FBT001 - a column of the table
) -> None:
    granted = EVERYTHING - {"Calendars.Read"} | {permission}
    async with wired(small_tenant(granted=granted)) as wire:
        assert {"bodyPreview" in one for one in await wire.value(NOVEMBER + select)} == {previewed}


async def test_a_mailbox_answers_four_requests_at_once_and_no_more() -> None:
    async with wired() as wire:
        path = f"/users/{ANN}/mailboxSettings"
        answers = await asyncio.gather(*(wire.get(path) for _ in range(6)), wire.get(f"/users/{INFO}/mailboxSettings"))
        assert sorted(one.status_code for one in answers[:6]) == [200] * 4 + [429] * 2
        assert answers[6].status_code == 200
        refused = next(one for one in answers if one.status_code == 429)
        assert refused.json()["error"]["code"] == "ApplicationThrottled"
        assert refused.headers["Retry-After"] == "1"
        assert (await wire.get(path)).status_code == 200


async def test_an_address_with_reserved_characters_is_decoded_once() -> None:
    guest = {"id": "guest-1", "userPrincipalName": "eve_mail.test#EXT#@exampleton.onmicrosoft.com"}
    async with wired(small_tenant(users=[guest])) as wire:
        assert (await wire.get(f"/users/{quote(guest['userPrincipalName'])}?$select=id")).json()["id"] == "guest-1"
