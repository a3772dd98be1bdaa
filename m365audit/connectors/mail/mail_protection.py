"""What guards the mailboxes: filter policies, the tag on outside mail, the button to report with."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from m365audit.connectors.declare import connector
from m365audit.connectors.entra.licences import plans
from m365audit.connectors.mail.mailboxes import flag, names
from m365audit.connectors.reading.columns import Columns
from m365audit.connectors.reading.refusals import Refusals
from m365audit.graph import Absent, Exchange
from m365audit.model.evidence import Gap, Looked, Row
from m365audit.model.parts import Part
from m365audit.model.plans import Plan
from m365audit.model.words import GapKind

_APP: Final = "Exchange.ManageAsApp"
_LIMITS: Final = (
    "SentTo",
    "SentToMemberOf",
    "RecipientDomainIs",
    "ExceptIfSentTo",
    "ExceptIfSentToMemberOf",
    "ExceptIfRecipientDomainIs",
)
_WAYS_TO_REPORT: Final = ("EnableReportToMicrosoft", "ReportJunkToCustomizedAddress", "ReportPhishToCustomizedAddress")


@dataclass(frozen=True, slots=True)
class _Source:
    """One command: the kind of its rows, the properties it is asked for, and how they become a row."""

    kind: str
    cmdlet: str
    asked: tuple[str, ...]
    row: Callable[[Mapping[str, Any]], Row]


def _default(said: Mapping[str, Any]) -> Row:
    return {"on": True, "everybody": flag(said["IsDefault"])}


def _preset(said: Mapping[str, Any]) -> Row:
    is_limited = any(names(said[limit]) for limit in _LIMITS)
    return {"on": str(said["State"]).lower() == "enabled", "everybody": not is_limited}


def _spam(said: Mapping[str, Any]) -> Row:
    actions = {"spam_action": said["SpamAction"], "phishing_action": said["PhishSpamAction"]}
    return _default(said) | actions


def _phishing(said: Mapping[str, Any]) -> Row:
    return _default(said) | {"on": flag(said["Enabled"]), "spoof": flag(said["EnableSpoofIntelligence"])}


def _malware(said: Mapping[str, Any]) -> Row:
    filters = {"attachment_filter": flag(said["EnableFileFilter"]), "cleans_up": flag(said["ZapEnabled"])}
    return _default(said) | filters


def _report_button(said: Mapping[str, Any]) -> Row:
    ways = [flag(said[way]) for way in _WAYS_TO_REPORT]
    return {"on": True if any(ways) else None if None in ways else False}


_SOURCES: Final = (
    _Source("preset", "Get-EOPProtectionPolicyRule", ("Name", "State", *_LIMITS), _preset),
    _Source("spam", "Get-HostedContentFilterPolicy", ("Name", "IsDefault", "SpamAction", "PhishSpamAction"), _spam),
    _Source("phishing", "Get-AntiPhishPolicy", ("Name", "IsDefault", "Enabled", "EnableSpoofIntelligence"), _phishing),
    _Source("malware", "Get-MalwareFilterPolicy", ("Name", "IsDefault", "EnableFileFilter", "ZapEnabled"), _malware),
    _Source(
        "outside tag", "Get-ExternalInOutlook", ("Identity", "Enabled"), lambda said: {"on": flag(said["Enabled"])}
    ),
    _Source("report button", "Get-ReportSubmissionPolicy", ("Identity", *_WAYS_TO_REPORT), _report_button),
)


_DEFENDER: Final = (
    _Source(
        "safe links",
        "Get-SafeLinksPolicy",
        ("Name", "EnableSafeLinksForEmail"),
        lambda said: {"on": flag(said["EnableSafeLinksForEmail"])},
    ),
    _Source(
        "safe attachments", "Get-SafeAttachmentPolicy", ("Name", "Enable"), lambda said: {"on": flag(said["Enable"])}
    ),
)


def _parts(sources: Iterable[_Source], *plans_needed: Plan) -> tuple[Part, ...]:
    return tuple(Part((_APP,), what=source.kind, plans=plans_needed, cmdlets=(source.cmdlet,)) for source in sources)


@connector("mail_protection", permission=_APP, parts=_parts(_SOURCES))
async def mail_protection(exchange: Exchange) -> AsyncIterator[Row | Gap | Looked]:
    """Every filter policy, and the tag and the button that help people."""
    async for found in _read(exchange, _SOURCES):
        yield found


@connector("link_protection", permission=_APP, parts=_parts(_DEFENDER, Plan.OFFICE_PROTECTION))
async def link_protection(exchange: Exchange, licences: pd.DataFrame) -> AsyncIterator[Row | Gap | Looked]:
    """The policies that look at links and attachments when they are opened, where they were bought."""
    if Plan.OFFICE_PROTECTION not in plans(licences):
        yield Gap(
            GapKind.LICENCE,
            "The council has no licence for Safe Links and Safe Attachments.",
            "A licence with Defender for Office 365, such as Microsoft 365 Business Premium.",
        )
        return
    async for found in _read(exchange, _DEFENDER):
        yield found


async def _read(exchange: Exchange, sources: Iterable[_Source]) -> AsyncIterator[Row | Gap | Looked]:
    """Every object of some commands as a row; a command that is refused is a gap of its kind."""
    refusals = Refusals()
    for source in sources:
        columns = Columns({name: name for name in source.asked})
        async for page in exchange.invoke(source.cmdlet, scope=source.kind):
            if isinstance(page, Gap):
                refusals.refused(page)
                break
            if not isinstance(page, Absent):
                for said in columns.rows(page):
                    yield {"kind": source.kind, "name": str(said[source.asked[0]] or source.kind), **source.row(said)}
        else:
            refusals.answered()
            yield Looked(source.kind)
        for gap in columns.gaps():
            yield gap
    for gap in refusals.gaps():
        yield gap
