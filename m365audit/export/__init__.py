"""What machines read of an assessment: CSV for spreadsheets, OCSF for SIEMs, JUnit for CI. One file a format.

JSON needs none of its own: every run keeps its ``assessment.json``, and ``--json`` prints the same document.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from m365audit.export import as_csv, as_junit, as_ocsf
from m365audit.export.records import Audited, Refused

Format = Callable[[Iterable[Audited]], Iterator[str]]
"""From councils to the text of one file, piece by piece; nothing but the councils decides a character of it."""

FORMATS: Mapping[str, Format] = {"csv": as_csv.pieces, "ocsf": as_ocsf.pieces, "junit": as_junit.pieces}
"""Every format by its name, which is also that of its option."""

__all__ = ["FORMATS", "Audited", "Format", "Refused"]
