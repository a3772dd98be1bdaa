"""What one process took: it times its own work and says so in one line of JSON.

Nothing of the audit is imported here, so that what a process holds in memory is what its own path needs.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any

# macOS counts the largest resident size in bytes, everybody else in KiB.
_PER_MB = 1 << 20 if sys.platform == "darwin" else 1 << 10


@dataclass(frozen=True, slots=True)
class Figures:
    """``seconds`` and ``cpu_seconds`` of the work alone; ``whole_seconds`` and ``peak_mb`` of the whole process.

    ``start_mb`` is what the process held when the work began: the interpreter and its libraries.
    """

    rows: int
    seconds: float
    cpu_seconds: float
    start_mb: float
    peak_mb: float
    whole_seconds: float = 0.0


def peak_mb() -> float:
    """The most memory this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _PER_MB


async def report(work: Callable[[], Awaitable[int]]) -> None:
    """Do the work, which says how many rows it took in, and print what it cost."""
    start_mb, cpu, began = peak_mb(), time.process_time(), time.perf_counter()
    rows = await work()
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
    print(json.dumps(asdict(Figures(rows, seconds, cpu_seconds, start_mb, peak_mb()))))


def run(module: str, *arguments: str, environ: dict[str, str]) -> Figures:
    """Run a module of this package in a process of its own; what it said, and how long the process was there.

    Raises:
        SystemExit: it failed; what it wrote to stderr is on the terminal.
    """
    command = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
    began = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, env={**os.environ, **environ}, check=False)  # noqa: S603
    whole = time.perf_counter() - began
    if done.returncode:
        sys.exit(f"benchmarks.{module} failed")
    said: dict[str, Any] = json.loads(done.stdout)
    return Figures(**{**said, "whole_seconds": whole})
