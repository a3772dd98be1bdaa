"""The Council's workbook: counts only, no names, fit to be published with the agenda.

Whoever reads it, a councillor, a resident, the press or the internal auditor, asks how the council stands, clause by
clause, what changed, what was not looked at, and what that means. Every word in it is the program's own or the
policy's, and the only names are those of the council and of its provider. No text that came from Microsoft 365, from
the register, from a decision or from a gap is ever put in: a finding's own words name people, a gap's scope may be a
mailbox, the end of an exception is told for all of them together. How counts are told is decided in
:mod:`m365audit.report.small_numbers`.

It follows every rule for accessible spreadsheets to the letter: no filters, no frozen panes, no colours, no lines.
"""

from dataclasses import replace
from pathlib import Path

from openpyxl import Workbook

from m365audit.excel.styles import PLAIN
from m365audit.excel.whole import save_whole
from m365audit.model.assessment import Assessment
from m365audit.report import clauses, clerk, cover, sections
from m365audit.report.council import clauses as council_clauses
from m365audit.report.council import counts as council_counts
from m365audit.report.council import cover as council_cover
from m365audit.report.council import missing as council_missing
from m365audit.report.council import notes as council_notes
from m365audit.report.sheets import Book, Page

_REST = "the policy"
_CONTENTS = "Table of contents"
_WIDTH = 13


def write(assessment: Assessment, path: Path) -> None:
    """Write the Council's workbook; the same assessment always gives the same bytes.

    Raises:
        OSError: if the folder of ``path`` cannot be written.
    """
    book = Book(Workbook(write_only=True), rest=_REST, dress=PLAIN, gridlines=True)
    clerk.entitle(book.workbook, assessment, "for the Council")
    pages = [replace(page, filters=False, frozen=False) for page in _pages(assessment)]
    contents = cover.contents_page(pages, [len(page.rows) for page in pages])
    for page in (pages[0], replace(contents, heading=_CONTENTS), *pages[1:]):
        book.lay(book.sheet(page.title), page)
    book.workbook.active = 0
    save_whole(book.workbook, path, when=assessment.collected_at)


def _pages(assessment: Assessment) -> tuple[Page, ...]:
    return (
        council_cover.page(assessment),
        _sections(assessment),
        *council_clauses.pages(assessment),
        council_counts.topics_page(assessment),
        council_counts.changes_page(assessment),
        council_counts.exceptions_page(assessment),
        council_clauses.statements_page(assessment),
        council_missing.page(assessment),
        council_counts.year_page(assessment),
        council_notes.page(assessment),
    )


def _sections(assessment: Assessment) -> Page:
    """The same numbers as the Clerk's, without the picture."""
    made = sections.page(assessment)
    explanation = f"One table. {clauses.tally(assessment.own_clauses)}. Every clause is counted once."
    purpose = "How many clauses of each section of the policy came to which result"
    # Every header whole, in the wider letters of other readers' fonts too.
    columns = tuple(replace(column, width=max(column.width, _WIDTH)) for column in made.columns)
    return replace(made, purpose=purpose, explanation=(explanation,), columns=columns, charts=(), one_page=False)
