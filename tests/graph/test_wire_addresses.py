"""Requests come out spelled as Microsoft documents them."""

from collections.abc import Callable

import httpx
import pytest
from kiota_abstractions.request_information import RequestInformation
from wire_fakes import Connected, Scripted, tenant_of

from m365audit import __version__
from m365audit.graph import UNKNOWN_MEMBERS, Graph, Outside, ReadyTokens, connect
from m365audit.model.tenant import Auth, AuthKind

ROOT = "https://graph.microsoft.com/v1.0"

Build = Callable[[Graph], RequestInformation]


@pytest.mark.parametrize(
    ("build", "address"),
    [
        pytest.param(
            lambda g: g.request(g.sdk.users, select=["id", "mail"], top=999),
            "/users?$select=id,mail&$top=999",
            id="options keep their dollar sign",
        ),
        pytest.param(
            lambda g: g.request(g.sdk.sites.get_all_sites, select=("id",)),
            "/sites/getAllSites?$select=id",
            id="functions have no brackets",
        ),
        pytest.param(
            lambda g: g.request(g.sdk.directory.deleted_items.graph_user, top=999),
            "/directory/deletedItems/microsoft.graph.user?$top=999",
            id="type casts have their namespace",
        ),
        pytest.param(
            lambda g: g.request(g.sdk.drives.by_drive_id("b!x").root, "delta", select=["id"], top=999),
            "/drives/b!x/root/delta?$select=id&$top=999",
            id="segments the SDK lacks are added",
        ),
        pytest.param(
            lambda g: g.request(
                g.sdk.users.by_user_id("u").calendar_view,
                start_date_time="2026-10-22T00:00:00Z",
                end_date_time="2027-02-21T00:00:00Z",
                top=100,
            ),
            "/users/u/calendarView?endDateTime=2027-02-21T00:00:00Z&startDateTime=2026-10-22T00:00:00Z&$top=100",
            id="dates are written plainly",
        ),
        pytest.param(
            lambda g: g.request(
                g.sdk.users.by_user_id("u").online_meetings, filter="JoinWebUrl eq 'https%3A%2F%2Fteams.test%2Fa'"
            ),
            "/users/u/onlineMeetings?$filter=JoinWebUrl%20eq%20%27https%253A%252F%252Fteams.test%252Fa%27",
            id="what is encoded already is encoded again",
        ),
        pytest.param(
            lambda g: g.request(g.sdk.sites.by_site_id("host,1,2").drives),
            "/sites/host,1,2/drives",
            id="a site id keeps its commas",
        ),
        pytest.param(
            lambda g: g.request(g.sdk.users.by_user_id("a/../b?c")),
            "/users/a%2F..%2Fb%3Fc",
            id="an id cannot climb out of its place",
        ),
        pytest.param(
            lambda g: g.request(g.sdk.service_principals_with_app_id("00000003-0000"), "appRoleAssignedTo", top=999),
            "/servicePrincipals(appId='00000003-0000')/appRoleAssignedTo?$top=999",
            id="an alternate key keeps its brackets",
        ),
    ],
)
async def test_addresses(connected: Connected, build: Build, address: str) -> None:
    async with connected(Scripted()) as session:
        assert build(session.graph).url == ROOT + address


async def test_a_query_parameter_the_sdk_does_not_know_is_refused(connected: Connected) -> None:
    async with connected(Scripted()) as session:
        graph = session.graph
        with pytest.raises(TypeError):
            graph.request(graph.sdk.users, sellect=["id"])
        with pytest.raises(TypeError):
            graph.request(graph.sdk.drives.by_drive_id("b").root, "delta", token="x")


async def test_a_request_carries_who_we_are_and_what_the_caller_adds(connected: Connected) -> None:
    network = Scripted(httpx.Response(200, json={"id": "1"}))
    async with connected(network) as session:
        graph = session.graph
        await graph.get(graph.request(graph.sdk.organization, headers=UNKNOWN_MEMBERS))
    headers = network.requests[0].headers
    assert headers["authorization"] == "Bearer graph-token"
    assert headers["prefer"] == "include-unknown-enum-members"
    assert headers["user-agent"].startswith("NONISV|m365audit|m365audit/")
    assert headers["x-ms-throttle-priority"] == "Low"
    assert len(headers["client-request-id"]) == 36


@pytest.mark.parametrize(
    ("kind", "decorated"),
    [
        pytest.param(AuthKind.PARTNER, "ISV", id="one app of a provider's for many tenants is a vendor's"),
        pytest.param(AuthKind.CERTIFICATE, "NONISV", id="an app of the tenant's own is none"),
        pytest.param(AuthKind.TOKEN, "NONISV", id="nor is one whose token was handed in"),
    ],
)
async def test_traffic_is_decorated_as_sharepoint_asks(tokens: ReadyTokens, kind: AuthKind, decorated: str) -> None:
    network = Scripted(httpx.Response(200, json={"id": "1"}))
    outside = Outside(credentials=tokens, transport=httpx.MockTransport(network))
    async with connect(tenant_of(auth=Auth(kind=kind)), outside) as session:
        await session.graph.get(session.graph.request(session.graph.sdk.organization))
    assert network.requests[0].headers["user-agent"] == f"{decorated}|m365audit|m365audit/{__version__}"


async def test_a_builder_of_the_sdk_alone_will_do(connected: Connected) -> None:
    network = Scripted(httpx.Response(200, json={"value": []}))
    async with connected(network) as session:
        _ = [page async for page in session.graph.pages(session.graph.sdk.users.to_get_request_information())]
    assert network.addresses == [f"{ROOT}/users"]


async def test_every_view_counts_its_own_requests(connected: Connected) -> None:
    network = Scripted(*(httpx.Response(200, json={}) for _ in range(3)))
    async with connected(network) as session:
        one, other = session.graph.counted(), session.graph.counted()
        for graph in (one, one, other):
            await graph.get(graph.request(graph.sdk.organization))
        assert (one.requests, other.requests, session.graph.requests) == (2, 1, 3)
