"""``python -m benchmarks``: collecting against a bare loop and the typed SDK, memory, rules, limits, and faults.

Every figure is of a process of its own, on this machine, in this run; only ratios within one run mean anything. The
parties take turns, so that whatever else the machine does meets them all. Exit code 1 where a limit is broken.
"""

import argparse
import statistics
import subprocess
import sys
from collections.abc import Sequence

from benchmarks.measure import Figures, run
from benchmarks.service import Served, serving

MOST_OF_BARE = 1.5
"""Collecting takes at most so many times the bare loop."""

MOST_OF_TYPED = 1 / 50
"""And at most this part of what the typed SDK takes."""

Runs = list[Figures]


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _asked(arguments)
    with serving(asked.people) as large:
        bare, ours = _taking_turns(large, asked.rounds)
        memory = [(asked.people, _ours(large))]
    with serving(asked.few) as small:
        _typed(small)
        typed = [_typed(small) for _ in range(asked.typed_rounds)]
        memory.append((asked.few, _ours(small)))
    with serving(asked.many) as largest:
        memory.append((asked.many, _ours(largest)))
    times = large.rows / small.rows
    _table(large, bare, ours, typed, times)
    _memory(sorted(memory, key=lambda sized: sized[0]))
    held = _verdicts(bare, ours, statistics.median(figures.seconds for figures in typed) * times)
    sys.stdout.flush()
    subprocess.run([sys.executable, "-m", "benchmarks.rules", str(asked.judged)], check=True)  # noqa: S603
    whole = subprocess.run([sys.executable, "-m", "benchmarks.large", str(asked.judged)], check=False)  # noqa: S603
    provider = subprocess.run([sys.executable, "-m", "benchmarks.provider"], check=False)
    books = subprocess.run([sys.executable, "-m", "benchmarks.workbooks"], check=False)
    paced = subprocess.run([sys.executable, "-m", "benchmarks.pace"], check=False)
    command = [sys.executable, "-m", "benchmarks.faults", "--schedules", str(asked.schedules)]
    faults = subprocess.run(command, check=False)  # noqa: S603
    return 0 if held and not any(one.returncode for one in (whole, provider, books, paced, faults)) else 1


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--people", type=int, default=20_000, help="people of the council that is timed")
    parser.add_argument("--few", type=int, default=2_000, help="people for the typed SDK, whose time is scaled up")
    parser.add_argument("--many", type=int, default=60_000, help="people of the last memory figure")
    parser.add_argument("--judged", type=int, default=5_000, help="people of the council the rules are timed on")
    parser.add_argument("--schedules", type=int, default=10_000, help="schedules of faults an audit is made under")
    parser.add_argument("--rounds", type=int, default=15, help="turns of the bare loop and of the audit")
    parser.add_argument("--typed-rounds", type=int, default=2, help="turns of the typed SDK")
    return parser.parse_args(arguments)


def _taking_turns(council: Served, rounds: int) -> tuple[Runs, Runs]:
    # The first turn makes the imitation cut its pages; it keeps them, so every later one is served alike.
    _bare(council), _ours(council)
    pairs = [(_bare(council), _ours(council)) for _ in range(rounds)]
    return [bare for bare, _ in pairs], [ours for _, ours in pairs]


def _bare(council: Served) -> Figures:
    return _whole(council, run("bare", council.hello, council.users, council.registration, environ=council.environ))


def _ours(council: Served) -> Figures:
    return _whole(council, run("ours", council.url, council.tenant_id, environ=council.environ))


def _typed(council: Served) -> Figures:
    return _whole(council, run("typed", council.url, council.users, environ=council.environ))


def _whole(council: Served, figures: Figures) -> Figures:
    assert figures.rows == council.rows, f"{figures.rows} rows came of {council.rows}"
    return figures


def _table(council: Served, bare: Runs, ours: Runs, typed: Runs, times: float) -> None:
    print(
        f"\nAccounts and registration of {council.people:,} people: {council.rows:,} rows, guests and shared included."
    )
    print(f"{'':24}{'seconds (min-max)':>24}{'CPU s':>8}{'rows/s':>10}{'peak MB':>9}{'at start':>10}{'process s':>11}")
    for name, runs, scale in (
        ("bare httpx loop", bare, 1.0),
        ("m365audit", ours, 1.0),
        ("typed SDK, scaled", typed, times),
    ):
        seconds = [figures.seconds * scale for figures in runs]
        spread = f"{statistics.median(seconds):.3f} ({min(seconds):.3f}-{max(seconds):.3f})"
        cpu = statistics.median(figures.cpu_seconds for figures in runs) * scale
        peak, start = max(f.peak_mb for f in runs), max(f.start_mb for f in runs)
        process = statistics.median(figures.whole_seconds for figures in runs)
        rate = council.rows / statistics.median(seconds)
        print(f"{name:24}{spread:>24}{cpu:>8.2f}{rate:>10,.0f}{peak:>9.0f}{start:>10.0f}{process:>11.2f}")
    print(
        f"Scaled: the SDK read {typed[0].rows:,} rows, its time is taken {times:.1f} times; its other columns are not."
    )


def _memory(memory: list[tuple[int, Figures]]) -> None:
    peaks = ", ".join(f"{people:,} people {figures.peak_mb:.0f} MB" for people, figures in memory)
    (fewer, low), (more, high) = memory[0], memory[-1]
    growth = (high.peak_mb - low.peak_mb) / (more - fewer) * 1_000
    print(f"Peak memory of m365audit: {peaks}; {growth:.1f} MB for every further 1,000.")


def _verdicts(bare: Runs, ours: Runs, typed: float) -> bool:
    turns = [audit.seconds / loop.seconds for loop, audit in zip(bare, ours, strict=True)]
    print(f"Of its turn's bare loop: {', '.join(f'{ratio:.2f}' for ratio in turns)}.")
    limits = (
        ("the bare loop", statistics.median(turns), MOST_OF_BARE),
        ("the typed SDK", statistics.median(figures.seconds for figures in ours) / typed, MOST_OF_TYPED),
    )
    for name, ratio, limit in limits:
        print(f"{'PASS' if ratio <= limit else 'OVER'}: {ratio:.3f} of {name}, at most {limit:g} allowed.")
    return all(ratio <= limit for _, ratio, limit in limits)


if __name__ == "__main__":
    sys.exit(main())
