"""Which policies apply to which account, and what they come to together; what is not known is never taken for yes."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

from m365audit.rules.sign_in.places import Place
from m365audit.rules.sign_in.sign_in_holes import Hole, Space
from m365audit.rules.sign_in.sign_in_kinds import ALL, Demands, legacy, modern

MEMBER: Final = "member"
_GUESTS: Final = "guestsorexternalusers"
_ASKED: Final = frozenset({"enabled", "enforced"})

State = Literal["in force", "reports", "off", "unclear"]
Clients = Literal["modern", "legacy"]
Yes = bool | None
"""Yes, no, or not known."""


@dataclass(frozen=True, slots=True)
class Whom:
    """Whom a policy takes in or leaves out; all ids and words in lower case."""

    users: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    guests: frozenset[str] = frozenset()
    guests_of: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy that asks for the second step, or blocks, at some sign-ins.

    ``demands`` hold all at once; of a policy that is not wholly understood they are the most it can ask. Only of one
    that ``is_understood`` and in force is it certain that it asks.
    """

    id: str
    name: str
    state: State
    takes_in: Whom
    leaves_out: Whom
    demands: Demands
    asks: bool = True
    """Whether the second step is among what it wants."""
    is_understood: bool = True
    whom_is_unclear: bool = False
    only: tuple[str, ...] = ()
    """What keeps it from asking everywhere, in words."""

    @property
    def is_about_apps(self) -> bool:
        """Whether it asks at any sign-in at all; others are about registering, or about actions in an app."""
        return any(demand.apps - {"none"} for demand in self.demands)


@dataclass(frozen=True, slots=True)
class Account:
    """An account as policies see it. ``groups`` are those some policy names, nested ones included.

    ``kind`` is ``member``, or Microsoft's word for the kind of guest, in lower case. ``setting`` is the older setting
    of the account alone, ``None`` where it is not known.
    """

    id: str
    kind: str = MEMBER
    groups: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    setting: str | None = None


class Answer(StrEnum):
    """Whether an account is asked for the second step at every sign-in."""

    ASKED = "asked"
    MILD = "asked but where the council may have meant not to"
    NOT_ASKED = "not asked"
    UNCLEAR = "not known"


@dataclass(frozen=True, slots=True)
class Told:
    """The answer, with the sign-ins that need no second step (of the policies that certainly ask)."""

    answer: Answer
    holes: tuple[Hole, ...] = ()


@dataclass(frozen=True)
class Policies:
    """All policies of a tenant, the places they name, and the groups and roles whose members are not known.

    ``places`` are ``None`` where they could not be read. ``clients`` says which sign-ins are looked at.
    """

    policies: tuple[Policy, ...]
    places: tuple[Place, ...] | None = ()
    unread_groups: frozenset[str] = frozenset()
    unread_roles: frozenset[str] = frozenset()
    defaults_on: bool | None = False
    _spaces: dict[Clients, "_Asked"] = field(default_factory=dict, compare=False)

    def on_modern_clients(self, account: Account) -> Told:
        """Whether an account is asked at every sign-in by a client that can ask."""
        if self.defaults_on or (account.setting or "") in _ASKED:
            return Told(Answer.ASKED)
        told = self._by_policies(account, "modern")
        may_be_asked = self.defaults_on is None or account.setting is None or account.setting != "disabled"
        return Told(Answer.UNCLEAR, told.holes) if told.answer is not Answer.ASKED and may_be_asked else told

    def on_old_clients(self, account: Account) -> Told:
        """Whether an account is kept out at every sign-in by a client that cannot ask."""
        if self.defaults_on:
            return Told(Answer.ASKED)
        told = self._by_policies(account, "legacy")
        may_be_kept_out = self.defaults_on is None
        return Told(Answer.UNCLEAR, told.holes) if told.answer is not Answer.ASKED and may_be_kept_out else told

    def applies(self, policy: Policy, account: Account) -> Yes:
        """Whether a policy takes an account in and does not leave it out."""
        taken_in = True if policy.whom_is_unclear else self.matches(policy.takes_in, account)
        left_out = self.matches(policy.leaves_out, account)
        if taken_in is False or left_out is True:
            return False
        return None if taken_in is None or left_out is None or policy.whom_is_unclear else True

    def matches(self, whom: Whom, account: Account) -> Yes:
        """Whether an account is one of those named."""
        answers = (
            ALL in whom.users or account.id in whom.users or (_GUESTS in whom.users and account.kind != MEMBER),
            _one_of(whom.groups, account.groups, self.unread_groups),
            _one_of(whom.roles, account.roles, self.unread_roles),
            _is_guest_of(whom, account),
        )
        return True if True in answers else None if None in answers else False

    def _by_policies(self, account: Account, clients: Clients) -> Told:
        space = self._space(clients)
        sure, at_best = 0, 0
        for policy, bits, is_sure in space.policies:
            applies = self.applies(policy, account)
            if applies is not False:
                at_best |= bits
                if applies and is_sure:
                    sure |= bits
        if (sure, at_best) not in space.told:
            space.told[sure, at_best] = _told(space.space, sure, at_best)
        return space.told[sure, at_best]

    def _space(self, clients: Clients) -> "_Asked":
        if clients not in self._spaces:
            live = [p for p in self.policies if p.state in ("in force", "unclear") and p.demands]
            demands = tuple(dict.fromkeys(demand for policy in live for demand in policy.demands))
            axes = modern(demands, self.places) if clients == "modern" else legacy(demands, self.places)
            space = Space(demands, axes)
            bits = tuple((p, space.bits(p.demands), p.is_understood and p.state == "in force") for p in live)
            self._spaces[clients] = _Asked(space, bits, {})
        return self._spaces[clients]


@dataclass(frozen=True, slots=True)
class _Asked:
    """The kinds of sign-in, what each policy asks at them, whether it surely does; and what was worked out so far."""

    space: Space
    policies: tuple[tuple[Policy, int, bool], ...]
    told: dict[tuple[int, int], Told]


def _told(space: Space, sure: int, at_best: int) -> Told:
    """The answer of demands that surely hold, and of those that may hold at best."""
    holes = tuple(space.holes(sure))
    if not holes:
        return Told(Answer.ASKED)
    answer = _weighed(holes)
    best = tuple(space.holes(at_best))
    return Told(answer if best and _weighed(best) is answer else Answer.UNCLEAR, holes)


def _weighed(holes: tuple[Hole, ...]) -> Answer:
    return Answer.MILD if all(hole.mild for hole in holes) else Answer.NOT_ASKED


def _one_of(named: frozenset[str], held: frozenset[str], unread: frozenset[str]) -> Yes:
    if named & held:
        return True
    return None if named & unread else False


def _is_guest_of(whom: Whom, account: Account) -> Yes:
    if account.kind not in whom.guests:
        return False
    # Which organisation a guest belongs to is not said anywhere in the directory.
    return True if ALL in whom.guests_of or account.kind == "internalguest" else None
