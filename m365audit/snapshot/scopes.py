"""Scopes of a data set that takes hours: what was read whole of a drive or mailbox, kept as soon as it is there."""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path

import orjson

from m365audit.model.evidence import Row
from m365audit.snapshot.folders import unwritable


@dataclass(slots=True)
class KeptScopes:
    """Scopes that were looked at whole, one JSON line each, added as they come and found again after a stop.

    ``made_from`` says of what evidence the rows were made: lines made of other evidence are thrown away.
    A line is handed to the system at once, so that a killed process loses none; it is not waited for until it is on
    the disk, so a machine that loses its power may lose the last ones, and they are asked for again.
    """

    path: Path
    made_from: Mapping[str, str]
    _places: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Scope to where its line begins and how long it is; the rows themselves stay on the disk."""
    _end: int = 0
    _file: FileIO | None = None

    def __post_init__(self) -> None:
        try:
            self._find()
        except OSError as error:
            raise unwritable(self.path, error) from error

    def has(self, scope: str) -> bool:
        """Whether a scope was looked at whole."""
        return scope in self._places

    def rows(self, scope: str) -> list[Row] | None:
        """The rows of a scope that was looked at whole, which may be none; ``None`` if it was not."""
        if scope not in self._places or self._file is None:
            return None
        begin, length = self._places[scope]
        self._file.seek(begin)
        found: list[Row] = orjson.loads(self._file.read(length))["rows"]
        return found

    def keep(self, scope: str, rows: list[Row]) -> None:
        """One scope was looked at whole, and these are its rows.

        Raises:
            BadRun: the disk is full or the folder not writable. What was kept before stays.
        """
        try:
            if self._file is None:
                self._begin()
            self._places[scope] = self._add(orjson.dumps({"scope": scope, "rows": rows}, option=orjson.OPT_UTC_Z))
        except OSError as error:
            raise unwritable(self.path, error) from error

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _find(self) -> None:
        """Take in the lines that are there; whatever follows the last whole one is cut off."""
        if not self.path.exists():
            return
        with self.path.open("rb") as lines:
            if _read(lines.readline()) != {"made_from": dict(self.made_from)}:
                return
            self._end = lines.tell()
            for line in lines:
                said = _read(line)
                if said is None or "scope" not in said:
                    break
                self._places[str(said["scope"])] = (self._end, len(line))
                self._end += len(line)
        self._file = FileIO(self.path, "r+")
        self._file.truncate(self._end)

    def _begin(self) -> None:
        self._file = FileIO(self.path, "w+", opener=_for_its_owner)
        self._end = 0
        self._add(orjson.dumps({"made_from": dict(self.made_from)}))

    def _add(self, line: bytes) -> tuple[int, int]:
        """Write one line at the end; where it is. A line that does not fit leaves no trace."""
        assert self._file is not None  # noqa: S101 - for the type checker: whoever calls has opened it
        left = memoryview(line + b"\n")
        begin, length = self._end, len(left)
        try:
            self._file.seek(begin)
            while left:
                left = left[self._file.write(left) :]
        except OSError:
            with suppress(OSError):
                self._file.truncate(begin)
            raise
        self._end = begin + length
        return begin, length


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _read(line: bytes) -> dict[str, object] | None:
    """A line, if it is whole."""
    if not line.endswith(b"\n"):
        return None
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return said if isinstance(said, dict) else None
