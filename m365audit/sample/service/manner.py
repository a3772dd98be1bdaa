"""How the imitation behaves where Microsoft 365 may behave in several ways, and what can be made to go wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

from m365audit.sample.service.clock import Clock
from m365audit.sample.service.faults import BreakOff
from m365audit.sample.service.message import Answer, Ask
from m365audit.sample.service.schedule import Schedule
from m365audit.sample.service.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Manner:
    """Choices Microsoft leaves itself. A client that is right is right under all of them.

    ``max_page`` caps every page, whatever was asked for. ``seed`` shuffles every collection (``None`` keeps the order
    of the tenant). ``empty_pages`` puts an empty page with a nextLink before every other page. ``repeats`` sends some
    sites twice, and some drive items first as they were earlier and later as they are. ``inherited_from`` is what an
    inherited permission carries: a reference, an empty object, or nothing. ``marks_own`` says whether a library's feed
    marks only what was shared itself when it is asked to, and not all below it (``None``: for those with
    Sites.FullControl.All). ``false_refusals`` is how often a tenant
    with Entra ID P1 is at first told it has none. ``mailbox_seconds`` is how long a mailbox is busy with a request.
    ``token_seconds`` is how long a bearer token lasts.
    """

    max_page: int | None = None
    seed: int | None = None
    empty_pages: bool = False
    repeats: bool = False
    inherited_from: Literal["reference", "empty", "absent"] = "reference"
    marks_own: bool | None = None
    false_refusals: int = 0
    mailbox_seconds: float = 0.005
    token_seconds: int = 3600


@dataclass(slots=True)
class Fault:
    """One thing going wrong: whatever asks for a path like ``pattern`` (``*`` and ``?`` as in a shell) gets this.

    Paths are whole (``/v1.0/drives/*``), without the query; an Exchange command is its path, a slash and its name.
    ``times`` runs out; ``None`` never does. ``cut`` sends half of the true answer, ``hang-up`` none of it, ``slow``
    half and the rest never; all only outside ``$batch``. Otherwise the answer is ``status`` with ``headers``, and
    ``body`` or else an error of that ``code`` and ``message``.
    """

    pattern: str
    status: int = 503
    code: str = "serviceNotAvailable"
    message: str = "The service is not available. Try the request again after a delay."
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    times: int | None = None
    break_off: BreakOff | None = None


class Faults:
    """The faults in force: those that were planted, in that order, and those a schedule draws."""

    def __init__(self, schedule: Schedule | None, tokens: Tokens, clock: Clock) -> None:
        self._faults: list[Fault] = []
        self._schedule = schedule
        self._tokens = tokens
        self._clock = clock

    def befall(self, ask: Ask, true: Answer) -> tuple[Answer, BreakOff | None]:
        """What the schedule makes of a true answer, and how the connection breaks off over it, if it does."""
        if self._schedule is None:
            return true, None
        return self._schedule.befall(ask, true, self._tokens, self._clock.now())

    def plant(self, fault: Fault) -> None:
        """Put a fault in force."""
        self._faults.append(fault)

    def strike(self, path: str, *, breaking: bool) -> Fault | None:
        """The first fault for that path, counted down; ``breaking`` chooses those that break the connection off."""
        for fault in self._faults:
            struck = bool(fault.break_off) is breaking and fault.times != 0 and fnmatchcase(path, fault.pattern)
            if struck:
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None
