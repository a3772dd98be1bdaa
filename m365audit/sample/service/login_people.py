"""How people sign in: with a code from another screen, in a browser, and later with the refresh token they got."""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NoReturn
from urllib.parse import parse_qsl, urlencode

from m365audit.sample.service.clock import Clock
from m365audit.sample.service.login_form import (
    CLIENT_ID,
    LoginError,
    audience_of,
    check_client,
    check_credential,
    needed,
)
from m365audit.sample.service.message import Answer, Ask
from m365audit.sample.service.tokens import EXCHANGE_ROLES, PROVIDER, Audience, Tokens
from m365audit.sample.tenant import Json, Partner, Tenant

HOME = "organizations"
"""The name under which people of any tenant sign in at home."""

REDIRECT = "http://localhost"
"""The only redirect address the app has; its kind is Web."""

_CODE_SECONDS = 900
_BROWSER_SECONDS = 600
_UNUSED_DAYS = 90

_REFUSALS: dict[int, tuple[str, str]] = {
    50057: ("invalid_grant", "The user account is disabled."),
    50076: (
        "invalid_grant",
        (
            "Due to a configuration change made by your administrator, or because you moved to a new location, you "
            "must use multi-factor authentication to access '00000003-0000-0000-c000-000000000000'."
        ),
    ),
    50158: ("interaction_required", "External security challenge not satisfied."),
    53003: (
        "invalid_grant",
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
    ),
    65001: (
        "invalid_grant",
        (
            f"The user or administrator has not consented to use the application with ID '{CLIENT_ID}' named "
            "'m365audit'. Send an interactive authorization request for this user and resource."
        ),
    ),
    530034: ("invalid_grant", "A delegated administrator was blocked from accessing the tenant due to account risk."),
}
"""What a customer's tenant may answer a provider, by Microsoft's number."""


@dataclass(slots=True)
class _Device:
    tenant: Tenant
    audience: Audience
    until: float
    asked: int = field(default=0)


@dataclass(frozen=True, slots=True)
class _Browser:
    """A sign-in of the provider's account in a browser, which ended in a code."""

    challenge: str
    nonce: str
    scope: str
    until: float


class PeopleLogin:
    """People in the middle of signing in, and the refresh tokens of the provider's account."""

    def __init__(self, tokens: Tokens, clock: Clock, token_seconds: int) -> None:
        self._tokens = tokens
        self._clock = clock
        self._token_seconds = token_seconds
        self._devices: dict[str, _Device] = {}
        self._browsers: dict[str, _Browser] = {}
        self._revoked: datetime | None = None

    def refresh_token(self, *, unused_days: float = 0) -> str:
        """A refresh token of the provider's account, last used that many days ago."""
        at = self._clock.now().timestamp() - unused_days * 86_400
        return "1." + self._tokens.seal({"of": PROVIDER.upn, "at": at, "n": secrets.token_hex(4)})

    def revoke(self) -> None:
        """Make every refresh token handed out until now worthless, as a new password does."""
        self._revoked = self._clock.now()

    def device_code(self, form: Mapping[str, str], tenant: Tenant) -> Answer:
        """A code to be entered on another screen."""
        audience = audience_of(needed(form, "scope"), people=True)
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

    def poll(self, code: str, tenant: Tenant) -> Answer:
        """A token once the code has been entered, which the person does after the first look."""
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
        token = self._tokens.issue(tenant, device.audience, seconds=self._token_seconds, delegated=True)
        return self._answer(token)

    def authorize(self, ask: Ask) -> Answer:
        """The provider's account signs in at home in a browser, which is sent back with a code."""
        query = dict(parse_qsl(ask.query))
        check_client(query, HOME)
        if query.get("redirect_uri") != REDIRECT:
            text = f"The redirect URI '{query.get('redirect_uri')}' does not match the ones of the application."
            raise LoginError(50011, "invalid_request", text)
        if query.get("response_type") != "code" or query.get("code_challenge_method") != "S256":
            raise LoginError(9002313, "invalid_request", "Invalid request. Request is malformed or invalid.")
        code = "0." + secrets.token_urlsafe(400)
        self._browsers[code] = _Browser(
            needed(query, "code_challenge"),
            query.get("nonce", ""),
            needed(query, "scope"),
            self._clock.seconds() + _BROWSER_SECONDS,
        )
        back = urlencode({"code": code, "state": query.get("state", ""), "session_state": secrets.token_hex(8)})
        return Answer(302, b"", {"Location": f"{REDIRECT}/?{back}"})

    def redeem_code(self, ask: Ask, form: Mapping[str, str]) -> Answer:
        """Tokens for a code from the browser, once, for the app that asked for it."""
        check_credential(ask, form, HOME)
        browser = self._browsers.pop(needed(form, "code"), None)
        if browser is None:
            raise LoginError(54005, "invalid_grant", "OAuth2 Authorization code was already redeemed.")
        if browser.until < self._clock.seconds():
            raise LoginError(70008, "invalid_grant", "The provided authorization code has expired.")
        if form.get("redirect_uri") != REDIRECT:
            raise LoginError(50011, "invalid_grant", "The redirect URI does not match.")
        verifier = hashlib.sha256(needed(form, "code_verifier").encode()).digest()
        if base64.urlsafe_b64encode(verifier).rstrip(b"=").decode() != browser.challenge:
            raise LoginError(501481, "invalid_grant", "The Code_Verifier does not match the code_challenge.")
        return self._tokens_of_account("opaque-at-home", browser.scope, browser.nonce)

    def refresh(self, ask: Ask, form: Mapping[str, str], tenant: Tenant) -> Answer:
        """Tokens of the provider's account for a customer's tenant; the refresh token it shows stays good."""
        check_credential(ask, form, tenant.tenant_id)
        self._check_refresh_token(needed(form, "refresh_token"))
        scope = needed(form, "scope")
        audience = audience_of(scope, people=True)
        partner = _relationship(tenant)
        ours = partner.scopes & EXCHANGE_ROLES if audience == "exchange" else partner.scopes - EXCHANGE_ROLES
        if not ours:
            _refuse(65001)
        token = self._tokens.issue(tenant, audience, seconds=self._token_seconds, partner=partner)
        return self._tokens_of_account(token, scope)

    def _check_refresh_token(self, token: str) -> None:
        state = self._tokens.unseal(token.removeprefix("1."))
        if state is None or state.get("of") != PROVIDER.upn:
            raise LoginError(9002313, "invalid_grant", "Invalid request. Request is malformed or invalid.")
        issued = datetime.fromtimestamp(state["at"], self._clock.now().tzinfo)
        if self._revoked and issued <= self._revoked:
            text = (
                "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might "
                f"have changed or reset their password. The grant was issued on '{issued:%Y-%m-%dT%H:%M:%S.0000000Z}' "
                f"and the TokensValidFrom date for this user is '{self._revoked:%Y-%m-%dT%H:%M:%S.0000000Z}'."
            )
            raise LoginError(50173, "invalid_grant", text)
        if (self._clock.now() - issued).days >= _UNUSED_DAYS:
            text = (
                "The refresh token has expired due to inactivity. The token was issued on "
                f"{issued:%Y-%m-%dT%H:%M:%S.0000000Z} and was inactive for 90.00:00:00."
            )
            raise LoginError(700082, "invalid_grant", text)

    def _tokens_of_account(self, access_token: str, scope: str, nonce: str = "") -> Answer:
        more: Json = {"scope": scope}
        if "offline_access" in scope.split():
            more["refresh_token"] = self.refresh_token()
        if "openid" in scope.split():
            more["id_token"] = self._tokens.identity(nonce, self._token_seconds)
            info = f'{{"uid":"{PROVIDER.object_id}","utid":"{PROVIDER.tenant_id}"}}'
            more["client_info"] = base64.urlsafe_b64encode(info.encode()).rstrip(b"=").decode()
        return self._answer(access_token, more)

    def _answer(self, access_token: str, more: Json | None = None) -> Answer:
        seconds = self._token_seconds
        body: Json = {
            "token_type": "Bearer",
            "expires_in": seconds,
            "ext_expires_in": seconds,
            "access_token": access_token,
        }
        return Answer.of(body | (more or {}), headers={"Cache-Control": "no-store, no-cache"})


def _relationship(tenant: Tenant) -> Partner:
    """The relationship a provider's account comes in by.

    Raises:
        LoginError: there is none, it has ended, the app was never authorised, or a policy is in the way.
    """
    partner = tenant.partner
    if partner is None:
        text = (
            f"User account '{PROVIDER.upn}' from identity provider 'https://sts.windows.net/{PROVIDER.tenant_id}/' "
            f"does not exist in tenant '{tenant.initial_domain}' and cannot access the application '{CLIENT_ID}'"
            "(m365audit) in that tenant. The account needs to be added as an external user in the tenant first."
        )
        raise LoginError(50020, "invalid_grant", text)
    if not partner.scopes:
        text = (
            f"The application '{CLIENT_ID}' (m365audit) has not been authorized in the tenant '{tenant.tenant_id}'. "
            "Applications must be authorized to access the external tenant before partner delegated administrators "
            "can use them."
        )
        raise LoginError(90099, "invalid_grant", text)
    if partner.refusal is not None:
        _refuse(partner.refusal)
    return partner


def _refuse(number: int) -> NoReturn:
    error, text = _REFUSALS[number]
    raise LoginError(number, error, text)
