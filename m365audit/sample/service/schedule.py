"""When things go wrong: by seed and by what is asked, so that no order of asking changes it."""

import hashlib
import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from m365audit.sample.service.faults import KINDS, PASSES, BreakOff, Family, Kind, Moment, Place
from m365audit.sample.service.message import Answer, Ask
from m365audit.sample.service.tokens import Tokens

_PAGE_TOKENS = ("$skiptoken", "token")
_MOST_SKEW_HOURS = 6


@dataclass(frozen=True, slots=True)
class Strike:
    """One thing that went wrong: which kind, where, to what request, and whether it does for ever."""

    kind: str
    place: Place
    identity: str
    lasting: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What one request meets: these kinds one after another and then nothing more, or one for ever."""

    kinds: tuple[Kind, ...]
    lasting: bool


class Schedule:
    """Which requests meet which faults, drawn from ``seed`` and from nothing but what is asked.

    ``share`` of all different requests (0 to 1) meet something, and ``lasting`` of those (0 to 1) meet it for ever;
    the others meet at most ``most`` passing faults in a row. ``kinds`` limits what can happen. ``witness`` is told of
    every strike as it happens, ``strikes`` keeps them.

    The service's clock is wrong by some hours, the same for the whole schedule.
    """

    def __init__(
        self,
        seed: int,
        *,
        share: float = 0.1,
        lasting: float = 0.0,
        most: int = 4,
        kinds: Iterable[Kind] = KINDS,
        witness: Callable[[Strike], None] | None = None,
    ) -> None:
        self.seed = seed
        self.strikes: list[Strike] = []
        self._share = share
        self._lasting = lasting
        self._most = most
        self._kinds = tuple(kinds)
        self.witness = witness
        self._plans: dict[str, Plan | None] = {}
        self._met: Counter[str] = Counter()
        self._resynced: set[str] = set()
        self._skew = timedelta(hours=self._chance("clock").uniform(-_MOST_SKEW_HOURS, _MOST_SKEW_HOURS))

    def befall(self, ask: Ask, true: Answer, tokens: Tokens, now: datetime) -> tuple[Answer, BreakOff | None]:
        """What becomes of a request's true answer, and how the connection breaks off over it, if it does."""
        place = place_of(ask)
        if place is None:
            return true, None
        if "Date" in true.headers:
            true.headers["Date"] = format_datetime(now + self._skew, usegmt=True)
        identity = identity_of(ask, place, tokens)
        kind, lasting = self._next(identity, place)
        if kind is None:
            return true, None
        moment = Moment(ask, place, now + self._skew, tokens, self._chance(identity, self._met[identity]))
        changed = self._changed(kind, moment, true, lasting=lasting)
        if changed is None:
            return true, None
        self._note(Strike(kind.name, place, identity, lasting))
        return changed, kind.break_off

    def _next(self, identity: str, place: Place) -> tuple[Kind | None, bool]:
        """What a request meets this time, and whether it always will."""
        if identity not in self._plans:
            self._plans[identity] = self._drawn(identity, place)
        plan, times = self._plans[identity], self._met[identity]
        if plan is None or (not plan.lasting and times >= len(plan.kinds)):
            return None, False
        self._met[identity] += 1
        return plan.kinds[times % len(plan.kinds)], plan.lasting

    def _changed(self, kind: Kind, moment: Moment, true: Answer, *, lasting: bool) -> Answer | None:
        if kind.family == "resync" and not lasting:
            # A feed that starts again at every page would never end, which is no passing trouble.
            if moment.ask.path in self._resynced:
                return None
            self._resynced.add(moment.ask.path)
        return kind.change(moment, true)

    def _drawn(self, identity: str, place: Place) -> Plan | None:
        chance = self._chance(identity)
        if chance.random() >= self._share:
            return None
        lasting = chance.random() < self._lasting
        fitting = [kind for kind in self._kinds if place in kind.places and (kind.lasting if lasting else kind.passing)]
        if not fitting:
            return None
        if lasting:
            return Plan((chance.choice(fitting),), lasting=True)
        return Plan(
            tuple(_bearable(chance.choice(fitting) for _ in range(chance.randint(1, self._most)))), lasting=False
        )

    def _chance(self, *of: object) -> random.Random:
        drawn = hashlib.sha256("\n".join(map(str, (self.seed, *of))).encode()).digest()
        return random.Random(drawn)  # noqa: S311 - no secret

    def _note(self, strike: Strike) -> None:
        self.strikes.append(strike)
        if self.witness is not None:
            self.witness(strike)


def _bearable(kinds: Iterable[Kind]) -> Iterable[Kind]:
    """The kinds without those that would make one family more than a passing trouble."""
    met: Counter[Family] = Counter()
    for kind in kinds:
        if met[kind.family] < PASSES[kind.family]:
            met[kind.family] += 1
            yield kind


def place_of(ask: Ask) -> Place | None:
    """Where a request goes; nowhere that faults are drawn for, if it is one for signing in."""
    first = ask.path.strip("/").partition("/")[0].lower()
    if first == "adminapi":
        return "exchange"
    if first not in ("v1.0", "beta"):
        return None
    if ask.batched:
        return "part"
    return "batch" if ask.method == "POST" and ask.path.endswith("/$batch") else "graph"


def identity_of(ask: Ask, place: Place, tokens: Tokens) -> str:
    """What tells a request from every other and is the same whenever it is sent.

    A page is the place in its list, for its token is sealed anew each time; a batch is what it carries.
    """
    query = "&".join(f"{name}={_page(value, tokens) if name in _PAGE_TOKENS else value}" for name, value in _pairs(ask))
    return f"{place} {ask.method} {unquote(ask.path)}?{query} {_body(ask, place)}".strip()


def _pairs(ask: Ask) -> list[tuple[str, str]]:
    return sorted(parse_qsl(ask.query, keep_blank_values=True))


def _page(token: str, tokens: Tokens) -> str:
    state: Any = tokens.unseal(token) or {}
    return f"{state.get('at')}{'+' if state.get('blank') else ''}"


def _body(ask: Ask, place: Place) -> str:
    if place == "batch":
        return hashlib.sha256(ask.body).hexdigest()[:16]
    return ask.body.decode("utf-8", "replace")
