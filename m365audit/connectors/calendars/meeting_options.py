"""Options of the council's own Teams meetings, asked for by their join links."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from kiota_abstractions.request_information import RequestInformation

from m365audit.connectors.calendars.meeting_links import TEAMS
from m365audit.connectors.calendars.meeting_series import Meeting
from m365audit.connectors.reading.kept import Kept
from m365audit.connectors.reading.refusals import Refusals
from m365audit.graph import Absent, Graph
from m365audit.model.evidence import TENANT, Entry, Gap, Looked, Row
from m365audit.model.words import GapKind

DATA_SET = "meeting_options"

ACCESS_POLICY_FIX = (
    "A Teams administrator runs, in Teams PowerShell: New-CsApplicationAccessPolicy -Identity CouncilAudit "
    "-AppIds <the app's client id>; Grant-CsApplicationAccessPolicy -PolicyName CouncilAudit -Global. "
    "It takes effect within a few hours."
)
# Without this, who skips the lobby comes back as "unknownFutureValue" where it is people invited or members only.
_HEADERS = {"Prefer": "include-unknown-enum-members"}
_NOT_FOUND = ("NotFound", "ItemNotFound", "ResourceNotFound")


@dataclass(frozen=True, slots=True)
class OptionsKept:
    """The options that were read before the run was stopped. Where Teams has no such meeting, nothing is kept."""

    kept: Kept

    def __contains__(self, meeting_id: object) -> bool:
        return self.kept.has(f"meeting:{meeting_id}")

    def row(self, meeting_id: str) -> Row | None:
        """The row of a meeting, if its options were read."""
        rows = self.kept.rows(f"meeting:{meeting_id}")
        return rows[0] if rows else None

    def keep(self, meeting_id: str, row: Row) -> None:
        """The options of a meeting were read."""
        self.kept.keep(f"meeting:{meeting_id}", [row])


async def options(graph: Graph, meetings: Sequence[Meeting], known: OptionsKept) -> AsyncIterator[Entry | Gap | Looked]:
    """Rows of ``meeting_options``, one per meeting of the tenant's people on Teams.

    The first refusal for want of a Teams application access policy ends the asking: it holds for every organiser.
    """
    ours = (meeting for meeting in meetings if meeting.first.organiser_id)
    asked = {meeting.meeting_id: meeting for meeting in ours if meeting.platform == TEAMS}
    before = [meeting_id for meeting_id in asked if meeting_id in known]
    for meeting_id in before:
        if row := known.row(meeting_id):
            del asked[meeting_id]
            yield Entry(DATA_SET, row)
            yield Looked(f"meeting:{meeting_id}", DATA_SET)
    requests = [(key, request) for key, meeting in asked.items() if (request := _request(graph, meeting))]
    for key in asked.keys() - {key for key, _ in requests}:
        yield _not_found(key, "The calendar entry holds no whole join link to ask by.")
    refusals = Refusals(before=len(before))
    async with aclosing(graph.batch(requests, scope="meeting:{}".format, absent=_NOT_FOUND, lists=True)) as answers:
        async for key, answer in answers:
            if isinstance(answer, Gap):
                if answer.kind is GapKind.POLICY:
                    yield replace(answer, scope=TENANT, data_set=DATA_SET, fix=ACCESS_POLICY_FIX)
                    return
                refusals.refused(answer.within(data_set=DATA_SET))
                continue
            refusals.answered()
            found = [] if isinstance(answer, Absent) else answer["value"]
            if found:
                row = _row(asked[key], found[0])
                known.keep(key, row)
                yield Entry(DATA_SET, row)
                yield Looked(f"meeting:{key}", DATA_SET)
            else:
                yield _not_found(key, "Teams has no meeting behind the join link: deleted, expired or another's.")
    for gap in refusals.gaps():
        yield gap


def _request(graph: Graph, meeting: Meeting) -> RequestInformation | None:
    """The organiser's meeting with that link; Teams answers for the organiser's object id only."""
    organiser_id, join = meeting.first.organiser_id, meeting.join
    if not organiser_id or not join:
        return None
    quoted = join.url.replace("'", "''")
    builder = graph.sdk.users.by_user_id(organiser_id).online_meetings
    return graph.request(builder, headers=_HEADERS, filter=f"JoinWebUrl eq '{quoted}'")


def _not_found(meeting_id: str, detail: str) -> Gap:
    fix = "None is needed for a meeting that is over; otherwise the organiser makes the Teams meeting anew."
    return Gap(GapKind.ERROR, detail, fix, f"meeting:{meeting_id}", DATA_SET)


def _row(meeting: Meeting, options: Mapping[str, Any]) -> Row:
    """What is kept of an ``onlineMeeting``: whether a passcode is asked for, never which."""
    joining = options.get("joinMeetingIdSettings") or {}
    lobby = options.get("lobbyBypassSettings") or {}
    return {
        "meeting_id": meeting.meeting_id,
        "organiser_id": meeting.first.organiser_id,
        "has_meeting_id": bool(joining["joinMeetingId"]) if "joinMeetingId" in joining else None,
        "passcode_required": joining.get("isPasscodeRequired"),
        "lobby": lobby.get("scope"),
        "phone_skips_lobby": lobby.get("isDialInBypassEnabled"),
        "presenters": options.get("allowedPresenters"),
        "records_itself": options.get("recordAutomatically"),
    }
