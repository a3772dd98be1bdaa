"""Audits of the sample councils over real HTTP, for tests that look at the whole."""

import asyncio
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from m365audit.engine.audit import Outcome, audit
from m365audit.engine.places import Places
from m365audit.graph import Outside
from m365audit.sample.councils import SampleCouncil
from m365audit.sample.demo import DemoClock, tokens_of, write_config
from m365audit.sample.service.manner import Fault, Manner
from m365audit.sample.service.server import Service, running
from m365audit.settings import load_tenant

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
PACE = 60.0


@dataclass(frozen=True)
class Audited:
    """An audit, with the answers and what the service saw."""

    council: SampleCouncil
    outcome: Outcome
    service: Service
    places: Places

    @property
    def found(self) -> set[tuple[str, str]]:
        return {(finding.rule, finding.subject.id) for finding in self.outcome.assessment.findings}

    @property
    def planted(self) -> set[tuple[str, str]]:
        return {(plant.rule, plant.subject) for plant in self.council.planted}


@contextmanager
def served(
    councils: Sequence[SampleCouncil], folder: Path, manner: Manner | None = None, faults: Sequence[Fault] = ()
) -> Iterator[tuple[Service, Places, DemoClock]]:
    """The councils behind a loopback port, their tenant files and registers in a folder."""
    clock = DemoClock(PACE, start=NOW)
    tenants = [council.tenant for council in councils]
    with running(tenants, clock=clock, manner=manner or Manner()) as service:
        for fault in faults:
            service.fail(fault)
        places = Places(folder / "config", folder / "reports")
        write_config(places.config, councils, service.url)
        yield service, places, clock


def audited(
    council: SampleCouncil, folder: Path, manner: Manner | None = None, faults: Sequence[Fault] = ()
) -> Audited:
    """One council audited from sign-in to workbooks."""
    with served([council], folder, manner, faults) as (service, places, clock), tokens_of(service, council):
        tenant = load_tenant(places.config, council.slug)
        outcome = asyncio.run(audit(tenant, places, now=NOW, outside=Outside(clock)))
        return Audited(council, outcome, service, places)


def without(council: SampleCouncil, *permissions: str) -> SampleCouncil:
    """The council with some permissions not granted."""
    tenant = replace(council.tenant, granted=council.tenant.granted - set(permissions))
    return replace(council, tenant=tenant)


@contextmanager
def environment(**values: str | None) -> Iterator[None]:
    """The process's environment with some variables set, or with ``None`` taken away."""
    before = {name: os.environ.get(name) for name in values}
    _put(values)
    try:
        yield
    finally:
        _put(before)


def _put(values: dict[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
