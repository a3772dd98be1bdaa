"""What a subscription can carry, as far as it decides what may be read: service plans by their ids."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final


class Plan(StrEnum):
    """A service plan, or a family of them, as people call it."""

    ENTRA_P1 = "Entra ID P1"
    ENTRA_P2 = "Entra ID P2"
    ENTRA_GOVERNANCE = "Entra ID Governance"
    INTUNE = "Intune"
    EXCHANGE = "Exchange Online"
    SHAREPOINT = "SharePoint Online"
    TEAMS = "Teams"
    OFFICE_PROTECTION = "Defender for Office 365"
    OFFICE_PROTECTION_P2 = "Defender for Office 365 P2"

    @property
    def opens(self) -> str:
        """What it lets an audit see."""
        return _OPENS[self]


_OPENS = {
    Plan.ENTRA_P1: "when accounts last signed in, the registration report, Conditional Access",
    Plan.ENTRA_P2: "accounts and sign-ins that appear to be at risk, roles held for a while",
    Plan.ENTRA_GOVERNANCE: "roles held for a while",
    Plan.INTUNE: "managed devices and what is asked of them",
    Plan.EXCHANGE: "mailboxes, calendars, who may open whose mailbox",
    Plan.SHAREPOINT: "sites, OneDrives and what is shared",
    Plan.TEAMS: "options of online meetings",
    Plan.OFFICE_PROTECTION: "protection of mail and links",
    Plan.OFFICE_PROTECTION_P2: "training against false mail",
}

AAD_PREMIUM: Final = "41781fb2-bc02-4b7c-bd55-b576c07bb09d"
"""Service plan id of Entra ID P1."""
AAD_PREMIUM_P2: Final = "eec0eb4f-6444-4f95-aba0-50c24d67f998"
"""Service plan id of Entra ID P2, which holds all of P1."""

PLAN_IDS: Mapping[str, Plan] = {
    AAD_PREMIUM: Plan.ENTRA_P1,
    AAD_PREMIUM_P2: Plan.ENTRA_P2,
    "e866a266-3cff-43a3-acca-0c90a7e00c8b": Plan.ENTRA_GOVERNANCE,
    "c1ec4a95-1f05-45b3-a911-aa3fa01094f5": Plan.INTUNE,
    # Of a mailbox: for small businesses, for enterprises, for people without a desk.
    "9aaf7827-d63c-4b61-89c3-182f06f82e5c": Plan.EXCHANGE,
    "efb87545-963c-4e0d-99df-69c6916d9eb0": Plan.EXCHANGE,
    "4a82b400-a79f-41a4-b4e2-e94f5787b113": Plan.EXCHANGE,
    "c7699d2e-19aa-44de-8edf-1736da088ca1": Plan.SHAREPOINT,
    "5dbe027f-2339-4123-9542-606e4d348a72": Plan.SHAREPOINT,
    "902b47e5-dcb2-4fdc-858b-c63a90a2bdb9": Plan.SHAREPOINT,
    "57ff2da0-773e-42df-b2af-ffb7a2317929": Plan.TEAMS,
    "f20fedf3-f3c3-43c3-8267-2bfdd51c0939": Plan.OFFICE_PROTECTION,
    "8e0c0a52-6a6c-4d40-8370-dd62790dcd70": Plan.OFFICE_PROTECTION_P2,
}
"""Plan by the id of a service plan. From Microsoft's list of products and service plans."""

_HOLDS: Mapping[Plan, tuple[Plan, ...]] = {
    Plan.ENTRA_P2: (Plan.ENTRA_P1,),
    Plan.OFFICE_PROTECTION_P2: (Plan.OFFICE_PROTECTION,),
}
"""What a plan holds of others."""


def plans_of(plan_ids: Iterable[str]) -> frozenset[Plan]:
    """The plans that some service plans, in working order, come to."""
    named = {PLAN_IDS[plan_id] for plan_id in plan_ids if plan_id in PLAN_IDS}
    return frozenset(named.union(*(_HOLDS.get(plan, ()) for plan in named)))
