"""The chain of a council's runs: whatever is changed, taken away or put between is named."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from shutil import copytree, rmtree

import orjson
import pytest

from m365audit.model.datasets import DATA_SETS
from m365audit.model.evidence import evidence_digest
from m365audit.snapshot import BadRun, DataSetWriter, RunFolder, Snapshot, new_run, runs, write_manifest
from m365audit.snapshot.chain import EVIDENCE, MANIFEST, Link, Tombstone, bury, read_tombstones, sha256_of
from m365audit.snapshot.check import CheckedRuns, check_runs

SEPTEMBER, OCTOBER, NOVEMBER = "20260901T000000Z", "20261001T000000Z", "20261101T000000Z"
MADE = "evidence/manifest.json"


def run(reports: Path, month: int, *names: str) -> RunFolder:
    folder = new_run(reports, "x", datetime(2026, month, 1, tzinfo=UTC))
    records = {}
    for name in names or ("accounts", "domains"):
        writer = DataSetWriter(folder.evidence, DATA_SETS[name])
        writer.add({DATA_SETS[name].key[0]: f"{name} of {month}"})
        records[name] = writer.close(permission="", requests=1, seconds=0)
    write_manifest(folder, records, {"tenant": "x", "finished_at": folder.started_at})
    return folder


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    for month in (9, 10, 11):
        run(tmp_path, month)
    return tmp_path


def manifest(folder: RunFolder) -> dict[str, object]:
    body: dict[str, object] = orjson.loads(folder.manifest.read_bytes())
    return body


def stone(folder: RunFolder, *took: str, **left: str) -> Tombstone:
    """What a purge writes down of a run."""
    said = manifest(folder)["previous"]
    previous = Link(said["run"], said["sha256"]) if isinstance(said, dict) else None
    return Tombstone(
        folder.run, sha256_of(folder.manifest), previous, "e" * 64, date(2027, 1, 1), took or (EVIDENCE,), left
    )


def faults(checked: CheckedRuns) -> list[str]:
    return [str(fault) for one in checked.runs for fault in one.faults] + [str(fault) for fault in checked.faults]


def test_each_manifest_names_the_run_before_it_by_its_digest(reports: Path) -> None:
    september, october, november = runs(reports, "x")
    assert manifest(september)["previous"] is None
    assert manifest(october)["previous"] == {"run": SEPTEMBER, "sha256": sha256_of(september.manifest)}
    assert manifest(november)["previous"] == {"run": OCTOBER, "sha256": sha256_of(october.manifest)}


def test_a_run_that_was_stopped_is_not_named(tmp_path: Path) -> None:
    run(tmp_path, 9)
    new_run(tmp_path, "x", datetime(2026, 10, 1, tzinfo=UTC))
    assert manifest(run(tmp_path, 11))["previous"]["run"] == SEPTEMBER  # type: ignore[index]
    checked = check_runs(tmp_path, "x")
    assert faults(checked) == []
    assert [one.manifest != "" for one in checked.runs] == [True, False, True]


def test_another_council_is_not_named(tmp_path: Path) -> None:
    run(tmp_path, 9)
    other = new_run(tmp_path, "y", datetime(2026, 10, 1, tzinfo=UTC))
    write_manifest(other, {}, {})
    assert manifest(other)["previous"] is None


def test_what_nobody_touched_has_no_fault_and_says_its_digests(reports: Path) -> None:
    checked = check_runs(reports, "x")
    assert faults(checked) == []
    first = runs(reports, "x")[0]
    record = Snapshot.open(first).records
    assert checked.runs[0].manifest == sha256_of(first.manifest)
    assert checked.runs[0].evidence == evidence_digest({name: one.sha256 for name, one in record.items()})
    assert checked.runs[0].data_sets == 2


def test_a_council_without_runs_has_no_fault(tmp_path: Path) -> None:
    assert check_runs(tmp_path, "x") == CheckedRuns((), (), "0" * 64)


Change = Callable[[Path], None]


def touched(run_name: str, file: str) -> Change:
    def change(home: Path) -> None:
        path = home / run_name / file
        path.write_bytes(path.read_bytes() + b" ")

    return change


def removed(name: str) -> Change:
    def change(home: Path) -> None:
        path = home / name
        rmtree(path) if path.is_dir() else path.unlink()

    return change


def rewritten(run_name: str, **values: object) -> Change:
    def change(home: Path) -> None:
        path = home / run_name / "evidence" / "manifest.json"
        path.write_bytes(orjson.dumps({**orjson.loads(path.read_bytes()), **values}))

    return change


def added(home: Path) -> None:
    (home / OCTOBER / "evidence" / "sharing.parquet").write_bytes(b"PAR1")


def put_between(home: Path) -> None:
    copytree(home / SEPTEMBER, home / "20261015T000000Z")


def broken(home: Path) -> None:
    (home / OCTOBER / "evidence" / "manifest.json").write_bytes(b"{")


@pytest.mark.parametrize(
    ("change", "file", "what"),
    [
        pytest.param(touched(OCTOBER, "evidence/domains.parquet"), "domains.parquet", "differs", id="evidence changed"),
        pytest.param(removed(f"{OCTOBER}/evidence/domains.parquet"), "domains.parquet", "missing", id="evidence gone"),
        pytest.param(added, "sharing.parquet", "was not there", id="evidence put in"),
        pytest.param(touched(SEPTEMBER, MADE), f"{SEPTEMBER}/{MADE}", "differs", id="a manifest changed"),
        pytest.param(broken, f"{OCTOBER}/{MADE}", "cannot be read", id="a manifest that is none"),
        pytest.param(removed(f"{OCTOBER}/{MADE}"), OCTOBER, "is missing", id="a manifest gone"),
        pytest.param(removed(OCTOBER), OCTOBER, "is missing", id="a run gone"),
        pytest.param(removed(SEPTEMBER), SEPTEMBER, "is missing", id="the first run gone"),
        pytest.param(rewritten(NOVEMBER, previous=None), f"{NOVEMBER}/{MADE}", "names no run", id="naming none"),
        pytest.param(put_between, NOVEMBER, f"names {OCTOBER}", id="a run put between"),
    ],
)  # fmt: skip
def test_what_was_changed_is_named(reports: Path, change: Change, file: str, what: str) -> None:
    change(reports / "x")
    said = faults(check_runs(reports, "x"))
    assert any(file in one and what in one for one in said), said


def test_evidence_and_manifest_changed_together_show_in_the_next_manifest(reports: Path) -> None:
    october = runs(reports, "x")[1]
    data_sets = manifest(october)["data_sets"]
    path = october.evidence / "accounts.parquet"
    path.write_bytes(path.read_bytes() + b" ")
    data_sets["accounts"]["sha256"] = sha256_of(path)  # type: ignore[index]
    rewritten(OCTOBER, data_sets=data_sets)(reports / "x")
    said = faults(check_runs(reports, "x"))
    assert len(said) == 1
    assert f"{OCTOBER}/evidence/manifest.json is not the manifest that run {NOVEMBER} was made after" in said[0]


def test_the_last_run_can_only_be_told_by_its_digest(reports: Path) -> None:
    noted = check_runs(reports, "x").runs[-1].manifest
    rewritten(NOVEMBER, finished_at="2026-11-30T00:00:00Z")(reports / "x")
    checked = check_runs(reports, "x")
    assert faults(checked) == []
    assert checked.runs[-1].manifest != noted


def test_a_purged_run_keeps_its_place_and_its_digest(reports: Path) -> None:
    before = {one.run: one.manifest for one in check_runs(reports, "x").runs}
    september = runs(reports, "x")[0]
    bury(reports / "x", stone(september, EVIDENCE, MANIFEST))
    rmtree(september.path)
    checked = check_runs(reports, "x")
    assert faults(checked) == []
    assert {one.run: one.manifest for one in checked.runs} == before
    assert checked.runs[0].purged_on == date(2027, 1, 1)


def test_a_run_in_the_middle_may_be_purged(reports: Path) -> None:
    october = runs(reports, "x")[1]
    bury(reports / "x", stone(october, EVIDENCE, MANIFEST))
    rmtree(october.path)
    assert faults(check_runs(reports, "x")) == []


def test_purged_evidence_is_not_missed_and_the_rest_is(reports: Path) -> None:
    october = runs(reports, "x")[1]
    october.assessment.write_bytes(b"{}")
    bury(reports / "x", stone(october, EVIDENCE, **{"assessment.json": sha256_of(october.assessment)}))
    (october.evidence / "accounts.parquet").unlink()
    assert faults(check_runs(reports, "x")) == []
    october.assessment.write_bytes(b'{"findings": []}')
    assert [f"{october.assessment} is not what it was when the evidence was purged on 1 January 2027"] == faults(
        check_runs(reports, "x")
    )
    october.assessment.unlink()
    october.manifest.unlink()
    said = faults(check_runs(reports, "x"))
    assert said == [f"{october.manifest} is missing, and no purge of it is recorded"]


def test_a_tombstone_that_does_not_fit_the_next_manifest_hides_nothing(reports: Path) -> None:
    october = runs(reports, "x")[1]
    made_up = stone(october, EVIDENCE, MANIFEST)
    bury(reports / "x", Tombstone(OCTOBER, "f" * 64, made_up.previous, "", made_up.purged_on, made_up.took))
    rmtree(october.path)
    assert any("was made after" in one for one in faults(check_runs(reports, "x")))


def test_evidence_that_was_purged_is_refused_in_one_sentence(reports: Path) -> None:
    october = runs(reports, "x")[1]
    bury(reports / "x", stone(october))
    with pytest.raises(BadRun, match=r"purged on 1 January 2027.*`compare`"):
        Snapshot.open(october)
    assert set(Snapshot.open(october, check=False).records) == {"accounts", "domains"}


@pytest.mark.parametrize(
    ("change", "what"),
    [
        pytest.param(lambda data: data.replace(b"2027-01-01", b"2027-01-02", 1), "line 2 does not follow", id="a day"),
        pytest.param(lambda data: data.split(b"\n", 1)[1], "line 1 does not follow", id="the first line gone"),
        pytest.param(lambda data: data[:-10], "line 3 cannot be read", id="the end cut off"),
        pytest.param(lambda data: data + b"{}\n", "line 4 cannot be read", id="a line that is no tombstone"),
    ],
)
def test_a_list_of_tombstones_that_was_touched_is_named(
    reports: Path, change: Callable[[bytes], bytes], what: str
) -> None:
    for folder in runs(reports, "x"):
        bury(reports / "x", stone(folder))
    path = reports / "x" / "chain.jsonl"
    path.write_bytes(change(path.read_bytes()))
    assert what in read_tombstones(reports / "x").fault
    assert any(str(path) in one for one in faults(check_runs(reports, "x")))


def test_the_last_tombstone_of_a_run_counts(reports: Path) -> None:
    first = runs(reports, "x")[0]
    bury(reports / "x", stone(first, EVIDENCE))
    bury(reports / "x", stone(first, EVIDENCE, "assessment"))
    assert read_tombstones(reports / "x").by_run[SEPTEMBER].took == (EVIDENCE, "assessment")
