"""CSV that a spreadsheet opens without running any of it: RFC 4180, one row a record.

UTF-8 with a byte order mark: without it Excel reads Welsh names as gibberish, while programs that read CSV know the
mark (``utf-8-sig``), and those that do not have JSON and OCSF.

A cell is made safe as OWASP has it: every cell in quotes, an apostrophe before whatever a spreadsheet would take for a
formula. The apostrophe stands before a text that begins with one too, so that taking one away always gives the text
back. A cell has no line breaks: a name must not begin a row of its own. Characters nobody can see are shown as U+FFFD,
and a text longer than Excel keeps in a cell is cut and says so; the workbooks do the same, and JSON has all of it.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from io import StringIO

from m365audit.excel.cells import clean
from m365audit.export.council import Council
from m365audit.export.records import Audited, Record, Refused, records, refusal_record
from m365audit.model.assessment import Assessment, Finding
from m365audit.model.decisions import Decision

BYTE_ORDER_MARK = "\ufeff"
# What begins a formula, in the East Asian widths too, and the apostrophe that stands before it.
_GUARDED = frozenset("=+-@\uff1d\uff0b\uff0d\uff20'")
_BETWEEN = "; "
_REST = "assessment.json"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, what stands in it, and how it comes there."""

    heading: str
    meaning: str
    value: Callable[[Audited, Record], str]


def _of_run(value: Callable[[Assessment], str]) -> Callable[[Audited, Record], str]:
    return lambda audited, _: "" if isinstance(audited, Refused) else value(audited)


def _of_finding(value: Callable[[Finding], str]) -> Callable[[Audited, Record], str]:
    return lambda _, record: value(record.finding) if record.finding else ""


def _of_decision(value: Callable[[Decision], str]) -> Callable[[Audited, Record], str]:
    return _of_finding(lambda finding: value(finding.decision) if finding.decision else "")


def _day(when: date | None) -> str:
    return when.isoformat() if when else ""


COLUMNS: tuple[Column, ...] = (
    Column("record", "audit, finding, check, clause or gap", lambda _, r: str(r.kind)),
    Column("tenant", "name of the council's tenant file", lambda a, _: a.tenant),
    Column("council", "the council; empty where its audit was refused", _of_run(lambda a: a.council)),
    Column("policy", "the policy it was audited against", _of_run(lambda a: a.policy)),
    Column("run", "the run, a UTC stamp; empty where the audit was refused", _of_run(lambda a: a.run)),
    Column("as_of", "the day it was judged by", _of_run(lambda a: _day(a.as_of))),
    Column("reference", "what the record is called every month; a finding's is in the workbooks", lambda _, r: r.uid),
    Column("rule", "the checks it is about", lambda _, r: _BETWEEN.join(r.rules)),
    Column("title", "what should be so", lambda _, r: r.title),
    Column("clauses", "the clauses it touches", lambda _, r: _BETWEEN.join(r.clauses)),
    Column("frameworks", "what those clauses map to", lambda _, r: _BETWEEN.join(r.frameworks)),
    Column("result", "the result in the workbooks' words", lambda _, r: r.result_text),
    Column("severity", "high, medium or low; of a check or clause, that of its most urgent finding",
           lambda _, r: r.severity or ""),
    Column("state", "new, open, came back, fixed or not comparable", _of_finding(lambda f: str(f.state))),
    Column("present", "yes where this audit found it, no where it is fixed or was not looked at",
           _of_finding(lambda f: "yes" if f.is_there else "no")),
    Column("subject_kind", "what kind of thing it is about", lambda _, r: r.subject.kind if r.subject else ""),
    Column("subject_id", "its id in Microsoft 365", lambda _, r: r.subject.id if r.subject else ""),
    Column("subject_name", "what people call it", lambda _, r: r.subject.name if r.subject else ""),
    Column("because", "the result in a sentence", lambda _, r: r.because),
    Column("fix", "what to do, or what would mend a gap", lambda _, r: r.fix),
    Column("actor", "who does it: clerk, provider, person or council", _of_finding(lambda f: str(f.actor))),
    Column("first_seen", "the day of the first audit that found it", _of_finding(lambda f: _day(f.first_seen))),
    Column("last_seen", "the day it was last found", _of_finding(lambda f: _day(f.last_seen))),
    Column("fixed_on", "the day of the first audit that did not find it any more",
           _of_finding(lambda f: _day(f.fixed_on))),
    Column("months_open", "calendar months since it last began", _of_finding(lambda f: str(f.months_open))),
    Column("unseen", "why it could not be looked at this time", _of_finding(lambda f: f.unseen)),
    Column("decision", "the answer that counts", _of_decision(lambda d: str(d.answer))),
    Column("decision_standing", "how that answer stands", _of_finding(lambda f: str(f.standing))),
    Column("decided_on", "the day it was decided", _of_decision(lambda d: _day(d.decided_on))),
    Column("decision_until", "the last day it holds", _of_decision(lambda d: _day(d.until))),
)  # fmt: skip


def pieces(councils: Iterable[Audited]) -> Iterator[str]:
    """The file, row by row."""
    yield BYTE_ORDER_MARK + _row(column.heading for column in COLUMNS)
    for audited in councils:
        found = [refusal_record(audited)] if isinstance(audited, Refused) else records(Council.of(audited))
        for record in found:
            yield _row(safe(column.value(audited, record)) for column in COLUMNS)


def safe(text: str) -> str:
    """The text as a cell of CSV may hold it."""
    cell = _one_line(text)
    # Cleaned again with its apostrophe, which must not make a cell of full length one too long.
    return _one_line(f"'{text}") if cell.lstrip()[:1] in _GUARDED else cell


def _one_line(text: str) -> str:
    return clean(text, rest=_REST).text.replace("\t", " ").replace("\n", " ")


def _row(cells: Iterable[str]) -> str:
    made = StringIO()
    csv.writer(made, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(cells)
    return made.getvalue()
