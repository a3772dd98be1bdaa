"""Which group has which site."""

from collections.abc import AsyncIterator

import pandas as pd
from kiota_abstractions.request_information import RequestInformation

from m365audit.connectors.declare import connector
from m365audit.connectors.reading.columns import Columns
from m365audit.connectors.reading.frames import records
from m365audit.connectors.reading.refusals import answers
from m365audit.graph import Absent, Graph
from m365audit.model.datasets.roles import GROUP_SITES
from m365audit.model.evidence import Gap, Looked, Note, Row

_ONLY_GROUPS = (
    "Who is in a group or a team was looked at, and not who is in single private or shared channels of a team, nor "
    "whom a site lets in by itself"
)
_NO_SITE = ("itemNotFound", "ResourceNotFound", "Request_ResourceNotFound")


@connector("group_sites", permission="Sites.Read.All")
async def group_sites(graph: Graph, groups: pd.DataFrame) -> AsyncIterator[Row | Gap | Looked | Note]:
    """The SharePoint site of each Microsoft 365 group; a group that refuses is a gap of its own."""
    unified = [row["group_id"] for row in records(groups, "group_id", "kinds") if "Unified" in (row["kinds"] or ())]
    columns = Columns.of(GROUP_SITES)

    def request(group_id: str) -> RequestInformation:
        sites = graph.sdk.groups.by_group_id(group_id).sites
        return graph.request(sites, "root", select=list(GROUP_SITES.select))

    async for said in answers(graph, unified, request, scope="group", absent=_NO_SITE):
        if isinstance(said, Gap):
            yield said
            continue
        group_id, site = said
        for row in () if isinstance(site, Absent) else columns.rows([site]):
            yield row | {"group_id": group_id}
        yield Looked(f"group:{group_id}")
    for gap in columns.gaps():
        yield gap
    yield Note(_ONLY_GROUPS)
