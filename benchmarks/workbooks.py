"""``python -m benchmarks.workbooks``: the report step of a large council, held against a bare openpyxl loop.

Evidence of so many accounts, ten shares for each and a finding for every second of them are made up. Then, in turns
and each in a process of its own, the Technician workbook is written, and the same cells are by a bare write-only loop.
A last process writes all workbooks of a run, as ``report`` does. Exit code 1 where that takes too long or too much
memory.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from typing import Any

MOST_OF_BARE = 1.3
"""The Technician workbook takes at most so many times the bare loop."""

MOST_MB = 300
"""The most memory a process may hold that writes all workbooks: interpreter, libraries and assessment included."""

Figures = dict[str, float]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.workbooks", description=__doc__)
    parser.add_argument("--accounts", type=int, default=100_000, help="accounts of the council")
    parser.add_argument("--turns", type=int, default=3, help="turns of the workbook and of the bare loop")
    asked = parser.parse_args(arguments)
    print(f"\nThe workbooks of a council of {asked.accounts:,} accounts:")
    with tempfile.TemporaryDirectory() as place:
        folder = _apart("evidence", place, asked.accounts)["folder"]
        turns = [
            {part: _apart(part, folder, asked.accounts) for part in ("bare", "technician")} for _ in range(asked.turns)
        ]
        whole = _apart("all", folder, asked.accounts)
    _say("bare write-only loop", [turn["bare"] for turn in turns])
    _say("Technician workbook", [turn["technician"] for turn in turns])
    _say("all workbooks", [whole])
    return 0 if _verdict(turns, whole) else 1


def _apart(part: str, folder: str, accounts: int) -> dict[str, Any]:
    """A part in a process of its own. A process counts what its parent held as its own, so this one holds little."""
    command = [sys.executable, "-m", "benchmarks.report_step", part, folder, str(accounts)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)  # noqa: S603
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _say(part: str, figures: list[Figures]) -> None:
    cpu = [one["cpu"] for one in figures]
    wall = statistics.median(one["seconds"] for one in figures)
    start, peak = (max(one[name] for one in figures) for name in ("start", "peak"))
    print(
        f"{part:22} CPU {statistics.median(cpu):7.1f} s ({min(cpu):.1f}-{max(cpu):.1f}), wall {wall:7.1f} s, "
        f"peak {peak:4.0f} MB, of which {start:4.0f} before it began; {figures[-1]['mb']:6.1f} MB written"
    )


def _verdict(turns: list[dict[str, Figures]], whole: Figures) -> bool:
    ratios = [turn["technician"]["cpu"] / turn["bare"]["cpu"] for turn in turns]
    print(f"Of its turn's bare loop: {', '.join(f'{ratio:.2f}' for ratio in ratios)}.")
    ratio, peak = statistics.median(ratios), whole["peak"]
    fast, small = ratio <= MOST_OF_BARE, peak <= MOST_MB
    print(f"{'PASS' if fast else 'OVER'}: {ratio:.2f} of the bare loop, at most {MOST_OF_BARE:g} allowed.")
    print(f"{'PASS' if small else 'OVER'}: {peak:.0f} MB for all workbooks, at most {MOST_MB} allowed.")
    return fast and small


if __name__ == "__main__":
    sys.exit(main())
