"""Mail addresses as Microsoft 365 writes them, and as the program keeps them."""

from collections.abc import Iterable


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


def is_address(text: str) -> bool:
    """Whether a text is a mail address and not a name, a distinguished name or a path."""
    local, at, domain = text.rpartition("@")
    return bool(at and local and domain) and not any(mark in text for mark in " /\\=")
