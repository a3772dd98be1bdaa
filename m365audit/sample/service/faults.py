"""What can go wrong with one answer: a table of kinds, each of which makes something else of the true answer.

Microsoft's own wording stands in :mod:`graph_errors` and :mod:`exchange_errors`. When each kind strikes is for
:mod:`schedule` to say.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Literal
from urllib.parse import parse_qsl

import orjson

from m365audit.sample.service import exchange_errors
from m365audit.sample.service.graph_errors import DIRECTORY, ProblemError, refused
from m365audit.sample.service.message import Answer, Ask
from m365audit.sample.service.tokens import Tokens
from m365audit.sample.tenant import Json

Place = Literal["graph", "batch", "part", "exchange"]
"""Where it strikes: a request to Graph, a ``$batch`` as a whole, one request inside it, a request to Exchange."""

BreakOff = Literal["cut", "hang-up", "slow"]
"""How a connection ends too early: after half of the answer, before any of it, or half and then nothing for long."""

Family = Literal["throttled", "failing", "confused", "token", "resync", "harmless"]
"""Kinds that are one trouble in different words: running into several of them is running into the same again."""

PASSES: Mapping[Family, int] = {"throttled": 4, "failing": 4, "confused": 2, "token": 1, "resync": 1, "harmless": 1}
"""How often in a row one request may meet a family where the trouble is a passing one."""

NEXT_LINK = "@odata.nextLink"
FOREIGN = (
    "https://evil.test",
    "https://graph.microsoft.com.evil.test",
    "https://graph.microsoft.com@evil.test",
    "https://graph.microsoft.com:8443",
    "http://evil.test",
)
"""Places a token must never be taken to."""

_KEPT = ("request-id", "client-request-id", "Date")
_GATEWAY = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
_TOO_MANY = b"You have reached the maximum number of concurrent requests per tenant. Please wait and try again"
_PASSING_400 = (
    "Microsoft.Exchange.Management.RestApiClient.CmdletProxyNotAvailableFailure",
    "Microsoft.Exchange.Data.Directory.ServerBusyException",
    "Microsoft.Exchange.Data.Storage.TransientException",
    "Microsoft.Exchange.Net.BackendCommunicationException",
)


@dataclass(frozen=True, slots=True)
class Moment:
    """What a kind may know. ``now`` is what the service takes for the time, which need not be everybody's."""

    ask: Ask
    place: Place
    now: datetime
    tokens: Tokens
    chance: random.Random


Change = Callable[[Moment, Answer], Answer | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to go wrong. ``change`` gives nothing where the answer is none that this could happen to.

    ``passing`` may happen a few times and be over, ``lasting`` may go on for ever.
    """

    name: str
    family: Family
    places: frozenset[Place]
    change: Change
    passing: bool = True
    lasting: bool = True
    break_off: BreakOff | None = None


def _instead(
    moment: Moment, true: Answer, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> Answer:
    kept = {name: true.headers[name] for name in _KEPT if name in true.headers}
    if "Date" in kept:
        kept["Date"] = format_datetime(moment.now, usegmt=True)
    return Answer(status, body, {**kept, **(headers or {})})


def _said(moment: Moment, true: Answer, status: int, code: str, headers: Mapping[str, str] | None = None) -> Answer:
    """A refusal in the service's own envelope."""
    if moment.place == "exchange":
        error = {"code": code, "message": "Error executing cmdlet", "details": [], "innererror": {"message": code}}
        body, kind = orjson.dumps({"error": error}), "application/json; charset=utf-8"
    else:
        problem = refused(ProblemError(status, code, f"{code}."), moment.ask, moment.now, "sample-request")
        body, kind = problem.body, problem.headers["Content-Type"]
    return _instead(moment, true, status, body, {"Content-Type": kind, **(headers or {})})


def _saying(status: int, code: str, *, wait: bool = False) -> Change:
    def change(moment: Moment, true: Answer) -> Answer:
        headers = {"Retry-After": str(moment.chance.randint(1, 30))} if wait else {}
        return _said(moment, true, status, code, headers)

    return change


def _until(moment: Moment, true: Answer) -> Answer:
    ends = moment.now + timedelta(seconds=moment.chance.randint(1, 30))
    return _said(moment, true, 429, "TooManyRequests", {"Retry-After": format_datetime(ends, usegmt=True)})


def _bare(status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Change:
    return lambda moment, true: _instead(moment, true, status, body, headers)


def _as_it_is(_moment: Moment, true: Answer) -> Answer:
    return true


def _truncated(moment: Moment, true: Answer) -> Answer | None:
    if true.status != 200 or len(true.body) < 2:  # noqa: PLR2004 - the shortest object
        return None
    at = moment.chance.randrange(1, len(true.body))
    return Answer(true.status, true.body[:at], dict(true.headers))


def _emptied(_moment: Moment, true: Answer) -> Answer | None:
    return Answer(true.status, b"", dict(true.headers)) if true.status == 200 and true.body else None  # noqa: PLR2004


def _missing(_moment: Moment, _true: Answer) -> Answer:
    return Answer(0)


def _listing(true: Answer) -> Json | None:
    """The answer as an object, where it is a list."""
    if true.status != 200 or not true.body.startswith(b"{"):  # noqa: PLR2004
        return None
    document: Json = orjson.loads(true.body)
    return document if isinstance(document.get("value"), list) else None


def _with(true: Answer, document: Json) -> Answer:
    return Answer(true.status, orjson.dumps(document), dict(true.headers))


def _without_value(_moment: Moment, true: Answer) -> Answer | None:
    document = _listing(true)
    if document is None:
        return None
    return _with(true, {name: value for name, value in document.items() if name not in ("value", NEXT_LINK)})


def _repeating(moment: Moment, true: Answer) -> Answer | None:
    """The next page begins with the last object of this one."""
    document = _listing(true)
    if document is None or len(document["value"]) < 2 or NEXT_LINK not in document:  # noqa: PLR2004
        return None
    before, mark, token = document[NEXT_LINK].rpartition("$skiptoken=")
    state = moment.tokens.unseal(token)
    if state is None or state["blank"]:
        return None
    return _with(true, {**document, NEXT_LINK: before + mark + moment.tokens.seal({**state, "at": state["at"] - 1})})


def _looping(moment: Moment, true: Answer) -> Answer | None:
    """The next page is this one."""
    document = _listing(true)
    ask = moment.ask
    address = f"{ask.base}{ask.path}" + (f"?{ask.query}" if ask.query else "")
    return None if document is None else _with(true, {**document, NEXT_LINK: address})


def _round_again(moment: Moment, true: Answer) -> Answer | None:
    """The next page is the first one, at an address that is new each time."""
    document = _listing(true)
    if document is None or NEXT_LINK not in document or len(document["value"]) < 2:  # noqa: PLR2004
        return None
    before, mark, token = document[NEXT_LINK].rpartition("$skiptoken=")
    state = {**(moment.tokens.unseal(token) or {}), "at": 0, "blank": True, "time": moment.chance.random()}
    return _with(true, {**document, NEXT_LINK: before + mark + moment.tokens.seal(state)})


def _led_away(moment: Moment, true: Answer) -> Answer | None:
    document = _listing(true)
    if document is None:
        return None
    address = f"{moment.chance.choice(FOREIGN)}{moment.ask.path}?$skiptoken=x"
    return _with(true, {**document, NEXT_LINK: address})


def _redirected(moment: Moment, true: Answer) -> Answer:
    status = moment.chance.choice((301, 302, 307, 308))
    return _instead(moment, true, status, b"", {"Location": f"{moment.chance.choice(FOREIGN)}{moment.ask.path}"})


def _resync(moment: Moment, true: Answer) -> Answer | None:
    path = moment.ask.path.removesuffix("()")
    if not path.endswith("/delta"):
        return None
    asked = [f"{name}={value}" for name, value in parse_qsl(moment.ask.query) if name not in ("token", "$skiptoken")]
    location = f"{moment.ask.base}{moment.ask.path}" + (f"?{'&'.join(asked)}" if asked else "")
    return _said(moment, true, 410, "resyncRequired", {"Location": location})


def _expired(moment: Moment, true: Answer) -> Answer:
    if moment.place == "exchange":
        return _instead(moment, true, 401, b"", exchange_errors.unauthorised().headers)
    challenge = 'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"'
    return _said(moment, true, 401, "InvalidAuthenticationToken", {"WWW-Authenticate": challenge})


def _passing_400(moment: Moment, true: Answer) -> Answer:
    kind = moment.chance.choice(_PASSING_400)
    answer = exchange_errors.CmdletError(400, kind, "The server cannot serve the request now.").answer()
    return _instead(moment, true, answer.status, answer.body, answer.headers)


def _refused_by_role(moment: Moment, true: Answer) -> Answer:
    body = moment.chance.choice((b"", b"\x00" * 16))
    return _instead(moment, true, 403, body, exchange_errors.forbidden("sample").headers)


_GRAPH: frozenset[Place] = frozenset({"graph", "batch", "part"})
_PART: frozenset[Place] = frozenset({"part"})
_EXCHANGE: frozenset[Place] = frozenset({"exchange"})
_LISTS: frozenset[Place] = frozenset({"graph", "part", "exchange"})
_WHOLE: frozenset[Place] = frozenset({"graph", "batch", "exchange"})
_ALL = _GRAPH | _EXCHANGE
_TEXT = {"Content-Type": "text/plain"}
_HTML = {"Content-Type": "text/html"}

KINDS: tuple[Kind, ...] = (
    Kind("429 with seconds", "throttled", _ALL, _saying(429, "TooManyRequests", wait=True)),
    Kind("429 with a date", "throttled", _ALL, _until),
    Kind("429 without Retry-After", "throttled", _ALL, _saying(429, "TooManyRequests")),
    Kind("503 with seconds", "throttled", _ALL, _saying(503, "serviceNotAvailable", wait=True)),
    Kind("too many at once, in plain text", "throttled", _EXCHANGE, _bare(503, _TOO_MANY, _TEXT)),
    Kind("500", "confused", _ALL, _saying(500, "InternalServerError")),
    Kind("502 in HTML", "failing", _WHOLE, _bare(502, _GATEWAY, _HTML)),
    Kind("503 without Retry-After", "failing", _ALL, _saying(503, "serviceNotAvailable")),
    Kind("504 without a body", "failing", _ALL, _bare(504)),
    Kind("connection reset before the answer", "failing", _WHOLE, _as_it_is, break_off="hang-up"),
    Kind("connection reset inside the answer", "failing", _WHOLE, _as_it_is, break_off="cut"),
    Kind("a body too slow", "failing", _WHOLE, _as_it_is, break_off="slow"),
    Kind("truncated JSON", "failing", _WHOLE, _truncated),
    Kind("200 without a body", "failing", _ALL, _emptied),
    Kind("200 without a value", "failing", _LISTS, _without_value),
    Kind("200 with an error in it", "confused", _ALL, _saying(200, "UnknownError")),
    Kind("no response inside the batch", "failing", _PART, _missing),
    Kind("400 that passes", "failing", _EXCHANGE, _passing_400),
    Kind("expired token", "token", _ALL, _expired),
    Kind("410 resync", "resync", frozenset({"graph"}), _resync),
    Kind("items repeated on the next page", "harmless", _LISTS, _repeating, lasting=False),
    Kind("a page that is its own next one", "confused", _LISTS, _looping, passing=False),
    Kind("pages that go round", "confused", _LISTS, _round_again, passing=False),
    Kind("a next page elsewhere", "confused", _LISTS, _led_away, passing=False),
    Kind("a redirect elsewhere", "confused", _ALL, _redirected, passing=False),
    Kind("403", "confused", _GRAPH, _saying(DIRECTORY.status, DIRECTORY.code), passing=False),
    Kind("403 without words", "confused", _EXCHANGE, _refused_by_role, passing=False),
    Kind("400", "confused", _ALL, _saying(400, "BadRequest"), passing=False),
)
"""Every kind there is."""
