"""A census that was stopped, or throttled and taken over: what was looked at stays, and nothing that is due is skipped.

Between the two tries libraries come and go, and Microsoft marks what it had not marked.
"""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from test_census import MEMBERS, TODAY, Before, flat, library, looked_at, memory, reach, run, shares
from test_sharing import ROOT, folder, grant, item, link, top
from test_sharing_broken_feed import NeverEnds
from workload_service import ACCESS_DENIED, ITEM_NOT_FOUND, Collected, Fault, Json, Workloads

from m365audit.connectors.reading.earlier import Earlier
from m365audit.snapshot.scopes import KeptScopes

A_MONTH_LATER = date(2026, 12, 21)
Held = dict[tuple[str, str], list[Json] | Fault]
BROKEN = Fault(400, "generalException")


def two_libraries(first: list[str], second: list[str]) -> Workloads:
    """Nothing is marked, and whatever has a name that begins with "open" has a link for anyone."""
    held = {"a": first, "b": second}
    return Workloads(
        items={name: [top(), *map(item, names)] for name, names in held.items()},
        permissions={
            (name, one): [link()] if one.startswith("open") else [MEMBERS]
            for name, names in held.items()
            for one in (ROOT, *names)
        },
    )


def without_a(service: Workloads) -> Workloads:
    return Workloads(items=service.items | {"a": BROKEN}, permissions=service.permissions)


def earlier_of(found: Collected) -> Earlier:
    return Before(found.rows["sharing_census"])


def written(tmp_path: Path) -> KeptScopes:
    return KeptScopes(tmp_path / "sharing.jsonl", {})


@pytest.mark.parametrize(
    "taken_over", [pytest.param(False, id="stopped and gone on"), pytest.param(True, id="throttled and taken over")]
)
@pytest.mark.parametrize("calls", [0, 2, 100])
async def test_what_is_known_in_a_library_that_is_back_is_looked_at(
    tmp_path: Path,
    taken_over: bool,  # noqa: FBT001
    calls: int,
) -> None:
    service = two_libraries(["open-x"], ["open-y"])
    then = earlier_of(await run(service))
    kept = written(tmp_path)
    first = await run(without_a(service), calls, A_MONTH_LATER, then, kept)
    kept.close()
    assert shares(first) == {("open-y", "L", "census")}
    found = await run(service, calls, A_MONTH_LATER, earlier_of(first) if taken_over else then, written(tmp_path))
    assert shares(found) == {("open-x", "L", "census"), ("open-y", "L", "census")}
    assert "open-y" not in looked_at(service)
    assert found.gaps == []


@pytest.mark.parametrize(
    "taken_over", [pytest.param(False, id="stopped and gone on"), pytest.param(True, id="throttled and taken over")]
)
@pytest.mark.parametrize(("calls", "left"), [(9, 0), (13, 2)])
async def test_a_library_that_is_back_is_looked_at_within_what_is_left_of_the_allowance(
    tmp_path: Path,
    taken_over: bool,  # noqa: FBT001
    calls: int,
    left: int,
) -> None:
    service = two_libraries([f"i{n}" for n in range(30)], [f"j{n}" for n in range(10)])
    kept = written(tmp_path)
    alone = without_a(service)
    first = await run(alone, calls, kept=kept)
    kept.close()
    assert len(looked_at(alone)) == min(calls, 11)
    before = earlier_of(first) if taken_over else Before([])
    found = await run(service, calls, earlier=before, kept=written(tmp_path))
    assert len(looked_at(service)) == left
    assert sum(looked or 0 for _, looked in reach(found).values()) == calls


async def test_what_microsoft_marked_meanwhile_is_told_once(tmp_path: Path) -> None:
    held: Held = {("d", "a"): [link()], ("d", "b"): [link()], ("d", ROOT): [MEMBERS]}
    kept = written(tmp_path)
    first = await run(NeverEnds(items={"d": [top(), item("a"), item("b")]}, permissions=dict(held)), kept=kept)
    kept.close()
    assert shares(first) == {("a", "L", "census"), ("b", "L", "census")}
    service = Workloads(items={"d": [top(), item("a", shared={"scope": "anonymous"}), item("b")]}, permissions=held)
    found = await run(service, kept=written(tmp_path))
    assert shares(found) == {("a", "L", "facet"), ("b", "L", "census")}
    assert looked_at(service) == ["a"]
    assert {row["item_id"]: row["shared"] for row in found.rows["sharing_census"]} == {
        ROOT: False,
        "a": False,
        "b": True,
    }


async def test_what_was_found_in_a_library_that_is_now_refused_is_found_again_when_it_is_back(tmp_path: Path) -> None:
    held: Held = {("d", "a"): [link()], ("d", ROOT): [MEMBERS]}
    kept = written(tmp_path)
    await run(NeverEnds(items={"d": [top(), item("a")]}, permissions=dict(held)), kept=kept)
    kept.close()
    service = Workloads(items={"d": ACCESS_DENIED}, permissions=dict(held))
    found = await run(service, kept=written(tmp_path))
    assert (shares(found), found.scopes("sharing")) == (set(), {"drive:d": "permission"})
    service.items["d"] = [top(), item("a")]
    later = await run(service, on=A_MONTH_LATER, earlier=earlier_of(found))
    assert shares(later) == {("a", "L", "census")}


async def test_what_two_tries_found_is_told_once_by_the_third(tmp_path: Path) -> None:
    held: Held = {("d", "a"): [link()], ("d", ROOT): [MEMBERS]}
    for service in (NeverEnds, NeverEnds, Workloads):
        kept = written(tmp_path)
        found = await run(service(items={"d": [top(), item("a")]}, permissions=held), calls=10, kept=kept)
        kept.close()
        assert shares(found) == {("a", "L", "census")}


async def test_a_folder_whose_rows_are_kept_is_not_told_again_for_what_lies_in_it(tmp_path: Path) -> None:
    service = library([top(), folder("A"), item("a", "A")], {"A": [grant()], "a": [grant()]})
    kept = written(tmp_path)
    first = await run(service, calls=2, kept=kept)
    kept.close()
    assert shares(first) == {("A", "P", "census")}
    found = await run(service, calls=3, kept=written(tmp_path))
    assert "a" in looked_at(service)
    assert shares(found) == {("A", "P", "census")}
    assert {row["item_id"] for row in found.rows["sharing_census"] if row["shared"]} == {"A"}


async def test_what_was_gone_and_is_there_again_is_looked_at(tmp_path: Path) -> None:
    service = library([top(), item("open")], {"open": [link()]})
    then = earlier_of(await run(service))
    service.permissions["d", "open"] = ITEM_NOT_FOUND
    kept = written(tmp_path)
    await run(service, 0, A_MONTH_LATER, then, kept)
    kept.close()
    service.permissions["d", "open"] = [link()]
    found = await run(service, 0, A_MONTH_LATER, then, written(tmp_path))
    assert shares(found) == {("open", "L", "census")}
    assert "open" in memory(found)


async def test_a_wave_with_a_gap_is_asked_for_again_and_the_next_one_is_not(tmp_path: Path) -> None:
    service = library(flat(520), {ROOT: ACCESS_DENIED})
    kept = written(tmp_path)
    await run(service, calls=1_000, kept=kept)
    kept.close()
    assert len(looked_at(service)) == 521
    service.permissions["d", ROOT] = [MEMBERS]
    found = await run(service, calls=1_000, kept=written(tmp_path))
    assert len(looked_at(service)) == 500
    assert reach(found) == {"d": (521, 521)}
    assert found.gaps == []


@pytest.mark.parametrize(
    "known", [pytest.param(True, id="known to be shared before"), pytest.param(False, id="found shared now")]
)
async def test_what_is_shared_below_a_folder_that_refuses_is_not_mended_next_time(known: bool) -> None:  # noqa: FBT001
    service = library([top(), folder("A"), item("a", "A")], {"A": ACCESS_DENIED, "a": [link()]})
    then = datetime(2026, 10, 21, tzinfo=UTC)
    old = {"drive_id": "d", "item_id": "a", "asked_on": then, "looked_on": then, "shared": True}
    first = await run(service, on=TODAY, earlier=Before([old] if known else []))
    again = await run(service, 0, A_MONTH_LATER, earlier_of(first))
    assert first.scopes("sharing") == again.scopes("sharing") == {"drive:d": "permission"}
    service.permissions["d", "A"] = [MEMBERS]
    found = await run(service, 0, date(2027, 1, 21), earlier_of(again))
    assert shares(found) == {("a", "L", "census")}
