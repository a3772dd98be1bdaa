"""Roles, groups, apps, partners, policies and changes, over the real wire."""

from typing import Any

import pytest
from contract_service import DENIED, TENANT, Fault, Service, collect, frame

from m365audit.connectors.entra.admin_changes import admin_changes
from m365audit.connectors.entra.app_credentials import app_credentials
from m365audit.connectors.entra.apps import app_grants, service_principals
from m365audit.connectors.entra.group_members import FEW, group_members
from m365audit.connectors.entra.partners import partners
from m365audit.connectors.entra.roles import eligible_roles, role_members
from m365audit.connectors.entra.tenant_policies import authorization_policy, consent_settings, session_timeouts
from m365audit.connectors.files.group_sites import group_sites
from m365audit.graph import Refused
from m365audit.model.datasets import DATA_SETS
from m365audit.model.plans import AAD_PREMIUM
from m365audit.model.words import GapKind

Json = dict[str, Any]

DEFINITIONS = "/roleManagement/directory/roleDefinitions"
ASSIGNMENTS = "/roleManagement/directory/roleAssignments"
ELIGIBLE = "/roleManagement/directory/roleEligibilityScheduleInstances"
NO_P2 = Fault(400, "AadPremiumLicenseRequired", "The tenant needs to have Microsoft Entra ID P2 license.")
GONE = Fault(404, "Request_ResourceNotFound", "Resource 'G' does not exist.")


def thing(kind: str, key: str, **more: object) -> Json:
    return {"@odata.type": f"#microsoft.graph.{kind}", "id": key, "displayName": key.title(), **more}


def definition(name: str = "User Administrator", key: str = "r-1", *, built_in: bool = True) -> Json:
    return {"id": key, "templateId": key, "displayName": name, "isBuiltIn": built_in}


def assignment(principal: Json | None, key: str = "a-1", role: str = "r-1", scope: str = "/") -> Json:
    principal_id = principal["id"] if principal else "u-gone"
    return {
        "id": key,
        "principalId": principal_id,
        "roleDefinitionId": role,
        "directoryScopeId": scope,
        "principal": principal,
    }


ANN = thing("user", "ann")


async def holders(*assignments: Json, roles: tuple[Json, ...] = (definition(),), **more: Any) -> Any:  # noqa: ANN401
    return await collect(role_members, Service({DEFINITIONS: list(roles), ASSIGNMENTS: list(assignments), **more}))


async def test_an_account_that_holds_a_role_is_one_row_in_our_words() -> None:
    service = Service({DEFINITIONS: [definition()], ASSIGNMENTS: [assignment(ANN)]})
    found = await collect(role_members, service)
    (row,) = found.rows
    assert (row["role"], row["member_id"], row["member_kind"]) == ("User Administrator", "ann", "user")
    assert (row["assignment"], row["scope_kind"], row.get("via_group")) == ("active", "directory", None)
    assert row["privileged"] is True
    assert service.queries(ASSIGNMENTS)[0] == {"$expand": ["principal"]}
    assert not found.gaps


@pytest.mark.parametrize(
    ("role", "privileged"),
    [
        pytest.param(definition(), True, id="one that changes users"),
        pytest.param(definition("Global Reader"), False, id="one that only reads"),
        pytest.param(definition("Global Reader", built_in=False), True, id="the tenant's own, whatever it is called"),
        pytest.param(definition("Guest Inviter"), False, id="one that only invites guests"),
    ],
)
async def test_a_role_that_changes_something_is_told_from_one_that_reads(role: Json, privileged: bool) -> None:  # noqa: FBT001
    found = await holders(assignment(ANN), roles=(role,))
    assert found.rows[0]["privileged"] is privileged


async def test_a_role_no_definition_names_is_kept_without_a_name() -> None:
    found = await holders(assignment(ANN, role="r-9"))
    assert (found.rows[0]["role_id"], found.rows[0]["role"], found.rows[0]["privileged"]) == ("r-9", None, None)


@pytest.mark.parametrize(
    ("scope", "kind"),
    [
        pytest.param("/", "directory", id="the whole directory"),
        pytest.param("/administrativeUnits/u-1", "administrative unit", id="an administrative unit"),
        pytest.param("/0f0f", "one object", id="one app"),
    ],
)
async def test_how_far_a_role_reaches(scope: str, kind: str) -> None:
    found = await holders(assignment(ANN, scope=scope))
    assert (found.rows[0]["scope"], found.rows[0]["scope_kind"]) == (scope, kind)


async def test_a_group_is_opened_up_and_groups_in_it_are_not_members() -> None:
    members = [thing("user", "bob"), thing("group", "inner"), thing("servicePrincipal", "robot")]
    found = await holders(
        assignment(thing("group", "g")), assignment(ANN, "a-2"), **{"/groups/g/transitiveMembers": members}
    )
    assert {(row["member_id"], row["member_kind"], row.get("via_group")) for row in found.rows} == {
        ("ann", "user", None),
        ("bob", "user", "g"),
        ("robot", "service principal", "g"),
    }
    assert found.looked == {"group:g"}


async def test_a_group_with_two_roles_is_asked_once_and_gives_both() -> None:
    service = Service(
        {
            DEFINITIONS: [definition(), definition("Groups Administrator", "r-2")],
            ASSIGNMENTS: [assignment(thing("group", "g")), assignment(thing("group", "g"), "a-2", "r-2")],
            "/groups/g/transitiveMembers": [ANN],
        }
    )
    found = await collect(role_members, service)
    assert {row["role"] for row in found.rows} == {"User Administrator", "Groups Administrator"}
    assert len(service.queries("/groups/g/transitiveMembers")) == 1


async def test_a_group_that_refuses_is_a_gap_of_its_own_and_stands_for_its_members() -> None:
    found = await holders(
        assignment(thing("group", "g")), assignment(ANN, "a-2"), **{"/groups/g/transitiveMembers": DENIED}
    )
    assert found.scopes == {"group:g"}
    assert {(row["member_id"], row["member_kind"]) for row in found.rows} == {("g", "group"), ("ann", "user")}


async def test_groups_that_all_refuse_leave_those_named_directly_standing() -> None:
    paths = {f"/groups/{g}/transitiveMembers": DENIED for g in ("g", "h")}
    found = await holders(
        assignment(thing("group", "g")), assignment(thing("group", "h"), "a-2"), assignment(ANN, "a-3"), **paths
    )
    assert found.scopes == {"groups"}
    assert len(found.rows) == 3


async def test_a_principal_that_is_gone_is_said_to_be_deleted() -> None:
    found = await holders(assignment(None))
    assert (found.rows[0]["principal_kind"], found.rows[0]["member_id"]) == ("deleted", "u-gone")


def without(name: str, thing: Json) -> Json:
    return {key: value for key, value in thing.items() if key != name}


@pytest.mark.parametrize("path", [ASSIGNMENTS, ELIGIBLE])
async def test_assignments_that_all_come_without_whom_they_are_to_do_not_say_that_anybody_is_gone(path: str) -> None:
    silent = [without("principal", assignment(ANN)), without("principal", assignment(thing("group", "g"), "a-2"))]
    connector = role_members if path == ASSIGNMENTS else eligible_roles
    found = await collect(connector, Service({DEFINITIONS: [definition()], path: silent}))
    assert {(row["member_id"], row["member_kind"]) for row in found.rows} == {("ann", "other"), ("g", "other")}
    assert "property:principal" in found.scopes


async def test_an_assignment_without_whom_it_is_to_is_a_gap_of_its_own_beside_those_that_name_somebody() -> None:
    found = await holders(assignment(ANN), without("principal", assignment(ANN, "a-2")), assignment(None, "a-3"))
    assert [row["principal_kind"] for row in found.rows] == ["user", "other", "deleted"]
    assert [(gap.scope, gap.kind) for gap in found.gaps] == [("assignment:a-2", GapKind.ERROR)]


async def test_a_tenant_nobody_administers_is_no_answer() -> None:
    found = await holders()
    assert [gap.kind for gap in found.gaps] == [GapKind.ERROR]


async def test_roles_that_may_be_taken_up_have_a_beginning_and_an_end() -> None:
    instance = assignment(ANN) | {"startDateTime": "2026-01-01T00:00:00Z", "endDateTime": None}
    found = await collect(eligible_roles, Service({DEFINITIONS: [definition()], ELIGIBLE: [instance]}))
    assert (found.rows[0]["assignment"], found.rows[0]["starts_at"]) == ("eligible", "2026-01-01T00:00:00Z")
    assert not found.gaps


async def test_without_p2_only_roles_that_may_be_taken_up_are_missing_for_want_of_a_licence() -> None:
    with pytest.raises(Refused) as refused:
        await collect(eligible_roles, Service({DEFINITIONS: [definition()], ELIGIBLE: NO_P2}))
    assert refused.value.gap.kind is GapKind.LICENCE


def group(key: str, **more: object) -> Json:
    return {"group_id": key, "kinds": ["Unified"], "security": False, "visibility": "Private", **more}


async def opened(*groups: Json, paths: dict[str, Any], **more: Any) -> tuple[Any, Service]:  # noqa: ANN401
    service = Service(paths)
    inputs = {"role_members": None, "mailbox_access": None, "conditional_access": None} | more
    return await collect(group_members, service, groups=frame("groups", groups), **inputs), service


async def test_members_and_owners_of_a_microsoft_365_group_are_asked_for_directly() -> None:
    found, service = await opened(
        group("g"),
        paths={"/groups/g/members": [thing("user", "ann", userType="Guest")], "/groups/g/owners": [ANN]},
    )
    assert {(r["member_id"], r["relation"], r["user_type"]) for r in found.rows} == {
        ("ann", "member", "guest"),
        ("ann", "owner", None),
    }
    assert service.queries("/groups/g/members")[0] == {"$select": ["id,displayName,userType"], "$top": ["999"]}
    assert not service.queries("/groups/g/transitiveMembers")
    assert found.looked == {"group:g"}


async def test_a_security_group_is_opened_up_and_a_distribution_list_is_not() -> None:
    found, service = await opened(
        group("s", kinds=[], security=True),
        group("d", kinds=[], security=False),
        paths={"/groups/s/transitiveMembers": [ANN], "/groups/s/owners": []},
    )
    assert [row["group_id"] for row in found.rows] == ["s"]
    assert not any("/groups/d/" in url for url in service.asked)


async def test_of_many_groups_only_teams_and_those_something_names_are_opened() -> None:
    ids = [f"{number:08d}-0000-0000-0000-000000000000" for number in range(FEW + 2)]
    named, policy, box, team = ids[:4]
    crowd = [group(key, kinds=["Unified"] if key == team else [], security=True) for key in ids]
    kept = {"/groups/" + key: [] for key in (named, policy, box, team)}
    paths = {f"{path}/{what}": [] for path in kept for what in ("members", "transitiveMembers", "owners")}
    found, service = await opened(
        *crowd,
        paths=paths,
        role_members=frame("role_members", [{"principal_id": named, "principal_kind": "group"}]),
        mailbox_access=frame(
            "mailbox_access",
            [
                {"mailbox_id": "m", "delegate": box, "right": "full access", "delegate_kind": "group"},
                {"mailbox_id": "m", "delegate": "Finance", "right": "full access", "delegate_kind": "group"},
            ],
        ),
        conditional_access=frame("conditional_access", [{"policy_id": "p", "exclude_groups": [policy]}]),
    )
    assert found.looked == {f"group:{key}" for key in (named, policy, box, team)}
    assert not found.gaps
    assert not any("Finance" in url for url in service.asked)


async def test_a_group_that_is_gone_is_empty_and_one_that_refuses_is_a_gap() -> None:
    found, _ = await opened(
        group("gone"),
        group("shut"),
        group("open"),
        paths={
            **{f"/groups/{g}/owners": [] for g in ("shut", "open")},
            **{f"/groups/gone/{what}": GONE for what in ("members", "owners")},
            "/groups/shut/members": DENIED,
            "/groups/open/members": [ANN],
        },
    )
    assert found.scopes == {"group:shut"}
    assert found.looked >= {"group:gone", "group:open"}


async def test_a_group_that_hides_its_members_and_sends_none_is_not_empty() -> None:
    paths = {"/groups/g/members": [], "/groups/g/owners": []}
    found, _ = await opened(group("g", visibility="HiddenMembership"), paths=paths)
    assert [gap.kind for gap in found.gaps] == [GapKind.PERMISSION]
    sent, _ = await opened(group("g", visibility="HiddenMembership"), paths={**paths, "/groups/g/members": [ANN]})
    assert not sent.gaps


async def test_the_site_of_a_group_by_its_web_address() -> None:
    site = {"id": "s-1", "displayName": "Allotments", "webUrl": "https://x.test/sites/Allotments"}
    service = Service({"/groups/g/sites/root": site, "/groups/h/sites/root": Fault(404, "itemNotFound", "none")})
    found = await collect(group_sites, service, groups=frame("groups", [group("g"), group("h"), group("s", kinds=[])]))
    assert [(row["group_id"], row["site_url"]) for row in found.rows] == [("g", "https://x.test/sites/Allotments")]
    assert found.looked == {"group:g", "group:h"}
    assert not any("/groups/s/" in url for url in service.asked)
    assert ["private or shared channels" in note for note in found.notes] == [True]


MICROSOFT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
GRAPH = "00000003-0000-0000-c000-000000000000"
EXCHANGE = "00000002-0000-0ff1-ce00-000000000000"


def principal(key: str, **more: object) -> Json:
    return {
        "id": key,
        "appId": f"APP-{key}",
        "displayName": key.title(),
        "servicePrincipalType": "Application",
        "accountEnabled": True,
        "appOwnerOrganizationId": "33333333-0000-0000-0000-000000000003",
        "verifiedPublisher": {"displayName": None},
        "disabledByMicrosoftStatus": None,
        **more,
    }


SERVICE = principal("graph", appId=GRAPH, appOwnerOrganizationId=MICROSOFT)


@pytest.mark.parametrize(
    ("more", "origin"),
    [
        pytest.param({}, "third party", id="another organisation's"),
        pytest.param({"appOwnerOrganizationId": MICROSOFT}, "Microsoft", id="Microsoft's"),
        pytest.param({"appOwnerOrganizationId": TENANT.upper()}, "own", id="made here"),
        pytest.param(
            {"appOwnerOrganizationId": None, "servicePrincipalType": "ManagedIdentity"}, "own", id="a managed identity"
        ),
        pytest.param({"appOwnerOrganizationId": None}, None, id="nobody says whose"),
    ],
)
async def test_whose_an_app_is(more: Json, origin: str | None) -> None:
    found = await collect(service_principals, Service({"/servicePrincipals": [SERVICE, principal("x", **more)]}))
    assert found.rows[1]["origin"] == origin
    assert found.rows[1]["app_id"] == "app-x"
    assert not found.gaps


async def test_apps_are_asked_for_without_their_keys() -> None:
    service = Service({"/servicePrincipals": [SERVICE]})
    await collect(service_principals, service)
    assert service.queries("/servicePrincipals")[0]["$select"] == [",".join(DATA_SETS["service_principals"].select)]
    assert "Credentials" not in str(service.asked)


async def test_a_list_of_apps_without_graph_itself_is_not_whole() -> None:
    found = await collect(service_principals, Service({"/servicePrincipals": [principal("x")]}))
    assert [gap.kind for gap in found.gaps] == [GapKind.ERROR]


APPS = frame(
    "service_principals",
    [
        {"principal_id": "graph", "app_id": GRAPH, "name": "Microsoft Graph"},
        {"principal_id": "x", "app_id": "app-x", "name": "X"},
    ],
)
ROLES = {"id": "graph", "appRoles": [{"id": "role-1", "value": "Mail.Read"}, {"id": "role-2", "value": None}]}


def given(role: str = "role-1", kind: str = "ServicePrincipal", to: str = "x") -> Json:
    return {
        "principalId": to,
        "principalDisplayName": "X",
        "principalType": kind,
        "appRoleId": role,
        "resourceId": "graph",
    }


def consent(scope: str, user: str | None = None) -> Json:
    kind = "Principal" if user else "AllPrincipals"
    return {"clientId": "x", "resourceId": "graph", "consentType": kind, "principalId": user, "scope": scope}


async def granted(paths: dict[str, Any]) -> Any:  # noqa: ANN401
    blank = {
        "/oauth2PermissionGrants": [],
        "/servicePrincipals/graph": ROLES,
        "/servicePrincipals/graph/appRoleAssignedTo": [],
    }
    return await collect(app_grants, Service(blank | paths), service_principals=APPS)


async def test_each_permission_of_a_consent_is_a_row_for_everybody_or_for_one() -> None:
    found = await granted({"/oauth2PermissionGrants": [consent(" Mail.Read  Files.Read"), consent("Mail.Read", "ann")]})
    assert {(r["permission"], r["user_id"], r["kind"], r["resource"]) for r in found.rows} == {
        ("Mail.Read", "", "delegated", "Microsoft Graph"),
        ("Files.Read", "", "delegated", "Microsoft Graph"),
        ("Mail.Read", "ann", "delegated", "Microsoft Graph"),
    }
    assert found.looked == {"delegated", "app-only:Microsoft Graph"}


async def test_permissions_in_an_apps_own_right_are_named_by_the_service_on_every_page() -> None:
    rows = [given(), given("role-2"), given("role-9"), given(kind="User", to="ann")]
    found = await granted({"/servicePrincipals/graph/appRoleAssignedTo": rows})
    assert [(r["permission"], r["kind"]) for r in found.rows] == [
        ("Mail.Read", "app-only"),
        ("role-2", "app-only"),
        ("role-9", "app-only"),
    ]


@pytest.mark.parametrize(
    ("service", "held", "scopes"),
    [
        pytest.param(ROLES, ["role-1"], set(), id="all have a name"),
        pytest.param(ROLES, ["role-1", "role-2"], {"app-only:Microsoft Graph"}, id="the name of one is empty"),
        pytest.param(ROLES, ["role-9", "role-1"], {"app-only:Microsoft Graph"}, id="one is none of the service's"),
        pytest.param({"id": "graph"}, ["role-1"], {"app-only:Microsoft Graph"}, id="the service names none at all"),
        pytest.param(
            {"id": "graph", "appRoles": []}, ["role-1"], {"app-only:Microsoft Graph"}, id="the service says it has none"
        ),
        pytest.param({"id": "graph", "appRoles": []}, [], set(), id="it has none and nobody holds any"),
        pytest.param(
            ROLES, ["00000000-0000-0000-0000-000000000000"], set(), id="an app was let in without any in particular"
        ),
    ],
)
async def test_a_permission_known_by_its_id_only_stands_and_is_a_gap(
    service: Json, held: list[str], scopes: set[str]
) -> None:
    rows = [given(role) for role in held]
    found = await granted({"/servicePrincipals/graph": service, "/servicePrincipals/graph/appRoleAssignedTo": rows})
    assert len(found.rows) == len(held)
    assert found.scopes == scopes
    assert found.looked == {"delegated", "app-only:Microsoft Graph"} - scopes


@pytest.mark.parametrize(
    ("grants", "scopes"),
    [
        pytest.param([consent("")], set(), id="one says that it allows nothing"),
        pytest.param([without("scope", consent(""))], {"property:scope"}, id="none says what it allows"),
        pytest.param([consent("Mail.Read"), without("scope", consent(""))], {"delegated"}, id="one of two does not"),
    ],
)
async def test_a_consent_that_does_not_say_what_it_allows_is_a_gap(grants: list[Json], scopes: set[str]) -> None:
    found = await granted({"/oauth2PermissionGrants": grants})
    assert found.scopes == scopes
    assert ("delegated" in found.looked) is (not scopes)
    assert [row["permission"] for row in found.rows] == ["Mail.Read"] * (len(grants) - 1)


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        pytest.param("/oauth2PermissionGrants", "delegated", id="consents"),
        pytest.param("/servicePrincipals/graph", "app-only:Microsoft Graph", id="names of permissions"),
        pytest.param(
            "/servicePrincipals/graph/appRoleAssignedTo", "app-only:Microsoft Graph", id="permissions given to apps"
        ),
    ],
)
async def test_a_part_that_refuses_is_a_gap_and_the_other_part_stands(path: str, scope: str) -> None:
    both = {
        "/oauth2PermissionGrants": [consent("Mail.Read")],
        "/servicePrincipals/graph/appRoleAssignedTo": [given()],
    }
    found = await granted(both | {path: DENIED})
    assert found.scopes == {scope}
    assert len(found.rows) == 1


async def test_a_service_the_tenant_lacks_is_not_asked() -> None:
    service = Service(
        {
            "/oauth2PermissionGrants": [],
            "/servicePrincipals/graph": ROLES,
            "/servicePrincipals/graph/appRoleAssignedTo": [],
        }
    )
    found = await collect(app_grants, service, service_principals=APPS)
    assert not found.gaps
    assert len(service.asked) == 3


def secret(key_id: str, **more: object) -> Json:
    return {"keyId": key_id, "displayName": "one", "endDateTime": "2027-01-01T00:00:00Z", **more}


def with_credentials(key: str, passwords: tuple[str, ...] = (), keys: tuple[str, ...] = ()) -> Json:
    return {
        "id": key,
        "appId": f"APP-{key}",
        "displayName": key,
        "passwordCredentials": [secret(one, secretText=None, hint="abc") for one in passwords],
        "keyCredentials": [secret(one, key="SECRET", usage="Verify") for one in keys],
    }


async def test_passwords_and_certificates_come_in_two_passes_without_what_is_secret() -> None:
    service = Service({"/applications": [with_credentials("a", ("p",), ("k",))], "/servicePrincipals": []})
    found = await collect(app_credentials, service)
    assert [(r["credential_id"], r["kind"], r["app_id"]) for r in found.rows] == [
        ("k", "certificate", "app-a"),
        ("p", "password", "app-a"),
    ]
    asked = [query["$select"][0] for query in service.queries("/applications")]
    assert asked == ["id,appId,displayName,keyCredentials", "id,appId,displayName,passwordCredentials"]
    assert "SECRET" not in str(found.rows)


async def test_certificates_that_refuse_are_a_gap_and_passwords_stand() -> None:
    class Refusing(Service):
        def _get(self, url: str) -> tuple[int, Json]:
            return (DENIED.status, DENIED.body) if "keyCredentials" in url else super()._get(url)

    paths: dict[str, Any] = {"/applications": [with_credentials("a", ("p",))], "/servicePrincipals": []}
    found = await collect(app_credentials, Refusing(paths))
    assert found.scopes == {"certificates of applications", "certificates of service principals"}
    assert [row["credential_id"] for row in found.rows] == ["p"]


async def test_credentials_microsoft_leaves_out_are_a_gap_and_not_none() -> None:
    bare = {"id": "a", "appId": "x", "displayName": "A", "passwordCredentials": []}
    found = await collect(app_credentials, Service({"/applications": [bare], "/servicePrincipals": []}))
    assert found.scopes == {"property:keyCredentials"}


async def test_other_organisations_with_what_holds_for_them() -> None:
    neighbour = {
        "tenantId": "AAAA",
        "isServiceProvider": True,
        "inboundTrust": {"isMfaAccepted": True, "isCompliantDeviceAccepted": None},
        "b2bCollaborationInbound": {"usersAndGroups": {"accessType": "blocked", "targets": []}},
        "b2bCollaborationOutbound": None,
        "b2bDirectConnectInbound": None,
    }
    found = await collect(partners, Service({"/policies/crossTenantAccessPolicy/partners": [neighbour]}))
    (row,) = found.rows
    assert (row["partner_tenant"], row["service_provider"], row["inbound"]) == ("aaaa", True, "blocked")
    assert row["outbound"] is None
    assert not found.gaps


async def test_what_users_may_do_is_one_row() -> None:
    policy = {
        "id": "authorizationPolicy",
        "allowInvitesFrom": "everyone",
        "guestUserRoleId": "g",
        "allowUserConsentForRiskyApps": None,
        "allowEmailVerifiedUsersToJoinOrganization": False,
        "defaultUserRolePermissions": {
            "permissionGrantPoliciesAssigned": [],
            "allowedToCreateApps": True,
            "allowedToCreateSecurityGroups": True,
            "allowedToCreateTenants": None,
            "allowedToReadOtherUsers": True,
        },
    }
    found = await collect(authorization_policy, Service({"/policies/authorizationPolicy": policy}))
    assert (found.rows[0]["invites_from"], found.rows[0]["consent_policies"]) == ("everyone", [])
    assert not found.gaps
    del policy["allowInvitesFrom"]
    found = await collect(authorization_policy, Service({"/policies/authorizationPolicy": policy}))
    assert found.scopes == {"property:allowInvitesFrom"}


async def test_whether_users_can_ask_for_an_app() -> None:
    policy = {"isEnabled": False, "requestDurationInDays": 30}
    found = await collect(consent_settings, Service({"/policies/adminConsentRequestPolicy": policy}))
    assert (found.rows[0]["enabled"], found.rows[0]["open_for"]) == (False, 30)


def timeout(*definitions: str) -> Json:
    return {"id": "t", "displayName": "T", "isOrganizationDefault": True, "definition": list(definitions)}


@pytest.mark.parametrize(
    ("definition_text", "expected"),
    [
        pytest.param(
            '{"ActivityBasedTimeoutPolicy":{"Version":1,"ApplicationPolicies":'
            '[{"ApplicationId":"default","WebSessionIdleTimeout":"03:00:00"}]}}',
            ("default", 180),
            id="for each application",
        ),
        pytest.param(
            '{"ActivityBasedTimeoutPolicy":{"WebSessionIdleTimeout":"00:15:00"}}', ("default", 15), id="for all at once"
        ),
        pytest.param(
            '{"ActivityBasedTimeoutPolicy":{"ApplicationPolicies":[{"ApplicationId":"c44","WebSessionIdleTimeout":'
            '"1.00:00:00"}]}}',
            ("c44", 1440),
            id="a day",
        ),
        pytest.param("not JSON", ("default", None), id="what cannot be read"),
        pytest.param('{"Other": 1}', ("default", None), id="another shape"),
        pytest.param(
            '{"ActivityBasedTimeoutPolicy":{"WebSessionIdleTimeout":"soon"}}', ("default", None), id="no time"
        ),
    ],
)
async def test_when_the_web_signs_people_out(definition_text: str, expected: tuple[str, int | None]) -> None:
    service = Service({"/policies/activityBasedTimeoutPolicies": [timeout(definition_text)]})
    found = await collect(session_timeouts, service)
    assert [(row["application"], row["idle_minutes"]) for row in found.rows] == [expected]


async def test_no_timeout_is_no_row_and_no_gap() -> None:
    found = await collect(session_timeouts, Service({"/policies/activityBasedTimeoutPolicies": []}))
    assert not found.rows
    assert not found.gaps


def audit(user: Json | None, app: Json | None = None) -> Json:
    return {
        "id": "c-1",
        "activityDateTime": "2026-11-18T10:00:00Z",
        "activityDisplayName": "Add member to role",
        "category": "RoleManagement",
        "loggedByService": "Core Directory",
        "result": "success",
        "initiatedBy": {"user": user, "app": app},
        "targetResources": [
            {"id": "ann", "displayName": None, "userPrincipalName": "ann@x.test"},
            {"id": "r-1", "displayName": "User Administrator"},
        ],
    }


PREMIUM = [{"plan_id": AAD_PREMIUM, "status": "Enabled", "plan_status": "Success"}]


@pytest.mark.parametrize(
    ("user", "app", "who"),
    [
        pytest.param(
            {"id": "it", "userPrincipalName": "IT@x.test"}, None, ("it@x.test", "it", "person"), id="somebody"
        ),
        pytest.param(
            {"id": "it", "userPrincipalName": None}, None, (None, "it", "person"), id="somebody without a name"
        ),
        pytest.param(None, {"displayName": "Sync", "servicePrincipalId": "s"}, ("Sync", "s", "app"), id="an app"),
        pytest.param(
            {"id": None, "userPrincipalName": None},
            {"displayName": "Sync"},
            ("Sync", None, "app"),
            id="an empty person",
        ),
        pytest.param(None, None, (None, None, None), id="nobody we are told of"),
    ],
)
async def test_who_made_a_change(user: Json | None, app: Json | None, who: tuple[str | None, ...]) -> None:
    service = Service({"/auditLogs/directoryAudits": [audit(user, app)]})
    found = await collect(admin_changes, service, licences=frame("licences", PREMIUM))
    (row,) = found.rows
    assert (row["who"], row["who_id"], row["who_kind"]) == who
    assert row["targets"] == ["ann@x.test", "User Administrator"]
    assert not found.gaps


async def test_without_p1_only_seven_days_of_changes_could_be_read() -> None:
    found = await collect(admin_changes, Service({"/auditLogs/directoryAudits": []}), licences=frame("licences", []))
    assert [(gap.kind, gap.scope) for gap in found.gaps] == [(GapKind.LICENCE, "days 8 to 30")]
    assert "7 days" in found.gaps[0].detail
