"""A clock that jumps while an audit runs changes stamps and nothing else; one set back before it is said."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from stopped import NOW, Bench, assert_same
from virtual import LoopClock

from m365audit.sample.councils import little_sampling
from m365audit.snapshot import BadRun, runs

AFTER_SECONDS = 3.0


class Jumping(LoopClock):
    """A clock whose time of day is set while it runs; the seconds that pass are not touched by that."""

    def __init__(self, by: timedelta) -> None:
        super().__init__(NOW)
        self._by = by

    def now(self) -> datetime:
        return super().now() + (self._by if self.seconds() > AFTER_SECONDS else timedelta(0))


@pytest.mark.parametrize(
    "by",
    [
        pytest.param(timedelta(days=-2), id="two days back"),
        pytest.param(timedelta(hours=-1), id="an hour back"),
        pytest.param(timedelta(days=2), id="two days on"),
        pytest.param(timedelta(days=3650), id="ten years on"),
    ],
)
def test_a_jump_while_it_collects_changes_nothing_but_stamps(by: timedelta, tmp_path: Path) -> None:
    bench = Bench.of(little_sampling(NOW), tmp_path)
    steady, jumping = LoopClock(NOW), Jumping(by)
    undisturbed = bench.collected(tmp_path / "steady", clock=steady)
    found = bench.collected(tmp_path / "jumping", clock=jumping)
    assert_same(found.evidence, undisturbed.evidence)
    assert found.wire == undisturbed.wire
    assert found.folder.run == undisturbed.folder.run
    stamps = {record.collected_at for record in found.evidence.records.values()}
    jumped = min(stamps) < NOW if by < timedelta(0) else max(stamps) >= NOW + by
    assert jumped


def test_a_clock_set_back_between_two_runs_is_said_before_anything_is_written(tmp_path: Path) -> None:
    bench = Bench.of(little_sampling(NOW), tmp_path)
    first = bench.collected(tmp_path / "reports")
    with pytest.raises(BadRun, match=r"clock says 2026-11-20 09:30:00 UTC.* 2026-11-21 09:30:00 UTC.*set the clock"):
        bench.collected(tmp_path / "reports", now=NOW - timedelta(days=1))
    assert [folder.run for folder in runs(tmp_path / "reports", bench.council.slug)] == [first.folder.run]


def test_a_second_run_in_the_same_second_is_told_to_wait_a_moment(tmp_path: Path) -> None:
    bench = Bench.of(little_sampling(NOW), tmp_path)
    bench.collected(tmp_path / "reports")
    with pytest.raises(BadRun, match="a run of this second is there already; start again in a moment"):
        bench.collected(tmp_path / "reports")
