"""A disk without room for a workbook, said in one sentence."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir
from traceback import clear_frames

from lxml.etree import SerialisationError

from m365audit.snapshot import BadRun
from m365audit.snapshot.folders import unwritable


@contextmanager
def room_for(path: Path) -> Iterator[None]:
    """The time a workbook is written; its long sheets are drafted in the system's folder for temporary files.

    Raises:
        BadRun: there is no room for it, or the folder cannot be written.
    """
    try:
        yield
    except OSError as error:
        raise unwritable(path, error) from error
    except SerialisationError as error:
        _let_go(error)
        message = f"{path} cannot be written (there is no room for its sheets in {gettempdir()}); free some space"
        raise BadRun(message) from None


def _let_go(error: SerialisationError) -> None:
    """Close the half-written sheets now: each would complain of the full disk again, past our one sentence."""
    before, sys.unraisablehook = sys.unraisablehook, lambda _: None
    try:
        clear_frames(error.__traceback__)
    finally:
        sys.unraisablehook = before
