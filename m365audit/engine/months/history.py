"""What earlier runs of a council came to: when each was made, whether it was complete, and what it found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pandas as pd

from m365audit.engine.documents.written import Written, read_written
from m365audit.model.assessment import Finding
from m365audit.model.months import Audited, Previous, month_after, month_of, months_from
from m365audit.model.words import State
from m365audit.snapshot import RunFolder, runs

EARLIER_AUDITS = "earlier_audits"


@dataclass(frozen=True, slots=True)
class Past:
    """One finding as earlier audits knew it.

    ``finding`` is how it was last found, on ``last_seen``. Its present spell began on ``open_since``, by coming back
    where it ``returned``, and ended on ``gone_on`` where an audit did not find it any more.
    """

    finding: Finding
    first_seen: date
    last_seen: date
    open_since: date
    returned: bool = False
    gone_on: date | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """One earlier audit in numbers, with the result of each clause by its id, as people read it."""

    counted: Audited
    clauses: Mapping[str, str]

    @property
    def made_on(self) -> date:
        """The day it judged by."""
        return self.counted.made_on

    @property
    def complete(self) -> bool:
        """Whether everything came that should have come."""
        return self.counted.complete


@dataclass(frozen=True, slots=True)
class History:
    """Every audit before one, oldest first, and every finding any of them knew, by its reference."""

    audits: tuple[Earlier, ...] = ()
    findings: Mapping[str, Past] = field(default_factory=dict)


def read_history(reports: Path, slug: str, before: RunFolder) -> History:
    """The evaluated runs before one. One document is held at a time.

    Raises:
        BadRun: an earlier assessment cannot be read.
    """
    audits: list[Earlier] = []
    findings: dict[str, Past] = {}
    for folder in evaluated(reports, slug):
        if folder.run < before.run:
            written = read_written(folder, slug)
            audits.append(Earlier(written.counted, written.clauses))
            learn(findings, written)
    return History(tuple(audits), findings)


def evaluated(reports: Path, slug: str) -> list[RunFolder]:
    """Every run of a council that came to its end and was judged, oldest first."""
    return [folder for folder in runs(reports, slug) if folder.is_complete and folder.assessment.exists()]


def learn(findings: dict[str, Past], written: Written) -> None:
    """Add what one more audit, later than all before it, found and did not find any more."""
    for finding in written.findings:
        known = findings.get(finding.reference)
        findings[finding.reference] = (
            _found(finding, known, written) if finding.is_there else _not_found(finding, known)
        )


def _found(finding: Finding, known: Past | None, written: Written) -> Past:
    if known is None:
        # What is left of earlier months, where their documents are no longer kept, stands in the finding itself.
        since = finding.open_since or written.made_on
        came_back = finding.state is State.CAME_BACK
        return Past(finding, finding.first_seen, written.made_on, since, returned=came_back)
    first_seen = min(known.first_seen, finding.first_seen)
    if known.gone_on is not None:
        return Past(finding, first_seen, written.made_on, written.made_on, returned=True)
    if finding.added:
        # It went further than before: what is new of it is as new as another finding.
        return Past(finding, first_seen, written.made_on, finding.open_since or written.made_on)
    return replace(known, finding=finding, first_seen=first_seen, last_seen=written.made_on)


def _not_found(finding: Finding, known: Past | None) -> Past:
    if known is None:
        since, last_seen = finding.open_since or finding.first_seen, finding.last_seen or finding.first_seen
        known = Past(finding, finding.first_seen, last_seen, since)
    return replace(known, gone_on=known.gone_on or finding.fixed_on) if finding.state is State.FIXED else known


def counting(audits: Iterable[Earlier]) -> dict[date, Earlier]:
    """The audit that counts for each month: the last complete one, else the last; by the month's first day, in order.

    The audits come oldest first.
    """
    chosen: dict[date, Earlier] = {}
    for audit in audits:
        month = month_of(audit.made_on)
        if audit.complete or month not in chosen or not chosen[month].complete:
            chosen[month] = audit
    return dict(sorted(chosen.items()))


def previous(history: History, as_of: date) -> Previous | None:
    """The audit to compare with: the one that counts for the last month before this one that has any."""
    by_month = counting(history.audits)
    before = [month for month in by_month if month < month_of(as_of)]
    if not before:
        return None
    last = by_month[before[-1]]
    between = months_from(month_after(before[-1]), as_of)[:-1]
    return Previous(last.counted.run, last.made_on, last.complete, last.clauses, missing=between)


def as_record(audits: Iterable[Earlier]) -> pd.DataFrame:
    """What rules see of earlier audits: columns run (text), made_on (date), complete (bool); default index."""
    rows = [(audit.counted.run, audit.made_on, audit.complete) for audit in audits]
    return pd.DataFrame(rows, columns=["run", "made_on", "complete"])
