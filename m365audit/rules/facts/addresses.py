"""Mail addresses and domains: whose they are."""

import pandas as pd

GOVERNMENT = (".gov.uk", ".gov.wales", ".llyw.cymru", ".gov.scot")
"""Endings only public bodies of the United Kingdom can have."""

TENANT_ENDING = ".onmicrosoft.com"
"""Ending of the domains Microsoft gives a tenant; nobody can take one along."""

CONSUMER = frozenset(
    {
        "aol.co.uk", "aol.com", "blueyonder.co.uk", "bt.com", "btinternet.com", "btopenworld.com", "fastmail.com",
        "fsmail.net", "gmail.com", "gmx.co.uk", "gmx.com", "googlemail.com", "hey.com", "hotmail.co.uk", "hotmail.com",
        "icloud.com", "live.co.uk", "live.com", "mac.com", "mail.com", "me.com", "msn.com", "ntlworld.com",
        "outlook.com", "plus.com", "pm.me", "proton.me", "protonmail.com", "rocketmail.com", "sky.com", "talk21.com",
        "talktalk.net", "tiscali.co.uk", "tuta.io", "tutanota.com", "virgin.net", "virginmedia.com", "yahoo.co.uk",
        "yahoo.com", "ymail.com", "zoho.com",
    }
)  # fmt: skip
"""Mail services anybody can have an address at."""


def owned(domains: pd.DataFrame) -> frozenset[str]:
    """The domains the council owns, lower case."""
    return frozenset(domains.loc[domains["owned"].fillna(value=False).astype(bool), "domain"].str.lower())


def domain_of(addresses: pd.Series) -> pd.Series:
    """The domain of each address, lower case; missing where there is no address.

    Returns: objects, the index of ``addresses``.
    """
    return pd.Series([_domain(address) for address in addresses], index=addresses.index, dtype=object)


def _domain(address: object) -> str | None:
    name, _, domain = address.rpartition("@") if isinstance(address, str) else ("", "", "")
    return domain.lower() if name and domain else None


def outside(domain: pd.Series, own: frozenset[str]) -> pd.Series:
    """Where a domain is known and none of the council's; a sub-domain nobody verified is not the council's."""
    return domain.notna() & ~domain.isin(list(own))
