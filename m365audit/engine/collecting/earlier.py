"""What the last finished run of a council brought, for connectors that go on with it."""

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from m365audit.snapshot import BadRun, RunFolder, Snapshot, runs

_ROWS_AT_ONCE = 65_536


class EarlierRuns:
    """The runs of a council before one of them, the newest first."""

    def __init__(self, folder: RunFolder, slug: str) -> None:
        self._folder = folder
        self._slug = slug

    def batches(self, data_set: str) -> Iterator[pa.RecordBatch]:
        """The rows of a data set as the last run that has it left them, some thousands at a time.

        A run whose evidence has been purged, or is not what was collected, has none: the one before it is taken.
        """
        before = [one for one in runs(self._folder.path.parents[1], self._slug) if one.run < self._folder.run]
        if folder := last_with(data_set, before):
            with pq.ParquetFile(folder.evidence / f"{data_set}.parquet", memory_map=True) as file:
                yield from file.iter_batches(_ROWS_AT_ONCE, use_threads=False)


def last_with(data_set: str, folders: Sequence[RunFolder]) -> RunFolder | None:
    """The last of some finished runs, oldest first, that has a data set as it was collected."""
    return next((one for one in reversed(folders) if one.is_complete and _has(one, data_set)), None)


def _has(folder: RunFolder, data_set: str) -> bool:
    try:
        snapshot = Snapshot.open(folder)
    except BadRun:
        return False
    return data_set in snapshot.records and not snapshot.coverage(data_set).is_absent
