"""Every kind of sign-in there is, as far as Conditional Access can tell them apart.

A policy looks at a sign-in from several sides: by which client, on which platform, from where, to which app, and so on.
Each side is an axis, and every point of an axis is a kind of sign-in that some policy may treat unlike the others.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from m365audit.model.permissions import Resource
from m365audit.model.privileges import SHAREPOINT_ONLINE
from m365audit.rules.sign_in.places import Place, Spot, spots

ALL: Final = "all"
TRUSTED: Final = "alltrusted"
OFFICE: Final = "office365"
PORTALS: Final = "microsoftadminportals"

_TRUSTED_BY_OLDER_SETTINGS: Final = str(UUID(int=0))
_OFFICE_APPS: Final = {
    str(Resource.EXCHANGE): "Exchange",
    SHAREPOINT_ONLINE: "SharePoint",
    "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe": "Teams",
}
"""The apps in which a council keeps what matters, all of Office 365."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """One thing a policy wants before it lets somebody in, and at which sign-ins; an empty set looks at nothing.

    ``instead`` is what it takes in place of the second step: ``compliantdevice``, ``domainjoineddevice``,
    ``approvedapplication``, ``compliantapplication`` or ``custom``. Where that is empty, nobody gets past it without
    the second step, if at all. All words are Microsoft's, in lower case. Without ``apps`` it is about no sign-in.
    """

    apps: frozenset[str]
    not_apps: frozenset[str] = frozenset()
    clients: frozenset[str] = frozenset({ALL})
    platforms: frozenset[str] = frozenset()
    not_platforms: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    not_places: frozenset[str] = frozenset()
    sign_in_risks: frozenset[str] = frozenset()
    user_risks: frozenset[str] = frozenset()
    insider_risks: frozenset[str] = frozenset()
    transfers: frozenset[str] = frozenset()
    device_rule: str = ""
    rule_leaves_out: bool = False
    instead: frozenset[str] = frozenset()


Demands = tuple[Demand, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """A point of an axis: how it is said (nothing for what is ordinary), and which demands hold there.

    ``mild`` marks what a council may have wanted: a place it trusts, an app it left out by name, another provider's
    second step.
    """

    said: str
    holds: Callable[[Demand], bool]
    mild: bool = False


Axis = tuple[Kind, ...]


def modern(demands: Demands, places: Iterable[Place] | None) -> list[Axis]:
    """The axes of sign-ins that can show a second step. ``places`` are ``None`` where they could not be read."""
    return [_MODERN, _devices(demands), _platforms(demands, _MANAGED_APPS), *_common(demands, places)]


def legacy(demands: Demands, places: Iterable[Place] | None) -> list[Axis]:
    """The axes of sign-ins by old clients: they can show no second step, so whoever asks for one keeps them out."""
    return [_LEGACY, _platforms(demands, ()), *_common(demands, places)]


def _common(demands: Demands, places: Iterable[Place] | None) -> Iterator[Axis]:
    yield tuple(_spot(spot) for spot in spots(_mentioned(demands, places)))
    yield tuple(_apps(demands))
    yield _levels("at a sign-in of {} risk", _RISKS, lambda demand: demand.sign_in_risks)
    yield _levels("while the account is at {} risk", _RISKS, lambda demand: demand.user_risks)
    yield _levels("at {} insider risk", ("none", "minor", "moderate", "elevated"), lambda demand: demand.insider_risks)
    yield _levels("by {}", ("none", "devicecodeflow", "authenticationtransfer"), lambda demand: demand.transfers)
    for rule in sorted({demand.device_rule for demand in demands if demand.device_rule}):
        yield (Kind("", _rule_says(rule, fits=False)), Kind("on devices a rule picks out", _rule_says(rule, fits=True)))
    if any("custom" in demand.instead for demand in demands):
        yield (_ANYTHING, Kind("with another provider's check", _unless("custom"), mild=True))


_RISKS: Final = ("none", "low", "medium", "high")
_ANYTHING: Final = Kind("", lambda _: True)
_MODERN: Final[Axis] = (
    Kind("", lambda demand: bool(demand.clients & {ALL, "browser"})),
    Kind("in apps", lambda demand: bool(demand.clients & {ALL, "mobileappsanddesktopclients"})),
)
# Old clients cannot say what they are nor what they run on, but for ActiveSync, which can be on a managed device.
_LEGACY: Final[Axis] = (
    Kind("", lambda demand: bool(demand.clients & {ALL, "other"})),
    Kind(
        "by Exchange ActiveSync",
        lambda demand: bool(demand.clients & {ALL, "exchangeactivesync"}) and "compliantdevice" not in demand.instead,
    ),
)
_PLATFORMS: Final = (
    ("windows", ""),
    ("macos", "on a Mac"),
    ("ios", "on an iPhone or iPad"),
    ("android", "on Android"),
    ("linux", "on Linux"),
    ("windowsphone", "on Windows Phone"),
    ("", "on any other kind of device"),
)
_MANAGED_APPS: Final = (
    ("ios", frozenset({"approvedapplication", "compliantapplication"})),
    ("android", frozenset({"approvedapplication", "compliantapplication"})),
    ("windows", frozenset({"compliantapplication"})),
)


def _unless(*shown: str) -> Callable[[Demand], bool]:
    return lambda demand: not demand.instead & set(shown)


def _devices(demands: Demands) -> Axis:
    if not any(demand.instead & {"compliantdevice", "domainjoineddevice"} for demand in demands):
        return (_ANYTHING,)
    return (
        _ANYTHING,
        Kind("on a managed device", _unless("compliantdevice")),
        Kind("on a joined device", _unless("domainjoineddevice")),
        Kind("on a device that is both managed and joined", _unless("compliantdevice", "domainjoineddevice")),
    )


def _platforms(demands: Demands, managed: Iterable[tuple[str, frozenset[str]]]) -> Axis:
    plain = [Kind(said, _on(platform, frozenset())) for platform, said in _PLATFORMS]
    taken = frozenset[str]().union(*(demand.instead for demand in demands))
    return (*plain, *(Kind("in a managed app", _on(where, shown)) for where, shown in managed if shown & taken))


def _on(platform: str, shown: frozenset[str]) -> Callable[[Demand], bool]:
    def holds(demand: Demand) -> bool:
        taken_in = not demand.platforms or ALL in demand.platforms or platform in demand.platforms
        left_out = platform in demand.not_platforms or ALL in demand.not_platforms
        return taken_in and not left_out and not demand.instead & shown

    return holds


def _mentioned(demands: Demands, places: Iterable[Place] | None) -> list[Place]:
    """The places some demand names. One that is gone holds nobody; where none could be read, all of them may be."""
    named = frozenset[str]().union(*(demand.places | demand.not_places for demand in demands)) - {ALL, TRUSTED}
    found = [place for place in places or () if place.id in named]
    if _TRUSTED_BY_OLDER_SETTINGS in named:
        found.append(Place(_TRUSTED_BY_OLDER_SETTINGS, "a place the older settings trust", trusted=True))
    if places is None:
        unread = sorted(named - {place.id for place in found})
        found += [Place(place_id, "a named place that could not be read", trusted=None) for place_id in unread]
    return found


def _spot(spot: Spot) -> Kind:
    words = spot.ids | ({TRUSTED} if spot.is_trusted else frozenset())

    def holds(demand: Demand) -> bool:
        taken_in = not demand.places or ALL in demand.places or bool(demand.places & words)
        return taken_in and not demand.not_places & words and ALL not in demand.not_places

    return Kind(spot.said, holds, mild=spot.is_mild)


def _apps(demands: Demands) -> Iterator[Kind]:
    named = frozenset[str]().union(*(demand.apps | demand.not_apps for demand in demands))
    yield Kind("", _to(frozenset({OFFICE})))
    yield Kind("to other apps", _to(frozenset()))
    yield Kind("to the administrators' portals", _to(frozenset({PORTALS})))
    for app_id in sorted(named - {ALL, OFFICE, PORTALS, "none"}):
        if app_id in _OFFICE_APPS:
            yield Kind(f"to {_OFFICE_APPS[app_id]}", _to(frozenset({app_id, OFFICE})))
        else:
            # Nothing says whether an app that is named belongs to Office 365, so it may do either.
            said = f"to the app {app_id}"
            yield Kind(said, _to(frozenset({app_id})), mild=True)
            yield Kind(said, _to(frozenset({app_id, OFFICE})), mild=True)


def _to(words: frozenset[str]) -> Callable[[Demand], bool]:
    def holds(demand: Demand) -> bool:
        taken_in = ALL in demand.apps or bool(demand.apps & words)
        return taken_in and not demand.not_apps & words and ALL not in demand.not_apps

    return holds


def _levels(said: str, levels: Iterable[str], looked_at: Callable[[Demand], frozenset[str]]) -> Axis:
    def at(level: str) -> Callable[[Demand], bool]:
        return lambda demand: not looked_at(demand) or level in looked_at(demand)

    return tuple(Kind("" if level == "none" else said.format(level), at(level)) for level in levels)


def _rule_says(rule: str, *, fits: bool) -> Callable[[Demand], bool]:
    return lambda demand: demand.device_rule != rule or fits != demand.rule_leaves_out
