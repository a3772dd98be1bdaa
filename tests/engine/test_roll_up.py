"""All councils of a provider as one: every tenant file has a row, and what failed or was never made is said."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from fleets import (
    CLERKS,
    MADE,
    ON,
    accepted,
    assessment,
    audited,
    begun,
    clause,
    decided,
    earlier,
    finding,
    gap,
    manifest,
    places,
    tenant_file,
)

from m365audit.engine.custody.purge import purge
from m365audit.engine.custody.verify import verify
from m365audit.engine.places import Places
from m365audit.engine.roll_up import fleet as roll_up
from m365audit.engine.roll_up.refused import forget, remember
from m365audit.engine.roll_up.remedies import remedy
from m365audit.graph import SignInFailed
from m365audit.model.answers import Effect
from m365audit.model.decisions import Standing
from m365audit.model.evidence import Coverage, Gap, evidence_digest
from m365audit.model.fleet import FleetCouncil, LastAudit, Trouble
from m365audit.model.words import SHOULD_HAVE_COME, GapKind, Result, Severity, State
from m365audit.settings import load_tenant
from m365audit.snapshot import Begun, CouncilLock, Unfinished

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SLUG = "somewhere"
Arrange = Callable[[Places], None]


@pytest.fixture
def desk(tmp_path: Path) -> Places:
    where = places(tmp_path)
    tenant_file(where, SLUG)
    return where


def council(desk: Places, on: date = ON) -> FleetCouncil:
    """The one council there is a tenant file of."""
    (found,) = roll_up.roll_up(desk, on).councils
    return found


def audit(desk: Places, on: date = ON) -> LastAudit:
    found = council(desk, on).audit
    assert found is not None
    return found


def refused_at(at: datetime, code: int = 3) -> Arrange:
    return lambda desk: remember(SLUG, SignInFailed("the app's secret has expired"), code, desk, at)


def a_typing_mistake(desk: Places) -> None:
    tenant_file(desk, SLUG, more="polcy: towcester")


def evidence_without_a_verdict(desk: Places) -> None:
    manifest(begun(desk, SLUG, NOON))


def stopped_before_its_workbooks(desk: Places) -> None:
    folder = audited(desk, SLUG)
    folder.unfinished.mkdir()
    Unfinished(folder).begin(Begun("0.1.0", "", "", "audit", None, None, NOON, NOON))


@pytest.mark.parametrize(
    ("arrange", "trouble", "words", "remedy"),
    [
        pytest.param(
            refused_at(NOON), Trouble.REFUSED, "secret has expired", "doctor somewhere", id="the sign-in was refused"
        ),
        pytest.param(refused_at(NOON, 2), Trouble.REFUSED, "secret", "Correct", id="a file was refused"),
        pytest.param(refused_at(NOON, 5), Trouble.REFUSED, "secret", "verify somewhere", id="something was unsafe"),
        pytest.param(refused_at(NOON, 75), Trouble.REFUSED, "secret", "Later", id="Microsoft asked to wait"),
        pytest.param(a_typing_mistake, Trouble.TENANT_FILE, "polcy", "tenant file", id="an unreadable tenant file"),
        pytest.param(lambda _: None, Trouble.MISSED, "no audit on record", "audit somewhere", id="none was ever made"),
        pytest.param(
            lambda desk: audited(desk, SLUG, earlier(date(2026, 10, 21))),
            Trouble.MISSED,
            "no audit of November 2026; the last one is of 21 Oct 2026",
            "audit somewhere",
            id="none this month",
        ),
        pytest.param(
            lambda desk: audited(desk, SLUG, earlier(date(2026, 8, 21))),
            Trouble.MISSED,
            "September 2026 to November 2026",
            "audit somewhere",
            id="none for three months",
        ),
        pytest.param(
            lambda desk: begun(desk, SLUG, NOON),
            Trouble.UNFINISHED,
            "21 Nov 2026, 12:00 stopped before all evidence was in",
            "goes on with it",
            id="one that stopped half-way",
        ),
        pytest.param(
            evidence_without_a_verdict,
            Trouble.NOT_JUDGED,
            "not judged",
            "report somewhere --run 20261121T120000Z",
            id="evidence that nobody judged",
        ),
        pytest.param(
            stopped_before_its_workbooks, Trouble.NOT_JUDGED, "not judged", "report", id="stopped before its workbooks"
        ),
        pytest.param(
            lambda desk: audited(desk, SLUG).assessment.write_bytes(b'{"version": 1'),
            Trouble.UNREADABLE,
            "20261121T093000Z cannot be read: it is not whole",
            "report somewhere --run 20261121T093000Z",
            id="a result that is broken",
        ),
        pytest.param(
            lambda desk: audited(desk, SLUG, edit=lambda body: body.update(version=2)),
            Trouble.UNREADABLE,
            "newer version",
            "newer one",
            id="a result of a newer version",
        ),
        pytest.param(
            lambda desk: audited(desk, SLUG, edit=lambda body: body.pop("findings")),
            Trouble.UNREADABLE,
            "not as this version",
            "report",
            id="a result that lacks something",
        ),
    ],
)
def test_a_council_without_a_whole_audit_is_a_row_that_says_why(
    desk: Places, arrange: Arrange, trouble: Trouble, words: str, remedy: str
) -> None:
    arrange(desk)
    found = council(desk)
    assert found.trouble is trouble
    (incident,) = found.incidents
    assert words in incident.words
    assert remedy in incident.remedy


def test_a_finished_audit_has_nothing_to_say_against_it(desk: Places) -> None:
    audited(desk, SLUG)
    assert council(desk).incidents == ()


def test_a_council_that_is_audited_at_this_moment_is_said_to_be(desk: Places) -> None:
    begun(desk, SLUG, NOON)
    with CouncilLock(desk.reports, SLUG):
        assert council(desk).trouble is Trouble.RUNNING
    assert council(desk).trouble is Trouble.UNFINISHED


@pytest.mark.parametrize(
    ("at", "trouble"),
    [
        pytest.param(NOON - timedelta(days=1), None, id="before the last audit is over and done with"),
        pytest.param(NOON, Trouble.REFUSED, id="after the last audit is news"),
    ],
)
def test_a_refusal(desk: Places, at: datetime, trouble: Trouble | None) -> None:
    audited(desk, SLUG)
    refused_at(at)(desk)
    found = council(desk)
    assert found.trouble is trouble
    assert found.audit is not None, "the audit before it still says what it said"


def test_a_refusal_of_last_month_leaves_this_months_audit_missing_too(desk: Places) -> None:
    refused_at(datetime(2026, 10, 5, 8, tzinfo=UTC))(desk)
    assert [one.trouble for one in council(desk).incidents] == [Trouble.REFUSED, Trouble.MISSED]


def test_a_refusal_stands_for_the_run_it_left(desk: Places) -> None:
    begun(desk, SLUG, NOON)
    refused_at(NOON + timedelta(minutes=5))(desk)
    assert [one.trouble for one in council(desk).incidents] == [Trouble.REFUSED]


def test_a_council_is_called_as_it_last_was_where_its_tenant_file_cannot_be_read(desk: Places) -> None:
    audited(desk, SLUG)
    a_typing_mistake(desk)
    found = council(desk)
    assert found.name == "Somewhere Council"
    assert found.audit is not None


def test_what_a_variable_of_the_tenant_file_holds_need_not_be_known_here(desk: Places) -> None:
    tenant_file(desk, SLUG, auth='{kind: secret, client_id: x, secret: "${NOBODY_HAS_SET_THIS}"}')
    audited(desk, SLUG)
    assert council(desk).trouble is None


def test_an_audit_that_judges_by_a_later_day_is_not_looked_at(desk: Places) -> None:
    audited(desk, SLUG, earlier(date(2026, 10, 21)))
    audited(desk, SLUG, earlier(MADE))
    assert audit(desk).made_on == MADE
    assert audit(desk, date(2026, 10, 31)).made_on == date(2026, 10, 21)


@pytest.mark.parametrize(
    ("findings", "on", "waiting", "overdue", "days"),
    [
        pytest.param([finding()], ON, 1, 0, 0, id="a new finding waits, and is not overdue"),
        pytest.param([finding()], MADE + timedelta(days=14), 1, 0, 0, id="nor on the day an answer is due"),
        pytest.param([finding()], MADE + timedelta(days=15), 1, 1, 1, id="but it is the day after"),
        pytest.param(
            [finding(), finding(number=2, open_since=date(2026, 9, 21))], ON, 2, 1, 48, id="the longest is counted"
        ),
        pytest.param([finding(standing=Standing.TO_GO)], ON, 0, 0, 0, id="one that was answered waits no more"),
        pytest.param([finding(result=Result.ADVICE)], ON, 0, 0, 0, id="advice needs no decision"),
        pytest.param([finding(state=State.FIXED)], ON, 0, 0, 0, id="what is gone needs none"),
        pytest.param([accepted(MADE + timedelta(days=9))], ON, 1, 0, 0, id="an exception that ends soon waits"),
        pytest.param([accepted(date(2027, 5, 1))], ON, 0, 0, 0, id="one that holds does not"),
    ],
)
def test_decisions_that_wait(
    desk: Places, findings: list[object], on: date, waiting: int, overdue: int, days: int
) -> None:
    audited(desk, SLUG, assessment(findings=tuple(findings)))
    found = audit(desk, on)
    assert (found.waiting, found.overdue, found.overdue_days) == (waiting, overdue, days)


@pytest.mark.parametrize(
    ("findings", "tasks"),
    [
        pytest.param(
            [finding(), finding(number=2)], [(2, 2, 0, 0, 0, Severity.HIGH)], id="two of one rule are one task"
        ),
        pytest.param([finding(**CLERKS)], [], id="what the Clerk does is none"),
        pytest.param(
            [finding(**CLERKS, decision=decided(None, Effect.ENDS), standing=Standing.TO_GO)],
            [(1, 1, 0, 1, 0, Severity.MEDIUM)],
            id="what the Clerk has asked for is one",
        ),
        pytest.param(
            [finding(**CLERKS, decision=decided(None, Effect.ASKS), standing=Standing.ASKED)],
            [(1, 1, 0, 0, 1, Severity.MEDIUM)],
            id="what the Clerk asks about is one",
        ),
        pytest.param([accepted(date(2027, 5, 1))], [], id="what is accepted is none"),
        pytest.param([finding(state=State.NOT_COMPARABLE)], [], id="what could not be looked at is none"),
        pytest.param([finding(state=State.CAME_BACK)], [(1, 0, 1, 0, 0, Severity.HIGH)], id="one that came back"),
        pytest.param(
            [finding(severity=Severity.LOW), finding(number=2, severity=Severity.MEDIUM)],
            [(2, 2, 0, 0, 0, Severity.MEDIUM)],
            id="a task is as urgent as its most urgent finding",
        ),
    ],
)
def test_what_is_the_providers_to_do(desk: Places, findings: list[object], tasks: list[tuple[object, ...]]) -> None:
    audited(desk, SLUG, assessment(findings=tuple(findings)))
    found = [
        (task.findings, task.new, task.came_back, task.to_go, task.asked, task.severity) for task in audit(desk).tasks
    ]
    assert found == tasks


def test_months_are_counted_to_the_day_of_the_workbook(desk: Places) -> None:
    audited(desk, SLUG, assessment(findings=(finding(open_since=date(2026, 9, 21)),)))
    (task,) = audit(desk, date(2026, 12, 1)).tasks
    assert task.months == 3


@pytest.mark.parametrize(
    ("until", "on", "ends"),
    [
        pytest.param(ON + timedelta(days=29), ON, True, id="in twenty-nine days"),
        pytest.param(ON + timedelta(days=30), ON, False, id="in thirty days"),
        pytest.param(ON - timedelta(days=1), ON, True, id="since the audit"),
    ],
)
def test_exceptions_that_end(desk: Places, until: date, on: date, ends: bool) -> None:  # noqa: FBT001
    audited(desk, SLUG, assessment(findings=(accepted(until),)))
    assert [ending.on for ending in audit(desk, on).endings] == ([until] if ends else [])


@pytest.mark.parametrize("kind", list(GapKind))
@pytest.mark.parametrize("data_set", ["meeting_options", "eligible_roles", "register", "no-such-thing"])
def test_every_kind_of_gap_has_something_that_mends_it_or_says_that_nothing_does(kind: GapKind, data_set: str) -> None:
    made = remedy(kind, data_set)
    assert made.action
    assert made.where
    assert "{" not in made.action
    assert "no-such-thing" not in made.action
    assert made.is_due is (kind in SHOULD_HAVE_COME)


@pytest.mark.parametrize(
    ("kind", "data_set", "words"),
    [
        pytest.param(GapKind.PERMISSION, "accounts", "User.Read.All", id="the permission a data set asks for"),
        pytest.param(GapKind.LICENCE, "eligible_roles", "Entra ID P2", id="the licence it needs"),
        pytest.param(GapKind.POLICY, "meeting_options", "application access policy", id="the policy that keeps it out"),
        pytest.param(GapKind.POLICY, "accounts", "keeps it out", id="some other policy"),
    ],
)
def test_a_remedy_names(kind: GapKind, data_set: str, words: str) -> None:
    assert words in remedy(kind, data_set).action


def test_gaps_that_one_action_mends_are_one_shortfall_and_what_should_have_come_is_first(desk: Places) -> None:
    gaps = (
        gap(GapKind.LICENCE, "eligible_roles"),
        gap(GapKind.THROTTLED, "sharing", "drive:1"),
        gap(GapKind.THROTTLED, "sharing", "drive:2"),
        gap(GapKind.THROTTLED, "accounts"),
    )
    audited(desk, SLUG, assessment(gaps=gaps))
    found = audit(desk)
    assert [(one.data_sets, one.places, one.checks) for one in found.shortfalls] == [
        (("accounts", "sharing"), 3, 1),
        (("eligible roles",), 1, 1),
    ]
    assert not found.counted.complete


def test_a_kind_of_gap_that_is_none_any_more_mends_nothing_and_harms_nothing(desk: Places) -> None:
    def of_an_earlier_version(body: dict[str, object]) -> None:
        body["gaps"] = [{"kind": "not-built", "data_set": "x", "scope": "tenant", "rules": []}]

    audited(desk, SLUG, edit=of_an_earlier_version)
    assert audit(desk).shortfalls == ()


def test_what_was_read_and_what_fixes_it(desk: Places) -> None:
    partial = Coverage(scopes=3, gaps=(Gap(GapKind.ERROR, "x", "y", "drive:1"),))
    notes = (assessment().data_sets[0], type(assessment().data_sets[0])("sharing", "x", partial, "", "b" * 64))
    audited(desk, SLUG, assessment(data_sets=notes))
    found = audit(desk)
    assert (found.read, found.asked) == (1, 2)
    assert found.digest == evidence_digest({"accounts": "a" * 64})


def test_clauses_are_counted_over_the_councils_that_have_them_and_checks_over_all(desk: Places) -> None:
    tenant_file(desk, "elsewhere")
    audited(desk, SLUG)
    other = (clause("T-1", "town-council-2023", Result.MEETS), clause("BASE-1", "baseline", Result.MEETS))
    audited(desk, "elsewhere", assessment(policy="town-council-2023", clauses=other))
    fleet = roll_up.roll_up(desk, ON)
    assert {(one.under, one.id): sum(one.counts.values()) for one in fleet.clauses} == {
        ("towcester", "A-EML-01"): 1,
        ("towcester", "A-EML-02"): 1,
        ("town-council-2023", "T-1"): 1,
        ("baseline", "BASE-1"): 2,
    }
    assert fleet.clauses[0].id == "A-EML-01", "what is not met comes first"
    assert fleet.checks[0].counts[Result.DOES_NOT_MEET] == 2


def test_nothing_of_a_document_that_cannot_be_read_is_counted(desk: Places) -> None:
    audited(desk, SLUG, edit=lambda body: body["checks"].append({"id": "mail-retained", "result": "Perhaps"}))
    fleet = roll_up.roll_up(desk, ON)
    assert fleet.councils[0].trouble is Trouble.UNREADABLE
    assert fleet.clauses == fleet.checks == ()


def certificate(folder: Path, last: datetime) -> Path:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "audit")])
    unsigned = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    dated = unsigned.serial_number(1).not_valid_before(last - timedelta(days=90)).not_valid_after(last)
    path = folder / "audit.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + dated.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return path


@pytest.mark.parametrize(
    ("is_there", "ends"), [pytest.param(True, date(2026, 12, 1), id="read"), pytest.param(False, None, id="not there")]
)
def test_the_end_of_a_certificate(desk: Places, tmp_path: Path, is_there: bool, ends: date | None) -> None:  # noqa: FBT001
    path = certificate(tmp_path, datetime(2026, 12, 1, 12, tzinfo=UTC)) if is_there else tmp_path / "elsewhere.pem"
    tenant_file(desk, SLUG, auth=f'{{kind: certificate, client_id: x, certificate: "{path}"}}')
    assert council(desk).certificate_ends == ends


def test_the_same_files_on_the_same_day_give_the_same_bytes_and_another_day_others(desk: Places) -> None:
    tenant_file(desk, "elsewhere")
    audited(desk, SLUG, assessment(findings=(finding(),)))
    path = roll_up.write(desk, ON)
    first = path.read_bytes()
    assert path.name == "2026-11 Microsoft 365 audit - Provider.xlsx"
    assert path.stat().st_mode & 0o077 == 0
    assert roll_up.write(desk, ON).read_bytes() == first
    assert roll_up.write(desk, ON + timedelta(days=1)).read_bytes() != first


def test_neither_verify_nor_purge_minds_what_is_remembered(desk: Places) -> None:
    refused_at(NOON)(desk)
    tenant = load_tenant(desk.config, SLUG)
    assert verify(tenant, desk).faults == ()
    purged = purge(tenant, desk, date(2029, 1, 1))
    assert purged.plan.strangers == ()
    assert council(desk).trouble is Trouble.REFUSED


def test_an_audit_that_succeeds_makes_a_refusal_forgotten(desk: Places) -> None:
    refused_at(NOON)(desk)
    forget(SLUG, desk)
    forget(SLUG, desk)
    assert council(desk).trouble is Trouble.MISSED
