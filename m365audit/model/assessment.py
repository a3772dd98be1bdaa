"""The assessment: everything the workbooks say, worked out once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from m365audit.model.evidence import Coverage, Gap
from m365audit.model.policy import Clause
from m365audit.model.words import Actor, GapKind, Result, Severity, State, SubjectKind


@dataclass(frozen=True, slots=True)
class Subject:
    """What a finding is about. ``id`` is the natural key, ``name`` what people call it."""

    kind: SubjectKind
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A breach by one subject, under every clause it touches."""

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


@dataclass(frozen=True, slots=True)
class ClauseResult:
    """What one clause came to. ``policy`` is the policy's id, ``baseline`` for a duty outside it.

    ``attested_on`` is the day of a statement that still holds, whatever the result; ``statement`` is how the clause's
    statement stands, in words.
    """

    clause: Clause
    policy: str
    result: Result
    because: str
    attested_on: date | None = None
    supporting: str = ""
    statement: str = ""

    @property
    def result_text(self) -> str:
        """The result as people read it, with its date where it has one."""
        if self.result is Result.ATTESTED and self.attested_on:
            return f"Attested {self.attested_on.day} {self.attested_on:%b %Y}"
        return str(self.result)


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
    """One council, one run, judged on one date."""

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
