"""Whom calendars let in. Graph shows the rights over each mailbox's own calendar, and over no other folder."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

import pandas as pd
from kiota_abstractions.request_information import RequestInformation

from m365audit.connectors.declare import connector
from m365audit.connectors.mail.mailbox_settings import NO_MAILBOX, may_hold_mail
from m365audit.connectors.reading.frames import records
from m365audit.connectors.reading.refusals import answers
from m365audit.graph import Absent, Graph
from m365audit.model.evidence import Gap, Looked, Row
from m365audit.model.parts import Part
from m365audit.model.words import GapKind

CALENDAR: Final = "calendar"
EVERYBODY_ELSE: Final = "RGVmYXVsdA=="
"""Id of the right everybody else in the organisation has; its name differs from language to language."""
ANYONE: Final = "QW5vbnltb3Vz"


@connector(
    "folder_access",
    permission="Calendars.ReadBasic.All",
    parts=(Part(("Calendars.ReadBasic.All",), app_only=True),),
)
async def folder_access(
    graph: Graph, accounts: pd.DataFrame, mailbox_settings: pd.DataFrame
) -> AsyncIterator[Row | Gap | Looked]:
    """Every right over another's calendar, what everybody in the council may see of it included.

    An account of which it is not known whether it has a mailbox is asked as well; what lets somebody in there cannot
    be told from the calendar of a room, so that its rights are rows and a gap.
    """
    names = ("account_id", "primary_address", "display_name", "addresses")
    owners = {row["account_id"]: row for row in records(accounts, *names)}
    ids = {address: key for key, row in owners.items() for address in (row["addresses"] or ())}
    kinds = {row["account_id"]: row["purpose"] for row in records(mailbox_settings, "account_id", "purpose")}

    def request(account_id: str) -> RequestInformation:
        return graph.request(graph.sdk.users.by_user_id(account_id).calendar.calendar_permissions)

    asked = may_hold_mail(accounts, mailbox_settings)
    async for answer in answers(graph, asked, request, scope="mailbox", absent=NO_MAILBOX, lists=True):
        if isinstance(answer, Gap):
            yield answer
            continue
        account_id, found = answer
        owner = owners[account_id]
        seen: set[str] = set()
        for raw in () if isinstance(found, Absent) else found["value"]:
            row = _row(raw, ids)
            # A calendar's own holder is not somebody else.
            if row["delegate"] not in seen | {account_id}:
                seen.add(row["delegate"])
                yield {
                    "mailbox_id": account_id,
                    "mailbox_address": owner["primary_address"],
                    "mailbox_name": owner["display_name"],
                    "mailbox_kind": kinds.get(account_id),
                    "folder": CALENDAR,
                    **row,
                }
        if seen and kinds.get(account_id) is None:
            yield _of_unknown_kind(account_id)
        yield Looked(f"mailbox:{account_id}")


def _of_unknown_kind(account_id: str) -> Gap:
    return Gap(
        GapKind.NOT_COLLECTED,
        "Whose calendar it is, a person's or a room's, was not read.",
        "See what was said of the mailbox settings, mend it and run the audit again.",
        f"mailbox:{account_id}",
    )


def _row(raw: Mapping[str, Any], ids: Mapping[str, str]) -> Row:
    who = raw.get("emailAddress") or {}
    address = (who.get("address") or "").lower() or None
    word = {EVERYBODY_ELSE: "default", ANYONE: "anonymous"}.get(str(raw.get("id")))
    return {
        "delegate": word or ids.get(address or "") or address or str(who.get("name") or raw.get("id")),
        "delegate_address": None if word else address,
        "delegate_name": who.get("name"),
        "inside": raw.get("isInsideOrganization"),
        "role": raw.get("role"),
    }
