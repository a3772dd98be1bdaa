"""Products and their service plans, with the ids Microsoft gives them."""

from m365audit.sample.tenant import ENTRA_P1, Json

SPB = "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46"
"""Microsoft 365 Business Premium."""
O365_BUSINESS_PREMIUM = "f245ecc8-75af-4f8e-b61f-27d8114de5f3"
"""Microsoft 365 Business Standard, which kept the part number of its older name."""

_OFFICE_PLANS = {
    "EXCHANGE_S_STANDARD": "9aaf7827-d63c-4b61-89c3-182f06f82e5c",
    "SHAREPOINTSTANDARD": "c7699d2e-19aa-44de-8edf-1736da088ca1",
    "TEAMS1": "57ff2da0-773e-42df-b2af-ffb7a2317929",
    "MCOSTANDARD": "0feaeb32-d00e-4d66-bd5a-43b5b83db82c",
    "OFFICE_BUSINESS": "094e7854-93fc-4d55-b2c0-3ab5369ebdc1",
    # Its name has Intune in it, and it is not Intune.
    "INTUNE_O365": "882e1d05-acd1-4ccb-8708-6ee03664b117",
}
_PREMIUM_PLANS = _OFFICE_PLANS | {
    "AAD_PREMIUM": ENTRA_P1,
    "INTUNE_A": "c1ec4a95-1f05-45b3-a911-aa3fa01094f5",
    "ATP_ENTERPRISE": "f20fedf3-f3c3-43c3-8267-2bfdd51c0939",
    "RMS_S_PREMIUM": "6c57d4b6-3b23-47a5-9bc9-69f17b4947b3",
}
_PRODUCTS = {
    SPB: ("SPB", _PREMIUM_PLANS),
    O365_BUSINESS_PREMIUM: ("O365_BUSINESS_PREMIUM", _OFFICE_PLANS),
}


def subscribed_sku(tenant_id: str, sku_id: str, *, bought: int, status: str = "Enabled") -> Json:
    """A ``subscribedSku`` object; ``consumedUnits`` starts at 0."""
    name, plans = _PRODUCTS[sku_id]
    active = bought if status == "Enabled" else 0
    return {
        "id": f"{tenant_id}_{sku_id}",
        "accountId": tenant_id,
        "accountName": "sample",
        "appliesTo": "User",
        "capabilityStatus": status,
        "consumedUnits": 0,
        "prepaidUnits": {"enabled": active, "suspended": bought - active, "warning": 0, "lockedOut": 0},
        "skuId": sku_id,
        "skuPartNumber": name,
        "subscriptionIds": [],
        "servicePlans": [
            {"servicePlanId": plan_id, "servicePlanName": plan, "provisioningStatus": "Success", "appliesTo": "User"}
            for plan, plan_id in plans.items()
        ],
    }
