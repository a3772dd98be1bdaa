"""A written workbook as its parts have it, read without the library that wrote it."""

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from lxml import etree

from m365audit.excel.reading_styles import NO_STYLE, Style, styles_of

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_ADDRESS = re.compile(r"\$?([A-Z]{1,3})\$?(\d+)")
_ENCODED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Cell(NamedTuple):
    """One cell that is written down; ``text`` is what a reader finds in it, ``kind`` Excel's letter for its type."""

    column: int
    row: int
    style: Style
    kind: str
    text: str
    formula: bool

    @property
    def place(self) -> str:
        """Its address, such as ``B5``."""
        return f"{letters(self.column)}{self.row}"

    @property
    def is_text(self) -> bool:
        """Whether it holds text, not a number or a date."""
        return self.kind in ("s", "str", "inlineStr")


class Area(NamedTuple):
    """Some cells: the first and the last column and row, counted from 1."""

    left: int
    top: int
    right: int
    bottom: int

    def holds(self, column: int, row: int) -> bool:
        """Whether a cell lies in it."""
        return self.left <= column <= self.right and self.top <= row <= self.bottom

    @property
    def places(self) -> Iterator[tuple[int, int]]:
        """The column and row of each of them."""
        return product(range(self.left, self.right + 1), range(self.top, self.bottom + 1))

    def meets(self, other: "Area") -> bool:
        """Whether both have a cell in common."""
        apart = self.right < other.left or other.right < self.left or self.bottom < other.top or other.bottom < self.top
        return not apart


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is marked up."""

    name: str
    area: Area
    headers: tuple[str, ...]
    header_rows: int
    filtered: bool
    dressed: bool
    """Whether it has stripes or a style of its own."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a cell leads to: a place in the workbook, or an address outside it."""

    cell: str
    location: str
    target: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What is asked of whoever fills in some cells, and whether it says so."""

    areas: tuple[Area, ...]
    place: str
    explained: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: ``rows`` has its cells that are written down, ``head`` all that stands before and behind them."""

    title: str
    state: str
    rows: tuple[tuple[Cell, ...], ...]
    hidden_rows: tuple[int, ...]
    head: Any
    tables: tuple[Table, ...]
    links: tuple[Link, ...]
    choices: tuple[Choice, ...] = field(default=())

    def each(self, path: str) -> Iterator[Mapping[str, str]]:
        """The attributes of every element at a path under the sheet, such as ``cols/col``."""
        found = self.head.iterfind("/".join(_MAIN + step for step in path.split("/")))
        return (dict(element.attrib) for element in found)

    def texts(self, path: str) -> Iterator[str]:
        """The texts of every element under a path."""
        found = self.head.iterfind("/".join(_MAIN + step for step in path.split("/")) + "/*")
        return (element.text or "" for element in found)

    @property
    def table(self) -> Table | None:
        """Its first table."""
        return self.tables[0] if self.tables else None

    @property
    def filled(self) -> Iterator[Cell]:
        """The cells that hold something."""
        return (cell for row in self.rows for cell in row if cell.text)

    def text(self, column: int, row: int) -> str:
        """What stands in a cell; empty where nothing does."""
        cell = self.cell(column, row)
        return cell.text if cell else ""

    def cell(self, column: int, row: int) -> Cell | None:
        """A cell that is written down."""
        wanted = (cell for line in self.rows if line and line[0].row == row for cell in line)
        return next((cell for cell in wanted if cell.column == column), None)


@dataclass(slots=True)
class Parts:
    """An open workbook file."""

    archive: zipfile.ZipFile
    names: list[str] = field(init=False)
    workbook: Any = field(init=False)
    _styles: tuple[Style, ...] = field(init=False)
    _shared: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Read what all sheets share."""
        self.names = self.archive.namelist()
        self.workbook = self.root("xl/workbook.xml")
        self._styles = styles_of(self.root("xl/styles.xml")) if "xl/styles.xml" in self.names else ()
        self._shared = tuple(self._shared_texts())

    def root(self, name: str) -> Any:  # noqa: ANN401 - lxml has no types
        """The root element of one part."""
        return etree.fromstring(self.archive.read(name), _parser())

    def titles(self) -> list[str]:
        """The names of the sheets, in order."""
        return [sheet.get("name") or "" for sheet in self.workbook.iterfind(f"{_MAIN}sheets/{_MAIN}sheet")]

    def sheets(self) -> Iterator[Sheet]:
        """Every sheet in order, read when its turn comes."""
        parts = self._related("xl/workbook.xml")
        for sheet in self.workbook.iterfind(f"{_MAIN}sheets/{_MAIN}sheet"):
            yield self._sheet(sheet.get("name"), sheet.get("state", "visible"), parts[sheet.get(f"{_REL}id")][1])

    def _sheet(self, title: str, state: str, part: str) -> Sheet:
        rows: list[tuple[Cell, ...]] = []
        hidden: list[int] = []
        with self.archive.open(part) as stream:
            walk = etree.iterparse(stream, tag=f"{_MAIN}row", resolve_entities=False, no_network=True, huge_tree=True)
            for _, row in walk:
                number = int(row.get("r"))
                rows.append(tuple(self._cells(row, number)))
                if row.get("hidden") in ("1", "true") or float(row.get("ht", 1)) == 0:
                    hidden.append(number)
                # The cells are kept light; what they were read from would be many times their size.
                row.clear()
            head = walk.root
        related = self._related(part)
        tables = tuple(
            _table(self.root(name)) for kind, name in related.values() if kind.endswith("/table") and name in self.names
        )
        links = tuple(_link(link, related) for link in head.iterfind(f"{_MAIN}hyperlinks/{_MAIN}hyperlink"))
        choices = tuple(map(_choice, head.iterfind(f"{_MAIN}dataValidations/{_MAIN}dataValidation")))
        return Sheet(title, state, tuple(rows), tuple(hidden), head, tables, links, choices)

    def _cells(self, row: Any, number: int) -> Iterator[Cell]:  # noqa: ANN401 - lxml has no types
        for element in row.iterfind(f"{_MAIN}c"):
            kind = element.get("t", "n")
            style = int(element.get("s", "0"))
            formula = element.findtext(f"{_MAIN}f")
            text = self._text(element, kind) or formula or ""
            known = self._styles[style] if style < len(self._styles) else NO_STYLE
            yield Cell(column_of(element.get("r")), number, known, kind, text, formula is not None)

    def _text(self, element: Any, kind: str) -> str:  # noqa: ANN401 - lxml has no types
        if kind == "inlineStr":
            return _as_read("".join(node.text or "" for node in element.iter(f"{_MAIN}t")))
        value = element.findtext(f"{_MAIN}v") or ""
        return self._shared[int(value)] if kind == "s" and value else value

    def _shared_texts(self) -> Iterator[str]:
        if "xl/sharedStrings.xml" in self.names:
            for item in self.root("xl/sharedStrings.xml").iterfind(f"{_MAIN}si"):
                yield _as_read("".join(node.text or "" for node in item.iter(f"{_MAIN}t")))

    def _related(self, part: str) -> dict[str, tuple[str, str]]:
        """What a part refers to, by the id it uses: the kind, and the part's name or the address."""
        place = PurePosixPath(part)
        name = f"{place.parent}/_rels/{place.name}.rels"
        if name not in self.names:
            return {}
        found = {}
        for relation in self.root(name).iterfind(f"{_PACKAGE}Relationship"):
            target = relation.get("Target")
            if relation.get("TargetMode") != "External":
                target = _resolved(place.parent, target)
            found[relation.get("Id")] = (relation.get("Type"), target)
        return found


def _parser() -> Any:  # noqa: ANN401 - lxml has no types
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


def open_parts(path: Path) -> Parts:
    """Open a workbook; close its archive when done.

    Raises:
        OSError, zipfile.BadZipFile: it cannot be read, or is no workbook that can be read without a password.
    """
    return Parts(zipfile.ZipFile(path))


def _resolved(folder: PurePosixPath, target: str) -> str:
    if target.startswith("/"):
        return target.lstrip("/")
    place: list[str] = list(folder.parts)
    for step in PurePosixPath(target).parts:
        if step == "..":
            place.pop()
        else:
            place.append(step)
    return "/".join(place)


def _as_read(text: str) -> str:
    """Undo the spelling of characters as ``_xHHHH_``, as Excel does."""
    return _ENCODED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def area(reference: str) -> Area:
    """The cells of a reference such as ``A3:C9`` or ``B5``."""
    corners = _ADDRESS.findall(reference)
    (left, top), (right, bottom) = corners[0], corners[-1]
    return Area(column_of(left), int(top), column_of(right), int(bottom))


def column_of(address: str) -> int:
    """The number of a column by its letters, or of the column of a cell by its address: ``AB12`` is 28."""
    number = 0
    for letter in address:
        if not letter.isalpha():
            break
        number = number * 26 + ord(letter) - 64
    return number


def letters(column: int) -> str:
    """The letters of a column by its number."""
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def _table(root: Any) -> Table:  # noqa: ANN401 - lxml has no types
    info = root.find(f"{_MAIN}tableStyleInfo")
    dressed = info is not None and (
        info.get("name") is not None or "1" in (info.get("showRowStripes"), info.get("showColumnStripes"))
    )
    return Table(
        name=root.get("displayName"),
        area=area(root.get("ref")),
        headers=tuple(
            _as_read(column.get("name")) for column in root.iterfind(f"{_MAIN}tableColumns/{_MAIN}tableColumn")
        ),
        header_rows=int(root.get("headerRowCount", "1")),
        filtered=root.find(f"{_MAIN}autoFilter") is not None,
        dressed=dressed,
    )


def _link(element: Any, related: Mapping[str, tuple[str, str]]) -> Link:  # noqa: ANN401 - lxml has no types
    _, target = related.get(element.get(f"{_REL}id"), ("", ""))
    return Link(element.get("ref"), element.get("location", ""), target)


def _choice(element: Any) -> Choice:  # noqa: ANN401 - lxml has no types
    place = element.get("sqref", "")
    shown = element.get("showInputMessage") in ("1", "true")
    explained = shown and all(element.get(name) for name in ("promptTitle", "prompt", "error"))
    return Choice(tuple(map(area, place.split())), place, explained)
