"""The Exchange commands that are imitated: one table of names, parameters, columns and rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from m365audit.sample.service import exchange_folders, exchange_settings
from m365audit.sample.service.exchange_errors import ambiguous, no_such_object, not_visible
from m365audit.sample.service.holdings import EXCHANGE_NAMES, Holdings
from m365audit.sample.tenant import Json

# Nobody has seen Exchange take these in $select, though every mailbox has them.
_NEVER_SELECTED = frozenset(
    [
        "AuditEnabled",
        "DefaultAuditSet",
        "AuditLogAgeLimit",
        "SingleItemRecoveryEnabled",
        "MessageCopyForSentAsEnabled",
        "MessageCopyForSendOnBehalfEnabled",
        "HiddenFromAddressListsEnabled",
        "AccountDisabled",
    ]
)
_RECIPIENT = frozenset(
    [
        "ExternalDirectoryObjectId",
        "Guid",
        "ExchangeGuid",
        "id",
        "Id",
        "Identity",
        "Name",
        "Alias",
        "DisplayName",
        "DistinguishedName",
        "PrimarySmtpAddress",
        "EmailAddresses",
        "RecipientType",
        "RecipientTypeDetails",
        "WhenCreated",
        "WhenChanged",
    ]
)
_MAILBOX = _RECIPIENT | frozenset(
    [
        "UserPrincipalName",
        "ForwardingSmtpAddress",
        "ForwardingAddress",
        "DeliverToMailboxAndForward",
        "GrantSendOnBehalfTo",
        "GrantSendOnBehalfToWithDisplayNames",
        "LitigationHoldEnabled",
        "LitigationHoldDate",
        "LitigationHoldDuration",
        "RetentionHoldEnabled",
        "ComplianceTagHoldApplied",
        "InPlaceHolds",
        "RetentionPolicy",
        "ArchiveGuid",
        "IsMailboxEnabled",
    ]
)
Parameters = dict[str, object]


@dataclass(frozen=True, slots=True)
class Cmdlet:
    """One command: its parameters (lower case), those it cannot do without, the columns it knows, and its rows."""

    name: str
    rows: Callable[[Holdings, Parameters], list[Json]]
    columns: frozenset[str]
    parameters: frozenset[str] = frozenset({"identity", "resultsize"})
    mandatory: frozenset[str] = frozenset()

    def unknown_column(self, selected: Sequence[str], rows: Sequence[Json]) -> str | None:
        """The first selected name that ``$select`` does not take."""
        known = self.columns.union(*rows[:1]) - _NEVER_SELECTED
        return next((name for name in selected if name not in known), None)


def _mailboxes(held: Holdings, parameters: Parameters) -> list[Json]:
    kinds = _texts(parameters.get("recipienttypedetails"))
    found = _identified(held, held.tenant.mailboxes, parameters)
    return [one for one in found if not kinds or str(one.get("RecipientTypeDetails", "")).lower() in kinds]


def _mailbox_permissions(held: Holdings, parameters: Parameters) -> list[Json]:
    # An empty identity finds everybody's: the trap Microsoft warns of.
    found = _identified(held, held.tenant.mailboxes, parameters)
    return [row for mailbox in found for row in held.tenant.mailbox_permissions.get(mailbox["Guid"], [])]


def _folders(held: Holdings, parameters: Parameters) -> list[Json]:
    (mailbox,) = _identified(held, held.tenant.mailboxes, {"identity": parameters["identity"] or "''"})
    return exchange_folders.listed(mailbox, held.tenant.mail_folders[mailbox["Guid"]], parameters.get("folderscope"))


def _folder_permissions(held: Holdings, parameters: Parameters) -> list[Json]:
    name, _, path = str(parameters["identity"] or "''").partition(":")
    (mailbox,) = _identified(held, held.tenant.mailboxes, {"identity": name})
    return exchange_folders.let_in(mailbox, held.tenant.mail_folders[mailbox["Guid"]], path or "\\")


def _protocols(held: Holdings, parameters: Parameters) -> list[Json]:
    # What is not set on the mailbox itself is as for the organisation, and comes as null.
    allowed = held.tenant.smtp_allowed
    return [
        {name: mailbox.get(name) for name in ("Guid", "Identity", "Name", "DisplayName", "PrimarySmtpAddress")}
        | dict.fromkeys(("ActiveSyncEnabled", "PopEnabled", "ImapEnabled", "MAPIEnabled", "OWAEnabled"), True)
        | {"SmtpClientAuthenticationDisabled": not allowed[guid] if (guid := mailbox["Guid"]) in allowed else None}
        for mailbox in _identified(held, held.tenant.mailboxes, parameters)
    ]


def _recipient_permissions(held: Holdings, parameters: Parameters) -> list[Json]:
    rows = held.tenant.recipient_permissions
    if _identity(parameters) is None:
        return rows
    found = _identified(held, held.tenant.recipients, parameters)
    names = {str(one.get(name, "")).lower() for one in found for name in EXCHANGE_NAMES}
    return [row for row in rows if str(row.get("Identity", "")).lower() in names]


def _settings(held: Holdings, parameters: Parameters, cmdlet: str) -> list[Json]:
    plan = exchange_settings.LICENSED.get(cmdlet)
    if plan and not held.tenant.has_plan(plan):
        raise not_visible(cmdlet)
    return _identified(held, exchange_settings.objects(held, cmdlet), parameters)


def _identified(held: Holdings, things: list[Json], parameters: Parameters) -> list[Json]:
    wanted = _identity(parameters)
    if wanted is None:
        return things
    found = held.named(things, wanted)
    if not found:
        raise no_such_object(wanted)
    if len(found) > 1:
        raise ambiguous(wanted)
    return found


def _identity(parameters: Parameters) -> str | None:
    wanted = parameters.get("identity")
    return str(wanted) if wanted else None


def _texts(value: object) -> set[str]:
    if isinstance(value, list):
        return {str(one).lower() for one in value}
    return {str(value).lower()} if value else set()


CMDLETS = {
    cmdlet.name.lower(): cmdlet
    for cmdlet in (
        Cmdlet(
            "Get-Mailbox",
            _mailboxes,
            _MAILBOX,
            frozenset({"identity", "resultsize", "recipienttypedetails", "includegrantsendonbehalftowithdisplaynames"}),
        ),
        Cmdlet(
            "Get-MailboxPermission",
            _mailbox_permissions,
            frozenset(
                [
                    "Identity",
                    "User",
                    "UserSid",
                    "AccessRights",
                    "IsInherited",
                    "Deny",
                    "InheritanceType",
                    "IsOwner",
                    "IsValid",
                ]
            ),
            frozenset({"identity", "resultsize", "includeuserwithdisplayname", "includeunresolvedpermissions"}),
            frozenset({"identity"}),
        ),
        Cmdlet(
            "Get-MailboxFolderStatistics",
            _folders,
            exchange_folders.COLUMNS,
            frozenset({"identity", "folderscope", "resultsize"}),
            frozenset({"identity"}),
        ),
        Cmdlet(
            "Get-MailboxFolderPermission",
            _folder_permissions,
            exchange_folders.RIGHTS,
            frozenset({"identity", "resultsize"}),
            frozenset({"identity"}),
        ),
        Cmdlet(
            "Get-RecipientPermission",
            _recipient_permissions,
            frozenset(
                [
                    "Identity",
                    "Trustee",
                    "TrusteeSidString",
                    "AccessControlType",
                    "AccessRights",
                    "IsInherited",
                    "InheritanceType",
                ]
            ),
            frozenset({"identity", "resultsize", "includetrusteewithprimarysmtpaddress"}),
        ),
        Cmdlet(
            "Get-CASMailbox",
            _protocols,
            frozenset(
                [
                    "Guid",
                    "Identity",
                    "Name",
                    "DisplayName",
                    "PrimarySmtpAddress",
                    "ActiveSyncEnabled",
                    "PopEnabled",
                    "ImapEnabled",
                    "MAPIEnabled",
                    "OWAEnabled",
                    "SmtpClientAuthenticationDisabled",
                ]
            ),
        ),
        Cmdlet(
            "Get-Recipient",
            lambda held, parameters: _identified(held, held.tenant.recipients, parameters),
            _RECIPIENT | {"ExternalEmailAddress", "WindowsLiveID"},
        ),
        Cmdlet(
            "Get-TransportRule",
            lambda held, parameters: _identified(held, held.tenant.transport_rules, parameters),
            frozenset(
                [
                    "Guid",
                    "Identity",
                    "Name",
                    "State",
                    "Mode",
                    "Priority",
                    "Comments",
                    "RedirectMessageTo",
                    "BlindCopyTo",
                    "CopyTo",
                    "AddToRecipients",
                    "WhenChanged",
                ]
            ),
        ),
    )
} | {
    name.lower(): Cmdlet(
        name,
        partial(_settings, cmdlet=name),
        frozenset(columns),
        frozenset({"identity", "resultsize"} if name in exchange_settings.MANY else {"identity"}),
    )
    for name, columns in exchange_settings.COLUMNS.items()
}
