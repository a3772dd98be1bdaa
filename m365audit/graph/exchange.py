"""Exchange, as the connectors see it: named read commands over its admin REST service."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Iterable
from contextlib import aclosing
from dataclasses import replace
from typing import Any, TypeVar, overload
from urllib.parse import quote

import orjson

from m365audit.graph import credentials, gaps, streams
from m365audit.graph.errors import ABSENT, Absent, Refused, SignInFailed
from m365audit.graph.guard import READ_CMDLETS
from m365audit.graph.paging import Page, pages
from m365audit.graph.retry import trouble
from m365audit.graph.said import BROKEN_PAGING, NO_ANSWER, Said, Service
from m365audit.graph.wire import Answer, Call, Count, Wire
from m365audit.model.evidence import TENANT, Gap, Row
from m365audit.model.words import GapKind

Thing = TypeVar("Thing")
Item = TypeVar("Item")

_ANCHOR = "APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}"
_PAGE_SIZE = 1_000
_APP_ROLE = "Exchange.ManageAsApp"
_PERSON_SCOPE = "Exchange.Manage"

_CUT_SHORT_WITHOUT_SIZE = frozenset(
    {
        "Get-CASMailbox",
        "Get-Mailbox",
        "Get-MailboxAuditBypassAssociation",
        "Get-Recipient",
        "Get-RecipientPermission",
        "Get-TransportRule",
    }
)
"""Commands that stop at a thousand objects unless told otherwise."""

_OF_ONE_OBJECT = frozenset({"Get-Mailbox", "Get-MailboxPermission", "Get-RecipientPermission"})
"""Commands whose rows carry the identity they were asked for, and which answer for everything when it is unknown."""


class Exchange:
    """Exchange Online's admin REST service of one tenant, for reading; ``requests`` counts what was sent."""

    def __init__(self, wire: Wire, endpoint: str, tenant_id: str, count: Count | None = None) -> None:
        self.tenant_id = tenant_id
        self._wire = wire
        self._endpoint = endpoint.rstrip("/")
        self._count = count or Count()

    @property
    def requests(self) -> int:
        """HTTP requests sent through this view, those sent again included."""
        return self._count.requests

    def counted(self) -> "Exchange":
        """The same service with a count of its own, which also adds to this one's."""
        return Exchange(self._wire, self._endpoint, self.tenant_id, Count(part_of=self._count))

    @overload
    def invoke(
        self,
        cmdlet: str,
        *,
        select: Collection[str] | None = None,
        scope: None = None,
        absent: tuple[()] = (),
        **parameters: Any,  # noqa: ANN401
    ) -> AsyncGenerator[Page, None]: ...
    @overload
    def invoke(
        self,
        cmdlet: str,
        *,
        select: Collection[str] | None = None,
        scope: str | None = None,
        absent: Collection[str] = (),
        **parameters: Any,  # noqa: ANN401
    ) -> AsyncGenerator[Page | Gap | Absent, None]: ...
    async def invoke(
        self,
        cmdlet: str,
        *,
        select: Collection[str] | None = None,
        scope: str | None = None,
        absent: Collection[str] = (),
        **parameters: Any,
    ) -> AsyncGenerator[Page | Gap | Absent, None]:
        """Every page of what a read command returns: PascalCase objects, without the keys that describe others.

        With a ``scope``, a refusal ends the stream with its gap; ``ABSENT`` does where one of the error's codes or
        exception types is one of ``absent``.

        Raises:
            ValueError: the command is none of the read ones, or an identity is empty: Exchange would answer for
                every object there is.
            Refused: a page was refused, and no scope was given.
        """
        _check(cmdlet, parameters)
        if "Identity" not in parameters and cmdlet in _CUT_SHORT_WITHOUT_SIZE:
            parameters.setdefault("ResultSize", "Unlimited")
        try:
            async with aclosing(self._pages(cmdlet, select, parameters)) as run:
                async for page in run:
                    yield page
        except Refused as refused:
            if any(refused.said.has_code(code) for code in absent):
                yield ABSENT
            elif scope is None:
                raise
            else:
                yield refused.gap.within(scope=scope)

    async def cmdlets(self) -> frozenset[str]:
        """The read commands this app's role shows it, of those this program uses.

        Raises:
            Refused: the catalogue was refused.
        """
        address = f"{self._endpoint}/adminapi/v1.0/{self.tenant_id}/EXOModuleFile?Version=3.9.2"
        headers = {"Accept": "application/json", "CommandName": "*"}
        call = Call(Service.EXCHANGE, address, headers, lists=True)
        answer = await self._ask(call)
        rows = answer.document.get("value")
        listed = ",".join(str(row.get("exportedCmdlets", "")) for row in rows or () if isinstance(row, dict))
        return READ_CMDLETS & {name.strip() for name in listed.split(",")}

    def each(
        self, things: Iterable[Thing], worker: Callable[[Thing], AsyncIterator[Item]], at_most: int = streams.AT_MOST
    ) -> AsyncGenerator[Item, None]:
        """What ``worker`` yields for every thing, several at a time, in no particular order."""
        return streams.each(things, worker, at_most)

    async def _pages(
        self, cmdlet: str, select: Collection[str] | None, parameters: dict[str, Any]
    ) -> AsyncGenerator[Page, None]:
        """Every page, with two second chances for a request that Exchange calls a bad one.

        Which properties may be selected and which switches a command has differs from tenant to tenant. Without a
        selection the answer holds the same; without its switches it may hold less, so every page names those it came
        ``without``. A fault that passes says nothing of either, and is no reason to leave them out. And the way to the
        next page is open for some minutes only: a list held up for longer is read again from the start, where its first
        page is ``afresh``.
        """
        bare = {name: value for name, value in parameters.items() if value is not True}
        is_spare = bool(bare != parameters or (select and "Identity" not in parameters))
        may_restart, afresh = True, False
        without: tuple[str, ...] = ()
        while True:
            started = False
            try:
                async with aclosing(self._run(cmdlet, select, parameters)) as run:
                    async for page in run:
                        page.afresh, afresh, started = afresh, False, True
                        page.without = without
                        yield page
            except Refused as refused:
                if refused.status != 400 or not (may_restart if started else is_spare):  # noqa: PLR2004
                    raise
                if started:
                    may_restart, afresh = False, True
                elif trouble(refused.said, premium=False):
                    raise
                else:
                    without = tuple(name for name in parameters if name not in bare)
                    is_spare, select, parameters = False, None, bare
            else:
                return

    async def _run(
        self, cmdlet: str, select: Collection[str] | None, parameters: dict[str, Any]
    ) -> AsyncGenerator[Page, None]:
        call = self._call(cmdlet, select, parameters)
        identities: set[str] = set()

        async def ask(address: str) -> Answer:
            return await self._ask(call.to(address))

        async with aclosing(pages(ask, Service.EXCHANGE, call.address)) as run:
            async for page in run:
                rows = [_plain(row) for row in page if isinstance(row, dict)]
                if "Identity" in parameters and cmdlet in _OF_ONE_OBJECT:
                    identities |= {str(row["Identity"]) for row in rows if row.get("Identity")}
                    _check_single(identities)
                yield Page(rows, page.headers, page.envelope)

    def _call(self, cmdlet: str, select: Collection[str] | None, parameters: dict[str, Any]) -> Call:
        address = f"{self._endpoint}/adminapi/beta/{self.tenant_id}/InvokeCommand"
        if select:
            address += f"?$select={quote(','.join(select), safe=',')}"
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json; charset=utf-8",
            "Prefer": f"odata.maxpagesize={_PAGE_SIZE}",
            "X-ResponseFormat": "json",
            "X-CmdletName": cmdlet,
        }
        body = {"CmdletInput": {"CmdletName": cmdlet, "Parameters": parameters}}
        return Call(Service.EXCHANGE, address, headers, orjson.dumps(body), lists=True)

    async def _anchor(self) -> dict[str, str]:
        """Where Exchange does the work: at the organisation's own mailbox for an app, at one's own for a person."""
        person = credentials.signed_in_person(await self._wire.credentials.token(Service.EXCHANGE))
        return {"X-AnchorMailbox": f"UPN:{person}" if person else f"{_ANCHOR}@{self.tenant_id}"}

    async def _ask(self, call: Call) -> Answer:
        need = self._wire.governor.need(Service.EXCHANGE, "")
        try:
            return await self._wire.ask(call.with_headers(await self._anchor()), [need], self._count)
        except SignInFailed as failed:
            # Graph may well be open to the same app: the rest of the audit goes on without Exchange.
            raise _without_token(failed) from None
        except Refused as refused:
            raise await self._explained(refused) from None

    async def _explained(self, refused: Refused) -> Refused:
        """A refusal for want of a role, told from one for want of the app permission by what the token says."""
        if refused.gap.kind is GapKind.ROLE:
            said = credentials.claims(await self._wire.credentials.token(Service.EXCHANGE))
            roles, needed = said.get("roles"), _APP_ROLE
            if "scp" in said:
                roles, needed = str(said["scp"]).split(), _PERSON_SCOPE
            if isinstance(roles, list) and needed not in roles:
                refused.gap = replace(
                    refused.gap,
                    kind=GapKind.PERMISSION,
                    detail=f"The app lacks the permission {needed} in Exchange. {refused.gap.detail}",
                )
        return refused


def _check(cmdlet: str, parameters: dict[str, Any]) -> None:
    if cmdlet not in READ_CMDLETS:
        msg = f"{cmdlet} is none of the Exchange commands this program may send"
        raise ValueError(msg)
    for name, value in parameters.items():
        if value is None or (isinstance(value, str) and not value.strip()):
            msg = f"{cmdlet}: {name} is empty, and Exchange would answer for every object there is"
            raise ValueError(msg)


def _check_single(identities: set[str]) -> None:
    if len(identities) > 1:
        words = "Exchange answered for several objects where one was asked for"
        said = Said(Service.EXCHANGE, NO_ANSWER, (BROKEN_PAGING,), words)
        raise Refused(gaps.gap(said), said)


def _plain(row: Row) -> Row:
    """An object without the companion keys that describe its others, such as ``Guid@data.type``."""
    return {name: value for name, value in row.items() if "@" not in name}


def _without_token(failed: SignInFailed) -> Refused:
    said = Said(Service.EXCHANGE, NO_ANSWER, ("SignInFailed",), str(failed))
    fix = (
        f"Give the app {_APP_ROLE} and its service principal the role Global Reader (a provider's app {_PERSON_SCOPE}, "
        "and the relationship the role), then run again."
    )
    return Refused(Gap(GapKind.PERMISSION, str(failed), fix, TENANT), said)
