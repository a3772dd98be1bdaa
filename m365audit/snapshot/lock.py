"""One audit of a council at a time."""

from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from m365audit.snapshot.folders import BadRun, make_home, why


class Busy(Exception):
    """Another audit of the same council is running. One sentence, with the remedy."""


class CouncilLock:
    """Held while a council is audited. The system lets go of it when the process ends, in whatever way.

    It is a file in the folder of the council's runs. Where there is no such folder, none is made before :meth:`take`.
    """

    def __init__(self, reports: Path, slug: str) -> None:
        self._reports = reports
        self._slug = slug
        self._lock = FileLock(reports / slug / ".lock", mode=0o600)

    def __enter__(self) -> Self:
        if (self._reports / self._slug).is_dir():
            self.take()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._lock.release(force=True)

    def take(self) -> None:
        """Take the lock, unless it is held already.

        Raises:
            Busy: somebody else holds it.
            BadRun: the folder cannot be made or written.
        """
        if self._lock.is_locked:
            return
        try:
            make_home(self._reports, self._slug)
            self._lock.acquire(blocking=False)
        except Timeout:
            message = f"another audit of {self._slug} is running; wait until it has ended, then try again"
            raise Busy(message) from None
        except (OSError, NotImplementedError) as error:
            said = why(error) if isinstance(error, OSError) else "this file system has no locks"
            message = f"{self._lock.lock_file} cannot be locked ({said}); name another folder with --reports"
            raise BadRun(message) from error
