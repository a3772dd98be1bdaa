"""Permissions and descriptions of many items, asked for together."""

from collections.abc import AsyncGenerator, Sequence
from typing import Any

from m365audit.graph import Absent, Graph
from m365audit.model.evidence import Gap

ItemId = tuple[str, str]
"""A drive's id and an item's."""

Answer = dict[str, Any] | Gap | Absent

ASKED_TOGETHER = 2_000
GONE = ("itemNotFound",)
SCOPE = "drive:{}"

_DESCRIBED_BY = ("id", "name", "webUrl", "folder", "package", "parentReference")


async def permissions_of(graph: Graph, items: Sequence[ItemId]) -> AsyncGenerator[tuple[ItemId, Answer], None]:
    """The permissions of many items, across libraries; some thousands at a time, so that memory stays flat."""
    drives = graph.sdk.drives
    for start in range(0, len(items), ASKED_TOGETHER):
        requests = (
            (key, graph.request(drives.by_drive_id(key[0]).items.by_drive_item_id(key[1]).permissions))
            for key in items[start : start + ASKED_TOGETHER]
        )
        async for key, answer in graph.batch(requests, scope=of_drive, absent=GONE, lists=True):
            yield key, answer


async def descriptions_of(graph: Graph, items: Sequence[ItemId]) -> AsyncGenerator[tuple[ItemId, Answer], None]:
    """What many items are called and which folder they lie in."""
    drives = graph.sdk.drives
    requests = (
        (key, graph.request(drives.by_drive_id(key[0]).items.by_drive_item_id(key[1]), select=_DESCRIBED_BY))
        for key in items
    )
    async for key, answer in graph.batch(requests, scope=of_drive, absent=GONE):
        yield key, answer


def of_drive(key: ItemId) -> str:
    """The scope of an item: its library."""
    return SCOPE.format(key[0])
