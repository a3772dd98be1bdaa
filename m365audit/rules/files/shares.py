"""What is shared now, one row a permission, and what the register accepts of it."""

from datetime import date
from urllib.parse import unquote, urlsplit

import pandas as pd

from m365audit.model.keys import share_key
from m365audit.rules.facts.moments import is_live
from m365audit.rules.facts.register_matching import listed, text, texts
from m365audit.rules.facts.verdicts import column, first_known, flags, joined

ANYONE = "anyone with the link"
"""Shared with, on the register's sheet Accepted sharing: whoever has the link."""

_ANYWHERE = "anywhere"


def live(sharing: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The permissions that have not ended, with ``key``, ``what`` is shared and ``where``."""
    shares = sharing[is_live(sharing["expires_at"], as_of)]
    parts = zip(shares["drive_id"], shares["item_id"], shares["permission_id"], strict=True)
    return shares.assign(
        key=column(shares, (share_key(*part) for part in parts)),
        what=shares["item_name"].fillna(shares["path"]).fillna("the top of the library"),
        where=shares["site_name"].fillna(shares["site_url"]).fillna(shares["drive_name"]),
    )


def by_permission(shares: pd.DataFrame, who: str) -> pd.DataFrame:
    """One row a permission, the column ``who`` of its rows joined in it; everything else is the same on all of them.

    Adds ``extent``: what each of them may do, for whom one key may stand.
    """
    names = shares.groupby("key")[who].agg(joined).to_dict()
    extents = shares.assign(extent=extents_of(shares)).groupby("key")["extent"].agg(_united).to_dict()
    single = shares.drop_duplicates("key")
    told = {who: names, "extent": extents}
    return single.assign(**{name: column(single, map(said.get, single["key"])) for name, said in told.items()})


def extents_of(shares: pd.DataFrame) -> pd.Series:
    """What each row lets its grantee do; who may change a thing may see it as well."""
    names = (shares[name] for name in ("grantee_address", "invited_address", "grantee_name", "grantee"))
    rows = zip(may_change(shares), *names, strict=True)
    return column(shares, (_extent(str(first_known(*filter(text, known))), change=may) for may, *known in rows))


def _extent(who: str, *, change: bool) -> frozenset[str]:
    given = ("may see it", "may change it") if change else ("may see it",)
    return frozenset(f"{who or 'whoever has the link'} {what}" for what in given)


def _united(extents: pd.Series) -> frozenset[str]:
    return frozenset().union(*extents)


def may_change(shares: pd.DataFrame) -> pd.Series:
    """Where whoever is let in may change what is there, and not only look at it."""
    writes = flags(shares, ("write" in listed(roles) or "owner" in listed(roles) for roles in shares["roles"]))
    return shares["link_kind"].isin(["edit"]) | writes


def covered(shares: pd.DataFrame, acceptances: pd.DataFrame, *names: pd.Series) -> pd.Series:
    """Where an acceptance names the place and one of the ``names`` (address, domain, or :data:`ANYONE`).

    A place is a site, which covers all in it, or an item, which covers all below it; the top site of the tenant covers
    no other site. An item is found by its own address and by the folders that lead to it, because the address of an
    Office file names no folder. Returns: bool, the index of ``shares``.
    """
    accepted: dict[str, set[str]] = {}
    for location, shared_with in zip(acceptances["location"], acceptances["shared_with"], strict=True):
        accepted.setdefault(text(shared_with).removeprefix("@"), set()).add(_place(location))
    accepted.pop("", None)
    places = zip(map(_place, shares["site_url"]), map(_place, shares["item_url"]), _by_folders(shares), strict=True)
    return flags(
        shares,
        (
            any(_lies_at(addresses, place) for name in called for place in accepted.get(name, ()))
            for addresses, *called in zip(places, *map(texts, names), strict=True)
        ),
    )


def _by_folders(shares: pd.DataFrame) -> list[str]:
    """The address each item has by its library and folders; empty where the library's is not known."""
    parts = zip(shares["drive_url"], shares["path"], shares["item_name"], strict=True)
    return [
        "/".join(filter(None, (_place(drive), text(path), text(name)))) if text(drive) else ""
        for drive, path, name in parts
    ]


def _lies_at(addresses: tuple[str, ...], place: str) -> bool:
    if place == _ANYWHERE or place in addresses:
        return True
    return bool(urlsplit(place).path) and any(address.startswith(f"{place}/") for address in addresses)


def _place(address: object) -> str:
    """A web address as two of them are compared."""
    return unquote(text(address)).rstrip("/")
