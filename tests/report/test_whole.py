from pathlib import Path

import pytest
from hand_built import COLLECTED_AT, assessment, stored
from openpyxl import Workbook
from written import Written

from m365audit.excel.whole import save_whole
from m365audit.model.evidence import Stored
from m365audit.report import clerk, technician


def test_the_same_assessment_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        clerk.write(assessment(), tmp_path / f"{name}.xlsx")
        technician.write(assessment(), stored, tmp_path / f"{name}-technician.xlsx")
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    assert (tmp_path / "one-technician.xlsx").read_bytes() == (tmp_path / "two-technician.xlsx").read_bytes()


def test_another_finding_gives_other_bytes(tmp_path: Path) -> None:
    clerk.write(assessment(), tmp_path / "one.xlsx")
    clerk.write(assessment(findings=24), tmp_path / "two.xlsx")
    assert (tmp_path / "one.xlsx").read_bytes() != (tmp_path / "two.xlsx").read_bytes()


def test_the_file_is_dated_by_the_run(written: Written) -> None:
    core = written.parts["docProps/core.xml"]
    assert core.count(b">2026-11-21T09:30:12Z<") == 2


def test_a_file_is_the_owners_alone_and_nothing_stays_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    save_whole(Workbook(), path, when=COLLECTED_AT)
    assert [entry.name for entry in tmp_path.iterdir()] == ["book.xlsx"]
    assert path.stat().st_mode & 0o077 == 0


def test_a_failure_leaves_the_old_file_and_nothing_half_written(tmp_path: Path) -> None:
    path = tmp_path / "technician.xlsx"
    path.write_bytes(b"last month's")

    def lost(name: str) -> Stored:
        raise FileNotFoundError(name)

    with pytest.raises(FileNotFoundError):
        technician.write(assessment(), lost, path)
    book = Workbook()
    book.remove(book.worksheets[0])
    with pytest.raises(IndexError):
        save_whole(book, path, when=COLLECTED_AT)
    assert [entry.name for entry in tmp_path.iterdir()] == ["technician.xlsx"]
    assert path.read_bytes() == b"last month's"
