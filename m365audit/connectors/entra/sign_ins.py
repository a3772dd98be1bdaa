"""Who signed in by old protocols, from the log of sign-ins."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

import pandas as pd

from m365audit.connectors.declare import connector
from m365audit.connectors.entra.licences import has_premium
from m365audit.connectors.reading.columns import Columns
from m365audit.graph import Graph
from m365audit.model.datasets.signals import LEGACY_SIGN_INS
from m365audit.model.evidence import Gap, Row
from m365audit.model.parts import Part
from m365audit.model.plans import Plan
from m365audit.model.tenant import MeetingWindow
from m365audit.model.words import GapKind

LARGEST_PAGE: Final = 1_000
OLD_CLIENTS: Final = (
    "Authenticated SMTP",
    "AutoDiscover",
    "Exchange ActiveSync",
    "Exchange Online PowerShell",
    "Exchange Web Services",
    "IMAP4",
    "MAPI Over HTTP",
    "Offline Address Book",
    "Other clients",
    "Outlook Anywhere (RPC over HTTP)",
    "POP3",
    "Reporting Web Services",
    "SMTP",
    "Universal Outlook",
)
"""Every client Microsoft's log names that is neither a browser nor a program that can ask for a second step."""


@connector(
    "legacy_sign_ins",
    permission="AuditLog.Read.All",
    parts=(Part(("AuditLog.Read.All",), plans=(Plan.ENTRA_P1,)),),
)
async def legacy_sign_ins(graph: Graph, window: MeetingWindow, licences: pd.DataFrame) -> AsyncIterator[Row | Gap]:
    """Successful sign-ins by old protocols since the audit's window began, counted: neither where from nor to what."""
    if not has_premium(licences):
        detail = "The council has no Entra ID P1 licence, so Microsoft does not show its log of sign-ins."
        yield Gap(GapKind.LICENCE, detail, "A licence with Entra ID P1, such as Microsoft 365 Business Premium.")
        return
    columns = Columns.of(LEGACY_SIGN_INS)
    # One question a client: a large council signs in some hundred thousand times a month, hardly ever like this, and
    # Microsoft does not always take a long row of alternatives. No $select: the log does not take one.
    for client in OLD_CLIENTS:
        asked = f"{_since(window)} and clientAppUsed eq '{client}' and status/errorCode eq 0"
        request = graph.request(graph.sdk.audit_logs.sign_ins, filter=asked, top=LARGEST_PAGE)
        found: dict[str, Row] = {}
        async for page in graph.pages(request, premium=True):
            for raw, row in zip(page, columns.rows(page), strict=True):
                if _is_success(raw) and row["client"] == client and row["account_id"]:
                    _count(found, row)
        for row in found.values():
            yield row
    for gap in columns.gaps():
        yield gap


def _since(window: MeetingWindow) -> str:
    return f"createdDateTime ge {window.start:%Y-%m-%dT%H:%M:%SZ}"


def _is_success(raw: Mapping[str, Any]) -> bool:
    status = raw.get("status")
    return isinstance(status, Mapping) and status.get("errorCode") == 0


def _count(found: dict[str, Row], row: Row) -> None:
    known = found.setdefault(row["account_id"], {**row, "times": 0})
    known["times"] += 1
    known["last_at"] = max(filter(None, (known["last_at"], row["last_at"])), default=None)
