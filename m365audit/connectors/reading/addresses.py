"""Mail addresses as Microsoft 365 writes them, and as the program keeps them."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from m365audit.connectors.reading.tables import lower


def plain(address: str | None) -> str | None:
    """The address in lower case, without the ``smtp:`` Exchange puts before it; null where there is none."""
    if not address:
        return None
    scheme, colon, rest = address.partition(":")
    return (rest if colon and scheme.lower() == "smtp" else address).strip().lower() or None


def primary_and_all(proxies: Iterable[str] | None) -> tuple[str | None, list[str]]:
    """The primary mail address and every mail address, lower case.

    ``SMTP:`` marks the primary one and ``smtp:`` the others; ``X500:``, ``SIP:`` and ``SPO:`` are no mail addresses.
    """
    primary: str | None = None
    addresses: list[str] = []
    for proxy in proxies or ():
        scheme, _, address = proxy.partition(":")
        if scheme == "SMTP":
            primary = address.lower()
            addresses.append(primary)
        elif scheme == "smtp":
            addresses.append(address.lower())
    return primary, addresses


def primary_and_all_of(proxies: pa.ListArray, mails: pa.Array) -> tuple[pa.Array, pa.ListArray]:
    """:func:`primary_and_all` of many accounts at once, with the mail address of each (lower case, or null).

    Where no proxy is primary, the mail address is; where it is not among the proxies, it comes after them.
    """
    owners, proxy = pc.list_parent_indices(proxies), pc.list_flatten(proxies)
    is_primary = pc.starts_with(proxy, "SMTP:")
    is_mail = pc.or_(is_primary, pc.starts_with(proxy, "smtp:"))
    owners, is_primary = owners.filter(is_mail).to_numpy(), is_primary.filter(is_mail)
    addresses = lower(pc.utf8_slice_codeunits(proxy.filter(is_mail), len("smtp:")))

    # Of two primary ones the later holds, as the later assignment does here.
    place = np.full(len(proxies), -1)
    chosen = np.flatnonzero(is_primary)
    place[owners[chosen]] = chosen
    primary = addresses.take(pa.array(place, mask=place < 0))
    primary = pc.if_else(pc.fill_null(pc.not_equal(primary, ""), fill_value=False), primary, mails)

    is_there = pc.fill_null(pc.equal(addresses, mails.take(pa.array(owners))), fill_value=False)
    is_late = pc.fill_null(pc.not_equal(mails, ""), fill_value=False).to_numpy(zero_copy_only=False).copy()
    is_late[owners[np.flatnonzero(is_there)]] = False
    late = np.flatnonzero(is_late)
    owners = np.concatenate([owners, late])
    ends = np.cumsum(np.bincount(owners, minlength=len(proxies)))
    together = pa.concat_arrays([addresses, mails.take(pa.array(late))]).take(pa.array(owners.argsort(kind="stable")))
    return primary, pa.ListArray.from_arrays(pa.array([0, *ends], pa.int32()), together)


def is_address(text: str) -> bool:
    """Whether a text is a mail address and not a name, a distinguished name or a path."""
    local, at, domain = text.rpartition("@")
    return bool(at and local and domain) and not any(mark in text for mark in " /\\=")
