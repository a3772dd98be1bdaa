"""The schema's numbers and captions, and which of them each of the program's words is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from m365audit.export.records import Record
from m365audit.model.decisions import Standing
from m365audit.model.words import Result, Severity, State

CATEGORY_UID = 2
CLASS_UID = 2003


@dataclass(frozen=True, slots=True)
class Named:
    """A number of the schema and its caption; under number 99, *Other*, the caption is a word of ours."""

    id: int
    caption: str

    def pair(self, name: str) -> dict[str, int | str]:
        """Both as the schema has them: ``status_id`` and ``status``."""
        return {f"{name}_id": self.id, name: self.caption}


class Activity(IntEnum):
    """What happened to a finding."""

    CREATE = 1
    UPDATE = 2
    CLOSE = 3


ACTIVITY: Mapping[Activity, str] = {activity: activity.name.capitalize() for activity in Activity}

_OTHER = 99
RULE = Named(1, "Rule")
OBSERVED_RESOURCE = Named(10, "Resource UID")

_UNKNOWN, _INFORMATIONAL = Named(0, "Unknown"), Named(1, "Informational")
SEVERITY: Mapping[Severity | Result, Named] = {
    Severity.LOW: Named(2, "Low"),
    Severity.MEDIUM: Named(3, "Medium"),
    Severity.HIGH: Named(4, "High"),
    Result.MEETS: _INFORMATIONAL,
    Result.ATTESTED: _INFORMATIONAL,
    Result.ACCEPTED: _INFORMATIONAL,
    Result.NOT_APPLICABLE: _INFORMATIONAL,
    Result.ADVICE: _INFORMATIONAL,
    Result.DOES_NOT_MEET: _UNKNOWN,
    Result.REVIEW: _UNKNOWN,
    Result.NOT_ASSESSED: _UNKNOWN,
    Result.ATTESTATION_DUE: _UNKNOWN,
}

_PASS, _WARNING, _FAIL = Named(1, "Pass"), Named(2, "Warning"), Named(3, "Fail")
STATUS: Mapping[Result, Named] = {
    Result.DOES_NOT_MEET: _FAIL,
    Result.REVIEW: Named(_OTHER, "Review"),
    Result.NOT_ASSESSED: _WARNING,
    Result.ATTESTATION_DUE: _WARNING,
    Result.ADVICE: Named(_OTHER, "Advice"),
    Result.ACCEPTED: Named(_OTHER, "Accepted"),
    Result.ATTESTED: Named(_OTHER, "Attested"),
    Result.MEETS: _PASS,
    Result.NOT_APPLICABLE: Named(_OTHER, "Not applicable"),
}
"""Every result of the program; a finding's state may say more, see :func:`status_of`."""

_NEW, _IN_PROGRESS, _SUPPRESSED = Named(1, "New"), Named(2, "In Progress"), Named(3, "Suppressed")
_RESOLVED, _NOT_COMPARABLE = Named(4, "Resolved"), Named(_OTHER, "Not comparable")
_SETTLED = frozenset({Result.MEETS, Result.ATTESTED, Result.NOT_APPLICABLE})
_IN_HAND = frozenset({Standing.ASKED, Standing.TO_GO})


def status_of(record: Record) -> Named:
    """What the evaluation came to: *Pass* of what is fixed, *Warning* of what could not be looked at again."""
    if record.finding and record.finding.state is State.FIXED:
        return _PASS
    if record.finding and record.finding.state is State.NOT_COMPARABLE:
        return _WARNING
    return STATUS[record.result]


def lifecycle_of(record: Record) -> Named:
    """How far it has come: new until somebody answers to it, suppressed while it is accepted, resolved when gone."""
    finding = record.finding
    if finding is None:
        return _RESOLVED if record.result in _SETTLED else _SUPPRESSED if record.result is Result.ACCEPTED else _NEW
    if finding.state is State.FIXED:
        return _RESOLVED
    if finding.state is State.NOT_COMPARABLE:
        return _NOT_COMPARABLE
    if finding.result is Result.ACCEPTED:
        return _SUPPRESSED
    return _IN_PROGRESS if finding.standing in _IN_HAND else _NEW


def activity_of(record: Record, *, is_first: bool) -> Activity:
    """What the event does: create what is new, close what is settled, update the rest.

    ``is_first``: no earlier audit of the council is known, so nothing of it can have been created before.
    """
    finding = record.finding
    if finding is None:
        if record.result in _SETTLED:
            return Activity.CLOSE
        return Activity.CREATE if is_first else Activity.UPDATE
    if finding.state is State.FIXED:
        return Activity.CLOSE
    return Activity.CREATE if finding.state is State.NEW else Activity.UPDATE
