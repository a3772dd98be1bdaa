"""Natural keys of subjects, and the reference that follows a breach through the months."""

import base64
import hashlib

from m365audit.model.words import Right, SubjectKind

NO_ID = "00000000-0000-0000-0000-000000000000"
"""What Microsoft writes where an id is due and nothing is meant."""


def mailbox_access_key(mailbox_id: str, delegate: str, right: Right | str) -> str:
    """Key of one right of one delegate (object id, else address, else SID or word) over one mailbox."""
    return f"{mailbox_id}|{delegate}|{right}"


def forward_key(mailbox_id: str, route: str, target_address: str) -> str:
    """Key of one onward route; ``route`` is ``mailbox``, ``rule:ID`` or ``transport:NAME``."""
    return f"{mailbox_id}|{route}|{target_address.lower()}"


def share_key(drive_id: str, item_id: str, permission_id: str) -> str:
    """Key of one permission on one item of one document library."""
    return f"{drive_id}|{item_id}|{permission_id}"


def site_access_key(group_id: str, member_id: str) -> str:
    """Key of one person's place in one site or group."""
    return f"{group_id}|{member_id}"


def person_key(account_address: str | None, name: str) -> str:
    """Key of a person on the register who has no account: the address that was promised, else the name."""
    return account_address.lower() if account_address else name


def reference(tenant_id: str, rule: str, kind: SubjectKind, key: str) -> str:
    """The finding's name for ever, such as ``M365-7F3AK2QX``.

    A hash of tenant, rule and natural key: the same breach keeps it from month to month,
    a changed right, scope or target makes another one.
    """
    digest = hashlib.sha256(f"{tenant_id.lower()}\x1f{rule}\x1f{kind}\x1f{key}".encode()).digest()
    return "M365-" + base64.b32encode(digest).decode()[:8]
