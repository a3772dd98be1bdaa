"""Which findings the council has accepted, on the day of the audit: the ledger's word where it may be accepted."""

from datetime import date

from m365audit.engine.deciding.answerable import Answerable
from m365audit.engine.judging.inputs import Inputs
from m365audit.engine.judging.judge import Accepts, accepts_nothing
from m365audit.model.assessment import Subject
from m365audit.model.decisions import Decision, Standing, standing
from m365audit.model.keys import reference
from m365audit.model.words import SubjectKind

_IN_FORCE = (Standing.HOLDS, Standing.RENEW)


def acceptances(inputs: Inputs) -> Accepts:
    """What is accepted on the day, by rule and natural key; a decision on what cannot be accepted accepts nothing.

    One on less than what is there now accepts nothing of it either: the council was not asked about the rest.
    """
    if not inputs.decisions:
        return accepts_nothing
    answerable = Answerable(inputs)

    def accepts(rule: str, kind: SubjectKind, key: str, extent: frozenset[str] | None) -> date | None:
        decision = decision_on(inputs, rule, kind, key)
        if decision is None or standing(decision, inputs.as_of, extent) not in _IN_FORCE:
            return None
        may_not = answerable.of(rule, Subject(kind, key, decision.subject_name)).may_accept
        return None if may_not else decision.until

    return accepts


def decision_on(inputs: Inputs, rule: str, kind: SubjectKind, key: str) -> Decision | None:
    """The decision that counts for a finding; one made on something else that has its reference by chance is none."""
    decision = inputs.decisions.get(reference(inputs.tenant.tenant_id, rule, kind, key))
    if decision is None or (decision.rule, decision.subject_kind, decision.subject_id) != (rule, kind, key):
        return None
    return decision
