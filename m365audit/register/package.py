"""A workbook from outside, looked at before anything opens it: size, entries, entities, and what it says of itself."""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from posixpath import join, normpath
from typing import IO, Final
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring, iterparse

from m365audit.excel.encrypted import Unreadable, WrongPassword, decrypt, is_encrypted
from m365audit.model.tenant import WORKBOOK_PASSWORD

Keys = Callable[[str], Iterable[str]]
"""Passwords to try in turn on an encrypted file of that name; they may be asked for one by one."""

LARGEST_BYTES: Final = 20_000_000
LARGEST_UNPACKED: Final = 250_000_000
MOST_ENTRIES: Final = 1_000
_CHUNK: Final = 1 << 16
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
# Encodings of XML that show none of its marks as bytes; no program that writes workbooks uses them.
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")
_DECLARES: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_BOOK: Final = "xl/workbook.xml"
_YES: Final = ("1", "true")
# RuntimeError is how zipfile says that an entry has a password; NotImplementedError, one of its kind, an odd packing.
_UNFIT: Final = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    DefusedXmlException,
    KeyError,
    EOFError,
    RuntimeError,
    ValueError,
    OSError,
)


class BadReturn(Exception):
    """A returned file that cannot be read at all: whose, why, and what to do."""

    def __init__(self, file: str, why: str, remedy: str) -> None:
        super().__init__(file, why, remedy)
        self.file = file
        self.why = why
        self.remedy = remedy

    def __str__(self) -> str:
        """One sentence."""
        return f"{self.file}: {self.why}; {self.remedy}."


@dataclass(frozen=True, slots=True)
class Showing:
    """How a sheet is shown. ``hidden`` rows are those the reader does not see, by filter or by hand.

    ``last_row`` is the last one that holds a cell.
    """

    hidden: frozenset[int] = frozenset()
    hidden_columns: bool = False
    hidden_sheet: bool = False
    filtered: bool = False
    last_row: int = 0


@dataclass(frozen=True, slots=True)
class Package:
    """The bytes of a workbook that may be opened."""

    file: str
    data: bytes = field(repr=False)

    def open(self) -> io.BytesIO:
        """The bytes, to be read."""
        return io.BytesIO(self.data)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its parts."""
        with _refusing(self.file), zipfile.ZipFile(self.open()) as archive:
            return tuple(archive.namelist())

    def showing(self, title: str) -> Showing:
        """How the sheet of a title is shown.

        Raises:
            BadReturn: the workbook is not put together as workbooks are.
        """
        with _refusing(self.file), zipfile.ZipFile(self.open()) as archive:
            for sheet in fromstring(archive.read(_BOOK)).iter(f"{_MAIN}sheet"):
                if sheet.get("name") == title:
                    part = _targets(archive)[sheet.get(_RELATION, "")]
                    is_hidden = sheet.get("state", "visible") != "visible"
                    with archive.open(part) as stream:
                        return _shown(stream, hidden_sheet=is_hidden)
        return Showing()


def unpack(path: Path, keys: Keys | None = None) -> Package:
    """Read a returned workbook's bytes, and refuse what could do harm when it is opened.

    An encrypted one is decrypted in memory, and looked at as any other; without ``keys`` it is refused.

    Raises:
        BadReturn: it is missing, empty, too large, no workbook, or declares entities.
    """
    data = _bytes(path)
    if not data:
        raise BadReturn(path.name, "the file is empty", "ask for the workbook again")
    if data.startswith(_OLD_EXCEL):
        data = _opened(path.name, data, keys)
    with _refusing(path.name), zipfile.ZipFile(io.BytesIO(data)) as archive:
        _weigh(path.name, archive)
        for entry in archive.infolist():
            if entry.filename.lower().endswith((".xml", ".rels", ".vml")):
                _look_through(path.name, archive, entry)
    return Package(path.name, data)


def _opened(file: str, data: bytes, keys: Keys | None) -> bytes:
    """The workbook in a container of Office's that is encrypted; never written to disk."""
    if not is_encrypted(data):
        raise BadReturn(file, "it is an old Excel file (.xls), or damaged", "open it in Excel and save it as .xlsx")
    if keys is None:
        raise BadReturn(file, "it has a password", "open it in Excel, take the password off, and save it again")
    why = "it has a password, and none is at hand"
    for password in keys(file):
        try:
            return decrypt(data, password)
        except WrongPassword:
            why = "no password that was given opens it"
        except Unreadable as error:
            raise BadReturn(file, str(error), "ask the sender for it again") from error
    raise BadReturn(file, why, f"put the right one into {WORKBOOK_PASSWORD}, or give the file at a terminal")


def _bytes(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise BadReturn(path.name, f"there is no file {path}", "correct its name")
        if (size := path.stat().st_size) > LARGEST_BYTES:
            why = f"it has {size / 1e6:,.0f} MB, far more than a returned workbook"
            raise BadReturn(path.name, why, "ask for the workbook itself, without anything added")
        return path.read_bytes()
    except OSError as error:
        raise BadReturn(path.name, f"it cannot be read ({error.strerror})", "see that you may read it") from error


def _weigh(file: str, archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    names = {entry.filename for entry in entries}
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or unpacked > LARGEST_UNPACKED:
        why = f"it unpacks to {len(entries):,} parts of {unpacked / 1e6:,.0f} MB, far more than a returned workbook"
        raise BadReturn(file, why, "do not open it; ask the sender what it is")
    if "content.xml" in names:
        raise BadReturn(file, "it is an OpenDocument file", "open it and save it as Excel workbook (.xlsx)")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise BadReturn(file, "it holds macros, which no workbook of this audit does", "save it as .xlsx without them")
    if _BOOK not in names:
        raise BadReturn(file, "it is no Excel workbook", "ask for the workbook as .xlsx")


def _look_through(file: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Refuse a part of XML that declares entities, or hides whether it does."""
    before = b""
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            if not before and chunk.startswith(_WIDE):
                raise BadReturn(file, f"its part {entry.filename} is in an unusual encoding", "save it again in Excel")
            if _DECLARES.search(before[-10:] + chunk):
                why = f"its part {entry.filename} declares entities, which can fill a computer's memory"
                raise BadReturn(file, why, "do not open it; ask the sender what it is")
            before = chunk


@contextmanager
def _refusing(file: str) -> Iterator[None]:
    """Whatever is wrong with an archive or its XML refuses the file."""
    try:
        yield
    except _UNFIT as error:
        why = f"it cannot be opened as an Excel workbook ({error})"
        raise BadReturn(file, why, "open it in Excel and save it again as .xlsx") from error


def _targets(archive: zipfile.ZipFile) -> Mapping[str, str]:
    """Id of a relation of the workbook to the part it leads to."""
    relations = fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    return {one.get("Id", ""): normpath(join("xl", one.get("Target", ""))).lstrip("/") for one in relations}


def _shown(stream: IO[bytes], *, hidden_sheet: bool) -> Showing:
    hidden: set[int] = set()
    number = last = 0
    columns = filtered = False
    for element in _elements(stream):
        if element.tag == f"{_MAIN}row":
            number = int(element.get("r") or number + 1)
            if element.get("hidden") in _YES:
                hidden.add(number)
            if len(element):
                last = number
        elif element.tag == f"{_MAIN}col":
            columns = columns or element.get("hidden") in _YES
        elif element.tag == f"{_MAIN}filterColumn":
            filtered = True
    return Showing(frozenset(hidden), columns, hidden_sheet, filtered, last)


def _elements(stream: IO[bytes]) -> Iterator[Element]:
    """Every element of a part once it is whole; rows are forgotten as soon as they were looked at."""
    rows: Element | None = None
    for event, element in iterparse(stream, events=("start", "end")):
        if event == "start":
            rows = element if element.tag == f"{_MAIN}sheetData" else rows
            continue
        yield element
        if element.tag == f"{_MAIN}row" and rows is not None:
            rows.clear()
