"""Tokens: who we are to Graph and to Exchange, got early, renewed in time, never shown."""

import base64
import binascii
import os
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

import orjson

from m365audit.graph.azure import AzureTokens
from m365audit.graph.clock import Clock
from m365audit.graph.errors import SignInFailed
from m365audit.graph.partner import Ask, PartnerTokens, at_terminal
from m365audit.graph.said import Service
from m365audit.model.tenant import AuthKind, Tenant

TOKEN_VARIABLES = {Service.GRAPH: "M365AUDIT_GRAPH_TOKEN", Service.EXCHANGE: "M365AUDIT_EXCHANGE_TOKEN"}
"""Environment variables of ready-made bearer tokens, for ``auth: {kind: token}``."""


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

    def notices(self, now: datetime) -> tuple[str, ...]:
        """What people should be told of the way of signing in, once it was used: each a sentence."""
        ...


def claims(token: str) -> dict[str, Any]:
    """What a token says of itself (``roles``, ``scp``, ``wids``, ``exp``); empty for one that is opaque.

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


def signed_in_person(token: str) -> str | None:
    """The sign-in name in a token that a person (or a provider's account) stands behind; ``None`` for an app's own."""
    said = claims(token)
    if "scp" not in said:
        return None
    return str(said.get("upn") or said.get("unique_name") or "")


def credentials_for(
    tenant: Tenant,
    clock: Clock,
    *,
    environ: Mapping[str, str] | None = None,
    prompt: Callable[[str], None] | None = None,
    ask: Ask | None = None,
) -> Credentials:
    """The credentials a tenant file asks for.

    ``environ`` stands in for the environment, ``prompt`` is told what a person must do (device code), ``ask`` puts a
    question to the person at the terminal (a provider's first sign-in).

    Raises:
        SignInFailed: something the kind needs is missing.
    """
    environ = os.environ if environ is None else environ
    match tenant.auth.kind:
        case AuthKind.TOKEN:
            return ReadyTokens(environ)
        case AuthKind.PARTNER:
            return PartnerTokens(tenant, clock, environ, ask or at_terminal())
        case _:
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

    def notices(self, now: datetime) -> tuple[str, ...]:  # noqa: ARG002
        """Nothing: whoever got the tokens sees to how."""
        return ()


def _to_stderr(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
