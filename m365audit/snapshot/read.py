"""A finished run's evidence, read back."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from m365audit.model.datasets import DATA_SETS, as_frame
from m365audit.model.evidence import Coverage, DataSetRecord, Gap, Stored
from m365audit.model.words import GapKind
from m365audit.snapshot import records
from m365audit.snapshot.chain import EVIDENCE, read_tombstones
from m365audit.snapshot.folders import BadRun, RunFolder, TamperedRun, stopped
from m365audit.snapshot.write import digest

_ROWS_AT_ONCE = 4_000


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
            BadRun: the manifest cannot be read, the evidence has been purged, or a file is missing or is not what was
                collected.
        """
        try:
            about = orjson.loads(folder.manifest.read_bytes())
            found = {name: records.from_json(name, body) for name, body in about.pop("data_sets").items()}
        except FileNotFoundError as error:
            raise BadRun(stopped(folder)) from error
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            message = f"{folder.manifest} cannot be read ({error}); collect again"
            raise BadRun(message) from error
        if check:
            _refuse_purged(folder)
            for record in found.values():
                _hold_against_digest(folder, record)
        return cls(folder, about, found)

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

    def stored(self, name: str) -> Stored:
        """One data set to be read through once and never held; empty where nothing was collected."""
        if name not in self.records:
            return Stored(DATA_SETS[name].names, 0, iter(()))
        path = self.folder.evidence / f"{name}.parquet"
        about = pq.read_metadata(path)
        return Stored(tuple(about.schema.to_arrow_schema().names), about.num_rows, _batches(path, about))

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


def _batches(path: Path, about: pq.FileMetaData) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path, metadata=about) as file:
        # One group of rows after the other: asked for all of them, Arrow holds many at a time.
        for group in range(about.num_row_groups):
            yield from file.iter_batches(_ROWS_AT_ONCE, row_groups=[group], use_threads=False)


def _refuse_purged(folder: RunFolder) -> None:
    on = read_tombstones(folder.path.parent).took(folder.run, EVIDENCE)
    if on:
        message = (
            f"the evidence of run {folder.run} was purged on {on.day} {on:%B %Y}, so it cannot be judged or reported "
            "again; what it came to stays in its assessment.json, for history and `compare`"
        )
        raise BadRun(message)


def _hold_against_digest(folder: RunFolder, record: DataSetRecord) -> None:
    path = folder.evidence / f"{record.name}.parquet"
    if not path.exists():
        message = f"{path} is missing, though the manifest lists it; restore it or collect again"
        raise TamperedRun(message)
    if digest(path) != record.sha256:
        message = f"{path} is not the file that was collected (its digest differs); restore it or collect again"
        raise TamperedRun(message)
