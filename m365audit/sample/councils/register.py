"""The register workbook of a sample council, as sheets of rows, before anybody writes it to a file."""

from typing import Any

SHEETS: dict[str, tuple[str, ...]] = {
    "People": ("Name", "Role", "Account", "From", "Until", "Private addresses", "Other official addresses"),
    "Other accounts": ("Account", "Kind", "Purpose", "Owner"),
    "Mailbox access": ("Mailbox", "Delegate", "Right", "Reason", "Authorised by", "From", "Until"),
    "Accepted sharing": ("Location", "Shared with", "Reason", "Authorised by", "Until"),
    "Third parties": ("Organisation", "Kind", "Identifier", "Contract", "Scope", "From", "Until"),
    "Site access": ("Site", "Role or account"),
    "Assets": ("Device", "Person", "Ownership"),
    "Training": ("Person", "Subject", "Date"),
    "Statements": ("Statement", "Answer", "Evidence", "By", "Date"),
}
"""Sheet title to its headers, in order."""


class Register:
    """Sheets being filled. A cell is text, a date, or ``None`` for blank; several addresses have ``; `` between."""

    def __init__(self) -> None:
        self.sheets: dict[str, list[dict[str, Any]]] = {title: [] for title in SHEETS}

    def add(self, sheet: str, *cells: object) -> None:
        """One row of a sheet; cells left out at the end are blank. More cells than headers raise ``ValueError``."""
        headers = SHEETS[sheet]
        if len(cells) > len(headers):
            message = f"{sheet} has {len(headers)} columns, not {len(cells)}"
            raise ValueError(message)
        self.sheets[sheet].append(dict(zip(headers, (*cells, *(None,) * (len(headers) - len(cells))), strict=True)))
