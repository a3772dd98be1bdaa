"""Batches: up to twenty reads in one request, each answered, judged and sent again on its own."""

from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Generic, TypeVar

import orjson

from m365audit.graph import gaps, said
from m365audit.graph.errors import ABSENT, Absent, Refused
from m365audit.graph.paging import NEXT_LINK, pages
from m365audit.graph.pool import Part, Pool
from m365audit.graph.said import NO_ANSWER, Said, Service
from m365audit.graph.streams import each
from m365audit.graph.wire import NO_LIST, Answer, Call, Count, Wire, unreadable
from m365audit.model.evidence import Gap

Key = TypeVar("Key")

AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Key]):
    """What became of a part: its answer, or, with none, the seconds to wait before it is sent again."""

    part: Part[Key]
    answer: dict[str, Any] | Gap | Absent | None
    wait_seconds: float = 0


class Batch(Generic[Key]):
    """Sends parts until every one is answered or given up. ``base`` is the service's address with its version."""

    def __init__(
        self,
        wire: Wire,
        count: Count,
        base: str,
        scope: Callable[[Key], str],
        absent: Collection[str] = (),
        *,
        lists: bool = False,
    ) -> None:
        self._wire = wire
        self._count = count
        self._base = base
        self._scope = scope
        self._absent = absent
        self._lists = lists

    async def run(self, parts: Sequence[Part[Key]]) -> AsyncGenerator[tuple[Key, dict[str, Any] | Gap | Absent], None]:
        """Every part's key and answer, in no particular order."""
        pool = Pool(parts, self._wire.governor)
        async with aclosing(each(range(AT_ONCE), lambda _: self._carry(pool), AT_ONCE)) as answers:
            async for answer in answers:
                yield answer

    async def _carry(self, pool: Pool[Key]) -> AsyncGenerator[tuple[Key, dict[str, Any] | Gap | Absent], None]:
        """Send one load after another until the pool is empty."""
        while load := await pool.load():
            async with aclosing(self._send(load)) as outcomes:
                async for outcome in outcomes:
                    if outcome.answer is None:
                        pool.again(outcome.part, outcome.wait_seconds)
                    else:
                        pool.answered(outcome.part)
                        yield outcome.part.key, outcome.answer

    async def _send(self, load: list[Part[Key]]) -> AsyncGenerator[Outcome[Key], None]:
        requests = [_request(str(number), part) for number, part in enumerate(load)]
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        call = Call(Service.GRAPH, f"{self._base}/$batch", headers, orjson.dumps({"requests": requests}))
        try:
            answer = await self._wire.ask(call, [part.need for part in load], self._count)
        except Refused as refused:
            for part in load:
                yield Outcome(part, gaps.gap(refused.said, self._scope(part.key)))
            return
        responses = _by_id(answer)
        told = [(part, responses.get(str(number))) for number, part in enumerate(load)]
        # What has to be sent again is known at once; who has more pages comes last, for those are still to be read.
        for part, response in sorted(told, key=lambda pair: _rank(pair[1])):
            self._wire.governor.heed([part.need], _headers(response))
            yield await self._judge(part, response, answer)

    async def _judge(self, part: Part[Key], response: Mapping[str, Any] | None, carrier: Answer) -> Outcome[Key]:
        part.tries.sent += 1
        part.tries.token, part.tries.token_was_old = carrier.token, carrier.token_was_old
        heard = _heard(response, carrier)
        if self._lists and isinstance(heard, dict) and not isinstance(heard.get("value"), list):
            # Taken for an empty list, it would be a clean bill of health from an answer that says nothing.
            heard = unreadable(Service.GRAPH, NO_LIST, carrier.headers)
        try:
            if isinstance(heard, Said):
                if any(heard.has_code(code) for code in self._absent):
                    return Outcome(part, ABSENT)
                return Outcome(part, None, await self._wire.bear(heard, part.tries, [part.need], part.call))
            return Outcome(part, await self._whole(part, heard))
        except Refused as refused:
            return Outcome(part, gaps.gap(refused.said, self._scope(part.key)))

    async def _whole(self, part: Part[Key], body: dict[str, Any]) -> dict[str, Any]:
        """An answer with the pages that follow it, which are read outside the batch."""
        link = body.pop(NEXT_LINK, None)
        if link is None:
            return body
        first = Answer(200, {}, {**body, NEXT_LINK: link})
        start = part.call.address
        rows: list[Any] = []

        async def ask(address: str) -> Answer:
            if address == start:
                return first
            need = self._wire.governor.need(Service.GRAPH, _path(self._base, address))
            return await self._wire.ask(replace(part.call, address=address, lists=True), [need], self._count)

        async with aclosing(pages(ask, Service.GRAPH, start)) as following:
            async for page in following:
                rows.extend(page)
        return {**body, "value": rows}


def _request(number: str, part: Part[Key]) -> dict[str, Any]:
    headers = {name: value for name, value in part.call.headers.items() if name.lower() != "accept"}
    request = {"id": number, "method": "GET", "url": part.path}
    return {**request, "headers": headers} if headers else request


def _by_id(answer: Answer) -> dict[str, Mapping[str, Any]]:
    """The responses by id: their order is not kept, and one may be missing."""
    responses = answer.document.get("responses")
    listed = responses if isinstance(responses, list) else []
    return {str(response.get("id")): response for response in listed if isinstance(response, dict)}


def _headers(response: Mapping[str, Any] | None) -> dict[str, str]:
    """The headers of one response, whose names come in any case."""
    given = response.get("headers") if response else None
    return {str(name).lower(): str(value) for name, value in given.items()} if isinstance(given, dict) else {}


def _rank(response: Mapping[str, Any] | None) -> int:
    body = response.get("body") if response else None
    if response is None or response.get("status") != HTTPStatus.OK or not isinstance(body, dict):
        return 0
    return 2 if NEXT_LINK in body else 1


def _heard(response: Mapping[str, Any] | None, carrier: Answer) -> dict[str, Any] | Said:
    """What one response says: a body, or a failure. A response that is not there is a failure, never nothing."""
    if response is None:
        words = "the batch came back without an answer to this request"
        return unreadable(Service.GRAPH, words, carrier.headers)
    status = response.get("status")
    headers = _headers(response)
    # Only the batch as a whole says what time it is there, and by that its parts' dates are meant.
    headers.setdefault("date", carrier.headers.get("date", ""))
    body = response.get("body")
    if not isinstance(status, int):
        status = int(status) if isinstance(status, str) and status.isdigit() else NO_ANSWER
    if not 200 <= status < 300:  # noqa: PLR2004
        return said.read(Service.GRAPH, status, headers, body if isinstance(body, dict) else str(body or "").encode())
    if not isinstance(body, dict):
        return unreadable(Service.GRAPH, "the answer inside the batch is no JSON object", headers)
    if isinstance(body.get("error"), dict):
        return said.read(Service.GRAPH, status, headers, body)
    return body


def _path(base: str, address: str) -> str:
    """An address from the version on, as the table of buckets wants it."""
    return address.removeprefix(base)
