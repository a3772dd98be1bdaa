"""What is shared in every document library, with whom and how."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd

from m365audit.connectors.declare import connector
from m365audit.connectors.frames import records
from m365audit.connectors.sharing_identities import Grantees
from m365audit.connectors.sharing_permissions import Answers
from m365audit.connectors.sharing_tree import DELTA_PROPERTIES, Library
from m365audit.graph import Absent, Graph
from m365audit.model.evidence import TENANT, Coverage, Gap, Looked, Row

PAGE = 999
ASKED_TOGETHER = 2_000
GONE = ("itemNotFound",)

# The first keeps "shared" off everything below a shared folder; the other three work only together and walk past
# what the app may not read. One that is not honoured costs requests and changes no row.
_HEADERS = {
    "Prefer": "hierarchicalsharing, deltashowremovedasdeleted, deltatraversepermissiongaps, deltashowsharingchanges"
}
_DRIVE_COLUMNS = ("drive_id", "drive_name", "drive_url", "site_id", "site_name", "site_url", "personal")

ItemId = tuple[str, str]
"""A drive's id and an item's."""


@connector("sharing", permission="Files.Read.All")
async def sharing(
    graph: Graph,
    drives: pd.DataFrame,
    domains: pd.DataFrame,
    coverage: Mapping[str, Coverage],
    accounts: pd.DataFrame | None = None,
    groups: pd.DataFrame | None = None,
) -> AsyncIterator[Row | Gap | Looked]:
    """Every permission on a shared item of every library; a library that refuses is a gap of its own."""
    for gap in coverage["drives"].gaps:
        # Libraries nobody could list are libraries nobody looked into.
        if gap.scope != TENANT:
            yield gap.within(data_set="sharing")
    libraries: list[Library] = []
    refused: set[str] = set()
    async for found in graph.each(records(drives, *_DRIVE_COLUMNS), partial(_feed, graph)):
        if isinstance(found, Gap):
            refused.add(found.scope)
            yield found
        else:
            libraries.append(found)
    grantees = Grantees(domains, accounts, groups)
    async for answers in _permissions(graph, libraries):
        for row in answers.rows(grantees):
            yield row
        scope = f"drive:{answers.library.drive_id}"
        if scope not in refused:
            yield answers.gap() or Looked(scope)


async def _feed(graph: Graph, drive: Mapping[str, Any]) -> AsyncGenerator[Library | Gap, None]:
    """The library from its delta feed; where that is refused half-way, the gap and what was seen before it."""
    library = Library(drive)
    root = graph.sdk.drives.by_drive_id(library.drive_id).root
    request = graph.request(root, "delta", headers=_HEADERS, select=DELTA_PROPERTIES, top=PAGE)
    async for page in graph.pages(request, scope=f"drive:{library.drive_id}"):
        if isinstance(page, Gap):
            yield page
        elif not isinstance(page, Absent):
            for item in page:
                library.take(item)
    library.prune()
    yield library


async def _permissions(graph: Graph, libraries: Iterable[Library]) -> AsyncIterator[Answers]:
    """Each library as soon as the permissions of all its shared items are there."""
    waiting = {library.drive_id: Answers(library, len(library.shared)) for library in libraries}
    for drive_id in [drive_id for drive_id, answers in waiting.items() if not answers.awaited]:
        yield waiting.pop(drive_id)
    items = ((drive_id, item_id) for drive_id, answers in waiting.items() for item_id in answers.library.shared)
    async for (drive_id, item_id), answer in _asked(graph, list(items)):
        answers = waiting[drive_id]
        if isinstance(answer, Gap):
            answers.refused(answer)
        elif isinstance(answer, Absent):
            answers.gone()
        else:
            answers.answered(item_id, answer["value"])
        if not answers.awaited:
            yield waiting.pop(drive_id)


async def _asked(
    graph: Graph, items: Sequence[ItemId]
) -> AsyncGenerator[tuple[ItemId, dict[str, Any] | Gap | Absent], None]:
    """The permissions of many items, across libraries; some thousands at a time, so that memory stays flat."""
    drives = graph.sdk.drives
    for start in range(0, len(items), ASKED_TOGETHER):
        requests = (
            (key, graph.request(drives.by_drive_id(key[0]).items.by_drive_item_id(key[1]).permissions))
            for key in items[start : start + ASKED_TOGETHER]
        )
        async for key, answer in graph.batch(requests, scope=_of_drive, absent=GONE, lists=True):
            yield key, answer


def _of_drive(key: ItemId) -> str:
    return f"drive:{key[0]}"
