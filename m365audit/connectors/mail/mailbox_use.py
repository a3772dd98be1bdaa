"""Who used whose mailbox: something Microsoft tells only those who may start a search."""

from collections.abc import AsyncIterator

from m365audit.connectors.declare import connector
from m365audit.model.evidence import Gap
from m365audit.model.parts import Part
from m365audit.model.words import GapKind


@connector(
    "mailbox_use",
    permission="",
    parts=(Part((), never="it takes a search of the audit log, and starting one is making something"),),
)
async def mailbox_use() -> AsyncIterator[Gap]:
    """When somebody other than its holder used a mailbox.

    Microsoft answers this only by a search of the audit log that is started first. Starting one is a request to make
    something, and this program sends none; a command that searches at once is not among those an auditor's role has.
    """
    yield Gap(
        GapKind.UNSUPPORTED,
        "Microsoft shows who used whose mailbox only to whoever may start a search of the audit log, and this audit "
        "starts nothing.",
        "The IT provider searches the audit log in Microsoft Purview > Audit for MailItemsAccessed, SendAs and "
        "SendOnBehalf by others than the holder, and shows the Clerk the list.",
    )
