"""The shape of a tenant file: who is audited, against what, signing in how."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

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


class Endpoints(_Strict):
    """Where the services are; the defaults are Microsoft's global cloud."""

    graph: str = "https://graph.microsoft.com"
    exchange: str = "https://outlook.office365.com"
    login: str = "https://login.microsoftonline.com"


class Meetings(_Strict):
    """Which calendar entries are council meetings (shell patterns), and how far to look."""

    council: tuple[str, ...] = ("Full Council*", "*Committee*")
    working_group: tuple[str, ...] = ("*Working Group*",)
    back_days: int = Field(30, ge=0, le=365)
    ahead_days: int = Field(90, ge=0, le=365)


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
    accept_write_permissions: tuple[str, ...] = ()
    folder: Path = Field(Path(), description="Folder of the tenant file; the register is looked for beside it")

    @property
    def register_path(self) -> Path | None:
        """Where the register workbook should be."""
        return self.folder / self.register_file if self.register_file else None


@dataclass(frozen=True, slots=True)
class MeetingWindow:
    """The stretch of calendar to read, and the names that make a council meeting."""

    start: datetime
    end: datetime
    council: tuple[str, ...]
    working_group: tuple[str, ...]
