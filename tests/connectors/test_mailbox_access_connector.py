"""Who may open or send from whose mailbox: Full Access, Send As, Send on Behalf."""

from collections.abc import Callable, Sequence
from datetime import date

import pytest
from contract_service import NO_ROLE, NOT_FOUND, Cmdlet, Collected, Fault, Json, Service, collect, frame

from m365audit.connectors.mail.mailbox_access import mailbox_access
from m365audit.connectors.reading.kept import FORGETFUL, Kept
from m365audit.model.evidence import Coverage
from m365audit.model.words import GapKind

CLERK = {
    "mailbox_id": "id-clerk",
    "exchange_id": "guid-clerk",
    "identity": "clerk-name",
    "user_principal_name": "clerk@x.test",
    "display_name": "The Clerk",
    "address": "clerk@x.test",
    "addresses": ["clerk@x.test", "office@x.test"],
    "kind": "user",
    "send_on_behalf": [],
}
PLANNING = CLERK | {
    "mailbox_id": "id-planning",
    "exchange_id": "guid-planning",
    "identity": "planning-name",
    "user_principal_name": "planning@x.test",
    "display_name": "Planning",
    "address": "planning@x.test",
    "addresses": ["planning@x.test"],
    "kind": "shared",
}


def account(name: str, **changes: object) -> Json:
    address = f"{name}@x.test"
    return {
        "account_id": f"id-{name}",
        "user_type": "member",
        "user_principal_name": address,
        "display_name": name.title(),
        "mail": address,
        "mail_nickname": name,
        "primary_address": address,
        "addresses": [address],
        **changes,
    }


ACCOUNTS = [
    account("clerk", display_name="The Clerk"),
    account("planning", display_name="Planning"),
    account("jane", display_name="Jane Smith", addresses=["jane@x.test", "j.smith@x.test"]),
    account("twin1", display_name="Ann Twin"),
    account("twin2", display_name="Ann Twin"),
    account(
        "bob",
        user_type="guest",
        user_principal_name="bob_home.test#ext#@x.onmicrosoft.com",
        mail="bob@home.test",
        primary_address="bob@home.test",
        addresses=["bob@home.test"],
    ),
]
ELSE = {"send as", "send on behalf"}
GROUPS = [{"group_id": "id-team", "display_name": "Planning Team", "mail": "team@x.test", "mail_nickname": "team"}]


def full(user: str, rights: object = ("FullAccess",), **changes: object) -> Json:
    return {
        "Identity": "clerk-name",
        "User": user,
        "AccessRights": rights,
        "IsInherited": False,
        "Deny": False,
        **changes,
    }


def send_as(identity: str, trustee: str, **changes: object) -> Json:
    return {
        "Identity": identity,
        "Trustee": trustee,
        "AccessControlType": "Allow",
        "AccessRights": ["SendAs"],
        "IsInherited": False,
        **changes,
    }


Permissions = Callable[[Json], list[Json] | Fault]
OWN = "NT AUTHORITY\\SELF"


def own(asked: Json) -> Json:
    """The right of its own account that Exchange tells of over every mailbox."""
    name = str(asked["Identity"]).removeprefix("guid-")
    return full(OWN, ["FullAccess", "ReadPermission"], Identity=f"{name}-name")


def over_clerk(*entries: Json) -> Permissions:
    return lambda asked: [own(asked), *(entries if asked["Identity"] == "guid-clerk" else ())]


async def access(  # noqa: PLR0917 - each is one of the things Exchange answers
    permissions: Permissions | Fault = over_clerk(),  # noqa: B008 - a constant
    sending: Sequence[Json] | Fault = (),
    boxes: tuple[Json, ...] = (CLERK, PLANNING),
    groups: list[Json] | None = GROUPS,
    known: Cmdlet = NOT_FOUND,
    listed: Coverage | None = None,
    answered_sending: list[Json] | None = None,
    kept: Kept = FORGETFUL,
) -> tuple[Collected, Service]:
    held = sending if isinstance(sending, Fault) else [send_as("clerk-name", OWN), *sending]
    held = held if answered_sending is None else answered_sending
    service = Service(
        cmdlets={"Get-MailboxPermission": permissions, "Get-RecipientPermission": held, "Get-Recipient": known}
    )
    found = await collect(
        mailbox_access,
        service,
        mailboxes=frame("mailboxes", boxes),
        accounts=frame("accounts", ACCOUNTS),
        coverage={"mailboxes": listed or Coverage()},
        today=date(2026, 11, 21),
        groups=None if groups is None else frame("groups", groups),
        kept=kept,
    )
    return found, service


def told(found: Collected) -> set[tuple[str, str, str]]:
    return {(row["mailbox_id"], row["delegate"], row["right"]) for row in found.rows}


@pytest.mark.parametrize(
    ("said", "delegate", "kind"),
    [
        pytest.param("jane@x.test", "id-jane", "member", id="by sign-in name"),
        pytest.param("J.Smith@X.test", "id-jane", "member", id="by another of the addresses"),
        pytest.param("jane", "id-jane", "member", id="by mail alias"),
        pytest.param("Jane Smith", "id-jane", "member", id="by a display name nobody else has"),
        pytest.param("Ann Twin", "Ann Twin", "unknown", id="a display name two have names neither"),
        pytest.param("planning-name", "id-planning", "member", id="by Exchange's own identity"),
        pytest.param(
            "CN=planning-name,OU=x.onmicrosoft.com,DC=PROD", "id-planning", "member", id="by a distinguished name"
        ),
        pytest.param(
            "EURPR01.PROD.OUTLOOK.COM/Hosted Organizations/x/planning-name", "id-planning", "member", id="by a path"
        ),
        pytest.param("Planning Team", "id-team", "group", id="a group"),
        pytest.param("bob_home.test#EXT#@x.onmicrosoft.com", "id-bob", "guest", id="a guest"),
        pytest.param("S-1-5-21-1-2-3-1001", "S-1-5-21-1-2-3-1001", "deleted", id="an account that is gone"),
        pytest.param("Someone@Else.test", "someone@else.test", "unknown", id="an unknown address"),
        pytest.param("Ghost", "Ghost", "unknown", id="an unknown name"),
    ],
)
async def test_a_delegate_is_told_apart(said: str, delegate: str, kind: str) -> None:
    found, _ = await access(over_clerk(full(said)))

    assert [(row["delegate"], row["delegate_kind"], row["delegate_name"]) for row in found.rows] == [
        (delegate, kind, said)
    ]
    assert found.rows[0]["mailbox_name"] == "The Clerk"
    assert found.rows[0]["right"] == "full access"


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(full("NT AUTHORITY\\SELF"), id="the owner"),
        pytest.param(full("NT AUTHORITY\\SYSTEM", IsInherited=True), id="the system"),
        pytest.param(full("PRDTSB01\\JitUsers", IsInherited=True), id="Microsoft's own operators"),
        pytest.param(full("EURPR01A001\\Exchange Servers", IsInherited="True"), id="Exchange's own servers"),
        pytest.param(full("S-1-5-18"), id="a well-known SID"),
        pytest.param(full("clerk@x.test"), id="the mailbox's own account"),
        pytest.param(full("jane@x.test", ["ReadPermission"]), id="a right that opens nothing"),
        pytest.param(full("jane@x.test", "ReadPermission, DeleteItem"), id="such rights in one text"),
    ],
)
async def test_what_is_nobodys_grant_is_left_out(entry: Json) -> None:
    found, _ = await access(over_clerk(entry))

    assert not found.rows
    assert found.looked == {"mailbox:id-clerk", "mailbox:id-planning", *ELSE}


@pytest.mark.parametrize(
    ("entries", "inherited", "denied"),
    [
        pytest.param([full("jane", "FullAccess, ReadPermission")], False, False, id="rights in one text"),
        pytest.param([full("jane", IsInherited="True")], True, False, id="an inherited right is kept and marked"),
        pytest.param([full("jane", Deny="True")], False, True, id="a denial is kept and marked"),
        pytest.param([full("jane", IsInherited=True), full("jane")], False, False, id="what is set here outweighs"),
        pytest.param([full("jane"), full("jane", IsInherited=True, Deny=True)], False, False, id="even a denial above"),
        pytest.param([full("jane"), full("jane@x.test", Deny=True)], False, True, id="here a denial outweighs a grant"),
    ],
)
async def test_one_delegate_has_one_row_which_is_the_one_that_counts(
    entries: list[Json],
    inherited: bool,  # noqa: FBT001
    denied: bool,  # noqa: FBT001
) -> None:
    found, _ = await access(over_clerk(*entries))

    assert [(row["delegate"], row["inherited"], row["denied"]) for row in found.rows] == [
        ("id-jane", inherited, denied)
    ]


async def test_every_mailbox_is_asked_for_by_its_own_id() -> None:
    _, service = await access()

    asked = [parameters for name, parameters in service.invoked if name == "Get-MailboxPermission"]
    assert {parameters["Identity"] for parameters in asked} == {"guid-clerk", "guid-planning"}
    assert all(parameters["IncludeUnresolvedPermissions"] is True for parameters in asked)


async def test_a_mailbox_without_any_id_is_not_asked_for_at_all() -> None:
    nameless = CLERK | {"exchange_id": None, "user_principal_name": None, "address": None}

    found, service = await access(boxes=(nameless, PLANNING))

    assert found.scopes == {"mailbox:id-clerk"}
    assert [p["Identity"] for name, p in service.invoked if name == "Get-MailboxPermission"] == ["guid-planning"]


async def test_an_answer_about_another_mailbox_is_not_believed() -> None:
    found, _ = await access(over_clerk(full("jane", Identity="planning-name")))

    assert found.scopes == {"mailbox:id-clerk"}
    assert not found.rows


async def test_one_unreadable_mailbox_is_one_gap_and_the_rest_stands() -> None:
    found, _ = await access(
        lambda asked: NOT_FOUND if asked["Identity"] == "guid-clerk" else [full("jane", Identity="")]
    )

    assert found.scopes == {"mailbox:id-clerk"}
    assert told(found) == {("id-planning", "id-jane", "full access")}
    assert found.looked == {"mailbox:id-planning", *ELSE}


async def test_full_access_refused_everywhere_is_one_gap_beside_what_could_be_read() -> None:
    found, _ = await access(NO_ROLE, [send_as("clerk-name", "jane@x.test")])

    assert [(gap.scope, gap.kind) for gap in found.gaps] == [("full access", GapKind.ROLE)]
    assert told(found) == {("id-clerk", "id-jane", "send as")}


@pytest.mark.parametrize(
    ("entry", "rows"),
    [
        pytest.param(send_as("clerk-name", "jane@x.test"), {("id-clerk", "id-jane", "send as")}, id="over a mailbox"),
        pytest.param(send_as("clerk-name", "NT AUTHORITY\\SELF"), set(), id="the owner's own"),
        pytest.param(send_as("clerk-name", "clerk@x.test"), set(), id="the mailbox's own account"),
        pytest.param(send_as("Planning Team", "jane@x.test"), set(), id="over a group, which is no mailbox"),
        pytest.param(send_as("Some contact", "jane@x.test"), set(), id="over somebody who is no mailbox"),
        pytest.param(
            send_as("clerk-name", "jane@x.test", AccessRights="SendAs"),
            {("id-clerk", "id-jane", "send as")},
            id="in one text",
        ),
        pytest.param(
            send_as("clerk-name", "S-1-5-21-9-9"), {("id-clerk", "S-1-5-21-9-9", "send as")}, id="by one gone"
        ),
    ],
)
async def test_send_as_is_read_at_once_for_the_whole_tenant(entry: Json, rows: set[tuple[str, str, str]]) -> None:
    found, service = await access(sending=[entry])

    assert told(found) == rows
    asked = {"ResultSize": "Unlimited", "IncludeTrusteeWithPrimarySmtpAddress": True}
    assert ("Get-RecipientPermission", asked) in service.invoked
    assert not found.gaps


async def test_a_denied_send_as_is_marked() -> None:
    found, _ = await access(sending=[send_as("clerk-name", "jane", AccessControlType="Deny")])

    assert [row["denied"] for row in found.rows] == [True]


async def test_send_as_over_a_name_that_two_have_is_a_gap() -> None:
    found, _ = await access(sending=[send_as("Ann Twin", "jane")])

    assert found.scopes == {"send as:Ann Twin"}


async def test_send_as_refused_is_a_gap_of_its_own() -> None:
    found, _ = await access(over_clerk(full("jane")), sending=NO_ROLE)

    assert found.scopes == {"send as"}
    assert told(found) == {("id-clerk", "id-jane", "full access")}
    assert "send as" not in found.looked


async def test_send_on_behalf_comes_from_the_mailbox_and_unknown_names_stay() -> None:
    found, _ = await access(boxes=(CLERK | {"send_on_behalf": ["jane", "Old Clerk"]}, PLANNING))

    assert told(found) == {
        ("id-clerk", "id-jane", "send on behalf"),
        ("id-clerk", "Old Clerk", "send on behalf"),
    }


async def test_without_the_groups_a_group_is_unknown_and_kept() -> None:
    found, _ = await access(over_clerk(full("Planning Team")), groups=None)

    assert [(row["delegate"], row["delegate_kind"]) for row in found.rows] == [("Planning Team", "unknown")]


CONTACT = {
    "DisplayName": "Jane Smith",
    "RecipientTypeDetails": "MailContact",
    "ExternalEmailAddress": "SMTP:J@Home.test",
}
LIST = {
    "DisplayName": "All",
    "RecipientTypeDetails": "MailUniversalDistributionGroup",
    "PrimarySmtpAddress": "All@X.test",
}


@pytest.mark.parametrize(
    ("known", "delegate", "kind"),
    [
        pytest.param([CONTACT], "j@home.test", "unknown", id="a contact shown by a councillor's name is outside"),
        pytest.param(
            [{**CONTACT, "ExternalDirectoryObjectId": "id-bob"}], "id-bob", "guest", id="an account by its id"
        ),
        pytest.param([LIST], "all@x.test", "group", id="a list the directory does not hold"),
        pytest.param([LIST, CONTACT], "id-jane", "member", id="several of a name leave it to the directory"),
        pytest.param(NOT_FOUND, "id-jane", "member", id="a name Exchange finds nobody by is left to the directory"),
    ],
)
async def test_exchange_is_asked_before_a_display_name_is_believed(known: Cmdlet, delegate: str, kind: str) -> None:
    found, service = await access(boxes=(CLERK | {"send_on_behalf": ["Jane Smith"]}, PLANNING), known=known)

    assert [(row["delegate"], row["delegate_kind"]) for row in found.rows] == [(delegate, kind)]
    assert ("Get-Recipient", {"Identity": "Jane Smith"}) in service.invoked


async def test_exchange_is_left_in_peace_after_it_refused_for_want_of_a_role() -> None:
    found, service = await access(over_clerk(full("Ghost"), full("Shade"), full("Wraith")), known=NO_ROLE)

    assert [name for name, _ in service.invoked].count("Get-Recipient") == 1
    assert found.scopes == {"recipient:Ghost", "recipient:Shade", "recipient:Wraith"}


@pytest.mark.parametrize(
    "refusal",
    [
        pytest.param(NO_ROLE, id="for want of a role"),
        pytest.param(Fault(400, "BadRequest", "Something went wrong"), id="for a reason of its own"),
    ],
)
async def test_whom_exchange_refuses_to_look_up_is_a_gap_and_no_right_of_somebody_unknown(refusal: Fault) -> None:
    found, _ = await access(over_clerk(full("jane@x.test"), full("Jane Smith")), known=refusal)

    assert told(found) == {("id-clerk", "id-jane", "full access")}
    [gap] = found.gaps
    assert gap.scope == "recipient:Jane Smith"
    assert "Exchange did not say who is meant by 'Jane Smith'" in gap.detail
