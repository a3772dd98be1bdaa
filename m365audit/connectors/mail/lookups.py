"""Asking Exchange who is meant by a name that the directory does not settle."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from m365audit.connectors.reading.addresses import is_address, plain
from m365audit.connectors.reading.kept import FORGETFUL, Kept
from m365audit.graph import Absent, Exchange
from m365audit.model.evidence import Gap, Row
from m365audit.model.parts import Part
from m365audit.model.words import GapKind

_OF_USE: Final = (
    "ExternalDirectoryObjectId",
    "RecipientTypeDetails",
    "DisplayName",
    "ExternalEmailAddress",
    "PrimarySmtpAddress",
)
NAMES: Final = Part(("Exchange.ManageAsApp",), what="names the directory does not settle", cmdlets=("Get-Recipient",))
"""What a connector that looks names up cannot tell without asking."""
_NOT_ONE: Final = ("NotFound", "ManagementObjectNotFoundException", "ManagementObjectAmbiguousException")


class Lookups:
    """``Get-Recipient``, each name once; after a refusal for want of a role, Exchange is left in peace.

    That there is nobody of a name, or several, is an answer. A name that Exchange refuses to look up, or has no time
    for, is a gap of its own. ``unanswered`` counts how often that happened: rows made meanwhile are not to be kept for
    later, when Exchange may tell. ``refused`` is why Exchange is not even asked, where it has refused before.
    """

    def __init__(self, exchange: Exchange, kept: Kept = FORGETFUL, *, refused: Gap | None = None) -> None:
        self._exchange = exchange
        self._kept = kept
        self._found: dict[str, dict[str, Any] | None] = {}
        self._refused = refused
        self._unknown: dict[str, Gap] = {}
        self.unanswered = 0
        self._one_at_a_time = asyncio.Lock()

    async def recipient(self, said: str) -> dict[str, Any] | None:
        """The one recipient of that name; nothing where there is none, or several, or Exchange does not tell."""
        async with self._one_at_a_time:
            if said and said not in self._found:
                if self._refused:
                    self._missed(said, self._refused)
                else:
                    self._found[said] = await self._ask(said)
            self.unanswered += said in self._unknown
            return self._found.get(said)

    def is_unknown(self, said: str) -> bool:
        """Whether Exchange refused to say who goes by that name."""
        return said in self._unknown

    def gaps(self) -> Iterator[Gap]:
        """One for every name that Exchange refused to look up."""
        yield from self._unknown.values()

    async def _ask(self, said: str) -> dict[str, Any] | None:
        scope = f"recipient:{said}"
        found = self._kept.rows(scope)
        if found is None:
            found = []
            async for page in self._exchange.invoke("Get-Recipient", scope=scope, absent=_NOT_ONE, Identity=said):
                if isinstance(page, Gap):
                    self._refused = page if page.kind in (GapKind.ROLE, GapKind.PERMISSION) else None
                    self._missed(said, page)
                    return None
                if not isinstance(page, Absent):
                    found += [{name: one[name] for name in _OF_USE if name in one} for one in page]
            self._kept.keep(scope, found)
        return found[0] if len(found) == 1 else None

    def _missed(self, said: str, refused: Gap) -> None:
        detail = f"Exchange did not say who is meant by '{said}': {refused.detail}"
        self._unknown[said] = replace(refused, detail=detail, scope=f"recipient:{said}")


class OnlySettled:
    """Keeps a scope unless a name in it could not be looked up. For scopes that are read one after another."""

    def __init__(self, kept: Kept, lookups: Lookups) -> None:
        self._kept = kept
        self._lookups = lookups
        self._unanswered = 0

    def has(self, scope: str) -> bool:
        """Whether a scope was looked at whole."""
        return self._kept.has(scope)

    def rows(self, scope: str) -> list[Row] | None:
        """The rows of a scope that was looked at whole."""
        return self._kept.rows(scope)

    def keep(self, scope: str, rows: list[Row]) -> None:
        """One scope was looked at whole, and these are its rows."""
        if self._lookups.unanswered == self._unanswered:
            self._kept.keep(scope, rows)
        self._unanswered = self._lookups.unanswered


def address_of(recipient: dict[str, Any]) -> str | None:
    """Where mail to a recipient ends up, lower case: of a contact, the address outside."""
    address = plain(recipient.get("ExternalEmailAddress")) or plain(recipient.get("PrimarySmtpAddress"))
    return address if address and is_address(address) else None
