"""What is kept of a council's runs, for how long, and that purging never leaves anything in doubt."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from kept import SLUG, audited, collected, names, places, tenant

from m365audit.engine.collecting.earlier import EarlierRuns
from m365audit.engine.custody.purge import purge, unlink
from m365audit.engine.custody.retention import plan
from m365audit.engine.custody.verify import verify
from m365audit.excel.whole import DRAFT
from m365audit.snapshot import BadRun, Busy, CouncilLock, RunFolder, Snapshot, new_run, runs
from m365audit.snapshot.chain import read_tombstones
from m365audit.snapshot.folders import TamperedRun

TODAY = date(2026, 11, 21)
CLERKS = {"Clerk", "notice.txt"}
WHOLE = {"accounts.parquet", "manifest.json", "assessment.json", "run.log", *CLERKS, "Council", "Technician"}


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.mark.parametrize(
    ("made_on", "left"),
    [
        pytest.param(ago(90), WHOLE, id="evidence of ninety days ago stays"),
        pytest.param(ago(91), WHOLE - {"accounts.parquet", "run.log", "Technician"}, id="the day after it goes"),
        pytest.param(
            date(2025, 4, 1), {"manifest.json", "assessment.json", *CLERKS, "Council"}, id="from last council year on"
        ),
        pytest.param(date(2025, 3, 31), {"manifest.json", "assessment.json", "Council"}, id="of the year before it"),
        pytest.param(date(2024, 3, 31), {"manifest.json", "Council"}, id="of the year before that"),
    ],
)
def test_each_part_stays_for_its_time(tmp_path: Path, made_on: date, left: set[str]) -> None:
    old = audited(tmp_path / "reports", made_on)
    audited(tmp_path / "reports", TODAY)
    purge(tenant(tmp_path), places(tmp_path), TODAY)
    assert names(old) == left
    assert verify(tenant(tmp_path), places(tmp_path)).faults == ()


@pytest.mark.parametrize(
    ("retention", "left"),
    [
        pytest.param({"evidence_days": 400}, WHOLE, id="evidence for longer"),
        pytest.param(
            {"evidence_days": 400, "clerk_workbook_years": 1}, WHOLE - CLERKS, id="the Clerk's workbook for a year"
        ),
        pytest.param(
            {"council_workbook_years": 1, "evidence_days": 400}, WHOLE - {"Council"}, id="the summary for a year"
        ),
    ],
)
def test_the_tenant_file_may_say_otherwise(tmp_path: Path, retention: dict[str, int], left: set[str]) -> None:
    old = audited(tmp_path / "reports", date(2026, 3, 31))
    audited(tmp_path / "reports", TODAY)
    purge(tenant(tmp_path, **retention), places(tmp_path), TODAY)
    assert names(old) == left


def test_when_nothing_is_left_of_a_run_but_its_manifest_that_goes_too(tmp_path: Path) -> None:
    old = collected(tmp_path / "reports", ago(100))
    audited(tmp_path / "reports", TODAY)
    purge(tenant(tmp_path), places(tmp_path), TODAY)
    assert not old.path.exists()
    verified = verify(tenant(tmp_path), places(tmp_path))
    assert verified.faults == ()
    assert [run.purged_on for run in verified.runs] == [TODAY, None]


def test_nothing_is_touched_by_looking(tmp_path: Path) -> None:
    old = audited(tmp_path / "reports", ago(200))
    audited(tmp_path / "reports", TODAY)
    made = plan(tenant(tmp_path), places(tmp_path), TODAY)
    assert [(due.run, due.what, due.why) for due in made.due] == [
        (old.run, "evidence and log, technician's workbook", "over 90 days old")
    ]
    assert made.size == sum(path.stat().st_size for path in made.due[0].files) > 0
    assert names(old) == WHOLE
    assert not (tmp_path / "reports" / SLUG / "chain.jsonl").exists()


def test_the_last_run_stays_whatever_its_age(tmp_path: Path) -> None:
    only = audited(tmp_path / "reports", ago(2000))
    purged = purge(tenant(tmp_path), places(tmp_path), TODAY)
    assert purged.gone == ()
    assert names(only) == WHOLE
    assert only.run in purged.plan.kept[0]


def test_the_last_complete_run_stays_though_later_ones_were_partial(tmp_path: Path) -> None:
    older, complete = audited(tmp_path / "reports", ago(400)), audited(tmp_path / "reports", ago(300))
    partial = audited(tmp_path / "reports", ago(200), gaps=("permission",))
    only_collected = collected(tmp_path / "reports", ago(150))
    purge(tenant(tmp_path), places(tmp_path), TODAY)
    assert names(complete) == WHOLE
    assert names(only_collected)
    assert "accounts.parquet" not in names(older) | names(partial)


def remembering(item: str) -> dict[str, dict[str, str]]:
    """The evidence of a census that has looked at one file."""
    return {"sharing_census": {"drive_id": "d", "item_id": item}}


def remembered(folder: RunFolder) -> list[str]:
    """The files a run's census would know of from earlier ones."""
    batches = EarlierRuns(folder, SLUG).batches("sharing_census")
    return [row["item_id"] for batch in batches for row in batch.to_pylist()]


def test_a_council_audited_quarterly_keeps_what_its_census_remembers(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    first = audited(reports, ago(190), gaps=("permission",), more=remembering("of spring"))
    audited(reports, ago(100), gaps=("permission",))
    purged = purge(tenant(tmp_path), places(tmp_path), ago(5))
    assert "one by one" in purged.plan.kept[0]
    assert names(first) == WHOLE | {"sharing_census.parquet"}
    third = audited(reports, TODAY, gaps=("permission",), more=remembering("of autumn"))
    assert remembered(third) == ["of spring"]

    purge(tenant(tmp_path), places(tmp_path), TODAY)
    assert "sharing_census.parquet" not in names(first), "the newest one has gone on from it"
    assert "sharing_census.parquet" in names(third)
    assert verify(tenant(tmp_path), places(tmp_path)).faults == ()


def test_a_census_that_is_not_as_it_was_is_not_the_one_that_is_kept(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    good = audited(reports, ago(200), gaps=("permission",), more=remembering("of spring"))
    touched = audited(reports, ago(150), gaps=("permission",), more=remembering("of summer"))
    path = touched.evidence / "sharing_census.parquet"
    path.write_bytes(path.read_bytes() + b" ")
    last = audited(reports, TODAY, gaps=("permission",))
    purge(tenant(tmp_path), places(tmp_path), TODAY)
    assert remembered(last) == ["of spring"]
    assert "sharing_census.parquet" in names(good)


def test_a_run_that_never_came_to_its_end_goes_after_a_week(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    stopped = []
    for days in (8, 7):
        folder = new_run(reports, SLUG, datetime.combine(ago(days), datetime.min.time(), UTC))
        (folder.evidence / "accounts.parquet.part").write_bytes(b"PAR1")
        folder.unfinished.mkdir()
        (folder.unfinished / "begun.json").write_bytes(b"{}")
        stopped.append(folder)
    audited(reports, TODAY)
    purge(tenant(tmp_path), places(tmp_path), TODAY)
    assert [folder.path.exists() for folder in stopped] == [False, True]
    verified = verify(tenant(tmp_path), places(tmp_path))
    assert verified.faults == ()
    assert verified.runs[0].purged_on == TODAY


def test_files_that_are_no_part_of_a_run_are_left_and_named(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    old = collected(reports, ago(100))
    audited(reports, TODAY)
    elsewhere = tmp_path / "register.xlsx"
    elsewhere.write_bytes(b"the council's own")
    strangers = [old.path / "notes.txt", old.path / "link.xlsx", old.path / "sub"]
    strangers[0].write_bytes(b"call the Clerk")
    strangers[1].symlink_to(elsewhere)
    strangers[2].symlink_to(tmp_path, target_is_directory=True)
    purged = purge(tenant(tmp_path), places(tmp_path), TODAY)
    assert set(purged.plan.strangers) == set(strangers)
    assert sorted(path.name for path in old.path.iterdir()) == ["link.xlsx", "notes.txt", "sub"]
    assert elsewhere.read_bytes() == b"the council's own"
    again = purge(tenant(tmp_path), places(tmp_path), TODAY)
    assert again.gone == ()
    assert verify(tenant(tmp_path), places(tmp_path)).faults == ()


def test_register_and_ledger_are_no_part_of_a_run(tmp_path: Path) -> None:
    one = tenant(tmp_path / "reports" / SLUG)
    audited(tmp_path / "reports", ago(100))
    audited(tmp_path / "reports", TODAY)
    assert one.register_path is not None
    for path in (one.register_path, one.decisions_path):
        path.write_bytes(b"")
    purge(one, places(tmp_path), TODAY)
    assert one.register_path.exists()
    assert one.decisions_path.exists()


def test_a_run_that_is_not_as_it_was_is_kept_for_whoever_looks_into_it(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    touched, fine = collected(reports, ago(101)), collected(reports, ago(100))
    audited(reports, TODAY)
    path = touched.evidence / "accounts.parquet"
    path.write_bytes(path.read_bytes() + b" ")
    purged = purge(tenant(tmp_path), places(tmp_path), TODAY)
    assert purged.exit_code == 5
    assert str(path) in purged.doubtful[0]
    assert names(touched) == {"accounts.parquet", "manifest.json", "run.log"}
    assert not fine.path.exists()


def test_nothing_is_purged_behind_a_list_that_was_touched(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    for days in (200, 100, 0):
        audited(reports, ago(days))
    purge(tenant(tmp_path), places(tmp_path), ago(50))
    path = reports / SLUG / "chain.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"took":["evidence"', b'"took":["clerk"', 1) + b"{}\n")
    with pytest.raises(TamperedRun, match=r"chain\.jsonl"):
        purge(tenant(tmp_path), places(tmp_path), TODAY)
    assert "accounts.parquet" in names(runs(reports, SLUG)[1])


def test_nothing_is_purged_while_the_council_is_audited(tmp_path: Path) -> None:
    audited(tmp_path / "reports", ago(100))
    audited(tmp_path / "reports", TODAY)
    with CouncilLock(tmp_path / "reports", SLUG), pytest.raises(Busy):
        purge(tenant(tmp_path), places(tmp_path), TODAY)


def test_a_council_that_was_never_audited_has_nothing_due(tmp_path: Path) -> None:
    assert purge(tenant(tmp_path), places(tmp_path), TODAY).gone == ()
    assert not (tmp_path / "reports").exists()


class PowerCut(Exception):
    """The machine stops here."""


def until(files: int) -> Callable[[Path], None]:
    """Takes so many files away, then the power goes."""
    left = iter(range(files))

    def remove(path: Path) -> None:
        if next(left, None) is None:
            raise PowerCut
        unlink(path)

    return remove


@pytest.mark.parametrize("files", range(9))
def test_wherever_it_is_cut_off_each_run_is_whole_or_purged_with_its_tombstone(tmp_path: Path, files: int) -> None:
    reports = tmp_path / "reports"
    old = [audited(reports, ago(days)) for days in (1000, 101, 100)]
    audited(reports, TODAY)
    with pytest.raises(PowerCut):
        purge(tenant(tmp_path), places(tmp_path), TODAY, until(files))
    stones = read_tombstones(reports / SLUG)
    begun = [folder for folder in old if folder.run in stones.by_run]
    assert begun
    for folder in old:
        if folder in begun:
            with pytest.raises(BadRun, match="purged"):
                Snapshot.open(folder)
        else:
            assert names(folder) == WHOLE
    assert verify(tenant(tmp_path), places(tmp_path)).faults == ()

    purge(tenant(tmp_path), places(tmp_path), TODAY)
    assert [names(folder) for folder in old] == [
        {"manifest.json", "Council", "assessment.json"} - ({"assessment.json"} if folder is old[0] else set())
        | (CLERKS if folder is not old[0] else set())
        for folder in old
    ]
    assert verify(tenant(tmp_path), places(tmp_path)).faults == ()
    assert plan(tenant(tmp_path), places(tmp_path), TODAY).due == ()


def test_purging_by_and_by_comes_to_the_same_as_purging_at_once(tmp_path: Path) -> None:
    ends = []
    for name, days in (("by and by", range(0, 1600, 40)), ("at once", (1560,))):
        folder = tmp_path / name
        for month in range(12):
            audited(folder / "reports", date(2026, month + 1, 5))
        for day in days:
            purge(tenant(folder), places(folder), date(2026, 1, 1) + timedelta(days=day))
            assert verify(tenant(folder), places(folder)).faults == ()
        ends.append({one.run: names(one) for one in runs(folder / "reports", SLUG)})
    assert ends[0] == ends[1]
    assert len(ends[0]) == 12, "the council's summaries stay with the minutes"


def test_the_assessment_that_outlives_its_evidence_cannot_be_changed_unseen(tmp_path: Path) -> None:
    old = audited(tmp_path / "reports", ago(100))
    audited(tmp_path / "reports", TODAY)
    purge(tenant(tmp_path), places(tmp_path), TODAY)
    body = orjson.loads(old.assessment.read_bytes())
    old.assessment.write_bytes(orjson.dumps(body | {"findings": [{}]}))
    verified = verify(tenant(tmp_path), places(tmp_path))
    assert [fault.file for fault in verified.faults] == [old.assessment]
    assert verified.exit_code == 5


def test_a_changed_ledger_is_named_beside_the_runs(tmp_path: Path) -> None:
    one = tenant(tmp_path)
    folder: RunFolder = audited(tmp_path / "reports", TODAY)
    one.decisions_path.write_bytes(b'{"previous": "0", "id": 1}\n')
    verified = verify(one, places(tmp_path))
    assert [fault.file for fault in verified.faults] == [one.decisions_path]
    assert "line 1" in str(verified.faults[0])
    assert verified.runs[0].run == folder.run
    one.decisions_path.write_bytes(b'{"previous"')
    verified = verify(one, places(tmp_path))
    assert (verified.exit_code, verified.decisions) == (0, 0)
    assert "unfinished" in verified.notes[0]


def test_what_a_killed_process_left_of_a_workbook_goes_with_the_technicians(tmp_path: Path) -> None:
    old = audited(tmp_path / "reports", ago(91))
    audited(tmp_path / "reports", TODAY)
    (old.path / f"{DRAFT}x1y2z3.part").write_bytes(b"PK")
    purged = purge(tenant(tmp_path), places(tmp_path), TODAY)
    assert purged.plan.strangers == ()
    assert f"{DRAFT}x1y2z3.part" not in names(old)
