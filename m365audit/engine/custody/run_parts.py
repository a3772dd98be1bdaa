"""What a run is made of, part by part, as far as it is kept and purged together."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import orjson

from m365audit.excel.whole import DRAFT
from m365audit.report.names import kind_of
from m365audit.snapshot import RunFolder
from m365audit.snapshot.chain import EVIDENCE, MANIFEST
from m365audit.snapshot.write import DATA_SET_FILE


class RunPart(StrEnum):
    """A part of a run, in the words tombstones and people use for it."""

    EVIDENCE = EVIDENCE
    """The data sets, the log, and what is kept to go on with a run."""
    TECHNICIAN = "technician's workbook"
    CLERK = "Clerk's workbook"
    ASSESSMENT = "assessment"
    COUNCIL = "council's summary"
    MANIFEST = MANIFEST


_WORKBOOKS = {"Clerk": RunPart.CLERK, "Technician": RunPart.TECHNICIAN, "Council": RunPart.COUNCIL}
_BY_PLACE = {
    ("evidence", "manifest.json"): RunPart.MANIFEST,
    ("", "run.log"): RunPart.EVIDENCE,
    ("", "assessment.json"): RunPart.ASSESSMENT,
    ("", "notice.txt"): RunPart.CLERK,
}
_HALF_WRITTEN = ".part"


@dataclass(frozen=True, slots=True)
class Contents:
    """The files of a run by part, and those that are no part of any run."""

    files: Mapping[RunPart, tuple[Path, ...]]
    strangers: tuple[Path, ...] = field(default=())


def contents(folder: RunFolder) -> Contents:
    """What lies in the folder of a run; nothing that is pointed to from it is followed.

    Raises:
        OSError: it cannot be listed.
    """
    known = _data_sets(folder)
    files: dict[RunPart, list[Path]] = {part: [] for part in RunPart}
    strangers = []
    for path in _files(folder.path):
        part = None if path.is_symlink() else _part(path.relative_to(folder.path), known)
        if part is None:
            strangers.append(path)
        else:
            files[part].append(path)
    return Contents({part: tuple(paths) for part, paths in files.items()}, tuple(strangers))


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder, onerror=_refuse):
        folders.sort()
        for name in sorted([*names, *(one for one in folders if (Path(place) / one).is_symlink())]):
            yield Path(place) / name


def _refuse(error: OSError) -> None:
    raise error


def _part(path: Path, data_sets: frozenset[str]) -> RunPart | None:
    """The part a file belongs to, by its place in the run's folder; half-written ones belong with whole ones."""
    name = path.name.removesuffix(_HALF_WRITTEN)
    place = "/".join(path.parts[:-1])
    is_evidence = {
        "evidence": bool(DATA_SET_FILE.fullmatch(name)) or name in data_sets,
        "unfinished": Path(name).suffix in {".json", ".jsonl"},
    }
    if is_evidence.get(place):
        return RunPart.EVIDENCE
    if not place and path.name.startswith(DRAFT):
        # Whichever it was to become, it goes with the one that is kept for the shortest time.
        return RunPart.TECHNICIAN
    kind = kind_of(name)
    if kind and not place:
        return _WORKBOOKS[kind]
    return _BY_PLACE.get((place, name))


def _data_sets(folder: RunFolder) -> frozenset[str]:
    """Files the run's own manifest lists: another version of the program may have had other data sets."""
    try:
        body = orjson.loads(folder.manifest.read_bytes())
        return frozenset(f"{name}.parquet" for name in body["data_sets"])
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
        return frozenset()
