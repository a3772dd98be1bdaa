from datetime import UTC, datetime
from urllib.parse import unquote

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgraph.generated.models.event import Event
from workload_service import (
    COUNCIL,
    DOMAINS,
    MAILBOX_DENIED,
    TENANT_DOMAIN,
    Collected,
    Fault,
    Json,
    Workloads,
    account,
    collect,
    drawn_cut,
    frame,
    guest,
)

from m365audit.connectors.calendars.calendar_events import EVENT_PROPERTIES
from m365audit.connectors.calendars.meetings import meetings
from m365audit.model.datasets.meetings import MEETINGS
from m365audit.model.tenant import MeetingWindow

WINDOW = MeetingWindow(
    start=datetime(2026, 10, 22, tzinfo=UTC),
    end=datetime(2027, 2, 19, tzinfo=UTC),
    council=("Full Council*", "*Committee*"),
    working_group=("*Working Group*",),
)
CLERK, MAYOR, OFFICE, ROOM, JANE = "clerk", "mayor", "office", "room", "jane"
ACCOUNTS = frame(
    "accounts",
    account(CLERK, f"clerk@{COUNCIL}", addresses=[f"clerk@{COUNCIL}", f"town.clerk@{COUNCIL}"]),
    account(MAYOR, f"mayor@{COUNCIL}"),
    account(OFFICE, f"office@{COUNCIL}", enabled=False),
    account(ROOM, f"room@{COUNCIL}", enabled=False),
    guest(JANE, "jane@neighbour.example"),
)
TEAMS_LINK = "https://teams.microsoft.com/meet/3211?p=Secret"


def event(uid: str = "UID-1", organiser: str = f"clerk@{COUNCIL}", **more: object) -> Json:
    """An event as its organiser's calendar holds it."""
    found = {
        "id": f"id-{uid}",
        "iCalUId": uid,
        "subject": "Chat",
        "start": {"dateTime": "2026-11-03T19:00:00.0000000", "timeZone": "UTC"},
        "end": {"dateTime": "2026-11-03T20:00:00.0000000", "timeZone": "UTC"},
        "type": "singleInstance",
        "seriesMasterId": None,
        "isCancelled": False,
        "isOrganizer": True,
        "organizer": {"emailAddress": {"name": "Organiser", "address": organiser}},
        "attendees": [],
        "isOnlineMeeting": False,
        "onlineMeetingProvider": "unknown",
        "onlineMeeting": None,
        "onlineMeetingUrl": None,
        "location": {"displayName": ""},
        "locations": [],
        "sensitivity": "normal",
        "hideAttendees": False,
        "bodyPreview": "",
        "createdDateTime": "2026-10-01T08:00:00Z",
        "body": {"content": "never asked for"},
    }
    return {**found, **more}


def attendee(address: str, kind: str = "required") -> Json:
    return {"type": kind, "emailAddress": {"name": address, "address": address}}


def teams(**more: object) -> Json:
    return {
        "isOnlineMeeting": True,
        "onlineMeetingProvider": "teamsForBusiness",
        "onlineMeeting": {"joinUrl": TEAMS_LINK},
        **more,
    }


def occurrence(day: int, master: str = "M", **more: object) -> Json:
    start = {"dateTime": f"2026-11-{day:02d}T19:00:00.0000000", "timeZone": "UTC"}
    return event(f"OCC-{day:02d}", type="occurrence", seriesMasterId=master, start=start, **more)


def calendars(**held: list[Json] | Fault) -> Workloads:
    empty: dict[str, list[Json] | Fault] = {name: [] for name in (CLERK, MAYOR, OFFICE)}
    return Workloads(calendars={**empty, **held})


async def run(service: Workloads, mailbox_settings: pd.DataFrame | None = None) -> Collected:
    return await collect(
        meetings,
        service,
        accounts=ACCOUNTS,
        domains=DOMAINS,
        window=WINDOW,
        mailbox_settings=mailbox_settings,
    )


async def only(held: Json) -> Json | None:
    rows = (await run(calendars(clerk=[held]))).rows["meetings"]
    assert len(rows) < 2
    return rows[0] if rows else None


OUTSIDER = [attendee("j@neighbour.example")]


@pytest.mark.parametrize(
    ("more", "kept"),
    [
        pytest.param(teams(), True, id="a Teams meeting is kept"),
        pytest.param({"attendees": OUTSIDER}, True, id="a meeting with somebody outside is kept"),
        pytest.param({"subject": "Full Council 3 November"}, True, id="a council meeting in a hall is kept"),
        pytest.param({"subject": "Allotments working group"}, True, id="a working group is kept"),
        pytest.param({"location": {"displayName": "zoom.us/j/1"}}, True, id="a Zoom link as the place is kept"),
        pytest.param({"bodyPreview": "https://zoom.us/j/1"}, True, id="a Zoom link in the text is kept"),
        pytest.param({"locations": [{"locationUri": "https://whereby.com/x"}]}, True, id="a link of a second place"),
        pytest.param({"attendees": [attendee(f"mayor@{COUNCIL}")]}, False, id="a chat between colleagues is not"),
        pytest.param({"subject": "Lunch"}, False, id="lunch is not"),
        pytest.param(teams(isCancelled=True), False, id="a cancelled meeting is not"),
        pytest.param(teams(type="seriesMaster"), False, id="a series as a whole is not"),
    ],
)
async def test_a_meeting_is_kept_only_where_a_rule_could_need_it(more: Json, kept: bool) -> None:  # noqa: FBT001
    assert (await only(event(**more)) is not None) == kept


@pytest.mark.parametrize(
    ("address", "outside"),
    [
        pytest.param(f"mayor@{COUNCIL}", [], id="a colleague is inside"),
        pytest.param("tree.warden@Exampleton.org.uk", [], id="a domain the tenant file names is inside"),
        pytest.param("x@NEIGHBOUR.example", ["x@neighbour.example"], id="another council is outside"),
        pytest.param(f"x@sub.{COUNCIL}", [f"x@sub.{COUNCIL}"], id="a sub-domain nobody verified is outside"),
        pytest.param("x@never-verified.example", ["x@never-verified.example"], id="an unverified domain is outside"),
        pytest.param(
            f"jane.d_gmail.example#EXT#@{TENANT_DOMAIN}",
            ["jane.d@gmail.example"],
            id="a guest's sign-in name is the guest's own address",
        ),
        pytest.param("/o=ExchangeLabs/cn=mayor", [], id="a name of the directory is inside"),
    ],
)
async def test_an_attendee_is_outside_by_the_domain(address: str, outside: list[str]) -> None:
    row = await only(event(**teams(attendees=[attendee(address), attendee(f"town.hall@{COUNCIL}", "resource")])))
    assert row is not None
    assert row["outside_addresses"] == outside
    assert (row["attendees"], row["outside_attendees"]) == (1, len(outside))


async def test_the_organiser_is_no_attendee_and_nobody_counts_twice() -> None:
    invited = [attendee(a) for a in (f"Clerk@{COUNCIL}", f"mayor@{COUNCIL}", f"MAYOR@{COUNCIL}")]
    row = await only(event(**teams(attendees=invited)))
    assert row is not None
    assert row["attendees"] == 1


@pytest.mark.parametrize(
    ("more", "subject", "kind", "private"),
    [
        pytest.param({"subject": "Planning COMMITTEE"}, "Planning COMMITTEE", "council", False, id="any case"),
        pytest.param(
            {"subject": "Committee Working Group"}, "Committee Working Group", "council", False, id="council goes first"
        ),
        pytest.param(teams(subject="Chat"), "Chat", "other", False, id="an online meeting keeps its subject"),
        pytest.param({"subject": "Chat", "attendees": OUTSIDER}, None, "other", False, id="no rule needs this subject"),
        pytest.param(teams(sensitivity="private"), None, "other", True, id="a private one loses its subject"),
        pytest.param(
            {"subject": "Staffing Committee", "sensitivity": "confidential"}, None, "council", True, id="confidential"
        ),
        pytest.param(teams(sensitivity="personal"), "Chat", "other", False, id="personal is not private"),
    ],
)
async def test_a_subject_is_kept_only_where_a_rule_names_it(
    more: Json,
    subject: str | None,
    kind: str,
    private: bool,  # noqa: FBT001
) -> None:
    row = await only(event(**more))
    assert row is not None
    assert (row["subject"], row["kind"], row["private"]) == (subject, kind, private)


@pytest.mark.parametrize(
    ("more", "platform", "online", "has_link"),
    [
        pytest.param(teams(), "Teams", True, True, id="Teams, the short link"),
        pytest.param(
            teams(onlineMeeting={"joinUrl": "https://teams.live.com/meet/1"}), "Teams (personal)", True, True, id="own"
        ),
        pytest.param(teams(onlineMeeting=None), "Teams", True, False, id="Teams without a link yet"),
        pytest.param(
            teams(bodyPreview="https://zoom.us/j/1"), "Teams", True, True, id="Teams, with a stray link in the text"
        ),
        pytest.param(
            teams(onlineMeetingProvider="skypeForBusiness", onlineMeeting={"joinUrl": "https://meet.lync.com/a/b"}),
            "Skype",
            True,
            True,
            id="Skype",
        ),
        pytest.param(
            {"onlineMeetingUrl": "https://meet.google.com/a", "attendees": OUTSIDER},
            "Google Meet",
            True,
            True,
            id="url",
        ),
        pytest.param(
            {"onlineMeetingProvider": "teamsForBusiness", "attendees": OUTSIDER},
            None,
            False,
            False,
            id="a provider left over from a meeting that is not online",
        ),
        pytest.param(
            {"location": {"displayName": "https://notzoom.us.evil.test/j/1"}, "attendees": OUTSIDER},
            None,
            False,
            False,
            id="a look-alike is no platform",
        ),
    ],
)
async def test_the_platform_is_told_by_provider_and_host(
    more: Json,
    platform: str | None,
    online: bool,  # noqa: FBT001
    has_link: bool,  # noqa: FBT001
) -> None:
    row = await only(event(**more))
    assert row is not None
    assert (row["platform"], row["online"], row["has_link"]) == (platform, online, has_link)


async def test_no_link_passcode_or_text_is_kept() -> None:
    held = event(**teams(bodyPreview="the passcode is Secret", attendees=OUTSIDER))
    found = await run(calendars(clerk=[held]))
    assert len(found.rows["meetings"]) == 1
    assert "Secret" not in repr(found)
    assert "3211" not in repr(found)


async def test_the_organisers_copy_wins() -> None:
    own = event(**teams(attendees=OUTSIDER))
    copy = event(**teams(isOrganizer=False))
    found = await run(calendars(clerk=[own], mayor=[copy]))
    (row,) = found.rows["meetings"]
    assert row["outside_attendees"] == 1
    assert (row["organiser_id"], row["organiser_address"], row["ours"]) == (CLERK, f"clerk@{COUNCIL}", True)


async def test_a_meeting_its_organiser_deleted_is_gone_whoever_still_has_it() -> None:
    found = await run(calendars(mayor=[event(**teams(isOrganizer=False))]))
    assert found.rows["meetings"] == []


async def test_an_attendees_copy_counts_where_the_organisers_calendar_could_not_be_read() -> None:
    copy = event(organiser=f"Town.Clerk@{COUNCIL}", **teams(isOrganizer=False))
    found = await run(calendars(clerk=MAILBOX_DENIED, mayor=[copy], office=[copy]))
    (row,) = found.rows["meetings"]
    assert (row["organiser_id"], row["ours"], row["occurrences"]) == (CLERK, True, 1)
    assert found.scopes("meetings") == {f"mailbox:{CLERK}": "permission"}
    assert found.scopes("meeting_options").keys() >= {f"mailbox:{CLERK}"}
    assert found.whole("meetings") == {f"mailbox:{MAYOR}", f"mailbox:{OFFICE}"}


async def test_the_organisers_copy_wins_even_where_nobody_knows_the_organisers_address() -> None:
    own = event(organiser="old.name@exampleton.example", **teams(attendees=OUTSIDER))
    copy = event(organiser="old.name@exampleton.example", **teams(isOrganizer=False))
    (row,) = (await run(calendars(clerk=[copy], office=[own]))).rows["meetings"]
    assert (row["organiser_id"], row["ours"], row["outside_attendees"]) == (OFFICE, True, 1)


async def test_an_event_that_stands_on_two_pages_is_one() -> None:
    (row,) = (await run(calendars(clerk=[event(**teams()), event("X"), event(**teams())]))).rows["meetings"]
    assert row["occurrences"] == 1


async def test_a_series_of_which_one_meeting_is_private_loses_its_subject() -> None:
    held = [occurrence(3, **teams()), occurrence(10, **teams(sensitivity="private"))]
    (row,) = (await run(calendars(clerk=held))).rows["meetings"]
    assert (row["private"], row["subject"]) == (True, None)


async def test_a_series_is_of_the_kind_that_any_of_its_meetings_is_named_like() -> None:
    held = [occurrence(3, **teams()), occurrence(10, subject="Full Council", **teams())]
    service = calendars(clerk=held)
    service.masters[CLERK, "M"] = {"id": "M", "iCalUId": "MASTER"}
    (row,) = (await run(service)).rows["meetings"]
    assert (row["kind"], row["subject"]) == ("council", "Full Council")


@pytest.mark.parametrize(
    "organiser",
    [
        pytest.param("a@neighbour.example", id="an outsider"),
        pytest.param("jane@neighbour.example", id="a guest of the tenant"),
    ],
)
async def test_a_meeting_called_from_outside_is_not_ours(organiser: str) -> None:
    copy = event(organiser=organiser, **teams(isOrganizer=False))
    (row,) = (await run(calendars(mayor=[copy], office=[copy]))).rows["meetings"]
    assert (row["ours"], row["organiser_id"], row["organiser_address"]) == (False, None, organiser)


async def test_a_series_is_one_row_under_its_masters_id() -> None:
    held = [occurrence(17, **teams()), occurrence(3, **teams()), occurrence(10, **teams(attendees=OUTSIDER))]
    service = calendars(clerk=held, mayor=[occurrence(3, "M2", **teams(isOrganizer=False))])
    service.masters[CLERK, "M"] = {"id": "M", "iCalUId": "MASTER", "createdDateTime": "2026-09-01T00:00:00Z"}
    found = await run(service)
    (row,) = found.rows["meetings"]
    assert (row["meeting_id"], row["recurring"], row["occurrences"]) == ("MASTER", True, 3)
    assert (row["first_starts_at"], row["last_starts_at"]) == ("2026-11-03T19:00:00Z", "2026-11-17T19:00:00Z")
    assert row["created_at"] == "2026-09-01T00:00:00Z"
    assert row["outside_attendees"] == 1


async def test_the_copies_of_a_foreign_series_are_one_row_with_every_time_it_takes_place() -> None:
    theirs = teams(isOrganizer=False, organizer=attendee("a@neighbour.example"))
    service = calendars(
        clerk=[occurrence(3, "A", **theirs), occurrence(10, "A", **theirs)],
        mayor=[occurrence(10, "B", **theirs), occurrence(17, "B", **theirs)],
    )
    service.masters[CLERK, "A"] = {"id": "A", "iCalUId": "MASTER"}
    service.masters[MAYOR, "B"] = {"id": "B", "iCalUId": "MASTER"}
    (row,) = (await run(service)).rows["meetings"]
    assert (row["meeting_id"], row["occurrences"]) == ("MASTER", 3)


@pytest.mark.parametrize(
    ("uids", "meeting_id"),
    [
        pytest.param(("SAME", "SAME"), "SAME", id="the id all of them share"),
        pytest.param(("B", "A"), "A", id="else the smallest of theirs"),
    ],
)
async def test_a_series_whose_master_is_gone_goes_by_its_meetings(uids: tuple[str, str], meeting_id: str) -> None:
    held = [occurrence(day, **teams()) | {"iCalUId": uid} for day, uid in zip((3, 10), uids, strict=True)]
    found = await run(calendars(clerk=held))
    (row,) = found.rows["meetings"]
    assert (row["meeting_id"], row["occurrences"]) == (meeting_id, 2)
    assert found.scopes("meetings") == {}


async def test_masters_are_not_asked_for_series_that_no_rule_needs() -> None:
    service = calendars(clerk=[occurrence(3), occurrence(10)])
    assert (await run(service)).rows["meetings"] == []
    assert not [url for url in service.asked if "/events/" in url.path]


async def test_everybody_with_a_mailbox_is_asked_but_guests_rooms_and_equipment() -> None:
    service = calendars(room=[event(**teams())], jane=[event(**teams())])
    known = frame(
        "mailbox_settings",
        {"account_id": ROOM, "has_mailbox": True, "purpose": "room"},
        {"account_id": OFFICE, "has_mailbox": True, "purpose": "shared"},
        {"account_id": MAYOR, "has_mailbox": False},
    )
    found = await run(service, known)
    assert {url.path.split("/")[3] for url in service.asked} == {CLERK, OFFICE}
    assert found.whole("meetings") == {f"mailbox:{CLERK}", f"mailbox:{OFFICE}"}


async def test_an_account_without_a_mailbox_is_no_gap() -> None:
    service = calendars()
    del service.calendars[OFFICE]
    found = await run(service)
    assert found.gaps == []
    assert found.whole("meetings") == {f"mailbox:{CLERK}", f"mailbox:{MAYOR}"}


async def test_where_every_calendar_is_refused_it_is_one_gap_of_everything() -> None:
    found = await run(calendars(clerk=MAILBOX_DENIED, mayor=MAILBOX_DENIED, office=MAILBOX_DENIED))
    assert found.scopes("meetings") == {"tenant": "permission"}
    assert found.scopes("meeting_options") == {"tenant": "permission"}


async def test_it_is_said_when_the_app_is_shown_no_texts() -> None:
    service = calendars(clerk=[event(**teams())])
    service.hides = frozenset({"bodyPreview"})
    found = await run(service)
    assert found.scopes("meetings") == {"property:bodyPreview": "permission"}
    assert len(found.rows["meetings"]) == 1


async def test_empty_calendars_say_nothing_about_texts() -> None:
    service = calendars()
    service.hides = frozenset({"bodyPreview"})
    assert (await run(service)).gaps == []


async def test_the_window_and_the_page_are_asked_as_documented() -> None:
    service = calendars()
    await run(service)
    query = unquote(service.asked[0].query.decode())
    assert "startDateTime=2026-10-22T00:00:00Z" in query
    assert "endDateTime=2027-02-19T00:00:00Z" in query
    assert "$top=100" in query


async def test_a_time_in_another_zone_is_not_taken_for_utc() -> None:
    summer = {"dateTime": "2026-07-03T19:00:00.0000000", "timeZone": "GMT Standard Time"}
    row = await only(event(**teams(start=summer)))
    assert row is not None
    assert row["first_starts_at"] == "2026-07-03T18:00:00Z"


def test_every_selected_property_exists() -> None:
    known = set(Event().get_field_deserializers()) | {"id"}
    assert set(EVENT_PROPERTIES) <= known
    assert set(MEETINGS.select) <= set(EVENT_PROPERTIES)


TANGLE = {
    CLERK: [
        *(occurrence(day, **teams(attendees=OUTSIDER)) for day in (3, 10, 17)),
        event("COUNCIL", subject="Full Council"),
        event("LUNCH"),
    ],
    MAYOR: [
        event("COUNCIL", subject="Full Council", isOrganizer=False),
        event("ZOOM", "a@neighbour.example", bodyPreview="https://zoom.us/j/1", isOrganizer=False),
        *(occurrence(day, "B", **teams(isOrganizer=False)) for day in (3, 10, 17)),
    ],
    OFFICE: [event("ZOOM", "a@neighbour.example", isOrganizer=False, attendees=OUTSIDER)],
}


@settings(max_examples=25, deadline=None)
@given(data=st.data())
async def test_neither_pages_nor_the_order_of_mailboxes_change_a_row(data: st.DataObject) -> None:
    masters = {(CLERK, "M"): {"id": "M", "iCalUId": "MASTER", "createdDateTime": "2026-09-01T00:00:00Z"}}
    expected = (await run(Workloads(calendars=dict(TANGLE), masters=masters))).rows["meetings"]
    assert [row["meeting_id"] for row in expected] == ["COUNCIL", "MASTER", "ZOOM"]
    service = Workloads(calendars=dict(TANGLE), masters=masters, cut=drawn_cut(data, *TANGLE.values()))
    shuffled = ACCOUNTS.iloc[data.draw(st.permutations(range(len(ACCOUNTS))))].reset_index(drop=True)
    found = await collect(meetings, service, accounts=shuffled, domains=DOMAINS, window=WINDOW)
    assert found.rows["meetings"] == expected
