"""What the public names of the council's domains say about its mail."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

import pandas as pd

from m365audit.connectors.declare import connector
from m365audit.connectors.reading.frames import records
from m365audit.graph import Names
from m365audit.model.evidence import PROPERTY, Coverage, Gap, Looked, Row
from m365audit.model.words import GapKind

SELECTORS: Final = ("selector1", "selector2")
"""The two names Microsoft 365 keeps its keys for signing mail under."""
_MICROSOFTS: Final = ".onmicrosoft.com"
_WHOSE: Final = f"{PROPERTY}isVerified"


@connector("mail_dns", permission="")
async def mail_dns(
    names: Names, domains: pd.DataFrame, coverage: Mapping[str, Coverage]
) -> AsyncIterator[Row | Gap | Looked]:
    """SPF, DKIM and DMARC of every domain the council owns; those Microsoft lends are Microsoft's to look after."""
    rows = [row for row in records(domains, "domain", "owned") if not row["domain"].endswith(_MICROSOFTS)]
    asked = sorted(row["domain"] for row in rows if row["owned"])
    for gap in _unknown(sorted(row["domain"] for row in rows if row["owned"] is None), coverage["domains"].gaps):
        yield gap
    for domain in asked:
        found = await _looked_up(names, domain, [other for other in asked if domain.endswith(f".{other}")])
        if isinstance(found, Gap):
            yield found
        else:
            yield found
            yield Looked(_scope(domain))


def _scope(domain: str) -> str:
    return f"domain:{domain}"


def _unknown(domains: Iterable[str], gaps: Iterable[Gap]) -> Iterator[Gap]:
    """What is not looked at because the list of domains lacks it: domains nobody says the owner of, and its own gaps.

    Of the properties only the one that says whose a domain is matters here, and only where no tenant file says it.
    """
    scopes = {_WHOSE: False}
    for domain in domains:
        scopes[_WHOSE] = True
        yield Gap(
            GapKind.ERROR,
            f"Microsoft did not say whether {domain} is the council's, so its records were not looked up.",
            "Run the audit again; if it stays, name the domain in the tenant file, under domains.",
            _scope(domain),
        )
    for gap in gaps:
        if scopes.get(gap.scope, not gap.scope.startswith(PROPERTY)):
            yield replace(gap, data_set="")


async def _looked_up(names: Names, domain: str, above: Iterable[str]) -> Row | Gap:
    """The row of a domain; one question nobody answered makes all of it a gap."""
    scope = _scope(domain)
    servers = await names.records(domain, "MX", scope)
    if isinstance(servers, Gap):
        return servers
    texts = await names.records(domain, "TXT", scope)
    if isinstance(texts, Gap):
        return texts
    keys: list[str] = []
    for selector in SELECTORS:
        key = await _key(names, f"{selector}._domainkey.{domain}", scope)
        if isinstance(key, Gap):
            return key
        keys += [selector] if key else []
    dmarc, inherited = await _dmarc(names, [domain, *sorted(above, key=len, reverse=True)], scope)
    if isinstance(dmarc, Gap):
        return dmarc
    spf = [text for text in texts if text.lower().split(" ")[0] == "v=spf1"]
    return {
        "domain": domain,
        # A lone dot says that the domain takes no mail.
        "receives_mail": any(server.split()[-1] != "." for server in servers),
        "spf": spf[0] if spf else None,
        "spf_records": len(spf),
        "dkim_selectors": keys,
        "dmarc": dmarc[0] if dmarc else None,
        "dmarc_records": len(dmarc),
        "dmarc_inherited": inherited and bool(dmarc),
    }


async def _key(names: Names, name: str, scope: str) -> bool | Gap:
    """Whether there is a key of that name; one that was taken back is there without a key."""
    found = await names.records(name, "TXT", scope)
    if isinstance(found, Gap):
        return found
    return any("p=" in text and not text.replace(" ", "").rstrip(";").endswith("p=") for text in found)


async def _dmarc(names: Names, domains: Iterable[str], scope: str) -> tuple[list[str] | Gap, bool]:
    """The DMARC records of the first of some domains that has any, and whether that is not the first."""
    for place, domain in enumerate(domains):
        found = await names.records(f"_dmarc.{domain}", "TXT", scope)
        if isinstance(found, Gap):
            return found, False
        if said := [text for text in found if text.lower().replace(" ", "").startswith("v=dmarc1")]:
            return said, place > 0
    return [], False
