"""The notice for the Clerk, shown to whoever passes it on."""

from rich.markup import escape

from m365audit.cli.app import err
from m365audit.engine.audit import Outcome
from m365audit.model.tenant import Reader


def show(outcome: Outcome) -> None:
    """Print the notice that stands beside the workbooks, and what to heed when they are handed over."""
    err.print("  To tell the Clerk, also in notice.txt beside the workbooks:")
    for line in outcome.notice.splitlines():
        err.print(f"    {escape(line)}", soft_wrap=True)
    if Reader.CLERK not in outcome.encrypted:
        err.print(
            "  The Clerk's workbook is not encrypted, so it goes by a link that only the Clerk can open and never by "
            f"mail; `m365audit report {escape(outcome.tenant.slug)} --encrypt` encrypts it.",
            soft_wrap=True,
        )
