"""Tokens, envelopes, methods and the log: what every answer of the imitation has in common."""

import httpx
import pytest
from hand_made import TENANT, HandClock, crowd, small_tenant, wired

from m365audit.sample.service.manner import Fault
from m365audit.sample.service.server import running


async def test_an_answer_has_the_correlation_headers_and_a_refusal_the_envelope() -> None:
    async with wired() as wire:
        answer = await wire.get("/users/nobody", {"client-request-id": "my-own-id"})
        error = answer.json()["error"]
        assert error["code"] == "Request_ResourceNotFound"
        assert set(error["innerError"]) == {"date", "request-id", "client-request-id"}
        assert answer.headers["client-request-id"] == error["innerError"]["client-request-id"] == "my-own-id"
        assert answer.headers["request-id"] == error["innerError"]["request-id"]
        assert answer.headers["x-ms-ags-diagnostic"].startswith("{")
        assert "Date" in answer.headers


@pytest.mark.parametrize("kind", ["no token", "a token for Exchange", "an expired token", "a forged token", "no JWT"])
async def test_graph_opens_to_nothing_but_a_valid_token_of_its_own(kind: str) -> None:
    async with wired() as wire:
        good = wire.service.token(TENANT)
        headers = {
            "no token": {},
            "a token for Exchange": {"Authorization": f"Bearer {wire.service.token(TENANT, 'exchange')}"},
            "an expired token": {"Authorization": f"Bearer {wire.service.token(TENANT, seconds=-1)}"},
            "a forged token": {"Authorization": f"Bearer {good[:-6]}AAAAAA"},
            "no JWT": {"Authorization": "Bearer rubbish"},
        }[kind]
        assert (
            await wire.http.get(f"{wire.service.url}/v1.0/users", headers={"Authorization": f"Bearer {good}"})
        ).is_success
        answer = await wire.http.get(f"{wire.service.url}/v1.0/users", headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_a_token_runs_out_by_the_clock_of_the_service() -> None:
    clock = HandClock()
    async with wired(clock=clock) as wire:
        headers = {"Authorization": f"Bearer {wire.service.token(TENANT, seconds=60)}"}
        assert (await wire.http.get(f"{wire.service.url}/v1.0/users", headers=headers)).status_code == 200
        clock.at = 61
        assert (await wire.http.get(f"{wire.service.url}/v1.0/users", headers=headers)).status_code == 401


async def test_the_token_says_which_tenant_is_asked() -> None:
    other = small_tenant(tenant_id="99999999-2222-3333-4444-555555555555", users=crowd(2))
    async with wired(small_tenant(), other) as wire:
        assert len(await wire.value("/users")) == 4
        wire.tenant_id = other.tenant_id
        assert len(await wire.value("/users")) == 2


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/beta/users", 404, id="beta is not served"),
        pytest.param("/v1.0/nonsense", 400, id="a segment that leads nowhere"),
        pytest.param("/v1.0/users/x/authentication/methods/$count", 400, id="methods cannot be counted"),
        pytest.param("/v1.0/Users", 400, id="segments are spelled exactly"),
    ],
)
async def test_an_unknown_address_is_refused(path: str, status: int) -> None:
    async with wired() as wire:
        answer = await wire.get(f"{wire.service.url}{path}")
        assert answer.status_code == status
        assert answer.json()["error"]["code"]


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
async def test_whatever_is_no_read_is_refused_and_kept(method: str) -> None:
    async with wired() as wire:
        url = f"{wire.service.url}/v1.0/users/x"
        headers = {"Authorization": f"Bearer {wire.service.token(TENANT)}"}
        answer = await wire.http.request(method, url, headers=headers, json={})
        assert answer.status_code == 405
        assert [(line.method, line.path, line.status) for line in wire.service.writes] == [
            (method, "/v1.0/users/x", 405)
        ]


async def test_the_log_keeps_every_request_and_calls_no_read_a_write() -> None:
    async with wired() as wire:
        await wire.get("/users?$top=2")
        await wire.batch("/domains")
        await wire.invoke("Get-Mailbox")
        lines = [
            (line.service, line.method, line.path.rpartition("/")[2], line.status) for line in wire.service.requests
        ]
        assert lines == [
            ("graph", "GET", "users", 200),
            ("graph", "GET", "domains", 200),
            ("graph", "POST", "$batch", 200),
            ("exchange", "POST", "InvokeCommand", 200),
        ]
        assert wire.service.requests[0].query == "$top=2"
        assert {line.tenant for line in wire.service.requests} == {TENANT}
        assert [line.batched for line in wire.service.requests] == [False, True, False, False]
        assert wire.service.writes == []


async def test_a_planted_fault_strikes_as_often_as_told() -> None:
    async with wired() as wire:
        wire.service.fail(Fault("/v1.0/do*", status=503, headers={"Retry-After": "3"}, times=1))
        broken = await wire.get("/domains")
        assert (broken.status_code, broken.headers["Retry-After"]) == (503, "3")
        assert (await wire.get("/domains")).status_code == 200


@pytest.mark.parametrize("how", ["cut", "hang-up"])
async def test_a_connection_can_be_made_to_break(how: str) -> None:
    async with wired() as wire:
        wire.service.fail(Fault("/v1.0/users", break_off=how, times=1))
        with pytest.raises(httpx.RemoteProtocolError):
            await wire.get("/users")
        assert (await wire.get("/users")).status_code == 200


def test_it_runs_in_a_thread_and_stops_with_its_block() -> None:
    with running([small_tenant()]) as service:
        headers = {"Authorization": f"Bearer {service.token(TENANT)}"}
        assert len(httpx.get(f"{service.url}/v1.0/users", headers=headers, trust_env=False).json()["value"]) == 4
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{service.url}/v1.0/users", trust_env=False)


def test_a_port_that_is_taken_is_said_to_be() -> None:
    with running([small_tenant()]) as first:
        port = int(first.url.rpartition(":")[2])
        with pytest.raises(OSError, match=str(port)), running([small_tenant()], port=port):
            pass


def test_it_serves_no_property_microsoft_does_not_have() -> None:
    tenant = small_tenant(users=[{"id": "x", "favouriteColour": "blue"}])
    with pytest.raises(ValueError, match="favouriteColour"), running([tenant]):
        pass


async def test_a_changed_tenant_is_served_once_it_has_been_said() -> None:
    tenant = small_tenant()
    async with wired(tenant) as wire:
        assert len(await wire.value("/users")) == 4
        tenant.users.pop()
        wire.service.changed(tenant)
        assert len(await wire.value("/users")) == 3
