"""``python -m benchmarks.census [ITEMS]``: memory and time of a month's census of a large estate.

Everything is as in an audit but for the feeds, which are made up here: ids come in, the last run's memory is read from
Parquet, two thousand items are asked for and what is remembered is written. Exit code 1 where it takes too much.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.measure import peak_mb
from m365audit.connectors.files.census import Census
from m365audit.connectors.files.estate import Estate
from m365audit.connectors.files.sharing_identities import Grantees
from m365audit.connectors.reading.earlier import NOTHING_EARLIER, Earlier
from m365audit.connectors.reading.kept import FORGETFUL
from m365audit.graph import Outside, Pacing, ReadyTokens, WallClock, connect
from m365audit.graph.governor import Governor
from m365audit.model.datasets import DATA_SETS
from m365audit.model.evidence import Rows
from m365audit.model.tenant import Allowance, Tenant
from m365audit.snapshot import DataSetWriter

ITEMS = 1_000_000
LIBRARIES = 50
CALLS = 2_000
MOST_MB_A_MILLION = 250
"""What a month may add to the process for a million items, the largest library among them read and packed."""

HOST = "http://127.0.0.1:1"


class File:
    """The last run's memory on disk."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def batches(self, data_set: str) -> Iterator[pa.RecordBatch]:  # noqa: ARG002 - there is only one
        yield from pq.ParquetFile(self._path).iter_batches(65_536, use_threads=False)


def main() -> int:
    items = int(sys.argv[1]) if len(sys.argv) > 1 else ITEMS
    with tempfile.TemporaryDirectory() as place:
        return asyncio.run(_months(items, Path(place)))


async def _months(items: int, folder: Path) -> int:
    # What the libraries themselves hold is there before the first item, and none of it is the census's.
    await _month(1_000, folder, NOTHING_EARLIER, 11)
    start = peak_mb()
    earlier: Earlier = NOTHING_EARLIER
    for month in (10, 11):
        began = time.perf_counter()
        census = await _month(items, folder, earlier, month)
        earlier = File(folder / "sharing_census.parquet")
        seconds, added = time.perf_counter() - began, peak_mb() - start
        reach = census.reach
        print(f"{items:,} items: {seconds:.1f} s, {added:.0f} MB over {start:.0f}; {reach.looked_at:,} looked at.")
    most = MOST_MB_A_MILLION * max(1, items / ITEMS)
    print(f"{'PASS' if added <= most else 'OVER'}: {added:.0f} MB, at most {most:.0f} allowed.")
    return 0 if added <= most else 1


async def _month(items: int, folder: Path, earlier: Earlier, month: int) -> Census:
    drives = {f"d{number}": _drive(f"d{number}") for number in range(LIBRARIES)}
    census = Census(drives, Allowance(CALLS, date(2026, month, 21)), earlier)
    for number, drive_id in enumerate(drives):
        # One library holds half of everything.
        estate, size = Estate(), items // 2 if number == 0 else items // (2 * (LIBRARIES - 1))
        for item in range(size):
            estate.take({"id": f"01{number:04d}{item * 2_654_435_761 % 2**64:028X}"}, folder=item % 10 == 0)
        census.add(drive_id, estate.pack((), ()), whole=True, marks_own=False)
    writer = DataSetWriter(folder, DATA_SETS["sharing_census"])
    async with connect(_tenant(), _outside()) as session:
        grantees = Grantees(DATA_SETS["domains"].frame())
        async for _ in census.look(session.graph, grantees, FORGETFUL, throttled=False):
            pass
    for one in census.told():
        if isinstance(one, Rows):
            writer.add_all(one)
    writer.close(permission="Files.Read.All", requests=0, seconds=0, at=datetime.now(UTC))
    return census


def _drive(drive_id: str) -> dict[str, str]:
    return {"drive_id": drive_id, "drive_name": "Documents", "site_name": drive_id}


def _tenant() -> Tenant:
    return Tenant.model_validate(
        {
            "slug": "large",
            "council": "Large Town Council",
            "tenant_id": "11111111-2222-3333-4444-555555555555",
            "policy": "towcester",
            "auth": {"kind": "token"},
            "endpoints": dict.fromkeys(("graph", "exchange", "login"), HOST),
        }
    )


def _outside() -> Outside:
    tokens = ReadyTokens({"M365AUDIT_GRAPH_TOKEN": "made up"})
    governor = Governor(WallClock(), Pacing.LEARNED)
    return Outside(credentials=tokens, transport=httpx.MockTransport(_nobody), governor=governor)


def _nobody(request: httpx.Request) -> httpx.Response:
    """Every item has no permissions but those of its library."""
    parts = orjson.loads(request.content)["requests"]
    responses = [{"id": part["id"], "status": 200, "headers": {}, "body": {"value": []}} for part in parts]
    return httpx.Response(200, json={"responses": responses})


if __name__ == "__main__":
    sys.exit(main())
