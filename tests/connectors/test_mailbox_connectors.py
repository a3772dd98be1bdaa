"""Mailboxes from Exchange, and what they are for from Graph."""

from typing import Any

import pandas as pd
import pytest
from contract_service import DENIED, MAILBOX_DENIED, NO_MAILBOX, NO_ROLE, Fault, Json, Service, collect, frame

from m365audit.connectors.mail.mail_records import mailbox_retention
from m365audit.connectors.mail.mailbox_settings import mailbox_settings
from m365audit.connectors.mail.mailboxes import mailboxes
from m365audit.graph import Refused
from m365audit.model.words import GapKind


def mailbox(number: int = 1, **changes: object) -> dict[str, Any]:
    """A ``Get-Mailbox`` object."""
    return {
        "ExternalDirectoryObjectId": f"user-{number}",
        "Guid": f"guid-{number}",
        "Identity": f"Clerk{number}",
        "UserPrincipalName": f"Clerk{number}@X.test",
        "DisplayName": "Clerk",
        "PrimarySmtpAddress": f"Clerk{number}@X.test",
        "EmailAddresses": [f"SMTP:Clerk{number}@X.test", f"smtp:Office{number}@X.test", "SIP:clerk@x.test"],
        "EmailAddresses@data.type": "#Collection(String)",
        "RecipientTypeDetails": "UserMailbox",
        "ForwardingSmtpAddress": None,
        "ForwardingAddress": None,
        "DeliverToMailboxAndForward": False,
        "GrantSendOnBehalfTo": [],
        "WhenCreated": "2024-05-01T10:00:00+00:00",
        "AuditEnabled": True,
        **changes,
    }


@pytest.mark.parametrize("refuses_select", [False, True], ids=["with our selection", "without it where it is refused"])
async def test_every_page_of_mailboxes_is_read(refuses_select: bool) -> None:  # noqa: FBT001
    held = [mailbox(number) for number in range(5)]
    service = Service(cmdlets={"Get-Mailbox": held}, refuses_select=refuses_select)

    found = await collect(mailboxes, service)

    assert [row["mailbox_id"] for row in found.rows] == [f"user-{number}" for number in range(5)]
    assert found.rows[0]["addresses"] == ["clerk0@x.test", "office0@x.test"]
    assert all(parameters == {"ResultSize": "Unlimited"} for _, parameters in service.invoked)
    assert not found.gaps


async def test_no_mailbox_at_all_is_no_answer() -> None:
    for connector in (mailboxes, mailbox_retention):
        found = await collect(connector, Service(cmdlets={"Get-Mailbox": []}))

        assert [(gap.scope, gap.kind) for gap in found.gaps] == [("tenant", GapKind.ERROR)]
        assert found.gaps[0].detail == "Exchange named no mailbox at all."


@pytest.mark.parametrize(
    ("changes", "column", "value"),
    [
        pytest.param({}, "kind", "user", id="a person's mailbox"),
        pytest.param({"RecipientTypeDetails": "SharedMailbox"}, "kind", "shared", id="a shared mailbox"),
        pytest.param({"RecipientTypeDetails": "RoomMailbox"}, "kind", "room", id="a room"),
        pytest.param({"RecipientTypeDetails": "EquipmentMailbox"}, "kind", "equipment", id="equipment"),
        pytest.param(
            {"RecipientTypeDetails": "DiscoveryMailbox"}, "kind", "DiscoveryMailbox", id="Exchange's own word is kept"
        ),
        pytest.param(
            {"ForwardingSmtpAddress": "smtp:Jane@Home.test"}, "forwarding_address", "jane@home.test", id="no smtp:"
        ),
        pytest.param({"ForwardingAddress": "Jane (home)"}, "forwarding_recipient", "Jane (home)", id="a recipient"),
        pytest.param({"ForwardingAddress": ""}, "forwarding_recipient", None, id="an empty text is nobody"),
        pytest.param({"DeliverToMailboxAndForward": "True"}, "keeps_copy", True, id="a flag that comes as True text"),
        pytest.param(
            {"DeliverToMailboxAndForward": "False"}, "keeps_copy", False, id="a flag that comes as False text"
        ),
        pytest.param({"DeliverToMailboxAndForward": "?"}, "keeps_copy", None, id="an unknown flag stays unknown"),
        pytest.param(
            {"GrantSendOnBehalfTo": "CN=Jane,DC=x"}, "send_on_behalf", ["CN=Jane,DC=x"], id="one name in a plain text"
        ),
        pytest.param({"GrantSendOnBehalfTo": None}, "send_on_behalf", [], id="nobody may send on behalf"),
        pytest.param(
            {"ExternalDirectoryObjectId": ""}, "mailbox_id", "guid-1", id="its own id where it has no account"
        ),
        pytest.param(
            {"ExternalDirectoryObjectId": "00000000-0000-0000-0000-000000000000"},
            "mailbox_id",
            "guid-1",
            id="an id of zeros is none",
        ),
    ],
)
async def test_a_mailbox_is_put_into_our_words(changes: dict[str, Any], column: str, value: object) -> None:
    found = await collect(mailboxes, Service(cmdlets={"Get-Mailbox": [mailbox(**changes)]}))

    assert found.rows[0][column] == value


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        pytest.param("ABCDEF01", "AbCdEf01", id="that of an account, in other capitals"),
        pytest.param("abcdef02", "abcdef02", id="that of no account"),
    ],
)
async def test_an_object_id_is_spelt_as_the_directory_spells_it(told: str, kept: str) -> None:
    service = Service(cmdlets={"Get-Mailbox": [mailbox(ExternalDirectoryObjectId=told)]})

    found = await collect(mailboxes, service, accounts=frame("accounts", [{"account_id": "AbCdEf01"}]))

    assert [row["mailbox_id"] for row in found.rows] == [kept]


async def test_forwarding_that_exchange_never_tells_is_a_gap() -> None:
    silent = mailbox()
    del silent["ForwardingSmtpAddress"]

    found = await collect(mailboxes, Service(cmdlets={"Get-Mailbox": [silent]}))

    assert found.scopes == {"property:ForwardingSmtpAddress"}


async def test_without_the_role_there_are_no_mailboxes_at_all() -> None:
    with pytest.raises(Refused) as refused:
        await collect(mailboxes, Service(cmdlets={"Get-Mailbox": NO_ROLE}))

    assert refused.value.gap.kind is GapKind.ROLE


def people(*names: str, guest: str | None = None) -> pd.DataFrame:
    rows = [{"account_id": name, "user_type": "member"} for name in names]
    return frame("accounts", [*rows, *([{"account_id": guest, "user_type": "guest"}] if guest else [])])


def settings(name: str) -> str:
    return f"/users/{name}/mailboxSettings"


@pytest.mark.parametrize(
    ("answer", "row"),
    [
        pytest.param({"userPurpose": "shared"}, {"has_mailbox": True, "purpose": "shared"}, id="a shared mailbox"),
        pytest.param({"userPurpose": None}, {"has_mailbox": True, "purpose": None}, id="a mailbox of unknown purpose"),
        pytest.param(NO_MAILBOX, {"has_mailbox": False}, id="no mailbox is an answer"),
    ],
)
async def test_an_account_has_a_mailbox_or_has_none(answer: Json | Fault, row: dict[str, Any]) -> None:
    service = Service({settings("a"): answer})

    found = await collect(mailbox_settings, service, accounts=people("a"))

    assert found.rows == [{"account_id": "a", **row}]
    assert found.looked == {"account:a"}
    assert service.queries(settings("a")) == [{"$select": ["userPurpose"]}]
    assert not found.gaps


async def test_the_purpose_may_come_wrapped() -> None:
    class Wrapping(Service):
        def _get(self, url: str) -> tuple[int, dict[str, Any]]:
            self.asked.append(url)
            return 200, {"@odata.context": "x", "value": "room"}

    found = await collect(mailbox_settings, Wrapping(), accounts=people("a"))

    assert found.rows == [{"account_id": "a", "has_mailbox": True, "purpose": "room"}]


async def test_guests_are_not_asked_for_their_mailboxes() -> None:
    service = Service({settings("a"): {"userPurpose": "user"}})

    found = await collect(mailbox_settings, service, accounts=people("a", guest="g"))

    assert [row["account_id"] for row in found.rows] == ["a"]
    assert not service.queries(settings("g"))


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(MAILBOX_DENIED, id="a mailbox kept out of the app's reach"),
        pytest.param(Fault(404, "ErrorInvalidUser", "The requested user is invalid."), id="a user Exchange knows not"),
    ],
)
async def test_one_refused_mailbox_is_one_gap_and_not_no_mailbox(fault: Fault) -> None:
    service = Service({settings("a"): {"userPurpose": "user"}, settings("b"): fault})

    found = await collect(mailbox_settings, service, accounts=people("a", "b"))

    assert [row["account_id"] for row in found.rows] == ["a"]
    assert found.scopes == {"account:b"}


async def test_settings_refused_for_everybody_are_one_gap() -> None:
    names = [f"u{number}" for number in range(25)]
    service = Service({settings(name): DENIED for name in names})

    found = await collect(mailbox_settings, service, accounts=people(*names))

    assert [(gap.scope, gap.kind) for gap in found.gaps] == [("tenant", GapKind.PERMISSION)]
    assert not found.rows
