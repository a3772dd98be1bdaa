"""What goes over the wire, without the wire: a question, its answer, and the line it leaves in the log."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import orjson

from m365audit.sample.tenant import Json

JSON = "application/json; odata.metadata=minimal; odata.streaming=true; IEEE754Compatible=false; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. ``path`` and ``query`` are as sent, still percent-encoded; header names are lower case.

    ``base`` is scheme and authority as the caller wrote them; absolute links in answers start with it.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    base: str
    batched: bool = False

    @property
    def preferences(self) -> dict[str, str]:
        """The ``Prefer`` header: preference (lower case) to value, quotes taken off; empty where it has no value."""
        pairs = (part.strip().partition("=") for part in self.headers.get("prefer", "").replace(";", ",").split(","))
        return {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs if name}


@dataclass(slots=True)
class Answer:
    """One response; ``body`` is what is sent, byte for byte."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, thing: Json, status: int = 200, headers: Mapping[str, str] | None = None) -> "Answer":
        """An answer whose body is that object."""
        return cls(status, orjson.dumps(thing), {"Content-Type": JSON, **(headers or {})})


@dataclass(frozen=True, slots=True)
class Logged:
    """One request as the log keeps it; a sub-request of a batch has a line of its own, ``batched``.

    ``what`` is the Exchange command where there is one. ``tenant`` is ``None`` when no valid token said which.
    """

    service: str
    method: str
    path: str
    query: str
    tenant: str | None
    status: int
    batched: bool = False
    what: str = ""


class Log:
    """Every request answered, and apart from them those that were no reads."""

    def __init__(self) -> None:
        self.requests: list[Logged] = []
        self.writes: list[Logged] = []

    def keep(self, line: Logged, *, write: bool = False) -> None:
        """Add a line; ``write`` when the request would have changed something, or asked to by its method."""
        self.requests.append(line)
        if write:
            self.writes.append(line)


def lower(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Headers with lower-case names; a header sent several times is joined with commas, as HTTP has it."""
    joined: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        joined[key] = f"{joined[key]}, {value}" if key in joined else value
    return joined
