"""The Clerk's workbook: what is wrong, what to decide, what could not be checked."""

from pathlib import Path

from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty

from m365audit.excel.cells import clean
from m365audit.excel.whole import save_whole
from m365audit.model.assessment import Assessment
from m365audit.report import changes, clauses, closing, cover, decisions, exceptions, missing, topics, year
from m365audit.report.sheets import Book, Page
from m365audit.report.wording import month

SCHEMA = "1"
"""Version of the sheet of decisions, for whoever reads it back."""
_REST = "the Technician workbook"


def write(assessment: Assessment, path: Path) -> None:
    """Write the Clerk's workbook; the same assessment always gives the same bytes.

    Raises:
        OSError: if the folder of ``path`` cannot be written.
    """
    book = Book(Workbook(), rest=_REST)
    describe(book.workbook, assessment, "for the Clerk")
    front, back = _pages(assessment)
    notes = closing.notes_page(assessment, {})
    pages = (*front, notes, *back)
    contents = cover.contents_page(pages, [len(tuple(page.rows)) for page in pages])
    sheets = {page.title: book.sheet(page.title) for page in (pages[0], contents, *pages[1:])}
    for page in (*front, *back, contents):
        book.lay(sheets[page.title], page)
    # The notes name the cells whose text had to be changed, so they are written when all others are.
    book.lay(sheets[notes.title], closing.notes_page(assessment, book.alterations))
    book.workbook.active = 0
    save_whole(book.workbook, path, when=assessment.collected_at)


def _pages(assessment: Assessment) -> tuple[tuple[Page, ...], tuple[Page, ...]]:
    """The pages before the notes and those behind."""
    front = (
        cover.page(assessment),
        decisions.page(assessment),
        clauses.page(assessment),
        clauses.duties_page(assessment),
        changes.page(assessment),
        *topics.pages(assessment),
        exceptions.page(assessment),
        clauses.statements_page(assessment),
        missing.page(assessment),
        year.page(assessment),
    )
    return front, (closing.record_page(assessment),)


def describe(workbook: Workbook, assessment: Assessment, reader: str) -> None:
    """Title, author, language and subject, and what identifies the run to whoever reads the file back."""
    about = workbook.properties
    about.title = f"Microsoft 365 audit {reader}, {month(assessment.as_of)}: {_short(assessment.council)}"
    about.subject = f"Audit against {_short(assessment.policy_title)}"
    about.creator = _short(assessment.provider)
    about.lastModifiedBy = about.creator
    about.keywords = "Microsoft 365, audit, IT policy, council"
    about.language = "en-GB"
    for name, value in (("tenant", assessment.tenant), ("run_id", assessment.run), ("schema", SCHEMA)):
        properties = workbook.custom_doc_props  # type: ignore[attr-defined] # missing from the type stub only
        properties.append(StringProperty(name=name, value=_short(value)))


def _short(text: str) -> str:
    """A text as a document property can hold it."""
    return clean(text, rest=_REST).text.replace("\n", " ")[:200]
