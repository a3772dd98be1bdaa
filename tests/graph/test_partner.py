"""A provider signs in to its customers with its own app and a refresh token, which is renewed, kept and never shown."""

import base64
import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import responses
from papers import NOW, papers
from partner_login import (
    CLIENT,
    LOGIN,
    SECRET,
    SEED,
    ProviderLogin,
    answer,
    customer,
    environment,
    partner,
)
from wire_fakes import TENANT_ID, VirtualClock

from m365audit.graph import SignInFailed, credentials_for
from m365audit.graph.partner import PartnerTokens
from m365audit.graph.said import Service
from m365audit.model.tenant import Endpoints

GRAPH, EXCHANGE = Service.GRAPH, Service.EXCHANGE


@pytest.fixture
def mock() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as started:
        yield started


@pytest.fixture
def login(mock: responses.RequestsMock) -> ProviderLogin:
    return ProviderLogin(mock)


async def test_the_refresh_token_is_redeemed_in_the_customers_tenant_for_each_service(
    login: ProviderLogin, tmp_path: Path, mock: responses.RequestsMock
) -> None:
    tokens = partner(customer(tmp_path))
    assert [await tokens.token(GRAPH), await tokens.token(EXCHANGE)] == ["access-1", "access-2"]
    first, second = login.forms
    assert (first["grant_type"], first["client_id"], first["client_secret"]) == ("refresh_token", CLIENT, SECRET)
    assert first["scope"].split()[0] == "https://graph.microsoft.com/.default"
    assert second["scope"].split()[0] == "https://outlook.office365.com/.default"
    assert {"offline_access", "openid"} <= set(first["scope"].split())
    assert {urlsplit(call.request.url).path.split("/")[1] for call in mock.calls} == {TENANT_ID}


@pytest.mark.usefixtures("login")
async def test_a_token_is_asked_for_once_and_renewed_before_it_ends(tmp_path: Path) -> None:
    clock = VirtualClock()
    tokens = PartnerTokens(customer(tmp_path), clock, environment())
    assert [await tokens.token(GRAPH) for _ in range(2)] == ["access-1", "access-1"]
    clock.elapsed += 3600 - 299
    assert await tokens.token(GRAPH) == "access-2"


async def test_a_refused_token_is_renewed_once_with_the_claims_that_were_asked_for(
    login: ProviderLogin, tmp_path: Path
) -> None:
    tokens = partner(customer(tmp_path))
    refused = await tokens.token(GRAPH)
    assert [await tokens.renew(GRAPH, refused, '{"access_token":{}}') for _ in range(2)] == ["access-2"] * 2
    assert login.forms[1]["claims"] == '{"access_token":{}}'


async def test_a_certificate_signs_for_the_app(login: ProviderLogin, tmp_path: Path) -> None:
    own = papers()
    tokens = partner(customer(tmp_path, secret=None, certificate=own.pem()))
    await tokens.token(GRAPH)
    head, claims, _ = login.forms[0]["client_assertion"].split(".")
    read = [json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in (head, claims)]
    assert read[1]["aud"] == f"{LOGIN}/{TENANT_ID}/oauth2/v2.0/token"
    thumbprint = base64.urlsafe_b64decode(read[0]["x5t"] + "==").hex().upper()
    assert thumbprint in str(tokens._certificate)  # noqa: SLF001
    assert "client_secret" not in login.forms[0]


async def test_a_certificate_near_its_end_is_spoken_of_once_it_has_been_used(
    login: ProviderLogin, tmp_path: Path
) -> None:
    ending = papers(ends=NOW + timedelta(days=12, hours=1))
    tokens = partner(customer(tmp_path, secret=None, certificate=ending.pem()))
    assert tokens.notices(NOW) == ()
    await tokens.token(GRAPH)
    (notice,) = tokens.notices(NOW)
    assert notice.startswith("Exampleton Town Council: the certificate ")
    assert "in 12 days, on 3 December 2026" in notice
    assert login.forms


async def test_a_certificate_that_has_ended_is_not_even_shown(login: ProviderLogin, tmp_path: Path) -> None:
    tokens = partner(customer(tmp_path, secret=None, certificate=papers(ends=NOW - timedelta(days=3)).pem()))
    with pytest.raises(SignInFailed, match="expired on 18 November 2026"):
        await tokens.token(GRAPH)
    assert login.forms == []


async def test_the_newer_refresh_token_is_used_from_then_on_by_whoever_comes_next(
    login: ProviderLogin, tmp_path: Path
) -> None:
    await partner(customer(tmp_path)).token(GRAPH)
    await partner(customer(tmp_path)).token(EXCHANGE)
    await partner(customer(tmp_path), environment(seed=None)).token(GRAPH)
    assert login.shown == [SEED, "1.newer-1", "1.newer-2"]


async def test_one_kept_sign_in_serves_all_customers_of_the_app(
    login: ProviderLogin, tmp_path: Path, mock: responses.RequestsMock
) -> None:
    other = "22222222-2222-3333-4444-555555555555"
    elsewhere = ProviderLogin(mock, tenant=other)
    elsewhere.good = login.good
    await partner(customer(tmp_path)).token(GRAPH)
    await partner(customer(tmp_path).model_copy(update={"tenant_id": other}), environment(seed=None)).token(GRAPH)
    assert elsewhere.shown == ["1.newer-1"]


async def test_a_new_sign_in_from_outside_goes_before_the_kept_one(login: ProviderLogin, tmp_path: Path) -> None:
    await partner(customer(tmp_path)).token(GRAPH)
    login.good.add("1.brought-anew")
    await partner(customer(tmp_path), environment("1.brought-anew")).token(GRAPH)
    await partner(customer(tmp_path), environment(SEED)).token(GRAPH)
    assert login.shown == [SEED, "1.brought-anew", "1.newer-2"]


async def test_one_from_outside_that_is_stale_gives_way_to_the_kept_one_and_is_not_tried_again(
    login: ProviderLogin, tmp_path: Path
) -> None:
    await partner(customer(tmp_path)).token(GRAPH)
    for _ in range(2):
        await partner(customer(tmp_path), environment("1.long-gone")).token(GRAPH)
    assert login.shown == [SEED, "1.long-gone", "1.newer-1", "1.newer-2"]


async def test_a_refusal_by_one_council_costs_the_others_nothing(login: ProviderLogin, tmp_path: Path) -> None:
    await partner(customer(tmp_path)).token(GRAPH)
    login.refusal = answer(50076, "you must use multi-factor authentication")
    with pytest.raises(SignInFailed, match="two-step sign-in"):
        await partner(customer(tmp_path)).token(GRAPH)
    login.refusal = None
    assert await partner(customer(tmp_path)).token(GRAPH) == "access-2"


@pytest.mark.usefixtures("login")
async def test_where_no_newer_one_is_given_the_old_one_is_kept(mock: responses.RequestsMock, tmp_path: Path) -> None:
    address = f"{LOGIN}/{TENANT_ID}/oauth2/v2.0/token"
    mock.replace(responses.POST, address, json={"token_type": "Bearer", "expires_in": 3600, "access_token": "a"})
    assert await partner(customer(tmp_path)).token(GRAPH) == "a"
    mock.remove(responses.POST, address)
    again = ProviderLogin(mock)
    await partner(customer(tmp_path), environment(seed=None)).token(GRAPH)
    assert again.shown == [SEED]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        pytest.param(50020, "does not let the provider's account in", id="no relationship, or it has ended"),
        pytest.param(90072, "does not let the provider's account in", id="an account unknown to the tenant"),
        pytest.param(50034, "renew the relationship with the role Global Reader", id="an account not in the tenant"),
        pytest.param(90099, "has not authorised the provider's app", id="an app never authorised"),
        pytest.param(65001, "has not consented to the provider's app", id="an app without consent"),
        pytest.param(700016, "does not know the provider's app", id="an app never seen"),
        pytest.param(650051, "half set up", id="an app half set up"),
        pytest.param(650052, "lacks the service", id="a service never bought"),
        pytest.param(500011, "does not know the service", id="a service without a principal"),
        pytest.param(50076, "two-step sign-in", id="two-step sign-in asked for"),
        pytest.param(50079, "registered none", id="two-step sign-in not registered"),
        pytest.param(50158, "further check", id="an external check"),
        pytest.param(53000, "compliant device", id="a device policy"),
        pytest.param(53003, "Conditional Access policy keeps", id="a policy that blocks"),
        pytest.param(530034, "as suspicious", id="a suspicious provider"),
        pytest.param(50057, "account is disabled", id="a disabled account"),
        pytest.param(7000112, "app is switched off", id="a disabled app"),
        pytest.param(7000215, "secret is wrong", id="a wrong secret"),
        pytest.param(7000222, "secret has expired", id="an old secret"),
        pytest.param(700027, "does not know this certificate", id="another certificate"),
        pytest.param(700025, "registered as a public one", id="a public app"),
        pytest.param(700082, "not used for too long", id="a sign-in unused for 90 days"),
        pytest.param(700084, "web page and lasts a day", id="a sign-in of a single page"),
        pytest.param(
            50173,
            "was revoked, as a new password does (AADSTS50173); sign in again: run m365audit doctor exampleton",
            id="a revoked sign-in",
        ),
        pytest.param(70043, "as old as the provider's", id="a sign-in older than is let in"),
        pytest.param(70008, "has expired", id="an expired sign-in"),
        pytest.param(999999, "AADSTS999999: words about a password", id="anything else, as it was said"),
    ],
)
async def test_a_refusal_says_what_has_happened_and_what_to_do(
    login: ProviderLogin, tmp_path: Path, number: int, words: str
) -> None:
    login.refusal = answer(number, "words about a password and a certificate")
    with pytest.raises(SignInFailed) as failed:
        await partner(customer(tmp_path)).token(GRAPH)
    sentence = str(failed.value)
    assert words in sentence
    assert f"AADSTS{number}" in sentence
    assert "Exampleton Town Council" in sentence
    assert "\n" not in sentence
    assert SEED not in sentence
    assert SECRET not in sentence


async def test_a_person_wanted_without_a_number_is_said_too(login: ProviderLogin, tmp_path: Path) -> None:
    login.refusal = {"error": "interaction_required", "error_description": "sign in"}
    with pytest.raises(SignInFailed, match="a person must sign in"):
        await partner(customer(tmp_path)).token(GRAPH)


async def test_a_passing_fault_of_the_login_service_is_waited_out(login: ProviderLogin, tmp_path: Path) -> None:
    login.status = [503, 502]
    assert await partner(customer(tmp_path)).token(GRAPH) == "access-1"
    assert len(login.forms) == 3


async def test_a_lasting_fault_of_the_login_service_loses_nothing(login: ProviderLogin, tmp_path: Path) -> None:
    await partner(customer(tmp_path)).token(GRAPH)
    login.status = [503] * 3
    with pytest.raises(SignInFailed, match="could not be reached"):
        await partner(customer(tmp_path)).token(GRAPH)
    assert await partner(customer(tmp_path), environment(seed=None)).token(GRAPH) == "access-2"
    assert login.shown[-1] == "1.newer-1"


async def test_a_login_service_out_of_reach_says_so(mock: responses.RequestsMock, tmp_path: Path) -> None:
    address = f"{LOGIN}/{TENANT_ID}/v2.0/.well-known/openid-configuration"
    mock.get(address, body=requests.ConnectionError("no route"))
    with pytest.raises(SignInFailed, match=r"login\.microsoftonline\.com could not be reached"):
        await partner(customer(tmp_path)).token(GRAPH)


async def test_a_tenant_there_is_not(mock: responses.RequestsMock, tmp_path: Path) -> None:
    address = f"{LOGIN}/{TENANT_ID}/v2.0/.well-known/openid-configuration"
    mock.get(address, status=400, json=answer(90002, "Tenant not found."))
    with pytest.raises(SignInFailed, match="no such tenant"):
        await partner(customer(tmp_path)).token(GRAPH)


async def test_another_cloud_is_asked_and_no_other(mock: responses.RequestsMock, tmp_path: Path) -> None:
    there = ProviderLogin(mock, "https://login.microsoftonline.us")
    endpoints = Endpoints(
        graph="https://graph.microsoft.us/",
        exchange="https://outlook.office365.us",
        login="https://login.microsoftonline.us/",
    )
    tokens = partner(customer(tmp_path).model_copy(update={"endpoints": endpoints}))
    await tokens.token(GRAPH)
    await tokens.token(EXCHANGE)
    assert [form["scope"].split()[0] for form in there.forms] == [
        "https://graph.microsoft.us/.default",
        "https://outlook.office365.us/.default",
    ]
    assert {urlsplit(call.request.url).hostname for call in mock.calls} == {"login.microsoftonline.us"}


async def test_without_any_sign_in_it_says_how_to_begin(login: ProviderLogin, tmp_path: Path) -> None:
    with pytest.raises(SignInFailed, match="run m365audit doctor exampleton at a terminal") as failed:
        await partner(customer(tmp_path), environment(seed=None)).token(GRAPH)
    assert "M365AUDIT_PARTNER_REFRESH_TOKEN" in str(failed.value)
    assert login.forms == []


def test_the_tenant_file_chooses_the_provider(tmp_path: Path) -> None:
    assert isinstance(credentials_for(customer(tmp_path), VirtualClock(), environ=environment()), PartnerTokens)


@pytest.mark.parametrize("part", ["client_id", "secret"])
async def test_what_is_missing_is_named(tmp_path: Path, login: ProviderLogin, part: str) -> None:
    with pytest.raises(SignInFailed, match=f"needs {part}"):
        await partner(customer(tmp_path, **{part: None})).token(GRAPH)
    assert login.forms == []


async def test_nothing_secret_is_in_a_log(
    login: ProviderLogin, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        tokens = partner(customer(tmp_path))
        access = await tokens.token(GRAPH)
    shown = caplog.text + repr(tokens) + repr(customer(tmp_path)) + repr(tokens._known)  # noqa: SLF001
    assert all(secret not in shown for secret in (SEED, "1.newer-1", SECRET, access))
    assert login.forms


class Person:
    """Somebody at the terminal: opens the address, signs in, and pastes where the browser ends."""

    def __init__(self, mock: responses.RequestsMock, login: ProviderLogin) -> None:
        self.asked: list[str] = []
        self.answer = {"code": "0.code"}
        self._login = login
        self._nonce = ""
        root = f"{LOGIN}/organizations"
        discovery = {
            "token_endpoint": f"{root}/oauth2/v2.0/token",
            "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
            "issuer": f"{root}/v2.0",
        }
        mock.get(f"{root}/v2.0/.well-known/openid-configuration", json=discovery)
        mock.add_callback(responses.POST, f"{root}/oauth2/v2.0/token", self._token)
        self.forms: list[dict[str, str]] = []

    def __call__(self, text: str) -> str:
        self.asked.append(text)
        address = next(word for word in text.split() if word.startswith(LOGIN))
        self.query = dict(parse_qsl(urlsplit(address).query))
        back = {"state": self.query["state"], **self.answer}
        return "http://localhost/?" + "&".join(f"{name}={value}" for name, value in back.items()) + "\n"

    def _token(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        self.forms.append(dict(parse_qsl(str(request.body))))
        claims = {"sub": "u", "aud": CLIENT, "iss": "x", "exp": 9e9, "iat": 0, "nonce": self.query["nonce"]}
        payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
        self._login.good.add("1.of-a-person")
        body = {
            "token_type": "Bearer",
            "expires_in": 3600,
            "access_token": "at-home",
            "refresh_token": "1.of-a-person",
            "id_token": f"e30.{payload}.x",
            "scope": "x",
        }
        return 200, {}, json.dumps(body)


async def test_the_account_signs_in_once_at_a_terminal(
    mock: responses.RequestsMock, login: ProviderLogin, tmp_path: Path
) -> None:
    person = Person(mock, login)
    tokens = partner(customer(tmp_path), environment(seed=None), person)
    assert [await tokens.token(GRAPH), await tokens.token(EXCHANGE)] == ["access-1", "access-2"]
    assert len(person.asked) == 1
    assert "two-step sign-in" in person.asked[0]
    assert (person.query["redirect_uri"], person.query["code_challenge_method"]) == ("http://localhost", "S256")
    assert person.forms[0]["client_secret"] == SECRET
    assert login.shown == ["1.of-a-person", "1.newer-1"]


async def test_a_sign_in_that_has_gone_stale_is_offered_anew(
    mock: responses.RequestsMock, login: ProviderLogin, tmp_path: Path
) -> None:
    await partner(customer(tmp_path)).token(GRAPH)
    login.good.clear()
    person = Person(mock, login)
    assert await partner(customer(tmp_path), ask=person).token(GRAPH) == "access-2"
    assert len(person.asked) == 1


async def test_nobody_is_asked_when_a_council_refuses(
    mock: responses.RequestsMock, login: ProviderLogin, tmp_path: Path
) -> None:
    person = Person(mock, login)
    login.refusal = answer(50020)
    with pytest.raises(SignInFailed, match="relationship"):
        await partner(customer(tmp_path), ask=person).token(GRAPH)
    assert person.asked == []


@pytest.mark.parametrize(
    ("answered", "words"),
    [
        pytest.param(
            {"code": "0.code", "state": "another"},
            "not the address the browser ended at",
            id="the answer to another question",
        ),
        pytest.param({"error": "access_denied", "error_description": "AADSTS65004: declined"}, "65004", id="no"),
    ],
)
async def test_a_person_may_answer_wrongly(
    mock: responses.RequestsMock, login: ProviderLogin, tmp_path: Path, answered: dict[str, str], words: str
) -> None:
    person = Person(mock, login)
    person.answer = answered
    with pytest.raises(SignInFailed, match=words):
        await partner(customer(tmp_path), environment(seed=None), person).token(GRAPH)
    assert login.forms == []


async def test_a_person_may_paste_nothing(mock: responses.RequestsMock, login: ProviderLogin, tmp_path: Path) -> None:
    Person(mock, login)
    with pytest.raises(SignInFailed, match="not the address"):
        await partner(customer(tmp_path), environment(seed=None), lambda _: "\n").token(GRAPH)
