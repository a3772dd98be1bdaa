"""Meetings, copied into every attendee's calendar as Exchange does, and the options of those on Teams."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import quote

from m365audit.sample.councils.draft import Draft
from m365audit.sample.councils.people import Account
from m365audit.sample.councils.seed import stamp
from m365audit.sample.tenant import Json

Link = Literal["teams", "teams, old link", "zoom", "meet"]
_PLACES = {"zoom": "https://us02web.zoom.us/j/81234567890?pwd=sample", "meet": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Options of a Teams meeting; as made here they are what a council should have."""

    passcode: bool = True
    meeting_id: bool = True
    lobby: str = "organization"
    phone_skips_lobby: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A meeting to be put in calendars. Days count from ``as_of``."""

    subject: str
    organiser: Account | tuple[str, str]
    """An account, or name and address of an outsider."""
    invited: tuple[Account, ...] = ()
    outsiders: tuple[tuple[str, str], ...] = ()
    """Names and addresses."""
    room: Account | None = None
    day: int
    hour: int = 18
    link: Link | None = None
    created: float = -60
    every: int = 0
    """Days between meetings of a series; 0 for a single one."""
    times: int = 1
    moved: int | None = None
    """Which meeting of the series was moved by two hours."""
    cancelled: bool = False
    private: bool = False
    options: Options = Options()


def add_meeting(draft: Draft, meeting: Meeting) -> str:
    """Put a meeting into the calendars of its organiser and all invited; gives the iCalUId of it or its series."""
    series = ("meeting", meeting.subject, meeting.day, meeting.hour)
    link = _join_link(draft, meeting, series)
    calendar_id = _calendar_id(draft, *series)
    if link and isinstance(meeting.organiser, Account) and meeting.link in {"teams", "teams, old link"}:
        options = _online_meeting(draft, meeting, link, series)
        draft.tenant.online_meetings.setdefault(meeting.organiser.id, []).append(options)
    ours = (meeting.organiser,) if isinstance(meeting.organiser, Account) else ()
    rooms = (meeting.room,) if meeting.room else ()
    shared = _shared(draft, meeting, link)
    for holder in (*ours, *meeting.invited, *rooms):
        if not holder.mailbox_name:
            continue
        copies = _copies(draft, meeting, shared, holder, calendar_id)
        draft.tenant.calendars[holder.id].extend(copies)
    return calendar_id


def _copies(draft: Draft, meeting: Meeting, shared: Json, holder: Account, calendar_id: str) -> list[Json]:
    """The events of one calendar: one, or a series master and its occurrences."""
    start = draft.seed.hour(meeting.day, meeting.hour)
    own = shared | {"isOrganizer": holder is meeting.organiser}
    own["responseStatus"] = {"response": "organizer" if own["isOrganizer"] else "accepted", "time": stamp(start)}
    if not meeting.every:
        return [own | _own(draft, holder, calendar_id, "singleInstance") | _times(start)]
    recurrence = {
        "pattern": {
            "type": "daily",
            "interval": meeting.every,
            "month": 0,
            "dayOfMonth": 0,
            "firstDayOfWeek": "sunday",
        },
        "range": {
            "type": "numbered",
            "startDate": start.date().isoformat(),
            "endDate": "0001-01-01",
            "numberOfOccurrences": meeting.times,
            "recurrenceTimeZone": "UTC",
        },
    }
    master = own | _own(draft, holder, calendar_id, "seriesMaster") | _times(start) | {"recurrence": recurrence}
    copies = [master]
    for number in range(meeting.times):
        moved = number == meeting.moved
        each = start + timedelta(days=number * meeting.every, hours=2 if moved else 0)
        # Every occurrence has an iCalUId of its own; only the master's stays the same for the whole series.
        occurrence_id = calendar_id[:32] + f"{each.year:04X}{each.month:02X}{each.day:02X}" + calendar_id[40:]
        kind = "exception" if moved else "occurrence"
        event = own | _own(draft, holder, occurrence_id, kind) | _times(each)
        copies.append(event | {"seriesMasterId": master["id"]})
    return copies


def _own(draft: Draft, holder: Account, calendar_id: str, kind: str) -> Json:
    return {"id": "AAMk" + draft.seed.opaque("event", holder.id, calendar_id), "iCalUId": calendar_id, "type": kind}


def _times(start: datetime) -> Json:
    def moment(at: datetime) -> Json:
        return {"dateTime": at.isoformat()[:19] + ".0000000", "timeZone": "UTC"}

    return {"start": moment(start), "end": moment(start + timedelta(hours=1))}


def _shared(draft: Draft, meeting: Meeting, link: str | None) -> Json:
    """What every copy of an event says alike."""
    name, address = _who(meeting.organiser)
    on_teams = meeting.link in {"teams", "teams, old link"}
    place = "Microsoft Teams Meeting" if on_teams else _PLACES.get(meeting.link or "", "Committee room")
    place = meeting.room.name if meeting.room else place
    location = {"displayName": place, "locationType": "default", "uniqueId": place, "uniqueIdType": "private"}
    people = [*map(_who, meeting.invited), *meeting.outsiders]
    attendees = [_attendee(*person) for person in people]
    if meeting.room:
        attendees.append(_attendee(*_who(meeting.room), kind="resource"))
    created = draft.seed.stamp(meeting.created)
    text = f"Join with Google Meet: {link}" if meeting.link == "meet" else "Papers to follow."
    return {
        "createdDateTime": created,
        "lastModifiedDateTime": created,
        "changeKey": "sample",
        "categories": [],
        "transactionId": None,
        "originalStartTimeZone": "GMT Standard Time",
        "originalEndTimeZone": "GMT Standard Time",
        "reminderMinutesBeforeStart": 15,
        "isReminderOn": True,
        "hasAttachments": False,
        "subject": meeting.subject,
        "bodyPreview": text,
        "body": {"contentType": "text", "content": text},
        "importance": "normal",
        "sensitivity": "private" if meeting.private else "normal",
        "isAllDay": False,
        "isCancelled": meeting.cancelled,
        "isDraft": False,
        "responseRequested": True,
        "seriesMasterId": None,
        "showAs": "busy",
        "webLink": "https://outlook.office365.com/owa/",
        "onlineMeetingUrl": None,
        "isOnlineMeeting": on_teams,
        "onlineMeetingProvider": "teamsForBusiness" if on_teams else "unknown",
        "onlineMeeting": {"joinUrl": link} if on_teams else None,
        "allowNewTimeProposals": True,
        "hideAttendees": False,
        "location": location,
        "locations": [location],
        "recurrence": None,
        "attendees": attendees,
        "organizer": {"emailAddress": {"name": name, "address": address}},
    }


def _attendee(name: str, address: str, kind: str = "required") -> Json:
    return {
        "type": kind,
        "status": {"response": "accepted", "time": "0001-01-01T00:00:00Z"},
        "emailAddress": {"name": name, "address": address},
    }


def _who(person: Account | tuple[str, str]) -> tuple[str, str]:
    return (person.name, person.address) if isinstance(person, Account) else person


def _calendar_id(draft: Draft, *words: object) -> str:
    """An iCalUId: a fixed head, room for the date of an occurrence, and a tail of its own."""
    head = "040000008200E00074C5B7101A82E008"
    return head + "00000000" + draft.seed.bits("iCalUId", *words).hex().upper()


def _join_link(draft: Draft, meeting: Meeting, series: tuple[object, ...]) -> str | None:
    code = draft.seed.bits("link", *series).hex()
    match meeting.link:
        case None:
            return None
        case "zoom":
            return _PLACES["zoom"]
        case "meet":
            return "https://meet.google.com/abc-defg-hij"
        case "teams":
            return f"https://teams.microsoft.com/meet/{int(code[:12], 16) % 10**13:013d}?p={code[:16]}"
        case "teams, old link":
            ours = isinstance(meeting.organiser, Account)
            tenant_id = draft.tenant.tenant_id if ours else draft.seed.guid("their tenant")
            organiser = meeting.organiser.id if isinstance(meeting.organiser, Account) else draft.seed.guid("them")
            context = quote(f'{{"Tid":"{tenant_id}","Oid":"{organiser}"}}')
            return f"https://teams.microsoft.com/l/meetup-join/19%3ameeting_{code[:40]}%40thread.v2/0?context={context}"


def _online_meeting(draft: Draft, meeting: Meeting, link: str, series: tuple[object, ...]) -> Json:
    options = meeting.options
    start = draft.seed.hour(meeting.day, meeting.hour)
    number = draft.seed.number(10**12, "meeting id", *series)
    name, address = _who(meeting.organiser)
    passcode = draft.seed.code(6, "passcode", *series) if options.passcode else None
    return {
        "id": draft.seed.opaque("online meeting", *series),
        "creationDateTime": draft.seed.stamp(meeting.created),
        "startDateTime": stamp(start),
        "endDateTime": stamp(start + timedelta(hours=1)),
        "subject": meeting.subject,
        "joinWebUrl": link,
        "joinMeetingIdSettings": {
            "isPasscodeRequired": options.passcode,
            "joinMeetingId": f"{number:012d}" if options.meeting_id else None,
            "passcode": passcode,
        },
        "lobbyBypassSettings": {"scope": options.lobby, "isDialInBypassEnabled": options.phone_skips_lobby},
        "allowedPresenters": "organization",
        "recordAutomatically": False,
        "isEntryExitAnnounced": False,
        "allowMeetingChat": "enabled",
        "allowedLobbyAdmitters": "organizerAndCoOrganizersAndPresenters",
        "participants": {"organizer": {"upn": address, "role": "presenter"}, "attendees": []},
        "meetingOptionsWebUrl": f"https://teams.microsoft.com/meetingOptions/?name={quote(name)}",
    }
