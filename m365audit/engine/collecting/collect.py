"""Run the connectors, each as soon as what it depends on is there, and keep what they bring."""

import asyncio
import gc
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Protocol, cast

import pandas as pd
import pyarrow.parquet as pq

from m365audit import __version__
from m365audit.connectors import CONNECTORS, Connector
from m365audit.connectors.declare import Yield
from m365audit.connectors.reading.kept import Kept
from m365audit.engine.collecting.earlier import EarlierRuns
from m365audit.engine.collecting.keeping import Keeping
from m365audit.graph import Clock, Refused, Session, SignInFailed, WallClock, asking
from m365audit.model.access import UNKNOWN_ACCESS, Access
from m365audit.model.datasets import DATA_SETS, as_frame
from m365audit.model.evidence import Coverage, DataSetRecord, Entry, Gap, Looked, Note, Rows
from m365audit.model.tenant import Allowance, MeetingWindow, Tenant
from m365audit.model.words import GapKind
from m365audit.snapshot import BadRun, DataSetWriter, RunFolder, write_manifest

log = logging.getLogger(__name__)

# Calls of the writer between two looks at the clock: progress is for eyes, which are slow.
_ROWS_BETWEEN_TICKS = 256

# A page is thousands of new objects at once and none of them rubbish: at Python's own 700, the collector walks all
# of the SDK's hundred thousand objects for every few pages, and takes a third of the whole time.
_OBJECTS_BETWEEN_SWEEPS = 50_000


class Progress(Protocol):
    """Somebody watching."""

    def begin(self, data_sets: Iterable[str]) -> None:
        """These will be collected."""

    def tick(self, data_set: str, rows: int) -> None:
        """So many rows of one are in."""

    def done(self, data_set: str, coverage: Coverage) -> None:
        """One is finished."""

    def say(self, words: str) -> None:
        """Something worth knowing of the whole, in one line."""


class Silent:
    """Nobody is watching."""

    def begin(self, data_sets: Iterable[str]) -> None:
        """Say nothing."""

    def tick(self, data_set: str, rows: int) -> None:
        """Say nothing."""

    def done(self, data_set: str, coverage: Coverage) -> None:
        """Say nothing."""

    def say(self, words: str) -> None:
        """Say nothing."""


def plan(only: Iterable[str] | None, connectors: Iterable[Connector] = CONNECTORS) -> tuple[Connector, ...]:
    """The connectors to run for some data sets (all, if none are named), with everything they depend on.

    Raises:
        KeyError: a name that is no data set.
    """
    connectors = tuple(connectors)
    if only is None:
        return connectors
    filled_by = {name: connector for connector in connectors for name in connector.data_sets}
    wanted: dict[int, Connector] = {}
    waiting = list(only)
    while waiting:
        connector = filled_by[waiting.pop()]
        if id(connector) not in wanted:
            wanted[id(connector)] = connector
            waiting += [*connector.needs, *connector.uses]
    return tuple(connector for connector in connectors if id(connector) in wanted)


def window(tenant: Tenant, around: datetime) -> MeetingWindow:
    """The stretch of calendar to read: whole days around a moment."""
    midnight = around.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    meetings = tenant.meetings
    return MeetingWindow(
        start=midnight - timedelta(days=meetings.back_days),
        end=midnight + timedelta(days=meetings.ahead_days),
        council=meetings.council,
        working_group=meetings.working_group,
    )


def with_named_domains(domains: pd.DataFrame, named: Iterable[str]) -> pd.DataFrame:
    """The tenant's domains and those its file names, ``owned`` said of each; columns as declared, default index."""
    declared = DATA_SETS["domains"]
    rows = [row for row in domains.to_dict("records") if row["domain"] not in set(named)]
    known = {row["domain"]: row for row in domains.to_dict("records")}
    rows += [{**known.get(name, {"domain": name}), "owned": True} for name in named]
    return declared.frame([{str(k): _plain(v) for k, v in row.items()} for row in rows])


def _plain(value: Any) -> Any:  # noqa: ANN401 - a cell of any column
    if isinstance(value, (list, tuple)) or hasattr(value, "tolist"):
        return list(value)
    return None if pd.isna(value) else value


@contextmanager
def _few_sweeps() -> Iterator[None]:
    """Let the garbage collector look less often; what is counted is what was made and not yet let go."""
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS_BETWEEN_SWEEPS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@dataclass(slots=True)
class Collection:
    """One collecting of one tenant, from its beginning or from where it was stopped."""

    tenant: Tenant
    folder: RunFolder
    session: Session
    around: datetime
    progress: Progress = field(default_factory=Silent)
    clock: Clock = field(default_factory=WallClock)
    access: Access = UNKNOWN_ACCESS
    records: dict[str, DataSetRecord] = field(default_factory=dict)
    _there: dict[str, asyncio.Event] = field(default_factory=dict)
    _keeping: Keeping = field(init=False)

    def __post_init__(self) -> None:
        self._keeping = Keeping(self.folder)

    async def run(self, connectors: tuple[Connector, ...]) -> dict[str, DataSetRecord]:
        """Collect everything and write the manifest.

        Raises:
            BadRun: the evidence could not be written.
        """
        names = [name for connector in connectors for name in connector.data_sets]
        self._there = {name: asyncio.Event() for name in names}
        self.progress.begin(names)
        try:
            with _few_sweeps():
                async with asyncio.TaskGroup() as group:
                    for connector in connectors:
                        group.create_task(self._one(connector))
        except* BadRun as errors:
            raise errors.exceptions[0] from None
        write_manifest(self.folder, self.records, self._about())
        return self.records

    def _about(self) -> dict[str, Any]:
        return {
            "tenant": self.tenant.slug,
            "tenant_id": self.tenant.tenant_id,
            "started_at": self.folder.started_at,
            "finished_at": self.clock.now().replace(microsecond=0),
            "tool_version": __version__,
        }

    async def _one(self, connector: Connector) -> None:
        for name in (*connector.needs, *connector.uses):
            if name in self._there:
                await self._there[name].wait()
        found = self._keeping.found(connector, self.records)
        if found is None:
            found = await self._ask(connector)
            for record in found.values():
                self._keeping.save(connector, record, self.records)
        self.records |= found
        for name, record in found.items():
            self.progress.done(name, record.coverage)
            self._there[name].set()

    async def _ask(self, connector: Connector) -> dict[str, DataSetRecord]:
        """Ask the services for what one connector brings, and write it."""
        asking.set(connector.data_sets[0])
        began = time.monotonic()
        graph, exchange = self.session.graph.counted(), self.session.exchange.counted()
        writers = self._writers(connector)
        missing = self._missing(connector)
        try:
            if missing is None:
                with self._keeping.scopes(connector, self.records) as kept:
                    services = {"graph": graph, "exchange": exchange, "names": self.session.names}
                    arguments = self._arguments(connector, services, kept)
                    missing = await self._consume(connector, arguments, writers)
            if missing is not None:
                # Half a data set is no data set: what had come in is left out, and the gap says why.
                _abandon(writers)
                writers = self._writers(connector)
                for writer in writers.values():
                    writer.gap(missing)
            return {
                name: writer.close(
                    permission=connector.permission,
                    requests=graph.requests + exchange.requests,
                    seconds=time.monotonic() - began,
                    at=self.clock.now().replace(microsecond=0),
                )
                for name, writer in writers.items()
            }
        except BaseException:
            _abandon(writers)
            raise

    def _writers(self, connector: Connector) -> dict[str, DataSetWriter]:
        return {name: DataSetWriter(self.folder.evidence, DATA_SETS[name]) for name in connector.data_sets}

    def _missing(self, connector: Connector) -> Gap | None:
        """Why a connector cannot even begin: something it needs is not there at all."""
        for name in connector.needs:
            absent = [gap for gap in self.records[name].coverage.gaps if gap.scope == "tenant"]
            if absent:
                return absent[0].for_want_of(name)
        return None

    def _arguments(self, connector: Connector, services: Mapping[str, Any], kept: Kept) -> dict[str, Any]:
        context = {
            "kept": kept,
            "access": self.access,
            "earlier": EarlierRuns(self.folder, self.tenant.slug),
            "allowance": Allowance(self.tenant.census.calls, self.folder.started_at.date()),
            "folders": self.tenant.folders,
            "today": self.folder.started_at.date(),
            "window": window(self.tenant, self.around),
            "coverage": {n: self.records[n].coverage for n in (*connector.needs, *connector.uses) if n in self.records},
        }
        arguments = {name: services[name] for name in connector.services}
        arguments |= {name: context[name] for name in connector.context}
        arguments |= {
            name: partial(self._frame, name) if name in connector.seldom else self._frame(name)
            for name in connector.needs
        }
        return arguments | {
            name: self._frame(name) if name in self.records and not self.records[name].coverage.is_absent else None
            for name in connector.uses
        }

    def _frame(self, name: str) -> pd.DataFrame:
        # Threads and read-ahead take longer to set up than such a file takes to read.
        file = pq.ParquetFile(self.folder.evidence / f"{name}.parquet", memory_map=True)
        frame = as_frame(file.read(use_threads=False))
        return with_named_domains(frame, self.tenant.domains) if name == "domains" else frame

    async def _consume(
        self, connector: Connector, arguments: Mapping[str, Any], writers: Mapping[str, DataSetWriter]
    ) -> Gap | None:
        """Take in all that a connector yields; say the gap if the whole of it failed."""
        first = connector.data_sets[0]
        # A connector is an async generator; its signature names only the half of that its reader needs.
        rows = cast("AsyncGenerator[Yield, None]", connector.collect(**arguments))
        try:
            async with aclosing(rows):
                await self._take(rows, first, writers)
        except Refused as refused:
            return refused.gap
        except SignInFailed as refused:
            # Signing in went well at the start; a service that will not have us now is missing, the others are not.
            return Gap(GapKind.PERMISSION, str(refused), "see that the sign-in holds for this service, then run again")
        except BadRun:
            raise
        except Exception as error:  # the collecting boundary: one data set's surprise is one gap
            log.exception("collecting failed", extra={"data_set": first})
            detail, words = "an answer from Microsoft 365 could not be understood", f"{type(error).__name__}: {error}"
            return Gap(GapKind.ERROR, detail, "send run.log to the developers; the other results stand", said=words)
        return None

    async def _take(self, rows: AsyncIterator[Yield], first: str, writers: Mapping[str, DataSetWriter]) -> None:
        main = writers[first]
        count = 0
        async for item in rows:
            if type(item) is dict:
                main.add(item)
                count += 1
                if count % _ROWS_BETWEEN_TICKS == 0:
                    self.progress.tick(first, count)
            elif isinstance(item, Rows):
                writers[item.data_set or first].add_all(item)
                count += item.table.num_rows
                self.progress.tick(first, count)
            elif isinstance(item, Entry):
                writers[item.data_set].add(item.row)
            elif isinstance(item, Gap):
                writers[item.data_set or first].gap(item)
            elif isinstance(item, Looked):
                writers[item.data_set or first].looked(item.scope)
            elif isinstance(item, Note):
                writers[item.data_set or first].note(item.words)


def _abandon(writers: Mapping[str, DataSetWriter]) -> None:
    for writer in writers.values():
        writer.abandon()
