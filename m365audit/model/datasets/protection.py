"""Data sets about what guards the mail, what keeps it, and what is recorded."""

from m365audit.model.datasets.schema import Column, DataSet

MAIL_PROTECTION = DataSet(
    "mail_protection",
    key=("kind", "name"),
    meaning="Every filter policy of Exchange, and the tag and the button that help people.",
    columns=(
        Column(
            "kind",
            "text",
            "preset, spam, phishing, malware, outside tag or report button",
        ),
        Column("name", "text", "Name of the policy"),
        Column("on", "flag", "Whether it is in force"),
        Column("everybody", "flag", "Whether it holds for every mailbox: the default policy, or one without limits"),
        Column("spoof", "flag", "Of phishing: false senders are told by what is known of real ones"),
        Column("spam_action", "text", "Of spam: what happens to it"),
        Column("phishing_action", "text", "Of spam: what happens to phishing mail"),
        Column("attachment_filter", "flag", "Of malware: dangerous kinds of attachment are held back"),
        Column("cleans_up", "flag", "Of malware: mail is taken back when it turns out to be harmful"),
    ),
)

LINK_PROTECTION = DataSet(
    "link_protection",
    key=("kind", "name"),
    meaning="The policies of Defender for Office 365 that look at links and attachments when they are opened.",
    columns=(
        Column("kind", "text", "safe links or safe attachments"),
        Column("name", "text", "Name of the policy"),
        Column("on", "flag", "Whether it is in force for mail"),
    ),
)

OUTBOUND_MAIL = DataSet(
    "outbound_mail",
    key=("kind", "name"),
    meaning="What the settings let mail do on its way out by itself.",
    columns=(
        Column("kind", "text", "outbound policy, outbound rule or remote domain"),
        Column("name", "text", "Name of the policy, the rule or the domain entry"),
        Column("domain", "text", "Of a remote domain: the domain it is for, * for every other; lower case"),
        Column("forwarding", "text", "on, off or automatic (which blocks it today), as Exchange says it"),
        Column("everybody", "flag", "Of a policy: whether it is the default one"),
        Column("enabled", "flag", "Of a rule: whether it is switched on"),
        Column("policy", "text", "Of a rule: the policy it puts in force"),
    ),
)

MAILBOX_RETENTION = DataSet(
    "mailbox_retention",
    key=("mailbox_id",),
    meaning="What keeps each mailbox's mail from being lost.",
    columns=(
        Column("mailbox_id", "text", "Object id of its account; where there is none, Exchange's own id"),
        Column("display_name", "text", "Name as shown"),
        Column("address", "text", "Primary address, lower case"),
        Column("kind", "text", "user, shared, room, equipment, or Exchange's own word"),
        Column("litigation_hold", "flag", "Everything is kept, deleted or not"),
        Column("retention_hold", "flag", "Retention is paused while its holder is away", judged=False),
        Column("label_hold", "flag", "Something in it bears a label that keeps it"),
        Column("holds", "texts", "Ids of the holds and retention policies on it, as Exchange spells them"),
        Column("single_item_recovery", "flag", "What was deleted can be brought back for a while"),
        Column("audited", "flag", "Whether its use is recorded, where the tenant leaves that to each mailbox"),
        Column("archive", "flag", "Whether it has an archive", judged=False),
    ),
)

MAIL_ORGANISATION = DataSet(
    "mail_organisation",
    key=("name",),
    meaning="What holds for all mailboxes at once, one row.",
    columns=(
        Column("name", "text", "Name of the organisation in Exchange"),
        Column("mailbox_audit_off", "flag", "Whether recording in mailboxes is switched off for all"),
        Column("holds", "texts", "Ids of the retention policies on all mailboxes, as Exchange spells them"),
    ),
)

AUDIT_SETTINGS = DataSet(
    "audit_settings",
    key=("name",),
    meaning="Whether what is done in Microsoft 365 is recorded, one row.",
    columns=(
        Column("name", "text", "Name of the setting"),
        Column("unified_log", "flag", "Whether the one log of everything takes entries"),
    ),
)

AUDIT_BYPASSES = DataSet(
    "audit_bypasses",
    key=("account_id",),
    meaning="Accounts whose doings in mailboxes are not recorded. No row: recorded like everybody's.",
    columns=(
        Column("account_id", "text", "Object id, where Exchange gave it; else its name there"),
        Column("name", "text", "Name Exchange knows it by"),
    ),
)

MAIL_ENCRYPTION = DataSet(
    "mail_encryption",
    key=("name",),
    meaning="Whether messages can be encrypted, one row.",
    columns=(
        Column("name", "text", "Name of the setting"),
        Column("available", "flag", "Whether encryption is switched on"),
        Column("button", "flag", "Whether people have a button for it"),
    ),
)

FOLDER_ACCESS = DataSet(
    "folder_access",
    key=("mailbox_id", "folder", "delegate"),
    meaning="Every right over a folder of another's mailbox; a calendar shows whom it lets see what.",
    columns=(
        Column("mailbox_id", "text", "Object id of the mailbox's account"),
        Column("mailbox_address", "text", "Primary address of the mailbox, lower case"),
        Column("mailbox_name", "text", "Name of the mailbox"),
        Column("mailbox_kind", "text", "user, shared, room, equipment or others; null where it was not read"),
        Column("folder", "text", "calendar, or the name of another folder"),
        Column(
            "delegate",
            "text",
            "Object id, else address, lower case; default for everybody else in the council, anonymous for anyone",
        ),
        Column("delegate_address", "text", "Address of the delegate, lower case, where there is one"),
        Column("delegate_name", "text", "Name of the delegate"),
        Column("inside", "flag", "Whether the delegate is one of the council's, as Microsoft says"),
        Column("role", "text", "What it may do, as Microsoft says it"),
    ),
)

MAIL_FOLDER_ACCESS = DataSet(
    "mail_folder_access",
    key=("mailbox_id", "folder", "delegate"),
    meaning="Every right of somebody else over a mail folder, or over a calendar that somebody added.",
    columns=(
        Column("mailbox_id", "text", "Object id of the mailbox's account"),
        Column("mailbox_address", "text", "Primary address of the mailbox, lower case"),
        Column("mailbox_name", "text", "Name of the mailbox"),
        Column("mailbox_kind", "text", "user, shared, room, equipment, or Exchange's own word"),
        Column(
            "folder", "text", "inbox, sent items, top and so on in every language; a folder people made by its path"
        ),
        Column("calendar", "flag", "Whether it holds appointments and not mail"),
        Column(
            "delegate",
            "text",
            "Object id, else address, else SID, else what Exchange called it; default for everybody else in the "
            "council, anonymous for anyone",
        ),
        Column("delegate_address", "text", "Address of the delegate, lower case, where there is one"),
        Column("delegate_name", "text", "What Exchange called the delegate"),
        Column("delegate_kind", "text", "member, guest, group, deleted, or unknown; none of default and anonymous"),
        Column("role", "text", "What it may do, in Exchange's words"),
    ),
)

MAILBOX_USE = DataSet(
    "mailbox_use",
    key=("mailbox_id", "delegate", "day", "operation"),
    meaning="When somebody other than its holder used a mailbox, from a search of the audit log that somebody made.",
    columns=(
        Column("mailbox_id", "text", "Object id of the mailbox's account, else its address"),
        Column("delegate", "text", "Object id of who used it, else the sign-in name"),
        Column("delegate_address", "text", "Sign-in name of who used it, lower case"),
        Column("day", "text", "Day of the use, UTC, as 2026-11-21"),
        Column("operation", "text", "MailItemsAccessed, SendAs or SendOnBehalf"),
        Column("count", "count", "Entries of that day", unit="entries"),
    ),
)
