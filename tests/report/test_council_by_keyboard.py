"""The Council's workbook in LibreOffice, by keyboard alone: every sheet reached, every text heard, every link followed.

See :mod:`by_keyboard`, which runs in the Python that LibreOffice brings and ends by itself.
"""

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hand_built import assessment
from written import Written

from m365audit.report.council import workbook as council

SCRIPT = Path(__file__).with_name("by_keyboard.py")
# The Python that the system's packages belong to, not that of the tests.
PYTHON = "/usr/bin/python3"
SECONDS = 120


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Written:
    path = tmp_path_factory.mktemp("keyboard") / "council.xlsx"
    council.write(assessment(findings=12, clauses=12), path)
    return Written(path)


@pytest.fixture(scope="module")
def heard(file: Written, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    assert shutil.which("soffice"), "LibreOffice is needed to read the workbook by keyboard: install libreoffice-calc"
    found = subprocess.run([PYTHON, "-c", "import uno"], check=False, capture_output=True)
    assert found.returncode == 0, "LibreOffice's Python is needed to press its keys: install python3-uno"
    scratch = tmp_path_factory.mktemp("scratch")
    command = [PYTHON, str(SCRIPT), str(file.path), str(scratch)]
    # A group of its own, so that whatever it starts ends with it.
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as reader:
        try:
            out, errors = reader.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(reader.pid, signal.SIGKILL)
            raise
    assert reader.returncode == 0, errors.decode()
    answer: dict[str, Any] = json.loads(out)
    return answer


def test_every_sheet_is_reached_in_order_and_begins_at_its_first_cell(heard: dict[str, Any], file: Written) -> None:
    assert [sheet["title"] for sheet in heard["sheets"]] == file.book.sheetnames
    assert {tuple(sheet["begins"]) for sheet in heard["sheets"]} == {(1, 1)}


def test_every_text_and_number_is_heard_where_it_stands(heard: dict[str, Any], file: Written) -> None:
    for sheet, told in zip(file.book, heard["sheets"], strict=True):
        # Numbers are heard with the commas they are shown with.
        shown = [
            [f"{value:,}" if isinstance(value, int) else value or "" for value in row]
            for row in sheet.iter_rows(values_only=True)
        ]
        assert told["lines"] == shown, sheet.title


def test_every_link_of_the_contents_leads_to_the_first_cell_of_its_sheet(heard: dict[str, Any], file: Written) -> None:
    assert heard["links"] == {title: [title, 1, 1] for title in file.book.sheetnames}


def test_reading_changes_nothing(heard: dict[str, Any]) -> None:
    assert heard["changed"] is False
