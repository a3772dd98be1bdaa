"""Meetings in people's calendars, and the options of those that are the council's own on Teams."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from kiota_abstractions.request_information import RequestInformation

from m365audit.connectors.calendar_events import EVENT_PROPERTIES, Copy, EventReader
from m365audit.connectors.declare import connector
from m365audit.connectors.frames import records
from m365audit.connectors.known_accounts import KnownAccounts, OwnDomains
from m365audit.connectors.meeting_options import DATA_SET as OPTIONS
from m365audit.connectors.meeting_options import options
from m365audit.connectors.meeting_series import Master, MasterId, joined, series, that_count
from m365audit.connectors.refusals import Refusals
from m365audit.graph import Absent, Graph
from m365audit.model.evidence import PROPERTY, Entry, Gap, Looked, Row
from m365audit.model.tenant import MeetingWindow
from m365audit.model.words import GapKind

PAGE = 100
NO_MAILBOX = ("MailboxNotEnabledForRESTAPI",)
NOT_THERE = ("ErrorItemNotFound", "ItemNotFound", "NotFound", "ResourceNotFound")
MASTER_PROPERTIES = ("id", "iCalUId", "createdDateTime")

_UTC_PLEASE = {"Prefer": 'outlook.timezone="UTC"'}
_NO_PEOPLE = frozenset({"room", "equipment"})


@connector("meetings", "meeting_options", permission="Calendars.Read", also=("OnlineMeetings.Read.All",))
async def meetings(
    graph: Graph,
    accounts: pd.DataFrame,
    domains: pd.DataFrame,
    window: MeetingWindow,
    mailbox_settings: pd.DataFrame | None = None,
) -> AsyncIterator[Row | Entry | Gap | Looked]:
    """Meetings in the calendars of people and shared mailboxes, each once, and the options of the council's own."""
    reader = EventReader(KnownAccounts(accounts), OwnDomains(domains), window)
    calendars = _Calendars(graph, reader)
    copies = await calendars.read(_mailboxes(accounts, mailbox_settings))
    counted = that_count(copies, calendars.whole)
    masters, refused = await _masters(graph, series(counted))
    found = list(joined(counted, masters))
    for meeting in found:
        yield meeting.row()
    for gap in calendars.refusals.gaps():
        yield gap
        # Whose calendar nobody read, of their meetings nobody asked the options.
        yield gap.within(data_set=OPTIONS)
    for gap in (*refused, *calendars.without_texts()):
        yield gap
    for mailbox_id in sorted(calendars.whole - {gap.scope.removeprefix("mailbox:") for gap in refused}):
        yield Looked(f"mailbox:{mailbox_id}")
    async for item in options(graph, found):
        yield item


def _mailboxes(accounts: pd.DataFrame, mailbox_settings: pd.DataFrame | None) -> list[str]:
    """Accounts whose calendars are asked for: every member's, sign-in allowed or not, but no rooms and equipment.

    An account about whose mailbox nothing is known is asked; it is for Exchange to say that there is none.
    """
    settings = {row["account_id"]: row for row in records(mailbox_settings, "account_id", "has_mailbox", "purpose")}

    def holds_meetings(account_id: str) -> bool:
        mailbox = settings.get(account_id, {})
        return mailbox.get("has_mailbox") is not False and mailbox.get("purpose") not in _NO_PEOPLE

    members = (row["account_id"] for row in records(accounts, "account_id", "user_type") if row["user_type"] != "guest")
    return [account_id for account_id in members if holds_meetings(account_id)]


@dataclass(slots=True)
class _Calendars:
    """One reading of many calendars, and what came of it.

    ``whole`` are the mailboxes read to their end, ``refusals`` those that were not.
    """

    graph: Graph
    reader: EventReader
    whole: set[str] = field(default_factory=set)
    refusals: Refusals = field(default_factory=Refusals)
    _events: int = 0
    _previews: int = 0

    async def read(self, mailbox_ids: Iterable[str]) -> list[Copy]:
        """Every meeting of every mailbox, as each holds it."""
        return [copy async for some in self.graph.each(mailbox_ids, self._one) for copy in some]

    def without_texts(self) -> Iterator[Gap]:
        """That the invitations' texts were not seen, if not one event came with any."""
        if self._events and not self._previews:
            yield Gap(
                GapKind.PERMISSION,
                "No calendar entry came with its text, so join links of other platforms written there were not seen.",
                "Grant the app Calendars.Read instead of Calendars.ReadBasic.All and give admin consent.",
                f"{PROPERTY}bodyPreview",
            )

    async def _one(self, mailbox_id: str) -> AsyncGenerator[list[Copy], None]:
        scope = f"mailbox:{mailbox_id}"
        seen: set[str] = set()
        async for page in self.graph.pages(self._request(mailbox_id), scope=scope, absent=NO_MAILBOX):
            if isinstance(page, Gap):
                self.refusals.refused(page)
                return
            if isinstance(page, Absent):
                return
            # The same event may stand on two pages where one was added meanwhile.
            fresh = [event for event in {event["id"]: event for event in page}.values() if event["id"] not in seen]
            seen.update(event["id"] for event in fresh)
            self._events += len(fresh)
            self._previews += sum("bodyPreview" in event for event in fresh)
            yield [copy for event in fresh if (copy := self.reader.copy(mailbox_id, event))]
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


async def _masters(graph: Graph, found: Mapping[MasterId, Any]) -> tuple[dict[MasterId, Master], list[Gap]]:
    """The masters of some series, as far as they can be had, and a gap for every mailbox that refused any."""
    users = graph.sdk.users
    requests = (
        (key, graph.request(users.by_user_id(key[0]).events.by_event_id(key[1]), select=MASTER_PROPERTIES))
        for key in found
    )
    masters: dict[MasterId, Master] = {}
    refused: dict[str, Gap] = {}
    async for key, answer in graph.batch(requests, scope=_of_mailbox, absent=NOT_THERE):
        if isinstance(answer, Gap):
            refused.setdefault(key[0], answer)
        elif not isinstance(answer, Absent) and answer.get("iCalUId"):
            masters[key] = Master(answer["iCalUId"], answer.get("createdDateTime"))
    return masters, list(refused.values())


def _of_mailbox(key: MasterId) -> str:
    return f"mailbox:{key[0]}"
