"""The register: what init writes can be read, filled in and read again; the first wrong cell is named."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook

from m365audit.register import SHEETS, BadRegister, read_register, write_register
from m365audit.register.sheets import EXAMPLE

PERSON = {
    "Name": "Siân O'Neill",
    "Role": "Councillor",
    "Account": "Sian@Exampleton-tc.gov.uk",
    "Until": date(2027, 5, 4),
}


@pytest.fixture
def register(tmp_path: Path) -> Path:
    path = tmp_path / "exampleton-register.xlsx"
    write_register(path, "Exampleton Town Council", {"People": [PERSON]})
    return path


def changed(path: Path, change: Callable[[Workbook], None]) -> Path:
    workbook = load_workbook(path)
    change(workbook)
    workbook.save(path)
    return path


def test_no_file_is_no_register(tmp_path: Path) -> None:
    assert read_register(tmp_path / "none.xlsx") is None
    assert read_register(None) is None


def test_a_new_register_holds_an_example_on_every_sheet_and_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "new.xlsx"
    write_register(path, "Exampleton Town Council")
    frames = read_register(path)
    assert frames is not None
    assert {name: len(frame) for name, frame in frames.items()} == {sheet.name: 0 for sheet in SHEETS}
    workbook = load_workbook(path)
    assert [sheet.title for sheet in workbook.worksheets] == [sheet.title for sheet in SHEETS]
    assert all(str(worksheet["A5"].value).startswith(EXAMPLE) for worksheet in workbook.worksheets)


def test_a_register_is_never_overwritten(register: Path) -> None:
    before = register.read_bytes()
    with pytest.raises(FileExistsError):
        write_register(register, "Another council")
    assert register.read_bytes() == before


def test_what_was_filled_in_comes_back_as_it_is_meant(register: Path) -> None:
    frames = read_register(register)
    assert frames is not None
    person = frames["people"].iloc[0]
    assert person["name"] == "Siân O'Neill"
    assert person["account"] == "sian@exampleton-tc.gov.uk"
    assert person["until"] == date(2027, 5, 4)
    assert person["from"] is None
    assert person["private_addresses"] == []


@pytest.mark.parametrize(
    ("written", "read"),
    [
        pytest.param("31/03/2027", date(2027, 3, 31), id="as the British write it"),
        pytest.param("2027-03-31", date(2027, 3, 31), id="as computers write it"),
        pytest.param(" 31 Mar 2027 ", date(2027, 3, 31), id="in words, with spaces"),
        pytest.param(datetime(2027, 3, 31), date(2027, 3, 31), id="a real date"),  # noqa: DTZ001 - Excel has no zones
        pytest.param(None, None, id="blank"),
    ],
)
def test_a_date_may_be_written_in_several_ways(register: Path, written: object, read: date | None) -> None:
    def write(workbook: Workbook) -> None:
        workbook["People"]["E6"] = written

    frames = read_register(changed(register, write))
    assert frames is not None
    assert frames["people"].iloc[0]["until"] == read


def test_private_addresses_are_split_and_lowered(register: Path) -> None:
    def write(workbook: Workbook) -> None:
        workbook["People"]["F6"] = "Sian@Example-Mail.test;\n s.oneill@example.test"

    frames = read_register(changed(register, write))
    assert frames is not None
    assert frames["people"].iloc[0]["private_addresses"] == ["sian@example-mail.test", "s.oneill@example.test"]


def put(sheet: str, cell: str, value: object) -> Callable[[Workbook], None]:
    def write(workbook: Workbook) -> None:
        workbook[sheet][cell] = value

    return write


def rename(workbook: Workbook) -> None:
    workbook["Accepted sharing"].title = "Accepted share"


def add_access(workbook: Workbook) -> None:
    workbook["Mailbox access"].append(["a@x.test", "b@x.test", "Everything", "why", "Clerk", None, None])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(put("People", "E6", "next May"), ["People", "row 6", "Until", "'next May'"], id="a date in words"),
        pytest.param(put("People", "A6", None), ["People", "row 6", "Name", "empty"], id="a name left out"),
        pytest.param(put("People", "D6", "=TODAY()"), ["row 6", "From", "formula"], id="a formula"),
        pytest.param(put("People", "F6", "not an address"), ["row 6", "Private addresses"], id="no address"),
        pytest.param(put("People", "D6", "1/1/2030"), ["row 6", "Until", "before From"], id="the end before the start"),
        pytest.param(put("People", "B4", "Rôle"), ["People", "'Role'"], id="a heading changed"),
        pytest.param(rename, ["Accepted sharing", "rename 'Accepted share'"], id="a sheet renamed"),
        pytest.param(add_access, ["row 6", "Right", "'Everything'", "Full access, Send as"], id="an unknown right"),
    ],
)
def test_a_mistake_is_refused_by_its_place(register: Path, change: Callable[[Workbook], None], says: list[str]) -> None:
    with pytest.raises(BadRegister) as refusal:
        read_register(changed(register, change))
    sentence = str(refusal.value)
    assert all(part in sentence for part in ["exampleton-register.xlsx", *says]), sentence
    assert sentence.count("\n") == 0


def test_columns_in_another_order_are_found_by_their_headings(register: Path) -> None:
    def swap(workbook: Workbook) -> None:
        sheet = workbook["People"]
        for row in range(4, 7):
            first, second = sheet.cell(row, 1).value, sheet.cell(row, 2).value
            sheet.cell(row, 1).value, sheet.cell(row, 2).value = second, first

    frames = read_register(changed(register, swap))
    assert frames is not None
    assert frames["people"]["name"].tolist() == ["Siân O'Neill"]


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    path.write_text("a letter")
    with pytest.raises(BadRegister, match="cannot be opened"):
        read_register(path)


def test_a_file_that_unpacks_to_far_too_much_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    with ZipFile(path, "w", compression=8) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 60_000_000)
    with pytest.raises(BadRegister, match="MB"):
        read_register(path)


def test_choices_have_drop_downs_with_help(register: Path) -> None:
    workbook = load_workbook(register)
    validations = workbook["Mailbox access"].data_validations.dataValidation
    lists = {v.formula1 for v in validations if v.type == "list"}
    assert '"Full access,Send as,Send on behalf,Folder"' in lists
    assert all(v.promptTitle and v.prompt and v.showInputMessage for v in validations)
    assert all(v.error for v in validations if v.type == "list")
