"""Who may open, or send from, somebody else's mailbox."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

import pandas as pd

from m365audit.connectors.declare import connector
from m365audit.connectors.mail import rights_untold
from m365audit.connectors.mail.delegates import is_system
from m365audit.connectors.mail.grants import BOX, Grants, Told, effective
from m365audit.connectors.mail.lookups import NAMES, Lookups
from m365audit.connectors.mail.mailboxes import UNLIMITED, flag, rights
from m365audit.connectors.mail.recipients import Recipients
from m365audit.connectors.mail.rights_in_snapshot import REFUSALS, Boxes, RightsInSnapshot, one_of
from m365audit.connectors.reading.configuration import PERMISSION as CONFIGURATION
from m365audit.connectors.reading.frames import records
from m365audit.connectors.reading.kept import FORGETFUL, Kept
from m365audit.connectors.reading.refusals import Refusals
from m365audit.graph import Absent, Exchange, Graph
from m365audit.model.evidence import PROPERTY, TENANT, Coverage, Gap, Looked, Note, Row
from m365audit.model.parts import Part
from m365audit.model.words import Right

FULL_ACCESS_SCOPE: Final = str(Right.FULL_ACCESS)
SEND_AS_SCOPE: Final = str(Right.SEND_AS)
SEND_ON_BEHALF_SCOPE: Final = str(Right.SEND_ON_BEHALF)
_SEND_ON_BEHALF_CAME: Final = f"{PROPERTY}GrantSendOnBehalfTo"
AT_MOST: Final = 4
"""Commands in flight; Exchange publishes no limit, the field keeps to two to four."""


@connector(
    "mailbox_access",
    permission="Exchange.ManageAsApp",
    also=(CONFIGURATION,),
    kept_with=("mailboxes", "accounts", "groups"),
    parts=(
        Part(
            ("Exchange.ManageAsApp",),
            what=FULL_ACCESS_SCOPE,
            cmdlets=("Get-Mailbox", "Get-MailboxPermission"),
            in_snapshot=(CONFIGURATION,),
        ),
        Part(
            ("Exchange.ManageAsApp",),
            what=SEND_AS_SCOPE,
            cmdlets=("Get-Mailbox", "Get-RecipientPermission"),
            in_snapshot=(CONFIGURATION,),
        ),
        Part(("Exchange.ManageAsApp",), what=SEND_ON_BEHALF_SCOPE, cmdlets=("Get-Mailbox",)),
        # There are no names to look up where no mailboxes are listed.
        replace(NAMES, cmdlets=("Get-Mailbox", *NAMES.cmdlets)),
    ),
)
async def mailbox_access(  # noqa: PLR0913, PLR0917 - two services, and what tells who is meant
    graph: Graph,
    exchange: Exchange,
    accounts: pd.DataFrame,
    coverage: Mapping[str, Coverage],
    today: date,
    mailboxes: pd.DataFrame | None = None,
    groups: pd.DataFrame | None = None,
    kept: Kept = FORGETFUL,
) -> AsyncIterator[Row | Gap | Looked | Note]:
    """Every right of one account or group over another's mailbox: Full Access, Send As, Send on Behalf.

    Where Exchange does not let the auditor in, the first two come from a snapshot of the configuration, if there is
    one that holds them.
    """
    recipients = Recipients(accounts, mailboxes, groups)
    if mailboxes is None:
        refused = replace(next(gap for gap in coverage["mailboxes"].gaps if gap.scope == TENANT), data_set="")
        lookups = Lookups(exchange, refused=refused)
        boxes = Boxes(_boxes(accounts), recipients, listed=False)
        snapshot = RightsInSnapshot(graph, boxes, Grants(recipients, lookups), today)
        async for said in _without_exchange(snapshot, refused):
            yield said
    else:
        lookups = Lookups(exchange, kept)
        grants = Grants(recipients, lookups)
        rows = records(mailboxes, *BOX, "send_on_behalf")
        listed = Boxes({row["mailbox_id"]: row for row in rows}, recipients, listed=True)
        reading = _Reading(exchange, recipients, kept, lookups, grants)
        async for said in _with_exchange(reading, rows, RightsInSnapshot(graph, listed, grants, today)):
            yield said
        yield _on_behalf_looked(coverage.get("mailboxes"))
    for gap in lookups.gaps():
        yield gap


def _on_behalf_looked(covered: Coverage | None) -> Gap | Looked:
    """Who may send on behalf is told by the list of mailboxes: whether anything is missing from that."""
    for gap in covered.gaps if covered else ():
        if not gap.scope.startswith(PROPERTY) or gap.scope == _SEND_ON_BEHALF_CAME:
            return gap.within(scope=SEND_ON_BEHALF_SCOPE, data_set="mailbox_access")
    return Looked(SEND_ON_BEHALF_SCOPE)


async def _without_exchange(snapshot: RightsInSnapshot, refused: Gap) -> AsyncIterator[Row | Gap | Looked | Note]:
    """What can be told where Exchange lists no mailboxes: one gap of all, unless a snapshot tells some of it."""
    if refused.kind not in REFUSALS:
        yield refused.for_want_of("mailboxes")
        return
    answers = {right: await snapshot.of(right, refused) for right in (Right.FULL_ACCESS, Right.SEND_AS)}
    if not any(answer.taken for answer in answers.values()):
        yield one_of(gap for answer in answers.values() for gap in answer.gaps).for_want_of("mailboxes")
        return
    detail = f"No snapshot of the configuration tells who may send on behalf of whom. {refused.detail}"
    yield replace(refused, detail=detail, scope=SEND_ON_BEHALF_SCOPE)
    for right, answer in answers.items():
        for said in answer:
            yield said
        if not any(gap.scope == str(right) for gap in answer.gaps):
            yield Looked(str(right))


async def _with_exchange(
    reading: "_Reading", boxes: list[Row], snapshot: RightsInSnapshot
) -> AsyncIterator[Row | Gap | Looked | Note]:
    """What Exchange tells; a right of which it tells nothing at all for want of a role, as a snapshot has it."""
    async for row in reading.send_on_behalf(boxes):
        yield row
    for right, part in ((Right.FULL_ACCESS, reading.full_access(boxes)), (Right.SEND_AS, reading.send_as(boxes))):
        async for said in part:
            if isinstance(said, Gap) and said.scope == str(right) and said.kind in REFUSALS:
                answer = await snapshot.of(right, said)
                for instead in answer:
                    yield instead
                if not answer.gaps:
                    yield Looked(str(right))
            else:
                yield said


def _boxes(accounts: pd.DataFrame) -> dict[str, Row]:
    """Every account that is no guest's as a mailbox, by id; only Exchange tells what each is for."""
    columns = ("account_id", "user_type", "user_principal_name", "mail", "primary_address", "display_name")
    return {
        row["account_id"]: {
            "mailbox_id": row["account_id"],
            "exchange_id": None,
            "user_principal_name": row["user_principal_name"],
            "address": row["primary_address"] or row["mail"],
            "display_name": row["display_name"],
            "kind": None,
        }
        for row in records(accounts, *columns)
        if row["user_type"] != "guest"
    }


class _Reading:
    """One reading of the rights over a tenant's mailboxes; each method yields the rows of one right."""

    def __init__(
        self, exchange: Exchange, recipients: Recipients, kept: Kept, lookups: Lookups, grants: Grants
    ) -> None:
        self._exchange = exchange
        self._recipients = recipients
        self._kept = kept
        self._lookups = lookups
        self._grants = grants
        self._hiding: list[str] = []

    async def send_on_behalf(self, boxes: list[Row]) -> AsyncIterator[Row]:
        for box in boxes:
            told = [Told(Right.SEND_ON_BEHALF, name) for name in box["send_on_behalf"] or ()]
            for row in effective([await self._grants.row(box, one) for one in told]):
                yield row

    async def full_access(self, boxes: list[Row]) -> AsyncIterator[Row | Gap | Looked]:
        refusals, looked = Refusals(FULL_ACCESS_SCOPE), 0
        async for said in self._exchange.each(boxes, self._full_access_of, at_most=AT_MOST):
            if isinstance(said, Gap):
                refusals.refused(said)
                continue
            if isinstance(said, Looked):
                refusals.answered()
                looked += 1
            yield said
        for _ in self._hiding:
            refusals.answered()
        for gap in refusals.gaps():
            yield gap
        for left in rights_untold.without_the_gone(self._hiding, everywhere=not looked):
            yield left

    async def send_as(self, boxes: list[Row]) -> AsyncIterator[Row | Gap | Looked]:
        """One command for the whole tenant; what is granted over groups is not about mailboxes and left out."""
        by_id = {box["mailbox_id"]: box for box in boxes}
        grants: list[Row | None] = []
        refusals: list[Gap] = []
        told = 0
        async for page in self._exchange.invoke(
            "Get-RecipientPermission",
            scope=SEND_AS_SCOPE,
            ResultSize=UNLIMITED,
            IncludeTrusteeWithPrimarySmtpAddress=True,
        ):
            if isinstance(page, Gap):
                refusals.append(page)
            elif not isinstance(page, Absent):
                told += len(page)
                for entry in page:
                    found = await self._send_as_of(entry, by_id)
                    if isinstance(found, Gap):
                        refusals.append(found)
                    else:
                        grants.append(found)
        if by_id and not told and not refusals:
            refusals.append(rights_untold.no_send_as(SEND_AS_SCOPE))
        for row in effective(grants):
            yield row
        for gap in dict.fromkeys(refusals):
            yield gap
        if not refusals:
            yield Looked(SEND_AS_SCOPE)

    async def _full_access_of(self, box: Row) -> AsyncGenerator[Row | Gap | Looked, None]:
        scope = f"mailbox:{box['mailbox_id']}"
        if (before := self._kept.rows(scope)) is not None:
            for row in before:
                yield row
            yield Looked(scope)
            return
        identity = box["exchange_id"] or box["user_principal_name"] or box["address"]
        if not identity:
            yield rights_untold.nameless(scope)
            return
        unanswered = self._lookups.unanswered
        entries, refusal, is_hiding = await self._told_of(identity, scope)
        if self._is_of_another(entries, box):
            refusal, entries = rights_untold.of_another(scope), []
        refusal = refusal or rights_untold.of_full_access(entries, scope)
        rows = list(effective([await self._full_access_grant(box, entry) for entry in entries]))
        if not (refusal or is_hiding) and self._lookups.unanswered == unanswered:
            self._kept.keep(scope, rows)
        for row in rows:
            yield row
        if is_hiding and not refusal:
            self._hiding.append(scope)
        else:
            yield refusal or Looked(scope)

    async def _told_of(self, identity: str, scope: str) -> tuple[list[dict[str, Any]], Gap | None, bool]:
        """Who has which right over one mailbox; why not all came; and whether those who are gone were left out."""
        entries: list[dict[str, Any]] = []
        is_hiding = False
        # Without the flag, the rights of accounts that are gone stay hidden.
        asked: dict[str, Any] = {"Identity": identity, "IncludeUnresolvedPermissions": True}
        async for page in self._exchange.invoke("Get-MailboxPermission", scope=scope, **asked):
            if isinstance(page, Gap):
                return entries, page, is_hiding
            if not isinstance(page, Absent):
                entries = [*([] if page.afresh else entries), *page]
                is_hiding = bool(page.without)
        return entries, None, is_hiding

    def _is_of_another(self, entries: Iterable[dict[str, Any]], box: Row) -> bool:
        """Whether Exchange answered about a mailbox that was not asked about."""
        told_of = (self._recipients.find(str(entry.get("Identity") or "")) for entry in entries)
        return any(known and known.kind != "group" and known.id != box["mailbox_id"] for known in told_of)

    async def _full_access_grant(self, box: Row, entry: dict[str, Any]) -> Row | None:
        if "FullAccess" not in rights(entry.get("AccessRights")):
            return None
        inherited, denied = flag(entry.get("IsInherited")), flag(entry.get("Deny"))
        return await self._grants.row(box, Told(Right.FULL_ACCESS, entry.get("User"), inherited, denied))

    async def _send_as_of(self, entry: dict[str, Any], by_id: Mapping[str, Row]) -> Row | Gap | None:
        identity, is_own = str(entry.get("Identity") or ""), is_system(str(entry.get("Trustee") or ""))
        over = self._recipients.find(identity)
        if over and over.id in by_id:
            if rights_untold.is_without_rights(entry, "Trustee"):
                return rights_untold.send_as_unsaid(SEND_AS_SCOPE, identity)
            return await self._send_as_grant(by_id[over.id], entry)
        return rights_untold.unplaced(identity) if self._recipients.is_shared(identity) and not is_own else None

    async def _send_as_grant(self, box: Row, entry: dict[str, Any]) -> Row | None:
        if "SendAs" not in rights(entry.get("AccessRights")):
            return None
        inherited = flag(entry.get("IsInherited"))
        denied = str(entry.get("AccessControlType") or "").strip().lower() == "deny"
        return await self._grants.row(box, Told(Right.SEND_AS, entry.get("Trustee"), inherited, denied))
