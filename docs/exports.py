"""The page on the machine outputs, put together from the code that makes them. `make docs` writes docs/exports.md."""

import csv
import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from textwrap import fill

from m365audit.excel.cells import LONGEST_CELL
from m365audit.export import FORMATS, Audited, Refused, as_ocsf
from m365audit.export.as_csv import COLUMNS
from m365audit.export.as_junit import MOST_REFERENCES
from m365audit.export.ocsf_words import STATUS
from m365audit.export.records import KIND_MEANING
from m365audit.model.assessment import Assessment, CheckResult, ClauseResult, Finding, GapNote, Subject
from m365audit.model.evidence import Gap
from m365audit.model.policy import CheckUse, Clause
from m365audit.model.words import Actor, Force, GapKind, Judgement, Result, Severity, State, SubjectKind

PAGE = Path(__file__).with_name("exports.md")
WIDTH = 118
_DAY = date(2026, 11, 21)
_CHECK = "two-step-registered"
_CLAUSE = "B-09-05"


def text() -> str:
    """The whole page, as Markdown."""
    return "\n\n".join(_parts()) + "\n"


def _parts() -> Iterator[str]:
    yield "# Outputs for machines"
    yield _fill(
        "What an audit found, for a spreadsheet, a SIEM, a CI server or a program of your own. `make docs` generates "
        "this page from the code that writes the files, and a test compares the two."
    )
    yield _OPTIONS
    yield _fill(_WRITTEN)
    yield "## What every file holds"
    yield _fill(_NEVER_CLEAN)
    yield "\n".join(f"- `{kind}`: {meaning}" for kind, meaning in KIND_MEANING.items())
    yield _fill(_PRIVATE)
    yield from _csv()
    yield from _ocsf()
    yield from _junit()
    yield "## JSON"
    yield _fill(_JSON)


_OPTIONS = """\
| Option of `audit`, `evaluate`, `report` | Writes | Holds names |
|---|---|---|
| `--csv FILE` | one row a record, for spreadsheets | yes |
| `--ocsf FILE` | one OCSF Compliance Finding a line, for SIEMs | yes |
| `--junit FILE` | one test suite a council, one case a clause, for CI | no |
| `--json` (of `audit` and `evaluate`) | prints the assessments | yes |"""
_WRITTEN = (
    "Several councils go into the same file. `-` in place of a file prints it, and what the command shows besides goes "
    "to standard error. A file that cannot be written is refused before the audit begins. It appears under its name "
    "when it is whole, readable by its owner alone; a command that is stopped leaves what was there before, and says "
    "so."
)
_NEVER_CLEAN = (
    "A file of findings alone would look the same for a council where nothing is wrong and for one where nothing was "
    "looked at. So the audit itself, every check and every clause stand in it whatever they came to, and a council "
    "whose audit was refused stands among the others as Not assessed."
)
_PRIVATE = (
    "CSV and OCSF hold the names that the findings hold: keep them as you keep the workbooks. Neither holds more of "
    "the evidence than a finding's own sentence, nor why the council decided as it did and who decided it. JUnit names "
    "nobody: it has references and counts."
)
_CSV = (
    "RFC 4180: UTF-8, commas, every cell in quotes, lines ended by CR LF. It begins with a byte order mark, since "
    "Excel reads Welsh names as gibberish without one; Python reads it as `utf-8-sig`. Every council's rows come in "
    "the order audit, findings, checks, clauses, gaps."
)
_SAFE = (
    "A name such as `=HYPERLINK(...)` must not run. Where a cell begins with `=`, `+`, `-` or `@` (the wide ones too, "
    "and after spaces), or with an apostrophe, an apostrophe stands before it: take one away from every cell that "
    "begins with one, and you have the text. Line breaks and tabs are spaces, characters that cannot be seen are "
    f"U+FFFD, and what is longer than {LONGEST_CELL:,} characters is cut and says so. `assessment.json` has all of it "
    "as it is."
)
_OCSF = (
    f"Class Compliance Finding (2003) of version {as_ocsf.VERSION} of the schema at schema.ocsf.io, one JSON object a "
    "line, times in milliseconds. `finding_info.types` says what a line is about: `finding`, `check`, `clause` or "
    "`audit`; count one kind at a time. `finding_info.uid` stays the same from month to month, so a check that passes "
    "closes the line that failed. `metadata.uid` is made of what the line says: sent twice, it is one. What a check "
    "could not look at stands with the check. A finding that was fixed is a Pass, one that could not be looked at this "
    "time a Warning. Its lifecycle (`status`) is New until somebody answers to it, then In Progress, Suppressed while "
    "it is accepted, Resolved when it is gone."
)
_JUNIT = (
    "Valid for Ant's schema and for Jenkins'. The first case of a suite is the audit itself. `--fail-on` decides only "
    "how the command ends: a file that says less when the command is asked to be lenient would be taken for a better "
    f"result. Of each check a clause rests on, {MOST_REFERENCES} references are given at most, and the rest counted."
)
_VERDICTS = """\
| A case | where |
|---|---|
| fails | the clause came to Does not meet |
| is an error | it was not assessed though it should have been (exit code 4), or the audit was refused |
| is skipped | it was not assessed for another reason, a person has yet to state or judge it, it is advice, does not \
apply, or is accepted; the result and the reason stand in its message |
| passes | the clause came to Meets or Attested |"""
_JSON = (
    "Every run keeps its `assessment.json` (its JSON Schema is `assessment.schema.json`, beside this page), and "
    "`--json` prints the same document: `evaluate` one, `audit` a list of all councils. One whose audit "
    "was refused has no assessment: its entry is `tenant`, `refused` with the reason, and `at`. "
    "It is a document and no lines, since no part of it means much without the rest. Whoever wants lines has OCSF."
)


def _csv() -> Iterator[str]:
    yield "## CSV"
    yield _fill(_CSV)
    yield "| Column | Holds |\n|---|---|\n" + "\n".join(f"| `{one.heading}` | {one.meaning} |" for one in COLUMNS)
    yield _fill(_SAFE)
    rows = list(csv.DictReader(StringIO("".join(FORMATS["csv"](example())).removeprefix("\ufeff"), newline="")))
    shown = ("record", "tenant", "reference", "rule", "result", "severity", "state", "subject_name", "because")
    lines = [",".join(shown), *(",".join(f'"{row[name]}"' for name in shown) for row in rows)]
    yield "Some of the columns of two councils, the audit of one of which was refused:"
    yield "```\n" + "\n".join(lines) + "\n```"


def _ocsf() -> Iterator[str]:
    yield "## OCSF"
    yield _fill(_OCSF)
    yield "| Result | `compliance.status` |\n|---|---|\n" + "\n".join(
        f"| {result} | {named.id} {named.caption} |" for result, named in STATUS.items()
    )
    [finding] = [event for event in as_ocsf.events(example()[0]) if event["finding_info"]["types"] == ["finding"]]
    yield "A finding, over several lines here and on one in the file:"
    yield "```json\n" + json.dumps(finding, indent=1, ensure_ascii=False) + "\n```"


def _junit() -> Iterator[str]:
    yield "## JUnit"
    yield _fill(_JUNIT)
    yield _VERDICTS
    yield "```xml\n" + "".join(FORMATS["junit"](example())) + "```"


def _fill(words: str) -> str:
    return fill(words, WIDTH, break_long_words=False, break_on_hyphens=False)


def example() -> list[Audited]:
    """A council with one clause, one check and one finding, and one whose audit was refused."""
    gap = Gap(
        GapKind.LICENCE,
        "The tenant has no Entra ID P1 licence.",
        "A licence with Entra ID P1.",
        data_set="sign_in_activity",
    )
    assessed = Assessment(
        tenant="exampleton",
        tenant_id="11111111-2222-3333-4444-555555555555",
        council="Exampleton Town Council",
        provider="Example IT Support Ltd",
        policy="towcester",
        policy_title="Information Technology Policy",
        policy_version="undated",
        run="20261121T093000Z",
        as_of=_DAY,
        collected_at=datetime(2026, 11, 21, 9, 30, tzinfo=UTC),
        clauses=(_clause(),),
        checks=(_check(),),
        findings=(_finding(),),
        gaps=(GapNote(gap, (), ()),),
        data_sets=(),
        has_register=True,
        tool_version="0.1.0",
    )
    refused = Refused("little-sampling", "Microsoft refused the sign-in: AADSTS7000215", assessed.collected_at)
    return [assessed, refused]


def _clause() -> ClauseResult:
    clause = Clause(
        id=_CLAUSE,
        line=101,
        heading="9. Password and Account Security",
        paraphrase="Everyone sets up a second step for signing in.",
        force=Force.MUST,
        binds=("users",),
        judgement=Judgement.AUTOMATIC,
        checks=(CheckUse(_CHECK),),
        frameworks=("CE UAC", "UK GDPR Art 32(1)(b)"),
    )
    return ClauseResult(clause, "towcester", Result.DOES_NOT_MEET, "1 finding: Cllr Olwen Tate.")


def _check() -> CheckResult:
    return CheckResult(
        check=_CHECK,
        title="Everybody who signs in has set up a second step",
        topic="Two-step sign-in",
        why="a stolen password alone would open the account",
        fix="the person sets it up",
        result=Result.DOES_NOT_MEET,
        because="1 finding: Cllr Olwen Tate.",
        findings=1,
        sources=("accounts", "registration"),
    )


def _finding() -> Finding:
    return Finding(
        reference="M365-7F3AK2QX",
        rule=_CHECK,
        clauses=(_CLAUSE,),
        result=Result.DOES_NOT_MEET,
        severity=Severity.HIGH,
        subject=Subject(SubjectKind.ACCOUNT, "5f0c0a4e-9d6a-4a51-8d3a-6b1f4b6f0c11", "Cllr Olwen Tate"),
        because="Cllr Olwen Tate can sign in and appears to have set up no second step",
        fix="the person sets it up: My Sign-Ins > Security info > Add sign-in method",
        actor=Actor.PERSON,
        first_seen=date(2026, 9, 21),
        state=State.OPEN,
        last_seen=_DAY,
        months_open=2,
    )


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
