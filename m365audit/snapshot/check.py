"""Hold a council's runs against their manifests, and the manifests against one another."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import orjson

from m365audit.model.evidence import evidence_digest
from m365audit.snapshot.chain import (
    EVIDENCE,
    MANIFEST,
    TOMBSTONES,
    Link,
    Tombstone,
    Tombstones,
    link_from_json,
    read_tombstones,
    sha256_of,
)
from m365audit.snapshot.folders import RunFolder, runs, why
from m365audit.snapshot.write import digest


@dataclass(frozen=True, slots=True)
class Fault:
    """A file that is not what it should be, and in what."""

    file: Path
    what: str

    def __str__(self) -> str:
        return f"{self.file} {self.what}"


@dataclass(frozen=True, slots=True)
class CheckedRun:
    """One run, held against its digests.

    ``manifest`` is the SHA-256 of its manifest, ``evidence`` one over all its evidence; both empty of a run that never
    came to its end, which has nothing to be held against. ``purged_on`` is when its evidence was taken away.
    """

    run: str
    manifest: str
    evidence: str
    data_sets: int
    purged_on: date | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedRuns:
    """Every run of a council, oldest first, and what is wrong with the chain between them.

    ``tombstones`` is the digest of the last tombstone.
    """

    runs: tuple[CheckedRun, ...]
    faults: tuple[Fault, ...]
    tombstones: str


@dataclass(slots=True)
class _Known:
    """What is known of a finished run: its own digest, and the run it names."""

    sha256: str
    previous: Link | None
    file: Path
    is_told: bool = True
    """Whether it could be read which run it names."""


def check_runs(reports: Path, slug: str) -> CheckedRuns:
    """Hash all evidence of a council again, and follow the chain of its manifests.

    Raises:
        BadRun: the list of tombstones cannot be read.
    """
    home = reports / slug
    stones = read_tombstones(home)
    faults = [Fault(home / TOMBSTONES, stones.fault)] if stones.fault else []
    known: dict[str, _Known] = {
        stone.run: _Known(stone.manifest, stone.previous, home / TOMBSTONES)
        for stone in stones.by_run.values()
        if stone.manifest
    }
    on_disk = {folder.run: folder for folder in runs(reports, slug)}
    checked = [
        _run(on_disk[name], stones, known) if name in on_disk else _gone(home / name, stones.by_run[name])
        for name in sorted({*on_disk, *stones.by_run})
    ]
    return CheckedRuns(tuple(checked), (*faults, *_chain(home, known)), stones.head)


def _gone(path: Path, stone: Tombstone) -> CheckedRun:
    """A run of which there is no manifest any more."""
    is_purged = not stone.manifest or MANIFEST in stone.took
    faults = () if is_purged else (Fault(RunFolder(path).manifest, "is missing, and no purge of it is recorded"),)
    return CheckedRun(stone.run, stone.manifest, stone.evidence, 0, stone.purged_on, faults)


def _run(folder: RunFolder, stones: Tombstones, known: dict[str, _Known]) -> CheckedRun:
    """One run on the disk; what its manifest says of the chain goes into ``known``."""
    stone = stones.by_run.get(folder.run)
    if not folder.is_complete:
        # Never finished, or all but a file that is not ours has been purged.
        return _gone(folder.path, stone) if stone else CheckedRun(folder.run, "", "", 0)
    sha256 = ""
    try:
        sha256 = sha256_of(folder.manifest)
        body = orjson.loads(folder.manifest.read_bytes())
        digests = {name: str(record["sha256"]) for name, record in body["data_sets"].items()}
        known[folder.run] = _Known(sha256, link_from_json(body.get("previous")), folder.manifest)
    except (OSError, orjson.JSONDecodeError, AttributeError, KeyError, TypeError) as error:
        known[folder.run] = _Known(sha256, None, folder.manifest, is_told=False)
        said = why(error) if isinstance(error, OSError) else str(error)
        return CheckedRun(folder.run, sha256, "", 0, faults=(Fault(folder.manifest, f"cannot be read ({said})"),))
    purged_on = stones.took(folder.run, EVIDENCE)
    faults = [] if purged_on else list(_evidence(folder, digests))
    if stone:
        faults += _since_purged(folder, stone, sha256)
    return CheckedRun(folder.run, sha256, evidence_digest(digests), len(digests), purged_on, tuple(faults))


def _evidence(folder: RunFolder, digests: Mapping[str, str]) -> Iterator[Fault]:
    for name, sha256 in sorted(digests.items()):
        path = folder.evidence / f"{name}.parquet"
        try:
            if digest(path) != sha256:
                yield Fault(path, "is not the file that was collected: its digest differs")
        except FileNotFoundError:
            yield Fault(path, "is missing, though the manifest lists it")
        except OSError as error:
            yield Fault(path, f"cannot be read ({why(error)})")
    for path in sorted(folder.evidence.glob("*.parquet")):
        if path.stem not in digests:
            yield Fault(path, "was not there when the run was finished: the manifest does not list it")


def _since_purged(folder: RunFolder, stone: Tombstone, manifest: str) -> Iterator[Fault]:
    """What must still be as it was when a part of the run was purged."""
    if manifest != stone.manifest:
        yield Fault(folder.manifest, f"is not what it was when a part of the run was purged on {_day(stone.purged_on)}")
    for name, sha256 in sorted(stone.left.items()):
        path = folder.path / name
        try:
            if sha256_of(path) != sha256:
                yield Fault(path, f"is not what it was when the evidence was purged on {_day(stone.purged_on)}")
        except FileNotFoundError:
            yield Fault(path, "is missing, and no purge of it is recorded")
        except OSError as error:
            yield Fault(path, f"cannot be read ({why(error)})")


def _chain(home: Path, known: Mapping[str, _Known]) -> Iterator[Fault]:
    """Where a manifest does not name the run before it, or that run is not there any more as it was."""
    before = ""
    for run in sorted(known):
        one = known[run]
        said = one.previous.run if one.previous else ""
        if said and said not in known:
            yield Fault(
                home / said, f"is missing: run {run} was made after it, and no purge of it is recorded in {TOMBSTONES}"
            )
        elif said != before and one.is_told:
            named = f"names {said or 'no run'} as the one before run {run}"
            yield Fault(one.file, f"{named}, though {before or 'no run'} is")
        elif one.previous and one.previous.sha256 != known[said].sha256:
            yield Fault(known[said].file, f"is not the manifest that run {run} was made after: its digest differs")
        before = run


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
