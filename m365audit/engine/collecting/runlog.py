"""``run.log``: what happened, one JSON object a line, without addresses: those of answers stay out of errors' words."""

import json
import logging
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from m365audit.snapshot.folders import unwritable

# What the logging library puts into every record; everything else came by ``extra`` and is worth keeping.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# Whatever hangs together around the sign of an address, as it stands, in a web address, or as JSON may spell it.
_ADDRESS = re.compile(r"\S*(?:@|%40|\\u0040)\S*", re.IGNORECASE)
_UNNAMED = "(address)"


class JsonLines(logging.Formatter):
    """One record, one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "said": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info and record.exc_info[0]:
            line["traceback"] = self.formatException(record.exc_info)
        if record.levelno > logging.DEBUG:
            line = {name: without_addresses(value) for name, value in line.items()}
        try:
            return orjson.dumps(line, default=str).decode()
        except TypeError:  # half a character, which some names hold: it has no bytes, but it has a number
            return json.dumps(line, default=str)


def without_addresses(value: object) -> object:
    """A value of a record with every address in its words replaced; what may hold some is put into words for it."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return _ADDRESS.sub(_UNNAMED, value if isinstance(value, str) else str(value))


class _ToDisk(logging.FileHandler):
    """Writes records to a file of its owner's. What the disk refuses is remembered, not shown between other lines."""

    refused: OSError | None = None

    def _open(self) -> Any:  # noqa: ANN401 - as the library declares it
        return open(self.baseFilename, self.mode, encoding=self.encoding, opener=_for_its_owner)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Remember the first refusal."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            super().handleError(record)
        elif self.refused is None:
            self.refused = error

    def close(self) -> None:
        """Close the file; what could not be written any more is remembered too."""
        try:
            super().close()
        except OSError as error:
            self.refused = self.refused or error


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@contextmanager
def logging_to(path: Path) -> Iterator[None]:
    """Log this program's records (information and above) to a file while the block runs.

    Raises:
        BadRun: the file could not be written. A refusal from inside the block goes before.
    """
    try:
        handler = _ToDisk(path, encoding="utf-8")
    except OSError as error:
        raise unwritable(path, error) from error
    handler.setFormatter(JsonLines())
    handler.setLevel(logging.INFO)
    logger = logging.getLogger("m365audit")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(min(before or logging.INFO, logging.INFO))
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
        handler.close()
    if handler.refused is not None:
        raise unwritable(path, handler.refused) from handler.refused
