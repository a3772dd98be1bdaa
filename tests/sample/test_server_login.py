"""The login service: secrets, certificates, device codes, and how it refuses."""

import base64
import json
from typing import Any

import httpx
import pytest
from hand_made import TENANT, HandClock, Wire, small_tenant, wired

from m365audit.sample.service.server import Service

GRAPH = "https://graph.microsoft.com/.default"
SECRET = {
    "grant_type": "client_credentials",
    "client_id": Service.client_id,
    "client_secret": Service.client_secret,
    "scope": GRAPH,
}
DEVICE = {"client_id": Service.client_id, "scope": "https://graph.microsoft.com/.default offline_access openid"}


async def post(wire: Wire, what: str, form: dict[str, str], tenant: str = TENANT) -> httpx.Response:
    return await wire.http.post(f"{wire.service.url}/{tenant}/oauth2/v2.0/{what}", data=form)


def assertion(wire: Wire, **changes: object) -> str:
    head = {"alg": "RS256", "typ": "JWT", "x5t": "abc"}
    claims = {
        "aud": f"{wire.service.url}/{TENANT}/oauth2/v2.0/token",
        "iss": Service.client_id,
        "sub": Service.client_id,
        "jti": "1",
        "exp": 4_000_000_000,
    }
    parts = (json.dumps(head | changes.pop("head", {})).encode(), json.dumps(claims | changes).encode(), b"signature")
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def certificate(wire: Wire, **changes: object) -> dict[str, str]:
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    form = {key: value for key, value in SECRET.items() if key != "client_secret"}
    return form | {"client_assertion_type": kind, "client_assertion": assertion(wire, **changes)}


@pytest.mark.parametrize("kind", ["secret", "certificate"])
@pytest.mark.parametrize("tenant", [TENANT, "exampleton.onmicrosoft.com"])
async def test_an_app_signs_in_and_its_token_works(kind: str, tenant: str) -> None:
    async with wired() as wire:
        form = SECRET if kind == "secret" else certificate(wire)
        body = (await post(wire, "token", form, tenant)).json()
        assert (body["token_type"], body["expires_in"]) == ("Bearer", 3600)
        headers = {"Authorization": f"Bearer {body['access_token']}"}
        assert (await wire.http.get(f"{wire.service.url}/v1.0/users", headers=headers)).status_code == 200


async def test_a_token_says_what_is_granted() -> None:
    async with wired() as wire:
        form = SECRET | {"scope": "https://outlook.office365.com/.default"}
        token = (await post(wire, "token", form)).json()["access_token"]
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        assert (claims["aud"], claims["tid"]) == ("https://outlook.office365.com", TENANT)
        assert claims["roles"] == ["Exchange.ManageAsApp"]
        assert claims["wids"] == ["f2ef992c-3afb-46b9-b7cf-a126ee74c451"]


@pytest.mark.parametrize(
    ("changes", "status", "error", "number"),
    [
        pytest.param({"client_id": "other"}, 400, "unauthorized_client", 700016, id="an app the tenant does not have"),
        pytest.param({"client_secret": "wrong"}, 401, "invalid_client", 7000215, id="a wrong secret"),
        pytest.param({"client_secret": ""}, 401, "invalid_client", 7000218, id="no secret"),
        pytest.param({"scope": ""}, 400, "invalid_request", 900144, id="no scope"),
        pytest.param(
            {"scope": "https://graph.microsoft.com/User.Read"}, 400, "invalid_scope", 1002012, id="a scope of people"
        ),
        pytest.param(
            {"scope": "https://elsewhere.test/.default"}, 400, "invalid_resource", 500011, id="another resource"
        ),
        pytest.param({"grant_type": "password"}, 400, "unsupported_grant_type", 70003, id="another grant"),
    ],
)
async def test_a_wrong_sign_in_is_refused(changes: dict[str, str], status: int, error: str, number: int) -> None:
    async with wired() as wire:
        form = {key: value for key, value in (SECRET | changes).items() if value}
        answer = await post(wire, "token", form)
        body = answer.json()
        assert (answer.status_code, body["error"], body["error_codes"]) == (status, error, [number])
        assert body["error_description"].startswith(f"AADSTS{number}: ")


@pytest.mark.parametrize(
    "changes",
    [{"aud": "https://elsewhere.test"}, {"iss": "other"}, {"jti": ""}, {"head": {"alg": "none"}}],
    ids=["for another place", "by another app", "without an id", "without a signature"],
)
async def test_an_assertion_of_another_shape_is_refused(changes: dict[str, Any]) -> None:
    async with wired() as wire:
        answer = await post(wire, "token", certificate(wire, **changes))
        assert (answer.status_code, answer.json()["error_codes"]) == (401, [700027])


async def test_a_tenant_that_does_not_exist() -> None:
    async with wired() as wire:
        assert (await post(wire, "token", SECRET, "nowhere.test")).json()["error_codes"] == [90002]


async def test_a_person_signs_in_with_a_code_on_the_second_look() -> None:
    async with wired() as wire:
        code = (await post(wire, "devicecode", DEVICE)).json()
        assert code["user_code"] in code["message"]
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
            "client_id": Service.client_id,
            "device_code": code["device_code"],
        }
        pending = await post(wire, "token", form)
        assert (pending.status_code, pending.json()["error"]) == (400, "authorization_pending")
        token = (await post(wire, "token", form)).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        assert (await wire.http.get(f"{wire.service.url}/v1.0/users", headers=headers)).status_code == 200
        # A person does not get at other people's mailboxes, whatever was consented to.
        other = f"{wire.service.url}/v1.0/users/ann@exampleton-tc.gov.uk/mailboxSettings"
        assert (await wire.http.get(other, headers=headers)).json()["error"]["code"] == "ErrorAccessDenied"
        assert (await post(wire, "token", form)).json()["error"] == "bad_verification_code"


@pytest.mark.parametrize(
    ("wait", "granted", "number"),
    [
        pytest.param(901, frozenset({"User.Read.All"}), 70020, id="too late"),
        pytest.param(5, frozenset(), 65001, id="nobody consented"),
    ],
)
async def test_a_code_may_come_to_nothing(wait: int, granted: frozenset[str], number: int) -> None:
    clock = HandClock()
    async with wired(small_tenant(granted=granted), clock=clock) as wire:
        code = (await post(wire, "devicecode", DEVICE)).json()["device_code"]
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
            "client_id": Service.client_id,
            "device_code": code,
        }
        await post(wire, "token", form)
        clock.at = wait
        assert (await post(wire, "token", form)).json()["error_codes"] == [number]


async def test_the_service_describes_itself() -> None:
    async with wired() as wire:
        address = f"{wire.service.url}/{TENANT}/v2.0/.well-known/openid-configuration"
        configuration = (await wire.http.get(address)).json()
        assert configuration["token_endpoint"] == f"{wire.service.url}/{TENANT}/oauth2/v2.0/token"
        found = (await wire.http.get(f"{wire.service.url}/common/discovery/instance?api-version=1.1")).json()
        assert found["metadata"][0]["aliases"] == [wire.service.url.removeprefix("http://")]
