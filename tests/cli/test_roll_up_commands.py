"""The workbook of all councils, as whoever types the command meets it: when it is written, and who is in it."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fleets import assessment, audited, earlier, places, tenant_file
from openpyxl import load_workbook

from m365audit.cli import app
from m365audit.cli.refusals import exit_code_of
from m365audit.engine.roll_up.fleet import path_of
from m365audit.engine.roll_up.refused import REFUSED_FILE

TODAY = datetime.now(ZoneInfo("Europe/London")).date()
Says = Callable[..., tuple[int, str, str]]


@pytest.fixture
def says(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Says:
    """The command, at a desk without a token: every sign-in is refused before anything is sent."""
    for service in ("GRAPH", "EXCHANGE"):
        monkeypatch.delenv(f"M365AUDIT_{service}_TOKEN", raising=False)
    where = places(tmp_path)
    for slug in ("abel", "beth", "cain", "dan"):
        tenant_file(where, slug)

    def say(*words: str) -> tuple[int, str, str]:
        options = ["--config", str(where.config), "--reports", str(where.reports)]
        code = exit_code_of(lambda **more: app([*words, *options], **more))
        shown = capsys.readouterr()
        return code, shown.out, " ".join(shown.err.split())

    return say


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    return path_of(places(tmp_path), TODAY)


def rows(workbook: Path, sheet: str = "Councils") -> dict[str, tuple[object, ...]]:
    book = load_workbook(workbook)
    (table,) = book[sheet].tables.values()
    return {str(line[0].value): tuple(cell.value for cell in line) for line in book[sheet][table.ref][1:]}


def test_after_several_audits_it_is_written_and_every_council_is_in_it(says: Says, workbook: Path) -> None:
    code, out, err = says("audit", "abel", "beth")
    assert code == 3
    assert f"All councils: {workbook}" in err
    assert {name: row[1] for name, row in rows(workbook).items()} == {
        "Abel Council": "Audit failed",
        "Beth Council": "Audit failed",
        "Cain Council": "No audit this month",
        "Dan Council": "No audit this month",
    }
    failed = rows(workbook, "Failed or missed audits")
    assert "M365AUDIT_GRAPH_TOKEN" in str(failed["Abel Council"][3])
    assert failed["Abel Council"][4] == 3
    assert out.split().count("failed") == 2, "the table on the terminal has them too"


@pytest.mark.parametrize(
    ("words", "written"),
    [
        pytest.param(["audit", "abel"], False, id="not after one council alone"),
        pytest.param(["audit", "--all"], True, id="after all"),
        pytest.param(["report", "--all"], True, id="after all are reported again"),
        pytest.param(["report", "abel"], False, id="not after one is reported again"),
        pytest.param(["audit", "nowhere"], False, id="not after a council there is not"),
    ],
)
def test_it_is_written(says: Says, workbook: Path, words: list[str], written: bool) -> None:  # noqa: FBT001
    says(*words)
    assert workbook.exists() is written


def test_after_one_council_it_is_written_anew_where_the_month_has_it(
    says: Says, workbook: Path, tmp_path: Path
) -> None:
    says("audit", "--all")
    (places(tmp_path).reports / "abel" / REFUSED_FILE).unlink()
    audited(places(tmp_path), "abel", earlier(TODAY))
    _, _, err = says("audit", "beth")
    assert str(workbook) in err
    assert rows(workbook)["Abel Council"][1] == "Complete"


def test_a_day_that_was_named_decides_the_month(says: Says, tmp_path: Path) -> None:
    audited(places(tmp_path), "abel", assessment())
    _, _, err = says("audit", "--all", "--as-of", "2026-11-30")
    assert "2026-11 Microsoft 365 audit - Provider.xlsx" in err
    assert "Abel Council" in rows(places(tmp_path).reports / "2026-11 Microsoft 365 audit - Provider.xlsx")


def test_a_tenant_file_that_cannot_be_read_is_a_row_and_stops_nobody(
    says: Says, workbook: Path, tmp_path: Path
) -> None:
    tenant_file(places(tmp_path), "beth", more="polcy: x")
    code, _, err = says("audit", "--all")
    assert code == 3
    assert "polcy" in err
    assert rows(workbook)["beth (tenant file)"][1] == "Tenant file cannot be read"
    assert len(rows(workbook)) == 4


def test_what_cannot_be_written_is_said_and_the_councils_keep_their_codes(
    says: Says, workbook: Path, tmp_path: Path
) -> None:
    workbook.mkdir(parents=True)
    code, _, err = says("audit", "--all")
    assert code == 3
    assert f"{workbook} cannot be written" in err
    assert (places(tmp_path).reports / "dan" / REFUSED_FILE).exists()


def test_what_cannot_be_remembered_is_said_and_stops_nobody(says: Says, tmp_path: Path) -> None:
    reports = places(tmp_path).reports
    reports.mkdir()
    (reports / "abel").write_text("in the way", encoding="utf-8")
    code, _, err = says("audit", "abel", "beth")
    assert code == 3
    assert f"{reports / 'abel'} cannot be written" in err
    assert (reports / "beth" / REFUSED_FILE).exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param(["report"], "name a council", id="nobody named"),
        pytest.param(["report", "abel", "--all"], "not both", id="one and all"),
        pytest.param(["report", "--all", "--run", "20261121T093000Z"], "--run is of one council", id="a run of all"),
    ],
)
def test_report_says_what_it_lacks(says: Says, words: list[str], sentence: str) -> None:
    code, _, err = says(*words)
    assert code == 2
    assert sentence in err


def test_a_report_of_all_says_which_councils_it_could_not_report(says: Says, workbook: Path) -> None:
    code, out, err = says("report", "--all")
    assert code == 2
    assert err.count("holds no finished run") == 4
    assert out.strip() == str(workbook)


def test_as_json_a_council_that_was_refused_is_in_the_list_with_the_reason(says: Says) -> None:
    code, out, _ = says("audit", "--all", "--json")
    refused = json.loads(out)
    assert code != 0
    assert [one["tenant"] for one in refused] == ["abel", "beth", "cain", "dan"]
    assert all("token" in one["refused"] and one.keys() == {"tenant", "refused", "at"} for one in refused)
