"""The technician's workbook: everything, with ids, and the evidence it rests on."""

from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
from openpyxl import Workbook

from m365audit.excel.cells import Value
from m365audit.excel.styles import Look
from m365audit.excel.whole import save_whole
from m365audit.model.assessment import Assessment, DataSetNote
from m365audit.model.datasets import DATA_SETS
from m365audit.model.evidence import Stored
from m365audit.report import ledgers
from m365audit.report.clerk import describe
from m365audit.report.names import sheet_title, table_name
from m365audit.report.parts import parts
from m365audit.report.rows import Line, Next
from m365audit.report.sheets import Book, Column, Page

ROWS_A_SHEET = 100_000
_ROWS_AT_ONCE = 500  # As Python's own values they are many times as large as in a batch.
_REST = "assessment.json or the evidence files of the run"
_WIDTHS = {"flag": 12.0, "count": 14.0, "time": 20.0, "text": 34.0, "texts": 34.0}


def write(assessment: Assessment, evidence: Callable[[str], Stored], path: Path) -> None:
    """Write the technician's workbook; ``evidence`` gives a data set by its name.

    Some thousand rows are held at a time; the same inputs always give the same bytes.

    Raises:
        OSError: if the folder of ``path`` cannot be written.
    """
    book = Book(Workbook(write_only=True), rest=_REST, gridlines=True, shortens=False)
    describe(book.workbook, assessment, "for the technician")
    taken: set[str] = set()
    for page in chain(ledgers.pages(assessment), _evidence_pages(assessment, evidence)):
        for part in parts(page, ROWS_A_SHEET):
            title = sheet_title(part.title, taken)
            taken.add(title.casefold())
            book.lay(book.sheet(title), part)
    # What had to be changed is known when everything else is written, though it stands before the record.
    changed = book.sheet(ledgers.CHANGED_TITLE)
    record = ledgers.record_page(assessment)
    book.lay(book.sheet(record.title), record)
    book.lay(changed, ledgers.changed_page(book.alterations))
    save_whole(book.workbook, path, when=assessment.collected_at)


def _evidence_pages(assessment: Assessment, evidence: Callable[[str], Stored]) -> Iterator[Page]:
    for note in assessment.data_sets:
        if not note.coverage.is_absent and ledgers.is_listed(note.name):
            yield _page_of(note, evidence(note.name))


def _page_of(note: DataSetNote, stored: Stored) -> Page:
    columns = _columns(note.name, stored.columns)
    rows = Next(_rows(stored), stored.rows) if stored.rows else [("No rows", *[None] * (len(columns) - 1))]
    return Page(
        title=note.name,
        heading=note.name,
        purpose=note.meaning,
        explanation=(f"One table. {note.meaning} Blank: Microsoft sent nothing.",),
        columns=columns,
        rows=rows,
        table=table_name(f"data {note.name}"),
    )


def _columns(name: str, headers: tuple[str, ...]) -> tuple[Column, ...]:
    kinds = {column.name: column.kind for column in DATA_SETS[name].columns} if name in DATA_SETS else {}
    return tuple(Column(header, _WIDTHS[kinds.get(header, "text")], Look.RAW) for header in headers)


def _rows(stored: Stored) -> Iterator[Line]:
    for batch in stored.batches:
        for first in range(0, len(batch), _ROWS_AT_ONCE):
            columns = [_values(column) for column in batch.slice(first, _ROWS_AT_ONCE).columns]
            yield from zip(*columns, strict=True)


def _values(column: pa.Array) -> list[Value]:
    values: list[Any] = column.to_pylist()
    if not pa.types.is_list(column.type):
        return values
    return [None if texts is None else "; ".join(texts) for texts in values]
