"""The whole way through: what was planted is found, what only looks like it is not, and nothing is called clean that
was not looked at."""

import json
from pathlib import Path

import jsonschema
import pytest
from audits import NOW, Audited, audited

from m365audit.engine import audit as engine
from m365audit.engine import workbooks
from m365audit.model.words import Result
from m365audit.rules import RULES
from m365audit.sample.councils import exampleton, little_sampling
from m365audit.sample.service.manner import Manner
from m365audit.snapshot import Snapshot

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "assessment.schema.json").read_text(encoding="utf-8"))


def test_every_planted_breach_is_found_and_nothing_else(any_audit: Audited) -> None:
    assert any_audit.planted - any_audit.found == set()
    assert any_audit.found - any_audit.planted == set()


def test_no_near_miss_is_reported(any_audit: Audited) -> None:
    near = {(plant.rule, plant.subject) for plant in any_audit.council.near_misses}
    assert near
    assert near & any_audit.found == set()


def test_forty_clauses_or_more_have_a_result_from_evidence_or_a_statement(
    exampleton_audit: Audited, little_sampling_audit: Audited
) -> None:
    open_ended = (Result.NOT_ASSESSED, Result.ATTESTATION_DUE, Result.NOT_APPLICABLE)
    stated = (*open_ended, Result.ATTESTED)
    clauses = [c for a in (exampleton_audit, little_sampling_audit) for c in a.outcome.assessment.own_clauses]
    assert len(clauses) == 132
    assert sum(clause.result not in stated for clause in clauses) >= 40, "from evidence alone"
    assert sum(clause.result not in open_ended for clause in clauses) > 60
    assert all(clause.because for clause in clauses)


def test_a_clause_that_was_not_assessed_says_why(any_audit: Audited) -> None:
    unassessed = [c for c in any_audit.outcome.assessment.clauses if c.result is Result.NOT_ASSESSED]
    assert unassessed
    assert all(len(clause.because) > len("Not assessed") for clause in unassessed)


def test_without_p1_it_says_licence_and_reads_two_step_sign_in_account_by_account(
    little_sampling_audit: Audited,
) -> None:
    assessment = little_sampling_audit.outcome.assessment
    dormant = next(check for check in assessment.checks if check.check == "account-dormant")
    assert dormant.result is Result.NOT_ASSESSED
    # Nor do the reports of use stand in for it where they hide names.
    assert {str(gap.kind) for gap in dormant.gaps} == {"licence", "not-enabled"}
    sources = Snapshot.open(little_sampling_audit.outcome.folder).frame("registration")["source"]
    assert set(sources) == {"authentication methods"}
    asked = {log.path for log in little_sampling_audit.service.requests}
    assert not any("userRegistrationDetails" in path for path in asked)


def test_no_check_that_lacked_evidence_says_meets(any_audit: Audited) -> None:
    snapshot = Snapshot.open(any_audit.outcome.folder)
    lacking = [
        check
        for check in any_audit.outcome.assessment.checks
        for name in (*RULES[check.check].needs, *RULES[check.check].uses)
        if name in snapshot.records and not snapshot.coverage(name).is_whole and name not in RULES[check.check].helpful
    ]
    assert all(check.result is not Result.MEETS for check in lacking)
    if any_audit.council.slug == "little-sampling":
        assert lacking


def test_nothing_was_asked_that_could_change_anything(any_audit: Audited) -> None:
    assert any_audit.service.requests
    assert any_audit.service.writes == []


def test_the_assessment_keeps_to_its_schema(any_audit: Audited) -> None:
    document = json.loads(any_audit.outcome.folder.assessment.read_bytes())
    jsonschema.validate(document, SCHEMA)
    document["findings"][0]["result"] = "Fine"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, SCHEMA)


def test_judged_and_reported_again_offline_gives_the_same_bytes(any_audit: Audited) -> None:
    outcome = any_audit.outcome
    files = [outcome.folder.assessment, *outcome.workbooks]
    before = [path.read_bytes() for path in files]
    again = engine.evaluate(outcome.tenant, any_audit.places, outcome.folder)
    assert workbooks.write(again, outcome.folder) == outcome.workbooks
    assert [path.read_bytes() for path in files] == before


@pytest.mark.parametrize(
    "manner",
    [
        pytest.param(Manner(max_page=3, seed=1, empty_pages=True), id="tiny pages in any order, some of them empty"),
        pytest.param(Manner(seed=2, repeats=True, inherited_from="empty"), id="items sent twice"),
        pytest.param(Manner(seed=3, inherited_from="absent"), id="inheritance not marked"),
        pytest.param(Manner(max_page=1, seed=4, false_refusals=1), id="pages of one, and a false refusal of P1"),
    ],
)
@pytest.mark.parametrize("council", [exampleton, little_sampling])
def test_however_microsoft_pages_and_orders_its_answers(council: object, manner: Manner, tmp_path: Path) -> None:
    again = audited(council(NOW), tmp_path, manner)  # type: ignore[operator]
    assert again.found == again.planted
    assert again.service.writes == []


def secrets_of(audit: Audited) -> set[str]:
    """What the tenant holds that must never be kept: join links, passcodes, bodies, subjects of private events."""
    tenant = audit.council.tenant
    events = [event for calendar in tenant.calendars.values() for event in calendar]
    links = {(event.get("onlineMeeting") or {}).get("joinUrl") for event in events}
    bodies = {event.get("bodyPreview") for event in events}
    private = {event.get("subject") for event in events if event.get("sensitivity") == "private"}
    meetings = [meeting for owned in tenant.online_meetings.values() for meeting in owned]
    passcodes = {(meeting.get("joinMeetingIdSettings") or {}).get("passcode") for meeting in meetings}
    shared = {
        (permission.get("link") or {}).get("webUrl")
        for permissions in tenant.permissions.values()
        for permission in permissions
    }
    apps = (*tenant.applications, *tenant.service_principals)
    keys = {key.get("key") for app in apps for key in app.get("keyCredentials", ())}
    return {secret for secret in links | bodies | private | passcodes | shared | keys if secret}


def test_no_join_link_passcode_body_private_subject_or_sharing_link_is_kept(exampleton_audit: Audited) -> None:
    secrets = secrets_of(exampleton_audit)
    assert len(secrets) > 10
    snapshot = Snapshot.open(exampleton_audit.outcome.folder)
    kept = {
        str(value)
        for name in snapshot.records
        for column in snapshot.frame(name).columns
        for value in snapshot.frame(name)[column].dropna()
    }
    assert {secret for secret in secrets if any(secret in text for text in kept)} == set()
    log = exampleton_audit.outcome.folder.log.read_text(encoding="utf-8")
    assert {secret for secret in secrets if secret in log} == set()


def test_the_log_holds_no_addresses(any_audit: Audited) -> None:
    log = any_audit.outcome.folder.log.read_text(encoding="utf-8")
    addresses = {user["userPrincipalName"] for user in any_audit.council.tenant.users}
    assert {address for address in addresses if address.lower() in log.lower()} == set()


def test_everything_kept_is_its_owners_alone(any_audit: Audited) -> None:
    kept = [any_audit.outcome.folder.path, *any_audit.outcome.folder.path.rglob("*")]
    assert len(kept) > 10
    assert [path.name for path in kept if path.stat().st_mode & 0o077] == []
