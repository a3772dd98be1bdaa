"""The imitation of Microsoft's login service: apps with a secret or a certificate, people with a code."""

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import orjson

from m365audit.sample.service.clock import Clock
from m365audit.sample.service.graph_errors import new_id
from m365audit.sample.service.holdings import Holdings
from m365audit.sample.service.message import Answer, Ask, Log, Logged
from m365audit.sample.service.tokens import RESOURCES, Audience, Tokens
from m365audit.sample.tenant import Json, Tenant

CLIENT_ID = "66666666-7777-8888-9999-000000000000"
CLIENT_SECRET = "a-sample-secret-that-opens-nothing"  # noqa: S105 - it is published here

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
_OPENID_SCOPES = frozenset({"openid", "profile", "offline_access", "email"})
_CODE_SECONDS = 900


class LoginError(Exception):
    """A sign-in that is refused: OAuth's word for it, and the number and text of Microsoft's."""

    def __init__(self, number: int, error: str, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.error = error
        self.number = number
        self.text = text
        self.status = status


@dataclass(slots=True)
class _Device:
    tenant: Tenant
    audience: Audience
    until: float
    asked: int = field(default=0)


class LoginService:
    """Hands out tokens for the tenants; keeps the codes of people who are still signing in."""

    def __init__(
        self, tenants: Mapping[str, Holdings], tokens: Tokens, clock: Clock, token_seconds: int, log: Log
    ) -> None:
        self._tenants = tenants
        self._tokens = tokens
        self._clock = clock
        self._token_seconds = token_seconds
        self._log = log
        self._devices: dict[str, _Device] = {}

    async def answer(self, ask: Ask) -> Answer:
        """The answer to any request, refusals included."""
        tenant_name, _, what = ask.path.strip("/").partition("/")
        try:
            answer = self._answer(ask, tenant_name, what)
        except LoginError as refused:
            answer = self._refusal(refused)
        self._log.keep(Logged("login", ask.method, ask.path, ask.query, tenant_name, answer.status))
        return answer

    def _answer(self, ask: Ask, tenant_name: str, what: str) -> Answer:
        if ask.method == "GET" and what == "discovery/instance":
            return Answer.of(_instances(ask))
        tenant = self._tenant(tenant_name)
        if ask.method == "GET" and what == "v2.0/.well-known/openid-configuration":
            return Answer.of(_configuration(ask, tenant))
        if ask.method == "POST" and what in {"oauth2/v2.0/token", "oauth2/v2.0/devicecode"}:
            form = _form(ask)
            _check_client(form, tenant)
            return self._device_code(form, tenant) if what.endswith("devicecode") else self._token(ask, form, tenant)
        return Answer(404)

    def _tenant(self, name: str) -> Tenant:
        for holdings in self._tenants.values():
            if name.lower() in {holdings.tenant.tenant_id.lower(), holdings.tenant.initial_domain.lower()}:
                return holdings.tenant
        raise LoginError(
            90002, "invalid_request", f"Tenant '{name}' not found. Check to make sure you have the correct tenant ID."
        )

    def _token(self, ask: Ask, form: Mapping[str, str], tenant: Tenant) -> Answer:
        grant = _needed(form, "grant_type")
        if grant == "client_credentials":
            _check_credential(ask, form, tenant)
            audience = _audience(_needed(form, "scope"), people=False)
            return self._issue(tenant, audience, delegated=False)
        if grant == _DEVICE_CODE:
            return self._poll(_needed(form, "device_code"), tenant)
        raise LoginError(70003, "unsupported_grant_type", f"The app requested an unsupported grant type '{grant}'.")

    def _issue(self, tenant: Tenant, audience: Audience, *, delegated: bool) -> Answer:
        seconds = self._token_seconds
        token = self._tokens.issue(tenant, audience, seconds=seconds, delegated=delegated)
        body: Json = {"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token}
        return Answer.of(body, headers={"Cache-Control": "no-store, no-cache"})

    def _device_code(self, form: Mapping[str, str], tenant: Tenant) -> Answer:
        audience = _audience(_needed(form, "scope"), people=True)
        code = secrets.token_urlsafe(32)
        self._devices[code] = _Device(tenant, audience, self._clock.seconds() + _CODE_SECONDS)
        user_code = secrets.token_hex(4).upper()
        page = "https://microsoft.com/devicelogin"
        body: Json = {
            "user_code": user_code,
            "device_code": code,
            "verification_uri": page,
            "expires_in": _CODE_SECONDS,
            "interval": 5,
            "message": f"To sign in, use a web browser to open the page {page} and enter the code {user_code} to "
            "authenticate.",
        }
        return Answer.of(body)

    def _poll(self, code: str, tenant: Tenant) -> Answer:
        device = self._devices.get(code)
        if device is None or device.tenant is not tenant:
            raise LoginError(70018, "bad_verification_code", "The verification code that was entered is not valid.")
        if device.until < self._clock.seconds():
            raise LoginError(70020, "expired_token", "The verification code has expired.")
        device.asked += 1
        if device.asked == 1:
            text = "OAuth 2.0 device flow error. Authorization is pending. Continue polling."
            raise LoginError(70016, "authorization_pending", text)
        del self._devices[code]
        if not tenant.granted:
            text = f"The user or administrator has not consented to use the application with ID '{CLIENT_ID}'."
            raise LoginError(65001, "invalid_grant", text)
        return self._issue(tenant, device.audience, delegated=True)

    def _refusal(self, refused: LoginError) -> Answer:
        stamp = self._clock.now().strftime("%Y-%m-%d %H:%M:%SZ")
        trace, correlation = new_id(), new_id()
        body: Json = {
            "error": refused.error,
            "error_description": f"AADSTS{refused.number}: {refused.text} Trace ID: {trace} "
            f"Correlation ID: {correlation} Timestamp: {stamp}",
            "error_codes": [refused.number],
            "timestamp": stamp,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": f"https://login.microsoftonline.com/error?code={refused.number}",
        }
        return Answer.of(body, refused.status)


def _instances(ask: Ask) -> Json:
    host = ask.base.partition("://")[2]
    return {
        "tenant_discovery_endpoint": f"{ask.base}/common/v2.0/.well-known/openid-configuration",
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
    }


def _configuration(ask: Ask, tenant: Tenant) -> Json:
    base = f"{ask.base}/{tenant.tenant_id}"
    return {
        "issuer": f"{base}/v2.0",
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        "response_types_supported": ["code", "token"],
        "tenant_region_scope": "EU",
    }


def _form(ask: Ask) -> dict[str, str]:
    if ask.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        text = "The request body must be sent as application/x-www-form-urlencoded."
        raise LoginError(900144, "invalid_request", text)
    return dict(parse_qsl(ask.body.decode()))


def _needed(form: Mapping[str, str], name: str) -> str:
    if not form.get(name):
        text = f"The request body must contain the following parameter: '{name}'."
        raise LoginError(900144, "invalid_request", text)
    return form[name]


def _check_client(form: Mapping[str, str], tenant: Tenant) -> None:
    client_id = _needed(form, "client_id")
    if client_id != CLIENT_ID:
        text = f"Application with identifier '{client_id}' was not found in the directory '{tenant.initial_domain}'."
        raise LoginError(700016, "unauthorized_client", text)


def _check_credential(ask: Ask, form: Mapping[str, str], tenant: Tenant) -> None:
    if "client_secret" in form:
        if form["client_secret"] != CLIENT_SECRET:
            text = f"Invalid client secret provided for app '{CLIENT_ID}'."
            raise LoginError(7000215, "invalid_client", text, 401)
        return
    if form.get("client_assertion_type") != _ASSERTION or "client_assertion" not in form:
        text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
        raise LoginError(7000218, "invalid_client", text, 401)
    if not _well_formed(form["client_assertion"], f"{ask.base}/{tenant.tenant_id}/oauth2/v2.0/token"):
        text = "Client assertion failed signature validation."
        raise LoginError(700027, "invalid_client", text, 401)


def _well_formed(assertion: str, endpoint: str) -> bool:
    """Whether a certificate's assertion has the shape it must have; its signature is not checked."""
    try:
        header, claims, signature = (
            base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
            for part in assertion.split(".")
        )
        head, said = orjson.loads(header), orjson.loads(claims)
    except (ValueError, binascii.Error):
        return False
    return (
        bool(signature)
        and head.get("alg") in {"RS256", "PS256"}
        and bool(head.keys() & {"x5t", "x5t#S256"})
        and said.get("aud") == endpoint
        and said.get("iss") == said.get("sub") == CLIENT_ID
        and bool(said.get("jti"))
        and isinstance(said.get("exp"), int)
    )


def _audience(scope: str, *, people: bool) -> Audience:
    wanted = [one for one in scope.split() if not (people and one in _OPENID_SCOPES)]
    if len({one.rpartition("/")[0] for one in wanted}) != 1:
        raise LoginError(
            70011, "invalid_scope", f"The provided value for the input parameter 'scope' is not valid: '{scope}'."
        )
    resource, _, permission = wanted[0].rpartition("/")
    for audience, known in RESOURCES.items():
        if resource == known and (people or permission == ".default"):
            return audience
    if not people and permission != ".default":
        raise LoginError(
            1002012, "invalid_scope", f"The provided value for scope {scope} is not valid: it must end in /.default."
        )
    raise LoginError(
        500011, "invalid_resource", f"The resource principal named {resource} was not found in the tenant."
    )
