"""The auditor must not be able to change anything: what its token may do is looked at before it is used."""

import re
from collections.abc import Iterable

# Every way Microsoft names a permission that can change something. Exchange.ManageAsApp sounds like one, but grants
# only what the directory role of the app grants, and Global Reader reads.
_CHANGES = re.compile(r"Write|FullControl|\.Manage\b|\.Manage\.|Send|Create|Delete|PrivilegedOperations", re.IGNORECASE)
_READS_CONTENT = re.compile(r"^(Mail|Chat|ChannelMessage)\.Read(Basic)?(\.|$)", re.IGNORECASE)


class UnsafePermission(Exception):
    """The app may change something, or read what an audit has no business reading. One sentence, with the remedy."""


def unsafe(roles: Iterable[str]) -> tuple[str, ...]:
    """Those of the granted permissions that can change something or read messages, in alphabetical order."""
    return tuple(sorted(role for role in roles if _CHANGES.search(role) or _READS_CONTENT.search(role)))


def refuse_unsafe(granted: Iterable[str], accepted: Iterable[str], council: str) -> None:
    """Stop where a token carries an unsafe permission the tenant file does not accept by name.

    Raises:
        UnsafePermission: it does.
    """
    found = [role for role in unsafe(granted) if role not in set(accepted)]
    if found:
        names = ", ".join(found)
        message = (
            f"{council}: the auditor's app holds {names}, which is more than reading an audit's facts; take it away in "
            "Entra admin centre > App registrations > API permissions, or accept it by name under "
            "accept_write_permissions in the tenant file"
        )
        raise UnsafePermission(message)
