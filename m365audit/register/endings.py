"""The last day of a leaver, as it goes into the register: whose row it is, and how it gets there."""

import shutil
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final

import pandas as pd
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from m365audit.excel.whole import save_whole
from m365audit.register import typed
from m365audit.register.judged import Found
from m365audit.register.offices import Offices, Person
from m365audit.register.package import BadReturn, unpack
from m365audit.register.read import BadRegister, read_register
from m365audit.register.sheets import PEOPLE
from m365audit.register.understood import Ending
from m365audit.register.weigh import refuse, shown

_UNTIL: Final = "Until"
_ROWS_ABOVE_HEADINGS: Final = 10
# What the library that writes workbooks would lose of the Clerk's own.
_WOULD_BE_LOST: Final = ("xl/charts/", "xl/media/", "xl/drawings/drawing", "xl/ctrlprops/", "xl/slicers/", "customxml/")


def ending_of(found: Found, until: date | None, offices: Offices) -> Ending:
    """Whose row of the sheet People gets the last day of a leaver who is confirmed.

    Raises:
        Refused: there is no such row, or more than one, or it begins after that day.
    """
    people = [person for person in offices.people if _is_about(person, found.subject_id, found.concerns)]
    open_ = [person for person in people if person.until is None]
    rows = open_ or sorted(people, key=lambda person: person.until or date.max)[-1:]
    if until is None or not rows:
        why = f"the register's sheet People has nobody with the account of {found.subject_name}"
        refuse(why, "enter the person there with the last day of service, instead of answering here")
    if len({typed.name(person.name) for person in rows}) > 1:
        why = f"several people on the register have the account ({', '.join(person.name for person in rows)})"
        refuse(why, "enter the last day on the register's sheet People, instead of answering here")
    person = rows[-1]
    if person.begins is not None and person.begins > until:
        why = f"its Until, {shown(until)}, is before {person.name} began ({shown(person.begins)}), by the register"
        refuse(why, "correct the day here or on the register")
    return Ending(person.row, person.name, until)


def _is_about(person: Person, subject_id: str, concerns: frozenset[str]) -> bool:
    by_account = person.account and (person.account in concerns or person.account == subject_id.casefold())
    return bool(by_account) or typed.plain(person.name).casefold() == typed.plain(subject_id).casefold()


def write_endings(path: Path, endings: Sequence[Ending], at: datetime) -> list[Ending]:
    """Write last days into the register, and keep the register as it was beside it; what was written.

    The register is written whole or not at all, and its draft is read first: nothing may differ but those days.

    Raises:
        BadRegister: it is open in Excel, cannot be written, or holds what would be lost.
    """
    before = read_register(path)
    if before is None:
        message = f"{path} is not there any more; put it back"
        raise BadRegister(message)
    people = {int(row["row"]): row for row in before["people"].to_dict("records")}
    wanted = [one for one in endings if people.get(one.row, {}).get("name") == one.name]
    fresh = [one for one in wanted if people[one.row]["until"] != one.until]
    fresh = [one for one in fresh if not (one.only_blank and people[one.row]["until"] is not None)]
    if not fresh:
        return []
    _refuse_what_would_be_lost(path)
    draft = path.with_name(f".{path.stem}.draft.xlsx")
    try:
        _write_draft(path, draft, fresh)
        _hold_against(before, read_register(draft), fresh, path)
        shutil.copy2(path, path.with_name(f"{path.stem} before {at:%Y-%m-%d %H%M%S}{path.suffix}"))
        draft.replace(path)
    except OSError as error:
        message = f"{path} cannot be written ({error.strerror}); close it in Excel, or see that you may write it"
        raise BadRegister(message) from error
    finally:
        draft.unlink(missing_ok=True)
    return fresh


def _refuse_what_would_be_lost(path: Path) -> None:
    if path.with_name(f"~${path.name}").exists():
        message = f"{path.name} is open in Excel; close it, and give the same file again"
        raise BadRegister(message)
    try:
        names = unpack(path).names
    except BadReturn as error:
        raise BadRegister(str(error)) from error
    if lost := [name for name in names if name.lower().startswith(_WOULD_BE_LOST)]:
        message = (
            f"{path.name} holds pictures, charts or controls ({lost[0]}) that would be lost; enter the last days on "
            "its sheet People by hand"
        )
        raise BadRegister(message)


def _write_draft(path: Path, draft: Path, endings: Sequence[Ending]) -> None:
    workbook: Workbook = load_workbook(path)
    try:
        sheet = next(one for one in workbook.worksheets if one.title.strip().casefold() == PEOPLE.title.casefold())
        column = _column(sheet)
        for ending in endings:
            cell = sheet.cell(ending.row, column)
            cell.value = ending.until
            cell.number_format = "d mmm yyyy"
        save_whole(workbook, draft)
    finally:
        workbook.close()


def _column(sheet: Worksheet) -> int:
    """The column headed Until, among the headings :func:`read_register` has found before."""
    wanted = {field.heading.casefold() for field in PEOPLE.fields}
    for cells in sheet.iter_rows(max_row=_ROWS_ABOVE_HEADINGS):
        places = {str(cell.value).strip().casefold(): cell.column for cell in cells if cell.value is not None}
        if wanted <= places.keys():
            return places[_UNTIL.casefold()]
    message = f"the sheet {sheet.title} has lost its headings"
    raise BadRegister(message)


def _hold_against(
    before: dict[str, pd.DataFrame], after: dict[str, pd.DataFrame] | None, endings: Sequence[Ending], path: Path
) -> None:
    """Refuse a draft that differs from the register in anything but the days that were to be written."""
    wanted = {name: frame.to_dict("records") for name, frame in before.items()}
    days = {ending.row: ending.until for ending in endings}
    for row in wanted["people"]:
        row["until"] = days.get(row["row"], row["until"])
    if {name: frame.to_dict("records") for name, frame in (after or {}).items()} != wanted:
        message = f"{path.name} cannot be written without changing more of it; enter the last days by hand"
        raise BadRegister(message)
