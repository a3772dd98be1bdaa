"""Where a run is kept: ``reports/SLUG/RUN/``, RUN a UTC stamp. A run is never overwritten."""

import os
import re
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

STAMP = "%Y%m%dT%H%M%SZ"
_STAMP = re.compile(r"\d{8}T\d{6}Z")
_SYSTEM_SAID = re.compile(r"\[errno \d+\] (.+)", re.IGNORECASE)
_IN_THE_MAKING = ".*.new"
_SHOWN = "%Y-%m-%d %H:%M:%S UTC"


class BadRun(Exception):
    """A run that is not there, not finished, or not what its manifest says. One sentence, with the remedy."""


class TamperedRun(BadRun):
    """Evidence that is not what was collected."""


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
    def unfinished(self) -> Path:
        """Folder of what another process needs to go on with the run; gone once the run has come to its end."""
        return self.path / "unfinished"

    @property
    def assessment(self) -> Path:
        """What was made of the evidence."""
        return self.path / "assessment.json"

    @property
    def notice(self) -> Path:
        """What to tell the Clerk, in counts."""
        return self.path / "notice.txt"

    @property
    def log(self) -> Path:
        """JSON lines of the run."""
        return self.path / "run.log"

    @property
    def is_complete(self) -> bool:
        """Whether collecting came to its end."""
        return self.manifest.exists()


def new_run(reports: Path, slug: str, now: datetime, furnish: Callable[[RunFolder], None] | None = None) -> RunFolder:
    """Make the folder of a new run, readable by its owner alone.

    ``furnish`` puts into it what it is to begin with. The folder appears under its name when that is done, so that
    nobody ever sees one that lacks it.

    Raises:
        BadRun: the folder cannot be made, a run of this very second is there already, or the clock has gone back.
    """
    folder = RunFolder(reports / slug / now.astimezone(UTC).strftime(STAMP))
    refuse_a_clock_set_back(reports, slug, now)
    if folder.path.exists():
        message = f"{folder.path}: a run of this second is there already; start again in a moment"
        raise BadRun(message)
    making = RunFolder(folder.path.with_name(f".{folder.run}.new"))
    try:
        make_home(reports, slug)
        for left in folder.path.parent.glob(_IN_THE_MAKING):
            shutil.rmtree(left)
        making.path.mkdir(mode=0o700)
        making.evidence.mkdir(mode=0o700)
        if furnish is not None:
            furnish(making)
        making.path.rename(folder.path)
    except OSError as error:
        message = f"{folder.path} cannot be made ({why(error)}); free some space or name another folder with --reports"
        raise BadRun(message) from error
    return folder


def make_home(reports: Path, slug: str) -> Path:
    """The folder of a council's runs. Its names tell of councils and findings: nobody else's business.

    Raises:
        OSError: it cannot be made.
    """
    for folder in (reports, reports / slug):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return reports / slug


def refuse_a_clock_set_back(reports: Path, slug: str, now: datetime) -> None:
    """Runs are told apart and put in order by when they began, so a run must begin after every earlier one.

    Raises:
        BadRun: by this machine's clock, the latest run is still to come.
    """
    latest = runs(reports, slug)[-1:]
    for run in latest:
        if run.started_at > now:
            message = (
                f"this machine's clock says {now.astimezone(UTC).strftime(_SHOWN)}, but the last run of {slug} is of "
                f"{run.started_at.strftime(_SHOWN)}; set the clock right, or move {run.path} elsewhere if it was wrong "
                "then"
            )
            raise BadRun(message)


def why(error: OSError) -> str:
    """What the system said of a file, in a few words; in Arrow's errors they stand at the end of others."""
    said = error.strerror or str(error).partition("\n")[0]
    system = _SYSTEM_SAID.search(said)
    return system[1] if system else said


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
            message = f"{reports / slug} holds no finished run{unfinished}; run `m365audit audit {slug}` first"
            raise BadRun(message)
        return finished[-1]
    for folder in known:
        if folder.run == run:
            if not folder.is_complete:
                raise BadRun(stopped(folder))
            return folder
    names = ", ".join(folder.run for folder in known[-3:]) or "none"
    message = f"{slug} has no run {run}; the latest are: {names}"
    raise BadRun(message)


def stopped(folder: RunFolder) -> str:
    """The sentence about a run that has no manifest."""
    remedy = f"`m365audit audit {folder.path.parent.name}` goes on with it or begins anew"
    return f"run {folder.run} stopped before all evidence was in, so it cannot be reported; {remedy}"


def write_whole(path: Path, data: bytes, *, survives_power_loss: bool = True) -> None:
    """Write a file so that it is there whole or not at all, readable by its owner alone.

    Raises:
        BadRun: the disk is full or the folder not writable.
    """
    part = path.with_name(path.name + ".part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            if survives_power_loss:
                os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> BadRun:
    """The refusal for a file that cannot be written: which, why, and what to do."""
    return BadRun(f"{path} cannot be written ({why(error)}); free some space or name another folder with --reports")


def unreadable(path: Path, error: OSError) -> BadRun:
    """The refusal for a file that cannot be read: which, why, and what to do."""
    return BadRun(f"{path} cannot be read ({why(error)}); see that it is a file you may read")
