"""Tokens are got, renewed and refused as each kind of sign-in has it, and never shown."""

import base64
import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
import requests
import responses
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from papers import PASSWORD, papers
from wire_fakes import TENANT_ID, tenant_of

from m365audit.graph import ReadyTokens, SignInFailed, WallClock, claims, credentials_for
from m365audit.graph.azure import AzureTokens
from m365audit.graph.said import Service
from m365audit.model.tenant import Auth, AuthKind, Endpoints, Tenant

LOGIN = "https://login.microsoftonline.com"
CLIENT = "66666666-7777-8888-9999-000000000000"
SECRET = "s3cret-of-the-app"


class Login:
    """The login service: gives numbered tokens, or an error."""

    def __init__(self, mock: responses.RequestsMock, login: str = LOGIN) -> None:
        self.forms: list[dict[str, str]] = []
        self.error: dict[str, str] | None = None
        self.expires_in = 3600
        root = f"{login}/{TENANT_ID}"
        discovery = {
            "token_endpoint": f"{root}/oauth2/v2.0/token",
            "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{root}/oauth2/v2.0/devicecode",
            "issuer": f"{root}/v2.0",
        }
        mock.get(f"{root}/v2.0/.well-known/openid-configuration", json=discovery)
        mock.get(f"{LOGIN}/common/discovery/instance", json={"tenant_discovery_endpoint": "x", "metadata": []})
        mock.add_callback(responses.POST, f"{root}/oauth2/v2.0/token", self._token)
        code = {"user_code": "ABC123", "device_code": "d", "verification_uri": "https://microsoft.com/devicelogin"}
        mock.post(f"{root}/oauth2/v2.0/devicecode", json={**code, "expires_in": 900, "interval": 0, "message": "m"})

    def _token(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        self.forms.append({name: values[0] for name, values in parse_qs(request.body).items()})
        if self.error:
            return 401, {}, json.dumps(self.error)
        token = {
            "token_type": "Bearer",
            "expires_in": self.expires_in,
            "scope": self.forms[-1].get("scope", "https://graph.microsoft.com/.default"),
            "access_token": f"token-{len(self.forms)}",
        }
        if self.forms[-1]["grant_type"] != "client_credentials":
            info = base64.urlsafe_b64encode(json.dumps({"uid": "u", "utid": TENANT_ID}).encode()).decode()
            person = {
                "sub": "u",
                "aud": CLIENT,
                "iss": "x",
                "oid": "u",
                "tid": TENANT_ID,
                "preferred_username": "c@x.test",
            }
            payload = (
                base64.urlsafe_b64encode(json.dumps({**person, "exp": 9e9, "iat": 0}).encode()).decode().rstrip("=")
            )
            token |= {"refresh_token": "refresh", "client_info": info, "id_token": f"e30.{payload}.x"}
        return 200, {}, json.dumps(token)


@pytest.fixture
def mock() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as started:
        yield started


@pytest.fixture
def login(mock: responses.RequestsMock) -> Login:
    return Login(mock)


def tokens(**auth: object) -> AzureTokens:
    made = credentials_for(tenant(**auth), WallClock(), prompt=auth.pop("prompt", None))
    assert isinstance(made, AzureTokens)
    return made


def tenant(**auth: object) -> Tenant:
    auth.pop("prompt", None)
    return tenant_of(auth=Auth(**{"kind": AuthKind.SECRET, "client_id": CLIENT, "secret": SECRET, **auth}))


async def test_each_service_has_a_token_of_its_own_got_once(login: Login) -> None:
    credentials = tokens()
    got = [await credentials.token(service) for service in (Service.GRAPH, Service.EXCHANGE, Service.GRAPH)]
    assert got == ["token-1", "token-2", "token-1"]
    assert [form["scope"] for form in login.forms] == [
        "https://graph.microsoft.com/.default",
        "https://outlook.office365.com/.default",
    ]
    assert login.forms[0]["client_secret"] == SECRET


async def test_a_token_about_to_expire_is_replaced(login: Login) -> None:
    login.expires_in = 200
    credentials = tokens()
    assert [await credentials.token(Service.GRAPH) for _ in range(2)] == ["token-1", "token-2"]


async def test_a_refused_token_is_renewed_once_however_many_ask(login: Login) -> None:
    credentials = tokens()
    refused = await credentials.token(Service.GRAPH)
    renewed = [await credentials.renew(Service.GRAPH, refused) for _ in range(3)]
    assert renewed == ["token-2"] * 3
    assert len(login.forms) == 2


@pytest.mark.parametrize("order", ["the leaf first", "the leaf last"])
async def test_a_certificate_signs_with_its_own_leaf_of_a_chain_with(login: Login, order: str) -> None:
    own = papers(begins=datetime.now(UTC) - timedelta(days=1), ends=datetime.now(UTC) + timedelta(days=300))
    chain = own.chain if order == "the leaf first" else own.chain[::-1]
    certificate = own.private(PASSWORD) + "".join(one.public_bytes(Encoding.PEM).decode() for one in chain)
    credentials = tokens(kind=AuthKind.CERTIFICATE, certificate=certificate, certificate_password=PASSWORD)
    assert await credentials.token(Service.GRAPH) == "token-1"
    assert login.forms[0]["client_assertion_type"].endswith("jwt-bearer")
    assert "client_secret" not in login.forms[0]
    head = json.loads(base64.urlsafe_b64decode(login.forms[0]["client_assertion"].partition(".")[0] + "=="))
    assert base64.urlsafe_b64decode(head["x5t"] + "==") == own.leaf.fingerprint(hashes.SHA1())  # noqa: S303 - a name
    assert credentials.notices(datetime.now(UTC)) == ()


async def test_a_certificate_near_its_end_is_spoken_of(login: Login) -> None:
    now = datetime.now(UTC)
    ending = papers(begins=now - timedelta(days=1), ends=now + timedelta(days=9, hours=1))
    credentials = tokens(kind=AuthKind.CERTIFICATE, certificate=ending.pem())
    await credentials.token(Service.GRAPH)
    (notice,) = credentials.notices(now)
    assert notice.startswith("Exampleton Town Council: the certificate ")
    assert "in 9 days" in notice
    assert login.forms


async def test_a_certificate_that_has_ended_is_not_even_shown(login: Login) -> None:
    now = datetime.now(UTC)
    ended = papers(begins=now - timedelta(days=9), ends=now - timedelta(days=1))
    with pytest.raises(SignInFailed, match="expired on"):
        await tokens(kind=AuthKind.CERTIFICATE, certificate=ended.pem()).token(Service.GRAPH)
    assert login.forms == []


async def test_a_device_code_is_shown_to_the_person_once(login: Login) -> None:
    shown: list[str] = []
    credentials = tokens(kind=AuthKind.DEVICE_CODE, prompt=shown.append)
    first = await credentials.token(Service.GRAPH)
    again = await credentials.renew(Service.GRAPH, first)
    assert shown == [
        (
            "To sign in to Exampleton Town Council, open https://microsoft.com/devicelogin in a browser "
            "and enter the code ABC123."
        )
    ]
    assert again != first
    assert [form["grant_type"] for form in login.forms] == [
        "urn:ietf:params:oauth:grant-type:device_code",
        "refresh_token",
    ]


async def test_another_login_service_is_asked_and_no_other(mock: responses.RequestsMock) -> None:
    elsewhere = Login(mock, "https://login.test")
    there = tenant().model_copy(update={"endpoints": Endpoints(login="https://login.test", graph="https://graph.test")})
    assert await credentials_for(there, WallClock()).token(Service.GRAPH) == "token-1"
    assert elsewhere.forms[0]["scope"] == "https://graph.test/.default"
    assert {httpx.URL(call.request.url or "").host for call in mock.calls} == {"login.test"}


@pytest.mark.parametrize(
    ("description", "words"),
    [
        pytest.param(
            "AADSTS7000215: Invalid client secret provided.", "the app's secret is wrong", id="a wrong secret"
        ),
        pytest.param("AADSTS7000222: The provided keys are expired.", "secret has expired", id="an expired secret"),
        pytest.param("AADSTS700016: Application not found.", "does not know this app", id="an unknown app"),
        pytest.param("AADSTS90002: Tenant not found.", "no such tenant", id="an unknown tenant"),
        pytest.param("AADSTS999999: Something new.", "AADSTS999999: Something new", id="anything else, as it was said"),
    ],
)
async def test_a_refused_sign_in_says_what_to_do(login: Login, description: str, words: str) -> None:
    login.error = {"error": "invalid_client", "error_description": description}
    with pytest.raises(SignInFailed, match=words) as failed:
        await tokens().token(Service.GRAPH)
    assert "Exampleton Town Council" in str(failed.value)
    assert SECRET not in str(failed.value)


@pytest.mark.parametrize(
    ("auth", "words"),
    [
        pytest.param({"secret": None}, "needs secret", id="no secret"),
        pytest.param({"client_id": None}, "needs client_id", id="no app"),
        pytest.param({"kind": AuthKind.CERTIFICATE}, "needs certificate", id="no certificate"),
        pytest.param(
            {"kind": AuthKind.CERTIFICATE, "certificate": "/nowhere/app.pem"},
            "certificate cannot be read",
            id="a certificate file that is not there",
        ),
        pytest.param(
            {"kind": AuthKind.CERTIFICATE, "certificate": "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----"},
            "certificate cannot be read",
            id="a certificate that is none",
        ),
    ],
)
async def test_settings_that_cannot_work_are_refused_in_one_sentence(auth: dict[str, Any], words: str) -> None:
    with pytest.raises(SignInFailed, match=words) as failed:
        await tokens(**auth).token(Service.GRAPH)
    assert "\n" not in str(failed.value)


async def test_a_login_service_out_of_reach_says_so(mock: responses.RequestsMock) -> None:
    mock.get(re.compile(r"https://login\.microsoftonline\.com/.*"), body=requests.ConnectionError("no route"))
    with pytest.raises(SignInFailed, match="could not be reached"):
        await tokens().token(Service.GRAPH)


async def test_secrets_are_in_no_log(login: Login, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        credentials = tokens()
        token = await credentials.token(Service.GRAPH)
    shown = caplog.text + repr(credentials) + repr(tenant())
    assert SECRET not in shown
    assert token not in shown
    assert login.forms


async def test_ready_made_tokens_come_from_the_environment() -> None:
    environ = {"M365AUDIT_GRAPH_TOKEN": " one \n"}
    ready = credentials_for(tenant_of(), WallClock(), environ=environ)
    assert isinstance(ready, ReadyTokens)
    assert await ready.token(Service.GRAPH) == "one"
    environ["M365AUDIT_GRAPH_TOKEN"] = "two"
    assert await ready.renew(Service.GRAPH, "one") == "two"
    with pytest.raises(SignInFailed, match="M365AUDIT_EXCHANGE_TOKEN"):
        await ready.token(Service.EXCHANGE)


def jwt(payload: object) -> str:
    return f"e30.{base64.urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip('=')}.signature"


@pytest.mark.parametrize(
    ("token", "said"),
    [
        pytest.param(jwt({"roles": ["User.Read.All"]}), {"roles": ["User.Read.All"]}, id="one that can be read"),
        pytest.param("opaque", {}, id="an opaque one"),
        pytest.param("a.b.c", {}, id="one that only looks readable"),
        pytest.param(jwt(["roles"]), {}, id="one that holds a list"),
        pytest.param("", {}, id="an empty one"),
    ],
)
def test_what_a_token_says_of_itself(token: str, said: dict[str, Any]) -> None:
    assert claims(token) == said
