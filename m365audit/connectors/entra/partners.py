"""Other organisations the tenant has settings for."""

from collections.abc import AsyncIterator

from m365audit.connectors.declare import connector
from m365audit.connectors.reading.listing import listed
from m365audit.graph import Graph
from m365audit.model.datasets.apps import PARTNERS
from m365audit.model.evidence import Gap, Row


# The relationships of delegated administration can be listed from the partner's own tenant only, so they are not.
@connector("partners", permission="Policy.Read.All")
async def partners(graph: Graph) -> AsyncIterator[Row | Gap]:
    """Every organisation the tenant has settings for, and which of them provide its services."""
    request = graph.request(graph.sdk.policies.cross_tenant_access_policy.partners)
    async for row in listed(graph, request, PARTNERS, _partner):
        yield row


def _partner(row: Row) -> None:
    row["partner_tenant"] = row["partner_tenant"].lower()
