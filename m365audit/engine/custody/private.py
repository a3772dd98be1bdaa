"""A folder for what must not lie about in the clear: gone when done with, or swept up if its process was killed."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout

_PREFIX = "m365audit-private-"


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder of this process alone, in the system's folder for temporary files; whatever is in it goes.

    What libraries draft meanwhile goes there too. A process that is killed cannot tidy up: the next that needs such a
    folder does it then, and tells by the lock beside the folder that nobody is there any more.

    Raises:
        OSError: it cannot be made.
    """
    usual = Path(tempfile.gettempdir())
    _sweep(usual)
    folder = usual / f"{_PREFIX}{uuid4().hex}"
    # The lock is taken before the folder is there, so that nobody ever sees the one without the other.
    lock = _lock_beside(folder)
    try:
        with lock:
            folder.mkdir(mode=0o700)
            with _drafting_in(folder):
                yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        Path(lock.lock_file).unlink(missing_ok=True)


@contextmanager
def _drafting_in(folder: Path) -> Iterator[None]:
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


def _lock_beside(folder: Path) -> FileLock:
    return FileLock(folder.with_name(f"{folder.name}.lock"), mode=0o600)


def _sweep(usual: Path) -> None:
    """Take away what processes that were killed left behind; what is another user's is theirs to sweep."""
    for left in usual.glob(f"{_PREFIX}*"):
        if not left.is_dir() or left.is_symlink():
            continue
        lock = _lock_beside(left)
        try:
            with lock.acquire(timeout=0):
                shutil.rmtree(left, ignore_errors=True)
            Path(lock.lock_file).unlink(missing_ok=True)
        except (Timeout, OSError):
            continue
