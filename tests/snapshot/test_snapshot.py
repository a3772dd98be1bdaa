"""Evidence survives the disk: what is written comes back, what is half-written does not."""

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from m365audit.model.datasets import DATA_SETS
from m365audit.model.evidence import Gap, Rows
from m365audit.model.words import GapKind
from m365audit.snapshot import BadRun, DataSetWriter, RunFolder, Snapshot, new_run, run_folder, runs, write_manifest
from m365audit.snapshot.folders import TamperedRun
from m365audit.snapshot.write import as_table

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
ACCOUNTS = DATA_SETS["accounts"]


def written(folder: RunFolder, rows: list[dict[str, object]], *gaps: Gap) -> None:
    writer = DataSetWriter(folder.evidence, ACCOUNTS)
    for row in rows:
        writer.add(row)
    for gap in gaps:
        writer.gap(gap)
    record = writer.close(permission="User.Read.All", requests=1, seconds=0.5)
    write_manifest(folder, {"accounts": record}, {"tenant": "x", "finished_at": NOW})


def test_rows_come_back_with_absent_values_still_absent(tmp_path: Path) -> None:
    folder = new_run(tmp_path, "x", NOW)
    written(folder, [{"account_id": "a", "enabled": True, "addresses": ["p@x.test"]}, {"account_id": "b"}])
    frame = Snapshot.open(folder).frame("accounts")
    assert list(frame["account_id"]) == ["a", "b"]
    assert frame["enabled"].iloc[0]
    assert pd.isna(frame["enabled"].iloc[1])
    assert list(frame["addresses"].iloc[0]) == ["p@x.test"]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        pytest.param("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), id="whole seconds"),
        pytest.param(
            "2026-01-02T03:04:05.1234567Z", datetime(2026, 1, 2, 3, 4, 5, 123456, tzinfo=UTC), id="seven digits"
        ),
        pytest.param(
            "2026-01-02T03:04:05.0000000", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), id="a calendar's time in UTC"
        ),
        pytest.param("2026-01-02T03:04:05+01:00", datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC), id="another zone"),
        pytest.param("0001-01-01T00:00:00Z", None, id="the first day there is means no date"),
        pytest.param("9999-12-31T23:59:59.9999999Z", None, id="the last day there is means no date"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_a_time_as_microsoft_writes_it(said: str | None, kept: datetime | None) -> None:
    table = as_table(ACCOUNTS, [{"account_id": "a", "created_at": said}, {"account_id": "b", "created_at": said}])
    assert table.column("created_at").to_pylist() == [kept, kept]


def test_a_column_nobody_declared_is_refused() -> None:
    with pytest.raises(ValueError, match="shoe_size"):
        as_table(ACCOUNTS, [{"account_id": "a", "shoe_size": 9}])


def test_a_row_that_microsoft_repeats_is_kept_once(tmp_path: Path) -> None:
    folder = new_run(tmp_path, "x", NOW)
    written(folder, [{"account_id": "a"}, {"account_id": "b"}, {"account_id": "a"}])
    assert Snapshot.open(folder).coverage("accounts").rows == 2


def test_a_gap_keeps_its_scope_kind_and_remedy(tmp_path: Path) -> None:
    folder = new_run(tmp_path, "x", NOW)
    gap = Gap(GapKind.PERMISSION, "said no", "grant it", scope="drive:b!x")
    written(folder, [], gap)
    coverage = Snapshot.open(folder).coverage("accounts")
    assert coverage.gaps == (gap.within(data_set="accounts"),)
    assert (coverage.scopes, coverage.whole, coverage.is_absent) == (1, 0, False)


def test_a_standing_limit_is_kept_once_and_is_no_gap(tmp_path: Path) -> None:
    folder = new_run(tmp_path, "x", NOW)
    writer = DataSetWriter(folder.evidence, ACCOUNTS)
    for _ in range(2):
        writer.note("only half is ever looked at")
    record = writer.close(permission="", requests=0, seconds=0)
    write_manifest(folder, {"accounts": record}, {})
    coverage = Snapshot.open(folder).coverage("accounts")
    assert coverage.notes == ("only half is ever looked at",)
    assert coverage.is_whole


def test_a_run_without_its_manifest_is_never_read(tmp_path: Path) -> None:
    folder = new_run(tmp_path, "x", NOW)
    DataSetWriter(folder.evidence, ACCOUNTS).close(permission="", requests=0, seconds=0)
    with pytest.raises(BadRun, match="stopped"):
        Snapshot.open(folder)
    with pytest.raises(BadRun, match="stopped half-way"):
        run_folder(tmp_path, "x")
    with pytest.raises(BadRun, match="stopped before"):
        run_folder(tmp_path, "x", folder.run)


def test_evidence_that_was_touched_is_refused_by_name(tmp_path: Path) -> None:
    folder = new_run(tmp_path, "x", NOW)
    written(folder, [{"account_id": "a"}])
    path = folder.evidence / "accounts.parquet"
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(TamperedRun, match=r"accounts\.parquet"):
        Snapshot.open(folder)


def test_a_data_set_left_out_of_the_run_is_a_gap_and_not_empty(tmp_path: Path) -> None:
    folder = new_run(tmp_path, "x", NOW)
    written(folder, [])
    coverage = Snapshot.open(folder).coverage("sharing")
    assert coverage.is_absent
    assert coverage.gaps[0].kind is GapKind.NOT_COLLECTED


def test_a_run_is_never_overwritten_and_the_newest_finished_one_is_taken(tmp_path: Path) -> None:
    written(new_run(tmp_path, "x", NOW), [])
    with pytest.raises(BadRun, match="already"):
        new_run(tmp_path, "x", NOW)
    new_run(tmp_path, "x", NOW.replace(month=12))
    assert run_folder(tmp_path, "x").run == "20261121T093000Z"
    assert len(runs(tmp_path, "x")) == 2


def test_runs_are_nobody_elses_to_read(tmp_path: Path) -> None:
    folder = new_run(tmp_path, "x", NOW)
    written(folder, [{"account_id": "a"}])
    assert folder.path.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.evidence.iterdir())


def test_an_abandoned_data_set_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = new_run(tmp_path, "x", NOW)
    writer = DataSetWriter(folder.evidence, ACCOUNTS)
    for number in range(5_000):
        writer.add({"account_id": str(number)})
    writer.abandon()
    assert list(folder.evidence.iterdir()) == []


def test_a_broken_manifest_is_one_sentence(tmp_path: Path) -> None:
    folder = new_run(tmp_path, "x", NOW)
    folder.manifest.write_bytes(orjson.dumps({"version": 1}))
    with pytest.raises(BadRun, match="cannot be read"):
        Snapshot.open(folder)


@settings(deadline=None)  # the disk takes its time
@given(st.lists(st.tuples(st.text(min_size=1), st.none() | st.text(), st.none() | st.booleans()), max_size=30))
def test_any_text_survives(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str | None, bool | None]]
) -> None:
    encodable = [(i, n, e) for i, n, e in rows if _is_encodable(i) and (n is None or _is_encodable(n))]
    folder = new_run(tmp_path_factory.mktemp("runs"), "x", NOW)
    written(folder, [{"account_id": i, "display_name": n, "enabled": e} for i, n, e in encodable])
    frame = Snapshot.open(folder).frame("accounts")
    first = {i: (n, e) for i, n, e in reversed(encodable)}
    back = {r.account_id: (_or_none(r.display_name), _or_none(r.enabled)) for r in frame.itertuples()}
    assert back == first


def _is_encodable(text: str) -> bool:
    return not any(0xD800 <= ord(character) <= 0xDFFF for character in text)


def _or_none(value: object) -> object:
    return None if value is pd.NA or value is None else value


def test_rows_at_once_are_kept_like_rows_one_by_one(tmp_path: Path) -> None:
    folder = new_run(tmp_path, "x", NOW)
    writer = DataSetWriter(folder.evidence, ACCOUNTS)
    writer.add({"account_id": "a", "created_at": "2026-01-02T03:04:05Z"})
    writer.add_all(Rows(pa.table({"account_id": ["b"], "created_at": ["2026-01-02T03:04:05.1234567Z"]})))
    writer.add({"account_id": "c"})
    record = writer.close(permission="", requests=0, seconds=0)
    write_manifest(folder, {"accounts": record}, {"tenant": "x", "finished_at": NOW})
    snapshot = Snapshot.open(folder)
    frame = snapshot.frame("accounts")
    assert list(frame["account_id"]) == ["a", "b", "c"]
    assert frame["created_at"].iloc[1] == datetime(2026, 1, 2, 3, 4, 5, 123456, tzinfo=UTC)
    assert frame["enabled"].isna().all()
    assert snapshot.coverage("accounts").rows == 3


def test_evidence_is_read_through_a_few_thousand_rows_at_a_time(tmp_path: Path) -> None:
    folder, count = new_run(tmp_path, "x", NOW), 10_000
    writer = DataSetWriter(folder.evidence, ACCOUNTS)
    writer.add_all(Rows(pa.table({"account_id": [f"a{number}" for number in range(count)]})))
    writer.add({"account_id": "the last"})
    record = writer.close(permission="", requests=0, seconds=0)
    write_manifest(folder, {"accounts": record}, {"tenant": "x", "finished_at": NOW})
    stored = Snapshot.open(folder).stored("accounts")
    batches = list(stored.batches)
    assert (stored.columns, stored.rows) == (ACCOUNTS.names, count + 1)
    assert [row["account_id"] for batch in batches for row in batch.to_pylist()] == [
        *(f"a{number}" for number in range(count)),
        "the last",
    ]
    assert max(map(len, batches)) < count / 2


def test_evidence_that_was_not_collected_has_its_columns_and_no_row(tmp_path: Path) -> None:
    folder = new_run(tmp_path, "x", NOW)
    write_manifest(folder, {}, {"tenant": "x", "finished_at": NOW})
    stored = Snapshot.open(folder).stored("accounts")
    assert (stored.columns, stored.rows, list(stored.batches)) == (ACCOUNTS.names, 0, [])


@pytest.mark.parametrize(
    ("column", "values"),
    [
        pytest.param("shoe_size", [9], id="a column nobody declared"),
        pytest.param("enabled", ["yes"], id="a column of another type"),
    ],
)
def test_rows_at_once_that_do_not_fit_are_refused(tmp_path: Path, column: str, values: list[object]) -> None:
    writer = DataSetWriter(new_run(tmp_path, "x", NOW).evidence, ACCOUNTS)
    with pytest.raises((ValueError, TypeError)):
        writer.add_all(Rows(pa.table({"account_id": ["a"], column: values})))
