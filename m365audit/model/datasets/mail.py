"""Data sets about mailboxes: who may open them and where their mail goes."""

from m365audit.model.datasets.schema import Column, DataSet

MAILBOXES = DataSet(
    "mailboxes",
    key=("mailbox_id",),
    meaning="Every Exchange mailbox, shared mailboxes and rooms included.",
    columns=(
        Column("mailbox_id", "text", "Object id of its account; where there is none, Exchange's own id"),
        Column("exchange_id", "text", "Exchange's own id (Guid)"),
        Column("identity", "text", "Name Exchange knows it by; used to resolve delegates"),
        Column("user_principal_name", "text", "Sign-in name, lower case"),
        Column("display_name", "text", "Name as shown"),
        Column("address", "text", "Primary address, lower case"),
        Column("addresses", "texts", "Every address, lower case"),
        Column("kind", "text", "user, shared, room, equipment, or Exchange's own word"),
        Column("forwarding_address", "text", "Outside address all its mail goes to, lower case"),
        Column("forwarding_recipient", "text", "Recipient of the tenant all its mail goes to, as Exchange names it"),
        Column("keeps_copy", "flag", "Whether forwarded mail stays in the mailbox as well"),
        Column("send_on_behalf", "texts", "Who may send on behalf, as Exchange names them"),
        Column("created_at", "time", "When the mailbox was made"),
    ),
)

MAILBOX_SETTINGS = DataSet(
    "mailbox_settings",
    key=("account_id",),
    meaning="Whether each account has a mailbox, and what the mailbox is for.",
    model="mailboxSettings",
    columns=(
        Column("account_id", "text", "Object id of the account"),
        Column("has_mailbox", "flag", "Whether there is a mailbox"),
        Column("purpose", "text", "user, linked, shared, room, equipment or others", "userPurpose"),
    ),
)

MAILBOX_ACCESS = DataSet(
    "mailbox_access",
    key=("mailbox_id", "delegate", "right"),
    meaning="Every right of one account or group over another's mailbox; the mailbox's own account is left out.",
    columns=(
        Column("mailbox_id", "text", "Object id of the mailbox's account"),
        Column("mailbox_address", "text", "Primary address of the mailbox, lower case"),
        Column("mailbox_name", "text", "Name of the mailbox"),
        Column("mailbox_kind", "text", "user, shared, room, equipment, or Exchange's own word"),
        Column("delegate", "text", "Object id of the delegate, else its address, else its SID, else what Exchange called it"),
        Column("delegate_address", "text", "Address of the delegate, lower case, where there is one"),
        Column("delegate_name", "text", "What Exchange called the delegate"),
        Column("delegate_kind", "text", "member, guest, group, deleted, or unknown"),
        Column("right", "text", "full access, send as, or send on behalf"),
        Column("inherited", "flag", "Comes from above the mailbox, not from a grant on it"),
        Column("denied", "flag", "Takes the right away instead of giving it"),
        Column("source", "text", "exchange, or configuration snapshot, which says less"),
        Column("taken_at", "time", "When that snapshot was made; null where Exchange was asked"),
    ),
)

FORWARDS = DataSet(
    "forwards",
    key=("mailbox_id", "route", "target_address"),
    meaning="Every route that sends a mailbox's mail on: set on the mailbox, an inbox rule, or a mail-flow rule.",
    columns=(
        Column("mailbox_id", "text", "Object id of the mailbox's account; * for a mail-flow rule"),
        Column("mailbox_address", "text", "Primary address of the mailbox, lower case"),
        Column("mailbox_name", "text", "Name of the mailbox"),
        Column("route", "text", "mailbox, rule:ID or transport:NAME"),
        Column("route_name", "text", "Name of the rule"),
        Column("action", "text", "forward, redirect, forward as attachment, copy, or blind copy"),
        Column("enabled", "flag", "Whether the route is switched on"),
        Column("target_address", "text", "Where the mail goes, lower case; where unresolved, what Exchange called it"),
        Column("target_name", "text", "Name of the target"),
        Column("target_domain", "text", "Domain of the target address; null where the target could not be resolved"),
        Column("keeps_copy", "flag", "Whether a copy stays in the mailbox"),
    ),
)
