"""Rules about computers, tablets and phones."""

from typing import Any

import pytest
from rule_rows import ADVICE, FAILS, MEETS, REVIEW, UNJUDGED, Row, Verdict, account, at, judge, only, results

NAME = "OFFICE-1"
INTUNE = {
    "sku_id": "S",
    "plan_id": "c1ec4a95-1f05-45b3-a911-aa3fa01094f5",
    "status": "Enabled",
    "plan_status": "Success",
}


def device(**changed: object) -> Row:
    return {
        "device_id": "D-1",
        "entra_id": "E-1",
        "name": NAME,
        "enabled": True,
        "system": "Windows",
        "trust": "AzureAd",
        "last_seen_at": at(2026, 11, 1),
        "owner_ids": ["ID-Ann"],
    } | changed


def managed(**changed: object) -> Row:
    return {
        "managed_id": "M-1",
        "entra_id": "E-1",
        "name": NAME,
        "serial": "SN-1",
        "user_address": "ann@exampleton-tc.gov.uk",
        "system": "Windows",
        "version": "10.0.26200.1",
        "compliance": "compliant",
        "encrypted": True,
        "broken_open": False,
        "ownership": "company",
        "agent": "mdm",
        "last_sync_at": at(2026, 11, 20),
    } | changed


def asset(name: str = NAME, **changed: object) -> Row:
    return {"device": name, "person": "Ann", "ownership": "council"} | changed


def listed(**rows: list[Row]) -> Any:  # noqa: ANN401 - a frame
    given: dict[str, list[Row]] = {"devices": [device()], "assets": [asset()], "licences": []}
    return judge("device-on-asset-list", **(given | rows))


@pytest.mark.parametrize(
    ("changed", "assets", "verdict"),
    [
        pytest.param({}, [asset()], MEETS, id="on the list by name"),
        pytest.param({}, [asset(" office-1 ")], MEETS, id="by name, in other letters"),
        pytest.param({}, [asset("E-1")], MEETS, id="by the id it goes by"),
        pytest.param({}, [asset("D-1")], MEETS, id="by its object id"),
        pytest.param({}, [asset("OFFICE-2")], REVIEW, id="not on the list"),
        pytest.param({"trust": "Workplace"}, [asset("OFFICE-2")], REVIEW, id="registered, and not on the list"),
        pytest.param({"enabled": False}, [asset("OFFICE-2")], MEETS, id="switched off"),
        pytest.param({"enabled": None}, [asset("OFFICE-2")], REVIEW, id="perhaps switched off"),
        pytest.param({"last_seen_at": at(2026, 5, 24)}, [asset("OFFICE-2")], ADVICE, id="not seen for 180 days"),
        pytest.param({"last_seen_at": at(2026, 5, 26)}, [asset("OFFICE-2")], REVIEW, id="seen within 180 days"),
        pytest.param({"last_seen_at": None}, [asset("OFFICE-2")], REVIEW, id="nobody knows when it was last seen"),
        pytest.param({"name": None}, [asset("")], REVIEW, id="neither has a name"),
        pytest.param({}, [], UNJUDGED, id="the list is empty"),
    ],
)
def test_device_on_asset_list(changed: Row, assets: list[Row], verdict: Verdict) -> None:
    assert only(listed(devices=[device(**changed)], assets=assets)) == verdict


@pytest.mark.parametrize(
    ("written", "found"),
    [
        pytest.param(["iPhone"], {"D-1": REVIEW, "D-2": REVIEW}, id="one row for two devices of a name"),
        pytest.param(["iPhone", "iPhone"], {}, id="a row for each"),
        pytest.param(["iPhone", "E-2"], {}, id="one by its id, which leaves the name to the other"),
    ],
)
def test_a_name_several_devices_share(written: list[str], found: dict[str, Verdict]) -> None:
    two = [device(name="iPhone"), device(device_id="D-2", entra_id="E-2", name="iPhone")]
    assert results(listed(devices=two, assets=[asset(name) for name in written])) == found


@pytest.mark.parametrize(
    ("changed", "assets", "found"),
    [
        pytest.param({}, [asset("sn-1")], {}, id="the directory's device, by the serial number Intune knows"),
        pytest.param(
            {"entra_id": "E-9"}, [asset()], {"M-1": REVIEW}, id="one only Intune knows, of a name that is taken"
        ),
        pytest.param({"entra_id": None}, [asset(), asset("SN-1")], {}, id="one only Intune knows, by serial number"),
        pytest.param({"entra_id": "E-9", "agent": "msSense"}, [asset()], {}, id="one that only Defender watches"),
    ],
)
def test_devices_intune_manages(changed: Row, assets: list[Row], found: dict[str, Verdict]) -> None:
    # Two of one name: the row of the list cannot be for both.
    got = results(listed(managed_devices=[managed(**changed)], assets=assets))
    assert got == (found | {"D-1": REVIEW} if found else {})


@pytest.mark.parametrize(
    ("licences", "verdict"),
    [
        pytest.param([INTUNE], UNJUDGED, id="Intune is there and could not be read"),
        pytest.param([INTUNE | {"status": "Suspended"}], MEETS, id="Intune has run out"),
        pytest.param(
            [INTUNE | {"plan_id": "882e1d05-acd1-4ccb-8708-6ee03664b117"}], MEETS, id="a plan that only sounds like it"
        ),
        pytest.param([], MEETS, id="no Intune"),
    ],
)
def test_devices_only_intune_could_name(licences: list[Row], verdict: Verdict) -> None:
    assert only(listed(licences=licences)) == verdict


def test_it_says_who_uses_a_device() -> None:
    found = listed(assets=[asset("X")], accounts=[account("ann")])
    assert found["because"].tolist() == ["it is joined by Ann, and the register's sheet Assets does not name it"]


WINDOWS = {"policy_id": "P-1", "system": "windows", "assigned": True, "unlock": True, "lock_minutes": 15}
STRICT = {"secure_by_default": True}
QUIET = {"managed_id": "M-1", "antivirus_on": True, "signatures_overdue": False}


def standard(changed: Row | None = None, *, parameters: Row | None = None, **rows: list[Row]) -> Any:  # noqa: ANN401
    given: dict[str, list[Row]] = {
        "managed_devices": [managed(**(changed or {}))],
        "devices": [device()],
        "compliance_policies": [WINDOWS],
        "device_management": [STRICT],
        "device_protection": [QUIET],
    }
    return judge("device-meets-standard", parameters=parameters, **(given | rows))


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        pytest.param({}, MEETS, id="all in order"),
        pytest.param({"compliance": "noncompliant"}, FAILS, id="not compliant"),
        pytest.param({"compliance": "error"}, FAILS, id="compliance could not be worked out"),
        pytest.param({"compliance": "inGracePeriod"}, REVIEW, id="not compliant, with time left"),
        pytest.param({"compliance": "unknown"}, UNJUDGED, id="compliance unknown"),
        pytest.param({"compliance": None}, UNJUDGED, id="compliance not said"),
        pytest.param({"encrypted": False}, FAILS, id="not encrypted"),
        pytest.param({"encrypted": None}, UNJUDGED, id="encryption not said"),
        pytest.param(
            {"encrypted": False, "last_sync_at": at(2026, 10, 1)}, UNJUDGED, id="not encrypted when last heard of"
        ),
        pytest.param({"last_sync_at": at(2026, 10, 21)}, UNJUDGED, id="silent for more than 30 days"),
        pytest.param({"last_sync_at": at(2026, 10, 23)}, MEETS, id="heard of within 30 days"),
        pytest.param({"last_sync_at": None}, UNJUDGED, id="never heard of"),
        pytest.param({"broken_open": True}, FAILS, id="protection removed"),
        pytest.param({"version": "10.0.19045.9"}, FAILS, id="Windows out of support"),
        pytest.param({"version": "10.0.26100.0"}, MEETS, id="the oldest Windows that is mended"),
        pytest.param({"version": "eleven"}, UNJUDGED, id="a version that is no number"),
        pytest.param(
            {"agent": "msSense", "encrypted": False}, UNJUDGED, id="only watched by Defender: nothing is managed"
        ),
    ],
)
def test_device_meets_standard(changed: Row, verdict: Verdict) -> None:
    # What only Defender watches leaves two things untold: that device, and that nothing is managed.
    assert set(results(standard(changed)).values()) == ({verdict} if verdict else set())


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        pytest.param({}, MEETS, id="runs and is up to date"),
        pytest.param({"antivirus_on": False}, FAILS, id="off"),
        pytest.param({"signatures_overdue": True}, FAILS, id="out of date"),
        pytest.param({"antivirus_on": None}, UNJUDGED, id="not said"),
        pytest.param(None, UNJUDGED, id="never reported"),
    ],
)
def test_virus_protection_of_windows(told: Row | None, verdict: Verdict) -> None:
    rows = [] if told is None else [QUIET | told]
    assert only(standard(device_protection=rows, parameters={"require": ("antivirus",)})) == verdict


def test_nothing_is_said_of_virus_protection_that_could_not_be_read() -> None:
    rows = {"managed_devices": [managed()], "devices": [device()], "device_management": [STRICT]}
    assert only(judge("device-meets-standard", parameters={"require": ("antivirus",)}, **rows)) == UNJUDGED


@pytest.mark.parametrize(
    ("policy", "need", "verdict"),
    [
        pytest.param({}, "unlock", MEETS, id="a password"),
        pytest.param({"unlock": False}, "unlock", REVIEW, id="no password"),
        pytest.param({"unlock": None}, "unlock", REVIEW, id="nothing said of a password"),
        pytest.param({"assigned": False}, "unlock", REVIEW, id="a policy given to nobody"),
        pytest.param({"system": "macos"}, "unlock", REVIEW, id="a policy for another system"),
        pytest.param({}, "screen lock", MEETS, id="15 minutes"),
        pytest.param({"lock_minutes": 16}, "screen lock", REVIEW, id="16 minutes"),
        pytest.param({"lock_minutes": None}, "screen lock", REVIEW, id="no minutes"),
    ],
)
def test_what_policies_ask_of_a_system(policy: Row, need: str, verdict: Verdict) -> None:
    found = standard(compliance_policies=[WINDOWS | policy], parameters={"require": (need,)})
    assert results(found) == ({f"intune.compliance.windows.{need}": verdict} if verdict else {})


@pytest.mark.parametrize(
    ("system", "version", "verdict"),
    [
        pytest.param("macOS", "15.1", REVIEW, id="a Mac"),
        pytest.param("iPadOS", "26.0", REVIEW, id="an iPad"),
        pytest.param("Android", "15", UNJUDGED, id="Android, whose newer policies are not shown"),
        pytest.param("Linux", "24.04", UNJUDGED, id="a system whose policies are not shown"),
    ],
)
def test_a_system_without_a_policy(system: str, version: str, verdict: Verdict) -> None:
    found = standard({"system": system, "version": version}, parameters={"require": ("unlock",)})
    assert only(found) == verdict


def test_policies_that_could_not_be_read_leave_the_lock_open() -> None:
    rows = {"managed_devices": [managed()], "devices": [device()], "device_management": [STRICT]}
    assert only(judge("device-meets-standard", parameters={"require": ("unlock",)}, **rows)) == UNJUDGED


@pytest.mark.parametrize(
    ("parameters", "changed", "verdict"),
    [
        pytest.param({"require": ("unlock",), "lock_minutes": 5}, {}, MEETS, id="a lock time nobody asked about"),
        pytest.param({"require": ("screen lock",), "lock_minutes": 5}, {}, REVIEW, id="five minutes are asked for"),
        pytest.param({"require": ("updates",)}, {"encrypted": False}, MEETS, id="encryption nobody asked about"),
        pytest.param(
            {"require": ("updates",)}, {"compliance": "noncompliant"}, MEETS, id="compliance nobody asked about"
        ),
        pytest.param({"require": ("updates",)}, {"broken_open": True}, FAILS, id="removed protection always counts"),
        pytest.param(
            {"require": ("updates",), "oldest_windows": "10.0.30000"}, {}, FAILS, id="a higher version asked for"
        ),
        pytest.param({"require": ("updates",)}, {"system": "iOS", "version": "17.7"}, FAILS, id="an old iPhone"),
        pytest.param({"require": ("updates",)}, {"system": "Android", "version": "12"}, FAILS, id="an old Android"),
        pytest.param({"require": ("updates",)}, {"system": "macOS", "version": "13.7"}, FAILS, id="an old Mac"),
        pytest.param({"require": ("approved software",)}, {}, UNJUDGED, id="software, which is not read"),
    ],
)
def test_a_clause_says_what_it_asks_for(parameters: Row, changed: Row, verdict: Verdict) -> None:
    assert only(standard(changed, parameters=parameters)) == verdict


@pytest.mark.parametrize(
    ("settings", "verdict"),
    [
        pytest.param([{"secure_by_default": True}], MEETS, id="not compliant"),
        pytest.param([{"secure_by_default": False}], ADVICE, id="compliant"),
        pytest.param([{"secure_by_default": None}], UNJUDGED, id="not said"),
    ],
)
def test_a_device_no_policy_covers_counts_as(settings: list[Row], verdict: Verdict) -> None:
    assert only(standard(device_management=settings)) == verdict


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        pytest.param({}, UNJUDGED, id="in use"),
        pytest.param({"last_seen_at": at(2026, 1, 1)}, MEETS, id="long out of use"),
        pytest.param({"enabled": False}, MEETS, id="switched off"),
    ],
)
def test_a_device_nothing_manages_is_not_judged(changed: Row, verdict: Verdict) -> None:
    loose = device(device_id="D-2", entra_id="E-2", name="HOME-PC", **changed)
    assert results(standard(devices=[device(), loose])) == ({"D-2": verdict} if verdict else {})


def test_where_nothing_is_managed_nothing_is_in_order() -> None:
    found = judge("device-meets-standard", managed_devices=[], devices=[], device_management=[STRICT])
    assert results(found) == {"intune.devices": UNJUDGED}


def test_a_clause_that_asks_for_something_unknown_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no padlock"):
        standard(parameters={"require": ("padlock",)})


def test_a_device_keeps_its_object_id_as_its_key() -> None:
    assert results(standard({"encrypted": False})) == {"D-1": FAILS}
    assert results(standard({"encrypted": False, "entra_id": None}))["M-1"] == FAILS
