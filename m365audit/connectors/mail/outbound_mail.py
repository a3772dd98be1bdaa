"""What mail may do by itself on its way out of the tenant."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from m365audit.connectors.declare import connector
from m365audit.connectors.mail.mailboxes import flag
from m365audit.connectors.reading.columns import Columns
from m365audit.connectors.reading.refusals import Refusals
from m365audit.graph import Absent, Exchange
from m365audit.model.evidence import Gap, Looked, Row
from m365audit.model.parts import Part

_SOURCES: Final = {
    "outbound policy": ("Get-HostedOutboundSpamFilterPolicy", ("Name", "AutoForwardingMode", "IsDefault")),
    "outbound rule": (
        "Get-HostedOutboundSpamFilterRule",
        ("Name", "State", "HostedOutboundSpamFilterPolicy"),
    ),
    "remote domain": ("Get-RemoteDomain", ("Name", "DomainName", "AutoForwardEnabled")),
}


@connector(
    "outbound_mail",
    permission="Exchange.ManageAsApp",
    parts=tuple(
        Part(("Exchange.ManageAsApp",), what=kind, cmdlets=(cmdlet,)) for kind, (cmdlet, _) in _SOURCES.items()
    ),
)
async def outbound_mail(exchange: Exchange) -> AsyncIterator[Row | Gap | Looked]:
    """Whether mail that is sent on by itself may leave: the outbound policies, their rules, and remote domains."""
    refusals = Refusals()
    for kind, (cmdlet, asked) in _SOURCES.items():
        columns = Columns({name: name for name in asked})
        async for page in exchange.invoke(cmdlet, scope=kind):
            if isinstance(page, Gap):
                refusals.refused(page)
                break
            if not isinstance(page, Absent):
                for said in columns.rows(page):
                    yield {"kind": kind, "name": str(said["Name"]), **_row(kind, said)}
        else:
            refusals.answered()
            yield Looked(kind)
        for gap in columns.gaps():
            yield gap
    for gap in refusals.gaps():
        yield gap


def _row(kind: str, said: Mapping[str, Any]) -> Row:
    if kind == "outbound policy":
        mode = said["AutoForwardingMode"]
        return {"forwarding": mode.lower() if isinstance(mode, str) else None, "everybody": flag(said["IsDefault"])}
    if kind == "outbound rule":
        enabled = {"enabled": True, "disabled": False}.get(str(said["State"]).lower())
        return {"enabled": enabled, "policy": said["HostedOutboundSpamFilterPolicy"]}
    allowed = flag(said["AutoForwardEnabled"])
    words = {True: "on", False: "off", None: None}
    return {"domain": str(said["DomainName"] or "").lower() or None, "forwarding": words[allowed]}
