"""Data sets about apps, partners, what people may do for themselves, and what administrators changed."""

from m365audit.model.datasets.schema import Column, DataSet

AUTHORIZATION_POLICY = DataSet(
    "authorization_policy",
    key=("policy_id",),
    meaning="What guests and ordinary users may do in the directory, one row.",
    model="authorizationPolicy",
    columns=(
        Column("policy_id", "text", "Id of the policy", "id"),
        Column("invites_from", "text", "Who may invite guests: none, adminsAndGuestInviters, adminsGuestInvitersAndAllMembers or everyone", "allowInvitesFrom"),
        Column("guest_role", "text", "Template id of the role every guest has", "guestUserRoleId"),
        Column("consent_policies", "texts", "What users may consent to for themselves; an empty list is nothing", "defaultUserRolePermissions.permissionGrantPoliciesAssigned"),
        Column("users_create_apps", "flag", "Whether users may register apps", "defaultUserRolePermissions.allowedToCreateApps", judged=False),
        Column("users_create_groups", "flag", "Whether users may make security groups", "defaultUserRolePermissions.allowedToCreateSecurityGroups", judged=False),
        Column("users_create_tenants", "flag", "Whether users may make tenants", "defaultUserRolePermissions.allowedToCreateTenants", judged=False),
        Column("users_read_others", "flag", "Whether users may read about each other", "defaultUserRolePermissions.allowedToReadOtherUsers", judged=False),
        Column("risky_apps", "flag", "Whether users may consent to apps Microsoft thinks risky", "allowUserConsentForRiskyApps", judged=False),
        Column("email_sign_up", "flag", "Whether strangers may join by proving an address on a domain of the tenant", "allowEmailVerifiedUsersToJoinOrganization", judged=False),
    ),
)  # fmt: skip

CONSENT_SETTINGS = DataSet(
    "consent_settings",
    key=("setting",),
    meaning="Whether users can ask an administrator to approve an app, one row.",
    model="adminConsentRequestPolicy",
    columns=(
        Column("setting", "text", "The words: requests to approve an app"),
        Column("enabled", "flag", "Whether users can ask", "isEnabled"),
        Column("open_for", "count", "How long a request stays open", "requestDurationInDays", "days", judged=False),
    ),
)

SESSION_TIMEOUTS = DataSet(
    "session_timeouts",
    key=("policy_id", "application"),
    meaning="After how long without activity Microsoft 365 on the web signs people out. No row: nothing is configured.",
    model="activityBasedTimeoutPolicy",
    columns=(
        Column("policy_id", "text", "Id of the policy", "id"),
        Column("application", "text", "Application id it is for, or default"),
        Column("name", "text", "Name of the policy", "displayName"),
        Column("default", "flag", "Whether it holds for the whole tenant", "isOrganizationDefault"),
        Column("idle_minutes", "count", "Minutes until signed out; unknown where the policy cannot be read", "definition", "minutes"),
    ),
)  # fmt: skip

SERVICE_PRINCIPALS = DataSet(
    "service_principals",
    key=("principal_id",),
    meaning="Every app that is known in the council's Microsoft 365. Microsoft does not say here when it was added.",
    model="servicePrincipal",
    columns=(
        Column("principal_id", "text", "Object id in this tenant", "id"),
        Column("app_id", "text", "Application id, the same in every tenant, lower case", "appId"),
        Column("name", "text", "Name as shown", "displayName"),
        Column("kind", "text", "Application, ManagedIdentity, Legacy or SocialIdp", "servicePrincipalType"),
        Column("enabled", "flag", "Whether it may sign in", "accountEnabled"),
        Column("owner_tenant", "text", "Tenant that made it; nothing for a managed identity", "appOwnerOrganizationId"),
        Column("origin", "text", "Microsoft, own (made in this tenant, managed identities included) or third party"),
        Column("publisher", "text", "Publisher Microsoft has verified; nothing where none is", "verifiedPublisher.displayName"),
        Column("disabled_by_microsoft", "text", "Why Microsoft switched it off; nothing where it has not", "disabledByMicrosoftStatus", judged=False),
    ),
)  # fmt: skip

APP_GRANTS = DataSet(
    "app_grants",
    key=("principal_id", "resource_id", "kind", "permission", "user_id"),
    meaning="Every permission given to an app: one row for each permission it has on behalf of people (all, or one), and "
    "for each it has in its own right over Microsoft Graph, Exchange Online or SharePoint Online.",
    columns=(
        Column("principal_id", "text", "Object id of the app in this tenant"),
        Column("principal_name", "text", "Name of the app, where the grant gives it"),
        Column("resource_id", "text", "Object id of the service the permission is for"),
        Column("resource", "text", "Name of that service"),
        Column("kind", "text", "delegated (on behalf of people) or app-only (in its own right)"),
        Column("permission", "text", "Name of the permission, such as Mail.Read; its id where the service names none"),
        Column("user_id", "text", "Object id of the one person it was given for; empty for everybody and for app-only"),
        Column("granted_at", "time", "When it was given; only of app-only ones"),
    ),
)

APP_CREDENTIALS = DataSet(
    "app_credentials",
    key=("owner_kind", "owner_id", "credential_id"),
    meaning="Every password and certificate of the council's own apps and of apps known in its Microsoft 365, without the secrets.",
    columns=(
        Column("owner_kind", "text", "application (registered here) or service principal"),
        Column("owner_id", "text", "Object id of that"),
        Column("credential_id", "text", "Id of the credential"),
        Column("app_id", "text", "Application id, lower case"),
        Column("app_name", "text", "Name of the app"),
        Column("kind", "text", "password or certificate"),
        Column("name", "text", "What it was called"),
        Column("starts_at", "time", "From when it holds"),
        Column("ends_at", "time", "Until when it holds"),
    ),
)

PARTNERS = DataSet(
    "partners",
    key=("partner_tenant",),
    meaning="Other organisations there are settings for. A provider that administers from its own tenant may be "
    "missing here; Microsoft's page Partner relationships has no way to be read.",
    model="crossTenantAccessPolicyConfigurationPartner",
    columns=(
        Column("partner_tenant", "text", "Tenant id of the other organisation, lower case", "tenantId"),
        Column("service_provider", "flag", "Whether Microsoft knows it as a provider of this tenant's services", "isServiceProvider"),
        Column("trusts_second_step", "flag", "Whether its second step of sign-in is believed; nothing: as for everybody", "inboundTrust.isMfaAccepted", judged=False),
        Column("trusts_devices", "flag", "Whether its word on devices is believed", "inboundTrust.isCompliantDeviceAccepted", judged=False),
        Column("inbound", "text", "allowed or blocked to be guests here; nothing: as for everybody", "b2bCollaborationInbound.usersAndGroups.accessType"),
        Column("outbound", "text", "Whether our people may be guests there", "b2bCollaborationOutbound.usersAndGroups.accessType", judged=False),
        Column("direct_inbound", "text", "Whether its people may join shared channels", "b2bDirectConnectInbound.usersAndGroups.accessType", judged=False),
    ),
)  # fmt: skip

ADMIN_CHANGES = DataSet(
    "admin_changes",
    key=("change_id",),
    meaning="What was changed in the directory, by whom: 30 days with Entra ID P1, else 7.",
    model="directoryAudit",
    columns=(
        Column("change_id", "text", "Id of the entry", "id"),
        Column("at", "time", "When", "activityDateTime"),
        Column("activity", "text", "What was done, in Microsoft's words", "activityDisplayName"),
        Column("category", "text", "Microsoft's category, such as RoleManagement", "category"),
        Column("logged_by", "text", "Which part of Microsoft 365 wrote it down", "loggedByService", judged=False),
        Column("result", "text", "success, failure or timeout", "result"),
        Column("who", "text", "Sign-in name of the person, lower case, or name of the app", "initiatedBy"),
        Column("who_id", "text", "Object id of the person or app", "initiatedBy"),
        Column("who_kind", "text", "person or app; nothing where Microsoft does not say", "initiatedBy"),
        Column("targets", "texts", "Names of what was changed", "targetResources"),
        Column("target_ids", "texts", "Object ids of what was changed", "targetResources", judged=False),
    ),
)
