"""Apps that are known in the tenant, what they may do, and how long their passwords and certificates hold."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Final

import pandas as pd

from m365audit.connectors.declare import connector
from m365audit.connectors.entra.directory import LARGEST_PAGE
from m365audit.connectors.reading.columns import Columns, not_returned
from m365audit.connectors.reading.frames import records
from m365audit.graph import Absent, Graph
from m365audit.model.datasets.apps import SERVICE_PRINCIPALS
from m365audit.model.evidence import Gap, Looked, Row
from m365audit.model.keys import NO_ID
from m365audit.model.permissions import Resource
from m365audit.model.privileges import SHAREPOINT_ONLINE
from m365audit.model.words import GapKind

MICROSOFT: Final = frozenset({"f8cdef31-a31e-4b4a-93e4-5f571e91255a", "72f988bf-86f1-41af-91ab-2d7cd011db47"})
"""The tenants Microsoft's own apps belong to."""

RESOURCES: Final[dict[str, str]] = {
    str(Resource.GRAPH): "Microsoft Graph",
    str(Resource.EXCHANGE): "Exchange Online",
    SHAREPOINT_ONLINE: "SharePoint Online",
}
"""Application ids of the services over which permissions in an app's own right are read."""

DELEGATED: Final = "delegated"
APP_ONLY: Final = "app-only"

_EVERYBODY = "AllPrincipals"
_ROLE = ("id", "appRoles")
# Graph itself is an app of every tenant: a list without it is not whole, whatever its status says.
_NO_GRAPH = Gap(
    GapKind.ERROR, "Microsoft's list of apps lacks Microsoft Graph, so it is not whole.", "Run the audit again."
)


@connector("service_principals", permission="Application.Read.All")
async def service_principals(graph: Graph) -> AsyncIterator[Row | Gap]:
    """Every app that is known in the tenant, and whose it is."""
    request = graph.request(graph.sdk.service_principals, select=SERVICE_PRINCIPALS.select, top=LARGEST_PAGE)
    columns = Columns.of(SERVICE_PRINCIPALS)
    found_graph = False
    async for page in graph.pages(request):
        for row in columns.rows(page):
            row["app_id"] = row["app_id"] and row["app_id"].lower()
            row["origin"] = _origin(row, graph.tenant_id)
            found_graph = found_graph or row["app_id"] == str(Resource.GRAPH)
            yield row
    for gap in columns.gaps():
        yield gap
    if not found_graph:
        yield _NO_GRAPH


def _origin(row: Row, tenant_id: str) -> str | None:
    """Whose an app is; unknown where Microsoft does not say, but a managed identity is always made here."""
    owner = row["owner_tenant"]
    if owner is None:
        return "own" if row["kind"] == "ManagedIdentity" else None
    if owner.lower() in MICROSOFT:
        return "Microsoft"
    return "own" if owner.lower() == tenant_id.lower() else "third party"


@connector("app_grants", permission="Application.Read.All", also=("Directory.Read.All",))
async def app_grants(graph: Graph, service_principals: pd.DataFrame) -> AsyncIterator[Row | Gap | Looked]:
    """Every permission given to an app, on behalf of people or in its own right."""
    apps = {app["principal_id"]: app for app in records(service_principals, "principal_id", "app_id", "name")}
    async for said in _delegated(graph, apps):
        yield said
    for app in apps.values():
        if app["app_id"] in RESOURCES:
            async for said in _app_only(graph, app):
                yield said


async def _delegated(graph: Graph, apps: Mapping[str, Row]) -> AsyncIterator[Row | Gap | Looked]:
    request = graph.request(graph.sdk.oauth2_permission_grants, top=LARGEST_PAGE)
    grants = silent = 0
    async for page in graph.pages(request, DELEGATED):
        if isinstance(page, Gap):
            yield page
            return
        for grant in () if isinstance(page, Absent) else page:
            grants, silent = grants + 1, silent + ("scope" not in grant)
            for row in _scopes(grant, apps):
                yield row
    yield _left_out(silent, grants) if silent else Looked(DELEGATED)


def _left_out(silent: int, grants: int) -> Gap:
    """The gap of consents that came without what they allow; one that allows nothing says so."""
    if silent == grants:
        return not_returned("scope", grants)
    return Gap(
        GapKind.ERROR,
        f"Microsoft left out of {silent} of {grants} consents what they allow.",
        "Run the audit again; if it stays, look at the apps' permissions in the Entra admin centre.",
        DELEGATED,
    )


def _scopes(grant: Mapping[str, Any], apps: Mapping[str, Row]) -> Iterator[Row]:
    """One row for each permission of a grant; they come in one text, with spaces before and between."""
    everybody = grant["consentType"] == _EVERYBODY
    for permission in dict.fromkeys((grant.get("scope") or "").split()):
        yield {
            "principal_id": grant["clientId"],
            "principal_name": apps.get(grant["clientId"], {}).get("name"),
            "resource_id": grant["resourceId"],
            "resource": apps.get(grant["resourceId"], {}).get("name"),
            "kind": DELEGATED,
            "permission": permission,
            "user_id": "" if everybody else grant.get("principalId") or "",
        }


async def _app_only(graph: Graph, service: Row) -> AsyncIterator[Row | Gap | Looked]:
    """What apps may do to one service in their own right, asked of the service: an app's own list is cut at twenty."""
    scope = f"{APP_ONLY}:{RESOURCES[service['app_id']]}"
    principal = graph.sdk.service_principals.by_service_principal_id(service["principal_id"])
    described = await graph.get(graph.request(principal, select=_ROLE), scope)
    if isinstance(described, Gap):
        yield described
        return
    roles = () if isinstance(described, Absent) else described.get("appRoles") or ()
    names = {role["id"]: role.get("value") for role in roles}
    unnamed: set[str] = set()
    async for page in graph.pages(graph.request(principal.app_role_assigned_to, top=LARGEST_PAGE), scope):
        if isinstance(page, Gap):
            yield page
            return
        for given in () if isinstance(page, Absent) else page:
            if given.get("principalType") == "ServicePrincipal":
                if not names.get(given["appRoleId"]):
                    unnamed.add(given["appRoleId"])
                yield _role(given, service, names)
    # Says that an app was let in without any particular permission, so no service has a name for it.
    unnamed.discard(NO_ID)
    yield _unnamed(service, scope, len(unnamed)) if unnamed else Looked(scope)


def _unnamed(service: Row, scope: str, permissions: int) -> Gap:
    """The gap of permissions that apps hold and that are known by their ids only, so that nobody can judge them."""
    return Gap(
        GapKind.ERROR,
        f"{RESOURCES[service['app_id']]} did not name {permissions} of the permissions apps hold in their own right, "
        "so what these allow is not known.",
        "Run the audit again; if it stays, look at the apps' permissions in the Entra admin centre.",
        scope,
    )


def _role(given: Mapping[str, Any], service: Row, names: Mapping[str, str | None]) -> Row:
    return {
        "principal_id": given["principalId"],
        "principal_name": given.get("principalDisplayName"),
        "resource_id": service["principal_id"],
        "resource": RESOURCES[service["app_id"]],
        "kind": APP_ONLY,
        "permission": names.get(given["appRoleId"]) or given["appRoleId"],
        "user_id": "",
        "granted_at": given.get("createdDateTime"),
    }
