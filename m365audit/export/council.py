"""One council's assessment, looked up by what belongs together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from m365audit.model.assessment import Assessment, Finding
from m365audit.model.evidence import Gap
from m365audit.model.words import SHOULD_HAVE_COME, Result, Severity

_URGENCY = tuple(Severity)


@dataclass(frozen=True, slots=True)
class Council:
    """An assessment and its indexes.

    ``titles``, ``sources`` and ``clauses`` go by check, ``frameworks`` and ``policies`` by clause.
    ``open_findings`` goes by both: those that are there and not accepted.
    """

    assessment: Assessment
    titles: Mapping[str, str]
    sources: Mapping[str, tuple[str, ...]]
    clauses: Mapping[str, tuple[str, ...]]
    frameworks: Mapping[str, tuple[str, ...]]
    policies: Mapping[str, str]
    open_findings: Mapping[str, list[Finding]]

    @classmethod
    def of(cls, assessment: Assessment) -> "Council":
        """The council of an assessment."""
        clauses: dict[str, list[str]] = {}
        for outcome in assessment.clauses:
            for use in (*outcome.clause.checks, *outcome.clause.supporting):
                clauses.setdefault(use.check, []).append(outcome.clause.id)
        open_findings: dict[str, list[Finding]] = {}
        for finding in assessment.present:
            if finding.result is not Result.ACCEPTED:
                for name in (finding.rule, *finding.clauses):
                    open_findings.setdefault(name, []).append(finding)
        return cls(
            assessment=assessment,
            titles={check.check: check.title for check in assessment.checks},
            sources={check.check: check.sources for check in assessment.checks},
            clauses={check: tuple(once(named)) for check, named in clauses.items()},
            frameworks={outcome.clause.id: outcome.clause.frameworks for outcome in assessment.clauses},
            policies={outcome.clause.id: outcome.policy for outcome in assessment.clauses},
            open_findings=open_findings,
        )

    def frameworks_of(self, clauses: Iterable[str]) -> tuple[str, ...]:
        """The frameworks that some clauses map to, each once."""
        return tuple(once(name for clause in clauses for name in self.frameworks.get(clause, ())))

    def standards_of(self, clauses: Iterable[str]) -> list[str]:
        """The policies whose clauses these are, the council's own by its title; of no clause at all, its own."""
        assessment = self.assessment
        own = ", ".join(part for part in (assessment.policy_title, assessment.policy_version) if part)
        named = once(self.policies.get(clause, assessment.policy) for clause in clauses) or [assessment.policy]
        return [own if policy == assessment.policy else policy for policy in named]

    def severity_of(self, name: str) -> Severity | None:
        """The most urgent of the findings of a check or a clause; ``None`` where it has none."""
        found = self.open_findings.get(name, ())
        return min((finding.severity for finding in found), key=_URGENCY.index, default=None)

    @property
    def missing(self) -> tuple[Gap, ...]:
        """What should have come and did not: what makes the audit partial."""
        return tuple(note.gap for note in self.assessment.gaps if note.gap.kind in SHOULD_HAVE_COME)


def once(words: Iterable[str]) -> list[str]:
    """Some words, each once, in the order they first come."""
    return list(dict.fromkeys(words))


def sentence(text: str) -> str:
    """The text with a full stop at its end."""
    plain = text.strip()
    return plain if not plain or plain.endswith((".", "?", "!")) else f"{plain}."


def remedies(gaps: Iterable[Gap]) -> str:
    """What would mend some gaps, each remedy once."""
    return " ".join(once(sentence(gap.fix) for gap in gaps if gap.fix))


def reasons(gaps: Iterable[Gap]) -> tuple[str, ...]:
    """Why something is missing, each reason once with the data sets it holds for.

    The scopes are only counted: a mailbox or a library would name somebody.
    """
    named: dict[str, list[str]] = {}
    for gap in gaps:
        named.setdefault(sentence(gap.detail), []).append(gap.data_set.replace("_", " "))
    return tuple(f"Not read: {_counted(names)}{detail}" for detail, names in named.items())


def _counted(names: list[str]) -> str:
    words = [f"{name} ({names.count(name)} places)" if names.count(name) > 1 else name for name in once(names) if name]
    return f"{', '.join(words)}: " if words else ""
