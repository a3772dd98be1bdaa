"""Whether each account has a mailbox, and what the mailbox is for."""

from collections.abc import AsyncIterator
from typing import Any

import pandas as pd
from kiota_abstractions.request_information import RequestInformation

from m365audit.connectors.columns import Columns
from m365audit.connectors.declare import connector
from m365audit.connectors.frames import records
from m365audit.connectors.refusals import answers
from m365audit.graph import Absent, Graph
from m365audit.model.datasets.mail import MAILBOX_SETTINGS
from m365audit.model.evidence import Gap, Looked, Row

NO_MAILBOX = ("MailboxNotEnabledForRESTAPI",)
"""What Microsoft answers where there is no mailbox: that is an answer."""


@connector("mailbox_settings", permission="MailboxSettings.Read")
async def mailbox_settings(graph: Graph, accounts: pd.DataFrame) -> AsyncIterator[Row | Gap | Looked]:
    """Whether each member account has a mailbox, and whether that is a person's, a shared one or a room's.

    Guests have none here and are not asked.
    """
    columns = Columns.of(MAILBOX_SETTINGS)

    def request(account_id: str) -> RequestInformation:
        settings = graph.sdk.users.by_user_id(account_id).mailbox_settings
        return graph.request(settings, select=MAILBOX_SETTINGS.select)

    async for answer in answers(graph, members(accounts), request, absent=NO_MAILBOX):
        if isinstance(answer, Gap):
            yield answer
            continue
        account_id, settings = answer
        if isinstance(settings, Absent):
            yield {"account_id": account_id, "has_mailbox": False}
        else:
            for row in columns.rows([_unwrapped(settings)]):
                yield {"account_id": account_id, "has_mailbox": True, **row}
        yield Looked(f"account:{account_id}")
    for gap in columns.gaps():
        yield gap


def members(accounts: pd.DataFrame) -> list[str]:
    """Object ids of the accounts that are no guests."""
    return [row["account_id"] for row in records(accounts, "account_id", "user_type") if row["user_type"] != "guest"]


def _unwrapped(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings; a single property comes as ``{"value": "shared"}`` from some routes."""
    if "userPurpose" not in settings and isinstance(settings.get("value"), str):
        return {"userPurpose": settings["value"]}
    return settings
