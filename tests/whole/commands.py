"""The command as its users start it: a process of its own, over real loopback HTTP, which can be stopped and killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from m365audit.graph.credentials import TOKEN_VARIABLES
from m365audit.sample.councils import SampleCouncil
from m365audit.sample.demo import write_config
from m365audit.sample.service.manner import Fault
from m365audit.sample.service.server import Service, running

PATIENCE_SECONDS = 120.0
# A process has no clock but the wall's, so what it audits is as of now.
NOW = datetime.now(UTC)


@dataclass
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def sentences(self) -> str:
        """What was said, on one line."""
        return " ".join(self.err.split())


@dataclass
class Started:
    """A command that is running."""

    process: subprocess.Popen[str]

    def until(self, so: Callable[[], bool]) -> None:
        """Wait for something to be so while the command runs."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not so():
            assert self.process.poll() is None, self.process.communicate()[1]
            assert time.monotonic() < end, "it never was so"
            time.sleep(0.001)

    def kill(self) -> None:
        """As the system does it: without a word."""
        self.process.kill()
        self.process.communicate(timeout=PATIENCE_SECONDS)

    def told(self, number: signal.Signals) -> tuple[Ended, float]:
        """Send a signal; how the command ended, and after how many seconds."""
        began = time.monotonic()
        self.process.send_signal(number)
        ended = self.end()
        return ended, time.monotonic() - began

    def end(self) -> Ended:
        out, err = self.process.communicate(timeout=PATIENCE_SECONDS)
        return Ended(self.process.returncode, out, err)


@dataclass
class Desk:
    """A provider's desk: the tenant files of some councils, a service to ask, and a folder for results."""

    folder: Path
    service: Service
    councils: Sequence[SampleCouncil]
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        return self.folder / "config"

    @property
    def reports(self) -> Path:
        return self.folder / "reports"

    def run(self, council: SampleCouncil) -> Path:
        """The newest run of a council."""
        return max(path for path in (self.reports / council.slug).glob("2*") if path.is_dir())

    def assessment(self, council: SampleCouncil) -> dict[str, Any]:
        """What the newest run came to, but for the name of the run."""
        run = self.run(council)
        text = (run / "assessment.json").read_text(encoding="utf-8")
        found: dict[str, Any] = json.loads(text.replace(run.name, "RUN"))
        return found | {"findings": sorted(found["findings"], key=lambda finding: finding["reference"])}

    def start(self, *words: str, before: Sequence[str] = ()) -> Started:
        places = ["--config", str(self.config), "--reports", str(self.reports)]
        command = [*before, sys.executable, "-m", "m365audit", *words, *places]
        environment = {**os.environ, **self.variables, "COLUMNS": "200"}
        return Started(
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        )

    def __call__(self, *words: str, before: Sequence[str] = ()) -> Ended:
        return self.start(*words, before=before).end()


@contextmanager
def desk(folder: Path, council: SampleCouncil, faults: Sequence[Fault] = ()) -> Iterator[Desk]:
    """A council served without limits: real time is too dear to wait in."""
    with running([council.tenant], limits=False) as service:
        for fault in faults:
            service.fail(fault)
        write_config(folder / "config", [council], service.url)
        tokens = {
            variable: service.token(council.tenant.tenant_id, str(name), seconds=86_400)
            for name, variable in TOKEN_VARIABLES.items()
        }
        yield Desk(folder, service, [council], tokens)
