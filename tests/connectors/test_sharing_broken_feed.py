"""A library's feed that starts again or breaks off, and items whose permissions are refused: nothing is made up."""

import httpx
import orjson
import pytest
from test_sharing import SHARED_WITH_PEOPLE, folder, grant, item, library, link, run, shares, top
from workload_service import ACCESS_DENIED, Json, Workloads

INHERITED = [link(), grant("P")]


async def test_what_was_given_above_a_refused_folder_is_not_said_to_be_given_below_it() -> None:
    items = [
        top(),
        folder("Plans", shared=SHARED_WITH_PEOPLE),
        item("a", "Plans", shared=SHARED_WITH_PEOPLE),
        item("b", shared=SHARED_WITH_PEOPLE),
    ]
    given = {"Plans": INHERITED, "a": INHERITED, "b": [grant("Q")]}
    whole = shares(await run(library(items, given)))
    broken = await run(library(items, given | {"Plans": ACCESS_DENIED}))
    assert whole == {("Plans", "L"), ("Plans", "P"), ("b", "Q")}
    assert shares(broken) == {("b", "Q")}
    assert broken.scopes("sharing") == {"drive:d": "permission"}


class BreaksOff(Workloads):
    """The feed's second page is refused."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("delta") and b"skip" in request.url.query:
            return httpx.Response(403, json={"error": {"code": "accessDenied"}})
        return super().__call__(request)


class StartsAgain(Workloads):
    """Between the first page and the second, the feed loses its place and some items are deleted."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("delta"):
            return super().__call__(request)
        rows = self.items["d"]
        assert isinstance(rows, list)
        match request.url.query:
            case b"lost=1":
                return httpx.Response(
                    410,
                    json={"error": {"code": "resyncRequired"}},
                    headers={"Location": f"{self._at(request)}?again=1"},
                )
            case b"again=1":
                left: list[Json] = [row for row in rows if row["id"] != "gone"]
                body = {"value": left, "@odata.deltaLink": f"{self._at(request)}?token=1"}
                return httpx.Response(200, content=orjson.dumps(body))
            case _:
                body = {"value": rows, "@odata.nextLink": f"{self._at(request)}?lost=1"}
                return httpx.Response(200, content=orjson.dumps(body))

    @staticmethod
    def _at(request: httpx.Request) -> str:
        return str(request.url).partition("?")[0]


async def test_what_was_deleted_before_the_feed_started_again_is_not_reported() -> None:
    items = [top(), item("gone", shared=SHARED_WITH_PEOPLE), item("a", shared=SHARED_WITH_PEOPLE)]
    service = StartsAgain(items={"d": items}, permissions={("d", "gone"): [grant()], ("d", "a"): [grant()]})
    found = await run(service)
    assert shares(found) == {("a", "P")}
    assert found.gaps == []


async def test_of_a_feed_that_broke_off_only_what_is_told_up_to_the_top_is_reported() -> None:
    items = [item("a", "Plans", shared=SHARED_WITH_PEOPLE), top(shared=SHARED_WITH_PEOPLE), folder("Plans"), item("b")]
    service = BreaksOff(items={"d": items}, permissions={("d", "a"): INHERITED, ("d", "root-id"): INHERITED})
    found = await run(service)
    assert shares(found) == {("root-id", "L"), ("root-id", "P")}
    assert found.scopes("sharing") == {"drive:d": "permission"}


class NeverEnds(Workloads):
    """The feed's last page does not say that it is the last one."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        answer = super().__call__(request)
        if not request.url.path.endswith("delta"):
            return answer
        body = orjson.loads(answer.content)
        body.pop("@odata.deltaLink", None)
        return httpx.Response(answer.status_code, json=body)


@pytest.mark.parametrize(
    "items",
    [
        pytest.param([], id="nothing at all came"),
        pytest.param([top(), item("b")], id="one page"),
        pytest.param([top(), folder("Plans"), item("b"), item("c")], id="several pages"),
    ],
)
async def test_a_feed_that_does_not_say_it_is_at_its_end_is_not_whole(items: list[Json]) -> None:
    found = await run(NeverEnds(items={"d": items}))
    for name in ("sharing", "file_kinds", "sharing_census"):
        assert found.scopes(name) == {"drive:d": "error"}
    assert found.looked == set()
    assert found.rows["sharing_reach"][0]["items"] is None


async def test_of_a_feed_that_does_not_say_it_is_at_its_end_what_came_is_reported() -> None:
    items = [top(shared=SHARED_WITH_PEOPLE), item("a", "Plans", shared=SHARED_WITH_PEOPLE)]
    found = await run(NeverEnds(items={"d": items}, permissions={("d", "a"): INHERITED, ("d", "root-id"): INHERITED}))
    assert shares(found) == {("root-id", "L"), ("root-id", "P")}


async def test_a_feed_that_broke_off_is_one_gap_though_it_has_no_end_either() -> None:
    found = await run(BreaksOff(items={"d": [top(), item("a"), item("b")]}))
    assert [gap.data_set for gap in found.gaps].count("sharing") == 1
    assert found.scopes("sharing") == {"drive:d": "permission"}


async def test_a_library_with_nothing_in_it_is_whole() -> None:
    found = await run(Workloads(items={"d": []}))
    assert found.gaps == []
    assert found.whole("sharing") == {"drive:d"}
