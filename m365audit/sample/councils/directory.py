"""What every tenant has before anybody sets anything: roles, Microsoft's own apps, the auditor's app, the policies."""

from dataclasses import dataclass
from typing import Final

from m365audit.model.directory_roles import GLOBAL_READER, ROLE_NAMES
from m365audit.sample.councils.draft import Draft
from m365audit.sample.service.login_service import CLIENT_ID
from m365audit.sample.service.tokens import EXCHANGE_ROLES
from m365audit.sample.tenant import Json

MICROSOFT: Final = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
GRAPH, EXCHANGE, SHAREPOINT = "Microsoft Graph", "Office 365 Exchange Online", "Office 365 SharePoint Online"
_SERVICES = {
    GRAPH: "00000003-0000-0000-c000-000000000000",
    EXCHANGE: "00000002-0000-0ff1-ce00-000000000000",
    SHAREPOINT: "00000003-0000-0ff1-ce00-000000000000",
}
AUDITOR: Final = "Council audit"
_SAFE_GUESTS = "10dae51f-b6af-4016-8d66-8c2a99b929b3"
_LOW_IMPACT = "ManagePermissionGrantsForSelf.microsoft-user-default-low"


@dataclass(frozen=True, slots=True)
class App:
    """An app known in the tenant: its object id there, its application id, its name."""

    id: str
    app_id: str
    name: str


def furnish(draft: Draft) -> App:
    """Put everything there; gives the auditor's own app, registered in the tenant."""
    tenant = draft.tenant
    tenant.role_definitions = [_definition(role_id, name) for role_id, name in ROLE_NAMES.items()]
    for name, app_id in _SERVICES.items():
        add_app(draft, name, owner=MICROSOFT, app_id=app_id, publisher=None)
    auditor = add_app(draft, AUDITOR, owner=tenant.tenant_id, app_id=CLIENT_ID, publisher=None)
    for permission in sorted(tenant.granted):
        allow(draft, auditor, permission, EXCHANGE if permission in EXCHANGE_ROLES else GRAPH)
    give_role(draft, auditor.id, ROLE_NAMES[GLOBAL_READER])
    tenant.authorization_policy = _authorization()
    tenant.admin_consent_policy = {
        "isEnabled": True,
        "notifyReviewers": True,
        "remindersEnabled": True,
        "requestDurationInDays": 30,
        "version": 0,
        "reviewers": [],
    }
    return auditor


def give_role(draft: Draft, principal_id: str, role: str, *, scope: str = "/") -> None:
    """Let somebody hold a directory role; ``principal_id`` is an account's, a group's or an app's."""
    role_id = next(key for key, name in ROLE_NAMES.items() if name == role)
    draft.tenant.role_assignments.append(
        {
            "id": draft.seed.opaque("role", principal_id, role, scope).rstrip("="),
            "principalId": principal_id,
            "roleDefinitionId": role_id,
            "directoryScopeId": scope,
            "appScopeId": None,
            "condition": None,
            "principalOrganizationId": draft.tenant.tenant_id,
        }
    )


def add_app(
    draft: Draft,
    name: str,
    *,
    owner: str,
    app_id: str = "",
    publisher: str | None = "Example Software Ltd",
    enabled: bool = True,
) -> App:
    """Make an app known in the tenant; ``owner`` is the tenant that made it."""
    seed = draft.seed
    app = App(seed.guid("principal", name), app_id or seed.guid("app", name), name)
    draft.tenant.service_principals.append(
        {
            "id": app.id,
            "appId": app.app_id,
            "displayName": name,
            "servicePrincipalType": "Application",
            "accountEnabled": enabled,
            "isDisabled": None,
            "disabledByMicrosoftStatus": None,
            "appOwnerOrganizationId": owner,
            "appRoleAssignmentRequired": False,
            "appRoles": [],
            "verifiedPublisher": {
                "displayName": publisher,
                "verifiedPublisherId": "1234567" if publisher else None,
                "addedDateTime": None,
            },
            "tags": ["WindowsAzureActiveDirectoryIntegratedApp"],
            "signInAudience": "AzureADMultipleOrgs",
            "passwordCredentials": [],
            "keyCredentials": [],
        }
    )
    return app


def allow(draft: Draft, app: App, permission: str, service: str = GRAPH) -> None:
    """Give an app a permission in its own right over one of Microsoft's services."""
    resource = _service(draft, service)
    roles: list[Json] = resource["appRoles"]
    role = next((one for one in roles if one["value"] == permission), None)
    if role is None:
        role = {
            "id": draft.seed.guid("app role", permission),
            "value": permission,
            "displayName": permission,
            "description": permission,
            "isEnabled": True,
            "allowedMemberTypes": ["Application"],
            "origin": "Application",
        }
        roles.append(role)
    draft.tenant.app_roles_given.append(
        {
            "id": draft.seed.opaque("given", app.id, permission),
            "deletedDateTime": None,
            "appRoleId": role["id"],
            "createdDateTime": draft.seed.stamp(-300),
            "principalDisplayName": app.name,
            "principalId": app.id,
            "principalType": "ServicePrincipal",
            "resourceDisplayName": service,
            "resourceId": resource["id"],
        }
    )


def consent(draft: Draft, app: App, permissions: str, *, user: str | None = None) -> None:
    """Let an app do something on behalf of everybody, or of one user; permissions as Graph writes them."""
    draft.tenant.delegated_grants.append(
        {
            "id": draft.seed.opaque("grant", app.id, permissions, user),
            "clientId": app.id,
            "consentType": "Principal" if user else "AllPrincipals",
            "principalId": user,
            "resourceId": _service(draft, GRAPH)["id"],
            # Microsoft's portal has always put a space in front.
            "scope": f" {permissions}",
        }
    )


def register_app(draft: Draft, app: App) -> Json:
    """Register an app in the tenant itself; gives the ``application`` object, whose credentials can be added to."""
    application: Json = {
        "id": draft.seed.guid("application", app.name),
        "appId": app.app_id,
        "displayName": app.name,
        "createdDateTime": draft.seed.stamp(-600),
        "signInAudience": "AzureADMyOrg",
        "passwordCredentials": [],
        "keyCredentials": [],
    }
    draft.tenant.applications.append(application)
    return application


def password(draft: Draft, application: Json, ends: int) -> None:
    """Add a password to an app; ``ends`` counts days from ``as_of``."""
    application["passwordCredentials"].append(
        {
            "keyId": draft.seed.guid("password", application["id"], ends),
            "displayName": "Password",
            "hint": "abc",
            "secretText": None,
            "customKeyIdentifier": None,
            "startDateTime": draft.seed.stamp(ends - 730),
            "endDateTime": draft.seed.stamp(ends),
        }
    )


def certificate(draft: Draft, application: Json, ends: int) -> None:
    """Add a certificate to an app; its key must never be kept."""
    application["keyCredentials"].append(
        {
            "keyId": draft.seed.guid("certificate", application["id"], ends),
            "displayName": f"CN={application['displayName']}",
            "type": "AsymmetricX509Cert",
            "usage": "Verify",
            "key": draft.seed.opaque("key", application["id"]),
            "customKeyIdentifier": draft.seed.code(40, "thumbprint", application["id"]),
            "startDateTime": draft.seed.stamp(ends - 730),
            "endDateTime": draft.seed.stamp(ends),
        }
    )


def add_partner(draft: Draft, tenant_id: str, *, provider: bool) -> None:
    """Put another organisation into the settings for other organisations."""
    draft.tenant.cross_tenant_partners.append(
        {
            "tenantId": tenant_id,
            "isServiceProvider": provider or None,
            "isInMultiTenantOrganization": False,
            "inboundTrust": {
                "isMfaAccepted": True,
                "isCompliantDeviceAccepted": False,
                "isHybridAzureADJoinedDeviceAccepted": False,
            },
            "b2bCollaborationInbound": None,
            "b2bCollaborationOutbound": None,
            "b2bDirectConnectInbound": None,
            "b2bDirectConnectOutbound": None,
        }
    )


def change(draft: Draft, activity: str, category: str, day: float, who: str | None, *targets: str) -> None:
    """Write a change into the log; ``who`` is a sign-in name, or nothing for an app of Microsoft's."""
    app = {"appId": None, "displayName": "Microsoft Online Services", "servicePrincipalId": None}
    draft.tenant.directory_audits.append(
        {
            "id": f"Directory_{draft.seed.guid('change', activity, day, who, *targets)}",
            "activityDateTime": draft.seed.stamp(day),
            "activityDisplayName": activity,
            "category": category,
            "correlationId": draft.seed.guid("correlation", activity, day),
            "loggedByService": "Core Directory",
            "operationType": "Update",
            "result": "success",
            "resultReason": "",
            "initiatedBy": {
                "app": None if who else app,
                "user": {"id": draft.seed.guid("who", who), "userPrincipalName": who, "ipAddress": None}
                if who
                else None,
            },
            "targetResources": [
                {"id": draft.seed.guid("target", name), "displayName": name, "type": "User", "modifiedProperties": []}
                for name in targets
            ],
            "additionalDetails": [],
        }
    )


def _service(draft: Draft, name: str) -> Json:
    return next(one for one in draft.tenant.service_principals if one["displayName"] == name)


def _definition(role_id: str, name: str) -> Json:
    return {
        "id": role_id,
        "templateId": role_id,
        "displayName": name,
        "description": None,
        "isBuiltIn": True,
        "isEnabled": True,
        "resourceScopes": ["/"],
        "rolePermissions": [],
        "version": "1",
    }


def _authorization() -> Json:
    return {
        "id": "authorizationPolicy",
        "displayName": "Authorization Policy",
        "description": "Used to manage authorization related settings across the company.",
        "allowInvitesFrom": "adminsAndGuestInviters",
        "allowedToSignUpEmailBasedSubscriptions": True,
        "allowedToUseSSPR": True,
        "allowEmailVerifiedUsersToJoinOrganization": False,
        "allowUserConsentForRiskyApps": None,
        "blockMsolPowerShell": False,
        "guestUserRoleId": _SAFE_GUESTS,
        "defaultUserRolePermissions": {
            "allowedToCreateApps": True,
            "allowedToCreateSecurityGroups": True,
            "allowedToCreateTenants": True,
            "allowedToReadBitlockerKeysForOwnedDevice": True,
            "allowedToReadOtherUsers": True,
            "permissionGrantPoliciesAssigned": [_LOW_IMPACT],
        },
    }
