"""CSV: nothing a spreadsheet would run, no row that is none, and no file that looks clean where nobody looked."""

import csv
import shutil
import subprocess
from io import StringIO
from pathlib import Path

import pytest
from export.built import PERMISSION_GAP, REFUSED, every_state, hostile, one_clause, unseen, whole
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.cell import Cell
from report.hand_built import HOSTILE, assessment

from m365audit.excel.cells import LONGEST_CELL, clean
from m365audit.export import Audited
from m365audit.export.as_csv import COLUMNS, pieces, safe
from m365audit.export.records import KIND_MEANING, Kind
from m365audit.model.words import Result

Row = dict[str, str]
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def text_of(*councils: Audited) -> str:
    return "".join(pieces(councils))


def rows_of(*councils: Audited) -> list[Row]:
    return list(csv.DictReader(StringIO(text_of(*councils).removeprefix("\ufeff"), newline="")))


def of_kind(rows: list[Row], kind: Kind) -> list[Row]:
    return [row for row in rows if row["record"] == kind]


def unguarded(cell: str) -> str:
    """What the page on the exports tells its readers to do."""
    return cell.removeprefix("'")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        pytest.param("Minutes", "Minutes", id="a plain name"),
        pytest.param("=1+1", "'=1+1", id="a formula"),
        pytest.param("+447700900123", "'+447700900123", id="a telephone number"),
        pytest.param("-2+3", "'-2+3", id="a minus"),
        pytest.param("@SUM(A1)", "'@SUM(A1)", id="an old formula"),
        pytest.param("\t=1+1", "' =1+1", id="a tab before a formula"),
        pytest.param("\r=1+1", "' =1+1", id="a line break before a formula"),
        pytest.param("  =1+1", "'  =1+1", id="spaces before a formula"),
        pytest.param("\x00=1+1", "\ufffd=1+1", id="nothing before a formula"),
        pytest.param("\uff1d1+1", "'\uff1d1+1", id="a wide formula"),
        pytest.param("'=1+1", "''=1+1", id="an apostrophe that is there already"),
        pytest.param("a=b", "a=b", id="an equals sign further on"),
        pytest.param("one\r\ntwo\nthree", "one two three", id="line breaks"),
        pytest.param('say "no", twice', 'say "no", twice', id="quotes and commas, which the format itself quotes"),
        pytest.param("Tŷ Ŵyn", "Tŷ Ŵyn", id="Welsh"),
    ],
)
def test_a_cell_is_text_whatever_it_holds(text: str, cell: str) -> None:
    assert safe(text) == cell


@given(st.text(st.characters(exclude_categories=()), max_size=80))
@example("'")
@example("=" + "x" * LONGEST_CELL)
def test_any_text_is_one_cell_that_is_no_formula_and_gives_the_text_back(text: str) -> None:
    cell = safe(text)
    assert not cell.startswith(_BEGINS_A_FORMULA)
    assert not cell.lstrip().startswith(_BEGINS_A_FORMULA)
    assert not set(cell) & set("\r\n\t\x00")
    assert len(cell) <= LONGEST_CELL
    cell.encode()
    shown = clean(text, rest="assessment.json").text.replace("\n", " ").replace("\t", " ")
    if len(shown) < LONGEST_CELL:
        assert unguarded(cell) == shown


def test_the_file_is_as_rfc_4180_has_it() -> None:
    text = text_of(hostile(), REFUSED)
    assert text.startswith('\ufeff"record",')
    lines = text.split("\r\n")
    assert lines.pop() == ""
    assert not any("\n" in line or "\r" in line for line in lines)
    assert all(line.removeprefix("\ufeff").startswith('"') and line.endswith('"') for line in lines)
    assert {len(row) for row in csv.reader(lines)} == {len(COLUMNS)}
    assert len(lines) == 1 + len(rows_of(hostile(), REFUSED))


def test_the_same_councils_give_the_same_bytes() -> None:
    assert text_of(hostile(), REFUSED) == text_of(hostile(), REFUSED)


def test_pythons_own_reader_knows_the_mark_and_the_headings(tmp_path: Path) -> None:
    path = tmp_path / "audit.csv"
    path.write_text(text_of(every_state()), encoding="utf-8", newline="")
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.reader(file)) == [column.heading for column in COLUMNS]


def opened_by_libreoffice(text: str, folder: Path) -> list[tuple[Cell, ...]]:
    """The cells as LibreOffice reads the file when it is told, as its dialogue does by itself, that it is UTF-8."""
    soffice = shutil.which("soffice")
    assert soffice, "LibreOffice is needed to see the file as people do: install it, so that soffice is found"
    path = folder / "audit.csv"
    path.write_text(text, encoding="utf-8", newline="")
    profile = (folder / "profile").as_uri()
    command = [soffice, f"-env:UserInstallation={profile}", "--headless", "--infilter=CSV:44,34,76,1"]
    command += ["--convert-to", "xlsx", "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    [sheet] = load_workbook(folder / "audit.xlsx").worksheets
    return list(sheet.iter_rows())


def test_libreoffice_takes_every_hostile_name_for_text(tmp_path: Path) -> None:
    cells = opened_by_libreoffice(text_of(hostile()), tmp_path)
    assert [cell.value for cell in cells[0]] == [column.heading for column in COLUMNS]
    assert len(cells) == 1 + len(rows_of(hostile()))
    assert "f" not in {cell.data_type for row in cells for cell in row}
    names = {row[[column.heading for column in COLUMNS].index("subject_name")].value for row in cells}
    assert "Tŷ Ŵyn Cyngor â Siân Llŷr" in names
    assert "'=cmd|'/c calc'!A1" in names


def test_libreoffice_would_have_run_it(tmp_path: Path) -> None:
    [[cell]] = opened_by_libreoffice('\ufeff"=1+1"\r\n', tmp_path)
    assert cell.data_type == "f"


@pytest.mark.parametrize("kind", list(Kind))
def test_everything_the_audit_says_has_a_row(kind: Kind) -> None:
    made = assessment()
    expected = {
        Kind.AUDIT: {"audit:exampleton"},
        Kind.FINDING: {finding.reference for finding in made.findings},
        Kind.CHECK: {f"check:exampleton:{check.check}" for check in made.checks},
        Kind.CLAUSE: {f"clause:exampleton:{outcome.clause.id}" for outcome in made.clauses},
        Kind.GAP: {f"gap:exampleton:{note.gap.data_set}:{note.gap.scope}" for note in made.gaps},
    }
    assert {row["reference"] for row in of_kind(rows_of(made), kind)} == expected[kind]
    assert set(KIND_MEANING) == set(Kind)


def test_a_council_nobody_could_look_at_does_not_look_like_one_where_all_is_well() -> None:
    clean_one, blind = rows_of(whole()), rows_of(unseen())
    assert {row["result"] for row in clean_one} == {"Meets"}
    assert {row["result"] for row in blind} == {"Not assessed"}
    assert not of_kind(clean_one, Kind.FINDING)
    assert not of_kind(blind, Kind.FINDING)


def test_a_refused_council_stands_between_the_others() -> None:
    rows = rows_of(whole(), REFUSED, whole())
    [refused] = [row for row in rows if row["tenant"] == "nowhere"]
    assert refused["result"] == "Not assessed"
    assert refused["because"] == "Microsoft refused the sign-in"
    assert refused["council"] == refused["run"] == ""


def test_the_audits_own_row_says_what_is_missing_and_what_would_mend_it() -> None:
    [row] = of_kind(rows_of(one_clause(Result.MEETS, gaps=(PERMISSION_GAP,))), Kind.AUDIT)
    assert row["result"] == "Not assessed"
    assert row["because"] == "Not read: sharing: Access denied."
    assert row["fix"] == "Sites.Read.All for the audit's app."


def test_a_finding_says_whether_it_is_there_and_what_was_decided() -> None:
    rows = of_kind(rows_of(every_state()), Kind.FINDING)
    there = {row["state"]: row["present"] for row in rows}
    assert there == {"new": "yes", "open": "yes", "came back": "yes", "fixed": "no", "not comparable": "no"}
    [accepted] = [row for row in rows if row["decision_standing"] == "holds"]
    assert accepted["decision"] == "Accepted"
    assert accepted["decision_until"] == "2027-03-31"
    [unseen_one] = [row for row in rows if row["state"] == "not comparable"]
    assert unseen_one["unseen"] == "the library could not be read"


def test_a_row_leads_to_the_clauses_and_their_frameworks() -> None:
    [row] = of_kind(rows_of(one_clause(Result.MEETS)), Kind.CHECK)
    assert (row["clauses"], row["frameworks"]) == ("B-01-01", "CE UAC")


def test_headings_are_words_machines_like_and_each_stands_once() -> None:
    headings = [column.heading for column in COLUMNS]
    assert len(headings) == len(set(headings))
    assert all(heading.replace("_", "").isalpha() and heading.islower() for heading in headings)


def test_every_hostile_name_is_in_the_file() -> None:
    names = [unguarded(row["subject_name"]) for row in of_kind(rows_of(hostile()), Kind.FINDING)]
    shown = [clean(name, rest="assessment.json").text.replace("\n", " ").replace("\t", " ") for name in HOSTILE]
    assert [name[:1000] for name in names] == [name[:1000] for name in shown]
