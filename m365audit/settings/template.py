"""A new tenant file, with what is not known yet marked to be filled in."""

from dataclasses import dataclass

FILL_IN = "FILL-IN"
"""What stands where a person must write; reading the file refuses it by line until they have."""


@dataclass(frozen=True, slots=True)
class NewTenant:
    """What is known of a council that is being added."""

    slug: str
    council: str | None = None
    tenant_id: str | None = None
    policy: str = "towcester"
    provider: str | None = None
    domains: tuple[str, ...] = ()

    @property
    def register_file(self) -> str:
        """Name of the register, beside the tenant file."""
        return f"{self.slug}-register.xlsx"

    @property
    def variable(self) -> str:
        """Prefix of the council's environment variables."""
        return self.slug.upper().replace("-", "_")


def tenant_file(new: NewTenant) -> str:
    """The text of the tenant file."""
    domains = ", ".join(new.domains)
    return f"""\
# Tenant file of {_quoted(new.council or new.slug)}. Secrets never stand here: name them as ${{VARIABLE}}.
council: {_quoted(new.council or FILL_IN)}
tenant_id: {new.tenant_id or FILL_IN}   # Entra admin centre > Overview > Tenant ID
policy: {_quoted(new.policy)}   # a file of config/policies, or the path of the council's own
provider: {_quoted(new.provider or "your IT support provider")}
domains: [{domains}]   # domains the council owns; those verified in the tenant are added
register: {new.register_file}   # beside this file
auth:   # kinds: certificate, secret, managed-identity, workload-identity, azure-cli, device-code, partner, token
  kind: certificate
  client_id: {FILL_IN}   # Entra admin centre > App registrations > Application (client) ID
  certificate: "${{{new.variable}_CERTIFICATE}}"   # path of a PEM or PFX file
meetings:   # names of calendar entries, * for anything
  council: ["Full Council*", "*Committee*"]
  working_group: ["*Working Group*"]
  back_days: 30
  ahead_days: 90
thresholds: {{}}   # such as account-dormant: {{days: 120}}; `m365audit rules ID` names them
retention: {{evidence_days: 90, clerk_workbook_years: 2}}   # what `m365audit purge` goes by; years are council years
"""


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
