"""A right over a mailbox as a row, whoever told of it; and which of several rows counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from m365audit.connectors.mail.delegates import Delegates, is_system
from m365audit.connectors.mail.lookups import Lookups
from m365audit.connectors.mail.recipients import Recipients
from m365audit.model.evidence import Row
from m365audit.model.words import Right

BOX: Final = ("mailbox_id", "exchange_id", "user_principal_name", "address", "display_name", "kind")
"""What is known of a mailbox that a right is over."""


@dataclass(frozen=True, slots=True)
class Told:
    """One right as it was told of: of whom, and how far it goes; ``None`` is not said.

    ``taken_at`` is when the snapshot that tells it was made, as Microsoft wrote it; of what was read just now, nothing.
    """

    right: Right
    holder: str | None
    inherited: bool | None = False
    denied: bool | None = False
    taken_at: str | None = None


class Grants:
    """Makes rows of rights: whose they are is told by every name Exchange may use."""

    def __init__(self, recipients: Recipients, lookups: Lookups) -> None:
        self._lookups = lookups
        self._delegates = Delegates(recipients, lookups)

    async def row(self, box: Row, told: Told) -> Row | None:
        """The row of one right; none for Exchange's own and for the mailbox's own account."""
        holder = told.holder or ""
        if is_system(holder):
            return None
        delegate = await self._delegates.row(holder)
        # Kept under a name, the right would be another one than next month's, when Exchange says whose it is.
        if self._lookups.is_unknown(holder.strip()) or delegate["delegate"] == box["mailbox_id"]:
            return None
        return {
            "mailbox_id": box["mailbox_id"],
            "mailbox_address": box["address"],
            "mailbox_name": box["display_name"],
            "mailbox_kind": box["kind"],
            **delegate,
            "right": str(told.right),
            "inherited": told.inherited,
            "denied": told.denied,
            "source": "configuration snapshot" if told.taken_at else "exchange",
            "taken_at": told.taken_at,
        }


def effective(rows: Iterable[Row | None]) -> Iterable[Row]:
    """One row for each delegate and right: the one that counts, in the order in which Exchange weighs them.

    What is set on the mailbox outweighs what is inherited; at the same place, a denial outweighs a grant.
    """
    strongest: dict[tuple[str, str, str], Row] = {}
    for row in rows:
        if row is None:
            continue
        key = (row["mailbox_id"], row["delegate"], row["right"])
        if key not in strongest or _weight(row) < _weight(strongest[key]):
            strongest[key] = row
    return strongest.values()


def _weight(row: Row) -> tuple[bool, bool]:
    return bool(row["inherited"]), not row["denied"]
