"""How Teams meetings are set up, from a snapshot of the configuration that somebody had Microsoft make."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from kiota_abstractions.base_request_builder import BaseRequestBuilder

from m365audit.connectors.declare import connector
from m365audit.connectors.mailboxes import flag
from m365audit.graph import UNKNOWN_MEMBERS, Graph
from m365audit.model.evidence import Gap, Row
from m365audit.model.words import GapKind

POLICY: Final = "microsoft.teams.meetingpolicy"
_USABLE: Final = ("succeeded", "partiallySuccessful")
_JOB: Final = ("id", "status", "resources", "completedDateTime", "createdDateTime", "resourceLocation", "errorDetails")
_FLAGS: Final = {
    "unnamed_may_join": "AllowAnonymousUsersToJoinMeeting",
    "unnamed_may_start": "AllowAnonymousUsersToStartMeeting",
    "phone_skips_lobby": "AllowPSTNUsersToBypassLobby",
    "outsiders_may_control": "AllowExternalParticipantGiveRequestControl",
    "recording": "AllowCloudRecording",
}
_WORDS: Final = {
    "skip_lobby": "AutoAdmittedUsers",
    "presenters": "DesignatedPresenterRoleMode",
    "chat": "MeetingChatEnabledType",
}
_HOW: Final = (
    "An administrator has a snapshot made that holds microsoft.teams.meetingpolicy (Microsoft's tenant configuration "
    "management); it can be read for seven days. Or the IT provider shows the settings: Teams admin centre > "
    "Meetings > Meeting policies."
)


@connector("meeting_policies", permission="ConfigurationMonitoring.Read.All")
async def meeting_policies(graph: Graph) -> AsyncIterator[Row | Gap]:
    """Every meeting policy in the newest snapshot there is; this program makes none itself."""
    jobs = graph.sdk.admin.configuration_management.configuration_snapshot_jobs
    request = graph.request(jobs, select=_JOB, headers=UNKNOWN_MEMBERS)
    newest: dict[str, Any] | None = None
    async for page in graph.pages(request):
        usable = [job for job in page if _is_usable(job)]
        newest = max([*usable, *([newest] if newest else [])], key=_taken_at, default=None)
    if newest is None:
        detail = "Microsoft shows how Teams meetings are set up only in a snapshot that is made first; there is none."
        yield Gap(GapKind.NOT_ENABLED, detail, _HOW)
        return
    found = await graph.get(graph.request(_snapshot(graph, newest)))
    rows = [_row(one, newest) for one in found.get("resources") or () if _kind(one) == POLICY]
    for row in rows:
        yield row
    if not rows:
        detail = "The newest snapshot of the configuration holds no meeting policy, although it was asked for."
        yield Gap(GapKind.ERROR, detail, _HOW, said="; ".join(newest.get("errorDetails") or ()))


def _snapshot(graph: Graph, job: Mapping[str, Any]) -> BaseRequestBuilder:
    """Where a job's snapshot is; of the address Microsoft gives, only the id is used."""
    snapshot_id = str(job["resourceLocation"]).rstrip("/").rpartition("/")[2]
    if "(" in snapshot_id:
        snapshot_id = snapshot_id.partition("(")[2].strip(")'")
    snapshots = graph.sdk.admin.configuration_management.configuration_snapshots
    return snapshots.by_configuration_baseline_id(snapshot_id)


def _is_usable(job: Mapping[str, Any]) -> bool:
    asked = {str(kind).lower() for kind in job.get("resources") or ()}
    return job.get("status") in _USABLE and POLICY in asked and bool(job.get("resourceLocation"))


def _taken_at(job: Mapping[str, Any]) -> str:
    return str(job.get("completedDateTime") or job.get("createdDateTime") or "")


def _kind(resource: Mapping[str, Any]) -> str:
    return str(resource.get("resourceType", "")).lower()


def _row(resource: Mapping[str, Any], job: Mapping[str, Any]) -> Row:
    properties = resource.get("properties") or {}
    name = str(properties.get("Identity") or resource.get("displayName") or "")
    return {
        "policy": name.removeprefix("Tag:"),
        **{column: flag(properties.get(said)) for column, said in _FLAGS.items()},
        **{column: properties.get(said) for column, said in _WORDS.items()},
        "taken_at": _taken_at(job) or None,
    }
