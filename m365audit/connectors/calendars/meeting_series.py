"""Copies of one meeting in many calendars made into one row, a series being one meeting."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from m365audit.connectors.calendars.calendar_events import Copy
from m365audit.connectors.calendars.meeting_links import JoinLink
from m365audit.model.evidence import Row

MasterId = tuple[str, str]
"""A series in one mailbox: the mailbox's account id, and the id its master has there."""


@dataclass(frozen=True, slots=True)
class Master:
    """What a series' master says of the whole series."""

    uid: str
    created_at: str | None


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting or series: the copies that count, the earliest first."""

    meeting_id: str
    created_at: str | None
    copies: tuple[Copy, ...]

    @property
    def first(self) -> Copy:
        """The first one in the window."""
        return self.copies[0]

    @property
    def shown(self) -> Copy:
        """The one whose name decides the kind: a series is a council meeting if any one of it is named like one."""
        return min(self.copies, key=lambda copy: _KINDS.index(copy.kind))

    @property
    def platform(self) -> str | None:
        """The platform of the first one that has any."""
        return next((copy.platform for copy in self.copies if copy.platform), None)

    @property
    def join(self) -> JoinLink | None:
        """The first link of its platform."""
        return next((c.join for c in self.copies if c.join and c.join.platform == self.platform), None)

    @property
    def is_named(self) -> bool:
        """Whether its subject is kept: of the council's own meetings and of those online, unless one is private."""
        if any(copy.private for copy in self.copies):
            return False
        return self.shown.kind != "other" or any(copy.online for copy in self.copies)

    def row(self) -> Row:
        """The row of ``meetings``."""
        everybody = frozenset[str]().union(*(copy.attendees for copy in self.copies))
        outside = frozenset[str]().union(*(copy.outside for copy in self.copies))
        return {
            "meeting_id": self.meeting_id,
            "organiser_id": self.first.organiser_id,
            "organiser_address": self.first.organiser_address,
            "ours": self.first.organiser_id is not None,
            "subject": self.shown.subject if self.is_named else None,
            "kind": self.shown.kind,
            "private": any(copy.private for copy in self.copies),
            "recurring": any(copy.recurring for copy in self.copies),
            "occurrences": len(self.copies),
            "first_starts_at": self.first.starts_at,
            "last_starts_at": self.copies[-1].starts_at,
            "created_at": self.created_at,
            "online": any(copy.online for copy in self.copies),
            "platform": self.platform,
            "has_link": any(copy.has_link for copy in self.copies),
            "attendees": len(everybody),
            "outside_attendees": len(outside),
            "outside_addresses": sorted(outside),
        }


_KINDS = ("council", "working group", "other")


def that_count(copies: Iterable[Copy], whole: Collection[str]) -> list[Copy]:
    """The organisers' own copies, and those of attendees whose organiser's calendar was not read whole.

    An attendee may still hold what the organiser has deleted or changed; where the organiser's calendar is there
    to be believed, it is.
    """
    return [copy for copy in copies if copy.organisers_own or copy.organiser_id not in whole]


def series(copies: Iterable[Copy]) -> dict[MasterId, list[Copy]]:
    """The copies that are part of a series and matter to any rule, by series and mailbox."""
    found: dict[MasterId, list[Copy]] = defaultdict(list)
    for copy in copies:
        if copy.master_id:
            found[copy.mailbox_id, copy.master_id].append(copy)
    return {key: some for key, some in found.items() if any(copy.matters for copy in some)}


def joined(copies: Iterable[Copy], masters: Mapping[MasterId, Master]) -> Iterator[Meeting]:
    """One meeting per single event or series, in the order of their ids, if it matters to any rule.

    Neither the order of the copies nor that of the mailboxes changes anything.
    """
    copies = list(copies)
    fallback = {key: _uid_of_all(some) for key, some in series(copies).items()}

    def uid(copy: Copy) -> str:
        key = (copy.mailbox_id, copy.master_id or "")
        return masters[key].uid if key in masters else fallback.get(key, copy.uid)

    for meeting_id, some in sorted(_grouped(copies, uid).items()):
        best = tuple(_best(some))
        if any(copy.matters for copy in best):
            yield Meeting(meeting_id, _created(best, masters), best)


def _uid_of_all(copies: Iterable[Copy]) -> str:
    """The id of a series whose master cannot be had: the one its meetings share, else the smallest of theirs."""
    return min(copy.uid for copy in copies)


def _grouped(copies: Iterable[Copy], uid: Callable[[Copy], str]) -> dict[str, list[Copy]]:
    found: dict[str, list[Copy]] = defaultdict(list)
    for copy in copies:
        found[uid(copy)].append(copy)
    return found


def _best(copies: Iterable[Copy]) -> list[Copy]:
    """The organiser's copies if there are any; else, of each time it takes place, one attendee's. Earliest first."""
    ordered = sorted(copies, key=lambda copy: (not copy.organisers_own, copy.mailbox_id, copy.starts_at, copy.uid))
    one = ordered[0]
    if one.organisers_own:
        return sorted((c for c in ordered if c.organisers_own and c.mailbox_id == one.mailbox_id), key=_by_time)
    each: dict[str, Copy] = {}
    for copy in ordered:
        each.setdefault(copy.starts_at, copy)
    return sorted(each.values(), key=_by_time)


def _by_time(copy: Copy) -> tuple[str, str]:
    return copy.starts_at, copy.uid


def _created(copies: Iterable[Copy], masters: Mapping[MasterId, Master]) -> str | None:
    """When it was first put in a calendar."""
    of_series = [masters.get((copy.mailbox_id, copy.master_id or "")) for copy in copies]
    moments = {master.created_at for master in of_series if master} or {copy.created_at for copy in copies}
    return min((moment for moment in moments if moment), default=None)
