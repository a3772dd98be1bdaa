"""Tokens of a provider that looks after many tenants (GDAP): its own app and account, in the customer's tenant."""

import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from msal import ConfidentialClientApplication
from msal.exceptions import MsalError

from m365audit.graph.azure import PUBLIC_LOGIN, given
from m365audit.graph.bearer import Again, Bearer, BearerTokens
from m365audit.graph.clock import Clock
from m365audit.graph.errors import SignInFailed
from m365audit.graph.persistence import BadCache
from m365audit.graph.said import Service
from m365audit.graph.signin import explain_words, unreachable
from m365audit.graph.token_cache import TokenCache, open_cache
from m365audit.model.tenant import Tenant

TOKEN_VARIABLE = "M365AUDIT_PARTNER_REFRESH_TOKEN"  # noqa: S105 - the name of a variable
"""Environment variable of a refresh token of the provider's account, taken in once."""

REDIRECT = "http://localhost"
"""Where the browser ends after signing in; the app must have it as a redirect address of the kind Web."""

Ask = Callable[[str], str]
"""Puts a text to the person at the terminal and gives back the line they answer with."""

_STALE = frozenset({50089, 50132, 50133, 50173, 70000, 70008, 70043, 700082, 700084, 9002313})
"""Numbers of the login service for a refresh token that is worth nothing any more, in whatever tenant."""

_TRIES = 3
_TIMEOUT_SECONDS = 30
_TERMINAL = threading.Lock()  # there is one person to ask, however many sign-ins wait


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A refresh token to try; ``seed`` is set where it came from outside."""

    refresh_token: str = field(repr=False)
    seed: str | None = field(default=None, repr=False)


class PartnerTokens(BearerTokens):
    """Tokens for one customer, redeemed with the provider's refresh token.

    Microsoft answers with a newer refresh token each time; it is in the cache, on disk, before the access token is
    used. The older one stays good at Microsoft, so a crash in between loses nothing.
    """

    def __init__(
        self,
        tenant: Tenant,
        clock: Clock,
        environ: Mapping[str, str],
        ask: Ask | None = None,
        pause_seconds: float = 1.0,
    ) -> None:
        super().__init__(tenant, clock)
        self._environ = environ
        self._ask = ask
        self._pause_seconds = pause_seconds
        self._app = given(tenant.auth, "client_id")

    def _sign_in(self, service: Service, again: Again | None) -> Bearer:
        claims = again.claims if again else None
        try:
            cache = open_cache(self._tenant, self._environ)
            refused = ""
            for candidate in self._candidates(cache):
                result = self._redeem(candidate.refresh_token, service, claims)
                if "access_token" in result:
                    return self._kept(cache, result, candidate)
                refused = _words(result)
                if not _STALE.intersection(result.get("error_codes") or ()):
                    raise SignInFailed(explain_words(refused, self._tenant, service))
            return self._first(cache, service, refused, claims)
        except BadCache as bad:
            msg = f"Signing in to {self._tenant.council} failed: {bad}."
            raise SignInFailed(msg) from None

    def _candidates(self, cache: TokenCache) -> Iterator[_Candidate]:
        """What to try, best first: a sign-in newly brought from outside, then the one that is kept."""
        held = cache.held(self._app)
        seed = self._environ.get(TOKEN_VARIABLE, "").strip()
        if seed and not held.knows(seed):
            yield _Candidate(seed, seed)
        if held.refresh_token:
            # One from outside that was of no use is remembered, so that it is not tried again.
            yield _Candidate(held.refresh_token, seed or None)

    def _first(self, cache: TokenCache, service: Service, refused: str, claims: str | None) -> Bearer:
        """Sign in anew with a person's help, where there is one.

        Raises:
            SignInFailed: there is nobody to ask, or the sign-in came to nothing.
        """
        if self._ask is None:
            raise SignInFailed(explain_words(refused, self._tenant, service) if refused else self._none_yet())
        before = cache.held(self._app)
        with _TERMINAL:
            held = cache.held(self._app)
            token = held.refresh_token if held != before else self._of_a_person(self._ask, service)
            cache.replace(self._app, token, self._clock.now())
        result = self._redeem(token, service, claims)
        if "access_token" not in result:
            raise SignInFailed(explain_words(_words(result), self._tenant, service))
        return self._kept(cache, result, _Candidate(token))

    def _kept(self, cache: TokenCache, result: Mapping[str, Any], used: _Candidate) -> Bearer:
        newer = str(result.get("refresh_token") or used.refresh_token)
        cache.replace(self._app, newer, self._clock.now(), seed=used.seed)
        return Bearer(str(result["access_token"]), self._clock.now().timestamp() + int(result["expires_in"]))

    def _of_a_person(self, ask: Ask, service: Service) -> str:
        """A refresh token, by the provider's account signing in in a browser."""
        with self._login_service():
            application = self._application("organizations")
            with warnings.catch_warnings():
                # msal would rather have the answer posted to a web server; ours is an address that is pasted.
                warnings.simplefilter("ignore")
                flow = application.initiate_auth_code_flow(
                    [self._scopes[Service.GRAPH]], redirect_uri=REDIRECT, prompt="select_account"
                )
        pasted = ask(
            "Sign in once as the provider's account, with two-step sign-in. Open this address in a browser:\n\n"
            f"{flow['auth_uri']}\n\n"
            f"The browser ends at an address that begins with {REDIRECT} and shows no page. Paste that address here: "
        )
        answer = dict(parse_qsl(urlsplit(pasted.strip()).query))
        try:
            with self._login_service():
                result = application.acquire_token_by_auth_code_flow(flow, answer)
        except (ValueError, RuntimeError):  # msal's words for an answer to another question
            msg = (
                "Signing in as the provider failed: what was pasted is not the address the browser ended at; try again."
            )
            raise SignInFailed(msg) from None
        if "refresh_token" not in result:
            raise SignInFailed(explain_words(_words(result), self._tenant, service))
        return str(result["refresh_token"])

    def _redeem(self, refresh_token: str, service: Service, claims: str | None) -> dict[str, Any]:
        """What the login service of the customer's tenant answers: tokens, or an error in its own shape."""
        more = {"data": {"claims": claims}} if claims else {}
        with self._login_service():
            for left in reversed(range(_TRIES)):
                try:
                    # A new object each time: msal keeps to its first answer for a while when it was a bad one.
                    application = self._application(self._tenant.tenant_id)
                    scopes = [self._scopes[service]]
                    return dict(application.acquire_token_by_refresh_token(refresh_token, scopes, **more))
                except (OSError, MsalError):
                    if not left:
                        raise
                    time.sleep(self._pause_seconds)
        raise AssertionError  # the loop returns or raises

    @contextmanager
    def _login_service(self) -> Iterator[None]:
        try:
            yield
        except (OSError, MsalError):  # requests' errors are OSErrors; msal's are of answers such as 503
            raise SignInFailed(unreachable(self._tenant)) from None

    def _application(self, tenant: str) -> ConfidentialClientApplication:
        login = self._tenant.endpoints.login.rstrip("/")
        certificate = self._valid_certificate()
        shown: str | dict[str, str]
        if certificate is not None:
            shown = {"private_key": certificate.pem.decode(), "thumbprint": certificate.thumbprint}
        else:
            shown = given(self._tenant.auth, "secret")
        try:
            return ConfidentialClientApplication(
                self._app,
                client_credential=shown,
                authority=f"{login}/{tenant}",
                # Asking Microsoft's own cloud whether another login service is genuine would fail, and tell on it.
                instance_discovery=None if login == PUBLIC_LOGIN else False,
                timeout=_TIMEOUT_SECONDS,
            )
        except ValueError as error:
            raise SignInFailed(explain_words(str(error), self._tenant, Service.GRAPH)) from None

    def _none_yet(self) -> str:
        return (
            f"Signing in to {self._tenant.council} failed: there is no sign-in of the provider yet; run m365audit "
            f"doctor {self._tenant.slug} at a terminal and follow what it says, or put a refresh token into "
            f"{TOKEN_VARIABLE}."
        )


def at_terminal() -> Ask | None:
    """A way to ask the person at the terminal; ``None`` where there is none, as in a scheduled task."""
    if sys.stdin is None or sys.stderr is None or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None

    def ask(text: str) -> str:
        sys.stderr.write(text)
        sys.stderr.flush()
        return sys.stdin.readline()

    return ask


def _words(result: Mapping[str, Any]) -> str:
    return f"{result.get('error', '')}: {result.get('error_description') or 'no refresh token was given'}"
