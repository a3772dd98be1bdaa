"""The routes of devices: those of the directory, and those of Intune."""

from m365audit.sample.service.graph_errors import DIRECTORY, ProblemError, Refusal
from m365audit.sample.service.graph_pages import Listing
from m365audit.sample.service.graph_route import PAGED, SELECT, Call, Route, Single
from m365audit.sample.tenant import Json

INTUNE = Refusal(
    "Forbidden",
    '{"_version": 3, "Message": "Application is not authorized to perform this operation. Application must have one of '
    'the following scopes: {permission} - Operation ID (for customer support): 00000000-0000-0000-0000-000000000000"}',
)
NOT_PROVISIONED = Refusal("BadRequest", "Request not applicable to target tenant.", 400)
_MOST_OWNERS = 20


def _devices(call: Call) -> Listing:
    return Listing([_with_few_owners(device) for device in call.tenant.devices])


def _with_few_owners(device: Json) -> Json:
    # Related objects beyond these are left out, and nothing says so.
    return device | {"registeredOwners": device.get("registeredOwners", [])[:_MOST_OWNERS]}


def _managed(call: Call) -> Listing:
    _admit(call)
    return Listing(call.tenant.managed_devices)


def _protection(call: Call) -> Single:
    _admit(call)
    state = call.tenant.windows_protection.get(call.captured["device"])
    if state is None:
        raise ProblemError(404, "ResourceNotFound", "The requested resource does not exist.")
    return Single(state)


def _policies(call: Call) -> Listing:
    _admit(call)
    return Listing(call.tenant.compliance_policies)


def _management(call: Call) -> Single:
    _admit(call)
    return Single(call.tenant.device_management)


def _admit(call: Call) -> None:
    if not call.tenant.has_plan("INTUNE_A"):
        NOT_PROVISIONED.refuse()


DEVICE_ROUTES = (
    Route(
        path="/devices",
        entity="device",
        answer=_devices,
        needs=("Device.Read.All", "Directory.Read.All"),
        refusal=DIRECTORY,
        bucket="identity",
        context="devices",
        options=PAGED | {"$expand"},
        expands=frozenset({"registeredOwners"}),
    ),
    Route(
        path="/deviceManagement/managedDevices",
        entity="managedDevice",
        answer=_managed,
        needs=("DeviceManagementManagedDevices.Read.All",),
        refusal=INTUNE,
        bucket="intune",
        context="deviceManagement/managedDevices",
    ),
    Route(
        path="/deviceManagement/managedDevices/{device}/windowsProtectionState",
        entity="windowsProtectionState",
        answer=_protection,
        needs=("DeviceManagementManagedDevices.Read.All",),
        refusal=INTUNE,
        bucket="intune",
        context="deviceManagement/managedDevices('{device}')/windowsProtectionState",
        options=SELECT,
    ),
    Route(
        path="/deviceManagement/deviceCompliancePolicies",
        entity="deviceCompliancePolicy",
        answer=_policies,
        needs=("DeviceManagementConfiguration.Read.All",),
        refusal=INTUNE,
        bucket="intune",
        context="deviceManagement/deviceCompliancePolicies",
        options=PAGED | {"$expand"},
        expands=frozenset({"assignments"}),
    ),
    Route(
        path="/deviceManagement",
        entity="deviceManagement",
        answer=_management,
        needs=("DeviceManagementConfiguration.Read.All", "DeviceManagementApps.Read.All"),
        refusal=INTUNE,
        bucket="intune",
        context="deviceManagement",
        options=SELECT,
    ),
)
