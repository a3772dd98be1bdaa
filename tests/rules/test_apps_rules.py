from datetime import date
from typing import Any

import pandas as pd
import pytest
from directory_rows import app, credential, grant, party, policy
from rule_rows import ADVICE, FAILS, MEETS, REVIEW, UNJUDGED, Row, Verdict, at, judge, only, results

from m365audit.model.privileges import reach_of

LEGACY = "ManagePermissionGrantsForSelf.microsoft-user-default-legacy"


def judged(
    has: Row | None = None,
    may: Row | None = None,
    *,
    parties: list[Row] | None = None,
    **more: Any,  # noqa: ANN401
) -> pd.DataFrame:
    return judge(
        "app-access-approved",
        service_principals=[app(**has or {})],
        app_grants=[grant(**may or {})],
        third_parties=parties or [],
        **more,
    )


@pytest.mark.parametrize(
    ("has", "verdict"),
    [
        pytest.param({}, FAILS, id="another organisation's"),
        pytest.param({"origin": "Microsoft"}, MEETS, id="Microsoft's"),
        pytest.param({"origin": "own"}, REVIEW, id="made in the tenant, as the audit's own"),
        pytest.param({"origin": None}, REVIEW, id="nobody says whose"),
        pytest.param({"enabled": False}, MEETS, id="switched off"),
        pytest.param({"enabled": None}, FAILS, id="not known to be switched off"),
        pytest.param({"publisher": None}, FAILS, id="of a publisher nobody verified"),
    ],
)
def test_whose_app_it_is(has: Row, verdict: Verdict) -> None:
    assert only(judged(has)) == verdict


@pytest.mark.parametrize(
    ("permission", "reaches"),
    [
        ("Mail.Read", "mail"),
        ("Mail.Send", "mail"),
        ("MailboxSettings.Read", "mail"),
        ("full_access_as_app", "mail"),
        ("EWS.AccessAsUser.All", "mail"),
        ("IMAP.AccessAsUser.All", "mail"),
        ("Calendars.ReadWrite", "calendars and contacts"),
        ("Contacts.Read", "calendars and contacts"),
        ("Files.Read", "files and sites"),
        ("Sites.FullControl.All", "files and sites"),
        ("Notes.Read.All", "files and sites"),
        ("Chat.Read.All", "chats and channels"),
        ("MailboxItem.ImportExport.All", "mail"),
        ("MailboxItem.Read.All", "mail"),
        ("MailboxItem.Export", "mail"),
        ("MailboxFolder.Read.All", "mail"),
        ("Mail-Advanced.ReadWrite.All", "mail"),
        ("Lists.SelectedOperations.Selected", "files and sites"),
        ("ListItems.SelectedOperations.Selected", "files and sites"),
        ("FileStorageContainer.Selected", "files and sites"),
        ("OnlineMeetingTranscript.Read.All", "recordings and transcripts"),
        ("OnlineMeetingRecording.Read.All", "recordings and transcripts"),
        ("OnlineMeetingAiInsight.Read.All", "recordings and transcripts"),
        ("CallTranscripts.Read.All", "recordings and transcripts"),
        ("CallRecordings.Read.All", "recordings and transcripts"),
        ("eDiscovery.Read.All", "searches through mail, files and chats"),
        ("eDiscovery.ReadWrite.All", "searches through mail, files and chats"),
        ("Directory.ReadWrite.All", "changes to the directory"),
        ("Directory.AccessAsUser.All", "changes to the directory"),
        ("RoleManagement.ReadWrite.Directory", "changes to the directory"),
        ("AppRoleAssignment.ReadWrite.All", "changes to the directory"),
        ("User.ReadWrite.All", "changes to the directory"),
        ("User.Read", None),
        ("Directory.Read.All", None),
        ("User.Read.All", None),
        ("openid", None),
        ("offline_access", None),
        ("Reports.Read.All", None),
        ("OnlineMeetings.Read.All", None),
        ("FileStorageContainerType.Manage.All", None),
    ],
)
def test_what_a_permission_reaches(permission: str, reaches: str | None) -> None:
    assert reach_of(permission) == reaches
    assert only(judged(may={"permission": permission})) == (FAILS if reaches else MEETS)


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        pytest.param({}, MEETS, id="by application id"),
        pytest.param({"identifier": "Mapper"}, MEETS, id="by name"),
        pytest.param({"identifier": "SP-mapper"}, MEETS, id="by its object id"),
        pytest.param({"identifier": "map"}, FAILS, id="by part of the name"),
        pytest.param({"kind": "provider"}, FAILS, id="as something else"),
        pytest.param({"until": date(2026, 11, 21)}, MEETS, id="today is the last day"),
        pytest.param({"until": date(2026, 11, 20)}, FAILS, id="until yesterday"),
        pytest.param({"from": date(2026, 11, 22)}, FAILS, id="from tomorrow"),
    ],
)
def test_the_register_approves_it(row: Row, verdict: Verdict) -> None:
    assert only(judged(parties=[party(**row)])) == verdict


TWIN = app("twin") | {"name": "MAPPER "}
NUMBER = "7d9f353d-a7bd-4fbb-822a-26d5dd39a3ce"


@pytest.mark.parametrize(
    ("has", "others", "named", "verdict"),
    [
        pytest.param({}, [], "Mapper", MEETS, id="one app of the name, its publisher verified"),
        pytest.param({"publisher": None}, [], "Mapper", REVIEW, id="nobody verified the publisher"),
        pytest.param({}, [TWIN], "Mapper", REVIEW, id="two apps of the name"),
        pytest.param({}, [TWIN | {"enabled": False}], "Mapper", REVIEW, id="two of the name, one switched off"),
        pytest.param(
            {}, [TWIN | {"origin": None}], "Mapper", REVIEW, id="two of the name, one whose maker is not known"
        ),
        pytest.param({}, [TWIN | {"origin": "Microsoft"}], "Mapper", MEETS, id="Microsoft has one of the name"),
        pytest.param({}, [TWIN | {"origin": "own"}], "Mapper", MEETS, id="the tenant has one of the name"),
        pytest.param({"origin": "own"}, [], "Mapper", REVIEW, id="made in the tenant, by whoever may make apps"),
        pytest.param({"publisher": None}, [TWIN], "app-mapper", MEETS, id="by application id, whatever the name"),
        pytest.param({"name": "app-twin"}, [TWIN], "app-twin", REVIEW, id="called by another app's application id"),
    ],
)
def test_a_name_anybody_can_choose_approves_nothing(has: Row, others: list[Row], named: str, verdict: Verdict) -> None:
    found = judge(
        "app-access-approved",
        service_principals=[app() | has, *others],
        app_grants=[grant()],
        third_parties=[party(identifier=named)],
    )
    assert only(found) == verdict
    if verdict:
        assert "anybody can choose a name: enter its id" in found["because"].iloc[0]


def test_an_approval_by_id_that_ended_is_not_made_good_by_a_name() -> None:
    rows = [party(until=date(2026, 11, 20)), party(identifier="Mapper")]
    assert only(judged({"publisher": None}, parties=rows)) == FAILS


@pytest.mark.parametrize(
    ("has", "permissions", "parties", "verdict"),
    [
        pytest.param({}, [NUMBER], [], UNJUDGED, id="another organisation's"),
        pytest.param({}, [NUMBER.upper()], [], UNJUDGED, id="however the number is spelt"),
        pytest.param({"origin": "own"}, [NUMBER], [], UNJUDGED, id="made in the tenant"),
        pytest.param({"origin": "Microsoft"}, [NUMBER], [], MEETS, id="Microsoft's"),
        pytest.param({"enabled": False}, [NUMBER], [], MEETS, id="switched off"),
        pytest.param({}, [NUMBER], [party()], MEETS, id="approved, whatever it may do"),
        pytest.param({}, [NUMBER, "User.Read"], [], UNJUDGED, id="beside one that is harmless"),
        pytest.param({}, [NUMBER, "Mail.Read"], [], FAILS, id="beside one that is known to reach mail"),
        pytest.param({}, ["00000000-0000-0000-0000-000000000000"], [], MEETS, id="the number of no permission at all"),
    ],
)
def test_a_permission_told_by_a_number_only(
    has: Row, permissions: list[str], parties: list[Row], verdict: Verdict
) -> None:
    found = judge(
        "app-access-approved",
        service_principals=[app(**has)],
        app_grants=[grant(kind="app-only", permission=one) for one in permissions],
        third_parties=parties,
    )
    assert only(found) == verdict
    if verdict == UNJUDGED:
        assert "told by a number only" in found["because"].iloc[0]


def test_an_approval_that_ended_is_said_with_its_day() -> None:
    assert "ended on 20 Nov 2026" in judged(parties=[party(until=date(2026, 11, 20))])["because"].iloc[0]


@pytest.mark.parametrize(
    ("may", "severity", "words"),
    [
        pytest.param({}, "high", "of everybody (Mail.Read)", id="on behalf of everybody"),
        pytest.param({"user_id": "ID-Ann"}, "medium", "of single people (Mail.Read)", id="on behalf of one person"),
        pytest.param({"kind": "app-only"}, "high", "of everybody (Mail.Read in its own right)", id="in its own right"),
    ],
)
def test_how_far_it_reaches_is_said_and_weighed(may: Row, severity: str, words: str) -> None:
    found = judged(may=may)
    assert found["severity"].tolist() == [severity]
    assert words in found["because"].iloc[0]


def test_an_app_with_many_permissions_is_one_finding() -> None:
    found = judge(
        "app-access-approved",
        service_principals=[app()],
        app_grants=[grant(), grant(permission="Files.Read"), grant(user_id="ID-Ann"), grant(permission="User.Read")],
    )
    assert results(found) == {"SP-mapper": FAILS}
    assert "reaches files and sites, mail" in found["because"].iloc[0]
    assert "User.Read" not in found["because"].iloc[0]


@pytest.mark.parametrize(
    ("ends_at", "verdict"),
    [
        pytest.param(at(2026, 11, 20), ADVICE, id="ran out yesterday"),
        pytest.param(at(2026, 11, 21), MEETS, id="runs out today"),
        pytest.param(None, MEETS, id="nobody says when"),
    ],
)
def test_passwords_and_certificates_that_ran_out(ends_at: object, verdict: Verdict) -> None:
    found = judged({"origin": "own"}, {"permission": "User.Read"}, app_credentials=[credential(ends_at=ends_at)])
    assert only(found) == verdict


def test_an_app_that_nobody_approved_is_not_named_a_second_time_for_its_password() -> None:
    found = judged(app_credentials=[credential(ends_at=at(2026, 1, 1))])
    assert results(found) == {"SP-mapper": FAILS}


@pytest.mark.parametrize(
    ("policies", "verdict"),
    [
        pytest.param([], MEETS, id="nothing"),
        pytest.param([LEGACY], REVIEW, id="any app"),
        pytest.param([LEGACY.lower()], REVIEW, id="however it is spelt"),
        pytest.param(["ManagePermissionGrantsForSelf.microsoft-user-default-low"], MEETS, id="of small reach"),
        pytest.param(
            ["managePermissionGrantsForSelf.microsoft-user-default-recommended"], MEETS, id="as Microsoft has it"
        ),
        pytest.param(["ManagePermissionGrantsForSelf.our-own"], REVIEW, id="by a rule of the council's own"),
        pytest.param(["ManagePermissionGrantsForOwnedResource.x"], MEETS, id="for a team they own"),
    ],
)
def test_what_people_may_let_in_by_themselves(policies: list[str], verdict: Verdict) -> None:
    found = judged({"origin": "Microsoft"}, authorization_policy=[policy(consent_policies=policies)])
    assert only(found) == verdict
