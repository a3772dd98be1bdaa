"""The command line as its users meet it: right words, wrong words, exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

from m365audit.cli import app
from m365audit.cli.refusals import exit_code_of

ROOT = Path(__file__).parents[2]


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = exit_code_of(lambda **options: app(list(words), **options))
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_every_command_has_help_and_stands_in_the_readme() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert commands
    for name, command in commands.items():
        assert command.help, name
        assert f"m365audit {name}" in readme, name
    for line in readme.splitlines():
        if line.startswith("| `m365audit "):
            assert line.split()[2].strip("`") in commands, line


def test_asking_for_nothing_shows_the_help() -> None:
    result = CliRunner().invoke(app, ["--help"])
    assert result.exit_code == 0
    assert "audit" in result.output


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        pytest.param(["audit"], 2, "name a council", id="no council named"),
        pytest.param(["audit", "nowhere"], 2, "there is no such tenant file", id="a council there is not"),
        pytest.param(["audit", "--all"], 2, "holds no tenant file", id="all of none"),
        pytest.param(["audit", "x", "--fail-on", "much"], 2, "high, medium, low or any", id="a level there is not"),
        pytest.param(["collect", "x", "--only", "acounts"], 2, "no such tenant file", id="the tenant comes first"),
        pytest.param(["evaluate", "../x"], 2, "no such tenant file", id="a path for a name"),
        pytest.param(["rules", "two-step-registred"], 2, "two-step-registered", id="a check misspelt"),
        pytest.param(["clauses", "towchester"], 2, "towcester", id="a policy misspelt"),
        pytest.param(["init", "No Good"], 2, "small letters", id="a name that is no file name"),
        pytest.param(["init", "x", "--policy", "towchester"], 2, "towcester", id="a policy there is not"),
        pytest.param(["audit", "x", "--as-of", "tomorrow"], 2, "tomorrow", id="a date in words"),
        pytest.param(["frobnicate"], 2, "frobnicate", id="a command there is not"),
    ],
)
def test_wrong_words_get_one_sentence_and_a_code(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, words: list[str], code: int, sentence: str
) -> None:
    places = [] if words[0] in {"rules", "frobnicate"} else ["--config", str(tmp_path)]
    actual, out, err = said(capsys, *words, *places)
    assert actual == code, err
    assert sentence in err.replace("\n", " ")
    assert out == ""
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_init_writes_both_files_and_says_what_to_do_next(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, err = said(capsys, "init", "exampleton", "--council", 'The "Old" Council', "--config", str(tmp_path))
    assert code == 0
    written = [Path(line) for line in out.split()]
    assert [path.name for path in written] == ["exampleton.yaml", "exampleton-register.xlsx"]
    assert all(path.exists() for path in written)
    assert "doctor exampleton" in err


def test_init_twice_changes_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    said(capsys, "init", "exampleton", "--config", str(tmp_path))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    code, _, err = said(capsys, "init", "exampleton", "--config", str(tmp_path))
    assert code == 2
    assert "there already" in err
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*")} == before


def test_a_new_tenant_file_is_refused_until_it_is_filled_in(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    said(capsys, "init", "exampleton", "--config", str(tmp_path))
    code, _, err = said(capsys, "doctor", "exampleton", "--config", str(tmp_path))
    assert code == 2
    assert "exampleton.yaml" in err
    assert "EXAMPLETON_CERTIFICATE" in err.replace("\n", " ")


def test_rules_and_clauses_speak_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "rules", "--json")
    assert code == 0
    assert {"id", "title", "topic"} == set(json.loads(out)[0])
    code, out, _ = said(capsys, "clauses", "towcester", "--json")
    assert len(json.loads(out)) == 74


@pytest.mark.parametrize(("policy", "number"), [("towcester", 74), ("town-council-2023", 58)])
def test_clauses_shows_each_with_what_is_looked_at_or_left_to_a_person(
    capsys: pytest.CaptureFixture[str], policy: str, number: int
) -> None:
    code, out, _ = said(capsys, "clauses", policy)
    assert code == 0
    blocks = out.strip().split("\n\n")[1:]
    assert len(blocks) == number
    assert all("Looked at:" in block or "A person states:" in block for block in blocks)


def test_the_installed_command_ends_with_the_code() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "from m365audit.cli import main; main()", "rules", "nothing-like-it"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
