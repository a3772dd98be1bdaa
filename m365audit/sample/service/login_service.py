"""The imitation of Microsoft's login service: apps with a secret or a certificate, people with a code or a browser."""

from collections.abc import Mapping

from m365audit.sample.service.clock import Clock
from m365audit.sample.service.graph_errors import new_id
from m365audit.sample.service.holdings import Holdings
from m365audit.sample.service.login_form import (
    CLIENT_ID,
    CLIENT_SECRET,
    LoginError,
    audience_of,
    check_client,
    check_credential,
    needed,
    read_form,
)
from m365audit.sample.service.login_people import HOME, PeopleLogin
from m365audit.sample.service.message import Answer, Ask, Log, Logged
from m365audit.sample.service.tokens import Tokens
from m365audit.sample.tenant import Json, Tenant

__all__ = ["CLIENT_ID", "CLIENT_SECRET", "LoginService"]

_DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


class LoginService:
    """Hands out tokens for the tenants; ``people`` are those who sign in themselves."""

    def __init__(
        self, tenants: Mapping[str, Holdings], tokens: Tokens, clock: Clock, token_seconds: int, log: Log
    ) -> None:
        self._tenants = tenants
        self._tokens = tokens
        self._clock = clock
        self._token_seconds = token_seconds
        self._log = log
        self.people = PeopleLogin(tokens, clock, token_seconds)

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
        if tenant_name.lower() == HOME:
            return self._at_home(ask, what)
        tenant = self._tenant(tenant_name)
        if ask.method == "GET" and what == "v2.0/.well-known/openid-configuration":
            return Answer.of(_configuration(ask, tenant.tenant_id))
        if ask.method == "POST" and what in {"oauth2/v2.0/token", "oauth2/v2.0/devicecode"}:
            form = read_form(ask)
            check_client(form, tenant.initial_domain)
            return (
                self.people.device_code(form, tenant) if what.endswith("devicecode") else self._token(ask, form, tenant)
            )
        return Answer(404)

    def _at_home(self, ask: Ask, what: str) -> Answer:
        """What people are answered who sign in without saying to which tenant: the provider's account."""
        if ask.method == "GET" and what == "v2.0/.well-known/openid-configuration":
            return Answer.of(_configuration(ask, HOME))
        if ask.method == "GET" and what == "oauth2/v2.0/authorize":
            return self.people.authorize(ask)
        if ask.method == "POST" and what == "oauth2/v2.0/token":
            form = read_form(ask)
            check_client(form, HOME)
            grant = needed(form, "grant_type")
            if grant == "authorization_code":
                return self.people.redeem_code(ask, form)
            text = f"The grant type '{grant}' isn't supported over the /{HOME} endpoint."
            raise LoginError(9001023, "invalid_request", text)
        return Answer(404)

    def _tenant(self, name: str) -> Tenant:
        for holdings in self._tenants.values():
            if name.lower() in {holdings.tenant.tenant_id.lower(), holdings.tenant.initial_domain.lower()}:
                return holdings.tenant
        raise LoginError(
            90002, "invalid_request", f"Tenant '{name}' not found. Check to make sure you have the correct tenant ID."
        )

    def _token(self, ask: Ask, form: Mapping[str, str], tenant: Tenant) -> Answer:
        match needed(form, "grant_type"):
            case "client_credentials":
                check_credential(ask, form, tenant.tenant_id)
                audience = audience_of(needed(form, "scope"), people=False)
                seconds = self._token_seconds
                token = self._tokens.issue(tenant, audience, seconds=seconds)
                body: Json = {"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds}
                headers = {"Cache-Control": "no-store, no-cache"}
                return Answer.of(body | {"access_token": token}, headers=headers)
            case "refresh_token":
                return self.people.refresh(ask, form, tenant)
            case grant if grant == _DEVICE_CODE:
                return self.people.poll(needed(form, "device_code"), tenant)
            case grant:
                text = f"The app requested an unsupported grant type '{grant}'."
                raise LoginError(70003, "unsupported_grant_type", text)

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


def _configuration(ask: Ask, tenant: str) -> Json:
    base = f"{ask.base}/{tenant}"
    return {
        "issuer": f"{base}/v2.0",
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        "response_types_supported": ["code", "token"],
        "tenant_region_scope": "EU",
    }
