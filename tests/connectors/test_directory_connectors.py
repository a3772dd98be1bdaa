"""The tenant, its domains, accounts, licences and groups, over the real wire."""

from typing import Any

import pytest
from contract_service import DENIED, NO_PREMIUM, Fault, Service, collect, frame

from m365audit.connectors.declare import Connector
from m365audit.connectors.entra.directory import (
    accounts,
    deleted_accounts,
    domains,
    groups,
    organisation,
    sign_in_activity,
)
from m365audit.connectors.entra.licences import has_premium, licences
from m365audit.graph import Refused
from m365audit.model.datasets import DATA_SETS
from m365audit.model.plans import AAD_PREMIUM, AAD_PREMIUM_P2
from m365audit.model.words import GapKind

USERS = "/users"
DELETED = "/directory/deletedItems/microsoft.graph.user"


def user(number: int, **changes: object) -> dict[str, Any]:
    return {
        "id": f"user-{number}",
        "userPrincipalName": f"Jane.Smith{number}@Exampleton-TC.gov.uk",
        "displayName": "Jane Smith",
        "givenName": "Jane",
        "surname": "Smith",
        "mail": f"Jane.Smith{number}@Exampleton-TC.gov.uk",
        "mailNickname": f"Jane.Smith{number}",
        "proxyAddresses": [
            f"smtp:J{number}@exampleton.onmicrosoft.com",
            f"SMTP:Jane.Smith{number}@Exampleton-TC.gov.uk",
            "SIP:jane@exampleton-tc.gov.uk",
            "X500:/o=ExchangeLabs/cn=jane",
        ],
        "otherMails": ["Jane@Home.test"],
        "userType": "Member",
        "accountEnabled": True,
        "createdDateTime": "2024-05-01T10:00:00Z",
        "creationType": None,
        "externalUserState": None,
        "externalUserStateChangeDateTime": None,
        "assignedLicenses": [{"skuId": "sku-1", "disabledPlans": []}],
        "jobTitle": "Clerk",
        "department": None,
        "companyName": None,
        "lastPasswordChangeDateTime": "2026-01-02T03:04:05.6789012Z",
        "passwordPolicies": None,
        "signInSessionsValidFromDateTime": "2026-01-02T03:04:05Z",
        "onPremisesSyncEnabled": None,
        "isResourceAccount": None,
        **changes,
    }


def sku(*plans: tuple[str, str], status: str = "Enabled", number: int = 1) -> dict[str, Any]:
    return {
        "skuId": f"sku-{number}",
        "skuPartNumber": "SPB",
        "capabilityStatus": status,
        "prepaidUnits": {"enabled": 25, "suspended": 0},
        "consumedUnits": 12,
        "servicePlans": [
            {"servicePlanId": plan, "servicePlanName": "A PLAN", "provisioningStatus": state} for plan, state in plans
        ],
    }


async def test_an_account_comes_in_our_words_with_its_addresses_told_apart() -> None:
    found = await collect(accounts, Service({USERS: [user(1)]}))

    row = found.rows[0]
    assert row["user_principal_name"] == "jane.smith1@exampleton-tc.gov.uk"
    assert row["primary_address"] == row["mail"] == "jane.smith1@exampleton-tc.gov.uk"
    assert row["addresses"] == ["j1@exampleton.onmicrosoft.com", "jane.smith1@exampleton-tc.gov.uk"]
    assert row["other_mails"] == ["jane@home.test"]
    assert row["licences"] == ["sku-1"]
    assert row["password_changed_at"] == "2026-01-02T03:04:05.6789012Z"
    assert not found.gaps


async def test_accounts_are_asked_for_as_documented_and_every_page_is_read() -> None:
    service = Service({USERS: [user(number) for number in range(5)]})

    found = await collect(accounts, service)

    assert len(found.rows) == 5
    first = service.queries(USERS)[0]
    assert first["$top"] == ["999"]
    assert first["$select"] == [",".join(DATA_SETS["accounts"].select)]
    assert "signInActivity" not in first["$select"][0]


@pytest.mark.parametrize(
    ("changes", "column", "value"),
    [
        pytest.param({"userType": None}, "user_type", "member", id="an account without a type is a member"),
        pytest.param({"userType": "Guest"}, "user_type", "guest", id="a guest is a guest"),
        pytest.param(
            {"proxyAddresses": [], "mail": "X@Y.test"}, "primary_address", "x@y.test", id="mail stands in for SMTP:"
        ),
        pytest.param({"proxyAddresses": [], "mail": "X@Y.test"}, "addresses", ["x@y.test"], id="mail is an address"),
        pytest.param(
            {"proxyAddresses": ["smtp:a@b.test"], "mail": None}, "primary_address", None, id="an alias is not primary"
        ),
        pytest.param({"accountEnabled": None}, "enabled", None, id="an unknown state stays unknown"),
        pytest.param({"onPremisesSyncEnabled": False}, "synced", False, id="once synchronised is not never"),
        pytest.param({"assignedLicenses": []}, "licences", [], id="no licence is an empty list"),
    ],
)
async def test_an_account_is_put_into_our_words(changes: dict[str, Any], column: str, value: object) -> None:
    found = await collect(accounts, Service({USERS: [user(1, **changes)]}))

    assert found.rows[0][column] == value


async def test_a_property_microsoft_drops_is_a_gap_and_not_an_answer() -> None:
    people = [user(1), user(2)]
    for person in people:
        del person["lastPasswordChangeDateTime"]

    found = await collect(accounts, Service({USERS: people}))

    assert found.scopes == {"property:lastPasswordChangeDateTime"}
    assert len(found.rows) == 2


async def test_an_object_that_stands_on_two_pages_is_one_row() -> None:
    found = await collect(accounts, Service({USERS: [user(1), user(2), user(2), user(3)]}))

    assert [row["account_id"] for row in found.rows] == ["user-1", "user-2", "user-3"]


async def test_refused_accounts_are_refused_as_a_whole() -> None:
    with pytest.raises(Refused) as refused:
        await collect(accounts, Service({USERS: DENIED}))

    assert refused.value.gap.kind is GapKind.PERMISSION


async def test_every_plan_of_every_product_is_a_row() -> None:
    service = Service(
        {"/subscribedSkus": [sku(("p1", "Success"), ("p2", "Disabled")), sku(("p1", "Success"), number=2)]}
    )

    found = await collect(licences, service)

    assert [(row["sku_id"], row["plan_id"], row["plan_status"]) for row in found.rows] == [
        ("sku-1", "p1", "Success"),
        ("sku-1", "p2", "Disabled"),
        ("sku-2", "p1", "Success"),
    ]
    assert found.rows[0]["bought"] == 25
    assert not found.gaps
    assert "$top" not in service.queries("/subscribedSkus")[0]


@pytest.mark.parametrize(
    ("product", "premium"),
    [
        pytest.param(sku((AAD_PREMIUM, "Success")), True, id="P1 in an enabled subscription"),
        pytest.param(sku((AAD_PREMIUM_P2, "Success")), True, id="P2 in an enabled subscription"),
        pytest.param(sku((AAD_PREMIUM, "Success"), status="Suspended"), False, id="P1 in a suspended one"),
        pytest.param(sku((AAD_PREMIUM, "Success"), status="Warning"), False, id="P1 in one that has run out"),
        pytest.param(sku((AAD_PREMIUM, "Disabled")), False, id="P1 switched off"),
        pytest.param(sku(("another", "Success")), False, id="no P1 at all"),
    ],
)
async def test_premium_needs_an_enabled_subscription_and_a_working_plan(product: dict[str, Any], premium: bool) -> None:  # noqa: FBT001
    found = await collect(licences, Service({"/subscribedSkus": [product]}))

    assert has_premium(frame("licences", found.rows)) is premium


PREMIUM = frame("licences", [{"status": "Enabled", "plan_id": AAD_PREMIUM, "plan_status": "Success"}])
STANDARD = frame("licences", [{"status": "Enabled", "plan_id": "exchange", "plan_status": "Success"}])


async def test_sign_ins_are_asked_apart_and_accounts_never_used_give_no_row() -> None:
    activity = {
        "lastSuccessfulSignInDateTime": "2026-11-01T08:00:00Z",
        "lastSignInDateTime": "2026-11-20T08:00:00Z",
        "lastNonInteractiveSignInDateTime": None,
    }
    service = Service(
        {USERS: [{"id": "a", "signInActivity": activity}, {"id": "b", "signInActivity": None}, {"id": "c"}]}
    )

    found = await collect(sign_in_activity, service, licences=PREMIUM)

    assert [(row["account_id"], row["last_success_at"]) for row in found.rows] == [("a", "2026-11-01T08:00:00Z")]
    assert service.queries(USERS)[0] == {"$select": ["id,signInActivity"], "$top": ["500"]}
    assert not found.gaps


async def test_sign_ins_microsoft_dropped_for_everybody_are_a_gap() -> None:
    found = await collect(sign_in_activity, Service({USERS: [{"id": "a"}, {"id": "b"}]}), licences=PREMIUM)

    assert found.scopes == {"property:signInActivity"}


async def test_without_p1_sign_ins_are_not_asked_for() -> None:
    service = Service()

    found = await collect(sign_in_activity, service, licences=STANDARD)

    assert [gap.kind for gap in found.gaps] == [GapKind.LICENCE]
    assert not service.asked


async def test_a_refusal_for_want_of_p1_is_asked_again_where_p1_is_there() -> None:
    service = Service({USERS: NO_PREMIUM})

    with pytest.raises(Refused):
        await collect(sign_in_activity, service, licences=PREMIUM)

    assert len(service.asked) > 1


async def test_domains_are_owned_where_microsoft_has_verified_them() -> None:
    def domain(name: str, *, verified: bool) -> dict[str, Any]:
        return {
            "id": name,
            "isVerified": verified,
            "isDefault": False,
            "isInitial": False,
            "isRoot": True,
            "authenticationType": "Managed",
            "supportedServices": ["Email"],
            "passwordValidityPeriodInDays": None,
        }

    service = Service({"/domains": [domain("Exampleton-TC.gov.uk", verified=True), domain("x.test", verified=False)]})

    found = await collect(domains, service)

    assert [(row["domain"], row["owned"]) for row in found.rows] == [("exampleton-tc.gov.uk", True), ("x.test", False)]
    assert "$top" not in service.queries("/domains")[0]


async def test_deleted_accounts_are_read_from_the_bin() -> None:
    gone = {
        "id": "gone",
        "displayName": "Old Clerk",
        "userPrincipalName": "GoneOld@x.test",
        "mail": None,
        "deletedDateTime": "2026-11-01T00:00:00Z",
        "userType": "Member",
    }
    service = Service({DELETED: [gone]})

    found = await collect(deleted_accounts, service)

    assert [(row["account_id"], row["user_principal_name"]) for row in found.rows] == [("gone", "goneold@x.test")]
    assert service.queries(DELETED)[0]["$top"] == ["999"]


async def test_the_organisation_is_one_row() -> None:
    tenant = {"id": "t", "displayName": "Exampleton", "countryLetterCode": "GB", "tenantType": "AAD"}
    rest = dict.fromkeys(set(DATA_SETS["organisation"].select) - set(tenant))

    found = await collect(organisation, Service({"/organization": [{**tenant, **rest}]}))

    assert [(row["tenant_id"], row["name"], row["country"]) for row in found.rows] == [("t", "Exampleton", "GB")]


async def test_groups_come_with_lower_case_addresses() -> None:
    group = dict.fromkeys(DATA_SETS["groups"].select) | {"id": "g", "mail": "All@X.test", "groupTypes": ["Unified"]}

    found = await collect(groups, Service({"/groups": [group]}))

    assert [(row["group_id"], row["mail"], row["kinds"]) for row in found.rows] == [("g", "all@x.test", ["Unified"])]


async def test_a_fault_is_not_an_empty_tenant() -> None:
    with pytest.raises(Refused):
        await collect(groups, Service({"/groups": Fault(400, "BadRequest", "no")}))


@pytest.mark.parametrize(
    ("connector", "path"),
    [pytest.param(accounts, "/users", id="accounts"), pytest.param(domains, "/domains", id="domains")],
)
async def test_a_list_of_none_where_there_must_be_some_is_a_gap(connector: Connector, path: str) -> None:
    found = await collect(connector, Service({path: []}))

    assert found.rows == []
    assert [(gap.kind, gap.scope) for gap in found.gaps] == [(GapKind.ERROR, "tenant")]
