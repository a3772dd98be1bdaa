"""Saving so that the same content always gives the same bytes, and no half-written file is ever seen."""

import os
import shutil
import tempfile
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter

from m365audit.excel.cells import utc

DRAFT = ".workbook-"
"""How the name of a half-written workbook begins; one is left only by a process that was killed."""
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # The earliest date a ZIP archive can carry.
_UNIX = 3
_OWNER_ONLY = 0o600
_AT_ONCE = 1 << 20


def save_whole(workbook: Workbook, path: Path, *, when: datetime | None = None) -> None:
    """Save under ``path`` by renaming a whole file into place.

    ``when`` becomes its date of creation and change; without it the file says when the workbook was made.

    Raises:
        OSError: if the folder cannot be written; then nothing is left in it.
    """
    handle, name = tempfile.mkstemp(prefix=DRAFT, suffix=".part", dir=path.parent)
    os.close(handle)
    draft = Path(name)
    try:
        if when is not None:
            workbook.properties.created = workbook.properties.modified = utc(when).replace(tzinfo=None)
        # Not workbook.save, which would put its own time on it.
        with _Undated(draft, "w", zipfile.ZIP_DEFLATED) as archive:
            ExcelWriter(workbook, archive).save()
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


class _Undated(zipfile.ZipFile):
    """An archive whose entries say nothing of when they were written. It takes of openpyxl what openpyxl gives it."""

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:  # noqa: ANN401 - as its parent
        """Add a file under a name."""
        large = Path(filename).stat().st_size > zipfile.ZIP64_LIMIT
        with Path(filename).open("rb") as source, self.open(_entry(arcname), "w", force_zip64=large) as sink:
            shutil.copyfileobj(source, sink, _AT_ONCE)

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:  # noqa: ANN401 - as its parent
        """Add a piece of memory under a name."""
        super().writestr(_entry(zinfo_or_arcname), data)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=_EARLIEST)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = _UNIX
    entry.external_attr = _OWNER_ONLY << 16
    return entry
