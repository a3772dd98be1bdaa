"""What must hold of an audit whatever went wrong on the wire, held against the same audit that met no fault."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from itertools import zip_longest

from m365audit.connectors import CONNECTORS
from m365audit.model.assessment import Assessment, CheckResult, Finding
from m365audit.model.evidence import Gap
from m365audit.model.words import Result
from m365audit.sample.service.schedule import Strike

SIGNING_IN = ""
FILLED_BY = {name: connector for connector in CONNECTORS for name in connector.data_sets}


@dataclass(frozen=True)
class Came:
    """What an audit came to. ``evidence``: data set to a digest of its rows in any order and of what is missing."""

    struck: tuple[tuple[Strike, str], ...]
    """Every fault, with the first data set of the connector it met."""
    evidence: Mapping[str, str] = field(default_factory=dict)
    gaps: Mapping[str, frozenset[Gap]] = field(default_factory=dict)
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    assessment: Assessment | None = None
    renewals: int = 0

    def met(self, *, lasting: bool) -> set[str]:
        """The data sets whose connectors met faults of that sort."""
        return {name for strike, name in self.struck if strike.lasting is lasting}

    @property
    def found(self) -> set[tuple[str, str, str]]:
        findings = self.assessment.findings if self.assessment else ()
        return {(finding.rule, finding.subject.kind, finding.subject.id) for finding in findings}


def downstream(names: Iterable[str]) -> set[str]:
    """The data sets that connectors of these fill, and all that are read with their help."""
    reached = {filled for name in names if name in FILLED_BY for filled in FILLED_BY[name].data_sets}
    while True:
        more = {
            name
            for connector in CONNECTORS
            if reached & {*connector.data_sets, *connector.needs, *connector.uses}
            for name in connector.data_sets
        }
        if more <= reached:
            return reached
        reached |= more


def wrongs(before: Came, after: Came) -> Iterator[str]:
    """What an audit under faults says that it may not, against the same audit without."""
    lasting = after.met(lasting=True)
    if after.assessment is None:
        if SIGNING_IN not in lasting:
            yield "signing in failed, though what it met was passing"
        return
    assert before.assessment
    if not lasting:
        if after.assessment != before.assessment:
            yield f"the assessment is another: {', '.join(_different(before.assessment, after.assessment))}"
        return
    yield from _wrong_evidence(before, after, lasting)
    yield from _wrong_results(before, after)


def _different(before: Assessment, after: Assessment) -> Iterator[str]:
    for part in fields(before):
        one, other = getattr(before, part.name), getattr(after, part.name)
        if isinstance(one, tuple):
            lost, won = ([x for x in one if x not in other], [x for x in other if x not in one])
            yield from (f"{part.name}: {_shown(x)} became {_shown(y)}" for x, y in zip_longest(lost, won))
        elif one != other:
            yield f"{part.name}: {one} became {other}"


def _shown(thing: object) -> str:
    """What tells one result from another, in a line."""
    names = ("check", "clause", "name", "reference", "rule", "result", "because", "limits", "coverage", "gap")
    told = {name: getattr(thing, name) for name in names if hasattr(thing, name)}
    return str({name: getattr(value, "id", value) for name, value in told.items()})[:600]


def _wrong_evidence(before: Came, after: Came, lasting: set[str]) -> Iterator[str]:
    reached = downstream(after.met(lasting=True) | after.met(lasting=False))
    for name, digest in after.evidence.items():
        if name not in reached and digest != before.evidence[name]:
            yield f"{name} met no fault and is another"
    for name in lasting - {SIGNING_IN}:
        filled = FILLED_BY[name].data_sets
        differs = any(after.evidence[one] != before.evidence[one] for one in filled)
        if differs and not any(after.gaps[one] - before.gaps[one] for one in filled):
            yield f"{name} was refused for ever, is another and says nothing of it"


def _wrong_results(before: Came, after: Came) -> Iterator[str]:
    assert before.assessment
    assert after.assessment
    for finding in after.found - before.found:
        yield f"a finding out of nothing: {finding}"
    stays = {Result.DOES_NOT_MEET, Result.REVIEW, Result.NOT_ASSESSED}
    clauses = {(one.policy, one.clause.id): one.result for one in before.assessment.clauses}
    for one in after.assessment.clauses:
        result = clauses[one.policy, one.clause.id]
        if one.result is not result and one.result not in stays:
            yield f"clause {one.clause.id} was {result} and is {one.result}"
    less = {name for name, gaps in after.gaps.items() if gaps - before.gaps[name]}
    noted = {name for name, notes in after.notes.items() if notes != before.notes[name]}
    checks = {check.check: check for check in before.assessment.checks}
    for check in after.assessment.checks:
        was = checks[check.check]
        if check.result is not was.result and check.result not in stays:
            yield f"{check.check} was {was.result} and is {check.result}"
        if (check.result, _of(was, after)) == (was.result, _of(was, before)):
            continue
        # What is said in a note and not as a gap has to stand beside the result, where it is read.
        limited = bool(noted & set(check.sources)) and check.limits != was.limits
        if not less & set(check.sources) and not limited:
            yield f"{check.check} has all its evidence; it said {was.because}, and says {check.because}"


def _of(check: CheckResult, came: Came) -> list[Finding]:
    assert came.assessment
    found = [finding for finding in came.assessment.findings if finding.rule == check.check]
    # Whom a finding concerns is looked up in whatever accounts there are; it is no part of what was found.
    return [replace(finding, concerns=frozenset()) for finding in found]
