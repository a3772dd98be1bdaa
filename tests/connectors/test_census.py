"""The rolling census: what Microsoft does not mark as shared, looked at one by one, the longest ago first."""

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_sharing import ACCOUNTS, ROOT, SHARED_WITH_PEOPLE, drive, folder, grant, item, link, top
from workload_service import (
    ACCESS_DENIED,
    DOMAINS,
    HOST,
    ITEM_NOT_FOUND,
    TENANT,
    Collected,
    Fault,
    Json,
    Workloads,
    collect,
    frame,
)

from m365audit.connectors.files.census import Census
from m365audit.connectors.files.census_words import limits
from m365audit.connectors.files.estate import Estate
from m365audit.connectors.files.sharing import sharing
from m365audit.connectors.files.sharing_identities import Grantees
from m365audit.connectors.reading.earlier import NOTHING_EARLIER, Earlier
from m365audit.connectors.reading.kept import FORGETFUL, Kept
from m365audit.graph import Outside, ReadyTokens, connect
from m365audit.model.access import Access, TokenSays
from m365audit.model.datasets import DATA_SETS
from m365audit.model.evidence import Coverage, Gap, Row
from m365audit.model.tenant import Allowance, Tenant
from m365audit.model.words import GapKind
from m365audit.snapshot.scopes import KeptScopes

TODAY = date(2026, 11, 21)
MEMBERS = grant("S", "") | {"grantedToV2": {"siteGroup": {"id": "5", "displayName": "Members"}}, "roles": ["write"]}
OWNER = grant("O", "clerk@exampleton-tc.gov.uk", roles=["owner"])
TENANT_FILE = Tenant.model_validate(
    {
        "slug": "exampleton",
        "council": "Exampleton Town Council",
        "tenant_id": TENANT,
        "policy": "towcester",
        "auth": {"kind": "token"},
        "endpoints": dict.fromkeys(("graph", "exchange", "login"), HOST),
    }
)
Permissions = Mapping[str, list[Json] | Fault]


class Before:
    """What the last run left."""

    def __init__(self, rows: list[Row]) -> None:
        self._rows = rows

    def batches(self, data_set: str) -> Iterator[pa.RecordBatch]:
        yield from DATA_SETS[data_set].table(self._rows).to_batches(max_chunksize=3)


def library(items: list[Json], permissions: Permissions, drive_id: str = "d") -> Workloads:
    """A library in which whoever looks at an item sees at least the right of the site's own members."""
    held = {(drive_id, one["id"]): permissions.get(one["id"], [MEMBERS, OWNER]) for one in items}
    return Workloads(items={drive_id: items}, permissions=held)


async def run(
    service: Workloads,
    calls: int = 100,
    on: date = TODAY,
    earlier: Earlier = NOTHING_EARLIER,
    kept: Kept = FORGETFUL,
    coverage: Coverage | None = None,
    **more: object,
) -> Collected:
    service.asked.clear()
    return await collect(
        sharing,
        service,
        drives=frame("drives", *map(drive, service.items)),
        domains=DOMAINS,
        coverage={"drives": coverage or Coverage()},
        accounts=ACCOUNTS,
        earlier=earlier,
        allowance=Allowance(calls, on),
        kept=kept,
        **more,
    )


def looked_at(service: Workloads) -> list[str]:
    """Items whose permissions were asked for, in order within what is asked together."""
    return [url.path.split("/")[-2] for url in service.asked if url.path.endswith("/permissions")]


def shares(found: Collected) -> set[tuple[str, str, str]]:
    return {(row["item_id"], row["permission_id"], row["found_by"]) for row in found.rows["sharing"]}


def memory(found: Collected) -> dict[str, tuple[date | None, date | None]]:
    """Item to the days it was last asked for and seen."""
    days = ("asked_on", "looked_on")
    return {
        row["item_id"]: tuple(row[day] and row[day].date() for day in days)  # type: ignore[misc]
        for row in found.rows["sharing_census"]
    }


def reach(found: Collected) -> dict[str, tuple[int | None, int | None]]:
    return {row["drive_id"]: (row["items"], row["looked_at"]) for row in found.rows["sharing_reach"]}


def flat(count: int) -> list[Json]:
    return [top(), *(item(f"i{number:03d}") for number in range(count))]


@pytest.mark.parametrize(
    ("held", "found_there"),
    [
        pytest.param([link()], {("a", "L", "census")}, id="a link for anyone"),
        pytest.param([link(scope="organization")], {("a", "L", "census")}, id="a link for the organisation"),
        pytest.param([grant()], {("a", "P", "census")}, id="a grant to somebody outside"),
        pytest.param(
            [grant("I", "") | {"grantedToV2": None, "invitation": {"email": "x@other.example"}}],
            {("a", "I", "census")},
            id="an invitation",
        ),
        pytest.param([link(), MEMBERS, OWNER], {("a", "L", "census")}, id="a link beside the site's own members"),
        pytest.param([MEMBERS], set(), id="the site's own members share nothing"),
        pytest.param([OWNER], set(), id="the owner shares nothing"),
        pytest.param([link(scope="existingAccess")], set(), id="a link that opens nothing new"),
        pytest.param([], set(), id="no permission at all"),
    ],
)
async def test_an_item_without_a_facet_is_looked_at_and_what_is_shared_is_a_row(
    held: list[Json], found_there: set[tuple[str, str, str]]
) -> None:
    found = await run(library([top(), item("a")], {"a": held}))
    assert shares(found) == found_there
    assert found.gaps == []


async def test_a_row_of_the_census_says_all_that_a_row_of_a_facet_says() -> None:
    held = [link(kind="edit", roles=["write"])]
    items = [top(), folder("A"), folder("B", "A"), item("a", "B")]
    marked = [*items[:3], items[3] | {"shared": {"scope": "anonymous"}}]
    (by_census,) = (await run(library(items, {"a": held}))).rows["sharing"]
    (by_facet,) = (await run(library(marked, {"a": held}), calls=0)).rows["sharing"]
    assert by_census == by_facet | {"found_by": "census"}
    assert by_census["path"] == "A/B"


async def test_the_whole_library_shared_without_a_facet_goes_by_the_librarys_name() -> None:
    (row,) = (await run(library([top()], {ROOT: [grant(), MEMBERS]}))).rows["sharing"]
    assert (row["item_name"], row["path"], row["folder"]) == ("Documents", "", True)


@pytest.mark.parametrize(
    "marked",
    [
        pytest.param({}, id="not marked either"),
        pytest.param({"shared": SHARED_WITH_PEOPLE}, id="marked"),
    ],
)
@pytest.mark.parametrize("calls", [1, 2, 100])
async def test_what_is_passed_down_from_a_folder_is_told_once_at_the_folder(marked: Json, calls: int) -> None:
    items = [top(), folder("A", **marked), folder("B", "A"), item("a", "B"), item("b", "B")]
    given = {name: [grant(), MEMBERS] for name in ("A", "B", "a", "b")}
    # The files come first: the folders were looked at a year ago, before they were shared.
    then = datetime(2025, 12, 1, tzinfo=UTC)
    old = [{"drive_id": "d", "item_id": name, "asked_on": then} for name in (ROOT, "A", "B")]
    found = await run(library(items, given), calls=calls, earlier=Before(old))
    by = "facet" if marked else "census"
    assert shares(found) - {("A", "S", "facet")} == {("A", "P", by)}


async def test_folders_come_before_files_that_were_never_looked_at_either() -> None:
    service = library([top(), *(item(f"i{n}") for n in range(20)), folder("A"), folder("B")], {})
    await run(service, calls=3)
    assert set(looked_at(service)) == {ROOT, "A", "B"}


async def test_the_longest_ago_comes_first_and_never_before_that() -> None:
    days = {"i000": 3, "i001": 1, "i002": 2, "i003": 4}
    old = [
        {"drive_id": "d", "item_id": name, "asked_on": datetime(2026, month, 1, tzinfo=UTC)}
        for name, month in days.items()
    ] + [{"drive_id": "d", "item_id": ROOT, "asked_on": datetime(2026, 9, 1, tzinfo=UTC)}]
    service = library(flat(5), {})
    seen = []
    for calls in range(1, 7):
        await run(service, calls=calls, earlier=Before(old))
        seen.append(set(looked_at(service)))
    assert [more - less for less, more in zip([set(), *seen], seen, strict=False)] == [
        {"i004"}, {"i001"}, {"i002"}, {"i000"}, {"i003"}, {ROOT},
    ]  # fmt: skip


async def test_three_months_go_round_the_whole_estate_and_forget_what_is_gone() -> None:
    service = library(flat(25), {})
    earlier: Earlier = NOTHING_EARLIER
    seen: list[set[str]] = []
    for month in (9, 10, 11):
        found = await run(service, calls=9, on=date(2026, month, 21), earlier=earlier)
        seen.append(set(looked_at(service)))
        assert len(seen[-1]) == 9
        earlier = Before(found.rows["sharing_census"])
        if month == 10:
            gone = min(seen[0] - {ROOT})
            service.items["d"] = [one for one in service.items["d"] if one["id"] != gone]
    assert set.union(*seen) == {ROOT, *(f"i{n:03d}" for n in range(25))}
    assert len(seen[0] | seen[1]) == 18
    assert gone not in memory(found)
    assert reach(found) == {"d": (25, 25)}
    # A year after October only what November and this very run looked at counts.
    later = await run(service, calls=1, on=date(2027, 10, 22), earlier=earlier)
    assert reach(later)["d"] == (25, 10)


@settings(max_examples=40, deadline=None)
@given(
    sizes=st.lists(st.integers(0, 9), min_size=1, max_size=4),
    calls=st.integers(1, 12),
    refused=st.integers(0, 3),
)
async def test_every_item_is_looked_at_in_as_many_months_as_the_allowance_needs(
    sizes: list[int], calls: int, refused: int
) -> None:
    service = Workloads()
    for number, size in enumerate(sizes):
        for one in flat(size):
            service.items.setdefault(f"d{number}", []).append(one)
            service.permissions[f"d{number}", one["id"]] = [MEMBERS]
    for key in sorted(service.permissions)[:refused]:
        service.permissions[key] = ACCESS_DENIED
    months = math.ceil(len(service.permissions) / calls)
    earlier: Earlier = NOTHING_EARLIER
    for month in range(months):
        found = await run(service, calls=calls, on=date(2020 + month // 12, month % 12 + 1, 1), earlier=earlier)
        assert len(looked_at(service)) <= calls
        earlier = Before(found.rows["sharing_census"])
    rows = found.rows["sharing_census"]
    assert {(row["drive_id"], row["item_id"]) for row in rows} == set(service.permissions)
    assert all(row["asked_on"] for row in rows)
    unseen = {(row["drive_id"], row["item_id"]) for row in rows if not row["looked_on"]}
    assert unseen == {key for key, held in service.permissions.items() if isinstance(held, Fault)}


async def test_what_the_census_found_is_looked_at_every_time_until_it_is_mended() -> None:
    service = library([*flat(10), item("open")], {"open": [link()]})
    first = await run(service)
    again = await run(service, calls=0, on=date(2026, 12, 21), earlier=Before(first.rows["sharing_census"]))
    assert set(looked_at(service)) == {"open", ROOT}
    assert shares(again) == shares(first) == {("open", "L", "census")}
    service.permissions["d", "open"] = [MEMBERS]
    mended = await run(service, calls=0, on=date(2027, 1, 21), earlier=Before(again.rows["sharing_census"]))
    assert (looked_at(service), shares(mended)) == (["open"], set())
    await run(service, calls=0, on=date(2027, 2, 21), earlier=Before(mended.rows["sharing_census"]))
    assert looked_at(service) == []


async def test_what_is_known_to_be_shared_and_refuses_is_a_gap_and_not_mended() -> None:
    service = library([top(), item("open")], {"open": [link()]})
    first = await run(service)
    service.permissions["d", "open"] = ACCESS_DENIED
    second = await run(service, on=date(2026, 12, 21), earlier=Before(first.rows["sharing_census"]))
    assert second.scopes("sharing") == {"drive:d": "permission"}
    service.permissions["d", "open"] = [link()]
    third = await run(service, calls=0, on=date(2027, 1, 21), earlier=Before(second.rows["sharing_census"]))
    assert shares(third) == {("open", "L", "census")}


async def test_the_allowance_is_for_a_month_however_often_the_audit_is_made() -> None:
    service = library(flat(20), {})
    first = await run(service, calls=8, on=date(2026, 11, 2))
    second = await run(service, calls=10, on=date(2026, 11, 28), earlier=Before(first.rows["sharing_census"]))
    assert len(looked_at(service)) == 2
    await run(service, calls=10, on=date(2026, 12, 1), earlier=Before(second.rows["sharing_census"]))
    assert len(looked_at(service)) == 10


async def test_what_microsoft_marks_is_looked_at_anyway_and_costs_no_allowance() -> None:
    items = [*flat(4), *(item(f"m{n}", shared={}) for n in range(3))]
    service = library(items, {})
    found = await run(service, calls=2)
    assert {"m0", "m1", "m2"} < set(looked_at(service))
    assert len(looked_at(service)) == 5
    assert reach(found) == {"d": (8, 5)}


async def test_an_item_that_refuses_does_not_hold_up_the_others() -> None:
    service = library([top(), item("shut")], {"shut": ACCESS_DENIED})
    found = await run(service)
    assert found.scopes("sharing") == {}
    assert found.scopes("sharing_census") == {"drive:d": "permission"}
    assert memory(found)["shut"] == (TODAY, None)
    assert reach(found) == {"d": (2, 1)}


async def test_what_is_found_shared_below_a_folder_that_refuses_is_a_gap() -> None:
    found = await run(library([top(), folder("A"), item("a", "A")], {"A": ACCESS_DENIED, "a": [grant()]}))
    assert found.scopes("sharing") == {"drive:d": "permission"}
    assert "1 items were found shared" in next(gap.detail for gap in found.gaps if gap.data_set == "sharing")
    assert shares(found) == set()


async def test_an_item_that_went_meanwhile_is_forgotten() -> None:
    found = await run(library([top(), item("a")], {"a": ITEM_NOT_FOUND}))
    assert set(memory(found)) == {ROOT}


@pytest.mark.parametrize(
    "more",
    [pytest.param({"deleted": {}}, id="deleted"), pytest.param({"remoteItem": {"id": "theirs"}}, id="a shortcut")],
)
async def test_what_is_no_item_is_neither_looked_at_nor_counted(more: Json) -> None:
    service = library([top(), item("a"), item("a", **more)], {})
    assert set(memory(await run(service))) == {ROOT}
    assert "a" not in looked_at(service)


async def test_a_library_that_cannot_be_read_is_remembered_as_it_was() -> None:
    service = library(flat(3), {})
    service.items["other"] = [top(), item("x")]
    service.permissions |= {("other", ROOT): [MEMBERS], ("other", "x"): [MEMBERS]}
    first = await run(service)
    service.items["other"] = ACCESS_DENIED
    second = await run(service, on=date(2026, 12, 21), earlier=Before(first.rows["sharing_census"]))
    days = {(row["drive_id"], row["item_id"]): row["looked_on"].date() for row in second.rows["sharing_census"]}
    assert days["other", "x"] == TODAY
    assert days["d", "i000"] == date(2026, 12, 21)
    assert reach(second)["other"] == (None, None)
    assert second.scopes("sharing_census") == {"drive:other": "permission"}
    del service.items["other"]
    third = await run(service, on=date(2027, 1, 21), earlier=Before(second.rows["sharing_census"]))
    assert {row["drive_id"] for row in third.rows["sharing_census"]} == {"d"}


async def test_a_run_that_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    items = [*flat(30), item("open"), item("marked", shared={})]
    service = library(items, {"open": [link()], "marked": [grant()]})
    undisturbed = await run(service, calls=20)
    kept = KeptScopes(tmp_path / "sharing.jsonl", {})
    await run(service, calls=20, kept=kept)
    kept.close()
    again = KeptScopes(tmp_path / "sharing.jsonl", {})
    found = await run(service, calls=20, kept=again)
    assert service.asked == []
    for name in ("sharing", "sharing_census", "sharing_reach"):
        assert sorted(map(repr, found.rows[name])) == sorted(map(repr, undisturbed.rows[name]))
    assert found.notes == undisturbed.notes


def notes(found: Collected) -> str:
    return ". ".join(found.notes)


async def test_it_says_how_much_was_looked_at_and_how_the_rest_was_found() -> None:
    said = notes(await run(library(flat(9), {}), calls=4))
    assert "4 of 10 items have been looked at one by one in the last twelve months (40 %)" in said
    assert "the rest only by Microsoft's own mark" in said
    assert "it stood on everything below a shared folder as well" in said
    assert "retention label" in said


async def test_whoever_may_see_everything_has_no_caveat_of_reading_only() -> None:
    token = TokenSays(frozenset({"Sites.FullControl.All"}), None, delegated=False)
    assert "retention" not in notes(await run(library(flat(1), {}), access=Access({"graph": token})))


async def test_where_none_is_allowed_it_says_so() -> None:
    service = library(flat(3), {})
    assert "tenant file allows none" in notes(await run(service, calls=0))
    assert looked_at(service) == []


async def test_where_all_was_looked_at_nothing_is_left_to_the_mark() -> None:
    said = notes(await run(library(flat(3), {})))
    assert "who is in that group was not looked at" in said
    assert "4 of 4" in said
    assert "the rest" not in said
    assert "this time" not in said


async def test_a_library_nobody_could_list_is_a_gap_of_the_census_too() -> None:
    unlisted = Gap(GapKind.NOT_ENABLED, "The site is locked", "Unlock it", "site:shut", "drives")
    found = await run(library(flat(1), {}), coverage=Coverage(rows=1, scopes=2, gaps=(unlisted,)))
    assert found.scopes("sharing_census") == {"site:shut": "not-enabled"}


async def test_a_run_that_was_stopped_before_the_census_asks_for_that_alone(tmp_path: Path) -> None:
    path = tmp_path / "sharing.jsonl"
    service = library([*flat(30), item("open"), item("marked", shared={})], {"open": [link()], "marked": [grant()]})
    kept = KeptScopes(path, {})
    undisturbed = await run(service, calls=20, kept=kept)
    kept.close()
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    found = await run(service, calls=20, kept=KeptScopes(path, {}))
    assert not [url for url in service.asked if url.path.endswith("delta")]
    assert "marked" not in looked_at(service)
    assert len(looked_at(service)) >= 20
    for name in ("sharing", "sharing_census", "sharing_reach"):
        assert sorted(map(repr, found.rows[name])) == sorted(map(repr, undisturbed.rows[name]))


@pytest.mark.parametrize(
    ("throttled", "asked"),
    [
        pytest.param(True, {"known"}, id="throttled: only what is known to be shared"),
        pytest.param(False, {"known", "other"}, id="not throttled: all that is due"),
    ],
)
async def test_a_throttled_run_makes_no_census_and_says_so(throttled: bool, asked: set[str]) -> None:  # noqa: FBT001
    service = library([item("known", None), item("other", None)], {})
    estate = Estate()
    for one in service.items["d"]:  # type: ignore[union-attr]
        estate.take(one, folder=False)
    known: Row = {"drive_id": "d", "item_id": "known", "shared": True, "asked_on": datetime(2026, 10, 21, tzinfo=UTC)}
    census = Census({"d": drive("d")}, Allowance(10, TODAY), Before([known]))
    census.add("d", estate.pack((), ()), whole=True, marks_own=False)
    tokens = ReadyTokens({"M365AUDIT_GRAPH_TOKEN": "made up"})
    there = Outside(credentials=tokens, transport=httpx.MockTransport(service))
    async with connect(TENANT_FILE, there) as session:
        grantees = Grantees(DOMAINS)
        _ = [one async for one in census.look(session.graph, grantees, FORGETFUL, throttled=throttled)]
    assert set(looked_at(service)) == asked
    _ = list(census.told())
    assert ("slow down" in " ".join(limits(census, Access()))) is throttled
