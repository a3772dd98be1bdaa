"""A list that is too long for one sheet goes on on the next, and every sheet says which part of it it has."""

from collections.abc import Iterator
from dataclasses import replace

from m365audit.report.names import part_title
from m365audit.report.rows import Next
from m365audit.report.sheets import Page


def parts(page: Page, most: int) -> Iterator[Page]:
    """The page, or as many pages of at most so many rows as it takes; they are to be written in turn.

    A page that is filled in, or leads to others, is never taken apart: it is read as one.
    """
    rows = len(page.rows)
    count = -(-rows // most)
    if count <= 1 or page.questions or page.links or page.charts:
        yield page
        return
    reading = iter(page.rows)
    for part in range(1, count + 1):
        first, last = (part - 1) * most + 1, min(part * most, rows)
        title = part_title(page.title, part, count)
        which = f"Part {part} of {count}: rows {first:,} to {last:,} of {rows:,}."
        opening, *others = page.explanation
        yield replace(
            page,
            title=title,
            heading=f"{page.heading} ({part} of {count})",
            purpose=f"{page.purpose}; rows {first:,} to {last:,} of {rows:,}",
            explanation=(f"{opening} {which} The filters of a sheet see only its own rows.", *others),
            rows=Next(reading, last - first + 1),
            table=f"{page.table_name}_{part}_of_{count}",
        )
