"""The doctor's look at the register: rows that name nothing there is, and rows nobody has confirmed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from test_propose import Desk, rows_of
from virtual import NOW

from m365audit.engine.doctor.register import RegisterLook, look_at_register
from m365audit.model.months import Match
from m365audit.register import write_register
from m365audit.register.sheets import CONFIRM
from m365audit.sample.councils import exampleton

GONE: dict[str, dict[str, Any]] = {
    "Other accounts": {"Account": "fax@exampleton-tc.gov.uk", "Kind": "service", "Purpose": "The fax"},
    "Mailbox access": {
        "Mailbox": "info@exampleton-tc.gov.uk",
        "Delegate": "j.trent@exampleton-tc.gov.uk",
        "Right": "Full access",
        "Reason": "Cover",
        "Authorised by": "Town Clerk",
    },
    "Third parties": {"Organisation": "Gone Ltd", "Kind": "app", "Identifier": "gone app"},
    "Site access": {"Site": "https://exampleton.sharepoint.com/sites/Gone", "Role or account": "Councillor"},
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    made = Desk(exampleton(NOW), tmp_path_factory.mktemp("desk"))
    made.collect()
    return made


def with_rows(desk: Desk, folder: Path, extra: dict[str, dict[str, Any]], mark: str = "") -> RegisterLook:
    """The look at a register with some more rows."""
    path = folder / "register.xlsx"
    rows = rows_of(desk, str)
    first = {title: next(iter(row)) for title, row in extra.items()}
    more = {title: [*rows[title], {**row, first[title]: mark + row[first[title]]}] for title, row in extra.items()}
    write_register(path, "x", {**rows, **more})
    tenant = desk.tenant.model_copy(update={"folder": folder, "register_file": path.name})
    return look_at_register(tenant, desk.places)


@pytest.mark.parametrize("sheet", GONE)
def test_a_row_that_names_nothing_is_listed_with_its_place(desk: Desk, tmp_path: Path, sheet: str) -> None:
    look = with_rows(desk, tmp_path, {sheet: GONE[sheet]})
    last = max(note.row for note in look.rows if note.sheet == sheet and note.match is Match.GONE)
    assert last == 5 + len(desk.council.register[sheet]) + 1
    assert any(f"sheet {sheet}, row {last}" in words and look.run in words for words in look.sentences)


def test_a_row_to_be_confirmed_is_counted_and_not_looked_up(desk: Desk, tmp_path: Path) -> None:
    look = with_rows(desk, tmp_path, GONE, CONFIRM)
    assert look.waiting == dict.fromkeys(GONE, 1)
    assert {
        (note.sheet, note.row) for note in look.rows if note.row > 5 + len(desk.council.register[note.sheet])
    } == set()
    assert "Other accounts 1, Mailbox access 1, Third parties 1, Site access 1" in next(look.sentences)


def test_without_a_run_only_the_register_itself_is_spoken_of(desk: Desk, tmp_path: Path) -> None:
    elsewhere = replace(desk.places, reports=tmp_path)
    assert list(look_at_register(desk.tenant, elsewhere).sentences) == []
    missing = desk.tenant.model_copy(update={"register_file": "none.xlsx"})
    (words,) = look_at_register(missing, elsewhere).sentences
    assert "init --from-tenant" in words


def test_a_run_of_another_tenant_says_nothing(desk: Desk) -> None:
    other = desk.tenant.model_copy(update={"tenant_id": "99999999-2222-3333-4444-555555555555"})
    assert look_at_register(other, desk.places).run == ""
    assert look_at_register(desk.tenant, desk.places).run == NOW.strftime("%Y%m%dT%H%M%SZ")
