"""What the tokens say the auditor may do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from m365audit.graph import Credentials, SignInFailed, claims
from m365audit.graph.said import Service


@dataclass(frozen=True, slots=True)
class Access:
    """Granted application permissions by service; one whose token cannot be read, or that has none, is left out."""

    granted: Mapping[Service, frozenset[str]]

    @property
    def roles(self) -> frozenset[str]:
        """Every permission granted, by any service."""
        return frozenset[str]().union(*self.granted.values())

    @property
    def is_known(self) -> bool:
        """Whether Graph's token says anything at all."""
        return Service.GRAPH in self.granted


async def read_access(credentials: Credentials) -> Access:
    """Look into the tokens; asks nothing of Graph or Exchange themselves.

    Raises:
        SignInFailed: there is no token for Graph. Having none for Exchange is a gap, found when it is needed.
    """
    granted: dict[Service, frozenset[str]] = {}
    for service in Service:
        try:
            payload: Mapping[str, Any] = claims(await credentials.token(service))
        except SignInFailed:
            if service is Service.GRAPH:
                raise
            continue
        # A token that can be read and names no permission has none; one that cannot be read says nothing either way.
        if payload:
            granted[service] = frozenset(payload.get("roles", payload.get("scp", "").split()))
    return Access(granted)
