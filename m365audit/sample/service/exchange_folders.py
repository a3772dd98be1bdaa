"""The folders of mailboxes and whom they let in, as Exchange's commands tell it."""

from m365audit.sample.service.exchange_errors import bad_parameters, no_such_object
from m365audit.sample.tenant import Json

COLUMNS = frozenset({"Name", "FolderPath", "FolderType", "ContainerClass", "FolderId", "Identity", "ItemsInFolder"})
RIGHTS = frozenset({"Identity", "FolderName", "User", "AccessRights", "SharingPermissionFlags"})

_SCOPES = {"calendar": "Calendar", "inbox": "Inbox", "sentitems": "SentItems"}


def listed(mailbox: Json, folders: list[Json], scope: object) -> list[Json]:
    """The rows of ``Get-MailboxFolderStatistics``: all folders, or with a scope those of one kind.

    Raises:
        CmdletError: there is no such scope.
    """
    wanted = str(scope or "all").lower()
    if wanted != "all" and wanted not in _SCOPES:
        text = f"Cannot bind parameter 'FolderScope'. Cannot convert value '{scope}' to type 'ElcFolderType'."
        raise bad_parameters(text)
    return [
        {
            "Name": folder["Name"],
            "Identity": f"{mailbox['Identity']}{_asked_by(folder)}",
            "FolderPath": folder["FolderPath"],
            "FolderType": folder["FolderType"],
            "ContainerClass": folder["ContainerClass"],
            "ItemsInFolder": 0,
        }
        for folder in folders
        if wanted == "all" or folder["FolderType"] == _SCOPES[wanted]
    ]


def let_in(mailbox: Json, folders: list[Json], path: str) -> list[Json]:
    """The rows of ``Get-MailboxFolderPermission`` for the folder at a path with backslashes; one alone is the top.

    Raises:
        CmdletError: the mailbox has no such folder; names are those of the language of whoever has the mailbox.
    """
    found = [folder for folder in folders if _asked_by(folder).lower() == path.lower()]
    if not found:
        asked = f"{mailbox['Identity']}:{path}"
        raise no_such_object(asked)
    rights = [("Default", found[0].get("Default", "None")), ("Anonymous", "None"), *found[0].get("LetIn", ())]
    return [
        {
            "Identity": user,
            "FolderName": found[0]["Name"],
            "User": user,
            "AccessRights": [right],
            "SharingPermissionFlags": None,
        }
        for user, right in rights
    ]


def _asked_by(folder: Json) -> str:
    """What a folder is asked for by: its path with backslashes, a slash in a name as it is; the top has none."""
    if folder["FolderType"] == "Root":
        return "\\"
    return str(folder["FolderPath"]).replace("/", "\\").replace("\uf8ff", "/")
