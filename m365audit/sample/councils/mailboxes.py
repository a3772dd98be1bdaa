"""Mailboxes, contacts and groups as Exchange holds them."""

from dataclasses import dataclass
from typing import Final

from m365audit.sample.councils.draft import Draft
from m365audit.sample.tenant import Json

_KINDS = {"user": "UserMailbox", "shared": "SharedMailbox", "room": "RoomMailbox", "equipment": "EquipmentMailbox"}
_NO_ARCHIVE = "00000000-0000-0000-0000-000000000000"
_MAIL: Final = "IPF.Note"
_FOLDERS: Final = (
    ("Root", "Top of Information Store", "Pen y storfa wybodaeth", None),
    ("Inbox", "Inbox", "Mewnflwch", _MAIL),
    ("SentItems", "Sent Items", "Eitemau Anfonwyd", _MAIL),
    ("Drafts", "Drafts", "Drafftiau", _MAIL),
    ("DeletedItems", "Deleted Items", "Eitemau wedi'u Dileu", _MAIL),
    ("JunkEmail", "Junk Email", "E-bost Sothach", _MAIL),
    ("Outbox", "Outbox", "Blwch Allan", _MAIL),
    ("Calendar", "Calendar", "Calendr", "IPF.Appointment"),
    ("Contacts", "Contacts", "Cysylltiadau", "IPF.Contact"),
    ("RecoverableItemsRoot", "Recoverable Items", "Recoverable Items", None),
)
"""Type, English and Welsh name, and what is in it."""


def add_mailbox(draft: Draft, user: Json, purpose: str) -> str:
    """Make the mailbox of an account; gives the name Exchange knows it by, which no other recipient has."""
    seed, account_id = draft.seed, str(user["id"])
    # Exchange once named a mailbox after its alias, and names newer ones after the account's id.
    name = (
        account_id if seed.number(3, "mailbox name", account_id) == 0 else user["userPrincipalName"].partition("@")[0]
    )
    guid = seed.guid("mailbox", account_id)
    draft.tenant.mailboxes.append(
        {
            "ExternalDirectoryObjectId": account_id,
            "Guid": guid,
            "ExchangeGuid": seed.guid("exchange", account_id),
            "Id": name,
            "Identity": name,
            "Name": name,
            "Alias": user["mailNickname"],
            "DistinguishedName": _path(draft, name),
            "UserPrincipalName": user["userPrincipalName"],
            "DisplayName": user["displayName"],
            "PrimarySmtpAddress": user["mail"],
            "EmailAddresses": list(user["proxyAddresses"]),
            "RecipientType": "UserMailbox",
            "RecipientTypeDetails": _KINDS[purpose],
            "IsShared": purpose == "shared",
            "IsResource": purpose in {"room", "equipment"},
            "ForwardingAddress": None,
            "ForwardingSmtpAddress": None,
            "DeliverToMailboxAndForward": False,
            "GrantSendOnBehalfTo": [],
            "LitigationHoldEnabled": False,
            "LitigationHoldDate": None,
            "LitigationHoldDuration": "Unlimited",
            "RetentionHoldEnabled": False,
            "ComplianceTagHoldApplied": False,
            "InPlaceHolds": [],
            "RetentionPolicy": "Default MRM Policy",
            "AuditEnabled": True,
            "DefaultAuditSet": ["Admin", "Delegate", "Owner"],
            "AuditLogAgeLimit": "90.00:00:00",
            "SingleItemRecoveryEnabled": True,
            "MessageCopyForSentAsEnabled": False,
            "MessageCopyForSendOnBehalfEnabled": False,
            "HiddenFromAddressListsEnabled": False,
            "ArchiveGuid": _NO_ARCHIVE,
            "AccountDisabled": not user["accountEnabled"],
            "WhenCreated": user["createdDateTime"],
        }
    )
    _recipient(draft, name, "UserMailbox", _KINDS[purpose], user | {"guid": guid})
    draft.tenant.mailbox_permissions[guid] = [
        full_access_row(name, "NT AUTHORITY\\SELF", rights=("FullAccess", "ReadPermission"))
    ]
    draft.tenant.mail_folders[guid] = standard_folders()
    draft.tenant.recipient_permissions.append(send_as_row(name, "NT AUTHORITY\\SELF"))
    draft.tenant.inbox_rules[account_id] = []
    draft.tenant.calendars[account_id] = []
    return name


def standard_folders(*, welsh: bool = False) -> list[Json]:
    """What Exchange makes in every mailbox, in the language of whoever has it."""
    return [
        mail_folder(kind, "/" + (cymraeg if welsh else english), holds) for kind, english, cymraeg, holds in _FOLDERS
    ]


def mail_folder(kind: str, path: str, holds: str | None) -> Json:
    """A folder as ``Get-MailboxFolderStatistics`` lists it."""
    return {
        "Name": path.rpartition("/")[2].replace("\uf8ff", "/"),
        "FolderPath": path,
        "FolderType": kind,
        "ContainerClass": holds,
    }


def full_access_row(
    mailbox: str, user: str, *, rights: tuple[str, ...] = ("FullAccess",), inherited: bool = False, deny: bool = False
) -> Json:
    """A ``Get-MailboxPermission`` object."""
    return {
        "Identity": mailbox,
        "User": user,
        "AccessRights": list(rights),
        "IsInherited": inherited,
        "Deny": deny,
        "InheritanceType": "All",
        "IsValid": True,
    }


def send_as_row(mailbox: str, trustee: str, *, inherited: bool = False, deny: bool = False) -> Json:
    """A ``Get-RecipientPermission`` object."""
    return {
        "Identity": mailbox,
        "Trustee": trustee,
        "AccessControlType": "Deny" if deny else "Allow",
        "AccessRights": ["SendAs"],
        "IsInherited": inherited,
        "InheritanceType": "None",
        "IsValid": True,
    }


@dataclass(frozen=True, slots=True)
class Group:
    """A group that has been made."""

    id: str
    name: str
    address: str


def add_group(draft: Draft, name: str, *, unified: bool = False, visibility: str | None = None) -> Group:
    """Make a Microsoft 365 group, or a mail-enabled security group; ``visibility`` as Graph says it."""
    group_id = draft.seed.guid("group", name)
    alias = name.lower().replace(" ", "-")
    address = f"{alias}@{draft.domain}"
    draft.tenant.groups.append(
        {
            "id": group_id,
            "displayName": name,
            "description": None,
            "createdDateTime": draft.seed.stamp(-800),
            "deletedDateTime": None,
            "mail": address,
            "mailEnabled": True,
            "mailNickname": alias,
            "proxyAddresses": [f"SMTP:{address}"],
            "groupTypes": ["Unified"] if unified else [],
            "securityEnabled": not unified,
            "visibility": visibility,
            "isAssignableToRole": None,
            "membershipRule": None,
            "onPremisesSyncEnabled": None,
            "resourceProvisioningOptions": [],
        }
    )
    group = {"id": group_id, "displayName": name, "mail": address, "mailNickname": alias, "proxyAddresses": []}
    kind = "GroupMailbox" if unified else "MailUniversalSecurityGroup"
    _recipient(draft, alias if unified else name, "MailUniversalDistributionGroup" if unified else kind, kind, group)
    return Group(group_id, name, address)


def add_contact(draft: Draft, name: str, address: str) -> str:
    """Make a mail contact that points outside; gives the name Exchange knows it by."""
    contact = {
        "id": "",
        "displayName": name,
        "mail": address,
        "mailNickname": name.replace(" ", "."),
        "proxyAddresses": [],
    }
    row = _recipient(draft, name, "MailContact", "MailContact", contact)
    row["ExternalEmailAddress"] = f"SMTP:{address}"
    return name


def add_guest_recipient(draft: Draft, account_id: str) -> None:
    """Make a guest known to Exchange, as one must be to be given rights over a mailbox."""
    user = next(user for user in draft.tenant.users if user["id"] == account_id)
    name = user["userPrincipalName"].partition("@")[0]
    row = _recipient(draft, name, "MailUser", "GuestMailUser", user)
    row["ExternalEmailAddress"] = f"SMTP:{user['mail']}"


def _recipient(draft: Draft, name: str, kind: str, details: str, thing: Json) -> Json:
    row = {
        "ExternalDirectoryObjectId": thing["id"],
        "Guid": thing.get("guid") or draft.seed.guid("recipient", name),
        "Id": name,
        "Identity": name,
        "Name": name,
        "Alias": thing["mailNickname"],
        "DistinguishedName": _path(draft, name),
        "DisplayName": thing["displayName"],
        "PrimarySmtpAddress": thing["mail"],
        "EmailAddresses": list(thing["proxyAddresses"]) or [f"SMTP:{thing['mail']}"],
        "ExternalEmailAddress": None,
        "WindowsLiveID": thing.get("userPrincipalName", ""),
        "RecipientType": kind,
        "RecipientTypeDetails": details,
    }
    draft.tenant.recipients.append(row)
    return row


def _path(draft: Draft, name: str) -> str:
    hosted = "OU=Microsoft Exchange Hosted Organizations,DC=GBRP265A001,DC=PROD,DC=OUTLOOK,DC=COM"
    return f"CN={name},OU={draft.initial},{hosted}"
