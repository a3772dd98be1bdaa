"""Where a run is kept: ``reports/SLUG/RUN/``, RUN a UTC stamp. A run is never overwritten."""

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

STAMP = "%Y%m%dT%H%M%SZ"
_STAMP = re.compile(r"\d{8}T\d{6}Z")


class BadRun(Exception):
    """A run that is not there, not finished, or not what its manifest says. One sentence, with the remedy."""


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The files of one run."""

    path: Path

    @property
    def run(self) -> str:
        """The run's name, such as ``20261121T093000Z``."""
        return self.path.name

    @property
    def started_at(self) -> datetime:
        """When the run began (UTC)."""
        return datetime.strptime(self.run, STAMP).replace(tzinfo=UTC)

    @property
    def evidence(self) -> Path:
        """Folder of the Parquet files."""
        return self.path / "evidence"

    @property
    def manifest(self) -> Path:
        """The manifest; there only when collecting came to its end."""
        return self.evidence / "manifest.json"

    @property
    def assessment(self) -> Path:
        """What was made of the evidence."""
        return self.path / "assessment.json"

    @property
    def log(self) -> Path:
        """JSON lines of the run."""
        return self.path / "run.log"

    @property
    def is_complete(self) -> bool:
        """Whether collecting came to its end."""
        return self.manifest.exists()


def new_run(reports: Path, slug: str, now: datetime) -> RunFolder:
    """Make the folder of a new run, readable by its owner alone.

    Raises:
        BadRun: the folder cannot be made, or a run of this very second is there already.
    """
    folder = RunFolder(reports / slug / now.astimezone(UTC).strftime(STAMP))
    try:
        # Its parents too hold names of councils and findings: nobody else's business.
        (reports / slug).mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.path.mkdir(mode=0o700)
        folder.evidence.mkdir(mode=0o700)
    except FileExistsError as error:
        message = f"{folder.path}: a run of this second is there already; start again in a moment"
        raise BadRun(message) from error
    except OSError as error:
        message = f"{folder.path} cannot be made ({error.strerror}); name another folder with --reports"
        raise BadRun(message) from error
    return folder


def runs(reports: Path, slug: str) -> list[RunFolder]:
    """Every run of a council, oldest first, finished or not."""
    home = reports / slug
    if not home.is_dir():
        return []
    return [RunFolder(path) for path in sorted(home.iterdir()) if path.is_dir() and _STAMP.fullmatch(path.name)]


def run_folder(reports: Path, slug: str, run: str | None = None) -> RunFolder:
    """The named run, or the newest finished one.

    Raises:
        BadRun: there is none such, or it stopped half-way.
    """
    known = runs(reports, slug)
    if run is None:
        finished = [folder for folder in known if folder.is_complete]
        if not finished:
            unfinished = f" ({len(known)} stopped half-way)" if known else ""
            message = f"{reports / slug} holds no finished run{unfinished}; run `m365audit collect {slug}` first"
            raise BadRun(message)
        return finished[-1]
    for folder in known:
        if folder.run == run:
            if not folder.is_complete:
                message = (
                    f"run {run} of {slug} stopped before all evidence was in, so it cannot be reported; collect again"
                )
                raise BadRun(message)
            return folder
    names = ", ".join(folder.run for folder in known[-3:]) or "none"
    message = f"{slug} has no run {run}; the latest are: {names}"
    raise BadRun(message)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all, readable by its owner alone."""
    part = path.with_name(path.name + ".part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        message = f"{path} cannot be written ({error.strerror}); free some space or name another folder with --reports"
        raise BadRun(message) from error
