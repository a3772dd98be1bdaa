"""The imitation's public directory of names: what the tenants' domains say, over UDP or in the same loop."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final, cast

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from m365audit.graph.names import unanswered
from m365audit.model.evidence import Gap
from m365audit.sample.tenant import Tenant

FAILING: Final = "SERVFAIL"
"""A kind of record that stands for a name whose servers do not answer."""
_SECONDS: Final = 300
_LONGEST_PIECE: Final = 255


class PublicNames:
    """What is known of names; asked in the same loop, it answers as :class:`m365audit.graph.Names` does."""

    def __init__(self, tenants: Callable[[], Iterable[Tenant]]) -> None:
        self._tenants = tenants

    def known(self, name: str) -> dict[str, list[str]] | None:
        """Kind of record to texts, of a name; ``None`` where there is no such name."""
        wanted = name.rstrip(".").lower()
        return next((tenant.dns[wanted] for tenant in self._tenants() if wanted in tenant.dns), None)

    async def records(self, name: str, kind: str, scope: str) -> list[str] | Gap:
        """The records of one kind of a name, as text."""
        known = self.known(name) or {}
        return unanswered(scope, FAILING) if FAILING in known else known.get(kind, [])

    def answer(self, question: bytes) -> bytes:
        """The answer to one packet."""
        query = dns.message.from_wire(question)
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA | dns.flags.RA
        asked = query.question[0]
        known = self.known(asked.name.to_text())
        if known is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
        elif FAILING in known:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif texts := known.get(dns.rdatatype.to_text(asked.rdtype)):
            kind = dns.rdatatype.to_text(asked.rdtype)
            lines = [_in_pieces(text) if kind == "TXT" else text for text in texts]
            response.answer.append(dns.rrset.from_text(asked.name, _SECONDS, "IN", kind, *lines))
        return response.to_wire()


def _in_pieces(text: str) -> str:
    """A text as records hold it: in pieces of at most 255 characters."""
    pieces = [text[start : start + _LONGEST_PIECE] for start in range(0, len(text), _LONGEST_PIECE)] or [""]
    return " ".join('"' + piece.replace("\\", "\\\\").replace('"', '\\"') + '"' for piece in pieces)


class NamesOverUdp(asyncio.DatagramProtocol):
    """Answers packets on a port."""

    def __init__(self, names: PublicNames) -> None:
        self._names = names
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The port is open."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """One packet."""
        if self._transport is not None:
            self._transport.sendto(self._names.answer(data), addr)
