"""verify and purge, as their users meet them: nobody signs in, and nothing goes without being asked for."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from kept import SLUG, audited, collected, names

from m365audit.cli import app
from m365audit.cli.refusals import exit_code_of
from m365audit.snapshot import RunFolder

ROOT = Path(__file__).parents[2]
# A variable nobody has set: keeping needs no secrets.
AUTH = 'auth: {kind: secret, client_id: x, secret: "${NOBODY_HAS_SET_THIS}"}'
TENANT_FILE = f"""\
council: Exampleton Town Council
tenant_id: 11111111-2222-3333-4444-555555555555
policy: towcester
register: exampleton-register.xlsx
{AUTH}
"""


class Desk:
    """The command, with a config and a reports folder."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capsys = capsys
        self.tenant_file = folder / "tenants" / f"{SLUG}.yaml"
        self.tenant_file.parent.mkdir()
        self.tenant_file.write_text(TENANT_FILE, encoding="utf-8")

    @property
    def reports(self) -> Path:
        return self.folder / "reports"

    def __call__(self, *words: str) -> tuple[int, str, str]:
        where = ["--config", str(self.folder), "--reports", str(self.reports)]
        code = exit_code_of(lambda **options: app([*words, *where], **options))
        shown = self.capsys.readouterr()
        return code, shown.out, " ".join(shown.err.split())


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


@pytest.fixture
def old(desk: Desk) -> RunFolder:
    folder = audited(desk.reports, date(2026, 8, 1))
    audited(desk.reports, date(2026, 11, 21))
    return folder


def test_verify_shows_digests_that_can_be_compared(desk: Desk, old: RunFolder) -> None:
    code, out, err = desk("verify", SLUG)
    assert code == 0
    assert "as it was written" in err
    _, said, _ = desk("verify", SLUG, "--json")
    document = json.loads(said)
    assert [run["run"] for run in document["runs"]] == [old.run, "20261121T093000Z"]
    for run in document["runs"]:
        assert " ".join(run["evidence"][at : at + 4] for at in (0, 4, 8)) in out
    assert document["digest"] == document["runs"][-1]["manifest"]
    assert document["faults"] == []


def test_verify_names_the_file_that_differs_and_ends_with_five(desk: Desk, old: RunFolder) -> None:
    path = old.evidence / "accounts.parquet"
    path.write_bytes(path.read_bytes() + b" ")
    code, out, err = desk("verify", SLUG)
    assert code == 5
    assert f"error: {path} is not the file that was collected" in err
    assert "Digest of" not in out
    code, out, _ = desk("verify", SLUG, "--json")
    assert code == 5
    assert json.loads(out)["faults"][0]["file"] == str(path)


def test_verify_of_a_council_without_runs_claims_nothing(desk: Desk) -> None:
    code, out, _ = desk("verify", SLUG)
    assert code == 0
    assert "no finished run" in out


def test_purge_only_shows_until_it_is_told_to(desk: Desk, old: RunFolder) -> None:
    before = names(old)
    code, out, err = desk("purge", SLUG, "--as-of", "2026-11-21")
    assert code == 0
    assert all(words in out for words in (SLUG, old.run, "evidence and log", "over 90 days old"))
    assert "Nothing was taken away" in err
    assert names(old) == before
    code, out, err = desk("purge", SLUG, "--as-of", "2026-11-21", "--yes")
    assert code == 0
    assert "Taken away" in err
    assert names(old) == {"manifest.json", "assessment.json", "Clerk", "Council", "notice.txt"}
    code, out, err = desk("purge", SLUG, "--as-of", "2026-11-21", "--yes")
    assert (code, out) == (0, "")
    assert "Nothing is due" in err
    assert desk("verify", SLUG)[0] == 0


@pytest.mark.parametrize("command", ["evaluate", "report"])
def test_a_purged_run_is_not_judged_again_and_says_why_in_a_sentence(desk: Desk, old: RunFolder, command: str) -> None:
    desk("purge", SLUG, "--as-of", "2026-11-21", "--yes")
    desk.tenant_file.write_text(TENANT_FILE.replace(AUTH, "auth: {kind: token}"), "utf-8")
    shutil.copytree(ROOT / "config" / "policies", desk.folder / "policies")
    before = old.assessment.read_bytes()
    code, out, err = desk(command, SLUG, "--run", old.run)
    assert (code, out) == (2, "")
    assert "was purged on 21 November 2026, so it cannot be judged or reported again" in err
    assert err.count("error:") == 1
    assert old.assessment.read_bytes() == before
    assert not old.log.exists()


@pytest.mark.usefixtures("old")
def test_purge_follows_the_tenant_file(desk: Desk) -> None:
    desk.tenant_file.write_text(f"{TENANT_FILE}retention: {{evidence_days: 365}}\n", encoding="utf-8")
    _, out, err = desk("purge", SLUG, "--as-of", "2026-11-21")
    assert out == ""
    assert "Nothing is due" in err


@pytest.mark.parametrize(
    ("retention", "says"),
    [
        pytest.param("{evidence_day: 30}", "evidence_days", id="a key misspelt"),
        pytest.param("{evidence_days: 0}", "evidence_days", id="nothing kept at all"),
        pytest.param("{assessment_years: 1}", "assessment_years", id="less than the last 31 March needs"),
        pytest.param("90", "retention", id="a number alone"),
    ],
)
def test_a_wrong_retention_is_refused_by_its_line(desk: Desk, retention: str, says: str) -> None:
    desk.tenant_file.write_text(f"{TENANT_FILE}retention: {retention}\n", encoding="utf-8")
    code, _, err = desk("purge", SLUG)
    assert code == 2
    assert says in err
    assert "line 6" in err
    assert "Nothing is due" not in err  # nobody looked


def test_all_councils_are_looked_after_though_one_of_them_fails(desk: Desk, old: RunFolder) -> None:
    (desk.folder / "tenants" / "broken.yaml").write_text("council: x\n", encoding="utf-8")
    code, _, err = desk("purge", "--all", "--yes", "--as-of", "2026-11-21")
    assert code == 2
    assert "broken.yaml" in err
    assert "Clerk" in names(old)
    assert "accounts.parquet" not in names(old)


@pytest.mark.parametrize("words", [("purge",), ("purge", SLUG, "--all")])
def test_purge_wants_to_be_told_which_councils(desk: Desk, words: tuple[str, ...]) -> None:
    code, _, err = desk(*words)
    assert code == 2
    assert "--all" in err


def test_purge_speaks_json_and_names_what_it_leaves_alone(desk: Desk, old: RunFolder) -> None:
    stranger = old.path / "notes.txt"
    stranger.write_bytes(b"")
    _, out, _ = desk("purge", SLUG, "--as-of", "2026-11-21", "--json")
    (answer,) = json.loads(out)
    assert answer["left_alone"] == [str(stranger)]
    assert answer["purged"] is False
    assert {Path(name).name for due in answer["due"] for name in due["files"]} >= {"accounts.parquet", "run.log"}
    collected(desk.reports, date(2026, 12, 1))
