"""The ledger: only ever added to, and no crash, second process or later hand loses or invents a line unnoticed."""

import hashlib
import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from m365audit.model.answers import Answer, Effect
from m365audit.model.decisions import Channel, Decision, Source, current
from m365audit.model.words import SubjectKind
from m365audit.register.ledger import BEGINNING, BadLedger, Ledger, TamperedLedger, append, as_line, parse, read

NAME = "exampleton-decisions.jsonl"
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def decision(number: int, **more: Any) -> Decision:  # noqa: ANN401 - any field
    given_ = {
        "id": number,
        "reference": f"M365-AAAAAAA{'ABCDEFGH'[number % 8]}",
        "rule": "share-anyone-link",
        "subject_kind": SubjectKind.SHARE,
        "subject_id": "d|i|p",
        "subject_name": "Minutes.docx",
        "answer": Answer.ACCEPTED,
        "effect": Effect.ALLOWS,
        "reason": "a survey",
        "until": date(2027, 3, 31),
        "decided_by": "Siân Llŷr",
        "decided_on": date(2026, 12, 1),
        "recorded_at": datetime(2026, 12, 7, 10, 0, 0, 123456, tzinfo=UTC),
        "run": "20261121T093000Z",
        "source": Source("returned.xlsx", "ab" * 32, 7, Channel.WORKBOOK),
        "supersedes": None,
    }
    return Decision(**{**given_, **more})


def several(number: int) -> list[Decision]:
    return [decision(n) for n in range(1, number + 1)]


DECISIONS = st.lists(
    st.fixed_dictionaries(
        {
            "reason": TEXT,
            "subject_name": TEXT,
            "subject_id": TEXT,
            "answer": st.sampled_from(Answer),
            "extent": st.none() | st.lists(TEXT, max_size=3).map(tuple),
            "effect": st.sampled_from(Effect),
            "subject_kind": st.sampled_from(SubjectKind),
            "until": st.none() | st.dates(),
            "decided_on": st.dates(),
        }
    ),
    min_size=1,
    max_size=6,
).map(lambda rows: [decision(n, **row) for n, row in enumerate(rows, start=1)])


@contextmanager
def place() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / NAME


def test_where_there_is_no_ledger_there_are_no_decisions(tmp_path: Path) -> None:
    assert read(tmp_path / NAME) == Ledger()


@given(DECISIONS)
def test_what_is_kept_is_read_back_as_it_was(decisions: list[Decision]) -> None:
    with place() as path:
        for one in decisions:
            append(path, lambda _, one=one: [one])
        ledger = read(path)
    assert list(ledger.decisions) == decisions
    assert ledger.torn == ""


@given(DECISIONS, DECISIONS)
def test_adding_changes_no_byte_of_what_was_there(first: list[Decision], then: list[Decision]) -> None:
    with place() as path:
        append(path, lambda _: first)
        before = path.read_bytes()
        append(path, lambda ledger: [decision(ledger.next_id + n, reason=one.reason) for n, one in enumerate(then)])
        after = path.read_bytes()
    assert after.startswith(before)
    assert after.count(b"\n") == len(first) + len(then)
    assert after.endswith(b"\n")


def test_all_at_once_or_one_by_one_gives_the_same_bytes(tmp_path: Path) -> None:
    append(tmp_path / "a", lambda _: several(3))
    for one in several(3):
        append(tmp_path / "b", lambda _, one=one: [one])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_each_line_is_bound_to_the_one_before(tmp_path: Path) -> None:
    ledger = append(tmp_path / NAME, lambda _: several(3))
    assert ledger == read(tmp_path / NAME)
    head = BEGINNING
    for one, line in zip(several(3), (tmp_path / NAME).read_bytes().splitlines(), strict=True):
        assert line == as_line(one, head)
        head = hashlib.sha256(line).hexdigest()
    assert ledger.head == head


def test_it_is_for_its_owner_alone(tmp_path: Path) -> None:
    append(tmp_path / NAME, lambda _: several(1))
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600


def test_nothing_to_add_makes_no_file(tmp_path: Path) -> None:
    append(tmp_path / NAME, lambda _: [])
    assert not (tmp_path / NAME).exists()


@given(DECISIONS, st.data())
def test_a_crash_at_any_byte_loses_at_most_the_unfinished_line_and_says_so(
    decisions: list[Decision], data: st.DataObject
) -> None:
    with place() as path:
        append(path, lambda _: decisions)
        whole = path.read_bytes()
        at = data.draw(st.integers(0, len(whole)))
        path.write_bytes(whole[:at])
        ledger = read(path)
        survived = whole[:at].count(b"\n")
        # A last line that lacks nothing but its line feed is whole.
        is_whole_but_for_its_end = at < len(whole) and whole[at : at + 1] == b"\n"
        assert list(ledger.decisions) == decisions[: survived + is_whole_but_for_its_end]
        unfinished = whole[:at].rpartition(b"\n")[2]
        assert bool(ledger.torn) == bool(unfinished and not is_whole_but_for_its_end)
        assert not ledger.torn or f"line {survived + 1}" in ledger.torn

        append(path, lambda now: [decision(now.next_id, reason="after the crash")])
        mended = read(path)
        assert mended.torn == ""
        assert mended.decisions[:-1] == ledger.decisions
        assert mended.decisions[-1].reason == "after the crash"


@given(DECISIONS, st.data())
def test_no_byte_can_be_changed_unnoticed(decisions: list[Decision], data: st.DataObject) -> None:
    """But for the last line, whose digest nothing in the ledger holds."""
    lines = []
    head = BEGINNING
    for one in [*decisions, decision(len(decisions) + 1)]:
        line = as_line(one, head)
        head = parse(NAME, b"\n".join([*lines, line]) + b"\n").head
        lines.append(line)
    body = bytearray(b"\n".join(lines) + b"\n")
    at = data.draw(st.integers(0, len(body) - len(lines[-1]) - 2))
    body[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(TamperedLedger, match=r"line \d+"):
        parse(NAME, bytes(body))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(lambda lines: lines[1:], "line 1 does not follow", id="the first line taken out"),
        pytest.param(lambda lines: [lines[0], *lines[2:]], "line 2 does not follow", id="a line taken out"),
        pytest.param(lambda lines: [lines[1], lines[0], lines[2]], "line 1 does not follow", id="lines swapped"),
        pytest.param(lambda lines: [lines[0], lines[0], *lines[1:]], "line 2 does not follow", id="a line twice"),
        pytest.param(lambda lines: [lines[0], b"", *lines[1:]], "line 2 cannot be read", id="a blank line"),
        pytest.param(lambda lines: [*lines, b"{}"], "line 4 cannot be read", id="a line of nothing"),
        pytest.param(
            lambda lines: [lines[0].replace(b"Minutes", b"Secrets"), *lines[1:]],
            "line 2 does not follow",
            id="a name",
        ),
        pytest.param(lambda lines: [lines[0].replace(b'"id":1', b'"id":9'), *lines[1:]], "the number 9", id="a number"),
        pytest.param(
            lambda lines: [lines[0].replace(b"Accepted", b"Whatever"), *lines[1:]],
            "line 1 cannot be read",
            id="an answer",
        ),
    ],
)  # fmt: skip
def test_a_ledger_that_was_changed_is_refused_with_the_line(tmp_path: Path, change: Any, words: str) -> None:  # noqa: ANN401
    append(tmp_path / NAME, lambda _: several(3))
    lines = (tmp_path / NAME).read_bytes().splitlines()
    (tmp_path / NAME).write_bytes(b"\n".join(change(lines)) + b"\n")
    with pytest.raises(TamperedLedger, match=words):
        read(tmp_path / NAME)
    before = (tmp_path / NAME).read_bytes()
    with pytest.raises(TamperedLedger):
        append(tmp_path / NAME, lambda ledger: [decision(ledger.next_id)])
    assert (tmp_path / NAME).read_bytes() == before


def test_numbers_that_do_not_follow_on_are_a_mistake_of_the_program(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot follow"):
        append(tmp_path / NAME, lambda _: [decision(2)])
    assert not (tmp_path / NAME).exists()


@pytest.mark.parametrize("trouble", ["a file for a folder", "a folder in its place"])
def test_a_ledger_that_cannot_be_written_says_so(tmp_path: Path, trouble: str) -> None:
    path = tmp_path / "council" / NAME
    if trouble == "a file for a folder":
        path.parent.write_text("a file")
    else:
        path.mkdir(parents=True)
    with pytest.raises(BadLedger, match=NAME):
        append(path, lambda _: several(1))


def test_a_full_disk_leaves_the_ledger_as_it_was(tmp_path: Path) -> None:
    """A limit on the size of files stands for the end of the disk."""
    append(tmp_path / NAME, lambda _: several(2))
    before = (tmp_path / NAME).read_bytes()
    script = f"""
import resource, signal, sys
sys.path[:0] = {sys.path!r}
from test_ledger import NAME, Path, append, decision, BadLedger
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({len(before) + 100}, {len(before) + 100}))
try:
    append(Path({str(tmp_path / NAME)!r}), lambda ledger: [decision(ledger.next_id)])
except BadLedger as error:
    print(error)
"""
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120)
    assert "nothing was kept" in said.stdout
    assert (tmp_path / NAME).read_bytes() == before


def test_processes_that_add_at_once_lose_and_double_nothing(tmp_path: Path) -> None:
    script = f"""
import sys
sys.path[:0] = {sys.path!r}
from test_ledger import Path, append, decision
for n in range(15):
    append(Path({str(tmp_path / NAME)!r}), lambda ledger: [decision(ledger.next_id, reason=f"{{sys.argv[1]}} {{n}}")])
"""
    words = [sys.executable, "-c", script]
    started = [subprocess.Popen([*words, str(number)], env={**os.environ}) for number in range(3)]
    assert [process.wait(timeout=120) for process in started] == [0, 0, 0]
    ledger = read(tmp_path / NAME)
    assert ledger.torn == ""
    assert sorted(one.reason for one in ledger.decisions) == sorted(f"{p} {n}" for p in range(3) for n in range(15))
    assert [one.id for one in ledger.decisions] == list(range(1, 46))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([*Answer])), max_size=12))
def test_the_last_word_on_each_finding_counts_and_all_others_stay(said: list[tuple[int, Answer]]) -> None:
    expected: dict[str, Answer] = {}
    with place() as path:
        for number, answer in said:
            name = f"M365-AAAAAAA{'ABCD'[number]}"

            def make(ledger: Ledger, name: str = name, answer: Answer = answer) -> list[Decision]:
                before = current(ledger.decisions).get(name)
                supersedes = before.id if before else None
                return [decision(ledger.next_id, reference=name, answer=answer, supersedes=supersedes)]

            append(path, make)
            expected[name] = answer
        ledger = read(path)
    assert {name: one.answer for name, one in current(ledger.decisions).items()} == expected
    assert len(ledger.decisions) == len(said)
    by_id = {one.id: one for one in ledger.decisions}
    for one in ledger.decisions:
        assert one.supersedes is None or by_id[one.supersedes].reference == one.reference
