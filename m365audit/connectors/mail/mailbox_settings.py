"""Whether each account has a mailbox, and what the mailbox is for."""

from collections.abc import AsyncIterator

import pandas as pd
from kiota_abstractions.request_information import RequestInformation

from m365audit.connectors.declare import connector
from m365audit.connectors.reading.columns import Columns
from m365audit.connectors.reading.frames import records
from m365audit.connectors.reading.kept import FORGETFUL, Kept
from m365audit.connectors.reading.refusals import Answer, Question, rows_of_each
from m365audit.graph import Absent, Graph
from m365audit.model.datasets.mail import MAILBOX_SETTINGS
from m365audit.model.evidence import Gap, Looked, Row
from m365audit.model.parts import Part

NO_MAILBOX = ("MailboxNotEnabledForRESTAPI",)
"""What Microsoft answers where there is no mailbox: that is an answer."""


@connector(
    "mailbox_settings",
    permission="MailboxSettings.Read",
    parts=(Part(("MailboxSettings.Read",), app_only=True),),
)
async def mailbox_settings(
    graph: Graph, accounts: pd.DataFrame, kept: Kept = FORGETFUL
) -> AsyncIterator[Row | Gap | Looked]:
    """Whether each member account has a mailbox, and whether that is a person's, a shared one or a room's.

    Guests have none here and are not asked.
    """
    columns = Columns.of(MAILBOX_SETTINGS)

    def request(account_id: str) -> RequestInformation:
        settings = graph.sdk.users.by_user_id(account_id).mailbox_settings
        return graph.request(settings, select=MAILBOX_SETTINGS.select)

    async for said in rows_of_each(graph, members(accounts), Question(request, absent=NO_MAILBOX), _kept, kept):
        if isinstance(said, Gap):
            yield said
            continue
        account_id, settings = said
        for row in columns.rows(settings):
            yield {"account_id": account_id, "has_mailbox": True, **row}
        if not settings:
            yield {"account_id": account_id, "has_mailbox": False}
        yield Looked(f"account:{account_id}")
    for gap in columns.gaps():
        yield gap


def members(accounts: pd.DataFrame) -> list[str]:
    """Object ids of the accounts that are no guests."""
    return [row["account_id"] for row in records(accounts, "account_id", "user_type") if row["user_type"] != "guest"]


def may_hold_mail(accounts: pd.DataFrame, mailbox_settings: pd.DataFrame | None) -> list[str]:
    """Object ids of the members that have, or may have, a mailbox.

    Of an account whose settings were refused nothing is known: whoever goes on from here has to ask it too, so that
    what was missed before is found or missed again by name, and is not left out in silence.
    """
    without = {
        row["account_id"]
        for row in records(mailbox_settings, "account_id", "has_mailbox")
        if row["has_mailbox"] is False
    }
    return [account_id for account_id in members(accounts) if account_id not in without]


async def _kept(_: str, settings: Answer) -> list[Row]:
    """The settings that were asked for, none where there is no mailbox.

    A single one comes as ``{"value": "shared"}`` from some routes.
    """
    if isinstance(settings, Absent):
        return []
    if "userPurpose" not in settings and isinstance(settings.get("value"), str):
        return [{"userPurpose": settings["value"]}]
    return [{name: settings[name] for name in MAILBOX_SETTINGS.select if name in settings}]
