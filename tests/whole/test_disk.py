"""A disk that takes no more: one sentence that says where and what to do, nothing lost, and then it goes on."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import NOW, Desk, desk
from hamlet import hamlet

COUNCIL = hamlet(NOW)


def no_file_beyond(size: int) -> list[str]:
    """Start the command so that the system lets it write no file of more bytes than that, as a full disk would."""
    limit = f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))"
    return [sys.executable, "-c", f"import os, resource, sys; {limit}; os.execv(sys.argv[1], sys.argv[1:])"]


def assert_one_sentence(err: str) -> None:
    lines = [line for line in err.splitlines() if "going on with run" not in line and "all evidence of run" not in line]
    assert len(lines) == 1, err
    assert lines[0].startswith("error: ")
    assert "cannot be" in lines[0]
    assert "free some space" in lines[0]


@pytest.mark.parametrize("size", [pytest.param(size, id=f"{size} bytes") for size in (100, 6_000, 60_000, 150_000)])
def test_a_full_disk_is_said_once_and_with_room_again_it_goes_on(size: int, tmp_path: Path) -> None:
    with desk(tmp_path, COUNCIL) as office:
        full = office("audit", COUNCIL.slug, before=no_file_beyond(size))
        assert full.code == 2, full.err
        assert_one_sentence(full.err)
        assert not list(office.reports.rglob("*.part"))
        runs = list((office.reports / COUNCIL.slug).glob("2*"))
        office.service.requests.clear()
        again = office("audit", COUNCIL.slug)
        assert again.code in {0, 4}, again.err
        assert office.run(COUNCIL) in runs or not runs
        assert len(list(office.run(COUNCIL).glob("*.xlsx"))) == 3


def stopped(office: Desk, there: str) -> Path:
    """A run that was killed as soon as something was there."""
    audit = office.start("audit", COUNCIL.slug)
    audit.until(lambda: any(office.reports.glob(f"*/2*/{there}")))
    audit.kill()
    return office.run(COUNCIL)


def in_the_way(name: str) -> Callable[[Path], Path]:
    def put(run: Path) -> Path:
        (run / name).mkdir()
        (run / name / "something").touch()
        return run / name

    return put


@pytest.mark.parametrize(
    ("there", "obstacle"),
    [
        pytest.param("unfinished/accounts.json", "evidence/sharing.parquet", id="the rows of a data set"),
        pytest.param("unfinished/accounts.json", "unfinished/sharing.json.part", id="the record of a data set"),
        pytest.param("unfinished/accounts.json", "unfinished/sharing.jsonl", id="the libraries kept"),
        pytest.param("unfinished/accounts.json", "evidence/manifest.json.part", id="the manifest"),
        pytest.param("evidence/manifest.json", "assessment.json.part", id="the assessment"),
    ],
)
def test_whatever_cannot_be_written_is_named_and_nothing_is_lost(there: str, obstacle: str, tmp_path: Path) -> None:
    with desk(tmp_path, COUNCIL) as office:
        run = stopped(office, there)
        (run / obstacle).unlink(missing_ok=True)
        put = in_the_way(obstacle)(run)
        refused = office("audit", COUNCIL.slug)
        assert refused.code == 2, refused.err
        assert put.name.removesuffix(".part") in refused.sentences
        assert_one_sentence(refused.err)
        (put / "something").unlink()
        put.rmdir()
        again = office("audit", COUNCIL.slug)
        assert again.code in {0, 4}, again.err
        assert office.run(COUNCIL) == run


def test_a_log_that_cannot_be_written_is_said_and_spills_nothing(tmp_path: Path) -> None:
    with desk(tmp_path, COUNCIL) as office:
        run = stopped(office, "unfinished/accounts.json")
        (run / "run.log").unlink()
        put = in_the_way("run.log")(run)
        refused = office("audit", COUNCIL.slug)
        assert refused.code == 2
        assert_one_sentence(refused.err)
        assert str(put) in refused.sentences


def test_a_folder_that_cannot_be_made_is_said_before_anything_is_collected(tmp_path: Path) -> None:
    with desk(tmp_path, COUNCIL) as office:
        office.reports.write_text("a file where a folder should be", encoding="utf-8")
        refused = office("audit", COUNCIL.slug)
        assert refused.code == 2
        assert "--reports" in refused.sentences
        assert len(refused.err.splitlines()) == 1
        assert len(office.service.requests) < 5


def test_a_second_audit_of_the_same_council_is_told_to_wait(tmp_path: Path) -> None:
    with desk(tmp_path, COUNCIL) as office:
        first = office.start("audit", COUNCIL.slug)
        first.until(lambda: any(office.reports.glob("*/2*/unfinished/begun.json")))
        for command in ("audit", "collect"):
            second = office(command, COUNCIL.slug)
            assert second.code == 75
            assert "another audit of exampleton is running" in second.sentences
            assert len(second.err.splitlines()) == 1
        ended = first.end()
        assert ended.code in {0, 4}, ended.err
        assert len(list((office.reports / COUNCIL.slug).glob("2*"))) == 1
