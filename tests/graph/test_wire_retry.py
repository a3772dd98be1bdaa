"""What is worth asking again is asked again, for a bounded time, and tokens are renewed once."""

import base64
import logging
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest
from wire_fakes import START, Connected, Scripted, VirtualClock, refusal

from m365audit.graph import Graph, Refused, SignInFailed
from m365audit.graph.said import Service

OK = {"id": "1"}


def good() -> httpx.Response:
    return httpx.Response(200, json=OK)


async def ask(graph: Graph, **options: bool) -> dict[str, object]:
    return await graph.get(graph.request(graph.sdk.organization), **options)


@pytest.mark.parametrize(
    ("fault", "least_seconds", "most_seconds"),
    [
        pytest.param(refusal(429, "TooManyRequests", headers={"Retry-After": "7"}), 7, 7, id="429 with seconds"),
        pytest.param(
            refusal(
                429,
                "TooManyRequests",
                headers={"Retry-After": format_datetime(START + timedelta(seconds=30), usegmt=True)},
            ),
            30,
            30,
            id="429 with a date",
        ),
        pytest.param(refusal(429, "UnknownError"), 2, 2.5, id="429 without Retry-After"),
        pytest.param(refusal(503, "", headers={"Retry-After": "4"}), 4, 4, id="503 with Retry-After"),
        pytest.param(httpx.Response(502, text="<html>Bad gateway</html>"), 2, 2.5, id="502 from a gateway"),
        pytest.param(httpx.Response(504), 2, 2.5, id="504 without a body"),
        pytest.param(refusal(500, "InternalServerError"), 2, 2.5, id="500"),
        pytest.param(httpx.ConnectError("reset"), 0.5, 0.7, id="a connection refused"),
        pytest.param(httpx.ReadTimeout("slow"), 0.5, 0.7, id="an answer too slow"),
        pytest.param(httpx.RemoteProtocolError("peer closed"), 0.5, 0.7, id="a connection cut"),
        pytest.param(httpx.Response(200, content=b'{"id":'), 0.5, 0.7, id="a body cut off"),
        pytest.param(httpx.Response(200, text="<html>"), 0.5, 0.7, id="a page of HTML as success"),
        pytest.param(
            httpx.Response(200, json={"error": {"code": "TooManyRequests"}}), 2, 2.5, id="an error that says 200"
        ),
    ],
)
async def test_a_passing_fault_is_outlived(
    connected: Connected,
    clock: VirtualClock,
    fault: httpx.Response | Exception,
    least_seconds: float,
    most_seconds: float,
) -> None:
    network = Scripted(fault, good())
    async with connected(network) as session:
        assert await ask(session.graph) == OK
    assert len(network.requests) == 2
    assert least_seconds <= clock.elapsed <= most_seconds + 0.01


@pytest.mark.parametrize(
    ("fault", "sent", "kind"),
    [
        pytest.param(lambda: refusal(429, "TooManyRequests"), 10, "throttled", id="throttled for ever"),
        pytest.param(lambda: httpx.Response(503), 6, "error", id="down for ever"),
        pytest.param(lambda: refusal(500, "InternalServerError"), 3, "error", id="broken for ever"),
        pytest.param(lambda: httpx.ConnectError("no"), 6, "error", id="unreachable for ever"),
        pytest.param(lambda: httpx.Response(200, content=b"{"), 6, "error", id="cut off for ever"),
        pytest.param(
            lambda: refusal(429, "x", headers={"Retry-After": "86400"}), 1, "throttled", id="told to come back tomorrow"
        ),
        pytest.param(lambda: refusal(400, "BadRequest"), 1, "error", id="a bad request"),
        pytest.param(lambda: refusal(404, "NotFound"), 1, "error", id="a thing that is not there"),
        pytest.param(lambda: refusal(403, "Authorization_RequestDenied"), 1, "permission", id="no permission"),
        pytest.param(lambda: refusal(500, "DataInsightsRequestError"), 1, "unsupported", id="nothing for an app"),
    ],
)
async def test_a_lasting_fault_is_given_up(
    connected: Connected, fault: Callable[[], httpx.Response | Exception], sent: int, kind: str
) -> None:
    network = Scripted(*(fault() for _ in range(sent)))
    async with connected(network) as session:
        with pytest.raises(Refused) as refused:
            await ask(session.graph)
    assert len(network.requests) == sent
    assert refused.value.gap.kind == kind


async def test_a_service_that_is_down_is_not_waited_for_again_and_again(
    connected: Connected, clock: VirtualClock
) -> None:
    network = Scripted(*(httpx.Response(503) for _ in range(3 * 6 + 2)))
    async with connected(network) as session:
        for _ in range(4):
            with pytest.raises(Refused):
                await ask(session.graph)
            before, waited = len(network.requests), clock.elapsed
    assert before == 20
    assert waited < 300


PREMIUM = "Authentication_RequestFromNonPremiumTenantOrB2CTenant"


@pytest.mark.parametrize(
    ("premium", "sent"),
    [
        pytest.param(True, 3, id="a licensed tenant is asked three times"),
        pytest.param(False, 1, id="an unlicensed tenant is asked once"),
    ],
)
async def test_want_of_a_licence_is_doubted_only_where_there_is_one(
    connected: Connected, *, premium: bool, sent: int
) -> None:
    network = Scripted(*(refusal(403, PREMIUM) for _ in range(sent)))
    async with connected(network) as session:
        with pytest.raises(Refused) as refused:
            await ask(session.graph, premium=premium)
    assert (len(network.requests), refused.value.gap.kind) == (sent, "licence")


class Renewable:
    """Tokens that can be renewed, numbered."""

    def __init__(self) -> None:
        self.number = 0
        self.claims: list[str | None] = []

    async def token(self, service: Service) -> str:
        return f"{service}-{self.number}"

    async def renew(self, service: Service, refused: str, claims: str | None = None) -> str:
        if refused == f"{service}-{self.number}":
            self.number += 1
        self.claims.append(claims)
        return f"{service}-{self.number}"


async def test_a_401_renews_the_token_once(connected: Connected) -> None:
    tokens = Renewable()
    network = Scripted(refusal(401, "InvalidAuthenticationToken"), good())
    async with connected(network, credentials=tokens) as session:
        assert await ask(session.graph) == OK
    assert [request.headers["authorization"] for request in network.requests] == ["Bearer graph-0", "Bearer graph-1"]


async def test_a_second_401_is_a_refusal(connected: Connected) -> None:
    tokens = Renewable()
    network = Scripted(refusal(401, "InvalidAuthenticationToken"), refusal(401, "InvalidAuthenticationToken"))
    async with connected(network, credentials=tokens) as session:
        with pytest.raises(Refused):
            await ask(session.graph)
    assert tokens.number == 1


class Late(Renewable):
    """Tokens of which the first one handed out is an old one."""

    def __init__(self) -> None:
        super().__init__()
        self.handed = [1, 0]

    async def token(self, service: Service) -> str:
        return f"{service}-{self.handed.pop(0) if self.handed else self.number}"


@pytest.mark.parametrize(
    ("seconds", "sent"),
    [
        pytest.param(3_600, [1, 0, 1, 2], id="it has run out as well, and is renewed"),
        pytest.param(1, [1, 0, 1], id="it is new, and refused for good"),
    ],
)
async def test_a_second_401_of_a_token_that_another_request_had_renewed(
    connected: Connected, clock: VirtualClock, seconds: int, sent: list[int]
) -> None:
    unauthorised = refusal(401, "InvalidAuthenticationToken")
    network = Scripted(good(), unauthorised, unauthorised, good())
    tokens = Late()
    tokens.number = 1
    async with connected(network, credentials=tokens) as session:
        await ask(session.graph)
        await clock.sleep(seconds)
        with nullcontext() if len(sent) == 4 else pytest.raises(Refused):
            await ask(session.graph)
    assert [request.headers["authorization"] for request in network.requests] == [f"Bearer graph-{n}" for n in sent]


@pytest.mark.parametrize(
    ("tokens", "seconds_to_answer", "sent"),
    [
        pytest.param("the same", 0, 2, id="renewing brings the same token back"),
        pytest.param("another", 0, 2, id="the new token is refused as well"),
        pytest.param("another", 40, 2, id="the new token is refused as well, after long"),
    ],
)
async def test_a_401_that_stays_is_a_refusal_however_old_the_token_is(
    connected: Connected, clock: VirtualClock, tokens: str, seconds_to_answer: int, sent: int
) -> None:
    class Bringing(Renewable):
        async def renew(self, service: Service, refused: str, claims: str | None = None) -> str:
            return refused if tokens == "the same" else await super().renew(service, refused, claims)

    asked: list[httpx.Request] = []

    async def never(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        assert len(asked) < 20
        await clock.sleep(seconds_to_answer)
        return refusal(401, "InvalidAuthenticationToken") if len(asked) > 1 else good()

    async with connected(never, credentials=Bringing()) as session:
        await ask(session.graph)
        await clock.sleep(3_600)
        with pytest.raises(Refused):
            await ask(session.graph)
    assert len(asked) == 1 + sent


async def test_a_401_that_asks_for_more_passes_its_claims_on(connected: Connected) -> None:
    tokens = Renewable()
    wanted = '{"access_token":{"nbf":{"essential":true}}}'
    challenge = f'Bearer error="insufficient_claims", claims="{base64.b64encode(wanted.encode()).decode()}"'
    network = Scripted(httpx.Response(401, headers={"WWW-Authenticate": challenge}), good())
    async with connected(network, credentials=tokens) as session:
        await ask(session.graph)
    assert tokens.claims == [wanted]


async def test_a_redirect_is_not_followed(connected: Connected) -> None:
    network = Scripted(httpx.Response(302, headers={"Location": "https://evil.test/?token"}))
    async with connected(network) as session:
        with pytest.raises(Refused, match=r"evil\.test"):
            await ask(session.graph)
    assert len(network.requests) == 1


async def test_signing_in_asks_graph_at_once(connected: Connected) -> None:
    network = Scripted(*(refusal(401, "InvalidAuthenticationToken", "Access token has expired.") for _ in range(2)))
    async with connected(network) as session:
        with pytest.raises(SignInFailed, match="Access token has expired"):
            await session.sign_in()


async def test_signing_in_is_no_question_of_permissions(connected: Connected) -> None:
    async with connected(Scripted(refusal(403, "Authorization_RequestDenied"))) as session:
        await session.sign_in()


async def test_every_logged_failure_names_its_request_and_nobody(
    connected: Connected, caplog: pytest.LogCaptureFixture
) -> None:
    answer = refusal(403, "ErrorAccessDenied", "No access to clerk@exampleton.test", headers={"request-id": "r-1"})
    with caplog.at_level(logging.INFO):
        async with connected(Scripted(answer)) as session:
            graph = session.graph
            with pytest.raises(Refused):
                await graph.get(graph.request(graph.sdk.users.by_user_id("clerk@exampleton.test").mailbox_settings))
    [record] = [record for record in caplog.records if record.name == "m365audit.graph"]
    noted = vars(record)
    assert noted["request_id"] == "r-1"
    assert len(noted["client_request_id"]) == 36
    everything = " ".join(str(value) for record in caplog.records for value in vars(record).values())
    assert "clerk@exampleton.test" not in everything
    assert "graph-token" not in everything
