"""Answers with many objects: cut into pages, each with the address of the next."""

import random
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import orjson

from m365audit.sample.service.graph_errors import ProblemError
from m365audit.sample.service.graph_options import Options
from m365audit.sample.service.manner import Manner
from m365audit.sample.service.message import JSON, Answer, Ask
from m365audit.sample.service.tokens import Tokens, digest
from m365audit.sample.tenant import Json

_KEPT_PAGES = 4096


@dataclass(frozen=True, slots=True)
class Listing:
    """A collection as a route gives it: whole, uncut, in the tenant's order.

    ``echo`` is what a row looks like when it is sent a first time ahead of itself; ``None`` means rows never repeat.
    ``delta`` ends the last page with a deltaLink. ``variant`` tells apart collections of one address that differ by
    something else, such as a header. ``headers`` go with every page.
    """

    rows: Sequence[Json]
    echo: Callable[[Json], Json] | None = None
    delta: bool = False
    variant: Hashable = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Cut:
    """How a collection is cut: the size of a page, and how each object is shown.

    ``variant`` tells apart ways of showing the same rows of the same address.
    """

    size: int
    show: Callable[[Json], Json]
    context: str
    variant: Hashable = None


class Pager:
    """Cuts collections into pages, and keeps pages it has made: 20,000 users are served as fast as they are sent."""

    def __init__(self, manner: Manner, tokens: Tokens) -> None:
        self._manner = manner
        self._tokens = tokens
        self._made: OrderedDict[Hashable, bytes] = OrderedDict()

    def page(self, ask: Ask, options: Options, tenant_id: str, listing: Listing, cut: Cut) -> Answer:
        """The page asked for.

        Raises:
            ProblemError: 400, on a ``$skiptoken`` that is not ours or belongs to another request.
        """
        fingerprint = digest(tenant_id, ask.path, options.query)
        start, skipped = self._position(options, fingerprint)
        size = min(cut.size, self._manner.max_page or cut.size)
        key = (fingerprint, listing.variant, cut.variant)
        blank = self._manner.empty_pages and not skipped and start < self._length(listing)
        value, end = (b"[]", start) if blank else self._cut(key, listing, cut, start, size)
        links: Json = {"@odata.context": f"{ask.base}/v1.0/$metadata#{cut.context}"}
        if blank or end < self._length(listing):
            state = {"at": end, "of": fingerprint, "blank": blank}
            links["@odata.nextLink"] = _link(ask, options, "$skiptoken", self._tokens.seal(state))
        elif listing.delta:
            links["@odata.deltaLink"] = _link(ask, options, "token", self._tokens.seal({"delta": ask.path}))
        body = orjson.dumps(links)[:-1] + b',"value":' + value + b"}"
        return Answer(200, body, {"Content-Type": JSON, **dict(listing.headers)})

    def _position(self, options: Options, fingerprint: str) -> tuple[int, bool]:
        if options.page is None:
            return 0, False
        state = self._tokens.unseal(options.page)
        if state is None or state.get("of") != fingerprint:
            raise ProblemError(400, "Directory_ExpiredPageToken", "The specified page token value is not valid here.")
        return state["at"], state["blank"]

    def _cut(self, key: Hashable, listing: Listing, cut: Cut, start: int, size: int) -> tuple[bytes, int]:
        end = min(start + size, self._length(listing))
        place = (key, start, size)
        if place not in self._made:
            rows = self._ordered(listing, str(key))[start:end]
            self._made[place] = orjson.dumps([cut.show(row) for row in rows])
            if len(self._made) > _KEPT_PAGES:
                self._made.popitem(last=False)
        return self._made[place], end

    def _length(self, listing: Listing) -> int:
        return len(listing.rows) + (len(_echoed(listing.rows)) if self._manner.repeats and listing.echo else 0)

    def _ordered(self, listing: Listing, key: str) -> Sequence[Json]:
        rows = listing.rows
        if self._manner.seed is not None:
            rows = random.Random(f"{self._manner.seed} {key}").sample(rows, len(rows))  # noqa: S311 - no secret
        if not self._manner.repeats or listing.echo is None:
            return rows
        # The echoes go first: what comes later is what holds.
        return [*(listing.echo(row) for row in _echoed(rows)), *rows]


def _echoed(rows: Sequence[Json]) -> Sequence[Json]:
    return rows[::3]


def _link(ask: Ask, options: Options, name: str, token: str) -> str:
    query = f"{options.query}&{name}={token}" if options.said else f"{name}={token}"
    return f"{ask.base}{ask.path}?{query}"
