"""How much mailboxes and Teams are used, from Microsoft's usage reports."""

import csv
import io
from collections.abc import AsyncIterator, Mapping
from types import MappingProxyType
from typing import Final

import pandas as pd
from kiota_abstractions.request_information import RequestInformation

from m365audit.connectors.declare import connector
from m365audit.connectors.reading.frames import records
from m365audit.graph import Graph
from m365audit.model.evidence import Gap, Note, Row
from m365audit.model.parts import Part
from m365audit.model.words import GapKind

DAYS: Final = 90
_SHOWN: Final = Part(("Reports.Read.All",), names_shown=True)
_SEEN: Final = {
    "address": "User Principal Name",
    "last_active_at": "Last Activity Date",
    "deleted": "Is Deleted",
    "reported_on": "Report Refresh Date",
}
"""Column to heading, in every report of use."""
_COUNTED: Final = {"sent": "Send Count", "received": "Receive Count", "read": "Read Count"}
_FLAGS: Final = {"true": True, "false": False}
_CONCEALED: Final = Gap(
    GapKind.NOT_ENABLED,
    "Microsoft puts codes in place of people's names in its usage reports, so nobody in them can be told.",
    "Microsoft 365 admin centre > Settings > Org settings > Reports: show names, if the council wants this looked at.",
)


@connector("report_settings", permission="ReportSettings.Read.All")
async def report_settings(graph: Graph) -> AsyncIterator[Row | Gap | Note]:
    """Whether usage reports hide the names of people."""
    answer = await graph.get(graph.request(graph.sdk.admin.report_settings))
    # Microsoft's documents show it in an envelope, its metadata without one.
    inner = answer.get("value")
    concealed = (inner if isinstance(inner, dict) else answer).get("displayConcealedNames")
    if isinstance(concealed, bool):
        yield {"setting": "the whole organisation", "names_concealed": concealed}
    else:
        detail = "Microsoft did not say whether usage reports hide names."
        yield Gap(GapKind.ERROR, detail, "Run the audit again.")


@connector("email_activity", permission="Reports.Read.All", parts=(_SHOWN,))
async def email_activity(graph: Graph, report_settings: pd.DataFrame | None = None) -> AsyncIterator[Row | Gap | Note]:
    """How much mail each account sent and read in 90 days; nothing where the reports hide names."""
    report = graph.sdk.reports.get_email_activity_user_detail_with_period(f"D{DAYS}")
    async for row in _lines(graph, graph.request(report), report_settings, "mail use", _COUNTED):
        yield row


@connector("teams_activity", permission="Reports.Read.All", parts=(_SHOWN,))
async def teams_activity(graph: Graph, report_settings: pd.DataFrame | None = None) -> AsyncIterator[Row | Gap | Note]:
    """When each account was last active in Teams in 90 days; nothing where the reports hide names."""
    report = graph.sdk.reports.get_teams_user_activity_user_detail_with_period(f"D{DAYS}")
    async for row in _lines(graph, graph.request(report), report_settings, "the use of Teams"):
        yield row


@connector("mailbox_usage", permission="Reports.Read.All", parts=(_SHOWN,))
async def mailbox_usage(graph: Graph, report_settings: pd.DataFrame | None = None) -> AsyncIterator[Row | Gap | Note]:
    """When each mailbox was last used in 90 days; nothing where the reports hide names."""
    report = graph.sdk.reports.get_mailbox_usage_detail_with_period(f"D{DAYS}")
    async for row in _lines(graph, graph.request(report), report_settings, "mailboxes"):
        yield row


async def _lines(
    graph: Graph,
    report: RequestInformation,
    report_settings: pd.DataFrame | None,
    about: str,
    counted: Mapping[str, str] = MappingProxyType({}),
) -> AsyncIterator[Row | Gap | Note]:
    """The lines of a report, one an address: of an account deleted and one made anew in its place, the one there is."""
    if any(row["names_concealed"] for row in records(report_settings, "names_concealed")):
        yield _CONCEALED
        return
    told = csv.DictReader(io.StringIO(await graph.download(report)))
    headings = (*_SEEN.values(), *counted.values())
    if missing := [name for name in headings if name not in (told.fieldnames or ())]:
        detail = f"The report of {about} has not the columns it should have."
        yield Gap(GapKind.ERROR, detail, "Run the audit again.", said=f"missing: {', '.join(missing)}")
        return
    rows: dict[str, Row] = {}
    for row in (_row(line, counted) for line in told):
        address = row["address"]
        if address and (address not in rows or rows[address]["deleted"] is True):
            rows[address] = row
    if rows and not any("@" in address for address in rows):
        yield _CONCEALED
        return
    for row in rows.values():
        yield row
    if days := {row["reported_on"] for row in rows.values() if row["reported_on"]}:
        yield Note(f"Microsoft's report of {about} shows it as of {max(days)[:10]}, some days behind")


def _row(line: Mapping[str, str | None], counted: Mapping[str, str]) -> Row:
    row: Row = {name: (line[heading] or "").strip() or None for name, heading in {**_SEEN, **counted}.items()}
    row["address"] = row["address"] and row["address"].lower()
    row["deleted"] = _FLAGS.get(str(row["deleted"]).lower())
    for name in counted:
        row[name] = int(row[name]) if row[name] and row[name].isdigit() else None
    for name in ("last_active_at", "reported_on"):
        row[name] = row[name] and f"{row[name]}T00:00:00Z"
    return {**row, "period_days": DAYS}
