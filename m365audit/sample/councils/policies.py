"""What the sample councils ask of people who sign in, and what must and must not be found about it."""

from collections.abc import Iterable
from typing import Any, Final

from m365audit.model.directory_roles import ROLE_NAMES
from m365audit.sample.councils.answers import Rows, near_about, plant_about
from m365audit.sample.councils.draft import Draft
from m365audit.sample.councils.enrolment import Cast
from m365audit.sample.councils.sign_in_settings import methods_policy, places, strengths
from m365audit.sample.tenant import Json

ENFORCED: Final = "two-step-enforced"
EXCLUDED: Final = "two-step-exclusions-on-register"
LEGACY: Final = "legacy-sign-in-blocked"
PASSWORDS: Final = "password-protection-on"
STRONG: Final = "two-step-method-strong"
OLD_CLIENTS, SMTP, METHODS = "entra.legacy-sign-in", "exchange.smtp-auth", "entra.authentication-methods"

_NEW_CLIENTS = ["browser", "mobileAppsAndDesktopClients"]
_PASSWORD_RULES: Final = "5cf42378-d67d-4f36-ba46-e8b86229381d"  # noqa: S105 - id of a template


def exampleton(draft: Draft, cast: Cast) -> None:
    """Conditional Access with exceptions, a policy that only reports, and one that takes a device instead."""
    settings_of_sign_in(draft, defaults=False, smtp_off=True, weak=("Sms",), migration="migrationInProgress")
    draft.tenant.named_locations = places(draft)
    draft.tenant.conditional_access = _policies(draft, cast)
    draft.tenant.group_settings = [password_rules(draft)]
    guids = {one["ExternalDirectoryObjectId"]: one["Guid"] for one in draft.tenant.mailboxes}
    for who, allowed in (("scanner", True), ("jane", True), ("niamh", False)):
        draft.tenant.smtp_allowed[guids[cast[who].id]] = allowed
    for who, said in (("kiosk", "DisableStrongPassword"), ("laptop", "DisableStrongPassword")):
        _user(draft, cast[who].id)["passwordPolicies"] = said
    _user(draft, cast["clerk"].id)["passwordPolicies"] = "DisablePasswordExpiration"
    plant_about(draft, cast, _PLANTED_AT_EXAMPLETON)
    near_about(draft, cast, _NEAR_AT_EXAMPLETON)


def little_sampling(draft: Draft, cast: Cast) -> None:
    """Security defaults switched off with nothing in their place but the older setting of two accounts."""
    settings_of_sign_in(draft, defaults=False, smtp_off=False, weak=(), migration="migrationComplete")
    _user(draft, cast["clerk"].id)["perUserMfaState"] = "enforced"
    _user(draft, cast["owen"].id)["perUserMfaState"] = "enabled"
    _user(draft, cast["old"].id)["passwordPolicies"] = "DisablePasswordExpiration, DisableStrongPassword"
    # A policy from the trial that ran out: without a licence Microsoft shows none.
    draft.tenant.conditional_access = [access_policy(draft, "Trial", {"includeUsers": ["All"]})]
    plant_about(draft, cast, _PLANTED_AT_LITTLE_SAMPLING)
    near_about(draft, cast, _NEAR_AT_LITTLE_SAMPLING)


def settings_of_sign_in(draft: Draft, *, defaults: bool, smtp_off: bool, weak: Iterable[str], migration: str) -> None:
    """Set up what a tenant says of sign-in; ``defaults`` are security defaults, ``weak`` the weak methods allowed."""
    tenant = draft.tenant
    tenant.security_defaults = {
        "id": "00000000-0000-0000-0000-000000000005",
        "displayName": "Security Defaults",
        "description": "Security defaults is a set of basic identity security mechanisms recommended by Microsoft.",
        "isEnabled": defaults,
    }
    tenant.authentication_strengths = strengths()
    tenant.authentication_methods_policy = methods_policy(weak, migration)
    tenant.exchange_settings["Get-TransportConfig"] = [
        {"Name": "Transport Settings", "Identity": "Transport Settings", "SmtpClientAuthenticationDisabled": smtp_off}
    ]
    for user in tenant.users:
        user["perUserMfaState"] = "disabled"


def _policies(draft: Draft, cast: Cast) -> list[Json]:
    kiosks = security_group(draft, "Kiosks", cast["kiosk"].id)
    spared = security_group(draft, "Without second step", cast["scanner"].id, kiosks)
    home, desk = (
        security_group(draft, "Home workers", cast["john"].id),
        security_group(draft, "Front desk staff", cast["deputy"].id),
    )
    finance = security_group(draft, "Finance staff", cast["marcus"].id)
    administrators = [role_id for role_id, name in ROLE_NAMES.items() if name.endswith(" Administrator")]
    everybody: Json = {"includeUsers": ["All"]}
    excluded: Json = {"excludeUsers": [cast["glass"].id], "excludeGroups": [spared, home, desk, finance]}
    old: Json = {"builtInControls": ["block"]}
    return [
        access_policy(draft, "Second step for everybody", everybody | excluded, clients=_NEW_CLIENTS),
        access_policy(
            draft,
            "Keys for finance",
            {"includeGroups": [finance]},
            {"builtInControls": [], "authenticationStrength": strengths()[2]},
        ),
        access_policy(
            draft,
            "Home workers: managed device or second step",
            {"includeGroups": [home]},
            {"builtInControls": ["mfa", "compliantDevice"]},
        ),
        access_policy(
            draft,
            "Front desk away from the office",
            {"includeGroups": [desk]},
            locations={"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]},
        ),
        access_policy(
            draft,
            "Block old clients (trial)",
            everybody,
            old,
            state="enabledForReportingButNotEnforced",
            clients=["exchangeActiveSync", "other"],
        ),
        access_policy(
            draft, "Administrators' portals", {"includeRoles": administrators}, apps=["MicrosoftAdminPortals"]
        ),
        access_policy(
            draft, "Before Business Premium", everybody | {"excludeUsers": [cast["ruth"].id]}, state="disabled"
        ),
        access_policy(draft, "Register a second step", everybody | {"excludeUsers": [cast["ruth"].id]}, actions=True),
        access_policy(draft, "Close the browser", everybody, None),
        access_policy(
            draft,
            "Guests",
            {
                "includeGuestsOrExternalUsers": {
                    "guestOrExternalUserTypes": "internalGuest,b2bCollaborationGuest",
                    "externalTenants": {
                        "@odata.type": "#microsoft.graph.conditionalAccessAllExternalTenants",
                        "membershipKind": "all",
                    },
                }
            },
            {"builtInControls": ["mfa"], "operator": "AND", "termsOfUse": [draft.seed.guid("terms")]},
        ),
    ]


def access_policy(  # noqa: PLR0913 - one argument a side of a policy
    draft: Draft,
    name: str,
    users: Json,
    grant: Json | None = {"builtInControls": ["mfa"]},  # noqa: B006 - never changed
    *,
    state: str = "enabled",
    clients: Iterable[str] = ("all",),
    apps: Iterable[str] = ("All",),
    actions: bool = False,
    locations: Json | None = None,
) -> Json:
    """A ``conditionalAccessPolicy`` object, with all the nulls and empty lists Microsoft sends."""
    sides = ("Users", "Groups", "Roles")
    nobody: dict[str, Any] = {f"{side}{whom}": [] for side in ("include", "exclude") for whom in sides}
    return {
        "id": draft.seed.guid("policy", name),
        "templateId": None,
        "displayName": name,
        "createdDateTime": draft.seed.stamp(-400),
        "modifiedDateTime": draft.seed.stamp(-100),
        "deletedDateTime": None,
        "state": state,
        "sessionControls": None if grant else _closing_browser(),
        "conditions": {
            "userRiskLevels": [],
            "signInRiskLevels": [],
            "servicePrincipalRiskLevels": [],
            "clientAppTypes": list(clients),
            "platforms": None,
            "locations": locations,
            "devices": None,
            "clientApplications": None,
            "authenticationFlows": None,
            "insiderRiskLevels": None,
            "applications": {
                "includeApplications": [] if actions else list(apps),
                "excludeApplications": [],
                "includeUserActions": ["urn:user:registersecurityinfo"] if actions else [],
                "includeAuthenticationContextClassReferences": [],
                "applicationFilter": None,
            },
            "users": nobody | {"includeGuestsOrExternalUsers": None, "excludeGuestsOrExternalUsers": None} | users,
        },
        "grantControls": grant
        and {"operator": "OR", "customAuthenticationFactors": [], "termsOfUse": [], "authenticationStrength": None}
        | grant,
    }


def _closing_browser() -> Json:
    names = ("applicationEnforcedRestrictions", "cloudAppSecurity", "signInFrequency", "disableResilienceDefaults")
    return dict.fromkeys(names) | {"persistentBrowser": {"mode": "never", "isEnabled": True}}


def password_rules(draft: Draft) -> Json:
    """The rules for passwords as a ``groupSetting`` object: ten tries, and a list of words."""
    values = {
        "BannedPasswordCheckOnPremisesMode": "Audit",
        "EnableBannedPasswordCheckOnPremises": "False",
        "EnableBannedPasswordCheck": "True",
        "LockoutDurationInSeconds": "60",
        "LockoutThreshold": "10",
        "BannedPasswordList": "exampleton\tmarket cross",
    }
    return {
        "id": draft.seed.guid("password rules"),
        "displayName": "Password Rule Settings",
        "templateId": _PASSWORD_RULES,
        "values": [{"name": name, "value": value} for name, value in values.items()],
    }


def security_group(draft: Draft, name: str, *members: str) -> str:
    """Make a security group without mail; gives its object id."""
    group_id = draft.seed.guid("security group", name)
    draft.tenant.groups.append(
        {
            "id": group_id,
            "displayName": name,
            "createdDateTime": draft.seed.stamp(-500),
            "mail": None,
            "mailEnabled": False,
            "mailNickname": group_id[:8],
            "groupTypes": [],
            "securityEnabled": True,
            "visibility": None,
            "members": list(members),
        }
    )
    return group_id


def _user(draft: Draft, account_id: str) -> Json:
    return next(user for user in draft.tenant.users if user["id"] == account_id)


_PLANTED_AT_EXAMPLETON: Rows = (
    (ENFORCED, "john", "a managed device is taken instead of the second step"),
    (ENFORCED, "deputy", "not asked at trusted places"),
    (ENFORCED, "scanner", "left out by a group"),
    (ENFORCED, "kiosk", "left out by a group within a group"),
    (EXCLUDED, "john", "left out, and what asks him instead takes a device"),
    (EXCLUDED, "deputy", "left out, and what asks her instead does not ask everywhere"),
    (EXCLUDED, "scanner", "left out by a group; the register has it as a service"),
    (EXCLUDED, "kiosk", "left out by a group within a group"),
    (LEGACY, OLD_CLIENTS, "the policy that would block old clients only reports"),
    (LEGACY, "jane", "her own mailbox may be signed in to by SMTP"),
    (PASSWORDS, "kiosk", "is allowed a weak password"),
    (STRONG, METHODS, "text messages are still allowed"),
    (STRONG, "jane", "administers mail with an app alone"),
    (STRONG, "john", "administers, through a group, with an app alone"),
    (STRONG, "deputy", "administers, through a group, with an app alone"),
    (STRONG, "marcus", "administers with an app alone"),
)
_NEAR_AT_EXAMPLETON: Rows = (
    (ENFORCED, "clerk", "asked like everybody"),
    (ENFORCED, "marcus", "left out by a group, and asked for a key by another policy"),
    (ENFORCED, "ruth", "left out only of a policy that is off, and of one about registering"),
    (ENFORCED, "glass", "an emergency account on the register"),
    (ENFORCED, "supplier", "a guest, asked like everybody and as a guest"),
    (ENFORCED, "planning", "a shared mailbox; that is for account-belongs-to-one-person"),
    (ENFORCED, "agnes", "cannot sign in at all"),
    (ENFORCED, "invited", "a guest who has not accepted"),
    (EXCLUDED, "glass", "left out, and on the register for emergencies"),
    (EXCLUDED, "marcus", "left out, and asked for a key by another policy"),
    (EXCLUDED, "ruth", "left out, and asked by another policy"),
    (EXCLUDED, "clerk", "not left out"),
    (EXCLUDED, "conditional-access.emergency-accounts", "one emergency account is left out"),
    (EXCLUDED, "conditional-access.service-providers", "nobody leaves them out"),
    (LEGACY, "scanner", "signs in by SMTP every day, and is on the register as a service"),
    (LEGACY, "niamh", "her own mailbox may not be signed in to by SMTP"),
    (LEGACY, SMTP, "switched off for the whole organisation"),
    (PASSWORDS, "clerk", "her password does not expire, and must still be a strong one"),
    (PASSWORDS, "laptop", "is allowed a weak password, but cannot sign in"),
    (PASSWORDS, "entra.password-protection", "ten tries, and a list of words that is applied"),
)
_PLANTED_AT_LITTLE_SAMPLING: Rows = (
    *((ENFORCED, who, "nothing asks") for who in ("olive", "pat", "mair", "tom", "nia", "unknown")),
    *((ENFORCED, who, "nothing asks guests either") for who in ("supplier", "resident", "private")),
    (LEGACY, OLD_CLIENTS, "nothing keeps old clients out"),
    (LEGACY, SMTP, "on for the whole organisation"),
    (STRONG, "clerk", "administers with an app alone"),
    (STRONG, "owen", "administers files with an app alone"),
)
_NEAR_AT_LITTLE_SAMPLING: Rows = (
    (ENFORCED, "clerk", "asked by the older setting of her account"),
    (ENFORCED, "owen", "asked by the older setting of his account, which he has not taken up"),
    (ENFORCED, "glass", "an emergency account on the register"),
    (ENFORCED, "info", "a shared mailbox; that is for account-belongs-to-one-person"),
    (ENFORCED, "rob", "cannot sign in at all"),
    (ENFORCED, "invited", "a guest who has not accepted"),
    (EXCLUDED, "glass", "nobody is asked, so nobody is left out"),
    (LEGACY, "clerk", "no mailbox has a setting of its own"),
    (PASSWORDS, "old", "is allowed a weak password, but cannot sign in"),
    (PASSWORDS, "clerk", "nothing was changed of what Microsoft does"),
    (STRONG, METHODS, "text messages and calls are switched off"),
)
