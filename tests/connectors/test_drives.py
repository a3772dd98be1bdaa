import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgraph.generated.models.drive import Drive
from msgraph.generated.models.sharepoint_settings import SharepointSettings
from msgraph.generated.models.site import Site
from workload_service import ACCESS_DENIED, SITE_LOCKED, Fault, Json, Workloads, collect, drawn_cut

from m365audit.connectors.files.drives import DRIVE_PROPERTIES, SITE_PROPERTIES, drives
from m365audit.connectors.files.sharing_settings import sharing_settings
from m365audit.graph import Refused
from m365audit.model.datasets.files import SHARING_SETTINGS


def site(site_id: str, **more: object) -> Json:
    url = f"https://exampleton.sharepoint.com/sites/{site_id}"
    found = {"id": site_id, "name": site_id, "displayName": site_id.title(), "webUrl": url, "isPersonalSite": False}
    return {**found, **more}


def drive(drive_id: str, kind: str = "documentLibrary") -> Json:
    return {"id": drive_id, "name": "Documents", "driveType": kind, "webUrl": f"https://example.test/{drive_id}"}


async def test_every_library_of_every_site_is_a_row() -> None:
    service = Workloads(
        sites=[site("clerk", isPersonalSite=True), site("council"), site("empty")],
        drives={
            "clerk": [drive("b!1", "business")],
            "council": [drive("b!2"), drive("b!3"), drive("b!4")],
            "empty": [],
        },
    )
    found = await collect(drives, service)
    assert {row["drive_id"]: row["personal"] for row in found.rows["drives"]} == {
        "b!1": True,
        "b!2": False,
        "b!3": False,
        "b!4": False,
    }
    assert found.whole("drives") == {"site:clerk", "site:council", "site:empty"}
    assert {row["site_name"] for row in found.rows["drives"]} == {"Clerk", "Council"}


async def test_a_site_that_comes_twice_is_one_site() -> None:
    service = Workloads(sites=[site("council"), site("other"), site("council")], drives={"council": [drive("b!1")]})
    service.drives["other"] = []
    found = await collect(drives, service)
    assert [row["drive_id"] for row in found.rows["drives"]] == ["b!1"]
    assert sum(url.path.endswith("/council/drives") for url in service.asked) == 1


async def test_a_library_that_two_sites_show_is_one_library() -> None:
    service = Workloads(sites=[site("a"), site("b")], drives={"a": [drive("b!1")], "b": [drive("b!1")]})
    found = await collect(drives, service)
    assert [row["drive_id"] for row in found.rows["drives"]] == ["b!1"]
    assert found.whole("drives") == {"site:a", "site:b"}


async def test_a_site_without_name_and_address_still_has_its_libraries() -> None:
    service = Workloads(sites=[{"id": "bare"}], drives={"bare": [drive("b!1", "business")]})
    (row,) = (await collect(drives, service)).rows["drives"]
    assert (row["site_name"], row["site_url"], row["personal"]) == (None, None, True)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        pytest.param(SITE_LOCKED, "not-enabled", id="a locked or archived site"),
        pytest.param(ACCESS_DENIED, "permission", id="a site that refuses the app"),
        pytest.param(Fault(404, "itemNotFound", "Requested site could not be found"), "error", id="a vanished site"),
    ],
)
async def test_a_site_that_refuses_is_one_gap_and_the_others_go_on(fault: Fault, kind: str) -> None:
    service = Workloads(sites=[site("shut"), site("open")], drives={"shut": fault, "open": [drive("b!1")]})
    found = await collect(drives, service)
    assert found.scopes("drives") == {"site:shut": kind}
    assert found.whole("drives") == {"site:open"}
    assert [row["drive_id"] for row in found.rows["drives"]] == ["b!1"]


async def test_without_a_list_of_sites_the_whole_data_set_is_missing() -> None:
    service = Workloads(cut=lambda _: (_ for _ in ()).throw(Fault(403, "accessDenied", "Access denied")))
    with pytest.raises(Refused) as refused:
        await collect(drives, service)
    assert refused.value.gap.scope == "tenant"


async def test_a_list_without_any_site_is_no_answer() -> None:
    found = await collect(drives, Workloads(sites=[]))
    assert found.scopes("drives") == {"tenant": "error"}
    assert found.rows["drives"] == []
    assert all(gap.fix for gap in found.gaps)


@settings(max_examples=20, deadline=None)
@given(data=st.data())
async def test_neither_pages_nor_order_change_a_library(data: st.DataObject) -> None:
    sites = [site(name) for name in ("a", "b", "c", "a")]
    held: dict[str, list[Json] | Fault] = {"a": [drive("1"), drive("2"), drive("3")], "b": [], "c": [drive("4")]}
    lists = [sites, *(rows for rows in held.values() if not isinstance(rows, Fault))]
    found = await collect(drives, Workloads(sites=sites, drives=held, cut=drawn_cut(data, *lists)))
    assert {(row["site_id"], row["drive_id"]) for row in found.rows["drives"]} == {
        ("a", "1"),
        ("a", "2"),
        ("a", "3"),
        ("c", "4"),
    }


def test_every_selected_property_exists() -> None:
    # isPersonalSite is in Microsoft's metadata, and in the SDK since.
    assert set(SITE_PROPERTIES) <= set(Site().get_field_deserializers()) | {"id"}
    assert set(DRIVE_PROPERTIES) <= set(Drive().get_field_deserializers()) | {"id"}
    assert set(SHARING_SETTINGS.select) <= set(SharepointSettings().get_field_deserializers())


async def test_the_tenants_sharing_settings_are_one_row() -> None:
    said: Json = {
        "sharingCapability": "externalUserAndGuestSharing",
        "isResharingByExternalUsersEnabled": True,
        "isRequireAcceptingUserToMatchInvitedUserEnabled": False,
        "sharingDomainRestrictionMode": "allowList",
        "sharingAllowedDomainList": ["neighbour.example"],
        "sharingBlockedDomainList": [],
        "idleSessionSignOut": {"isEnabled": False, "warnAfterInSeconds": 0},
        "isLegacyAuthProtocolsEnabled": True,
        "isUnmanagedSyncAppForTenantRestricted": False,
        "tenantDefaultTimezone": "(UTC) London",
    }
    assert (await collect(sharing_settings, Workloads(settings=said))).rows["sharing_settings"] == [
        {
            "sharing": "externalUserAndGuestSharing",
            "guests_may_reshare": True,
            "must_match_invited": False,
            "domain_limits": "allowList",
            "allowed_domains": ["neighbour.example"],
            "blocked_domains": [],
            "idle_sign_out": False,
            "legacy_sign_in": True,
            "sync_only_managed": False,
        }
    ]


async def test_a_setting_that_is_not_said_stays_unknown() -> None:
    (row,) = (await collect(sharing_settings, Workloads(settings={"sharingCapability": "disabled"}))).rows[
        "sharing_settings"
    ]
    assert {value for name, value in row.items() if name != "sharing"} == {None}
