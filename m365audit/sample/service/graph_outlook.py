"""The routes of mailboxes: settings, rules, calendars."""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from m365audit.sample.service.graph_errors import NO_MAILBOX, OUTLOOK, ProblemError, reject
from m365audit.sample.service.graph_pages import Listing
from m365audit.sample.service.graph_route import PAGED, SELECT, Call, Route, Single
from m365audit.sample.service.tokens import Claims, holds
from m365audit.sample.tenant import Json

_LONGEST_WINDOW = timedelta(days=1825)
# Outlook speaks Windows' names as well as those of the time-zone database.
_WINDOWS_ZONES = {
    "UTC": "UTC",
    "GMT Standard Time": "Europe/London",
    "W. Europe Standard Time": "Europe/Berlin",
}
_READ_SETTINGS = ("MailboxSettings.Read",)
_READ_CALENDARS = ("Calendars.ReadBasic.All", "Calendars.ReadBasic", "Calendars.Read")


def _mailbox(call: Call) -> str:
    """The object id of the user whose mailbox is asked for."""
    user = call.holdings.user(call.captured["user"])
    if user is None:
        raise ProblemError(404, "ErrorInvalidUser", f"The requested user '{call.captured['user']}' is invalid.")
    if user["id"] not in call.tenant.mailbox_settings:
        NO_MAILBOX.refuse()
    return str(user["id"])


def _settings(call: Call) -> Single:
    return Single(call.tenant.mailbox_settings[_mailbox(call)])


def _purpose(call: Call) -> Single:
    purpose = call.tenant.mailbox_settings[_mailbox(call)].get("userPurpose")
    return Single({"value": purpose}, bare=True)


def _rules(call: Call) -> Listing:
    return Listing(call.tenant.inbox_rules.get(_mailbox(call), []))


def _calendar_permissions(call: Call) -> Listing:
    return Listing(call.tenant.calendar_permissions.get(_mailbox(call), []))


def _event(call: Call) -> Single:
    zone = _zone(call)
    for event in call.tenant.calendars.get(_mailbox(call), ()):
        if event["id"] == call.captured["event"]:
            return Single(_shown_in(event, zone), _applied(call))
    raise ProblemError(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def _calendar_view(call: Call) -> Listing:
    mailbox, zone = _mailbox(call), _zone(call)
    start, end = _window(call)
    events = [
        _shown_in(event, zone)
        for event in call.tenant.calendars.get(mailbox, ())
        if event.get("type") != "seriesMaster" and _moment(event["start"]) < end and _moment(event["end"]) > start
    ]
    return Listing(events, variant=str(zone), headers=tuple(_applied(call).items()))


def _window(call: Call) -> tuple[datetime, datetime]:
    said = call.options.said
    if "startDateTime" not in said or "endDateTime" not in said:
        reject(
            "This request requires a time window specified by the query string parameters StartDateTime and "
            "EndDateTime.",
            "ErrorInvalidParameter",
        )
    start, end = _read_moment(said["startDateTime"]), _read_moment(said["endDateTime"])
    if end < start:
        reject("The end of the time window lies before its start.", "ErrorInvalidParameter")
    if end - start > _LONGEST_WINDOW:
        reject("The requested time window is longer than 1825 days.", "ErrorInvalidParameter")
    return start, end


def _read_moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        reject(f"The value '{text}' is not a valid date and time.", "ErrorInvalidParameter")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _moment(said: Json) -> datetime:
    name: str = said["timeZone"]
    return datetime.fromisoformat(said["dateTime"][:19]).replace(tzinfo=ZoneInfo(_WINDOWS_ZONES.get(name, name)))


def _zone(call: Call) -> ZoneInfo:
    name = call.ask.preferences.get("outlook.timezone", "UTC")
    name = _WINDOWS_ZONES.get(name, name)
    if name not in _zones():
        message = f"A valid TimeZone value must be specified. The following TimeZone value is not supported: '{name}'."
        reject(message, "TimeZoneNotSupportedException")
    return ZoneInfo(name)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _shown_in(event: Json, zone: ZoneInfo) -> Json:
    if event["start"]["timeZone"] == zone.key and event["end"]["timeZone"] == zone.key:
        return event
    return event | {"start": _said_in(event["start"], zone), "end": _said_in(event["end"], zone)}


def _said_in(said: Json, zone: ZoneInfo) -> Json:
    moment = _moment(said).astimezone(zone)
    return {"dateTime": moment.strftime("%Y-%m-%dT%H:%M:%S.0000000"), "timeZone": zone.key}


def _applied(call: Call) -> dict[str, str]:
    zone = call.ask.preferences.get("outlook.timezone")
    return {"Preference-Applied": f'outlook.timezone="{zone}"'} if zone else {}


def _hidden_from_basic_readers(claims: Claims) -> frozenset[str]:
    if holds(claims.permissions, ("Calendars.Read",)):
        return frozenset()
    return frozenset({"body", "bodyPreview", "attachments", "extensions"})


OUTLOOK_ROUTES = (
    Route(
        path="/users/{user}/mailboxSettings",
        entity="mailboxSettings",
        answer=_settings,
        needs=_READ_SETTINGS,
        refusal=OUTLOOK,
        bucket="outlook",
        context="users('{user}')/mailboxSettings",
        options=SELECT,
        app_only=True,
    ),
    Route(
        path="/users/{user}/mailboxSettings/userPurpose",
        entity="mailboxSettings",
        answer=_purpose,
        needs=_READ_SETTINGS,
        refusal=OUTLOOK,
        bucket="outlook",
        context="users('{user}')/mailboxSettings/userPurpose",
        options=frozenset(),
        app_only=True,
    ),
    Route(
        path="/users/{user}/mailFolders/inbox/messageRules",
        entity="messageRule",
        answer=_rules,
        needs=_READ_SETTINGS,
        refusal=OUTLOOK,
        bucket="outlook",
        context="users('{user}')/mailFolders('inbox')/messageRules",
        app_only=True,
    ),
    Route(
        path="/users/{user}/calendar/calendarPermissions",
        entity="calendarPermission",
        answer=_calendar_permissions,
        needs=_READ_CALENDARS,
        refusal=OUTLOOK,
        bucket="outlook",
        context="users('{user}')/calendar/calendarPermissions",
        app_only=True,
    ),
    Route(
        path="/users/{user}/calendarView",
        entity="event",
        answer=_calendar_view,
        needs=_READ_CALENDARS,
        refusal=OUTLOOK,
        bucket="outlook",
        context="users('{user}')/calendarView",
        options=PAGED | {"startDateTime", "endDateTime"},
        page=10,
        most=1000,
        hides=_hidden_from_basic_readers,
        app_only=True,
    ),
    Route(
        path="/users/{user}/events/{event}",
        entity="event",
        answer=_event,
        needs=_READ_CALENDARS,
        refusal=OUTLOOK,
        bucket="outlook",
        context="users('{user}')/events",
        options=SELECT,
        hides=_hidden_from_basic_readers,
        app_only=True,
    ),
)
