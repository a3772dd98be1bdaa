"""What the audit itself may do, from the tokens it signs in with: nobody is asked."""

from collections.abc import AsyncIterator, Iterator

from m365audit.connectors.declare import connector
from m365audit.model.access import Access, TokenSays
from m365audit.model.directory_roles import GLOBAL_READER, ROLE_NAMES, role_changes_something
from m365audit.model.evidence import Gap, Looked, Row
from m365audit.model.permission_table import PERMISSIONS, served_by
from m365audit.model.permissions import Resource, changes_something, reads_content
from m365audit.model.words import GapKind

SERVICES = ("graph", "exchange")


@connector("auditor", permission="")
async def auditor(access: Access) -> AsyncIterator[Row | Gap | Looked]:
    """Every permission and directory role the audit's own sign-in holds; a token that says nothing is a gap."""
    if not access.is_known:
        yield Gap(
            GapKind.UNSUPPORTED,
            "The token this audit signs in with does not say what it may do.",
            "Look at the app in Entra admin centre > Enterprise applications > Permissions.",
        )
        return
    for service in SERVICES:
        if service in access.said:
            for row in _permissions(service, access.said[service], access):
                yield row
            yield Looked(service)
        else:
            yield _no_token(service, access)
    # Both tokens speak of the same roles.
    for name in sorted(access.roles_that_count):
        yield _of(access.said[SERVICES[0]]) | _role(name, access)


def _permissions(service: str, said: TokenSays, access: Access) -> Iterator[Row]:
    used = {served_by(name, access.permissions) for name in access.needed}
    for name in sorted(said.permissions):
        yield _of(said) | {
            "service": service,
            "kind": "permission",
            "name": name,
            "needed": name in used,
            "changes_something": changes_something(name),
            "reads_content": reads_content(name),
            "accepted": name in access.accepted,
        }


def _role(name: str, access: Access) -> Row:
    exchange = any(
        PERMISSIONS[needed].resource is Resource.EXCHANGE for needed in access.needed if needed in PERMISSIONS
    )
    return {
        "service": "directory",
        "kind": "directory role",
        "name": name,
        # Exchange lets an app in by its role; nothing else this program reads asks for one.
        "needed": exchange and name == ROLE_NAMES[GLOBAL_READER],
        "changes_something": role_changes_something(name),
        "reads_content": False,
        "accepted": name in access.accepted,
    }


def _of(said: TokenSays) -> Row:
    principal = None if said.delegated else said.principal_id or None
    return {"app_id": said.app_id or None, "principal_id": principal, "delegated": said.delegated}


def _no_token(service: str, access: Access) -> Gap:
    if service in access.refused:
        detail = f"There was no token for {service.capitalize()}, so what the audit may do there is not known."
        fix = "See that the sign-in holds for this service, then run again."
        return Gap(GapKind.PERMISSION, detail, fix, service, said=access.refused[service])
    detail = f"The token for {service.capitalize()} does not say what the audit may do there."
    return Gap(GapKind.UNSUPPORTED, detail, "Look at the app in Entra admin centre > Enterprise applications.", service)
