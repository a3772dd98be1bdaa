"""What one tenant holds, as the services look it up."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from m365audit.sample.service.graph_sharing import Library
from m365audit.sample.service.graph_types import entity_types
from m365audit.sample.tenant import Json, Tenant

BY_LINK = "joinWebUrl"
BY_NUMBER = "joinMeetingIdSettings/joinMeetingId"
EXCHANGE_NAMES = (
    "Guid", "ExchangeGuid", "ExternalDirectoryObjectId", "Identity", "id", "Id", "Name", "Alias", "DistinguishedName",
    "UserPrincipalName", "PrimarySmtpAddress",
)  # fmt: skip
"""The properties an Exchange object can be identified by; its addresses come on top."""


class Holdings:
    """A tenant with its indexes. It is read once: whoever changes the tenant afterwards has to say so.

    Raises:
        ValueError: an object has a property its type does not have; the imitation serves no inventions.
    """

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        for name, things in _typed(tenant):
            _refuse_inventions(tenant.tenant_id, name, things)
        self._users = {user["id"]: user for user in tenant.users}
        self._names = {
            user["userPrincipalName"].lower(): user for user in tenant.users if user.get("userPrincipalName")
        }
        self._groups = {group["id"]: group for group in tenant.groups}
        self._principals = {principal["id"]: principal for principal in tenant.service_principals}
        self._known = self._users | self._groups | self._principals
        self._sites = {site["id"] for site in tenant.sites}
        self._drives = {drive["id"] for drives in tenant.drives.values() for drive in drives} | set(tenant.items)
        self._libraries: dict[str, Library] = {}
        self._meetings = _found_by(tenant)
        self._named: dict[int, dict[str, list[Json]]] = {}

    def user(self, key: str) -> Json | None:
        """The user with that object id or sign-in name."""
        return self._users.get(key) or self._names.get(key.lower())

    def user_by_id(self, object_id: str) -> Json | None:
        """The user with that object id."""
        return self._users.get(object_id)

    def group(self, object_id: str) -> Json | None:
        """The group with that object id."""
        return self._groups.get(object_id)

    def members(self, group: Json) -> list[Json]:
        """The direct members of a group, where the tenant says who they are (object ids, or whole objects)."""
        return self._those(group.get("members", ()))

    def owners(self, group: Json) -> list[Json]:
        """The owners of a group, where the tenant says who they are."""
        return self._those(group.get("owners", ()))

    def principal(self, object_id: str) -> Json | None:
        """The user, group or app with that object id, with its type; ``None`` where it is gone."""
        return next(iter(self._those([object_id] if object_id in self._known else [])), None)

    def _those(self, things: Iterable[str | Json]) -> list[Json]:
        return [_named(thing, self._known) for thing in things]

    def transitive_members(self, group: Json) -> list[Json]:
        """The members of a group and of the groups in it, each once."""
        found: dict[str, Json] = {}
        waiting = self.members(group)
        while waiting:
            member = waiting.pop(0)
            if member["id"] not in found:
                found[member["id"]] = member
                waiting.extend(self.members(self._groups.get(member["id"], {})))
        return list(found.values())

    def meetings(self, path: str, value: str) -> list[tuple[str, Json]]:
        """The meetings, each after its organiser's object id, with that join address or that joining number."""
        return self._meetings.get((path, value), [])

    def named(self, things: list[Json], name: str) -> list[Json]:
        """Those of some Exchange objects of the tenant that go by that name, number, or address."""
        if id(things) not in self._named:
            index: defaultdict[str, list[Json]] = defaultdict(list)
            for thing in things:
                for known in _exchange_names(thing):
                    index[known].append(thing)
            self._named[id(things)] = dict(index)
        return self._named[id(things)].get(name.lower(), [])

    def has_site(self, site_id: str) -> bool:
        """Whether there is such a site."""
        return site_id in self._sites

    def has_drive(self, drive_id: str) -> bool:
        """Whether there is such a drive, readable or not."""
        return drive_id in self._drives

    def library(self, drive_id: str) -> Library | None:
        """The drive's items and permissions; ``None`` of a drive without even a root, which is a locked one."""
        if drive_id not in self.tenant.items:
            return None
        if drive_id not in self._libraries:
            self._libraries[drive_id] = Library(drive_id, self.tenant.items[drive_id], self.tenant.permissions)
        return self._libraries[drive_id]


def _named(member: str | Json, known: dict[str, Json]) -> Json:
    thing = known[member] if isinstance(member, str) else member
    kind = "group" if "groupTypes" in thing or "securityEnabled" in thing else "user"
    kind = "servicePrincipal" if "servicePrincipalType" in thing else kind
    return {"@odata.type": f"#microsoft.graph.{kind}"} | thing


def _found_by(tenant: Tenant) -> dict[tuple[str, str], list[tuple[str, Json]]]:
    index: defaultdict[tuple[str, str], list[tuple[str, Json]]] = defaultdict(list)
    for owner, meetings in tenant.online_meetings.items():
        for meeting in meetings:
            settings: Json = meeting.get("joinMeetingIdSettings") or {}
            index[BY_LINK, meeting.get("joinWebUrl", "")].append((owner, meeting))
            index[BY_NUMBER, settings.get("joinMeetingId", "")].append((owner, meeting))
    return dict(index)


def _exchange_names(thing: Json) -> set[str]:
    plain = {str(thing[name]).lower() for name in EXCHANGE_NAMES if thing.get(name)}
    return plain | {address.lower().partition(":")[2] for address in thing.get("EmailAddresses") or ()}


def _typed(tenant: Tenant) -> Iterator[tuple[str, Iterable[Json]]]:
    yield "organization", [tenant.organisation]
    yield "domain", tenant.domains
    yield "subscribedSku", tenant.skus
    yield "user", [*tenant.users, *tenant.deleted_users]
    yield "group", tenant.groups
    yield "userRegistrationDetails", tenant.registration
    yield "mailboxSettings", tenant.mailbox_settings.values()
    yield "messageRule", (rule for rules in tenant.inbox_rules.values() for rule in rules)
    yield "event", (event for events in tenant.calendars.values() for event in events)
    yield "onlineMeeting", (meeting for meetings in tenant.online_meetings.values() for meeting in meetings)
    yield "site", tenant.sites
    yield "drive", (drive for drives in tenant.drives.values() for drive in drives)
    yield "driveItem", (item for items in tenant.items.values() for item in items)
    yield "permission", (given for granted in tenant.permissions.values() for given in granted)
    yield "sharepointSettings", [tenant.sharing_settings]
    yield "identitySecurityDefaultsEnforcementPolicy", [tenant.security_defaults]
    yield "conditionalAccessPolicy", tenant.conditional_access
    for place in tenant.named_locations:
        yield str(place["@odata.type"]).rpartition(".")[2], [place]
    yield "authenticationStrengthPolicy", tenant.authentication_strengths
    yield "authenticationMethodsPolicy", [tenant.authentication_methods_policy]
    yield "groupSetting", tenant.group_settings
    yield "unifiedRoleDefinition", tenant.role_definitions
    yield "unifiedRoleAssignment", tenant.role_assignments
    yield "unifiedRoleEligibilityScheduleInstance", tenant.role_eligibility
    yield "servicePrincipal", tenant.service_principals
    yield "application", tenant.applications
    yield "oAuth2PermissionGrant", tenant.delegated_grants
    yield "appRoleAssignment", tenant.app_roles_given
    yield "authorizationPolicy", [tenant.authorization_policy]
    yield "adminConsentRequestPolicy", [tenant.admin_consent_policy]
    yield "activityBasedTimeoutPolicy", tenant.timeout_policies
    yield "crossTenantAccessPolicyConfigurationPartner", tenant.cross_tenant_partners
    yield "directoryAudit", tenant.directory_audits
    yield "signIn", tenant.sign_ins
    yield "calendarPermission", (one for given in tenant.calendar_permissions.values() for one in given)
    yield "secureScore", tenant.secure_scores
    yield "security.alert", tenant.alerts
    yield "riskyUser", tenant.risky_users
    yield "simulation", tenant.simulations
    yield "sensitivityLabel", tenant.sensitivity_labels
    yield "configurationSnapshotJob", tenant.snapshot_jobs
    yield "configurationBaseline", tenant.configuration_snapshots
    yield "device", tenant.devices
    yield "managedDevice", tenant.managed_devices
    yield "windowsProtectionState", tenant.windows_protection.values()
    yield "deviceManagement", [tenant.device_management]
    for policy in tenant.compliance_policies:
        yield str(policy["@odata.type"]).rpartition(".")[2], [policy]


def _refuse_inventions(tenant_id: str, name: str, things: Iterable[Json]) -> None:
    kind = entity_types()[name]
    keys: set[str] = set()
    for thing in things:
        keys.update(thing)
    invented = kind.unknown(sorted(key for key in keys if "@" not in key))
    if invented is not None:
        msg = f"tenant {tenant_id} has a {name} with a property '{invented}', which Microsoft Graph does not have"
        raise ValueError(msg)
