"""Exchange is asked named read commands only, to the last page, and its refusals are understood."""

import json
from typing import Any

import httpx
import pytest
from wire_fakes import TENANT_ID, Connected, Scripted, VirtualClock, refusal

from m365audit.graph import ABSENT, Exchange, ReadyTokens, Refused
from m365audit.model.evidence import Gap

INVOKE = f"https://outlook.office365.com/adminapi/beta/{TENANT_ID}/InvokeCommand"


def rows(*objects: dict[str, Any], following: str | None = None) -> httpx.Response:
    link = {"@odata.nextLink": following} if following else {}
    return httpx.Response(200, json={"value": list(objects), "@adminapi.warnings": [], **link})


def failed(status: int, exception: str, words: str) -> httpx.Response:
    error = {
        "code": "BadRequest",
        "message": "Error executing cmdlet",
        "details": [{"code": "Context", "target": "", "message": f"Ex6F9304|Microsoft.Exchange.{exception}|{words}"}],
        "innererror": {
            "message": "Error executing cmdlet",
            "type": "Microsoft.Exchange.Admin.OData.Core.ODataServiceException",
            "internalexception": {"message": words, "type": f"Microsoft.Exchange.{exception}"},
        },
    }
    return httpx.Response(status, json={"error": error}, headers={"request-id": "r-1"})


class Always:
    """Gives one answer to everything, and keeps the requests."""

    def __init__(self, answer: httpx.Response) -> None:
        self._answer = answer
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(self._answer.status_code, content=self._answer.content)


async def invoke(exchange: Exchange, cmdlet: str = "Get-Mailbox", **options: object) -> list[Any]:
    return [page async for page in exchange.invoke(cmdlet, **options)]


async def test_a_command_is_sent_as_exchange_wants_it(connected: Connected) -> None:
    network = Scripted(rows({"Guid": "1", "Guid@data.type": "System.Guid"}))
    async with connected(network) as session:
        [page] = await invoke(session.exchange, select=("Guid", "DisplayName"))
    [request] = network.requests
    assert page == [{"Guid": "1"}]
    assert str(request.url) == f"{INVOKE}?$select=Guid,DisplayName"
    assert json.loads(request.content) == {
        "CmdletInput": {"CmdletName": "Get-Mailbox", "Parameters": {"ResultSize": "Unlimited"}}
    }
    assert request.headers["authorization"] == "Bearer exchange-token"
    assert (
        request.headers["x-anchormailbox"] == f"APP:SystemMailbox{{bb558c35-97f1-4cb9-8ff7-d53741dc928c}}@{TENANT_ID}"
    )
    assert request.headers["x-responseformat"] == "json"
    assert request.headers["prefer"] == "odata.maxpagesize=1000"


async def test_the_next_page_is_the_same_command_to_the_link_given(connected: Connected) -> None:
    following = f"https://outlook.office365.com:443/adminapi/beta/{TENANT_ID}/InvokeCommand?$skiptoken=2"
    network = Scripted(rows({"Guid": "1"}, following=following), rows({"Guid": "2"}))
    async with connected(network) as session:
        pages = await invoke(session.exchange)
    assert [row["Guid"] for page in pages for row in page] == ["1", "2"]
    assert network.requests[0].content == network.requests[1].content
    assert network.requests[1].url.query == b"$skiptoken=2"


async def test_the_next_page_at_a_foreign_host_is_refused(connected: Connected) -> None:
    network = Scripted(rows({"Guid": "1"}, following="https://outlook.office365.com.evil.test/InvokeCommand"))
    async with connected(network) as session:
        with pytest.raises(Refused):
            await invoke(session.exchange)
    assert len(network.requests) == 1


@pytest.mark.parametrize(
    ("cmdlet", "parameters"),
    [
        pytest.param("Set-Mailbox", {"Identity": "a"}, id="a command that writes"),
        pytest.param("Get-Nothing", {}, id="a command nobody named"),
        pytest.param("Get-MailboxPermission", {"Identity": ""}, id="an empty identity"),
        pytest.param("Get-MailboxPermission", {"Identity": "  "}, id="a blank identity"),
        pytest.param("Get-MailboxPermission", {"Identity": None}, id="no identity"),
    ],
)
async def test_commands_that_write_or_could_answer_for_everything_are_not_sent(
    connected: Connected, cmdlet: str, parameters: dict[str, Any]
) -> None:
    network = Scripted()
    async with connected(network) as session:
        with pytest.raises(ValueError, match=cmdlet):
            await invoke(session.exchange, cmdlet, **parameters)
    assert network.requests == []


async def test_an_answer_for_several_objects_where_one_was_asked_for_is_refused(connected: Connected) -> None:
    async with connected(Scripted(rows({"Identity": "a"}, {"Identity": "b"}))) as session:
        with pytest.raises(Refused, match="several objects"):
            await invoke(session.exchange, "Get-MailboxPermission", Identity="a")


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(failed(400, "Net.ServerBusyException", "busy"), id="a server too busy"),
        pytest.param(failed(400, "Data.TransientException", "wait"), id="a passing fault"),
        pytest.param(refusal(400, "BadRequest", "CmdletProxyNotAvailableFailure: x"), id="a proxy not there"),
        pytest.param(failed(400, "X.BackendCommunicationException", "x"), id="a back end not heard"),
        pytest.param(
            httpx.Response(400, text="You have reached the maximum number of concurrent requests per tenant."),
            id="too many at once, in plain text",
        ),
        pytest.param(httpx.Response(429, headers={"Retry-After": "3"}), id="429"),
        pytest.param(httpx.Response(503), id="503"),
    ],
)
async def test_a_400_that_passes_is_asked_again(
    connected: Connected, clock: VirtualClock, fault: httpx.Response
) -> None:
    network = Scripted(fault, rows({"Guid": "1"}))
    async with connected(network) as session:
        assert await invoke(session.exchange) == [[{"Guid": "1"}]]
    assert clock.elapsed >= 2


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        pytest.param(httpx.Response(403), "role", "403", id="an empty 403"),
        pytest.param(httpx.Response(403, content=b"\x00\x00\x00"), "role", "403", id="a 403 of NUL bytes"),
        pytest.param(
            httpx.Response(
                403,
                headers={"x-ms-diagnostics": "The role assigned to application x isn't supported in this scenario."},
            ),
            "role",
            "isn't supported in this scenario",
            id="a 403 that gives its reason in a header",
        ),
        pytest.param(
            failed(400, "CommandNotFoundException", "The term 'Get-Mailbox' is not recognized as a cmdlet"),
            "role",
            "not recognized",
            id="a command the role does not show",
        ),
        pytest.param(
            failed(400, "Configuration.Tasks.ParameterBindingException", "No such parameter"),
            "error",
            "No such parameter",
            id="anything else, in its innermost words",
        ),
    ],
)
async def test_refusals_become_gaps(connected: Connected, answer: httpx.Response, kind: str, words: str) -> None:
    async with connected(Scripted(answer)) as session:
        [gap] = await invoke(session.exchange, scope="mailbox:1")
    assert isinstance(gap, Gap)
    assert (gap.kind, gap.scope) == (kind, "mailbox:1")
    assert words in gap.said


async def test_an_object_that_is_not_there_is_absent_where_that_is_normal(connected: Connected) -> None:
    answer = failed(404, "Configuration.Tasks.ManagementObjectNotFoundException", "The object 'x' couldn't be found")
    async with connected(Scripted(answer)) as session:
        absent = ("ManagementObjectNotFoundException",)
        assert await invoke(session.exchange, "Get-MailboxPermission", Identity="x", absent=absent) == [ABSENT]


async def test_a_selection_exchange_does_not_know_is_left_out(connected: Connected) -> None:
    network = Scripted(refusal(400, "BadRequest", "Could not find a property named 'X'"), rows({"Guid": "1"}))
    async with connected(network) as session:
        assert await invoke(session.exchange, select=("X",)) == [[{"Guid": "1"}]]
    assert network.addresses == [f"{INVOKE}?$select=X", INVOKE]


@pytest.mark.parametrize("identity", [{}, {"Identity": "guid-1"}], ids=["of everything", "of one object"])
async def test_a_switch_exchange_does_not_know_is_left_out(connected: Connected, identity: dict[str, str]) -> None:
    unknown = refusal(400, "BadRequest", "A parameter cannot be found that matches parameter name 'IncludeX'.")
    network = Scripted(unknown, rows({"Guid": "1"}))
    async with connected(network) as session:
        [page] = await invoke(session.exchange, "Get-MailboxPermission", IncludeX=True, **identity)
    assert (page, page.without) == ([{"Guid": "1"}], ("IncludeX",))
    sent = [json.loads(request.content)["CmdletInput"]["Parameters"] for request in network.requests]
    assert ["IncludeX" in parameters for parameters in sent] == [True, False]
    assert all(parameters.items() >= identity.items() for parameters in sent)


async def test_a_page_with_everything_asked_for_came_without_nothing(connected: Connected) -> None:
    unknown = refusal(400, "BadRequest", "Could not find a property named 'X'")
    async with connected(Scripted(rows({"Guid": "1"}), unknown, rows({"Guid": "1"}))) as session:
        [page] = await invoke(session.exchange, "Get-MailboxPermission", IncludeX=True, Identity="guid-1")
        [bare] = await invoke(session.exchange, select=("X",))
    assert (page.without, bare.without) == ((), ()), "a selection left out takes nothing away"


async def test_a_fault_that_outlasts_all_patience_leaves_no_switch_out(connected: Connected) -> None:
    network = Always(failed(400, "Net.ServerBusyException", "busy"))
    async with connected(network) as session:
        [gap] = await invoke(session.exchange, "Get-MailboxPermission", scope="mailbox:1", IncludeX=True, Identity="1")
    assert isinstance(gap, Gap)
    assert len(network.requests) > 1
    sent = [json.loads(request.content)["CmdletInput"]["Parameters"] for request in network.requests]
    assert all("IncludeX" in parameters for parameters in sent)


async def test_without_a_token_for_exchange_its_data_is_a_gap_and_graph_goes_on(connected: Connected) -> None:
    tokens = ReadyTokens({"M365AUDIT_GRAPH_TOKEN": "t"})
    async with connected(Scripted(httpx.Response(200, json={"id": "1"})), credentials=tokens) as session:
        with pytest.raises(Refused, match="M365AUDIT_EXCHANGE_TOKEN") as refused:
            await invoke(session.exchange)
        assert refused.value.gap.kind == "permission"
        assert await session.graph.get(session.graph.request(session.graph.sdk.organization)) == {"id": "1"}


async def test_the_catalogue_shows_which_commands_the_role_allows(connected: Connected) -> None:
    network = Scripted(rows({"exportedCmdlets": "Get-Mailbox,Set-Mailbox"}, {"exportedCmdlets": "Get-TransportRule"}))
    async with connected(network) as session:
        assert await session.exchange.cmdlets() == {"Get-Mailbox", "Get-TransportRule"}
    assert network.requests[0].headers["commandname"] == "*"
