"""Files fetched without a token, and only from where Microsoft keeps them."""

import httpx
import pytest

from m365audit.graph import Outside, ReadyTokens, Refused, connect
from m365audit.graph.downloads import MOST_BYTES
from m365audit.model.tenant import Auth, AuthKind, Endpoints, Tenant

GRAPH = "https://graph.microsoft.com"
PLACE = "https://reportsweu.office.com/data/download/abc"
CSV = "\ufeffUser Principal Name,Send Count\r\nann@x.test,3\r\n"


class Clock:
    def __init__(self) -> None:
        self.waited = 0.0

    def monotonic(self) -> float:
        return self.waited

    async def sleep(self, seconds: float) -> None:
        self.waited += seconds


class Network:
    """Graph, which points to ``place``, and whatever is there."""

    def __init__(self, place: str | None, *files: httpx.Response | Exception) -> None:
        self.place = place
        self.files = list(files)
        self.fetched: list[httpx.Request] = []
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.headers.get("authorization"):
            self.asked.append(request)
            headers = {} if self.place is None else {"Location": self.place}
            return httpx.Response(302, headers=headers)
        self.fetched.append(request)
        found = self.files.pop(0) if len(self.files) > 1 else self.files[0]
        if isinstance(found, Exception):
            raise found
        return found


async def download(network: Network, graph: str = GRAPH) -> str:
    (text,) = await downloads(network, graph)
    return text


async def downloads(network: Network, graph: str = GRAPH, *, reports: int = 1) -> list[str]:
    tenant = Tenant(
        slug="council",
        council="Council",
        tenant_id="11111111-2222-3333-4444-555555555555",
        policy="towcester",
        auth=Auth(kind=AuthKind.TOKEN),
        endpoints=Endpoints(graph=graph),
    )
    tokens = ReadyTokens({"M365AUDIT_GRAPH_TOKEN": "secret", "M365AUDIT_EXCHANGE_TOKEN": "secret"})
    outside = Outside(Clock(), tokens, transport=httpx.MockTransport(network))  # type: ignore[arg-type]
    async with connect(tenant, outside) as session:
        report = session.graph.sdk.reports.get_email_activity_user_detail_with_period("D90")
        return [await session.graph.download(session.graph.request(report)) for _ in range(reports)]


async def test_a_report_is_fetched_where_graph_points_to_and_without_a_token() -> None:
    network = Network(PLACE, httpx.Response(200, content=CSV.encode()))

    assert await download(network) == CSV.removeprefix("\ufeff")
    assert [str(request.url) for request in network.fetched] == [PLACE]
    assert not {"authorization", "cookie", "x-anchormailbox"} & set(network.fetched[0].headers)
    assert network.asked[0].url.path == "/v1.0/reports/getEmailActivityUserDetail(period='D90')"


@pytest.mark.parametrize("status", [200, 503], ids=["with a report", "with none"])
async def test_a_cookie_that_a_report_host_sets_keeps_no_later_report_away(status: int) -> None:
    cookies = [("Set-Cookie", "ARRAffinity=abc; Path=/; HttpOnly"), ("Set-Cookie", "a=b; Domain=office.com; Path=/")]
    sets = httpx.Response(status, text=CSV, headers=cookies)
    network = Network(PLACE, sets, httpx.Response(200, text=CSV))

    assert await downloads(network, reports=3) == [CSV.removeprefix("\ufeff")] * 3
    assert not any("cookie" in request.headers for request in network.fetched)


@pytest.mark.parametrize(
    "place",
    [
        pytest.param("https://reports.office.com.evil.test/data", id="a host that only begins like it"),
        pytest.param("https://evilreports.office.com/data", id="a host that only ends like it"),
        pytest.param("https://reports.office.com:8443/data", id="another port"),
        pytest.param("http://reports.office.com/data", id="no encryption"),
        pytest.param("https://user@reports.office.com/data", id="a name before the host"),
        pytest.param("https://graph.microsoft.com/v1.0/me", id="Graph itself"),
        pytest.param("http://127.0.0.1/data", id="this machine"),
        pytest.param("/v1.0/users", id="no address"),
        pytest.param("", id="nothing"),
    ],
)
async def test_nothing_is_fetched_from_anywhere_else(place: str) -> None:
    network = Network(place, httpx.Response(200, text=CSV))

    with pytest.raises(Refused):
        await download(network)

    assert network.fetched == []
    assert len(network.asked) == 1


async def test_a_redirect_without_a_place_is_refused() -> None:
    with pytest.raises(Refused):
        await download(Network(None, httpx.Response(200, text=CSV)))


@pytest.mark.parametrize(
    ("place", "is_fetched"),
    [
        pytest.param("http://127.0.0.1:8080/data/download/x", True, id="its own files"),
        pytest.param("http://127.0.0.1:9090/data/download/x", False, id="another server here"),
        pytest.param(PLACE, False, id="Microsoft's, where nothing of its would be"),
    ],
)
async def test_an_imitation_on_this_machine_hands_out_its_own_files(place: str, *, is_fetched: bool) -> None:
    network = Network(place, httpx.Response(200, text=CSV))

    if is_fetched:
        assert await download(network, "http://127.0.0.1:8080") == CSV.removeprefix("\ufeff")
    else:
        with pytest.raises(Refused):
            await download(network, "http://127.0.0.1:8080")
        assert network.fetched == []


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(httpx.Response(403), id="the address has run out"),
        pytest.param(httpx.Response(503), id="the place is not open"),
        pytest.param(httpx.ReadError("cut"), id="the connection is lost"),
        pytest.param(httpx.Response(200, content=b"\xff\xfe\xfa"), id="it is no text"),
        pytest.param(httpx.Response(302, headers={"Location": "https://evil.test/"}), id="it points on"),
    ],
)
async def test_a_report_that_does_not_come_whole_is_asked_for_anew(first: httpx.Response | Exception) -> None:
    network = Network(PLACE, first, httpx.Response(200, text=CSV))

    assert await download(network) == CSV.removeprefix("\ufeff")
    assert len(network.asked) == 2
    assert {request.url.host for request in network.fetched} == {"reportsweu.office.com"}


async def test_a_report_that_never_comes_is_refused_after_three_tries() -> None:
    network = Network(PLACE, httpx.Response(404))

    with pytest.raises(Refused):
        await download(network)

    assert len(network.fetched) == 3


async def test_a_file_without_end_is_no_report() -> None:
    network = Network(PLACE, httpx.Response(200, content=b"x" * (MOST_BYTES + 1)))

    with pytest.raises(Refused, match="longer than any report"):
        await download(network)


async def test_an_answer_that_points_nowhere_else_is_not_followed_by_anything_else() -> None:
    """Only a download takes a redirect for an answer."""
    network = Network(PLACE, httpx.Response(200, text=CSV))
    tenant = Tenant(
        slug="council",
        council="Council",
        tenant_id="11111111-2222-3333-4444-555555555555",
        policy="towcester",
        auth=Auth(kind=AuthKind.TOKEN),
        endpoints=Endpoints(graph=GRAPH),
    )
    tokens = ReadyTokens({"M365AUDIT_GRAPH_TOKEN": "secret", "M365AUDIT_EXCHANGE_TOKEN": "secret"})
    outside = Outside(Clock(), tokens, transport=httpx.MockTransport(network))  # type: ignore[arg-type]
    async with connect(tenant, outside) as session:
        with pytest.raises(Refused, match="not followed"):
            await session.graph.get(session.graph.request(session.graph.sdk.organization))
    assert network.fetched == []
