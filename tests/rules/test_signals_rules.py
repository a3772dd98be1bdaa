"""Rules about what Microsoft noticed, about backups and idle sessions, and about devices nobody manages."""

from datetime import date

import pytest
from rule_rows import ADVICE, FAILS, MEETS, REVIEW, UNJUDGED, Row, Verdict, at, judge, only, results

from m365audit.model.plans import AAD_PREMIUM_P2

P1 = {
    "sku_id": "S",
    "plan_id": "41781fb2-bc02-4b7c-bd55-b576c07bb09d",
    "status": "Enabled",
    "plan": "AAD_PREMIUM",
    "plan_status": "Success",
}


def alert(number: int = 1, **changed: object) -> Row:
    return {
        "alert_id": f"A-{number}",
        "title": "Impossible travel",
        "severity": "medium",
        "status": "new",
        "raised_at": at(2026, 11, 10),
    } | changed


def risky(**changed: object) -> Row:
    return {"account_id": "ID-Ann", "level": "high", "state": "atRisk", "deleted": False} | changed


@pytest.mark.parametrize(
    ("alerts", "accounts", "verdict"),
    [
        pytest.param([], [], MEETS, id="nothing at all"),
        pytest.param([alert()], [], REVIEW, id="an alert this month"),
        pytest.param([alert(raised_at=at(2026, 10, 20))], [], MEETS, id="an alert before that"),
        pytest.param([alert(raised_at=None)], [], REVIEW, id="an alert of nobody knows when"),
        pytest.param([], [risky()], REVIEW, id="an account at risk"),
        pytest.param([], [risky(state="remediated")], MEETS, id="a risk that was settled"),
        pytest.param([], [risky(deleted=True)], MEETS, id="an account that is gone"),
    ],
)
def test_incidents_reported(alerts: list[Row], accounts: list[Row], verdict: Verdict) -> None:
    assert only(judge("incidents-reported", alerts=alerts, risky_accounts=accounts)) == verdict


@pytest.mark.parametrize(
    ("alerts", "more", "verdict"),
    [
        pytest.param([], {"licences": [P1]}, MEETS, id="no licence shows them"),
        pytest.param([], {"licences": [P1 | {"plan_id": AAD_PREMIUM_P2}]}, UNJUDGED, id="a licence would show them"),
        pytest.param([], {}, UNJUDGED, id="nor is the licence known"),
        pytest.param([alert()], {}, REVIEW, id="what else was noticed stands"),
    ],
)
def test_where_accounts_at_risk_are_not_shown(alerts: list[Row], more: dict[str, list[Row]], verdict: Verdict) -> None:
    assert only(judge("incidents-reported", alerts=alerts, **more)) == verdict


def test_incidents_are_counted() -> None:
    alerts = [
        alert(1, severity="high"),
        alert(2, status="resolved"),
        alert(3, title="Email reported by user as malware or phish"),
        alert(4, raised_at=at(2026, 1, 1)),
    ]
    found = judge("incidents-reported", alerts=alerts, risky_accounts=[risky()])
    said = (
        "alerts Microsoft raised in 31 days: 3 (urgent: 1, still open: 2); messages people reported: 1; accounts that "
        "appear to be at risk: 1"
    )
    assert found["because"].tolist() == [said]


def statement(**changed: object) -> Row:
    return {"statement": "ATT-BKP", "answer": "Confirmed", "date": date(2026, 6, 1)} | changed


@pytest.mark.parametrize(
    ("status", "statements", "verdict"),
    [
        pytest.param("enabled", [], MEETS, id="Microsoft's own backup"),
        pytest.param("disabled", [], REVIEW, id="no backup is known"),
        pytest.param("protectionChangeLocked", [], REVIEW, id="Microsoft's backup has been locked"),
        pytest.param("disabled", [statement()], MEETS, id="another backup was confirmed"),
        pytest.param("disabled", [statement(date=date(2025, 11, 20))], MEETS, id="confirmed 366 days ago"),
        pytest.param("disabled", [statement(date=date(2025, 11, 19))], REVIEW, id="confirmed longer ago"),
        pytest.param("disabled", [statement(date=date(2026, 12, 1))], REVIEW, id="confirmed in the future"),
        pytest.param("disabled", [statement(date=None)], REVIEW, id="confirmed nobody knows when"),
        pytest.param("disabled", [statement(answer="Cannot confirm")], REVIEW, id="not confirmed"),
        pytest.param("disabled", [statement(statement="ATT-ACK")], REVIEW, id="something else was confirmed"),
        pytest.param(None, [], UNJUDGED, id="nothing said of Microsoft's backup"),
    ],
)
def test_backup_running(status: str | None, statements: list[Row], verdict: Verdict) -> None:
    rows = [] if status is None else [{"status": status}]
    assert only(judge("backup-running", backup=rows, statements=statements)) == verdict


def timeout(**changed: object) -> Row:
    return {"policy_id": "T-1", "application": "default", "default": True, "idle_minutes": 60} | changed


@pytest.mark.parametrize(
    ("sharepoint", "timeouts", "found"),
    [
        pytest.param(True, [timeout()], {}, id="both sign out"),
        pytest.param(False, [timeout()], {"sharepoint.idleSessionSignOut": ADVICE}, id="SharePoint does not"),
        pytest.param(None, [timeout()], {"sharepoint.idleSessionSignOut": UNJUDGED}, id="nothing said of SharePoint"),
        pytest.param(True, [], {"entra.activityBasedTimeoutPolicies": ADVICE}, id="the web does not"),
        pytest.param(True, [timeout(idle_minutes=180)], {}, id="after three hours"),
        pytest.param(
            True, [timeout(idle_minutes=181)], {"entra.activityBasedTimeoutPolicies": ADVICE}, id="after longer"
        ),
        pytest.param(
            True, [timeout(default=False)], {"entra.activityBasedTimeoutPolicies": ADVICE}, id="not for everybody"
        ),
        pytest.param(
            True, [timeout(idle_minutes=None)], {"entra.activityBasedTimeoutPolicies": UNJUDGED}, id="unreadable"
        ),
    ],
)
def test_idle_sign_out_on(sharepoint: object, timeouts: list[Row], found: dict[str, Verdict]) -> None:
    settings = [{"sharing": "disabled", "idle_sign_out": sharepoint}]
    assert results(judge("idle-sign-out-on", sharing_settings=settings, session_timeouts=timeouts)) == found


@pytest.mark.parametrize(("minutes", "verdict"), [(60, MEETS), (30, ADVICE)])
def test_how_long_a_session_may_idle_can_be_set(minutes: int, verdict: Verdict) -> None:
    settings = [{"sharing": "disabled", "idle_sign_out": True}]
    given = {"sharing_settings": settings, "session_timeouts": [timeout()]}
    assert only(judge("idle-sign-out-on", parameters={"minutes": minutes}, **given)) == verdict


def policy(**changed: object) -> Row:
    """A compliant device is asked of everybody, everywhere."""
    return {
        "policy_id": "P-1",
        "name": "Devices",
        "state": "enabled",
        "licensed": True,
        "include_users": ["All"],
        "include_apps": ["All"],
        "clients": ["all"],
        "controls": ["compliantDevice"],
        "for_apps_themselves": False,
    } | changed


BROWSERS = policy(policy_id="P-2", name="Browsers", clients=["browser"])
SESSIONS = policy(policy_id="P-4", name="Sessions", controls=[], session_controls=["applicationEnforcedRestrictions"])
APPS = policy(policy_id="P-3", name="Apps", clients=["mobileAppsAndDesktopClients"])


@pytest.mark.parametrize(
    ("policies", "verdict"),
    [
        pytest.param([policy()], MEETS, id="a compliant device for everything"),
        pytest.param([policy(clients=[])], MEETS, id="clients not looked at"),
        pytest.param([policy(include_apps=["Office365"])], MEETS, id="for Office 365"),
        pytest.param([policy(include_apps=["00000003-0000-0ff1-ce00-000000000000"])], MEETS, id="for SharePoint"),
        pytest.param([policy(controls=["compliantApplication"])], MEETS, id="a protected app"),
        pytest.param([policy(controls=["mfa", "compliantDevice"], operator="AND")], MEETS, id="both are asked for"),
        pytest.param([policy(controls=["compliantDevice", "domainJoinedDevice"], operator="OR")], MEETS, id="either"),
        pytest.param([BROWSERS, APPS], MEETS, id="one for browsers, one for apps"),
        pytest.param([SESSIONS], REVIEW, id="the session is handed over to SharePoint"),
        pytest.param([SESSIONS, APPS], REVIEW, id="browsers handed over to SharePoint, one for apps"),
        pytest.param([policy(exclude_users=["U-1", "U-2"])], MEETS, id="two accounts left out"),
        pytest.param([policy(exclude_users=["U-1", "U-2", "U-3"])], REVIEW, id="three accounts left out"),
        pytest.param([policy(exclude_groups=["G-1"])], REVIEW, id="a group left out"),
        pytest.param([policy(include_users=["U-1"])], REVIEW, id="only for one"),
        pytest.param([policy(exclude_locations=["AllTrusted"])], REVIEW, id="not in the office"),
        pytest.param([policy(include_platforms=["iOS", "android"])], REVIEW, id="only for phones"),
        pytest.param([policy(include_platforms=["all"])], MEETS, id="for all systems by name"),
        pytest.param([policy(sign_in_risks=["high"])], REVIEW, id="only at risk"),
        pytest.param([policy(device_filter="device.model -eq 'x'")], REVIEW, id="only some devices"),
        pytest.param([BROWSERS], REVIEW, id="only browsers"),
        pytest.param([APPS], REVIEW, id="only apps"),
        pytest.param([], FAILS, id="no policies"),
        pytest.param([policy(state="enabledForReportingButNotEnforced")], FAILS, id="it only reports"),
        pytest.param([policy(state="disabled")], FAILS, id="switched off"),
        pytest.param([policy(licensed=False)], FAILS, id="without its licence"),
        pytest.param([policy(controls=["mfa"])], FAILS, id="only a second step"),
        pytest.param([policy(controls=["mfa", "compliantDevice"], operator="OR")], FAILS, id="a second step will do"),
        pytest.param(
            [policy(controls=["compliantDevice"], strength_id="S-1", operator="OR")], FAILS, id="a strength will do"
        ),
        pytest.param([policy(include_apps=["A-1"])], FAILS, id="for another app"),
        pytest.param([policy(exclude_apps=["Office365"])], FAILS, id="Office 365 left out"),
        pytest.param([policy(unknown_conditions=["conditions.new"])], FAILS, id="a part nobody understands"),
        pytest.param([policy(for_apps_themselves=True)], FAILS, id="about apps themselves"),
    ],
)
def test_unmanaged_device_limited(policies: list[Row], verdict: Verdict) -> None:
    assert only(judge("unmanaged-device-limited", conditional_access=policies, licences=[P1])) == verdict


@pytest.mark.parametrize(
    "licences",
    [
        pytest.param([], id="none"),
        pytest.param([P1 | {"status": "Suspended"}], id="one that has run out"),
        pytest.param([P1 | {"plan_status": "Disabled"}], id="one that is switched off"),
    ],
)
def test_without_a_licence_nothing_is_said_of_devices(licences: list[Row]) -> None:
    assert only(judge("unmanaged-device-limited", conditional_access=[], licences=licences)) == UNJUDGED


@pytest.mark.parametrize(
    ("managed_only", "policies", "licences", "verdict"),
    [
        pytest.param(True, [], [P1], MEETS, id="only managed computers synchronise"),
        pytest.param(True, None, [], MEETS, id="and nothing else matters"),
        pytest.param(False, [], [P1], FAILS, id="any computer does"),
        pytest.param(False, [policy()], [P1], MEETS, id="devices are limited otherwise"),
        pytest.param(False, [APPS], [P1], FAILS, id="limited in part"),
        pytest.param(False, [policy()], [], FAILS, id="limited, but without the licence"),
        pytest.param(False, None, [P1], UNJUDGED, id="the policies could not be read"),
        pytest.param(False, None, [], FAILS, id="there can be no policies"),
        pytest.param(None, [], [P1], UNJUDGED, id="nothing said of synchronising"),
    ],
)
def test_local_copies_limited(
    managed_only: object, policies: list[Row] | None, licences: list[Row], verdict: Verdict
) -> None:
    given = {} if policies is None else {"conditional_access": policies}
    settings = [{"sharing": "disabled", "sync_only_managed": managed_only}]
    assert only(judge("local-copies-limited", sharing_settings=settings, licences=licences, **given)) == verdict


def names(**changed: object) -> Row:
    """A domain whose mail is protected."""
    return {
        "domain": "x-tc.gov.uk",
        "receives_mail": True,
        "spf": "v=spf1 include:spf.protection.outlook.com -all",
        "spf_records": 1,
        "dkim_selectors": ["selector1", "selector2"],
        "dmarc": "v=DMARC1; p=reject",
        "dmarc_records": 1,
        "dmarc_inherited": False,
    } | changed


PARKED = {"receives_mail": False, "spf": "v=spf1 -all", "dkim_selectors": []}


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        pytest.param({}, "", id="all in order"),
        pytest.param({"spf": "v=spf1 include:a ~all"}, "", id="the softer end"),
        pytest.param({"spf": "v=spf1 redirect=_spf.x.test"}, "", id="led to another domain's"),
        pytest.param({"spf": "v=spf1 include:a ?all"}, "does not close", id="an end that says nothing"),
        pytest.param({"spf": "v=spf1 +all"}, "does not close", id="an end that lets everybody in"),
        pytest.param({"spf": "v=spf1 include:a"}, "does not close", id="no end"),
        pytest.param({"spf": None, "spf_records": 0}, "no SPF record", id="no SPF"),
        pytest.param({"spf_records": 2}, "several SPF records", id="two SPF records"),
        pytest.param({"dkim_selectors": ["selector1"]}, "keys is missing (there: selector1)", id="one key"),
        pytest.param({"dkim_selectors": []}, "no DKIM keys", id="no key"),
        pytest.param({"dmarc": "v=DMARC1; p=quarantine"}, "", id="false mail is quarantined"),
        pytest.param({"dmarc": "v=DMARC1; P=Reject"}, "", id="in capitals"),
        pytest.param({"dmarc": "v=DMARC1; p=none"}, "lets false mail through", id="false mail is only counted"),
        pytest.param({"dmarc": "v=DMARC1"}, "lets false mail through", id="nothing said of false mail"),
        pytest.param({"dmarc": "v=DMARC1; p=reject; pct=50"}, "for a part", id="half of it"),
        pytest.param({"dmarc": "v=DMARC1; p=reject; pct=100"}, "", id="all of it, by number"),
        pytest.param({"dmarc": None, "dmarc_records": 0}, "no DMARC record", id="no DMARC"),
        pytest.param({"dmarc_records": 2}, "several DMARC records", id="two DMARC records"),
        pytest.param({"dmarc": "v=DMARC1; p=reject; sp=none"}, "", id="its own policy counts for itself"),
        pytest.param(
            {"dmarc": "v=DMARC1; p=reject; sp=none", "dmarc_inherited": True},
            "lets false mail through",
            id="the one for domains below counts below",
        ),
        pytest.param({"dmarc": "v=DMARC1; p=reject", "dmarc_inherited": True}, "", id="or the one for all"),
        pytest.param(PARKED, "", id="a domain nobody sends from needs no keys"),
        pytest.param(PARKED | {"receives_mail": True}, "no DKIM keys", id="unless it takes mail"),
        pytest.param(PARKED | {"spf": "v=spf1 ~all"}, "no DKIM keys", id="or somebody may send"),
        pytest.param(PARKED | {"receives_mail": None}, "no DKIM keys", id="or nobody knows whether it takes mail"),
    ],
)
def test_domain_mail_protected(changed: Row, fault: str) -> None:
    found = judge("domain-mail-protected", mail_dns=[names(**changed)])
    assert only(found) == (FAILS if fault else MEETS)
    assert fault in "".join(found["because"])


def test_no_domain_looked_at_is_no_domain_protected() -> None:
    assert results(judge("domain-mail-protected", mail_dns=[])) == {"mail.domains": UNJUDGED}


def meetings(**changed: object) -> Row:
    return {
        "policy": "Global",
        "unnamed_may_join": True,
        "unnamed_may_start": False,
        "skip_lobby": "EveryoneInCompanyExcludingGuests",
        "phone_skips_lobby": False,
        "presenters": "OrganizerOnlyUserOverride",
        "outsiders_may_control": False,
        "chat": "EnabledExceptAnonymous",
        "recording": True,
    } | changed


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        pytest.param({}, MEETS, id="all in order, though anybody may join and record"),
        pytest.param({"skip_lobby": "Everyone"}, ADVICE, id="everybody skips the lobby"),
        pytest.param(
            {"skip_lobby": "EveryoneInSameAndFederatedCompany"}, ADVICE, id="people of other councils skip it"
        ),
        pytest.param({"skip_lobby": "InvitedUsers"}, MEETS, id="only the invited skip it"),
        pytest.param({"phone_skips_lobby": True}, ADVICE, id="callers skip it"),
        pytest.param({"unnamed_may_start": True}, ADVICE, id="people without an account begin it"),
        pytest.param({"presenters": "EveryoneUserOverride"}, ADVICE, id="everybody presents"),
        pytest.param({"outsiders_may_control": True}, ADVICE, id="strangers take over"),
        pytest.param({"chat": "Enabled"}, ADVICE, id="people without an account chat"),
        pytest.param({"chat": "Disabled"}, MEETS, id="nobody chats"),
        pytest.param({"chat": None}, UNJUDGED, id="nothing said of chat"),
        pytest.param({"chat": None, "skip_lobby": "Everyone"}, ADVICE, id="what is known to be wrong stays wrong"),
    ],
)
def test_meeting_policy_limits(changed: Row, verdict: Verdict) -> None:
    found = judge("meeting-policy-limits", meeting_policies=[meetings(**changed)])
    assert results(found) == ({"teams.meetingPolicy.Global": verdict} if verdict else {})


def test_a_council_may_let_its_guests_in_without_the_lobby() -> None:
    parameters = {"lobby": ("EveryoneInCompany", "EveryoneInSameAndFederatedCompany")}
    rows = [meetings(skip_lobby="EveryoneInSameAndFederatedCompany")]
    assert only(judge("meeting-policy-limits", parameters=parameters, meeting_policies=rows)) == MEETS


def files(kind: str, number: int | None, **changed: object) -> Row:
    return {
        "drive_id": "b!D",
        "drive_name": "OneDrive",
        "site_name": "Ann",
        "personal": True,
        "kind": kind,
        "files": number,
        "bytes": 2**30,
    } | changed


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        pytest.param([files("music", 200)], MEETS, id="200 pieces of music"),
        pytest.param([files("music", 201)], REVIEW, id="201 pieces of music"),
        pytest.param([files("music", 101), files("photograph", 100)], REVIEW, id="201 of two kinds"),
        pytest.param([files("music", 101), files("video", 100, drive_id="b!E")], MEETS, id="201 in two libraries"),
        pytest.param([files("game", 1)], REVIEW, id="one game"),
        pytest.param([files("game", 0)], MEETS, id="no game"),
        pytest.param([files("music", None)], MEETS, id="a number nobody knows"),
        pytest.param([], MEETS, id="nothing of the kind"),
    ],
)
def test_personal_files_stored(rows: list[Row], verdict: Verdict) -> None:
    found = judge("personal-files-stored", file_kinds=rows)
    assert results(found) == ({"b!D": verdict} if verdict else {})


def test_files_are_told_by_kind_and_number_and_never_by_name() -> None:
    found = judge("personal-files-stored", file_kinds=[files("video", 300), files("game", 2)])
    assert found["because"].tolist() == [
        "“Ann” holds files of kinds that may be personal (game: 2, video: 300; together 2.0 GB)"
    ]


@pytest.mark.parametrize(
    ("parameters", "verdict"),
    [
        pytest.param({"files": 500}, MEETS, id="more files may be there"),
        pytest.param({"files": 500, "games": -1}, REVIEW, id="not one game may"),
    ],
)
def test_how_many_files_may_be_there_can_be_set(parameters: Row, verdict: Verdict) -> None:
    assert only(judge("personal-files-stored", parameters=parameters, file_kinds=[files("video", 300)])) == verdict
