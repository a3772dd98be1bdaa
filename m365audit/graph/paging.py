"""Pages: followed to the end, to the same host only, and never round in a circle."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from operator import itemgetter
from typing import Any, NoReturn

import orjson

from m365audit.graph import gaps
from m365audit.graph.errors import NotAllowed, Refused
from m365audit.graph.guard import Origin
from m365audit.graph.said import BROKEN_PAGING, NO_ANSWER, Said, Service
from m365audit.graph.wire import NO_LIST, Answer
from m365audit.model.evidence import Row

NEXT_LINK = "@odata.nextLink"

_MOST_EMPTY_PAGES = 1_000
_GONE = 410
_TURNS_UNTIL_SENT = 3

_id = itemgetter("id")

Ask = Callable[[str], Awaitable[Answer]]


class Page(list[Row]):
    """The objects of one page, with the answer's ``headers`` (lower-case names) and ``envelope`` (all but value).

    ``afresh`` says that the service made the reading start again with this page: what came before is void.
    ``without`` names the switches of a command that the service refused, so that the page came without them.
    """

    __slots__ = ("afresh", "envelope", "headers", "without")

    def __init__(self, rows: list[Row], headers: Mapping[str, str], envelope: Mapping[str, Any]) -> None:
        super().__init__(rows)
        self.headers = headers
        self.envelope = envelope
        self.afresh = False
        self.without: tuple[str, ...] = ()


class Trail:
    """Where the paging has been, so that going round in a circle is noticed.

    A page seen before is refused. One lone object may stand on two pages running, because Graph does repeat an
    object here and there; on a third it is a circle.
    """

    def __init__(self, service: Service, start: str) -> None:
        self._service = service
        self._origin = Origin.of(start)
        self._links = {start}
        self._pages: dict[int, int] = {}
        self._empty = 0

    def page(self, rows: list[Row]) -> None:
        """Remember a page.

        Raises:
            Refused: it has been here before.
        """
        if not rows:
            self._empty += 1
            if self._empty > _MOST_EMPTY_PAGES:
                self.refuse(f"{_MOST_EMPTY_PAGES} empty pages came one after another")
            return
        self._empty = 0
        print_ = _fingerprint(rows)
        seen = self._pages.get(print_, 0)
        if seen > (len(rows) == 1):
            self.refuse("a page came again")
        self._pages[print_] = seen + 1

    def link(self, address: object) -> str:
        """A next link that may be followed, as it was given.

        Raises:
            Refused: it points back, or to another host.
        """
        if not isinstance(address, str) or not address:
            self.refuse("the link to the next page is no address")
        try:
            origin = Origin.of(address)
        except NotAllowed as error:
            self.refuse(str(error))
        if origin != self._origin:
            self.refuse(f"the link to the next page leads to {origin}, which was not asked")
        if address in self._links:
            self.refuse("the link to the next page leads back")
        self._links.add(address)
        return address

    def refuse(self, words: str) -> NoReturn:
        """Give such a list of pages up: what came so far may be anything but whole."""
        said = Said(self._service, NO_ANSWER, (BROKEN_PAGING,), words)
        raise Refused(gaps.gap(said), said) from None


def _fingerprint(rows: list[Row]) -> int:
    if len(rows) == 1:
        # A feed of changes tells of the same object again and again; alone on its page, what it says tells them apart.
        return hash(orjson.dumps(rows))
    try:
        ids = tuple(map(_id, rows))
    except (KeyError, TypeError):
        ids = (None,)
    return hash(orjson.dumps(rows)) if None in ids else hash(ids)


async def pages(ask: Ask, service: Service, start: str, *, resync: bool = False) -> AsyncGenerator[Page, None]:
    """Every page from ``start`` on; the next one is fetched while the caller is busy with this one.

    With ``resync``, a service that gives up its place in the list (410) is read again from where it says, once, and
    the first page of that is ``afresh``. Without, it is refused: the caller would take both readings for one.

    Raises:
        Refused: a page was refused, is no list, or does not follow.
    """
    afresh, may_restart = False, resync
    while True:
        try:
            async with aclosing(_run(ask, service, start)) as run:
                async for page in run:
                    page.afresh, afresh = afresh, False
                    yield page
        except Refused as refused:
            if refused.status != _GONE or not may_restart:
                raise
            location = refused.said.header("location") or start
            start = location if location == start else Trail(service, start).link(location)
            afresh, may_restart = True, False
        else:
            return


async def _run(ask: Ask, service: Service, start: str) -> AsyncGenerator[Page, None]:
    trail = Trail(service, start)
    waiting: asyncio.Task[Answer] | None = asyncio.ensure_future(ask(start))
    try:
        while waiting is not None:
            answer = await waiting
            rows = answer.document.pop("value", None)
            if not isinstance(rows, list):
                trail.refuse(NO_LIST)
            trail.page(rows)
            page = Page(rows, answer.headers, answer.document)
            del rows
            link = answer.document.get(NEXT_LINK)
            waiting = None if link is None else asyncio.ensure_future(ask(trail.link(link)))
            # A task begins when the loop next turns, and its request leaves a few turns later: without them it would
            # wait until the caller is done with this page.
            for _ in range(_TURNS_UNTIL_SENT):
                await asyncio.sleep(0)
            yield page
    finally:
        if waiting is not None:
            waiting.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await waiting
