"""Everything in one library by its id, packed: a library may hold a million items, and no object stays for one."""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Hashes = npt.NDArray[np.uint64]

_FILE, _FOLDER, _NO_MORE = 0, 1, 2
_AT_ONCE = 8_192
_FEW = 65_536
_FNV: Final = np.uint64(0x100000001B3)
_SHIFT: Final = np.uint64(32)


class Estate:
    """Takes the ids of a library while its feed is read; what is said of an item last holds."""

    __slots__ = ("_chunks", "_ids", "_kinds")

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._kinds = bytearray()
        self._chunks: list[pa.RecordBatch] = []

    def take(self, item: Mapping[str, Any], *, folder: bool) -> None:
        """One row of the feed. A shortcut is no item: what it leads to is counted where it lives."""
        self._ids.append(item["id"])
        is_there = item.get("deleted") is None and item.get("remoteItem") is None
        self._kinds.append((_FOLDER if folder else _FILE) if is_there else _NO_MORE)
        if len(self._ids) >= _AT_ONCE:
            self._put()

    def pack(self, named: Iterable[str], seen: Iterable[str]) -> "Packed":
        """All of it: ``named`` are the items Microsoft marked as shared, ``seen`` those whose permissions came."""
        self._put()
        table = pa.Table.from_batches(self._chunks, schema=_TAKEN)
        # One after another: of two rows for an item the later one counts.
        last = table.group_by("item_id", use_threads=False).aggregate([("kind", "last")])
        there = last.filter(pc.not_equal(last["kind_last"], _NO_MORE))
        ids = there["item_id"]
        columns = [
            ids,
            pc.equal(there["kind_last"], _FOLDER),
            pc.is_in(ids, value_set=pa.array(list(named), pa.string())),
            pc.is_in(ids, value_set=pa.array(list(seen), pa.string())),
        ]
        return Packed.of(pa.Table.from_arrays(columns, schema=_PACKED))

    def _put(self) -> None:
        kinds = pa.array(np.frombuffer(bytes(self._kinds), np.uint8))
        self._chunks.append(pa.record_batch([pa.array(self._ids, pa.string()), kinds], schema=_TAKEN))
        self._ids, self._kinds = [], bytearray()


_TAKEN = pa.schema([("item_id", pa.string()), ("kind", pa.uint8())])
_PACKED = pa.schema([("item_id", pa.string()), ("folder", pa.bool_()), ("named", pa.bool_()), ("seen", pa.bool_())])


@dataclass(frozen=True, slots=True)
class Packed:
    """The items of a library, compressed: about twenty bytes for each."""

    data: bytes
    items: int

    @classmethod
    def of(cls, table: pa.Table) -> "Packed":
        """A table of item_id, folder, named and seen."""
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
            writer.write_table(table, max_chunksize=_FEW)
        return cls(sink.getvalue().to_pybytes(), table.num_rows)

    @property
    def table(self) -> pa.Table:
        """The items: item_id (text), folder, named and seen (flags)."""
        return pa.ipc.open_stream(self.data).read_all()

    def as_text(self) -> str:
        """The same as text."""
        return base64.b64encode(self.data).decode()

    @classmethod
    def from_text(cls, text: str) -> "Packed":
        """What :meth:`as_text` gave."""
        packed = cls(base64.b64decode(text), 0)
        return cls(packed.data, packed.table.num_rows)


def seed(drive_id: str) -> np.uint64:
    """What the hashes of a library's items begin with."""
    return np.uint64(int.from_bytes(hashlib.blake2b(drive_id.encode(), digest_size=8).digest()))


def hashes(ids: pa.ChunkedArray | pa.Array, seeds: np.uint64 | Hashes) -> Hashes:
    """A number of 64 bits for each item; ``seeds`` is its library's, or one for each.

    Of a million items, two have the same one once in forty million times; they would then share a date.
    """
    chunks: Sequence[pa.Array] = ids.chunks if isinstance(ids, pa.ChunkedArray) else [ids]
    found, begin = [np.empty(0, np.uint64)], 0
    for chunk in chunks:
        of_these = seeds[begin : begin + len(chunk)] if isinstance(seeds, np.ndarray) else np.full(len(chunk), seeds)
        found.append(_hashed(chunk, of_these))
        begin += len(chunk)
    return np.concatenate(found)


def hash_of(drive_id: str, item_id: str) -> np.uint64:
    """The number of one item."""
    return np.uint64(hashes(pa.array([item_id], pa.string()), seed(drive_id))[0])


def _hashed(texts: pa.Array, begin: Hashes) -> Hashes:
    """FNV-1a over all the texts at a time, one place after another, and then stirred."""
    if not len(texts):
        return np.empty(0, np.uint64)
    offsets = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset : texts.offset + len(texts) + 1]
    letters = np.frombuffer(texts.buffers()[2] or b"\0", np.uint8)
    starts, lengths = offsets[:-1], np.diff(offsets)
    value = begin.copy()
    for place in range(int(lengths.max())):
        here = letters[np.minimum(starts + place, len(letters) - 1)].astype(np.uint64)
        value = np.where(place < lengths, (value ^ here) * _FNV, value)
    value ^= value >> _SHIFT
    value *= _FNV
    return value ^ (value >> _SHIFT)
