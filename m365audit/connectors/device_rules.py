"""What Intune asks of devices: its compliance policies, and how it judges a device that none of them covers."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from m365audit.connectors.declare import connector
from m365audit.graph import Graph
from m365audit.model.evidence import Gap, Row
from m365audit.model.parts import Part
from m365audit.model.plans import Plan
from m365audit.model.words import GapKind

_SYSTEMS: Final = {
    "windows10CompliancePolicy": "windows",
    "macOSCompliancePolicy": "macos",
    "iosCompliancePolicy": "ios",
    "androidCompliancePolicy": "android",
    "androidWorkProfileCompliancePolicy": "android",
}


@connector(
    "compliance_policies",
    permission="DeviceManagementConfiguration.Read.All",
    parts=(Part(("DeviceManagementConfiguration.Read.All",), plans=(Plan.INTUNE,)),),
)
async def compliance_policies(graph: Graph) -> AsyncIterator[Row]:
    """Every compliance policy, with whether it is given to anybody and what it asks for."""
    # No $select: each kind of policy has properties of its own.
    request = graph.request(graph.sdk.device_management.device_compliance_policies, expand=["assignments"])
    seen: set[str] = set()
    async for page in graph.pages(request):
        for raw in page:
            if raw["id"] not in seen:
                seen.add(raw["id"])
                yield _policy(raw)


def _policy(raw: Mapping[str, Any]) -> Row:
    kind = str(raw.get("@odata.type", "")).rpartition(".")[2]
    assignments = raw.get("assignments")
    return {
        "policy_id": raw["id"],
        "name": raw.get("displayName"),
        "kind": kind,
        "system": _SYSTEMS.get(kind),
        "assigned": bool(assignments) if isinstance(assignments, list) else None,
        "unlock": _first(raw, "passwordRequired", "passcodeRequired"),
        "lock_minutes": _first(raw, "passwordMinutesOfInactivityBeforeLock", "passcodeMinutesOfInactivityBeforeLock"),
        "encryption": _either(raw, "storageRequireEncryption", "bitLockerEnabled"),
        "oldest_version": raw.get("osMinimumVersion"),
    }


def _first(raw: Mapping[str, Any], *names: str) -> Any:  # noqa: ANN401 - whatever the property holds
    """The property of those names that a policy of this kind has."""
    return next((raw[name] for name in names if name in raw), None)


def _either(raw: Mapping[str, Any], *names: str) -> bool | None:
    """Whether one of several properties is set; unknown of a kind of policy that has none of them."""
    there = [raw[name] for name in names if name in raw]
    return any(there) if there else None


@connector(
    "device_management",
    permission="DeviceManagementConfiguration.Read.All",
    parts=(Part(("DeviceManagementConfiguration.Read.All",), plans=(Plan.INTUNE,)),),
)
async def device_management(graph: Graph) -> AsyncIterator[Row | Gap]:
    """How Intune judges devices that no policy covers."""
    answer = await graph.get(graph.request(graph.sdk.device_management, select=["settings"]))
    settings = answer.get("settings")
    if not isinstance(settings, dict) or "secureByDefault" not in settings:
        detail = "Intune did not say how it judges devices that no policy covers."
        yield Gap(GapKind.ERROR, detail, "Run the audit again.")
        return
    yield {
        "setting": "the whole organisation",
        "secure_by_default": settings["secureByDefault"],
        "report_days": settings.get("deviceComplianceCheckinThresholdDays"),
    }
