"""Meetings in people's calendars, and the options of those that are the council's own on Teams."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from kiota_abstractions.request_information import RequestInformation

from m365audit.connectors.calendars.calendar_events import EVENT_PROPERTIES, Copy, EventReader
from m365audit.connectors.calendars.kept_calendars import Calendar, KeptCalendars, to_be_read_again
from m365audit.connectors.calendars.meeting_options import DATA_SET as OPTIONS
from m365audit.connectors.calendars.meeting_options import OptionsKept, options
from m365audit.connectors.calendars.meeting_series import Master, MasterId, Meeting, joined, series, that_count
from m365audit.connectors.declare import connector
from m365audit.connectors.entra.known_accounts import KnownAccounts, OwnDomains
from m365audit.connectors.mail.mailbox_settings import NO_MAILBOX, may_hold_mail
from m365audit.connectors.reading.frames import records
from m365audit.connectors.reading.kept import FORGETFUL, Kept
from m365audit.connectors.reading.refusals import Refusals
from m365audit.graph import Absent, Graph
from m365audit.model.evidence import PROPERTY, Entry, Gap, Looked, Row
from m365audit.model.parts import Part
from m365audit.model.tenant import MeetingWindow
from m365audit.model.words import GapKind

PAGE = 100
NOT_THERE = ("ErrorItemNotFound", "ItemNotFound", "NotFound", "ResourceNotFound")
MASTER_PROPERTIES = ("id", "iCalUId", "createdDateTime")

_UTC_PLEASE = {"Prefer": 'outlook.timezone="UTC"'}
_NO_PEOPLE = frozenset({"room", "equipment"})


@connector(
    "meetings",
    "meeting_options",
    permission="Calendars.Read",
    also=("OnlineMeetings.Read.All",),
    kept_with=("accounts", "domains"),
    parts=(
        Part(("Calendars.ReadBasic.All",), app_only=True),
        Part(("Calendars.Read",), what="texts of invitations", app_only=True),
        Part(
            ("Calendars.ReadBasic.All", "OnlineMeetings.Read.All"),
            data_set=OPTIONS,
            app_only=True,
            access_policy=True,
        ),
    ),
)
async def meetings(
    graph: Graph,
    accounts: pd.DataFrame,
    domains: pd.DataFrame,
    window: MeetingWindow,
    mailbox_settings: pd.DataFrame | None = None,
    kept: Kept = FORGETFUL,
) -> AsyncIterator[Row | Entry | Gap | Looked]:
    """Meetings in the calendars of people and shared mailboxes, each once, and the options of the council's own."""
    reader = EventReader(KnownAccounts(accounts), OwnDomains(domains), window)
    calendars = _Calendars(graph, reader, KeptCalendars(kept))
    found, refused = await _found(calendars, _mailboxes(accounts, mailbox_settings), OptionsKept(kept))
    for meeting in found:
        yield meeting.row()
    for gap in calendars.refusals.gaps():
        yield gap
        # Whose calendar nobody read, of their meetings nobody asked the options.
        yield gap.within(data_set=OPTIONS)
    for gap in refused:
        yield gap
        yield gap.within(data_set=OPTIONS)
    for gap in calendars.without_texts():
        yield gap
    for mailbox_id in sorted(calendars.whole - {gap.scope.removeprefix("mailbox:") for gap in refused}):
        yield Looked(f"mailbox:{mailbox_id}")
    async for item in options(graph, found, OptionsKept(kept)):
        yield item


async def _found(
    calendars: "_Calendars", mailbox_ids: list[str], known: OptionsKept
) -> tuple[list[Meeting], list[Gap]]:
    """Every meeting once, and a gap for every mailbox that refused part of it.

    Of calendars that were kept when the run was stopped, those are read again of which something is needed that may
    not be kept, such as a link to ask the options by.
    """
    copies = await calendars.read(mailbox_ids)
    found, refused = await _joined(calendars, copies)
    if again := to_be_read_again(found, known):
        copies = [copy for copy in copies if copy.mailbox_id not in again]
        copies += await calendars.read(sorted(again), afresh=True)
        found, refused = await _joined(calendars, copies)
    return found, refused


async def _joined(calendars: "_Calendars", copies: list[Copy]) -> tuple[list[Meeting], list[Gap]]:
    counted = that_count(copies, calendars.whole)
    masters, refused = await _masters(calendars.graph, series(counted), calendars.before)
    # Under the id of one of its meetings, a series would be another one than next month's, when its master is told.
    told = [copy for copy in counted if (copy.mailbox_id, copy.master_id) not in refused]
    return list(joined(told, masters)), list({key[0]: gap for key, gap in refused.items()}.values())


def _mailboxes(accounts: pd.DataFrame, mailbox_settings: pd.DataFrame | None) -> list[str]:
    """Accounts whose calendars are asked for: every member's, sign-in allowed or not, but no rooms and equipment.

    An account about whose mailbox nothing is known is asked; it is for Exchange to say that there is none.
    """
    purposes = {row["account_id"]: row["purpose"] for row in records(mailbox_settings, "account_id", "purpose")}
    return [key for key in may_hold_mail(accounts, mailbox_settings) if purposes.get(key) not in _NO_PEOPLE]


@dataclass(slots=True)
class _Calendars:
    """One reading of many calendars, and what came of it.

    ``whole`` are the mailboxes read to their end, ``refusals`` those that were not, ``before`` what was read before
    the run was stopped.
    """

    graph: Graph
    reader: EventReader
    before: KeptCalendars
    whole: set[str] = field(default_factory=set)
    refusals: Refusals = field(default_factory=Refusals)
    _counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Mailbox to its events, and how many of them came with their text."""

    async def read(self, mailbox_ids: Iterable[str], *, afresh: bool = False) -> list[Copy]:
        """Every meeting of every mailbox, as each holds it; ``afresh`` asks even for what was read before."""
        one = self._asked if afresh else self._one
        return [copy async for some in self.graph.each(mailbox_ids, one) for copy in some]

    def without_texts(self) -> Iterator[Gap]:
        """That the invitations' texts were not seen, if not one event came with any."""
        if any(events for events, _ in self._counts.values()) and not any(texts for _, texts in self._counts.values()):
            yield Gap(
                GapKind.PERMISSION,
                "No calendar entry came with its text, so join links of other platforms written there were not seen.",
                "Grant the app Calendars.Read instead of Calendars.ReadBasic.All and give admin consent.",
                f"{PROPERTY}bodyPreview",
            )

    async def _one(self, mailbox_id: str) -> AsyncGenerator[list[Copy], None]:
        if calendar := self.before.calendar(mailbox_id):
            self._read(mailbox_id, calendar)
            yield calendar.copies
        elif not self.before.is_without(mailbox_id):
            async for some in self._asked(mailbox_id):
                yield some

    async def _asked(self, mailbox_id: str) -> AsyncGenerator[list[Copy], None]:
        scope = f"mailbox:{mailbox_id}"
        self.whole.discard(mailbox_id)
        calendar = Calendar()
        seen: set[str] = set()
        async for page in self.graph.pages(self._request(mailbox_id), scope=scope, absent=NO_MAILBOX):
            if isinstance(page, Gap):
                self._counts[mailbox_id] = (calendar.events, calendar.previews)
                self.refusals.refused(page)
                yield calendar.copies
                return
            if isinstance(page, Absent):
                self.before.keep_without(mailbox_id)
                return
            # The same event may stand on two pages where one was added meanwhile.
            fresh = [event for event in {event["id"]: event for event in page}.values() if event["id"] not in seen]
            seen.update(event["id"] for event in fresh)
            calendar.events += len(fresh)
            calendar.previews += sum("bodyPreview" in event for event in fresh)
            calendar.copies += [copy for event in fresh if (copy := self.reader.copy(mailbox_id, event))]
        self._read(mailbox_id, calendar)
        self.before.keep_calendar(mailbox_id, calendar)
        yield calendar.copies

    def _read(self, mailbox_id: str, calendar: Calendar) -> None:
        self._counts[mailbox_id] = (calendar.events, calendar.previews)
        self.refusals.answered()
        self.whole.add(mailbox_id)

    def _request(self, mailbox_id: str) -> RequestInformation:
        window = self.reader.window
        return self.graph.request(
            self.graph.sdk.users.by_user_id(mailbox_id).calendar_view,
            headers=_UTC_PLEASE,
            start_date_time=_stamp(window.start),
            end_date_time=_stamp(window.end),
            select=EVENT_PROPERTIES,
            top=PAGE,
        )


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"


async def _masters(
    graph: Graph, found: Iterable[MasterId], before: KeptCalendars
) -> tuple[dict[MasterId, Master], dict[MasterId, Gap]]:
    """The masters of some series, as far as they can be had, and a gap for every one that was refused."""
    users = graph.sdk.users
    masters: dict[MasterId, Master] = {}
    asked: list[MasterId] = []
    for key in found:
        is_known, master = before.master(key)
        if master:
            masters[key] = master
        elif not is_known:
            asked.append(key)
    requests = (
        (key, graph.request(users.by_user_id(key[0]).events.by_event_id(key[1]), select=MASTER_PROPERTIES))
        for key in asked
    )
    refused: dict[MasterId, Gap] = {}
    async for key, answer in graph.batch(requests, scope=_of_mailbox, absent=NOT_THERE):
        if isinstance(answer, Gap):
            refused[key] = answer
            continue
        master = _master(answer)
        before.keep_master(key, master)
        if master:
            masters[key] = master
    return masters, refused


def _master(answer: dict[str, Any] | Absent) -> Master | None:
    if isinstance(answer, Absent) or not answer.get("iCalUId"):
        return None
    return Master(answer["iCalUId"], answer.get("createdDateTime"))


def _of_mailbox(key: MasterId) -> str:
    return f"mailbox:{key[0]}"
