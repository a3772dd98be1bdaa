"""What a service said when it did not answer: error bodies of every shape, read once into one shape."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import orjson

LONGEST_MESSAGE = 400
_LONGEST_RAW = 4_000

_EXCHANGE_EXCEPTION = re.compile(r"[^|]*\|(?:\w+\.)*(?P<name>\w+)\|")

NO_ANSWER = 0
"""The status of a request that got no whole answer: connection lost, body cut off."""

CONNECTION_LOST = "ConnectionLost"
UNREADABLE = "UnreadableAnswer"
BROKEN_PAGING = "BrokenPaging"


class Service(StrEnum):
    """The two services spoken to."""

    GRAPH = "graph"
    EXCHANGE = "exchange"


@dataclass(frozen=True, slots=True)
class Said:
    """One failure as the service put it.

    ``codes`` are ``error.code``, then the codes and exception types nested in it, innermost last.
    ``headers`` have lower-case names; ``raw`` is the beginning of the body, for looking things up in. ``delegated``
    says that it was said to a person, or a provider's account, and not to an app of its own.
    """

    service: Service
    status: int
    codes: tuple[str, ...] = ()
    message: str = ""
    request_id: str = ""
    client_request_id: str = ""
    headers: Mapping[str, str] | None = None
    raw: str = field(default="", repr=False)
    delegated: bool = False

    @property
    def code(self) -> str:
        """Microsoft's ``error.code``; empty where it gave none."""
        return self.codes[0] if self.codes else ""

    def header(self, name: str) -> str:
        """One header's value, empty where it was not sent."""
        return (self.headers or {}).get(name, "")

    def has_code(self, code: str) -> bool:
        """Whether that code was given, at any depth, in any case."""
        return code.lower() in {known.lower() for known in self.codes}

    def mentions(self, part: str) -> bool:
        """Whether these words stand anywhere in what was said, in any case."""
        return part.lower() in f"{self.message} {self.raw}".lower()


def read(service: Service, status: int, headers: Mapping[str, str], body: bytes | Mapping[str, Any]) -> Said:
    """Read a failure from its headers and body: JSON, stringified JSON, gateway HTML, NUL bytes or nothing."""
    lower = {name.lower(): value for name, value in headers.items()}
    document = body if isinstance(body, Mapping) else _document(body)
    error = _error(document)
    codes = tuple(dict.fromkeys(code for code in _codes(error) if code))
    inner = _lookup(error, "innererror")
    return Said(
        service,
        status,
        codes,
        _message(error, lower, body)[:LONGEST_MESSAGE],
        lower.get("request-id") or _text(_lookup(inner, "request-id")),
        lower.get("client-request-id") or _text(_lookup(inner, "client-request-id")),
        lower,
        (orjson.dumps(body) if isinstance(body, Mapping) else body)[:_LONGEST_RAW].decode("utf-8", "replace"),
    )


def _document(body: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _error(document: Any) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    """The error object, whether enveloped or bare."""
    if not isinstance(document, Mapping):
        return {}
    error = document.get("error", document)
    # OAuth's own shape: {"error": "invalid_request", "error_description": "..."}.
    if isinstance(error, str):
        return {"code": error, "message": _text(document.get("error_description"))}
    return error if isinstance(error, Mapping) else {}


def _lookup(of: Any, name: str) -> Any:  # noqa: ANN401 - JSON
    """A member by name in any case: ``innerError`` and ``innererror`` both occur."""
    if not isinstance(of, Mapping):
        return None
    return next((value for key, value in of.items() if key.lower() == name), None)


def _text(value: Any) -> str:  # noqa: ANN401 - JSON
    return value if isinstance(value, str) else ""


def _nested(error: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The objects inside an error that carry codes and words of their own, outermost first."""
    stringified = _text(_lookup(error, "message")).lstrip()
    if stringified.startswith("{"):
        document = _document(stringified.encode())
        if isinstance(document, Mapping):
            yield _error(document)
    for name in ("innererror", "internalexception"):
        inner = _lookup(error, name)
        if isinstance(inner, Mapping):
            yield inner
    details = _lookup(error, "details")
    if isinstance(details, list):
        yield from (detail for detail in details if isinstance(detail, Mapping))


def _codes(error: Mapping[str, Any]) -> Iterator[str]:
    for name in ("code", "errorcode"):
        yield _text(_lookup(error, name))
    yield _text(_lookup(error, "type")).rpartition(".")[2]
    # Exchange: "Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|The operation…".
    exception = _EXCHANGE_EXCEPTION.match(_text(_lookup(error, "message")))
    if exception:
        yield exception["name"]
    for inner in _nested(error):
        yield from _codes(inner)


def _words(error: Mapping[str, Any]) -> str:
    """The most telling words: Exchange's outer message is always generic, a stringified one is no sentence."""
    exception = _lookup(_lookup(error, "innererror"), "internalexception")
    if words := _text(_lookup(exception, "message")):
        return words
    details = _lookup(error, "details")
    if isinstance(details, list) and details and (words := _text(_lookup(details[0], "message"))):
        return words.rpartition("|")[2]
    message = _text(_lookup(error, "message"))
    if message.lstrip().startswith("{"):
        inner = _error(_document(message.encode()))
        return _words(inner) or message
    return message


def _message(error: Mapping[str, Any], headers: Mapping[str, str], body: bytes | Mapping[str, Any]) -> str:
    words = _words(error) or headers.get("x-ms-diagnostics", "")
    if not words and isinstance(body, bytes) and not body.lstrip().startswith((b"<", b"{")):
        words = body[:LONGEST_MESSAGE].decode("utf-8", "replace")
    return " ".join(words.replace("\x00", " ").split())
