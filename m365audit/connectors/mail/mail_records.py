"""What keeps the mail, and whether what is done with it is recorded: Exchange's settings and each mailbox's."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Final

import pandas as pd

from m365audit.connectors.declare import connector
from m365audit.connectors.mail.mailboxes import KINDS, UNLIMITED, flag, names, no_mailbox, object_id
from m365audit.connectors.reading.addresses import plain
from m365audit.connectors.reading.columns import Columns
from m365audit.connectors.reading.frames import records
from m365audit.graph import Exchange
from m365audit.model.evidence import Gap, Row
from m365audit.model.keys import NO_ID
from m365audit.model.parts import Part
from m365audit.model.words import GapKind

_RETENTION: Final = {
    "mailbox_id": "ExternalDirectoryObjectId",
    "exchange_id": "Guid",
    "display_name": "DisplayName",
    "address": "PrimarySmtpAddress",
    "kind": "RecipientTypeDetails",
    "litigation_hold": "LitigationHoldEnabled",
    "retention_hold": "RetentionHoldEnabled",
    "label_hold": "ComplianceTagHoldApplied",
    "holds": "InPlaceHolds",
    "single_item_recovery": "SingleItemRecoveryEnabled",
    "audited": "AuditEnabled",
    "archive": "ArchiveGuid",
}
_APP: Final = "Exchange.ManageAsApp"


def _through(cmdlet: str) -> tuple[Part, ...]:
    return (Part((_APP,), cmdlets=(cmdlet,)),)


@connector("mailbox_retention", permission=_APP, parts=_through("Get-Mailbox"))
async def mailbox_retention(exchange: Exchange, accounts: pd.DataFrame | None = None) -> AsyncIterator[Row | Gap]:
    """What keeps each mailbox's mail: holds, retention policies, labels, and bringing back what was deleted."""
    columns = Columns(_RETENTION)
    spelt = {row["account_id"].lower(): row["account_id"] for row in records(accounts, "account_id")}
    seen: set[str] = set()
    async for page in exchange.invoke("Get-Mailbox", select=tuple(_RETENTION.values()), ResultSize=UNLIMITED):
        for row in columns.rows(page):
            row["mailbox_id"] = object_id(row["mailbox_id"], row.pop("exchange_id"), spelt)
            row["address"] = plain(row["address"])
            row["kind"] = KINDS.get(row["kind"], row["kind"])
            row["holds"] = names(row["holds"])
            row["archive"] = None if row["archive"] is None else row["archive"] != NO_ID
            for name in ("litigation_hold", "retention_hold", "label_hold", "single_item_recovery", "audited"):
                row[name] = flag(row[name])
            if row["mailbox_id"] not in seen:
                seen.add(row["mailbox_id"])
                yield row
    if not seen:
        yield no_mailbox()
    for gap in columns.gaps():
        yield gap


@connector("mail_organisation", permission=_APP, parts=_through("Get-OrganizationConfig"))
async def mail_organisation(exchange: Exchange) -> AsyncIterator[Row | Gap]:
    """What holds for all mailboxes: retention policies on every one, and whether recording is switched off."""
    sources = {"name": "Name", "mailbox_audit_off": "AuditDisabled", "holds": "InPlaceHolds"}

    def finish(row: Row) -> Row:
        return row | {"mailbox_audit_off": flag(row["mailbox_audit_off"]), "holds": names(row["holds"])}

    async for found in the_one(exchange, "Get-OrganizationConfig", sources, finish):
        yield found


@connector("audit_settings", permission=_APP, parts=_through("Get-AdminAuditLogConfig"))
async def audit_settings(exchange: Exchange) -> AsyncIterator[Row | Gap]:
    """Whether the one log of everything takes entries."""
    sources = {"name": "Name", "unified_log": "UnifiedAuditLogIngestionEnabled"}

    def finish(row: Row) -> Row:
        return row | {"unified_log": flag(row["unified_log"])}

    async for found in the_one(exchange, "Get-AdminAuditLogConfig", sources, finish):
        yield found


@connector("mail_encryption", permission=_APP, parts=_through("Get-IRMConfiguration"))
async def mail_encryption(exchange: Exchange) -> AsyncIterator[Row | Gap]:
    """Whether messages can be encrypted, and whether people have a button for it."""
    sources = {"name": "Identity", "available": "AzureRMSLicensingEnabled", "button": "SimplifiedClientAccessEnabled"}

    def finish(row: Row) -> Row:
        return row | {"available": flag(row["available"]), "button": flag(row["button"])}

    async for found in the_one(exchange, "Get-IRMConfiguration", sources, finish):
        yield found


async def the_one(
    exchange: Exchange, cmdlet: str, sources: Mapping[str, str], finish: Callable[[Row], Row]
) -> AsyncIterator[Row | Gap]:
    """The one object of a command that has only one, as a row; an empty answer is none."""
    columns = Columns(sources)
    found: list[Row] = []
    async for page in exchange.invoke(cmdlet):
        found += columns.rows(page)
    if len(found) != 1:
        detail = f"Exchange sent {len(found) or 'no'} objects where there is one."
        yield Gap(GapKind.ERROR, detail, "Run the audit again.", said=cmdlet)
        return
    yield finish(found[0] | {"name": str(found[0].get("name") or cmdlet)})
    for gap in columns.gaps():
        yield gap


@connector("audit_bypasses", permission=_APP, parts=_through("Get-MailboxAuditBypassAssociation"))
async def audit_bypasses(exchange: Exchange, mailboxes: pd.DataFrame | None = None) -> AsyncIterator[Row | Gap]:
    """Accounts whose doings in mailboxes are not recorded."""
    columns = Columns({"name": "Name", "guid": "Guid", "bypassed": "AuditBypassEnabled"})
    known = _known(mailboxes)
    seen: set[str] = set()
    cmdlet = "Get-MailboxAuditBypassAssociation"
    async for page in exchange.invoke(cmdlet, ResultSize=UNLIMITED):
        for row in columns.rows(page):
            account_id = known.get(str(row["guid"]).lower()) or known.get(str(row["name"]).lower()) or row["name"]
            if flag(row["bypassed"]) and account_id not in seen:
                seen.add(account_id)
                yield {"account_id": account_id, "name": row["name"]}
    for gap in columns.gaps():
        yield gap


def _known(mailboxes: pd.DataFrame | None) -> dict[str, str]:
    """What Exchange calls a mailbox, to the object id of its account."""
    rows: list[dict[str, Any]] = records(mailboxes, "exchange_id", "identity", "mailbox_id")
    return {
        str(name).lower(): row["mailbox_id"] for row in rows for name in (row["identity"], row["exchange_id"]) if name
    }
