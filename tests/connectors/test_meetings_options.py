import pytest
from test_meetings import CLERK, MAYOR, TEAMS_LINK, calendars, event, occurrence, run, teams
from workload_service import COUNCIL, MAILBOX_DENIED, NO_POLICY, Fault, Json, Workloads

LONG_LINK = (
    "https://teams.microsoft.com/l/meetup-join/19%3ameeting_O'Brien%40thread.v2/0"
    "?context=%7b%22Tid%22%3a%22t%22%2c%22Oid%22%3a%22o%22%7d&a=1+2"
)


def options(link: str = TEAMS_LINK, **more: object) -> Json:
    found = {
        "id": "om-1",
        "joinWebUrl": link,
        "joinMeetingIdSettings": {"isPasscodeRequired": True, "joinMeetingId": "3211", "passcode": "Secret"},
        "lobbyBypassSettings": {"scope": "organizationExcludingGuests", "isDialInBypassEnabled": False},
        "allowedPresenters": "roleIsPresenter",
        "recordAutomatically": False,
    }
    return {**found, **more}


def with_options(*held: Json, **more: list[Json] | Fault) -> Workloads:
    service = calendars(clerk=list(held))
    service.online_meetings = more
    return service


async def test_the_options_of_our_own_meeting_are_read_and_its_passcode_is_not_kept() -> None:
    found = await run(with_options(event(**teams()), clerk=[options()]))
    assert found.rows["meeting_options"] == [
        {
            "meeting_id": "UID-1",
            "organiser_id": CLERK,
            "has_meeting_id": True,
            "passcode_required": True,
            "lobby": "organizationExcludingGuests",
            "phone_skips_lobby": False,
            "presenters": "roleIsPresenter",
            "records_itself": False,
        }
    ]
    assert found.whole("meeting_options") == {"meeting:UID-1"}
    assert "Secret" not in repr(found)


async def test_a_long_link_with_an_apostrophe_reaches_teams_as_it_is() -> None:
    held = event(**teams(onlineMeeting={"joinUrl": LONG_LINK}))
    found = await run(with_options(held, clerk=[options(LONG_LINK)]))
    assert [row["meeting_id"] for row in found.rows["meeting_options"]] == ["UID-1"]


@pytest.mark.parametrize(
    ("said", "has_meeting_id", "passcode"),
    [
        pytest.param({"joinMeetingIdSettings": None}, None, None, id="nothing said is nothing known"),
        pytest.param({"joinMeetingIdSettings": {"joinMeetingId": None}}, False, None, id="no meeting id"),
        pytest.param({"joinMeetingIdSettings": {"isPasscodeRequired": False}}, None, False, id="no passcode"),
    ],
)
async def test_what_teams_does_not_say_stays_unknown(
    said: Json,
    has_meeting_id: bool | None,  # noqa: FBT001
    passcode: bool | None,  # noqa: FBT001
) -> None:
    (row,) = (await run(with_options(event(**teams()), clerk=[options(**said)]))).rows["meeting_options"]
    assert (row["has_meeting_id"], row["passcode_required"]) == (has_meeting_id, passcode)


async def test_a_series_is_asked_once() -> None:
    service = with_options(*(occurrence(day, **teams()) for day in (3, 10, 17)), clerk=[options()])
    service.masters[CLERK, "M"] = {"id": "M", "iCalUId": "MASTER"}
    found = await run(service)
    assert [row["meeting_id"] for row in found.rows["meeting_options"]] == ["MASTER"]
    assert sum("onlineMeetings" in url.path for url in service.asked) == 1


async def test_meetings_of_others_and_on_other_platforms_are_not_asked() -> None:
    service = with_options(event("Z", bodyPreview="https://zoom.us/j/1"))
    service.calendars[MAYOR] = [event("T", "a@neighbour.example", **teams(isOrganizer=False))]
    found = await run(service)
    assert {row["meeting_id"] for row in found.rows["meetings"]} == {"Z", "T"}
    assert not any("onlineMeetings" in url.path for url in service.asked)


async def test_the_first_refusal_for_want_of_a_policy_ends_the_asking_with_one_gap() -> None:
    many = [
        event(f"U{n}", **teams(onlineMeeting={"joinUrl": f"https://teams.microsoft.com/meet/{n}"})) for n in range(200)
    ]
    service = with_options(*many, clerk=NO_POLICY)
    found = await run(service)
    assert found.scopes("meeting_options") == {"tenant": "policy"}
    (gap,) = found.gaps
    assert "New-CsApplicationAccessPolicy" in gap.fix
    assert "Grant-CsApplicationAccessPolicy -PolicyName CouncilAudit -Global" in gap.fix
    assert sum("onlineMeetings" in url.path for url in service.asked) < 100
    assert len(found.rows["meetings"]) == 200


@pytest.mark.parametrize(
    "held",
    [
        pytest.param([], id="an empty answer"),
        pytest.param(Fault(404, "NotFound", "Not found"), id="a plain refusal"),
    ],
)
async def test_a_meeting_teams_does_not_know_is_a_gap_of_that_meeting(held: list[Json] | Fault) -> None:
    found = await run(with_options(event(**teams()), clerk=held))
    assert found.scopes("meeting_options") == {"meeting:UID-1": "error"}
    assert found.rows["meeting_options"] == []


async def test_a_meeting_without_a_link_is_a_gap_too() -> None:
    found = await run(with_options(event(**teams(onlineMeeting=None)), clerk=[]))
    assert found.scopes("meeting_options") == {"meeting:UID-1": "error"}


async def test_one_refused_organiser_leaves_the_others() -> None:
    service = calendars(
        clerk=[event("A", **teams())],
        mayor=[event("B", f"mayor@{COUNCIL}", **teams())],
    )
    service.online_meetings = {CLERK: [options()], MAYOR: Fault(403, "Forbidden", "3003: User does not have access")}
    found = await run(service)
    assert [row["meeting_id"] for row in found.rows["meeting_options"]] == ["A"]
    assert set(found.scopes("meeting_options")) == {"meeting:B"}


async def test_the_organiser_is_asked_even_where_only_an_attendees_calendar_was_read() -> None:
    service = calendars(clerk=MAILBOX_DENIED, mayor=[event(**teams(isOrganizer=False))])
    service.online_meetings = {CLERK: [options()]}
    found = await run(service)
    assert [row["organiser_id"] for row in found.rows["meeting_options"]] == [CLERK]
