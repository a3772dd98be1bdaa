"""Whatever comes and goes, is accepted, lapses or cannot be read: nothing is lost, and nothing is made up."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from months import ACCEPTED, ALL, ASK, REMOVE, Council, by_link, decision, ref

from m365audit.engine.documents.document import as_json
from m365audit.engine.months.history import read_history
from m365audit.model.assessment import Assessment, Finding
from m365audit.model.decisions import Decision
from m365audit.model.months import Match
from m365audit.model.words import Result, State
from m365audit.report.changes import ORDER, tally
from m365audit.report.states import label
from m365audit.snapshot import RunFolder, new_run

LINKS = ("a1", "a2", "b1")


@dataclass(frozen=True)
class Step:
    """One audit and what was decided after it. ``answers``: link, answer, and days the exception holds."""

    days_later: int
    links: frozenset[str]
    unreadable: tuple[str, ...]
    answers: tuple[tuple[str, str, int], ...]


STEPS = st.lists(
    st.builds(
        Step,
        days_later=st.sampled_from([1, 6, 25, 31, 70]),
        links=st.frozensets(st.sampled_from(LINKS)),
        unreadable=st.sampled_from([(), (), (), ("a",), ("b",), (ALL,)]),
        answers=st.lists(
            st.tuples(
                st.sampled_from(LINKS), st.sampled_from([ACCEPTED, REMOVE, ASK]), st.sampled_from([5, 29, 30, 80])
            ),
            max_size=2,
        ).map(tuple),
    ),
    min_size=2,
    max_size=6,
)


@dataclass(frozen=True)
class Seen:
    """What an audit could know of one link: ``there`` is ``None`` where it could not be read."""

    on: date
    there: bool | None


class Told:
    """The same story told by somebody who keeps every observation and no states."""

    def __init__(self) -> None:
        self.seen: dict[str, list[Seen]] = {link: [] for link in LINKS}
        self.audits: list[tuple[date, bool]] = []
        self.decisions: list[Decision] = []

    def look(self, on: date, step: Step) -> None:
        for link in LINKS:
            is_hidden = ALL in step.unreadable or link[0] in step.unreadable
            self.seen[link].append(Seen(on, None if is_hidden else link in step.links))
        self.audits.append((on, not step.unreadable))

    def last_month(self) -> date | None:
        """The day of the audit that counts for the last earlier month."""
        on = self.audits[-1][0]
        earlier = [audit for audit in self.audits[:-1] if _month(audit[0]) < _month(on)]
        if not earlier:
            return None
        month = max(_month(audit[0]) for audit in earlier)
        of_month = [audit for audit in earlier if _month(audit[0]) == month]
        return ([audit[0] for audit in of_month if audit[1]] or [audit[0] for audit in of_month])[-1]

    def decided(self, link: str) -> Decision | None:
        on = self.audits[-1][0]
        found = [one for one in self.decisions if one.reference == ref(link) and one.decided_on <= on]
        return found[-1] if found else None

    def expected(self, link: str) -> tuple[State, Result, date] | None:
        """State, result and first day of a link's finding; ``None`` where there is no word to say of it."""
        known = [one for one in self.seen[link] if one.there is not None]
        first = next((one.on for one in known if one.there), None)
        if first is None:
            return None
        now = self.seen[link][-1]
        if now.there:
            return self._there(link, known, first, now.on)
        gone = _gone_on(known)
        if gone is None:
            return State.NOT_COMPARABLE, Result.NOT_ASSESSED, first
        return (State.FIXED, Result.MEETS, first) if _month(gone) == _month(now.on) else None

    def _there(self, link: str, known: list[Seen], first: date, on: date) -> tuple[State, Result, date]:
        begun, returned = _spell(known)
        decided = self.decided(link)
        until = decided.until if decided else None
        if until is not None and until >= on:
            return _state(begun, on, returned=returned), Result.ACCEPTED, first
        if until is not None and until >= begun:
            last = self.last_month()
            just_ended = last is None or until >= last
            return State.CAME_BACK if just_ended else State.OPEN, Result.DOES_NOT_MEET, first
        return _state(begun, on, returned=returned), Result.DOES_NOT_MEET, first


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


def _state(begun: date, on: date, *, returned: bool) -> State:
    if _month(begun) != _month(on):
        return State.OPEN
    return State.CAME_BACK if returned else State.NEW


def _spell(known: list[Seen]) -> tuple[date, bool]:
    """When the last unbroken stretch of being there began, and whether another came before it."""
    start = len(known) - 1
    while start > 0 and known[start - 1].there:
        start -= 1
    return known[start].on, any(one.there for one in known[:start])


def _gone_on(known: list[Seen]) -> date | None:
    """When it was first not there after it was last there; ``None`` if it was there when last looked at."""
    gone = None
    for one in reversed(known):
        if one.there:
            return gone
        gone = one.on
    return None


def story(council: Council, steps: list[Step]) -> Iterator[tuple[Step, Assessment, Told]]:
    """Audit a council step by step."""
    told, on = Told(), date(2026, 1, 20)
    for step in steps:
        on += timedelta(days=step.days_later)
        made = council.audit(on, step.links, step.unreadable)
        told.look(on, step)
        yield step, made, told
        for link, answer, days in step.answers:
            until = on + timedelta(days=days) if answer == ACCEPTED else None
            council.decisions.append(decision(len(council.decisions) + 1, link, answer, on + timedelta(days=1), until))
        told.decisions = council.decisions


def places() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory()


LAW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@LAW
@given(steps=STEPS)
def test_every_link_ever_found_has_one_state_and_nothing_else_has_any(steps: list[Step]) -> None:
    with places() as folder:
        for _, made, told in story(Council(Path(folder)), steps):
            found = by_link(made, LINKS)
            assert len(found) == len(made.findings)
            expected = {link: told.expected(link) for link in LINKS}
            assert {link: _said(finding) for link, finding in found.items()} == {
                link: said for link, said in expected.items() if said is not None
            }


def _said(finding: Finding) -> tuple[State, Result, date]:
    return finding.state, finding.result, finding.first_seen


@LAW
@given(steps=STEPS)
def test_what_is_accepted_or_was_not_looked_at_is_never_met(steps: list[Step]) -> None:
    with places() as folder:
        for step, made, told in story(Council(Path(folder)), steps):
            (clause,) = made.own_clauses
            results = [told.expected(link) for link in LINKS]
            there = [said[1] for said in results if said and said[1] in (Result.ACCEPTED, Result.DOES_NOT_MEET)]
            if Result.DOES_NOT_MEET in there:
                assert clause.result is Result.DOES_NOT_MEET
            elif step.unreadable:
                assert clause.result is Result.NOT_ASSESSED
            else:
                assert clause.result is (Result.ACCEPTED if there else Result.MEETS)
            ends = [finding.accepted_until for finding in made.present if finding.accepted_until]
            assert clause.accepted_until == (min(ends) if clause.result is Result.ACCEPTED else None)


@LAW
@given(steps=STEPS)
def test_every_decision_that_counts_is_accounted_for_once(steps: list[Step]) -> None:
    with places() as folder:
        for step, made, told in story(Council(Path(folder)), steps):
            counting = {link: told.decided(link) for link in LINKS}
            notes = {note.decision.reference: note for note in made.decisions}
            assert [note.decision for note in made.decisions] == sorted(
                (one for one in counting.values() if one), key=lambda one: one.id
            )
            for link, decided in counting.items():
                if decided is not None:
                    is_hidden = ALL in step.unreadable or link[0] in step.unreadable
                    match = Match.UNKNOWN if is_hidden else Match.FOUND if link in step.links else Match.GONE
                    assert notes[ref(link)].match is match
                    assert bool(notes[ref(link)].why) is is_hidden


@LAW
@given(steps=STEPS)
def test_the_sums_hold(steps: list[Step]) -> None:
    with places() as folder:
        for _, made, told in story(Council(Path(folder)), steps):
            assert made.trend is not None
            now = made.trend.months[-1].audit
            assert now is not None
            counted = now if now.run == made.run else None
            if counted is not None:
                assert sum(counted.findings.values()) + counted.accepted == len(made.present)
                assert sum(counted.clauses.values()) == len(made.own_clauses)
            labels = Counter(label(finding) for finding in made.findings)
            assert set(labels) <= set(ORDER)
            assert all(str(number) in tally(made) for number in labels.values())
            complete = [on for on, whole in told.audits if whole and on <= made.trend.year_end]
            position = made.trend.position
            assert (position.made_on if position else None) == (complete[-1] if complete else None)
            months = {_month(on) for on, _ in told.audits}
            begun = {_month(one.month) for one in made.trend.months if one.audit}
            assert begun == {month for month in months if month >= _month(made.trend.begins)}


@settings(LAW, max_examples=10)
@given(steps=STEPS, order=st.randoms(use_true_random=False))
def test_nothing_hangs_on_the_order_of_files_or_on_judging_again(steps: list[Step], order: object) -> None:
    with places() as folder, places() as elsewhere:
        council = Council(Path(folder))
        made = [(assessment, step) for step, assessment, _ in story(council, steps)]
        written = {run.run: run.assessment.read_bytes() for run in council.runs()}
        copies = council.runs()
        order.shuffle(copies)  # type: ignore[attr-defined] # a random.Random
        for run in copies:
            shutil.copytree(run.path, Path(elsewhere) / "exampleton" / run.run)
        other = Council(Path(elsewhere), council.decisions)
        for run, (_, step) in zip(other.runs(), made, strict=True):
            other.judge(run, step.links, step.unreadable)
            assert run.assessment.read_bytes() == written[run.run]
        now = RunFolder(Path(folder) / "exampleton" / "29991231T000000Z")
        assert read_history(Path(folder), "exampleton", now) == read_history(Path(elsewhere), "exampleton", now)


def test_the_document_of_any_month_can_be_read_back(tmp_path: Path) -> None:
    council = Council(tmp_path)
    made = council.audit(date(2026, 9, 1), ["a1"])
    body = orjson.loads(orjson.dumps(as_json(made)))
    assert body["findings"][0]["reference"] == ref("a1")
    now = new_run(tmp_path, "exampleton", council.runs()[-1].started_at + timedelta(days=30))
    assert read_history(tmp_path, "exampleton", now).findings[ref("a1")].finding.subject == made.findings[0].subject
