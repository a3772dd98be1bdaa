"""How Teams meetings are set up, from a snapshot of the configuration that somebody had Microsoft make."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from m365audit.connectors.declare import connector
from m365audit.connectors.mail.mailboxes import flag
from m365audit.connectors.reading.configuration import PERMISSION, Taken, held, newest, snapshots
from m365audit.graph import Graph
from m365audit.model.evidence import Gap, Row
from m365audit.model.words import GapKind

POLICY: Final = "microsoft.teams.meetingpolicy"
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


@connector("meeting_policies", permission=PERMISSION)
async def meeting_policies(graph: Graph) -> AsyncIterator[Row | Gap]:
    """Every meeting policy in the newest snapshot there is; this program makes none itself."""
    taken = newest(await snapshots(graph), POLICY)
    if taken is None:
        detail = "Microsoft shows how Teams meetings are set up only in a snapshot that is made first; there is none."
        yield Gap(GapKind.NOT_ENABLED, detail, _HOW)
        return
    found = await held(graph, taken, POLICY)
    for resource in found.resources:
        yield _row(resource, taken)
    if not found.resources:
        detail = "The newest snapshot of the configuration holds no meeting policy, although it was asked for."
        yield Gap(GapKind.ERROR, detail, _HOW, said="; ".join(taken.errors))


def _row(resource: Mapping[str, Any], taken: Taken) -> Row:
    properties = resource.get("properties") or {}
    name = str(properties.get("Identity") or resource.get("displayName") or "")
    return {
        "policy": name.removeprefix("Tag:"),
        **{column: flag(properties.get(said)) for column, said in _FLAGS.items()},
        **{column: properties.get(said) for column, said in _WORDS.items()},
        "taken_at": taken.at or None,
    }
