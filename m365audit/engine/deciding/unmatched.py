"""Every decision that counts, and whether what it is about is still there: none is ever silently dropped."""

from collections.abc import Iterable

from m365audit.engine.judging.inputs import Inputs
from m365audit.engine.months.comparable import Comparable, why_passed
from m365audit.model.answers import Effect
from m365audit.model.assessment import Finding
from m365audit.model.decisions import Decision, standing
from m365audit.model.months import DecisionNote, Match


def decision_notes(found: Iterable[Finding], inputs: Inputs, comparable: Comparable) -> tuple[DecisionNote, ...]:
    """One note a decision that counts, in the order they were made."""
    there = {finding.reference: finding for finding in found if finding.is_there}
    decisions = sorted(inputs.decisions.values(), key=lambda decision: decision.id)
    return tuple(_note(decision, there.get(decision.reference), inputs, comparable) for decision in decisions)


def _note(decision: Decision, finding: Finding | None, inputs: Inputs, comparable: Comparable) -> DecisionNote:
    # Only what it says it is about counts, not what has its reference by chance or by somebody's hand.
    if finding is not None and finding.decision == decision:
        refused = finding.may_accept if decision.effect is Effect.ALLOWS else ""
        stands = standing(decision, inputs.as_of, finding.extent)
        return DecisionNote(decision, stands, Match.FOUND, refused=refused)
    stands = standing(decision, inputs.as_of)
    why = comparable.why_not(decision.rule, decision.subject_kind, decision.subject_id)
    if decision.effect is not Effect.ALLOWS:
        # What was to be put right has not been because its record has ended; what was allowed is over.
        why = why or why_passed(decision.rule)
    return DecisionNote(decision, stands, Match.UNKNOWN if why else Match.GONE, why)
