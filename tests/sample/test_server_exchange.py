"""The Exchange admin service: commands over REST, loosely spelled."""

import asyncio
from typing import Any

import pytest
from hand_made import ANCHOR, ANN, EVERYTHING, INFO, TENANT, HandClock, Wire, mailbox, small_tenant, wired

from m365audit.sample.service.manner import Fault, Manner


def many(count: int) -> list[dict[str, Any]]:
    return [mailbox(f"2{n:07d}-0000-0000-0000-000000000000", f"Box{n}") for n in range(count)]


async def every(wire: Wire, name: str, **parameters: object) -> list[dict[str, Any]]:
    body = (await wire.invoke(name, **parameters)).raise_for_status().json()
    found = body["value"]
    while "@odata.nextLink" in body:
        body = (await wire.invoke(name, url=body["@odata.nextLink"], **parameters)).raise_for_status().json()
        found += body["value"]
    return found


async def test_mailboxes_come_with_their_companion_keys() -> None:
    async with wired() as wire:
        ann, info = await every(wire, "Get-Mailbox", ResultSize="Unlimited")
        assert ann["PrimarySmtpAddress"] == "ann@exampleton-tc.gov.uk"
        assert ann["EmailAddresses@data.type"] == "#Collection(String)"
        assert (ann["DeliverToMailboxAndForward"], info["DeliverToMailboxAndForward"]) == (False, "False")


@pytest.mark.parametrize(
    "identity", [ANN, ANN.replace("0", "9", 1), "ann", "ANN@exampleton-tc.gov.uk", "old.ann@exampleton-tc.gov.uk"]
)
async def test_a_mailbox_has_many_names(identity: str) -> None:
    async with wired() as wire:
        (found,) = await every(wire, "Get-Mailbox", Identity=identity)
        assert found["ExternalDirectoryObjectId"] == ANN


async def test_access_rights_are_a_list_or_a_text() -> None:
    async with wired() as wire:
        first, second = await every(wire, "Get-MailboxPermission", Identity="ann", IncludeUserWithDisplayName=True)
        assert first["AccessRights"] == ["FullAccess", "ReadPermission"]
        assert second["AccessRights"] == "FullAccess, ReadPermission"


@pytest.mark.parametrize("identity", ["", None])
async def test_an_empty_identity_finds_everything(identity: str | None) -> None:
    async with wired() as wire:
        assert len(await every(wire, "Get-MailboxPermission", Identity=identity)) == 4


async def test_an_unknown_identity_is_refused_in_a_body_that_buries_the_reason() -> None:
    async with wired() as wire:
        answer = await wire.invoke("Get-MailboxPermission", Identity="nobody")
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["message"]) == (404, "NotFound", "Error executing cmdlet")
        inner = error["innererror"]["internalexception"]
        assert inner["type"].endswith("ManagementObjectNotFoundException")
        assert "object 'nobody' couldn't be found" in inner["message"]
        assert error["details"][0]["message"] == f"Ex6F9304|{inner['type']}|{inner['message']}"


@pytest.mark.parametrize(
    ("scope", "types"),
    [
        pytest.param({}, ["Root", "Inbox", "User Created"], id="all"),
        pytest.param({"FolderScope": "Inbox"}, ["Inbox"], id="one kind"),
    ],
)
async def test_the_folders_of_a_mailbox_have_types_and_names_in_its_language(
    scope: dict[str, str], types: list[str]
) -> None:
    async with wired() as wire:
        found = await every(wire, "Get-MailboxFolderStatistics", Identity="ann", **scope)
        assert [folder["FolderType"] for folder in found] == types
        assert "/Mewnflwch" in {folder["FolderPath"] for folder in found}


@pytest.mark.parametrize("path", ["\\", "\\Mewnflwch", "\\mewnflwch\\a/b"])
async def test_whom_a_folder_lets_in(path: str) -> None:
    async with wired() as wire:
        found = await every(wire, "Get-MailboxFolderPermission", Identity=f"ann@exampleton-tc.gov.uk:{path}")
        users = [row["User"] for row in found]
        assert users == ["Default", "Anonymous", *(["ann"] if path == "\\Mewnflwch" else [])]
        assert found[0]["AccessRights"] == ["None"]


@pytest.mark.parametrize(
    ("name", "identity"),
    [
        pytest.param("Get-MailboxFolderPermission", "ann:\\Inbox", id="a folder by its name in another language"),
        pytest.param("Get-MailboxFolderPermission", "nobody:\\Mewnflwch", id="a folder of nobody's"),
        pytest.param("Get-MailboxFolderStatistics", "nobody", id="the folders of nobody"),
        pytest.param("Get-MailboxFolderStatistics", "", id="an empty name"),
    ],
)
async def test_a_folder_that_is_not_there(name: str, identity: str) -> None:
    async with wired() as wire:
        assert (await wire.invoke(name, Identity=identity)).status_code == 404


@pytest.mark.parametrize(
    ("name", "count"), [("Get-RecipientPermission", 1), ("Get-Recipient", 2), ("Get-TransportRule", 1)]
)
async def test_the_other_commands(name: str, count: int) -> None:
    async with wired() as wire:
        assert len(await every(wire, name, ResultSize="Unlimited")) == count


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        pytest.param("Get-MailboxPermission", {}, id="an identity is missing"),
        pytest.param("Get-Mailbox", {"Colour": "blue"}, id="a parameter nobody knows"),
        pytest.param("Get-Mailbox", {"ResultSize": "All"}, id="a size that is none"),
        pytest.param("Get-Mailbox", {"ResultSize": 0}, id="a size of nothing"),
        pytest.param("Get-InboxRule", {"Mailbox": "ann"}, id="inbox rules, which Global Reader may not read"),
        pytest.param("Get-Nonsense", {}, id="a command that does not exist"),
    ],
)
async def test_a_command_that_cannot_run_is_refused(name: str, parameters: dict[str, Any]) -> None:
    async with wired() as wire:
        answer = await wire.invoke(name, **parameters)
        assert answer.status_code == 400
        assert answer.json()["error"]["message"] == "Error executing cmdlet"
        assert wire.service.writes == []


@pytest.mark.parametrize(
    "name", ["Set-Mailbox", "New-TransportRule", "Remove-MailboxPermission", "Add-MailboxPermission"]
)
async def test_a_command_that_changes_something_is_refused_and_kept(name: str) -> None:
    async with wired() as wire:
        assert (await wire.invoke(name, Identity="ann")).status_code == 400
        assert [line.what for line in wire.service.writes] == [name]


async def test_a_selection_is_honoured() -> None:
    async with wired() as wire:
        body = (await wire.invoke("Get-Mailbox", select=["DisplayName", "ForwardingAddress"])).json()
        assert body["value"][0] == {"DisplayName": "Ann", "ForwardingAddress": None}


@pytest.mark.parametrize("name", ["Colour", "AuditEnabled", "AccountDisabled"])
async def test_a_selection_of_what_is_not_selectable_is_refused(name: str) -> None:
    async with wired() as wire:
        assert (await wire.invoke("Get-Mailbox", select=["Guid", name])).status_code == 400


async def test_without_a_result_size_a_thousand_come_and_a_warning() -> None:
    async with wired(small_tenant(mailboxes=many(1_005))) as wire:
        body = (await wire.invoke("Get-Mailbox")).json()
        assert (len(body["value"]), "@odata.nextLink" in body) == (1_000, False)
        assert "ResultSize" in body["@adminapi.warnings"][0]
        assert len(await every(wire, "Get-Mailbox", ResultSize="Unlimited")) == 1_005
        assert len(await every(wire, "Get-Mailbox", ResultSize=3)) == 3


@pytest.mark.parametrize("manner", [Manner(), Manner(max_page=7), Manner(seed=2, max_page=4, empty_pages=True)])
async def test_every_mailbox_comes_once_however_it_is_paged(manner: Manner) -> None:
    async with wired(small_tenant(mailboxes=many(23)), manner=manner) as wire:
        found = await every(wire, "Get-Mailbox", ResultSize="Unlimited", headers={"Prefer": "odata.maxpagesize=10"})
        assert sorted(one["Guid"] for one in found) == sorted(one["Guid"] for one in many(23))


async def test_a_page_is_as_large_as_preferred_and_its_link_wants_the_same_body_soon() -> None:
    clock = HandClock()
    async with wired(small_tenant(mailboxes=many(9)), clock=clock) as wire:
        small = {"Prefer": "odata.maxpagesize=4"}
        body = (await wire.invoke("Get-Mailbox", select=["Guid"], headers=small, ResultSize="Unlimited")).json()
        assert len(body["value"]) == 4
        link = body["@odata.nextLink"]
        assert link.startswith(f"{wire.service.url}/adminapi/beta/{TENANT}/InvokeCommand?")
        again = await wire.invoke("Get-Mailbox", url=link, headers=small, ResultSize="Unlimited")
        assert [set(one) - {"Guid@data.type"} for one in again.json()["value"]] == [{"Guid"}] * 4
        assert (await wire.invoke("Get-Mailbox", url=link, headers=small, ResultSize=9)).status_code == 400
        clock.at = 301
        assert (await wire.invoke("Get-Mailbox", url=link, headers=small, ResultSize="Unlimited")).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"X-AnchorMailbox": ""}, id="no anchor"),
        pytest.param({"X-AnchorMailbox": "nobody"}, id="an anchor that is none"),
        pytest.param({"Content-Type": "text/plain"}, id="no JSON"),
        pytest.param({"Prefer": "odata.maxpagesize=lots"}, id="a page size in words"),
    ],
)
async def test_a_request_without_its_headers_is_refused(headers: dict[str, str]) -> None:
    async with wired() as wire:
        assert (await wire.invoke("Get-Mailbox", headers=headers)).status_code == 400


@pytest.mark.parametrize("anchor", [ANCHOR, "UPN:ann@exampleton-tc.gov.uk"])
async def test_an_anchor_is_the_system_mailbox_or_somebodys(anchor: str) -> None:
    async with wired() as wire:
        assert (await wire.invoke("Get-Mailbox", headers={"X-AnchorMailbox": anchor})).status_code == 200


async def test_who_does_not_ask_for_json_gets_powershells_own() -> None:
    async with wired() as wire:
        answer = await wire.invoke("Get-Mailbox", headers={"X-ResponseFormat": "clixml"})
        assert answer.headers["Content-Type"] == "application/clixml"


@pytest.mark.parametrize("body", [{}, {"CmdletInput": {}}, {"CmdletInput": {"CmdletName": "Get-Mailbox"}, "x": 1}, []])
async def test_a_body_of_another_shape_is_refused(body: object) -> None:
    async with wired() as wire:
        url = f"{wire.service.url}/adminapi/beta/{TENANT}/InvokeCommand"
        headers = {"Authorization": f"Bearer {wire.service.token(TENANT, 'exchange')}", "X-AnchorMailbox": ANCHOR}
        assert (await wire.http.post(url, json=body, headers=headers)).status_code == 400


@pytest.mark.parametrize("audience", ["graph", None])
async def test_a_wrong_or_missing_token_gets_an_empty_401(audience: str | None) -> None:
    async with wired() as wire:
        url = f"{wire.service.url}/adminapi/beta/{TENANT}/InvokeCommand"
        headers = {"Authorization": f"Bearer {wire.service.token(TENANT, audience)}"} if audience else {}
        answer = await wire.http.post(url, json={}, headers=headers)
        assert (answer.status_code, answer.content) == (401, b"")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"granted": EVERYTHING - {"Exchange.ManageAsApp"}}, id="no app role"),
        pytest.param(
            {"granted": EVERYTHING - {"Exchange.ManageAsApp"} | {"Exchange.ManageAsAppV2"}}, id="the newer one"
        ),
        pytest.param({"directory_roles": frozenset()}, id="no directory role"),
        pytest.param({"directory_roles": frozenset({"Security Reader"})}, id="a directory role that is not enough"),
    ],
)
async def test_without_its_roles_an_app_gets_an_empty_403_and_the_reason_in_a_header(changes: dict[str, Any]) -> None:
    async with wired(small_tenant(**changes)) as wire:
        answer = await wire.invoke("Get-Mailbox")
        assert (answer.status_code, answer.content) == (403, b"")
        assert "isn't supported in this scenario" in answer.headers["x-ms-diagnostics"]
        assert answer.headers["request-id"]


async def test_a_token_opens_its_own_tenant_only() -> None:
    other = small_tenant(tenant_id="99999999-2222-3333-4444-555555555555")
    async with wired(small_tenant(), other) as wire:
        url = f"{wire.service.url}/adminapi/beta/{other.tenant_id}/InvokeCommand"
        assert (await wire.invoke("Get-Mailbox", url=url)).status_code == 403


async def test_the_catalogue_lists_what_may_be_run() -> None:
    async with wired() as wire:
        url = f"{wire.service.url}/adminapi/v1.0/{TENANT}/EXOModuleFile?Version=3.9.2"
        headers = {"Authorization": f"Bearer {wire.service.token(TENANT, 'exchange')}", "CommandName": "*"}
        names = (await wire.http.get(url, headers=headers)).json()["value"][0]["exportedCmdlets"].split(",")
        assert "Get-MailboxPermission" in names
        assert "Get-InboxRule" not in names


async def test_too_many_at_once_are_turned_away_in_plain_text() -> None:
    async with wired() as wire:
        answers = await asyncio.gather(*(wire.invoke("Get-Mailbox", Identity=INFO) for _ in range(14)))
        assert sorted(one.status_code for one in answers) == [200] * 4 + [429] * 10
        assert "maximum number of concurrent requests" in next(one.text for one in answers if one.status_code == 429)


async def test_a_fault_can_be_planted_for_one_command() -> None:
    async with wired() as wire:
        wire.service.fail(Fault("*/Get-Recipient", status=500, body=b"\0\0\0", times=1))
        assert (await wire.invoke("Get-Mailbox")).status_code == 200
        assert (await wire.invoke("Get-Recipient")).content == b"\0\0\0"
        assert (await wire.invoke("Get-Recipient")).status_code == 200
