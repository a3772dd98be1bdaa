"""What the tenant lets anybody share."""

from collections.abc import AsyncIterator

from m365audit.connectors.declare import connector
from m365audit.graph import Graph
from m365audit.model.datasets.files import SHARING_SETTINGS
from m365audit.model.evidence import Row


@connector("sharing_settings", permission="SharePointTenantSettings.Read.All")
async def sharing_settings(graph: Graph) -> AsyncIterator[Row]:
    """What the tenant lets anybody share, one row."""
    settings = await graph.get(graph.request(graph.sdk.admin.sharepoint.settings))
    idle = settings.get("idleSessionSignOut") or {}
    row = {c.name: settings.get(c.source) for c in SHARING_SETTINGS.columns if c.source and "." not in c.source}
    yield {**row, "idle_sign_out": idle.get("isEnabled")}
