"""Whom the mail folders of a mailbox let in, folder by folder."""

import pytest
from contract_service import NO_ROLE, NOT_FOUND, Collected, Fault, Json, Service, collect, frame
from test_kept import Memory

from m365audit.connectors.mail.mail_folder_access import mail_folder_access
from m365audit.model.tenant import Folders
from m365audit.model.words import GapKind

BUSY = Fault(429, "TooManyRequests", "You have reached the maximum number of concurrent requests per tenant.")
OFF = Fault(
    400,
    "BadRequest",
    "The term 'Get-MailboxFolderPermission' is not recognized as the name of a cmdlet",
)
INBOX = {"FolderType": "Inbox", "FolderPath": "/Mewnflwch", "ContainerClass": "IPF.Note"}
TOP = {"FolderType": "Root", "FolderPath": "/Top of Information Store", "ContainerClass": None}


def box(name: str) -> Json:
    address = f"{name}@x.test"
    return {
        "mailbox_id": f"id-{name}",
        "exchange_id": f"guid-{name}",
        "identity": f"{name}-name",
        "user_principal_name": address,
        "display_name": name.title(),
        "address": address,
        "addresses": [address],
        "kind": "user",
    }


def account(name: str) -> Json:
    address = f"{name}@x.test"
    known = {"account_id": f"id-{name}", "user_type": "member", "user_principal_name": address, "mail": address}
    return known | {"display_name": name.title(), "primary_address": address, "addresses": [address]}


def made(path: str, holds: str | None = "IPF.Note") -> Json:
    return {"FolderType": "User Created", "FolderPath": path, "ContainerClass": holds}


def right(user: object, *rights: str) -> Json:
    return {"User": user, "AccessRights": list(rights)}


class Mailboxes:
    """Folders of mailboxes and whom each lets in, by the identity it is asked for by."""

    def __init__(
        self, folders: list[Json], let_in: dict[str, list[Json] | Fault], refused: tuple[str, ...] = ()
    ) -> None:
        self._let_in = let_in
        self._refused = refused
        self.service = Service(
            cmdlets={
                "Get-MailboxFolderStatistics": lambda asked: BUSY if asked["Identity"] in refused else folders,
                "Get-MailboxFolderPermission": lambda asked: let_in.get(asked["Identity"], [right("Default", "None")]),
                "Get-Recipient": NOT_FOUND,
            },
            page_size=1000,
        )

    @property
    def asked(self) -> list[str]:
        """The folders that were asked for, in order."""
        return [asked["Identity"] for name, asked in self.service.invoked if name == "Get-MailboxFolderPermission"]

    async def read(self, *names: str, most: int = 100, **more: object) -> Collected:
        boxes = frame("mailboxes", [box(name) for name in names or ("ann",)])
        accounts = frame("accounts", [account(name) for name in ("ann", "bob")])
        return await collect(
            mail_folder_access, self.service, folders=Folders(most=most), mailboxes=boxes, accounts=accounts, **more
        )


@pytest.mark.parametrize(
    ("user", "delegate", "kind"),
    [
        pytest.param("Default", "default", None, id="everybody in the council"),
        pytest.param("Anonymous", "anonymous", None, id="anybody at all"),
        pytest.param("Bob", "id-bob", "member", id="a colleague, by the name shown"),
        pytest.param({"DisplayName": "Bob", "UserType": "Internal"}, "id-bob", "member", id="within an object"),
        pytest.param("ExchangePublishedUser.eve@y.test", "eve@y.test", "unknown", id="somebody outside"),
        pytest.param("NT User:S-1-5-21-1-2-3-4", "S-1-5-21-1-2-3-4", "deleted", id="an account that is gone"),
        pytest.param("Some Team", "Some Team", "unknown", id="a name that leads to nobody"),
    ],
)
async def test_whom_a_folder_lets_in(user: object, delegate: str, kind: str | None) -> None:
    found = await Mailboxes([INBOX], {"ann@x.test:\\Mewnflwch": [right(user, "Reviewer", "FolderOwner")]}).read()

    assert [(row["folder"], row["delegate"], row["delegate_kind"], row["role"]) for row in found.rows] == [
        ("inbox", delegate, kind, "Reviewer, FolderOwner")
    ]
    assert (found.looked, found.gaps) == ({"mailbox:id-ann"}, [])


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(right("Bob", "None"), id="a right to nothing"),
        pytest.param(right("Ann", "Owner"), id="its holder"),
        pytest.param(right("NT AUTHORITY\\SELF", "Owner"), id="Exchange itself"),
    ],
)
async def test_what_is_nobody_elses_right(entry: Json) -> None:
    found = await Mailboxes([INBOX], {"ann@x.test:\\Mewnflwch": [entry]}).read()
    assert (found.rows, found.looked) == ([], {"mailbox:id-ann"})


async def test_a_right_exchange_does_not_name_is_kept_as_one_and_nobody_stands_there_twice() -> None:
    twice = [{"User": "Bob", "AccessRights": None}, right("bob@x.test", "Editor")]
    found = await Mailboxes([INBOX], {"ann@x.test:\\Mewnflwch": twice}).read()
    assert [(row["delegate"], row["role"]) for row in found.rows] == [("id-bob", None)]


@pytest.mark.parametrize(
    ("folder", "asked", "name", "calendar"),
    [
        pytest.param(TOP, "\\", "top", False, id="the top goes by no name"),
        pytest.param(INBOX, "\\Mewnflwch", "inbox", False, id="in the mailbox's language, kept in ours"),
        pytest.param(made("/Mewnflwch/Biniau"), "\\Mewnflwch\\Biniau", "/Mewnflwch/Biniau", False, id="one within"),
        pytest.param(made("/Bins\uf8ffBags"), "\\Bins/Bags", "/Bins\u2215Bags", False, id="a slash in a name"),
        pytest.param(made("/Old", None), "\\Old", "/Old", False, id="one that does not say what it holds"),
        pytest.param(made("/Rota", "IPF.Appointment"), "\\Rota", "/Rota", True, id="an added calendar"),
    ],
)
async def test_what_a_folder_is_asked_for_by_and_called(folder: Json, asked: str, name: str, calendar: bool) -> None:  # noqa: FBT001
    held = Mailboxes([folder], {f"ann@x.test:{asked}": [right("Default", "Reviewer")]})
    assert [(row["folder"], row["calendar"]) for row in (await held.read()).rows] == [(name, calendar)]


async def test_rights_only_calendars_have_tell_one() -> None:
    held = Mailboxes([made("/Rota", None)], {"ann@x.test:\\Rota": [right("Default", "AvailabilityOnly")]})
    assert [row["calendar"] for row in (await held.read()).rows] == [True]


@pytest.mark.parametrize(
    "folder",
    [
        pytest.param(made("/Suppliers", "IPF.Contact"), id="contacts"),
        pytest.param({"FolderType": "Calendar", "FolderPath": "/Calendr"}, id="the calendar, which Graph tells of"),
        pytest.param({"FolderType": "RecoverableItemsRoot", "FolderPath": "/Recoverable Items"}, id="Exchange's own"),
    ],
)
async def test_a_folder_that_is_not_looked_at(folder: Json) -> None:
    held = Mailboxes([INBOX, folder], {})
    await held.read()
    assert held.asked == ["ann@x.test:\\Mewnflwch"]


@pytest.mark.parametrize(
    ("most", "asked", "words"),
    [
        pytest.param(2, ["Mewnflwch", "A", "B"], [], id="as many as may be"),
        pytest.param(1, ["Mewnflwch", "A"], ["one folder beyond the first 1 was not looked at"], id="one more"),
        pytest.param(0, ["Mewnflwch"], ["2 folders beyond the first 0 were not looked at"], id="none of them"),
    ],
)
async def test_folders_people_made_beyond_the_number_are_a_gap(most: int, asked: list[str], words: list[str]) -> None:
    let_in = {"ann@x.test:\\Mewnflwch": [right("Bob", "Editor")]}
    held, kept = Mailboxes([made("/B"), INBOX, made("/A")], {**let_in}), Memory()
    found = await held.read(most=most, kept=kept)

    assert held.asked == [f"ann@x.test:\\{name}" for name in asked]
    assert len(found.rows) == 1
    assert [gap.kind for gap in found.gaps] == [GapKind.NOT_COLLECTED] * len(words)
    assert all(word in gap.detail for word, gap in zip(words, found.gaps, strict=True))
    assert all("{most: 2}" in gap.fix for gap in found.gaps)
    assert found.looked == (set() if words else {"mailbox:id-ann"})
    assert kept.has("mailbox:id-ann") is not bool(words)


async def test_a_mailbox_that_was_throttled_or_refused_is_a_gap_of_its_own() -> None:
    let_in = {"bob@x.test:\\Mewnflwch": NOT_FOUND, "bob@x.test:\\": [right("Default", "Reviewer")]}
    held = Mailboxes([TOP, INBOX], {**let_in}, refused=("cy@x.test",))
    found = await held.read("ann", "bob", "cy")

    assert found.looked == {"mailbox:id-ann"}
    assert {gap.scope: gap.kind for gap in found.gaps} == {
        "mailbox:id-bob": GapKind.ERROR,
        "mailbox:id-cy": GapKind.THROTTLED,
    }
    assert [row["mailbox_id"] for row in found.rows] == ["id-bob"], "what was seen of it stays"
    assert any("at the folder inbox" in gap.detail for gap in found.gaps)


@pytest.mark.parametrize("refusal", [NO_ROLE, OFF])
async def test_commands_the_role_does_not_show_are_one_gap_and_cost_little(refusal: Fault) -> None:
    service = Service(cmdlets={"Get-MailboxFolderStatistics": refusal})
    boxes = frame("mailboxes", [box(f"n{number}") for number in range(60)])
    nobody = frame("accounts", [])
    found = await collect(mail_folder_access, service, folders=Folders(), mailboxes=boxes, accounts=nobody)

    assert [(gap.scope, gap.kind) for gap in found.gaps] == [("tenant", GapKind.ROLE)]
    assert len(service.invoked) < 30


async def test_a_mailbox_without_folders_or_without_a_name_was_not_looked_at() -> None:
    assert [gap.kind for gap in (await Mailboxes([], {}).read()).gaps] == [GapKind.ERROR]
    nameless = frame("mailboxes", [box("ann") | {"user_principal_name": None, "address": None}])
    held = Mailboxes([INBOX], {})
    found = await collect(
        mail_folder_access, held.service, folders=Folders(), mailboxes=nameless, accounts=frame("accounts", [])
    )
    assert ([gap.kind for gap in found.gaps], held.service.invoked) == ([GapKind.ERROR], [])


async def test_a_mailbox_read_before_the_run_was_stopped_is_not_read_again() -> None:
    kept = Memory()
    let_in = {"ann@x.test:\\Mewnflwch": [right("Bob", "Editor")]}
    first = await Mailboxes([INBOX], {**let_in}).read(kept=kept)
    again = Mailboxes([INBOX], {})
    found = await again.read("ann", "bob", kept=kept)

    assert found.rows == first.rows
    assert found.looked == {"mailbox:id-ann", "mailbox:id-bob"}
    assert again.asked == ["bob@x.test:\\Mewnflwch"]
