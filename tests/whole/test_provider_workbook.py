"""Both sample councils and others that failed, in one workbook: from real audits to what it says of them."""

import shutil
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from audits import NOW, Audited, environment
from fleets import begun, places, tenant_file
from openpyxl import load_workbook

from m365audit.cli import app
from m365audit.cli.refusals import exit_code_of
from m365audit.cli.roll_up import keep_in_mind
from m365audit.engine.places import Places
from m365audit.engine.roll_up import fleet as roll_up
from m365audit.engine.roll_up.refused import remember
from m365audit.graph import SignInFailed
from m365audit.model.fleet import Trouble
from m365audit.model.words import Actor, Result, SubjectKind

ON = NOW.date() + timedelta(days=1)
TOKENS = {"M365AUDIT_GRAPH_TOKEN": None, "M365AUDIT_EXCHANGE_TOKEN": None}


@dataclass
class Fleet:
    """A provider's desk with everything that can become of an audit."""

    where: Places
    audits: tuple[Audited, ...]


@pytest.fixture
def fleet(exampleton_audit: Audited, little_sampling_audit: Audited, tmp_path: Path) -> Fleet:
    where = places(tmp_path)
    audits = (exampleton_audit, little_sampling_audit)
    for one in audits:
        shutil.copytree(one.places.config, where.config, dirs_exist_ok=True)
        shutil.copytree(one.places.reports, where.reports, dirs_exist_ok=True)
    for slug in ("refused", "missed", "halfway"):
        tenant_file(where, slug)
    remember("refused", SignInFailed("the app's secret has expired"), 3, where, NOW)
    begun(where, "halfway", datetime(2026, 11, 21, 11, tzinfo=UTC))
    tenant_file(where, "unreadable", more="polcy: x")
    return Fleet(where, audits)


def test_every_council_is_there_and_the_numbers_are_those_of_its_assessment(fleet: Fleet) -> None:
    made = {council.slug: council for council in roll_up.roll_up(fleet.where, ON).councils}
    assert {slug: council.trouble for slug, council in made.items()} == {
        "exampleton": None,
        "little-sampling": None,
        "refused": Trouble.REFUSED,
        "missed": Trouble.MISSED,
        "halfway": Trouble.UNFINISHED,
        "unreadable": Trouble.TENANT_FILE,
    }
    for one in fleet.audits:
        said, audit = one.outcome.assessment, made[one.council.slug].audit
        assert audit is not None
        own = [clause.result for clause in said.own_clauses]
        assert {result: number for result, number in audit.counted.clauses.items() if number} == {
            result: own.count(result) for result in set(own)
        }
        ours = [f for f in said.present if f.actor is Actor.PROVIDER and f.result is not Result.ACCEPTED]
        assert sum(task.findings for task in audit.tasks) == len(ours)
        assert audit.read == sum(note.coverage.is_whole for note in said.data_sets)


def test_no_name_of_anybody_or_anything_of_theirs_is_in_it(fleet: Fleet) -> None:
    with zipfile.ZipFile(roll_up.write(fleet.where, ON)) as archive:
        text = "\n".join(archive.read(name).decode() for name in archive.namelist())
    for one in fleet.audits:
        names: set[str] = set()
        for person in one.council.tenant.users:
            names |= {person["userPrincipalName"], person["id"], person["displayName"]}
        findings = one.outcome.assessment.findings
        for found in (found for found in findings if found.subject.kind is not SubjectKind.POLICY):
            names |= {found.subject.id, found.reference, *found.concerns}
            names |= {found.subject.name} if "@" in found.subject.name or "." in found.subject.name else set()
        assert len(names) > 100
        assert [name for name in names if name in text] == []


def test_all_are_reported_again_without_a_network_and_all_councils_with_them(
    fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["report", "--all", "--config", str(fleet.where.config), "--reports", str(fleet.where.reports)]
    with environment(**TOKENS):
        code = exit_code_of(lambda **options: app([*words, "--as-of", ON.isoformat()], **options))
    shown = capsys.readouterr()
    assert code == 2, "four councils have nothing to report"
    paths = [Path(line) for line in shown.out.splitlines()]
    assert paths[-1].name == "2026-11 Microsoft 365 audit - Provider.xlsx"
    assert len([path for path in paths if "Clerk" in path.name]) == 2
    assert all(path.exists() for path in paths)
    councils = _column(load_workbook(paths[-1]), "Councils")
    assert len(councils) == 6


def test_an_audit_that_succeeds_is_no_longer_said_to_have_failed(fleet: Fleet) -> None:
    remember("exampleton", SignInFailed("the app's secret has expired"), 3, fleet.where, NOW + timedelta(hours=1))
    assert _trouble_of(fleet, "exampleton") is Trouble.REFUSED
    (outcome,) = [one.outcome for one in fleet.audits if one.council.slug == "exampleton"]
    assert keep_in_mind(outcome, 0, fleet.where) == 0
    assert _trouble_of(fleet, "exampleton") is None


def _trouble_of(fleet: Fleet, slug: str) -> Trouble | None:
    (found,) = [council for council in roll_up.roll_up(fleet.where, ON).councils if council.slug == slug]
    return found.trouble


def _column(book: Any, sheet: str) -> list[str]:  # noqa: ANN401 - openpyxl's Workbook is not generic
    (table,) = book[sheet].tables.values()
    return [str(line[0].value) for line in book[sheet][table.ref][1:]]
