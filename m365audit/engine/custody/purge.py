"""Take away what is due: the tombstone first, so that whatever happens a run is either whole or known to be purged."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import orjson

from m365audit.engine.custody.retention import Due, Plan, plan
from m365audit.engine.custody.run_parts import RunPart
from m365audit.engine.places import Places
from m365audit.model.tenant import Tenant
from m365audit.snapshot import BadRun, CouncilLock, RunFolder
from m365audit.snapshot.chain import TOMBSTONES, Tombstone, bury, link_from_json, read_tombstones, sha256_of
from m365audit.snapshot.check import CheckedRun, check_runs
from m365audit.snapshot.folders import TamperedRun, unreadable, why

Remove = Callable[[Path], None]
"""Takes one file away; one that is gone already is no matter."""


def unlink(path: Path) -> None:
    """Take a file away."""
    path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Purged:
    """What was taken away, and runs that were left as they are because they are not as they were."""

    gone: tuple[Due, ...]
    plan: Plan
    doubtful: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """5 where something is left because it is not as it was."""
        return 5 if self.doubtful else 0


def purge(tenant: Tenant, places: Places, as_of: date, remove: Remove = unlink) -> Purged:
    """Take away what is due by a day, and say so in the list of tombstones. A run that is not as it was is left alone.

    Raises:
        Busy: the council is being audited.
        TamperedRun: the list of tombstones is not as it was written; nothing is purged.
        BadRun: something cannot be read, written or taken away; doing it again goes on from there.
    """
    with CouncilLock(places.reports, tenant.slug):
        made = plan(tenant, places, as_of)
        home = places.reports / tenant.slug
        if made.due and (fault := read_tombstones(home).fault):
            message = f"{home / TOMBSTONES} is not as it was written ({fault}), so nothing is purged; put back a copy"
            raise TamperedRun(message)
        checked = {run.run: run for run in check_runs(places.reports, tenant.slug).runs} if made.due else {}
        gone: list[Due] = []
        doubtful: list[str] = []
        for run, due in _by_run(made.due).items():
            if faults := checked[run].faults:
                doubtful.append(f"run {run} is not purged, for it is not as it was: {faults[0]}")
                continue
            _bury(RunFolder(home / run), due, checked[run], as_of)
            _take_away(RunFolder(home / run), due, remove)
            gone += due
    return Purged(tuple(gone), made, tuple(doubtful))


def _by_run(due: Iterable[Due]) -> Mapping[str, list[Due]]:
    found: dict[str, list[Due]] = {}
    for one in due:
        found.setdefault(one.run, []).append(one)
    return found


def _bury(folder: RunFolder, due: Iterable[Due], checked: CheckedRun, as_of: date) -> None:
    """Say what is about to go, unless that was said before."""
    home = folder.path.parent
    parts = {part for one in due for part in one.parts}
    stone = read_tombstones(home).by_run.get(folder.run)
    took = stone.took if stone else ()
    if not parts.issubset(took):
        bury(home, _tombstone(folder, {*took, *parts}, checked, as_of))


def _take_away(folder: RunFolder, due: Iterable[Due], remove: Remove) -> None:
    for path in sorted(path for one in due for path in one.files):
        try:
            remove(path)
        except OSError as error:
            message = f"{path} cannot be taken away ({why(error)}); see its rights, then purge again"
            raise BadRun(message) from error
    for place in (folder.unfinished, folder.evidence, folder.path):
        # What is not empty holds something that stays.
        with suppress(OSError):
            place.rmdir()


def _tombstone(folder: RunFolder, took: set[str], checked: CheckedRun, as_of: date) -> Tombstone:
    left = [] if RunPart.ASSESSMENT in took or RunPart.EVIDENCE not in took else [folder.assessment]
    try:
        previous = orjson.loads(folder.manifest.read_bytes()).get("previous") if folder.is_complete else None
        return Tombstone(
            run=folder.run,
            manifest=checked.manifest,
            previous=link_from_json(previous),
            evidence=checked.evidence,
            purged_on=as_of,
            took=tuple(str(part) for part in RunPart if part in took),
            left={path.name: sha256_of(path) for path in left if path.exists()},
        )
    except OSError as error:
        raise unreadable(folder.path, error) from error
