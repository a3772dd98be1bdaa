"""The provider's workbook as a file: its sheets, its order of work, whether everybody can use it, and how it looks."""

import contextlib
import re
import shutil
import subprocess
import zlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hand_built import HOSTILE
from written import Written, as_excel_reads

from m365audit.model.fleet import (
    Ending,
    Fleet,
    FleetCouncil,
    Incident,
    LastAudit,
    Remedy,
    Shortfall,
    Tally,
    Task,
    Trouble,
)
from m365audit.model.months import Audited
from m365audit.model.words import GapKind, Result, Severity, State
from m365audit.report.accessible.file import WORKING, Weight, faults
from m365audit.report.provider import workbook as provider
from m365audit.report.provider.work import When, all_work
from m365audit.report.sheets import SMALLEST_SCALE

ON = date(2026, 11, 22)
SHEETS = [
    "Cover", "Contents", "What to do this month", "Councils", "Failed or missed audits", "Gaps and what mends them",
    "Ending soon", "Topics by council", "Checks across councils", "Clauses across councils", "Notes", "Run record",
]  # fmt: skip
CONSENT = Remedy(GapKind.PERMISSION, "Have Sites.Read.All consented to", "m365audit permissions SLUG", is_due=True)
REGISTER = Remedy(
    GapKind.REGISTER, "Have the Clerk fill in the council's register", "m365audit init SLUG", is_due=False
)
LICENCE = Remedy(GapKind.LICENCE, "Nothing, unless the council buys Entra ID P1", "The council", is_due=False)


def task(severity: Severity = Severity.HIGH, **counts: int) -> Task:
    where = "Exchange admin centre"
    return Task("mail-forwarded-outside", "Forwarding", "Mail stays", "It must. It does.", where, severity, 3, **counts)


def last(made_on: date = ON, **changes: object) -> LastAudit:
    gaps = changes.get("shortfalls", ())
    partial = any(one.remedy.is_due for one in gaps)  # type: ignore[attr-defined] # shortfalls all
    counted = Audited(
        run="20261121T093000Z",
        made_on=made_on,
        complete=not partial,
        clauses=dict.fromkeys(Result, 2),
        findings={Severity.HIGH: 1, Severity.MEDIUM: 2, Severity.LOW: 3},
        accepted=0,
    )
    values: dict[str, object] = {
        "states": {State.NEW: 2, State.CAME_BACK: 1},
        "waiting": 4,
        "overdue": 0,
        "overdue_days": 0,
        "tasks": (),
        "shortfalls": (),
        "endings": (),
        "topics": {"Forwarding": Result.DOES_NOT_MEET, "Guests": Result.MEETS},
        "open": {"Forwarding": 3},
        "digest": "a" * 64,
    }
    return LastAudit(
        run=counted.run, policy="towcester", tool_version="0.1.0", counted=counted, has_register=True, read=6, asked=7,
        **{**values, **changes},  # type: ignore[arg-type] # each is what the field wants
    )  # fmt: skip


def council(name: str, audit: LastAudit | None = None, *incidents: Incident, ends: date | None = None) -> FleetCouncil:
    return FleetCouncil(name.lower(), name, audit, incidents, ends)


def incident(trouble: Trouble, at: datetime | None = None, code: int | None = None) -> Incident:
    return Incident(trouble, "it went wrong", "m365audit audit it", at, code)


def fleet(*councils: FleetCouncil) -> Fleet:
    tally = Tally("towcester", "A-1", "Email", {Result.DOES_NOT_MEET: 1, Result.MEETS: 2})
    checks = Tally("Forwarding", "mail-forwarded-outside", "Mail stays", {Result.DOES_NOT_MEET: 2})
    return Fleet(ON, "Example IT", "0.1.0", councils, (tally,), (checks,))


MANY = fleet(
    council("Abel", last(tasks=(task(),), shortfalls=(Shortfall(CONSENT, ("sharing",), 3, 2),))),
    council("Beth", last(tasks=(task(Severity.LOW),), overdue=2, overdue_days=9), ends=ON + timedelta(days=5)),
    council("Cain", None, incident(Trouble.REFUSED, datetime(2026, 11, 21, 8, tzinfo=UTC), 3)),
    council("Dan", last(date(2026, 10, 21)), incident(Trouble.MISSED)),
    council("Eve", last(endings=(Ending("Exception", ON + timedelta(days=4), 2),)), ends=ON + timedelta(days=300)),
    council("Finn", last(shortfalls=(Shortfall(REGISTER, ("register",), 1, 9), Shortfall(LICENCE, ("roles",), 1, 1)))),
    council("Gwen", last(), incident(Trouble.UNFINISHED, datetime(2026, 11, 22, 8, tzinfo=UTC))),
)
FLEETS = [
    pytest.param(MANY, id="councils in every state"),
    pytest.param(fleet(council("Abel", last())), id="one council, all well"),
    pytest.param(fleet(*(council(str(t), None, incident(t)) for t in Trouble)), id="nothing but trouble"),
    pytest.param(Fleet(ON, "Example IT", "0.1.0", ()), id="no council at all"),
    pytest.param(fleet(*(council(name or "x", last()) for name in HOSTILE)), id="hostile names"),
]


def written(of: Fleet, folder: Path) -> Written:
    path = folder / "provider.xlsx"
    provider.write(of, path)
    return Written(path)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return written(MANY, tmp_path_factory.mktemp("many"))


def test_sheets_stand_in_the_order_of_a_technicians_questions_and_the_contents_count_their_rows(many: Written) -> None:
    assert many.book.sheetnames == SHEETS
    counts = {row["Sheet"]: row["Rows"] for row in many.table("Contents").rows}
    assert counts == {title: len(many.table(title).rows) for title in SHEETS}


@pytest.mark.parametrize("of", FLEETS)
def test_everybody_can_use_it(of: Fleet, tmp_path: Path) -> None:
    rules = tuple(rule for rule in WORKING if rule.weight is Weight.ESSENTIAL)
    path = tmp_path / "provider.xlsx"
    provider.write(of, path)
    assert faults(path, rules) == ()
    # One row a council takes more columns than are read out in comfort; nothing else of the rules is let go.
    assert {fault.rule for fault in faults(path, WORKING)} <= {"no table is wider than can be read"}


def test_every_sheet_can_be_read_on_paper(many: Written) -> None:
    for sheet in many.book:
        setup = sheet.page_setup
        assert sheet.sheet_properties.pageSetUpPr.fitToPage, f"{sheet.title} is wider than a page at {SMALLEST_SCALE} %"
        assert (setup.orientation, setup.paperSize) == ("landscape", 9)


def test_hostile_names_are_shown_and_never_run(tmp_path: Path) -> None:
    file = written(fleet(*(council(name, last()) for name in HOSTILE)), tmp_path)
    assert not any(re.search(r"<f[ >/]", xml) for xml in file.sheet_parts())
    shown = {as_excel_reads(str(name)) for name in file.table("Run record").column("Council")}
    assert {"=cmd|'/c calc'!A1", "#N/A", "Tŷ Ŵyn Cyngor â Siân Llŷr"} <= shown


def test_the_same_councils_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "1.xlsx", tmp_path / "2.xlsx"
    provider.write(MANY, first)
    provider.write(MANY, second)
    assert first.read_bytes() == second.read_bytes()


def test_every_council_has_one_row_and_those_that_need_somebody_soonest_stand_first(many: Written) -> None:
    rows = many.table("Councils").rows
    assert [row["Council"] for row in rows] == ["Cain", "Gwen", "Dan", "Beth", "Abel", "Eve", "Finn"]
    assert [row["Audit of the month"] for row in rows] == [
        "Audit failed",
        "Complete; then: audit stopped half-way",
        "No audit this month",
        "Complete",
        "Partial",
        "Complete",
        "Complete",
    ]
    assert [row["Next"] for row in rows][:4] == [
        "Mend what the audit was refused for, and audit again.",
        "Let the audit go on to its end.",
        "Make this month's audit.",
        "Make a new certificate and upload it to the audit's app.",
    ]


def test_a_row_has_the_numbers_of_the_last_audit(many: Written) -> None:
    by_name = {row["Council"]: row for row in many.table("Councils").rows}
    beth = by_name["Beth"]
    assert beth["Last audit"] == datetime(2026, 11, 22)  # noqa: DTZ001 - a cell knows no zone
    assert [beth[name] for name in list(beth)[3:17]] == [2, 2, 4, 10, 1, 2, 3, 3, 4, 2, 9, 0, 0, 5]
    assert by_name["Abel"]["Gaps to mend"] == 1
    assert by_name["Eve"]["Exceptions ending"] == 2
    assert by_name["Cain"]["High findings"] == "No result"
    assert by_name["Cain"]["Certificate, days left"] == "Not known"


@pytest.mark.parametrize(
    ("of", "work"),
    [
        pytest.param(council("A", None, incident(Trouble.MISSED)), [When.TODAY], id="a missed audit: today"),
        pytest.param(council("A", None, incident(Trouble.RUNNING)), [], id="one that is running: nothing"),
        pytest.param(council("A", last(), ends=ON), [When.TODAY], id="a certificate that ends today: today"),
        pytest.param(
            council("A", last(), ends=ON + timedelta(days=8)),
            [When.THIS_WEEK],
            id="one that ends in eight days: this week",
        ),
        pytest.param(council("A", last(), ends=ON + timedelta(days=31)), [], id="one that ends in 31 days: nothing"),
        pytest.param(council("A", last(tasks=(task(),))), [When.THIS_WEEK], id="urgent findings: this week"),
        pytest.param(
            council("A", last(tasks=(task(Severity.MEDIUM),))), [When.THIS_MONTH], id="medium ones: this month"
        ),
        pytest.param(
            council("A", last(tasks=(task(Severity.LOW),))), [When.CONVENIENT], id="low ones: when convenient"
        ),
        pytest.param(
            council("A", last(tasks=(task(Severity.LOW, to_go=1),))), [When.THIS_WEEK], id="asked for: this week"
        ),
        pytest.param(
            council("A", last(tasks=(task(Severity.LOW, asked=1),))), [When.THIS_WEEK], id="asked about: this week"
        ),
        pytest.param(
            council("A", last(shortfalls=(Shortfall(CONSENT, ("sharing",), 1, 2),))),
            [When.THIS_WEEK],
            id="a gap: this week",
        ),
        pytest.param(
            council("A", last(shortfalls=(Shortfall(REGISTER, ("register",), 1, 2),))),
            [When.THIS_MONTH],
            id="a register to fill in: this month",
        ),
        pytest.param(
            council("A", last(shortfalls=(Shortfall(LICENCE, ("roles",), 1, 2),))),
            [],
            id="a licence: the council's to buy",
        ),
        pytest.param(council("A", last(overdue=1, overdue_days=3)), [When.THIS_MONTH], id="an overdue decision"),
        pytest.param(
            council("A", last(endings=(Ending("Exception", ON),))), [When.THIS_MONTH], id="an ending exception"
        ),
        pytest.param(council("A", last()), [], id="nothing at all: nothing"),
    ],
)
def test_how_soon_each_thing_wants_doing(of: FleetCouncil, work: list[When]) -> None:
    assert [one.when for one in all_work(fleet(of))] == work


def test_work_stands_soonest_first_and_under_that_council_by_council(many: Written) -> None:
    rows = many.table("What to do this month").rows
    order = [list(When).index(row["When"]) for row in rows]
    assert order == sorted(order)
    assert [row["Council"] for row in rows if row["When"] == "Today"] == ["Beth", "Cain", "Dan", "Gwen"]
    (begin,) = [row["Where to begin"] for row in rows if "Sites.Read.All" in row["What to do"]]
    assert begin == "m365audit permissions abel.", "the command with the council's own name"


def test_failed_audits_say_when_why_with_which_code_and_what_to_do(many: Written) -> None:
    rows = many.table("Failed or missed audits").rows
    assert [(row["Council"], row["What happened"], row["Exit code"]) for row in rows] == [
        ("Cain", "Audit failed", 3),
        ("Gwen", "Audit stopped half-way", "None"),
        ("Dan", "No audit this month", "None"),
    ]
    assert rows[0]["When"] == datetime(2026, 11, 21, 8)  # noqa: DTZ001
    assert rows[2]["When"] == "Not made"
    assert {row["What to do"] for row in rows} == {"m365audit audit it."}


def test_gaps_stand_under_what_mends_them_with_their_councils(many: Written) -> None:
    rows = many.table("Gaps and what mends them").rows
    assert [(row["What mends it"], row["Makes audits partial"], row["Which councils"]) for row in rows] == [
        ("Have Sites.Read.All consented to.", "Yes", "Abel"),
        ("Have the Clerk fill in the council's register.", "No", "Finn"),
        ("Nothing, unless the council buys Entra ID P1.", "No", "Finn"),
    ]


def test_a_remedy_for_many_councils_names_every_one_of_them_in_full(tmp_path: Path) -> None:
    short = (Shortfall(CONSENT, ("sharing",), 1, 2),)
    names = [f"{'St. Somebody-by-the-Water ' * 3}{number:03}" for number in range(205)]
    file = written(fleet(*(council(name, last(shortfalls=short)) for name in names)), tmp_path)
    rows = file.table("Gaps and what mends them").rows
    assert [name for name in names if not any(name in row["Which councils"] for row in rows)] == []
    assert sum(row["Councils"] for row in rows) == 205
    assert not any("shortened" in row["Which councils"] for row in rows)


def test_what_ends_stands_by_its_day_and_certificates_that_last_are_left_out(many: Written) -> None:
    rows = many.table("Ending soon").rows
    assert [(row["Council"], row["What ends"], row["Days left"]) for row in rows] == [
        ("Eve", "Exception", 4),
        ("Beth", "Certificate", 5),
    ]


def test_topics_stand_side_by_side(many: Written) -> None:
    rows = {row["Council"]: row for row in many.table("Topics by council").rows}
    assert rows["Abel"]["Forwarding"] == "Does not meet: 3"
    assert rows["Abel"]["Guests"] == "Meets"
    assert "Cain" not in rows, "nothing is known of it"


def test_the_cover_answers_a_technicians_questions(many: Written) -> None:
    answers = {row["Question"]: row["Answer"] for row in many.table("Cover").rows}
    assert answers["Which councils need me today?"] == "4 of 7 councils: Beth, Cain, Dan and Gwen."
    assert answers["Which audits failed or were missed?"].splitlines() == [
        "Audit failed: Cain.",
        "Audit stopped half-way: Gwen.",
        "No audit this month: Dan.",
    ]
    assert "Have Sites.Read.All consented to." in answers["What is partial, and what one action mends it?"]
    assert "2 are overdue, the longest first: Beth." in answers["Which decisions wait, and which are overdue?"]
    assert "the first that of Beth in 5 days" in answers["What ends soon?"]
    assert "2 exceptions" in answers["What ends soon?"]


def test_long_lists_of_names_are_cut_on_the_cover_and_say_so(tmp_path: Path) -> None:
    names = [f"Council {number:02}" for number in range(40)]
    file = written(fleet(*(council(name, None, incident(Trouble.MISSED)) for name in names)), tmp_path)
    answers = {row["Question"]: row["Answer"] for row in file.table("Cover").rows}
    assert "and 34 more" in answers["Which councils need me today?"]
    assert len(file.table("Failed or missed audits").rows) == 40


def test_every_word_for_trouble_is_explained(many: Written) -> None:
    explained = set(many.table("Notes").column("Word"))
    assert {str(trouble) for trouble in Trouble} <= explained


def test_libreoffice_opens_it_on_few_pages(many: Written, tmp_path: Path) -> None:
    soffice = shutil.which("soffice")
    assert soffice, "LibreOffice is needed to see the workbook as people do: install it, so that soffice is found"
    profile = (tmp_path / "profile").as_uri()
    command = [soffice, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf", "--outdir"]
    subprocess.run([*command, str(tmp_path), str(many.path)], check=True, capture_output=True, timeout=180)
    pdf = (tmp_path / f"{many.path.stem}.pdf").read_bytes()
    opened = [pdf]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        with contextlib.suppress(zlib.error):
            opened.append(zlib.decompress(stream))
    pages = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", b"\n".join(opened))
    assert len(SHEETS) <= len(pages) <= len(SHEETS) + 4
