"""What a run that was stopped keeps: whole lines and whole files count, and nothing else does."""

import multiprocessing
import os
import signal
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from m365audit.model.datasets import DATA_SETS
from m365audit.model.evidence import Gap
from m365audit.model.words import GapKind
from m365audit.snapshot import (
    BadRun,
    Begun,
    Busy,
    CouncilLock,
    DataSetWriter,
    KeptScopes,
    RunFolder,
    Unfinished,
    new_run,
    runs,
)
from m365audit.snapshot.records import as_json, fingerprint, from_json

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
FROM = {"accounts": "0123"}
ROWS = [{"account_id": "a", "roles": ["read"], "enabled": True, "name": None}, {"account_id": "ß", "name": "\u2028\n"}]
TERMS = Begun("1.0", "tenant", "digest", "audit", None, None, NOW, NOW)


def kept(path: Path, *scopes: str, made_from: dict[str, str] = FROM) -> KeptScopes:
    found = KeptScopes(path / "sharing.jsonl", made_from)
    for scope in scopes:
        found.keep(scope, ROWS)
    return found


def test_a_scope_comes_back_in_another_process_with_its_rows_as_they_were(tmp_path: Path) -> None:
    kept(tmp_path, "drive:a", "drive:b")
    again = kept(tmp_path)
    assert again.rows("drive:a") == ROWS
    assert again.has("drive:b")


def test_a_scope_with_nothing_in_it_was_looked_at_all_the_same(tmp_path: Path) -> None:
    kept(tmp_path).keep("drive:a", [])
    again = kept(tmp_path)
    assert again.rows("drive:a") == []
    assert again.rows("drive:b") is None
    assert not again.has("drive:b")


def test_a_scope_kept_twice_is_as_it_was_last(tmp_path: Path) -> None:
    first = kept(tmp_path, "drive:a")
    first.keep("drive:a", [])
    assert first.rows("drive:a") == kept(tmp_path).rows("drive:a") == []


def test_what_was_made_of_other_evidence_is_thrown_away(tmp_path: Path) -> None:
    kept(tmp_path, "drive:a")
    other = kept(tmp_path, made_from={"accounts": "4567"})
    assert other.rows("drive:a") is None
    other.keep("drive:b", ROWS)
    assert kept(tmp_path).rows("drive:a") is None


@settings(deadline=None)  # the disk takes its time
@given(st.data())
def test_cut_off_anywhere_every_whole_line_counts_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("cut")
    names = [f"drive:{number}" for number in range(4)]
    ends = []
    written = KeptScopes(path / "sharing.jsonl", FROM)
    for name in names:
        written.keep(name, ROWS)
        ends.append(written.path.stat().st_size)
    whole = written.path.read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    rubbish = data.draw(st.sampled_from([b"", b'{"scope": "drive:x"', b"\0\0\0\0", b"\n", b'"drive:y"\n', b"{}\n"]))
    written.path.write_bytes(whole[:cut] + rubbish)
    again = KeptScopes(path / "sharing.jsonl", FROM)
    there = {name for name in names if again.has(name)}
    # A cut before the newline may be mended by rubbish that begins with one.
    assert {name for name, end in zip(names, ends, strict=True) if end <= cut} <= there
    assert there <= {name for name, end in zip(names, ends, strict=True) if end <= cut + 1}
    assert all(again.rows(name) == ROWS for name in there)
    again.keep("drive:new", ROWS)
    once_more = KeptScopes(path / "sharing.jsonl", FROM)
    assert {name for name in [*names, "drive:new"] if once_more.has(name)} == there | {"drive:new"}


def test_rows_of_a_killed_process_are_there(tmp_path: Path) -> None:
    def work(path: Path) -> None:
        kept(path, "drive:a")
        os.kill(os.getpid(), signal.SIGKILL)

    process = multiprocessing.get_context("fork").Process(target=work, args=(tmp_path,))
    process.start()
    process.join(30)
    assert process.exitcode == -signal.SIGKILL
    assert kept(tmp_path).rows("drive:a") == ROWS


def test_what_is_kept_is_its_owners_alone(tmp_path: Path) -> None:
    folder = new_run(tmp_path, "x", NOW, lambda made: Unfinished(made).begin(TERMS))
    Unfinished(folder).scopes("sharing", FROM).keep("drive:a", ROWS)
    finished(folder)
    for path in (folder.path, folder.unfinished, *folder.unfinished.iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_a_folder_nobody_can_write_to_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadRun, match=r"sharing\.jsonl cannot be written .*--reports"):
        kept(tmp_path / "nowhere", "drive:a")


def finished(folder: RunFolder, *gaps: Gap) -> Unfinished:
    writer = DataSetWriter(folder.evidence, DATA_SETS["accounts"])
    writer.add({"account_id": "a"})
    for gap in gaps:
        writer.gap(gap)
    unfinished = Unfinished(folder)
    unfinished.save(writer.close(permission="User.Read.All", requests=3, seconds=0.25, at=NOW), FROM)
    return unfinished


def test_a_finished_data_set_comes_back_with_all_that_is_known_of_it(tmp_path: Path) -> None:
    folder = new_run(tmp_path, "x", NOW)
    gap = Gap(GapKind.PERMISSION, "said no", "grant it", "account:a", said="403")
    saved = finished(folder, gap).saved("accounts")
    assert saved is not None
    assert saved.made_from == FROM
    record = saved.record
    assert (record.permission, record.requests, record.seconds, record.collected_at) == ("User.Read.All", 3, 0.25, NOW)
    assert record.collected_in == folder.run
    assert record.coverage.gaps == (gap.within(data_set="accounts"),)
    assert from_json("accounts", as_json(record) | {"collected_at": "2026-11-21T09:30:00Z"}) == record


@pytest.mark.parametrize(
    ("file", "content"),
    [
        pytest.param("evidence/accounts.parquet", b"", id="rows that are gone"),
        pytest.param("unfinished/accounts.json", b"{", id="half a record"),
        pytest.param("unfinished/accounts.json", b"[]", id="a record that is none"),
        pytest.param("unfinished/accounts.json", b'{"rows": 1}', id="a record that lacks everything"),
    ],
)
def test_a_data_set_that_cannot_be_trusted_counts_as_not_there(tmp_path: Path, file: str, content: bytes) -> None:
    folder = new_run(tmp_path, "x", NOW)
    unfinished = finished(folder)
    assert unfinished.saved("accounts")
    (folder.path / file).write_bytes(content)
    assert unfinished.saved("accounts") is None


def test_a_data_set_whose_file_is_missing_counts_as_not_there(tmp_path: Path) -> None:
    folder = new_run(tmp_path, "x", NOW)
    unfinished = finished(folder)
    (folder.evidence / "accounts.parquet").unlink()
    assert unfinished.saved("accounts") is None


def test_a_fingerprint_tells_rows_and_gaps_apart_and_not_the_ids_of_requests(tmp_path: Path) -> None:
    def of(name: str, *gaps: Gap) -> str:
        saved = finished(new_run(tmp_path, name, NOW), *gaps).saved("accounts")
        assert saved
        return fingerprint(saved.record)

    gap = Gap(GapKind.ERROR, "it failed", "run again", "account:a", said="request 1")
    assert of("a") == of("b")
    refused = of("c", gap)
    assert refused not in {of("e"), of("f", replace(gap, kind=GapKind.LICENCE))}
    assert refused == of("d", Gap(gap.kind, gap.detail, gap.fix, gap.scope, said="request 2"))


def test_what_was_half_written_when_it_stopped_is_taken_away(tmp_path: Path) -> None:
    folder = new_run(tmp_path, "x", NOW, lambda made: Unfinished(made).begin(TERMS))
    unfinished = finished(folder)
    before = set(folder.path.rglob("*"))
    for there in (folder.path / ".workbook-1.part", folder.evidence / "a.part", folder.unfinished / "a.json.part"):
        there.touch()
    unfinished.tidy()
    assert set(folder.path.rglob("*")) == before


def test_the_terms_of_a_run_come_back(tmp_path: Path) -> None:
    terms = Begun("1.0", "tenant", "digest", "collect", ("accounts",), NOW.date(), NOW, NOW + timedelta(seconds=0.5))
    folder = new_run(tmp_path, "x", NOW, lambda made: Unfinished(made).begin(terms))
    assert Unfinished(folder).begun() == terms
    (folder.unfinished / "begun.json").write_bytes(b'{"tool_version"')
    assert Unfinished(folder).begun() is None


def test_a_run_that_could_not_be_furnished_is_no_run(tmp_path: Path) -> None:
    def furnish(made: RunFolder) -> None:
        (made.evidence / "half").write_bytes(b"")
        raise OSError(28, "No space left on device")

    with pytest.raises(BadRun, match=r"No space left on device.*--reports"):
        new_run(tmp_path, "x", NOW, furnish)
    assert runs(tmp_path, "x") == []
    # What is left of it goes with the next one.
    new_run(tmp_path, "x", NOW)
    assert [path.name for path in (tmp_path / "x").iterdir()] == ["20261121T093000Z"]


def test_a_clock_that_was_set_back_is_said_and_nothing_is_made(tmp_path: Path) -> None:
    new_run(tmp_path, "x", NOW)
    with pytest.raises(BadRun, match=r"clock says 2026-11-20 .* last run of x is of 2026-11-21 09:30:00 UTC.*set the"):
        new_run(tmp_path, "x", NOW - timedelta(days=1))
    assert len(runs(tmp_path, "x")) == 1


def test_one_council_is_audited_once_at_a_time(tmp_path: Path) -> None:
    with CouncilLock(tmp_path, "x") as first:
        first.take()
        with CouncilLock(tmp_path, "y") as elsewhere:
            elsewhere.take()
        with pytest.raises(Busy, match="another audit of x is running"), CouncilLock(tmp_path, "x"):
            pass
    with CouncilLock(tmp_path, "x") as again:
        again.take()
    assert runs(tmp_path, "x") == []


def test_no_folder_is_made_before_there_is_something_to_put_into_it(tmp_path: Path) -> None:
    with CouncilLock(tmp_path / "reports", "x"):
        pass
    assert not (tmp_path / "reports").exists()


def test_a_killed_process_leaves_no_lock_behind(tmp_path: Path) -> None:
    def work() -> None:
        CouncilLock(tmp_path, "x").take()
        os.kill(os.getpid(), signal.SIGKILL)

    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join(30)
    assert (tmp_path / "x" / ".lock").exists()
    with CouncilLock(tmp_path, "x") as mine:
        mine.take()
