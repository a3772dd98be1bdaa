"""The assessment: everything the workbooks say, worked out once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from m365audit.model.answers import Effect
from m365audit.model.decisions import Decision, Standing
from m365audit.model.evidence import Coverage, Gap
from m365audit.model.months import DecisionNote, Previous, RegisterNote, Stated, Trend
from m365audit.model.policy import Clause
from m365audit.model.tenant import DEFAULT_RETENTION, Retention
from m365audit.model.words import Actor, GapKind, Result, Severity, State, SubjectKind


def _dated(result: Result, on: date | None) -> str:
    words = {Result.ACCEPTED: "Accepted until", Result.ATTESTED: "Attested"}
    return f"{words[result]} {on.day} {on:%b %Y}" if on and result in words else str(result)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a finding is about. ``id`` is the natural key, ``name`` what people call it."""

    kind: SubjectKind
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A breach by one subject, under every clause it touches.

    ``answers`` is what may be answered to it; ``may_accept`` is empty, or says in a sentence why it may not be
    accepted. ``concerns`` are the addresses (else the name), in lower case, of those whose own matter it is.
    ``decision`` is the one that counts, ``standing`` how it stands on the day of the audit. ``open_since`` is the day
    of the audit with which its present spell began, ``months_open`` the months since; ``fixed_on`` the day of the
    first audit that did not find it any more. Of one that could not be looked at, ``unseen`` says why, and
    ``last_seen`` when it was there. ``extent`` is how far it goes, where its key stands for several rights or people,
    else ``None``; ``added`` is what of that was not there at the audit before its present spell.
    """

    reference: str
    rule: str
    clauses: tuple[str, ...]
    result: Result
    severity: Severity
    subject: Subject
    because: str
    fix: str
    actor: Actor
    first_seen: date
    state: State
    evidence: Mapping[str, str] = field(default_factory=dict)
    answers: tuple[str, ...] = ()
    may_accept: str = ""
    concerns: frozenset[str] = frozenset()
    decision: Decision | None = None
    standing: Standing = Standing.NONE
    open_since: date | None = None
    months_open: int = 0
    fixed_on: date | None = None
    last_seen: date | None = None
    unseen: str = ""
    extent: frozenset[str] | None = None
    added: frozenset[str] = frozenset()

    def beyond(self, earlier: frozenset[str] | None) -> frozenset[str]:
        """What it covers besides what it did once; nothing where it is not known how far it went, then or now."""
        return frozenset() if self.extent is None or earlier is None else self.extent - earlier

    @property
    def is_there(self) -> bool:
        """Whether this audit found it; it may be accepted."""
        return self.state not in (State.FIXED, State.NOT_COMPARABLE)

    @property
    def accepted_until(self) -> date | None:
        """The last day it is accepted, where it is."""
        return self.decision.until if self.decision and self.result is Result.ACCEPTED else None

    @property
    def result_text(self) -> str:
        """The result as people read it, with its date where it has one."""
        return _dated(self.result, self.accepted_until)

    @property
    def cannot_be_accepted(self) -> bool:
        """Whether somebody decided to accept it though it cannot be accepted."""
        return (
            self.is_there
            and bool(self.may_accept)
            and self.decision is not None
            and (self.decision.effect is Effect.ALLOWS)
        )


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check came to over the whole tenant.

    ``topic`` is the workbook sheet its findings stand on; ``why`` and ``fix`` come from the rule book.
    ``unjudged`` counts subjects it could not judge, ``limits`` says in words what it did not see or could not judge;
    ``sources`` names the data sets it read.
    """

    check: str
    title: str
    topic: str
    why: str
    fix: str
    result: Result
    because: str
    findings: int = 0
    unjudged: int = 0
    gaps: tuple[Gap, ...] = ()
    sources: tuple[str, ...] = ()
    limits: str = ""
    accepted_until: date | None = None

    @property
    def result_text(self) -> str:
        """The result as people read it, with its date where it has one."""
        return _dated(self.result, self.accepted_until)


@dataclass(frozen=True, slots=True)
class ClauseResult:
    """What one clause came to. ``policy`` is the policy's id, ``baseline`` for a duty outside it.

    ``attested_on`` is the day of a statement that still holds, whatever the result; ``statement`` is how the clause's
    statement stands, in words, and ``stated`` the last answer to each it asks for. ``accepted_until`` is the earliest
    end among the exceptions it rests on, where nothing worse is open.
    """

    clause: Clause
    policy: str
    result: Result
    because: str
    attested_on: date | None = None
    supporting: str = ""
    statement: str = ""
    stated: tuple[Stated, ...] = ()
    accepted_until: date | None = None

    @property
    def result_text(self) -> str:
        """The result as people read it, with its date where it has one."""
        return _dated(self.result, self.attested_on if self.result is Result.ATTESTED else self.accepted_until)


@dataclass(frozen=True, slots=True)
class GapNote:
    """A gap with the checks and clauses that suffer from it."""

    gap: Gap
    checks: tuple[str, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DataSetNote:
    """What was read of one data set, for the record of the run."""

    name: str
    meaning: str
    coverage: Coverage
    permission: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """One council, one run, judged on one date.

    ``findings`` are those this run found, accepted or not; with them those no longer found, in the month that happened,
    and those of earlier months it could not look at. ``decisions`` are all that count, ``register_rows`` those rows
    that name nothing that is there; ``measures`` has the keys of :data:`m365audit.model.months.MEASURES`.
    ``previous`` is ``None`` in a first audit. ``people`` is everything somebody on the register goes by (addresses,
    object ids, the name, all in lower case) to the names as the register has them; ``waiting`` counts the rows of the
    register that wait to be confirmed, by the title of their sheet.
    """

    tenant: str
    tenant_id: str
    council: str
    provider: str
    policy: str
    policy_title: str
    policy_version: str
    run: str
    as_of: date
    collected_at: datetime
    clauses: tuple[ClauseResult, ...]
    checks: tuple[CheckResult, ...]
    findings: tuple[Finding, ...]
    gaps: tuple[GapNote, ...]
    data_sets: tuple[DataSetNote, ...]
    has_register: bool
    tool_version: str
    decisions: tuple[DecisionNote, ...] = ()
    register_rows: tuple[RegisterNote, ...] = ()
    measures: Mapping[str, int | None] = field(default_factory=dict)
    retention: Retention = DEFAULT_RETENTION
    previous: Previous | None = None
    trend: Trend | None = None
    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    waiting: Mapping[str, int] = field(default_factory=dict)

    @property
    def present(self) -> tuple[Finding, ...]:
        """The findings this run's evidence shows, accepted ones included."""
        return tuple(finding for finding in self.findings if finding.is_there)

    @property
    def own_clauses(self) -> tuple[ClauseResult, ...]:
        """The clauses of the council's own policy."""
        return tuple(c for c in self.clauses if c.policy == self.policy)

    @property
    def duties(self) -> tuple[ClauseResult, ...]:
        """The duties outside the council's policy."""
        return tuple(c for c in self.clauses if c.policy != self.policy)

    @property
    def gap_kinds(self) -> frozenset[GapKind]:
        """The kinds of gap there are, in the evidence and beside it."""
        return frozenset(note.gap.kind for note in self.gaps)
