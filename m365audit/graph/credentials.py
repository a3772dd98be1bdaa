"""Tokens: who we are to Graph and to Exchange, got early, renewed in time, never shown."""

import asyncio
import base64
import binascii
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import orjson
from azure.core.credentials import AccessToken, TokenCredential
from azure.core.exceptions import AzureError
from azure.identity import (
    AzureCliCredential,
    CertificateCredential,
    ClientSecretCredential,
    DeviceCodeCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)

from m365audit.graph.clock import Clock
from m365audit.graph.errors import SignInFailed
from m365audit.graph.said import Service
from m365audit.graph.signin import explain
from m365audit.model.tenant import Auth, AuthKind, Tenant

RENEW_BEFORE_SECONDS = 300
"""A token with less than this to live is replaced before it is used."""

TOKEN_VARIABLES = {Service.GRAPH: "M365AUDIT_GRAPH_TOKEN", Service.EXCHANGE: "M365AUDIT_EXCHANGE_TOKEN"}
"""Environment variables of ready-made bearer tokens, for ``auth: {kind: token}``."""

_PUBLIC_LOGIN = "https://login.microsoftonline.com"
_ASKS_A_PERSON = frozenset({AuthKind.DEVICE_CODE})


class Credentials(Protocol):
    """Where bearer tokens come from."""

    async def token(self, service: Service) -> str:
        """A token that is good now.

        Raises:
            SignInFailed: none could be had.
        """
        ...

    async def renew(self, service: Service, refused: str, claims: str | None = None) -> str:
        """Another token in place of one the service refused; the same one back where there is no other."""
        ...


def claims(token: str) -> dict[str, Any]:
    """What a token says of itself (``roles``, ``wids``, ``exp``); empty for one that is opaque.

    Nothing is verified: this is for explaining and for planning, never for trusting.
    """
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - header, payload, signature
        return {}
    try:
        payload = orjson.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError):
        return {}
    return payload if isinstance(payload, dict) else {}


def credentials_for(
    tenant: Tenant,
    clock: Clock,
    *,
    environ: Mapping[str, str] | None = None,
    prompt: Callable[[str], None] | None = None,
) -> "Credentials":
    """The credentials a tenant file asks for.

    ``environ`` stands in for the environment, ``prompt`` is told what a person must do (device code).
    """
    if tenant.auth.kind is AuthKind.TOKEN:
        return ReadyTokens(os.environ if environ is None else environ)
    return AzureTokens(tenant, clock, prompt or _to_stderr)


class ReadyTokens:
    """Bearer tokens somebody else has got, read from the environment anew each time they are refused."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    async def token(self, service: Service) -> str:
        """The token from the service's variable.

        Raises:
            SignInFailed: the variable is not set.
        """
        variable = TOKEN_VARIABLES[service]
        if token := self._environ.get(variable, "").strip():
            return token
        msg = f"There is no token for {service.capitalize()}: set the environment variable {variable}."
        raise SignInFailed(msg)

    async def renew(self, service: Service, refused: str, claims: str | None = None) -> str:  # noqa: ARG002
        """Whatever the variable holds now; a ready-made token cannot be renewed from here."""
        return await self.token(service)


class AzureTokens:
    """Tokens by azure-identity, whose blocking calls run in a thread, one sign-in at a time per service."""

    def __init__(self, tenant: Tenant, clock: Clock, prompt: Callable[[str], None]) -> None:
        self._tenant = tenant
        self._clock = clock
        self._prompt = prompt
        self._credential: TokenCredential | None = None
        self._known: dict[Service, AccessToken] = {}
        self._locks = {service: asyncio.Lock() for service in Service}
        self._scopes = {
            Service.GRAPH: f"{tenant.endpoints.graph.rstrip('/')}/.default",
            Service.EXCHANGE: f"{tenant.endpoints.exchange.rstrip('/')}/.default",
        }

    async def token(self, service: Service) -> str:
        """A token with at least five minutes to live.

        Raises:
            SignInFailed: sign-in was refused or the settings for it are wrong.
        """
        async with self._locks[service]:
            known = self._known.get(service)
            if known is None or known.expires_on - self._clock.now().timestamp() < RENEW_BEFORE_SECONDS:
                known = await asyncio.to_thread(self._sign_in, service, None)
                self._known[service] = known
            return known.token

    async def renew(self, service: Service, refused: str, claims: str | None = None) -> str:
        """A new token, unless another request has got one since the refused one."""
        async with self._locks[service]:
            known = self._known.get(service)
            if known is None or known.token == refused:
                if self._tenant.auth.kind not in _ASKS_A_PERSON:
                    # azure-identity would hand out the refused token from its memory; a new object has none.
                    self._credential = None
                else:
                    # A new object would ask the person again; claims make the old one pass over its memory.
                    claims = claims or "{}"
                known = await asyncio.to_thread(self._sign_in, service, claims)
                self._known[service] = known
            return known.token

    def _sign_in(self, service: Service, claims: str | None) -> AccessToken:
        try:
            if self._credential is None:
                self._credential = credential(self._tenant, self._prompt)
            return self._credential.get_token(self._scopes[service], claims=claims)
        except (AzureError, ValueError, OSError) as error:
            raise SignInFailed(explain(error, self._tenant, service)) from None


def credential(tenant: Tenant, prompt: Callable[[str], None]) -> TokenCredential:
    """The azure-identity credential for a tenant file's ``auth``.

    Raises:
        SignInFailed: something the kind needs is missing.
        ValueError: the certificate cannot be read.
    """
    auth = tenant.auth
    login = tenant.endpoints.login.rstrip("/")
    # Asking Microsoft's own cloud whether a private login service is genuine would fail, and tell on it.
    unknown = login != _PUBLIC_LOGIN
    place: dict[str, Any] = {"authority": login, "disable_instance_discovery": unknown, "retry_total": 2}
    match auth.kind:
        case AuthKind.CERTIFICATE:
            certificate = certificate_bytes(_given(auth, "certificate"))
            app, password = _given(auth, "client_id"), auth.certificate_password
            return CertificateCredential(
                tenant.tenant_id, app, certificate_data=certificate, password=password or None, **place
            )
        case AuthKind.SECRET:
            return ClientSecretCredential(tenant.tenant_id, _given(auth, "client_id"), _given(auth, "secret"), **place)
        case AuthKind.MANAGED_IDENTITY:
            return ManagedIdentityCredential(client_id=auth.client_id)
        case AuthKind.WORKLOAD_IDENTITY:
            return WorkloadIdentityCredential(tenant_id=tenant.tenant_id, client_id=auth.client_id, **place)
        case AuthKind.AZURE_CLI:
            return AzureCliCredential(tenant_id=tenant.tenant_id)
        case AuthKind.DEVICE_CODE:
            return _device_code(tenant, prompt, place)
        case _:
            msg = f"Signing in by auth kind '{auth.kind}' is not built yet: use certificate in {tenant.slug}.yaml."
            raise SignInFailed(msg)


def _device_code(tenant: Tenant, prompt: Callable[[str], None], place: dict[str, Any]) -> TokenCredential:
    def ask(uri: str, code: str, _until: object) -> None:
        prompt(f"To sign in to {tenant.council}, open {uri} in a browser and enter the code {code}.")

    app: dict[str, Any] = {"client_id": tenant.auth.client_id} if tenant.auth.client_id else {}
    return DeviceCodeCredential(tenant_id=tenant.tenant_id, prompt_callback=ask, **app, **place)


def certificate_bytes(certificate: str) -> bytes:
    """A certificate with its key, given as the path of a PEM or PFX file, PEM text, or base64 of a PFX.

    Raises:
        ValueError: it is none of these.
    """
    if "-----BEGIN" in certificate:
        # An environment variable of one line writes the line ends out.
        return certificate.replace("\\n", "\n").encode()
    try:
        if _is_file(certificate):
            return Path(certificate).expanduser().read_bytes()
        return base64.b64decode(certificate, validate=True)
    except (OSError, binascii.Error):
        msg = "the certificate is neither a readable PEM or PFX file nor the text of one"
        raise ValueError(msg) from None


def _is_file(certificate: str) -> bool:
    try:
        return Path(certificate).expanduser().is_file()
    except OSError:  # a PFX in base64 is too long for a file's name
        return False


def _given(auth: Auth, name: str) -> str:
    value = getattr(auth, name)
    if not value:
        msg = f"auth kind '{auth.kind}' needs {name}: give it in the tenant file, from an environment variable."
        raise SignInFailed(msg)
    return str(value)


def _to_stderr(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
