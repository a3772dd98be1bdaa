"""Whom mail folders let in, and calendars beside a mailbox's own. Exchange tells it folder by folder."""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from m365audit.connectors.declare import connector
from m365audit.connectors.mail.delegates import Delegates, is_system
from m365audit.connectors.mail.lookups import NAMES, Lookups
from m365audit.connectors.mail.mail_folders import Chosen, Folder, chosen
from m365audit.connectors.mail.mailboxes import UNLIMITED, rights
from m365audit.connectors.mail.recipients import Recipients
from m365audit.connectors.reading.frames import records
from m365audit.connectors.reading.kept import FORGETFUL, Kept
from m365audit.connectors.reading.refusals import PROBED, Refusals
from m365audit.graph import Absent, Exchange
from m365audit.model.evidence import Gap, Looked, Row
from m365audit.model.parts import Part
from m365audit.model.tenant import Folders
from m365audit.model.words import GapKind

AT_MOST: Final = 4
"""Mailboxes at a time, each folder by folder; Exchange publishes no limit, the field keeps to two to four."""
EVERYBODY: Final = ("default", "anonymous")
"""Exchange's words for everybody else in the council, and for anyone at all."""

_MAILBOX: Final = ("mailbox_id", "exchange_id", "user_principal_name", "address", "display_name", "kind")
_SID: Final = re.compile(r"nt user:(?=s-1-)", re.IGNORECASE)
_SHARED_TO: Final = "ExchangePublishedUser."
"""What Exchange puts before the address of somebody outside."""
_OF_CALENDARS: Final = {"AvailabilityOnly", "LimitedDetails"}
"""Rights there are over calendars and no other folder."""


@connector(
    "mail_folder_access",
    permission="Exchange.ManageAsApp",
    kept_with=("mailboxes", "accounts", "groups"),
    parts=(
        Part(("Exchange.ManageAsApp",), cmdlets=("Get-MailboxFolderStatistics", "Get-MailboxFolderPermission")),
        NAMES,
    ),
)
async def mail_folder_access(
    exchange: Exchange,
    folders: Folders,
    mailboxes: pd.DataFrame,
    accounts: pd.DataFrame,
    groups: pd.DataFrame | None = None,
    kept: Kept = FORGETFUL,
) -> AsyncIterator[Row | Gap | Looked]:
    """Every right over another's mail folders and added calendars, as far as the tenant file lets it look."""
    reading = _Reading(exchange, folders, Recipients(accounts, mailboxes, groups), kept)
    boxes = records(mailboxes, *_MAILBOX)
    refusals = Refusals()
    # The first few are asked alone, so that commands the app's role does not show cost a few requests, not hundreds.
    for some in (boxes[:PROBED], boxes[PROBED:]):
        if refusals.is_final:
            break
        async for said in exchange.each(some, reading.of, at_most=AT_MOST):
            if isinstance(said, Gap) and said.kind is not GapKind.NOT_COLLECTED:
                refusals.refused(said)
                continue
            if not isinstance(said, dict):
                refusals.answered()
            yield said
    for gap in (*refusals.gaps(), *reading.lookups.gaps()):
        yield gap


class _Reading:
    """One reading of whom a tenant's mail folders let in."""

    def __init__(self, exchange: Exchange, allowed: Folders, recipients: Recipients, kept: Kept) -> None:
        self._exchange = exchange
        self._allowed = allowed
        self._recipients = recipients
        self._kept = kept
        self.lookups = Lookups(exchange, kept)
        self._delegates = Delegates(recipients, self.lookups)

    async def of(self, box: Row) -> AsyncGenerator[Row | Gap | Looked, None]:
        """The rights over one mailbox's folders, then that it was looked at, or why not, or not all of it."""
        scope = f"mailbox:{box['mailbox_id']}"
        if (before := self._kept.rows(scope)) is not None:
            for row in before:
                yield row
            yield Looked(scope)
            return
        rows: list[Row] = []
        unanswered = self.lookups.unanswered
        gap = await self._look(box, scope, rows)
        if not gap and self.lookups.unanswered == unanswered:
            self._kept.keep(scope, rows)
        for row in rows:
            yield row
        yield gap or Looked(scope)

    async def _look(self, box: Row, scope: str, rows: list[Row]) -> Gap | None:
        """Adds to ``rows`` what one mailbox's folders give; the gap there is, if any."""
        mailbox = box["user_principal_name"] or box["address"]
        if not mailbox:
            # Asked about nobody, Exchange answers about everybody.
            return Gap(GapKind.ERROR, "Exchange gave this mailbox no name to ask by.", "Run the audit again.", scope)
        told = await self._told(scope, "Get-MailboxFolderStatistics", Identity=mailbox, ResultSize=UNLIMITED)
        if isinstance(told, Gap):
            return told
        found = chosen(told, self._allowed)
        if not found.folders:
            return Gap(GapKind.ERROR, "Exchange showed no folder of this mailbox.", "Run the audit again.", scope)
        for folder in found.folders:
            asked = f"{mailbox}:{folder.asked_by}"
            told = await self._told(scope, "Get-MailboxFolderPermission", Identity=asked)
            if isinstance(told, Gap):
                detail = f"Not all of its folders were looked at: at the folder {folder.name}, {told.detail}"
                return replace(told, detail=detail)
            rows += await self._rights(box, folder, told)
        return _left_out(found, self._allowed, scope) if found.left_out else None

    async def _told(self, scope: str, cmdlet: str, **asked: str) -> list[dict[str, Any]] | Gap:
        told: list[dict[str, Any]] = []
        async for page in self._exchange.invoke(cmdlet, scope=scope, **asked):
            if isinstance(page, Gap):
                return page
            if not isinstance(page, Absent):
                told = [*([] if page.afresh else told), *page]
        return told

    async def _rights(self, box: Row, folder: Folder, told: list[dict[str, Any]]) -> list[Row]:
        """One row for each delegate who may do anything there, in the order in which Exchange tells of them."""
        given: dict[str, Row] = {}
        for entry in told:
            said = _who(entry.get("User"))
            held = None if entry.get("AccessRights") is None else rights(entry["AccessRights"])
            if is_system(said) or held == ["None"]:
                continue
            delegate = await self._delegate(said)
            # Kept under a name, the right would be another one than next month's, when Exchange says whose it is.
            if self.lookups.is_unknown(said) or delegate["delegate"] == box["mailbox_id"]:
                continue
            given.setdefault(
                delegate["delegate"],
                {
                    "mailbox_id": box["mailbox_id"],
                    "mailbox_address": box["address"],
                    "mailbox_name": box["display_name"],
                    "mailbox_kind": box["kind"],
                    "folder": folder.name,
                    "calendar": folder.calendar or not _OF_CALENDARS.isdisjoint(held or ()),
                    **delegate,
                    "role": ", ".join(held) if held else None,
                },
            )
        return list(given.values())

    async def _delegate(self, said: str) -> Row:
        if (word := said.lower()) in EVERYBODY:
            return {"delegate": word, "delegate_address": None, "delegate_name": said, "delegate_kind": None}
        return await self._delegates.row(said)


def _who(said: str | Mapping[str, Any] | None) -> str:
    """What Exchange calls the holder of a right: as a text, or within an object that describes them."""
    name = said.get("DisplayName") if isinstance(said, Mapping) else said
    return _SID.sub("", str(name or "").strip()).removeprefix(_SHARED_TO)


def _left_out(found: Chosen, allowed: Folders, scope: str) -> Gap:
    several = found.left_out > 1
    others = f"{found.left_out} folders" if several else "one folder"
    return Gap(
        GapKind.NOT_COLLECTED,
        f"Of the folders people made there, {others} beyond the first {allowed.most} {'were' if several else 'was'} "
        f"not looked at: a right over {'one of them' if several else 'it'} would not be seen.",
        f"Set folders: {{most: {allowed.most + found.left_out}}} in the tenant file, and run the audit again.",
        scope,
    )
