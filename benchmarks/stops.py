"""Every point at which a run can be stopped between two requests, and what the next run makes of what is left.

``python -m benchmarks.stops`` collects the sample councils in virtual time, goes on from the folder as it was before
each request, in as many processes as there are processors, and holds the evidence and the requests against those of
the run that nobody stopped.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

# The councils, the stopping and what must hold afterwards are the tests' own.
sys.path.append(str(Path(__file__).parents[1] / "tests"))
sys.path.append(str(Path(__file__).parents[1] / "tests" / "whole"))

from hamlet import hamlet
from stopped import LATER, NOW, Bench, Left, Made, assert_only_what_was_missing_was_asked, assert_same

from m365audit.sample.councils import SampleCouncil, exampleton, little_sampling


@dataclass(frozen=True)
class Undisturbed:
    """A run that nobody stopped, with the folder before each of its requests."""

    bench: Bench
    made: Made


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stops", description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="take one point in so many")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args(arguments)
    began, points, wrong = time.perf_counter(), 0, 0
    for council in (hamlet(), exampleton(NOW), little_sampling(NOW)):
        with tempfile.TemporaryDirectory() as place:
            undisturbed = _undisturbed(council, Path(place))
            numbers = range(0, len(undisturbed.made.photographs), asked.every)
            with ProcessPoolExecutor(asked.processes) as pool:
                for number, said in zip(numbers, pool.map(partial(_gone_on, undisturbed), numbers), strict=True):
                    points += 1
                    wrong += bool(said)
                    if said:
                        print(f"{council.name}, before request {number}: {said}")
    seconds = time.perf_counter() - began
    print(
        f"\n{points:,} points to be stopped at in {seconds:,.0f} s on {asked.processes} processors: {wrong} mismatches."
    )
    return 1 if wrong else 0


def _undisturbed(council: SampleCouncil, folder: Path) -> Undisturbed:
    bench = Bench.of(council, folder)
    return Undisturbed(bench, bench.collected(folder / "reports", album=folder / "album"))


def _gone_on(undisturbed: Undisturbed, number: int) -> str:
    """What is wrong with a run that was stopped before a request and gone on with; nothing where nothing is."""
    bench, made = undisturbed.bench, undisturbed.made
    before = Left.on(made.photographs[number], bench.council.slug)
    with tempfile.TemporaryDirectory() as place:
        again = bench.collected(shutil.copytree(made.photographs[number], Path(place) / "reports"), now=LATER)
        try:
            assert_same(again.evidence, made.evidence)
            assert_only_what_was_missing_was_asked(before, again, made)
        except AssertionError as error:
            return str(error).partition("\n")[0] or "the evidence or the requests differ"
    return ""


if __name__ == "__main__":
    sys.exit(main())
