"""Devices, reports, signals and names of the imitation: what it refuses, and to whom."""

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from virtual import NOW

from m365audit.sample.councils import exampleton, little_sampling
from m365audit.sample.service.clock import PacedClock
from m365audit.sample.service.inside import Inside
from m365audit.sample.service.server import Service
from m365audit.sample.tenant import Json, Tenant

GRAPH = "http://127.0.0.1/v1.0"
REPORT = f"{GRAPH}/reports/getEmailActivityUserDetail(period='D90')"
TOWN, PARISH = exampleton(NOW).tenant, little_sampling(NOW).tenant


class Asker:
    """Somebody with a token of one tenant."""

    def __init__(self, tenant: Tenant) -> None:
        clock = PacedClock()
        service = Service([tenant], clock=clock, limits=False)
        self._token = service.token(tenant.tenant_id)
        self.client = httpx.AsyncClient(transport=Inside(service, clock, seconds=0))

    async def get(self, address: str, *, token: bool = True) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._token}"} if token else {}
        return await self.client.get(address, headers=headers)


@pytest.fixture
async def town() -> AsyncIterator[Asker]:
    asker = Asker(TOWN)
    yield asker
    await asker.client.aclose()


@pytest.mark.parametrize(
    ("tenant", "path", "status", "said"),
    [
        pytest.param(PARISH, "/deviceManagement/managedDevices", 400, "not applicable to target", id="no Intune"),
        pytest.param(PARISH, "/deviceManagement/deviceCompliancePolicies", 400, "not applicable", id="none at all"),
        pytest.param(TOWN, "/identityProtection/riskyUsers", 403, "not licensed for this feature", id="no Entra ID P2"),
        pytest.param(TOWN, "/identityProtection/riskyUsers?$top=1000", 400, "page size", id="too many at once"),
        pytest.param(TOWN, "/security/attackSimulation/simulations", 403, "not provisioned", id="no Defender P2"),
        pytest.param(TOWN, "/security/alerts_v2?$select=id", 400, "not supported", id="alerts take no selection"),
        pytest.param(TOWN, "/security/alerts_v2?$filter=title%20eq%20'x'", 400, "not supported", id="nor this filter"),
        pytest.param(PARISH, "/auditLogs/signIns", 403, "premium license", id="no Entra ID P1"),
        pytest.param(TOWN, "/auditLogs/signIns?$select=id", 400, "not supported", id="the log takes no selection"),
        pytest.param(TOWN, "/auditLogs/signIns?$top=1001", 400, "page size", id="too many sign-ins at once"),
        pytest.param(
            TOWN,
            "/auditLogs/signIns?$filter=signInEventTypes/any(t:t%20eq%20'x')",
            400,
            "filter",
            id="a filter of beta",
        ),
        pytest.param(
            TOWN, "/auditLogs/signIns?$filter=createdDateTime%20ge%20soon", 400, "filter", id="a day that is none"
        ),
        pytest.param(TOWN, "/reports/getMailboxUsageDetail(period='D31')", 400, "segment", id="a period of its own"),
        pytest.param(
            TOWN,
            "/reports/getMailboxUsageDetail(period='D90')?$format=application/json",
            400,
            "not supported",
            id="CSV",
        ),
        pytest.param(TOWN, "/devices?$select=serialNumber", 400, "serialNumber", id="a property devices do not have"),
    ],
)
async def test_what_is_refused(tenant: Tenant, path: str, status: int, said: str) -> None:
    answer = await Asker(tenant).get(GRAPH + path)

    assert answer.status_code == status
    assert said in answer.text


@pytest.mark.parametrize(
    ("path", "permission"),
    [
        ("/deviceManagement/managedDevices", "DeviceManagementManagedDevices.Read.All"),
        ("/deviceManagement?$select=settings", "DeviceManagementConfiguration.Read.All"),
        ("/security/secureScores?$top=1", "SecurityEvents.Read.All"),
        ("/security/alerts_v2", "SecurityAlert.Read.All"),
        ("/solutions/backupRestore", "BackupRestore-Control.Read.All"),
        ("/admin/configurationManagement/configurationSnapshotJobs", "ConfigurationMonitoring.Read.All"),
        ("/reports/getEmailActivityUserDetail(period='D90')", "Reports.Read.All"),
        ("/reports/getTeamsUserActivityUserDetail(period='D90')", "Reports.Read.All"),
        ("/reports/getMailboxUsageDetail(period='D90')", "Reports.Read.All"),
        ("/auditLogs/signIns", "AuditLog.Read.All"),
    ],
)
async def test_each_route_asks_for_its_permission(path: str, permission: str) -> None:
    allowed = await Asker(TOWN).get(GRAPH + path)
    refused = await Asker(replace(TOWN, granted=TOWN.granted - {permission})).get(GRAPH + path)

    assert allowed.status_code in {200, 302}
    assert refused.status_code == 403


async def test_a_report_lies_behind_an_address_that_takes_no_token(town: Asker) -> None:
    pointed = await town.get(REPORT)
    place = pointed.headers["location"]

    assert pointed.status_code == 302
    assert (await town.get(place)).status_code == 400
    fetched = await town.get(place, token=False)
    assert fetched.content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(fetched.content.decode("utf-8-sig"))))
    assert len(lines) == len(TOWN.email_activity)
    assert all("@" in line["User Principal Name"] for line in lines)


@pytest.mark.parametrize(
    ("name", "held"),
    [
        pytest.param("getTeamsUserActivityUserDetail", TOWN.teams_activity, id="Teams"),
        pytest.param("getMailboxUsageDetail", TOWN.mailbox_usage, id="mailboxes"),
    ],
)
async def test_each_report_is_its_own(town: Asker, name: str, held: list[Json]) -> None:
    place = (await town.get(f"{GRAPH}/reports/{name}(period='D30')")).headers["location"]

    lines = list(csv.DictReader(io.StringIO((await town.get(place, token=False)).content.decode("utf-8-sig"))))

    assert [line["User Principal Name"] for line in lines] == [row["User Principal Name"] for row in held]
    assert {line["Report Period"] for line in lines} == {"30"}
    assert "Send Count" not in lines[0]


async def test_the_log_of_sign_ins_gives_what_is_asked_for_newest_first_and_for_thirty_days(town: Asker) -> None:
    log = f"{GRAPH}/auditLogs/signIns"

    everything = (await town.get(log)).json()["value"]
    old = (await town.get(f"{log}?$filter=clientAppUsed%20eq%20'IMAP4'%20and%20status/errorCode%20eq%200")).json()
    late = (await town.get(f"{log}?$filter=createdDateTime%20ge%202026-11-20T00:00:00Z")).json()["value"]

    days = [row["createdDateTime"] for row in everything]
    assert days == sorted(days, reverse=True)
    assert 0 < len(everything) < len(TOWN.sign_ins)
    assert {row["clientAppUsed"] for row in old["value"]} == {"IMAP4"}
    assert len(old["value"]) == 3
    assert 0 < len(late) < len(everything)


@pytest.mark.parametrize("place", ["http://127.0.0.1/data/download/guess", "http://127.0.0.1/data/download/"])
async def test_an_address_nobody_was_given_opens_nothing(town: Asker, place: str) -> None:
    assert (await town.get(place, token=False)).status_code == 404


async def test_where_names_are_hidden_the_report_has_codes() -> None:
    parish = Asker(PARISH)
    place = (await parish.get(REPORT)).headers["location"]

    assert "@" not in (await parish.get(place, token=False)).text


async def test_of_a_snapshot_job_two_things_come_only_when_asked_for(town: Asker) -> None:
    jobs = f"{GRAPH}/admin/configurationManagement/configurationSnapshotJobs"

    plain = (await town.get(jobs)).json()["value"][0]
    asked = (await town.get(f"{jobs}?$select=id,resourceLocation")).json()["value"][0]

    assert "resourceLocation" not in plain
    assert set(asked) == {"id", "resourceLocation"}


async def test_a_calendar_tells_only_whoever_has_a_mailbox(town: Asker) -> None:
    glass = next(user["id"] for user in TOWN.users if user["id"] not in TOWN.mailbox_settings)

    assert (await town.get(f"{GRAPH}/users/{glass}/calendar/calendarPermissions")).status_code == 404
