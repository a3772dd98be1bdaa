"""What the audit asks for: the least that its connectors need, why, and what each permission is worth."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from m365audit.connectors import CONNECTORS, Connector
from m365audit.engine.collecting.access import NEEDED
from m365audit.engine.doctor.consequences import Consequences, consequences
from m365audit.engine.doctor.preflight import Foreseen, Foresight, Situation, foresee
from m365audit.model.permission_table import PERMISSIONS, served_by
from m365audit.model.permissions import Permission, Tier
from m365audit.model.plans import Plan
from m365audit.model.policy import Policy
from m365audit.rules import RULES

# Without Entra ID P1 some things are read by other ways, which take other permissions.
_TENANTS = (frozenset(Plan), frozenset(Plan) - {Plan.ENTRA_P1, Plan.ENTRA_P2, Plan.ENTRA_GOVERNANCE})
_WORST_FIRST = (Foreseen.NOT, Foreseen.PARTLY, Foreseen.UNKNOWN, Foreseen.ASSESSED)


@dataclass(frozen=True, slots=True)
class Asked:
    """One permission that is asked for.

    ``data_sets`` are those it is asked for, ``checks`` those that look at them.
    ``lost`` is what goes unassessed where it is refused and the tiers beyond its own are not asked for; where that is
    nothing, ``served_by`` names another one, asked for anyway, that serves as well.
    """

    permission: Permission
    data_sets: tuple[str, ...]
    checks: tuple[str, ...]
    lost: Consequences
    served_by: str | None = None


def asked_for(policies: Iterable[Policy] = (), tiers: Iterable[Tier] = tuple(Tier)) -> tuple[Asked, ...]:
    """The least-privilege union over all connectors, by tier and name."""
    policies, order, chosen = tuple(policies), list(Tier), set(tiers)
    wanted = [PERMISSIONS[name] for name in NEEDED if PERMISSIONS[name].tier in chosen]
    wanted.sort(key=lambda permission: (order.index(permission.tier), permission.name))
    return tuple(_asked(permission, policies) for permission in wanted)


def _asked(permission: Permission, policies: Iterable[Policy]) -> Asked:
    name = permission.name
    data_sets = tuple(data_set for connector in CONNECTORS for data_set in _for(name, connector))
    beyond = [wide for wide in permission.wider if wide in PERMISSIONS and _is_beyond(wide, permission.tier)]
    alone = _without(name, beyond)
    spared = all(foresight.verdict is Foreseen.ASSESSED for foresight in alone.values())
    return Asked(
        permission,
        data_sets,
        tuple(rule.id for rule in RULES.values() if {*rule.needs, *rule.uses}.intersection(data_sets)),
        consequences(alone, policies),
        served_by(name, NEEDED.difference(beyond, [name])) if spared else None,
    )


def _is_beyond(name: str, tier: Tier) -> bool:
    return list(Tier).index(PERMISSIONS[name].tier) > list(Tier).index(tier)


def _for(name: str, connector: Connector) -> Iterable[str]:
    """The data sets a connector asks a permission for."""
    if name in connector.permissions:
        for data_set in connector.data_sets:
            parts = connector.parts_of(data_set)
            needed = {permission for part in parts for permission in (*part.permissions, *part.in_snapshot)}
            if name in needed or any(name in PERMISSIONS[other].wider for other in needed if other not in NEEDED):
                yield data_set


def _without(permission: str, nor: Iterable[str]) -> Mapping[str, Foresight]:
    """What the lack of one permission does to every data set where some others are not there either."""
    found: dict[str, Foresight] = {}
    granted = NEEDED.difference(nor)
    for plans in _TENANTS:
        before = foresee(_situation(granted | {permission}, plans))
        for name, foresight in foresee(_situation(granted - {permission}, plans)).items():
            # What licences or the others take away is not this permission's doing.
            mine = Foresight(name, Foreseen.ASSESSED) if foresight == before[name] else foresight
            found[name] = min(mine, found.get(name, mine), key=lambda said: _WORST_FIRST.index(said.verdict))
    return found


def _situation(granted: frozenset[str], plans: frozenset[Plan]) -> Situation:
    # That somebody has snapshots made is nothing to count on.
    return Situation(
        granted, plans=plans, exchange_role=True, access_policy=True, names_shown=True, rights_in_snapshot=False
    )
