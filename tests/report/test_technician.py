"""The technician's workbook holds everything, and streams what is long."""

from dataclasses import replace
from pathlib import Path

import pytest
from hand_built import COLLECTED_AT, HOSTILE, assessment, data_set, stored
from written import Written

from m365audit.excel.cells import Alteration, clean
from m365audit.model.datasets import DATA_SETS
from m365audit.model.evidence import Coverage, Stored
from m365audit.report import technician

# A lone surrogate cannot be stored as evidence in the first place.
NAMES = tuple(text for text in HOSTILE if "\ud83d" not in text)


def accounts(count: int) -> Stored:
    """Accounts of every kind of column, some of them unknown."""
    rows = [
        {
            "account_id": f"id-{number}",
            "display_name": NAMES[number % len(NAMES)],
            "enabled": None if number % 3 == 0 else True,
            "created_at": COLLECTED_AT,
            "addresses": ["a@example.test", "b@example.test"],
        }
        for number in range(count)
    ]
    return stored("accounts", rows)


def evidence(name: str) -> Stored:
    return accounts(40) if name == "accounts" else stored(name)


@pytest.fixture(scope="module")
def technical(tmp_path_factory: pytest.TempPathFactory) -> Written:
    path = tmp_path_factory.mktemp("technician") / "technician.xlsx"
    technician.write(assessment(names=HOSTILE), evidence, path)
    return Written(path)


def test_sheets_are_the_assessment_then_the_evidence(technical: Written) -> None:
    assert technical.book.sheetnames == [
        "Summary", "Checks", "Clauses", "Findings", "Decisions", "Register rows", "Gaps", "accounts", "sharing",
        "Texts changed", "Run record",
    ]  # fmt: skip


def test_every_finding_is_there_with_its_ids(technical: Written) -> None:
    made = assessment(names=HOSTILE)
    rows = {row["Reference"]: row for row in technical.table("Findings").rows}
    assert set(rows) == {finding.reference for finding in made.findings}
    for finding in made.findings:
        row = rows[finding.reference]
        assert (row["Rule"], row["Subject id"], row["Severity"]) == (
            finding.rule, finding.subject.id, str(finding.severity),
        )  # fmt: skip
        assert row["Clauses"] == "\n".join(finding.clauses)
        assert "registration report" in row["Evidence"]


def test_every_gap_is_there_by_itself(technical: Written) -> None:
    made = assessment()
    assert len(technical.table("Gaps").rows) == len(made.gaps)
    assert "drive:b!0007" in technical.table("Gaps").column("Scope")


def test_what_microsoft_said_of_a_gap_stands_beside_it(tmp_path: Path) -> None:
    made = assessment()
    gap = replace(made.gaps[0].gap, said="Microsoft said: 403 Forbidden on the user a5e7")
    path = tmp_path / "technician.xlsx"
    technician.write(replace(made, gaps=(replace(made.gaps[0], gap=gap),)), evidence, path)
    assert Written(path).table("Gaps").column("What was said") == [gap.said]


def test_evidence_has_its_declared_columns_and_types(technical: Written) -> None:
    body = technical.table("accounts")
    assert body.headers == list(DATA_SETS["accounts"].names)
    first, second = body.rows[:2]
    assert (first["enabled"], second["enabled"]) == (None, True)
    assert second["addresses"] == "a@example.test; b@example.test"
    assert second["created_at"].isoformat() == "2026-11-21T09:30:12"
    assert len(body.rows) == 40


def test_evidence_that_came_back_empty_says_so(technical: Written) -> None:
    body = technical.table("sharing")
    assert [row[body.headers[0]] for row in body.rows] == ["No rows"]


def test_filters_and_frozen_headers_are_on(technical: Written) -> None:
    for sheet in technical.book:
        (table,) = sheet.tables.values()
        assert table.autoFilter.ref == table.ref
        assert sheet.freeze_panes == "A4"


def test_tenant_text_is_never_a_formula_error_or_link(technical: Written) -> None:
    for xml in technical.sheet_parts():
        assert "<f>" not in xml
        assert 't="e"' not in xml
        assert "<hyperlink" not in xml
    shown = technical.table("accounts").column("display_name")
    assert HOSTILE[0] in shown
    assert "Minutes\ufffdxcod.exe" in shown


def test_the_columns_with_changed_texts_are_listed_and_their_cells_counted(technical: Written) -> None:
    rows = [row for row in technical.table("Texts changed").rows if row["Sheet"] == "accounts"]
    hidden = next(row for row in rows if row["What was changed"] == Alteration.REPLACED)
    replaced = [name for number in range(40) if "\ufffd" in clean(name := NAMES[number % len(NAMES)], rest="").text]
    assert (hidden["Column"], hidden["Header"], hidden["Cells"]) == ("C", "display_name", len(replaced))
    assert hidden["The first of them"].startswith("C14, ")


def test_what_the_audit_remembers_for_its_next_run_is_no_sheet(tmp_path: Path) -> None:
    path = tmp_path / "technician.xlsx"
    census = data_set("sharing_census", Coverage(rows=1_000_000))
    technician.write(replace(assessment(), data_sets=(census,)), stored, path)
    written = Written(path)
    assert "sharing_census" not in written.book.sheetnames
    (row,) = (row for row in written.table("Run record").rows if row["Item"] == "sharing_census")
    assert row["Rows"] == 1_000_000
    assert "its rows are in the evidence files of the run" in row["Value"]


def test_evidence_that_could_not_be_read_is_not_asked_for(tmp_path: Path) -> None:
    asked: list[str] = []

    def remember(name: str) -> Stored:
        asked.append(name)
        return stored(name)

    technician.write(assessment(), remember, tmp_path / "technician.xlsx")
    assert asked == ["accounts", "sharing"]


def test_a_council_without_a_finding_says_so(tmp_path: Path) -> None:
    path = tmp_path / "technician.xlsx"
    technician.write(replace(assessment(findings=0), gaps=()), evidence, path)
    written = Written(path)
    assert written.table("Findings").rows[0]["Reference"].startswith("None found")
    assert written.table("Gaps").rows[0]["Data set"].startswith("None")
