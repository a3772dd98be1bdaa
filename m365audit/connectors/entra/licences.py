"""What the tenant has bought, by service plan; asked first, because it decides what else can be asked."""

from collections.abc import AsyncIterator

import pandas as pd

from m365audit.connectors.declare import connector
from m365audit.connectors.reading.columns import Columns
from m365audit.graph import Graph
from m365audit.model.datasets.identity import LICENCES
from m365audit.model.evidence import Gap, Row
from m365audit.model.plans import Plan, plans_of

_PLANS = "servicePlans."


@connector("licences", permission="LicenseAssignment.Read.All")
async def licences(graph: Graph) -> AsyncIterator[Row | Gap]:
    """Every service plan of every subscription, one row per plan."""
    sources = {column.name: column.source for column in LICENCES.columns if column.source}
    products = Columns({name: path for name, path in sources.items() if not path.startswith(_PLANS)})
    plans = Columns(
        {name: path.removeprefix(_PLANS) for name, path in sources.items() if path.startswith(_PLANS)}, within=_PLANS
    )
    seen: set[tuple[str, str]] = set()
    async for page in graph.pages(graph.request(graph.sdk.subscribed_skus, select=LICENCES.select)):
        for raw, product in zip(page, products.rows(page), strict=True):
            for plan in plans.rows(raw.get("servicePlans") or ()):
                key = (product["sku_id"], plan["plan_id"])
                if key not in seen:
                    seen.add(key)
                    yield {**product, **plan}
    for columns in (products, plans):
        for gap in columns.gaps():
            yield gap


def plans(licences: pd.DataFrame) -> frozenset[Plan]:
    """What the enabled subscriptions carry in working order."""
    working = licences["status"].eq("Enabled") & licences["plan_status"].eq("Success")
    return plans_of(licences.loc[working.fillna(value=False), "plan_id"].dropna())


def has_premium(licences: pd.DataFrame) -> bool:
    """Whether an enabled subscription carries Entra ID P1 or P2 in working order."""
    return Plan.ENTRA_P1 in plans(licences)
