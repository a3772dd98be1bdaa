"""One part of ``benchmarks.workbooks`` in this process: evidence made up, or a workbook written of it.

``python -m benchmarks.report_step PART FOLDER ACCOUNTS`` says in a line of JSON what that took.
"""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from openpyxl import Workbook

# The assessment is the tests' own.
sys.path.append(str(Path(__file__).parents[1] / "tests" / "report"))

from hand_built import assessment, data_set

from benchmarks.measure import peak_mb
from m365audit.engine import workbooks
from m365audit.model.assessment import Assessment
from m365audit.model.datasets import DATA_SETS, Column
from m365audit.model.evidence import Coverage, Row
from m365audit.report import ledgers, technician
from m365audit.snapshot import DataSetWriter, RunFolder, Snapshot, new_run, write_manifest

SHARES_OF_AN_ACCOUNT = 10
ACCOUNTS_OF_A_FINDING = 2
_NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def main(part: str, place: Path, accounts: int) -> None:
    if part == "evidence":
        print(json.dumps({"folder": str(make_up(accounts, place).path)}))
        return
    made, folder = judged(accounts), RunFolder(place)
    start, cpu, began = peak_mb(), time.process_time(), time.perf_counter()
    size = PARTS[part](made, folder)
    seconds, spent = time.perf_counter() - began, time.process_time() - cpu
    print(json.dumps({"seconds": seconds, "cpu": spent, "start": start, "peak": peak_mb(), "mb": size / 1e6}))


def make_up(accounts: int, place: Path) -> RunFolder:
    """The evidence of a run, every declared column of it filled as its kind asks."""
    folder = new_run(place, "large", _NOW)
    records = {}
    for name, rows in _sizes(accounts).items():
        writer = DataSetWriter(folder.evidence, DATA_SETS[name])
        for number in range(rows):
            writer.add(_row(DATA_SETS[name].columns, number))
        records[name] = writer.close(permission="", requests=0, seconds=0, at=_NOW)
    write_manifest(folder, records, {"finished_at": _NOW})
    return folder


def _sizes(accounts: int) -> dict[str, int]:
    return {"accounts": accounts, "sharing": accounts * SHARES_OF_AN_ACCOUNT}


def _row(columns: Sequence[Column], number: int) -> Row:
    # In every row some other columns are empty, as they are in evidence.
    return {
        column.name: None if place and (number + place) % 7 == 0 else _filled(column, number)
        for place, column in enumerate(columns)
    }


def _filled(column: Column, number: int) -> object:
    match column.kind:
        case "flag":
            return number % 2 == 0
        case "count":
            return number
        case "time":
            return _NOW - timedelta(minutes=number)
        case "texts":
            return [f"smtp:{column.name}.{number}@exampleton-tc.gov.uk", f"{number}@exampleton.onmicrosoft.com"]
        case "text":
            return f"https://exampleton.sharepoint.com/sites/Cyngor Llŷn & Môn/{column.name}/{number}"


def judged(accounts: int) -> Assessment:
    """An assessment that rests on that evidence."""
    made = assessment(names=(), findings=accounts // ACCOUNTS_OF_A_FINDING)
    notes = tuple(data_set(name, Coverage(rows=rows)) for name, rows in _sizes(accounts).items())
    return replace(made, data_sets=notes)


def whole(made: Assessment, folder: RunFolder) -> int:
    """All workbooks, as an audit writes them."""
    return sum(path.stat().st_size for path in workbooks.write(made, folder))


def ours(made: Assessment, folder: RunFolder) -> int:
    """The Technician workbook alone."""
    path = folder.path / "technician.xlsx"
    technician.write(made, Snapshot.open(folder).stored, path)
    return path.stat().st_size


def bare(made: Assessment, folder: RunFolder) -> int:
    """The yardstick: the same rows under the same headers on the same sheets, appended as plain values and saved."""
    book = Workbook(write_only=True)
    for page in ledgers.pages(made):
        sheet = book.create_sheet(page.title)
        sheet.append([column.header for column in page.columns])
        for line in page.rows:
            sheet.append(list(line))
    for name in _sizes(1):
        file = pq.ParquetFile(folder.evidence / f"{name}.parquet")
        sheet = None
        for number, values in enumerate(_values(file)):
            if number % technician.ROWS_A_SHEET == 0:
                sheet = book.create_sheet(f"{name} {number}")
                sheet.append(file.schema_arrow.names)
            assert sheet is not None
            sheet.append(values)
    path = folder.path / "bare.xlsx"
    book.save(path)
    return path.stat().st_size


def _values(file: pq.ParquetFile) -> Iterator[list[Any]]:
    for batch in file.iter_batches(4_000, use_threads=False):
        for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            # openpyxl takes neither a list nor a time that knows its zone.
            yield [
                "; ".join(value)
                if isinstance(value, list)
                else value.replace(tzinfo=None)
                if isinstance(value, datetime)
                else value
                for value in values
            ]


PARTS = {"bare": bare, "technician": ours, "all": whole}


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
