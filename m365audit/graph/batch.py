"""Batches: up to twenty reads in one request, each answered, judged and sent again on its own."""

from collections import Counter, defaultdict, deque
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import orjson

from m365audit.graph import gaps, said
from m365audit.graph.errors import ABSENT, Absent, Refused
from m365audit.graph.governor import Need
from m365audit.graph.paging import NEXT_LINK, Trail, pages
from m365audit.graph.retry import Tries
from m365audit.graph.said import NO_ANSWER, UNREADABLE, Said, Service
from m365audit.graph.streams import each
from m365audit.graph.wire import Answer, Call, Count, Wire
from m365audit.model.evidence import Gap

Key = TypeVar("Key")

AT_ONCE = 4
MOST_PER_MAILBOX = 4
"""Outlook answers four requests to one mailbox at a time and refuses the fifth."""


@dataclass(slots=True)
class Part(Generic[Key]):
    """One request that travels in a batch. ``path`` is relative to the version, with the query."""

    key: Key
    call: Call
    path: str
    need: Need
    tries: Tries = field(default_factory=Tries)


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Key]):
    """What became of a part: its answer, or, with none, the seconds to wait before it is sent again."""

    part: Part[Key]
    answer: dict[str, Any] | Gap | Absent | None
    wait_seconds: float = 0


def loads(parts: Iterable[Part[Key]]) -> Iterator[list[Part[Key]]]:
    """Pack parts into batches: one bucket each, no wider than the bucket bears, spread over mailboxes."""
    by_bucket: dict[str, list[Part[Key]]] = defaultdict(list)
    for part in parts:
        by_bucket[part.need.bucket.name].append(part)
    for together in by_bucket.values():
        dearest = max(part.need.cost for part in together)
        width = together[0].need.bucket.width(dearest)
        left = deque(together)
        while left:
            yield _load(left, width)


def _load(left: deque[Part[Key]], width: int) -> list[Part[Key]]:
    load: list[Part[Key]] = []
    aside: list[Part[Key]] = []
    mailboxes: Counter[str] = Counter()
    while left and len(load) < width:
        part = left.popleft()
        is_crowded = part.need.bucket.per == "mailbox" and mailboxes[part.need.share] >= MOST_PER_MAILBOX
        mailboxes[part.need.share] += 1
        (aside if is_crowded else load).append(part)
    left.extendleft(reversed(aside))
    return load


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
        waiting = list(parts)
        while waiting:
            again: list[Part[Key]] = []
            pause = 0.0
            async with aclosing(each(loads(waiting), self._send, AT_ONCE)) as outcomes:
                async for outcome in outcomes:
                    if outcome.answer is None:
                        again.append(outcome.part)
                        pause = max(pause, outcome.wait_seconds)
                    else:
                        yield outcome.part.key, outcome.answer
            waiting = again
            if waiting and pause:
                await self._wire.clock.sleep(pause)

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
        for number, part in enumerate(load):
            yield await self._judge(part, responses.get(str(number)), answer.token)

    async def _judge(self, part: Part[Key], response: Mapping[str, Any] | None, token: str) -> Outcome[Key]:
        part.tries.sent += 1
        part.tries.token = token
        heard = _heard(response)
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
            if self._lists and not isinstance(body.get("value"), list):
                # Taken for an empty list, it would be a clean bill of health from an answer that says nothing.
                Trail(Service.GRAPH, part.call.address).refuse("the answer holds no list")
            return body
        first = Answer(200, {}, {**body, NEXT_LINK: link})
        start = part.call.address
        rows: list[Any] = []

        async def ask(address: str) -> Answer:
            if address == start:
                return first
            need = self._wire.governor.need(Service.GRAPH, _path(self._base, address))
            return await self._wire.ask(part.call.to(address), [need], self._count)

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


def _heard(response: Mapping[str, Any] | None) -> dict[str, Any] | Said:
    """What one response says: a body, or a failure. A response that is not there is a failure, never nothing."""
    if response is None:
        return Said(Service.GRAPH, NO_ANSWER, (UNREADABLE,), "the batch came back without an answer to this request")
    status = response.get("status")
    given = response.get("headers")
    headers = {str(name): str(value) for name, value in given.items()} if isinstance(given, dict) else {}
    body = response.get("body")
    if not isinstance(status, int):
        status = int(status) if isinstance(status, str) and status.isdigit() else NO_ANSWER
    if not 200 <= status < 300:  # noqa: PLR2004
        return said.read(Service.GRAPH, status, headers, body if isinstance(body, dict) else str(body or "").encode())
    if not isinstance(body, dict):
        words = "the answer inside the batch is no JSON object"
        return Said(Service.GRAPH, NO_ANSWER, (UNREADABLE,), words, headers=headers)
    if isinstance(body.get("error"), dict):
        return said.read(Service.GRAPH, status, headers, body)
    return body


def _path(base: str, address: str) -> str:
    """An address from the version on, as the table of buckets wants it."""
    return address.removeprefix(base)
