"""Evidence on disk: Parquet per data set, a manifest, and the folders of runs."""

from m365audit.snapshot.folders import BadRun, RunFolder, new_run, run_folder, runs
from m365audit.snapshot.lock import Busy, CouncilLock
from m365audit.snapshot.read import Snapshot
from m365audit.snapshot.scopes import KeptScopes
from m365audit.snapshot.unfinished import Begun, Saved, Unfinished
from m365audit.snapshot.write import DataSetWriter, write_manifest

__all__ = [
    "BadRun",
    "Begun",
    "Busy",
    "CouncilLock",
    "DataSetWriter",
    "KeptScopes",
    "RunFolder",
    "Saved",
    "Snapshot",
    "Unfinished",
    "new_run",
    "run_folder",
    "runs",
    "write_manifest",
]
