"""What guards the mail, keeps it and records its use, against answers as the contract has them."""

from typing import Any

import pandas as pd
import pytest
from contract_service import NO_ROLE, Fault, Json, Service, collect, frame

from m365audit.connectors.mail.folder_access import folder_access
from m365audit.connectors.mail.mail_protection import link_protection, mail_protection
from m365audit.connectors.mail.mail_records import (
    audit_bypasses,
    audit_settings,
    mail_encryption,
    mail_organisation,
    mailbox_retention,
)
from m365audit.connectors.mail.mailbox_use import mailbox_use
from m365audit.connectors.mail.outbound_mail import outbound_mail
from m365audit.graph import Refused
from m365audit.model.words import GapKind

LIMITS = ("SentTo", "SentToMemberOf", "RecipientDomainIs", "ExceptIfSentTo", "ExceptIfSentToMemberOf")


def rule(**changed: object) -> Json:
    blank = dict.fromkeys((*LIMITS, "ExceptIfRecipientDomainIs"))
    return {"Name": "Standard Preset Security Policy", "State": "Enabled", **blank, **changed}


GUARDS: dict[str, list[Json]] = {
    "Get-EOPProtectionPolicyRule": [rule()],
    "Get-HostedContentFilterPolicy": [
        {"Name": "Default", "IsDefault": True, "SpamAction": "MoveToJmf", "PhishSpamAction": "Quarantine"}
    ],
    "Get-AntiPhishPolicy": [{"Name": "D", "IsDefault": "True", "Enabled": "False", "EnableSpoofIntelligence": True}],
    "Get-MalwareFilterPolicy": [{"Name": "D", "IsDefault": False, "EnableFileFilter": False, "ZapEnabled": True}],
    "Get-ExternalInOutlook": [{"Identity": "T", "Enabled": "True"}],
    "Get-ReportSubmissionPolicy": [
        {
            "Identity": "R",
            "EnableReportToMicrosoft": False,
            "ReportJunkToCustomizedAddress": "True",
            "ReportPhishToCustomizedAddress": False,
        }
    ],
}


async def test_every_policy_that_guards_the_mail_is_a_row() -> None:
    found = await collect(mail_protection, Service(cmdlets=dict(GUARDS)))

    assert {row["kind"]: row for row in found.rows} == {
        "preset": {"kind": "preset", "name": "Standard Preset Security Policy", "on": True, "everybody": True},
        "spam": {
            "kind": "spam",
            "name": "Default",
            "on": True,
            "everybody": True,
            "spam_action": "MoveToJmf",
            "phishing_action": "Quarantine",
        },
        "phishing": {"kind": "phishing", "name": "D", "on": False, "everybody": True, "spoof": True},
        "malware": {
            "kind": "malware",
            "name": "D",
            "on": True,
            "everybody": False,
            "attachment_filter": False,
            "cleans_up": True,
        },
        "outside tag": {"kind": "outside tag", "name": "T", "on": True},
        "report button": {"kind": "report button", "name": "R", "on": True},
    }
    assert found.looked == {row["kind"] for row in found.rows}


@pytest.mark.parametrize(
    ("changed", "on", "everybody"),
    [
        pytest.param({"State": "Disabled"}, False, True, id="switched off"),
        pytest.param({"SentTo": ["clerk@x.test"]}, True, False, id="for one person"),
        pytest.param({"SentTo": "clerk@x.test"}, True, False, id="for one person, in a plain text"),
        pytest.param({"ExceptIfRecipientDomainIs": ["x.test"]}, True, False, id="but not for a domain"),
        pytest.param({"SentTo": []}, True, True, id="an empty limit is none"),
    ],
)
async def test_whom_a_preset_policy_is_for(changed: Json, *, on: bool, everybody: bool) -> None:
    held = GUARDS | {"Get-EOPProtectionPolicyRule": [rule(**changed)]}

    row = next(
        row for row in (await collect(mail_protection, Service(cmdlets=dict(held)))).rows if row["kind"] == "preset"
    )

    assert (row["on"], row["everybody"]) == (on, everybody)


async def test_a_command_the_role_does_not_show_is_a_gap_of_its_kind() -> None:
    held: dict[str, Any] = dict(GUARDS) | {"Get-AntiPhishPolicy": NO_ROLE}

    found = await collect(mail_protection, Service(cmdlets=held))

    assert [(gap.scope, gap.kind) for gap in found.gaps] == [("phishing", GapKind.ROLE)]
    assert "phishing" not in found.looked


async def test_without_the_role_there_is_one_gap_and_not_six() -> None:
    found = await collect(mail_protection, Service(cmdlets={}))

    assert [(gap.scope, gap.kind) for gap in found.gaps] == [("tenant", GapKind.ROLE)]


async def test_a_property_exchange_never_tells_is_a_gap() -> None:
    held = GUARDS | {"Get-MalwareFilterPolicy": [{"Name": "D", "IsDefault": True, "EnableFileFilter": True}]}

    found = await collect(mail_protection, Service(cmdlets=dict(held)))

    assert found.scopes == {"property:ZapEnabled"}
    assert next(row for row in found.rows if row["kind"] == "malware")["cleans_up"] is None


def licences(plan_id: str, status: str = "Enabled") -> pd.DataFrame:
    row = {"sku_id": "S", "plan_id": plan_id, "status": status, "plan_status": "Success"}
    return frame("licences", [row])


DEFENDER = "f20fedf3-f3c3-43c3-8267-2bfdd51c0939"


@pytest.mark.parametrize(
    ("bought", "asked"),
    [
        pytest.param(licences(DEFENDER), True, id="bought"),
        pytest.param(licences(DEFENDER, "Suspended"), False, id="run out"),
        pytest.param(licences("another"), False, id="something else was bought"),
    ],
)
async def test_links_are_asked_about_only_where_they_were_bought(bought: pd.DataFrame, *, asked: bool) -> None:
    cmdlets: dict[str, Any] = {
        "Get-SafeLinksPolicy": [{"Name": "Built-In", "EnableSafeLinksForEmail": True}],
        "Get-SafeAttachmentPolicy": [{"Name": "Built-In", "Enable": "False"}],
    }
    service = Service(cmdlets=cmdlets)

    found = await collect(link_protection, service, licences=bought)

    assert bool(service.invoked) == asked
    assert {row["kind"]: row["on"] for row in found.rows} == (
        {"safe links": True, "safe attachments": False} if asked else {}
    )
    assert [gap.kind for gap in found.gaps] == ([] if asked else [GapKind.LICENCE])


async def test_what_mail_may_do_by_itself_on_its_way_out() -> None:
    cmdlets: dict[str, Any] = {
        "Get-HostedOutboundSpamFilterPolicy": [
            {"Name": "Default", "AutoForwardingMode": "Automatic", "IsDefault": True}
        ],
        "Get-HostedOutboundSpamFilterRule": [
            {"Name": "Scanner", "State": "Enabled", "HostedOutboundSpamFilterPolicy": "Scanner"}
        ],
        "Get-RemoteDomain": [{"Name": "Default", "DomainName": "*", "AutoForwardEnabled": "False"}],
    }

    found = await collect(outbound_mail, Service(cmdlets=cmdlets))

    assert found.rows == [
        {"kind": "outbound policy", "name": "Default", "forwarding": "automatic", "everybody": True},
        {"kind": "outbound rule", "name": "Scanner", "enabled": True, "policy": "Scanner"},
        {"kind": "remote domain", "name": "Default", "domain": "*", "forwarding": "off"},
    ]


def mailbox(number: int = 1, **changed: object) -> Json:
    return {
        "ExternalDirectoryObjectId": f"user-{number}",
        "Guid": f"guid-{number}",
        "DisplayName": "Clerk",
        "PrimarySmtpAddress": f"Clerk{number}@X.test",
        "RecipientTypeDetails": "UserMailbox",
        "LitigationHoldEnabled": False,
        "RetentionHoldEnabled": False,
        "ComplianceTagHoldApplied": "False",
        "InPlaceHolds": [],
        "SingleItemRecoveryEnabled": True,
        "AuditEnabled": True,
        "ArchiveGuid": "00000000-0000-0000-0000-000000000000",
        **changed,
    }


@pytest.mark.parametrize("refuses_select", [False, True], ids=["with our selection", "without it where it is refused"])
async def test_what_keeps_each_mailbox_is_read_on_every_page(*, refuses_select: bool) -> None:
    held = [mailbox(number, InPlaceHolds="mbx1:2") for number in range(5)]

    found = await collect(mailbox_retention, Service(cmdlets={"Get-Mailbox": held}, refuses_select=refuses_select))

    assert [row["mailbox_id"] for row in found.rows] == [f"user-{number}" for number in range(5)]
    assert found.rows[0]["holds"] == ["mbx1:2"]
    assert found.rows[0]["label_hold"] is False
    assert found.rows[0]["archive"] is False
    assert not found.gaps


async def test_holds_exchange_never_tells_are_a_gap() -> None:
    silent = mailbox()
    del silent["InPlaceHolds"]

    assert (await collect(mailbox_retention, Service(cmdlets={"Get-Mailbox": [silent]}))).scopes == {
        "property:InPlaceHolds"
    }


@pytest.mark.parametrize(
    ("connector", "cmdlet", "said", "expected"),
    [
        pytest.param(
            mail_organisation,
            "Get-OrganizationConfig",
            {"Name": "x", "AuditDisabled": "False", "InPlaceHolds": ["mbx1:2"]},
            {"name": "x", "mailbox_audit_off": False, "holds": ["mbx1:2"]},
            id="the organisation",
        ),
        pytest.param(
            audit_settings,
            "Get-AdminAuditLogConfig",
            {"Name": "x", "UnifiedAuditLogIngestionEnabled": True},
            {"name": "x", "unified_log": True},
            id="the log",
        ),
        pytest.param(
            mail_encryption,
            "Get-IRMConfiguration",
            {"Identity": "x", "AzureRMSLicensingEnabled": True, "SimplifiedClientAccessEnabled": "False"},
            {"name": "x", "available": True, "button": False},
            id="encryption",
        ),
    ],
)
async def test_a_setting_there_is_once(connector: Any, cmdlet: str, said: Json, expected: Json) -> None:  # noqa: ANN401
    assert (await collect(connector, Service(cmdlets={cmdlet: [said]}))).rows == [expected]
    empty = await collect(connector, Service(cmdlets={cmdlet: []}))
    assert (empty.rows, [gap.kind for gap in empty.gaps]) == ([], [GapKind.ERROR])
    two = await collect(connector, Service(cmdlets={cmdlet: [said, said]}))
    assert (two.rows, [gap.kind for gap in two.gaps]) == ([], [GapKind.ERROR])
    with pytest.raises(Refused):
        await collect(connector, Service(cmdlets={cmdlet: NO_ROLE}))


async def test_only_accounts_that_are_left_out_of_recording_are_rows() -> None:
    held = [
        {"Name": f"box{number}", "Guid": f"GUID-{number}", "AuditBypassEnabled": on}
        for number, on in enumerate((False, "True", True, None))
    ]
    known = frame("mailboxes", [{"mailbox_id": "user-1", "exchange_id": "guid-1", "identity": "other"}])

    found = await collect(audit_bypasses, Service(cmdlets={"Get-MailboxAuditBypassAssociation": held}), mailboxes=known)

    assert found.rows == [{"account_id": "user-1", "name": "box1"}, {"account_id": "box2", "name": "box2"}]


async def test_who_used_whose_mailbox_is_a_gap_with_its_reason() -> None:
    found = await collect(mailbox_use, Service())

    assert found.rows == []
    assert [gap.kind for gap in found.gaps] == [GapKind.UNSUPPORTED]
    assert found.gaps[0].fix


def right(right_id: str = "x=", name: str = "Bob", address: str = "Bob@X.test", **changed: object) -> Json:
    who = {"name": name} | ({"address": address} if address else {})
    return {"id": right_id, "emailAddress": who, "isInsideOrganization": True, "role": "read", **changed}


ACCOUNTS = frame(
    "accounts",
    [
        {"account_id": "A", "primary_address": "ann@x.test", "display_name": "Ann", "addresses": ["ann@x.test"]},
        {"account_id": "B", "primary_address": "bob@x.test", "display_name": "Bob", "addresses": ["bob@x.test"]},
    ],
)
SETTINGS = frame(
    "mailbox_settings",
    [
        {"account_id": "A", "has_mailbox": True, "purpose": "user"},
        {"account_id": "B", "has_mailbox": False},
        {"account_id": "gone", "has_mailbox": True},
    ],
)


async def over_calendar(*held: Json, fault: Fault | None = None) -> Any:  # noqa: ANN401 - what a connector gave
    service = Service(graph={"/users/A/calendar/calendarPermissions": fault or list(held)})
    return await collect(folder_access, service, accounts=ACCOUNTS, mailbox_settings=SETTINGS)


@pytest.mark.parametrize(
    ("held", "delegate", "address"),
    [
        pytest.param(right(), "B", "bob@x.test", id="a colleague, by object id"),
        pytest.param(right(address="c@y.test"), "c@y.test", "c@y.test", id="somebody else, by address"),
        pytest.param(right("RGVmYXVsdA==", "Meine Organisation", ""), "default", None, id="everybody, in any language"),
        pytest.param(right("QW5vbnltb3Vz", "Anonymous", ""), "anonymous", None, id="anybody"),
        pytest.param(right("y=", "Old name", ""), "Old name", None, id="a name without an address"),
    ],
)
async def test_whom_a_calendar_lets_in(held: Json, delegate: str, address: str | None) -> None:
    found = await over_calendar(held)

    assert [(row["delegate"], row["delegate_address"], row["folder"]) for row in found.rows] == [
        (delegate, address, "calendar")
    ]
    assert found.looked == {"mailbox:A"}


async def test_the_holder_of_a_calendar_is_not_somebody_else_and_nobody_stands_there_twice() -> None:
    found = await over_calendar(right(address="ann@x.test"), right(), right("z="))

    assert [row["delegate"] for row in found.rows] == ["B"]


async def test_only_accounts_with_a_mailbox_are_asked_and_a_refusal_is_a_gap() -> None:
    found = await over_calendar(fault=Fault(403, "ErrorAccessDenied"))

    assert found.rows == []
    assert [(gap.scope, gap.kind) for gap in found.gaps] == [("mailbox:A", GapKind.PERMISSION)]


@pytest.mark.parametrize(
    ("held", "kinds", "gaps"),
    [
        pytest.param([right()], [None], [("mailbox:A", GapKind.NOT_COLLECTED)], id="somebody is let in"),
        pytest.param([], [], [], id="nobody is"),
        pytest.param(Fault(404, "MailboxNotEnabledForRESTAPI"), [], [], id="there is no mailbox"),
    ],
)
async def test_an_account_whose_mailbox_settings_were_refused_is_asked_too(
    held: object, kinds: list[None], gaps: list[tuple[str, GapKind]]
) -> None:
    service = Service(graph={"/users/A/calendar/calendarPermissions": held})
    settings = frame("mailbox_settings", [{"account_id": "B", "has_mailbox": False}])
    found = await collect(folder_access, service, accounts=ACCOUNTS, mailbox_settings=settings)

    assert [row["mailbox_kind"] for row in found.rows] == kinds
    assert [(gap.scope, gap.kind) for gap in found.gaps] == gaps
    assert found.looked == {"mailbox:A"}
