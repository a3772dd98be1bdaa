"""What a run that has not come to its end keeps beside its evidence, so that another process can go on with it."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson

from m365audit.model.evidence import DataSetRecord
from m365audit.snapshot import records
from m365audit.snapshot.folders import RunFolder, write_whole
from m365audit.snapshot.scopes import KeptScopes
from m365audit.snapshot.write import digest

_BEGUN = "begun.json"
_ONE_LINE = orjson.OPT_UTC_Z


@dataclass(frozen=True, slots=True)
class Begun:
    """The terms a run was begun on. Evidence collected on other terms does not belong to it.

    ``settings`` is a digest of what the tenant file says of collecting. ``since`` is when the oldest evidence the run
    may hold was begun (UTC), ``around`` the moment calendars are read around. ``command`` is ``audit`` or ``collect``.
    """

    tool_version: str
    tenant_id: str
    settings: str
    command: str
    only: tuple[str, ...] | None
    as_of: date | None
    around: datetime
    since: datetime


@dataclass(frozen=True, slots=True)
class Saved:
    """A data set that is finished: its record, and of what evidence it was made (data set to fingerprint)."""

    record: DataSetRecord
    made_from: Mapping[str, str]


class Unfinished:
    """The folder ``unfinished`` of a run."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.path = folder.unfinished

    def begin(self, begun: Begun) -> None:
        """Say on what terms the run is made.

        Raises:
            BadRun: it cannot be written.
        """
        self._make()
        write_whole(self.path / _BEGUN, orjson.dumps(asdict(begun), option=_ONE_LINE))

    def begun(self) -> Begun | None:
        """The terms the run was begun on; ``None`` where that cannot be told."""
        try:
            return _begun(orjson.loads((self.path / _BEGUN).read_bytes()))
        except (OSError, orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            return None

    def save(self, record: DataSetRecord, made_from: Mapping[str, str]) -> None:
        """One data set is finished.

        Raises:
            BadRun: it cannot be written.
        """
        self._make()
        body = {"made_from": dict(made_from), **records.as_json(record)}
        line = orjson.dumps(body, option=_ONE_LINE)
        # A record that is lost with the power costs asking again; waiting for the disk would cost every run.
        write_whole(self.path / f"{record.name}.json", line, survives_power_loss=False)

    def saved(self, name: str) -> Saved | None:
        """A finished data set, if its file is the one that was collected."""
        try:
            body = orjson.loads((self.path / f"{name}.json").read_bytes())
            record = records.from_json(name, body)
            is_there = digest(self.folder.evidence / f"{name}.parquet") == record.sha256
            return Saved(record, dict(body["made_from"])) if is_there else None
        except (OSError, orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            return None

    def scopes(self, name: str, made_from: Mapping[str, str]) -> KeptScopes:
        """The scopes of a long data set.

        Raises:
            BadRun: they cannot be read or written.
        """
        self._make()
        return KeptScopes(self.path / f"{name}.jsonl", made_from)

    def take_over(self, other: "Unfinished") -> None:
        """Begin with all that another run of the council has: without copying, where the disk can do that.

        Raises:
            OSError: it cannot be done.
        """
        self._make()
        for there in other.path.glob("*.json*"):
            if there.name != _BEGUN and not there.name.endswith(".part"):
                _same(there, self.path / there.name)
        for name in other.names():
            _same(other.folder.evidence / f"{name}.parquet", self.folder.evidence / f"{name}.parquet")

    def names(self) -> Iterator[str]:
        """Data sets said to be finished."""
        for path in sorted(self.path.glob("*.json")):
            if path.name != _BEGUN:
                yield path.stem

    def tidy(self) -> None:
        """Take away what was half-written when the run stopped."""
        for folder in (self.path, self.folder.evidence, self.folder.path):
            for path in folder.glob("*.part"):
                with suppress(OSError):
                    path.unlink()

    def remove(self) -> None:
        """The run has come to its end. What cannot be taken away now does no harm, and is tried again another time."""
        if self.path.exists():
            with suppress(OSError):
                # First of all the sign that somebody could go on.
                (self.path / _BEGUN).unlink()
            shutil.rmtree(self.path, ignore_errors=True)

    def _make(self) -> None:
        with suppress(FileExistsError):
            self.path.mkdir(mode=0o700)


def _begun(body: dict[str, Any]) -> Begun:
    return Begun(
        tool_version=str(body["tool_version"]),
        tenant_id=str(body["tenant_id"]),
        settings=str(body["settings"]),
        command=str(body["command"]),
        only=None if body["only"] is None else tuple(body["only"]),
        as_of=None if body["as_of"] is None else date.fromisoformat(body["as_of"]),
        around=datetime.fromisoformat(body["around"]),
        since=datetime.fromisoformat(body["since"]),
    )


def _same(there: Path, here: Path) -> None:
    """The same file under another name; a copy where the disk knows no such thing."""
    if not there.exists():
        return
    try:
        os.link(there, here)
    except OSError:
        shutil.copy2(there, here)
        here.chmod(0o600)
