"""Findings as people read them: in the order that matters, with clause headings, reasons and owners beside them."""

import re
from collections.abc import Iterable

from m365audit.model.assessment import Assessment, Finding
from m365audit.model.words import Actor, Result, Severity, SubjectKind
from m365audit.report.wording import OWNER, clause_label, first_sentence, sentence

_SEVERITIES = tuple(Severity)
_RESULTS = tuple(Result)
_Rank = tuple[int, str, str]
# "remove the right: Exchange admin centre > Mailboxes > the mailbox" says first what to do, and then where.
_WHERE = re.compile(r": (?=[^:]*(?: > | PowerShell, ))")
_JOINED = re.compile(r" (?:on|in|to) | \(|\)$")


class Findings:
    """Looks up, for the findings of one assessment, what the assessment says elsewhere."""

    def __init__(self, assessment: Assessment) -> None:
        """Index the clauses and checks of an assessment."""
        self._clauses = {outcome.clause.id: outcome.clause for outcome in assessment.clauses}
        self._order = {id_: place for place, id_ in enumerate(self._clauses)}
        self._checks = {check.check: check for check in assessment.checks}
        self._people = assessment.people

    def sorted(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """What matters most first: by severity and result, then by clause and name.

        Within one severity and result, what concerns one person, account, mailbox or library stands together.
        """
        # One after the other: the keys of both at once would take as much memory as the findings.
        ranked = sorted(findings, key=self._rank)
        first: dict[tuple[Severity, Result, str], int] = {}
        for place, finding in enumerate(ranked):
            first.setdefault(self._group(finding), place)

        def rank(finding: Finding) -> tuple[int, int, int]:
            group = self._group(finding)
            return (_SEVERITIES.index(group[0]), _RESULTS.index(group[1]), first[group])

        return tuple(sorted(ranked, key=rank))

    def _rank(self, finding: Finding) -> _Rank:
        first_clause = min((self._order[id_] for id_ in finding.clauses), default=len(self._order))
        return (first_clause, finding.subject.name.casefold(), finding.reference)

    def _group(self, finding: Finding) -> tuple[Severity, Result, str]:
        """What stands together: the first part of a natural key is the account, mailbox or library it is about."""
        about = finding.subject.id.partition("|")[0]
        named = self._people.get(about.casefold()) or self._named(finding)
        return (finding.severity, finding.result, named[0] if len(named) == 1 else about)

    def _named(self, finding: Finding) -> tuple[str, ...]:
        """Whose own matter a finding is, of those on the register."""
        named = {name for mark in finding.concerns for name in self._people.get(mark, ())}
        return tuple(sorted(named, key=str.casefold))

    def persons(self, finding: Finding) -> tuple[str, ...]:
        """Whose own matter a finding is, as the register names them; else the account it is about; nobody for most."""
        is_somebody = finding.subject.kind in (SubjectKind.ACCOUNT, SubjectKind.PERSON)
        return self._named(finding) or ((finding.subject.name,) if is_somebody else ())

    def owner(self, finding: Finding) -> str:
        """Who carries the action out; a person by name, where it is known who that is."""
        if finding.actor is not Actor.PERSON:
            return OWNER[finding.actor]
        persons = self.persons(finding)
        if len(persons) == 1:
            return persons[0]
        if finding.subject.kind is SubjectKind.MEETING:
            return finding.evidence.get("organiser_address") or "The organiser"
        return OWNER[Actor.PERSON]

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


def action(finding: Finding) -> str:
    """What to do, in a sentence; of what the IT provider does, where to click is for the Technician workbook."""
    return sentence(_WHERE.split(finding.fix, 1)[0] if finding.actor is Actor.PROVIDER else finding.fix)


def told(finding: Finding) -> str:
    """What was found, in a sentence that can stand alone: it begins with the name where it would not say it."""
    said, name = sentence(finding.because), finding.subject.name
    return said if any(part in said for part in _JOINED.split(name) if part) else f"{name}: {said}"
