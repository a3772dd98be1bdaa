"""Licences a sample council may buy beside what it has, and things planted that only show with one of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from m365audit.model.directory_roles import ROLE_NAMES
from m365audit.model.plans import PLAN_IDS, Plan, plans_of
from m365audit.sample.councils import SampleCouncil, little_sampling, policies, sign_ins
from m365audit.sample.councils.devices import Device, Management, add_managed, add_policy, serial
from m365audit.sample.councils.directory import change
from m365audit.sample.councils.draft import Draft, Outline
from m365audit.sample.councils.licences import O365_BUSINESS_PREMIUM, SPB, subscribed_sku
from m365audit.sample.councils.register import Register
from m365audit.sample.councils.seed import Seed
from m365audit.sample.tenant import Json, Tenant

D: Final = "little-sampling-pc.org.uk"
GLASS: Final = "emergency.access@littlesampling.onmicrosoft.com"

_AT_MICROSOFT: Final = {
    Plan.ENTRA_P1: "AAD_PREMIUM",
    Plan.ENTRA_P2: "AAD_PREMIUM_P2",
    Plan.ENTRA_GOVERNANCE: "Entra_Identity_Governance",
    Plan.INTUNE: "INTUNE_A",
    Plan.OFFICE_PROTECTION: "ATP_ENTERPRISE",
    Plan.OFFICE_PROTECTION_P2: "THREAT_INTELLIGENCE",
}
_IDS: Final = {plan: plan_id for plan_id, plan in PLAN_IDS.items() if plan in _AT_MICROSOFT}
_PRODUCT: Final = "5f0c1c5e-7d3b-4c55-9c0a-0a2f3f7b1d11"


@dataclass(frozen=True)
class Bought:
    """What a council buys besides: service plans, each with those it is sold with."""

    name: str
    plans: tuple[Plan, ...]
    with_business_premium: bool = False
    """Whether the trial of Business Premium is paid for as well, which holds three of the plans."""

    def by(self, tenant: Tenant) -> Tenant:
        """The tenant, having bought it."""
        skus = [*tenant.skus, _product(tenant.tenant_id, self.plans)]
        if self.with_business_premium:
            premium = subscribed_sku(tenant.tenant_id, SPB, bought=25)
            skus = [premium if sku["skuId"] == SPB else sku for sku in skus]
        return replace(tenant, skus=skus)

    def council(self, council: SampleCouncil) -> SampleCouncil:
        """The council, having bought it."""
        return replace(council, tenant=self.by(council.tenant))


def _product(tenant_id: str, plans: tuple[Plan, ...]) -> Json:
    """A ``subscribedSku`` object of a product that holds these plans and nothing else."""
    whole = subscribed_sku(tenant_id, SPB, bought=25)
    held = [
        {"servicePlanId": _IDS[plan], "servicePlanName": name, "provisioningStatus": "Success", "appliesTo": "User"}
        for plan, name in _AT_MICROSOFT.items()
        if plan in plans
    ]
    named = {"id": f"{tenant_id}_{_PRODUCT}", "skuId": _PRODUCT, "skuPartNumber": "ADDED"}
    return whole | named | {"servicePlans": held}


def held(tenant: Tenant) -> frozenset[Plan]:
    """The plans a tenant's enabled subscriptions carry."""
    enabled = [sku for sku in tenant.skus if sku["capabilityStatus"] == "Enabled"]
    return plans_of(plan["servicePlanId"] for sku in enabled for plan in sku["servicePlans"])


P1: Final = Bought("Entra ID P1", (Plan.ENTRA_P1,))
P2: Final = Bought("Entra ID P2, which is sold with P1", (Plan.ENTRA_P1, Plan.ENTRA_P2))
GOVERNANCE: Final = Bought("Entra ID Governance, which needs P1", (Plan.ENTRA_P1, Plan.ENTRA_GOVERNANCE))
INTUNE: Final = Bought("Intune", (Plan.INTUNE,))
DEFENDER: Final = Bought("Defender for Office 365", (Plan.OFFICE_PROTECTION,))
DEFENDER_P2: Final = Bought(
    "Defender for Office 365 P2, which is sold with P1 of it", (Plan.OFFICE_PROTECTION, Plan.OFFICE_PROTECTION_P2)
)
EVERYTHING: Final = Bought(
    "Business Premium and the parts of E5",
    (Plan.ENTRA_P2, Plan.ENTRA_GOVERNANCE, Plan.OFFICE_PROTECTION_P2),
    with_business_premium=True,
)
OFFERS: Final = (P1, P2, GOVERNANCE, INTUNE, DEFENDER, DEFENDER_P2, EVERYTHING)


def with_more_to_find(now: datetime) -> SampleCouncil:
    """Little Sampling with a breach and a near miss behind each licence it does not have."""
    council = little_sampling(now)
    register = Register()
    register.sheets = council.register
    outline = Outline(
        slug=council.slug,
        name=council.name,
        policy=council.policy,
        domain=D,
        sku_id=O365_BUSINESS_PREMIUM,
        seats=10,
    )
    draft = Draft(outline, Seed(council.slug, now), council.tenant, register)
    for behind in (_behind_p1, _behind_p2, _behind_intune, _behind_defender):
        behind(draft)
    return council


def subjects(tenant: Tenant) -> Callable[[str], str]:
    """Natural keys by what people call things: accounts by their address, devices by their name; others as they are."""
    keys = {one["deviceName"]: one["id"] for one in tenant.managed_devices}
    keys |= {one["displayName"]: one["id"] for one in tenant.devices}
    keys |= {user["mail"] or user["userPrincipalName"]: user["id"] for user in tenant.users}
    return lambda name: keys.get(name, name)


def _behind_p1(draft: Draft) -> None:
    """When people last signed in, and how; whom Conditional Access leaves out; which second steps may be used."""
    tenant = draft.tenant
    for address, days in {
        f"m.hughes@{D}": -91,
        f"olive.smith@{D}": -90,
        "v.moor@tailspin.example": -91,
        "pat.darcy@example-mail.test": -90,
    }.items():
        _user(tenant, address)["signInActivity"]["lastSuccessfulSignInDateTime"] = draft.seed.stamp(days)
    for address, client, days, error in (
        (f"o.smith@{D}", "IMAP4", -2, 0),
        (f"pat.d'arcy@{D}", "POP3", -4, sign_ins.WRONG_PASSWORD),
        (f"t.beech@{D}", "IMAP4", -42, 0),
    ):
        sign_ins.sign_in(draft, _user(tenant, address)["id"], client, days, error)
    left_out = [_user(tenant, address)["id"] for address in (f"n.ellis@{D}", GLASS)]
    whom = {"includeUsers": ["All"], "excludeUsers": left_out}
    tenant.conditional_access = [policies.access_policy(draft, "Trial", whom)]
    olive = _user(tenant, f"olive.smith@{D}")["id"]
    next(row for row in tenant.registration if row["id"] == olive)["isMfaCapable"] = False
    change(draft, "Update user", "UserManagement", -20, f"clerk@{D}", "Owen Smith")


def _behind_p2(draft: Draft) -> None:
    """Who may take up which role, and who appears to be at risk; nothing else was noticed in the month."""
    tenant = draft.tenant
    for address, role in (
        (f"m.hughes@{D}", "Exchange Administrator"),
        (f"olive.smith@{D}", "Global Reader"),
        (f"r.hale@{D}", "User Administrator"),
    ):
        principal_id = _user(tenant, address)["id"]
        role_id = next(key for key, name in ROLE_NAMES.items() if name == role)
        tenant.role_eligibility.append(
            {
                "id": draft.seed.guid("may take up", principal_id, role),
                "principalId": principal_id,
                "roleDefinitionId": role_id,
                "roleEligibilityScheduleId": draft.seed.guid("schedule", principal_id, role),
                "directoryScopeId": "/",
                "appScopeId": None,
                "memberType": "Direct",
                "startDateTime": draft.seed.stamp(-200),
                "endDateTime": None,
            }
        )
    for address, state, deleted in (
        (f"pat.d'arcy@{D}", "atRisk", False),
        (f"t.beech@{D}", "remediated", False),
        (f"r.hale@{D}", "atRisk", True),
    ):
        user = _user(tenant, address)
        tenant.risky_users.append(
            {
                "id": user["id"],
                "userDisplayName": user["displayName"],
                "userPrincipalName": user["userPrincipalName"],
                "riskLevel": "medium",
                "riskState": state,
                "riskDetail": "none",
                "riskLastUpdatedDateTime": draft.seed.stamp(-3),
                "isDeleted": deleted,
                "isProcessing": False,
            }
        )
    tenant.alerts.clear()


def _behind_intune(draft: Draft) -> None:
    """A computer everybody knows of, a tablet that is on the list by its serial number, and a telephone that is not."""
    clerk = _user(draft.tenant, f"clerk@{D}")
    laptop = next(one for one in draft.tenant.devices if one["displayName"] == "Parish-Laptop")
    laptop |= {"isManaged": True, "isCompliant": True}
    add_managed(draft, Device(name="Parish-Laptop"), Management(encrypted=False), laptop["deviceId"])
    draft.tenant.managed_devices[-1] |= {"userId": clerk["id"], "userPrincipalName": clerk["userPrincipalName"]}
    for name in ("Hall tablet", "Spare phone"):
        add_managed(draft, Device(name=name, system=("iOS", "26.1")), Management())
    draft.register.add("Assets", serial(draft, "Hall tablet"), "Rhiannon Vaughan", "council")
    windows = {"passwordRequired": True, "passwordMinutesOfInactivityBeforeLock": 5, "bitLockerEnabled": True}
    add_policy(draft, "windows10CompliancePolicy", "Computers", windows)
    phones = {"passcodeRequired": True, "passcodeMinutesOfInactivityBeforeLock": 5}
    add_policy(draft, "iosCompliancePolicy", "Phones and tablets", phones)
    draft.tenant.device_management = {"settings": {"secureByDefault": True, "deviceComplianceCheckinThresholdDays": 30}}


def _behind_defender(draft: Draft) -> None:
    """Links are looked at when they are opened, attachments are not; there was an exercise with false mail."""
    draft.tenant.exchange_settings["Get-SafeAttachmentPolicy"][0]["Enable"] = False
    draft.tenant.simulations.append(
        {
            "id": draft.seed.guid("exercise"),
            "displayName": "Parcel that could not be delivered",
            "status": "succeeded",
            "launchDateTime": draft.seed.stamp(-20),
            "completionDateTime": draft.seed.stamp(-13),
        }
    )


def _user(tenant: Tenant, address: str) -> Json:
    return next(user for user in tenant.users if address in (user["mail"], user["userPrincipalName"]))
