"""Where mail goes on to: set on mailboxes, by inbox rules, by mail-flow rules."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, cast

import pytest
from contract_service import (
    DENIED,
    MAILBOX_DENIED,
    NO_MAILBOX,
    NO_ROLE,
    NOT_FOUND,
    Cmdlet,
    Collected,
    Fault,
    Json,
    Service,
    collect,
    frame,
)

from m365audit.connectors.mail.forward_targets import Targets
from m365audit.connectors.mail.forwards import forwards
from m365audit.connectors.mail.lookups import Lookups
from m365audit.connectors.mail.recipients import Recipients
from m365audit.model.evidence import Coverage, Gap
from m365audit.model.words import GapKind

if TYPE_CHECKING:
    from m365audit.graph import Exchange

COUNCILLOR = {
    "account_id": "id-jane",
    "user_type": "member",
    "user_principal_name": "jane@x.test",
    "display_name": "Jane Smith",
    "mail": "jane@x.test",
    "mail_nickname": "jane",
    "primary_address": "jane@x.test",
    "addresses": ["jane@x.test"],
}
BOB = COUNCILLOR | {
    "account_id": "id-bob",
    "user_principal_name": "bob@x.test",
    "display_name": "Bob",
    "mail": "bob@x.test",
    "mail_nickname": "bob",
    "primary_address": "bob@x.test",
    "addresses": ["bob@x.test"],
}
GUEST = COUNCILLOR | {
    "account_id": "id-guest",
    "user_type": "guest",
    "user_principal_name": "ann_home.test#ext#@x.onmicrosoft.com",
    "display_name": "Ann",
    "mail": "ann@home.test",
    "mail_nickname": "ann_home.test#ext#",
    "primary_address": "ann@home.test",
    "addresses": ["ann@home.test"],
}
JANES_MAILBOX = {
    "mailbox_id": "id-jane",
    "exchange_id": "guid-jane",
    "identity": "jane-name",
    "user_principal_name": "jane@x.test",
    "display_name": "Cllr Jane Smith",
    "address": "jane@x.test",
    "addresses": ["jane@x.test"],
    "kind": "user",
    "keeps_copy": False,
}
CONTACT = {
    "DisplayName": "Jane Smith",
    "PrimarySmtpAddress": "jane.contact@x.test",
    "ExternalEmailAddress": "SMTP:Jane@Home.test",
}
REFUSED = Gap(GapKind.ROLE, "Exchange knows no suitable role.", "Give it one.", data_set="mailboxes")


def rules(name: str) -> str:
    return f"/users/{name}/mailFolders/inbox/messageRules"


def rule(*targets: str, action: str = "forwardTo", **changes: object) -> Json:
    recipients = [{"emailAddress": {"name": "N", "address": target}} for target in targets]
    return {"id": "r1", "displayName": "To home", "isEnabled": True, "actions": {action: recipients}, **changes}


def recipients(known: dict[str, list[Json]]) -> Cmdlet:
    return lambda asked: known.get(asked["Identity"], NOT_FOUND)


async def forwarded(
    *,
    inbox: dict[str, Any] | None = None,
    box: Json | None = None,
    flow: tuple[Json, ...] | Fault = (),
    known: Cmdlet | None = None,
    accounts: tuple[Json, ...] = (COUNCILLOR,),
    settings: list[Json] | None = None,
    coverage: Coverage | None = None,
) -> tuple[Collected, Service]:
    """What is found with these inbox rules, this on Jane's mailbox, these mail-flow rules and these recipients."""
    service = Service(
        {rules(row["account_id"]): [] for row in accounts}
        | {rules(name): held for name, held in (inbox or {}).items()},
        {"Get-TransportRule": flow if not isinstance(flow, tuple) else list(flow), "Get-Recipient": known or NOT_FOUND},
    )
    found = await collect(
        forwards,
        service,
        coverage={"mailboxes": coverage or Coverage()},
        accounts=frame("accounts", accounts),
        mailboxes=None if coverage and coverage.is_absent else frame("mailboxes", [JANES_MAILBOX | (box or {})]),
        mailbox_settings=None if settings is None else frame("mailbox_settings", settings),
        groups=frame("groups", []),
    )
    return found, service


def told(found: Collected) -> list[tuple[str, str, str, str | None]]:
    return [(row["route"], row["action"], row["target_address"], row["target_domain"]) for row in found.rows]


async def test_nothing_forwarded_is_said_only_after_everything_was_looked_at() -> None:
    found, _ = await forwarded()

    assert not found.rows
    assert not found.gaps
    assert found.looked == {"forwarding set on mailboxes", "mailbox:id-jane", "mail-flow rules"}


async def test_forwarding_to_an_outside_address_is_set_on_the_mailbox() -> None:
    found, _ = await forwarded(box={"forwarding_address": "jane@home.test", "keeps_copy": True})

    assert found.rows == [
        {
            "mailbox_id": "id-jane",
            "mailbox_address": "jane@x.test",
            "mailbox_name": "Cllr Jane Smith",
            "route": "mailbox",
            "action": "forward",
            "enabled": True,
            "target_address": "jane@home.test",
            "target_name": None,
            "target_domain": "home.test",
            "keeps_copy": True,
        }
    ]


@pytest.mark.parametrize(
    ("said", "known", "target", "domain"),
    [
        pytest.param("bob@x.test", None, "bob@x.test", "x.test", id="a colleague by address"),
        pytest.param("jane-name", None, "jane@x.test", "x.test", id="a mailbox by Exchange's identity"),
        pytest.param("Home", recipients({"Home": [CONTACT]}), "jane@home.test", "home.test", id="a contact outside"),
        pytest.param(
            "Jane Smith",
            recipients({"Jane Smith": [CONTACT]}),
            "jane@home.test",
            "home.test",
            id="a contact shown by a councillor's name is not the councillor",
        ),
        pytest.param("ann_home.test#EXT#@x.onmicrosoft.com", None, "ann@home.test", "home.test", id="a guest"),
        pytest.param("Nobody", None, "Nobody", None, id="a name nobody knows has no domain"),
        pytest.param("Home", NO_ROLE, "Home", None, id="a name Exchange will not tell has no domain"),
        pytest.param(
            "Two", recipients({"Two": [CONTACT, CONTACT]}), "Two", None, id="a name that is two has no domain"
        ),
    ],
)
async def test_a_recipient_is_followed_to_an_address(
    said: str, known: Cmdlet | None, target: str, domain: str | None
) -> None:
    found, _ = await forwarded(box={"forwarding_recipient": said}, known=known, accounts=(COUNCILLOR, BOB, GUEST))

    assert told(found) == [("mailbox", "forward", target, domain)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(rule("Jane@Home.test"), [("rule:r1", "forward", "jane@home.test", "home.test")], id="forwarded"),
        pytest.param(
            rule("jane@home.test", action="redirectTo"),
            [("rule:r1", "redirect", "jane@home.test", "home.test")],
            id="redirected",
        ),
        pytest.param(
            rule("jane@home.test", action="forwardAsAttachmentTo"),
            [("rule:r1", "forward as attachment", "jane@home.test", "home.test")],
            id="forwarded as an attachment",
        ),
        pytest.param(
            rule("a@home.test", "b@home.test"),
            [("rule:r1", "forward", "a@home.test", "home.test"), ("rule:r1", "forward", "b@home.test", "home.test")],
            id="to two at once",
        ),
        pytest.param(
            rule("a@home.test", "A@home.test"),
            [("rule:r1", "forward", "a@home.test", "home.test")],
            id="the same target twice is one forward",
        ),
        pytest.param(rule(action="moveToFolder"), [], id="a rule that only tidies"),
        pytest.param({"id": "r2", "actions": None}, [], id="a rule without actions"),
        pytest.param(
            rule("/o=ExchangeLabs/cn=somebody"),
            [("rule:r1", "forward", "/o=ExchangeLabs/cn=somebody", None)],
            id="an address of Exchange's own that cannot be looked up",
        ),
        pytest.param(
            rule("bob_home.test#EXT#@x.onmicrosoft.com"),
            [("rule:r1", "forward", "bob@home.test", "home.test")],
            id="a guest's sign-in name is not the council's domain",
        ),
    ],
)
async def test_inbox_rules_that_send_mail_on_are_found(given: Json, expected: list[Any]) -> None:
    found, _ = await forwarded(inbox={"id-jane": [given]})

    assert told(found) == expected


async def test_a_rule_switched_off_is_kept_and_says_so() -> None:
    off = rule("jane@home.test", isEnabled=False)
    off["actions"]["delete"] = True

    found, _ = await forwarded(inbox={"id-jane": [off]})

    row = found.rows[0]
    assert (row["enabled"], row["keeps_copy"], row["route_name"]) == (False, False, "To home")
    assert (row["mailbox_name"], row["mailbox_address"]) == ("Cllr Jane Smith", "jane@x.test")


async def test_many_rules_are_read_page_after_page() -> None:
    many = [rule(f"a{number}@home.test", id=f"r{number}") for number in range(5)]

    found, _ = await forwarded(inbox={"id-jane": many})

    assert len(found.rows) == 5


async def test_a_mailbox_that_is_not_there_has_no_rules() -> None:
    found, _ = await forwarded(inbox={"id-jane": NO_MAILBOX})

    assert not found.gaps
    assert "mailbox:id-jane" in found.looked


async def test_one_refused_mailbox_is_one_gap_and_the_rest_stands() -> None:
    inbox = {"id-jane": [rule("jane@home.test")], "id-bob": MAILBOX_DENIED}

    found, _ = await forwarded(inbox=inbox, accounts=(COUNCILLOR, BOB))

    assert found.scopes == {"mailbox:id-bob"}
    assert [row["mailbox_id"] for row in found.rows] == ["id-jane"]


async def test_inbox_rules_refused_everywhere_are_one_gap_beside_the_rest() -> None:
    inbox = {"id-jane": DENIED, "id-bob": DENIED}

    found, _ = await forwarded(inbox=inbox, accounts=(COUNCILLOR, BOB), box={"forwarding_address": "jane@home.test"})

    assert found.scopes == {"inbox rules"}
    assert told(found) == [("mailbox", "forward", "jane@home.test", "home.test")]


@pytest.mark.parametrize(
    ("person", "settings", "asked"),
    [
        pytest.param(BOB, None, True, id="a member, mailboxes not known"),
        pytest.param(BOB, [{"account_id": "id-bob", "has_mailbox": True}], True, id="one with a mailbox"),
        pytest.param(BOB, [{"account_id": "id-bob", "has_mailbox": False}], False, id="one without"),
        pytest.param(BOB, [], True, id="one whose settings could not be read"),
        pytest.param(GUEST, None, False, id="a guest"),
    ],
)
async def test_rules_are_asked_of_whoever_may_have_a_mailbox(
    person: Json,
    settings: list[Json] | None,
    asked: bool,  # noqa: FBT001
) -> None:
    _, service = await forwarded(accounts=(COUNCILLOR, person), settings=settings)

    assert bool(service.queries(rules(person["account_id"]))) is asked


async def test_a_guest_with_a_mailbox_is_asked_for_its_rules() -> None:
    box = {"mailbox_id": "id-guest", "display_name": "Ann", "address": "ann@x.test"}

    found, _ = await forwarded(inbox={"id-guest": [rule("ann@home.test")]}, accounts=(GUEST,), box=box, settings=[])

    assert [(row["mailbox_id"], row["mailbox_address"]) for row in found.rows] == [("id-guest", "ann@x.test")]
    assert not found.gaps


@pytest.mark.parametrize(
    ("box", "scopes"),
    [
        pytest.param({"mailbox_id": "id-lost"}, {"mailbox:id-lost"}, id="a person's"),
        pytest.param({"mailbox_id": "id-lost", "kind": "room"}, {"mailbox:id-lost"}, id="a room's, for it has rules"),
        pytest.param({"mailbox_id": "id-lost", "kind": None}, {"mailbox:id-lost"}, id="one of an unknown kind"),
        pytest.param({"mailbox_id": "id-lost", "kind": "DiscoveryMailbox"}, set(), id="not one of Exchange's own"),
        pytest.param({"mailbox_id": "guid-jane"}, set(), id="not one without an account"),
    ],
)
async def test_a_mailbox_whose_account_the_directory_did_not_list_is_a_gap(box: Json, scopes: set[str]) -> None:
    found, service = await forwarded(box=box, accounts=(COUNCILLOR,))

    assert found.scopes == scopes
    assert all(gap.fix for gap in found.gaps)
    assert not service.queries(rules("id-lost"))


def flow(**changes: object) -> Json:
    return {"Name": "Copy all", "State": "Enabled", "Mode": "Enforce", **changes}


@pytest.mark.parametrize(
    ("given", "expected", "enabled"),
    [
        pytest.param(
            flow(BlindCopyTo=["Spy@Home.test"]),
            [("transport:Copy all", "blind copy", "spy@home.test", "home.test")],
            True,
            id="blind copies",
        ),
        pytest.param(
            flow(RedirectMessageTo="spy@home.test"),
            [("transport:Copy all", "redirect", "spy@home.test", "home.test")],
            True,
            id="redirected",
        ),
        pytest.param(
            flow(CopyTo=["spy@home.test"]),
            [("transport:Copy all", "copy", "spy@home.test", "home.test")],
            True,
            id="copied",
        ),
        pytest.param(
            flow(AddToRecipients=["spy@home.test"]),
            [("transport:Copy all", "copy", "spy@home.test", "home.test")],
            True,
            id="a recipient added",
        ),
        pytest.param(
            flow(BlindCopyTo=["a@home.test"], State="Disabled"),
            [("transport:Copy all", "blind copy", "a@home.test", "home.test")],
            False,
            id="switched off",
        ),
        pytest.param(
            flow(BlindCopyTo=["a@home.test"], Mode="Audit"),
            [("transport:Copy all", "blind copy", "a@home.test", "home.test")],
            False,
            id="only tried out",
        ),
        pytest.param(
            flow(BlindCopyTo=["a@home.test"], Mode="AuditAndNotify"),
            [("transport:Copy all", "blind copy", "a@home.test", "home.test")],
            False,
            id="tried out with notice",
        ),
        pytest.param(
            flow(BlindCopyTo=["a@home.test"], State=None),
            [("transport:Copy all", "blind copy", "a@home.test", "home.test")],
            None,
            id="not known to be on",
        ),
    ],
)
async def test_mail_flow_rules_stand_under_every_mailbox(
    given: Json,
    expected: list[Any],
    enabled: bool | None,  # noqa: FBT001
) -> None:
    found, service = await forwarded(flow=(given,))

    assert told(found) == expected
    assert [(row["mailbox_id"], row["enabled"]) for row in found.rows] == [("*", enabled)]
    assert ("Get-TransportRule", {"ResultSize": "Unlimited"}) in service.invoked


async def test_a_mail_flow_rule_that_sends_nothing_on_is_no_forward() -> None:
    found, _ = await forwarded(flow=(flow(BlindCopyTo=None, RedirectMessageTo=[]),))

    assert not found.rows


async def test_without_exchange_the_inbox_rules_are_still_read_and_the_rest_is_named() -> None:
    found, _ = await forwarded(
        inbox={"id-jane": [rule("jane@home.test")]}, flow=NO_ROLE, coverage=Coverage(gaps=(REFUSED,))
    )

    assert told(found) == [("rule:r1", "forward", "jane@home.test", "home.test")]
    assert {(gap.scope, gap.kind) for gap in found.gaps} == {
        ("forwarding set on mailboxes", GapKind.ROLE),
        ("mail-flow rules", GapKind.ROLE),
    }
    assert found.looked == {"mailbox:id-jane"}


async def test_forwarding_exchange_did_not_tell_is_a_gap_here_too() -> None:
    silent = Gap(GapKind.ERROR, "never returned", "again", "property:ForwardingSmtpAddress", "mailboxes")

    found, _ = await forwarded(coverage=Coverage(rows=1, gaps=(silent,)))

    assert found.scopes == {"forwarding set on mailboxes"}


async def test_a_recipient_is_asked_for_once() -> None:
    known = recipients({"Home": [CONTACT]})
    copies = (flow(BlindCopyTo=["Home"]), flow(Name="Second", BlindCopyTo=["Home"]))

    found, service = await forwarded(flow=copies, known=known)

    assert len(found.rows) == 2
    assert [name for name, _ in service.invoked].count("Get-Recipient") == 1


THROTTLED = Gap(GapKind.THROTTLED, "Exchange asked the audit to slow down.", "Run the audit again later.")


class NeverInTime:
    """Exchange, with no time to look anybody up; it stands where the wire does."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def invoke(self, cmdlet: str, *, scope: str, absent: object = (), **asked: str) -> AsyncIterator[Gap]:  # noqa: ARG002
        self.asked.append(asked["Identity"])
        yield THROTTLED.within(scope=scope)


async def test_a_name_there_was_no_time_to_look_up_is_a_gap_and_leads_nobody_knows_where() -> None:
    exchange = NeverInTime()
    lookups = Lookups(cast("Exchange", exchange))
    targets = Targets(Recipients(frame("accounts", []), frame("mailboxes", []), frame("groups", [])), lookups)

    of_name = await targets.of_recipient("Jane Smith")
    of_address = await targets.of_recipient("jane.contact@x.test")

    assert (of_name.domain, of_address.domain) == (None, None), "the contact may lead outside"
    assert [(gap.kind, gap.scope) for gap in lookups.gaps()] == [
        (GapKind.THROTTLED, "recipient:Jane Smith"),
        (GapKind.THROTTLED, "recipient:jane.contact@x.test"),
    ]
    assert exchange.asked == ["Jane Smith", "jane.contact@x.test"], "no time now is no refusal for ever"


async def test_a_target_exchange_would_not_look_up_is_no_finding_and_no_clean_bill() -> None:
    box = {"forwarding_recipient": "jane.contact@x.test"}
    found, _ = await forwarded(box=box, known=Fault(400, "BadRequest", "Something went wrong"))

    assert told(found) == [("mailbox", "forward", "jane.contact@x.test", None)]
    assert [gap.scope for gap in found.gaps] == ["recipient:jane.contact@x.test"]
