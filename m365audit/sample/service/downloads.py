"""Reports behind a passing address, which opens for whoever has it and for nobody who brings a token."""

import csv
import io
from collections.abc import Mapping

from m365audit.sample.service.holdings import Holdings
from m365audit.sample.service.message import Answer, Ask, Log, Logged
from m365audit.sample.service.tokens import Tokens

PATH = "/data/download/"
HEADINGS = (
    "Report Refresh Date",
    "User Principal Name",
    "Display Name",
    "Is Deleted",
    "Deleted Date",
    "Last Activity Date",
    "Send Count",
    "Receive Count",
    "Read Count",
    "Meeting Created Count",
    "Meeting Interacted Count",
    "Assigned Products",
    "Report Period",
)


def answer(ask: Ask, tenants: Mapping[str, Holdings], tokens: Tokens, log: Log) -> Answer:
    """The report an address stands for, as CSV with a byte order mark."""
    state = tokens.unseal(ask.path.removeprefix(PATH))
    held = tenants.get(str(state.get("of"))) if state else None
    if held is None or ask.method != "GET":
        found = Answer(404, b"", {})
    elif "authorization" in ask.headers:
        # A real one would not mind; here it is how a test learns that a token went where it must not.
        found = Answer(400, b"no token belongs here", {"Content-Type": "text/plain"})
    else:
        found = Answer(200, _table(held), {"Content-Type": "application/octet-stream"})
    tenant = held.tenant.tenant_id if held else None
    log.keep(Logged("download", ask.method, PATH, "", tenant, found.status, batched=False), write=ask.method != "GET")
    return found


def _table(held: Holdings) -> bytes:
    text = io.StringIO()
    table = csv.DictWriter(text, HEADINGS, lineterminator="\r\n")
    table.writeheader()
    for number, row in enumerate(held.tenant.email_activity):
        shown = {name: row.get(name, "") for name in HEADINGS}
        if held.tenant.names_concealed:
            shown |= {"User Principal Name": f"{number:032X}", "Display Name": f"{number + 1:032X}"}
        table.writerow(shown)
    return text.getvalue().encode("utf-8-sig")
