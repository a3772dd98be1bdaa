"""Two audits of a council held against each other: what became of each finding, and which clauses changed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from m365audit.engine.documents.counting import as_result
from m365audit.engine.documents.written import Written, read_written
from m365audit.engine.months.history import evaluated
from m365audit.model.assessment import Finding
from m365audit.model.decisions import Standing
from m365audit.model.words import Result, State
from m365audit.settings import nearest
from m365audit.snapshot import BadRun, RunFolder


class Change(StrEnum):
    """What became of a finding from one audit to another; of all there are in either, each has one."""

    NEW = "new"
    CAME_BACK = "came back"
    ENDED = "exception ended"
    FIXED = "fixed"
    NOT_COMPARABLE = "not comparable"
    ACCEPTED = "accepted"
    OPEN = "still open"


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """One clause whose result is another; as people read it, ``None`` where it was no clause."""

    clause: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two audits, the earlier one first. ``findings`` are in the order of :class:`Change`, then of the later audit."""

    earlier: Written
    later: Written
    findings: tuple[tuple[Change, Finding], ...]
    clauses: tuple[ClauseChange, ...]


@dataclass(slots=True)
class _Between:
    """What the audits after the earlier one, up to the later one, said of each reference last."""

    last: dict[str, Finding] = field(default_factory=dict)
    put_right: set[str] = field(default_factory=set)

    def learn(self, written: Written) -> None:
        for finding in written.findings:
            self.last[finding.reference] = finding
            if finding.state is State.FIXED:
                self.put_right.add(finding.reference)


def compare(reports: Path, slug: str, first: str | None = None, second: str | None = None) -> Comparison:
    """Hold one run against an earlier one; the last two where none is named. Needs no network.

    Raises:
        BadRun: a run is not there, has not been judged, or cannot be read; the two are the same or in the wrong order.
    """
    folders = evaluated(reports, slug)
    earlier, later = _chosen(folders, slug, first, second)
    before = read_written(earlier, slug)
    between, after = _Between(), before
    for folder in folders:
        if earlier.run < folder.run <= later.run:
            after = read_written(folder, slug)
            between.learn(after)
    return compared(before, after, between.last, between.put_right)


def compared(before: Written, after: Written, last: dict[str, Finding], put_right: Iterable[str]) -> Comparison:
    """Two audits; ``last`` is what was said last of each reference since, ``put_right`` what was once not found again.

    Nothing is fixed because it is not mentioned: an audit must have looked and not found it.
    """
    were_open = {finding.reference: finding for finding in before.findings if finding.state is not State.FIXED}
    there = {finding.reference: finding for finding in after.findings if finding.is_there}
    right = set(put_right)
    changes = [(_of_present(finding, were_open, right, before), finding) for finding in there.values()]
    for name, finding in were_open.items():
        if name not in there:
            said = last.get(name, finding)
            is_fixed = said.state is State.FIXED
            changes.append((Change.FIXED if is_fixed else Change.NOT_COMPARABLE, said))
    order = list(Change)
    changes.sort(key=lambda pair: order.index(pair[0]))
    return Comparison(before, after, tuple(changes), tuple(_clauses(before, after)))


def _of_present(finding: Finding, were_open: dict[str, Finding], right: set[str], before: Written) -> Change:
    """What became of a finding that is there now."""
    if finding.result is Result.ACCEPTED:
        return Change.ACCEPTED
    was = were_open.get(finding.reference)
    if was is None:
        return Change.CAME_BACK if finding.first_seen <= before.made_on else Change.NEW
    if finding.standing is Standing.LAPSED and was.result is Result.ACCEPTED:
        return Change.ENDED
    if finding.beyond(was.extent):
        return Change.NEW
    return Change.CAME_BACK if finding.reference in right else Change.OPEN


def _clauses(before: Written, after: Written) -> Iterable[ClauseChange]:
    for clause in dict.fromkeys((*after.clauses, *before.clauses)):
        was, now = before.clauses.get(clause), after.clauses.get(clause)
        # A date that moved is no other result.
        if (as_result(was) if was else None) is not (as_result(now) if now else None):
            yield ClauseChange(clause, was, now)


def _chosen(folders: list[RunFolder], slug: str, first: str | None, second: str | None) -> tuple[RunFolder, RunFolder]:
    """The two runs that were named; of what was not, the last ones."""
    named = [_named(folders, slug, run) for run in (first, second) if run is not None]
    if not named:
        if len(folders) < 2:  # noqa: PLR2004 - a comparison is of two
            there = f"only one judged run, {folders[0].run}" if folders else "no judged run"
            message = f"{slug} has {there}, and a comparison needs two; run `m365audit audit {slug}`"
            raise BadRun(message)
        return folders[-2], folders[-1]
    earlier, later = named[0], named[1] if len(named) > 1 else folders[-1]
    if earlier.run >= later.run:
        message = f"run {earlier.run} is not earlier than {later.run}; name the earlier one first"
        raise BadRun(message)
    return earlier, later


def _named(folders: list[RunFolder], slug: str, run: str) -> RunFolder:
    by_name = {folder.run: folder for folder in folders}
    if run not in by_name:
        remedy = nearest(run, list(by_name)) if by_name else f"run `m365audit audit {slug}`"
        message = f"{slug} has no judged run {run}; {remedy}"
        raise BadRun(message)
    return by_name[run]
