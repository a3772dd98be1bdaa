"""Ten thousand schedules of faults: what the same audit says under each, against what it says without any.

``python -m benchmarks.faults`` audits a small council in virtual time, in as many processes as there are processors.
``--again COUNCIL SEED`` does one schedule again and says everything that is wrong with it.
"""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

# The council, the schedules and what must hold of them are the tests' own.
sys.path.append(str(Path(__file__).parents[1] / "tests"))

from fault_laws import wrongs
from faulted import Tally, part_of, schedule_of, town, tried

COUNCIL = "hamlet"
_IN_A_BLOCK = 50
_SEEDS_OF_A_BLOCK = 1_000


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _asked(arguments)
    if asked.again:
        return _again(asked.again[0], int(asked.again[1]))
    began = time.perf_counter()
    blocks = range(asked.schedules // _IN_A_BLOCK)
    with ProcessPoolExecutor(asked.processes) as pool:
        tallies = list(pool.map(_block, blocks))
    seconds = time.perf_counter() - began
    struck = sum((tally.struck for tally in tallies), Counter[str]())
    schedules = sum(tally.schedules for tally in tallies)
    wrong = {seed: said for tally in tallies for seed, said in tally.wrong.items()}
    print(
        f"\n{schedules:,} schedules of faults in {seconds:,.0f} s on {asked.processes} processors: "
        f"{sum(struck.values()):,} faults of {len(struck)} kinds, {len(wrong)} mismatches."
    )
    for kind, times in struck.most_common():
        print(f"  {kind:42}{times:>10,}")
    for seed, said in wrong.items():
        print(f"MISMATCH: python -m benchmarks.faults --again {COUNCIL} {seed}\n  {said[0][:300]}")
    return 1 if wrong else 0


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    parser.add_argument("--schedules", type=int, default=10_000, help="how many schedules")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="how many at a time")
    parser.add_argument("--again", nargs=2, metavar=("COUNCIL", "SEED"), help="one schedule, in full")
    return parser.parse_args(arguments)


def _block(number: int) -> Tally:
    seeds = range(number * _SEEDS_OF_A_BLOCK, (number + 1) * _SEEDS_OF_A_BLOCK)
    return tried(town(COUNCIL), seeds, _IN_A_BLOCK)


def _again(council: str, seed: int) -> int:
    place = town(council)
    part = part_of(seed)
    came = place.audited(schedule_of(seed), part=part)
    for strike, data_set in came.struck:
        sort = "for ever" if strike.lasting else "passing"
        print(f"{data_set or 'signing in':22} {sort:9} {strike.kind}: {strike.identity[:150]}")
    wrong = list(wrongs(place.untroubled(part), came))
    for said in wrong:
        print(f"WRONG: {said}")
    print(f"{len(came.struck)} faults, {len(wrong)} things wrong.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
