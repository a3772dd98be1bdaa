"""Tenant text goes in everywhere it can, and every workbook shows it as text."""

import csv
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hand_built import HOSTILE, assessment, data_set, stored
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from safety import assert_safe
from written import Written, as_excel_reads

from m365audit.excel.cells import clean
from m365audit.excel.styles import Look
from m365audit.excel.whole import save_whole
from m365audit.model.assessment import Assessment, Subject
from m365audit.model.evidence import Coverage, Row, Stored
from m365audit.model.words import SubjectKind
from m365audit.report import clerk, technician
from m365audit.report.council import workbook as council
from m365audit.report.sheets import Book, Column, Page

SEEDS = "=+-@#'\t\r\n _x0041{}\x00\u202e\u200b\ufffe<>&\"]"
ANY_TEXT = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.sampled_from(SEEDS), min_size=1, max_size=30),
    st.builds(str.__add__, st.sampled_from(HOSTILE), st.text(st.characters(), max_size=20)),
    st.text(st.characters(), min_size=1, max_size=80),
)
# Evidence is Arrow's, which takes no half of a surrogate pair.
STORABLE = ANY_TEXT.map(lambda text: text.encode("utf-8", "replace").decode())
SLOW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def hostile(texts: list[str]) -> Assessment:
    """A council whose every name, heading, reason and gap is one of the texts, each in turn."""
    made = assessment(findings=14, clauses=10)

    def text(number: int) -> str:
        return texts[number % len(texts)]

    findings = tuple(
        replace(
            one,
            subject=Subject(tuple(SubjectKind)[n % len(SubjectKind)], f"{text(n)}|{n}", text(n)),
            because=text(n + 1),
            fix=text(n + 2),
            evidence={"group": text(n + 3), "meeting subject": text(n + 4)},
        )
        for n, one in enumerate(made.findings)
    )
    clauses = tuple(
        replace(one, because=text(n), clause=replace(one.clause, paraphrase=text(n), note=text(n + 1)))
        for n, one in enumerate(made.clauses)
    )
    gaps = tuple(
        replace(note, gap=replace(note.gap, scope=text(n), said=text(n + 1), detail=text(n + 2)))
        for n, note in enumerate(made.gaps)
    )
    named = {"council": text(0), "provider": text(1), "policy_title": text(2), "policy_version": text(3)}
    return replace(made, findings=findings, clauses=clauses, gaps=gaps, tenant=text(4), **named)


def accounts(texts: list[str]) -> Callable[[str], Stored]:
    """The texts as display names, file names and addresses of the evidence."""

    def evidence(name: str) -> Stored:
        rows: list[Row] = [
            {"account_id": f"id-{n}", "display_name": text, "addresses": [text, text], "enabled": True}
            for n, text in enumerate(texts)
        ]
        return stored(name, rows if name == "accounts" else ())

    return evidence


def _clerk(made: Assessment, path: Path) -> None:
    clerk.write(made, path)


def _council(made: Assessment, path: Path) -> None:
    council.write(made, path)


def _technician(made: Assessment, path: Path) -> None:
    names = [name for finding in made.findings if "\ud83d" not in (name := finding.subject.name)]
    technician.write(made, accounts([name.encode("utf-8", "replace").decode() for name in names]), path)


@pytest.mark.parametrize("write", [_clerk, _council, _technician], ids=["Clerk", "Council", "Technician"])
@SLOW
@given(texts=st.lists(ANY_TEXT, min_size=5, max_size=9))
def test_no_text_of_a_tenant_runs_leads_out_or_hides(
    tmp_path: Path, write: Callable[[Assessment, Path], None], texts: list[str]
) -> None:
    made = hostile(texts)
    paths = [tmp_path / "one.xlsx", tmp_path / "two.xlsx"]
    for path in paths:
        write(made, path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert_safe(Written(paths[0]))


@SLOW
@given(texts=st.lists(ANY_TEXT, min_size=5, max_size=9))
def test_every_name_is_shown_whole(tmp_path: Path, texts: list[str]) -> None:
    made = hostile(texts)
    path = tmp_path / "technician.xlsx"
    technician.write(made, stored, path)
    shown = {row["Reference"]: row for row in Written(path).table("Findings").rows}
    for finding in made.findings:
        row = shown[finding.reference]
        for header, text in (("Subject name", finding.subject.name), ("Because", finding.because)):
            whole = clean(text, rest="assessment.json or the evidence files of the run").text
            assert as_excel_reads(row[header] or "") == whole


@SLOW
@given(texts=st.lists(STORABLE, min_size=1, max_size=9))
def test_every_text_of_the_evidence_is_shown_whole(tmp_path: Path, texts: list[str]) -> None:
    path = tmp_path / "technician.xlsx"
    note = data_set("accounts", Coverage(rows=len(texts)))
    technician.write(replace(assessment(), data_sets=(note,)), accounts(texts), path)
    rest = "assessment.json or the evidence files of the run"
    shown = [as_excel_reads(name or "") for name in Written(path).table("accounts").column("display_name")]
    assert shown == [clean(text, rest=rest).text for text in texts]


def test_what_was_changed_of_the_notes_themselves_is_noted(tmp_path: Path) -> None:
    made = assessment(names=(), clauses=10)
    disguised = tuple(
        replace(one, clause=replace(one.clause, note=one.clause.note and "turned\u202eround")) for one in made.clauses
    )
    path = tmp_path / "clerk.xlsx"
    clerk.write(replace(made, clauses=disguised), path)
    row = next(r for r in Written(path).table("Notes").rows if r["Word or note"] == "Texts changed to be shown")
    assert "Notes C" in row["Meaning"]


def test_a_title_too_long_for_the_properties_says_that_it_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "clerk.xlsx"
    clerk.write(replace(assessment(), council="Long " * 60, policy_title="x" * 300), path)
    about = Written(path).book.properties
    assert len(about.title or "") <= 255
    assert (about.title or "").endswith("…")
    assert (about.subject or "").endswith("…")


def test_libreoffice_shows_the_hostile_texts_as_text(tmp_path: Path) -> None:
    soffice = shutil.which("soffice")
    assert soffice, "LibreOffice is needed to see the workbook as people do: install it, so that soffice is found"
    book = Book(Workbook(write_only=True), rest="the evidence")
    rows = [(f"row {number}", text) for number, text in enumerate(HOSTILE)]
    page = Page(
        "Hostile", "Hostile", "", ("One table.",), (Column("Row", 20, Look.RAW), Column("Text", 60, Look.RAW)), rows
    )
    book.lay(book.sheet(page.title), page)
    save_whole(book.workbook, tmp_path / "hostile.xlsx")
    profile = (tmp_path / "profile").as_uri()
    # Comma, double quote, UTF-8, from the first line, every text quoted, shown as the cells show it.
    command = [
        soffice,
        f"-env:UserInstallation={profile}",
        "--headless",
        "--convert-to",
        "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,true",
    ]
    subprocess.run(
        [*command, "--outdir", str(tmp_path), str(tmp_path / "hostile.xlsx")],
        check=True,
        capture_output=True,
        timeout=180,
    )
    with (tmp_path / "hostile.csv").open(encoding="utf-8", newline="") as file:
        shown = [line[1] for line in csv.reader(file) if line[0].startswith("row ")]
    assert shown == [clean(text, rest="the evidence").text for text in HOSTILE]
