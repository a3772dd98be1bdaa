"""Before anything is asked: which data sets a sign-in will read, which in part, which not, and what would change it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from m365audit.connectors import CONNECTORS, Connector
from m365audit.model.parts import Part
from m365audit.model.permission_table import PERMISSIONS, served_by
from m365audit.model.permissions import Resource
from m365audit.model.plans import Plan
from m365audit.model.words import GapKind


class Foreseen(StrEnum):
    """What will become of a data set."""

    ASSESSED = "assessed"
    PARTLY = "partly"
    NOT = "not"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of a sign-in and a tenant; ``None`` everywhere means that nobody could tell.

    ``permissions`` is what is granted, ``delegated`` whether a person signed in, ``roles`` which directory roles are
    held. ``plans`` is what the subscriptions carry. ``exchange_role`` says whether Exchange lets the app in by its
    directory role, ``cmdlets`` which commands it then shows. ``access_policy`` says whether Teams lets the app read the
    options of meetings, ``names_shown`` whether reports of use show names. ``rights_in_snapshot`` says whether a
    snapshot of the configuration holds the rights over mailboxes.
    """

    permissions: frozenset[str] | None
    delegated: bool = False
    roles: frozenset[str] | None = None
    plans: frozenset[Plan] | None = None
    exchange_role: bool | None = None
    cmdlets: frozenset[str] | None = None
    access_policy: bool | None = None
    names_shown: bool | None = None
    rights_in_snapshot: bool | None = None


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that keeps a part from being read, what would change that, and whether it is so for certain."""

    kind: GapKind
    why: str
    change: str
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Foresight:
    """What will become of one data set: why not all of it, and what would change it, one sentence each."""

    data_set: str
    verdict: Foreseen
    why: tuple[str, ...] = ()
    change: tuple[str, ...] = ()
    kinds: tuple[GapKind, ...] = ()


def foresee(situation: Situation, connectors: Iterable[Connector] = CONNECTORS) -> dict[str, Foresight]:
    """What will become of every data set, by name.

    What only the data can tell (a library that is locked, a mailbox that is away) nobody can foresee.
    """
    filled_by = {name: connector for connector in connectors for name in connector.data_sets}
    found: dict[str, Foresight] = {}

    def of(name: str) -> Foresight:
        if name not in found:
            connector = filled_by[name]
            upstream = [of(needed) for needed in connector.needs if needed in filled_by]
            found[name] = _after(upstream, _own(name, connector.parts_of(name), situation))
        return found[name]

    return {name: of(name) for name in filled_by}


def _after(upstream: Iterable[Foresight], own: Foresight) -> Foresight:
    """A data set in the light of those it is made from: nothing comes of it without them."""
    for needed in upstream:
        if needed.verdict is Foreseen.NOT:
            why = f"it is made from the {_spoken(needed.data_set)}, which will not be read"
            return Foresight(own.data_set, Foreseen.NOT, (why,), needed.change, needed.kinds)
        if needed.verdict is Foreseen.UNKNOWN and own.verdict is not Foreseen.NOT:
            why = f"it is made from the {_spoken(needed.data_set)}, and whether those will be read is not known"
            own = Foresight(own.data_set, Foreseen.UNKNOWN, (*own.why, why), own.change, own.kinds)
    return own


def _own(name: str, parts: Iterable[Part], situation: Situation) -> Foresight:
    groups = _groups(parts, situation.plans)
    lacks = [(group[0].what, _of_group(group, situation)) for group in groups]
    hopeless = [what for what, found in lacks if any(lack.certain for lack in found)]
    unsure = [what for what, found in lacks if found and what not in hopeless]
    if "" in hopeless or (hopeless and len(hopeless) == len(lacks)):
        verdict = Foreseen.NOT
    elif "" in unsure or (unsure and not hopeless):
        verdict = Foreseen.UNKNOWN
    else:
        verdict = Foreseen.PARTLY if hopeless else Foreseen.ASSESSED
    said = [(f"{what}: {lack.why}" if what else lack.why, lack) for what, found in lacks for lack in found]
    return Foresight(
        name,
        verdict,
        tuple(dict.fromkeys(why for why, _ in said)),
        tuple(dict.fromkeys(lack.change for _, lack in said)),
        tuple(dict.fromkeys(lack.kind for _, lack in said)),
    )


def _groups(parts: Iterable[Part], plans: frozenset[Plan] | None) -> list[list[Part]]:
    """The parts there are in such a tenant, each by itself; those of which nobody knows which there is, together."""
    either: list[Part] = []
    groups: list[list[Part]] = []
    for part in parts:
        if plans is None and (part.only_with or part.only_without):
            either.append(part)
        elif plans is None or not ((part.only_with and part.only_with not in plans) or part.only_without in plans):
            groups.append([part])
    return [*groups, either] if either else groups


def _of_group(group: list[Part], situation: Situation) -> list[Lack]:
    """What a part lacks. Of parts of which there is but one, nobody knows which: certain is what they all lack."""
    found = [list(_lacks_or_snapshot(part, situation)) for part in group]
    if all(any(lack.certain for lack in lacks) for lacks in found):
        return [lack for lacks in found for lack in lacks]
    return [
        Lack(lack.kind, lack.why, lack.change, certain=lack.certain and len(group) == 1)
        for lacks in found
        for lack in lacks
    ]


def _lacks_or_snapshot(part: Part, situation: Situation) -> Iterable[Lack]:
    """What a part lacks, unless a snapshot of the configuration serves instead."""
    lacks = list(_lacks(part, situation))
    if not (lacks and part.in_snapshot):
        return lacks
    granted = situation.permissions
    lacking = [name for name in part.in_snapshot if granted is None or served_by(name, granted) is None]
    if lacking or situation.rights_in_snapshot is False:
        needed = f"grant {' and '.join(lacking)} and " if lacking else ""
        made = "have a snapshot of the configuration made that holds the rights over mailboxes"
        change = f"{needed}{made}, which serves without Exchange"
        return [*lacks, replace(lacks[0], change=change)]
    if situation.rights_in_snapshot:
        return []
    why = "whether a snapshot of the configuration holds it instead is not known"
    return [replace(lack, why=f"{lack.why}; {why}", certain=False) for lack in lacks]


def _lacks(part: Part, situation: Situation) -> Iterator[Lack]:
    if part.never:
        yield Lack(GapKind.UNSUPPORTED, part.never, "nothing; a person looks at it in Microsoft's own portal")
    yield from _permissions(part, situation)
    if part.app_only and situation.delegated:
        yield Lack(
            GapKind.PERMISSION,
            "Microsoft tells this to an app and not to a person who signs in",
            "sign in as an app: with a certificate, a secret or a managed identity",
        )
    if part.person_needs and situation.delegated:
        yield from _role_of_a_person(part, situation)
    if part.plans and not (situation.plans and situation.plans.intersection(part.plans)):
        names = " or ".join(part.plans)
        certain = situation.plans is not None
        why = f"the tenant has no {names}" if certain else f"whether the tenant has {names} is not known"
        yield Lack(GapKind.LICENCE, why, f"a licence with {names}", certain)
    if part.access_policy and not situation.access_policy:
        certain = situation.access_policy is False
        why = "no Teams application access policy lets the app in"
        why = why if certain else "whether a Teams application access policy lets the app in is not known"
        yield Lack(GapKind.POLICY, why, "a Teams administrator gives the app an application access policy", certain)
    if part.names_shown and not situation.names_shown:
        certain = situation.names_shown is False
        why = "reports of use conceal names" if certain else "whether reports of use show names is not known"
        yield Lack(GapKind.NOT_ENABLED, why, "the council has names shown in reports of use", certain)
    if any(_is_exchange(name) for name in part.permissions):
        yield from _exchange(part, situation)


def _role_of_a_person(part: Part, situation: Situation) -> Iterator[Lack]:
    if not (situation.roles and situation.roles.intersection(part.person_needs)):
        names = " or ".join(part.person_needs)
        why = "Microsoft tells this to an app, and of people to administrators of accounts only"
        change = f"sign in as an app, or as somebody who holds the role {names}"
        yield Lack(GapKind.ROLE, why, change, certain=situation.roles is not None)


def _permissions(part: Part, situation: Situation) -> Iterator[Lack]:
    if situation.permissions is None:
        if part.permissions:
            why = "the token does not say what is granted"
            yield Lack(GapKind.PERMISSION, why, f"see that {' and '.join(part.permissions)} is granted", certain=False)
        return
    for name in part.permissions:
        if served_by(name, situation.permissions, except_by=part.except_by) is None:
            change = f"grant the permission {name} and give admin consent"
            yield Lack(GapKind.PERMISSION, f"the permission {name} is not granted", change)


def _exchange(part: Part, situation: Situation) -> Iterator[Lack]:
    role = "give the app's service principal the directory role Global Reader"
    if situation.exchange_role is False:
        yield Lack(GapKind.ROLE, "the app has no directory role by which Exchange lets it in", role)
    elif situation.exchange_role is None:
        why = "whether the app has a directory role by which Exchange lets it in is not known"
        yield Lack(GapKind.ROLE, why, role, certain=False)
    elif situation.cmdlets is not None:
        for cmdlet in part.cmdlets:
            if cmdlet not in situation.cmdlets:
                yield Lack(GapKind.ROLE, f"the app's role does not show it the command {cmdlet}", role)


def _is_exchange(name: str) -> bool:
    return name in PERMISSIONS and PERMISSIONS[name].resource is Resource.EXCHANGE


def _spoken(data_set: str) -> str:
    return data_set.replace("_", " ")
