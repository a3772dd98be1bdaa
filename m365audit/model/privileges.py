"""Which directory roles only read, and which permissions of apps reach into what people wrote or into the directory."""

import re
from typing import Final

from m365audit.model.keys import NO_ID

GLOBAL_ADMINISTRATOR: Final = "62e90394-69f5-4237-9190-012177145e10"
"""Template id of the role that may do everything."""

SHAREPOINT_ONLINE: Final = "00000003-0000-0ff1-ce00-000000000000"
"""Application id of SharePoint Online, the same in every tenant."""

READING_ROLES: Final = frozenset(
    {
        "attribute assignment reader",
        "attribute definition reader",
        "attribute log reader",
        "device join",
        "device users",
        "directory readers",
        "global reader",
        "guest inviter",
        "guest user",
        "insights analyst",
        "insights business leader",
        "message center privacy reader",
        "message center reader",
        "reports reader",
        "restricted guest user",
        "security reader",
        "usage summary reports reader",
        "user",
        "workplace device join",
    }
)
"""Names, lower case, of the roles whose holder can change nothing that is another's."""

FAR_REACHING: Final[dict[str, tuple[str, ...]]] = {
    "mail": (
        "mail.",
        "mail-advanced.",
        "mailboxfolder.",
        "mailboxitem.",
        "mailboxsettings.",
        "full_access_as_",
        "ews.",
        "imap.",
        "pop.",
        "smtp.",
        "exchange.manageas",
    ),
    "calendars and contacts": ("calendars.", "contacts."),
    "files and sites": (
        "files.",
        "filestoragecontainer.",
        "listitems.",
        "lists.",
        "sites.",
        "allsites.",
        "myfiles.",
        "termstore.read",
        "notes.",
    ),
    "chats and channels": ("chat.", "chatmessage.", "channelmessage."),
    "recordings and transcripts": (
        "onlinemeetingtranscript.",
        "onlinemeetingrecording.",
        "onlinemeetingaiinsight.",
        "calltranscripts.",
        "callrecordings.",
    ),
    "searches through mail, files and chats": ("ediscovery.",),
}
"""What an app reaches to how the names of the permissions for it begin, lower case."""

DIRECTORY_WRITING: Final = (
    "directory.",
    "user.",
    "group.",
    "groupmember.",
    "rolemanagement.",
    "application.",
    "approleassignment.",
)
"""How the names of permissions over the directory begin, lower case; those of them that write are far-reaching."""

WRITING: Final = ("write", "accessasuser", "manage", "fullcontrol")
"""Parts of a permission's name, lower case, that say it can change something."""

_NUMBER: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def is_numbered(permission: str) -> bool:
    """Whether a permission is known by its number only, so that nobody can tell what it reaches."""
    # The number of nothing says that an app is known to a service and was given no permission over it.
    return permission != NO_ID and _NUMBER.fullmatch(permission) is not None


def reach_of(permission: str) -> str | None:
    """What a permission of an app reaches that a council answers for; ``None`` where it is nothing of the kind."""
    name = permission.casefold()
    for what, beginnings in FAR_REACHING.items():
        if name.startswith(beginnings):
            return what
    writes = name.startswith(DIRECTORY_WRITING) and any(part in name for part in WRITING)
    return "changes to the directory" if writes else None
