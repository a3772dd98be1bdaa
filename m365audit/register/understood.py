"""What was understood of returned answers: what is kept, what is refused and why, what was left alone."""

from dataclasses import dataclass
from datetime import date

from m365audit.model.decisions import Decision


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that is not kept, or with ``row`` 0 a whole file: whose, about what, why, and what to do."""

    file: str
    row: int
    reference: str
    what: str
    why: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A cell that was not to be filled in, and was changed; the change is ignored."""

    file: str
    row: int
    reference: str
    heading: str
    written: str
    returned: str


@dataclass(frozen=True, slots=True)
class Again:
    """A row that says what is kept already: under which decision, by its id."""

    file: str
    row: int
    reference: str
    decision: int


@dataclass(frozen=True, slots=True)
class Ending:
    """The last day of somebody's service, for the register: the row of its sheet People it goes to.

    ``only_blank``: a day that stands there already is left as it is.
    """

    row: int
    name: str
    until: date
    only_blank: bool = False


@dataclass(frozen=True, slots=True)
class Understood:
    """Everything that was understood. ``replaced`` are decisions of the ledger that ``decisions`` supersede.

    ``to_do`` are things a person has to enter on the register by hand; ``unanswered`` counts rows left blank.
    """

    decisions: tuple[Decision, ...] = ()
    replaced: tuple[Decision, ...] = ()
    refused: tuple[Refusal, ...] = ()
    again: tuple[Again, ...] = ()
    edits: tuple[Edit, ...] = ()
    endings: tuple[Ending, ...] = ()
    notices: tuple[str, ...] = ()
    to_do: tuple[str, ...] = ()
    unanswered: int = 0
