"""Calendar entries as one mailbox holds them, cut down at once to what the audit may keep."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any, Literal
from zoneinfo import ZoneInfo

from m365audit.connectors.calendars.meeting_links import SKYPE, TEAMS, JoinLink, first_join_link, join_link
from m365audit.connectors.entra.known_accounts import KnownAccounts, OwnDomains, address_of_guest
from m365audit.model.tenant import MeetingWindow

Json = Mapping[str, Any]
Kind = Literal["council", "working group", "other"]

EVENT_PROPERTIES = (
    *("id", "iCalUId", "subject", "start", "end", "type", "seriesMasterId", "isCancelled", "isOrganizer", "organizer"),
    *("attendees", "isOnlineMeeting", "onlineMeetingProvider", "onlineMeeting", "onlineMeetingUrl", "location"),
    *("locations", "sensitivity", "hideAttendees", "bodyPreview", "createdDateTime"),
)
"""Properties asked of every event."""

_PROVIDERS = {"teamsForBusiness": TEAMS, "skypeForBusiness": SKYPE, "skypeForConsumer": SKYPE}
_UTC_NAMES = frozenset({"UTC", "Etc/UTC", "Etc/GMT", "tzone://Microsoft/Utc"})
# UTC is asked for; a council's own zone is the one other answer worth knowing by its Windows name.
_WINDOWS_NAMES = {"GMT Standard Time": "Europe/London"}


@dataclass(frozen=True, slots=True)
class Copy:
    """One meeting, or one of a series, as one mailbox holds it.

    ``master_id`` is the series' id in that mailbox. ``starts_at`` is ISO 8601 in UTC, so it sorts.
    ``subject`` and ``join`` are for telling and asking; what leaves the connector is decided for the whole meeting.
    """

    mailbox_id: str
    uid: str
    master_id: str | None
    organisers_own: bool
    organiser_id: str | None
    organiser_address: str | None
    subject: str | None
    kind: Kind
    private: bool
    recurring: bool
    starts_at: str
    created_at: str | None
    online: bool
    platform: str | None
    has_link: bool
    attendees: frozenset[str]
    outside: frozenset[str]
    join: JoinLink | None = field(default=None, repr=False)

    @property
    def matters(self) -> bool:
        """Whether any rule could need it."""
        return self.online or bool(self.outside) or self.kind != "other"


@dataclass(frozen=True, slots=True)
class EventReader:
    """Turns Graph's ``event`` objects into copies."""

    known: KnownAccounts
    domains: OwnDomains
    window: MeetingWindow

    def copy(self, mailbox_id: str, event: Json) -> Copy | None:
        """What one event comes to; ``None`` for one that is cancelled, or a series as a whole rather than a meeting."""
        if event.get("isCancelled") or event.get("type") == "seriesMaster":
            return None
        organiser_id, organiser_address = self._organiser(mailbox_id, event)
        attendees = frozenset(_attendees(event, organiser_address))
        subject = (event.get("subject") or "").strip()
        platform, join, has_link = _platform(event)
        return Copy(
            mailbox_id=mailbox_id,
            uid=event.get("iCalUId") or event["id"],
            master_id=event.get("seriesMasterId"),
            organisers_own=bool(event.get("isOrganizer")),
            organiser_id=organiser_id,
            organiser_address=organiser_address,
            subject=subject or None,
            kind=self._kind(subject),
            private=event.get("sensitivity") in {"private", "confidential"},
            recurring=event.get("type") in {"occurrence", "exception"},
            starts_at=_utc(event["start"]),
            created_at=event.get("createdDateTime"),
            online=bool(event.get("isOnlineMeeting")) or platform is not None,
            platform=platform,
            has_link=has_link,
            attendees=attendees,
            outside=frozenset(address_of_guest(a) or a for a in attendees if self.domains.outside(a)),
            join=join,
        )

    def _organiser(self, mailbox_id: str, event: Json) -> tuple[str | None, str | None]:
        address = _address(event.get("organizer"))
        if event.get("isOrganizer"):
            return mailbox_id, address or None
        account = self.known.at(address)
        # A guest is an account of the tenant, but the meetings it calls are another organisation's.
        return account.account_id if account and not account.guest else None, address or None

    def _kind(self, subject: str) -> Kind:
        if _named(subject, self.window.council):
            return "council"
        return "working group" if _named(subject, self.window.working_group) else "other"


def _named(subject: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(subject.lower(), pattern.lower()) for pattern in patterns)


def _address(recipient: Json | None) -> str:
    return (((recipient or {}).get("emailAddress") or {}).get("address") or "").strip().lower()


def _attendees(event: Json, organiser: str | None) -> Iterator[str]:
    """Addresses (else names) of everyone invited but the organiser; rooms and equipment are no people."""
    for attendee in event.get("attendees") or ():
        if attendee.get("type") == "resource":
            continue
        who = _address(attendee) or str((attendee.get("emailAddress") or {}).get("name") or "")
        if who and who != organiser:
            yield who


def _platform(event: Json) -> tuple[str | None, JoinLink | None, bool]:
    """The platform, the link if it is a known one's, and whether there is any link to join by."""
    own = (event.get("onlineMeeting") or {}).get("joinUrl") or None
    provider = _PROVIDERS.get(event.get("onlineMeetingProvider") or "") if own or event.get("isOnlineMeeting") else None
    link = (join_link(own) if own else None) or first_join_link(_texts(event))
    if provider and own:
        # The provider is Microsoft's word for it; only its own host tells a personal Teams from the council's.
        spoken = join_link(own) or JoinLink(provider, own)
        return spoken.platform, spoken, True
    platform = provider or (link.platform if link else None)
    return platform, link, bool(own or link or event.get("onlineMeetingUrl"))


def _texts(event: Json) -> Iterator[str | None]:
    """Where people put links, the most deliberate place first."""
    yield event.get("onlineMeetingUrl")
    for location in (event.get("location"), *(event.get("locations") or ())):
        yield (location or {}).get("displayName")
        yield (location or {}).get("locationUri")
    yield event.get("bodyPreview")


def _utc(stamp: Json) -> str:
    """A ``dateTimeTimeZone`` in UTC, to the second.

    Raises:
        ZoneInfoNotFoundError: the time is in a zone nobody knows; a guess would move the meeting.
    """
    moment = datetime.fromisoformat(stamp["dateTime"].partition(".")[0].rstrip("Z"))
    zone = stamp.get("timeZone") or "UTC"
    if zone not in _UTC_NAMES:
        moment = moment.replace(tzinfo=ZoneInfo(_WINDOWS_NAMES.get(zone, zone))).astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}Z"
