"""Look at a tenant's sign-in before an audit: what is granted, missing, too much, and what will be assessed with it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from m365audit.connectors import CONNECTORS
from m365audit.engine.collecting.access import NEEDED, read_access
from m365audit.engine.doctor import probes
from m365audit.engine.doctor.consequences import consequences
from m365audit.engine.doctor.notices import Found, notices
from m365audit.engine.doctor.preflight import Foreseen, Foresight, Situation, foresee
from m365audit.graph import REAL, Outside, Session, WallClock, certificate_of, connect
from m365audit.model.access import Access
from m365audit.model.directory_roles import GLOBAL_READER, ROLE_NAMES
from m365audit.model.permission_table import PERMISSIONS, served_by
from m365audit.model.permissions import Tier
from m365audit.model.tenant import Tenant
from m365audit.model.words import SHOULD_HAVE_COME

OK, MISSING, UNSAFE = 0, 4, 5


@dataclass(frozen=True, slots=True)
class PermissionLine:
    """One permission that is asked for.

    ``granted`` is whether it or a wider one is (``None``: the token does not say), ``served_by`` which.
    ``data_sets`` are those it is for, ``checks`` those that go unassessed for want of it.
    """

    permission: str
    tier: Tier
    granted: bool | None
    served_by: str | None
    data_sets: tuple[str, ...]
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One plan the tenant's subscriptions carry, and what it lets an audit see."""

    plan: str
    opens: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What the doctor found; ``None`` everywhere means that nobody could tell.

    ``granted`` and ``directory_roles`` are what the tokens name. ``unneeded`` only reads and nothing uses it;
    ``unsafe`` may do more than read and is not accepted by name, ``accepted`` is. ``clock_behind_seconds`` is how far
    this machine's clock is behind Microsoft's; ``certificate_days_left`` counts whole days. ``cmdlets_missing`` are
    Exchange commands that are needed and not shown. ``notices`` are sentences a person should read.
    """

    slug: str
    council: str
    graph: str
    app_id: str
    delegated: bool
    granted: tuple[str, ...] | None
    directory_roles: tuple[str, ...] | None
    permissions: tuple[PermissionLine, ...]
    unneeded: tuple[str, ...]
    unsafe: tuple[str, ...]
    accepted: tuple[str, ...]
    licences: tuple[PlanLine, ...] | None
    exchange_role: bool | None
    cmdlets_missing: tuple[str, ...] | None
    access_policy: bool | None
    names_concealed: bool | None
    clock_behind_seconds: float | None
    certificate_days_left: int | None
    data_sets: tuple[Foresight, ...]
    notices: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """5 for something unsafe, 4 where something that should come will not; a licence that is not there is no fault.

        What nobody could tell is not counted as missing: the audit will say.
        """
        if self.unsafe:
            return UNSAFE
        certain = [said for said in self.data_sets if said.verdict in (Foreseen.NOT, Foreseen.PARTLY)]
        return MISSING if any(SHOULD_HAVE_COME.intersection(said.kinds) for said in certain) else OK


async def diagnose(tenant: Tenant, *, outside: Outside = REAL) -> Diagnosis:
    """Sign in and say what will come of an audit, asking as little as can be, and nothing the token says no to.

    Raises:
        SignInFailed: Microsoft did not let us in.
    """
    clock = outside.clock or WallClock()
    async with connect(tenant, outside) as session:
        access = await read_access(session.credentials, tenant)
        behind = await probes.sign_in(session, access, clock)
        found = await _found(session, access, clock.now().date())
    return _diagnosis(tenant, access, found, behind, clock.now())


async def _found(session: Session, access: Access, today: date) -> Found:
    exchange = await probes.exchange(session, access)
    return Found(
        plans=await probes.licensed(session, access),
        exchange=exchange,
        rights_in_snapshot=await probes.rights_in_snapshot(session, access, exchange, today),
        access_policy=await probes.access_policy(session, access),
        names_concealed=await probes.names_concealed(session, access),
    )


def _diagnosis(tenant: Tenant, access: Access, found: Found, behind: float | None, now: datetime) -> Diagnosis:
    situation = situation_of(access, found)
    foreseen = foresee(situation)
    lines = tuple(_line(name, situation, foreseen) for name in sorted(NEEDED, key=_order))
    certificate = certificate_of(tenant)
    graph = access.said.get("graph")
    diagnosis = Diagnosis(
        slug=tenant.slug,
        council=tenant.council,
        graph=tenant.endpoints.graph,
        app_id=graph.app_id if graph else "",
        delegated=access.delegated,
        granted=tuple(sorted(access.permissions)) if access.is_known else None,
        directory_roles=None if access.directory_roles is None else tuple(sorted(access.directory_roles)),
        permissions=lines,
        unneeded=_unneeded(access, lines),
        unsafe=access.unsafe_and_not_accepted,
        accepted=tuple(name for name in access.unsafe if name in access.accepted),
        licences=None if found.plans is None else tuple(PlanLine(plan, plan.opens) for plan in sorted(found.plans)),
        exchange_role=found.exchange.role,
        cmdlets_missing=_cmdlets_missing(situation),
        access_policy=found.access_policy,
        names_concealed=found.names_concealed,
        clock_behind_seconds=None if behind is None else round(behind, 1),
        certificate_days_left=certificate.days_left(now) if certificate else None,
        data_sets=tuple(foreseen.values()),
    )
    words = notices(access, found, behind, diagnosis.cmdlets_missing or ())
    ends = certificate.notice(now) if certificate else None
    return replace(diagnosis, notices=(*words, *([f"{ends[0].upper()}{ends[1:]}"] if ends else [])))


def situation_of(access: Access, found: Found) -> Situation:
    """What is known, as :func:`foresee` wants it."""
    permissions = access.permissions if access.is_known else None
    if permissions is not None and "exchange" not in access.said and found.exchange.role:
        # A token that cannot be read has opened Exchange all the same.
        permissions |= {probes.MANAGE_AS_APP}
    return Situation(
        permissions=permissions,
        delegated=access.delegated,
        roles=access.directory_roles,
        plans=found.plans,
        exchange_role=found.exchange.role,
        cmdlets=found.exchange.cmdlets,
        access_policy=found.access_policy,
        names_shown=None if found.names_concealed is None else not found.names_concealed,
        rights_in_snapshot=found.rights_in_snapshot,
    )


def _line(name: str, situation: Situation, foreseen: Mapping[str, Foresight]) -> PermissionLine:
    data_sets = tuple(
        data_set for connector in CONNECTORS if name in connector.permissions for data_set in connector.data_sets
    )
    if situation.permissions is None:
        return PermissionLine(name, PERMISSIONS[name].tier, None, None, data_sets, ())
    served = served_by(name, situation.permissions)
    lost: tuple[str, ...] = ()
    if served is None:
        # What this one permission would change, the others staying as they are.
        with_it = consequences(foresee(replace(situation, permissions=situation.permissions | {name})))
        without = consequences(foreseen)
        kept = {*with_it.checks, *with_it.checks_in_part}
        lost = tuple(check for check in (*without.checks, *without.checks_in_part) if check not in kept)
    return PermissionLine(name, PERMISSIONS[name].tier, served is not None, served, data_sets, lost)


def _order(name: str) -> tuple[int, str]:
    return list(Tier).index(PERMISSIONS[name].tier), name


def _unneeded(access: Access, lines: tuple[PermissionLine, ...]) -> tuple[str, ...]:
    """What is held, only reads, and serves for nothing that is asked for."""
    used = {line.served_by for line in lines}
    spare = {name for name in access.permissions if name not in used}
    spare |= access.roles_that_count - {ROLE_NAMES[GLOBAL_READER]}
    return tuple(sorted(spare.difference(access.unsafe)))


def _cmdlets_missing(situation: Situation) -> tuple[str, ...] | None:
    if situation.cmdlets is None:
        return None
    needed = {cmdlet for connector in CONNECTORS for part in connector.parts for cmdlet in part.cmdlets}
    return tuple(sorted(needed - situation.cmdlets))
