"""What must hold of every workbook whatever a tenant calls things, read from the parts of the file."""

import re
import unicodedata
from xml.etree import ElementTree as ET

from written import MAIN, Written

from m365audit.excel.cells import LONGEST_CELL, MOST_LINE_FEEDS

_NUMBER = re.compile(r"-?\d+(\.\d+)?(E-?\d+)?")
_HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
_KINDS = {"inlineStr", "n", "b"}


def assert_safe(written: Written) -> None:
    """Nothing runs, nothing leads out, nothing hides, and all text is text."""
    quoted = _quoting_styles(written)
    for name, body in written.parts.items():
        assert not re.search(r"vba|external|activex|embed|connection|query", name, re.IGNORECASE), name
        if name.startswith("xl/worksheets/sheet"):
            _assert_safe_sheet(ET.fromstring(body), quoted)  # noqa: S314 - our own file
        if name.endswith(".rels"):
            assert all("TargetMode" not in one.attrib for one in ET.fromstring(body)), name  # noqa: S314 - our own file
        if name.startswith("docProps/"):
            _assert_plain("".join(ET.fromstring(body).itertext()))  # noqa: S314 - our own file
    for sheet in written.book:
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "b", "d"}


def _quoting_styles(written: Written) -> set[str]:
    styles = ET.fromstring(written.parts["xl/styles.xml"])  # noqa: S314 - our own file
    cells = styles.find(f"{MAIN}cellXfs")
    assert cells is not None
    return {str(number) for number, one in enumerate(cells) if one.get("quotePrefix") in ("1", "true")}


def _assert_safe_sheet(root: ET.Element, quoted: set[str]) -> None:
    assert not list(root.iter(f"{MAIN}f"))
    for link in root.iter(f"{MAIN}hyperlink"):
        assert set(link.attrib) == {"ref", "location"}
    for cell in root.iter(f"{MAIN}c"):
        assert cell.get("t") in _KINDS
        text = "".join(cell.itertext())
        if cell.get("t") == "inlineStr":
            assert cell.get("s") in quoted, cell.attrib
            assert len(text.encode("utf-16-le")) // 2 <= LONGEST_CELL
            assert text.count("\n") <= MOST_LINE_FEEDS
            _assert_plain(text)
        else:
            assert not text or _NUMBER.fullmatch(text), text


def _assert_plain(text: str) -> None:
    hidden = {character for character in text if unicodedata.category(character) in _HIDDEN}
    assert hidden <= {"\n", "\t"}
