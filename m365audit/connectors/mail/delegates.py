"""Who holds a right over a mailbox, as far as it can be told from what Exchange calls them."""

import re
from typing import Any, Final

from m365audit.connectors.mail.lookups import Lookups, address_of
from m365audit.connectors.mail.recipients import Recipient, Recipients
from m365audit.connectors.reading.addresses import is_address, plain
from m365audit.model.evidence import Row

# Rights Exchange gives itself on every mailbox; nobody granted them and nobody can take them away.
_AUTHORITIES: Final = ("nt authority\\", "builtin\\", "nt service\\")
_WELL_KNOWN_SID: Final = re.compile(r"s-1-(?!5-21-)[\d-]+", re.IGNORECASE)
_DELETED: Final = re.compile(r"s-1-5-21-[\d-]+", re.IGNORECASE)
_SYSTEM_GROUPS: Final = frozenset(
    {
        "administrator",
        "delegated setup",
        "discovery management",
        "domain admins",
        "enterprise admins",
        "exchange domain servers",
        "exchange organization administrators",
        "exchange servers",
        "exchange services",
        "exchange trusted subsystem",
        "jitusers",
        "managed availability servers",
        "organization management",
        "public folder management",
        "view-only organization management",
    }
)
"""Names after the backslash of a system domain, as in ``PRDTSB01\\JitUsers``."""


def is_system(said: str) -> bool:
    """Whether a principal is Exchange itself, its servers or operators, or the mailbox's own owner."""
    name = said.strip().lower()
    domain, backslash, local = name.partition("\\")
    return (
        not name
        or name.startswith(_AUTHORITIES)
        or bool(_WELL_KNOWN_SID.fullmatch(name))
        or (bool(backslash and domain) and local in _SYSTEM_GROUPS)
    )


class Delegates:
    """Tells delegates by every name Exchange may use for them.

    A name that is somebody's by its nature settles it. For any other, Exchange is asked before an alias or a display
    name is believed: an outside contact may be shown by a councillor's name.
    """

    def __init__(self, recipients: Recipients, lookups: Lookups) -> None:
        self._recipients = recipients
        self._lookups = lookups

    async def row(self, said: str) -> Row:
        """The delegate's columns of a right; one who cannot be told is kept as Exchange said it."""
        name = said.strip()
        if _DELETED.fullmatch(name):
            return _columns(name, None, name, "deleted")
        if known := self._recipients.exact(name):
            return _of(known, name)
        if is_address(name):
            return _columns(plain(name) or name, plain(name), name, "unknown")
        if found := await self._lookups.recipient(name):
            return self._told(found, name)
        known = self._recipients.find(name)
        return _of(known, name) if known else _columns(name, None, name, "unknown")

    def _told(self, found: dict[str, Any], name: str) -> Row:
        """By what Exchange answered: somebody the directory knows, a group, or somebody outside."""
        object_id = str(found.get("ExternalDirectoryObjectId") or "")
        if known := self._recipients.exact(object_id):
            return _of(known, name)
        address = address_of(found)
        kind = "group" if "group" in str(found.get("RecipientTypeDetails") or "").lower() else "unknown"
        return _columns(object_id or address or name, address, name, kind)


def _of(known: Recipient, name: str) -> Row:
    return _columns(known.id, known.address, name, known.kind)


def _columns(key: str, address: str | None, name: str, kind: str) -> Row:
    return {"delegate": key, "delegate_address": address, "delegate_name": name, "delegate_kind": kind}
