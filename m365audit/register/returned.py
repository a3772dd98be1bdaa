"""Read a returned Clerk's workbook: only the sheet of decisions, only by its headings, and nothing it could run."""

import difflib
import hashlib
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from m365audit.model.decisions import Channel
from m365audit.register import typed
from m365audit.register.package import BadReturn, Keys, Package, Showing, unpack

SHEET: Final = "Decisions needed"
REFERENCE, DECISION, REASON = "Reference", "Decision", "Reason"
UNTIL, DECIDED_BY, DECIDED_ON = "Until", "Decided by", "Decision date"
ANSWERS: Final = (DECISION, REASON, UNTIL, DECIDED_BY, DECIDED_ON)
SCHEMA: Final = "1"
MOST_ROWS: Final = 60_000
LONGEST_REASON: Final = 500
_NEEDED: Final = (REFERENCE, DECISION, DECIDED_BY, DECIDED_ON)
_LONGEST_TEXT: Final = 2_000
_ROWS_ABOVE_HEADINGS: Final = 60
_MOST_COLUMNS: Final = 60
_NOTHING_TO_DECIDE: Final = "none"
_LONGEST_SHOWN: Final = 60
_MOST_NUMBERS: Final = 10


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row, and what to do about it."""

    why: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the sheet of decisions, as it came back; ``number`` is the sheet's own.

    ``faults`` are cells that cannot be read. ``texts`` are the cells that were not to be filled in, by heading.
    """

    number: int
    reference: str
    decision: str = ""
    reason: str = ""
    until: date | None = None
    decided_by: str = ""
    decided_on: date | None = None
    faults: tuple[Fault, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_answered(self) -> bool:
        """Whether anything was decided here, or meant to be."""
        return bool(self.faults or self.decision or self.reason or self.until)


@dataclass(frozen=True, slots=True)
class Returned:
    """A returned file: which run of which tenant it belongs to, and its rows. ``notices`` are for the reader."""

    file: str
    sha256: str
    tenant: str
    run: str
    rows: tuple[Row, ...]
    notices: tuple[str, ...] = ()
    channel: Channel = Channel.WORKBOOK


def read_returned(path: Path, keys: Keys | None = None) -> Returned:
    """Read a returned workbook; ``keys`` gives passwords to try where it is encrypted.

    ``sha256`` is that of the workbook in the clear, so that the same answers are known again however they were sent.

    Raises:
        BadReturn: nothing in it can be understood, or it could do harm.
    """
    package = unpack(path, keys)
    workbook = _open(package)
    try:
        about = _about(package.file, workbook)
        title, notices = _sheet(package.file, workbook)
        showing = package.showing(title)
        rows, more = _rows(package.file, workbook, title)
    except BadReturn:
        raise
    except Exception as error:
        raise _unfit(package.file, error) from error
    finally:
        workbook.close()
    shown = _as_shown(title, showing, rows)
    digest = hashlib.sha256(package.data).hexdigest()
    return Returned(package.file, digest, about["tenant"], about["run_id"], tuple(rows), (*notices, *more, *shown))


def _open(package: Package) -> Workbook:
    try:
        with warnings.catch_warnings():
            # openpyxl speaks of parts it leaves out, none of which is read here.
            warnings.simplefilter("ignore")
            return load_workbook(package.open(), read_only=True, data_only=False, keep_links=False)
    except Exception as error:
        raise _unfit(package.file, error) from error


def _unfit(file: str, error: Exception) -> BadReturn:
    why = f"it cannot be opened as an Excel workbook ({typed.plain(error) or type(error).__name__})"
    return BadReturn(file, why, "open it in Excel and save it again as .xlsx")


def _about(file: str, workbook: Workbook) -> Mapping[str, str]:
    """The tenant, run and form of the file, as the report wrote them into its properties."""
    properties = workbook.custom_doc_props  # type: ignore[attr-defined] # missing from the type stub only
    about = {one.name: typed.plain(one.value) for one in properties.props}
    if missing := [name for name in ("tenant", "run_id", "schema") if not about.get(name)]:
        why = f"it does not say which audit it answers (its properties lack {', '.join(missing)})"
        raise BadReturn(file, why, "fill in the workbook that was sent, not a copy of its sheet in another file")
    if about["schema"] != SCHEMA:
        why = f"it has the form {about['schema']}, and this version reads form {SCHEMA}"
        raise BadReturn(file, why, "use the version of m365audit that wrote it, or write the workbook again")
    return about


def _sheet(file: str, workbook: Workbook) -> tuple[str, list[str]]:
    """The title of the sheet to read, by name or, where there is only one, by its headings."""
    titles = [title for title in workbook.sheetnames if hasattr(workbook[title], "iter_rows")]
    named = [title for title in titles if typed.word(title) == SHEET.casefold()]
    alike = [title for title in titles if title not in named and _looks_right(workbook, title)]
    if named:
        others = [f"the sheet '{title}' looks like a copy of '{named[0]}' and was not read" for title in alike]
        return named[0], others
    if len(alike) == 1:
        return alike[0], [f"there is no sheet '{SHEET}'; the sheet '{alike[0]}' has its headings and was read instead"]
    if alike:
        said = ", ".join(f"'{title}'" for title in alike)
        why = f"it has no sheet '{SHEET}', and several that look like it ({said})"
        raise BadReturn(file, why, f"give the right one its name '{SHEET}' back")
    remedy = f"fill in the sheet '{SHEET}' of the workbook that was sent"
    raise BadReturn(file, f"it has no sheet '{SHEET}' (there are: {', '.join(titles) or 'none'})", remedy)


def _looks_right(workbook: Workbook, title: str) -> bool:
    headings = {heading for _, found in _headings(workbook[title]) for heading in found}
    return {heading.casefold() for heading in (REFERENCE, *ANSWERS)} <= headings


def _headings(worksheet: Any) -> Iterable[tuple[int, dict[str, list[int]]]]:  # noqa: ANN401 - openpyxl's streamed sheet has no type
    """The rows among which the headings are: number, and text as it is compared to the columns it stands in."""
    rows = worksheet.iter_rows(max_row=_ROWS_ABOVE_HEADINGS, max_col=_MOST_COLUMNS, values_only=True)
    for number, values in enumerate(rows, start=1):
        found: dict[str, list[int]] = {}
        for place, value in enumerate(values):
            if isinstance(value, str) and value.strip():
                found.setdefault(typed.word(value), []).append(place)
        yield number, found


def _rows(file: str, workbook: Workbook, title: str) -> tuple[list[Row], list[str]]:
    worksheet = workbook[title]
    top, columns, notices = _columns(file, title, worksheet)
    base_1904 = workbook.epoch == CALENDAR_MAC_1904
    rows = []
    below = worksheet.iter_rows(min_row=top + 1, max_row=MOST_ROWS, max_col=_MOST_COLUMNS)
    for number, cells in enumerate(below, start=top + 1):
        given = {heading: cells[place] for heading, place in columns.items() if place < len(cells)}
        filled = {heading: cell for heading, cell in given.items() if typed.plain(cell.value)}
        if filled:
            rows.append(_row(number, filled, base_1904=base_1904))
    kept = [row for row in rows if row.reference or row.is_answered]
    if strays := [row.number for row in rows if row not in kept]:
        notices.append(f"{_said(strays)} of '{title}' has no reference and no answer, and was not read")
    return [row for row in kept if not _is_empty_month(row)], notices


def _columns(file: str, title: str, worksheet: Any) -> tuple[int, dict[str, int], list[str]]:  # noqa: ANN401
    """The row of the headings, where each column stands, and what is to be said of them."""
    wanted = {heading.casefold(): heading for heading in (REFERENCE, *ANSWERS)}
    top, found = max(_headings(worksheet), key=lambda one: len(wanted.keys() & one[1].keys()), default=(0, {}))
    missing = [heading for key, heading in wanted.items() if key not in found]
    if needed := [heading for heading in missing if heading in _NEEDED]:
        why = f"no column of the sheet '{title}' is headed '{needed[0]}'{_renamed(needed[0], found, wanted)}"
        raise BadReturn(file, why, "give the headings the names they were sent with, and return it again")
    if twice := [heading for key, heading in wanted.items() if len(found.get(key, ())) > 1]:
        why = f"two columns of the sheet '{title}' are headed '{twice[0]}'"
        raise BadReturn(file, why, "take out the one that was added, and return it again")
    notices = [
        f"no column of '{title}' is headed '{heading}'{_renamed(heading, found, wanted)}, so every row lacks it"
        for heading in missing
    ]
    others = {key: places[0] for key, places in found.items() if key not in wanted}
    return top, {**others, **{wanted[key]: places[0] for key, places in found.items() if key in wanted}}, notices


def _renamed(heading: str, found: Mapping[str, Sequence[int]], wanted: Mapping[str, str]) -> str:
    strange = [key for key in found if key not in wanted]
    like = difflib.get_close_matches(heading.casefold(), strange, n=1, cutoff=0.4)
    like = like or [key for key in strange if heading.casefold() in key]
    return f" (is it '{like[0]}'?)" if like else ""


def _row(number: int, cells: Mapping[str, Any], *, base_1904: bool) -> Row:
    faults: list[Fault] = []

    def text(heading: str) -> str:
        return _text(heading, cells.get(heading), faults)

    def day(heading: str) -> date | None:
        return _day(heading, cells.get(heading), faults, base_1904=base_1904)

    return Row(
        number=number,
        reference=text(REFERENCE).upper().replace(" ", ""),
        decision=text(DECISION),
        reason=text(REASON),
        until=day(UNTIL),
        decided_by=text(DECIDED_BY),
        decided_on=day(DECIDED_ON),
        faults=tuple(faults),
        texts={
            heading: typed.plain(cell.value)[:_LONGEST_TEXT]
            for heading, cell in cells.items()
            if heading not in (REFERENCE, *ANSWERS)
        },
    )


def _text(heading: str, cell: Any, faults: list[Fault]) -> str:  # noqa: ANN401 - a cell of openpyxl's, or none
    if cell is None or _is_unreadable(heading, cell, faults):
        return ""
    text = typed.plain(cell.value)
    if len(text) > LONGEST_REASON:
        why = f"{_place(heading, cell)} has {len(text):,} characters, more than {LONGEST_REASON}"
        faults.append(Fault(why, "say it in a sentence"))
        return ""
    return text


def _day(heading: str, cell: Any, faults: list[Fault], *, base_1904: bool) -> date | None:  # noqa: ANN401
    if cell is None or _is_unreadable(heading, cell, faults):
        return None
    try:
        return typed.day(cell.value, base_1904=base_1904)
    except ValueError:
        said = typed.plain(cell.value)[:_LONGEST_SHOWN]
        faults.append(Fault(f"{_place(heading, cell)} holds '{said}', which is no date", typed.FORMS))
        return None


def _is_unreadable(heading: str, cell: Any, faults: list[Fault]) -> bool:  # noqa: ANN401
    if cell.data_type == "f":
        faults.append(Fault(f"{_place(heading, cell)} holds a formula", "write the value itself"))
    elif cell.data_type == "e":
        faults.append(Fault(f"{_place(heading, cell)} holds the error {cell.value}", "write the value itself"))
    return cell.data_type in ("f", "e")


def _place(heading: str, cell: Any) -> str:  # noqa: ANN401
    return f"the cell {heading} ({cell.coordinate})"


def _is_empty_month(row: Row) -> bool:
    """The one row of a month in which there was nothing to decide."""
    return row.reference.casefold() == _NOTHING_TO_DECIDE and typed.word(row.decision) in ("", "not needed")


def _as_shown(title: str, showing: Showing, rows: Sequence[Row]) -> list[str]:
    """What the reader may not have seen, or this program not have read."""
    said = []
    if showing.hidden_sheet:
        said.append(f"the sheet '{title}' is hidden; it was read all the same")
    if unseen := [row.number for row in rows if row.number in showing.hidden and row.is_answered]:
        by = " by a filter" if showing.filtered else ""
        said.append(f"{_said(unseen)} of '{title}' is hidden{by}; what is answered there was read all the same")
    if showing.hidden_columns:
        said.append(f"'{title}' has hidden columns; they were read all the same")
    furthest = max((row.number for row in rows), default=0)
    if showing.last_row > max(furthest, MOST_ROWS):
        said.append(f"'{title}' goes on to row {showing.last_row:,}; nothing was read below row {MOST_ROWS:,}")
    return said


def _said(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:_MOST_NUMBERS]))
    more = f" and {len(numbers) - _MOST_NUMBERS} more" if len(numbers) > _MOST_NUMBERS else ""
    return f"each of the rows {shown}{more}" if len(numbers) > 1 else f"row {shown}"
