"""What the tokens say the auditor may do; nothing is asked of Graph or Exchange for it."""

from collections.abc import Mapping
from typing import Any

from m365audit.connectors import CONNECTORS
from m365audit.graph import Credentials, Service, SignInFailed, claims
from m365audit.model.access import Access, TokenSays
from m365audit.model.directory_roles import role_names
from m365audit.model.permissions import SIGNING_IN
from m365audit.model.tenant import Tenant

NEEDED: frozenset[str] = frozenset(name for connector in CONNECTORS for name in connector.permissions)
"""Every permission a connector asks for."""


async def read_access(credentials: Credentials, tenant: Tenant) -> Access:
    """Look into the tokens.

    Raises:
        SignInFailed: there is no token for Graph, or one is for another tenant. Having none for Exchange is a gap,
            found when it is needed.
    """
    said: dict[str, TokenSays] = {}
    refused: dict[str, str] = {}
    for service in Service:
        try:
            token = claims(await credentials.token(service))
        except SignInFailed as failed:
            if service is Service.GRAPH:
                raise
            refused[service] = str(failed)
            continue
        # A token that can be read and names no permission has none; one that cannot be read says nothing either way.
        if token:
            _check_tenant(token, tenant, service)
            said[service] = _says(token)
    return Access(said, refused, needed=NEEDED, accepted=frozenset(tenant.accept_write_permissions))


def _says(token: Mapping[str, Any]) -> TokenSays:
    delegated = "scp" in token and "roles" not in token
    templates = token.get("wids")
    granted = frozenset(_texts(token.get("roles")) or str(token.get("scp") or "").split())
    return TokenSays(
        permissions=granted - SIGNING_IN,
        directory_roles=role_names(_texts(templates)) if isinstance(templates, list) else None,
        delegated=delegated or token.get("idtyp") == "user",
        app_id=str(token.get("appid") or token.get("azp") or "").lower(),
        principal_id=str(token.get("oid") or "").lower(),
        tenant_id=str(token.get("tid") or "").lower(),
    )


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _check_tenant(token: Mapping[str, Any], tenant: Tenant, service: Service) -> None:
    """Evidence of one council under another's name would be the worst mistake of all."""
    of = str(token.get("tid") or tenant.tenant_id).lower()
    if of != tenant.tenant_id:
        msg = (
            f"The sign-in for {service.capitalize()} is of the tenant {of}, and {tenant.slug}.yaml names "
            f"{tenant.tenant_id} as that of {tenant.council}; see that tenant_id and the sign-in belong together."
        )
        raise SignInFailed(msg)
