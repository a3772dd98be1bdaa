"""September, October and November of the sample councils, with their Clerks' replies taken in between."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path

from m365audit.engine.audit import Outcome
from m365audit.engine.deciding.decide import Heard, hear, keep, sort_by_council
from m365audit.engine.places import Places
from m365audit.register.ingest import Now
from m365audit.sample.councils import SampleCouncil, exampleton, little_sampling
from m365audit.sample.councils.months import EXAMPLETON, LITTLE_SAMPLING, MONTHS, Reply, Story, in_month
from m365audit.sample.reply import reply_to

COUNCILS: tuple[tuple[Callable[[datetime], SampleCouncil], Story], ...] = (
    (exampleton, EXAMPLETON),
    (little_sampling, LITTLE_SAMPLING),
)

Audit = Callable[[Sequence[SampleCouncil], datetime], Sequence[Outcome]]
"""Audits some councils as they are at a moment, in their order."""


@dataclass(frozen=True, slots=True)
class Played:
    """One council's month: what was there, what was found, and what was understood of the reply, if one came."""

    month: datetime
    story: Story
    council: SampleCouncil
    outcome: Outcome
    reply: Path | None = None
    heard: Heard | None = None

    @property
    def to_be_found(self) -> frozenset[tuple[str, str]]:
        """What must be found, as (rule, subject): what is planted, but for checks that could not be made."""
        lost = self.story.lost[self.month][1] if self.month in self.story.lost else ()
        return frozenset((plant.rule, plant.subject) for plant in self.council.planted if plant.rule not in lost)

    @property
    def found(self) -> frozenset[tuple[str, str]]:
        """What was found."""
        return frozenset((finding.rule, finding.subject.id) for finding in self.outcome.assessment.present)


def play(places: Places, returned: Path, audit: Audit) -> list[Played]:
    """Every month of every council, in order; replies go into the folder ``returned``."""
    played: list[Played] = []
    for month in MONTHS:
        councils = [in_month(make, story, month) for make, story in COUNCILS]
        for council, outcome, (_, story) in zip(councils, audit(councils, month), COUNCILS, strict=True):
            done = Played(month, story, council, outcome)
            reply = story.replies.get(month)
            played.append(_with_reply(done, reply, places, returned) if reply else done)
    return played


def _with_reply(played: Played, reply: Reply, places: Places, returned: Path) -> Played:
    """What the provider does when a reply comes: `m365audit decisions FILE`, and yes to what was understood."""
    file = reply_to(played.outcome, played.council, reply, returned)
    now = Now(reply.taken_in, datetime.combine(reply.taken_in, time(9), UTC))
    councils, refused = sort_by_council([file], places)
    if refused:
        message = f"{file}: {refused[0].why}"
        raise ValueError(message)
    tenant, files = councils[played.council.slug]
    heard = hear(tenant, files, places, now)
    keep(heard, now)
    return Played(played.month, played.story, played.council, played.outcome, file, heard)
