"""By which older ways of signing in Exchange lets mailboxes be reached."""

from collections.abc import AsyncIterator
from typing import Final

import pandas as pd

from m365audit.connectors.declare import connector
from m365audit.connectors.mail.mail_records import the_one
from m365audit.connectors.mail.mailboxes import UNLIMITED, flag, no_mailbox
from m365audit.connectors.reading.addresses import plain
from m365audit.connectors.reading.columns import Columns
from m365audit.connectors.reading.frames import records
from m365audit.graph import Exchange
from m365audit.model.evidence import Gap, Row
from m365audit.model.parts import Part

WHOLE: Final = "the whole organisation"

_OFF: Final = {"switched_off": "SmtpClientAuthenticationDisabled"}
_SOURCES: Final = {
    "exchange_id": "Guid",
    "mailbox_name": "DisplayName",
    "address": "PrimarySmtpAddress",
    "smtp_switched_off": "SmtpClientAuthenticationDisabled",
    "pop": "PopEnabled",
    "imap": "ImapEnabled",
    "active_sync": "ActiveSyncEnabled",
}


@connector(
    "smtp_sign_in",
    permission="Exchange.ManageAsApp",
    parts=(Part(("Exchange.ManageAsApp",), cmdlets=("Get-TransportConfig",)),),
)
async def smtp_sign_in(exchange: Exchange) -> AsyncIterator[Row | Gap]:
    """Whether mailboxes may be signed in to by SMTP unless their own setting says otherwise, one row."""

    def finish(row: Row) -> Row:
        return {"setting": WHOLE, "switched_off": flag(row["switched_off"])}

    async for found in the_one(exchange, "Get-TransportConfig", _OFF, finish):
        yield found


@connector(
    "mail_protocols",
    permission="Exchange.ManageAsApp",
    parts=(Part(("Exchange.ManageAsApp",), cmdlets=("Get-CASMailbox",)),),
)
async def mail_protocols(exchange: Exchange, mailboxes: pd.DataFrame) -> AsyncIterator[Row | Gap]:
    """By which older ways of signing in each mailbox can be reached.

    These settings name a mailbox by Exchange's own id alone, so its account is looked up among the mailboxes.
    """
    columns = Columns(_SOURCES)
    accounts = {
        row["exchange_id"].lower(): row["mailbox_id"] for row in records(mailboxes, "exchange_id", "mailbox_id")
    }
    is_any = False
    async for page in exchange.invoke("Get-CASMailbox", ResultSize=UNLIMITED):
        is_any = is_any or bool(page)
        for row in columns.rows(page):
            exchange_id = row.pop("exchange_id")
            yield {
                "mailbox_id": accounts.get(str(exchange_id).lower(), exchange_id),
                "mailbox_name": row["mailbox_name"],
                "address": plain(row["address"]),
                **{name: flag(row[name]) for name in ("smtp_switched_off", "pop", "imap", "active_sync")},
            }
    if not is_any:
        yield no_mailbox()
    for gap in columns.gaps():
        yield gap
