"""Which folders of a mailbox are looked at, and what they are called in every language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from m365audit.model.tenant import Folders

_IN_EVERY_MAILBOX: Final = {
    "root": "top",
    "inbox": "inbox",
    "sentitems": "sent items",
    "drafts": "drafts",
    "deleteditems": "deleted items",
    "archive": "archive",
    "junkemail": "junk email",
    "outbox": "outbox",
}
"""Exchange's type of a folder, lower case, to our word; its name is in the language of whoever has the mailbox."""
_MADE_BY_PEOPLE: Final = "user created"
_MAIL: Final = "ipf.note"
_APPOINTMENTS: Final = "ipf.appointment"
_SLASH: Final = "\uf8ff"
"""What Exchange puts into a path for a slash that is part of a folder's name."""
_SHOWN: Final = "\u2215"
"""What such a slash becomes here: it looks like one, and tells the folder from one within another."""


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder: its name for good, what it is asked for by after the mailbox, and whether it holds appointments."""

    name: str
    asked_by: str
    calendar: bool


@dataclass(frozen=True, slots=True)
class Chosen:
    """The folders to look at, and how many of those people made are left out."""

    folders: tuple[Folder, ...]
    left_out: int


def chosen(said: Iterable[Mapping[str, Any]], allowed: Folders) -> Chosen:
    """Of the rows of ``Get-MailboxFolderStatistics``: the mail folders every mailbox has, then those people made.

    Of the latter mail folders and calendars, in the order of their paths, so that it is the same ones every month. A
    folder of contacts, tasks or notes is neither, nor is what Exchange keeps for itself.
    """
    everybodys: list[Folder] = []
    made: list[Folder] = []
    for row in said:
        kind, path = str(row.get("FolderType") or "").strip().lower(), str(row.get("FolderPath") or "")
        holds = str(row.get("ContainerClass") or _MAIL).strip().lower()
        if kind in _IN_EVERY_MAILBOX:
            # The top of a mailbox goes by no name; Exchange gives it one in the path all the same.
            path = "/" if kind == "root" else path
            everybodys.append(_folder(_IN_EVERY_MAILBOX[kind], path, holds))
        elif kind == _MADE_BY_PEOPLE and path and holds.startswith((_MAIL, _APPOINTMENTS)):
            made.append(_folder(path.replace(_SLASH, _SHOWN), path, holds))
    made.sort(key=lambda folder: folder.name)
    return Chosen((*everybodys, *made[: allowed.most]), len(made[allowed.most :]))


def _folder(name: str, path: str, holds: str) -> Folder:
    return Folder(name, path.replace("/", "\\").replace(_SLASH, "/"), holds.startswith(_APPOINTMENTS))
