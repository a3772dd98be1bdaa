"""The files as a command writes them: of real audits, right words and wrong ones."""

import csv
import errno
import json
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from export.built import whole
from export.junit_shape import wrong_with as wrong_junit
from export.ocsf_schema import wrong_with as wrong_ocsf
from whole.commands import NOW, Desk, Ended, desk

from m365audit.cli import app
from m365audit.cli.exports import Target
from m365audit.cli.refusals import exit_code_of
from m365audit.export import FORMATS
from m365audit.sample.councils import SampleCouncil, exampleton, little_sampling
from m365audit.snapshot import BadRun

OPTIONS = [f"--{name}" for name in FORMATS]


@dataclass(frozen=True)
class Exported:
    """An audit by the command, with all three files, of a council and of one that has no tenant file."""

    office: Desk
    ended: Ended
    files: Path

    @property
    def rows(self) -> list[dict[str, str]]:
        with (self.files / "audit.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    @property
    def events(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in (self.files / "audit.ocsf").read_text(encoding="utf-8").splitlines()]

    @property
    def junit(self) -> str:
        return (self.files / "audit.junit").read_text(encoding="utf-8")


def in_all(folder: Path) -> list[str]:
    return [word for name in FORMATS for word in (f"--{name}", str(folder / f"audit.{name}"))]


def exported_by(council: SampleCouncil, folder: Path) -> Iterator[Exported]:
    with desk(folder, council) as office:
        yield Exported(office, office("audit", council.slug, "nowhere", *in_all(folder)), folder)


@pytest.fixture(scope="module")
def little(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exported]:
    yield from exported_by(little_sampling(NOW), tmp_path_factory.mktemp("little-sampling"))


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exported]:
    yield from exported_by(exampleton(NOW), tmp_path_factory.mktemp("exampleton"))


@pytest.fixture(params=["little", "larger"])
def exported(request: pytest.FixtureRequest) -> Exported:
    found: Exported = request.getfixturevalue(request.param)
    return found


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = exit_code_of(lambda **options: app(list(words), **options))
    shown = capsys.readouterr()
    return code, shown.out, " ".join(shown.err.split())


def on(office: Desk) -> list[str]:
    return [office.councils[0].slug, "--config", str(office.config), "--reports", str(office.reports)]


def test_the_files_are_sound_and_hold_both_councils(exported: Exported) -> None:
    slug = exported.office.councils[0].slug
    assert {row["tenant"] for row in exported.rows} == {slug, "nowhere"}
    assert [wrong for event in exported.events for wrong in wrong_ocsf(event)] == []
    assert wrong_junit(exported.junit) == []
    assert exported.junit.count("<testsuite ") == 2


def test_the_refused_council_is_in_every_file_and_the_code_is_its(exported: Exported) -> None:
    [row] = [row for row in exported.rows if row["tenant"] == "nowhere"]
    assert row["result"] == "Not assessed"
    assert "there is no such tenant file" in row["because"]
    [event] = [event for event in exported.events if event["unmapped"] == {"tenant": "nowhere"}]
    assert event["compliance"]["status"] == "Warning"  # type: ignore[index]
    assert 'classname="nowhere"' in exported.junit
    assert exported.ended.code == 2


def test_every_finding_of_the_assessment_is_in_every_file_that_has_findings(exported: Exported) -> None:
    expected = exported.office.assessment(exported.office.councils[0])
    references = {finding["reference"] for finding in expected["findings"]}
    assert references
    assert {row["reference"] for row in exported.rows if row["record"] == "finding"} == references
    told = {str(event["finding_info"]["uid"]) for event in exported.events}  # type: ignore[index]
    assert references <= told
    assert exported.junit.count("<testcase ") == 2 + len(expected["clauses"])


def test_junit_names_nobody_and_no_account(exported: Exported) -> None:
    found = exported.office.assessment(exported.office.councils[0])["findings"]
    people = [one for one in found if one["subject"]["kind"] in ("account", "guest", "person", "share", "meeting")]
    assert people
    names = {word for one in people for word in (one["subject"]["name"], one["subject"]["id"]) if len(word) > 5}
    assert sorted(name for name in names if name in exported.junit) == []
    assert "@" not in exported.junit


def test_files_are_for_their_owner_alone_and_nothing_is_left_beside_them(exported: Exported) -> None:
    written = [exported.files / f"audit.{name}" for name in FORMATS]
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600}
    assert [path.name for path in exported.files.iterdir() if path.name.startswith(".")] == []


def of_the_council(audit: bytes) -> bytes:
    """What the audit of both councils says of the one that was not refused."""
    return b"".join(line for line in audit.splitlines(keepends=True) if b"nowhere" not in line)


@pytest.mark.parametrize("command", ["evaluate", "report"])
def test_a_run_that_is_there_says_the_same_again_and_a_dash_prints_it_alone(
    little: Exported, command: str, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    again = tmp_path / "again.csv"
    words = [command, *on(little.office), "--csv", str(again), "--ocsf", "-"]
    exit_code_of(lambda **options: app(words, **options))
    out, err = capsysbinary.readouterr()
    assert again.read_bytes() == of_the_council((little.files / "audit.csv").read_bytes())
    assert out == of_the_council((little.files / "audit.ocsf").read_bytes())
    assert f"{little.office.run(little.office.councils[0])}/" in err.decode()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param(["--csv", "no/such/folder/x.csv"], "there is no folder", id="a folder there is not"),
        pytest.param(["--csv", "."], "is no file", id="a folder for a file"),
        pytest.param(["--csv", ""], "needs a file", id="no name at all"),
        pytest.param(["--csv", "--ocsf", "--junit", "x"], "'--ocsf' is none", id="an option for a name"),
        pytest.param(["--csv", "x", "--ocsf", "./x"], "both name", id="two formats for one file"),
        pytest.param(["--csv", "-", "--ocsf", "-"], "--csv and --ocsf both print", id="two formats printed"),
        pytest.param(["--junit", "/dev/null"], "is no file", id="a device"),
        pytest.param(["--junit", "/proc/x.xml"], "cannot be written", id="a folder nobody may write to"),
    ],
)
@pytest.mark.parametrize("command", ["audit", "evaluate", "report"])
def test_a_place_that_will_not_do_is_refused_before_anything_begins(
    command: str,
    words: list[str],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = said(capsys, command, "nowhere", "--config", str(tmp_path), *words)
    assert (code, out) == (2, "")
    assert sentence in err
    assert "no such tenant file" not in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["audit", "evaluate"])
def test_a_format_and_json_cannot_both_be_printed(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = said(capsys, command, "nowhere", "--config", str(tmp_path), "--junit", "-", "--json")
    assert (code, out) == (2, "")
    assert "--junit and --json both print; give one of them a file" in err


def test_where_the_command_is_refused_the_older_file_stays_and_it_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    older = tmp_path / "audit.csv"
    older.write_text("last month's")
    code, _, err = said(capsys, "evaluate", "nowhere", "--config", str(tmp_path), "--csv", str(older))
    assert code == 2
    assert "audit.csv was not written; the one that is there is older" in err
    assert [path.read_text() for path in tmp_path.iterdir()] == ["last month's"]


def test_a_full_disk_is_said_and_leaves_neither_half_a_file_nor_one_of_two(little: Exported, tmp_path: Path) -> None:
    whole_file = little.files / "audit.ocsf"
    limit = f"resource.setrlimit(resource.RLIMIT_FSIZE, ({whole_file.stat().st_size // 2},) * 2)"
    full = [sys.executable, "-c", f"import os, resource, sys; {limit}; os.execv(sys.argv[1], sys.argv[1:])"]
    slug = little.office.councils[0].slug
    ended = little.office("evaluate", slug, *in_all(tmp_path), before=full)
    assert ended.code == 2
    assert "audit.ocsf cannot be written (File too large); free some space or name another file with --ocsf" in (
        ended.sentences
    )
    assert list(tmp_path.iterdir()) == []


class Gone(BytesIO):
    """Whoever read what was printed has gone."""

    def write(self, _: object) -> int:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")


def test_where_nobody_reads_on_it_is_said_in_one_sentence() -> None:
    with pytest.raises(BadRun, match=r"--csv cannot be printed \(Broken pipe\); give it a file instead of -"):
        Target("--csv", None, Gone()).put([whole()])


@pytest.mark.parametrize("command", ["audit", "evaluate", "report"])
def test_help_says_what_holds_names(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = said(capsys, command, "--help")
    words = " ".join(out.split())
    assert [option for option in OPTIONS if option not in words] == []
    assert words.count("It holds names and addresses") == 2
    assert words.count("It names nobody") == 1
