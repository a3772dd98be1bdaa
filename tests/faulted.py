"""A council audited under a schedule of faults, in virtual time, and what must hold of it whatever went wrong."""

import asyncio
import hashlib
import random
import tempfile
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from fault_laws import Came, wrongs
from hamlet import hamlet
from virtual import NOW, LoopClock, outside, run

from m365audit.connectors import CONNECTORS
from m365audit.engine.assess import assess
from m365audit.engine.audit import collect, policies
from m365audit.engine.judging.inputs import Inputs
from m365audit.engine.judging.judge import Bench, Verdict
from m365audit.engine.months.history import EARLIER_AUDITS, History, as_record
from m365audit.engine.places import Places
from m365audit.graph import Pacing, SignInFailed, asking
from m365audit.model.assessment import Assessment
from m365audit.register import read_register
from m365audit.rules import Rule
from m365audit.sample.councils import SampleCouncil, exampleton, little_sampling
from m365audit.sample.demo import write_config
from m365audit.sample.service.manner import Manner
from m365audit.sample.service.schedule import Schedule, Strike
from m365audit.sample.service.server import Service
from m365audit.settings import load_tenant
from m365audit.snapshot import RunFolder, Snapshot

PARTS = 6
SMALL_PAGE = 8
IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - gone with the block
LONGEST_SECONDS = 7 * 86_400


class Town:
    """A council with all that does not change from one schedule to the next."""

    def __init__(self, name: str, council: SampleCouncil, folder: Path) -> None:
        self.name = name
        self.council = council
        self.places = Places(folder / "config", folder / "reports")
        write_config(self.places.config, [council], "http://127.0.0.1:1")
        self.tenant = load_tenant(self.places.config, council.slug)
        self.policy, self.baseline = policies(self.tenant, self.places)
        self.register = read_register(self.tenant.register_path)
        self.verdicts: dict[Hashable, Verdict] = {}
        self.digests: dict[Hashable, str] = {}
        self._untroubled: dict[int | None, Came] = {}

    def untroubled(self, part: int | None = None) -> Came:
        """The audit, or a part of it, that meets no fault."""
        if part not in self._untroubled:
            self._untroubled[part] = self.audited(None, part=part)
        return self._untroubled[part]

    def audited(
        self,
        schedule: Schedule | None,
        *,
        part: int | None = None,
        remember: bool = True,
        pacing: Pacing = Pacing.DOCUMENTED,
        token_seconds: int = 3_600,
    ) -> Came:
        """The council audited under a schedule.

        With a ``part``, only every so-manieth connector is run, and what it depends on. ``remember`` judges equal
        evidence once; tokens last ``token_seconds`` and are renewed when they are refused.
        """
        struck: list[tuple[Strike, str]] = []
        if schedule is not None:
            schedule.witness = lambda strike: struck.append((strike, asking.get()))
        with tempfile.TemporaryDirectory(dir=IN_MEMORY) as place:
            try:
                folder, renewals = self._collected(schedule, Path(place), part, pacing, token_seconds)
            except SignInFailed:
                return Came(tuple(struck))
            known = self._untroubled.get(part) if remember else None
            return replace(self._judged(folder, known, remember=remember), struck=tuple(struck), renewals=renewals)

    def _collected(
        self, schedule: Schedule | None, reports: Path, part: int | None, pacing: Pacing, token_seconds: int
    ) -> tuple[RunFolder, int]:
        clock, seed = LoopClock(), schedule.seed if schedule else 0
        manner = Manner(max_page=SMALL_PAGE, seed=1)
        service = Service([self.council.tenant], clock=clock, manner=manner, schedule=schedule)
        service.url = "http://127.0.0.1:1"
        renewing = Renewing(service, self.tenant.tenant_id, token_seconds)

        async def main() -> RunFolder:
            there = replace(outside(service, clock, self.tenant, pacing=pacing, seed=seed), credentials=renewing)
            async with asyncio.timeout(LONGEST_SECONDS):  # nothing may wait for what never comes
                places = Places(self.places.config, reports)
                return await collect(self.tenant, places, NOW, only=_data_sets(part), outside=there)

        folder = run(main())
        assert not service.writes
        return folder, renewing.renewals

    def _judged(self, folder: RunFolder, known: Came | None, *, remember: bool) -> Came:
        snapshot = Snapshot.open(folder, check=False)
        evidence = {name: self._digest(snapshot, name) for name in snapshot.records}
        gaps = {name: frozenset(record.coverage.gaps) for name, record in snapshot.records.items()}
        notes = {name: record.coverage.notes for name, record in snapshot.records.items()}
        if known and evidence == known.evidence:
            return known
        records = {EARLIER_AUDITS: as_record(())}
        inputs = Inputs(self.tenant, snapshot, self.register, self.policy, NOW.date(), records)
        bench = RememberingBench(inputs, town=self, evidence=evidence) if remember else Bench(inputs)
        return Came((), evidence, gaps, notes, _comparable(assess(bench, self.baseline, History())))

    def _digest(self, snapshot: Snapshot, name: str) -> str:
        record = snapshot.records[name]
        coverage = replace(record.coverage, gaps=tuple(sorted(record.coverage.gaps, key=repr)))
        key = (name, record.sha256, coverage)
        if key not in self.digests:
            rows = sorted(map(repr, pq.read_table(snapshot.folder.evidence / f"{name}.parquet").to_pylist()))
            self.digests[key] = hashlib.sha256("\n".join([*rows, repr(coverage)]).encode()).hexdigest()
        return self.digests[key]


class Renewing:
    """Tokens that last some seconds and are got anew when they are refused."""

    def __init__(self, service: Service, tenant_id: str, seconds: int) -> None:
        self.renewals = 0
        self._issue = partial(service.token, tenant_id, seconds=seconds)
        self._now: dict[str, str] = {}

    async def token(self, service: str) -> str:
        if service not in self._now:
            self._now[service] = self._issue(str(service))
        return self._now[service]

    async def renew(self, service: str, refused: str, claims: str | None = None) -> str:  # noqa: ARG002
        if self._now.get(service) == refused:
            self.renewals += 1
            del self._now[service]
        return await self.token(service)

    def notices(self, now: datetime) -> tuple[str, ...]:  # noqa: ARG002
        return ()


@dataclass(slots=True)
class RememberingBench(Bench):
    """Judges no rule twice on the same evidence."""

    town: Town | None = None
    evidence: Mapping[str, str] = field(default_factory=dict)

    def judge(self, rule: Rule, parameters: Mapping[str, Any]) -> Verdict:
        assert self.town
        asked = repr(sorted({**parameters, **self.inputs.tenant.thresholds.get(rule.id, {})}.items()))
        seen = tuple(self.evidence.get(name) for name in (*rule.needs, *rule.uses))
        key, known = (rule.id, asked, seen), self.town.verdicts
        if key not in known:
            known[key] = Bench.judge(self, rule, parameters)
        self._verdicts[rule.id, asked] = known[key]
        return known[key]


def _comparable(assessment: Assessment) -> Assessment:
    """The assessment without what tells of files: the order of their rows may differ."""
    return replace(assessment, data_sets=tuple(_plain(note) for note in assessment.data_sets))


def _plain(note: Any) -> Any:  # noqa: ANN401 - a note of a data set
    changes = {f.name: "" for f in fields(note) if f.name == "sha256"}
    return replace(note, **changes)


def part_of(seed: int) -> int | None:
    """The part of the audit a seed stands for; every seventh is all of it."""
    return None if seed % (PARTS + 1) == PARTS else seed % (PARTS + 1)


def _data_sets(part: int | None) -> tuple[str, ...] | None:
    return None if part is None else tuple(connector.data_sets[0] for connector in CONNECTORS[part::PARTS])


SORTS = ("passing", "lasting", "passing", "mixed")


def schedule_of(seed: int) -> Schedule:
    """The schedule a seed stands for: passing faults only, lasting ones only, or both; few or many."""
    chance = random.Random(f"schedule {seed}")  # noqa: S311 - no secret
    sort = SORTS[seed % len(SORTS)]
    if sort == "passing":
        return Schedule(seed, share=chance.choice((0.02, 0.08, 0.3)))
    if sort == "lasting":
        return Schedule(seed, share=chance.choice((0.004, 0.01, 0.04)), lasting=1.0)
    return Schedule(seed, share=chance.choice((0.04, 0.2)), lasting=chance.choice((0.02, 0.1)))


@dataclass
class Tally:
    """What many schedules came to."""

    schedules: int = 0
    struck: Counter[str] = field(default_factory=Counter)
    wrong: dict[int, list[str]] = field(default_factory=dict)

    def add(self, seed: int, before: Came, after: Came) -> None:
        if not after.struck:
            return  # a schedule under which nothing happened is none
        self.schedules += 1
        self.struck.update(strike.kind for strike, _ in after.struck)
        if found := list(wrongs(before, after)):
            self.wrong[seed] = found


def tried(town: Town, seeds: Iterable[int], enough: int | None = None) -> Tally:
    """Audits under the schedules of these seeds, until ``enough`` of them did something."""
    tally = Tally()
    for seed in seeds:
        if tally.schedules == enough:
            break
        part = part_of(seed)
        tally.add(seed, town.untroubled(part), town.audited(schedule_of(seed), part=part))
    return tally


COUNCILS = {"hamlet": hamlet, "exampleton": lambda: exampleton(NOW), "little-sampling": lambda: little_sampling(NOW)}


@cache
def town(name: str) -> Town:
    """One of the councils there are, made once in a process."""
    folder = Path(tempfile.mkdtemp(prefix="m365audit-"))
    return Town(name, COUNCILS[name](), folder)
