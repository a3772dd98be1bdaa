"""The computers, tablets and phones of the sample councils, and what is asked of them."""

from dataclasses import dataclass
from typing import Final

from m365audit.sample.councils.draft import Draft
from m365audit.sample.councils.enrolment import Cast
from m365audit.sample.councils.people import Account
from m365audit.sample.tenant import Json

LISTED: Final = "device-on-asset-list"
STANDARD: Final = "device-meets-standard"
_WINDOWS: Final = ("Windows", "10.0.26200.7171")
_IOS: Final = ("iOS", "26.1")
_ANDROID: Final = ("Android", "15")


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device to be made. Days count from ``as_of``."""

    name: str
    owner: Account | None = None
    system: tuple[str, str] = _WINDOWS
    trust: str = "AzureAd"
    enabled: bool = True
    seen: int = -6


@dataclass(frozen=True, slots=True, kw_only=True)
class Management:
    """What Intune holds of a device. ``protection``: runs, overdue; ``None`` where the device never reported."""

    compliance: str = "compliant"
    encrypted: bool = True
    broken_open: str = "False"
    synced: int = -1
    agent: str = "mdm"
    owner: str = "company"
    protection: tuple[bool, bool] | None = (True, False)


def add_device(draft: Draft, device: Device, intune: Management | None = None) -> str:
    """Register a device, and have it managed where ``intune`` says how; gives its object id."""
    seed, system, version = draft.seed, *device.system
    object_id, entra_id = seed.guid("device", device.name, len(draft.tenant.devices)), seed.guid("entra", device.name)
    draft.tenant.devices.append(
        {
            "id": object_id,
            "deviceId": entra_id,
            "displayName": device.name,
            "accountEnabled": device.enabled,
            "operatingSystem": system,
            "operatingSystemVersion": version,
            "trustType": device.trust,
            "deviceOwnership": "Company" if device.trust == "AzureAd" else "Personal",
            "isManaged": True if intune else None,
            "isCompliant": intune.compliance == "compliant" if intune else None,
            "approximateLastSignInDateTime": seed.stamp(device.seen),
            "registrationDateTime": seed.stamp(-500),
            "manufacturer": "Contoso",
            "model": "Model 7",
            "registeredOwners": [{"@odata.type": "#microsoft.graph.user", "id": device.owner.id}]
            if device.owner
            else [],
        }
    )
    if intune:
        add_managed(draft, device, intune, entra_id)
    return object_id


def add_managed(draft: Draft, device: Device, intune: Management, entra_id: str = "") -> str:
    """Have Intune manage a device, known to the directory or not; gives Intune's id."""
    seed, tenant = draft.seed, draft.tenant
    managed_id = seed.guid("managed", device.name)
    tenant.managed_devices.append(
        {
            "id": managed_id,
            "azureADDeviceId": entra_id or "00000000-0000-0000-0000-000000000000",
            "deviceName": device.name,
            "serialNumber": serial(draft, device.name),
            "userId": device.owner.id if device.owner else "",
            "userPrincipalName": device.owner.user_principal_name if device.owner else "",
            "operatingSystem": device.system[0],
            "osVersion": device.system[1],
            "androidSecurityPatchLevel": "2026-10-01" if device.system[0] == "Android" else "",
            "complianceState": intune.compliance,
            "complianceGracePeriodExpirationDateTime": "9999-12-31T23:59:59Z",
            "isEncrypted": intune.encrypted,
            "jailBroken": intune.broken_open,
            "managedDeviceOwnerType": intune.owner,
            "managementAgent": intune.agent,
            "enrolledDateTime": "0001-01-01T00:00:00Z",
            "lastSyncDateTime": seed.stamp(intune.synced),
        }
    )
    if device.system[0] == "Windows" and intune.protection is not None:
        runs, overdue = intune.protection
        tenant.windows_protection[managed_id] = {
            "id": managed_id,
            "realTimeProtectionEnabled": runs,
            "signatureUpdateOverdue": overdue,
            "lastReportedDateTime": seed.stamp(intune.synced),
        }
    return managed_id


def serial(draft: Draft, name: str) -> str:
    """The serial number of a device."""
    return draft.seed.code(10, "serial", name)


def add_policy(draft: Draft, kind: str, name: str, asks: Json, *, assigned: bool = True) -> None:
    """Make a compliance policy, given to everybody or to nobody."""
    target = {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}
    policy_id = draft.seed.guid("compliance policy", name)
    draft.tenant.compliance_policies.append(
        {
            "@odata.type": f"#microsoft.graph.{kind}",
            "id": policy_id,
            "displayName": name,
            "createdDateTime": draft.seed.stamp(-400),
            "version": 1,
            **asks,
            "assignments": [{"id": f"{policy_id}_all", "target": target}] if assigned else [],
        }
    )


def exampleton(draft: Draft, cast: Cast) -> None:
    """Exampleton's devices, of which Intune manages most."""
    draft.tenant.device_management = {
        "settings": {"secureByDefault": False, "deviceComplianceCheckinThresholdDays": 30}
    }
    draft.plant(STANDARD, "intune.secureByDefault", "a device without a policy counts as compliant: advice")
    windows = {"passwordRequired": True, "passwordMinutesOfInactivityBeforeLock": 15, "bitLockerEnabled": True}
    add_policy(draft, "windows10CompliancePolicy", "Council computers", windows)
    add_policy(
        draft, "windows10CompliancePolicy", "Trial", {"passwordMinutesOfInactivityBeforeLock": 1}, assigned=False
    )
    draft.near(STANDARD, "intune.compliance.windows.unlock", "a policy for everybody asks for a password")
    draft.plant(STANDARD, "intune.compliance.windows.screen lock", "15 minutes, where a clause asks for 5")
    phones = {"passcodeRequired": True, "passcodeMinutesOfInactivityBeforeLock": 5}
    add_policy(draft, "iosCompliancePolicy", "Council phones", phones, assigned=False)
    for need in ("unlock", "screen lock"):
        draft.plant(STANDARD, f"intune.compliance.ios.{need}", "the policy is given to nobody")
    _managed(draft, cast)
    _unmanaged(draft, cast)


def _managed(draft: Draft, cast: Cast) -> None:
    rows = (
        ("CLERK-PC", "clerk", _WINDOWS, Management(), "", "all in order"),
        ("LAPTOP-01", "clerk", _WINDOWS, Management(encrypted=False), "plant", "its disk is not encrypted"),
        ("MAYOR-PC", "jane", _WINDOWS, Management(protection=(False, False)), "plant", "virus protection is off"),
        ("PLANNING-PC", "john", _WINDOWS, Management(protection=(True, True)), "plant", "virus protection is old"),
        ("FINANCE-PC", "marcus", ("Windows", "10.0.19045.5011"), Management(), "plant", "a system out of support"),
        ("RUTH-PC", "ruth", _WINDOWS, Management(compliance="noncompliant"), "plant", "not compliant"),
        ("PRIYA-PC", "priya", _WINDOWS, Management(compliance="inGracePeriod"), "plant", "still has time: review"),
        ("PETER-PC", "peter", _WINDOWS, Management(encrypted=False, synced=-60), "", "silent for 60 days"),
        ("OLWEN-PC", "olwen", _WINDOWS, Management(protection=None), "", "never reported on virus protection"),
        ("SERVER-1", "admin", _WINDOWS, Management(encrypted=False, agent="msSense"), "", "Defender only watches it"),
        ("Marcus's iPhone", "marcus", ("iOS", "16.7.2"), Management(owner="personal"), "plant", "an old system"),
        ("Jane's phone", "jane", _ANDROID, Management(broken_open="True"), "plant", "rooted"),
    )
    for name, owner, system, intune, planted, because in rows:
        device = Device(name=name, owner=cast[owner], system=system)
        key = add_device(draft, device, intune)
        if name not in {"LAPTOP-01", "PRIYA-PC"}:
            # Some are on the list by name, some by serial number.
            draft.register.add("Assets", serial(draft, name) if "phone" in name.lower() else name, cast[owner].name)
        (draft.plant if planted else draft.near)(STANDARD, key, because)
        (draft.plant if name == "PRIYA-PC" else draft.near)(LISTED, key, "on the list or not, by name or serial number")
    tablet = Device(name="Chamber tablet", system=_IOS)
    key = add_managed(draft, tablet, Management(protection=None))
    draft.plant(LISTED, key, "only Intune knows it, and it is not on the list")
    draft.near(STANDARD, key, "in order; what is missing is a policy")


def _unmanaged(draft: Draft, cast: Cast) -> None:
    draft.register.add("Assets", "iPhone", cast["niamh"].name, "own")
    for owner in ("niamh", "gwyn"):
        device = Device(name="iPhone", owner=cast[owner], system=_IOS, trust="Workplace")
        draft.plant(LISTED, add_device(draft, device), "two of the name, and the list has one")
    old = Device(name="OLD-TABLET", owner=cast["ruth"], system=_ANDROID, trust="Workplace", seen=-400)
    draft.plant(LISTED, add_device(draft, old), "not on the list, and hardly in use: advice")
    off = Device(name="LOST-LAPTOP", enabled=False)
    key = add_device(draft, off)
    draft.near(LISTED, key, "switched off")
    draft.near(STANDARD, key, "not managed, so not judged")


def little_sampling(draft: Draft, cast: Cast) -> None:
    """Little Sampling's devices: it has no Intune, so only the directory knows them."""
    draft.register.add("Assets", "PARISH-LAPTOP", cast["clerk"].name, "council")
    key = add_device(draft, Device(name="Parish-Laptop", owner=cast["clerk"]))
    draft.near(LISTED, key, "on the list, in other capitals")
    draft.near(STANDARD, key, "nobody can tell without Intune")
    own = Device(name="Owen's Galaxy", owner=cast["owen"], system=_ANDROID, trust="Workplace")
    draft.plant(LISTED, add_device(draft, own), "registered by a councillor, and not on the list")
