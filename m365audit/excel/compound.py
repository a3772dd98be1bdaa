"""The compound file that Office keeps an encrypted workbook in (MS-CFB 2, MS-OFFCRYPTO 2.1 and 2.3.4).

The encrypted package comes first and is written as it is made, so it may be longer than fits into memory; the short
streams, the directory and the tables of sectors follow, and the header, for which room is left, comes last.
"""

import errno
import os
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO

SECTOR = 512
_MINI = 64
_LEAST_LONG = 4_096  # A shorter stream would have to stand among the short ones.
_MOST_LONG = (1 << 31) - 1
_A_SECTOR = SECTOR // 4  # Numbers in a sector of numbers.
_IN_HEADER = 109
_DIFAT, _FAT, _END, _FREE = 0xFFFFFFFC, 0xFFFFFFFD, 0xFFFFFFFE, 0xFFFFFFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_RED, _BLACK = 0, 1


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of the directory; ``left``, ``right`` and ``child`` number others."""

    name: str
    kind: int
    left: int = _FREE
    right: int = _FREE
    child: int = _FREE
    colour: int = _BLACK
    data: bytes = b""


def room_for_header(file: IO[bytes]) -> None:
    """Begin a container: the encrypted package is to be written next."""
    file.write(bytes(SECTOR))


def close(file: IO[bytes], package: int, info: bytes) -> None:
    """Finish a container whose encrypted package, of so many bytes, has been written; ``info`` says how to read it.

    Raises:
        OSError: the package is longer than such a file can hold.
        ValueError: it is shorter than any workbook.
    """
    if package > _MOST_LONG:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    if package < _LEAST_LONG:
        message = "an encrypted workbook has at least 4,096 bytes"
        raise ValueError(message)
    entries = _entries(info)
    short, starts = _short(entries)
    mini = _numbers(number for entry in entries for number in _chain(_minis(entry), starts.get(entry.name, 0)))
    lengths = [_sectors(package), _sectors(len(short)), _sectors(len(mini)), _sectors(len(entries) * 128)]
    firsts = [sum(lengths[:place]) for place in range(len(lengths) + 1)]
    tables, more = _tables(firsts[-1])
    fat = [number for first, length in zip(firsts, lengths, strict=False) for number in _chain(length, first)]
    file.write(bytes(-package % SECTOR))
    file.write(_filled(short, b"\0"))
    file.write(mini)
    file.write(_directory(entries, starts, package, (firsts[1], len(short))))
    file.write(_numbers([*fat, *[_FAT] * tables, *[_DIFAT] * more]))
    file.write(_more(firsts[-1], tables, more))
    file.seek(0)
    file.write(_header(firsts, lengths, tables, more))


def _entries(info: bytes) -> tuple[_Entry, ...]:
    """The directory. Brothers are ordered by length, then alphabet, in a balanced tree, as the format demands."""
    return (
        _Entry("Root Entry", _ROOT, child=10),
        _Entry("EncryptedPackage", _STREAM),
        _Entry("\x06DataSpaces", _STORAGE, child=4),
        _Entry("Version", _STREAM, data=_VERSION),
        _Entry("DataSpaceMap", _STREAM, left=3, right=5, data=_MAP),
        _Entry("DataSpaceInfo", _STORAGE, right=7, child=6),
        _Entry("StrongEncryptionDataSpace", _STREAM, data=_SPACE),
        _Entry("TransformInfo", _STORAGE, child=8, colour=_RED),
        _Entry("StrongEncryptionTransform", _STORAGE, child=9),
        _Entry("\x06Primary", _STREAM, data=_TRANSFORM),
        _Entry("EncryptionInfo", _STREAM, left=2, right=1, data=info),
    )


def _text(text: str, *, ends: bool = False) -> bytes:
    """Text as MS-OFFCRYPTO has it: its length in bytes, UTF-16, filled to four bytes."""
    encoded = text.encode("utf-16-le")
    return struct.pack("<I", len(encoded)) + encoded + (b"" if ends else bytes(-len(encoded) % 4))


_READER, _UPDATER, _WRITER = ((1, 0),) * 3
_VERSIONS = struct.pack("<6H", *_READER, *_UPDATER, *_WRITER)
_NAME = _text("StrongEncryptionTransform")
_VERSION = _text("Microsoft.Container.DataSpaces") + _VERSIONS
_REFERENCE = struct.pack("<II", 1, 0) + _text("EncryptedPackage") + _text("StrongEncryptionDataSpace")
_MAP = struct.pack("<III", 8, 1, 4 + len(_REFERENCE)) + _REFERENCE
_SPACE = struct.pack("<II", 8, 1) + _NAME
_ID = struct.pack("<I", 1) + _text("{FF9A3F03-56EF-4613-BDD5-5A41C1D07246}")
_TRANSFORM = (
    struct.pack("<I", 4 + len(_ID))
    + _ID
    + _text("Microsoft.Container.EncryptionTransform")
    + _VERSIONS
    + struct.pack("<4I", 0, 0, 0, 4)
)


def _short(entries: Iterable[_Entry]) -> tuple[bytes, dict[str, int]]:
    """The short streams one after another, and the number of the mini sector each begins at."""
    content, starts = bytearray(), {}
    for entry in entries:
        if entry.data:
            starts[entry.name] = len(content) // _MINI
            content += entry.data + bytes(-len(entry.data) % _MINI)
    return bytes(content), starts


def _minis(entry: _Entry) -> int:
    return -(-len(entry.data) // _MINI)


def _sectors(size: int) -> int:
    return -(-size // SECTOR)


def _chain(length: int, first: int) -> Sequence[int]:
    """So many sectors in a row: each names the next."""
    return [*range(first + 1, first + length), _END] if length else []


def _tables(others: int) -> tuple[int, int]:
    """How many sectors the table of all sectors takes, itself included, and how many the list of those takes."""
    tables = more = 0
    while True:
        needed = -(-(others + tables + more) // _A_SECTOR)
        listed = -(-max(0, needed - _IN_HEADER) // (_A_SECTOR - 1))
        if (needed, listed) == (tables, more):
            return tables, more
        tables, more = needed, listed


def _more(first: int, tables: int, more: int) -> bytes:
    """The sectors of the table that the header has no room to name; each such list ends with where the next one is."""
    numbers: list[int] = []
    for place in range(more):
        begin = first + _IN_HEADER + place * (_A_SECTOR - 1)
        named = list(range(begin, min(begin + _A_SECTOR - 1, first + tables)))
        following = first + tables + place + 1 if place + 1 < more else _END
        numbers += [*named, *[_FREE] * (_A_SECTOR - 1 - len(named)), following]
    return _numbers(numbers)


def _directory(entries: Sequence[_Entry], starts: dict[str, int], package: int, short: tuple[int, int]) -> bytes:
    lines = []
    for entry in entries:
        first, size = starts.get(entry.name, 0), len(entry.data)
        if entry.kind == _ROOT:
            first, size = short
        elif entry.name == "EncryptedPackage":
            size = package
        lines.append(_line(entry, first, size))
    unused = struct.pack("<64sHBBIII16sIQQIQ", b"", 0, 0, 0, _FREE, _FREE, _FREE, b"", 0, 0, 0, 0, 0)
    return b"".join([*lines, *[unused] * (-len(lines) % (SECTOR // len(unused)))])


def _line(entry: _Entry, first: int, size: int) -> bytes:
    name = f"{entry.name}\0".encode("utf-16-le")
    about = (name, len(name), entry.kind, entry.colour, entry.left, entry.right, entry.child)
    return struct.pack("<64sHBBIII16sIQQIQ", *about, b"", 0, 0, 0, first, size)


def _header(firsts: Sequence[int], lengths: Sequence[int], tables: int, more: int) -> bytes:
    about = struct.pack(
        "<8s16sHHHHH6xIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"",
        0x3E,  # Version 3 of the format, little endian, sectors of 2^9 and 2^6 bytes.
        3,
        0xFFFE,
        9,
        6,
        0,
        tables,
        firsts[3],
        0,
    )
    places = struct.pack("<5I", _LEAST_LONG, firsts[2], lengths[2], firsts[4] + tables if more else _END, more)
    named = range(firsts[4], firsts[4] + min(tables, _IN_HEADER))
    return about + places + struct.pack(f"<{_IN_HEADER}I", *named, *[_FREE] * (_IN_HEADER - len(named)))


def _numbers(numbers: Iterable[int]) -> bytes:
    """Numbers of sectors, filled to whole sectors."""
    numbers = list(numbers)
    return _filled(struct.pack(f"<{len(numbers)}I", *numbers), b"\xff")


def _filled(data: bytes, filling: bytes) -> bytes:
    return data + filling * (-len(data) % SECTOR)
