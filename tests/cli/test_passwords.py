"""Passwords of workbooks as people meet them: where they come from, what is asked, and that they are shown nowhere."""

import json
import os
import pty
import select
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from decided import GOOD, Desk

from m365audit.cli import app
from m365audit.cli.refusals import exit_code_of
from m365audit.excel.encrypted import encrypt
from m365audit.register.ledger import read

PASSWORD = "allotment kettle heron"
OWN = "EXAMPLETON_OWN_PASSWORD"
PATIENCE_SECONDS = 60.0
TENANT = """\
council: {council}
tenant_id: 11111111-2222-3333-4444-555555555555
policy: towcester
auth: {{kind: token}}
endpoints: {{graph: "http://127.0.0.1:1", exchange: "http://127.0.0.1:1", login: "http://127.0.0.1:1"}}
workbooks: {workbooks}
"""


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("M365AUDIT_WORKBOOK_PASSWORD", OWN, "M365AUDIT_GRAPH_TOKEN", "M365AUDIT_EXCHANGE_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    # A .env beside the checkout is no matter of the tests.
    monkeypatch.chdir(tmp_path)


def council(folder: Path, slug: str = "exampleton", workbooks: str = "{encrypt: true}") -> list[str]:
    """A council that signs in with tokens nobody has; the options that lead there."""
    tenants = folder / "config" / "tenants"
    tenants.mkdir(parents=True, exist_ok=True)
    text = TENANT.format(council=f"{slug.capitalize()} Town Council", workbooks=workbooks)
    (tenants / f"{slug}.yaml").write_text(text, encoding="utf-8")
    return ["--config", str(folder / "config"), "--reports", str(folder / "reports")]


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = exit_code_of(lambda **options: app(list(words), **options))
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def at_a_terminal(
    words: Sequence[str], replies: Sequence[tuple[str, str]], variables: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Give a command at a terminal and answer what it asks: its exit code, and all the terminal showed."""
    program = "from m365audit.cli import main; main()"
    child, terminal = pty.fork()
    if child == 0:
        environment = {**os.environ, **(variables or {}), "COLUMNS": "300", "TERM": "dumb"}
        os.execve(sys.executable, [sys.executable, "-c", program, *words], environment)  # noqa: S606
    shown, seen = "", 0
    for asked, reply in (*replies, ("", "")):
        end = time.monotonic() + PATIENCE_SECONDS
        while not asked or asked not in shown[seen:]:
            assert time.monotonic() < end, f"never asked for {asked!r}: {shown}"
            if not select.select([terminal], [], [], 0.1)[0]:
                continue
            try:
                more = os.read(terminal, 4_096).decode(errors="replace")
            except OSError:  # how Linux says that the other end is closed
                more = ""
            if not more:
                break
            shown += more
        if not asked:
            break
        assert asked in shown[seen:], shown
        seen = len(shown)
        # Whoever asks switches the echo off a moment after having asked.
        time.sleep(0.3)
        os.write(terminal, f"{reply}\n".encode())
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), " ".join(shown.split())


# Where there is nobody to ask


@pytest.mark.parametrize("command", ["audit", "audit --encrypt"])
def test_without_a_password_nothing_is_collected_and_one_sentence_says_what_to_do(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: str
) -> None:
    code, out, err = said(capsys, *command.split(), "exampleton", *council(tmp_path))
    assert (code, out) == (2, "")
    assert " ".join(err.split()) == (
        "error: the workbooks of Exampleton Town Council are to be encrypted, and there is no password; set "
        "M365AUDIT_WORKBOOK_PASSWORD or put it in .env, or give the command at a terminal"
    )
    assert not list((tmp_path / "reports").rglob("2*"))


def test_the_command_may_ask_for_what_the_tenant_file_does_not(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    places = council(tmp_path, workbooks="{encrypt: false}")
    assert "there is no password" in said(capsys, "audit", "--encrypt", "exampleton", *places)[2]
    assert "there is no password" not in said(capsys, "audit", "exampleton", *places)[2]


def test_and_the_other_way_round(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "no password" not in said(capsys, "audit", "--no-encrypt", "exampleton", *council(tmp_path))[2]


@pytest.mark.parametrize(
    ("password", "why"),
    [
        pytest.param("hunter2", "it has 7 characters, and at least 12 are needed", id="too short"),
        pytest.param("hunter2hunter2hunter2 ", "it begins or ends with a space", id="a space at its end"),
    ],
)
def test_one_that_will_not_do_is_refused_by_its_place_and_never_shown(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, password: str, why: str
) -> None:
    monkeypatch.setenv("M365AUDIT_WORKBOOK_PASSWORD", password)
    code, _, err = said(capsys, "audit", "exampleton", *council(tmp_path))
    assert code == 2
    assert f"cannot be encrypted with the password in M365AUDIT_WORKBOOK_PASSWORD: {why}" in " ".join(err.split())
    assert "hunter2" not in err


def test_a_councils_own_variable_goes_before_the_one_of_all(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("M365AUDIT_WORKBOOK_PASSWORD", PASSWORD)
    monkeypatch.setenv(OWN, "short")
    places = council(tmp_path, workbooks=f'{{encrypt: true, password: "${{{OWN}}}"}}')
    assert "the variable that exampleton.yaml names for it: it has 5" in said(capsys, "audit", "exampleton", *places)[2]
    monkeypatch.setenv(OWN, "")
    assert "password" not in said(capsys, "audit", "exampleton", *places)[2]


def test_one_council_without_a_password_keeps_the_others_from_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(OWN, PASSWORD)
    council(tmp_path, "alpha")
    council(tmp_path, "beta", f'{{encrypt: true, password: "${{{OWN}}}"}}')
    places = council(tmp_path, "gamma", "{encrypt: false}")
    code, _, err = said(capsys, "audit", "--all", *places)
    assert code in {2, 3}
    errors = [line for line in err.splitlines() if line.startswith("error:")]
    assert [("there is no password" in line) for line in errors] == [True, False, False]
    assert "Alpha Town Council" in errors[0]


# At a terminal


def test_it_is_asked_for_twice_before_anything_is_asked_of_microsoft_and_never_echoed(tmp_path: Path) -> None:
    code, shown = at_a_terminal(
        ["audit", "exampleton", *council(tmp_path)],
        [
            ("Password", "hunter2"),
            ("Password", PASSWORD),
            ("The same again", "allotment kettle herons"),
            ("Password", PASSWORD),
            ("The same again", PASSWORD),
        ],
    )
    assert code in {2, 3}
    assert "The workbooks of Exampleton Town Council will be encrypted; choose a password of at least 12" in shown
    assert "It will not do: it has 7 characters, and at least 12 are needed" in shown
    assert "These two are not the same." in shown
    assert shown.count("error:") == 1
    assert shown.index("error:") > shown.rindex("The same again")
    assert "no password" not in shown
    for typed in (PASSWORD, "hunter2", "allotment kettle herons"):
        assert typed not in shown


def test_after_three_tries_it_is_left(tmp_path: Path) -> None:
    code, shown = at_a_terminal(["audit", "exampleton", *council(tmp_path)], [("Password", "hunter2")] * 3)
    assert code == 2
    assert "no password was settled for the workbooks of Exampleton Town Council; give the command again" in shown


def test_all_councils_are_asked_for_before_the_first_is_audited(tmp_path: Path) -> None:
    council(tmp_path, "alpha")
    places = council(tmp_path, "beta")
    replies = [("Password", PASSWORD), ("The same again", PASSWORD)] * 2
    _, shown = at_a_terminal(["audit", "--all", *places], replies)
    assert shown.index("The workbooks of Beta") < shown.index("error:")
    assert shown.count("error:") == 2


def test_a_variable_that_is_set_asks_nobody(tmp_path: Path) -> None:
    words = ["audit", "exampleton", *council(tmp_path)]
    _, shown = at_a_terminal(words, [], {"M365AUDIT_WORKBOOK_PASSWORD": PASSWORD})
    assert "Password" not in shown


# Workbooks that come back


def returned(desk: Desk, password: str = PASSWORD) -> Path:
    path = desk.returned(GOOD)
    encrypt(path, path, password)
    return path


def decisions(desk: Desk, *files: Path) -> list[str]:
    places = ["--config", str(desk.places.config), "--reports", str(desk.places.reports)]
    return ["decisions", *map(str, files), "--as-of", "2026-12-07", "--yes", *places]


def test_a_returned_workbook_is_read_with_the_password_in_the_variable(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("M365AUDIT_WORKBOOK_PASSWORD", PASSWORD)
    code, out, err = said(capsys, *decisions(desk, returned(desk)))
    assert (code, len(read(desk.ledger).decisions)) == (0, 2), err
    assert PASSWORD not in out + err
    assert PASSWORD.encode() not in desk.ledger.read_bytes()


def test_or_with_that_of_its_councils_own(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = desk.register.with_name("exampleton.yaml")
    file.write_text(f'{file.read_text()}workbooks: {{password: "${{{OWN}}}"}}\n', encoding="utf-8")
    monkeypatch.setenv("M365AUDIT_WORKBOOK_PASSWORD", "that of all the others")
    monkeypatch.setenv(OWN, PASSWORD)
    assert said(capsys, *decisions(desk, returned(desk)))[0] == 0
    assert len(read(desk.ledger).decisions) == 2


def test_without_it_the_file_is_named_and_the_others_are_read(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("M365AUDIT_WORKBOOK_PASSWORD", "quite another one")
    shut = returned(desk).rename(desk.folder / "shut.xlsx")
    code, out, _ = said(capsys, *decisions(desk, shut, desk.returned(GOOD)))
    assert code == 2
    assert "shut.xlsx, the whole file: no password that was given opens it. To do: put the right one into" in " ".join(
        out.split()
    )
    assert len(read(desk.ledger).decisions) == 2


def test_as_json_the_refusal_is_data(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, *decisions(desk, returned(desk)), "--json")
    assert code == 2
    (refused,) = json.loads(out)["refused"]
    assert refused["why"] == "it has a password, and none is at hand"


def test_at_a_terminal_it_is_asked_for_by_the_files_name(desk: Desk) -> None:
    asked = "Password of returned.xlsx"
    code, shown = at_a_terminal(decisions(desk, returned(desk)), [(asked, "wrong password"), (asked, PASSWORD)])
    assert code == 0, shown
    assert shown.count("That one does not open it.") == 1
    assert len(read(desk.ledger).decisions) == 2
    assert PASSWORD not in shown
    assert "wrong password" not in shown
