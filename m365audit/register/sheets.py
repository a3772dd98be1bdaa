"""The register workbook's sheets, declared once: what reads it, what writes it and its help come from here."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Kind = Literal["text", "address", "addresses", "date", "choice"]

EXAMPLE = "Example: "
"""A row whose first cell begins so is there to be looked at, and is never read."""

CONFIRM = "Confirm: "
"""A row whose first cell begins so is a proposal. It counts for nothing until somebody takes these words away."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its heading, its name in frames, what it may hold, and an example."""

    heading: str
    name: str
    kind: Kind
    example: str | date
    prompt: str
    required: bool = False
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its title, the name its frame goes by, what it is for, and its columns."""

    title: str
    name: str
    purpose: str
    fields: tuple[Field, ...]


_FROM = Field("From", "from", "date", date(2026, 5, 5), "First day it holds; leave blank if it always has")
_UNTIL = Field("Until", "until", "date", date(2027, 5, 4), "Last day it holds; leave blank if no end is agreed")

PEOPLE = Sheet(
    "People",
    "people",
    "Everybody who is, or in the last two years was, a councillor or member of staff.",
    (
        Field("Name", "name", "text", f"{EXAMPLE}Jane Brown", "Full name", required=True),
        Field(
            "Role",
            "role",
            "text",
            "Councillor",
            "Councillor, Town Clerk, Deputy Clerk, Officer and so on",
            required=True,
        ),
        Field(
            "Account",
            "account",
            "address",
            "jane.brown@exampleton-tc.gov.uk",
            "Council sign-in name; blank if there is none",
        ),
        _FROM,
        _UNTIL,
        Field(
            "Private addresses",
            "private_addresses",
            "addresses",
            "jane.brown@example-mail.test",
            "Private addresses known to the council, with a semicolon between two",
        ),
        Field(
            "Other official addresses",
            "other_official_addresses",
            "addresses",
            "jane.brown@district.example",
            "Addresses of another public body, such as the district council",
        ),
    ),
)

OTHER_ACCOUNTS = Sheet(
    "Other accounts",
    "other_accounts",
    "Accounts that are nobody's own: shared mailboxes, services, break-glass accounts, rooms.",
    (
        Field(
            "Account", "account", "address", f"{EXAMPLE}planning@exampleton-tc.gov.uk", "Sign-in name", required=True
        ),
        Field(
            "Kind",
            "kind",
            "choice",
            "shared mailbox",
            "What sort of account it is",
            required=True,
            allowed=("shared mailbox", "service", "break-glass", "room"),
        ),
        Field("Purpose", "purpose", "text", "Planning comments from residents", "What it is for"),
        Field("Owner", "owner", "text", "Deputy Clerk", "Who answers for it"),
    ),
)

AUTHORISED_ACCESS = Sheet(
    "Mailbox access",
    "authorised_access",
    "Who may open, or send from, somebody else's mailbox, and on whose authority.",
    (
        Field(
            "Mailbox",
            "mailbox",
            "address",
            f"{EXAMPLE}clerk@exampleton-tc.gov.uk",
            "Address of the mailbox",
            required=True,
        ),
        Field(
            "Delegate",
            "delegate",
            "address",
            "deputy@exampleton-tc.gov.uk",
            "Address of the person or group",
            required=True,
        ),
        Field(
            "Right",
            "right",
            "choice",
            "Full access",
            "Which right is authorised; one row for each",
            required=True,
            allowed=("Full access", "Send as", "Send on behalf", "Folder"),
        ),
        Field("Reason", "reason", "text", "Cover during leave", "Why it is needed", required=True),
        Field("Authorised by", "authorised_by", "text", "Town Clerk", "Who decided", required=True),
        _FROM,
        _UNTIL,
    ),
)

ACCEPTED_SHARING = Sheet(
    "Accepted sharing",
    "accepted_sharing",
    "What the council has agreed to share outside, with whom, where and until when.",
    (
        Field(
            "Location",
            "location",
            "text",
            f"{EXAMPLE}https://exampleton.sharepoint.com/sites/Allotments",
            "Web address of the site, folder or file; or the word anywhere",
            required=True,
        ),
        Field(
            "Shared with",
            "shared_with",
            "address",
            "surveyor@contractor.example",
            "An address, a domain, or: anyone with the link",
            required=True,
        ),
        Field("Reason", "reason", "text", "Allotment survey 2026", "Why it is needed", required=True),
        Field(
            "Authorised by",
            "authorised_by",
            "text",
            "Environment Committee, minute 26/114",
            "Who decided",
            required=True,
        ),
        _UNTIL,
    ),
)

THIRD_PARTIES = Sheet(
    "Third parties",
    "third_parties",
    "Suppliers, partners and programs with access to council data, and the agreement they have it under.",
    (
        Field("Organisation", "organisation", "text", f"{EXAMPLE}Example IT Support Ltd", "Name", required=True),
        Field(
            "Kind",
            "kind",
            "choice",
            "provider",
            "How it has access",
            required=True,
            allowed=("app", "guest", "provider"),
        ),
        Field(
            "Identifier",
            "identifier",
            "address",
            "example-it.test",
            "Address, domain, application id or tenant id",
            required=True,
        ),
        Field("Contract", "contract", "text", "Support agreement of 1 April 2026", "The agreement"),
        Field("Scope", "scope", "text", "Support of Microsoft 365", "What it may reach"),
        _FROM,
        _UNTIL,
    ),
)

SITE_ACCESS = Sheet(
    "Site access",
    "site_access",
    "Which role or account should be able to open which site or team.",
    (
        Field(
            "Site",
            "site",
            "text",
            f"{EXAMPLE}https://exampleton.sharepoint.com/sites/Finance",
            "Web address or name",
            required=True,
        ),
        Field(
            "Role or account",
            "role_or_account",
            "text",
            "Councillor",
            "A role of the sheet People, or a sign-in name",
            required=True,
        ),
    ),
)

ASSETS = Sheet(
    "Assets",
    "assets",
    "Computers, tablets and phones used for council work.",
    (
        Field("Device", "device", "text", f"{EXAMPLE}LAPTOP-014", "Name or serial number", required=True),
        Field("Person", "person", "text", "Jane Brown", "Who uses it"),
        Field("Ownership", "ownership", "choice", "council", "Whose it is", allowed=("council", "own")),
    ),
)

TRAINING = Sheet(
    "Training",
    "training",
    "Training in security and data protection, one row for each person and course.",
    (
        Field(
            "Person",
            "person",
            "text",
            f"{EXAMPLE}Jane Brown",
            "Name or sign-in name, as on the sheet People",
            required=True,
        ),
        Field("Subject", "subject", "text", "Recognising phishing", "What it was about", required=True),
        Field("Date", "date", "date", date(2026, 9, 14), "Day it was completed", required=True),
    ),
)

STATEMENTS = Sheet(
    "Statements",
    "statements",
    "What a person states because no data can show it; each clause that needs one names its code.",
    (
        Field(
            "Statement",
            "statement",
            "text",
            f"{EXAMPLE}ATT-ACK",
            "Code of the statement, or of the clause",
            required=True,
        ),
        Field(
            "Answer",
            "answer",
            "choice",
            "Confirmed",
            "The answer",
            required=True,
            allowed=("Confirmed", "Cannot confirm"),
        ),
        Field("Evidence", "evidence", "text", "Signed forms in the Clerk's file", "Where the proof is kept"),
        Field("By", "by", "text", "Town Clerk", "Who states it", required=True),
        Field("Date", "date", "date", date(2026, 6, 1), "Day it was stated", required=True),
    ),
)

SHEETS: tuple[Sheet, ...] = (
    PEOPLE,
    OTHER_ACCOUNTS,
    AUTHORISED_ACCESS,
    ACCEPTED_SHARING,
    THIRD_PARTIES,
    SITE_ACCESS,
    ASSETS,
    TRAINING,
    STATEMENTS,
)
"""Every sheet, in the order of the workbook."""
