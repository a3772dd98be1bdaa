"""A finished run's evidence, read back."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
import pandas as pd
import pyarrow.parquet as pq

from m365audit.model.datasets import DATA_SETS, as_frame
from m365audit.model.evidence import Coverage, DataSetRecord, Gap
from m365audit.model.words import GapKind
from m365audit.snapshot.folders import BadRun, RunFolder
from m365audit.snapshot.write import digest


@dataclass(slots=True)
class Snapshot:
    """All evidence of one run. Frames are read when asked for, and kept."""

    folder: RunFolder
    about: dict[str, Any]
    records: dict[str, DataSetRecord]
    _frames: dict[str, pd.DataFrame] = field(default_factory=dict)

    @classmethod
    def open(cls, folder: RunFolder, *, check: bool = True) -> "Snapshot":
        """Read the manifest, and hold every file against its digest.

        Raises:
            BadRun: the manifest cannot be read, or a file is missing or is not what was collected.
        """
        try:
            about = orjson.loads(folder.manifest.read_bytes())
            records = {name: _record(name, body) for name, body in about.pop("data_sets").items()}
        except FileNotFoundError as error:
            message = f"run {folder.run} stopped before all evidence was in, so it cannot be reported; collect again"
            raise BadRun(message) from error
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            message = f"{folder.manifest} cannot be read ({error}); collect again"
            raise BadRun(message) from error
        if check:
            for record in records.values():
                _hold_against_digest(folder, record)
        return cls(folder, about, records)

    @property
    def finished_at(self) -> datetime:
        """When collecting ended (UTC)."""
        return datetime.fromisoformat(self.about["finished_at"])

    def frame(self, name: str) -> pd.DataFrame:
        """One data set: its declared columns, Arrow-backed, default index; empty where nothing was collected."""
        if name not in self._frames:
            if name not in self.records:
                self._frames[name] = DATA_SETS[name].frame()
            else:
                self._frames[name] = as_frame(pq.read_table(self.folder.evidence / f"{name}.parquet"))
        return self._frames[name]

    def coverage(self, name: str) -> Coverage:
        """How much of a data set came back; one that was never asked for is a gap."""
        if name in self.records:
            return self.records[name].coverage
        gap = Gap(
            GapKind.NOT_COLLECTED,
            f"{name.replace('_', ' ')} was left out of this run",
            "collect again without --only",
            data_set=name,
        )
        return Coverage(gaps=(gap,))


def _record(name: str, body: dict[str, Any]) -> DataSetRecord:
    gaps = tuple(
        Gap(GapKind(g["kind"]), g["detail"], g["fix"], g["scope"], name, g.get("said", "")) for g in body["gaps"]
    )
    coverage = Coverage(rows=body["rows"], scopes=body["scopes"], gaps=gaps)
    return DataSetRecord(name, coverage, body["permission"], body["requests"], body["seconds"], body["sha256"])


def _hold_against_digest(folder: RunFolder, record: DataSetRecord) -> None:
    path = folder.evidence / f"{record.name}.parquet"
    if not path.exists():
        message = f"{path} is missing, though the manifest lists it; restore it or collect again"
        raise TamperedRun(message)
    if digest(path) != record.sha256:
        message = f"{path} is not the file that was collected (its digest differs); restore it or collect again"
        raise TamperedRun(message)


class TamperedRun(BadRun):
    """Evidence that is not what was collected."""
