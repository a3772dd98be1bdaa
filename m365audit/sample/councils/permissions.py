"""Permissions on files and folders, in every shape SharePoint gives them."""

import base64
from dataclasses import dataclass
from typing import Literal

from m365audit.sample.councils.draft import Draft
from m365audit.sample.councils.people import Account
from m365audit.sample.tenant import Json

LinkKind = Literal["view", "edit"]


@dataclass(frozen=True, slots=True)
class Grant:
    """One permission to be given, and the scope it adds to its item's ``shared`` facet."""

    permission: Json
    scope: str


def anyone_link(
    draft: Draft, name: str, kind: LinkKind, *, expires: int | None = None, password: bool = False
) -> Grant:
    """A link for anyone who has it; ``expires`` counts days from ``as_of``."""
    permission = _link(draft, name, "anonymous", kind) | {"hasPassword": password}
    if expires is not None:
        permission["expirationDateTime"] = draft.seed.stamp(expires)
    return Grant(permission, "anonymous")


def organisation_link(draft: Draft, name: str, kind: LinkKind) -> Grant:
    """A link for everybody in the council."""
    return Grant(_link(draft, name, "organization", kind), "organization")


def people_link(draft: Draft, name: str, kind: LinkKind, *people: Json) -> Grant:
    """A link for the people named; see :func:`member` and the guests."""
    permission = _link(draft, name, "users", kind) | {"grantedToIdentitiesV2": list(people)}
    return Grant(permission, "users")


def marked_inherited(grant: Grant) -> Grant:
    """The same grant wrongly marked as inherited where it was given, as some tenants mark it."""
    return Grant(grant.permission | {"inheritedFrom": {}}, grant.scope)


def direct(person: Json, *, role: str = "read") -> Grant:
    """A grant without a link. As in SharePoint its id follows from whom it is given to: it is the same everywhere."""
    login_name = person["siteUser"]["loginName"]
    permission_id = base64.urlsafe_b64encode(login_name.encode()).decode().rstrip("=")
    return Grant(_permission(permission_id, role) | {"grantedToV2": person}, "users")


def invitation(draft: Draft, name: str, address: str) -> Grant:
    """An invitation that went to an address and was not taken up."""
    permission = _permission(draft.seed.guid("invitation", name), "read") | {
        "invitation": {"email": address, "signInRequired": True},
        "grantedToIdentitiesV2": [],
    }
    return Grant(permission, "users")


def member(account: Account) -> Json:
    """Somebody of the council as a ``sharePointIdentitySet``."""
    login_name = f"i:0#.f|membership|{account.user_principal_name}"
    return _person(account.name, account.address or account.user_principal_name, login_name, account.id)


def guest(account: Account) -> Json:
    """A guest account, told by ``#ext#`` in its login name."""
    login_name = f"i:0#.f|membership|{account.user_principal_name.lower()}"
    return _person(account.name, account.address, login_name, account.id)


def guest_by_code(name: str, address: str, *, escaped: bool = False) -> Json:
    """Somebody outside without an account, who opens the file with a code sent by mail."""
    urn = "urn%3aspo%3aguest" if escaped else "urn:spo:guest"
    return _person(name, address, f"i:0#.f|membership|{urn}#{address}", None)


def everyone_but_guests(draft: Draft) -> Json:
    """*Everyone except external users*."""
    login_name = f"c:0-.f|rolemanager|spo-grid-all-users/{draft.tenant.tenant_id}"
    return _person("Everyone except external users", None, login_name, None)


def entra_group(name: str, group_id: str) -> Json:
    """An Entra security group."""
    return _person(name, None, f"c:0t.c|tenant|{group_id}", None) | {"group": {"id": group_id, "displayName": name}}


def site_group(draft: Draft, site_id: str) -> Json:
    """What every item of a site carries: the right of the site's own members."""
    group: Json = {"siteGroup": {"id": "5", "displayName": "Members", "loginName": "Members"}}
    return _permission(draft.seed.code(12, "site group", site_id), "write") | {"grantedToV2": group}


def _person(name: str, address: str | None, login_name: str, account_id: str | None) -> Json:
    both: Json = {"displayName": name} if address is None else {"displayName": name, "email": address}
    person: Json = {"siteUser": both | {"id": "17", "loginName": login_name}}
    if account_id:
        person["user"] = both | {"id": account_id}
    elif "membership" in login_name:
        person["user"] = dict(both)
    return person


def _link(draft: Draft, name: str, scope: str, kind: LinkKind) -> Json:
    secret = draft.seed.opaque("sharing link", scope, name).rstrip("=")
    return _permission(draft.seed.guid("link", scope, name), "write" if kind == "edit" else "read") | {
        "shareId": f"u!{secret}",
        "hasPassword": False,
        "grantedToIdentitiesV2": [],
        "link": {
            "scope": scope,
            "type": kind,
            "preventsDownload": False,
            "webUrl": f"https://{draft.host}.sharepoint.com/:f:/g/{secret}",
        },
    }


def _permission(permission_id: str, role: str) -> Json:
    return {"id": permission_id, "roles": [role], "expirationDateTime": "0001-01-01T00:00:00Z"}
