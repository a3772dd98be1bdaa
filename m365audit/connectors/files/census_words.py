"""How what is shared was found, and what that way of looking cannot see, in words."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from m365audit.connectors.files.census import Census
from m365audit.model.access import Access
from m365audit.model.tenant import Allowance

NO_ALLOWANCE: Final = Allowance(0, date(1970, 1, 1))
"""No census: only what an earlier one found shared is looked at again."""

_SEES_ALL = "Sites.FullControl.All"
_FOUND = "What is shared was found by Microsoft's own mark on files and folders, which misses some"
_HOW = {
    True: "; it stood only where something was shared",
    False: (
        "; it stood on everything below a shared folder as well, and what was "
        "passed down is told once, where it was given"
    ),
}
_MIXED = "; some libraries mark only what was shared itself, the others all below it as well"
_GROUPS_CLOSED = "Where something is shared with a group, who is in that group was not looked at"
_READS_ONLY = (
    "To an app that only reads, Microsoft may not list items with a retention label, and does not promise to show "
    "every permission; where an item was marked as open to anyone, its link was looked for, and a link that was not "
    "shown is a gap"
)


def limits(census: Census, access: Access) -> Iterator[str]:
    """The standing limits of ``sharing``: sentences without their full stop."""
    marks = census.marks() - {None}
    if marks:
        yield _FOUND + (_MIXED if len(marks) > 1 else _HOW[True in marks])
    yield _GROUPS_CLOSED
    if _SEES_ALL not in access.permissions:
        yield _READS_ONLY
    reach = census.reach
    if reach.items:
        share = 100 * reach.looked_at // reach.items
        yield (
            f"{reach.looked_at:,} of {reach.items:,} items have been looked at one by one in the last twelve months "
            f"({share} %)" + ("; the rest only by Microsoft's own mark" if reach.looked_at < reach.items else "")
        )
    if not census.allowance.calls:
        yield "No further items were looked at one by one this time: the tenant file allows none (census: calls: 0)"
    elif reach.why:
        yield f"Not all that was due was looked at one by one this time: {reach.why}"
