"""What a run is told of the one before it."""

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from kept import SLUG

from m365audit.engine.collecting.earlier import EarlierRuns
from m365audit.model.datasets import DATA_SETS
from m365audit.model.evidence import Gap
from m365audit.model.words import GapKind
from m365audit.snapshot import DataSetWriter, RunFolder, new_run, write_manifest

CENSUS = "sharing_census"


def made(reports: Path, day: int, *items: str, data_set: str = CENSUS, gap: Gap | None = None) -> RunFolder:
    """A finished run of November with the items it remembers."""
    folder = new_run(reports, SLUG, datetime.combine(date(2026, 11, day), time(9), UTC))
    writer = DataSetWriter(folder.evidence, DATA_SETS[data_set])
    for item in items:
        writer.add({"drive_id": "d", "item_id": item} if data_set == CENSUS else {"account_id": item})
    if gap:
        writer.gap(gap)
    record = writer.close(permission="", requests=0, seconds=0)
    write_manifest(folder, {data_set: record}, {"finished_at": folder.started_at})
    return folder


def told(folder: RunFolder) -> list[str]:
    return [row["item_id"] for batch in EarlierRuns(folder, SLUG).batches(CENSUS) for row in batch.to_pylist()]


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    made(tmp_path, 1, "of the first")
    made(tmp_path, 2, "of the second")
    return tmp_path


def now(reports: Path) -> RunFolder:
    return new_run(reports, SLUG, datetime(2026, 11, 21, 9, tzinfo=UTC))


def test_the_last_run_is_told_of(reports: Path) -> None:
    assert told(now(reports)) == ["of the second"]


def test_a_run_is_not_told_of_itself_or_of_later_ones(reports: Path) -> None:
    present = now(reports)
    made(reports, 22, "of tomorrow")
    assert told(present) == ["of the second"]


def test_a_run_of_other_data_sets_says_nothing_of_this_one(reports: Path) -> None:
    made(reports, 3, "somebody", data_set="accounts")
    assert told(now(reports)) == ["of the second"]


def test_a_run_that_could_not_read_it_says_nothing_of_it(reports: Path) -> None:
    made(reports, 3, gap=Gap(GapKind.PERMISSION, "it was refused", "grant it"))
    assert told(now(reports)) == ["of the second"]


def test_a_run_that_was_stopped_is_passed_over(reports: Path) -> None:
    made(reports, 3, "of the third").manifest.unlink()
    assert told(now(reports)) == ["of the second"]


def test_evidence_that_is_not_what_was_collected_is_passed_over(reports: Path) -> None:
    folder = made(reports, 3, "of the third")
    file = folder.evidence / f"{CENSUS}.parquet"
    file.write_bytes(file.read_bytes() + b"!")
    assert told(now(reports)) == ["of the second"]


def test_where_there_is_no_run_before_nothing_is_told(tmp_path: Path) -> None:
    assert told(now(tmp_path)) == []
