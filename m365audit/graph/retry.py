"""When to ask again, and how long to wait before: decided in one place for every request."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

from m365audit.graph.clock import Clock
from m365audit.graph.gaps import PREMIUM_NEEDED
from m365audit.graph.said import BROKEN_PAGING, NO_ANSWER, Said, Service

_THROTTLED = frozenset({429, 503, 509})
_FAILING = frozenset({408, 502, 503, 504})
_NOT_OFFERED = frozenset({501, 505})

_THROTTLING_CODES = ("TooManyRequests", "activityLimitReached", "ApplicationThrottled")
_FINAL_CODES = ("DataInsightsRequestError", "ManagementObjectNotFoundException", "CommandNotFoundException")
_EXCHANGE_TRANSIENT = (
    "CmdletProxyNotAvailableFailure",
    "ServerBusyException",
    "TransientException",
    "BackendCommunicationException",
    "maximum number of concurrent requests",
)


Trouble = Literal["throttled", "failing", "server_error", "premium"]
"""What asking again may mend, as ``Patience`` counts it."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a request may fail before it is given up, counted apart by what went wrong, and the longest waits.

    ``weary`` replaces the others where a service has let nothing through for some time.
    """

    throttled: int = 10
    failing: int = 6
    server_error: int = 3
    premium: int = 3
    weary: int = 2
    longest_wait_seconds: float = 1_200
    longest_backoff_seconds: float = 60


@dataclass(slots=True)
class Tries:
    """What has been tried for one request so far.

    ``renewed``: how often in a row its token was refused and renewed. ``token_was_old``: whether the token it was last
    sent with had been in use for some time.
    """

    sent: int = 0
    renewed: int = 0
    token_was_old: bool = False
    token: str = field(default="", repr=False)
    failed: Counter[Trouble] = field(default_factory=Counter)


def is_throttled(said: Said) -> bool:
    """Whether the service asked to slow down."""
    if said.status in _THROTTLED and (said.status != 503 or said.header("retry-after")):  # noqa: PLR2004
        return True
    is_telling = said.status < 400 or said.service is Service.EXCHANGE  # noqa: PLR2004 - 200 with an error in it
    return any(said.has_code(code) for code in _THROTTLING_CODES) or (
        is_telling and said.mentions("maximum number of concurrent requests")
    )


def trouble(said: Said, *, premium: bool) -> Trouble | None:
    """What is wrong, where asking again may mend it; nothing where it is no use."""
    if said.has_code(BROKEN_PAGING) or any(said.has_code(code) for code in _FINAL_CODES):
        return None
    if is_throttled(said):
        return "throttled"
    is_transient = said.service is Service.EXCHANGE and any(said.mentions(part) for part in _EXCHANGE_TRANSIENT)
    if said.status in _FAILING or said.status == NO_ANSWER or is_transient:
        return "failing"
    # An error in an answer that calls itself a success is the service's confusion, whatever the error says.
    if (said.status >= 500 and said.status not in _NOT_OFFERED) or 200 <= said.status < 300:  # noqa: PLR2004
        return "server_error"
    return "premium" if premium and said.has_code(PREMIUM_NEEDED) else None


class Waiting:
    """Works out waits; ``jitter`` is handed in so that a test can repeat them."""

    def __init__(self, clock: Clock, patience: Patience, jitter: random.Random) -> None:
        self._clock = clock
        self._patience = patience
        self._jitter = jitter

    def seconds(self, said: Said, tries: Tries, floor_seconds: float, *, premium: bool, weary: bool) -> float | None:
        """Seconds to wait before asking again, the failure counted; None when it is time to give up."""
        what = trouble(said, premium=premium)
        if what is None:
            return None
        # Each trouble has a patience of its own: a request held back five times may still lose its connection once.
        tries.failed[what] += 1
        allowed: int = getattr(self._patience, what)
        if tries.failed[what] >= (min(allowed, self._patience.weary) if weary else allowed):
            return None
        asked = retry_after(said.header("retry-after"), self._clock.now(), said.header("date"))
        if asked is not None:
            return asked if asked <= self._patience.longest_wait_seconds else None
        # A lost connection is no sign of overload, so the first second try may come soon.
        base = 0.5 if said.status == NO_ANSWER else floor_seconds
        backoff = base * 2 ** (tries.sent - 1) * self._jitter.uniform(1.0, 1.25)
        return float(min(backoff, max(self._patience.longest_backoff_seconds, floor_seconds)))


def retry_after(text: str, now: datetime, answered: str = "") -> float | None:
    """The seconds a Retry-After asks for, written as seconds or as a date; None where it asks for nothing.

    A date is the service's, so it is measured against the service's own ``answered`` (its Date header): this
    machine's clock, ``now``, may be hours off, and counts only where there is no such header.
    """
    if not text:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    until = _moment(text)
    return None if until is None else max(0.0, (until - (_moment(answered) or now)).total_seconds())


def _moment(text: str) -> datetime | None:
    """An HTTP date; one without a zone is in UTC, as HTTP has it."""
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
