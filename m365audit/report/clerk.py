"""The Clerk's workbook: what is wrong, what to decide, what could not be checked."""

from pathlib import Path

from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty

from m365audit.excel.cells import clean
from m365audit.excel.whole import save_whole
from m365audit.model.assessment import Assessment
from m365audit.report import (
    changes,
    clauses,
    closing,
    cover,
    decisions,
    exceptions,
    missing,
    monthly,
    persons,
    sections,
    topics,
    year,
)
from m365audit.report.parts import parts
from m365audit.report.sheets import Book, Page
from m365audit.report.wording import month

SCHEMA = "1"
"""Version of the sheet of decisions, for whoever reads it back."""
ROWS_A_SHEET = 5_000
"""A longer list goes on on further sheets; what is filled in stays on one."""
_REST = "the Technician workbook"
_LONGEST_PROPERTY = 200


def write(assessment: Assessment, path: Path) -> None:
    """Write the Clerk's workbook; the same assessment always gives the same bytes.

    Raises:
        OSError: if the folder of ``path`` cannot be written.
    """
    book = Book(Workbook(write_only=True), rest=_REST)
    describe(book.workbook, assessment, "for the Clerk")
    front, back = (tuple(part for page in some for part in parts(page, ROWS_A_SHEET)) for some in _pages(assessment))
    notes = closing.notes_page(assessment, book.alterations)
    pages = (*front, notes, *back)
    contents = cover.contents_page(pages, [len(page.rows) for page in pages])
    sheets = {page.title: book.sheet(page.title) for page in (pages[0], contents, *pages[1:])}
    # The notes name the cells whose text had to be changed, so they are written when all others are.
    for page in (*front, *back, contents, notes):
        book.lay(sheets[page.title], page)
    book.workbook.active = 0
    save_whole(book.workbook, path, when=assessment.collected_at)


def _pages(assessment: Assessment) -> tuple[tuple[Page, ...], tuple[Page, ...]]:
    """The pages before the notes and those behind."""
    front = (
        cover.page(assessment),
        decisions.page(assessment),
        persons.page(assessment),
        clauses.page(assessment),
        clauses.duties_page(assessment),
        sections.page(assessment),
        changes.page(assessment),
        *topics.pages(assessment),
        exceptions.page(assessment),
        clauses.statements_page(assessment),
        missing.page(assessment),
        year.page(assessment),
        *monthly.pages(assessment),
    )
    return front, (closing.record_page(assessment),)


def describe(workbook: Workbook, assessment: Assessment, reader: str) -> None:
    """Title, author, language and subject, and what identifies the run to whoever reads the file back."""
    entitle(workbook, assessment, reader)
    for name, value in (("tenant", assessment.tenant), ("run_id", assessment.run), ("schema", SCHEMA)):
        properties = workbook.custom_doc_props  # type: ignore[attr-defined] # missing from the type stub only
        properties.append(StringProperty(name=name, value=_short(value)))


def entitle(workbook: Workbook, assessment: Assessment, reader: str) -> None:
    """Title, author, language and subject of the document."""
    about = workbook.properties
    about.title = f"Microsoft 365 audit {reader}, {month(assessment.as_of)}: {_short(assessment.council)}"
    about.subject = f"Audit against {_short(assessment.policy_title)}"
    about.creator = _short(assessment.provider)
    about.lastModifiedBy = about.creator
    about.keywords = "Microsoft 365, audit, IT policy, council"
    about.language = "en-GB"


def _short(text: str) -> str:
    """A text as a document property can hold it."""
    whole = clean(text, rest=_REST).text.replace("\n", " ")
    return whole if len(whole) <= _LONGEST_PROPERTY else f"{whole[: _LONGEST_PROPERTY - 1]}…"
