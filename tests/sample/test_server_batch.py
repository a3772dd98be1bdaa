"""Batches: one envelope, twenty answers, each its own."""

from typing import Any

import pytest
from hand_made import ANN, BOB, EVE, INFO, HandClock, crowd, small_tenant, wired

from m365audit.sample.service.manner import Manner


def get(key: str, url: str, **more: object) -> dict[str, Any]:
    return {"id": key, "method": "GET", "url": url, **more}


async def test_every_request_has_its_own_status_headers_and_body() -> None:
    async with wired() as wire:
        answers = await wire.batched(
            f"/users/{ANN}/mailboxSettings", f"/users/{BOB}/mailboxSettings", "/users?$top=1000", "/domains"
        )
        assert {key: one["status"] for key, one in answers.items()} == {"0": 200, "1": 404, "2": 400, "3": 200}
        assert answers["1"]["body"]["error"]["code"] == "MailboxNotEnabledForRESTAPI"
        assert answers["0"]["body"]["userPurpose"] == "user"
        assert answers["0"]["headers"]["content-type"].startswith("application/json")


async def test_answers_come_in_no_order_and_header_names_in_any_case() -> None:
    async with wired(manner=Manner(seed=1)) as wire:
        raw = (await wire.batch(*["/domains"] * 20)).json()["responses"]
        assert sorted(int(one["id"]) for one in raw) == list(range(20))
        assert [int(one["id"]) for one in raw] != list(range(20))
        assert {name for one in raw for name in one["headers"] if name.lower() == "content-type"} == {
            "Content-Type",
            "content-type",
        }


async def test_a_request_brings_its_own_headers() -> None:
    window = f"/users/{ANN}/calendarView?startDateTime=2026-07-01T00:00:00Z&endDateTime=2026-12-02T00:00:00Z"
    async with wired() as wire:
        zone = {"Prefer": 'outlook.timezone="Europe/Berlin"'}
        answers = await wire.batched(get("a", window, headers=zone), get("b", window))
        zones = {key: {e["start"]["timeZone"] for e in one["body"]["value"]} for key, one in answers.items()}
        assert zones == {"a": {"Europe/Berlin"}, "b": {"UTC"}}


async def test_a_next_link_in_a_batch_is_whole() -> None:
    async with wired() as wire:
        body = (await wire.batched("/users?$top=3"))["0"]["body"]
        assert body["@odata.nextLink"].startswith(f"{wire.service.url}/v1.0/users?")
        assert len((await wire.get(body["@odata.nextLink"])).json()["value"]) == 1
        inside = body["@odata.nextLink"].removeprefix(f"{wire.service.url}/v1.0")
        assert len((await wire.batched(inside))["0"]["body"]["value"]) == 1


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
async def test_what_is_no_read_is_refused_inside_and_kept(method: str) -> None:
    async with wired() as wire:
        answers = await wire.batched({"id": "1", "method": method, "url": "/users/x", "body": {}}, get("2", "/domains"))
        assert {key: one["status"] for key, one in answers.items()} == {"1": 405, "2": 200}
        assert [(line.method, line.path, line.batched) for line in wire.service.writes] == [
            (method, "/v1.0/users/x", True)
        ]


@pytest.mark.parametrize("url", ["/v1.0/users", "/beta/users", "/$batch"])
async def test_an_address_is_without_its_version(url: str) -> None:
    async with wired() as wire:
        assert (await wire.batched(get("1", url)))["1"]["status"] == 400


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param({}, id="no requests"),
        pytest.param({"requests": []}, id="none"),
        pytest.param({"requests": {}}, id="an object of requests"),
        pytest.param({"requests": [get(str(n), "/domains") for n in range(21)]}, id="twenty-one"),
        pytest.param({"requests": [get("a", "/domains"), get("A", "/domains")]}, id="an id twice but for its case"),
        pytest.param({"requests": [{"method": "GET", "url": "/domains"}]}, id="no id"),
        pytest.param({"requests": [{"id": 1, "method": "GET", "url": "/domains"}]}, id="a number for an id"),
        pytest.param({"requests": [{"id": "1", "url": "/domains"}]}, id="no method"),
        pytest.param({"requests": [get("1", "https://graph.microsoft.com/v1.0/domains")]}, id="a whole address"),
        pytest.param({"requests": [get("1", "domains")]}, id="no slash in front"),
        pytest.param({"requests": [get("1", "/domains", headers=["x"])]}, id="a list of headers"),
        pytest.param({"requests": [get("1", "/domains", priority=1)]}, id="a member nobody knows"),
        pytest.param(
            {"requests": [get("1", "/domains"), get("2", "/domains"), get("3", "/domains", dependsOn=["1"])]},
            id="neither parallel nor serial",
        ),
    ],
)
async def test_a_malformed_batch_is_refused_as_a_whole(payload: dict[str, Any]) -> None:
    async with wired() as wire:
        headers = {"Authorization": f"Bearer {wire.service.token(wire.tenant_id)}"}
        answer = await wire.http.post(f"{wire.service.url}/v1.0/$batch", json=payload, headers=headers)
        assert answer.status_code == 400
        assert answer.json()["error"]["code"]


async def test_a_batch_is_json() -> None:
    async with wired() as wire:
        url, bearer = (
            f"{wire.service.url}/v1.0/$batch",
            {"Authorization": f"Bearer {wire.service.token(wire.tenant_id)}"},
        )
        assert (
            await wire.http.post(url, content="{", headers=bearer | {"Content-Type": "application/json"})
        ).status_code == 400
        assert (
            await wire.http.post(url, content="{}", headers=bearer | {"Content-Type": "text/plain"})
        ).status_code == 415
        assert (await wire.http.post(url, json={})).status_code == 401


async def test_what_depends_on_a_failure_fails() -> None:
    async with wired() as wire:
        serial = await wire.batched(
            get("1", "/domains"), get("2", "/users/nobody", dependsOn=["1"]), get("3", "/domains", dependsOn=["2"])
        )
        assert {key: one["status"] for key, one in serial.items()} == {"1": 200, "2": 404, "3": 424}
        fan = await wire.batched(get("1", "/domains"), *(get(key, "/domains", dependsOn=["1"]) for key in ("2", "3")))
        assert {one["status"] for one in fan.values()} == {200}


async def test_requests_to_one_mailbox_are_throttled_inside_the_batch() -> None:
    async with wired() as wire:
        same = [f"/users/{ANN}/mailboxSettings"] * 6
        answers = await wire.batched(*same, f"/users/{INFO}/mailboxSettings")
        refused = [one for one in answers.values() if one["status"] == 429]
        assert len(refused) == 2
        assert answers["6"]["status"] == 200
        assert all(one["headers"]["retry-after"] == "1" for one in refused)


async def test_a_batch_saves_no_quota() -> None:
    async with wired(small_tenant(users=crowd(20)), clock=HandClock()) as wire:
        answers = await wire.batched(*(f"/users/{one['id']}/authentication/methods" for one in crowd(20)))
        statuses = sorted(one["status"] for one in answers.values())
        assert statuses == [200] * 5 + [429] * 15
        said = {one["headers"].get("retry-after") for one in answers.values() if one["status"] == 429}
        assert said == {"10", None}


async def test_without_limits_a_batch_is_let_through() -> None:
    async with wired(limits=False) as wire:
        answers = await wire.batched(*[f"/users/{EVE}/authentication/methods"] * 20)
        assert {one["status"] for one in answers.values()} == {200}
