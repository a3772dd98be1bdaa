"""How near collecting comes to what Microsoft's limits allow, for councils of every shape, in virtual time.

The bound is worked out from the imitation's own log and its table of limits, not from what the client believes. Exit
code 1 where a council took too long, or was refused too often.
"""

import sys
from pathlib import Path

# What the tests collect is what is measured.
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from paced import SAMPLES, SHAPES, Pace, pace

MOST_OF_BOUND = 1.15
MOST_REFUSED = 0.01


def main() -> int:
    print("\nWhole collections against the documented limits: virtual seconds, and the least those limits allow.")
    print(f"{'':52}{'seconds':>9}{'least':>9}{'ratio':>7}{'asked':>7}{'refused':>8}  what decides")
    held = [_show(pace(shape)) for shape in SHAPES]
    for shape in SAMPLES:  # in two seconds the limits hardly matter: these are for show
        _show(pace(shape))
    print(
        f"{'PASS' if all(held) else 'OVER'}: at most {MOST_OF_BOUND} times the least, and less than "
        f"{MOST_REFUSED:.0%} refused."
    )
    return 0 if all(held) else 1


def _show(paced: Pace) -> bool:
    decides = f"{paced.least[0].bucket}, {paced.least[0].counted_by}"
    print(
        f"{paced.shape.name:52}{paced.seconds:>9.1f}{paced.bound:>9.1f}{paced.ratio:>7.3f}{paced.asked:>7,}"
        f"{paced.refused:>8}  {decides}"
    )
    return paced.ratio <= MOST_OF_BOUND and paced.refused < MOST_REFUSED * paced.asked


if __name__ == "__main__":
    sys.exit(main())
