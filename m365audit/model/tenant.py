"""The shape of a tenant file: who is audited, against what, signing in how."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

TenantId = Annotated[
    str,
    StringConstraints(to_lower=True, pattern=r"(?i)^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"),
]
DomainName = Annotated[str, StringConstraints(to_lower=True, pattern=r"(?i)^([a-z0-9-]+\.)+[a-z0-9-]+$")]


class AuthKind(StrEnum):
    """Ways of signing in."""

    CERTIFICATE = "certificate"
    SECRET = "secret"  # noqa: S105 - the name of a kind, not a secret
    MANAGED_IDENTITY = "managed-identity"
    WORKLOAD_IDENTITY = "workload-identity"
    AZURE_CLI = "azure-cli"
    DEVICE_CODE = "device-code"
    PARTNER = "partner"
    TOKEN = "token"  # noqa: S105


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Auth(_Strict):
    """How to sign in. Secrets are named by environment variable or file, never written here."""

    kind: AuthKind
    client_id: str | None = None
    certificate: str | None = Field(None, description="Path of a PEM or PFX file, or the PEM text itself", repr=False)
    certificate_password: str | None = Field(None, repr=False)
    secret: str | None = Field(None, repr=False)
    cache: str | None = Field(None, description="File of the provider's kept sign-in, encrypted; for kind partner")


class Endpoints(_Strict):
    """Where the services are; the defaults are Microsoft's global cloud."""

    graph: str = "https://graph.microsoft.com"
    exchange: str = "https://outlook.office365.com"
    login: str = "https://login.microsoftonline.com"
    dns: str | None = Field(
        None,
        pattern=r"^(\d{1,3}(\.\d{1,3}){3}|\[?[0-9a-fA-F:]+\]?):\d{1,5}$",
        description="Server to look public names up with, such as 127.0.0.1:5353; else those of this machine",
    )


class Meetings(_Strict):
    """Which calendar entries are council meetings (shell patterns), and how far to look."""

    council: tuple[str, ...] = ("Full Council*", "*Committee*")
    working_group: tuple[str, ...] = ("*Working Group*",)
    back_days: int = Field(30, ge=0, le=365)
    ahead_days: int = Field(90, ge=0, le=365)


class Retention(_Strict):
    """How long what an audit leaves behind is kept. A year is the council's, April to March, the present one counted.

    ``evidence_days`` is for the evidence, the log and the technician's workbook, which holds it in full.
    """

    evidence_days: int = Field(90, ge=1, le=3660)
    unfinished_days: int = Field(7, ge=2, le=366, description="For runs that never came to their end")
    clerk_workbook_years: int = Field(2, ge=1, le=25)
    assessment_years: int = Field(3, ge=2, le=25, description="assessment.json, of which the months' history is made")
    council_workbook_years: int | None = Field(None, ge=1, le=100, description="Kept with the minutes unless it is set")


DEFAULT_RETENTION = Retention()


class Census(_Strict):
    """How many items that Microsoft does not mark as shared are looked at one by one in a month; 0 for none.

    SharePoint counts 5 units for each and grants a small tenant 1,200 a minute and 1,200,000 a day: 2,000 take
    8 minutes and 20 seconds of that, and less than a hundredth of the day's.
    """

    calls: int = Field(2_000, ge=0, le=200_000)


class Folders(_Strict):
    """How many folders that people made are looked at in each mailbox, for whom they let in.

    Each is one command, some half a second of Exchange's time, and four are in flight: a hundred folders in each of
    thirty mailboxes take some seven minutes.
    """

    most: int = Field(100, ge=0, le=20_000)


class Reader(StrEnum):
    """Whom a workbook is for."""

    CLERK = "clerk"
    COUNCIL = "council"
    TECHNICIAN = "technician"


NAMING_PEOPLE: Final = (Reader.CLERK, Reader.TECHNICIAN)
"""Whose workbooks name people, accounts and files; the council's may be published."""

WORKBOOK_PASSWORD: Final = "M365AUDIT_WORKBOOK_PASSWORD"  # noqa: S105 - the name of a variable
"""The environment variable with the password of workbooks, for councils whose file names none of its own."""


def _readers(value: object) -> object:
    """``true`` is every workbook that names people, ``false`` none; else it is a list of readers."""
    if isinstance(value, bool):
        return NAMING_PEOPLE if value else ()
    known = [str(reader) for reader in Reader]
    if not isinstance(value, (list, tuple)) or any(one not in known for one in value):
        kind, remedy = "readers", f"it is true, false, or a list of {', '.join(known)}"
        raise PydanticCustomError(kind, remedy)
    return value


def _link(value: object) -> object:
    words = value.split() if isinstance(value, str) else []
    if len(words) != 1 or not words[0].startswith("https://"):
        kind, remedy = "link", "it is the address of a folder or page, which begins with https://"
        raise PydanticCustomError(kind, remedy)
    return value


def _addresses(value: object) -> object:
    found = value if isinstance(value, (list, tuple)) else ()
    if not found or any(not isinstance(one, str) or one.count("@") != 1 or " " in one for one in found):
        kind, remedy = "addresses", "it is a list of addresses, such as [clerk@exampleton-tc.gov.uk]"
        raise PydanticCustomError(kind, remedy)
    return value


class Workbooks(_Strict):
    """How workbooks are handed over: which are encrypted, where they wait, and who is told."""

    encrypt: Annotated[tuple[Reader, ...], BeforeValidator(_readers)] = ()
    password: str | None = Field(None, repr=False)
    link: Annotated[str, BeforeValidator(_link)] | None = None
    tell: Annotated[tuple[str, ...], BeforeValidator(_addresses)] = ()


NOT_ENCRYPTED: Final = Workbooks()


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the rolling census may ask for in a run of that day."""

    calls: int
    on: date


class Tenant(_Strict):
    """One council's tenant file, read and checked."""

    slug: str
    council: str
    tenant_id: TenantId
    policy: str
    provider: str = "your IT support provider"
    domains: tuple[DomainName, ...] = ()
    register_file: str | None = Field(None, alias="register")
    auth: Auth
    endpoints: Endpoints = Endpoints()
    meetings: Meetings = Meetings()
    thresholds: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)
    retention: Retention = DEFAULT_RETENTION
    census: Census = Census()
    folders: Folders = Folders()
    workbooks: Workbooks = NOT_ENCRYPTED
    accept_write_permissions: tuple[str, ...] = ()
    folder: Path = Field(Path(), description="Folder of the tenant file; the register is looked for beside it")

    @property
    def register_path(self) -> Path | None:
        """Where the register workbook should be."""
        return self.folder / self.register_file if self.register_file else None

    @property
    def decisions_path(self) -> Path:
        """Where the ledger of the council's decisions is, or will be: beside the register."""
        beside = self.register_path or self.folder / self.slug
        return beside.with_name(f"{self.slug}-decisions.jsonl")


@dataclass(frozen=True, slots=True)
class MeetingWindow:
    """The stretch of calendar to read, and the names that make a council meeting."""

    start: datetime
    end: datetime
    council: tuple[str, ...]
    working_group: tuple[str, ...]
