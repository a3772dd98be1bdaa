"""Rows to Parquet as they come, a few thousand at a time."""

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from m365audit.model.datasets import DATA_SETS, DataSet
from m365audit.model.evidence import Coverage, DataSetRecord, Gap, Row, Rows
from m365audit.snapshot.chain import link_as_json, link_before
from m365audit.snapshot.folders import RunFolder, unwritable, write_whole
from m365audit.snapshot.records import as_json

ROWS_AT_ONCE = 4_000
# Microsoft writes up to seven digits of a second and uses both ends of the calendar for "no date".
_FINER_THAN_MICROSECONDS = r"(\.\d{6})\d+"
_NO_DATE = ("0001-01-01", "9999-12-31")


class DataSetWriter:
    """Writes one data set. Nothing is at its final name until :meth:`close`.

    A row whose natural key was already written is left out: Microsoft repeats items across pages.
    """

    def __init__(self, folder: Path, data_set: DataSet) -> None:
        self.data_set = data_set
        self.path = folder / f"{data_set.name}.parquet"
        self.rows = 0
        self._part = self.path.with_name(self.path.name + ".part")
        self._gaps: dict[tuple[str, ...], Gap] = {}
        self._looked: set[str] = set()
        self._notes: list[str] = []
        self._buffer: list[Row] = []
        self._seen: set[Any] = set()
        self._file: pq.ParquetWriter | None = None

    def add(self, row: Row) -> None:
        """One more row."""
        self._buffer.append(row)
        if len(self._buffer) >= ROWS_AT_ONCE:
            self._flush()

    def add_all(self, rows: Rows) -> None:
        """Many more rows, none of which was added before.

        Raises:
            ValueError: there is a column that the schema does not declare, or one of another type.
            BadRun: the disk is full or the folder not writable.
        """
        self._flush()
        self._write(_as_declared(self.data_set, rows.table))

    def gap(self, gap: Gap) -> None:
        """Something that is missing; the same gap twice is one."""
        placed = gap.within(data_set=self.data_set.name)
        self._gaps[placed.scope, placed.kind, placed.detail, placed.said] = placed

    def note(self, words: str) -> None:
        """A standing limit of the whole data set."""
        self._notes.append(words)

    def looked(self, scope: str) -> None:
        """One scope that was looked at whole."""
        self._looked.add(scope)

    def close(self, *, permission: str, requests: int, seconds: float, at: datetime | None = None) -> DataSetRecord:
        """Finish the file and say what is in it; ``at`` is when the last of it came.

        Raises:
            BadRun: the disk is full or the folder not writable.
        """
        try:
            self._flush()
            if self._file is None:
                self._open()
            if self._file is not None:
                self._file.close()
            self._part.replace(self.path)
            sha256 = digest(self.path)
        except OSError as error:
            raise unwritable(self.path, error) from error
        scopes = self._looked | {gap.scope for gap in self._gaps.values()}
        coverage = Coverage(rows=self.rows, scopes=max(1, len(scopes)), gaps=tuple(self._gaps.values()))
        coverage = replace(coverage, notes=tuple(dict.fromkeys(self._notes)))
        run = self.path.parents[1].name
        return DataSetRecord(self.data_set.name, coverage, permission, requests, seconds, sha256, at, run)

    def abandon(self) -> None:
        """Leave nothing behind, as far as the disk lets us: what is left is written over the next time."""
        with suppress(OSError):
            if self._file is not None:
                self._file.close()
        with suppress(OSError):
            self._part.unlink(missing_ok=True)

    def _flush(self) -> None:
        fresh = self._fresh(self._buffer)
        self._buffer = []
        if fresh:
            self._write(as_table(self.data_set, fresh))

    def _fresh(self, rows: Sequence[Row]) -> list[Row]:
        key = self.data_set.key
        first = key[0]
        fresh = []
        for row in rows:
            name = row[first] if len(key) == 1 else tuple(row.get(part) for part in key)
            if name not in self._seen:
                self._seen.add(name)
                fresh.append(row)
        return fresh

    def _write(self, table: pa.Table) -> None:
        if self._file is None:
            self._open()
        assert self._file is not None  # noqa: S101 - for the type checker: _open has just made it
        try:
            self._file.write_table(table)
        except OSError as error:
            raise unwritable(self.path, error) from error
        self.rows += len(table)

    def _open(self) -> None:
        try:
            os.close(os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
            self._file = pq.ParquetWriter(
                self._part, self.data_set.schema, compression="zstd", use_dictionary=False, store_schema=False
            )
        except OSError as error:
            raise unwritable(self.path, error) from error


def as_table(data_set: DataSet, rows: Sequence[Row]) -> pa.Table:
    """Rows as an Arrow table with the declared schema.

    A time may be an ISO 8601 text as Microsoft sends it: finer digits than microseconds are cut, both of
    Microsoft's ways of writing "no date" become null.

    Raises:
        ValueError: a row has a column that the schema does not declare, or a value of the wrong type.
    """
    names = set(data_set.names)
    if extra := {name for name in rows[0] if name not in names}:
        message = f"{data_set.name}: {', '.join(sorted(extra))} is in a row but not in the schema"
        raise ValueError(message)
    columns = []
    for field in data_set.schema:
        values = [row.get(field.name) for row in rows]
        columns.append(
            _times(values, field.type) if pa.types.is_timestamp(field.type) else pa.array(values, field.type)
        )
    return pa.Table.from_arrays(columns, schema=data_set.schema)


def _as_declared(data_set: DataSet, table: pa.Table) -> pa.Table:
    """A table with every declared column in its type; columns left out are null."""
    if extra := set(table.column_names) - set(data_set.names):
        message = f"{data_set.name}: {', '.join(sorted(extra))} is in a table but not in the schema"
        raise ValueError(message)
    columns = []
    for field in data_set.schema:
        if field.name not in table.column_names:
            columns.append(pa.nulls(len(table), field.type))
            continue
        column = table.column(field.name)
        is_told = pa.types.is_timestamp(field.type) and pa.types.is_string(column.type)
        columns.append(_moments(column, field.type) if is_told else column)
    return pa.Table.from_arrays(columns, schema=data_set.schema)


def _times(values: list[Any], kind: pa.DataType) -> pa.Array:
    if not any(isinstance(value, str) for value in values):
        return pa.array(values, kind)
    return _moments(pa.array([v.isoformat() if isinstance(v, datetime) else v for v in values], pa.string()), kind)


def _moments(texts: pa.Array, kind: pa.DataType) -> pa.Array:
    no_date = pc.or_(*(pc.starts_with(texts, day) for day in _NO_DATE))
    texts = pc.if_else(no_date, pa.scalar(None, pa.string()), texts)
    try:
        # Most times come as Arrow reads them; putting all in shape takes ten times as long.
        return texts.cast(kind)
    except pa.ArrowInvalid:
        texts = pc.replace_substring_regex(texts, _FINER_THAN_MICROSECONDS, r"\1")
    # A time without a zone (calendars send them when UTC was asked for) is UTC.
    texts = pc.if_else(
        pc.match_substring_regex(texts, r"(Z|[+-]\d\d:?\d\d)$"), texts, pc.binary_join_element_wise(texts, "Z", "")
    )
    return texts.cast(kind)


def digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_manifest(folder: RunFolder, records: Mapping[str, DataSetRecord], about: Mapping[str, Any]) -> None:
    """Write the manifest: the last file of a run, and the sign that it is whole. It names the run before.

    Raises:
        BadRun: it cannot be written, or the manifest before it cannot be read.
    """
    data_sets = {name: as_json(record) for name, record in sorted(records.items())}
    previous = link_as_json(link_before(folder))
    body = {"version": 1, "run": folder.run, **about, "previous": previous, "data_sets": data_sets}
    write_whole(folder.manifest, orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z))


DATA_SET_FILE = re.compile(rf"({'|'.join(map(re.escape, DATA_SETS))})\.parquet")
