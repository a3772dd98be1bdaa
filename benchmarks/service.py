"""The imitation of Microsoft 365 in a process of its own, as the benchmarks see it.

Nothing of it is imported here: a process counts what its parent held when it began as memory of its own.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Served:
    """A council being served: its two long lists, and the environment that lets a client in."""

    people: int
    rows: int
    url: str
    tenant_id: str
    hello: str
    users: str
    registration: str
    environ: dict[str, str]


@contextmanager
def serving(people: int) -> Iterator[Served]:
    """A council of so many people, served until the block is left."""
    print(f"A council of {people:,} people is being made up …", file=sys.stderr)
    command = [sys.executable, "-m", "benchmarks.serve", str(people)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Served(**json.loads(process.stdout.readline()))
        finally:
            process.stdin.close()
