"""Data sets about people, licences and domains."""

from m365audit.model.datasets.schema import Column, DataSet

ORGANISATION = DataSet(
    "organisation",
    key=("tenant_id",),
    meaning="The tenant itself, one row.",
    model="organization",
    columns=(
        Column("tenant_id", "text", "Directory id of the tenant", "id"),
        Column("name", "text", "Name the tenant shows", "displayName"),
        Column("country", "text", "Two-letter country code", "countryLetterCode", judged=False),
        Column("tenant_type", "text", "AAD for an ordinary tenant", "tenantType", judged=False),
        Column("created_at", "time", "When the tenant was made", "createdDateTime"),
        Column("synced", "flag", "Whether accounts come from an on-premises directory", "onPremisesSyncEnabled"),
        Column("last_synced_at", "time", "Last directory synchronisation", "onPremisesLastSyncDateTime", judged=False),
        Column("device_authority", "text", "Who manages devices; unknown means nobody", "mobileDeviceManagementAuthority", judged=False),
    ),
)

DOMAINS = DataSet(
    "domains",
    key=("domain",),
    meaning="Every mail and sign-in domain of the council, and those the tenant file adds.",
    model="domain",
    columns=(
        Column("domain", "text", "Full name, lower case", "id"),
        Column("verified", "flag", "Whether Microsoft has confirmed the tenant owns it", "isVerified"),
        Column("default", "flag", "Whether new accounts get it", "isDefault"),
        Column("initial", "flag", "Whether it is the tenant's onmicrosoft.com domain", "isInitial"),
        Column("root", "flag", "Whether it is not a sub-domain of another", "isRoot"),
        Column("authentication", "text", "Managed or Federated", "authenticationType"),
        Column("services", "texts", "Services it is used for, such as Email", "supportedServices"),
        Column("password_validity_days", "count", "Forced password change; 2147483647 means never", "passwordValidityPeriodInDays", "days", judged=False),
        Column("owned", "flag", "Whether the council owns it: verified, or named in the tenant file"),
    ),
)

LICENCES = DataSet(
    "licences",
    key=("sku_id", "plan_id"),
    meaning="Every service plan of every subscription, one row per plan.",
    model="subscribedSku",
    columns=(
        Column("sku_id", "text", "Id of the product", "skuId"),
        Column("sku", "text", "Part number of the product, such as SPB", "skuPartNumber"),
        Column("status", "text", "Enabled, Warning (in grace), Suspended, Deleted or LockedOut", "capabilityStatus"),
        Column("bought", "count", "Licences bought and active", "prepaidUnits.enabled", "licences"),
        Column("used", "count", "Licences given to accounts", "consumedUnits", "licences"),
        Column("plan_id", "text", "Id of the service plan", "servicePlans.servicePlanId"),
        Column("plan", "text", "Name of the service plan, such as AAD_PREMIUM", "servicePlans.servicePlanName"),
        Column("plan_status", "text", "Success, Disabled or pending", "servicePlans.provisioningStatus"),
    ),
)

ACCOUNTS = DataSet(
    "accounts",
    key=("account_id",),
    meaning="Every account that is not deleted, guests and shared mailboxes included.",
    model="user",
    columns=(
        Column("account_id", "text", "Object id", "id"),
        Column("user_principal_name", "text", "Sign-in name, lower case", "userPrincipalName"),
        Column("display_name", "text", "Name as shown", "displayName"),
        Column("given_name", "text", "Given name", "givenName", judged=False),
        Column("surname", "text", "Surname", "surname", judged=False),
        Column("mail", "text", "Mail address, lower case", "mail"),
        Column("mail_nickname", "text", "Mail alias, lower case", "mailNickname"),
        Column("primary_address", "text", "Primary mail address (the SMTP: entry, else mail), lower case", "proxyAddresses"),
        Column("addresses", "texts", "Every mail address, lower case", "proxyAddresses"),
        Column("other_mails", "texts", "Recovery and personal addresses, lower case", "otherMails"),
        Column("user_type", "text", "member or guest; an account with none is a member", "userType"),
        Column("enabled", "flag", "Whether sign-in is allowed", "accountEnabled"),
        Column("created_at", "time", "When the account was made", "createdDateTime"),
        Column("creation_type", "text", "How it came about, such as Invitation", "creationType", judged=False),
        Column("invitation_state", "text", "Of a guest: PendingAcceptance or Accepted", "externalUserState"),
        Column("invitation_changed_at", "time", "When that state last changed", "externalUserStateChangeDateTime"),
        Column("licences", "texts", "Product ids given to the account", "assignedLicenses"),
        Column("job_title", "text", "Job title", "jobTitle", judged=False),
        Column("department", "text", "Department", "department", judged=False),
        Column("company", "text", "Company", "companyName", judged=False),
        Column("password_changed_at", "time", "Last change or creation of the password", "lastPasswordChangeDateTime"),
        Column("password_policies", "text", "DisablePasswordExpiration, DisableStrongPassword", "passwordPolicies"),
        Column("sessions_valid_from", "time", "Sessions older than this are signed out", "signInSessionsValidFromDateTime"),
        Column("synced", "flag", "From an on-premises directory; false means it once was", "onPremisesSyncEnabled"),
        Column("resource_account", "flag", "A room, a queue or the like", "isResourceAccount"),
    ),
)

SIGN_IN_ACTIVITY = DataSet(
    "sign_in_activity",
    key=("account_id",),
    meaning="When each account last signed in; needs Entra ID P1. No row: never recorded, which is not never used.",
    model="user",
    columns=(
        Column("account_id", "text", "Object id", "id"),
        Column("last_success_at", "time", "Last successful sign-in, recorded since 1 December 2023", "signInActivity.lastSuccessfulSignInDateTime"),
        Column("last_attempt_at", "time", "Last interactive attempt, failed ones included", "signInActivity.lastSignInDateTime", judged=False),
        Column("last_client_attempt_at", "time", "Last attempt by a program on the person's behalf", "signInActivity.lastNonInteractiveSignInDateTime", judged=False),
    ),
)

DELETED_ACCOUNTS = DataSet(
    "deleted_accounts",
    key=("account_id",),
    meaning="Accounts deleted in the last 30 days, which can still be restored.",
    model="user",
    columns=(
        Column("account_id", "text", "Object id", "id"),
        Column("display_name", "text", "Name as shown", "displayName"),
        Column("user_principal_name", "text", "Sign-in name, lower case", "userPrincipalName"),
        Column("mail", "text", "Mail address, lower case", "mail"),
        Column("deleted_at", "time", "When it was deleted", "deletedDateTime", judged=False),
        Column("user_type", "text", "member or guest", "userType"),
    ),
)

REGISTRATION = DataSet(
    "registration",
    key=("account_id",),
    meaning="Whether each account has registered a second step. No row: not reported, which is not none.",
    model="userRegistrationDetails",
    columns=(
        Column("account_id", "text", "Object id", "id"),
        Column("source", "text", "registration report, or authentication methods (read account by account)"),
        Column("registered", "flag", "Has registered a second step", "isMfaRegistered"),
        Column("capable", "flag", "Registered one that the tenant lets it use; unknown without the report", "isMfaCapable"),
        Column("methods", "texts", "Methods registered, in the report's words", "methodsRegistered"),
        Column("admin", "flag", "Holds an administrator role, as the report has it; unknown without the report", "isAdmin"),
        Column("reported_at", "time", "When Microsoft last refreshed the row", "lastUpdatedDateTime"),
    ),
)

GROUPS = DataSet(
    "groups",
    key=("group_id",),
    meaning="Every group, without its members.",
    model="group",
    columns=(
        Column("group_id", "text", "Object id", "id"),
        Column("display_name", "text", "Name as shown", "displayName"),
        Column("mail", "text", "Mail address, lower case", "mail"),
        Column("mail_nickname", "text", "Mail alias, lower case", "mailNickname"),
        Column("kinds", "texts", "Unified for a Microsoft 365 group", "groupTypes"),
        Column("security", "flag", "Can be given access", "securityEnabled"),
        Column("visibility", "text", "Public, Private or HiddenMembership", "visibility"),
    ),
)
