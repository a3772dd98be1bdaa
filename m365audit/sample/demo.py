"""The demo: both sample councils audited over HTTP, by the same client and commands as any other council."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from ruamel.yaml import YAML

from m365audit.engine.audit import Outcome, Places
from m365audit.engine.collect import Progress
from m365audit.fleet import Failed, audit_all
from m365audit.graph import Outside
from m365audit.graph.credentials import TOKEN_VARIABLES
from m365audit.model.tenant import Tenant as TenantFile
from m365audit.model.words import Result
from m365audit.register import write_register
from m365audit.sample.councils import SampleCouncil, exampleton, little_sampling
from m365audit.sample.service.clock import PacedClock
from m365audit.sample.service.server import Service, running
from m365audit.settings import BadFile
from m365audit.snapshot import BadRun

# Microsoft lets an app read the sign-in methods of five accounts in ten seconds. The demo's clock runs faster, for the
# imitation and the client alike, so that every limit is kept and nobody has to wait for it.
PACE = 40.0
# A day: whoever tries the client against the served councils should not have to fetch new tokens.
TOKEN_SECONDS = 86_400

Watch = Callable[[TenantFile], AbstractContextManager[Progress]]


class DemoClock(PacedClock):
    """A fast clock that the client reads as well."""

    def monotonic(self) -> float:
        """Seconds that only ever grow."""
        return self.seconds()


def sample_councils(now: datetime) -> tuple[SampleCouncil, ...]:
    """Both sample councils as they stand on a day."""
    return exampleton(now), little_sampling(now)


def write_config(folder: Path, councils: Sequence[SampleCouncil], url: str) -> None:
    """Write the tenant files and registers of sample councils served at an address; older ones are replaced.

    Raises:
        OSError: the folder cannot be written.
    """
    tenants = folder / "tenants"
    tenants.mkdir(parents=True, exist_ok=True, mode=0o700)
    for council in councils:
        register = tenants / f"{council.slug}-register.xlsx"
        register.unlink(missing_ok=True)
        write_register(register, council.name, council.register)
        served = {"auth": {"kind": "token"}, "endpoints": {"graph": url, "exchange": url, "login": url}}
        with (tenants / f"{council.slug}.yaml").open("w", encoding="utf-8") as file:
            YAML(typ="safe", pure=True).dump({**council.tenant_file, "register": register.name, **served}, file)


@contextmanager
def tokens_of(service: Service, council: SampleCouncil) -> Iterator[None]:
    """Put a council's ready-made tokens into the environment, where ``auth: {kind: token}`` looks for them."""
    before = {name: os.environ.get(name) for name in TOKEN_VARIABLES.values()}
    for name, variable in TOKEN_VARIABLES.items():
        os.environ[variable] = service.token(council.tenant.tenant_id, str(name), seconds=TOKEN_SECONDS)
    try:
        yield
    finally:
        for variable, value in before.items():
            if value is None:
                os.environ.pop(variable, None)
            else:
                os.environ[variable] = value


def run(folder: Path, reports: Path, watch: Watch) -> tuple[list[Outcome], list[str]]:
    """Audit both councils; the outcomes, and a summary in ten lines.

    Raises:
        BadFile, BadRun: the folders cannot be written.
    """
    began = time.monotonic()
    councils = sample_councils(datetime.now(UTC))
    clock = DemoClock(PACE)
    outcomes = []
    with running([council.tenant for council in councils], clock=clock) as service:
        try:
            write_config(folder, councils, service.url)
        except OSError as error:
            problem = f"it cannot be written ({error.strerror})"
            raise BadFile(folder, None, "", problem, "name another folder with --reports") from error
        for council in councils:
            with tokens_of(service, council):
                results = audit_all(
                    [council.slug], Places(folder, reports), watch, (BadFile, BadRun), outside=Outside(clock)
                )
                for result in results:
                    if isinstance(result, Failed):
                        raise result.refusal
                    outcomes.append(result)
        requests = len(service.requests)
    seconds = time.monotonic() - began
    lines = [line for council, outcome in zip(councils, outcomes, strict=True) for line in _summary(council, outcome)]
    closing = f"Two councils, {requests} requests over HTTP, {seconds:.1f} seconds; nothing was changed anywhere."
    return outcomes, [*lines, closing, "Open the Clerk workbooks first: their covers say what was found and what not."]


def compare(council: SampleCouncil, outcome: Outcome) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """What was planted but not found, and what was found but not planted, as (rule, subject)."""
    planted = {(plant.rule, plant.subject) for plant in council.planted}
    found = {(finding.rule, finding.subject.id) for finding in outcome.assessment.findings}
    return planted - found, found - planted


def _summary(council: SampleCouncil, outcome: Outcome) -> list[str]:
    assessment = outcome.assessment
    missed, invented = compare(council, outcome)
    broken = sum(c.result is Result.DOES_NOT_MEET for c in assessment.own_clauses)
    unknown = sum(c.result is Result.NOT_ASSESSED for c in assessment.own_clauses)
    gaps = [gap for note in assessment.data_sets for gap in note.coverage.gaps]
    planted = len(council.planted)
    return [
        f"{assessment.council}: {len(assessment.own_clauses)} clauses of '{assessment.policy_title}'",
        f"  {broken} do not meet, {unknown} could not be assessed",
        f"  planted breaches found: {planted - len(missed)} of {planted}; found beside them: {len(invented)}",
        f"  could not be read: {gaps[0].detail if gaps else 'nothing'}",
    ]


def serve_until_stopped(folder: Path, out: Console) -> int:
    """Serve both councils on loopback at the real pace, and say how to try the client against them."""
    councils = sample_councils(datetime.now(UTC))
    with running([council.tenant for council in councils]) as service:
        write_config(folder, councils, service.url)
        out.print(f"Microsoft 365 in small, at {service.url}; Ctrl-C stops it.")
        for council in councils:
            out.print(f"\n# {escape(council.name)}: {escape(str(folder / 'tenants' / council.slug))}.yaml")
            for name, variable in TOKEN_VARIABLES.items():
                token = service.token(council.tenant.tenant_id, str(name), seconds=TOKEN_SECONDS)
                out.print(f"export {variable}={token}")
            out.print(f"m365audit audit {council.slug} --config {folder}")
        try:
            while True:
                time.sleep(1)
        except KeyboardInterrupt:
            return 0
