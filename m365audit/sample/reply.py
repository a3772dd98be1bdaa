"""A Clerk's reply to an audit, as the provider gets it back: the workbook filled in, or a call typed into a file."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from ruamel.yaml import YAML

from m365audit.engine.audit import Outcome
from m365audit.report.decisions import TITLE
from m365audit.sample.councils import SampleCouncil
from m365audit.sample.councils.months import Reply, Said, subject_of

_HEADINGS = ("Decision", "Reason", "Until", "Decided by", "Decision date")


def reply_to(outcome: Outcome, council: SampleCouncil, reply: Reply, folder: Path) -> Path:
    """Write what comes back into a folder; gives the file.

    Raises:
        KeyError: the workbook does not ask what is answered.
        OSError: the file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    answers = {_reference(outcome, council, said): said for said in reply.said}
    if reply.told:
        return _typed(outcome, answers, reply, folder / f"{outcome.tenant.slug} {reply.on}.yaml")
    sent = outcome.workbooks[0]
    return _filled_in(sent, answers, reply, folder / sent.name)


def _reference(outcome: Outcome, council: SampleCouncil, said: Said) -> str:
    subject = subject_of(council, said.breach)
    return next(
        finding.reference
        for finding in outcome.assessment.present
        if (finding.rule, finding.subject.id) == (said.breach[0], subject)
    )


def _filled_in(sent: Path, answers: Mapping[str, Said], reply: Reply, target: Path) -> Path:
    workbook = load_workbook(sent)
    sheet = workbook[TITLE]
    lines = enumerate(sheet.iter_rows(values_only=True), start=1)
    top, headings = next((number, line) for number, line in lines if "Reference" in line)
    columns = {str(heading): column for column, heading in enumerate(headings, start=1) if heading}
    rows = {sheet.cell(row, columns["Reference"]).value: row for row in range(top + 1, sheet.max_row + 1)}
    for name, said in answers.items():
        for heading, value in zip(_HEADINGS, _cells(said, reply), strict=True):
            sheet.cell(rows[name], columns[heading]).value = value
    workbook.save(target)
    target.chmod(0o600)
    return target


def _typed(outcome: Outcome, answers: Mapping[str, Said], reply: Reply, target: Path) -> Path:
    body = {
        "tenant": outcome.tenant.slug,
        "run": outcome.assessment.run,
        "decisions": list(_told(answers.items(), reply)),
    }
    with target.open("w", encoding="utf-8") as file:
        YAML(typ="safe", pure=True).dump(body, file)
    target.chmod(0o600)
    return target


def _told(answers: Iterable[tuple[str, Said]], reply: Reply) -> Iterator[dict[str, Any]]:
    keys = ("decision", "reason", "until", "decided_by", "decision_date")
    for name, said in answers:
        cells = zip(keys, _cells(said, reply), strict=True)
        # As text: the same day twice would be written as an anchor.
        yield {"reference": name, **{key: str(value) for key, value in cells if value is not None}}


def _cells(said: Said, reply: Reply) -> tuple[Any, ...]:
    return (str(said.answer), said.reason or None, said.until, reply.by, reply.on)
