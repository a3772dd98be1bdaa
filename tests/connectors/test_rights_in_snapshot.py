"""Rights over mailboxes out of a snapshot of the configuration, where Exchange lets nobody in."""

from datetime import date
from typing import Any

import pytest
from contract_service import DENIED, NO_ROLE, Cmdlet, Collected, Fault, Json, Service, collect, frame
from test_mailbox_access_connector import ACCOUNTS, CLERK, GROUPS, PLANNING, account, own, send_as

from m365audit.connectors.mail.mailbox_access import mailbox_access
from m365audit.model.evidence import Coverage, Gap
from m365audit.model.words import GapKind

JOBS = "/admin/configurationManagement/configurationSnapshotJobs"
SNAPSHOTS = "/admin/configurationManagement/configurationSnapshots"
OPENS, SENDS = "microsoft.exchange.mailboxpermission", "microsoft.exchange.recipientpermission"
TODAY = date(2026, 11, 21)
NOT_LET_IN = Gap(GapKind.ROLE, "Exchange knows no suitable role.", "Give it one.", said="Exchange said: 403")
SEND_ON_BEHALF, WHOLE = "send on behalf", "tenant"


def job(number: int, day: str = "2026-11-18", **changed: object) -> Json:
    return {
        "id": f"J-{number}",
        "status": "succeeded",
        "resources": [OPENS, SENDS],
        "createdDateTime": f"{day}T08:00:00Z",
        "completedDateTime": f"{day}T09:00:00Z",
        "resourceLocation": f"https://evil.test/x/configurationSnapshots('S-{number}')",
        "errorDetails": [],
        **changed,
    }


def opens(user: str, identity: str = "clerk@x.test", **changed: object) -> Json:
    right = {"Identity": identity, "User": user, "AccessRights": ["FullAccess"], "InheritanceType": "All", "Owner": ""}
    return {"displayName": "x", "resourceType": OPENS, "properties": right | {"Deny": False, **changed}}


def sends(trustee: str, identity: str = "clerk@x.test", **changed: object) -> Json:
    right = {"Identity": identity, "Trustee": trustee, "AccessRights": ["SendAs"], **changed}
    return {"displayName": "x", "resourceType": "Microsoft.Exchange.RecipientPermission", "properties": right}


OWN = [opens("NT AUTHORITY\\SELF"), sends("NT AUTHORITY\\SELF")]


async def told(
    *resources: Json,
    jobs: list[Json] | Fault | None = None,
    refused: Gap = NOT_LET_IN,
    others: dict[str, Any] | None = None,
) -> tuple[Collected, Service]:
    """What is told where Exchange does not even list the mailboxes, and one snapshot holds some resources."""
    held = {"id": "S-1", "resources": [*OWN, *resources]}
    service = Service(graph={JOBS: [job(1)] if jobs is None else jobs, f"{SNAPSHOTS}/S-1": held, **(others or {})})
    found = await collect(
        mailbox_access,
        service,
        mailboxes=None,
        accounts=frame("accounts", [*ACCOUNTS, account("anne", display_name="Anne Lee")]),
        groups=frame("groups", GROUPS),
        coverage={"mailboxes": Coverage(gaps=(refused,))},
        today=TODAY,
    )
    return found, service


def rights(found: Collected) -> set[tuple[str, str, str]]:
    return {(row["mailbox_id"], row["delegate"], row["right"]) for row in found.rows}


async def test_full_access_and_send_as_are_told_and_send_on_behalf_is_missing_for_exchanges_reason() -> None:
    found, service = await told(opens("jane@x.test"), sends("Planning@X.test"))

    assert rights(found) == {("id-clerk", "id-jane", "full access"), ("id-clerk", "id-planning", "send as")}
    [gap] = found.gaps
    assert (gap.scope, gap.kind, gap.fix, gap.said) == (SEND_ON_BEHALF, GapKind.ROLE, NOT_LET_IN.fix, NOT_LET_IN.said)
    assert found.looked == {"full access", "send as"}
    assert service.invoked == []


async def test_a_row_says_where_it_comes_from_when_that_was_made_and_what_it_does_not_say() -> None:
    found, _ = await told(opens("jane@x.test"), sends("jane@x.test"))

    assert [(row["source"], row["taken_at"]) for row in found.rows] == [
        ("configuration snapshot", "2026-11-18T09:00:00Z")
    ] * 2
    said = {row["right"]: (row["inherited"], row["denied"]) for row in found.rows}
    assert said == {"full access": (None, False), "send as": (None, None)}
    assert {row["mailbox_name"] for row in found.rows} == {"The Clerk"}


@pytest.mark.parametrize(
    ("resource", "delegates"),
    [
        pytest.param(opens("NT AUTHORITY\\SYSTEM"), [], id="not the system's own"),
        pytest.param(opens("PRDTSB01\\JitUsers"), [], id="not those of Microsoft's operators"),
        pytest.param(opens("clerk@x.test"), [], id="not the mailbox's own account's"),
        pytest.param(opens("jane@x.test", AccessRights="ReadPermission"), [], id="not one that opens nothing"),
        pytest.param(opens("jane@x.test", AccessRights="{FullAccess}"), ["id-jane"], id="one in one text"),
        pytest.param(opens("jane@x.test", identity="clerk"), ["id-jane"], id="over a mailbox by its alias"),
        pytest.param(opens("jane@x.test", identity="The Clerk"), ["id-jane"], id="over a mailbox by its name"),
        pytest.param(opens("bob_home.test#EXT#@x.onmicrosoft.com"), ["id-bob"], id="a guest's"),
        pytest.param(opens("team@x.test"), ["id-team"], id="a group's by its address"),
        pytest.param(opens("S-1-5-21-9-9"), ["S-1-5-21-9-9"], id="of an account that is gone"),
        pytest.param(opens("pa@agency.test"), ["pa@agency.test"], id="of an address outside"),
        pytest.param(sends("jane@x.test", identity="team@x.test"), [], id="not one over a group"),
    ],
)
async def test_whose_rights_are_told(resource: Json, delegates: list[str]) -> None:
    found, _ = await told(resource)

    assert [row["delegate"] for row in found.rows] == delegates
    assert found.scopes == {SEND_ON_BEHALF}


@pytest.mark.parametrize(
    ("resource", "scope"),
    [
        pytest.param(opens("jane@x.test", identity="Old box"), "full access:Old box", id="a mailbox nobody knows"),
        pytest.param(opens("jane@x.test", identity="Ann Twin"), "full access:Ann Twin", id="a mailbox two could be"),
        pytest.param(sends("jane@x.test", identity="Old box"), "send as:Old box", id="perhaps a mailbox"),
        pytest.param(opens("Anne Lee"), "recipient:Anne Lee", id="a holder by a name a contact may have as well"),
        pytest.param(sends("Ghost"), "recipient:Ghost", id="a holder nobody knows"),
    ],
)
async def test_a_name_only_exchange_could_settle_is_a_gap_and_no_right(resource: Json, scope: str) -> None:
    found, _ = await told(resource, opens("jane@x.test"))

    assert rights(found) == {("id-clerk", "id-jane", "full access")}
    assert found.scopes == {SEND_ON_BEHALF, scope}
    assert all(gap.fix for gap in found.gaps)


BROKEN: Json = {"id": "S-2", "resources": [opens("planning@x.test"), sends("planning@x.test")]}
HELD = {f"{SNAPSHOTS}/S-2": BROKEN}


@pytest.mark.parametrize(
    ("jobs", "holder"),
    [
        pytest.param([job(1, "2026-11-17"), job(2)], "id-planning", id="the newest"),
        pytest.param([job(1, "2026-11-17"), job(2, status="running")], "id-jane", id="not one that still runs"),
        pytest.param([job(1, "2026-11-17"), job(2, status="failed")], "id-jane", id="not one that failed"),
        pytest.param(
            [job(1, "2026-11-17"), job(2, status="partiallySuccessful")], "id-jane", id="a whole one before a part"
        ),
        pytest.param([job(1, "2026-11-17"), job(2, errorDetails=["oh"])], "id-jane", id="nor one that tells of errors"),
        pytest.param(
            [job(1, "2026-11-17"), job(2, resources=["microsoft.teams.meetingpolicy"])],
            "id-jane",
            id="nor one of Teams",
        ),
    ],
)
async def test_which_snapshot_is_read(jobs: list[Json], holder: str) -> None:
    found, _ = await told(opens("jane@x.test"), sends("jane@x.test"), jobs=jobs, others=HELD)

    assert {row["delegate"] for row in found.rows} == {holder}
    assert found.scopes == {SEND_ON_BEHALF}


@pytest.mark.parametrize(
    ("jobs", "words"),
    [
        pytest.param([], "no suitable role.", id="nobody had one made"),
        pytest.param(DENIED, "no suitable role.", id="the app may not look"),
        pytest.param([job(1, "2026-10-16")], "16 October 2026, more than 35 days before, and was not", id="too old"),
        pytest.param([job(9)], "could not be read", id="it is kept no longer"),
        pytest.param([job(1, completedDateTime=None, createdDateTime=None)], "no suitable role.", id="of no known day"),
    ],
)
async def test_without_a_snapshot_of_use_the_whole_is_missing_for_exchanges_reason(
    jobs: list[Json] | Fault, words: str
) -> None:
    found, _ = await told(opens("jane@x.test"), jobs=jobs)

    [gap] = found.gaps
    assert (found.rows, gap.scope, gap.kind) == ([], WHOLE, GapKind.ROLE)
    assert gap.detail.startswith("it needs the mailboxes, and those are missing: Exchange knows no suitable role.")
    assert words in gap.detail
    assert gap.fix.startswith(NOT_LET_IN.fix)
    assert "ConfigurationMonitoring.Read.All" in gap.fix


async def test_thirty_five_days_are_not_too_old() -> None:
    found, _ = await told(opens("jane@x.test"), jobs=[job(1, "2026-10-17")])

    assert rights(found) == {("id-clerk", "id-jane", "full access")}


@pytest.mark.parametrize(
    ("changed", "resources", "scopes"),
    [
        pytest.param({"status": "partiallySuccessful"}, OWN, {"full access", "send as"}, id="a part only"),
        pytest.param({"errorDetails": ["timed out"]}, OWN, {"full access", "send as"}, id="with errors"),
        pytest.param({"resources": [OPENS]}, OWN, {"send as"}, id="never asked for Send As"),
        pytest.param({}, OWN[:1], {"send as"}, id="asked for Send As, which is not in it"),
    ],
)
async def test_a_part_of_a_snapshot_is_told_and_never_taken_for_the_whole(
    changed: Json, resources: list[Json], scopes: set[str]
) -> None:
    held = {"id": "S-1", "resources": [*resources, opens("jane@x.test")]}

    found, _ = await told(jobs=[job(1, **changed)], others={f"{SNAPSHOTS}/S-1": held})

    assert rights(found) == {("id-clerk", "id-jane", "full access")}
    assert found.scopes == {*scopes, SEND_ON_BEHALF}
    assert not found.looked & scopes
    assert {gap.kind for gap in found.gaps} == {GapKind.ROLE}


async def test_an_answer_that_goes_on_elsewhere_is_not_the_whole() -> None:
    held = {"id": "S-1", "resources": OWN, "resources@odata.nextLink": "https://evil.test/more"}

    found, _ = await told(others={f"{SNAPSHOTS}/S-1": held})

    assert found.scopes == {"full access", "send as", SEND_ON_BEHALF}


@pytest.mark.parametrize("kind", [GapKind.THROTTLED, GapKind.ERROR])
async def test_where_exchange_only_failed_no_snapshot_is_looked_for(kind: GapKind) -> None:
    found, service = await told(opens("jane@x.test"), refused=Gap(kind, "It failed.", "Try again."))

    assert [(gap.scope, gap.kind) for gap in found.gaps] == [(WHOLE, kind)]
    assert (found.rows, service.asked) == ([], [])


ANSWERS: dict[str, Cmdlet] = {
    "Get-MailboxPermission": lambda asked: [own(asked)],
    "Get-RecipientPermission": [send_as("clerk-name", "NT AUTHORITY\\SELF")],
    "Get-Recipient": [],
}


@pytest.mark.parametrize(
    ("hidden", "rows"),
    [
        pytest.param("Get-MailboxPermission", {("id-clerk", "id-jane", "full access")}, id="Full Access"),
        pytest.param("Get-RecipientPermission", {("id-clerk", "id-planning", "send as")}, id="Send As"),
    ],
)
async def test_a_right_whose_command_exchange_does_not_show_comes_from_the_snapshot(
    hidden: str, rows: set[tuple[str, str, str]]
) -> None:
    held = {"id": "S-1", "resources": [*OWN, opens("jane@x.test"), sends("planning@x.test"), sends("jane", "A list")]}
    graph = {JOBS: [job(1)], f"{SNAPSHOTS}/S-1": held}
    service = Service(graph=graph, cmdlets=ANSWERS | {hidden: NO_ROLE})

    found = await collect(
        mailbox_access,
        service,
        mailboxes=frame("mailboxes", [CLERK, PLANNING]),
        accounts=frame("accounts", ACCOUNTS),
        groups=frame("groups", GROUPS),
        coverage={"mailboxes": Coverage()},
        today=TODAY,
    )

    assert (rights(found), found.gaps) == (rows, [])
