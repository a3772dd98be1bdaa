"""How much the mailboxes are used, from Microsoft's usage reports."""

import csv
import io
from collections.abc import AsyncIterator, Mapping
from typing import Final

import pandas as pd

from m365audit.connectors.declare import connector
from m365audit.connectors.frames import records
from m365audit.graph import Graph
from m365audit.model.evidence import Gap, Row
from m365audit.model.parts import Part
from m365audit.model.words import GapKind

DAYS: Final = 90
_COLUMNS: Final = {
    "address": "User Principal Name",
    "last_active_at": "Last Activity Date",
    "sent": "Send Count",
    "received": "Receive Count",
    "read": "Read Count",
    "deleted": "Is Deleted",
    "reported_on": "Report Refresh Date",
}
_FLAGS: Final = {"true": True, "false": False}
_CONCEALED: Final = Gap(
    GapKind.NOT_ENABLED,
    "Microsoft puts codes in place of people's names in its usage reports, so nobody in them can be told.",
    "Microsoft 365 admin centre > Settings > Org settings > Reports: show names, if the council wants this looked at.",
)


@connector("report_settings", permission="ReportSettings.Read.All")
async def report_settings(graph: Graph) -> AsyncIterator[Row | Gap]:
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


@connector(
    "email_activity",
    permission="Reports.Read.All",
    parts=(Part(("Reports.Read.All",), names_shown=True),),
)
async def email_activity(graph: Graph, report_settings: pd.DataFrame | None = None) -> AsyncIterator[Row | Gap]:
    """How much mail each account sent and read in 90 days; nothing where the reports hide names."""
    if any(row["names_concealed"] for row in records(report_settings, "names_concealed")):
        yield _CONCEALED
        return
    report = graph.sdk.reports.get_email_activity_user_detail_with_period(f"D{DAYS}")
    told = csv.DictReader(io.StringIO(await graph.download(graph.request(report))))
    if missing := [name for name in _COLUMNS.values() if name not in (told.fieldnames or ())]:
        detail = "The report of mail use has not the columns it should have."
        yield Gap(GapKind.ERROR, detail, "Run the audit again.", said=f"missing: {', '.join(missing)}")
        return
    rows = {row["address"]: row for row in map(_row, told) if row["address"]}
    if rows and not any("@" in address for address in rows):
        yield _CONCEALED
        return
    for row in rows.values():
        yield row


def _row(line: Mapping[str, str | None]) -> Row:
    row: Row = {name: (line[heading] or "").strip() or None for name, heading in _COLUMNS.items()}
    row["address"] = row["address"] and row["address"].lower()
    row["deleted"] = _FLAGS.get(str(row["deleted"]).lower())
    for name in ("sent", "received", "read"):
        row[name] = int(row[name]) if row[name] and row[name].isdigit() else None
    for name in ("last_active_at", "reported_on"):
        row[name] = row[name] and f"{row[name]}T00:00:00Z"
    return {**row, "period_days": DAYS}
