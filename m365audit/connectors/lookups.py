"""Asking Exchange who is meant by a name that the directory does not settle."""

import asyncio
from typing import Any

from m365audit.connectors.addresses import is_address, plain
from m365audit.graph import Absent, Exchange
from m365audit.model.evidence import Gap
from m365audit.model.words import GapKind


class Lookups:
    """``Get-Recipient``, each name once; after a refusal for want of a role, Exchange is left in peace.

    There is no gap for a name that cannot be looked up: what names it is kept with the name as Exchange said it, and
    so cannot pass for something known.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._found: dict[str, dict[str, Any] | None] = {}
        self._refused = False
        self._one_at_a_time = asyncio.Lock()

    async def recipient(self, said: str) -> dict[str, Any] | None:
        """The one recipient of that name; nothing where there is none, or several, or Exchange does not tell."""
        async with self._one_at_a_time:
            if said and said not in self._found and not self._refused:
                self._found[said] = await self._ask(said)
            return self._found.get(said)

    async def _ask(self, said: str) -> dict[str, Any] | None:
        found: list[dict[str, Any]] = []
        async for page in self._exchange.invoke("Get-Recipient", scope=f"recipient:{said}", Identity=said):
            if isinstance(page, Gap):
                self._refused = page.kind in (GapKind.ROLE, GapKind.PERMISSION)
                return None
            if not isinstance(page, Absent):
                found += page
        return found[0] if len(found) == 1 else None


def address_of(recipient: dict[str, Any]) -> str | None:
    """Where mail to a recipient ends up, lower case: of a contact, the address outside."""
    address = plain(recipient.get("ExternalEmailAddress")) or plain(recipient.get("PrimarySmtpAddress"))
    return address if address and is_address(address) else None
