"""The month of many councils: what each one's last audit says, in numbers and in the program's own words.

Nobody is named here: no account, address, file, scope, reason or answer of anybody. Texts are those of rules, clauses
and data sets, and the councils' own names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from m365audit.model.months import Audited
from m365audit.model.words import GapKind, Result, Severity, State


class Trouble(StrEnum):
    """Why a council has no audit of the month, or none that can be read, what needs a person soonest first."""

    TENANT_FILE = "Tenant file cannot be read"
    REFUSED = "Audit failed"
    UNREADABLE = "Result cannot be read"
    UNFINISHED = "Audit stopped half-way"
    NOT_JUDGED = "Evidence not judged"
    MISSED = "No audit this month"
    RUNNING = "Being audited now"


@dataclass(frozen=True, slots=True)
class Incident:
    """One thing that went wrong: what in a sentence or two, what to do, and when it was (UTC), where that is known.

    ``code`` is the exit code of an audit that was refused.
    """

    trouble: Trouble
    words: str
    remedy: str
    at: datetime | None = None
    code: int | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """What one rule found in one council and the provider is to put right.

    ``to_go`` of the ``findings`` somebody has asked to be put right, ``asked`` somebody wants explained or has
    answered; ``months`` is how long the oldest has been open. ``why`` and ``where`` are the rule book's.
    """

    rule: str
    topic: str
    title: str
    why: str
    where: str
    severity: Severity
    findings: int
    new: int = 0
    came_back: int = 0
    to_go: int = 0
    asked: int = 0
    months: int = 0


@dataclass(frozen=True, slots=True)
class Remedy:
    """What would mend a gap: an action, and the command or place where it begins. SLUG stands for the tenant file."""

    kind: GapKind
    action: str
    where: str
    is_due: bool
    """Whether something that should have come is missing for want of it."""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Data sets of one council that one remedy would mend, in how many places, and the checks it leaves open."""

    remedy: Remedy
    data_sets: tuple[str, ...]
    places: int
    checks: int


@dataclass(frozen=True, slots=True)
class Ending:
    """What ends on a day: ``what`` is Exception, Statement or Certificate."""

    what: str
    on: date
    number: int = 1


@dataclass(frozen=True, slots=True)
class LastAudit:
    """What a council's last finished audit says.

    ``states`` counts findings by how they stand, ``waiting`` the decisions nobody has made yet, of which ``overdue``
    are past their day, the longest by ``overdue_days``. ``topics`` is the worst result of each topic's checks, ``open``
    how many findings under it are there and not accepted. ``read`` of ``asked`` data sets came whole. ``digest`` is one
    SHA-256 over the evidence; empty where it cannot be told.
    """

    run: str
    policy: str
    tool_version: str
    counted: Audited
    states: Mapping[State, int]
    waiting: int
    overdue: int
    overdue_days: int
    tasks: tuple[Task, ...]
    shortfalls: tuple[Shortfall, ...]
    endings: tuple[Ending, ...]
    topics: Mapping[str, Result]
    open: Mapping[str, int]
    has_register: bool
    read: int
    asked: int
    digest: str

    @property
    def made_on(self) -> date:
        """The day it judged by."""
        return self.counted.made_on


@dataclass(frozen=True, slots=True)
class FleetCouncil:
    """One council: its last audit, if one can be read, and everything that went wrong since.

    ``certificate_ends`` is ``None`` where it signs in without one, or its end cannot be told from here.
    """

    slug: str
    name: str
    audit: LastAudit | None
    incidents: tuple[Incident, ...] = ()
    certificate_ends: date | None = None

    @property
    def trouble(self) -> Trouble | None:
        """The worst that went wrong, if anything did."""
        found = {incident.trouble for incident in self.incidents}
        return next((trouble for trouble in Trouble if trouble in found), None)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many councils come to what, in one clause of the policy they share or in one check.

    ``under`` is the clause's policy or the check's topic, ``says`` the clause's heading or the check's good state.
    """

    under: str
    id: str
    says: str
    counts: Mapping[Result, int]


@dataclass(frozen=True, slots=True)
class Fleet:
    """All councils as they stand on a day, by name; ``clauses`` and ``checks`` count over all of them."""

    on: date
    provider: str
    tool_version: str
    councils: tuple[FleetCouncil, ...]
    clauses: tuple[Tally, ...] = ()
    checks: tuple[Tally, ...] = field(default=())
