"""Counts as they may be published, where an exact one could point at a person.

A council has seven or thirteen people, and everybody knows them. "One leaver still has access" names the one who left;
so does a total from which the other rows can be taken away, or a number that grows by one from one month to the next.
So no count of findings is published exactly: none is *None*, one to four are *Fewer than 5*, and more are rounded to
the nearest five, every total for itself. That something was found is never rounded away: only none is *None*. Shares
of accounts are told in words, in a small council as *All* or *Not all*.

Clauses, checks and questions are things of the policy and of this program, not of people: they are counted exactly,
and every clause shows its own result whatever it rests on.
"""

FEW = 5
"""The least number of findings that is told as a number, and the step to which it is rounded."""
SMALL = 20
"""With fewer accounts than this, a share in words would still tell how many they are."""

NONE = "None"
FEWER = f"Fewer than {FEW}"
ALL, NOT_ALL = "All", "Not all"

_SHARES: tuple[tuple[int, int, str], ...] = (
    (9, 10, "9 in 10 or more"),
    (3, 4, "3 in 4 or more"),
    (1, 2, "Half or more"),
)
_LESS = "Fewer than half"


def about(count: int) -> str:
    """A count of findings, or of anything that leads to people."""
    if count == 0:
        return NONE
    if count < FEW:
        return FEWER
    return f"About {(count + FEW // 2) // FEW * FEW:,}"


def share(part: int, whole: int) -> str:
    """How many of some accounts have something."""
    if part == whole:
        return ALL
    if whole < SMALL:
        return NOT_ALL
    return next((words for over, under, words in _SHARES if part * under >= whole * over), _LESS)
