"""Which of the many people of a large council have a story; everybody else's evidence is in order.

The stories come round again with every hundredth person, so that a council ten times the size has ten times of each.
"""

from collections.abc import Callable, Sequence
from typing import Final

from m365audit.sample.councils.draft import Draft
from m365audit.sample.councils.people import Account

ROUND: Final = 100
STORIES: Final[dict[int, str]] = dict(
    enumerate(
        (
            "",
            "text messages only",
            "text messages and an app",
            "no second step",
            "second step not allowed",
            "away for 120 days",
            "away for 85 days",
            "address of the tenant",
            "switched off",
            "no mailbox",
            "unknown",
            "unknown and switched off",
            "leaver in order",
            "leaver who can sign in",
            "leaver with a licence",
            "leaver with old sessions",
            "leaver with a right",
            "leaver whose mail goes home",
            "leaver in a group",
            "leaver with a share",
            "last day today",
            "weak password",
            "password without end",
            "began yesterday",
            "left out",
            "left out by a group in a group",
            "device instead",
            "key instead",
            "old sign-in for mail",
            "old sign-in refused",
            "mail not kept",
            "mail under a hold",
            "mail cannot be brought back",
            "use not recorded",
            "writes nothing",
            "staff who write nothing",
            "mail forwarded home",
            "mail forwarded to a colleague",
            "mail forwarded outside by a rule that is off",
            "calendar open to a colleague",
            "calendar open as authorised",
            "meeting on another platform",
            "meeting without a passcode",
            "committee on Teams",
            "committee in a room",
            "working group without a link",
            "working group with a link",
            "private guest",
            "official address elsewhere",
            "open folder",
            "open folder as accepted",
            "shared with everybody",
            "shared with a group",
            "shared with a stranger",
            "shared with a stranger as accepted",
            "games",
            "photographs",
            "administers",
            "administers by a group",
            "reads everything",
            "disk not encrypted",
            "no virus protection",
            "old system",
            "device out of rules",
            "device not on the list",
            "device long silent",
            "trained long ago",
            "app of one's own",
            "app that only knows who signs in",
            "folder passed down",
            "not in the group",
            "too much in a group",
        )
    )
)
"""Place in the round to story; a place that is not here, and the first, has none."""

Tell = Callable[[Draft, Account, int], None]
"""Make a story true of somebody with a number, and write the answers down."""


def story(number: int) -> str:
    """The story of the person with a number; empty for most."""
    return STORIES.get(number % ROUND, "")


def tell(draft: Draft, accounts: Sequence[Account], tales: dict[str, Tell]) -> None:
    """Tell of everybody whose story is one of these."""
    for number, account in enumerate(accounts):
        tale = tales.get(story(number))
        if tale:
            tale(draft, account, number)


def followed_by(accounts: Sequence[Account], number: int, steps: int) -> Account:
    """Somebody of no story who comes so many places after the last story of somebody's round, or the first person.

    Rounds are broken off where the council ends; the first person has no story either.
    """
    place = number - number % ROUND + len(STORIES) + steps
    return accounts[place] if place < len(accounts) else accounts[0]
