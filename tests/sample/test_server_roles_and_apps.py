"""Roles, groups, apps, policies and the log of changes, as strictly as Microsoft has them."""

from typing import Any

import pytest
from hand_made import ANN, BOB, SITE, HandClock, sku, small_tenant, wired

from m365audit.sample.service.manner import Manner
from m365audit.sample.tenant import Tenant

Json = dict[str, Any]

ROLES = "/roleManagement/directory"
ASSIGNMENTS, ELIGIBLE = f"{ROLES}/roleAssignments", f"{ROLES}/roleEligibilityScheduleInstances"
AUDITS = "/auditLogs/directoryAudits"
P2 = {
    "id": "sku-2",
    "capabilityStatus": "Enabled",
    "servicePlans": [{"servicePlanId": "p2", "servicePlanName": "AAD_PREMIUM_P2", "provisioningStatus": "Success"}],
}
EVERY = frozenset(
    {
        "Application.Read.All", "AuditLog.Read.All", "Directory.Read.All", "GroupMember.Read.All", "Policy.Read.All",
        "RoleManagement.Read.Directory", "Sites.Read.All",
    }
)  # fmt: skip


def tenant(**changes: object) -> Tenant:
    group = {
        "id": "g-1",
        "displayName": "Helpers",
        "groupTypes": ["Unified"],
        "members": [BOB, "sp-1"],
        "owners": [ANN],
    }
    filled: dict[str, object] = {
        "granted": EVERY,
        "groups": [group | {"sites": [SITE]}, {"id": "g-2", "displayName": "Bare", "groupTypes": []}],
        "role_definitions": [
            {"id": "r-1", "templateId": "r-1", "displayName": "User Administrator", "isBuiltIn": True}
        ],
        "role_assignments": [
            {"id": f"a-{n}", "principalId": who, "roleDefinitionId": "r-1", "directoryScopeId": "/"}
            for n, who in enumerate((ANN, "g-1", "sp-1", "gone"))
        ],
        "role_eligibility": [{"id": "e-1", "principalId": ANN, "roleDefinitionId": "r-1", "directoryScopeId": "/"}],
        "service_principals": [
            {"id": "sp-1", "appId": "app-1", "displayName": "Robot", "servicePrincipalType": "Application"},
            {"id": "sp-2", "appId": "app-2", "displayName": "Graph", "servicePrincipalType": "Application"},
        ],
        "applications": [{"id": "ap-1", "appId": "app-1", "displayName": "Robot", "keyCredentials": [{"keyId": "k"}]}],
        "delegated_grants": [{"id": "gr-1", "clientId": "sp-1", "resourceId": "sp-2", "scope": " Mail.Read"}],
        "app_roles_given": [
            {"id": f"x-{n}", "principalId": "sp-1", "resourceId": "sp-2", "appRoleId": f"{n}"} for n in range(5)
        ],
        "authorization_policy": {"id": "authorizationPolicy", "allowInvitesFrom": "everyone"},
        "admin_consent_policy": {"isEnabled": True},
        "timeout_policies": [{"id": "t-1", "definition": ["{}"]}],
        "cross_tenant_partners": [{"tenantId": "p-1", "isServiceProvider": True}],
        "directory_audits": [change("2026-11-20"), change("2026-11-10"), change("2026-10-01")],
    }
    return small_tenant(**(filled | changes))


def change(day: str) -> Json:
    return {"id": f"c-{day}", "activityDateTime": f"{day}T10:00:00Z", "activityDisplayName": "Add member to role"}


@pytest.mark.parametrize(
    ("path", "permission", "code"),
    [
        (f"{ROLES}/roleDefinitions", "RoleManagement.Read.Directory", "Authorization_RequestDenied"),
        (ASSIGNMENTS, "RoleManagement.Read.Directory", "Authorization_RequestDenied"),
        (ASSIGNMENTS, "Directory.Read.All", "Authorization_RequestDenied"),
        (ELIGIBLE, "RoleEligibilitySchedule.Read.Directory", "Authorization_RequestDenied"),
        ("/groups/g-1/owners", "GroupMember.Read.All", "Authorization_RequestDenied"),
        ("/groups/g-1/sites/root", "Sites.Read.All", "accessDenied"),
        ("/servicePrincipals", "Application.Read.All", "Authorization_RequestDenied"),
        ("/servicePrincipals/sp-2/appRoleAssignedTo", "Application.Read.All", "Authorization_RequestDenied"),
        ("/applications", "Application.Read.All", "Authorization_RequestDenied"),
        ("/oauth2PermissionGrants", "Directory.Read.All", "Authorization_RequestDenied"),
        ("/policies/authorizationPolicy", "Policy.Read.All", "Authorization_RequestDenied"),
        ("/policies/adminConsentRequestPolicy", "Policy.Read.All", "Authorization_RequestDenied"),
        ("/policies/activityBasedTimeoutPolicies", "Policy.Read.All", "Authorization_RequestDenied"),
        ("/policies/crossTenantAccessPolicy/partners", "Policy.Read.All", "Authorization_RequestDenied"),
        (AUDITS, "AuditLog.Read.All", "Authentication_MSGraphPermissionMissing"),
    ],
)
async def test_without_its_permission_a_route_is_closed_and_with_it_open(path: str, permission: str, code: str) -> None:
    async with wired(tenant(granted=frozenset({"User.Read.All"}), skus=[sku(), P2])) as wire:
        assert await wire.error(path) == (403, code)
    async with wired(tenant(granted=frozenset({permission}), skus=[sku(), P2])) as wire:
        assert (await wire.get(path)).status_code == 200


@pytest.mark.parametrize(
    ("path", "permission"),
    [
        pytest.param(ELIGIBLE, "Directory.Read.All", id="roles that may be taken up, for a reader of the directory"),
        pytest.param("/oauth2PermissionGrants", "Application.Read.All", id="consents, for a reader of apps"),
    ],
)
async def test_a_permission_that_is_not_enough(path: str, permission: str) -> None:
    async with wired(tenant(granted=frozenset({permission}), skus=[sku(), P2])) as wire:
        assert await wire.error(path) == (403, "Authorization_RequestDenied")


async def test_without_p2_nobody_may_take_up_a_role_and_it_is_no_403() -> None:
    async with wired(tenant()) as wire:
        assert await wire.error(ELIGIBLE) == (400, "AadPremiumLicenseRequired")
        assert (await wire.get(ASSIGNMENTS)).status_code == 200


async def test_whom_a_role_was_given_to_comes_with_its_type_when_asked_for_and_is_missing_when_gone() -> None:
    async with wired(tenant()) as wire:
        plain = await wire.value(ASSIGNMENTS)
        assert all("principal" not in row for row in plain)
        kinds = [
            row.get("principal", {}).get("@odata.type") for row in await wire.value(f"{ASSIGNMENTS}?$expand=principal")
        ]
    assert kinds == [
        "#microsoft.graph.user",
        "#microsoft.graph.group",
        "#microsoft.graph.servicePrincipal",
        None,
    ]


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(f"{ASSIGNMENTS}?$expand=principal,roleDefinition", id="both relations at once"),
        pytest.param(f"{ASSIGNMENTS}?$expand=appScope", id="another relation"),
        pytest.param(f"{ASSIGNMENTS}?$top=10", id="a size of page that is not offered here"),
        pytest.param("/servicePrincipals?$select=createdDateTime", id="a day apps do not have"),
        pytest.param("/servicePrincipals?$top=1000", id="a page too large"),
        pytest.param("/servicePrincipals?$expand=appRoleAssignments", id="a relation that would be cut short"),
        pytest.param(f"{AUDITS}?$select=id", id="a selection of the log"),
        pytest.param(f"{AUDITS}?$top=1001", id="a page of the log too large"),
        pytest.param(f"{AUDITS}?$filter=category%20eq%20'Policy'", id="a filter of the log nobody documented"),
        pytest.param(f"{AUDITS}?$filter=activityDateTime%20ge%20yesterday", id="a filter by no time"),
        pytest.param("/policies/crossTenantAccessPolicy/partners?$top=5", id="a size of page for partners"),
    ],
)
async def test_what_is_not_offered_is_refused(path: str) -> None:
    async with wired(tenant()) as wire:
        assert (await wire.get(path)).status_code == 400


async def test_members_and_owners_come_with_their_types_whatever_is_selected() -> None:
    async with wired(tenant()) as wire:
        members = await wire.value("/groups/g-1/members?$select=id,displayName,userType")
        assert [member["@odata.type"] for member in members] == [
            "#microsoft.graph.user",
            "#microsoft.graph.servicePrincipal",
        ]
        assert "userType" not in members[1]
        assert [owner["id"] for owner in await wire.value("/groups/g-1/owners?$select=id")] == [ANN]
        assert await wire.error("/groups/none/owners") == (404, "Request_ResourceNotFound")


async def test_a_group_has_its_site_or_none() -> None:
    async with wired(tenant()) as wire:
        assert (await wire.get("/groups/g-1/sites/root?$select=id")).json()["id"] == SITE
        assert await wire.error("/groups/g-2/sites/root") == (404, "itemNotFound")


async def test_what_apps_may_do_comes_from_the_service_in_pages() -> None:
    async with wired(tenant(), manner=Manner(max_page=2)) as wire:
        assert len(await wire.value("/servicePrincipals/sp-2/appRoleAssignedTo?$top=999")) == 5
        assert await wire.value("/servicePrincipals/sp-1/appRoleAssignedTo") == []
        assert await wire.error("/servicePrincipals/sp-9/appRoleAssignedTo") == (404, "Request_ResourceNotFound")


@pytest.mark.parametrize(
    ("premium", "query", "expected"),
    [
        pytest.param(True, "", ["c-2026-11-20", "c-2026-11-10"], id="thirty days with P1, the newest first"),
        pytest.param(False, "", ["c-2026-11-20"], id="seven without"),
        pytest.param(True, "?$filter=activityDateTime%20ge%202026-11-15T00:00:00Z", ["c-2026-11-20"], id="since a day"),
        pytest.param(
            False, "?$filter=activityDateTime%20ge%202026-11-01T00:00:00Z", ["c-2026-11-20"], id="no more for asking"
        ),
    ],
)
async def test_how_long_changes_are_kept(premium: bool, query: str, expected: list[str]) -> None:  # noqa: FBT001
    async with wired(tenant(skus=[sku(premium=premium)]), clock=HandClock()) as wire:
        assert [row["id"] for row in await wire.value(f"{AUDITS}{query}")] == expected


@pytest.mark.parametrize(
    ("path", "let_in"),
    [
        pytest.param(AUDITS, 5, id="five pages of the log in ten seconds"),
        pytest.param("/applications?$select=id,keyCredentials", 150, id="150 pages of certificates in a minute"),
        pytest.param("/servicePrincipals?$select=keyCredentials", 150, id="of other apps' as well"),
    ],
)
async def test_slow_lists(path: str, let_in: int) -> None:
    async with wired(tenant(), clock=HandClock()) as wire:
        assert {(await wire.get(path)).status_code for _ in range(let_in)} == {200}
        assert (await wire.get(path)).status_code == 429
        assert (await wire.get("/applications?$select=id")).status_code == 200


@pytest.mark.parametrize(
    ("path", "units"),
    [
        ("/oauth2PermissionGrants", "2"),
        ("/applications?$select=id", "1"),
        ("/servicePrincipals", "1"),
        (f"{ASSIGNMENTS}?$expand=principal", "2"),
        ("/groups/g-1/owners", "1"),
    ],
)
async def test_what_it_costs(path: str, units: str) -> None:
    async with wired(tenant()) as wire:
        assert (await wire.get(path)).headers["x-ms-resource-unit"] == units
