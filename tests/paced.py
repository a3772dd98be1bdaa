"""Councils of every shape, collected in virtual time against the limits Microsoft documents, and how long that took."""

import asyncio
import random
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pyarrow.parquet as pq
from virtual import NOW, LoopClock, outside, run

from m365audit.engine.audit import collect
from m365audit.engine.places import Places
from m365audit.graph import AppLimits, Pacing
from m365audit.model.evidence import Gap
from m365audit.sample.councils import SampleCouncil, Scale, exampleton, little_sampling, scaled
from m365audit.sample.councils.licences import O365_BUSINESS_PREMIUM
from m365audit.sample.demo import write_config
from m365audit.sample.service.least_time import LeastTime, least_times
from m365audit.sample.service.manner import Manner
from m365audit.sample.service.server import Service
from m365audit.settings import load_tenant
from m365audit.snapshot import RunFolder, Snapshot

THERE_AND_BACK = 0.05
PLAIN = Manner()


@dataclass(frozen=True)
class Shape:
    """Councils to collect, together, with one app.

    ``tight`` is the limit that decides how long it takes. ``steps`` are the requests that must follow one another
    whatever the limits: those whose answers say what to ask of the tight one, and the last of a window, which has to
    be answered. Where requests at a time are limited, their own time is in that limit already.
    """

    name: str
    councils: Callable[[], Sequence[SampleCouncil]]
    tight: tuple[str, str]
    steps: tuple[str, ...]
    manner: Manner = PLAIN


def _without_the_log(council: SampleCouncil) -> SampleCouncil:
    """The log of sign-ins is asked for one old protocol after the other, which takes a small council longest."""
    council.tenant.granted -= {"AuditLog.Read.All"}
    return council


def _with_many_named_locations() -> Sequence[SampleCouncil]:
    council = _without_the_log(scaled(5, 1, NOW))
    council.tenant.named_locations = [
        {
            "@odata.type": "#microsoft.graph.ipNamedLocation",
            "id": f"00000000-0000-0000-0000-{number:012d}",
            "displayName": f"Office {number}",
            "isTrusted": True,
            "ipRanges": [{"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": f"192.0.2.{number}/32"}],
        }
        for number in range(40)
    ]
    return [council]


SHAPES = (
    Shape(
        "a council of 60 without Entra ID P1",
        lambda: [scaled(60, 1, NOW, Scale(product=O365_BUSINESS_PREMIUM))],
        ("reports", "tenant"),
        ("sign-in", "accounts", "purposes of mailboxes", "methods"),
    ),
    Shape(
        "a council of 60 with Entra ID P1",
        lambda: [scaled(60, 1, NOW)],
        ("reports", "tenant"),
        ("sign-in", "accounts", "licences", "log of sign-ins"),
    ),
    Shape(
        "200 people whose last sign-ins come on short pages",
        lambda: [scaled(200, 1, NOW)],
        ("sign-in activity", "app"),
        ("sign-in", "licences", "sign-in activity"),
        Manner(max_page=10),
    ),
    Shape(
        "two tenants of one app, together",
        lambda: [scaled(120, 1, NOW), scaled(110, 2, NOW)],
        ("sign-in activity", "app"),
        ("sign-in", "licences", "sign-in activity"),
        Manner(max_page=10),
    ),
    Shape(
        "3,000 shared files",
        lambda: [scaled(40, 1, NOW, Scale(shared=3_000))],
        ("sharepoint", "tenant"),
        ("sign-in", "sites", "libraries", "contents", "permissions"),
    ),
    Shape(
        "3,000 shared files, and more than 1,000 licences",
        lambda: [scaled(40, 1, NOW, Scale(shared=3_000, licences=1_001))],
        ("sharepoint", "tenant"),
        ("sign-in", "sites", "libraries", "contents", "permissions"),
    ),
    Shape(
        "400 mailboxes, and an Exchange that takes its time",
        lambda: [scaled(400, 1, NOW)],
        ("exchange", "in flight"),
        ("sign-in", "accounts"),
        Manner(mailbox_seconds=1.0),
    ),
    Shape(
        "40 named locations that come two by two",
        _with_many_named_locations,
        ("conditional access", "tenant"),
        ("sign-in", "named locations"),
        Manner(max_page=2),
    ),
    Shape(
        "a clerk with 200 series of meetings",
        lambda: [_without_the_log(scaled(10, 1, NOW, Scale(series=200)))],
        ("outlook", "in flight"),
        ("sign-in", "accounts"),
        Manner(mailbox_seconds=0.4),
    ),
)
SAMPLES = (
    Shape(
        "Exampleton",
        lambda: [exampleton(NOW)],
        ("teams", "tenant"),
        ("sign-in", "accounts", "purposes of mailboxes", "calendars", "options"),
    ),
    Shape(
        "Little Sampling",
        lambda: [little_sampling(NOW)],
        ("reports", "tenant"),
        ("sign-in", "accounts", "purposes of mailboxes", "methods"),
    ),
)


@dataclass(frozen=True)
class Came:
    """What came of one data set: its rows, in order, as text, and what is missing."""

    rows: Sequence[str]
    gaps: frozenset[Gap]


@dataclass(frozen=True)
class Pace:
    """How it went: what came of each council by data set, in how many ``seconds`` of virtual time.

    ``least`` are the limits with what each costs at the least, the dearest first.
    """

    shape: Shape
    service: Service
    evidence: Sequence[Mapping[str, Came]]
    seconds: float
    least: Sequence[LeastTime]

    @property
    def bound(self) -> float:
        """The least it can take: the dearest limit, and the requests that must follow one another."""
        return self.least[0].seconds + len(self.shape.steps) * THERE_AND_BACK

    @property
    def tight(self) -> tuple[str, str]:
        """The limit that costs most."""
        return self.least[0].bucket, self.least[0].counted_by

    @property
    def ratio(self) -> float:
        """What it took, of the least it can take."""
        return self.seconds / self.bound

    @property
    def refused(self) -> int:
        """Requests that were refused by a limit."""
        return sum(self.service.throttled.values())

    @property
    def asked(self) -> int:
        """Requests in all, those that travelled in batches one by one."""
        return len(self.service.requests)


class Uneven(httpx.AsyncBaseTransport):
    """A network on which every request takes another time, there and back."""

    def __init__(self, inner: httpx.AsyncBaseTransport | None, clock: LoopClock, seed: int) -> None:
        assert inner is not None
        self._inner = inner
        self._clock = clock
        self._chance = random.Random(seed)  # noqa: S311

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await self._clock.sleep(self._chance.uniform(0, 0.5))
        response = await self._inner.handle_async_request(request)
        await self._clock.sleep(self._chance.uniform(0, 0.5))
        return response


def pace(shape: Shape, pacing: Pacing = Pacing.DOCUMENTED, uneven: int | None = None) -> Pace:
    """Collect everything of a shape's councils; ``uneven`` is the seed of a network that is."""
    councils, clock = shape.councils(), LoopClock()
    service = Service([council.tenant for council in councils], clock=clock, manner=shape.manner)
    service.url = "http://127.0.0.1:1"
    with tempfile.TemporaryDirectory() as place:
        folder, app = Path(place), AppLimits()
        write_config(folder, councils, service.url)
        tenants = [load_tenant(folder, council.slug) for council in councils]

        async def main() -> tuple[list[RunFolder], float]:
            wires = [outside(service, clock, tenant, pacing=pacing, app=app) for tenant in tenants]
            if uneven is not None:
                wires = [replace(wire, transport=Uneven(wire.transport, clock, uneven)) for wire in wires]
            places = Places(folder, folder / "reports")
            one_each = [collect(tenant, places, NOW, outside=wire) for tenant, wire in zip(tenants, wires, strict=True)]
            return list(await asyncio.gather(*one_each)), clock.seconds()

        folders, seconds = run(main())
        evidence = [_evidence(one) for one in folders]
    request = THERE_AND_BACK + shape.manner.mailbox_seconds
    least = least_times(service.requests, [council.tenant for council in councils], request)
    return Pace(shape, service, evidence, seconds, least)


def _evidence(folder: RunFolder) -> dict[str, Came]:
    records = Snapshot.open(folder).records
    return {
        name: Came(
            sorted(map(str, pq.read_table(folder.evidence / f"{name}.parquet").to_pylist())),
            frozenset(record.coverage.gaps),
        )
        for name, record in records.items()
    }
