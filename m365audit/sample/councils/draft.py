"""A council being put together: its tenant, its register, and what an audit of it must and must not find."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from m365audit.connectors import CONNECTORS
from m365audit.sample.councils.licences import subscribed_sku
from m365audit.sample.councils.register import Register
from m365audit.sample.councils.seed import Seed
from m365audit.sample.tenant import Json, Planted, Tenant

PERMISSIONS = frozenset(
    name
    for connector in CONNECTORS
    for name in (*connector.permissions, *(needed for part in connector.parts for needed in part.permissions))
)
"""The application permissions an audited council consents to: those it is asked for, which only read."""


@dataclass(frozen=True, slots=True)
class SampleCouncil:
    """A fictional council whole, with the answers."""

    slug: str
    name: str
    policy: str
    tenant: Tenant = field(repr=False)
    register: dict[str, list[dict[str, Any]]] = field(repr=False)
    """Sheet title to rows; a row is header to cell (text, date or ``None``)."""
    tenant_file: dict[str, Any]
    """The tenant file but for ``auth`` and ``endpoints``, which whoever serves the council knows."""
    planted: tuple[Planted, ...] = field(repr=False)
    """What the audit must find: every finding, and no other."""
    near_misses: tuple[Planted, ...] = field(repr=False)
    """What looks like a breach and is none; ``because`` says why not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What is known of a council before anybody works there."""

    slug: str
    name: str
    policy: str
    domain: str
    sku_id: str
    seats: int
    access_policy: bool = True


@dataclass(slots=True)
class Draft:
    """A council being put together."""

    outline: Outline
    seed: Seed
    tenant: Tenant
    register: Register = field(default_factory=Register)
    planted: list[Planted] = field(default_factory=list)
    near_misses: list[Planted] = field(default_factory=list)

    @property
    def domain(self) -> str:
        """The council's main domain."""
        return self.outline.domain

    @property
    def initial(self) -> str:
        """The tenant's ``onmicrosoft.com`` domain."""
        return self.tenant.initial_domain

    @property
    def host(self) -> str:
        """The first label of the tenant's SharePoint host."""
        return self.tenant.initial_domain.split(".")[0]

    def plant(self, rule: str, subject: str, because: str) -> None:
        """Write down what must be found."""
        self.planted.append(Planted(rule, subject, because))

    def near(self, rule: str, subject: str, because: str) -> None:
        """Write down what must not be found, and why not."""
        self.near_misses.append(Planted(rule, subject, because))

    def finished(self, tenant_file: dict[str, Any]) -> SampleCouncil:
        """The council, put together; ``tenant_file`` adds to what every tenant file says."""
        outline = self.outline
        basics = {
            "council": outline.name,
            "tenant_id": self.tenant.tenant_id,
            "policy": outline.policy,
            "provider": "Example IT Support Ltd",
            "domains": [outline.domain],
            "register": f"{outline.slug}-register.xlsx",
        }
        return SampleCouncil(
            slug=outline.slug,
            name=outline.name,
            policy=outline.policy,
            tenant=self.tenant,
            register=self.register.sheets,
            tenant_file=basics | tenant_file,
            planted=tuple(self.planted),
            near_misses=tuple(self.near_misses),
        )


def draft(outline: Outline, as_of: datetime, *, salt: str = "") -> Draft:
    """An empty council: a tenant with its domains, a subscription and the app's consent, and nobody in it."""
    seed = Seed(outline.slug + salt, as_of)
    initial = outline.slug.replace("-", "") + ".onmicrosoft.com"
    tenant_id = seed.guid("tenant")
    tenant = Tenant(
        tenant_id=tenant_id,
        initial_domain=initial,
        organisation=_organisation(seed, outline, initial),
        domains=[domain(outline.domain, default=True), domain(initial, initial=True)],
        skus=[subscribed_sku(tenant_id, outline.sku_id, bought=outline.seats)],
        sharing_settings=_sharing_settings(),
        granted=PERMISSIONS,
        directory_roles=frozenset({"Global Reader"}),
        access_policy=outline.access_policy,
    )
    return Draft(outline, seed, tenant)


def domain(name: str, *, default: bool = False, initial: bool = False, verified: bool = True) -> Json:
    """A ``domain`` object."""
    return {
        "id": name,
        "authenticationType": "Managed",
        "availabilityStatus": None,
        "isAdminManaged": True,
        "isDefault": default,
        "isInitial": initial,
        "isRoot": True,
        "isVerified": verified,
        "supportedServices": ["Email", "OfficeCommunicationsOnline"] if verified else [],
        "passwordValidityPeriodInDays": 2147483647,
        "passwordNotificationWindowInDays": 14,
        "state": None,
    }


def _organisation(seed: Seed, outline: Outline, initial: str) -> Json:
    verified = [(outline.domain, True), (initial, False)]
    return {
        "id": seed.guid("tenant"),
        "displayName": outline.name,
        "countryLetterCode": "GB",
        "country": None,
        "createdDateTime": seed.stamp(-1500),
        "deletedDateTime": None,
        "tenantType": "AAD",
        "partnerTenantType": None,
        "onPremisesSyncEnabled": None,
        "onPremisesLastSyncDateTime": None,
        "mobileDeviceManagementAuthority": "unknown",
        "preferredLanguage": "en",
        "technicalNotificationMails": ["alerts@it-support.example"],
        "verifiedDomains": [
            {
                "name": name,
                "isDefault": default,
                "isInitial": name == initial,
                "type": "Managed",
                "capabilities": "Email",
            }
            for name, default in verified
        ],
    }


def _sharing_settings() -> Json:
    return {
        "sharingCapability": "externalUserSharingOnly",
        "isResharingByExternalUsersEnabled": False,
        "isRequireAcceptingUserToMatchInvitedUserEnabled": True,
        "sharingDomainRestrictionMode": "none",
        "sharingAllowedDomainList": [],
        "sharingBlockedDomainList": [],
        "idleSessionSignOut": {"isEnabled": False, "signOutAfterInSeconds": 0, "warnAfterInSeconds": 0},
        "isLegacyAuthProtocolsEnabled": True,
        "isUnmanagedSyncAppForTenantRestricted": False,
        "allowedDomainGuidsForSyncApp": [],
        "deletedUserPersonalSiteRetentionPeriodInDays": 30,
        "excludedFileExtensionsForSyncApp": [],
        "isLoopEnabled": True,
        "isSiteCreationEnabled": True,
        "isFileActivityNotificationEnabled": True,
        "personalSiteDefaultStorageLimitInMB": 1048576,
        "tenantDefaultTimezone": "(UTC+00:00) Dublin, Edinburgh, Lisbon, London",
    }
