"""The directory: users, their sign-ins, second steps, groups, and what may be seen of them."""

import pytest
from hand_made import ANN, BOB, EVERYTHING, crowd, sku, small_tenant, wired

from m365audit.sample.service.graph_types import USER_DEFAULT
from m365audit.sample.service.manner import Manner

SIGN_INS = "/users?$select=id,signInActivity"
REPORT = "/reports/authenticationMethods/userRegistrationDetails"
PREMIUM = "Authentication_RequestFromNonPremiumTenantOrB2CTenant"


async def test_without_a_selection_a_user_shows_little() -> None:
    async with wired() as wire:
        assert set((await wire.value("/users"))[0]) == set(USER_DEFAULT)


async def test_a_user_is_found_by_id_and_by_sign_in_name() -> None:
    async with wired() as wire:
        for key in (ANN, "ANN@exampleton-tc.gov.uk"):
            user = (await wire.get(f"/users/{key}?$select=id,accountEnabled")).json()
            assert (user["id"], user["accountEnabled"]) == (ANN, True)
        assert await wire.error("/users/nobody") == (404, "Request_ResourceNotFound")


@pytest.mark.parametrize(
    ("path", "permission", "code"),
    [
        ("/users", "User.Read.All", "Authorization_RequestDenied"),
        ("/directory/deletedItems/microsoft.graph.user", "User.Read.All", "Authorization_RequestDenied"),
        ("/groups", "Group.Read.All", "Authorization_RequestDenied"),
        ("/groups/g-1/members", "GroupMember.Read.All", "Authorization_RequestDenied"),
        ("/domains", "Domain.Read.All", "Authorization_RequestDenied"),
        ("/organization", "Organization.Read.All", "Authorization_RequestDenied"),
        ("/subscribedSkus", "LicenseAssignment.Read.All", "Authorization_RequestDenied"),
        (f"/users/{ANN}/authentication/methods", "UserAuthenticationMethod.Read.All", "Authorization_RequestDenied"),
        (SIGN_INS, "AuditLog.Read.All", "Authentication_MSGraphPermissionMissing"),
        (REPORT, "AuditLog.Read.All", "Authentication_MSGraphPermissionMissing"),
        (f"/users/{ANN}/mailboxSettings", "MailboxSettings.Read", "ErrorAccessDenied"),
        (f"/users/{ANN}/mailFolders/inbox/messageRules", "MailboxSettings.Read", "ErrorAccessDenied"),
        (f"/users/{ANN}/events/master", "Calendars.Read", "ErrorAccessDenied"),
        ("/sites/getAllSites", "Sites.Read.All", "accessDenied"),
        ("/drives/b!one/root/delta", "Files.Read.All", "accessDenied"),
        ("/drives/b!one/items/own/permissions", "Files.Read.All", "accessDenied"),
        ("/admin/sharepoint/settings", "SharePointTenantSettings.Read.All", "accessDenied"),
        ("/admin/reportSettings", "ReportSettings.Read.All", "Authorization_RequestDenied"),
    ],
)
async def test_without_its_permission_a_route_is_closed_and_with_it_open(path: str, permission: str, code: str) -> None:
    # User.Read.All stays for sign-ins, so that the refusal is about the permission in question.
    kept = {"User.Read.All"} if path == SIGN_INS else set()
    async with wired(small_tenant(granted=frozenset(kept))) as wire:
        assert await wire.error(path) == (403, code)
    async with wired(small_tenant(granted=frozenset({permission} | kept | {"User.Read.All"}))) as wire:
        assert (await wire.get(path)).status_code == 200


@pytest.mark.parametrize("concealed", [True, False])
async def test_whether_reports_conceal_names_comes_in_an_envelope(concealed: bool) -> None:  # noqa: FBT001
    async with wired(small_tenant(names_concealed=concealed, granted=EVERYTHING | {"ReportSettings.Read.All"})) as wire:
        assert (await wire.get("/admin/reportSettings")).json()["value"] == {"displayConcealedNames": concealed}


async def test_a_missing_report_permission_is_named() -> None:
    async with wired(small_tenant(granted=frozenset({"User.Read.All"}))) as wire:
        assert "AuditLog.Read.All" in (await wire.get(REPORT)).json()["error"]["message"]


@pytest.mark.parametrize("path", [SIGN_INS, REPORT, f"/users/{ANN}?$select=signInActivity"])
async def test_without_entra_p1_there_are_no_sign_ins_and_no_report(path: str) -> None:
    async with wired(small_tenant(skus=[sku(premium=False)])) as wire:
        assert await wire.error(path) == (403, PREMIUM)
        assert (await wire.get("/users?$select=id")).status_code == 200


async def test_a_licensed_tenant_may_be_told_once_that_it_is_not() -> None:
    async with wired(manner=Manner(false_refusals=1)) as wire:
        assert await wire.error(SIGN_INS) == (403, PREMIUM)
        assert (await wire.get(SIGN_INS)).status_code == 200


async def test_an_account_that_never_signed_in_has_no_sign_in_activity_at_all() -> None:
    async with wired() as wire:
        ann, bob, *_ = await wire.value(SIGN_INS)
        assert ann["signInActivity"]["lastSuccessfulSignInDateTime"]
        assert bob == {"id": BOB}


async def test_a_page_with_sign_ins_is_cut_to_500_without_a_word() -> None:
    async with wired(small_tenant(users=crowd(700))) as wire:
        assert len((await wire.get(f"{SIGN_INS}&$top=999")).json()["value"]) == 500


@pytest.mark.parametrize("name", ["mailboxSettings", "skills", "aboutMe"])
async def test_some_properties_are_in_no_list(name: str) -> None:
    async with wired() as wire:
        assert (await wire.get(f"/users?$select=id,{name}")).status_code == 501


async def test_the_leaving_date_needs_a_permission_of_its_own() -> None:
    path = "/users?$select=id,employeeLeaveDateTime"
    async with wired() as wire:
        assert await wire.error(path) == (403, "Authorization_RequestDenied")
    async with wired(small_tenant(granted=EVERYTHING | {"User-LifeCycleInfo.Read.All"})) as wire:
        assert (await wire.value(path))[1]["employeeLeaveDateTime"] == "2026-12-01T00:00:00Z"


async def test_a_reader_of_basics_sees_basics_and_no_nulls_in_place_of_the_rest() -> None:
    async with wired(small_tenant(granted=frozenset({"User.ReadBasic.All"}))) as wire:
        assert (await wire.value("/users?$select=id,displayName,accountEnabled"))[0] == {
            "id": ANN,
            "displayName": "Ann",
        }


async def test_deleted_users_are_apart() -> None:
    async with wired() as wire:
        (gone,) = await wire.value("/directory/deletedItems/microsoft.graph.user?$select=displayName,deletedDateTime")
        assert gone == {"displayName": "Gone", "deletedDateTime": "2026-11-10T00:00:00Z"}


async def test_members_are_direct_and_transitive_ones_come_once() -> None:
    async with wired() as wire:
        direct = await wire.value("/groups/g-1/members?$select=id,displayName")
        assert [one["displayName"] for one in direct] == ["Bob", "Staff"]
        every = await wire.value("/groups/g-1/transitiveMembers?$select=id,displayName")
        assert [one["displayName"] for one in every] == ["Bob", "Staff", "Ann"]
        people = await wire.value("/groups/g-1/transitiveMembers/microsoft.graph.user")
        assert [one["displayName"] for one in people] == ["Bob", "Ann"]
        assert await wire.error("/groups/none/members") == (404, "Request_ResourceNotFound")


async def test_a_group_does_not_carry_its_members() -> None:
    async with wired() as wire:
        assert all("members" not in group for group in await wire.value("/groups"))


async def test_methods_say_their_type() -> None:
    async with wired() as wire:
        (method,) = await wire.value(f"/users/{ANN}/authentication/methods")
        assert method["@odata.type"] == "#microsoft.graph.passwordAuthenticationMethod"
        assert await wire.value(f"/users/{BOB}/authentication/methods") == []


async def test_the_report_is_what_the_tenant_says() -> None:
    async with wired() as wire:
        rows = await wire.value(f"{REPORT}?$select=id,isMfaRegistered&$top=1")
        assert [row["isMfaRegistered"] for row in rows] == [True, False]
