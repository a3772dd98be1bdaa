"""The rules for accessible spreadsheets that look at the whole file."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from m365audit.excel.reading import Parts, Sheet, Table

CONTENTS_TABLE = "Table_of_contents"
_NOTES_TABLE = "Notes"
_LANGUAGE = "en-GB"
_CELL_LIKE = re.compile(r"Table\d+|[A-Z]{1,3}\d+|R\d+C\d+", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{2,}")
_STANDARD_TITLE = re.compile(r"(Sheet|Tabelle|Feuil|Hoja)\s?\d*", re.IGNORECASE)
_LONGEST_TITLE = 31
_NOTE = re.compile(r"\[note \d+\]")
_SIGNS = re.compile(r"[\u00b9\u00b2\u00b3\u2070\u2074-\u2079\u2020\u2021]|\w\*+(?=\s|$)")
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_NOT_TOLD = frozenset({"", "picture", "chart", "image", "graphic"})
_CORE = "docProps/core.xml"
_DUBLIN = "{http://purl.org/dc/elements/1.1/}"
_ABOUT = "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}"
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@dataclass(frozen=True, slots=True)
class Glance:
    """What is kept of a sheet that has been read, for the rules about the whole file."""

    title: str
    is_blank: bool
    tables: tuple[Table, ...]
    leads_to: frozenset[str]
    markers: frozenset[str]
    explained: frozenset[str]
    """Note markers that begin a row of the table of notes."""
    signs: tuple[str, ...]
    """Cells of our own words that have a sign for a note."""
    margins: tuple[str, ...]
    machinery: tuple[str, ...]
    """Cells with a formula, or an error in place of a value."""
    protected: bool
    begins_at_a1: bool
    zoom: str
    is_selected: bool


def glance(sheet: Sheet) -> Glance:
    """Look through a sheet once."""
    table = sheet.table
    ours = [cell for cell in sheet.filled if table is None or cell.row <= table.area.top]
    notes = [one.area for one in sheet.tables if one.name == _NOTES_TABLE]
    views = list(sheet.each("sheetViews/sheetView"))
    cursors = [one.get("activeCell", "A1") for one in sheet.each("sheetViews/sheetView/selection")]
    return Glance(
        title=sheet.title,
        is_blank=not any(True for _ in sheet.filled),
        tables=sheet.tables,
        leads_to=frozenset(link.location for link in sheet.links),
        markers=frozenset(marker for cell in sheet.filled for marker in _NOTE.findall(cell.text)),
        explained=frozenset(
            cell.text for cell in sheet.filled if cell.column == 1 and any(one.holds(1, cell.row) for one in notes)
        ),
        signs=(
            *(cell.place for cell in ours if _SIGNS.search(cell.text)),
            *(cell.place for cell in sheet.filled if cell.style.raised),
        ),
        margins=tuple(text for text in sheet.texts("headerFooter") if text.strip()),
        machinery=tuple(cell.place for row in sheet.rows for cell in row if cell.formula or cell.kind == "e"),
        protected=any(one.get("sheet", "0") in ("1", "true") for one in sheet.each("sheetProtection")),
        begins_at_a1=all(place == "A1" for place in cursors)
        and all(view.get("topLeftCell", "A1") == "A1" for view in views),
        zoom=next((view["zoomScale"] for view in views if "zoomScale" in view), "100"),
        is_selected=any(view.get("tabSelected") in ("1", "true") for view in views),
    )


def described(parts: Parts, _: tuple[Glance, ...]) -> Iterator[str]:
    """The document says what it is, whose, in which language, and under which words to look for it."""
    core = parts.root(_CORE) if _CORE in parts.names else None
    named = {"title": f"{_DUBLIN}title", "author": f"{_DUBLIN}creator", "keywords": f"{_ABOUT}keywords"}
    for name, tag in named.items():
        value = (core.findtext(tag) or "").strip() if core is not None else ""
        # openpyxl is what a document's author is called when nobody named one.
        if value in ("", "openpyxl"):
            yield f"the document names no {name}"
    language = core.findtext(f"{_DUBLIN}language") if core is not None else None
    if language != _LANGUAGE:
        yield f"the document's language is {language or 'not named'}, not British English"


def opens_at_the_start(parts: Parts, glances: tuple[Glance, ...]) -> Iterator[str]:
    """It opens on its first sheet; every sheet at A1, neither enlarged nor shrunk, and none is chosen with another."""
    if any(view.get("activeTab", "0") != "0" for view in parts.workbook.iterfind(f"{_MAIN}bookViews/*")):
        yield "it does not open on its first sheet"
    for number, one in enumerate(glances):
        if one.is_selected and number:
            yield f"{one.title} is chosen together with the first sheet"
        if not one.begins_at_a1:
            yield f"the cursor of {one.title} does not stand on A1"
        if one.zoom != "100":
            yield f"{one.title} opens enlarged or shrunk"


def no_machinery(parts: Parts, glances: tuple[Glance, ...]) -> Iterator[str]:
    """Nothing in it runs or calls other files."""
    for name in parts.names:
        if "vbaproject" in name.lower() or "externallink" in name.lower():
            yield f"it carries {name}"
    for one in glances:
        for place in one.machinery:
            yield f"{place} of {one.title} holds a formula or an error in place of a value"


def _shapes(parts: Parts) -> Iterator[tuple[str, str, str]]:
    """Every drawn thing: the part it is in, what it is, and how it is described."""
    for name in parts.names:
        if name.startswith("xl/drawings/drawing"):
            for shape in parts.root(name).iter(f"{_DRAWING}cNvPr"):
                kind = shape.getparent().tag.rpartition("}")[2]
                yield name, kind, (shape.get("descr") or "").strip()


def pictures_told(parts: Parts, _: tuple[Glance, ...]) -> Iterator[str]:
    """Whoever cannot see a picture or chart is told what it shows."""
    for name, _kind, told in _shapes(parts):
        if told.casefold() in _NOT_TOLD:
            yield f"a picture or chart of {name} has no description"


def no_pictures(parts: Parts, _: tuple[Glance, ...]) -> Iterator[str]:
    """Nothing is drawn at all."""
    for name in parts.names:
        if name.startswith(("xl/drawings/drawing", "xl/media/", "xl/charts/chart")):
            yield f"it holds {name}"


def no_boxes(parts: Parts, glances: tuple[Glance, ...]) -> Iterator[str]:
    """All words stand in cells: none in the margins, in floating boxes or in comments."""
    for one in glances:
        for text in one.margins:
            yield f"'{text}' stands in the margin of the printed pages of {one.title}"
    for name, kind, _ in _shapes(parts):
        if kind in ("nvSpPr", "nvCxnSpPr", "nvGrpSpPr"):
            yield f"a box floats in {name}"
    for name in parts.names:
        if name.startswith(("xl/comments", "xl/threadedComments")):
            yield f"it holds comments, in {name}"


def table_names(_: Parts, glances: tuple[Glance, ...]) -> Iterator[str]:
    """A table's name means something, is no address, and is its own."""
    seen: set[str] = set()
    for name in (table.name for one in glances for table in one.tables):
        if not _NAME.fullmatch(name) or _CELL_LIKE.fullmatch(name):
            yield f"the table name {name} says nothing"
        if name.casefold() in seen:
            yield f"two tables are called {name}"
        seen.add(name.casefold())


def sheet_names(_: Parts, glances: tuple[Glance, ...]) -> Iterator[str]:
    """A sheet's name means something and is its own, and something stands on it."""
    seen: set[str] = set()
    for title, is_blank in ((one.title, one.is_blank) for one in glances):
        if title != title.strip() or _STANDARD_TITLE.fullmatch(title) or not 0 < len(title) <= _LONGEST_TITLE:
            yield f"the sheet name '{title}' says nothing"
        if title.casefold() in seen:
            yield f"two sheets are called {title}"
        if is_blank:
            yield f"nothing stands on {title}"
        seen.add(title.casefold())


def contents_lead_everywhere(_: Parts, glances: tuple[Glance, ...]) -> Iterator[str]:
    """The cover comes first, then a table of contents with a link to A1 of every sheet."""
    if not glances or glances[0].title != "Cover":
        yield "the cover does not come first"
    listing = next((one for one in glances if any(table.name == CONTENTS_TABLE for table in one.tables)), None)
    if listing is None:
        yield "it has no table of contents"
        return
    for one in glances:
        if "'{}'!A1".format(one.title.replace("'", "''")) not in listing.leads_to:
            yield f"the table of contents does not lead to the first cell of {one.title}"


def markers_explained(_: Parts, glances: tuple[Glance, ...]) -> Iterator[str]:
    """A note is called ``[note 1]``, never a sign or a raised number, and stands in the table of notes."""
    used, explained = _all(one.markers for one in glances), _all(one.explained for one in glances)
    for marker in sorted(used - explained):
        yield f"{marker} is used and nowhere explained"
    for one in glances:
        for place in one.signs:
            yield f"{place} of {one.title} has a sign or a raised letter for a note"


def _all(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)


def unprotected(parts: Parts, glances: tuple[Glance, ...]) -> Iterator[str]:
    """Nothing keeps reading aids out, or a reader from widening a column."""
    for one in glances:
        if one.protected:
            yield f"{one.title} is protected, which keeps reading aids out"
    for lock in parts.workbook.iterfind(f"{_MAIN}workbookProtection"):
        if "1" in (lock.get("lockStructure"), lock.get("lockWindows")):
            yield "the workbook is protected"
