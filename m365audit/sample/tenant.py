"""What a sample tenant holds, in the shapes Microsoft 365 keeps it."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

ENTRA_P1 = "41781fb2-bc02-4b7c-bd55-b576c07bb09d"


@dataclass(slots=True)
class Tenant:
    """One tenant as Microsoft 365 would hold it: plain JSON objects with Graph's (or Exchange's) own property names.

    The imitation serves these and knows nothing else; whoever fills it (the generator, a test) decides what is true.
    """

    tenant_id: str
    initial_domain: str
    organisation: Json
    domains: list[Json] = field(default_factory=list)
    skus: list[Json] = field(default_factory=list)
    users: list[Json] = field(default_factory=list)
    """Full ``user`` objects, ``signInActivity`` included."""
    deleted_users: list[Json] = field(default_factory=list)
    groups: list[Json] = field(default_factory=list)
    registration: list[Json] = field(default_factory=list)
    """``userRegistrationDetails`` rows."""
    methods: dict[str, list[Json]] = field(default_factory=dict)
    """User id to authentication methods, with ``@odata.type``."""
    mailbox_settings: dict[str, Json] = field(default_factory=dict)
    """User id to ``mailboxSettings``; a user that is absent has no mailbox."""
    inbox_rules: dict[str, list[Json]] = field(default_factory=dict)
    calendars: dict[str, list[Json]] = field(default_factory=dict)
    """User id to the calendar: single instances, series masters and occurrences, full ``event`` objects."""
    online_meetings: dict[str, list[Json]] = field(default_factory=dict)
    """Organiser's user id to ``onlineMeeting`` objects."""
    sites: list[Json] = field(default_factory=list)
    drives: dict[str, list[Json]] = field(default_factory=dict)
    """Site id to drives."""
    items: dict[str, list[Json]] = field(default_factory=dict)
    """Drive id to ``driveItem`` objects, the root first."""
    permissions: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    """(Drive id, item id) to ``permission`` objects."""
    sharing_settings: Json = field(default_factory=dict)
    mailboxes: list[Json] = field(default_factory=list)
    """``Get-Mailbox`` objects, PascalCase."""
    mailbox_permissions: dict[str, list[Json]] = field(default_factory=dict)
    """Mailbox ``Guid`` to ``Get-MailboxPermission`` objects."""
    recipient_permissions: list[Json] = field(default_factory=list)
    """``Get-RecipientPermission`` objects of the whole tenant."""
    recipients: list[Json] = field(default_factory=list)
    """``Get-Recipient`` objects: mailboxes, contacts, groups."""
    transport_rules: list[Json] = field(default_factory=list)
    granted: frozenset[str] = frozenset()
    """Application permissions consented to, such as ``User.Read.All`` and ``Exchange.ManageAsApp``."""
    directory_roles: frozenset[str] = frozenset()
    """Names of directory roles of the app's service principal, such as ``Global Reader``."""
    access_policy: bool = True
    """Whether a Teams application access policy lets the app read meeting options."""

    @property
    def premium(self) -> bool:
        """Whether an enabled subscription carries Entra ID P1."""
        return any(
            plan["servicePlanId"] == ENTRA_P1 and plan["provisioningStatus"] == "Success"
            for sku in self.skus
            if sku["capabilityStatus"] == "Enabled"
            for plan in sku["servicePlans"]
        )


@dataclass(frozen=True, slots=True)
class Planted:
    """What the audit of a sample council must find: (rule id, natural key of the subject), and nothing else."""

    rule: str
    subject: str
    because: str
