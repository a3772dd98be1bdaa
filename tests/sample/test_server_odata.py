"""Query options and paging, the same for every collection."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hand_made import TENANT, crowd, small_tenant, wired

from m365audit.sample.service.manner import Manner


async def test_only_what_was_selected_comes_back() -> None:
    async with wired() as wire:
        (first, *_) = await wire.value("/users?$select=displayName,jobTitle")
        assert first == {"displayName": "Ann", "jobTitle": "Clerk"}


async def test_what_an_object_lacks_is_null_or_an_empty_list() -> None:
    async with wired() as wire:
        bob = (await wire.value("/users?$select=jobTitle,otherMails"))[1]
        assert bob == {"jobTitle": None, "otherMails": []}


async def test_an_unknown_property_is_refused_by_its_name_and_type() -> None:
    async with wired() as wire:
        answer = await wire.get("/users?$select=id,favouriteColour")
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (400, "BadRequest")
        assert "Could not find a property named 'favouriteColour' on type 'microsoft.graph.user'." in error["message"]


@pytest.mark.parametrize("query", ["$select=id,displayName", "%24select=id%2CdisplayName", "%24select=id,displayName"])
async def test_percent_encoding_makes_no_difference(query: str) -> None:
    async with wired() as wire:
        assert set((await wire.value(f"/users?{query}"))[0]) == {"id", "displayName"}


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/users?$filter=accountEnabled eq true", id="a filter nobody needs"),
        pytest.param("/users?$skip=5", id="skip"),
        pytest.param("/users?$count=true", id="count"),
        pytest.param("/users?$orderby=displayName", id="order"),
        pytest.param("/users?$search=x", id="search"),
        pytest.param("/users?top=5", id="an option without its dollar sign"),
        pytest.param("/users?$top=5&$top=6", id="an option twice"),
        pytest.param("/users?$top=0", id="a page of nothing"),
        pytest.param("/users?$top=-1", id="a page of less than nothing"),
        pytest.param("/users?$top=many", id="a page of words"),
        pytest.param("/users?$top=1000", id="a page larger than 999"),
        pytest.param("/groups?$top=1000", id="a page of groups larger than 999"),
        pytest.param("/directory/deletedItems/microsoft.graph.user?$top=1000", id="a page of deleted larger than 999"),
        pytest.param("/users?$select=", id="an empty selection"),
        pytest.param("/users?$select=id,,mail", id="a selection with a hole"),
        pytest.param("/users?$expand=memberOf", id="an expansion nobody needs"),
        pytest.param("/users?$skiptoken=made-up", id="a paging token made up"),
        pytest.param("/organization?$top=5", id="a page size where there are no pages"),
        pytest.param("/subscribedSkus?$top=5", id="a page size for licences"),
        pytest.param("/users/x/authentication/methods?$select=id", id="a selection of methods"),
        pytest.param("/admin/sharepoint/settings?$top=1", id="a page size for one object"),
    ],
)
async def test_an_option_that_is_not_supported_is_refused(path: str) -> None:
    async with wired() as wire:
        assert (await wire.get(path)).status_code == 400


@pytest.mark.parametrize("option", ["$top=1", "$filter=isVerified eq true", "$search=x"])
async def test_domains_ignore_options_without_a_word(option: str) -> None:
    async with wired() as wire:
        assert len((await wire.get(f"/domains?{option}")).json()["value"]) == 3


async def test_a_page_holds_a_hundred_unless_asked_for_more() -> None:
    async with wired(small_tenant(users=crowd(1200))) as wire:
        sizes = [len((await wire.get(f"/users{query}")).json()["value"]) for query in ("", "?$top=999", "?$top=3")]
        assert sizes == [100, 999, 3]


async def test_the_next_link_is_whole_on_the_same_host_and_keeps_the_options() -> None:
    async with wired(small_tenant(users=crowd(5))) as wire:
        link = (await wire.get("/users?%24top=2&%24select=id%2CdisplayName")).json()["@odata.nextLink"]
        assert link.startswith(f"{wire.service.url}/v1.0/users?")
        options = parse_qs(urlsplit(link).query)
        assert options["$top"] == ["2"]
        assert options["$select"] == ["id,displayName"]
        assert set((await wire.get(link)).json()["value"][0]) == {"id", "displayName"}


async def test_a_page_token_of_another_request_is_refused() -> None:
    async with wired(small_tenant(users=crowd(5))) as wire:
        link = (await wire.get("/users?$top=2")).json()["@odata.nextLink"]
        assert (await wire.get(link)).status_code == 200
        assert (await wire.get(link.replace("$top=2", "$top=3"))).status_code == 400
        assert (await wire.get(link[:-4] + "AAAA")).status_code == 400
        wire.tenant_id = TENANT
        assert (await wire.get(link.replace("/users?", "/groups?"))).status_code == 400


MANNERS = [
    pytest.param(Manner(), id="plainly"),
    pytest.param(Manner(max_page=1), id="one object a page"),
    pytest.param(Manner(max_page=7), id="seven objects a page"),
    pytest.param(Manner(seed=3), id="in any order"),
    pytest.param(Manner(empty_pages=True, max_page=4), id="with empty pages between"),
    pytest.param(Manner(max_page=7, seed=1, empty_pages=True, repeats=True), id="as badly as it may"),
]


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("path", ["/users", "/users?$top=11", "/users?$select=id&$top=999"])
async def test_every_object_comes_once_however_it_is_paged(manner: Manner, path: str) -> None:
    async with wired(small_tenant(users=crowd(23)), manner=manner) as wire:
        ids = [one["id"] for one in await wire.value(path)]
        assert len(ids) == 23
        assert sorted(ids) == [one["id"] for one in crowd(23)]


async def test_a_seed_moves_things_about_the_same_way_each_time() -> None:
    orders: list[list[Any]] = []
    for seed in (None, 1, 1, 2):
        async with wired(small_tenant(users=crowd(23)), manner=Manner(seed=seed, max_page=5)) as wire:
            orders.append([one["displayName"] for one in await wire.value("/users")])
    assert orders[1] == orders[2]
    assert len({tuple(order) for order in orders}) == 3


async def test_an_empty_page_still_says_where_to_go_on() -> None:
    async with wired(small_tenant(users=crowd(3)), manner=Manner(empty_pages=True)) as wire:
        first = (await wire.get("/users")).json()
        assert first["value"] == []
        assert len((await wire.get(first["@odata.nextLink"])).json()["value"]) == 3


@pytest.mark.parametrize(
    ("path", "context"),
    [
        ("/users", "#users"),
        ("/users?$select=id,mail", "#users(id,mail)"),
        ("/users/00000000-0000-0000-0000-000000000001?$select=id", "#users(id)/$entity"),
        ("/drives/b!one/root/delta", "#Collection(driveItem)"),
    ],
)
async def test_the_context_says_what_is_in_the_answer(path: str, context: str) -> None:
    async with wired() as wire:
        assert (await wire.get(path)).json()["@odata.context"] == f"{wire.service.url}/v1.0/$metadata{context}"
