"""Who is who among a tenant's accounts, and which addresses are the council's own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from m365audit.connectors.reading.frames import records

_GUEST_MARK = "#ext#"


def address_of_guest(address: str) -> str | None:
    """The outside address inside a guest's sign-in name, lower case; ``None`` where the name is no guest's.

    ``jane.smith_example.org#EXT#@council.onmicrosoft.com`` stands for ``jane.smith@example.org``:
    the council's own domain at its end says nothing about who that is.
    """
    local, mark, _ = address.lower().partition(_GUEST_MARK)
    if not mark:
        return None
    # No domain has an underscore in it, so the last one is where the @ was.
    name, _, domain = local.rpartition("_")
    return f"{name}@{domain}" if name else local


@dataclass(frozen=True, slots=True)
class Account:
    """One account. ``address`` is its primary one; of a guest, the one outside the tenant. Lower case."""

    account_id: str
    guest: bool
    address: str | None
    name: str | None


class KnownAccounts:
    """The tenant's accounts, found by object id or by any of their addresses; without a frame, none is known."""

    def __init__(self, accounts: pd.DataFrame | None) -> None:
        self._by_id: dict[str, Account] = {}
        self._by_address: dict[str, Account] = {}
        rows = records(
            accounts,
            *("account_id", "user_type", "display_name", "user_principal_name"),
            *("mail", "primary_address", "addresses", "other_mails"),
        )
        # Members first: an address that a guest claims as well is still the member's.
        for row in sorted(rows, key=lambda row: (row["user_type"] == "guest", row["account_id"])):
            self._learn(row)

    def _learn(self, row: dict[str, Any]) -> None:
        guest = row["user_type"] == "guest"
        account = Account(row["account_id"], guest, _primary(row) if not guest else _outside(row), row["display_name"])
        self._by_id[account.account_id.lower()] = account
        for address in _addresses(row, with_others=guest):
            self._by_address.setdefault(address.lower(), account)

    def by_id(self, account_id: str | None) -> Account | None:
        """The account with that object id."""
        return self._by_id.get(account_id.lower()) if account_id else None

    def at(self, address: str | None) -> Account | None:
        """The account with that address or sign-in name; a member's private addresses do not count as its own."""
        return self._by_address.get(address.lower()) if address else None


def _addresses(row: dict[str, Any], *, with_others: bool) -> Iterator[str]:
    """Every address an account answers to.

    The other addresses of a member are private ones for recovery: whoever shares with those shares with the outside.
    Those of a guest are where the invitation went.
    """
    single = (row["user_principal_name"], row["primary_address"], row["mail"])
    several = (*(row["addresses"] or ()), *((row["other_mails"] or ()) if with_others else ()))
    yield from (address for address in (*single, *several) if address)


def _primary(row: dict[str, Any]) -> str | None:
    address: str | None = row["primary_address"] or row["mail"] or row["user_principal_name"]
    return address


def _outside(row: dict[str, Any]) -> str | None:
    others: Sequence[str] = row["other_mails"] or ()
    decoded = address_of_guest(row["user_principal_name"] or "")
    address: str | None = row["mail"] or next(iter(others), None) or decoded or row["user_principal_name"]
    return address


class OwnDomains:
    """The domains that are the council's: verified in the tenant, or named as owned in the tenant file."""

    def __init__(self, domains: pd.DataFrame) -> None:
        rows = records(domains, "domain", "verified", "owned")
        self._own = frozenset(row["domain"].lower() for row in rows if row["verified"] or row["owned"])

    def outside(self, address: str) -> bool:
        """Whether an address is on no domain of the council; a sub-domain is outside unless it is one itself.

        A directory name without an @ is outside nothing. A guest's sign-in name is outside whatever its domain.
        """
        if _GUEST_MARK in address.lower():
            return True
        _, at, domain = address.strip().lower().rpartition("@")
        return bool(at) and domain.rstrip(".>") not in self._own
