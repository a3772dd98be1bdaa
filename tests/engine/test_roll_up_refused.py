"""What is remembered of an audit that was refused: enough to act on, and nobody's name."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fleets import places, tenant_file
from openpyxl import load_workbook

from m365audit.engine.collecting.safety import UnsafePermission
from m365audit.engine.custody.protection import NoPassword
from m365audit.engine.places import Places
from m365audit.engine.roll_up.refused import REFUSED_FILE, forget, refused, remember, words_of
from m365audit.graph import SignInFailed
from m365audit.graph.said import Service
from m365audit.graph.signin import PARTNER_REMEDIES, REMEDIES, explain_words, unreachable
from m365audit.register import SHEETS, BadRegister, read_register, write_register
from m365audit.register.ledger import TamperedLedger
from m365audit.settings import BadFile, load_tenant
from m365audit.snapshot import BadRun, Busy

NOON = datetime(2026, 11, 21, 12, 0, 0, 500, tzinfo=UTC)
SLUG = "somewhere"
SOMEBODY = "jane.smith@somewhere.gov.uk"


@pytest.fixture
def desk(tmp_path: Path) -> Places:
    where = places(tmp_path)
    tenant_file(where, SLUG)
    return where


def sign_in(desk: Places, said: str) -> SignInFailed:
    return SignInFailed(explain_words(said, load_tenant(desk.config, SLUG), Service.GRAPH))


def register(desk: Places) -> BadRegister:
    """What reading a register says in which somebody stands where a date should."""
    path = desk.config / "register.xlsx"
    write_register(path, "Somewhere", {})
    book = load_workbook(path)
    people = next(sheet for sheet in SHEETS if sheet.name == "people")
    sheet = book[people.title]
    places_of = {str(cell.value).casefold(): cell for row in sheet.iter_rows() for cell in row if cell.value}
    header = places_of[next(field.heading for field in people.fields if field.kind == "date").casefold()]
    for field in people.fields:
        sheet.cell(header.row + 1, places_of[field.heading.casefold()].column, "Jane Smith")
    book.save(path)
    with pytest.raises(BadRegister) as refusal:
        read_register(path)
    assert "Jane" in str(refusal.value), "or this test shows nothing"
    return refusal.value


@pytest.mark.parametrize(
    ("refusal", "kept"),
    [
        pytest.param(
            lambda desk: sign_in(desk, "AADSTS7000222: The keys of app 'x' have expired"),
            ["Somewhere Council", "secret has expired", "AADSTS7000222", "make a new secret"],
            id="an error of Microsoft's that is known",
        ),
        pytest.param(
            lambda desk: sign_in(desk, f"AADSTS999999: Jane Smith ({SOMEBODY}) is not welcome"),
            ["refused the sign-in", "AADSTS999999"],
            id="one that is not known",
        ),
        pytest.param(
            lambda _: SignInFailed(f"Microsoft Graph refused the sign-in: {SOMEBODY} is out; see that the certificate"),
            ["refused the sign-in"],
            id="words of Microsoft Graph",
        ),
        pytest.param(
            lambda _: SignInFailed(f"Something new was said of Jane Smith, {SOMEBODY}."),
            ["refused the sign-in"],
            id="a sentence nobody has looked at yet",
        ),
        pytest.param(
            lambda desk: SignInFailed(unreachable(load_tenant(desk.config, SLUG))),
            ["could not be reached"],
            id="no connection",
        ),
        pytest.param(register, ["Sheet People", "row"], id="a cell of the register"),
        pytest.param(
            lambda _: BadRegister("Jane Smith's register.xlsx cannot be opened"),
            ["The register cannot be read"],
            id="the register as a whole",
        ),
        pytest.param(
            lambda _: TamperedLedger("line 3 of Jane Smith is not as it was written"),
            ["ledger of decisions", "verify somewhere"],
            id="the ledger of decisions",
        ),
        pytest.param(
            lambda desk: BadFile(desk.config / "tenants" / "x.yaml", 3, "", f"'{SOMEBODY}' is no key", "see 'policy'"),
            ["config/tenants/x.yaml, line 3", "(an address)", "see 'policy'"],
            id="a tenant file",
        ),
        pytest.param(
            lambda desk: BadRun(f"{desk.reports / SLUG} cannot be written (disk full); free some space"),
            ["reports/somewhere cannot be written", "disk full"],
            id="a full disk",
        ),
        pytest.param(
            lambda _: BadRun(f"{Path.home() / 'x'} cannot be written"), ["~/x cannot"], id="a folder of the user's own"
        ),
        pytest.param(
            lambda _: UnsafePermission("Somewhere Council: the auditor's app holds Mail.ReadWrite"),
            ["Mail.ReadWrite"],
            id="an app that may write",
        ),
        pytest.param(
            lambda _: NoPassword("the workbooks of Somewhere Council are to be encrypted"),
            ["to be encrypted"],
            id="no password for the workbooks",
        ),
        pytest.param(lambda _: RuntimeError("Jane Smith"), ["audit somewhere"], id="anything else"),
    ],
)
def test_the_words_of_a_refusal_say_what_to_do_and_name_nobody(
    desk: Places, refusal: Callable[[Places], Exception], kept: list[str]
) -> None:
    words = words_of(refusal(desk), SLUG, desk)
    assert [part for part in kept if part not in words] == [], words
    for name in ("Jane", "Smith", "jane", SOMEBODY, str(Path.home()), str(desk.config)):
        assert name not in words


@pytest.mark.parametrize("remedy", [*REMEDIES, *PARTNER_REMEDIES], ids=lambda remedy: remedy[0])
def test_every_sentence_of_ours_about_signing_in_is_kept_whole(desk: Places, remedy: tuple[str, str, str]) -> None:
    said = f"Signing in to Somewhere Council for Graph failed: {remedy[1]} ({remedy[0]}); {remedy[2]}."
    assert words_of(SignInFailed(said), SLUG, desk) == said


def test_it_is_read_back_as_it_was_written_and_only_its_owner_can_read_it(desk: Places) -> None:
    remember(SLUG, sign_in(desk, "AADSTS7000222"), 3, desk, NOON)
    said = refused(SLUG, desk)
    assert said is not None
    assert (said.at, said.code) == (NOON.replace(microsecond=0), 3)
    path = desk.reports / SLUG / REFUSED_FILE
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0
    assert [one.name for one in path.parent.iterdir()] == [REFUSED_FILE]


def test_the_last_refusal_counts(desk: Places) -> None:
    remember(SLUG, sign_in(desk, "AADSTS7000222"), 3, desk, NOON)
    remember(SLUG, BadRun("the disk is full"), 2, desk, NOON)
    said = refused(SLUG, desk)
    assert said is not None
    assert said.words == "the disk is full"


@pytest.mark.parametrize(
    ("slug", "refusal"),
    [
        pytest.param("nowhere", BadRun("x"), id="of a council without a tenant file"),
        pytest.param(SLUG, Busy("another audit is running"), id="of an audit that found another one running"),
    ],
)
def test_nothing_is_written(desk: Places, slug: str, refusal: Exception) -> None:
    remember(slug, refusal, 75, desk, NOON)
    assert not desk.reports.exists()


def test_a_note_that_cannot_be_read_is_said(desk: Places) -> None:
    remember(SLUG, BadRun("x"), 2, desk, NOON)
    (desk.reports / SLUG / REFUSED_FILE).write_text("{}", encoding="utf-8")
    with pytest.raises(BadRun, match="delete it"):
        refused(SLUG, desk)


def test_a_file_where_the_folder_should_be_is_said(desk: Places) -> None:
    desk.reports.mkdir()
    (desk.reports / SLUG).write_text("in the way", encoding="utf-8")
    with pytest.raises(BadRun, match="cannot be written"):
        remember(SLUG, BadRun("x"), 2, desk, NOON)
    with pytest.raises(BadRun):
        forget(SLUG, desk)
