"""The wire itself: one request in, one answer out, with everything that may happen in between."""

import base64
import binascii
import logging
import random
import re
import uuid
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import orjson
from kiota_abstractions.method import Method
from kiota_abstractions.native_response_handler import NativeResponseHandler
from kiota_abstractions.request_information import RequestInformation
from kiota_http.httpx_request_adapter import HttpxRequestAdapter
from kiota_http.middleware.options import ResponseHandlerOption

from m365audit.graph import gaps, said
from m365audit.graph.clock import Clock
from m365audit.graph.credentials import Credentials, signed_in_person
from m365audit.graph.errors import Refused
from m365audit.graph.governor import Governor, Need
from m365audit.graph.retry import Patience, Tries, Waiting, is_throttled
from m365audit.graph.said import CONNECTION_LOST, NO_ANSWER, UNREADABLE, Said, Service

log = logging.getLogger("m365audit.graph")

asking: ContextVar[str] = ContextVar("asking", default="")
"""The data set that what is asked now is for; empty outside any, as when signing in. It stands in the log."""

_RAW = ResponseHandlerOption(NativeResponseHandler())
_SPENT = httpx.ByteStream(b"")
_NO_CONTENT = 204
_FRESH_SECONDS = 30
_TOKENS_REMEMBERED = 16
_MOST_RENEWALS = 3
NO_LIST = "the answer holds no list"
_CHALLENGE = re.compile(r'claims="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Call:
    """One request, ready to be sent any number of times.

    With ``lists``, an answer without a list is none. With ``points``, one that points elsewhere is an answer, for
    somebody who goes there without a token.
    """

    service: Service
    address: str
    headers: Mapping[str, str]
    content: bytes | None = None
    lists: bool = False
    points: bool = False

    def to(self, address: str) -> "Call":
        """The same request to another address, such as the next page's."""
        return replace(self, address=address)

    def with_headers(self, headers: Mapping[str, str]) -> "Call":
        """The same request with more headers."""
        return replace(self, headers={**self.headers, **headers})


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole, readable answer, with the token it was given to, and whether that had been in use for some time.

    Header names are lower-case.
    """

    status: int
    headers: Mapping[str, str]
    document: dict[str, Any]
    token: str = field(default="", repr=False)
    token_was_old: bool = False


@dataclass(slots=True)
class Count:
    """What one user of the wire has caused; everything also counts for the one it was split from."""

    requests: int = 0
    part_of: "Count | None" = field(default=None, repr=False)

    def add(self) -> None:
        """Count one HTTP request."""
        self.requests += 1
        if self.part_of is not None:
            self.part_of.add()


class Adapter(HttpxRequestAdapter):
    """The SDK's request adapter, over our client, without a second opinion on retrying."""

    async def retry_cae_response_if_required(
        self,
        resp: httpx.Response,
        request_info: RequestInformation,  # noqa: ARG002
        claims: str,  # noqa: ARG002
    ) -> httpx.Response:
        """Hand a 401 back as it is: the wire renews tokens, once."""
        return resp


class Wire:
    """Sends requests until they are answered or have to be given up."""

    def __init__(
        self,
        adapters: Mapping[Service, HttpxRequestAdapter],
        credentials: Credentials,
        governor: Governor,
        clock: Clock,
        patience: Patience | None = None,
        jitter: random.Random | None = None,
    ) -> None:
        self.adapters = adapters
        self.credentials = credentials
        self.governor = governor
        self.clock = clock
        self._first_used: dict[str, float] = {}
        self.waiting = Waiting(clock, patience or Patience(), jitter or random.Random())  # noqa: S311 - spread only

    async def ask(self, call: Call, needs: Sequence[Need], count: Count, *, premium: bool = False) -> Answer:
        """The answer to a request.

        ``needs`` are the shares of buckets it takes. ``premium`` says that the tenant does have Entra ID P1, so
        that being told otherwise is tried again.

        Raises:
            Refused: it was refused, or given up after the last try.
            NotAllowed: the guard stopped it.
            SignInFailed: no token could be had.
        """
        tries = Tries()
        while True:
            async with self.governor.turn(needs):
                tries.sent += 1
                count.add()
                heard = await self._send(call, tries)
            if isinstance(heard, Answer):
                self.governor.succeeded(needs)
                self.governor.heed(needs, heard.headers)
                return heard
            await self.clock.sleep(await self.bear(heard, tries, needs, call, premium=premium))

    async def bear(
        self, heard: Said, tries: Tries, needs: Sequence[Need], call: Call, *, premium: bool = False
    ) -> float:
        """What a failed request has to wait for alone, in seconds; a whole bucket's pause is seen to here.

        Raises:
            Refused: it may not be sent again.
        """
        if heard.status == 401 and await self._has_renewed(heard, tries, call):  # noqa: PLR2004
            return 0
        # A token that was let in may run out again while a request is held back for an hour.
        tries.renewed = tries.renewed if heard.status == 401 else 0  # noqa: PLR2004
        floor = max(need.bucket.floor_seconds for need in needs)
        weary = self.governor.is_weary(needs)
        seconds = self.waiting.seconds(heard, tries, floor, premium=premium, weary=weary)
        if seconds is None:
            if heard.status == NO_ANSWER or is_throttled(heard) or heard.status >= 500:  # noqa: PLR2004
                self.governor.gave_up(needs)
            _note(logging.WARNING, "request refused", heard, call, tries)
            # What mends a refusal is another thing for a person than for an app.
            heard = replace(heard, delegated=signed_in_person(tries.token) is not None)
            raise Refused(gaps.gap(heard), heard)
        _note(logging.INFO, "request failed, asking again", heard, call, tries, seconds)
        if is_throttled(heard):
            self.governor.pause(needs, seconds)
            return 0
        return seconds

    async def _has_renewed(self, heard: Said, tries: Tries, call: Call) -> bool:
        """Whether a refused token was renewed, so that it is worth asking again: once, as a rule.

        A token another request had renewed may have run out again while this one waited for its turn: then again, a
        few times at the most, and only if another token comes of it.
        """
        if tries.renewed and (not tries.token_was_old or tries.renewed >= _MOST_RENEWALS):
            return False
        challenge = _CHALLENGE.search(heard.header("www-authenticate"))
        claims = _claims(challenge[1]) if challenge else None
        token = await self.credentials.renew(call.service, tries.token, claims)
        if tries.renewed and token == tries.token:
            return False
        tries.renewed += 1
        _note(logging.INFO, "token refused, renewed", heard, call, tries)
        return True

    def _is_old(self, token: str) -> bool:
        """Whether a token has been in use so long that it may have run out; notes when it first was."""
        now = self.clock.monotonic()
        if token not in self._first_used:
            if len(self._first_used) >= _TOKENS_REMEMBERED:
                del self._first_used[next(iter(self._first_used))]
            self._first_used[token] = now
        return now - self._first_used[token] >= _FRESH_SECONDS

    async def _send(self, call: Call, tries: Tries) -> Answer | Said:
        tries.token = await self.credentials.token(call.service)
        # As it is sent: an answer that takes long makes no token old.
        tries.token_was_old = self._is_old(tries.token)
        request = RequestInformation(Method.GET if call.content is None else Method.POST)
        request.url = call.address
        request.content = call.content
        request.headers.add_all({**call.headers, "Authorization": f"Bearer {tries.token}"})
        client_request_id = str(uuid.uuid4())
        request.headers.add("client-request-id", client_request_id)
        request.add_request_options([_RAW])
        adapter = self.adapters[call.service]
        try:
            response: Any = await adapter.send_primitive_async(request, "bytes", {})
        except (httpx.TransportError, httpx.DecodingError) as error:
            words = f"{type(error).__name__}: no whole answer came"
            return Said(call.service, NO_ANSWER, (CONNECTION_LOST,), words, client_request_id=client_request_id)
        heard = _read(call, response, client_request_id)
        # A response and its stream hold each other, and with them a megabyte that is of no more use.
        response.stream = _SPENT
        if isinstance(heard, Answer):
            return replace(heard, token=tries.token, token_was_old=tries.token_was_old)
        return heard


def _read(call: Call, response: httpx.Response, client_request_id: str) -> Answer | Said:
    """An answer where there is one; a redirect is none, because following it could carry the token away."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    headers.setdefault("client-request-id", client_request_id)
    if response.status_code == _NO_CONTENT or (call.points and response.has_redirect_location):
        return Answer(response.status_code, headers, {})
    if not response.is_success:
        return _redirected(call.service, response.status_code, headers) or said.read(
            call.service, response.status_code, headers, response.content
        )
    try:
        document = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        document = None
    if not isinstance(document, dict):
        return unreadable(call.service, "the answer was empty, cut off or is no JSON object", headers)
    if isinstance(document.get("error"), dict):
        return said.read(call.service, response.status_code, headers, document)
    if call.lists and not isinstance(document.get("value"), list):
        return unreadable(call.service, NO_LIST, headers)
    return Answer(response.status_code, headers, document)


def unreadable(service: Service, words: str, headers: Mapping[str, str]) -> Said:
    """A success that says nothing: taken for an answer, it would be a clean bill of health from a broken service."""
    ids = headers.get("request-id", ""), headers.get("client-request-id", "")
    return Said(service, NO_ANSWER, (UNREADABLE,), words, *ids, headers)


def _redirected(service: Service, status: int, headers: Mapping[str, str]) -> Said | None:
    if not 300 <= status < 400:  # noqa: PLR2004
        return None
    try:
        host = httpx.URL(headers.get("location", "")).host
    except httpx.InvalidURL:
        host = ""
    words = f"it points to {host or 'another address'}, which was not followed, so that the token goes nowhere else"
    return Said(
        service, status, ("Redirected",), words, headers.get("request-id", ""), headers["client-request-id"], headers
    )


def _claims(challenge: str) -> str | None:
    """The claims a 401 asks a new token to meet (they come in base64)."""
    try:
        return base64.b64decode(challenge + "=" * (-len(challenge) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def without_addresses(address: str) -> str:
    """An address fit for a log: no query, and no path segment that names a person."""
    path = address.partition("?")[0]
    return "/".join("…" if "@" in part or "%40" in part else part for part in path.split("/"))


def _note(level: int, event: str, heard: Said, call: Call, tries: Tries, seconds: float | None = None) -> None:
    log.log(
        level,
        event,
        extra={
            "service": str(call.service),
            "address": without_addresses(call.address),
            "status": heard.status,
            "code": heard.code,
            "request_id": heard.request_id,
            "client_request_id": heard.client_request_id,
            "data_set": asking.get(),
            "sent": tries.sent,
            "wait_seconds": seconds,
        },
    )
    log.debug("what was said", extra={"said": heard.message, "request_id": heard.request_id})
