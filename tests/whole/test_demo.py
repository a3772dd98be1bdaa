"""The demo, as somebody meets it who tries the program for the first time."""

import re
from contextlib import nullcontext
from pathlib import Path

import pytest

from m365audit.cli import app
from m365audit.cli.refusals import exit_code_of
from m365audit.engine.collecting.collect import Silent
from m365audit.sample import demo
from m365audit.settings import BadFile

EACH = ("Clerk", "Council", "Technician")


def test_it_ends_well_with_the_paths_of_workbooks_and_ten_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = tmp_path / "demo" / "exampleton" / "20261121T093000Z"
    old.mkdir(parents=True)
    (tmp_path / "demo" / ".demo").write_text("")
    code = exit_code_of(lambda **options: app(["demo", "--reports", str(tmp_path)], **options))
    shown = capsys.readouterr().out
    assert code == 0, shown
    paths, _, rest = shown.partition("\n\n")
    workbooks = [Path(line) for line in paths.splitlines()]
    assert [path.name.split(" - ")[1].removesuffix(".xlsx") for path in workbooks] == [*EACH, *EACH]
    assert all(path.is_file() and path.is_relative_to(tmp_path / "demo") for path in workbooks)
    for_the_provider = re.search(r"All councils in one, for their IT provider: (.+\.xlsx)", rest)
    assert for_the_provider
    assert Path(for_the_provider[1]).is_file()
    lines = [line for line in rest.partition("Open November")[0].splitlines() if line.strip()]
    assert len(lines) == 9
    planted = re.findall(r"planted breaches found: (\d+) of (\d+), and (\d+) beside them", rest)
    assert len(planted) == 2
    assert all(found == wanted and beside == "0" for found, wanted, beside in planted)
    assert len(list((tmp_path / "demo" / "returned").iterdir())) == 4
    assert len(list((tmp_path / "demo" / "exampleton").glob("2026*Z"))) == 3


def test_it_never_clears_away_what_is_not_its_own(tmp_path: Path) -> None:
    home = tmp_path / "demo"
    home.mkdir()
    (home / "letter.txt").write_text("keep me")
    with pytest.raises(BadFile, match="something else"):
        demo.run(home, lambda _: nullcontext(Silent()))
    assert [path.name for path in home.iterdir()] == ["letter.txt"]
