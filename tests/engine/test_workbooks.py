"""The workbooks of a run: which are encrypted, what never lies in the clear beside them, and what is written down."""

import hashlib
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import orjson
import pytest
from kept import collected
from report.hand_built import AS_OF, assessment, data_set

from m365audit.engine.custody.private import private_folder
from m365audit.engine.custody.protection import OPEN, Protection
from m365audit.engine.workbooks import write
from m365audit.excel.encrypted import decrypt, is_locked
from m365audit.excel.whole import DRAFT
from m365audit.model.assessment import Assessment
from m365audit.model.evidence import Coverage
from m365audit.model.tenant import NAMING_PEOPLE, Reader
from m365audit.report.names import file_name
from m365audit.snapshot import BadRun, RunFolder

PASSWORD = "three unrelated words"
PROTECTED = Protection(frozenset(NAMING_PEOPLE), PASSWORD)


@pytest.fixture(autouse=True)
def aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's folder for temporary files."""
    folder = tmp_path / "aside"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return collected(tmp_path / "reports", AS_OF)


@pytest.fixture(scope="session")
def judged() -> Assessment:
    return replace(
        assessment(findings=3, clauses=8), gaps=(), data_sets=(data_set("accounts", Coverage(rows=1)),)
    )  # fmt: skip


def said(run: RunFolder) -> dict[str, dict[str, object]]:
    """What the log says of each workbook."""
    lines = [orjson.loads(line) for line in run.log.read_bytes().splitlines()]
    return {line["workbook"]: line for line in lines if line.get("said") == "workbook written"}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_every_reader_has_a_workbook_the_clerk_first(run: RunFolder, judged: Assessment) -> None:
    paths = write(judged, run)
    assert [path.name for path in paths] == [file_name(judged, kind) for kind in ("Clerk", "Council", "Technician")]
    assert {path.stat().st_mode & 0o777 for path in paths} == {0o600}
    assert not any(map(is_locked, paths))
    assert {kind: line["sha256"] for kind, line in said(run).items()} == {
        kind: sha256(path.read_bytes()) for kind, path in zip(("Clerk", "Council", "Technician"), paths, strict=True)
    }


def test_those_that_name_people_are_encrypted_and_are_the_same_inside(run: RunFolder, judged: Assessment) -> None:
    before = [path.read_bytes() for path in write(judged, run)]
    paths = write(judged, run, PROTECTED)
    assert [is_locked(path) for path in paths] == [True, False, True]
    assert [line["encrypted"] for line in said(run).values()] == [True, False, True]
    inside = [decrypt(path.read_bytes(), PASSWORD) if is_locked(path) else path.read_bytes() for path in paths]
    assert inside == before
    assert [line["sha256"] for line in said(run).values()] == [sha256(data) for data in inside]


@pytest.mark.parametrize("reader", list(Reader))
def test_each_may_be_encrypted_by_itself(run: RunFolder, judged: Assessment, reader: Reader) -> None:
    paths = write(judged, run, Protection(frozenset({reader}), PASSWORD))
    locked = [path.name for path in paths if is_locked(path)]
    assert locked == [file_name(judged, reader.capitalize())]  # type: ignore[arg-type]


def test_the_password_is_in_no_file_of_the_run(run: RunFolder, judged: Assessment) -> None:
    write(judged, run, PROTECTED)
    assert PASSWORD not in repr(PROTECTED)
    for path in run.path.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        assert PASSWORD.encode() not in data, path
        assert PASSWORD.encode("utf-16-le") not in data, path


def test_what_an_earlier_report_left_in_the_clear_goes(run: RunFolder, judged: Assessment) -> None:
    earlier = replace(judged, as_of=date(2026, 10, 31))
    old_clerk, old_council, old_technician = write(earlier, run)
    (run.path / f"{DRAFT}of one that was killed.part").write_bytes(b"PK\x03\x04")
    write(judged, run)
    paths = write(judged, run, PROTECTED)
    assert not old_clerk.exists()
    assert not old_technician.exists()
    assert set(run.path.glob("*.xlsx")) == {*paths, old_council}
    assert not list(run.path.glob(f"{DRAFT}*"))


def test_what_an_earlier_report_encrypted_stays(run: RunFolder, judged: Assessment) -> None:
    earlier = write(replace(judged, as_of=date(2026, 10, 31)), run, PROTECTED)
    later = write(judged, run, PROTECTED)
    assert set(run.path.glob("*.xlsx")) == {*earlier, *later}


def test_what_is_not_to_be_encrypted_takes_nothing_away(run: RunFolder, judged: Assessment) -> None:
    earlier = write(replace(judged, as_of=date(2026, 10, 31)), run)
    later = write(judged, run)
    assert set(run.path.glob("*.xlsx")) == {*earlier, *later}


@pytest.mark.parametrize("protection", [OPEN, PROTECTED], ids=["in the clear", "encrypted"])
def test_one_that_cannot_be_written_leaves_nothing_anywhere(
    run: RunFolder, judged: Assessment, aside: Path, protection: Protection
) -> None:
    in_the_way = run.path / file_name(judged, "Clerk")
    (in_the_way / "something").mkdir(parents=True)
    with pytest.raises(BadRun, match="cannot be written"):
        write(judged, run, protection)
    assert [path.name for path in run.path.iterdir() if path.is_file()] == ["run.log"]
    assert list(aside.iterdir()) == []


def test_a_private_folder_is_its_owners_and_takes_drafts_with_it(aside: Path) -> None:
    with private_folder() as folder:
        assert folder.parent == aside
        assert folder.stat().st_mode & 0o777 == 0o700
        assert Path(tempfile.gettempdir()) == folder
        (folder / "plain.xlsx").write_bytes(b"PK")
    assert list(aside.iterdir()) == []
    assert Path(tempfile.gettempdir()) == aside


def test_what_a_killed_process_left_is_swept_up_and_what_a_living_one_has_stays(aside: Path) -> None:
    with private_folder() as mine:
        dead = mine.with_name(mine.name[:-4] + "dead")
        (dead / "deeper").mkdir(parents=True)
        (dead / "plain.xlsx").write_bytes(b"PK")
        # The drafting place of the first is the second's usual one, so it is told apart from outside.
        tempfile.tempdir = str(aside)
        with private_folder():
            assert mine.is_dir()
            assert not dead.exists()
    assert list(aside.iterdir()) == []
