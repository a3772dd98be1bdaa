from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgraph.generated.models.drive_item import DriveItem
from workload_service import (
    ACCESS_DENIED,
    COUNCIL,
    DOMAINS,
    ITEM_NOT_FOUND,
    Collected,
    Fault,
    Json,
    Workloads,
    account,
    collect,
    drawn_cut,
    frame,
)

from m365audit.connectors.files.sharing import sharing
from m365audit.connectors.files.sharing_tree import DELTA_PROPERTIES
from m365audit.model.evidence import Coverage, Gap
from m365audit.model.words import GapKind

ROOT = "root-id"
ACCOUNTS = frame("accounts", account("clerk-id", f"clerk@{COUNCIL}"), account("mayor-id", f"mayor@{COUNCIL}"))
WHOLE = Coverage()
SHARED_WITH_PEOPLE = {"scope": "users"}


def drive(drive_id: str) -> Json:
    return {
        "drive_id": drive_id,
        "drive_name": "Documents",
        "drive_url": "https://exampleton.sharepoint.com/Shared%20Documents",
        "site_id": "site-1",
        "site_name": "Council",
        "site_url": "https://exampleton.sharepoint.com",
        "personal": False,
    }


def item(item_id: str, parent: str | None = ROOT, **more: object) -> Json:
    """A file, as the delta feed writes it."""
    found = {
        "id": item_id,
        "name": item_id,
        "webUrl": f"https://exampleton.sharepoint.com/{item_id}",
        "parentReference": {"driveId": "d"} | ({"id": parent} if parent else {}),
        "file": {"mimeType": "text/plain"},
        "size": 1,
    }
    return {**found, **more}


def folder(item_id: str, parent: str | None = ROOT, **more: object) -> Json:
    found = item(item_id, parent, folder={"childCount": 1}, **more)
    del found["file"]
    return found


def top(**more: object) -> Json:
    return folder(ROOT, None, name="root", **more)


def grant(permission_id: str = "P", email: str = "x@other.example", **more: object) -> Json:
    found = {"id": permission_id, "roles": ["read"], "grantedToV2": {"user": {"email": email}}}
    return {**found, **more}


def link(permission_id: str = "L", scope: str = "anonymous", kind: str = "view", **more: object) -> Json:
    address = "https://exampleton.sharepoint.com/:x:/g/Secret"
    found = {
        "id": permission_id,
        "roles": ["read"],
        "shareId": "u!Secret",
        "link": {"scope": scope, "type": kind, "webUrl": address, "preventsDownload": False},
        "expirationDateTime": "0001-01-01T00:00:00Z",
        "hasPassword": False,
    }
    return {**found, **more}


def library(items: list[Json] | Fault, permissions: Mapping[str, list[Json] | Fault], drive_id: str = "d") -> Workloads:
    return Workloads(items={drive_id: items}, permissions={(drive_id, key): p for key, p in permissions.items()})


async def run(service: Workloads, coverage: Coverage = WHOLE) -> Collected:
    return await collect(
        sharing,
        service,
        drives=frame("drives", *map(drive, service.items)),
        domains=DOMAINS,
        coverage={"drives": coverage},
        accounts=ACCOUNTS,
    )


def shares(found: Collected) -> set[tuple[str, str]]:
    return {(row["item_id"], row["permission_id"]) for row in found.rows["sharing"]}


async def test_an_anyone_link_is_a_row_without_its_address() -> None:
    items = [top(), folder("Plans"), item("a.docx", "Plans", shared={"scope": "anonymous"})]
    held = link(kind="edit", expirationDateTime="2027-01-31T00:00:00Z", hasPassword=True, roles=["write"])
    found = await run(library(items, {"a.docx": [held]}))
    assert found.rows["sharing"] == [
        {
            "drive_id": "d",
            "item_id": "a.docx",
            "permission_id": "L",
            "grantee": "",
            "grantee_kind": "link holders",
            "grantee_address": None,
            "grantee_name": None,
            "drive_name": "Documents",
            "drive_url": "https://exampleton.sharepoint.com/Shared%20Documents",
            "site_id": "site-1",
            "site_name": "Council",
            "site_url": "https://exampleton.sharepoint.com",
            "personal": False,
            "item_name": "a.docx",
            "path": "Plans",
            "item_url": "https://exampleton.sharepoint.com/a.docx",
            "folder": False,
            "link_scope": "anonymous",
            "link_kind": "edit",
            "roles": ["write"],
            "expires_at": "2027-01-31T00:00:00Z",
            "password": True,
            "blocks_download": False,
            "invited_address": None,
            "marked_inherited": False,
            "found_by": "facet",
        }
    ]
    assert "Secret" not in repr(found)
    assert found.whole("sharing") == {"drive:d"}


async def test_a_link_that_never_ends_has_no_end() -> None:
    found = await run(library([top(), item("a", shared={"scope": "anonymous"})], {"a": [link()]}))
    assert found.rows["sharing"][0]["expires_at"] is None


@pytest.mark.parametrize(
    ("more", "asked"),
    [
        pytest.param({"shared": SHARED_WITH_PEOPLE}, True, id="an item with a facet is asked"),
        pytest.param({"shared": {}}, True, id="an empty facet means permissions of its own"),
        pytest.param({}, False, id="an item without a facet is not"),
        pytest.param({"shared": None}, False, id="a facet of nothing is none"),
        pytest.param({"shared": {}, "deleted": {"state": "deleted"}}, False, id="a deleted item is not"),
        pytest.param(
            {"shared": SHARED_WITH_PEOPLE, "remoteItem": {"id": "theirs"}}, False, id="a shortcut is not followed"
        ),
    ],
)
async def test_permissions_are_asked_of_shared_items(more: Json, asked: bool) -> None:  # noqa: FBT001
    service = library([top(), item("a", **more)], {"a": [grant()]})
    assert shares(await run(service)) == ({("a", "P")} if asked else set())
    assert any(url.path.endswith("/permissions") for url in service.asked) == asked


async def test_a_whole_library_can_be_shared() -> None:
    items = [top(shared=SHARED_WITH_PEOPLE), item("a", shared=SHARED_WITH_PEOPLE)]
    found = await run(library(items, {ROOT: [grant()], "a": [grant()]}))
    (row,) = found.rows["sharing"]
    assert (row["item_id"], row["path"], row["folder"], row["item_name"]) == (ROOT, "", True, "Documents")


async def test_the_last_word_about_an_item_counts() -> None:
    items = [
        top(),
        folder("Old"),
        item("moved", "Old", shared=SHARED_WITH_PEOPLE),
        item("unshared", shared=SHARED_WITH_PEOPLE),
        item("deleted", shared=SHARED_WITH_PEOPLE),
        item("moved", "New", shared=SHARED_WITH_PEOPLE),
        folder("New"),
        item("unshared"),
        item("deleted", deleted={}),
    ]
    found = await run(library(items, {name: [grant()] for name in ("moved", "unshared", "deleted")}))
    assert [(row["item_id"], row["path"]) for row in found.rows["sharing"]] == [("moved", "New")]


async def test_a_path_is_made_of_the_folders_above() -> None:
    items = [item("a", "C", shared={}), folder("C", "B"), folder("B", "A"), folder("A"), top()]
    assert (await run(library(items, {"a": [grant()]}))).rows["sharing"][0]["path"] == "A/B/C"


async def test_folders_in_a_circle_end_somewhere() -> None:
    items = [top(), folder("A", "B"), folder("B", "A"), item("a", "A", shared={})]
    found = await run(library(items, {"a": [grant()]}))
    assert shares(found) == {("a", "P")}


@pytest.mark.parametrize(
    ("above", "below", "dropped"),
    [
        pytest.param(grant(), grant(), True, id="the same grant"),
        pytest.param(link(), link(inheritedFrom={}), True, id="the same link, marked in the short way"),
        pytest.param(link(), link(inheritedFrom={"id": "A"}), True, id="the same link, marked in full"),
        pytest.param(link(), link("L2"), False, id="another link"),
        pytest.param(link(), link(scope="organization"), False, id="the same id with another scope"),
        pytest.param(link(), link(kind="edit"), False, id="the same id with another kind of link"),
        pytest.param(link(), grant("L"), False, id="the same id without a link"),
        pytest.param(grant(), grant(roles=["write"]), False, id="a stronger grant to the same person"),
        pytest.param(grant(roles=["write", "read"]), grant(), True, id="a weaker grant to the same person"),
        pytest.param(grant("Q"), grant(inheritedFrom={}), False, id="a mark alone is no evidence"),
    ],
)
async def test_an_inherited_permission_is_told_once_at_the_highest_place(
    above: Json,
    below: Json,
    dropped: bool,  # noqa: FBT001
) -> None:
    # The folder between shows nothing: inheritance runs through it all the same.
    items = [top(), folder("A", shared={}), folder("B", "A"), item("a", "B", shared={})]
    found = await run(library(items, {"A": [above], "a": [below]}))
    assert shares(found) == {("A", above["id"])} | (set() if dropped else {("a", below["id"])})


async def test_siblings_with_the_same_permission_are_both_told() -> None:
    items = [top(), folder("A"), item("a", "A", shared={}), item("b", "A", shared={})]
    assert shares(await run(library(items, {"a": [grant()], "b": [grant()]}))) == {("a", "P"), ("b", "P")}


@pytest.mark.parametrize(
    ("more", "marked"),
    [
        pytest.param({"inheritedFrom": {}}, True, id="the short mark"),
        pytest.param({"inheritedFrom": {"id": "x"}}, True, id="the full mark"),
        pytest.param({"inheritedFrom": None}, False, id="no mark, in so many words"),
        pytest.param({}, False, id="no mark"),
    ],
)
async def test_microsofts_mark_is_kept_as_said(more: Json, marked: bool) -> None:  # noqa: FBT001
    found = await run(library([top(), item("a", shared={})], {"a": [grant(**more)]}))
    assert [row["marked_inherited"] for row in found.rows["sharing"]] == [marked]


async def test_every_person_a_permission_names_is_a_row() -> None:
    people = [{"user": {"email": f"{name}@{COUNCIL}"}} for name in ("clerk", "mayor")]
    held = link(scope="users") | {"grantedToIdentitiesV2": people}
    found = await run(library([top(), item("a", shared=SHARED_WITH_PEOPLE)], {"a": [held]}))
    assert {row["grantee"] for row in found.rows["sharing"]} == {"clerk-id", "mayor-id"}
    assert {row["link_scope"] for row in found.rows["sharing"]} == {"users"}


async def test_a_drive_that_refuses_is_one_gap_and_the_others_go_on() -> None:
    service = library([top(), item("a", shared={})], {"a": [grant()]})
    service.items["shut"] = ACCESS_DENIED
    found = await run(service)
    assert found.scopes("sharing") == {"drive:shut": "permission"}
    assert [gap.data_set for gap in found.gaps] == ["sharing", "file_kinds", "sharing_census"]
    assert found.whole("sharing") == {"drive:d"}
    assert shares(found) == {("a", "P")}


async def test_refused_items_are_one_gap_of_their_drive() -> None:
    items = [top(), *(item(name, shared={}) for name in ("a", "b", "c"))]
    found = await run(library(items, {"a": ACCESS_DENIED, "b": ACCESS_DENIED, "c": [grant()]}))
    (gap,) = found.gaps
    assert (gap.scope, gap.detail.startswith("2 of its 3 shared items")) == ("drive:d", True)
    assert found.whole("sharing") == set()
    assert shares(found) == {("c", "P")}


async def test_an_item_deleted_meanwhile_is_no_gap() -> None:
    items = [top(), item("a", shared={"scope": "anonymous"})]
    found = await run(library(items, {"a": ITEM_NOT_FOUND}))
    assert found.gaps == []
    assert found.whole("sharing") == {"drive:d"}


@pytest.mark.parametrize(
    ("scope", "permissions", "partly"),
    [
        pytest.param("anonymous", [link()], False, id="the link is there"),
        pytest.param("anonymous", [grant()], True, id="an Anyone link was promised and not shown"),
        pytest.param("anonymous", [], True, id="nothing was shown at all"),
        pytest.param("users", [grant()], False, id="no Anyone link was promised"),
    ],
)
async def test_it_is_noticed_when_the_app_is_shown_only_part(
    scope: str,
    permissions: list[Json],
    partly: bool,  # noqa: FBT001
) -> None:
    found = await run(library([top(), item("a", shared={"scope": scope})], {"a": permissions}))
    assert found.scopes("sharing") == ({"drive:d": "permission"} if partly else {})
    assert ("reads only part" in "".join(gap.detail for gap in found.gaps)) == partly
    assert found.whole("sharing") == (set() if partly else {"drive:d"})


async def test_libraries_that_could_not_be_listed_are_gaps_of_sharing_too() -> None:
    unlisted = Gap(GapKind.NOT_ENABLED, "The site is locked or archived", "Unlock it", "site:shut", "drives")
    found = await run(library([top()], {}), Coverage(rows=1, scopes=2, gaps=(unlisted,)))
    assert found.scopes("sharing") == {"site:shut": "not-enabled"}
    assert found.whole("sharing") == {"drive:d"}


async def test_the_feed_is_asked_as_documented() -> None:
    service = library([top()], {})
    await run(service)
    assert service.asked[0].path == "/v1.0/drives/d/root/delta"
    assert service.asked[0].params["$top"] == "999"


def test_every_selected_property_exists() -> None:
    assert set(DELTA_PROPERTIES) <= set(DriveItem().get_field_deserializers()) | {"id"}


TANGLE = [
    top(),
    folder("A", shared=SHARED_WITH_PEOPLE),
    folder("B", "A"),
    folder("C", "B", shared={}),
    item("a", "B", shared=SHARED_WITH_PEOPLE),
    item("b", "C", shared={"scope": "anonymous"}),
    item("c", shared={"scope": "anonymous"}),
    item("d", "A", deleted={}),
    item("e", "C"),
]
TANGLE_PERMISSIONS: dict[str, list[Json] | Fault] = {
    "A": [grant(), link("W", "organization")],
    "C": [grant("Q")],
    "a": [link("W", "organization", inheritedFrom={}), grant()],
    "b": [link(), grant("Q"), grant()],
    "c": [link("L3")],
}


@settings(max_examples=40, deadline=None)
@given(data=st.data())
async def test_neither_pages_nor_the_order_of_the_feed_change_a_row(data: st.DataObject) -> None:
    service = library(TANGLE, TANGLE_PERMISSIONS)
    service.cut = drawn_cut(data, TANGLE, *(p for p in TANGLE_PERMISSIONS.values() if not isinstance(p, Fault)))
    found = await run(service)
    assert {(row["item_id"], row["permission_id"]): row["path"] for row in found.rows["sharing"]} == {
        ("A", "P"): "",
        ("A", "W"): "",
        ("C", "Q"): "A/B",
        ("b", "L"): "A/B/C",
        ("c", "L3"): "",
    }
    assert found.gaps == []
