"""Data sets about how people prove who they are: what is asked of them at sign-in, and what lets them past it."""

from m365audit.model.datasets.schema import Column, DataSet

SECURITY_DEFAULTS = DataSet(
    "security_defaults",
    key=("policy_id",),
    meaning="Whether Microsoft's security defaults are on, one row.",
    model="identitySecurityDefaultsEnforcementPolicy",
    columns=(
        Column("policy_id", "text", "Id of the policy", "id"),
        Column("enabled", "flag", "Whether they are on for everybody; they leave nobody out", "isEnabled"),
    ),
)

CONDITIONAL_ACCESS = DataSet(
    "conditional_access",
    key=("policy_id",),
    meaning="Every Conditional Access policy; one row each, read from Graph v1.0, which may leave out policies that use "
    "what only its beta knows. An empty list of a condition means the policy does not look at it.",
    model="conditionalAccessPolicy",
    columns=(
        Column("policy_id", "text", "Id of the policy", "id"),
        Column("name", "text", "Name as shown", "displayName"),
        Column("state", "text", "enabled, disabled, or enabledForReportingButNotEnforced (it only reports)", "state"),
        Column("licensed", "flag", "Whether the tenant has Entra ID P1, which Conditional Access needs"),
        Column("unknown_conditions", "texts", "Parts of the policy this program does not understand; such a policy never counts as asking"),
        Column("include_users", "texts", "Object ids, or All, None or GuestsOrExternalUsers", "conditions.users.includeUsers"),
        Column("exclude_users", "texts", "Object ids, or GuestsOrExternalUsers", "conditions.users.excludeUsers"),
        Column("include_groups", "texts", "Object ids of groups", "conditions.users.includeGroups"),
        Column("exclude_groups", "texts", "Object ids of groups", "conditions.users.excludeGroups"),
        Column("include_roles", "texts", "Template ids of directory roles", "conditions.users.includeRoles"),
        Column("exclude_roles", "texts", "Template ids of directory roles", "conditions.users.excludeRoles"),
        Column("include_guests", "texts", "Kinds of guests and people of other organisations", "conditions.users.includeGuestsOrExternalUsers.guestOrExternalUserTypes"),
        Column("include_guests_of", "texts", "Their organisations: all, or tenant ids", "conditions.users.includeGuestsOrExternalUsers.externalTenants"),
        Column("exclude_guests", "texts", "Kinds of guests and people of other organisations left out", "conditions.users.excludeGuestsOrExternalUsers.guestOrExternalUserTypes"),
        Column("exclude_guests_of", "texts", "Their organisations: all, or tenant ids", "conditions.users.excludeGuestsOrExternalUsers.externalTenants"),
        Column("include_apps", "texts", "App ids, or All, None, Office365 or MicrosoftAdminPortals", "conditions.applications.includeApplications"),
        Column("exclude_apps", "texts", "App ids, or Office365 or MicrosoftAdminPortals", "conditions.applications.excludeApplications"),
        Column("user_actions", "texts", "Actions it is about instead of apps, such as registering a second step", "conditions.applications.includeUserActions"),
        Column("authentication_contexts", "texts", "Contexts it is about instead of apps", "conditions.applications.includeAuthenticationContextClassReferences"),
        Column("clients", "texts", "all, browser, mobileAppsAndDesktopClients, exchangeActiveSync, easSupported or other", "conditions.clientAppTypes"),
        Column("include_platforms", "texts", "all, android, iOS, windows, windowsPhone, macOS or linux", "conditions.platforms.includePlatforms"),
        Column("exclude_platforms", "texts", "Platforms left out", "conditions.platforms.excludePlatforms"),
        Column("include_locations", "texts", "Ids of named locations, or All or AllTrusted", "conditions.locations.includeLocations"),
        Column("exclude_locations", "texts", "Ids of named locations, or AllTrusted", "conditions.locations.excludeLocations"),
        Column("device_filter", "text", "Rule by which devices are told apart", "conditions.devices.deviceFilter.rule"),
        Column("device_filter_mode", "text", "include (only devices the rule fits) or exclude", "conditions.devices.deviceFilter.mode"),
        Column("sign_in_risks", "texts", "Levels of risk of the sign-in", "conditions.signInRiskLevels"),
        Column("user_risks", "texts", "Levels of risk of the account", "conditions.userRiskLevels"),
        Column("insider_risks", "texts", "Levels of insider risk", "conditions.insiderRiskLevels"),
        Column("transfer_methods", "texts", "Ways of passing a sign-in on: deviceCodeFlow, authenticationTransfer", "conditions.authenticationFlows.transferMethods"),
        Column("for_apps_themselves", "flag", "Whether it is about apps signing in as themselves, not about people", "conditions.clientApplications"),
        Column("operator", "text", "AND (everything is asked) or OR (one of it is enough); nothing where only one thing is asked", "grantControls.operator"),
        Column("controls", "texts", "block, mfa, compliantDevice, domainJoinedDevice, approvedApplication, compliantApplication, passwordChange or riskRemediation", "grantControls.builtInControls"),
        Column("custom_controls", "texts", "Ids of other providers' controls", "grantControls.customAuthenticationFactors"),
        Column("terms_of_use", "texts", "Ids of terms to be agreed to", "grantControls.termsOfUse"),
        Column("strength_id", "text", "Id of the authentication strength asked for", "grantControls.authenticationStrength.id"),
        Column("session_controls", "texts", "What holds once somebody is signed in, by Microsoft's names, such as applicationEnforcedRestrictions", "sessionControls"),
        Column("sign_in_every", "text", "After how long the sign-in is asked for again, such as 4 hours or every time", "sessionControls.signInFrequency.value"),
        Column("created_at", "time", "When it was made", "createdDateTime"),
        Column("modified_at", "time", "When it was last changed", "modifiedDateTime"),
    ),
)  # fmt: skip

NAMED_LOCATIONS = DataSet(
    "named_locations",
    key=("location_id",),
    meaning="Every place that Conditional Access knows by name. Addresses trusted by the older per-user settings count as "
    "trusted too and cannot be read.",
    model="ipNamedLocation",
    columns=(
        Column("location_id", "text", "Id of the place", "id"),
        Column("name", "text", "Name as shown", "displayName"),
        Column("kind", "text", "addresses, countries or other"),
        Column("trusted", "flag", "Whether it is marked as trusted; countries never are", "isTrusted"),
        Column("addresses", "texts", "Ranges of internet addresses", "ipRanges"),
        Column("countries", "texts", "Two-letter codes of countries"),
        Column("unknown_countries", "flag", "Whether addresses of no known country belong to it"),
    ),
)  # fmt: skip

AUTHENTICATION_STRENGTHS = DataSet(
    "authentication_strengths",
    key=("strength_id",),
    meaning="Which combinations of methods each authentication strength takes.",
    model="authenticationStrengthPolicy",
    columns=(
        Column("strength_id", "text", "Id of the strength", "id"),
        Column("name", "text", "Name as shown", "displayName"),
        Column("kind", "text", "builtIn or custom", "policyType"),
        Column("satisfies", "text", "What Microsoft says it amounts to: mfa or none", "requirementsSatisfied"),
        Column("combinations", "texts", "Combinations of methods, each with commas between", "allowedCombinations"),
    ),
)

AUTHENTICATION_METHODS_POLICY = DataSet(
    "authentication_methods_policy",
    key=("method",),
    meaning="Which methods of proving who one is people may use, one row a method.",
    model="authenticationMethodConfiguration",
    columns=(
        Column("method", "text", "Microsoft's name of the method, such as Sms or Fido2", "id"),
        Column("state", "text", "enabled or disabled", "state"),
        Column("for_whom", "texts", "Object ids of the groups that may use it, or all_users"),
        Column("but_not", "texts", "Object ids of the groups that may not", "excludeTargets"),
        Column("migration", "text", "preMigration where the older settings hold as well, migrationInProgress or migrationComplete"),
        Column("campaign", "text", "Whether people are nudged to register the app: default, enabled or disabled"),
    ),
)  # fmt: skip

PER_USER_MFA = DataSet(
    "per_user_mfa",
    key=("account_id",),
    meaning="The older setting that asks single accounts for a second step. Microsoft does not document how to read it: "
    "no row is not an answer.",
    columns=(
        Column("account_id", "text", "Object id"),
        Column("state", "text", "disabled, enabled or enforced"),
    ),
)

PASSWORD_RULES = DataSet(
    "password_rules",
    key=("settings_id",),
    meaning="What the council changed of Microsoft's own protection of passwords. No row: Microsoft's defaults hold.",
    columns=(
        Column("settings_id", "text", "Id of the settings"),
        Column("own_words_refused", "flag", "Whether the tenant's own list of weak words is refused besides Microsoft's"),
        Column("own_words", "count", "How many words that list has; which, is not kept", unit="words"),
        Column("tries", "count", "Wrong passwords until an account is locked; Microsoft's default is 10", unit="tries"),
        Column("locked_for", "count", "For how long; Microsoft's default is 60", unit="seconds"),
    ),
)  # fmt: skip

SMTP_SIGN_IN = DataSet(
    "smtp_sign_in",
    key=("setting",),
    meaning="Whether mailboxes may be signed in to by SMTP, which cannot ask for a second step, unless their own setting "
    "says otherwise; one row.",
    columns=(
        Column("setting", "text", "The words: the whole organisation"),
        Column("switched_off", "flag", "Whether it is off for all"),
    ),
)

MAIL_PROTOCOLS = DataSet(
    "mail_protocols",
    key=("mailbox_id",),
    meaning="By which older ways of signing in each mailbox can be reached.",
    columns=(
        Column("mailbox_id", "text", "Object id of its account; where there is none, Exchange's own id"),
        Column("mailbox_name", "text", "Name of the mailbox"),
        Column("address", "text", "Primary address, lower case"),
        Column("smtp_switched_off", "flag", "Whether signing in by SMTP is off; unknown means as for the organisation"),
        Column("pop", "flag", "Whether POP is on"),
        Column("imap", "flag", "Whether IMAP is on"),
        Column("active_sync", "flag", "Whether Exchange ActiveSync is on"),
    ),
)
