"""Who may open, or send from, somebody else's mailbox."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from typing import Any, Final

import pandas as pd

from m365audit.connectors.declare import connector
from m365audit.connectors.delegates import Delegates, is_system
from m365audit.connectors.frames import records
from m365audit.connectors.kept import FORGETFUL, Kept
from m365audit.connectors.lookups import Lookups
from m365audit.connectors.mailboxes import UNLIMITED, flag, rights
from m365audit.connectors.recipients import Recipients
from m365audit.connectors.refusals import Refusals
from m365audit.graph import Absent, Exchange
from m365audit.model.evidence import Gap, Looked, Row
from m365audit.model.parts import Part
from m365audit.model.words import GapKind, Right

FULL_ACCESS_SCOPE: Final = "full access"
SEND_AS_SCOPE: Final = "send as"
AT_MOST: Final = 4
"""Commands in flight; Exchange publishes no limit, the field keeps to two to four."""

_MAILBOX: Final = ("mailbox_id", "exchange_id", "user_principal_name", "address", "display_name", "kind")


@connector(
    "mailbox_access",
    permission="Exchange.ManageAsApp",
    kept_with=("mailboxes", "accounts", "groups"),
    parts=(
        Part(("Exchange.ManageAsApp",), what=FULL_ACCESS_SCOPE, cmdlets=("Get-MailboxPermission",)),
        Part(("Exchange.ManageAsApp",), what=SEND_AS_SCOPE, cmdlets=("Get-RecipientPermission",)),
        Part(("Exchange.ManageAsApp",), what=str(Right.SEND_ON_BEHALF), cmdlets=("Get-Mailbox",)),
    ),
)
async def mailbox_access(
    exchange: Exchange,
    mailboxes: pd.DataFrame,
    accounts: pd.DataFrame,
    groups: pd.DataFrame | None = None,
    kept: Kept = FORGETFUL,
) -> AsyncIterator[Row | Gap | Looked]:
    """Every right of one account or group over another's mailbox: Full Access, Send As, Send on Behalf."""
    reading = _Reading(exchange, Recipients(accounts, mailboxes, groups), kept)
    boxes = records(mailboxes, *_MAILBOX, "send_on_behalf")
    for part in (reading.send_on_behalf(boxes), reading.full_access(boxes), reading.send_as(boxes)):
        async for said in part:
            yield said
    for gap in reading.lookups.gaps():
        yield gap


class _Reading:
    """One reading of the rights over a tenant's mailboxes; each method yields the rows of one right."""

    def __init__(self, exchange: Exchange, recipients: Recipients, kept: Kept) -> None:
        self._exchange = exchange
        self._recipients = recipients
        self._kept = kept
        self.lookups = Lookups(exchange, kept)
        self._delegates = Delegates(recipients, self.lookups)

    async def send_on_behalf(self, boxes: list[Row]) -> AsyncIterator[Row | Gap | Looked]:
        for box in boxes:
            grants = [await self._grant(box, Right.SEND_ON_BEHALF, name) for name in box["send_on_behalf"] or ()]
            for row in _effective(grants):
                yield row

    async def full_access(self, boxes: list[Row]) -> AsyncIterator[Row | Gap | Looked]:
        refusals = Refusals(FULL_ACCESS_SCOPE)
        async for said in self._exchange.each(boxes, self._full_access_of, at_most=AT_MOST):
            if isinstance(said, Gap):
                refusals.refused(said)
                continue
            if isinstance(said, Looked):
                refusals.answered()
            yield said
        for gap in refusals.gaps():
            yield gap

    async def send_as(self, boxes: list[Row]) -> AsyncIterator[Row | Gap | Looked]:
        """One command for the whole tenant; what is granted over groups is not about mailboxes and left out."""
        by_id = {box["mailbox_id"]: box for box in boxes}
        grants: list[Row | None] = []
        refusals: list[Gap] = []
        async for page in self._exchange.invoke(
            "Get-RecipientPermission",
            scope=SEND_AS_SCOPE,
            ResultSize=UNLIMITED,
            IncludeTrusteeWithPrimarySmtpAddress=True,
        ):
            if isinstance(page, Gap):
                refusals.append(page)
            elif not isinstance(page, Absent):
                for entry in page:
                    identity = str(entry.get("Identity") or "")
                    over = self._recipients.find(identity)
                    if over and over.id in by_id:
                        grants.append(await self._send_as_grant(by_id[over.id], entry))
                    elif self._recipients.is_shared(identity) and not is_system(str(entry.get("Trustee") or "")):
                        refusals.append(_unplaced(identity))
        for row in _effective(grants):
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
            # Asked about nobody, Exchange answers about everybody.
            yield Gap(GapKind.ERROR, "Exchange gave this mailbox no id to ask by.", "Run the audit again.", scope)
            return
        grants: list[Row | None] = []
        refusal: Gap | None = None
        unanswered = self.lookups.unanswered
        # Without the flag, the rights of accounts that are gone stay hidden.
        asked = {"Identity": identity, "IncludeUnresolvedPermissions": True}
        async for page in self._exchange.invoke("Get-MailboxPermission", scope=scope, **asked):
            if isinstance(page, Gap):
                refusal = page
            elif not isinstance(page, Absent):
                refusal = refusal or self._of_another(page, box, scope)
                grants += [] if refusal else [await self._full_access_grant(box, entry) for entry in page]
        rows = list(_effective(grants))
        if not refusal and self.lookups.unanswered == unanswered:
            self._kept.keep(scope, rows)
        for row in rows:
            yield row
        yield refusal or Looked(scope)

    def _of_another(self, page: Iterable[dict[str, Any]], box: Row, scope: str) -> Gap | None:
        """A gap where Exchange answered about a mailbox that was not asked about."""
        for entry in page:
            known = self._recipients.find(str(entry.get("Identity") or ""))
            if known and known.kind != "group" and known.id != box["mailbox_id"]:
                detail = "Exchange was asked about this mailbox and answered about another, so its answer was not used."
                return Gap(GapKind.ERROR, detail, "Run the audit again.", scope)
        return None

    async def _full_access_grant(self, box: Row, entry: dict[str, Any]) -> Row | None:
        if "FullAccess" not in rights(entry.get("AccessRights")):
            return None
        inherited, denied = flag(entry.get("IsInherited")), flag(entry.get("Deny"))
        return await self._grant(box, Right.FULL_ACCESS, entry.get("User"), inherited=inherited, denied=denied)

    async def _send_as_grant(self, box: Row, entry: dict[str, Any]) -> Row | None:
        if "SendAs" not in rights(entry.get("AccessRights")):
            return None
        inherited = flag(entry.get("IsInherited"))
        denied = str(entry.get("AccessControlType") or "").strip().lower() == "deny"
        return await self._grant(box, Right.SEND_AS, entry.get("Trustee"), inherited=inherited, denied=denied)

    async def _grant(
        self, box: Row, right: Right, said: str | None, *, inherited: bool | None = False, denied: bool | None = False
    ) -> Row | None:
        """The row of one right; none for Exchange's own and for the mailbox's own account."""
        if is_system(said or ""):
            return None
        delegate = await self._delegates.row(said or "")
        # Kept under a name, the right would be another one than next month's, when Exchange says whose it is.
        if self.lookups.is_unknown((said or "").strip()) or delegate["delegate"] == box["mailbox_id"]:
            return None
        return {
            "mailbox_id": box["mailbox_id"],
            "mailbox_address": box["address"],
            "mailbox_name": box["display_name"],
            "mailbox_kind": box["kind"],
            **delegate,
            "right": str(right),
            "inherited": inherited,
            "denied": denied,
        }


def _unplaced(identity: str) -> Gap:
    return Gap(
        GapKind.ERROR,
        f"Exchange tells of a Send As right over {identity}, a name that more than one mailbox or group has.",
        "Give each of them a name of its own and run the audit again.",
        f"send as:{identity}",
    )


def _effective(rows: Iterable[Row | None]) -> Iterable[Row]:
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
