"""The technician's sheets of the assessment itself: checks, clauses, findings and gaps, every field of them."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from operator import itemgetter
from typing import Any

from m365audit.excel.styles import Look
from m365audit.model.assessment import Assessment, CheckResult, ClauseResult, DataSetNote, Finding, GapNote
from m365audit.model.datasets import DATA_SETS
from m365audit.model.policy import CheckUse
from m365audit.model.words import Result
from m365audit.report import closing, decided
from m365audit.report.altered import Changed, Place
from m365audit.report.findings import Findings
from m365audit.report.rows import Line, Made, Rows
from m365audit.report.sheets import Column, Page
from m365audit.report.states import story
from m365audit.report.topics import FILTERS

CHANGED_TITLE = "Texts changed"
_NOT_LISTED = " The audit's memory for its next run; its rows are in the evidence files of the run, and no sheet here."
_FILTERS = f"One table. {FILTERS} Blank: there is none."


def pages(assessment: Assessment) -> tuple[Page, ...]:
    """Everything the assessment holds, before the evidence."""
    return (
        _summary(assessment),
        _checks(assessment),
        _clauses(assessment),
        _findings(assessment),
        decided.decisions_page(assessment),
        decided.register_page(assessment),
        _gaps(assessment),
    )


def is_listed(name: str) -> bool:
    """Whether the rows of a data set are a sheet, as all are but what the audit remembers for its next run."""
    return name not in DATA_SETS or DATA_SETS[name].for_people


def _page(title: str, columns: tuple[Column, ...], rows: Rows, none: str) -> Page:
    return Page(
        title=title,
        heading=title,
        purpose=title,
        explanation=(_FILTERS,),
        columns=columns,
        rows=rows if len(rows) else [(none, *[None] * (len(columns) - 1))],
    )


def _summary(assessment: Assessment) -> Page:
    findings = [finding.result for finding in assessment.present]
    own = [outcome.result for outcome in assessment.own_clauses]
    duties = [outcome.result for outcome in assessment.duties]
    checks = [check.result for check in assessment.checks]
    return _page(
        "Summary",
        (
            Column("Result", 40, Look.RESULT),
            Column("Findings", 12),
            Column("Clauses of the policy", 26),
            Column("Other duties", 14),
            Column("Checks", 12),
        ),
        [(str(result), *(results.count(result) for results in (findings, own, duties, checks))) for result in Result],
        "",
    )


def _checks(assessment: Assessment) -> Page:
    columns = (
        Column("Check", 34, Look.STRONG), Column("Good state", 44), Column("Topic", 20),
        Column("Result", 16, Look.RESULT), Column("Because", 44), Column("Not seen", 44), Column("Findings", 11),
        Column("Not judged", 11), Column("Data sets", 24), Column("Gaps", 10), Column("Why", 44), Column("Fix", 44),
    )  # fmt: skip
    return _page("Checks", columns, Made(assessment.checks, _check), "No check was made.")


def _check(check: CheckResult) -> Line:
    return _blank((
        check.check, check.title, check.topic, check.result_text, check.because, check.limits, check.findings,
        check.unjudged, _joined(check.sources), len(check.gaps), check.why, check.fix,
    ))  # fmt: skip


def _clauses(assessment: Assessment) -> Page:
    columns = (
        Column("Clause", 32, Look.STRONG), Column("Policy", 20), Column("Line", 8), Column("Heading", 22),
        Column("What it asks", 44), Column("Force", 16), Column("Binds", 22), Column("Judgement", 14),
        Column("Result", 18, Look.RESULT), Column("Because", 44), Column("Supporting", 36),
        Column("Statement made", 36), Column("Last time", 18), Column("Checks", 34),
        Column("Supporting checks", 30), Column("Rolls up", 10), Column("Worst it may show", 14),
        Column("Statements", 18), Column("Question", 40), Column("Attested on", 13), Column("Left to a person", 36),
        Column("Note", 36), Column("Frameworks", 26),
    )  # fmt: skip
    before = assessment.previous.clauses if assessment.previous else {}
    rows = [_clause(outcome, before.get(outcome.clause.id, "")) for outcome in assessment.clauses]
    return _page("Clauses", columns, rows, "No clause.")


def _clause(outcome: ClauseResult, before: str) -> Line:
    clause = outcome.clause
    attestation = clause.attestation
    return _blank((
        clause.id, outcome.policy, clause.line, clause.heading, clause.paraphrase, str(clause.force),
        _joined(clause.binds), str(clause.judgement), outcome.result_text, outcome.because, outcome.supporting,
        outcome.statement, before, _uses(clause.checks), _uses(clause.supporting), clause.rolls_up,
        str(clause.cap or ""), _joined(attestation.codes) if attestation else None,
        attestation.ask if attestation else None, outcome.attested_on, clause.left_to_a_person, clause.note,
        _joined(clause.frameworks),
    ))  # fmt: skip


def _findings(assessment: Assessment) -> Page:
    columns = (
        Column("Reference", 32, Look.STRONG), Column("Rule", 28), Column("Topic", 18), Column("Clauses", 18),
        Column("Result", 16, Look.RESULT), Column("Severity", 11), Column("State", 14), Column("Subject kind", 16),
        Column("Subject id", 42), Column("Subject name", 30), Column("Because", 46), Column("Fix", 46),
        Column("Actor", 11), Column("First seen", 13), Column("Open since", 13), Column("Months open", 10),
        Column("Not found since", 13), Column("How it stands", 46), Column("Answer", 18), Column("Decided on", 13),
        Column("Until", 13), Column("Reason", 30), Column("Why it may not be accepted", 36), Column("Evidence", 46),
    )  # fmt: skip
    words = Findings(assessment)
    rows = Made(words.sorted(assessment.findings), partial(_finding, words, assessment.as_of))
    return _page("Findings", columns, rows, "None found in what could be checked; see Gaps.")


def _finding(words: Findings, as_of: date, finding: Finding) -> Line:
    said = finding.decision
    return _blank((
        finding.reference, finding.rule, words.topic(finding), "\n".join(finding.clauses), finding.result_text,
        str(finding.severity), str(finding.state), str(finding.subject.kind), finding.subject.id, finding.subject.name,
        finding.because, finding.fix, str(finding.actor), finding.first_seen, finding.open_since, finding.months_open,
        finding.fixed_on, story(finding, as_of), str(said.answer) if said else None, said.decided_on if said else None,
        said.until if said else None, said.reason if said else None, finding.may_accept, _pairs(finding.evidence),
    ))  # fmt: skip


def _gaps(assessment: Assessment) -> Page:
    columns = (
        Column("Data set", 32, Look.STRONG), Column("Scope", 44), Column("Kind", 15), Column("Why", 44),
        Column("What was said", 50), Column("What would fix it", 50), Column("Checks", 34), Column("Clauses", 24),
    )  # fmt: skip
    return _page("Gaps", columns, Made(assessment.gaps, _gap), "None: everything came back whole.")


def _gap(note: GapNote) -> Line:
    return _blank((
        note.gap.data_set, note.gap.scope, str(note.gap.kind), note.gap.detail, note.gap.said, note.gap.fix,
        "\n".join(note.checks), ", ".join(note.clauses),
    ))  # fmt: skip


def changed_page(alterations: Mapping[Place, Changed]) -> Page:
    """Every column with texts that had to be changed to be shown: how, how many cells, and the first of them."""
    columns = (
        Column("What was changed", 60, Look.STRONG), Column("Sheet", 32), Column("Column", 10), Column("Header", 30),
        Column("Cells", 11), Column("The first of them", 40),
    )  # fmt: skip
    rows = [
        (str(place.alteration), place.sheet, place.letter, place.header, changed.cells, ", ".join(changed.named))
        for place, changed in sorted(alterations.items(), key=itemgetter(0))
    ]
    return _page(CHANGED_TITLE, columns, rows, closing.UNCHANGED)


def record_page(assessment: Assessment) -> Page:
    """What was read of each data set, and the run it belongs to."""
    columns = (
        Column("Item", 40, Look.STRONG), Column("Value", 60), Column("Rows", 12), Column("Scopes", 10),
        Column("Read whole", 10), Column("Gaps", 10), Column("Permission", 32), Column("SHA-256", 60),
    )  # fmt: skip
    general = (
        ("Run", assessment.run), ("Tenant", f"{assessment.tenant} ({assessment.tenant_id})"),
        ("Collected at (UK time)", assessment.collected_at), ("Judged as at", assessment.as_of),
        ("Policy", f"{assessment.policy_title} ({assessment.policy})"), ("Policy version", assessment.policy_version),
        ("Register", assessment.has_register), ("m365audit", assessment.tool_version),
        ("Digest of the evidence (SHA-256)", closing.digest(assessment.data_sets)),
        ("Texts changed to be shown", f"The sheet {CHANGED_TITLE} says where, and in what way."),
    )  # fmt: skip
    blank = [None] * (len(columns) - 2)
    rows = [_blank((*pair, *blank)) for pair in general] + [_data_set(note) for note in assessment.data_sets]
    return _page("Run record", columns, rows, "")


def _data_set(note: DataSetNote) -> Line:
    coverage = note.coverage
    return _blank((
        note.name, note.meaning + ("" if is_listed(note.name) else _NOT_LISTED), coverage.rows, coverage.scopes,
        coverage.whole, len(coverage.gaps), note.permission,
        note.sha256,
    ))  # fmt: skip


def _blank(line: Line) -> Line:
    """The line with nothing where a text is empty."""
    return tuple(None if value == "" else value for value in line)


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(texts)


def _pairs(values: Mapping[str, Any]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in values.items())


def _uses(uses: Iterable[CheckUse]) -> str:
    return "\n".join(use.check + (f" ({_parameters(use.parameters)})" if use.parameters else "") for use in uses)


def _parameters(parameters: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in parameters.items())
