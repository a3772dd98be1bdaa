"""Throttled until patience ended: the next run takes over what is whole, and asks for the rest alone."""

import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from stopped import LATER, NOW, Bench, Made, assert_same

from m365audit.engine.audit import collected_code
from m365audit.model.words import GapKind
from m365audit.sample.councils import exampleton
from m365audit.sample.service.manner import Fault
from m365audit.snapshot import runs

WAIT = {"Retry-After": "30"}


def one_drive(bench: Bench) -> tuple[str, Fault]:
    """A library whose feed is always told to wait."""
    drive = min(bench.council.tenant.items)
    return drive, Fault(f"/v1.0/drives/{drive}/root/delta*", status=429, code="TooManyRequests", headers=WAIT)


def feeds(made: Made) -> set[str]:
    """The libraries that were read."""
    return {line.path for line in made.requests if line.path.endswith("/root/delta")}


@pytest.fixture(scope="module")
def throttled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Bench, str, Made]:
    bench = Bench.of(exampleton(NOW), tmp_path_factory.mktemp("throttled"))
    drive, fault = one_drive(bench)
    return bench, drive, bench.collected(bench.folder / "reports", faults=[fault])


@pytest.fixture
def reports(throttled: tuple[Bench, str, Made], tmp_path: Path) -> Path:
    """The folder of runs, to be changed."""
    return shutil.copytree(throttled[0].folder / "reports", tmp_path / "reports")


def test_what_was_throttled_is_a_gap_and_the_run_is_finished(throttled: tuple[Bench, str, Made]) -> None:
    _, drive, made = throttled
    sharing = made.evidence.records["sharing"].coverage
    assert [(gap.scope, gap.kind) for gap in sharing.gaps] == [(f"drive:{drive}", GapKind.THROTTLED)]
    assert made.folder.is_complete
    assert made.folder.unfinished.exists()


def test_the_next_run_asks_for_that_alone(throttled: tuple[Bench, str, Made], reports: Path, tmp_path: Path) -> None:
    bench, drive, made = throttled
    again = bench.collected(reports, now=LATER)
    assert_same(again.evidence, bench.collected(tmp_path / "undisturbed").evidence)
    assert "was throttled" in again.said[0]
    assert re.search(r"[1-9]\d of \d\d data sets are there and taken over", again.said[0])
    paths = {line.path for line in again.requests if line.path.startswith("/v1.0/drives/")}
    assert paths
    # The census was left out when it was throttled, and is made now; it looks at what nobody asked for then.
    asked_then = {line.path for line in made.requests}
    assert all(drive in path for path in paths & asked_then)
    assert all(drive in path or "/items/" in path for path in paths)
    kept = {line.path for line in made.requests} - {line.path for line in again.requests}
    assert len(kept) > 100


def test_it_is_a_run_of_its_own_that_says_what_comes_from_where(
    throttled: tuple[Bench, str, Made], reports: Path
) -> None:
    bench, _, made = throttled
    again = bench.collected(reports, now=LATER)
    records = again.evidence.records
    assert again.folder.run == "20261121T103000Z"
    assert records["sharing"].collected_in == again.folder.run
    assert records["sharing"].collected_at >= LATER
    assert records["accounts"].collected_in == made.folder.run
    assert records["accounts"].collected_at < LATER
    assert [folder.run for folder in runs(reports, bench.council.slug)] == [made.folder.run, again.folder.run]


def test_both_runs_are_whole_afterwards_and_neither_keeps_more_than_it_needs(
    throttled: tuple[Bench, str, Made], reports: Path
) -> None:
    bench, _, _ = throttled
    again = bench.collected(reports, now=LATER)
    for folder in runs(reports, bench.council.slug):
        assert not folder.unfinished.exists()
        assert folder.is_complete
    assert all(path.stat().st_mode & 0o077 == 0 for path in again.folder.evidence.iterdir())


def test_a_second_throttled_run_hands_on_what_the_first_gave_it(
    throttled: tuple[Bench, str, Made], reports: Path
) -> None:
    bench, drive, made = throttled
    second = bench.collected(reports, now=LATER, faults=[one_drive(bench)[1]])
    third = bench.collected(reports, now=LATER + timedelta(hours=2))
    assert second.evidence.records["sharing"].coverage.gaps
    assert third.evidence.records["sharing"].coverage.is_whole
    assert third.evidence.records["accounts"].collected_in == made.folder.run
    assert feeds(third) == {f"/v1.0/drives/{drive}/root/delta"}


@pytest.mark.parametrize(
    ("hours", "reason"),
    [
        pytest.param(23, "taken over", id="the same day"),
        pytest.param(24, "its evidence was begun over 24 hours ago", id="a day after"),
    ],
)
def test_evidence_of_yesterday_is_not_taken_over(
    hours: int, reason: str, throttled: tuple[Bench, str, Made], reports: Path
) -> None:
    bench, _, _ = throttled
    again = bench.collected(reports, now=NOW + timedelta(hours=hours))
    assert reason in again.said[0]
    assert (again.evidence.records["accounts"].collected_in == again.folder.run) is (hours == 24)


def test_a_chain_of_throttled_runs_ends_a_day_after_the_first_began(
    throttled: tuple[Bench, str, Made], reports: Path
) -> None:
    bench, _, _ = throttled
    bench.collected(reports, now=NOW + timedelta(hours=20), faults=[one_drive(bench)[1]])
    third = bench.collected(reports, now=NOW + timedelta(hours=30))
    assert "begun over 24 hours ago" in third.said[0]
    assert {record.collected_in for record in third.evidence.records.values()} == {third.folder.run}


def test_the_kinds_of_its_gaps_end_the_command_with_try_again_later() -> None:
    assert collected_code([GapKind.THROTTLED, GapKind.LICENCE], nothing_came=False) == 75
    assert collected_code([GapKind.THROTTLED, GapKind.ERROR], nothing_came=False) == 4


@pytest.mark.parametrize("kind", [GapKind.PERMISSION, GapKind.ROLE, GapKind.POLICY])
def test_a_refusal_of_everything_ends_the_command_as_refused_and_one_of_a_part_as_partial(kind: GapKind) -> None:
    assert collected_code([kind, GapKind.LICENCE], nothing_came=True) == 3
    assert collected_code([kind, GapKind.LICENCE], nothing_came=False) == 4


def test_what_did_not_come_for_another_reason_is_not_refused() -> None:
    assert collected_code([GapKind.ERROR], nothing_came=True) == 4
