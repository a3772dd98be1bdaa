"""JUnit for CI: a test suite a council, a test case a clause, and one for the audit itself.

- *Does not meet* is a failure, whatever ``--fail-on`` says: that decides how the command ends, this says what is so.
- *Not assessed* is an error where something was missing that should have come, as exit code 4 has it. So is an audit
  that was refused, and the case of the audit itself in every council where anything of the kind is missing.
- What was not looked at for another reason, what a person has yet to state or to judge, and what is accepted is
  skipped, with its result and the reason. It never counts as passed.
- *Meets* passes, and so does what a person has stated (*Attested*).

Build logs are read by many: no name, no address and no id of anybody stands here, only references and counts.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from m365audit.excel.cells import clean
from m365audit.export.council import Council, reasons
from m365audit.export.records import AUDIT_TITLE, Audited, Refused, audit_record
from m365audit.model.assessment import Assessment, CheckResult, ClauseResult, Finding
from m365audit.model.words import SHOULD_HAVE_COME, Result, Severity

PACKAGE = "m365audit"
PASSED = frozenset({Result.MEETS, Result.ATTESTED})
MOST_REFERENCES = 20
"""More findings of one check than this are counted and no longer named."""
_SKIPPED = (
    "A skipped clause has not passed: it was not assessed, a person has yet to state or judge it, or the council has "
    "accepted how it is."
)
_OPENING = '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n'
_CLOSING = "</testsuites>\n"
_HOST = "localhost"  # What the schema asks for where the host says nothing.
_NO_TIME = "0"


@dataclass(frozen=True, slots=True)
class Case:
    """One test case: ``verdict`` is the element that says it did not pass, empty where it did."""

    classname: str
    name: str
    verdict: str = ""
    kind: str = ""
    message: str = ""
    text: str = ""


def pieces(councils: Iterable[Audited]) -> Iterator[str]:
    """The file, suite by suite."""
    yield _OPENING
    for number, audited in enumerate(councils):
        yield _refused(number, audited) if isinstance(audited, Refused) else _assessed(number, audited)
    yield _CLOSING


def _refused(number: int, refused: Refused) -> str:
    words = f"Not assessed: {refused.reason}"
    case = Case(refused.tenant, AUDIT_TITLE, "error", str(Result.NOT_ASSESSED), words, words)
    return _suite(number, refused.tenant, refused.at, {"tenant": refused.tenant}, [case], words)


def _assessed(number: int, assessment: Assessment) -> str:
    council = Council.of(assessment)
    properties = {
        "tenant": assessment.tenant,
        "policy": assessment.policy,
        "policy title": assessment.policy_title,
        "policy version": assessment.policy_version,
        "run": assessment.run,
        "as of": assessment.as_of.isoformat(),
        "m365audit": assessment.tool_version,
    }
    cases = [_audit_case(council), *(_case(outcome, council) for outcome in assessment.clauses)]
    return _suite(number, assessment.council, assessment.collected_at, properties, cases, _run_in_words(assessment))


def _audit_case(council: Council) -> Case:
    record = audit_record(council)
    tenant = council.assessment.tenant
    if record.result is Result.MEETS:
        return Case(tenant, AUDIT_TITLE)
    lines = [*reasons(record.missing), f"To mend it: {record.fix}"]
    return Case(tenant, AUDIT_TITLE, "error", str(record.result), f"{record.result}: {lines[0]}", "\n".join(lines))


def _case(outcome: ClauseResult, council: Council) -> Case:
    clause = outcome.clause
    classname = f"{council.assessment.tenant}.{outcome.policy}"
    name = f"{clause.id} {clause.heading}: {clause.paraphrase}"
    if outcome.result in PASSED:
        return Case(classname, name)
    checks = [check for check in council.assessment.checks if check.check in {use.check for use in clause.checks}]
    lines = list(_why(outcome, checks, council))
    message = f"{outcome.result_text}: {lines[0]}"
    return Case(classname, name, _verdict(outcome, checks), str(outcome.result), message, "\n".join(lines))


def _verdict(outcome: ClauseResult, checks: list[CheckResult]) -> str:
    if outcome.result is Result.DOES_NOT_MEET:
        return "failure"
    should_have_come = any(gap.kind in SHOULD_HAVE_COME for check in checks for gap in check.gaps)
    return "error" if outcome.result is Result.NOT_ASSESSED and should_have_come else "skipped"


def _why(outcome: ClauseResult, checks: list[CheckResult], council: Council) -> Iterator[str]:
    """The result in lines that name nobody; always one at least."""
    clause = outcome.clause
    yield from _findings(council.open_findings.get(clause.id, []), council)
    for check in checks:
        yield from reasons(check.gaps)
        if check.unjudged:
            yield f"{check.check}: {check.unjudged:,} could not be judged"
    if outcome.result is Result.ATTESTATION_DUE and clause.attestation:
        yield f"A person must state ({', '.join(clause.attestation.codes)}): {clause.attestation.ask}"
    if clause.rolls_up:
        yield "The worst of the clauses that bind the same people"
    yield "The workbooks say more"


def _findings(findings: list[Finding], council: Council) -> Iterator[str]:
    """Each check of these findings with how many it has and their references."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    for rule, named in by_rule.items():
        worst = min((finding.severity for finding in named), key=list(Severity).index)
        shown = ", ".join(finding.reference for finding in named[:MOST_REFERENCES])
        more = f" and {len(named) - MOST_REFERENCES:,} more" if len(named) > MOST_REFERENCES else ""
        yield f"{rule} ({council.titles.get(rule, rule)}): {len(named):,}, urgency up to {worst}: {shown}{more}"


def _run_in_words(assessment: Assessment) -> str:
    results = Counter(str(outcome.result) for outcome in assessment.clauses)
    present = Counter(str(one.severity) for one in assessment.present if one.result is not Result.ACCEPTED)
    policy = f"{assessment.policy_title} ({assessment.policy_version or 'no version'})"
    lines = (
        f"Run {assessment.run}, as of {assessment.as_of.isoformat()}: {policy} and the duties beside it.",
        f"Clauses: {_counts(results, Result)}.",
        f"Open findings by urgency: {_counts(present, Severity)}.",
        _SKIPPED,
    )
    return "\n".join(lines)


def _counts(counts: Counter[str], words: Iterable[Result | Severity]) -> str:
    return ", ".join(f"{counts[word]:,} {word}" for word in words if counts[word]) or "none"


def _suite(number: int, name: str, at: datetime, properties: dict[str, str], cases: list[Case], told: str) -> str:
    verdicts = Counter(case.verdict for case in cases)
    suite = ET.Element(
        "testsuite",
        {
            "id": str(number),
            "name": _token(name) or PACKAGE,
            "package": PACKAGE,
            "timestamp": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
            "hostname": _HOST,
            "tests": str(len(cases)),
            "failures": str(verdicts["failure"]),
            "errors": str(verdicts["error"]),
            "skipped": str(verdicts["skipped"]),
            "time": _NO_TIME,
        },
    )
    listed = ET.SubElement(suite, "properties")
    for key, value in properties.items():
        ET.SubElement(listed, "property", {"name": key, "value": _token(value)})
    for case in cases:
        _add(suite, case)
    ET.SubElement(suite, "system-out").text = _text(told)
    ET.SubElement(suite, "system-err")
    ET.indent(suite)
    return ET.tostring(suite, encoding="unicode") + "\n"


def _add(suite: ET.Element, case: Case) -> None:
    words = {"name": _token(case.name), "classname": _token(case.classname), "time": _NO_TIME}
    element = ET.SubElement(suite, "testcase", words)
    if case.verdict:
        said = ET.SubElement(element, case.verdict, {"type": case.kind, "message": _token(case.message)})
        said.text = _text(case.text)


def _text(words: str) -> str:
    """The text without what XML 1.0 cannot hold, or nobody can see."""
    return clean(words, rest="assessment.json").text


def _token(words: str) -> str:
    """The text on one line, as attributes have it."""
    return " ".join(_text(words).split())
