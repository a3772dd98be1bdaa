"""The chain of a council's runs: each manifest names the run before it, and what was purged leaves a tombstone.

Tombstones stand in ``reports/SLUG/chain.jsonl``, one line each, each with the digest of the line before.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from m365audit.snapshot.folders import RunFolder, runs, unreadable, write_whole

TOMBSTONES = "chain.jsonl"
EVIDENCE, MANIFEST = "evidence", "manifest"
"""Parts of a run, as tombstones name them; who purges adds others."""
_BEGINNING = "0" * 64
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Link:
    """A finished run as the next one names it: which it is, and the SHA-256 of its manifest."""

    run: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What was taken away of one run, all told.

    ``manifest`` is the SHA-256 of its manifest, ``previous`` the run that names, ``evidence`` one digest over all its
    evidence; empty, ``None`` and empty of a run that never came to its end. ``took`` names the parts that are gone,
    ``left`` gives the SHA-256 of what can never be made again, by file name.
    """

    run: str
    manifest: str
    previous: Link | None
    evidence: str
    purged_on: date
    took: tuple[str, ...]
    left: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tombstones:
    """Every tombstone of a council, the last of each run counting. ``fault`` says where the file stops making sense."""

    by_run: Mapping[str, Tombstone]
    head: str
    fault: str = ""

    def took(self, run: str, part: str) -> date | None:
        """When a part of a run was taken away, if it was."""
        stone = self.by_run.get(run)
        return stone.purged_on if stone and part in stone.took else None


def sha256_of(path: Path) -> str:
    """SHA-256 of a small file, in hex.

    Raises:
        OSError: it cannot be read.
    """
    return hashlib.sha256(path.read_bytes()).hexdigest()


def link_before(folder: RunFolder) -> Link | None:
    """The finished run before one; ``None`` if it is the first on this disk.

    Raises:
        BadRun: its manifest cannot be read.
    """
    home = folder.path.parent
    before = [one for one in runs(home.parent, home.name) if one.run < folder.run and one.is_complete]
    if not before:
        return None
    try:
        return Link(before[-1].run, sha256_of(before[-1].manifest))
    except OSError as error:
        raise unreadable(before[-1].manifest, error) from error


def link_as_json(link: Link | None) -> dict[str, str] | None:
    """A link, as a manifest has it."""
    return {"run": link.run, "sha256": link.sha256} if link else None


def link_from_json(body: Mapping[str, Any] | None) -> Link | None:
    """The link again.

    Raises:
        KeyError, TypeError: it is none.
    """
    return Link(str(body["run"]), str(body["sha256"])) if body else None


def read_tombstones(home: Path) -> Tombstones:
    """The tombstones in the folder of a council's runs; none where there is no file.

    Raises:
        BadRun: the file cannot be read.
    """
    try:
        data = (home / TOMBSTONES).read_bytes()
    except FileNotFoundError:
        return Tombstones({}, _BEGINNING)
    except OSError as error:
        raise unreadable(home / TOMBSTONES, error) from error
    found: dict[str, Tombstone] = {}
    head, number = _BEGINNING, 0
    try:
        for number, (line, stone, before) in enumerate(_lines(data), start=1):
            if before != head:
                return Tombstones(found, head, f"line {number} does not follow from the line before it")
            found[stone.run], head = stone, hashlib.sha256(line).hexdigest()
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        return Tombstones(found, head, f"line {number + 1} cannot be read ({error})")
    return Tombstones(found, head)


def bury(home: Path, stone: Tombstone) -> None:
    """Write down what is about to be taken away of a run. It is on the disk when this returns.

    Raises:
        BadRun: the file cannot be read or written.
    """
    path = home / TOMBSTONES
    head = read_tombstones(home).head
    try:
        before = path.read_bytes() if path.exists() else b""
    except OSError as error:
        raise unreadable(path, error) from error
    body = {
        "version": _VERSION,
        "before": head,
        "run": stone.run,
        "manifest": stone.manifest,
        "previous": link_as_json(stone.previous),
        "evidence": stone.evidence,
        "purged_on": stone.purged_on,
        "took": list(stone.took),
        "left": dict(stone.left),
    }
    write_whole(path, before + orjson.dumps(body) + b"\n")


def _lines(data: bytes) -> Iterator[tuple[bytes, Tombstone, str]]:
    """Each line with what it says and the digest it gives for the line before."""
    for line in data.splitlines():
        body = orjson.loads(line)
        stone = Tombstone(
            run=str(body["run"]),
            manifest=str(body["manifest"]),
            previous=link_from_json(body["previous"]),
            evidence=str(body["evidence"]),
            purged_on=date.fromisoformat(body["purged_on"]),
            took=tuple(body["took"]),
            left=dict(body["left"]),
        )
        yield line, stone, body["before"]
