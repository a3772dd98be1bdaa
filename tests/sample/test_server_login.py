"""The login service: secrets, certificates, device codes, and how it refuses."""

import base64
import hashlib
import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest
from hand_made import ANCHOR, ANN, TENANT, HandClock, Wire, small_tenant, wired

from m365audit.sample.service.server import Service
from m365audit.sample.tenant import Partner

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
        assert claims["oid"] == claims["sub"] == small_tenant().principal_of(SECRET["client_id"])
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


SCOPES = frozenset({
    "User.Read.All", "MailboxSettings.Read", "Calendars.Read", "Sites.Read.All", "OnlineMeetings.Read.All",
    "Exchange.Manage",
})  # fmt: skip
GDAP = Partner(scopes=SCOPES)
EXCHANGE = "https://outlook.office365.com/.default"
WITH_REFRESH = "offline_access openid profile"
UPN = "audit@provider.example"


def refresh(wire: Wire, **changes: str) -> dict[str, str]:
    form = {
        **SECRET,
        "grant_type": "refresh_token",
        "refresh_token": wire.service.refresh_token(),
        "scope": f"{GRAPH} {WITH_REFRESH}",
        **changes,
    }
    return {name: value for name, value in form.items() if value}


def read(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))


async def signed_in(wire: Wire, scope: str = GRAPH) -> str:
    body = (await post(wire, "token", refresh(wire, scope=f"{scope} {WITH_REFRESH}"))).json()
    return str(body["access_token"])


async def test_a_provider_gets_a_token_of_its_account_in_the_customers_tenant_and_a_newer_refresh_token() -> None:
    async with wired(small_tenant(partner=GDAP)) as wire:
        shown = refresh(wire)
        body = (await post(wire, "token", shown)).json()
        said = read(body["access_token"])
        assert (said["tid"], said["upn"], said["aud"]) == (TENANT, UPN, "https://graph.microsoft.com")
        assert set(said["scp"].split()) == SCOPES - {"Exchange.Manage"}
        assert said["wids"] == ["f2ef992c-3afb-46b9-b7cf-a126ee74c451"]
        assert "roles" not in said
        assert said["oid"]
        assert body["refresh_token"] != shown["refresh_token"]
        again = [
            await post(wire, "token", shown | {"refresh_token": one})
            for one in (body["refresh_token"], shown["refresh_token"])
        ]
        assert [answer.status_code for answer in again] == [200, 200]


async def test_no_newer_refresh_token_without_asking_for_one() -> None:
    async with wired(small_tenant(partner=GDAP)) as wire:
        body = (await post(wire, "token", refresh(wire, scope=GRAPH))).json()
        assert body.keys() & {"refresh_token", "id_token"} == set()


@pytest.mark.parametrize(
    ("partner", "changes", "status", "error", "number"),
    [
        pytest.param(GDAP, {"client_secret": ""}, 401, "invalid_client", 7000218, id="no secret"),
        pytest.param(GDAP, {"client_secret": "wrong"}, 401, "invalid_client", 7000215, id="a wrong secret"),
        pytest.param(GDAP, {"client_id": "other"}, 400, "unauthorized_client", 700016, id="another app"),
        pytest.param(GDAP, {"refresh_token": ""}, 400, "invalid_request", 900144, id="no refresh token"),
        pytest.param(GDAP, {"refresh_token": "1.made-up"}, 400, "invalid_grant", 9002313, id="a made-up one"),
        pytest.param(GDAP, {"scope": ""}, 400, "invalid_request", 900144, id="no scope"),
        pytest.param(GDAP, {"scope": f"{GRAPH} {EXCHANGE}"}, 400, "invalid_scope", 70011, id="two services at once"),
        pytest.param(GDAP, {"scope": "https://x.test/.default"}, 400, "invalid_resource", 500011, id="no such service"),
        pytest.param(None, {}, 400, "invalid_grant", 50020, id="no relationship"),
        pytest.param(Partner(), {}, 400, "invalid_grant", 90099, id="an app never authorised"),
        pytest.param(
            replace(GDAP, scopes=frozenset({"User.Read.All"})),
            {"scope": EXCHANGE},
            400,
            "invalid_grant",
            65001,
            id="a service never consented to",
        ),
        pytest.param(replace(GDAP, refusal=50076), {}, 400, "invalid_grant", 50076, id="two-step sign-in asked for"),
        pytest.param(replace(GDAP, refusal=50158), {}, 400, "interaction_required", 50158, id="an external check"),
    ],
)
async def test_a_provider_may_be_refused(
    partner: Partner | None, changes: dict[str, str], status: int, error: str, number: int
) -> None:
    async with wired(small_tenant(partner=partner)) as wire:
        answer = await post(wire, "token", refresh(wire, **changes))
        body = answer.json()
        assert (answer.status_code, body["error"], body["error_codes"]) == (status, error, [number])
        assert body["error_description"].startswith(f"AADSTS{number}: ")


async def test_a_refresh_token_expires_unused_and_can_be_revoked() -> None:
    clock = HandClock()
    async with wired(small_tenant(partner=GDAP), clock=clock) as wire:
        early, late = refresh(wire), wire.service.refresh_token(unused_days=90)
        assert (await post(wire, "token", refresh(wire, refresh_token=late))).json()["error_codes"] == [700082]
        wire.service.revoke_refresh_tokens()
        assert (await post(wire, "token", early)).json()["error_codes"] == [50173]
        clock.at += 1
        assert (await post(wire, "token", refresh(wire))).status_code == 200


async def test_an_account_reads_the_directory_and_nobody_elses_mailbox_meetings_or_sites() -> None:
    async with wired(small_tenant(partner=GDAP)) as wire:
        headers = {"Authorization": f"Bearer {await signed_in(wire)}"}

        async def asked(path: str) -> tuple[int, str]:
            answer = await wire.http.get(f"{wire.service.url}/v1.0{path}", headers=headers)
            return answer.status_code, answer.json().get("error", {}).get("code", "")

        window = "startDateTime=2026-11-01T00:00:00Z&endDateTime=2026-11-30T00:00:00Z"
        join = "$filter=JoinWebUrl%20eq%20'x'"
        assert await asked("/users") == (200, "")
        assert await asked("/sites/getAllSites") == (403, "accessDenied")
        assert await asked(f"/users/{ANN}/mailboxSettings") == (403, "ErrorAccessDenied")
        assert await asked(f"/users/{ANN}/mailFolders/inbox/messageRules") == (403, "ErrorAccessDenied")
        assert await asked(f"/users/{ANN}/calendarView?{window}") == (403, "ErrorAccessDenied")
        assert await asked(f"/users/{ANN}/onlineMeetings?{join}") == (403, "Forbidden")
        assert await asked("/directory/deletedItems/microsoft.graph.user") == (403, "Authorization_RequestDenied")


async def test_an_account_without_a_role_reads_nothing() -> None:
    async with wired(small_tenant(partner=replace(GDAP, roles=frozenset()))) as wire:
        headers = {"Authorization": f"Bearer {await signed_in(wire)}"}
        answer = await wire.http.get(f"{wire.service.url}/v1.0/users", headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "Authorization_RequestDenied")


@pytest.mark.parametrize(
    ("anchor", "partner", "status"),
    [
        pytest.param(f"UPN:{UPN}", GDAP, 200, id="its own mailbox"),
        pytest.param(ANCHOR, GDAP, 400, id="the organisation's mailbox, which is for apps"),
        pytest.param("UPN:ann@exampleton-tc.gov.uk", GDAP, 400, id="somebody else's mailbox"),
        pytest.param(f"UPN:{UPN}", replace(GDAP, roles=frozenset()), 403, id="no role"),
        pytest.param(
            f"UPN:{UPN}",
            replace(GDAP, scopes=frozenset({"Exchange.ManageAsApp"})),
            403,
            id="the permission that is for apps",
        ),
    ],
)
async def test_exchange_lets_an_account_in_by(anchor: str, partner: Partner, status: int) -> None:
    async with wired(small_tenant(partner=partner)) as wire:
        headers = {"Authorization": f"Bearer {await signed_in(wire, EXCHANGE)}", "X-AnchorMailbox": anchor}
        assert (await wire.invoke("Get-Mailbox", headers=headers)).status_code == status


VERIFIER = "v" * 43
BROWSER = {
    "client_id": Service.client_id,
    "response_type": "code",
    "redirect_uri": "http://localhost",
    "scope": f"{GRAPH} {WITH_REFRESH}",
    "state": "a state",
    "nonce": "a nonce",
    "code_challenge": base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("="),
    "code_challenge_method": "S256",
}


async def in_browser(wire: Wire, **changes: str) -> httpx.Response:
    query = urlencode({name: value for name, value in (BROWSER | changes).items() if value})
    return await wire.http.get(f"{wire.service.url}/organizations/oauth2/v2.0/authorize?{query}")


def code_form(code: str, **changes: str) -> dict[str, str]:
    form = {
        **SECRET,
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": "http://localhost",
        "code_verifier": VERIFIER,
        **changes,
    }
    return {name: value for name, value in form.items() if value}


async def test_an_account_signs_in_at_home_in_a_browser_once() -> None:
    async with wired(small_tenant(partner=GDAP)) as wire:
        ended = urlsplit((await in_browser(wire)).headers["location"])
        assert (ended.scheme, ended.netloc) == ("http", "localhost")
        back = dict(parse_qsl(ended.query))
        assert back["state"] == "a state"
        form = code_form(back["code"])
        body = (await post(wire, "token", form, "organizations")).json()
        assert read(body["id_token"])["nonce"] == "a nonce"
        assert (await post(wire, "token", form, "organizations")).json()["error_codes"] == [54005]
        taken = refresh(wire, refresh_token=body["refresh_token"])
        assert (await post(wire, "token", taken)).status_code == 200


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        pytest.param({"client_id": "other"}, 700016, id="another app"),
        pytest.param({"redirect_uri": "https://elsewhere.test"}, 50011, id="another place to end at"),
        pytest.param({"response_type": "token"}, 9002313, id="a token at once"),
        pytest.param({"code_challenge": ""}, 900144, id="no proof to come"),
    ],
)
async def test_a_browser_may_be_turned_away(changes: dict[str, str], number: int) -> None:
    async with wired(small_tenant(partner=GDAP)) as wire:
        assert (await in_browser(wire, **changes)).json()["error_codes"] == [number]


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        pytest.param({"client_secret": ""}, 7000218, id="no secret"),
        pytest.param({"code_verifier": "w" * 43}, 501481, id="another's proof"),
        pytest.param({"redirect_uri": "http://localhost:1"}, 50011, id="another place to end at"),
        pytest.param({"code": "0.made-up"}, 54005, id="a code that is none"),
        pytest.param({"grant_type": "client_credentials"}, 9001023, id="an app without a tenant"),
    ],
)
async def test_a_code_from_the_browser_may_be_worth_nothing(changes: dict[str, str], number: int) -> None:
    async with wired(small_tenant(partner=GDAP)) as wire:
        back = dict(parse_qsl(urlsplit((await in_browser(wire)).headers["location"]).query))
        answer = await post(wire, "token", code_form(**{"code": back["code"], **changes}), "organizations")
        assert answer.json()["error_codes"] == [number]
