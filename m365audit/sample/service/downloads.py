"""Reports behind a passing address, which opens for whoever has it and for nobody who brings a token."""

import csv
import io
from collections.abc import Mapping

from m365audit.sample.service.holdings import Holdings
from m365audit.sample.service.message import Answer, Ask, Log, Logged
from m365audit.sample.service.tokens import Tokens
from m365audit.sample.tenant import Json, Tenant

PATH = "/data/download/"
_PERSON = ("Report Refresh Date", "User Principal Name", "Display Name", "Is Deleted", "Deleted Date")
HEADINGS = {
    "getEmailActivityUserDetail": (
        *_PERSON,
        "Last Activity Date",
        "Send Count",
        "Receive Count",
        "Read Count",
        "Meeting Created Count",
        "Meeting Interacted Count",
        "Assigned Products",
        "Report Period",
    ),
    "getTeamsUserActivityUserDetail": (
        "Report Refresh Date",
        "User Principal Name",
        "Last Activity Date",
        "Is Deleted",
        "Deleted Date",
        "Assigned Products",
        "Team Chat Message Count",
        "Private Chat Message Count",
        "Call Count",
        "Meeting Count",
        "Has Other Action",
        "Report Period",
    ),
    "getMailboxUsageDetail": (
        *_PERSON,
        "Created Date",
        "Last Activity Date",
        "Item Count",
        "Storage Used (Byte)",
        "Issue Warning Quota (Byte)",
        "Prohibit Send Quota (Byte)",
        "Prohibit Send/Receive Quota (Byte)",
        "Deleted Item Count",
        "Deleted Item Size (Byte)",
        "Deleted Item Quota (Byte)",
        "Has Archive",
        "Report Period",
    ),
}
"""The columns of each report of use, in Microsoft's order."""


def answer(ask: Ask, tenants: Mapping[str, Holdings], tokens: Tokens, log: Log) -> Answer:
    """The report an address stands for, as CSV with a byte order mark."""
    state = tokens.unseal(ask.path.removeprefix(PATH))
    held = tenants.get(str(state.get("of"))) if state else None
    if state is None or held is None or ask.method != "GET":
        found = Answer(404, b"", {})
    elif "authorization" in ask.headers:
        # A real one would not mind; here it is how a test learns that a token went where it must not.
        found = Answer(400, b"no token belongs here", {"Content-Type": "text/plain"})
    else:
        found = Answer(200, _table(held.tenant, state), {"Content-Type": "application/octet-stream"})
    tenant = held.tenant.tenant_id if held else None
    log.keep(Logged("download", ask.method, PATH, "", tenant, found.status, batched=False), write=ask.method != "GET")
    return found


def _table(tenant: Tenant, state: Json) -> bytes:
    headings = HEADINGS[state["report"]]
    lines = {
        "getEmailActivityUserDetail": tenant.email_activity,
        "getTeamsUserActivityUserDetail": tenant.teams_activity,
        "getMailboxUsageDetail": tenant.mailbox_usage,
    }[state["report"]]
    text = io.StringIO()
    table = csv.DictWriter(text, headings, lineterminator="\r\n")
    table.writeheader()
    for number, row in enumerate(lines):
        shown = {name: row.get(name, "") for name in headings} | {"Report Period": state["period"][1:]}
        if tenant.names_concealed:
            codes = {"User Principal Name": f"{number:032X}", "Display Name": f"{number + 1:032X}"}
            shown |= {name: code for name, code in codes.items() if name in headings}
        table.writerow(shown)
    return text.getvalue().encode("utf-8-sig")
