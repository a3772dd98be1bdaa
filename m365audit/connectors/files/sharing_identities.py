"""Who a permission lets in, told from the identities Microsoft writes beside it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote

import pandas as pd

from m365audit.connectors.entra.known_accounts import Account, KnownAccounts, OwnDomains, address_of_guest
from m365audit.connectors.reading.frames import records

Json = Mapping[str, Any]
GranteeKind = Literal[
    "member",
    "guest",
    "outside address",
    "group",
    "site group",
    "application",
    "everyone",
    "everyone but guests",
    "link holders",
]

_GUEST_MARKS = ("#ext#", "urn:spo:guest")
_BROAD_CLAIMS: tuple[tuple[str, GranteeKind], ...] = (
    ("spo-grid-all-users", "everyone but guests"),
    ("c:0(.s|true", "everyone"),
    # "All users", by the two names SharePoint has for it.
    ("c:0!.s|windows", "everyone"),
    ("c:0!.s|forms:membership", "everyone"),
)
_GROUP_CLAIM = re.compile(
    r"c:0[a-z]\.c\|(?:tenant|federateddirectoryclaimprovider)\|(?P<id>[0-9a-f-]{36})", re.IGNORECASE
)
# Apps, and SharePoint's own services, which appear like people.
_APP_CLAIMS = ("i:0i.t|", "sharepoint\\", "nt service\\", "nt authority\\")
_MEMBER_CLAIM = "i:0#.f|membership|"
_FACETS = ("user", "siteUser", "group", "siteGroup", "sharePointGroup")


@dataclass(frozen=True, slots=True)
class Grantee:
    """Who is let in. ``key`` is object id, else address, else login name, else name; empty for a link's holders.

    ``kind`` is ``None`` where Microsoft gave a name and nothing to tell by.
    """

    key: str
    kind: GranteeKind | None
    address: str | None = None
    name: str | None = None


LINK_HOLDERS = Grantee("", "link holders")
"""Whoever holds a link and is within its scope."""


class Grantees:
    """Tells who somebody is, with the tenant's accounts, groups and domains to go by; without accounts, by address."""

    def __init__(
        self, domains: pd.DataFrame, accounts: pd.DataFrame | None = None, groups: pd.DataFrame | None = None
    ) -> None:
        self._known = KnownAccounts(accounts)
        self._domains = OwnDomains(domains)
        self._groups = {row["group_id"].lower(): row for row in records(groups, "group_id", "display_name", "mail")}

    def of(self, permission: Json) -> list[Grantee]:
        """Everybody a permission names, each once; a link that is open to a scope lets its holders in as well."""
        found = [self._one(identity) for identity in _identities(permission)]
        link, invited = permission.get("link") or {}, invited_address(permission)
        if not found and invited:
            found = [self._at(invited, invited, None)]
        if link and (not found or link.get("scope") in {"anonymous", "organization"}):
            found.insert(0, LINK_HOLDERS)
        # A permission that names nobody is still a permission.
        return list({grantee.key: grantee for grantee in found or [Grantee("", None)]}.values())

    def _one(self, identity: Json) -> Grantee:
        facets = [identity[name] for name in _FACETS if identity.get(name)]
        login, name, mail = (_first(facets, *names) for names in (_LOGINS, _NAMES, _MAILS))
        login = unquote(login or "")
        said = " ".join((login, unquote(mail or ""))).lower()
        # First of all: a guest's login looks like a member's in every other respect.
        if any(mark in said for mark in _GUEST_MARKS):
            return self._guest(identity, login, name, mail)
        for claim, kind in _BROAD_CLAIMS:
            if claim in login.lower():
                return Grantee(login, kind, None, name)
        if identity.get("application") or login.lower().startswith(_APP_CLAIMS):
            app = identity.get("application") or {}
            return Grantee(app.get("id") or login, "application", None, app.get("displayName") or name)
        if group := self._group(identity, login, name, mail):
            return group
        if identity.get("siteGroup") or identity.get("sharePointGroup"):
            return Grantee(login or name or "", "site group", None, name)
        return self._person(identity, login, name, mail)

    def _guest(self, identity: Json, login: str, name: str | None, mail: str | None) -> Grantee:
        sign_in = login.rpartition("|")[2].lower()
        account = self._known.by_id(_id(identity)) or self._known.at(sign_in) or self._known.at(mail)
        if account:
            return Grantee(account.account_id, "guest", account.address, name or account.name)
        decoded = address_of_guest(sign_in) or (sign_in.partition("guest#")[2] or None)
        address = decoded or address_of_guest(mail or "") or (mail.lower() if mail else None)
        return Grantee(_id(identity) or address or login, "guest", address, name)

    def _group(self, identity: Json, login: str, name: str | None, mail: str | None) -> Grantee | None:
        claim = _GROUP_CLAIM.search(login)
        group_id = (identity.get("group") or {}).get("id") or (claim["id"] if claim else None)
        if not group_id and not identity.get("group"):
            return None
        known = self._groups.get((group_id or "").lower(), {})
        address = (mail or known.get("mail") or "").lower() or None
        title = name or known.get("display_name")
        return Grantee(group_id or address or login or title or "", "group", address, title)

    def _person(self, identity: Json, login: str, name: str | None, mail: str | None) -> Grantee:
        sign_in = login[len(_MEMBER_CLAIM) :] if login.lower().startswith(_MEMBER_CLAIM) else None
        account = self._known.by_id(_id(identity)) or self._known.at(mail) or self._known.at(sign_in)
        if account:
            return _as(account, name)
        address = next((text for text in (mail, sign_in) if text and "@" in text), None)
        if address:
            return self._at(address, _id(identity) or address.lower(), name)
        return Grantee(_id(identity) or login or name or "", None, None, name)

    def _at(self, address: str, key: str, name: str | None) -> Grantee:
        """Somebody known by address alone."""
        if account := self._known.at(address):
            return _as(account, name)
        return Grantee(key, "outside address" if self._domains.outside(address) else "member", address.lower(), name)


_LOGINS = ("loginName", "userPrincipalName")
_NAMES = ("displayName", "title")
_MAILS = ("email", "userPrincipalName")


def invited_address(permission: Json) -> str | None:
    """Address an invitation went to, lower case."""
    address = (permission.get("invitation") or {}).get("email")
    return address.lower() if address else None


def _identities(permission: Json) -> Iterator[Json]:
    """Every identity set of a permission; the deprecated ones only where there are no new ones."""
    for one, several in (("grantedToV2", "grantedToIdentitiesV2"), ("grantedTo", "grantedToIdentities")):
        found = [identity for identity in (permission.get(one), *(permission.get(several) or ())) if identity]
        if found:
            yield from found
            return


def _id(identity: Json) -> str | None:
    """Object id; the ids of ``siteUser`` are numbers of one site."""
    found: str | None = (identity.get("user") or {}).get("id")
    return found or None


def _first(facets: list[Json], *names: str) -> str | None:
    return next((str(facet[name]) for name in names for facet in facets if facet.get(name)), None)


def _as(account: Account, name: str | None) -> Grantee:
    kind: GranteeKind = "guest" if account.guest else "member"
    return Grantee(account.account_id, kind, account.address, name or account.name)
