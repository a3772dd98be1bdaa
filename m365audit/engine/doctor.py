"""Look at a tenant's sign-in before an audit: what is granted, what is missing, what will not be assessed for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from m365audit.connectors import CONNECTORS
from m365audit.engine.access import read_access
from m365audit.engine.safety import unsafe
from m365audit.graph import connect
from m365audit.model.tenant import Tenant
from m365audit.rules import RULES

# A wider permission that is granted serves as well as the one that is asked for. From Microsoft's permission reference.
_WIDER: Mapping[str, frozenset[str]] = {
    "User.Read.All": frozenset({"Directory.Read.All"}),
    "Organization.Read.All": frozenset({"Directory.Read.All"}),
    "Domain.Read.All": frozenset({"Directory.Read.All"}),
    "LicenseAssignment.Read.All": frozenset({"Organization.Read.All", "Directory.Read.All"}),
    "Group.ReadBasic.All": frozenset({"GroupMember.Read.All", "Group.Read.All", "Directory.Read.All"}),
    "GroupMember.Read.All": frozenset({"Group.Read.All", "Directory.Read.All"}),
    "Files.Read.All": frozenset({"Sites.Read.All", "Sites.FullControl.All"}),
    "Sites.Read.All": frozenset({"Sites.FullControl.All"}),
    "Calendars.ReadBasic.All": frozenset({"Calendars.Read"}),
}

OK, MISSING, UNSAFE = 0, 4, 5


@dataclass(frozen=True, slots=True)
class PermissionLine:
    """One permission: whether it is granted, the data sets it is for, and the checks that go unassessed without it."""

    permission: str
    granted: bool
    data_sets: tuple[str, ...]
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What the doctor found. ``granted`` is ``None`` where the token does not say."""

    council: str
    graph: str
    granted: tuple[str, ...] | None
    permissions: tuple[PermissionLine, ...]
    unneeded: tuple[str, ...]
    unsafe: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """5 for an unsafe permission, 4 for a missing one."""
        if self.unsafe:
            return UNSAFE
        return MISSING if self.granted is not None and not all(p.granted for p in self.permissions) else OK


async def diagnose(tenant: Tenant) -> Diagnosis:
    """Sign in and compare what the tokens grant with what the connectors need.

    Raises:
        SignInFailed: Microsoft did not let us in.
    """
    async with connect(tenant) as session:
        await session.sign_in()
        access = await read_access(session.credentials)
    granted = tuple(sorted(access.roles)) if access.is_known else None
    lines = tuple(_lines(frozenset(granted or ())))
    needed = {line.permission for line in lines} | {wide for line in lines for wide in _WIDER.get(line.permission, ())}
    return Diagnosis(
        council=tenant.council,
        graph=tenant.endpoints.graph,
        granted=granted,
        permissions=lines,
        unneeded=tuple(name for name in granted or () if name not in needed),
        unsafe=tuple(name for name in unsafe(granted or ()) if name not in tenant.accept_write_permissions),
    )


def _lines(granted: frozenset[str]) -> Iterable[PermissionLine]:
    data_sets: dict[str, list[str]] = {}
    for connector in CONNECTORS:
        for permission in connector.permissions:
            data_sets.setdefault(permission, []).extend(connector.data_sets)
    for permission, names in sorted(data_sets.items()):
        has = bool(granted & {permission, *_WIDER.get(permission, ())})
        checks = tuple(rule.id for rule in RULES.values() if set(rule.needs) & set(names)) if not has else ()
        yield PermissionLine(permission, has, tuple(dict.fromkeys(names)), checks)
