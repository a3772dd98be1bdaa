"""The demo: three months of both sample councils over HTTP, by the same client and commands as any other council."""

import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console
from rich.markup import escape
from ruamel.yaml import YAML

from m365audit.engine.audit import Outcome
from m365audit.engine.collecting.collect import Progress
from m365audit.engine.places import Places
from m365audit.engine.roll_up import fleet as roll_up
from m365audit.fleet import Failed, audit_all
from m365audit.graph import Outside
from m365audit.graph.credentials import TOKEN_VARIABLES
from m365audit.model.tenant import Tenant as TenantFile
from m365audit.model.words import Result
from m365audit.register import write_register
from m365audit.report.changes import tally
from m365audit.sample.councils import SampleCouncil, exampleton, little_sampling
from m365audit.sample.councils.months import NOVEMBER
from m365audit.sample.service.clock import PacedClock
from m365audit.sample.service.server import Service, running
from m365audit.sample.three_months import Played, play
from m365audit.settings import BadFile
from m365audit.snapshot import BadRun

# Microsoft lets an app read the sign-in methods of five accounts in ten seconds. The demo's clock runs faster, for the
# imitation and the client alike, so that every limit is kept and nobody has to wait for it.
PACE = 80.0
# A day: whoever tries the client against the served councils should not have to fetch new tokens.
TOKEN_SECONDS = 86_400

_OURS = ".demo"

Watch = Callable[[TenantFile], AbstractContextManager[Progress]]


class DemoClock(PacedClock):
    """A fast clock that the client reads as well."""

    def __init__(self, pace: float = 1.0, start: datetime | None = None) -> None:
        super().__init__(pace, start)
        self.start = self.now()
        """When it was set going."""

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
        where = {"graph": url, "exchange": url, "login": url, "dns": urlsplit(url).netloc}
        served = {"auth": {"kind": "token"}, "endpoints": where}
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


def run(home: Path, watch: Watch) -> tuple[list[Outcome], list[str]]:
    """Audit both councils three months running, in a folder that is made anew; November's outcomes, and a summary.

    Raises:
        BadFile, BadRun: the folder cannot be written, or holds something that is not the demo's.
    """
    began = time.monotonic()
    _make_anew(home)
    places, requests = Places(home / "config", home), [0]

    def audited(councils: Sequence[SampleCouncil], month: datetime) -> list[Outcome]:
        clock = DemoClock(PACE, start=month)
        with running([council.tenant for council in councils], clock=clock) as service:
            write_config(places.config, councils, service.url)
            outcomes = [_audited(council, service, clock, places, watch) for council in councils]
            requests[0] += len(service.requests)
        return outcomes

    try:
        played = play(places, home / "returned", audited)
    except OSError as error:
        problem = f"it cannot be written ({error.strerror})"
        raise BadFile(home, None, "", problem, "name another folder with --reports") from error
    seconds = time.monotonic() - began
    last = [one for one in played if one.month == NOVEMBER]
    lines = [line for one in last for line in _summary(one, played)]
    closing = f"Two councils in three months, {requests[0]} requests over HTTP, {seconds:.1f} seconds; "
    return [one.outcome for one in last], [
        *lines,
        f"{closing}nothing was changed anywhere.",
        "Open November's workbooks for the Clerk first: their covers say what was found and what not.",
        f"All councils in one, for their IT provider: {roll_up.write(places, NOVEMBER.date())}",
    ]


def _audited(council: SampleCouncil, service: Service, clock: DemoClock, places: Places, watch: Watch) -> Outcome:
    with tokens_of(service, council):
        results = audit_all([council.slug], places, watch, (BadFile, BadRun), now=clock.start, outside=Outside(clock))
        (result,) = results
    if isinstance(result, Failed):
        raise result.refusal
    return result


def _make_anew(home: Path) -> None:
    """The demo's own folder, with nothing in it of an earlier demo: its months are always the same ones."""
    try:
        if home.exists() and not (home / _OURS).is_file() and any(home.iterdir()):
            raise BadFile(home, None, "", "it holds something else", "name another folder with --reports")
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True, mode=0o700)
        (home / _OURS).write_text("Made by m365audit demo, and made anew each time.\n", encoding="utf-8")
    except OSError as error:
        problem = f"it cannot be written ({error.strerror})"
        raise BadFile(home, None, "", problem, "name another folder with --reports") from error


def _summary(last: Played, played: Sequence[Played]) -> list[str]:
    assessment = last.outcome.assessment
    broken = sum(c.result is Result.DOES_NOT_MEET for c in assessment.own_clauses)
    unknown = sum(c.result is Result.NOT_ASSESSED for c in assessment.own_clauses)
    planted, found = last.to_be_found, last.found
    heard = [one.heard for one in played if one.council.slug == last.council.slug and one.heard]
    kept = sum(len(one.understood.decisions) for one in heard)
    refused = sum(len(one.understood.refused) for one in heard)
    clauses = len(assessment.own_clauses)
    return [
        f"{assessment.council}: {broken} of {clauses} clauses do not meet, {unknown} could not be assessed",
        f"  planted breaches found: {len(planted & found)} of {len(planted)}, and {len(found - planted)} beside them",
        f"  since October: {tally(assessment)}",
        f"  the Clerk's replies: {kept} decisions kept, {refused} refused with the reason",
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
