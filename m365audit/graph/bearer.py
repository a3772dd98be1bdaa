"""Bearer tokens as the wire uses them: got when they are needed, renewed in time, one sign-in at a time."""

import asyncio
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime

from m365audit.graph.blocking import blocking
from m365audit.graph.certificates import BadCertificate, Certificate, certificate_of, refused
from m365audit.graph.clock import Clock
from m365audit.graph.said import Service
from m365audit.model.tenant import Tenant

RENEW_BEFORE_SECONDS = 300
"""A token with less than this to live is replaced before it is used."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """One access token and when it ends, in seconds since 1970."""

    token: str = field(repr=False)
    expires_on: float


@dataclass(frozen=True, slots=True)
class Again:
    """Why a token is asked for although there is one: it was refused, perhaps for want of these claims."""

    claims: str | None = None


class BearerTokens(ABC):
    """Tokens of both services of one tenant; how to sign in is the subclass's."""

    def __init__(self, tenant: Tenant, clock: Clock) -> None:
        self._tenant = tenant
        self._clock = clock
        self._certificate: Certificate | None = None
        self._known: dict[Service, Bearer] = {}
        self._locks = {service: asyncio.Lock() for service in Service}
        endpoints = tenant.endpoints
        self._scopes = {
            Service.GRAPH: f"{endpoints.graph.rstrip('/')}/.default",
            Service.EXCHANGE: f"{endpoints.exchange.rstrip('/')}/.default",
        }

    @abstractmethod
    def _sign_in(self, service: Service, again: Again | None) -> Bearer:
        """A new token; may block, and runs on a thread.

        Raises:
            SignInFailed: there is none to be had.
        """

    async def token(self, service: Service) -> str:
        """A token with at least five minutes to live.

        Raises:
            SignInFailed: sign-in was refused or the settings for it are wrong.
        """
        async with self._locks[service]:
            known = self._known.get(service)
            if known is None or known.expires_on - self._clock.now().timestamp() < RENEW_BEFORE_SECONDS:
                known = await blocking(lambda: self._sign_in(service, None))
                self._known[service] = known
            return known.token

    async def renew(self, service: Service, refused: str, claims: str | None = None) -> str:
        """A new token, unless another request has got one since the refused one.

        Raises:
            SignInFailed: there is none to be had.
        """
        async with self._locks[service]:
            known = self._known.get(service)
            if known is None or known.token == refused:
                known = await blocking(lambda: self._sign_in(service, Again(claims)))
                self._known[service] = known
            return known.token

    def notices(self, now: datetime) -> tuple[str, ...]:
        """What people should be told of the way of signing in, once it was used: a certificate about to end."""
        notice = self._certificate.notice(now) if self._certificate else None
        return (f"{self._tenant.council}: {notice}",) if notice else ()

    def _valid_certificate(self) -> Certificate | None:
        """The tenant file's certificate, read once and valid now; ``None`` where it signs in without one.

        Raises:
            SignInFailed: it cannot be read, has ended, or has not begun.
        """
        certificate = self._certificate or certificate_of(self._tenant)
        if certificate is not None:
            try:
                certificate.check(self._clock.now())
            except BadCertificate as bad:
                raise refused(self._tenant, bad) from None
        self._certificate = certificate
        return certificate
