"""What can go wrong on the wire, and the answer that says there is nothing to read."""

from enum import Enum
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from m365audit.graph.said import Said
    from m365audit.model.evidence import Gap


class Absent(Enum):
    """Microsoft says there is none (no mailbox, no OneDrive): an answer, not a gap."""

    ABSENT = "absent"


ABSENT: Final[Literal[Absent.ABSENT]] = Absent.ABSENT


class NotAllowed(Exception):
    """The read-only guard stopped a request before a byte of it was sent."""


class SignInFailed(Exception):
    """Signing in was refused; the message is one sentence that says what, where and what to do."""


class Refused(Exception):
    """A request could not be answered; ``gap`` says so in the words of the report.

    ``status`` is the HTTP status (0 when no answer came at all), ``code`` Microsoft's ``error.code``,
    ``message`` what it said, ``request_id`` what its support asks for.
    """

    def __init__(self, gap: "Gap", said: "Said") -> None:
        super().__init__(f"{gap.detail} ({gap.said})" if gap.said else gap.detail)
        self.gap = gap
        self.said = said
        self.status = said.status
        self.code = said.code
        self.message = said.message
        self.request_id = said.request_id
