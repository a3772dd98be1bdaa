"""The rule about who can send mail in the council's name."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from m365audit.model.words import SubjectKind
from m365audit.rules.declare import breaches, rule, unjudged
from m365audit.rules.facts.register_matching import listed, text
from m365audit.rules.facts.verdicts import every_fault, flags

_SELECTORS: Final = ("selector1", "selector2")
_ENFORCED: Final = ("quarantine", "reject")
_ALL: Final = 100


@rule(
    "domain-mail-protected",
    subject="domain",
    severity="medium",
    actor="provider",
    topic="Email protection",
    row_by_row=("mail_dns",),
)
def domain_mail_protected(mail_dns: pd.DataFrame) -> pd.DataFrame:
    """Nobody else can send mail in the council's name.

    Why: a message that seems to come from the Clerk is believed; without these records anybody can send one.
    Judged: of every domain the council owns but those Microsoft lends: one SPF record that ends in -all or ~all (or
        leads to another domain's); both of Microsoft 365's DKIM keys; and one DMARC record, its own or that of an owned
        domain above it, that has false mail quarantined or rejected, all of it. A domain that takes no mail and lets
        nobody send needs no keys. Other providers' keys have names nobody can guess, and are not seen. Where no such
        domain was looked at, nothing is judged.
    Fix: set the records at the domain's provider: the keys come from Microsoft Defender portal > Email & collaboration
        > Policies & rules > Threat policies > Email authentication settings > DKIM.
    """
    if mail_dns.empty:
        return _none_looked_at()
    found = mail_dns.assign(keys=[", ".join(listed(keys)) for keys in mail_dns["dkim_selectors"]])
    spf, dmarc = [text(value) for value in found["spf"]], [_tags(value) for value in found["dmarc"]]
    one_spf, one_dmarc = found["spf_records"] == 1, found["dmarc_records"] == 1
    closed = flags(found, (value.endswith("-all") for value in spf)) & ~found["receives_mail"].fillna(value=True)
    policy = [
        tags.get("sp", tags.get("p", "")) if inherited else tags.get("p", "")
        for tags, inherited in zip(dmarc, found["dmarc_inherited"].fillna(value=False), strict=True)
    ]
    missing = flags(found, (not set(listed(keys)) >= set(_SELECTORS) for keys in found["dkim_selectors"]))
    found["fault"] = every_fault(
        found,
        {
            "it has no SPF record": found["spf_records"] == 0,
            "it has several SPF records, of which none counts": found["spf_records"] > 1,
            "its SPF record does not close with -all or ~all": one_spf & flags(found, (not _closes(v) for v in spf)),
            "one of Microsoft's two DKIM keys is missing (there: {keys})": missing & ~closed & (found["keys"] != ""),
            "it has no DKIM keys of Microsoft's": missing & ~closed & (found["keys"] == ""),
            "it has no DMARC record": found["dmarc_records"] == 0,
            "it has several DMARC records, of which none counts": found["dmarc_records"] > 1,
            "its DMARC record lets false mail through": one_dmarc & flags(found, (p not in _ENFORCED for p in policy)),
            "its DMARC record is for a part of the mail only": one_dmarc & flags(found, map(_is_partial, dmarc)),
        },
    )
    return breaches(
        found[found["fault"] != ""],
        because="{fault}",
        subject_id="domain",
        subject_name="{domain}",
        evidence=("spf", "dmarc", "keys"),
    )


def _none_looked_at() -> pd.DataFrame:
    return unjudged(
        pd.DataFrame([{"id": "mail.domains"}], dtype=object),
        because="no domain of the council's own was looked at",
        subject=SubjectKind.SETTING,
        subject_id="id",
        subject_name="The council's domains",
        fix="have the council's domain verified in Microsoft 365, or name it in the tenant file, under domains",
    )


def _closes(spf: str) -> bool:
    words = spf.split()
    return bool(words) and (words[-1] in {"-all", "~all"} or any(word.startswith("redirect=") for word in words))


def _tags(dmarc: object) -> dict[str, str]:
    """The tags of a DMARC record: name to value, as they are compared."""
    pairs = (part.partition("=") for part in text(dmarc).split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs if name.strip()}


def _is_partial(tags: Mapping[str, str]) -> bool:
    share = tags.get("pct", str(_ALL))
    return not share.isdigit() or int(share) < _ALL
