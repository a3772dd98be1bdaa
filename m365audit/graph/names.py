"""The public directory of names (DNS): what a domain says about its mail. Nothing is told to it but the name."""

import asyncio
from typing import Protocol

import dns.asyncresolver
import dns.exception
import dns.resolver

from m365audit.model.evidence import Gap
from m365audit.model.words import GapKind

LIFETIME_SECONDS = 10.0
"""How long one question may take, other servers asked in turn included."""
_AT_ONCE = 4


class Names(Protocol):
    """Somebody who looks names up."""

    async def records(self, name: str, kind: str, scope: str) -> list[str] | Gap:
        """The records of one kind (TXT, MX, CNAME) of a name, as text; none where there is no such name.

        A text that comes in pieces is put together. Where nobody answered in time, or refused, it is the gap ``scope``.
        """
        ...


class Resolver:
    """Looks names up with a server (``127.0.0.1:5353``), or with those this machine is set up with."""

    def __init__(self, server: str | None = None) -> None:
        self._server = server
        self._resolver: dns.asyncresolver.Resolver | None = None
        self._gate = asyncio.Semaphore(_AT_ONCE)

    async def records(self, name: str, kind: str, scope: str) -> list[str] | Gap:
        """As :class:`Names` has it."""
        try:
            async with self._gate:
                answer = await self._ready().resolve(name, kind, lifetime=LIFETIME_SECONDS)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError) as error:
            return unanswered(scope, type(error).__name__)
        return [_text(record) for record in answer]

    def _ready(self) -> dns.asyncresolver.Resolver:
        if self._resolver is None:
            # What the machine is set up with is read now, and not before somebody asks.
            self._resolver = dns.asyncresolver.Resolver(configure=self._server is None)
            if self._server is not None:
                host, _, port = self._server.rpartition(":")
                self._resolver.nameservers = [host]
                self._resolver.port = int(port)
        return self._resolver


class Silent:
    """Answers nothing: stands where the network is not the real one, and nobody said who knows its names."""

    async def records(self, name: str, kind: str, scope: str) -> list[str] | Gap:  # noqa: ARG002 - as the protocol has it
        """The gap ``scope``, always."""
        return unanswered(scope, "no directory of names was given")


def unanswered(scope: str, said: str) -> Gap:
    """The gap of a question nobody answered."""
    return Gap(
        GapKind.ERROR,
        "The public directory of names did not answer.",
        "Run the audit again from a machine that can look names up.",
        scope,
        said=said,
    )


def _text(record: object) -> str:
    pieces = getattr(record, "strings", None)
    if pieces is not None:
        return b"".join(pieces).decode("utf-8", errors="replace")
    return str(record)
