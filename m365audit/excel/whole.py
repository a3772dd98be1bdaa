"""Saving so that the same content always gives the same bytes, and no half-written file is ever seen."""

import os
import shutil
import tempfile
import zipfile
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter

from m365audit.excel.cells import utc

_EARLIEST = (1980, 1, 1, 0, 0, 0)  # The earliest date a ZIP archive can carry.
_UNIX = 3
_OWNER_ONLY = 0o600


def save_whole(workbook: Workbook, path: Path, *, when: datetime | None = None) -> None:
    """Save under ``path`` by renaming a whole file into place.

    ``when`` becomes its date of creation and change; without it the file says when the workbook was made.

    Raises:
        OSError: if the folder cannot be written; then nothing is left in it.
    """
    drafts: list[Path] = []
    try:
        for _ in range(2):
            handle, name = tempfile.mkstemp(prefix=".workbook-", suffix=".part", dir=path.parent)
            os.close(handle)
            drafts.append(Path(name))
        raw, whole = drafts
        if when is not None:
            workbook.properties.created = workbook.properties.modified = utc(when).replace(tzinfo=None)
        # Not workbook.save, which would put its own time on it. The draft stays uncompressed: it is read back at once.
        with zipfile.ZipFile(raw, "w", zipfile.ZIP_STORED) as archive:
            ExcelWriter(workbook, archive).save()
        _repack(raw, whole)
        whole.replace(path)
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)


def _repack(source: Path, target: Path) -> None:
    """Copy the archive entry by entry, with fixed dates and rights."""
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            entry = zipfile.ZipInfo(name, date_time=_EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = _UNIX
            entry.external_attr = _OWNER_ONLY << 16
            large = before.getinfo(name).file_size > zipfile.ZIP64_LIMIT
            with before.open(name) as content, after.open(entry, "w", force_zip64=large) as sink:
                shutil.copyfileobj(content, sink, 1 << 20)
