"""Graph, as the connectors see it: build a request, read its pages, send many together."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Iterable
from contextlib import aclosing
from dataclasses import replace
from typing import Any, TypeVar, overload

from kiota_abstractions.base_request_builder import BaseRequestBuilder
from kiota_abstractions.request_information import RequestInformation
from msgraph.graph_service_client import GraphServiceClient

from m365audit.graph import addresses, gaps, streams
from m365audit.graph.batch import Batch
from m365audit.graph.downloads import Downloads
from m365audit.graph.errors import ABSENT, Absent, Refused
from m365audit.graph.paging import Page, pages
from m365audit.graph.pool import Part
from m365audit.graph.said import Service
from m365audit.graph.wire import Answer, Call, Count, Wire
from m365audit.model.evidence import Gap, Row

Key = TypeVar("Key")
Thing = TypeVar("Thing")
Item = TypeVar("Item")

BACKGROUND = {"x-ms-throttle-priority": "Low"}
"""Lets the people of the tenant go first: the identity service slows the audit down before them."""


class Graph:
    """Microsoft Graph v1.0 of one tenant, for reading.

    ``sdk`` is the SDK's client, of which only the request builders are used; ``requests`` counts what was sent.
    """

    def __init__(
        self,
        wire: Wire,
        sdk: GraphServiceClient,
        endpoint: str,
        tenant_id: str,
        downloads: Downloads,
        count: Count | None = None,
    ) -> None:
        self.sdk = sdk
        self._downloads = downloads
        self.tenant_id = tenant_id
        self._wire = wire
        self._endpoint = endpoint.rstrip("/")
        self._base = f"{self._endpoint}/v1.0"
        self._count = count or Count()

    @property
    def requests(self) -> int:
        """HTTP requests sent through this view, those sent again included."""
        return self._count.requests

    def counted(self) -> "Graph":
        """The same service with a count of its own, which also adds to this one's."""
        part = Count(part_of=self._count)
        return Graph(self._wire, self.sdk, self._endpoint, self.tenant_id, self._downloads, part)

    def request(
        self,
        builder: BaseRequestBuilder,
        *suffix: str,
        headers: dict[str, str] | None = None,
        **query: Any,  # noqa: ANN401
    ) -> RequestInformation:
        """A request for what ``builder`` points at.

        ``suffix`` adds path segments the SDK lacks; ``query`` takes the SDK's own names (``select=[...], top=999``).

        Raises:
            TypeError: there is no such query parameter here.
        """
        return addresses.build(self._base, builder, suffix, headers, query)

    @overload
    async def get(self, request: RequestInformation, *, premium: bool = False) -> dict[str, Any]: ...
    @overload
    async def get(
        self,
        request: RequestInformation,
        scope: str | None = None,
        absent: Collection[str] = (),
        *,
        premium: bool = False,
    ) -> dict[str, Any] | Gap | Absent: ...
    async def get(
        self,
        request: RequestInformation,
        scope: str | None = None,
        absent: Collection[str] = (),
        *,
        premium: bool = False,
    ) -> dict[str, Any] | Gap | Absent:
        """One object, as JSON.

        With a ``scope``, a refusal comes back as its gap. ``ABSENT`` where the error's code is one of ``absent``.

        Raises:
            Refused: it was refused, and no scope was given.
        """
        call = self._call(request)
        try:
            answer = await self._ask(call, premium=premium)
        except Refused as refused:
            return _instead(refused, scope, absent)
        return answer.document

    async def first(self, request: RequestInformation) -> list[Row]:
        """The objects of a list's first page, where what follows is of no interest.

        Raises:
            Refused: it was refused, or is no list.
        """
        answer = await self._ask(replace(self._call(request), lists=True), premium=False)
        rows: list[Row] = answer.document["value"]
        return rows

    @overload
    def pages(
        self, request: RequestInformation, *, premium: bool = False, resync: bool = False
    ) -> AsyncGenerator[Page, None]: ...
    @overload
    def pages(
        self,
        request: RequestInformation,
        scope: str | None = None,
        absent: Collection[str] = (),
        *,
        premium: bool = False,
        resync: bool = False,
    ) -> AsyncGenerator[Page | Gap | Absent, None]: ...
    async def pages(
        self,
        request: RequestInformation,
        scope: str | None = None,
        absent: Collection[str] = (),
        *,
        premium: bool = False,
        resync: bool = False,
    ) -> AsyncGenerator[Page | Gap | Absent, None]:
        """Every page of a collection, in order.

        With a ``scope``, a refusal ends the stream with its gap; ``ABSENT`` does where the error's code is one of
        ``absent``. ``premium`` says the tenant has Entra ID P1, so that a refusal for want of it is tried again.
        ``resync`` says that the caller forgets what came before a page that is ``afresh``.

        Raises:
            Refused: a page was refused, and no scope was given.
        """
        call = replace(self._call(request), lists=True)

        async def ask(address: str) -> Answer:
            return await self._ask(call.to(address), premium=premium)

        try:
            async with aclosing(pages(ask, Service.GRAPH, call.address, resync=resync)) as run:
                async for page in run:
                    yield page
        except Refused as refused:
            yield _instead(refused, scope, absent)

    async def download(self, request: RequestInformation) -> str:
        """The text of a file that Microsoft hands out by a passing address, such as a usage report.

        Raises:
            Refused: it was refused, lies where Microsoft keeps no such files, or did not come whole.
        """
        call = replace(self._call(request), points=True)
        return await self._downloads.text(lambda: self._ask(call, premium=False), self._count)

    async def batch(
        self,
        requests: Iterable[tuple[Key, RequestInformation]],
        scope: Callable[[Key], str],
        absent: Collection[str] = (),
        *,
        lists: bool = False,
    ) -> AsyncGenerator[tuple[Key, dict[str, Any] | Gap | Absent], None]:
        """The answer to each of many small requests, by its key, in no particular order.

        An answer is an object (a collection with all its pages under ``value``), ``ABSENT``, or the gap at the
        scope that ``scope`` names for the key. With ``lists``, an answer that holds no list is such a gap.
        """
        parts = [self._part(key, request) for key, request in requests]
        async with aclosing(
            Batch(self._wire, self._count, self._base, scope, absent, lists=lists).run(parts)
        ) as answers:
            async for key, answer in answers:
                yield key, answer

    def each(
        self, things: Iterable[Thing], worker: Callable[[Thing], AsyncIterator[Item]], at_most: int = streams.AT_MOST
    ) -> AsyncGenerator[Item, None]:
        """What ``worker`` yields for every thing, several at a time, in no particular order."""
        return streams.each(things, worker, at_most)

    def _part(self, key: Key, request: RequestInformation) -> Part[Key]:
        call = self._call(request)
        path = call.address.removeprefix(self._base)
        return Part(key, call, path, self._wire.governor.need(Service.GRAPH, path))

    def _call(self, request: RequestInformation) -> Call:
        return Call(Service.GRAPH, addresses.address(self._base, request), request.request_headers or {})

    async def _ask(self, call: Call, *, premium: bool) -> Answer:
        path = call.address.removeprefix(self._base)
        need = self._wire.governor.need(Service.GRAPH, path)
        if need.bucket.resource_units:
            call = call.with_headers(BACKGROUND)
        answer = await self._wire.ask(call, [need], self._count, premium=premium)
        self._wire.governor.learn(path, answer.document)
        return answer


def _instead(refused: Refused, scope: str | None, absent: Collection[str]) -> Gap | Absent:
    """What stands in for an answer: there is none, or why it could not be had.

    Raises:
        Refused: neither was asked for.
    """
    if any(refused.said.has_code(code) for code in absent):
        return ABSENT
    if scope is None:
        raise refused
    return gaps.gap(refused.said, scope)
