"""The command `decisions` as its users meet it: what it shows, what it asks, what it keeps, and how it ends."""

import json
import os
import pty
import subprocess
import sys

import pytest
from decided import CLERK, GOOD, ON, RUN, TODAY, Desk, answer, fill, ref
from openpyxl import load_workbook

from m365audit.cli import app
from m365audit.cli.refusals import exit_code_of
from m365audit.register.ledger import read

BAD = {**GOOD, "anyone": answer("Accepted", reason="x", until=ON)}


def words(desk: Desk, *more: object) -> list[str]:
    places = ["--config", str(desk.places.config), "--reports", str(desk.places.reports)]
    return ["decisions", *map(str, more), "--as-of", str(TODAY), *places]


def said(capsys: pytest.CaptureFixture[str], *given: str) -> tuple[int, str, str]:
    code = exit_code_of(lambda **options: app(list(given), **options))
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_with_yes_what_was_understood_is_shown_and_kept(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, *words(desk, desk.returned(GOOD), "--yes"))
    assert code == 0, err
    assert "Exampleton Town Council: what was understood" in out
    assert "Accepted until 31 Mar" in out
    assert "Survey" in out
    assert "17 rows left blank" in out
    assert "Kept 2 decisions" in err
    assert {one.reference for one in read(desk.ledger).decisions} == {ref("share"), ref("setting")}


def test_it_fits_eighty_columns_and_every_refusal_says_what_to_do(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = said(capsys, *words(desk, desk.returned(BAD), "--yes"))
    assert code == 2
    assert max(map(len, out.splitlines())) <= 80
    text = " ".join(out.split())
    assert "Not kept: returned.xlsx, row " in text
    assert (
        f"{ref('anyone')}, Photos: its Until, 1 Dec 2026, is past. To do: give a day to come, or another answer."
        in text
    )
    assert "Kept 2 decisions" in err
    assert len(read(desk.ledger).decisions) == 2


def test_without_a_terminal_and_yes_nothing_is_kept_and_it_says_how(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = said(capsys, *words(desk, desk.returned(GOOD)))
    assert code == 2
    assert "Survey" in out
    assert "Nothing was kept" in err
    assert "--yes" in err
    assert not desk.ledger.exists()


@pytest.mark.parametrize(("reply", "number"), [("y", 2), ("n", 0)])
def test_at_a_terminal_it_asks_first(desk: Desk, reply: str, number: int) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", "from m365audit.cli import main; main()", *words(desk, desk.returned(GOOD))]
    with subprocess.Popen(
        command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "COLUMNS": "80"}
    ) as process:
        os.write(ours, f"{reply}\n".encode())
        out, err = process.communicate(timeout=120)
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 0
    assert b"Survey" in out
    assert b"Keep 2 decisions?" in err
    assert (b"Nothing was kept" in err) == (number == 0)
    assert len(read(desk.ledger).decisions) == number


def test_the_same_file_again_is_nothing_new(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    path = desk.returned(GOOD)
    said(capsys, *words(desk, path, "--yes"))
    before = desk.ledger.read_bytes()
    code, out, err = said(capsys, *words(desk, path))
    assert code == 0
    assert "Kept already" in out
    assert "nothing new" in err
    assert desk.ledger.read_bytes() == before


def test_as_json_it_says_all_of_it_and_asks_nothing(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    path = desk.returned({**BAD, "unknown": answer("Shared", reason="Planning")})
    code, out, _ = said(capsys, *words(desk, path, "--json"))
    assert code == 2
    document = json.loads(out)
    [council] = document["councils"]
    assert council["kept"] is False
    assert not desk.ledger.exists()
    assert {one["answer"] for one in council["decisions"]} == {"Accepted", "Fix", "Shared"}
    assert [one["reference"] for one in council["refused"]] == [ref("anyone")]
    assert council["to_do"]
    code, out, _ = said(capsys, *words(desk, path, "--json", "--yes"))
    assert json.loads(out)["councils"][0]["kept"] is True
    assert len(read(desk.ledger).decisions) == 3


def test_a_file_that_cannot_be_read_stops_no_other(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    bad = desk.folder / "not a workbook.xlsx"
    bad.write_bytes(b"nothing")
    code, out, _ = said(capsys, *words(desk, bad, desk.returned(GOOD), "--yes"))
    assert code == 2
    assert "not a workbook.xlsx, the whole file: it cannot be opened" in " ".join(out.split())
    assert len(read(desk.ledger).decisions) == 2


def test_what_takes_the_place_of_an_earlier_answer_is_shown(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, *words(desk, desk.returned(GOOD), "--yes"))
    later = desk.returned({"share": answer("Remove", decision_date=TODAY)}, "later.xlsx")
    code, out, _ = said(capsys, *words(desk, later, "--yes"))
    assert code == 0
    assert "(takes the place of" in out
    assert "'Accepted'" in out


def test_a_leaver_goes_into_the_register(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    path = desk.returned({"dormant": answer("Leaver confirmed", until=ON)})
    code, out, err = said(capsys, *words(desk, path, "--yes"))
    assert code == 0
    assert "Goes into the register" in out
    assert "Ann Archer's service ended on 1 Dec 2026" in " ".join(err.split())


def test_a_ledger_that_was_changed_is_refused_as_unsafe(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, *words(desk, desk.returned(GOOD), "--yes"))
    desk.ledger.write_bytes(desk.ledger.read_bytes().replace(b"Survey", b"Gossip"))
    code, _, err = said(capsys, *words(desk, desk.returned(GOOD), "--yes"))
    assert code == 5
    assert "line 2 does not follow" in err.replace("\n", " ")


def test_an_unfinished_line_is_said_and_cut_off(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, *words(desk, desk.returned(GOOD), "--yes"))
    desk.ledger.write_bytes(desk.ledger.read_bytes()[:-20])
    code, out, _ = said(capsys, *words(desk, desk.returned(GOOD), "--yes"))
    assert code == 0
    assert "line 2 of exampleton-decisions.jsonl was left unfinished" in " ".join(out.split())
    assert len(read(desk.ledger).decisions) == 2


def test_names_from_outside_cannot_command_the_terminal(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    workbook = load_workbook(desk.sent)
    fill(workbook["Decisions needed"], {"share": answer("[red]No[/red]\u001b[2J".replace("\u001b", "_x001B_"))})
    workbook.save(desk.folder / "x.xlsx")
    code, out, _ = said(capsys, *words(desk, desk.folder / "x.xlsx", "--yes"))
    assert code == 2
    assert "\u001b" not in out
    assert "[red]No[/red]" in " ".join(out.split())


def test_told_decisions_are_taken_in_too(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    path = desk.folder / "decisions.yaml"
    path.write_text(
        f"tenant: exampleton\nrun: {RUN}\ndecisions:\n"
        f"  - reference: {ref('share')}\n    decision: Remove\n    decided_by: {CLERK}\n    decision_date: {ON}\n",
        encoding="utf-8",
    )
    code, out, _ = said(capsys, *words(desk, path, "--yes"))
    assert code == 0
    assert "Remove" in out
    assert read(desk.ledger).decisions[0].source.channel == "told to the provider"


def test_no_file_is_a_mistake_of_usage(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = said(capsys, "decisions")
    assert code == 2
    assert "FILE" in err
