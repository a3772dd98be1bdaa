"""The technician's workbook: everything, with ids, and the evidence it rests on."""

from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path

import pandas as pd
import pyarrow as pa
from openpyxl import Workbook

from m365audit.excel.cells import Value
from m365audit.excel.styles import Look
from m365audit.excel.whole import save_whole
from m365audit.model.assessment import Assessment, DataSetNote
from m365audit.model.datasets import DATA_SETS
from m365audit.report import closing, ledgers
from m365audit.report.clerk import describe
from m365audit.report.names import sheet_title, table_name
from m365audit.report.sheets import Book, Column, Line, Page

ROWS_A_SHEET = 100_000
_ROWS_AT_ONCE = 5_000
_REST = "the evidence files of the run"
_PLACES_NAMED = 200
_WIDTHS = {"flag": 12.0, "count": 14.0, "time": 20.0, "text": 34.0, "texts": 34.0}


def write(assessment: Assessment, evidence: Callable[[str], pd.DataFrame], path: Path) -> None:
    """Write the technician's workbook; ``evidence`` gives a data set's frame by its name.

    One data set is held at a time and its rows are streamed; the same inputs always give the same bytes.

    Raises:
        OSError: if the folder of ``path`` cannot be written.
    """
    book = Book(Workbook(write_only=True), rest=_REST, gridlines=True)
    describe(book.workbook, assessment, "for the technician")
    taken: set[str] = set()
    for page in chain(ledgers.pages(assessment), _evidence_pages(assessment, evidence)):
        title = sheet_title(page.title, taken)
        taken.add(title.casefold())
        book.lay(book.sheet(title), page)
    record = ledgers.record_page(assessment, closing.changes(book.alterations, _PLACES_NAMED))
    book.lay(book.sheet(record.title), record)
    save_whole(book.workbook, path, when=assessment.collected_at)


def _evidence_pages(assessment: Assessment, evidence: Callable[[str], pd.DataFrame]) -> Iterator[Page]:
    for note in assessment.data_sets:
        if not note.coverage.is_absent:
            yield from sheets_of(note, evidence(note.name))


def sheets_of(note: DataSetNote, frame: pd.DataFrame, most: int = ROWS_A_SHEET) -> Iterator[Page]:
    """The sheets of one data set, at most so many rows each; they are to be written in turn."""
    columns = _columns(note.name, frame)
    parts = max(1, -(-len(frame) // most))
    rows = _rows(frame)
    for part in range(1, parts + 1):
        title = note.name if parts == 1 else f"{note.name} {part} of {parts}"
        chunk = islice(rows, most) if len(frame) else iter([("No rows", *[None] * (len(columns) - 1))])
        yield Page(
            title=title,
            heading=title,
            purpose=note.meaning,
            explanation=(f"One table. {note.meaning} Blank: Microsoft sent nothing.",),
            columns=columns,
            rows=chunk,
            table=table_name(f"data {title}"),
        )


def _columns(name: str, frame: pd.DataFrame) -> tuple[Column, ...]:
    kinds = {column.name: column.kind for column in DATA_SETS[name].columns} if name in DATA_SETS else {}
    return tuple(Column(str(header), _WIDTHS[kinds.get(str(header), "text")], Look.RAW) for header in frame.columns)


def _rows(frame: pd.DataFrame) -> Iterator[Line]:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    for batch in table.to_batches(max_chunksize=_ROWS_AT_ONCE):
        columns = [column.to_pylist() for column in batch.columns]
        for values in zip(*columns, strict=True):
            yield tuple(map(_value, values))


def _value(value: object) -> Value:
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return value  # type: ignore[return-value] # anything a cell cannot hold is refused by the cell itself
