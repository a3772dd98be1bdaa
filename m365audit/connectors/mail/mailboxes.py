"""Every Exchange mailbox, with what is set on the mailbox itself."""

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Final

import pandas as pd

from m365audit.connectors.declare import connector
from m365audit.connectors.reading.addresses import plain, primary_and_all
from m365audit.connectors.reading.columns import Columns
from m365audit.connectors.reading.frames import records
from m365audit.graph import Exchange
from m365audit.model.evidence import Gap, Row
from m365audit.model.keys import NO_ID
from m365audit.model.parts import Part
from m365audit.model.words import GapKind

UNLIMITED: Final = "Unlimited"
"""Asked for by name, for without it Exchange stops at a thousand and says nothing."""

_SOURCES: Final = {
    "mailbox_id": "ExternalDirectoryObjectId",
    "exchange_id": "Guid",
    "identity": "Identity",
    "user_principal_name": "UserPrincipalName",
    "display_name": "DisplayName",
    "address": "PrimarySmtpAddress",
    "addresses": "EmailAddresses",
    "kind": "RecipientTypeDetails",
    "forwarding_address": "ForwardingSmtpAddress",
    "forwarding_recipient": "ForwardingAddress",
    "keeps_copy": "DeliverToMailboxAndForward",
    "send_on_behalf": "GrantSendOnBehalfTo",
    "created_at": "WhenCreated",
}
KINDS: Final = {
    "UserMailbox": "user",
    "SharedMailbox": "shared",
    "RoomMailbox": "room",
    "EquipmentMailbox": "equipment",
}
"""What Exchange calls a mailbox, to our word for it."""
_FLAGS: Final = {"true": True, "false": False}


@connector(
    "mailboxes",
    permission="Exchange.ManageAsApp",
    parts=(Part(("Exchange.ManageAsApp",), cmdlets=("Get-Mailbox",)),),
)
async def mailboxes(exchange: Exchange, accounts: pd.DataFrame | None = None) -> AsyncIterator[Row | Gap]:
    """Every Exchange mailbox, shared mailboxes and rooms included, with its kind and its forwarding.

    Its object id is spelt as the directory spells it: the two services need not agree on capitals.
    """
    columns = Columns(_SOURCES)
    spelt = {row["account_id"].lower(): row["account_id"] for row in records(accounts, "account_id")}
    seen: set[str] = set()
    # Where Exchange does not take this selection, the wire asks again without it; the rest is dropped here.
    async for page in exchange.invoke("Get-Mailbox", select=tuple(_SOURCES.values()), ResultSize=UNLIMITED):
        for row in columns.rows(page):
            _finish(row, spelt)
            if row["mailbox_id"] not in seen:
                seen.add(row["mailbox_id"])
                yield row
    if not seen:
        yield no_mailbox()
    for gap in columns.gaps():
        yield gap


def no_mailbox() -> Gap:
    """Of an answer without any mailbox: wherever Exchange answers at all, it has some."""
    fix = "Run the audit again; if the council has no mail in Microsoft 365, this stays so."
    return Gap(GapKind.ERROR, "Exchange named no mailbox at all.", fix)


def _finish(row: Row, spelt: Mapping[str, str]) -> None:
    row["mailbox_id"] = object_id(row["mailbox_id"], row["exchange_id"], spelt)
    for name in ("user_principal_name", "address", "forwarding_address"):
        row[name] = plain(row[name])
    row["addresses"] = primary_and_all(names(row["addresses"]))[1]
    row["kind"] = KINDS.get(row["kind"], row["kind"])
    row["forwarding_recipient"] = row["forwarding_recipient"] or None
    row["keeps_copy"] = flag(row["keeps_copy"])
    row["send_on_behalf"] = names(row["send_on_behalf"])


def object_id(account_id: str | None, exchange_id: str, spelt: Mapping[str, str]) -> str:
    """The id of a mailbox's account as the directory spells it; Exchange's own where it has no account."""
    known = spelt.get(account_id.lower(), account_id) if account_id else None
    return known if known and known != NO_ID else exchange_id


def flag(said: bool | str | None) -> bool | None:  # noqa: FBT001 - a value Exchange sent, not a switch
    """Exchange sends flags as booleans or as ``"True"`` and ``"False"``; anything else is unknown."""
    return said if isinstance(said, bool) or said is None else _FLAGS.get(str(said).strip().lower())


def names(said: str | Iterable[str] | None) -> list[str]:
    """A list of recipients or addresses; one alone may come as a plain text, commas and all."""
    if said is None:
        return []
    return [part for part in ([said] if isinstance(said, str) else map(str, said)) if part.strip()]


def rights(said: str | Iterable[str] | None) -> list[str]:
    """A list of access rights, which comes as a list, or as one text with commas, sometimes in braces."""
    if isinstance(said, str):
        return [part.strip() for part in said.strip().strip("{}").split(",") if part.strip()]
    return names(said)
