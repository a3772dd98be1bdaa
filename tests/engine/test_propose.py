"""Proposed rows: what is in the tenant, each to be confirmed, and none counting for anything before it is."""

import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook
from virtual import NOW, LoopClock, outside, run

from m365audit.engine.audit import collect
from m365audit.engine.begin import Proposed, propose_register
from m365audit.engine.deciding.person_names import called, is_of_provider
from m365audit.engine.deciding.propose import Evidence, propose
from m365audit.engine.judging.inputs import Inputs
from m365audit.engine.judging.judge import Bench
from m365audit.engine.places import Places
from m365audit.model.datasets import DATA_SETS
from m365audit.model.policy import Policy
from m365audit.model.tenant import Tenant
from m365audit.model.words import GapKind
from m365audit.register import SHEETS, read_register, rows_to_confirm, write_register
from m365audit.register.sheets import CONFIRM
from m365audit.rules import RULES
from m365audit.sample.councils import SampleCouncil, exampleton, little_sampling
from m365audit.sample.demo import write_config
from m365audit.sample.service.server import Service
from m365audit.settings import BadFile, load_tenant
from m365audit.snapshot import Snapshot

TODAY = NOW.date()
Rows = Mapping[str, list[dict[str, Any]]]


@dataclass
class Desk:
    """A sample council behind a service, with a tenant file, and a register if one is wanted."""

    council: SampleCouncil
    folder: Path

    def __post_init__(self) -> None:
        self.clock = LoopClock()
        self.service = Service([self.council.tenant], clock=self.clock)
        self.service.url = "http://127.0.0.1:1"
        write_config(self.folder, [self.council], self.service.url)
        self.tenant: Tenant = load_tenant(self.folder, self.council.slug)
        self.places = Places(self.folder, self.folder / "reports")
        assert self.tenant.register_path is not None
        self.register: Path = self.tenant.register_path

    def propose(self) -> Proposed:
        wire = outside(self.service, self.clock, self.tenant)
        return run(propose_register(self.tenant, self.places, NOW, outside=wire))

    def collect(self) -> Snapshot:
        wire = outside(self.service, self.clock, self.tenant)
        return Snapshot.open(run(collect(self.tenant, self.places, NOW, outside=wire)))

    def inputs(self, snapshot: Snapshot, register: Path) -> Inputs:
        policy = Policy("test", "Test", "X", ())
        return Inputs(self.tenant, snapshot, read_register(register), policy, TODAY)


@pytest.fixture(params=[exampleton, little_sampling], ids=["exampleton", "little-sampling"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    return Desk(request.param(NOW), tmp_path)


def names(desk: Desk, rule: str) -> set[str]:
    """What was planted for a rule."""
    return {plant.subject for plant in desk.council.planted if plant.rule == rule}


def test_without_a_register_it_becomes_one_and_leaves_nothing_else(desk: Desk) -> None:
    desk.register.unlink()
    proposed = desk.propose()
    assert proposed.path == desk.register
    assert proposed.beside is None
    assert proposed.gaps == ()
    assert not desk.places.reports.exists()
    assert {path.name for path in desk.folder.rglob("*")} == {
        "tenants",
        f"{desk.council.slug}.yaml",
        desk.register.name,
    }
    register = read_register(desk.register)
    assert register is not None
    assert rows_to_confirm(register) == proposed.proposal.counts
    assert set(rows_to_confirm(register)) == {"People", "Other accounts", "Mailbox access", "Third parties"}
    assert all(frame.empty for frame in register.values())
    assert desk.service.writes == []


def test_a_register_stays_as_it_is_and_only_what_it_lacks_is_proposed_beside_it(desk: Desk) -> None:
    before = desk.register.read_bytes()
    proposed = desk.propose()
    assert desk.register.read_bytes() == before
    assert proposed.path == desk.register.with_name(f"{desk.council.slug}-register-proposed.xlsx")
    assert proposed.beside == desk.register
    rows = proposed.proposal.rows
    ids = {user["userPrincipalName"]: user["id"] for user in desk.council.tenant.users}
    accounts = {ids[row["Account"].removeprefix(CONFIRM)] for row in rows["Other accounts"] if row["Kind"] != "room"}
    assert accounts == names(desk, "account-on-register")
    assert rows["People"] == []
    apps = {app["appId"].lower(): app["id"] for app in desk.council.tenant.service_principals}
    proposed_apps = {apps[row["Identifier"]] for row in rows["Third parties"] if row["Kind"] == "app"}
    assert proposed_apps <= names(desk, "app-access-approved")
    assert proposed_apps


def test_what_was_proposed_is_not_proposed_again_while_it_waits(desk: Desk) -> None:
    desk.register.unlink()
    desk.propose()
    again = desk.propose()
    assert again.path is None
    assert again.proposal.counts == {}


def test_a_proposal_is_never_overwritten(desk: Desk) -> None:
    first = desk.propose().path
    assert first is not None
    before = first.read_bytes()
    asked = len(desk.service.requests)
    with pytest.raises(BadFile, match="there already"):
        desk.propose()
    assert first.read_bytes() == before
    assert len(desk.service.requests) == asked, "it is refused before anybody signs in"


def test_a_tenant_file_that_names_no_register_is_refused(desk: Desk) -> None:
    desk.tenant = desk.tenant.model_copy(update={"register_file": None})
    with pytest.raises(BadFile, match="names no register"):
        desk.propose()


def rows_of(desk: Desk, mark: Callable[[str], str]) -> Rows:
    """Everything on the sample council's register, the first cell of each row changed."""
    first = {sheet.title: sheet.fields[0].heading for sheet in SHEETS}
    return {
        title: [{**row, first[title]: mark(str(row[first[title]]))} for row in rows]
        for title, rows in desk.council.register.items()
    }


@pytest.mark.parametrize(
    "mark",
    [
        pytest.param(lambda cell: f"{CONFIRM}{cell}", id="as it was proposed"),
        pytest.param(lambda cell: f"confirm:{cell}", id="in small letters, without the space"),
        pytest.param(lambda cell: f" \u201cCONFIRM : {cell}\u201d", id="in quotation marks"),
        pytest.param(lambda cell: f"Confirm\uff1a{cell}", id="with the colon of another keyboard"),
        pytest.param(lambda cell: f"\u2022 Confirm:\n{cell}", id="with a bullet and a line break"),
    ],
)
def test_however_a_row_waits_it_is_not_read(tmp_path: Path, mark: Callable[[str], str]) -> None:
    desk = Desk(exampleton(NOW), tmp_path)
    waiting = tmp_path / "waiting.xlsx"
    write_register(waiting, "x", rows_of(desk, mark))
    register = read_register(waiting)
    assert register is not None
    assert all(frame.empty for frame in register.values())
    assert rows_to_confirm(register) == {title: len(rows) for title, rows in desk.council.register.items() if rows}


def test_a_row_that_waits_approves_nothing_for_any_rule(desk: Desk) -> None:
    snapshot = desk.collect()
    waiting, empty = desk.folder / "waiting.xlsx", desk.folder / "empty.xlsx"
    write_register(waiting, "x", rows_of(desk, lambda cell: f"{CONFIRM}{cell}"))
    write_register(empty, "x")
    benches = [Bench(desk.inputs(snapshot, path)) for path in (waiting, empty, desk.register)]
    differ = 0
    for rule in RULES.values():
        waits, absent, agreed = (bench.judge(rule, {}) for bench in benches)
        assert waits.result is absent.result, rule.id
        pd.testing.assert_frame_equal(waits.rows, absent.rows)
        differ += agreed.result is not absent.result or not agreed.rows.equals(absent.rows)
    assert differ > 10, "confirmed, the same rows count"


def test_it_is_said_that_people_wait_to_be_confirmed(desk: Desk) -> None:
    desk.register.unlink()
    desk.propose()
    (gap,) = desk.inputs(desk.collect(), desk.register).coverage("people").gaps
    assert gap.kind is GapKind.REGISTER
    assert "confirmed" in gap.detail
    assert "Confirm" in gap.fix


def confirm_all(path: Path) -> None:
    """What a Clerk does who agrees to everything: takes the word away, and fills in what is blank."""
    workbook = load_workbook(path)
    for sheet in SHEETS:
        worksheet = workbook[sheet.title]
        headings = [cell.value for cell in worksheet[4]]
        needed = {field.heading for field in sheet.fields if field.required}
        for row in worksheet.iter_rows(min_row=6):
            row[0].value = str(row[0].value).removeprefix(CONFIRM)
            filled = {"Kind": "service", "Role": "Officer", "Reason": "as it is", "Authorised by": "Town Clerk"}
            for heading, cell in zip(headings, row, strict=False):
                if cell.value is None and heading in filled and heading in needed:
                    cell.value = filled[heading]
    workbook.save(path)


def test_confirmed_without_reason_and_name_it_is_refused_by_its_place(desk: Desk) -> None:
    desk.register.unlink()
    desk.propose()
    workbook = load_workbook(desk.register)
    cell = workbook["Mailbox access"]["A6"]
    cell.value = str(cell.value).removeprefix(CONFIRM)
    workbook.save(desk.register)
    with pytest.raises(Exception, match=r"Mailbox access.*row 6.*Reason.*is empty"):
        read_register(desk.register)


def test_all_confirmed_what_is_there_is_explained_and_what_cannot_be_right_stays(desk: Desk) -> None:
    desk.register.unlink()
    desk.propose()
    confirm_all(desk.register)
    bench = Bench(desk.inputs(desk.collect(), desk.register))
    found = {
        rule: set(bench.judge(RULES[rule], {}).breaches["subject_id"])
        for rule in ("account-on-register", "mailbox-access-authorised", "guest-accounted-for", "app-access-approved")
    }
    assert found["account-on-register"] == set()
    access = found["mailbox-access-authorised"]
    assert access
    assert access <= names(desk, "mailbox-access-authorised"), "nothing that is in order is reported"
    # Rights over calendars are not proposed: they are read one calendar at a time.
    access = {key for key in access if "|folder:" not in key}
    unfit = ("gone", "left", "guest", "outside", "disabled", "name further")
    because = {plant.subject: plant.because for plant in desk.council.planted}
    assert {because[key] for key in access if not any(word in because[key] for word in unfit)} == set()
    unknown = {plant.subject for plant in desk.council.planted if "on no row of the register" in plant.because}
    assert unknown
    assert not unknown & found["guest-accounted-for"]
    contracts = set(bench.judge(RULES["third-party-under-contract"], {}).breaches["subject_id"])
    assert contracts, "a row without a contract is not under contract"


def test_libreoffice_keeps_what_waits_waiting(tmp_path: Path) -> None:
    desk = Desk(exampleton(NOW), tmp_path)
    desk.register.unlink()
    counts = desk.propose().proposal.counts
    profile = (tmp_path / "profile").as_uri()
    words = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    subprocess.run(
        [*words, "--outdir", str(tmp_path / "saved"), str(desk.register)], check=True, capture_output=True, timeout=180
    )
    saved = tmp_path / "saved" / desk.register.name
    assert rows_to_confirm(read_register(saved)) == counts
    confirm_all(saved)
    register = read_register(saved)
    assert rows_to_confirm(register) == {}
    assert register is not None
    assert {sheet.title: len(register[sheet.name]) for sheet in SHEETS if len(register[sheet.name])} == counts
    shutil.rmtree(tmp_path / "profile")


def test_what_could_not_be_read_is_said_and_not_proposed(tmp_path: Path) -> None:
    council = exampleton(NOW)
    tenant = replace(council.tenant, granted=frozenset({"User.Read.All", "MailboxSettings.Read"}))
    desk = Desk(replace(council, tenant=tenant), tmp_path)
    desk.register.unlink()
    proposed = desk.propose()
    assert {gap.data_set for gap in proposed.gaps} >= {"mailboxes", "mailbox_access", "service_principals"}
    assert set(proposed.proposal.counts) == {"People", "Other accounts", "Third parties"}
    assert not any(row["Kind"] == "app" for row in proposed.proposal.rows["Third parties"])


def test_sharing_is_proposed_by_organisation_from_an_earlier_run_only(tmp_path: Path) -> None:
    desk = Desk(exampleton(NOW), tmp_path)
    desk.register.unlink()
    sharing = desk.collect().frame("sharing")
    rows = desk.propose().proposal.rows["Accepted sharing"]
    assert rows
    outside_addresses = {address.rpartition("@")[2] for address in sharing["grantee_address"].dropna()}
    assert {row["Shared with"] for row in rows} <= outside_addresses
    for row in rows:
        assert row["Location"] == f"{CONFIRM}anywhere"
        assert "@" not in row["Shared with"]
        assert row["Until"] == date(2027, 5, 24)
    assert "exampleton-tc.gov.uk" not in {row["Shared with"] for row in rows}


NONE = {"has_mailbox": False}
USER = {"has_mailbox": True, "purpose": "user"}
SHARED = {"has_mailbox": True, "purpose": "shared"}
ROOM = {"has_mailbox": True, "purpose": "room"}
OFF = {"enabled": False}
GUEST = {"user_type": "guest", "display_name": "Ann"}


@pytest.mark.parametrize(
    ("account", "settings", "sheet"),
    [
        pytest.param({"display_name": "Ann Lee"}, USER, "People", id="a person with a mailbox"),
        pytest.param({"display_name": "Ann Lee"}, NONE, "Other accounts", id="a person's name without a mailbox"),
        pytest.param({"display_name": "Town Clerk"}, USER, "Other accounts", id="an office with a mailbox"),
        pytest.param({"display_name": "Ann Lee", **OFF}, USER, None, id="a person switched off"),
        pytest.param({"display_name": "Post", **OFF}, SHARED, "Other accounts", id="a shared mailbox"),
        pytest.param({"display_name": "Hall"}, ROOM, "Other accounts", id="a room"),
        pytest.param({"display_name": "Support Ltd Engineer"}, NONE, "Other accounts", id="somebody like the provider"),
        pytest.param({"display_name": "Sample Support admin"}, NONE, "Third parties", id="the provider"),
        pytest.param({"mail": "ann@firm.example", **GUEST}, NONE, "Third parties", id="a guest of a firm"),
        pytest.param({"mail": "ann@gmail.com", **GUEST}, NONE, None, id="a guest with a private address"),
    ],
)
def test_each_account_goes_to_its_sheet(account: dict[str, Any], settings: dict[str, Any], sheet: str | None) -> None:
    row = {"account_id": "a", "user_principal_name": "a@x.gov.uk", "user_type": "member", "enabled": True, **account}
    evidence = Evidence(
        DATA_SETS["accounts"].frame([row]),
        mailbox_settings=DATA_SETS["mailbox_settings"].frame([{"account_id": "a", **settings}]),
    )
    tenant = Tenant.model_validate(
        {
            "slug": "x",
            "council": "X",
            "tenant_id": "11111111-2222-3333-4444-555555555555",
            "policy": "towcester",
            "provider": "Sample Support Ltd",
            "auth": {"kind": "token"},
        }
    )
    proposal = propose(evidence, tenant, None, TODAY)
    assert list(proposal.counts) == ([sheet] if sheet else [])
    assert all(str(next(iter(row.values()))).startswith(CONFIRM) for rows in proposal.rows.values() for row in rows)


@pytest.mark.parametrize(
    ("shown", "given", "surname", "name", "role"),
    [
        pytest.param("Cllr J Smith", "", "", "J Smith", "Councillor", id="a councillor by the title"),
        pytest.param("Smith, Jane (Mayor)", "", "", "Jane Smith", "", id="the surname first, an office in brackets"),
        pytest.param("Siân O'Neill-Rhys", "", "", "Siân O'Neill-Rhys", "", id="accents, apostrophe, hyphen"),
        pytest.param("Town Clerk", "Siân", "Powell", "Siân Powell", "", id="an office, with a person's name behind it"),
        pytest.param("Town Clerk", "Town", "Clerk", None, "", id="an office as name and surname"),
        pytest.param("Council Admin", "", "", None, "", id="an office of two words"),
        pytest.param("Scanner 2", "", "", None, "", id="a machine"),
        pytest.param("Prince", "", "", None, "", id="one word"),
        pytest.param('=HYPERLINK("x")', "", "", None, "", id="a formula"),
        pytest.param("", "", "", None, "", id="nothing"),
    ],
)
def test_who_an_account_is_called_after(shown: str, given: str, surname: str, name: str | None, role: str) -> None:
    found = called(shown, given, surname, "")
    assert (found.name if found else None) == name
    assert (found.role if found else "") == role


@pytest.mark.parametrize(
    ("shown", "provider", "is_it"),
    [
        pytest.param("Example IT Support", "Example IT Support Ltd", True, id="without the Ltd"),
        pytest.param("Example IT Support (Ann)", "Example IT Support Limited", True, id="with somebody's name"),
        pytest.param("IT Support", "Example IT Support Ltd", False, id="only part of the name"),
        pytest.param("Support", "Support Ltd", False, id="a name of one word says too little"),
    ],
)
def test_who_is_called_after_the_provider(shown: str, provider: str, is_it: bool) -> None:  # noqa: FBT001 - a table
    assert is_of_provider(shown, provider) is is_it
