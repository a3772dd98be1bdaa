"""What was changed in the directory."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pandas as pd

from m365audit.connectors.declare import connector
from m365audit.connectors.entra.directory import LARGEST_PAGE
from m365audit.connectors.entra.licences import has_premium
from m365audit.connectors.reading.columns import Columns
from m365audit.graph import Graph
from m365audit.model.datasets.apps import ADMIN_CHANGES
from m365audit.model.evidence import Gap, Row
from m365audit.model.parts import Part
from m365audit.model.plans import Plan
from m365audit.model.words import GapKind

_ONLY_A_WEEK = Gap(
    GapKind.LICENCE,
    "The council has no Entra ID P1 licence, so Microsoft keeps 7 days of changes, and only those could be read.",
    "A licence with Entra ID P1, such as Microsoft 365 Business Premium, or an audit every week.",
    "days 8 to 30",
)


@connector(
    "admin_changes",
    permission="AuditLog.Read.All",
    parts=(
        Part(("AuditLog.Read.All",)),
        Part(("AuditLog.Read.All",), what="changes older than a week", plans=(Plan.ENTRA_P1,)),
    ),
)
async def admin_changes(graph: Graph, licences: pd.DataFrame) -> AsyncIterator[Row | Gap]:
    """Everything Microsoft still knows to have been changed in the directory: 30 days with Entra ID P1, else 7."""
    columns = Columns.of(ADMIN_CHANGES)
    async for page in graph.pages(graph.request(graph.sdk.audit_logs.directory_audits, top=LARGEST_PAGE)):
        for row in columns.rows(page):
            yield row | _initiator(row["who"] or {}) | _targets(row["targets"] or [])
    for gap in columns.gaps():
        yield gap
    if not has_premium(licences):
        yield _ONLY_A_WEEK


def _initiator(initiated_by: Mapping[str, Any]) -> Row:
    """Who did it. Either of a person and an app is null, or both are."""
    person, app = initiated_by.get("user") or {}, initiated_by.get("app") or {}
    if person.get("id") or person.get("userPrincipalName"):
        name = person.get("userPrincipalName")
        return {"who": name and name.lower(), "who_id": person.get("id"), "who_kind": "person"}
    if app.get("displayName") or app.get("servicePrincipalId"):
        return {"who": app.get("displayName"), "who_id": app.get("servicePrincipalId"), "who_kind": "app"}
    return {"who": None, "who_id": None, "who_kind": None}


def _targets(resources: list[dict[str, Any]]) -> Row:
    names = [one.get("displayName") or one.get("userPrincipalName") or one.get("id") for one in resources]
    return {
        "targets": [name for name in names if name],
        "target_ids": [one["id"] for one in resources if one.get("id")],
    }
