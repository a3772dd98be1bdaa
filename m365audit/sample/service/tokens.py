"""Bearer tokens: made by the login service, read by the services they are meant for."""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

import orjson

from m365audit.sample.service.clock import Clock
from m365audit.sample.tenant import Json, Partner, Tenant

Audience = Literal["graph", "exchange"]

RESOURCES: dict[Audience, str] = {"graph": "https://graph.microsoft.com", "exchange": "https://outlook.office365.com"}
"""The resource each token is for: what stands in ``aud``, and before ``/.default`` in a scope."""

EXCHANGE_ROLES = frozenset({"Exchange.ManageAsApp", "Exchange.ManageAsAppV2", "full_access_as_app", "Exchange.Manage"})
"""Permissions that are Exchange's, not Graph's; the last one is for people, the others for apps."""

ROLE_TEMPLATES = {
    "Global Administrator": "62e90394-69f5-4237-9190-012177145e10",
    "Global Reader": "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
    "Exchange Administrator": "29232cdf-9323-42fd-ade2-1d097af3e4de",
    "Security Administrator": "194ae4cb-b126-40b2-bd5b-6091b380977d",
    "Security Reader": "5d6b6bb7-de71-4623-b4af-96380a352509",
    "Reports Reader": "4a5d8f65-41da-4de4-8968-e035b65339cf",
    "User Administrator": "fe930be7-5e62-47db-91af-98c3a49a38b1",
}
"""Directory roles by the template id that stands in ``wids``."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in."""

    upn: str
    object_id: str
    tenant_id: str


PROVIDER = Account(
    "audit@provider.example", "99999999-0000-0000-0000-000000000001", "99999999-8888-7777-6666-555555555555"
)
"""The account by which a provider looks after its customers."""


class BadTokenError(Exception):
    """A token that does not open this service; says why in Microsoft's words."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a valid token says. ``permissions`` are application roles, or scopes where a person signed in."""

    tenant_id: str
    app_id: str
    permissions: frozenset[str]
    roles: frozenset[str]
    delegated: bool
    expires: float
    upn: str = ""


class Tokens:
    """Makes and reads the tokens of one imitation; a token of another one is worth nothing here."""

    def __init__(self, clock: Clock, client_id: str) -> None:
        self._clock = clock
        self._client_id = client_id
        self._secret = secrets.token_bytes(32)
        self._read: dict[str, tuple[str, Claims]] = {}

    def issue(
        self,
        tenant: Tenant,
        audience: Audience,
        *,
        seconds: int,
        delegated: bool = False,
        partner: Partner | None = None,
    ) -> str:
        """A token with the permissions and directory roles the tenant has granted by now.

        ``delegated`` makes it that of a person of the tenant, ``partner`` that of the provider's account there.
        """
        now = int(self._clock.now().timestamp())
        given, roles = (partner.scopes, partner.roles) if partner else (tenant.granted, tenant.directory_roles)
        granted = sorted(given & EXCHANGE_ROLES if audience == "exchange" else given - EXCHANGE_ROLES)
        delegated = delegated or partner is not None
        claims: Json = {
            "aud": RESOURCES[audience],
            "iss": f"https://sts.windows.net/{tenant.tenant_id}/",
            "iat": now,
            "nbf": now,
            "exp": now + seconds,
            "appid": self._client_id,
            "idtyp": "user" if delegated else "app",
            "tid": tenant.tenant_id,
            "wids": sorted(_template(name) for name in roles),
            "ver": "1.0",
        }
        if delegated:
            person = PROVIDER if partner else _administrator(tenant)
            claims |= {"scp": " ".join(granted), "upn": person.upn, "oid": person.object_id}
        else:
            principal = tenant.principal_of(self._client_id)
            claims |= {"oid": principal, "sub": principal} | ({"roles": granted} if granted else {})
        return self._sign({"typ": "JWT", "alg": "HS256", "kid": "sample"}, claims)

    def identity(self, nonce: str, seconds: int) -> str:
        """An identity token of the provider's account, as it signs in at home."""
        now = int(self._clock.now().timestamp())
        claims: Json = {
            "aud": self._client_id,
            "iss": f"https://login.microsoftonline.com/{PROVIDER.tenant_id}/v2.0",
            "iat": now,
            "nbf": now,
            "exp": now + seconds,
            "oid": PROVIDER.object_id,
            "sub": PROVIDER.object_id,
            "tid": PROVIDER.tenant_id,
            "preferred_username": PROVIDER.upn,
            "ver": "2.0",
        }
        return self._sign({"typ": "JWT", "alg": "HS256", "kid": "sample"}, claims | ({"nonce": nonce} if nonce else {}))

    def read(self, authorization: str | None, audience: Audience) -> Claims:
        """The claims of an ``Authorization`` header.

        Raises:
            BadTokenError: there is none, or it is malformed, forged, expired, or for another service.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            msg = "Access token is empty."
            raise BadTokenError(msg)
        if token not in self._read:
            self._read[token] = self._decode(token)
        resource, claims = self._read[token]
        if resource != RESOURCES[audience]:
            msg = "Access token validation failure. Invalid audience."
            raise BadTokenError(msg)
        if claims.expires <= self._clock.now().timestamp():
            msg = "Lifetime validation failed, the token is expired."
            raise BadTokenError(msg)
        return claims

    def now(self) -> datetime:
        """The time by which tokens and logs run out."""
        return self._clock.now()

    def seal(self, state: Json) -> str:
        """An opaque continuation token for a page or a delta."""
        body = orjson.dumps(state)
        return _encode(hmac.digest(self._secret, body, "sha256")[:12] + body)

    def unseal(self, token: str) -> Json | None:
        """What :meth:`seal` was given, or ``None`` where the token is not one of ours, or was tampered with."""
        try:
            raw = _decoded(token)
        except ValueError:
            return None
        if not hmac.compare_digest(hmac.digest(self._secret, raw[12:], "sha256")[:12], raw[:12]):
            return None
        return cast("Json", orjson.loads(raw[12:]))

    def _sign(self, header: Json, claims: Json) -> str:
        signed = f"{_encode(orjson.dumps(header))}.{_encode(orjson.dumps(claims))}"
        return f"{signed}.{_encode(hmac.digest(self._secret, signed.encode(), 'sha256'))}"

    def _decode(self, token: str) -> tuple[str, Claims]:
        signed, _, signature = token.rpartition(".")
        if signed.count(".") != 1:
            msg = "CompactToken parsing failed with error code: 80049217"
            raise BadTokenError(msg)
        expected = _encode(hmac.digest(self._secret, signed.encode(), "sha256"))
        if not hmac.compare_digest(expected.encode(), signature.encode()):
            msg = "Access token validation failure. Signature is invalid."
            raise BadTokenError(msg)
        said: Json = orjson.loads(_decoded(signed.partition(".")[2]))
        delegated = said["idtyp"] == "user"
        names = {template: name for name, template in ROLE_TEMPLATES.items()}
        claims = Claims(
            tenant_id=said["tid"],
            app_id=said["appid"],
            permissions=frozenset(said.get("scp", "").split() if delegated else said.get("roles", ())),
            roles=frozenset(names.get(wid, wid) for wid in said["wids"]),
            delegated=delegated,
            expires=float(said["exp"]),
            upn=said.get("upn", ""),
        )
        return said["aud"], claims


def holds(permissions: frozenset[str], wanted: Iterable[str]) -> bool:
    """Whether one of the wanted permissions is there, or one that includes it (``ReadWrite`` includes ``Read``)."""
    return any(one in permissions or re.sub(r"\.Read\b", ".ReadWrite", one) in permissions for one in wanted)


def digest(*parts: str) -> str:
    """A short fingerprint of a request, to tie a continuation token to it."""
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=9).hexdigest()


def _administrator(tenant: Tenant) -> Account:
    return Account(f"admin@{tenant.initial_domain}", "00000000-0000-0000-0000-0000000000ad", tenant.tenant_id)


def _template(role: str) -> str:
    try:
        return ROLE_TEMPLATES[role]
    except KeyError:
        msg = f"the imitation knows no directory role '{role}'; it knows {', '.join(sorted(ROLE_TEMPLATES))}"
        raise ValueError(msg) from None


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
