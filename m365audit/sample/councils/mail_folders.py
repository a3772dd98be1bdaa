"""The folders of the sample councils' mailboxes, and whom some of them let in."""

from m365audit.model.keys import mailbox_access_key
from m365audit.sample.councils.draft import Draft
from m365audit.sample.councils.mailboxes import mail_folder, standard_folders
from m365audit.sample.councils.people import Account
from m365audit.sample.tenant import Json


def in_welsh(draft: Draft, mailbox: Account) -> None:
    """Have a mailbox's folders named in Welsh."""
    draft.tenant.mail_folders[_guid(draft, mailbox)] = standard_folders(welsh=True)


def add_folder(draft: Draft, mailbox: Account, path: str, *, holds: str = "IPF.Note") -> None:
    """Make a folder as people do; ``path`` begins with a slash, and U+F8FF stands for one in a name."""
    draft.tenant.mail_folders[_guid(draft, mailbox)].append(mail_folder("User Created", path, holds))


def let_in(draft: Draft, mailbox: Account, kind: str, delegate: Account, right: str) -> str:
    """Give somebody a right over the folder of a type, or at a path; gives the natural key."""
    folder, name = _find(draft, mailbox, kind)
    # Exchange tells of people here by the name they are shown by.
    folder.setdefault("LetIn", []).append((delegate.name, right))
    return mailbox_access_key(mailbox.id, delegate.id, f"folder:{name}")


def let_everybody_in(draft: Draft, mailbox: Account, kind: str, right: str) -> str:
    """Give everybody in the council a right over a folder; gives the natural key."""
    folder, name = _find(draft, mailbox, kind)
    folder["Default"] = right
    return mailbox_access_key(mailbox.id, "default", f"folder:{name}")


def _find(draft: Draft, mailbox: Account, kind: str) -> tuple[Json, str]:
    folders = draft.tenant.mail_folders[_guid(draft, mailbox)]
    folder = next(each for each in folders if kind in {each["FolderType"], each["FolderPath"]})
    named = {"Inbox": "inbox", "SentItems": "sent items"}
    return folder, named.get(folder["FolderType"], folder["FolderPath"].replace("\uf8ff", "\u2215"))


def _guid(draft: Draft, mailbox: Account) -> str:
    return draft.seed.guid("mailbox", mailbox.id)
