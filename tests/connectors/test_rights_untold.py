"""Rights over mailboxes that Exchange leaves untold are gaps, and what it does tell stands."""

import pytest
from contract_service import Fault, Json
from test_kept import Memory
from test_mailbox_access_connector import (
    CLERK,
    ELSE,
    PLANNING,
    Permissions,
    access,
    full,
    over_clerk,
    own,
    send_as,
    told,
)

from m365audit.model.evidence import Coverage, Gap
from m365audit.model.words import GapKind

SWITCH = "IncludeUnresolvedPermissions"
GONE = "S-1-5-21-1-2-3-1001"
BAD = Fault(400, "BadRequest", "No parameter matches the name 'IncludeUnresolvedPermissions'.")
BUSY = Fault(400, "BadRequest", "Ex1|Microsoft.Exchange.Data.Storage.ServerBusyException|The server is busy.")
JANE = ("id-clerk", "id-jane", "full access")
BOTH = {"mailbox:id-clerk", "mailbox:id-planning"}


def refusing(fault: Fault, *, of: tuple[str, ...] = ("guid-clerk", "guid-planning"), times: int = 1_000) -> Permissions:
    """The rights over mailboxes, some of which Exchange refuses to tell with its switch so many times."""
    asked_before: dict[str, int] = {}

    def answer(asked: Json) -> list[Json] | Fault:
        name = asked["Identity"]
        asked_before[name] = asked_before.get(name, 0) + 1
        if name in of and SWITCH in asked and asked_before[name] <= times:
            return fault
        everybody = over_clerk(full("jane@x.test"), full(GONE))(asked)
        assert isinstance(everybody, list)
        return everybody if SWITCH in asked else [one for one in everybody if one["User"] != GONE]

    return answer


async def test_where_exchange_never_takes_the_switch_one_gap_says_so_and_the_other_rights_stand() -> None:
    found, _ = await access(refusing(BAD))

    assert told(found) == {JANE}
    [gap] = found.gaps
    assert (gap.scope, gap.kind) == ("full access of deleted accounts", GapKind.UNSUPPORTED)
    assert "deleted accounts" in gap.detail
    assert SWITCH in gap.fix
    assert found.looked == BOTH | ELSE


async def test_a_mailbox_for_which_exchange_refused_the_switch_is_a_gap_of_its_own() -> None:
    found, _ = await access(refusing(BAD, of=("guid-clerk",), times=1))

    assert told(found) == {JANE}
    assert [(gap.scope, gap.kind) for gap in found.gaps] == [("mailbox:id-clerk", GapKind.ERROR)]
    assert found.looked == {"mailbox:id-planning", *ELSE}


async def test_a_mailbox_told_of_without_the_switch_is_asked_again_after_a_stop() -> None:
    kept = Memory()

    await access(refusing(BAD, of=("guid-clerk",)), kept=kept)

    assert set(kept.lines) == {"mailbox:id-planning"}


async def test_a_fault_that_passes_is_no_reason_to_leave_the_switch_out() -> None:
    found, service = await access(refusing(BUSY, of=("guid-clerk",)))

    assert told(found) == set()
    assert found.scopes == {"mailbox:id-clerk"}
    assert all(SWITCH in asked for name, asked in service.invoked if name == "Get-MailboxPermission")


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        pytest.param(lambda _: [], "no right over this mailbox at all", id="nobody at all, not even its own account"),
        pytest.param(
            lambda asked: [own(asked), full("bob", None, Identity="")],
            "did not say which right",
            id="a null for rights",
        ),
        pytest.param(
            lambda asked: [own(asked), {"Identity": "", "User": "bob"}], "did not say which right", id="no rights named"
        ),
    ],
)
async def test_a_mailbox_of_which_not_every_right_is_told_is_a_gap(entries: Permissions, words: str) -> None:
    found, _ = await access(
        lambda asked: entries(asked) if asked["Identity"] == "guid-planning" else over_clerk(full("jane"))(asked)
    )

    assert told(found) == {JANE}
    [gap] = found.gaps
    assert gap.scope == "mailbox:id-planning"
    assert words in gap.detail
    assert gap.fix
    assert found.looked == {"mailbox:id-clerk", *ELSE}


async def test_exchanges_own_entries_need_no_rights() -> None:
    found, _ = await access(over_clerk(full("NT AUTHORITY\\SYSTEM", None)))

    assert not found.gaps


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(send_as("clerk-name", "jane", AccessRights=None), id="a null"),
        pytest.param({"Identity": "clerk-name", "Trustee": "jane"}, id="none named"),
    ],
)
async def test_send_as_that_does_not_say_it_is_that_is_a_gap(entry: Json) -> None:
    found, _ = await access(sending=[entry, send_as("planning-name", "jane@x.test")])

    assert told(found) == {("id-planning", "id-jane", "send as")}
    assert [gap.scope for gap in found.gaps] == ["send as"]
    assert "did not say whether it is Send As" in found.gaps[0].detail
    assert "send as" not in found.looked


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(send_as("Planning Team", "jane", AccessRights=None), id="over a group"),
        pytest.param(send_as("clerk-name", "NT AUTHORITY\\SELF", AccessRights=None), id="of its own account"),
    ],
)
async def test_what_is_no_right_over_a_mailbox_of_somebody_else_may_be_unsaid(entry: Json) -> None:
    found, _ = await access(sending=[entry])

    assert not found.gaps


async def test_a_list_of_send_as_with_nothing_in_it_is_no_answer() -> None:
    found, _ = await access(answered_sending=[])

    assert found.scopes == {"send as"}
    assert "send as" not in found.looked


@pytest.mark.parametrize(
    ("scope", "missing"),
    [
        pytest.param("property:GrantSendOnBehalfTo", True, id="who may send on behalf never came"),
        pytest.param("mailboxes after the first page", True, id="a part of the mailboxes"),
        pytest.param("property:WhenCreated", False, id="not a property that tells nothing of it"),
    ],
)
async def test_send_on_behalf_is_missing_where_the_list_of_mailboxes_lacks_it(scope: str, missing: bool) -> None:  # noqa: FBT001
    silent = Gap(GapKind.ERROR, "Microsoft returned it for none.", "Run the audit again.", scope, "mailboxes")
    boxes = (CLERK | {"send_on_behalf": ["jane"]}, PLANNING)

    found, _ = await access(boxes=boxes, listed=Coverage(rows=2, gaps=(silent,)))

    assert told(found) == {("id-clerk", "id-jane", "send on behalf")}
    assert [(gap.scope, gap.data_set) for gap in found.gaps] == [("send on behalf", "mailbox_access")] * missing
    assert ("send on behalf" in found.looked) is not missing
