"""Rights over mailboxes, and the routes their mail is sent on by."""

import base64
from typing import Literal

from m365audit.model.keys import forward_key, mailbox_access_key
from m365audit.model.words import Right
from m365audit.sample.councils.draft import Draft
from m365audit.sample.councils.mailboxes import Group, full_access_row, send_as_row
from m365audit.sample.councils.people import Account
from m365audit.sample.tenant import Json

Action = Literal["forwardTo", "redirectTo", "forwardAsAttachmentTo"]
RULE = "mailbox-access-authorised"
FORWARDED = "mail-forwarded-outside"


def full_access(
    draft: Draft, mailbox: Account, delegate: Account | Group | str, *, inherited: bool = False, deny: bool = False
) -> str:
    """Let somebody open a mailbox (or, with ``deny``, keep them out); gives the natural key."""
    row = full_access_row(mailbox.mailbox_name, _exchange_name(delegate), inherited=inherited, deny=deny)
    draft.tenant.mailbox_permissions[_guid(draft, mailbox)].append(row)
    return mailbox_access_key(mailbox.id, _delegate_id(delegate), Right.FULL_ACCESS)


def may_look_up(draft: Draft, mailbox: Account, delegate: Account) -> str:
    """Let somebody see a mailbox's permissions and nothing of its mail; gives the key full access would have."""
    row = full_access_row(mailbox.mailbox_name, delegate.user_principal_name, rights=("ReadPermission",))
    draft.tenant.mailbox_permissions[_guid(draft, mailbox)].append(row)
    return mailbox_access_key(mailbox.id, delegate.id, Right.FULL_ACCESS)


def send_as(
    draft: Draft, mailbox: Account, trustee: Account | Group | str, *, inherited: bool = False, deny: bool = False
) -> str:
    """Let somebody send as a mailbox; gives the natural key."""
    row = send_as_row(mailbox.mailbox_name, _exchange_name(trustee), inherited=inherited, deny=deny)
    draft.tenant.recipient_permissions.append(row)
    return mailbox_access_key(mailbox.id, _delegate_id(trustee), Right.SEND_AS)


def send_on_behalf(draft: Draft, mailbox: Account, delegate: Account | str, address: str = "") -> str:
    """Let somebody send on behalf of a mailbox; ``address`` is that of a contact. Gives the natural key."""
    # This property names recipients as Exchange does, not by sign-in name.
    name = delegate if isinstance(delegate, str) else delegate.mailbox_name
    _mailbox(draft, mailbox)["GrantSendOnBehalfTo"].append(name)
    return mailbox_access_key(mailbox.id, address or _delegate_id(delegate), Right.SEND_ON_BEHALF)


def authorise(
    draft: Draft, mailbox: Account, delegate: Account | Group | str, right: str, until: int | None = None
) -> None:
    """Write an authorisation into the register; ``until`` counts days from ``as_of``."""
    who = delegate if isinstance(delegate, str) else delegate.address
    last = None if until is None else draft.seed.day(until)
    row = (mailbox.address, who, right, "Cover for absence", "Town Clerk", draft.seed.day(-500), last)
    draft.register.add("Mailbox access", *row)


def forward_all(draft: Draft, mailbox: Account, address: str, *, keep: bool = True) -> str:
    """Send all of a mailbox's mail on to an address; gives the natural key."""
    box = _mailbox(draft, mailbox)
    box["ForwardingSmtpAddress"] = f"smtp:{address}"
    box["DeliverToMailboxAndForward"] = keep
    return forward_key(mailbox.id, "mailbox", address)


def forward_to_recipient(draft: Draft, mailbox: Account, name: str, address: str) -> str:
    """Send all of a mailbox's mail on to a recipient of the tenant, by Exchange's name; gives the natural key."""
    box = _mailbox(draft, mailbox)
    box["ForwardingAddress"] = name
    box["DeliverToMailboxAndForward"] = True
    return forward_key(mailbox.id, "mailbox", address)


def inbox_rule(
    draft: Draft,
    mailbox: Account,
    title: str,
    action: Action,
    targets: tuple[tuple[str, str], ...],
    *,
    enabled: bool = True,
) -> tuple[str, ...]:
    """Add an inbox rule that sends mail on to (name, address) targets; gives one natural key per target."""
    recipients = [{"emailAddress": {"name": name, "address": address}} for name, address in targets]
    rule_id = _add_rule(draft, mailbox, title, {action: recipients, "stopProcessingRules": True}, enabled=enabled)
    return tuple(forward_key(mailbox.id, f"rule:{rule_id}", address) for _, address in targets)


def tidying_rule(draft: Draft, mailbox: Account, title: str) -> None:
    """Add an inbox rule that deletes newsletters and sends nothing anywhere."""
    _add_rule(draft, mailbox, title, {"delete": True, "stopProcessingRules": True}, enabled=True)


def transport_rule(
    draft: Draft,
    title: str,
    target: str,
    *,
    action: Literal["RedirectMessageTo", "BlindCopyTo"] = "BlindCopyTo",
    enabled: bool = True,
) -> str:
    """Add a mail-flow rule that sends mail of everybody on; gives the natural key."""
    rules = draft.tenant.transport_rules
    blank: Json = dict.fromkeys(("RedirectMessageTo", "BlindCopyTo", "CopyTo", "AddToRecipients"))
    rules.append(
        {
            "Name": title,
            "Identity": title,
            "Guid": draft.seed.guid("transport rule", title),
            "State": "Enabled" if enabled else "Disabled",
            "Mode": "Enforce",
            "Priority": len(rules),
            "WhenChanged": draft.seed.stamp(-100),
            **blank,
            action: [target],
        }
    )
    return forward_key("*", f"transport:{title}", target)


def _add_rule(draft: Draft, mailbox: Account, title: str, actions: Json, *, enabled: bool) -> str:
    rules = draft.tenant.inbox_rules[mailbox.id]
    rule_id = base64.b64encode(b"\x01\x00\x00\x00" + draft.seed.bits("rule", mailbox.id, title)[:4]).decode()
    rules.append(
        {
            "id": rule_id,
            "displayName": title,
            "sequence": len(rules) + 1,
            "isEnabled": enabled,
            "hasError": False,
            "isReadOnly": False,
            "conditions": {"subjectContains": ["newsletter"]} if "delete" in actions else {},
            "actions": actions,
            "exceptions": None,
        }
    )
    return rule_id


def _mailbox(draft: Draft, mailbox: Account) -> Json:
    return next(box for box in draft.tenant.mailboxes if box["ExternalDirectoryObjectId"] == mailbox.id)


def _guid(draft: Draft, mailbox: Account) -> str:
    return draft.seed.guid("mailbox", mailbox.id)


def _exchange_name(delegate: Account | Group | str) -> str:
    match delegate:
        case Account():
            return delegate.user_principal_name
        case Group():
            return delegate.name
        case _:
            return delegate


def _delegate_id(delegate: Account | Group | str) -> str:
    return delegate if isinstance(delegate, str) else delegate.id
