"""Calendars that were read whole, as far as a run may keep them: no join links, and no words of what no check names."""

from collections.abc import Container, Iterable
from dataclasses import dataclass, field, fields

from m365audit.connectors.calendars.calendar_events import Copy
from m365audit.connectors.calendars.meeting_links import TEAMS, JoinLink
from m365audit.connectors.calendars.meeting_series import Master, MasterId, Meeting
from m365audit.connectors.reading.kept import Kept
from m365audit.model.evidence import Row

WITHHELD = ""
"""Stands for a link or a subject that was there and was not kept; neither is ever empty otherwise."""

_SETS = ("attendees", "outside")
# Left out where they are so, for there are many copies.
_USUAL: Row = {
    "master_id": None,
    "organisers_own": False,
    "organiser_id": None,
    "organiser_address": None,
    "subject": None,
    "kind": "other",
    "private": False,
    "recurring": False,
    "created_at": None,
    "online": False,
    "platform": None,
    "has_link": False,
    "attendees": [],
    "outside": [],
    "join": None,
}


@dataclass(slots=True)
class Calendar:
    """One mailbox's calendar: how many events it held, how many came with their text, and the meetings among them."""

    events: int = 0
    previews: int = 0
    copies: list[Copy] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class KeptCalendars:
    """Calendars and series that were read before the run was stopped."""

    kept: Kept

    def is_without(self, mailbox_id: str) -> bool:
        """Whether it is known that there is no mailbox."""
        return self.kept.rows(_calendar(mailbox_id)) == []

    def keep_without(self, mailbox_id: str) -> None:
        """There is no mailbox."""
        self.kept.keep(_calendar(mailbox_id), [])

    def calendar(self, mailbox_id: str) -> Calendar | None:
        """A calendar; its links and some subjects are withheld."""
        rows = self.kept.rows(_calendar(mailbox_id))
        if not rows:
            return None
        counts, *copies = rows
        return Calendar(counts["events"], counts["previews"], [_copy(mailbox_id, row) for row in copies])

    def keep_calendar(self, mailbox_id: str, calendar: Calendar) -> None:
        """A calendar was read whole."""
        counts = {"events": calendar.events, "previews": calendar.previews}
        self.kept.keep(_calendar(mailbox_id), [counts, *map(_row, calendar.copies)])

    def master(self, key: MasterId) -> tuple[bool, Master | None]:
        """Whether a series was asked about, and what was said."""
        rows = self.kept.rows(_series(key))
        return rows is not None, Master(**rows[0]) if rows else None

    def keep_master(self, key: MasterId, master: Master | None) -> None:
        """A series was asked about."""
        rows = [{"uid": master.uid, "created_at": master.created_at}] if master else []
        self.kept.keep(_series(key), rows)


def to_be_read_again(meetings: Iterable[Meeting], answered: Container[str]) -> set[str]:
    """Mailboxes of the meetings of which something is needed that was withheld.

    ``answered`` are the meetings whose options are known, so that their links are needed no more.
    """
    return {copy.mailbox_id for meeting in meetings if _lacks(meeting, answered) for copy in meeting.copies}


def _lacks(meeting: Meeting, answered: Container[str]) -> bool:
    if meeting.is_named and meeting.shown.subject == WITHHELD:
        return True
    is_asked = meeting.platform == TEAMS and meeting.first.organiser_id and meeting.meeting_id not in answered
    return bool(is_asked and meeting.join and meeting.join.url == WITHHELD)


def _calendar(mailbox_id: str) -> str:
    return f"mailbox:{mailbox_id}"


def _series(key: MasterId) -> str:
    return f"series:{key[0]}/{key[1]}"


def _row(copy: Copy) -> Row:
    """What may be kept of a copy."""
    said = {one.name: getattr(copy, one.name) for one in fields(copy) if one.name != "mailbox_id"}
    is_named = not copy.private and (copy.online or copy.kind != "other")
    if copy.subject is not None and not is_named:
        # That of a private meeting is never shown; that of another is, where the series it is part of is named.
        said["subject"] = None if copy.private else WITHHELD
    said |= {name: sorted(said[name]) for name in _SETS}
    said["join"] = copy.join.platform if copy.join else None
    return {name: value for name, value in said.items() if name not in _USUAL or value != _USUAL[name]}


def _copy(mailbox_id: str, row: Row) -> Copy:
    said = _USUAL | row
    said |= {name: frozenset(said[name]) for name in _SETS}
    said["join"] = JoinLink(said["join"], WITHHELD) if said["join"] else None
    return Copy(mailbox_id=mailbox_id, **said)
