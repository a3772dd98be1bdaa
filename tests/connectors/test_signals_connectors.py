"""What Microsoft noticed, how mail is used, and what public names say, against answers as the contract has them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pandas as pd
import pytest
from contract_service import TENANT, Fault, Json, Service, collect, frame, gather

from m365audit.connectors import Connector
from m365audit.connectors.calendars.meeting_policies import meeting_policies
from m365audit.connectors.entra.sign_ins import OLD_CLIENTS, legacy_sign_ins
from m365audit.connectors.mail.mail_dns import mail_dns
from m365audit.connectors.signals import (
    alerts,
    attack_simulations,
    backup,
    risky_accounts,
    secure_score,
    sensitivity_labels,
)
from m365audit.connectors.usage import email_activity, mailbox_usage, report_settings, teams_activity
from m365audit.graph import Refused
from m365audit.graph.names import Resolver, Silent
from m365audit.model.evidence import Coverage, Gap
from m365audit.model.tenant import MeetingWindow
from m365audit.model.words import GapKind
from m365audit.sample.service.public_names import FAILING, NamesOverUdp, PublicNames
from m365audit.sample.tenant import Tenant

HEADER = (
    "Report Refresh Date,User Principal Name,Display Name,Is Deleted,Last Activity Date,Send Count,Receive Count,"
    "Read Count"
)
PLACE = "https://reportsncu.office.com/data/download/x"


@dataclass
class Reporting(Service):
    """A service that points to a report."""

    report: str = ""
    fetched: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == httpx.URL(PLACE).host:
            self.fetched.append(request)
            return httpx.Response(200, content=self.report.encode("utf-8-sig"))
        if "/reports/get" in request.url.path:
            self.asked.append(str(request.url))
            return httpx.Response(302, headers={"Location": PLACE})
        return super().__call__(request)


def line(address: str, **changed: str) -> str:
    cells = {
        "day": "2026-11-19",
        "deleted": "False",
        "last": "2026-11-10",
        "sent": "4",
        "got": "9",
        "read": "8",
    } | changed
    return ",".join(
        (
            cells["day"],
            address,
            '"Smith, Ann"',
            cells["deleted"],
            cells["last"],
            cells["sent"],
            cells["got"],
            cells["read"],
        )
    )


async def used(*lines: str, header: str = HEADER, concealed: bool | None = False) -> Any:  # noqa: ANN401
    shown = None if concealed is None else frame("report_settings", [{"names_concealed": concealed}])
    service = Reporting(report="\r\n".join((header, *lines)))
    found = await collect(email_activity, service, report_settings=shown)
    return found, service


async def test_the_report_of_mail_use_is_read_by_its_headings() -> None:
    found, service = await used(line("Ann@X.test"), line("Bob@X.test", sent="0", last="", deleted="True"))

    assert [(row["address"], row["sent"], row["deleted"]) for row in found.rows] == [
        ("ann@x.test", 4, False),
        ("bob@x.test", 0, True),
    ]
    assert found.rows[1]["last_active_at"] is None
    assert found.rows[0]["reported_on"] == "2026-11-19T00:00:00Z"
    assert found.notes == ["Microsoft's report of mail use shows it as of 2026-11-19, some days behind"]
    assert "authorization" not in service.fetched[0].headers


async def test_a_report_with_more_columns_in_another_order_says_the_same() -> None:
    header = (
        "New,Send Count,User Principal Name,Is Deleted,Last Activity Date,Receive Count,Read Count,Report Refresh Date"
    )

    found, _ = await used("x,7,ann@x.test,False,2026-11-10,1,1,2026-11-19", header=header)

    assert [(row["address"], row["sent"]) for row in found.rows] == [("ann@x.test", 7)]


@pytest.mark.parametrize(
    ("lines", "header", "concealed", "kind"),
    [
        pytest.param(
            (line("ann@x.test"),), HEADER, True, GapKind.NOT_ENABLED, id="names are hidden, as the settings say"
        ),
        pytest.param((line("8F2A"), line("77BC")), HEADER, None, GapKind.NOT_ENABLED, id="or as the report shows"),
        pytest.param(
            (line("ann@x.test"),), HEADER.replace("Send", "Sent"), False, GapKind.ERROR, id="a column is missing"
        ),
        pytest.param((), "", False, GapKind.ERROR, id="an empty file"),
    ],
)
async def test_a_report_that_says_nothing_of_people(
    lines: tuple[str, ...],
    header: str,
    kind: GapKind,
    *,
    concealed: bool | None,
) -> None:
    found, _ = await used(*lines, header=header, concealed=concealed)

    assert (found.rows, [gap.kind for gap in found.gaps]) == ([], [kind])


OF_TEAMS = "Report Refresh Date,User Principal Name,Last Activity Date,Is Deleted,Team Chat Message Count"
OF_MAILBOXES = "Report Refresh Date,User Principal Name,Display Name,Is Deleted,Created Date,Last Activity Date"
WHICH = pytest.mark.parametrize(
    ("connector", "name", "header", "cells"),
    [
        pytest.param(
            teams_activity,
            "getTeamsUserActivityUserDetail",
            OF_TEAMS,
            "2026-11-19,{who},{last},{gone},3",
            id="Teams",
        ),
        pytest.param(
            mailbox_usage,
            "getMailboxUsageDetail",
            OF_MAILBOXES,
            "2026-11-19,{who},x,{gone},2020-01-01,{last}",
            id="mailboxes",
        ),
    ],
)


@WHICH
async def test_the_reports_of_use_tell_the_last_day_of_it(
    connector: Connector, name: str, header: str, cells: str
) -> None:
    lines = (
        cells.format(who="Ann@X.test", last="2026-11-10", gone="False"),
        cells.format(who="bob@x.test", last="", gone="False"),
        cells.format(who="BOB@x.test", last="2026-11-01", gone="True"),
    )
    service = Reporting(report="\r\n".join((header, *lines)))

    found = await collect(connector, service, report_settings=None)

    assert found.gaps == []
    assert {(row["address"], row["last_active_at"], row["deleted"]) for row in found.rows} == {
        ("ann@x.test", "2026-11-10T00:00:00Z", False),
        ("bob@x.test", None, False),
    }
    assert {(row["reported_on"], row["period_days"]) for row in found.rows} == {("2026-11-19T00:00:00Z", 90)}
    assert [url.rpartition("/")[2] for url in service.asked] == [f"{name}(period='D90')"]
    assert "authorization" not in service.fetched[0].headers


@WHICH
@pytest.mark.parametrize(
    ("who", "heading", "shown", "kind"),
    [
        pytest.param(
            "ann@x.test", "Is Deleted", False, GapKind.NOT_ENABLED, id="names are hidden, as the settings say"
        ),
        pytest.param("8F2A", "Is Deleted", None, GapKind.NOT_ENABLED, id="or as the report shows"),
        pytest.param("ann@x.test", "Gone", True, GapKind.ERROR, id="a column is missing"),
    ],
)
async def test_a_report_of_use_that_says_nothing_of_people(
    connector: Connector,
    name: str,
    header: str,
    cells: str,
    who: str,
    heading: str,
    kind: GapKind,
    *,
    shown: bool | None,
) -> None:
    assert name
    report = "\r\n".join((header.replace("Is Deleted", heading), cells.format(who=who, last="", gone="False")))
    told = None if shown is None else frame("report_settings", [{"names_concealed": not shown}])

    found = await collect(connector, Reporting(report=report), report_settings=told)

    assert (found.rows, [gap.kind for gap in found.gaps]) == ([], [kind])


@pytest.mark.parametrize(("sent", "kept"), [("", None), ("many", None), ("0", 0)])
async def test_a_number_nobody_can_read_is_none(sent: str, kept: int | None) -> None:
    found, _ = await used(line("ann@x.test", sent=sent))

    assert found.rows[0]["sent"] == kept


@pytest.mark.parametrize(
    ("answer", "rows"),
    [
        pytest.param({"value": {"displayConcealedNames": True}}, [True], id="in an envelope"),
        pytest.param({"displayConcealedNames": False}, [False], id="bare"),
        pytest.param({}, [], id="not said"),
    ],
)
async def test_whether_reports_hide_names(answer: Json, rows: list[bool]) -> None:
    found = await collect(report_settings, Service(graph={"/admin/reportSettings": answer}))

    assert [row["names_concealed"] for row in found.rows] == rows
    assert len(found.gaps) == (not rows)


def score(day: int) -> Json:
    return {"id": f"S-{day}", "createdDateTime": "2026-11-20T00:00:00Z", "currentScore": 140.6, "maxScore": 220.0}


async def test_of_the_scores_only_the_newest_is_read() -> None:
    service = Service(graph={"/security/secureScores": [score(day) for day in range(5)]})

    found = await collect(secure_score, service)

    assert [(row["score_id"], row["points"]) for row in found.rows] == [("S-0", 141)]
    assert len(service.queries("/security/secureScores")) == 1


def alert(number: int) -> Json:
    return {
        "id": f"A-{number}",
        "title": "T",
        "severity": "high",
        "status": "new",
        "serviceSource": "x",
        "incidentId": "1",
        "createdDateTime": "2026-11-20T00:00:00Z",
        "evidence": [{"secret": "x"}],
    }


def licences(*plan_ids: str) -> pd.DataFrame:
    rows = [{"sku_id": "S", "plan_id": plan, "status": "Enabled", "plan_status": "Success"} for plan in plan_ids]
    return frame("licences", rows)


DEFENDER, DEFENDER_P2 = "f20fedf3-f3c3-43c3-8267-2bfdd51c0939", "8e0c0a52-6a6c-4d40-8370-dd62790dcd70"
PREMIUM = "41781fb2-bc02-4b7c-bd55-b576c07bb09d"
P2 = "eec0eb4f-6444-4f95-aba0-50c24d67f998"
WINDOW = MeetingWindow(datetime(2026, 10, 22, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC), (), ())


async def test_alerts_are_read_from_the_window_on_and_nothing_of_what_they_are_about_is_kept() -> None:
    service = Service(graph={"/security/alerts_v2": [alert(number) for number in range(5)]})

    found = await collect(alerts, service, window=WINDOW, licences=licences())

    assert len(found.rows) == 5
    assert "evidence" not in found.rows[0]
    assert service.queries("/security/alerts_v2")[0]["$filter"] == ["createdDateTime ge 2026-10-22T00:00:00Z"]


@pytest.mark.parametrize(
    ("plans", "gaps"),
    [
        pytest.param((), [GapKind.LICENCE], id="says nothing where nothing would raise one"),
        pytest.param((DEFENDER,), [], id="is an answer with Defender"),
        pytest.param((P2,), [], id="is an answer with Entra ID P2"),
    ],
)
async def test_no_alert_at_all(plans: tuple[str, ...], gaps: list[GapKind]) -> None:
    found = await collect(alerts, Service(graph={"/security/alerts_v2": []}), window=WINDOW, licences=licences(*plans))

    assert [gap.kind for gap in found.gaps] == gaps


SIGN_INS = "/auditLogs/signIns"


def sign_in(who: str, day: int, client: str = "IMAP4", error: int | None = 0) -> Json:
    return {
        "id": f"S-{who}-{day}",
        "userId": who,
        "createdDateTime": f"2026-11-{day:02}T08:00:00Z",
        "clientAppUsed": client,
        "status": {"errorCode": error},
        "ipAddress": "203.0.113.1",
        "location": {"city": "Towcester"},
    }


async def test_old_sign_ins_are_counted_by_account_and_client() -> None:
    held = [sign_in("a", day) for day in (3, 9, 6)] + [sign_in("b", 4), sign_in("a", 5, "POP3")]

    found = await collect(legacy_sign_ins, Service(graph={SIGN_INS: held}), window=WINDOW, licences=licences(PREMIUM))

    assert sorted((row["account_id"], row["client"], row["times"], row["last_at"]) for row in found.rows) == [
        ("a", "IMAP4", 3, "2026-11-09T08:00:00Z"),
        ("a", "POP3", 1, "2026-11-05T08:00:00Z"),
        ("b", "IMAP4", 1, "2026-11-04T08:00:00Z"),
    ]
    assert not any("203.0.113" in str(row) or "Towcester" in str(row) for row in found.rows)


async def test_only_what_succeeded_by_an_old_client_within_the_window_is_asked_for() -> None:
    service = Service(graph={SIGN_INS: []})

    found = await collect(legacy_sign_ins, service, window=WINDOW, licences=licences(PREMIUM))

    assert (found.rows, found.gaps) == ([], [])
    asked = service.queries(SIGN_INS)
    assert {query["$top"][0] for query in asked} == {"1000"}
    assert [query["$filter"][0] for query in asked] == [
        f"createdDateTime ge 2026-10-22T00:00:00Z and clientAppUsed eq '{client}' and status/errorCode eq 0"
        for client in OLD_CLIENTS
    ]
    assert not {"Browser", "Mobile Apps and Desktop clients"} & set(OLD_CLIENTS)


async def test_a_filter_that_microsoft_overlooks_makes_nobody_an_old_client() -> None:
    held = [sign_in("a", 3, "Browser"), sign_in("b", 3, error=50126), sign_in("c", 3, error=None)]

    found = await collect(legacy_sign_ins, Service(graph={SIGN_INS: held}), window=WINDOW, licences=licences(PREMIUM))

    assert found.rows == []


async def test_the_log_of_sign_ins_is_asked_for_only_with_a_licence() -> None:
    service = Service(graph={SIGN_INS: [sign_in("a", 3)]})

    found = await collect(legacy_sign_ins, service, window=WINDOW, licences=licences())

    assert (found.rows, [gap.kind for gap in found.gaps], service.asked) == ([], [GapKind.LICENCE], [])


RISKY = {
    "id": "U",
    "userDisplayName": "Ann",
    "userPrincipalName": "Ann@X.test",
    "riskLevel": "high",
    "riskState": "atRisk",
    "riskLastUpdatedDateTime": "2026-11-20T00:00:00Z",
    "isDeleted": False,
}
EXERCISE = {
    "id": "E",
    "displayName": "X",
    "status": "succeeded",
    "launchDateTime": "2026-11-20T00:00:00Z",
    "completionDateTime": None,
}


@pytest.mark.parametrize(
    ("connector", "path", "held", "plan"),
    [
        pytest.param(risky_accounts, "/identityProtection/riskyUsers", RISKY, P2, id="accounts at risk"),
        pytest.param(
            attack_simulations, "/security/attackSimulation/simulations", EXERCISE, DEFENDER_P2, id="exercises"
        ),
    ],
)
async def test_what_needs_a_licence_is_asked_only_with_it(
    connector: Connector, path: str, held: Json, plan: str
) -> None:
    service = Service(graph={path: [held]})

    without = await collect(connector, service, licences=licences())
    assert (without.rows, [gap.kind for gap in without.gaps], service.asked) == ([], [GapKind.LICENCE], [])
    found = await collect(connector, service, licences=licences(plan))
    assert len(found.rows) == 1
    assert not found.gaps


@pytest.mark.parametrize(
    "refusal",
    [
        pytest.param("Missing application roles. API required roles: SecurityEvents.Read.All.", id="security products"),
        pytest.param("required scopes are missing in the token", id="identity protection"),
    ],
)
async def test_a_permission_that_lacks_is_said_to_lack(refusal: str) -> None:
    with pytest.raises(Refused) as refused:
        await collect(secure_score, Service(graph={"/security/secureScores": Fault(403, "Forbidden", refusal)}))

    assert refused.value.gap.kind is GapKind.PERMISSION


LABELS = "/security/dataSecurityAndGovernance/sensitivityLabels"


def label(name: str, *, protects: bool = False) -> Json:
    return {"id": name, "name": name, "displayName": None, "hasProtection": protects}


async def test_labels_below_a_label_are_found_and_none_twice() -> None:
    paths: dict[str, Any] = {
        LABELS: [label("a"), label("b"), label("c", protects=True)],
        f"{LABELS}/a/sublabels": [label("c", protects=True), label("d")],
        f"{LABELS}/b/sublabels": Fault(403, "Forbidden"),
        f"{LABELS}/c/sublabels": [],
    }

    found = await collect(sensitivity_labels, Service(graph=paths))

    assert sorted(row["label_id"] for row in found.rows) == ["a", "b", "c", "d"]
    assert found.scopes == {"label:b"}


@pytest.mark.parametrize(
    ("answer", "rows"),
    [
        pytest.param(
            {"serviceStatus": {"status": "enabled", "backupServiceConsumer": "firstparty"}}, ["enabled"], id="on"
        ),
        pytest.param({"serviceStatus": {"status": "disabled", "disableReason": "none"}}, ["disabled"], id="off"),
        pytest.param({"serviceStatus": {}}, [], id="not said"),
        pytest.param({}, [], id="no status"),
    ],
)
async def test_whether_microsofts_backup_is_in_use(answer: Json, rows: list[str]) -> None:
    found = await collect(backup, Service(graph={"/solutions/backupRestore": answer}))

    assert [row["status"] for row in found.rows] == rows
    assert len(found.gaps) == (not rows)
    assert ["which mailboxes and sites it covers" in note for note in found.notes] == [True] * len(rows)


JOBS = "/admin/configurationManagement/configurationSnapshotJobs"
SNAPSHOTS = "/admin/configurationManagement/configurationSnapshots"
KIND = "microsoft.teams.meetingpolicy"


def job(number: int, **changed: object) -> Json:
    return {
        "id": f"J-{number}",
        "status": "succeeded",
        "resources": [KIND],
        "completedDateTime": f"2026-11-{number:02}T00:00:00Z",
        "resourceLocation": f"https://evil.test/x/configurationSnapshots('S-{number}')",
        **changed,
    }


def snapshot(*names: str, kind: str = KIND) -> Json:
    policies = [
        {"resourceType": kind, "properties": {"Identity": name, "AutoAdmittedUsers": "Everyone"}} for name in names
    ]
    return {"id": "S", "resources": policies}


@pytest.mark.parametrize(
    ("jobs", "taken"),
    [
        pytest.param([job(1), job(3), job(2)], "S-3", id="the newest"),
        pytest.param([job(1), job(3, status="running")], "S-1", id="not one that still runs"),
        pytest.param([job(1), job(3, status="failed")], "S-1", id="not one that failed"),
        pytest.param([job(1), job(3, status="partiallySuccessful")], "S-3", id="one that holds a part"),
        pytest.param([job(1), job(3, resources=["microsoft.exchange.remotedomain"])], "S-1", id="not one about mail"),
        pytest.param([job(1), job(3, resourceLocation=None)], "S-1", id="not one that lies nowhere"),
        pytest.param([job(1, resources=["Microsoft.Teams.MeetingPolicy"])], "S-1", id="whatever its capitals"),
        pytest.param(
            [job(1, resourceLocation="https://x/configurationSnapshots/S-1")], "S-1", id="in the other spelling"
        ),
    ],
)
async def test_which_snapshot_is_read(jobs: list[Json], taken: str) -> None:
    paths: dict[str, Any] = {JOBS: jobs} | {f"{SNAPSHOTS}/S-{n}": snapshot(f"policy of S-{n}") for n in (1, 2, 3)}

    found = await collect(meeting_policies, Service(graph=paths))

    assert [row["policy"] for row in found.rows] == [f"policy of {taken}"]


async def test_meeting_policies_are_put_into_our_words() -> None:
    held = snapshot("Tag:Loose", "Global")
    held["resources"][0]["properties"] |= {"AllowPSTNUsersToBypassLobby": "True", "MeetingChatEnabledType": "Enabled"}

    found = await collect(meeting_policies, Service(graph={JOBS: [job(1)], f"{SNAPSHOTS}/S-1": held}))

    loose, everybody = found.rows
    assert (loose["policy"], loose["phone_skips_lobby"], loose["chat"]) == ("Loose", True, "Enabled")
    assert (everybody["policy"], everybody["phone_skips_lobby"]) == ("Global", None)
    assert loose["taken_at"] == "2026-11-01T00:00:00Z"


@pytest.mark.parametrize(
    ("jobs", "held", "kind"),
    [
        pytest.param([], snapshot(), GapKind.NOT_ENABLED, id="nobody has made one"),
        pytest.param([job(1)], snapshot("x", kind="other"), GapKind.ERROR, id="it holds no meeting policy"),
    ],
)
async def test_a_snapshot_that_says_nothing_is_a_gap_with_a_remedy(jobs: list[Json], held: Json, kind: GapKind) -> None:
    found = await collect(meeting_policies, Service(graph={JOBS: jobs, f"{SNAPSHOTS}/S-1": held}))

    assert (found.rows, [gap.kind for gap in found.gaps]) == ([], [kind])
    assert "Meeting policies" in found.gaps[0].fix


DOMAIN = "x-tc.gov.uk"
GOOD = {
    DOMAIN: {"MX": ["0 x.mail.protection.outlook.com."], "TXT": ["MS=ms1", "v=spf1 include:y.test -all"]},
    f"selector1._domainkey.{DOMAIN}": {"TXT": ["v=DKIM1; k=rsa; p=" + "A" * 300]},
    f"selector2._domainkey.{DOMAIN}": {"TXT": ["v=DKIM1; p=BBBB"]},
    f"_dmarc.{DOMAIN}": {"TXT": ["v=DMARC1; p=reject"]},
}


@asynccontextmanager
async def directory(names: dict[str, dict[str, list[str]]]) -> AsyncIterator[Resolver]:
    """A directory of names on a loopback port, and somebody who asks it."""
    tenant = Tenant(TENANT, "x.onmicrosoft.com", {}, dns=names)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: NamesOverUdp(PublicNames(lambda: [tenant])), local_addr=("127.0.0.1", 0)
    )
    try:
        host, port = transport.get_extra_info("sockname")
        yield Resolver(f"{host}:{port}")
    finally:
        transport.close()


@dataclass
class Asking:
    """As much of a session as this connector looks at."""

    names: Any
    graph: None = None
    exchange: None = None


async def looked_up(names: dict[str, dict[str, list[str]]], *domains: str) -> Any:  # noqa: ANN401
    rows = [{"domain": domain, "owned": True} for domain in domains or (DOMAIN,)]
    async with directory(names) as resolver:
        return await of_domains(resolver, rows)


async def of_domains(names: Any, rows: list[Json], *gaps: Gap) -> Any:  # noqa: ANN401
    coverage = {"domains": Coverage(rows=len(rows), gaps=gaps)}
    return await gather(mail_dns, Asking(names), domains=frame("domains", rows), coverage=coverage)  # type: ignore[arg-type]


async def test_what_a_domain_says_about_its_mail_is_looked_up_over_the_wire() -> None:
    found = await looked_up(GOOD)

    assert found.rows == [
        {
            "domain": DOMAIN,
            "receives_mail": True,
            "spf": "v=spf1 include:y.test -all",
            "spf_records": 1,
            "dkim_selectors": ["selector1", "selector2"],
            "dmarc": "v=DMARC1; p=reject",
            "dmarc_records": 1,
            "dmarc_inherited": False,
        }
    ]
    assert found.looked == {f"domain:{DOMAIN}"}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        pytest.param({}, {"spf": None, "spf_records": 0, "dmarc": None, "receives_mail": False}, id="no such name"),
        pytest.param(
            {**GOOD, DOMAIN: {"TXT": ["v=spf1 -all", "V=SPF1 ~all", "v=spf10"]}},
            {"spf_records": 2},
            id="two SPF records",
        ),
        pytest.param(
            {**GOOD, DOMAIN: {"MX": ["0 ."], "TXT": ["x"]}}, {"receives_mail": False}, id="a domain that takes none"
        ),
        pytest.param(
            {**GOOD, f"selector2._domainkey.{DOMAIN}": {"TXT": ["v=DKIM1; p="]}},
            {"dkim_selectors": ["selector1"]},
            id="a key that was taken back",
        ),
        pytest.param(
            {**GOOD, f"_dmarc.{DOMAIN}": {"TXT": ["v=DMARC1;p=none", "v=DMARC1;p=reject", "other"]}},
            {"dmarc_records": 2},
            id="two DMARC records",
        ),
    ],
)
async def test_what_is_absent_or_too_many(names: dict[str, dict[str, list[str]]], expected: Json) -> None:
    row = (await looked_up(names)).rows[0]

    assert {name: row[name] for name in expected} == expected


async def test_a_domain_below_another_owned_one_has_its_dmarc_record() -> None:
    found = await looked_up(GOOD, DOMAIN, f"news.{DOMAIN}")

    below = next(row for row in found.rows if row["domain"] == f"news.{DOMAIN}")
    assert (below["dmarc"], below["dmarc_inherited"]) == ("v=DMARC1; p=reject", True)


@pytest.mark.parametrize(
    "silent",
    [DOMAIN, f"selector1._domainkey.{DOMAIN}", f"selector2._domainkey.{DOMAIN}", f"_dmarc.{DOMAIN}"],
)
async def test_a_name_whose_servers_fail_makes_the_domain_a_gap(silent: str) -> None:
    found = await looked_up({**GOOD, silent: {FAILING: []}}, DOMAIN)

    assert found.rows == []
    assert [(gap.scope, gap.kind) for gap in found.gaps] == [(f"domain:{DOMAIN}", GapKind.ERROR)]


async def test_microsofts_own_domain_and_those_the_council_does_not_own_are_not_asked() -> None:
    rows = [{"domain": "x.onmicrosoft.com", "owned": True}, {"domain": "lost.test", "owned": False}]

    found = await of_domains(Silent(), rows)

    assert (found.rows, found.gaps) == ([], [])


async def test_a_domain_nobody_says_the_owner_of_is_a_gap_and_microsofts_own_is_none() -> None:
    rows = [{"domain": "x.onmicrosoft.com", "owned": None}, {"domain": DOMAIN, "owned": None}]
    async with directory(GOOD) as resolver:
        found = await of_domains(resolver, [*rows, {"domain": f"news.{DOMAIN}", "owned": True}])

    assert [row["domain"] for row in found.rows] == [f"news.{DOMAIN}"]
    assert [(gap.scope, gap.kind) for gap in found.gaps] == [(f"domain:{DOMAIN}", GapKind.ERROR)]


@pytest.mark.parametrize(
    ("scope", "owned", "is_passed_on"),
    [
        pytest.param("property:isVerified", None, True, id="that nothing says whose they are"),
        pytest.param("property:isVerified", True, False, id="but not where the tenant file says it"),
        pytest.param("property:isDefault", None, False, id="nor what has no bearing on mail"),
        pytest.param("the rest", True, True, id="that some of them are not listed"),
    ],
)
async def test_what_the_list_of_domains_lacks_is_lacking_here(
    scope: str, *, owned: bool | None, is_passed_on: bool
) -> None:
    gap = Gap(GapKind.ERROR, "It did not come.", "Run it again.", scope, "domains")
    async with directory(GOOD) as resolver:
        found = await of_domains(resolver, [{"domain": DOMAIN, "owned": owned}], gap)

    assert (scope in found.scopes) is is_passed_on
    assert not any(one.data_set for one in found.gaps)


async def test_nobody_who_may_be_asked_is_a_gap_and_not_an_absence() -> None:
    assert isinstance(await Silent().records(DOMAIN, "TXT", "s"), Gap)
