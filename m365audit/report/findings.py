"""Findings as people read them: in the order that matters, with clause headings, reasons and owners beside them."""

from collections.abc import Iterable

from m365audit.model.assessment import Assessment, Finding
from m365audit.model.words import Actor, Result, Severity, SubjectKind
from m365audit.report.wording import OWNER, clause_label, first_sentence, sentence

_SEVERITIES = tuple(Severity)
_RESULTS = tuple(Result)
_Rank = tuple[int, str, str]


class Findings:
    """Looks up, for the findings of one assessment, what the assessment says elsewhere."""

    def __init__(self, assessment: Assessment) -> None:
        """Index the clauses and checks of an assessment."""
        self._clauses = {outcome.clause.id: outcome.clause for outcome in assessment.clauses}
        self._order = {id_: place for place, id_ in enumerate(self._clauses)}
        self._checks = {check.check: check for check in assessment.checks}

    def sorted(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """What matters most first: by severity and result, then by clause and name.

        Within one severity and result, what concerns one account, mailbox or library stands together.
        """
        every = tuple(findings)
        first: dict[tuple[Severity, Result, str], _Rank] = {}
        for finding in every:
            group = _group(finding)
            first[group] = min(first.get(group, self._rank(finding)), self._rank(finding))

        def rank(finding: Finding) -> tuple[int, int, _Rank, str, _Rank]:
            severity, result, about = _group(finding)
            place = first[severity, result, about]
            return (_SEVERITIES.index(severity), _RESULTS.index(result), place, about, self._rank(finding))

        return tuple(sorted(every, key=rank))

    def _rank(self, finding: Finding) -> _Rank:
        first_clause = min((self._order[id_] for id_ in finding.clauses), default=len(self._order))
        return (first_clause, finding.subject.name.casefold(), finding.reference)

    def clauses(self, finding: Finding) -> str:
        """The clauses a finding touches in the policy's own order, the first with its heading."""
        ids = sorted(finding.clauses, key=self._order.__getitem__)
        if not ids:
            return "No clause of the policy"
        label = clause_label(self._clauses[ids[0]])
        return f"{label}; also {', '.join(ids[1:])}" if ids[1:] else label

    def why(self, finding: Finding) -> str:
        """Why it matters, in a sentence of the rule book; whether it is urgent first."""
        urgent = "Urgent. " if finding.severity is Severity.HIGH else ""
        return urgent + first_sentence(self._checks[finding.rule].why)

    def topic(self, finding: Finding) -> str:
        """The sheet a finding stands on."""
        return self._checks[finding.rule].topic


def owner(finding: Finding) -> str:
    """Who carries the action out; a person by name, where the finding names them."""
    if finding.actor is not Actor.PERSON:
        return OWNER[finding.actor]
    if finding.subject.kind in (SubjectKind.ACCOUNT, SubjectKind.PERSON):
        return finding.subject.name
    if finding.subject.kind is SubjectKind.MEETING:
        return finding.evidence.get("organiser_address") or "The organiser"
    return OWNER[Actor.PERSON]


def action(finding: Finding) -> str:
    """What to do, in a sentence."""
    return sentence(finding.fix)


def _group(finding: Finding) -> tuple[Severity, Result, str]:
    """What stands together: the first part of a natural key is the account, mailbox or library it is about."""
    return (finding.severity, finding.result, finding.subject.id.partition("|")[0])
