"""The table of limits: every request is counted where Microsoft counts it, and says where that is written."""

import re
from typing import Any

import pytest

from m365audit.graph.buckets import BUCKETS, bucket_called, bucket_of, whose
from m365audit.graph.said import Service
from m365audit.graph.size import TenantSize


@pytest.mark.parametrize(
    ("path", "bucket", "cost"),
    [
        pytest.param("/users?$select=id&$top=999", "identity", 1, id="a list of users"),
        pytest.param("/users?$select=id&$expand=manager&$top=999", "identity", 2, id="users with their managers"),
        pytest.param("/users?$top=5", "identity", 1, id="a few users"),
        pytest.param("/subscribedSkus?$select=id", "identity", 2, id="licences"),
        pytest.param("/organization", "identity", 1, id="the organisation"),
        pytest.param("/users?$select=id,signInActivity&$top=500", "sign-in activity", 1, id="sign-in activity"),
        pytest.param(
            "/reports/authenticationMethods/userRegistrationDetails",
            "identity reports",
            1,
            id="the registration report",
        ),
        pytest.param("/users/u/authentication/methods", "identity reports", 1, id="one account's methods"),
        pytest.param("/identity/conditionalAccess/policies", "conditional access and risk", 1, id="Conditional Access"),
        pytest.param("/users/u/mailboxSettings", "Outlook", 1, id="mailbox settings"),
        pytest.param("/users/u/calendarView?startDateTime=x", "Outlook", 1, id="a calendar view"),
        pytest.param("/users/u/mailFolders/inbox/messageRules", "Outlook", 1, id="inbox rules"),
        pytest.param("/users/u/onlineMeetings?$filter=x", "online meetings", 1, id="meeting options"),
        pytest.param("/sites/getAllSites?$select=id", "SharePoint", 2, id="all sites"),
        pytest.param("/sites/s/drives", "SharePoint", 2, id="the libraries of a site"),
        pytest.param("/drives/d/root/delta?$select=id", "SharePoint", 2, id="a crawl without a token"),
        pytest.param("/drives/d/root/delta?token=x", "SharePoint", 1, id="a crawl with a token"),
        pytest.param("/drives/d/items/i/permissions", "SharePoint", 5, id="an item's permissions"),
        pytest.param("/users/u/drive", "SharePoint", 1, id="a OneDrive"),
        pytest.param("/admin/sharepoint/settings", "SharePoint", 1, id="tenant sharing settings"),
        pytest.param("/sites/getAllSites()?$select=id", "SharePoint", 2, id="all sites, asked for as a function"),
        pytest.param("/drives/d/items/i?$expand=permissions", "SharePoint", 5, id="an item with its permissions"),
        pytest.param("/applications?$select=id", "identity", 1, id="app registrations"),
        pytest.param("/applications?$select=id,keyCredentials", "key credentials", 1, id="certificates of apps"),
        pytest.param("/groups/g/transitiveMembers?$select=id", "identity", 4, id="everybody in a group"),
        pytest.param("/identityProtection/riskyUsers", "conditional access and risk", 1, id="risky users"),
        pytest.param("/admin/serviceAnnouncement/messages", "service communications", 1, id="Microsoft's messages"),
        pytest.param("/security/secureScores?$top=1", "security", 1, id="the secure score"),
        pytest.param("/deviceManagement/managedDevices", "Intune", 1, id="devices in Intune"),
        pytest.param("/auditLogs/directoryAudits", "identity reports", 1, id="the audit log"),
        pytest.param("/reports/getMailboxUsageDetail(period='D7')", "usage reports", 1, id="a usage report"),
    ],
)
def test_every_request_is_counted_where_microsoft_counts_it(path: str, bucket: str, cost: int) -> None:
    found = bucket_of(Service.GRAPH, path)
    assert (found.name, found.cost(path)) == (bucket, cost)


def test_every_bucket_names_its_source() -> None:
    assert all(re.search(r"20\d\d", bucket.source) for bucket in BUCKETS)


@pytest.mark.parametrize(
    ("bucket", "windows"),
    [
        pytest.param("sign-in activity", [("app", 60, 10)], id="ten a minute over all tenants"),
        pytest.param("identity reports", [("tenant", 10, 5), ("app", 10, 122)], id="reports by tenant and by app"),
        pytest.param("usage reports", [("report", 600, 14), ("tenant", 600, 40)], id="usage reports, each and all"),
        pytest.param("conditional access and risk", [("tenant", 1, 1)], id="Conditional Access, one a second"),
        pytest.param("key credentials", [("tenant", 60, 150)], id="certificates of apps"),
        pytest.param("Outlook", [("mailbox", 600, 10_000)], id="each mailbox"),
        pytest.param("service communications", [("tenant", 60, 240), ("tenant", 3600, 800)], id="by minute and hour"),
        pytest.param("Intune", [("tenant", 20, 2_000)], id="Intune"),
        pytest.param("SharePoint", [("tenant", 60, 1_200), ("tenant", 86_400, 1_200_000)], id="by minute and by day"),
        pytest.param("identity", [("tenant", 10, 3_500), ("app", 20, 150_000)], id="the directory of a small tenant"),
        pytest.param("Graph", [("app", 10, 130_000)], id="everything of one app"),
        pytest.param("Exchange", [], id="Exchange, of which only requests at a time are known"),
    ],
)
def test_the_windows_are_those_microsoft_publishes(bucket: str, windows: list[tuple[str, float, int]]) -> None:
    found = bucket_called(bucket).windows
    assert [(window.per, window.seconds, window.least) for window in found] == windows


@pytest.mark.parametrize(
    ("bucket", "in_flight"),
    [("Outlook", 4), ("Exchange", 4), ("security", 4), ("conditional access and risk", 1)],
)
def test_requests_at_a_time_are_those_that_are_known_to_hold(bucket: str, in_flight: int) -> None:
    assert bucket_called(bucket).in_flight == in_flight


def test_what_is_asked_of_one_service_is_counted_by_others_too() -> None:
    assert bucket_called("sign-in activity").also == bucket_called("key credentials").also == ("identity", "Graph")
    ours = [bucket for bucket in BUCKETS if bucket.service is Service.GRAPH and bucket.name != "Graph"]
    assert all("Graph" in bucket.also for bucket in ours)


@pytest.mark.parametrize(
    ("path", "width"),
    [
        pytest.param("/identity/conditionalAccess/policies", 1, id="never two of Conditional Access"),
        pytest.param("/users/u/authentication/methods", 5, id="five accounts' methods"),
        pytest.param("/users/u/onlineMeetings", 5, id="five meetings"),
        pytest.param("/reports/getMailboxUsageDetail(period='D7')", 14, id="fourteen usage reports"),
        pytest.param("/drives/d/items/i/permissions", 20, id="twenty items' permissions"),
        pytest.param("/users?$select=id", 20, id="twenty lists"),
    ],
)
def test_a_batch_is_no_wider_than_its_window(path: str, width: int) -> None:
    bucket = bucket_of(Service.GRAPH, path)
    assert bucket.width(bucket.cost(path)) == width


def test_mailboxes_and_reports_are_counted_apart() -> None:
    assert whose("mailbox", "/users/A/mailboxSettings") == whose("mailbox", "/users/a/calendarView") == "a"
    assert whose("report", "/reports/getX(period='D7')") != whose("report", "/reports/getY(period='D7')")
    assert whose("tenant", "/users/a/calendarView") == ""


def product(*plans: str, bought: int = 60, used: int = 55, status: str = "Enabled") -> dict[str, Any]:
    return {
        "capabilityStatus": status,
        "appliesTo": "User",
        "prepaidUnits": {"enabled": bought},
        "consumedUnits": used,
        "servicePlans": [{"servicePlanName": plan} for plan in plans],
    }


@pytest.mark.parametrize(
    ("answers", "accounts", "licences"),
    [
        pytest.param([("/users?$select=id", 40)], 40, 0, id="accounts on one page"),
        pytest.param([("/users?$select=id", 40), ("/users?$select=id&$skiptoken=2", 30)], 70, 0, id="on two pages"),
        pytest.param([("/users?$select=id", 40), ("/users?$select=id", 40)], 40, 0, id="the same page twice"),
        pytest.param([("/users?$select=id", 40), ("/users?$select=mail", 40)], 40, 0, id="two lists of the same"),
        pytest.param([("/users/u/mailboxSettings", 40), ("/groups", 60)], 0, 0, id="lists of something else"),
        pytest.param(
            [("/subscribedSkus", [product("SHAREPOINTSTANDARD")])], 55, 60, id="licences, of which 55 are used"
        ),
        pytest.param([("/subscribedSkus", [product("FLOW", bought=10_000, used=2)])], 2, 0, id="free ones"),
        pytest.param(
            [("/subscribedSkus", [product("SHAREPOINTSTANDARD", status="Suspended")])], 55, 0, id="lapsed ones"
        ),
        pytest.param([("/subscribedSkus", [{"servicePlans": None, "prepaidUnits": None}])], 0, 0, id="a bare one"),
    ],
)
def test_the_size_of_a_tenant_is_told_from_what_it_answers(
    answers: list[tuple[str, Any]], accounts: int, licences: int
) -> None:
    size = TenantSize()
    for path, rows in answers:
        size.read(path, {"value": [{}] * rows if isinstance(rows, int) else rows})
    assert size.known == {"accounts": accounts, "licences": licences}
