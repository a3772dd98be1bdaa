"""Findings as people read them: in the order that matters, with clause headings and reasons beside them."""

from collections.abc import Iterable

from m365audit.model.assessment import Assessment, Finding
from m365audit.model.words import Result, Severity
from m365audit.report.wording import clause_label, counted, sentence

_SEVERITIES = tuple(Severity)
_RESULTS = tuple(Result)
_CLAUSES_SHOWN = 3


class Findings:
    """Looks up, for the findings of one assessment, what the assessment says elsewhere."""

    def __init__(self, assessment: Assessment) -> None:
        """Index the clauses and checks of an assessment."""
        self._clauses = {outcome.clause.id: outcome.clause for outcome in assessment.clauses}
        self._order = {id_: place for place, id_ in enumerate(self._clauses)}
        self._checks = {check.check: check for check in assessment.checks}

    def sorted(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """What matters most first: by severity, result, clause, name."""
        return tuple(sorted(findings, key=self._rank))

    def _rank(self, finding: Finding) -> tuple[int, int, int, str, str]:
        first_clause = min((self._order[id_] for id_ in finding.clauses), default=len(self._order))
        return (
            _SEVERITIES.index(finding.severity),
            _RESULTS.index(finding.result),
            first_clause,
            finding.subject.name.casefold(),
            finding.reference,
        )

    def clauses(self, finding: Finding) -> str:
        """The clauses a finding touches, one on a line, those of the policy in its own order."""
        ids = sorted(finding.clauses, key=self._order.__getitem__)
        shown = [clause_label(self._clauses[id_]) for id_ in ids[:_CLAUSES_SHOWN]]
        if more := len(ids) - len(shown):
            shown.append(f"and {counted(more, 'more clause')}: {', '.join(ids[_CLAUSES_SHOWN:])}")
        return "\n".join(shown) or "No clause of the policy"

    def why(self, finding: Finding) -> str:
        """Why it matters, from the rule book."""
        return sentence(self._checks[finding.rule].why)

    def topic(self, finding: Finding) -> str:
        """The sheet a finding stands on."""
        return self._checks[finding.rule].topic
