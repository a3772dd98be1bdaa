"""A plain list of Microsoft's as the rows of a data set."""

from collections.abc import AsyncIterator, Callable

from kiota_abstractions.request_information import RequestInformation

from m365audit.connectors.reading.columns import Columns
from m365audit.graph import Graph
from m365audit.model.datasets import DataSet
from m365audit.model.evidence import Gap, Row


def as_it_came(_: Row) -> None:
    """Leaves a row as Microsoft sent it."""


async def listed(
    graph: Graph, request: RequestInformation, data_set: DataSet, finish: Callable[[Row], None] = as_it_came
) -> AsyncIterator[Row | Gap]:
    """Every object of a collection as a row, once; then a gap for each property Microsoft did not return.

    ``finish`` puts a row into our words. ``data_set`` has a key of one column, which comes from the object.
    """
    columns = Columns.of(data_set)
    (key,) = data_set.key
    seen: set[str] = set()
    async for page in graph.pages(request):
        for row in columns.rows(page):
            # While a collection changes, an object can stand on two pages.
            if row[key] not in seen:
                seen.add(row[key])
                finish(row)
                yield row
    for gap in columns.gaps():
        yield gap
