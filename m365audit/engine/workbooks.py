"""The workbooks of a run, each for its reader, encrypted where the council wants them so.

An encrypted file is another one each time, so what the run's log keeps is the SHA-256 of the workbook inside: the same
evidence gives the same one again, and whoever has the password can hold a file against it.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

from m365audit.engine.collecting.runlog import logging_to
from m365audit.engine.custody.private import private_folder
from m365audit.engine.custody.protection import OPEN, Protection
from m365audit.engine.custody.room import room_for
from m365audit.excel.encrypted import encrypt, is_locked
from m365audit.excel.whole import DRAFT
from m365audit.model.assessment import Assessment
from m365audit.model.tenant import Reader
from m365audit.report import clerk, technician
from m365audit.report.council import workbook as council
from m365audit.report.names import Kind, file_name, kind_of
from m365audit.snapshot import RunFolder, Snapshot
from m365audit.snapshot.folders import unwritable

log = logging.getLogger(__name__)

_Draw = Callable[[Path], None]


def write(assessment: Assessment, folder: RunFolder, protection: Protection = OPEN) -> tuple[Path, ...]:
    """Write the workbooks of an assessment into the folder of its run, the Clerk's first; their paths.

    The same assessment gives the same bytes, but for those that are encrypted.

    Raises:
        BadRun: the evidence is not what it should be, or a workbook cannot be written.
    """
    paths = []
    with logging_to(folder.log):
        for kind, draw in _drawn(assessment, folder):
            path = folder.path / file_name(assessment, kind)
            is_protected = Reader(kind.lower()) in protection.readers
            with room_for(path):
                digest = _protected(draw, path, protection.password) if is_protected else _open(draw, path)
            log.info("workbook written", extra={"workbook": kind, "encrypted": is_protected, "sha256": digest})
            if is_protected:
                _take_away_open_ones(path)
            paths.append(path)
    return tuple(paths)


def _drawn(assessment: Assessment, folder: RunFolder) -> Iterator[tuple[Kind, _Draw]]:
    """Every workbook, and what draws it."""
    snapshot = Snapshot.open(folder)
    yield "Clerk", lambda path: clerk.write(assessment, path)
    yield "Council", lambda path: council.write(assessment, path)
    yield "Technician", lambda path: technician.write(assessment, snapshot.stored, path)


def _open(draw: _Draw, path: Path) -> str:
    draw(path)
    path.chmod(0o600)
    return _digest(path)


def _protected(draw: _Draw, path: Path, password: str) -> str:
    """Draw a workbook where nobody looks, and let only the encrypted one be seen; the digest of the other."""
    with private_folder() as folder:
        plain = folder / path.name
        draw(plain)
        encrypt(plain, path, password)
        return _digest(plain)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _take_away_open_ones(written: Path) -> None:
    """Take away what stands beside an encrypted workbook of the same one in the clear.

    An earlier report leaves it where it was of another month or name, or was killed half-way.
    """
    kind = kind_of(written.name)
    alike = [path for path in written.parent.glob("*.xlsx") if kind_of(path.name) == kind and path != written]
    for path in [*alike, *written.parent.glob(f"{DRAFT}*")]:
        try:
            if not is_locked(path):
                path.unlink()
        except OSError as error:
            raise unwritable(path, error) from error
