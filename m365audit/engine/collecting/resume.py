"""Where a run is begun: anew, or where the last one of the council was stopped."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import orjson

from m365audit import __version__
from m365audit.engine.collecting.keeping import Keeping
from m365audit.model.tenant import Tenant
from m365audit.model.words import GapKind
from m365audit.snapshot import BadRun, Begun, RunFolder, Snapshot, Unfinished, new_run, runs
from m365audit.snapshot.folders import refuse_a_clock_set_back

GOES_ON_WITHIN = timedelta(hours=24)
"""A run is gone on with for so long after it was begun, for the evidence of one run is to be of one day."""

FRESH = "--fresh begins anew"
AUDIT, COLLECT = "audit", "collect"

# Decide what is made of the evidence, or how the auditor is known, and not what is asked for.
_JUDGING = {"slug", "council", "policy", "provider", "register_file", "thresholds", "retention", "workbooks", "folder"}
_BESIDE = {"accept_write_permissions", "auth"}
_WHO_ASKS = {"kind", "client_id"}


@dataclass(frozen=True, slots=True)
class Beginning:
    """A run to collect into: its folder, the moment calendars are read around, and what there is to say of it."""

    folder: RunFolder
    around: datetime
    words: str = ""


@dataclass(frozen=True, slots=True)
class Council:
    """The runs of one council, and what is asked of it now."""

    reports: Path
    slug: str
    data_sets: Sequence[str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a council. ``command`` is ``AUDIT`` or ``COLLECT``; ``fresh`` begins anew whatever is there."""

    command: str
    now: datetime
    only: tuple[str, ...] | None = None
    as_of: date | None = None
    fresh: bool = False

    def terms(self, tenant: Tenant) -> Begun:
        """The terms of a run that would begin now."""
        around = datetime.combine(self.as_of, time(), UTC) if self.as_of else self.now
        settings = _settings(tenant)
        return Begun(__version__, tenant.tenant_id, settings, self.command, self.only, self.as_of, around, self.now)


def begin(council: Council, asked: Begun, now: datetime, *, fresh: bool) -> Beginning:
    """The run to collect into: the last one if it was stopped, else a new one, with what the last could not finish.

    Raises:
        BadRun: the folder cannot be written, or the clock has gone back.
    """
    refuse_a_clock_set_back(council.reports, council.slug, now)
    last = _last(council)
    if last is None:
        return _anew(council, asked, now, "")
    unfinished = Unfinished(last)
    begun = unfinished.begun()
    if last.is_complete and not (begun and is_throttled(last)):
        unfinished.remove()
        words = f"run {last.run} was not reported; `m365audit report {council.slug} --run {last.run}` would still do it"
        return _anew(council, asked, now, words if begun and begun.command == AUDIT else "")
    reason = f"{FRESH}, as it was told to" if fresh else _why_not(begun, asked, now)
    if begun is None or reason:
        words = "was throttled" if last.is_complete else "was left unfinished"
        return _anew(council, asked, now, f"run {last.run} {words} and is not gone on with: {reason}")
    if last.is_complete:
        return _taken_over(council, replace(begun, command=asked.command), now, last)
    unfinished.tidy()
    unfinished.begin(replace(begun, command=asked.command))
    return Beginning(last, begun.around, f"going on with run {last.run}: {_there(council, last)}; {FRESH}")


def unreported(council: Council, asked: Begun, now: datetime) -> RunFolder | None:
    """The last run, if an audit was stopped when all its evidence was there and before it was reported."""
    last = _last(council)
    if last is None or not last.is_complete or is_throttled(last):
        return None
    begun = Unfinished(last).begun()
    is_wanted = begun is not None and begun.command == asked.command and not _why_not(begun, asked, now)
    return last if is_wanted else None


def come_to_its_end(folder: RunFolder) -> None:
    """A run needs nothing more: what it kept to be gone on with is taken away, unless the next run can use it."""
    if not is_throttled(folder):
        Unfinished(folder).remove()


def is_throttled(folder: RunFolder) -> bool:
    """Whether a finished run lacks something only because Microsoft asked to slow down."""
    try:
        records = Snapshot.open(folder, check=False).records
    except BadRun:
        return False
    return any(gap.kind is GapKind.THROTTLED for record in records.values() for gap in record.coverage.gaps)


def _last(council: Council) -> RunFolder | None:
    return next(reversed(runs(council.reports, council.slug)), None)


def _why_not(begun: Begun | None, asked: Begun, now: datetime) -> str:
    """Why a run cannot be gone on with; nothing if it can."""
    if begun is None:
        return "it does not say what it was begun for"
    hours = GOES_ON_WITHIN // timedelta(hours=1)
    reasons = (
        (begun.tool_version != asked.tool_version, f"version {begun.tool_version} of m365audit began it"),
        (begun.tenant_id != asked.tenant_id, "it is of another tenant"),
        (begun.settings != asked.settings, "the tenant file has been changed since"),
        (begun.only != asked.only, "it was to collect other data sets"),
        (begun.as_of != asked.as_of, "it was to judge as of another date"),
        (not timedelta(0) <= now - begun.since < GOES_ON_WITHIN, f"its evidence was begun over {hours} hours ago"),
    )
    return next((words for is_so, words in reasons if is_so), "")


def _anew(council: Council, asked: Begun, now: datetime, words: str) -> Beginning:
    folder = new_run(council.reports, council.slug, now, lambda made: Unfinished(made).begin(asked))
    return Beginning(folder, asked.around, words)


def _taken_over(council: Council, begun: Begun, now: datetime, last: RunFolder) -> Beginning:
    """A new run that begins with all the last one got. The last one keeps its own, and its workbooks."""

    def furnish(made: RunFolder) -> None:
        Unfinished(made).take_over(Unfinished(last))
        Unfinished(made).begin(begun)

    folder = new_run(council.reports, council.slug, now, furnish)
    Unfinished(last).remove()
    words = f"run {last.run} was throttled; {_there(council, folder)} and taken over from it; {FRESH}"
    return Beginning(folder, begun.around, words)


def _there(council: Council, folder: RunFolder) -> str:
    return f"{Keeping(folder).whole(council.data_sets)} of {len(council.data_sets)} data sets are there"


def _settings(tenant: Tenant) -> str:
    """A digest of what the tenant file says of collecting; a setting nobody thought of here counts as such."""
    said = tenant.model_dump(mode="json", exclude=_JUDGING | _BESIDE)
    said["auth"] = tenant.auth.model_dump(mode="json", include=_WHO_ASKS)
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
