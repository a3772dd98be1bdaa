"""Devices of the directory and of Intune, against answers as the contract has them and against the imitation."""

import pandas as pd
import pytest
from contract_service import Fault, Json, Service, collect, frame

from m365audit.connectors import Connector
from m365audit.connectors.device_rules import compliance_policies, device_management
from m365audit.connectors.devices import device_protection, devices, managed_devices
from m365audit.graph import Refused
from m365audit.model.words import GapKind

NOT_PROVISIONED = Fault(400, "BadRequest", "Request not applicable to target tenant.")
FORBIDDEN_IN_TEXT = Fault(401, "UnknownError", '{"ErrorCode":"Forbidden","Message":"An error has occurred"}')
NEVER_REPORTED = Fault(404, "ResourceNotFound", "The requested resource does not exist.")


def device(number: int = 1, **changed: object) -> Json:
    return {
        "id": f"D-{number}",
        "deviceId": f"E-{number}",
        "displayName": f"PC-{number}",
        "accountEnabled": True,
        "operatingSystem": "Windows",
        "operatingSystemVersion": "10.0.26200.1",
        "trustType": "Workplace",
        "deviceOwnership": "Personal",
        "isManaged": None,
        "isCompliant": None,
        "approximateLastSignInDateTime": "2026-11-01T00:00:00Z",
        "registrationDateTime": "2024-11-01T00:00:00Z",
        "manufacturer": "Contoso",
        "model": "X",
        "registeredOwners": [{"@odata.type": "#microsoft.graph.user", "id": "U-1", "displayName": "Ann"}],
        **changed,
    }


class Expanding(Service):
    """A service that sends what was expanded beside what was selected, as the directory does."""

    def _get(self, url: str) -> tuple[int, Json]:
        return super()._get(url.replace("$expand=registeredOwners", "").replace("model", "model,registeredOwners"))


async def test_every_page_of_devices_is_read_with_who_registered_them() -> None:
    service = Expanding(graph={"/devices": [device(number) for number in range(5)]})

    found = await collect(devices, service)

    assert [row["device_id"] for row in found.rows] == [f"D-{number}" for number in range(5)]
    assert found.rows[0]["owner_ids"] == ["U-1"]
    assert found.rows[0]["entra_id"] == "E-0"
    assert not found.gaps


@pytest.mark.parametrize(
    ("owners", "kept"),
    [
        pytest.param([], [], id="nobody"),
        pytest.param([{"id": "U-1"}, {"id": "U-2"}], ["U-1", "U-2"], id="two people"),
        pytest.param([{"id": str(number)} for number in range(20)], None, id="twenty, of whom some may be missing"),
        pytest.param(None, None, id="not said"),
    ],
)
async def test_who_registered_a_device(owners: list[Json] | None, kept: list[str] | None) -> None:
    found = await collect(devices, Expanding(graph={"/devices": [device(registeredOwners=owners)]}))

    assert found.rows[0]["owner_ids"] == kept


async def test_a_device_that_stands_on_two_pages_is_one() -> None:
    held = [device(1), device(2), device(2, displayName="again"), device(3)]

    assert len((await collect(devices, Expanding(graph={"/devices": held}))).rows) == 3


async def test_a_property_no_device_has_is_a_gap() -> None:
    bare = device()
    del bare["trustType"]

    assert (await collect(devices, Expanding(graph={"/devices": [bare]}))).scopes == {"property:trustType"}


def managed(number: int = 1, **changed: object) -> Json:
    return {
        "id": f"M-{number}",
        "azureADDeviceId": f"E-{number}",
        "deviceName": f"PC-{number}",
        "serialNumber": "SN",
        "userId": "U-1",
        "userPrincipalName": "Ann@X.test",
        "operatingSystem": "Windows",
        "osVersion": "10.0.26200.1",
        "androidSecurityPatchLevel": "",
        "complianceState": "compliant",
        "complianceGracePeriodExpirationDateTime": "9999-12-31T23:59:59Z",
        "isEncrypted": True,
        "jailBroken": "Unknown",
        "managedDeviceOwnerType": "company",
        "managementAgent": "mdm",
        "enrolledDateTime": "0001-01-01T00:00:00Z",
        "lastSyncDateTime": "2026-11-20T00:00:00Z",
        **changed,
    }


MANAGED = "/deviceManagement/managedDevices"


async def test_every_page_of_managed_devices_is_read_without_asking_for_a_size() -> None:
    service = Service(graph={MANAGED: [managed(number) for number in range(5)]})

    found = await collect(managed_devices, service)

    assert len(found.rows) == 5
    assert not any("$top" in query for query in service.queries(MANAGED))


@pytest.mark.parametrize(
    ("changed", "column", "value"),
    [
        pytest.param({}, "user_address", "ann@x.test", id="a sign-in name in lower case"),
        pytest.param({"userId": ""}, "account_id", None, id="nobody uses it"),
        pytest.param(
            {"azureADDeviceId": "00000000-0000-0000-0000-000000000000"}, "entra_id", None, id="zeros are no id"
        ),
        pytest.param({"azureADDeviceId": ""}, "entra_id", None, id="nothing is no id"),
        pytest.param({"jailBroken": "True"}, "broken_open", True, id="protection removed"),
        pytest.param({"jailBroken": "False"}, "broken_open", False, id="protection there"),
        pytest.param({"jailBroken": ""}, "broken_open", None, id="nothing said of protection"),
        pytest.param({"jailBroken": "Unknown"}, "broken_open", None, id="protection unknown"),
    ],
)
async def test_a_managed_device_is_put_into_our_words(changed: Json, column: str, value: object) -> None:
    found = await collect(managed_devices, Service(graph={MANAGED: [managed(**changed)]}))

    assert found.rows[0][column] == value


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        pytest.param(NOT_PROVISIONED, GapKind.NOT_ENABLED, id="the tenant has no Intune"),
        pytest.param(FORBIDDEN_IN_TEXT, GapKind.LICENCE, id="it says so in a text within the text"),
        pytest.param(
            Fault(403, "Forbidden", "Application must have one of the following scopes: X"),
            GapKind.PERMISSION,
            id="the app may not",
        ),
    ],
)
@pytest.mark.parametrize("connector", [managed_devices, compliance_policies, device_management])
async def test_a_tenant_without_intune_and_an_app_without_permission(
    connector: Connector, fault: Fault, kind: GapKind
) -> None:
    paths = (MANAGED, "/deviceManagement/deviceCompliancePolicies", "/deviceManagement")

    with pytest.raises(Refused) as refused:
        await collect(connector, Service(graph=dict.fromkeys(paths, fault)))

    assert refused.value.gap.kind is kind


def known(*systems: str) -> pd.DataFrame:
    rows = [{"managed_id": f"M-{number}", "system": system} for number, system in enumerate(systems)]
    return frame("managed_devices", rows)


STATE = {
    "realTimeProtectionEnabled": True,
    "signatureUpdateOverdue": False,
    "lastReportedDateTime": "2026-11-20T00:00:00Z",
}


async def test_only_windows_is_asked_for_its_virus_protection() -> None:
    paths = {f"{MANAGED}/M-{number}/windowsProtectionState": dict(STATE) for number in (0, 2)}

    found = await collect(device_protection, Service(graph=paths), managed_devices=known("Windows", "iOS", "windows"))

    assert {row["managed_id"]: row["antivirus_on"] for row in found.rows} == {"M-0": True, "M-2": True}
    assert found.looked == {"device:M-0", "device:M-2"}


async def test_a_device_that_never_reported_has_no_row_and_is_no_gap() -> None:
    service = Service(graph={f"{MANAGED}/M-0/windowsProtectionState": NEVER_REPORTED})

    found = await collect(device_protection, service, managed_devices=known("Windows"))

    assert (found.rows, found.gaps, found.looked) == ([], [], {"device:M-0"})


async def test_a_device_that_is_refused_is_a_gap_of_its_own() -> None:
    paths = {
        f"{MANAGED}/M-0/windowsProtectionState": STATE,
        f"{MANAGED}/M-1/windowsProtectionState": Fault(403, "Authorization_RequestDenied"),
    }

    found = await collect(device_protection, Service(graph=paths), managed_devices=known("Windows", "Windows"))

    assert found.scopes == {"device:M-1"}
    assert [row["managed_id"] for row in found.rows] == ["M-0"]


def policy(kind: str, **asks: object) -> Json:
    return {"@odata.type": f"#microsoft.graph.{kind}", "id": "P-1", "displayName": "Ours", "assignments": [{}], **asks}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(
            policy(
                "windows10CompliancePolicy",
                passwordRequired=True,
                passwordMinutesOfInactivityBeforeLock=15,
                bitLockerEnabled=True,
                storageRequireEncryption=False,
                osMinimumVersion="10.0.1",
            ),
            {"system": "windows", "unlock": True, "lock_minutes": 15, "encryption": True, "oldest_version": "10.0.1"},
            id="Windows",
        ),
        pytest.param(
            policy("iosCompliancePolicy", passcodeRequired=True, passcodeMinutesOfInactivityBeforeLock=None),
            {"system": "ios", "unlock": True, "lock_minutes": None, "encryption": None},
            id="iOS, which speaks of passcodes",
        ),
        pytest.param(
            policy("androidWorkProfileCompliancePolicy", passwordRequired=False, storageRequireEncryption=True),
            {"system": "android", "unlock": False, "encryption": True},
            id="Android",
        ),
        pytest.param(policy("somethingNewer"), {"system": None, "unlock": None}, id="a kind nobody knows"),
        pytest.param({"id": "P-1", "assignments": []}, {"kind": "", "assigned": False}, id="no kind, given to nobody"),
        pytest.param({"id": "P-1"}, {"assigned": None}, id="whom it is given to not said"),
    ],
)
async def test_a_compliance_policy_is_put_into_our_words(raw: Json, expected: Json) -> None:
    service = Service(graph={"/deviceManagement/deviceCompliancePolicies": [raw]})

    row = (await collect(compliance_policies, service)).rows[0]

    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("answer", "rows", "gaps"),
    [
        pytest.param({"settings": {"secureByDefault": False}}, [False], 0, id="lenient"),
        pytest.param({"settings": None}, [], 1, id="nothing said"),
        pytest.param({"settings": {}}, [], 1, id="not said in the settings"),
        pytest.param({}, [], 1, id="no settings"),
    ],
)
async def test_what_intune_makes_of_a_device_without_a_policy(answer: Json, rows: list[bool], gaps: int) -> None:
    found = await collect(device_management, Service(graph={"/deviceManagement": answer}))

    assert [row["secure_by_default"] for row in found.rows] == rows
    assert len(found.gaps) == gaps
