"""The provider's workbook: all councils, what needs doing, and nobody's name."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time
from pathlib import Path

from openpyxl import Workbook

from m365audit.excel.cells import clean
from m365audit.excel.whole import save_whole
from m365audit.model.fleet import Fleet
from m365audit.report import cover
from m365audit.report.provider import clauses as provider_clauses
from m365audit.report.provider import councils as provider_councils
from m365audit.report.provider import cover as provider_cover
from m365audit.report.provider import troubles as provider_troubles
from m365audit.report.provider.work import Work, all_work
from m365audit.report.provider.work import page as work_page
from m365audit.report.sheets import Book, Page
from m365audit.report.wording import month

_REST = "the council's own workbooks"


def write(fleet: Fleet, path: Path) -> None:
    """Write the provider's workbook row by row; the same councils on the same day always give the same bytes.

    Raises:
        OSError: if the folder of ``path`` cannot be written.
    """
    book = Book(Workbook(write_only=True), rest=_REST)
    _describe(book.workbook, fleet)
    pages = _pages(fleet, all_work(fleet))
    titles = [page.title for page in pages]
    sheets = {title: book.sheet(title) for title in (titles[0], cover.CONTENTS_TITLE, *titles[1:])}
    for page in (*pages, cover.contents_page(pages, [len(page.rows) for page in pages])):
        book.lay(sheets[page.title], page)
    save_whole(book.workbook, path, when=datetime.combine(fleet.on, time(), UTC))


def _pages(fleet: Fleet, work: Sequence[Work]) -> tuple[Page, ...]:
    """Every sheet but the list of them, in the order of a technician's questions."""
    of_fleet: tuple[Callable[[Fleet], Page], ...] = (
        provider_councils.page,
        provider_troubles.failed_page,
        provider_troubles.gaps_page,
        provider_troubles.ending_page,
        provider_councils.topics_page,
        provider_clauses.checks_page,
        provider_clauses.clauses_page,
    )
    return (
        provider_cover.page(fleet, work),
        work_page(tuple(work)),
        *(make(fleet) for make in of_fleet),
        provider_cover.notes_page(),
        provider_cover.record_page(fleet),
    )


def _describe(workbook: Workbook, fleet: Fleet) -> None:
    about = workbook.properties
    about.title = f"Microsoft 365 audits of all councils for the provider, {month(fleet.on)}"
    about.subject = "What to do this month, council by council"
    about.creator = clean(fleet.provider, rest=_REST).text.replace("\n", " ")[:200]
    about.lastModifiedBy = about.creator
    about.keywords = "Microsoft 365, audit, councils, provider"
    about.language = "en-GB"
