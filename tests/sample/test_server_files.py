"""Sites, drives, deltas, and who may open what."""

from typing import Any

import pytest
from hand_made import EVERYTHING, SITE, item, link, small_tenant, wired

from m365audit.sample.service.graph_sharing import Marked
from m365audit.sample.service.manner import Manner

DELTA = "/drives/b!one/root/delta"
ADDRESSES = [DELTA, f"{DELTA}()", "/drives/b!one/items/root/delta", "/drives/b!one/items/root/delta()"]
HIERARCHICAL = {"Prefer": "hierarchicalsharing"}
IN_FULL_CONTROL = EVERYTHING | {"Sites.FullControl.All"}


def facets(items: list[dict[str, Any]]) -> dict[str, Any]:
    return {one["id"]: one["shared"] for one in items if "shared" in one}


@pytest.mark.parametrize("path", ["/sites/getAllSites", "/sites/getAllSites()"])
async def test_sites_of_people_and_teams_come_together(path: str) -> None:
    async with wired() as wire:
        assert [one["id"] for one in await wire.value(f"{path}?$select=id,isPersonalSite")] == [SITE, "p-1"]


@pytest.mark.parametrize(("said", "found"), [("true", ["p-1"]), ("false", [])])
async def test_the_filter_for_personal_sites_works_one_way_only(said: str, found: list[str]) -> None:
    async with wired() as wire:
        assert [
            one["id"] for one in await wire.value(f"/sites/getAllSites?$filter=isPersonalSite%20eq%20{said}")
        ] == found


async def test_system_libraries_are_hidden_until_selected() -> None:
    async with wired() as wire:
        assert [one["id"] for one in await wire.value(f"/sites/{SITE}/drives?$select=id")] == ["b!one"]
        assert [one["id"] for one in await wire.value(f"/sites/{SITE}/drives?$select=id,system")] == ["b!one", "b!two"]
        assert await wire.error("/sites/none/drives") == (404, "itemNotFound")


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize("manner", [Manner(), Manner(max_page=2), Manner(seed=5, empty_pages=True)])
async def test_a_delta_gives_every_item_and_ends_in_a_delta_link(path: str, manner: Manner) -> None:
    async with wired(manner=manner) as wire:
        assert {one["id"] for one in await wire.value(f"{path}?$select=id,name")} == {
            "top", "folder", "inside", "own", "apart", "plain",
        }  # fmt: skip
        body = (await wire.get(path)).json()
        while "@odata.nextLink" in body:
            assert "@odata.deltaLink" not in body
            body = (await wire.get(body["@odata.nextLink"])).json()
        later = (await wire.get(body["@odata.deltaLink"])).json()
        while "@odata.nextLink" in later:
            later = (await wire.get(later["@odata.nextLink"])).json()
        assert later["value"] == []
        assert later["@odata.deltaLink"]


async def test_a_delta_names_folders_by_id_and_says_no_paths() -> None:
    async with wired() as wire:
        items = {one["id"]: one for one in await wire.value(DELTA)}
        assert items["inside"]["parentReference"] == {"driveId": "b!one", "id": "folder"}
        assert "parentReference" not in items["top"]
        assert "shared" not in items["plain"]


async def test_without_full_control_sharing_shows_on_everything_below() -> None:
    async with wired() as wire:
        answer = await wire.get(DELTA, {"Prefer": "hierarchicalsharing, include-unknown-enum-members"})
        assert "Preference-Applied" not in answer.headers
        assert facets(answer.json()["value"]) == {
            "folder": {"scope": "anonymous"},
            "inside": {"scope": "anonymous"},
            "own": {"scope": "users"},
        }


async def test_with_full_control_sharing_shows_where_it_was_given_if_asked_so() -> None:
    tenant = small_tenant(granted=IN_FULL_CONTROL)
    tenant.items["b!one"][2]["shared"] = {"scope": "anonymous"}
    async with wired(tenant) as wire:
        answer = await wire.get(DELTA, HIERARCHICAL)
        assert answer.headers["Preference-Applied"] == "hierarchicalsharing"
        assert facets(answer.json()["value"]) == {
            "folder": {"scope": "anonymous"},
            "own": {"scope": "users"},
            "apart": {},
        }
        assert "inside" in facets((await wire.get(DELTA)).json()["value"])


@pytest.mark.parametrize(
    ("prefer", "applied"),
    [
        ("deltashowremovedasdeleted, deltatraversepermissiongaps, deltashowsharingchanges", True),
        ("deltashowremovedasdeleted, deltashowsharingchanges", False),
    ],
)
async def test_the_three_that_follow_sharing_are_heard_together_or_not_at_all(prefer: str, applied: bool) -> None:  # noqa: FBT001
    async with wired(small_tenant(granted=IN_FULL_CONTROL)) as wire:
        answer = await wire.get(DELTA, {"Prefer": prefer})
        assert ("Preference-Applied" in answer.headers) is applied


@pytest.mark.parametrize(
    ("granted", "marks_own", "applied"),
    [
        pytest.param(EVERYTHING, None, False, id="not for those who only read"),
        pytest.param(IN_FULL_CONTROL, None, True, id="for those who may do everything"),
        pytest.param(EVERYTHING, True, True, id="for those who only read, where it is in that mood"),
        pytest.param(IN_FULL_CONTROL, False, False, id="for nobody, where it is not"),
    ],
)
async def test_whether_only_what_was_shared_itself_is_marked_is_the_services_choice(
    granted: frozenset[str],
    marks_own: bool | None,  # noqa: FBT001
    applied: bool,  # noqa: FBT001
) -> None:
    async with wired(small_tenant(granted=granted), manner=Manner(marks_own=marks_own)) as wire:
        answer = await wire.get(DELTA, HIERARCHICAL)
        assert ("hierarchicalsharing" in answer.headers.get("Preference-Applied", "")) is applied
        assert ("inside" in facets(answer.json()["value"])) is not applied


async def test_an_item_by_itself_says_its_path_and_is_marked_below_a_shared_folder() -> None:
    async with wired() as wire:
        inside = (await wire.get("/drives/b!one/items/inside?$select=id,name,parentReference,shared")).json()
        assert inside["parentReference"] == {
            "driveId": "b!one",
            "id": "folder",
            "path": "/drives/b!one/root:/folder%20name",
        }
        assert inside["shared"] == {"scope": "anonymous"}
        assert "parentReference" not in (await wire.get("/drives/b!one/items/top")).json()
        assert await wire.error("/drives/b!one/items/none") == (404, "itemNotFound")


async def test_items_may_come_twice_and_the_later_one_holds() -> None:
    async with wired(manner=Manner(repeats=True, max_page=2)) as wire:
        items = await wire.value(f"{DELTA}?$select=id,name,shared")
        assert len(items) > 6
        assert {one["id"]: one["name"] for one in items} == {
            key: f"{key} name" for key in ("top", "folder", "inside", "own", "apart", "plain")
        }
        sites = await wire.value("/sites/getAllSites?$select=id")
        assert len(sites) > len({one["id"] for one in sites}) == 2


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"{DELTA}?$expand=permissions", 501, "notSupported"),
        (f"{DELTA}?token=made-up", 410, "resyncRequired"),
        ("/drives/none/root/delta", 404, "itemNotFound"),
        ("/drives/b!two/root/delta", 423, "resourceLocked"),
        ("/drives/b!two/items/top/permissions", 423, "resourceLocked"),
        ("/drives/b!one/items/none/permissions", 404, "itemNotFound"),
        (f"{DELTA}?$top=1000", 400, "Request_UnsupportedQuery"),
        (f"{DELTA}?$select=colour", 400, "BadRequest"),
    ],
)
async def test_what_cannot_be_had_is_refused_in_sharepoints_words(path: str, status: int, code: str) -> None:
    async with wired() as wire:
        assert await wire.error(path) == (status, code)


@pytest.mark.parametrize(
    ("key", "found"),
    [
        pytest.param("folder", {"open": False}, id="where it was given"),
        pytest.param("inside", {"open": True}, id="below it"),
        pytest.param("own", {"named": False, "open": True}, id="below it, with a link of its own"),
        pytest.param("apart", {}, id="where inheritance was broken"),
        pytest.param("plain", {}, id="beside it"),
        pytest.param("top", {}, id="above it"),
    ],
)
async def test_permissions_run_down_and_say_where_they_come_from(key: str, found: dict[str, bool]) -> None:
    async with wired() as wire:
        permissions = await wire.value(f"/drives/b!one/items/{key}/permissions")
        assert {one["id"]: "inheritedFrom" in one for one in permissions} == found


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("reference", {"inheritedFrom": {"driveId": "b!one", "id": "folder"}}),
        ("empty", {"inheritedFrom": {}}),
        ("absent", {}),
    ],
)
async def test_an_inherited_permission_is_marked_in_three_ways(marked: Marked, expected: dict[str, Any]) -> None:
    async with wired(manner=Manner(inherited_from=marked)) as wire:
        (permission,) = await wire.value("/drives/b!one/items/inside/permissions?$select=id,inheritedFrom")
        assert permission == {"id": "open"} | expected


@pytest.mark.parametrize(
    ("granted", "seen"),
    [pytest.param(EVERYTHING, False, id="a reader"), pytest.param(IN_FULL_CONTROL, True, id="who is in full control")],
)
async def test_addresses_of_links_are_for_those_who_could_make_them(granted: frozenset[str], seen: bool) -> None:  # noqa: FBT001
    async with wired(small_tenant(granted=granted)) as wire:
        (permission,) = await wire.value("/drives/b!one/items/folder/permissions")
        assert ("webUrl" in permission["link"], "shareId" in permission) == (seen, seen)
        assert permission["link"]["scope"] == "anonymous"


async def test_many_permissions_come_in_pages() -> None:
    links = [link(f"l{n}", "users") for n in range(130)]
    async with wired(small_tenant(items={"b!one": [item("top", None)]}, permissions={("b!one", "top"): links})) as wire:
        assert len((await wire.get("/drives/b!one/items/top/permissions")).json()["value"]) == 100
        assert len(await wire.value("/drives/b!one/items/top/permissions")) == 130


async def test_sharing_settings_are_one_object() -> None:
    async with wired() as wire:
        assert (await wire.get("/admin/sharepoint/settings")).json()[
            "sharingCapability"
        ] == "externalUserAndGuestSharing"
