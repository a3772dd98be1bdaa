"""A run as it lies on the disk at any moment of its making: what a kill -9 would leave behind."""

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pyarrow.parquet as pq
from virtual import NOW, LoopClock, outside, run

from m365audit.connectors import CONNECTORS
from m365audit.engine.audit import collect
from m365audit.engine.collecting.collect import Silent
from m365audit.engine.places import Places
from m365audit.model.tenant import Tenant
from m365audit.sample.councils import SampleCouncil
from m365audit.sample.demo import write_config
from m365audit.sample.service.manner import Fault
from m365audit.sample.service.message import Logged
from m365audit.sample.service.server import Service
from m365audit.settings import load_tenant
from m365audit.snapshot import RunFolder, Snapshot

ADDRESS = "http://127.0.0.1:1"
LATER = NOW + timedelta(hours=1)


class Photographer(httpx.AsyncBaseTransport):
    """Copies the folder of runs before requests, one in ``every``. What the process holds in memory is not on it."""

    def __init__(self, way: httpx.AsyncBaseTransport, reports: Path, album: Path, every: int) -> None:
        self._way = way
        self._every = every
        self._passed = 0
        self._reports = reports
        self._album = album
        self.taken: list[Path] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._passed % self._every == 0:
            self._take()
        self._passed += 1
        return await self._way.handle_async_request(request)

    def _take(self) -> None:
        photograph = self._album / f"{len(self.taken):04}"
        if self._reports.exists():
            shutil.copytree(self._reports, photograph)
        else:
            photograph.mkdir(parents=True)
        self.taken.append(photograph)


class Listener(Silent):
    """Keeps what is said of the whole."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, words: str) -> None:
        self.said.append(words)


@dataclass
class Made:
    """A finished run, what was asked for it, and how its folder looked before each request."""

    folder: RunFolder
    requests: list[Logged]
    photographs: list[Path]
    said: list[str]

    @property
    def evidence(self) -> Snapshot:
        return Snapshot.open(self.folder)

    @property
    def wire(self) -> int:
        """Requests over the wire; a batch is one."""
        return sum(not line.batched for line in self.requests)

    def paths(self) -> Counter[str]:
        return Counter(line.path for line in self.requests)

    def commands(self) -> Counter[str]:
        return Counter(line.what for line in self.requests if line.what)


@dataclass
class Bench:
    """A sample council, and a place to make runs of it in virtual time."""

    council: SampleCouncil
    folder: Path
    tenant: Tenant

    @classmethod
    def of(cls, council: SampleCouncil, folder: Path) -> "Bench":
        write_config(folder / "config", [council], ADDRESS)
        return cls(council, folder, load_tenant(folder / "config", council.slug))

    def collected(
        self,
        reports: Path,
        *,
        now: datetime = NOW,
        album: Path | None = None,
        every: int = 1,
        faults: Sequence[Fault] = (),
        clock: LoopClock | None = None,
        **asked: Any,  # noqa: ANN401
    ) -> Made:
        """Collect, from where the folder of runs says; ``asked`` are the options of the command.

        ``clock`` is this machine's; Microsoft's goes right.
        """
        clock = clock or LoopClock(now)
        service = Service([self.council.tenant], clock=LoopClock(now))
        for fault in faults:
            service.fail(replace(fault))
        service.url = ADDRESS
        way = outside(service, clock, self.tenant)
        assert way.transport is not None
        photographer = Photographer(way.transport, reports, album, every) if album else None
        way = replace(way, transport=photographer or way.transport)
        listener = Listener()

        async def main() -> RunFolder:
            where = Places(self.folder / "config", reports)
            return await collect(self.tenant, where, now, progress=listener, outside=way, **asked)

        folder = run(main())
        return Made(folder, service.requests, photographer.taken if photographer else [], listener.said)


def rows(snapshot: Snapshot) -> dict[str, list[str]]:
    """The evidence, order aside."""
    files = {name: snapshot.folder.evidence / f"{name}.parquet" for name in snapshot.records}
    return {name: sorted(map(repr, pq.read_table(path).to_pylist())) for name, path in files.items()}


def gaps(snapshot: Snapshot) -> dict[str, object]:
    """What is missing and how much was looked at; Microsoft's own words aside, which name requests."""
    return {
        name: (
            record.coverage.rows,
            record.coverage.scopes,
            sorted((gap.scope, str(gap.kind), gap.detail, gap.fix) for gap in record.coverage.gaps),
        )
        for name, record in snapshot.records.items()
    }


def assert_same(one: Snapshot, other: Snapshot) -> None:
    """Two runs of the same evidence."""
    assert gaps(one) == gaps(other)
    assert rows(one) == rows(other)


@dataclass(frozen=True)
class Left:
    """What a stopped run left: finished data sets without gaps, and the scopes of the long ones by data set."""

    run: str | None
    whole: frozenset[str]
    scopes: dict[str, frozenset[str]]

    @classmethod
    def on(cls, reports: Path, slug: str) -> "Left":
        runs = sorted(path for path in (reports / slug).glob("2*") if path.is_dir())
        if not runs:
            return cls(None, frozenset(), {})
        there = runs[-1] / "unfinished"
        saved = {path.stem: orjson.loads(path.read_bytes()) for path in there.glob("*.json") if path.stem != "begun"}
        lines = {path.stem: path.read_bytes().splitlines()[1:] for path in there.glob("*.jsonl")}
        return cls(
            runs[-1].name,
            frozenset(name for name, body in saved.items() if not body["gaps"]),
            {name: frozenset(orjson.loads(line)["scope"] for line in some) for name, some in lines.items()},
        )


def assert_only_what_was_missing_was_asked(before: Left, again: Made, made: Made, since: datetime = LATER) -> None:
    records = again.evidence.records
    asked = [one for one in CONNECTORS if records[one.data_sets[0]].collected_at >= since]
    for connector in asked:
        # One that asks no service tells what holds now.
        assert not (connector.services and before.whole.issuperset(connector.data_sets)), connector.data_sets
    signing_in = made.wire - sum(made.evidence.records[one.data_sets[0]].requests for one in CONNECTORS)
    assert again.wire == signing_in + sum(records[one.data_sets[0]].requests for one in asked)
    assert_no_scope_was_asked_again(before, again, made)


def assert_no_scope_was_asked_again(before: Left, again: Made, made: Made) -> None:
    paths = again.paths()
    for scope in before.scopes.get("sharing", ()):
        assert not paths[f"/v1.0/drives/{scope.removeprefix('drive:')}/root/delta"], scope
    for data_set, path in (
        ("mailbox_settings", "/v1.0/users/{}/mailboxSettings"),
        ("registration", "/v1.0/users/{}/authentication/methods"),
        ("forwards", "/v1.0/users/{}/mailFolders/inbox/messageRules"),
    ):
        for scope in before.scopes.get(data_set, ()):
            kind, _, account = scope.partition(":")
            assert kind == "recipient" or not paths[path.format(account)], scope
    kept = {scope for scope in before.scopes.get("mailbox_access", ()) if scope.startswith("mailbox:")}
    asked = again.commands()["Get-MailboxPermission"]
    assert asked in {0, made.commands()["Get-MailboxPermission"] - len(kept)}
