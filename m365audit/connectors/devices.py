"""Computers, tablets and phones: those the directory knows, and those Intune manages."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

import pandas as pd
from kiota_abstractions.request_information import RequestInformation

from m365audit.connectors.declare import connector
from m365audit.connectors.reading.columns import Columns
from m365audit.connectors.reading.frames import records
from m365audit.connectors.reading.listing import listed
from m365audit.connectors.reading.refusals import answers
from m365audit.graph import Absent, Graph
from m365audit.model.datasets.devices import DEVICE_PROTECTION, DEVICES, MANAGED_DEVICES
from m365audit.model.evidence import Gap, Looked, Row
from m365audit.model.keys import NO_ID
from m365audit.model.parts import Part
from m365audit.model.plans import Plan

_LARGEST_PAGE: Final = 999
_MOST_EXPANDED: Final = 20
"""Related objects Microsoft puts beside an object at most; it does not say that there are more."""
_BROKEN_OPEN: Final = {"true": True, "false": False}
_NEVER_REPORTED: Final = ("ResourceNotFound", "NotFound", "Request_ResourceNotFound")


@connector("devices", permission="Device.Read.All")
async def devices(graph: Graph) -> AsyncIterator[Row | Gap]:
    """Every device that is joined or registered to the tenant, with who registered it."""
    columns = Columns.of(DEVICES)
    request = graph.request(graph.sdk.devices, select=DEVICES.select, expand=["registeredOwners"], top=_LARGEST_PAGE)
    seen: set[str] = set()
    async for page in graph.pages(request):
        for raw, row in zip(page, columns.rows(page), strict=True):
            if row["device_id"] not in seen:
                seen.add(row["device_id"])
                yield {**row, "owner_ids": _owners(raw)}
    for gap in columns.gaps():
        yield gap


def _owners(raw: Mapping[str, Any]) -> list[str] | None:
    """Who registered a device; unknown where Microsoft did not say, or may have left some out."""
    owners = raw.get("registeredOwners")
    if not isinstance(owners, list) or len(owners) >= _MOST_EXPANDED:
        return None
    return [str(owner["id"]) for owner in owners if owner.get("id")]


@connector(
    "managed_devices",
    permission="DeviceManagementManagedDevices.Read.All",
    parts=(Part(("DeviceManagementManagedDevices.Read.All",), plans=(Plan.INTUNE,)),),
)
async def managed_devices(graph: Graph) -> AsyncIterator[Row | Gap]:
    """Every device Intune manages."""
    # No $top: which sizes Intune takes is not documented, and every page names the next.
    request = graph.request(graph.sdk.device_management.managed_devices, select=MANAGED_DEVICES.select)
    async for row in listed(graph, request, MANAGED_DEVICES, _finish):
        yield row


def _finish(row: Row) -> None:
    row["user_address"] = row["user_address"] and row["user_address"].lower()
    row["account_id"] = row["account_id"] or None
    row["entra_id"] = None if row["entra_id"] in (None, "", NO_ID) else row["entra_id"]
    row["broken_open"] = _BROKEN_OPEN.get(str(row["broken_open"]).strip().lower())


@connector("device_protection", permission="DeviceManagementManagedDevices.Read.All")
async def device_protection(graph: Graph, managed_devices: pd.DataFrame) -> AsyncIterator[Row | Gap | Looked]:
    """Whether virus protection runs on each managed Windows device; other systems report nothing of the kind."""
    columns = Columns.of(DEVICE_PROTECTION)

    def request(managed_id: str) -> RequestInformation:
        managed = graph.sdk.device_management.managed_devices.by_managed_device_id(managed_id)
        return graph.request(managed.windows_protection_state, select=DEVICE_PROTECTION.select)

    windows = [
        row["managed_id"]
        for row in records(managed_devices, "managed_id", "system")
        if (row["system"] or "").lower().startswith("windows")
    ]
    async for answer in answers(graph, windows, request, scope="device", absent=_NEVER_REPORTED):
        if isinstance(answer, Gap):
            yield answer
            continue
        managed_id, state = answer
        if not isinstance(state, Absent):
            for row in columns.rows([state]):
                yield {"managed_id": managed_id, **row}
        yield Looked(f"device:{managed_id}")
    for gap in columns.gaps():
        yield gap
