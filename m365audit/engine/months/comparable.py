"""Whether this run would have seen a finding again: only what was looked at whole can be told fixed."""

from collections.abc import Iterable, Mapping

from m365audit.engine.judging.judge import Verdict, reasons
from m365audit.model.assessment import Finding
from m365audit.model.evidence import TENANT, Gap
from m365audit.model.words import SubjectKind
from m365audit.rules import RULES

# The kinds of scope whose id stands first in the natural key of a subject: a gap in another one is no concern of it.
_SCOPES: Mapping[SubjectKind, tuple[str, ...]] = {
    SubjectKind.ACCOUNT: ("account", "mailbox"),
    SubjectKind.GUEST: ("account", "mailbox"),
    SubjectKind.MAILBOX_ACCESS: ("mailbox",),
    SubjectKind.FORWARD: ("mailbox",),
    SubjectKind.SHARE: ("drive",),
}


class Comparable:
    """Tells of findings that are not there whether they were looked for; ``verdicts`` are those clauses rest on."""

    def __init__(self, verdicts: Iterable[Verdict]) -> None:
        self._verdicts: dict[str, dict[int, Verdict]] = {}
        for verdict in verdicts:
            self._verdicts.setdefault(verdict.rule.id, {})[id(verdict)] = verdict

    def why_unseen(self, finding: Finding) -> str:
        """Why its absence means nothing, in a sentence; empty where it would have been found if it were there."""
        return self.why_not(finding.rule, finding.subject.kind, finding.subject.id) or why_passed(finding.rule)

    def why_not(self, rule: str, kind: SubjectKind, subject_id: str) -> str:
        """As :meth:`why_unseen`, for a rule and a natural key; that a record ends by itself is left to the caller."""
        verdicts = self._verdicts.get(rule, {}).values()
        if not verdicts:
            return (
                "No clause of the policy asks for this check any more."
                if rule in RULES
                else "This audit does not make the check any more."
            )
        return next((why for verdict in verdicts if (why := _why_not(verdict, kind, subject_id))), "")


def why_passed(rule: str) -> str:
    """Why what a rule found once cannot be looked for again, in a sentence; empty where it can."""
    passing = RULES[rule].passing if rule in RULES else ""
    return _sentence(passing) if passing else ""


def _why_not(verdict: Verdict, kind: SubjectKind, subject_id: str) -> str:
    if not verdict.was_judged:
        return _sentence(verdict.because)
    about = subject_id.partition("|")[0]
    for row in verdict.unjudged.itertuples():
        # What could not be judged in the same place may be this very one under another name.
        if str(row.subject_id).partition("|")[0] == about:
            return _sentence(str(row.because))
    touching = [gap for gap in verdict.gaps if touches(gap, kind, subject_id)]
    return _sentence(reasons(touching)) if touching else ""


def touches(gap: Gap, kind: SubjectKind, subject_id: str) -> bool:
    """Whether something may be missing about a subject because of a gap: always, unless the gap is of another place."""
    if gap.scope == TENANT:
        return True
    place, _, name = gap.scope.partition(":")
    return place not in _SCOPES.get(kind, ()) or name == subject_id.partition("|")[0]


def _sentence(text: str) -> str:
    text = text.strip().rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."
