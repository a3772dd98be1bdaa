"""How long a council's runs are kept: what is due to go, why, and what stays whatever its age."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from m365audit.connectors.files.census_memory import MEMORY
from m365audit.engine.collecting.earlier import last_with
from m365audit.engine.custody.run_parts import Contents, RunPart, contents
from m365audit.engine.documents.written import read_written
from m365audit.engine.places import LONDON, Places
from m365audit.model.months import year_of
from m365audit.model.tenant import Retention, Tenant
from m365audit.snapshot import BadRun, RunFolder, runs
from m365audit.snapshot.chain import Tombstone, read_tombstones
from m365audit.snapshot.folders import unreadable

_WITH_THE_EVIDENCE = (RunPart.EVIDENCE, RunPart.TECHNICIAN)


@dataclass(frozen=True, slots=True)
class Due:
    """Parts of one run that are due to go, for one reason. ``size`` counts bytes."""

    run: str
    parts: tuple[RunPart, ...]
    why: str
    files: tuple[Path, ...]
    size: int

    @property
    def what(self) -> str:
        """The parts in words."""
        if set(self.parts) == set(RunPart):
            return "all of it"
        return ", ".join("evidence and log" if part is RunPart.EVIDENCE else str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is due of one council.

    ``kept`` are sentences of what stays though it is old, ``strangers`` files in the folders of runs that are no part
    of a run and are left alone.
    """

    slug: str
    due: tuple[Due, ...]
    kept: tuple[str, ...] = ()
    strangers: tuple[Path, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of all that is due."""
        return sum(due.size for due in self.due)


def plan(tenant: Tenant, places: Places, as_of: date) -> Plan:
    """What the council's retention has to go by a day. Nothing is changed.

    Raises:
        BadRun: something cannot be read.
    """
    stones = read_tombstones(places.reports / tenant.slug)
    folders = runs(places.reports, tenant.slug)
    try:
        safe = _never_purged(folders, tenant.slug)
    except OSError as error:
        raise unreadable(places.reports / tenant.slug, error) from error
    due: list[Due] = []
    kept: list[str] = []
    strangers: list[Path] = []
    for folder in folders:
        try:
            held = contents(folder)
            found = list(_due(_Aged(folder, held, stones.by_run.get(folder.run), as_of), tenant.retention))
        except OSError as error:
            raise unreadable(folder.path, error) from error
        strangers += held.strangers
        if found and folder.run in safe:
            kept.append(f"run {folder.run} stays, whatever its age: {safe[folder.run]}")
        else:
            due += found
    return Plan(tenant.slug, tuple(due), tuple(kept), tuple(strangers))


def _never_purged(folders: Sequence[RunFolder], slug: str) -> Mapping[str, str]:
    """Runs that stay, and why: the last one, the last in which everything came that should, and the last census.

    What the rolling census remembers is in no other run: without it, the next one would begin again from nothing.
    """
    finished = [folder for folder in folders if folder.is_complete]
    remembering = last_with(MEMORY, finished)
    safe = {remembering.run: "it alone knows which files have been looked at one by one"} if remembering else {}
    safe |= {folder.run: "it is the last one" for folder in finished[-1:]}
    for folder in reversed(finished):
        if folder.assessment.exists() and _is_whole(folder, slug):
            return safe | {folder.run: "it is the last complete one"}
    return safe


def _is_whole(folder: RunFolder, slug: str) -> bool:
    try:
        return read_written(folder, slug).complete
    except BadRun:
        # Nobody can tell, so it does not count as the last complete one; an earlier one is kept as well then.
        return False


@dataclass(frozen=True, slots=True)
class _Aged:
    """A run, what is there of it, and how old it is."""

    folder: RunFolder
    held: Contents
    stone: Tombstone | None
    as_of: date

    @property
    def made_on(self) -> date:
        return self.folder.started_at.astimezone(LONDON).date()

    @property
    def days(self) -> int:
        return (self.as_of - self.made_on).days

    @property
    def years(self) -> int:
        """How many of the council's years have begun since."""
        return year_of(self.as_of).year - year_of(self.made_on).year

    @property
    def took(self) -> tuple[str, ...]:
        return self.stone.took if self.stone else ()

    @property
    def there(self) -> list[RunPart]:
        """The parts of which there is something, and that have not been purged."""
        return [part for part in RunPart if self.held.files[part] and part not in self.took]

    def due(self, parts: Sequence[RunPart], why: str) -> Due:
        files = tuple(path for part in parts for path in self.held.files[part])
        return Due(self.folder.run, tuple(parts), why, files, sum(path.stat().st_size for path in files))


def _due(run: _Aged, retention: Retention) -> Iterator[Due]:
    left = [part for part in RunPart if run.held.files[part] and part in run.took]
    if run.stone and left:
        yield run.due(left, f"left over from the purge of {_day(run.stone.purged_on)}")
    if run.folder.is_complete:
        yield from _due_of_a_finished_one(run, _reasons(run, retention))
    elif run.stone is None and run.days > retention.unfinished_days and (run.there or not run.held.strangers):
        yield run.due(tuple(RunPart), f"never came to its end, over {retention.unfinished_days} days old")


def _due_of_a_finished_one(run: _Aged, reasons: Mapping[RunPart, str]) -> Iterator[Due]:
    due = [part for part in run.there if part in reasons]
    for why in dict.fromkeys(reasons[part] for part in due):
        yield run.due([part for part in due if reasons[part] == why], why)
    # The manifest proves what was there, and says that the run came to its end: it stays as long as anything does.
    if due and set(run.there) == {*due, RunPart.MANIFEST}:
        yield run.due([RunPart.MANIFEST], "nothing else of the run is left")


def _reasons(run: _Aged, retention: Retention) -> dict[RunPart, str]:
    """Why each part is due, where it is."""
    found: dict[RunPart, str] = {}
    if run.days > retention.evidence_days:
        found |= dict.fromkeys(_WITH_THE_EVIDENCE, f"over {retention.evidence_days} days old")
    for part, years in (
        (RunPart.CLERK, retention.clerk_workbook_years),
        (RunPart.ASSESSMENT, retention.assessment_years),
        (RunPart.COUNCIL, retention.council_workbook_years),
    ):
        if years is not None and run.years >= years:
            only = "not of this council year" if years == 1 else f"not of the last {years} council years"
            found[part] = only
    return found


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
