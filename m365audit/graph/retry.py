"""When to ask again, and how long to wait before: decided in one place for every request."""

import random
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime

from m365audit.graph.clock import Clock
from m365audit.graph.gaps import PREMIUM_NEEDED
from m365audit.graph.said import BROKEN_PAGING, NO_ANSWER, Said, Service

_THROTTLED = frozenset({429, 503, 509})
_FAILING = frozenset({408, 502, 503, 504})

_THROTTLING_CODES = ("TooManyRequests", "activityLimitReached", "ApplicationThrottled")
_FINAL_CODES = ("DataInsightsRequestError", "ManagementObjectNotFoundException", "CommandNotFoundException")
_EXCHANGE_TRANSIENT = (
    "CmdletProxyNotAvailableFailure",
    "ServerBusyException",
    "TransientException",
    "BackendCommunicationException",
    "maximum number of concurrent requests",
)


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a request is sent before it is given up, by what went wrong, and the longest single wait."""

    throttled: int = 10
    failing: int = 6
    server_error: int = 3
    premium: int = 3
    weary: int = 2
    longest_wait_seconds: float = 1_200
    longest_backoff_seconds: float = 60


@dataclass(slots=True)
class Tries:
    """What has been tried for one request so far."""

    sent: int = 0
    has_renewed: bool = False
    token: str = field(default="", repr=False)


def is_throttled(said: Said) -> bool:
    """Whether the service asked to slow down."""
    if said.status in _THROTTLED and (said.status != 503 or said.header("retry-after")):  # noqa: PLR2004
        return True
    is_telling = said.status < 400 or said.service is Service.EXCHANGE  # noqa: PLR2004 - 200 with an error in it
    return any(said.has_code(code) for code in _THROTTLING_CODES) or (
        is_telling and said.mentions("maximum number of concurrent requests")
    )


def sends_allowed(said: Said, patience: Patience, *, premium: bool) -> int:
    """How often a request that fails like this is sent altogether; 1 where asking again is no use."""
    if said.has_code(BROKEN_PAGING) or any(said.has_code(code) for code in _FINAL_CODES):
        return 1
    if is_throttled(said):
        return patience.throttled
    is_transient = said.service is Service.EXCHANGE and any(said.mentions(part) for part in _EXCHANGE_TRANSIENT)
    if said.status in _FAILING or said.status == NO_ANSWER or is_transient:
        return patience.failing
    if said.status == 500:  # noqa: PLR2004
        return patience.server_error
    return patience.premium if premium and said.has_code(PREMIUM_NEEDED) else 1


class Waiting:
    """Works out waits; ``jitter`` is handed in so that a test can repeat them."""

    def __init__(self, clock: Clock, patience: Patience, jitter: random.Random) -> None:
        self._clock = clock
        self._patience = patience
        self._jitter = jitter

    def seconds(self, said: Said, tries: Tries, floor_seconds: float, *, premium: bool, weary: bool) -> float | None:
        """Seconds to wait before asking again; None when it is time to give up."""
        allowed = sends_allowed(said, self._patience, premium=premium)
        if weary:
            allowed = min(allowed, self._patience.weary)
        if tries.sent >= allowed:
            return None
        asked = retry_after(said.header("retry-after"), self._clock.now())
        if asked is not None:
            return asked if asked <= self._patience.longest_wait_seconds else None
        # A lost connection is no sign of overload, so the first second try may come soon.
        base = 0.5 if said.status == NO_ANSWER else floor_seconds
        backoff = base * 2 ** (tries.sent - 1) * self._jitter.uniform(1.0, 1.25)
        return float(min(backoff, max(self._patience.longest_backoff_seconds, floor_seconds)))


def retry_after(text: str, now: datetime) -> float | None:
    """The seconds a Retry-After asks for, written as seconds or as a date; None where it asks for nothing."""
    if not text:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds())
    except (TypeError, ValueError):
        return None
