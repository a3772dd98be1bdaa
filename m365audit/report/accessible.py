"""Whether a finished workbook can be used by everybody: the essential rules for public spreadsheets.

The rules are those the Government Analysis Function marks as essential for spreadsheets that meet the accessibility
regulations. They are looked up in the written file, never in what the writer meant to write.
"""

import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook, load_workbook

from m365audit.report.accessible_sheets import SHEET_RULES

_CELL_LIKE = re.compile(r"Table\d+|[A-Z]{1,3}\d+|R\d+C\d+", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{2,}")
_STANDARD_TITLE = re.compile(r"(Sheet|Tabelle|Feuil|Hoja)\d*", re.IGNORECASE)
_FORMULA = re.compile(rb"<f[ >/]")
_NOTE = re.compile(r"\[note \d+\]")
_HEADING_STYLE = re.compile(rb'<cellStyle [^>]*name="Heading 1"[^>]*builtinId="16"')


@dataclass(frozen=True, slots=True)
class Fault:
    """One place where a workbook breaks a rule. ``sheet`` is empty where the whole file is meant."""

    rule: str
    sheet: str
    what: str


@dataclass(frozen=True, slots=True)
class File:
    """A written workbook, as Excel's objects and as the parts of its archive."""

    book: Workbook
    parts: dict[str, bytes]


def faults(path: Path) -> tuple[Fault, ...]:
    """Every fault of a workbook, in the order of the rules; none where everybody can use it.

    Raises:
        OSError: it cannot be read.
    """
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    file = File(load_workbook(path), parts)
    return (*_of_file(file), *_of_sheets(file))


def _of_file(file: File) -> Iterator[Fault]:
    for name, rule in FILE_RULES.items():
        for what in rule(file):
            yield Fault(name, "", what)


def _of_sheets(file: File) -> Iterator[Fault]:
    for name, rule in SHEET_RULES.items():
        for sheet in file.book.worksheets:
            for what in rule(sheet):
                yield Fault(name, sheet.title, what)


def _described(file: File) -> Iterator[str]:
    about = file.book.properties
    named = {"title": about.title, "author": about.creator, "language": about.language, "keywords": about.keywords}
    for name, value in named.items():
        if not value:
            yield f"the document names no {name}"
    if about.language and about.language != "en-GB":
        yield f"the document's language is {about.language}, not British English"


def _opens_at_the_start(file: File) -> Iterator[str]:
    if file.book.active is not file.book.worksheets[0]:
        yield "it does not open on its first sheet"


def _no_hidden_machinery(file: File) -> Iterator[str]:
    for name, body in file.parts.items():
        if "vbaproject" in name.lower() or "externallink" in name.lower():
            yield f"it carries {name}"
        if name.startswith("xl/worksheets/") and (_FORMULA.search(body) or b't="e"' in body):
            yield f"{name} holds a formula or an error in place of a value"


def _pictures_told(file: File) -> Iterator[str]:
    for name, body in file.parts.items():
        if not name.startswith("xl/drawings/drawing"):
            continue
        for shape in re.findall(rb"<(?:\w+:)?cNvPr\b[^>]*>", body):
            told = re.search(rb'\bdescr="([^"]*)"', shape)
            if told is None or told[1].strip().lower() in {b"", b"picture", b"chart"}:
                yield f"a picture or chart of {name} has no description"
    if any(name.startswith("xl/media/") for name in file.parts):
        yield "it holds an image"


def _table_names(file: File) -> Iterator[str]:
    seen: set[str] = set()
    for name in (table.displayName for sheet in file.book.worksheets for table in sheet.tables.values()):
        if not _NAME.fullmatch(name) or _CELL_LIKE.fullmatch(name):
            yield f"the table name {name} says nothing"
        if name.casefold() in seen:
            yield f"two tables are called {name}"
        seen.add(name.casefold())


def _sheet_names(file: File) -> Iterator[str]:
    seen: set[str] = set()
    for title in file.book.sheetnames:
        if title != title.strip() or _STANDARD_TITLE.fullmatch(title):
            yield f"the sheet name '{title}' says nothing"
        if title.casefold() in seen:
            yield f"two sheets are called {title}"
        seen.add(title.casefold())


def _headings_tagged(file: File) -> Iterator[str]:
    if not _HEADING_STYLE.search(file.parts.get("xl/styles.xml", b"")):
        yield "it has no style tagged as a heading of the first level"


def _contents_lead_everywhere(file: File) -> Iterator[str]:
    listing = next((sheet for sheet in file.book.worksheets if "Table_of_contents" in sheet.tables), None)
    if listing is None:
        yield "it has no table of contents"
        return
    led = {cell.hyperlink.location for row in listing.iter_rows() for cell in row if cell.hyperlink}
    for title in file.book.sheetnames:
        place = "'{}'!A1".format(title.replace("'", "''"))
        if place not in led:
            yield f"the table of contents does not lead to the first cell of {title}"


def _markers_explained(file: File) -> Iterator[str]:
    texts = [str(v) for s in file.book.worksheets for row in s.iter_rows(values_only=True) for v in row if v]
    used = {marker for text in texts for marker in _NOTE.findall(text)}
    for marker in sorted(used - set(texts)):
        yield f"{marker} is used and nowhere explained"


FileRule = Callable[[File], Iterator[str]]

FILE_RULES: dict[str, FileRule] = {
    "the document has a title, an author, a language and keywords": _described,
    "it opens on its first sheet": _opens_at_the_start,
    "there are no macros, formulas or links to other files": _no_hidden_machinery,
    "every picture and chart is described": _pictures_told,
    "every table has a name of its own that means something": _table_names,
    "every sheet has a name of its own that means something": _sheet_names,
    "headings are tagged as headings": _headings_tagged,
    "a table of contents leads to every sheet": _contents_lead_everywhere,
    "every note marker is explained": _markers_explained,
}
"""Rule, in the words of a reader, to the function that names each breach of it."""
