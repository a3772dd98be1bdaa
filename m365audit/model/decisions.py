"""What was decided about findings: records that are only ever added to, and how they stand on a day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from m365audit.model.answers import Answer, Effect
from m365audit.model.words import SubjectKind

RENEW_BEFORE = timedelta(days=30)
"""An exception that ends sooner than this is asked about again."""


class Channel(StrEnum):
    """How a decision came in."""

    WORKBOOK = "workbook"
    TOLD = "told to the provider"
    """Typed by the provider on the Clerk's word; shown to the Clerk next month to be confirmed."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a decision was read: the file's name and digest, and its row there."""

    file: str
    sha256: str
    row: int
    channel: Channel = Channel.WORKBOOK


@dataclass(frozen=True, slots=True)
class Decision:
    """One answer to one finding. ``id`` counts up within a council; ``supersedes`` is the id it takes the place of."""

    id: int
    reference: str
    rule: str
    subject_kind: SubjectKind
    subject_id: str
    subject_name: str
    answer: Answer
    effect: Effect
    reason: str
    until: date | None
    decided_by: str
    decided_on: date
    recorded_at: datetime
    run: str
    source: Source
    supersedes: int | None = None
    extent: tuple[str, ...] | None = None
    """How far what was decided on went, as ``model.assessment.Finding`` has it; ``None`` where nobody wrote it down."""

    def covers(self, extent: frozenset[str] | None) -> bool:
        """Whether it was made on all that a finding covers now."""
        return extent is None or (self.extent is not None and extent <= set(self.extent))


class Standing(StrEnum):
    """How a decision stands on a day."""

    NONE = "none"
    ASKED = "asked"
    """Somebody wants it explained, or has told the register something."""
    TO_GO = "to go"
    """It was asked for and has not been done while the evidence still shows it."""
    HOLDS = "holds"
    RENEW = "renew"
    """It holds, and ends within thirty days."""
    LAPSED = "lapsed"
    OUTGROWN = "outgrown"
    """It would hold, and what it allows goes further now than when it was made."""


def current(decisions: Iterable[Decision]) -> Mapping[str, Decision]:
    """Reference to the decision that counts: the last recorded one of each."""
    last: dict[str, Decision] = {}
    for decision in sorted(decisions, key=lambda one: one.id):
        last[decision.reference] = decision
    return last


def standing(decision: Decision | None, on: date, extent: frozenset[str] | None = None) -> Standing:
    """How a decision stands on a day; ``until`` is the last day it holds, ``extent`` how far its finding goes."""
    if decision is None:
        return Standing.NONE
    if decision.effect is Effect.ENDS:
        return Standing.TO_GO
    if decision.effect is not Effect.ALLOWS or decision.until is None:
        return Standing.ASKED
    if on > decision.until:
        return Standing.LAPSED
    if not decision.covers(extent):
        return Standing.OUTGROWN
    return Standing.RENEW if decision.until - on < RENEW_BEFORE else Standing.HOLDS
