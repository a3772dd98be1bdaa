"""Passwords and certificates of apps, by name and end; never the secrets."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Final, Literal

from kiota_abstractions.base_request_builder import BaseRequestBuilder

from m365audit.connectors.declare import connector
from m365audit.connectors.entra.directory import LARGEST_PAGE
from m365audit.connectors.reading.columns import not_returned
from m365audit.graph import Absent, Graph
from m365audit.model.evidence import Gap, Looked, Row

_Property = Literal["passwordCredentials", "keyCredentials"]
_KINDS: Final[dict[_Property, str]] = {"keyCredentials": "certificate", "passwordCredentials": "password"}
_APP = ("id", "appId", "displayName")


@connector("app_credentials", permission="Application.Read.All")
async def app_credentials(graph: Graph) -> AsyncIterator[Row | Gap | Looked]:
    """Every password and certificate of the tenant's own apps, and of apps known in it.

    Certificates are asked for apart: Microsoft lets only few such requests through. They come first, since the
    certificate that signs for an app also stands among its passwords, under the same id.
    """
    owners: tuple[tuple[str, BaseRequestBuilder], ...] = (
        ("application", graph.sdk.applications),
        ("service principal", graph.sdk.service_principals),
    )
    for listed in _KINDS:
        for kind, builder in owners:
            async for said in _credentials(graph, builder, kind, listed):
                yield said


async def _credentials(
    graph: Graph, builder: BaseRequestBuilder, owner_kind: str, listed: _Property
) -> AsyncIterator[Row | Gap | Looked]:
    scope = f"{_KINDS[listed]}s of {owner_kind}s"
    owners, answered = 0, False
    async for page in graph.pages(graph.request(builder, select=(*_APP, listed), top=LARGEST_PAGE), scope):
        if isinstance(page, Gap):
            yield page
            return
        for owner in () if isinstance(page, Absent) else page:
            owners, answered = owners + 1, answered or listed in owner
            for row in _of(owner, owner_kind, listed):
                yield row
    if owners and not answered:
        yield not_returned(listed, owners)
    yield Looked(scope)


def _of(owner: Mapping[str, Any], owner_kind: str, listed: _Property) -> Iterator[Row]:
    for credential in owner.get(listed) or ():
        yield {
            "owner_kind": owner_kind,
            "owner_id": owner["id"],
            "credential_id": credential["keyId"],
            "app_id": owner.get("appId") and owner["appId"].lower(),
            "app_name": owner.get("displayName"),
            "kind": _KINDS[listed],
            "name": credential.get("displayName"),
            "starts_at": credential.get("startDateTime"),
            "ends_at": credential.get("endDateTime"),
        }
