"""What a sample tenant holds, in the shapes Microsoft 365 keeps it."""

import uuid
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

ENTRA_P1 = "41781fb2-bc02-4b7c-bd55-b576c07bb09d"


def _intune_as_it_comes() -> Json:
    """Intune's settings where nobody changed them: a device that no policy covers counts as compliant."""
    return {"settings": {"secureByDefault": False, "deviceComplianceCheckinThresholdDays": 30}}


@dataclass(frozen=True, slots=True)
class Partner:
    """A provider's relationship with the tenant (GDAP).

    ``scopes`` are the delegated permissions its app was authorised for here (none: it never was), ``roles`` the
    directory roles its account has here, ``refusal`` the number of the sign-in error a policy here answers it with.
    """

    scopes: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset({"Global Reader"})
    refusal: int | None = None


@dataclass(slots=True)
class Tenant:
    """One tenant as Microsoft 365 would hold it: plain JSON objects with Graph's (or Exchange's) own property names.

    The imitation serves these and knows nothing else; whoever fills it (the generator, a test) decides what is true.
    """

    tenant_id: str
    initial_domain: str
    organisation: Json
    domains: list[Json] = field(default_factory=list)
    skus: list[Json] = field(default_factory=list)
    users: list[Json] = field(default_factory=list)
    """Full ``user`` objects, ``signInActivity`` included."""
    deleted_users: list[Json] = field(default_factory=list)
    groups: list[Json] = field(default_factory=list)
    registration: list[Json] = field(default_factory=list)
    """``userRegistrationDetails`` rows."""
    methods: dict[str, list[Json]] = field(default_factory=dict)
    """User id to authentication methods, with ``@odata.type``."""
    mailbox_settings: dict[str, Json] = field(default_factory=dict)
    """User id to ``mailboxSettings``; a user that is absent has no mailbox."""
    inbox_rules: dict[str, list[Json]] = field(default_factory=dict)
    calendars: dict[str, list[Json]] = field(default_factory=dict)
    """User id to the calendar: single instances, series masters and occurrences, full ``event`` objects."""
    online_meetings: dict[str, list[Json]] = field(default_factory=dict)
    """Organiser's user id to ``onlineMeeting`` objects."""
    sites: list[Json] = field(default_factory=list)
    drives: dict[str, list[Json]] = field(default_factory=dict)
    """Site id to drives."""
    items: dict[str, list[Json]] = field(default_factory=dict)
    """Drive id to ``driveItem`` objects, the root first."""
    permissions: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    """(Drive id, item id) to ``permission`` objects."""
    sharing_settings: Json = field(default_factory=dict)
    mailboxes: list[Json] = field(default_factory=list)
    """``Get-Mailbox`` objects, PascalCase."""
    mailbox_permissions: dict[str, list[Json]] = field(default_factory=dict)
    """Mailbox ``Guid`` to ``Get-MailboxPermission`` objects."""
    mail_folders: dict[str, list[Json]] = field(default_factory=dict)
    """Mailbox ``Guid`` to folders as ``Get-MailboxFolderStatistics`` lists them; ``LetIn`` are who may do what there.

    ``LetIn`` is (what Exchange calls the user, right); ``Default`` is the right of everybody, where it is any.
    """
    recipient_permissions: list[Json] = field(default_factory=list)
    """``Get-RecipientPermission`` objects of the whole tenant."""
    recipients: list[Json] = field(default_factory=list)
    """``Get-Recipient`` objects: mailboxes, contacts, groups."""
    transport_rules: list[Json] = field(default_factory=list)
    exchange_settings: dict[str, list[Json]] = field(default_factory=dict)
    """Read command, such as ``Get-RemoteDomain``, to its objects, PascalCase."""
    dns: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """What the public directory of names knows: name (lower case) to kind of record to texts."""
    calendar_permissions: dict[str, list[Json]] = field(default_factory=dict)
    """User id to ``calendarPermission`` objects of the default calendar."""
    email_activity: list[Json] = field(default_factory=list)
    """Lines of the report of mail use: heading to cell."""
    teams_activity: list[Json] = field(default_factory=list)
    mailbox_usage: list[Json] = field(default_factory=list)
    """Lines of the reports of the use of Teams and of mailboxes."""
    sign_ins: list[Json] = field(default_factory=list)
    """Full ``signIn`` objects, interactive ones; in a tenant without Entra ID P1 they are not served."""
    secure_scores: list[Json] = field(default_factory=list)
    """The newest first."""
    alerts: list[Json] = field(default_factory=list)
    risky_users: list[Json] = field(default_factory=list)
    simulations: list[Json] = field(default_factory=list)
    sensitivity_labels: list[Json] = field(default_factory=list)
    backup_status: Json = field(default_factory=dict)
    """``serviceStatus`` of Microsoft 365 Backup."""
    snapshot_jobs: list[Json] = field(default_factory=list)
    configuration_snapshots: list[Json] = field(default_factory=list)
    """Snapshots of the configuration that somebody had made, by the ids the jobs point to."""
    devices: list[Json] = field(default_factory=list)
    """Full ``device`` objects, ``registeredOwners`` included."""
    managed_devices: list[Json] = field(default_factory=list)
    windows_protection: dict[str, Json] = field(default_factory=dict)
    """Intune's device id to ``windowsProtectionState``; a device that is absent never reported."""
    compliance_policies: list[Json] = field(default_factory=list)
    """Compliance policies of Intune with ``@odata.type`` and ``assignments``."""
    device_management: Json = field(default_factory=_intune_as_it_comes)
    """The ``deviceManagement`` object, of which ``settings`` is served; in a tenant without Intune it is not."""
    role_definitions: list[Json] = field(default_factory=list)
    role_assignments: list[Json] = field(default_factory=list)
    role_eligibility: list[Json] = field(default_factory=list)
    """``unifiedRoleEligibilityScheduleInstance`` objects."""
    service_principals: list[Json] = field(default_factory=list)
    """Full ``servicePrincipal`` objects, ``appRoles`` and credentials included."""
    applications: list[Json] = field(default_factory=list)
    delegated_grants: list[Json] = field(default_factory=list)
    """``oAuth2PermissionGrant`` objects."""
    app_roles_given: list[Json] = field(default_factory=list)
    """``appRoleAssignment`` objects of the whole tenant."""
    authorization_policy: Json = field(default_factory=dict)
    admin_consent_policy: Json = field(default_factory=dict)
    timeout_policies: list[Json] = field(default_factory=list)
    cross_tenant_partners: list[Json] = field(default_factory=list)
    directory_audits: list[Json] = field(default_factory=list)
    security_defaults: Json = field(default_factory=dict)
    conditional_access: list[Json] = field(default_factory=list)
    """Full ``conditionalAccessPolicy`` objects; in a tenant without Entra ID P1 they are not served."""
    named_locations: list[Json] = field(default_factory=list)
    """``ipNamedLocation`` and ``countryNamedLocation`` objects with ``@odata.type``."""
    authentication_strengths: list[Json] = field(default_factory=list)
    authentication_methods_policy: Json = field(default_factory=dict)
    """With ``authenticationMethodConfigurations``."""
    group_settings: list[Json] = field(default_factory=list)
    smtp_allowed: dict[str, bool] = field(default_factory=dict)
    """Mailbox ``Guid`` to whether it may be signed in to by SMTP, where that is not as for the organisation."""
    granted: frozenset[str] = frozenset()
    """Application permissions consented to, such as ``User.Read.All`` and ``Exchange.ManageAsApp``."""
    directory_roles: frozenset[str] = frozenset()
    """Names of directory roles of the app's service principal, such as ``Global Reader``."""
    partner: Partner | None = None
    """The relationship a provider's account may come in by; without one it is not known here."""
    names_concealed: bool = True
    """Whether reports of use conceal names, as they do where nobody has changed it."""
    access_policy: bool = True
    """Whether a Teams application access policy lets the app read meeting options."""

    @property
    def premium(self) -> bool:
        """Whether an enabled subscription carries Entra ID P1."""
        return any(
            plan["servicePlanId"] == ENTRA_P1 and plan["provisioningStatus"] == "Success"
            for sku in self.skus
            if sku["capabilityStatus"] == "Enabled"
            for plan in sku["servicePlans"]
        )

    def principal_of(self, app_id: str) -> str:
        """Object id of an app's service principal in this tenant, whether or not it is among those that are served."""
        known = (one["id"] for one in self.service_principals if one["appId"] == app_id)
        return next(known, None) or str(uuid.uuid5(uuid.UUID(self.tenant_id), app_id))

    def has_plan(self, *names: str) -> bool:
        """Whether an enabled subscription carries one of these service plans, such as ``INTUNE_A``."""
        return any(
            plan["servicePlanName"] in names and plan["provisioningStatus"] == "Success"
            for sku in self.skus
            if sku["capabilityStatus"] == "Enabled"
            for plan in sku["servicePlans"]
        )


@dataclass(frozen=True, slots=True)
class Planted:
    """What the audit of a sample council must find: (rule id, natural key of the subject), and nothing else."""

    rule: str
    subject: str
    because: str
