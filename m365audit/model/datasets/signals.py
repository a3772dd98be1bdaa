"""Data sets about what Microsoft noticed, what it backs up, and how the council's mail looks from outside."""

from m365audit.model.datasets.schema import Column, DataSet

REPORT_SETTINGS = DataSet(
    "report_settings",
    key=("setting",),
    meaning="Whether usage reports hide the names of people, one row.",
    model="adminReportSettings",
    columns=(
        Column("setting", "text", "The words: the whole organisation"),
        Column("names_concealed", "flag", "Names are replaced by codes", "displayConcealedNames"),
    ),
)

EMAIL_ACTIVITY = DataSet(
    "email_activity",
    key=("address",),
    meaning="How much mail each account sent and read in 90 days, as Microsoft's report has it, two days late.",
    columns=(
        Column("address", "text", "Sign-in name, lower case"),
        Column("last_active_at", "time", "Last day of any activity; null for none in the period"),
        Column("sent", "count", "Messages sent", unit="messages"),
        Column("received", "count", "Messages received", unit="messages", judged=False),
        Column("read", "count", "Messages read", unit="messages", judged=False),
        Column("deleted", "flag", "Whether the account was deleted"),
        Column("reported_on", "time", "Day the report stands at"),
        Column("period_days", "count", "Days the report covers", unit="days"),
    ),
)

TEAMS_ACTIVITY = DataSet(
    "teams_activity",
    key=("address",),
    meaning="When each account last did something in Teams in 90 days, as Microsoft's report has it, two days late.",
    columns=(
        Column("address", "text", "Sign-in name, lower case"),
        Column("last_active_at", "time", "Last day of any activity; null for none in the period"),
        Column("deleted", "flag", "Whether the account was deleted"),
        Column("reported_on", "time", "Day the report stands at"),
        Column("period_days", "count", "Days the report covers", unit="days"),
    ),
)

MAILBOX_USAGE = DataSet(
    "mailbox_usage",
    key=("address",),
    meaning="When each mailbox was last used in 90 days, as Microsoft's report has it, two days late.",
    columns=(
        Column("address", "text", "Sign-in name, lower case"),
        Column("last_active_at", "time", "Last day of any activity; null for none in the period"),
        Column("deleted", "flag", "Whether the mailbox was deleted"),
        Column("reported_on", "time", "Day the report stands at"),
        Column("period_days", "count", "Days the report covers", unit="days"),
    ),
)

LEGACY_SIGN_INS = DataSet(
    "legacy_sign_ins",
    key=("account_id", "client"),
    meaning="Who signed in by which old protocol in the last 30 days, how often and when last; needs Entra ID P1.",
    model="signIn",
    columns=(
        Column("account_id", "text", "Object id", "userId"),
        Column("client", "text", "The protocol as Microsoft calls it, such as IMAP4", "clientAppUsed"),
        Column("times", "count", "How often it succeeded", unit="sign-ins"),
        Column("last_at", "time", "When it last succeeded", "createdDateTime"),
    ),
)

SECURE_SCORE = DataSet(
    "secure_score",
    key=("score_id",),
    meaning="Microsoft's own score of the council's settings, the newest one; shown, and never judged by.",
    model="secureScore",
    columns=(
        Column("score_id", "text", "Id of the score", "id"),
        Column("scored_at", "time", "When it was worked out", "createdDateTime", judged=False),
        Column("points", "count", "Points it has, rounded", "currentScore", "points", judged=False),
        Column("points_possible", "count", "Points it could have, rounded", "maxScore", "points", judged=False),
    ),
)

ALERTS = DataSet(
    "alerts",
    key=("alert_id",),
    meaning="Every alert of the last 31 days that Microsoft's security products raised; what they are about is not kept.",
    model="security.alert",
    columns=(
        Column("alert_id", "text", "Id of the alert", "id"),
        Column("title", "text", "What Microsoft calls it", "title"),
        Column("severity", "text", "informational, low, medium, high or unknown", "severity"),
        Column("status", "text", "new, inProgress, resolved or unknown", "status"),
        Column("source", "text", "Product that raised it", "serviceSource"),
        Column("incident_id", "text", "Incident it belongs to", "incidentId", judged=False),
        Column("raised_at", "time", "When it was raised", "createdDateTime"),
    ),
)

RISKY_ACCOUNTS = DataSet(
    "risky_accounts",
    key=("account_id",),
    meaning="Accounts that Microsoft holds for at risk now; needs Entra ID P2.",
    model="riskyUser",
    columns=(
        Column("account_id", "text", "Object id", "id"),
        Column("name", "text", "Name as shown", "userDisplayName"),
        Column("address", "text", "Sign-in name, lower case", "userPrincipalName"),
        Column("level", "text", "low, medium, high, hidden or none", "riskLevel"),
        Column("state", "text", "atRisk, or how it was settled", "riskState"),
        Column("changed_at", "time", "When that last changed", "riskLastUpdatedDateTime"),
        Column("deleted", "flag", "Whether the account was deleted", "isDeleted"),
    ),
)

ATTACK_SIMULATIONS = DataSet(
    "attack_simulations",
    key=("simulation_id",),
    meaning="Every exercise with false attacks; needs Defender for Office 365 P2. Other products' exercises are not seen.",
    model="simulation",
    columns=(
        Column("simulation_id", "text", "Id of the exercise", "id"),
        Column("name", "text", "Name as shown", "displayName"),
        Column("status", "text", "draft, running, scheduled, succeeded, failed, cancelled or excluded", "status"),
        Column("launched_at", "time", "When it began", "launchDateTime"),
        Column("completed_at", "time", "When it ended", "completionDateTime"),
    ),
)  # fmt: skip

SENSITIVITY_LABELS = DataSet(
    "sensitivity_labels",
    key=("label_id",),
    meaning="Every label people can mark documents and mail with, labels below others included.",
    model="sensitivityLabel",
    columns=(
        Column("label_id", "text", "Id of the label", "id"),
        Column("name", "text", "Name as shown", "name"),
        Column("protects", "flag", "Whether it encrypts what it is put on", "hasProtection"),
    ),
)

BACKUP = DataSet(
    "backup",
    key=("status",),
    meaning="Whether Microsoft 365 Backup is in use, one row. Other backups cannot be seen.",
    columns=(
        Column("status", "text", "enabled, disabled, protectionChangeLocked or restoreLocked"),
        Column("reason", "text", "Why it is disabled: none, invalidBillingProfile or userRequested"),
        Column("consumer", "text", "firstparty, or thirdparty for another product that uses it"),
    ),
)

MAIL_DNS = DataSet(
    "mail_dns",
    key=("domain",),
    meaning="What the public names of each owned domain say about its mail.",
    columns=(
        Column("domain", "text", "The domain, lower case"),
        Column("receives_mail", "flag", "Whether it has a mail server (MX)"),
        Column("spf", "text", "Its SPF record; null where there is none"),
        Column("spf_records", "count", "How many SPF records it has; more than one and none counts", unit="records"),
        Column("dkim_selectors", "texts", "The selectors, of selector1 and selector2, that have a key"),
        Column("dmarc", "text", "Its DMARC record, or that of the domain above it; null where there is none"),
        Column(
            "dmarc_records", "count", "How many DMARC records it has; more than one and none counts", unit="records"
        ),
        Column("dmarc_inherited", "flag", "Whether the record is that of the domain above it"),
    ),
)

FILE_KINDS = DataSet(
    "file_kinds",
    key=("drive_id", "kind"),
    meaning="How many files of some kinds each document library holds, and how much room they take; never which.",
    columns=(
        Column("drive_id", "text", "Id of the library"),
        Column("drive_name", "text", "Name of the library"),
        Column("site_name", "text", "Name of the site"),
        Column("personal", "flag", "Whether it is somebody's OneDrive"),
        Column("kind", "text", "music, video, photograph or game"),
        Column("files", "count", "Number of files", unit="files"),
        Column("bytes", "count", "Room they take", unit="bytes"),
    ),
)

MEETING_POLICIES = DataSet(
    "meeting_policies",
    key=("policy",),
    meaning="How Teams meetings are set up, from the newest snapshot of the configuration that somebody had Microsoft make.",
    columns=(
        Column("policy", "text", "Name of the policy; Global is the one for everybody else"),
        Column("unnamed_may_join", "flag", "People without an account may join"),
        Column("unnamed_may_start", "flag", "People without an account may begin a meeting"),
        Column("skip_lobby", "text", "Who comes in without the lobby, as Teams calls them"),
        Column("phone_skips_lobby", "flag", "Callers come in without the lobby"),
        Column("presenters", "text", "Who may present, as Teams calls them"),
        Column("outsiders_may_control", "flag", "People from outside may take over a shared screen"),
        Column("chat", "text", "Who may chat, as Teams calls them"),
        Column("recording", "flag", "Meetings may be recorded"),
        Column("taken_at", "time", "When the snapshot was made"),
    ),
)
