"""What guards the mail of a council where all is in order, what keeps it, and what Microsoft noticed there."""

from typing import Final

from m365audit.sample.councils.draft import Draft
from m365audit.sample.tenant import Json

RETENTION: Final = "mbx9a1f4c20b7d84e6fa2c5d8e1f0b3a6c7"
"""The retention policy on all mailboxes, as Exchange spells it."""

_SENT: Final = {"Send Count": "12", "Receive Count": "40", "Read Count": "35"}


def in_order(draft: Draft) -> None:
    """Settings of Exchange and Microsoft 365 that leave nothing to find."""
    limits = ("SentTo", "SentToMemberOf", "RecipientDomainIs")
    blank: Json = dict.fromkeys((*limits, *(f"ExceptIf{limit}" for limit in limits)))
    default: Json = {"Name": "Default", "Identity": "Default", "IsDefault": True}
    draft.tenant.exchange_settings = {
        "Get-EOPProtectionPolicyRule": [
            {"Name": name, "Identity": name, "State": state, "Priority": priority, **blank}
            for priority, (name, state) in enumerate(
                (("Strict Preset Security Policy", "Disabled"), ("Standard Preset Security Policy", "Enabled"))
            )
        ],
        "Get-HostedContentFilterPolicy": [default | {"SpamAction": "MoveToJmf", "PhishSpamAction": "Quarantine"}],
        "Get-AntiPhishPolicy": [default | {"Enabled": True, "EnableSpoofIntelligence": True}],
        "Get-MalwareFilterPolicy": [default | {"EnableFileFilter": True, "ZapEnabled": True}],
        "Get-SafeLinksPolicy": [
            {"Name": "Built-In Protection Policy", "IsBuiltInProtection": True, "EnableSafeLinksForEmail": True}
        ],
        "Get-SafeAttachmentPolicy": [
            {"Name": "Built-In Protection Policy", "IsBuiltInProtection": True, "Enable": True, "Action": "Block"}
        ],
        "Get-ExternalInOutlook": [{"Identity": draft.tenant.tenant_id, "Enabled": True, "AllowList": []}],
        "Get-ReportSubmissionPolicy": [
            {
                "Name": "DefaultReportSubmissionPolicy",
                "Identity": "DefaultReportSubmissionPolicy",
                "EnableReportToMicrosoft": True,
                "ReportJunkToCustomizedAddress": False,
                "ReportPhishToCustomizedAddress": False,
            }
        ],
        "Get-HostedOutboundSpamFilterPolicy": [default | {"AutoForwardingMode": "Automatic"}],
        "Get-HostedOutboundSpamFilterRule": [],
        "Get-RemoteDomain": [{"Name": "Default", "Identity": "Default", "DomainName": "*", "AutoForwardEnabled": True}],
        "Get-OrganizationConfig": [
            {
                "Name": draft.initial,
                "Identity": draft.initial,
                "AuditDisabled": False,
                "InPlaceHolds": [f"{RETENTION}:3"],
            }
        ],
        "Get-AdminAuditLogConfig": [
            {"Name": "Admin Audit Log Settings", "UnifiedAuditLogIngestionEnabled": True, "AdminAuditLogEnabled": True}
        ],
        "Get-MailboxAuditBypassAssociation": [
            {"Name": box["Name"], "Identity": box["Name"], "Guid": box["Guid"], "AuditBypassEnabled": False}
            for box in draft.tenant.mailboxes
        ],
        "Get-IRMConfiguration": [
            {
                "Identity": "ControlPoint Config",
                "AzureRMSLicensingEnabled": True,
                "InternalLicensingEnabled": True,
                "SimplifiedClientAccessEnabled": True,
            }
        ],
    }
    _calendars(draft)
    _signals(draft)
    draft.tenant.dns = public_names(draft.domain)


def public_names(domain: str, *, dmarc: str = "v=DMARC1; p=reject; rua=mailto:reports@example.org") -> Json:
    """What the directory of names knows of a domain whose mail is protected."""
    keys = {
        f"{selector}._domainkey.{domain}": {"TXT": ["v=DKIM1; k=rsa; p=" + "MIIBIjANBgkqhkiG9w0BAQEFAAOC" * 12]}
        for selector in ("selector1", "selector2")
    }
    return {
        domain: {
            "MX": [f"0 {domain.replace('.', '-')}.mail.protection.outlook.com."],
            "TXT": ["MS=ms12345678", "v=spf1 include:spf.protection.outlook.com -all"],
        },
        f"_dmarc.{domain}": {"TXT": [dmarc]},
        **keys,
    }


def _calendars(draft: Draft) -> None:
    """Everybody in the council sees when others are free, as Exchange has it from the start."""
    for account_id in draft.tenant.mailbox_settings:
        draft.tenant.calendar_permissions[account_id] = [
            calendar_right("RGVmYXVsdA==", "My Organization", "", "freeBusyRead", removable=False)
        ]


def calendar_right(
    right_id: str, name: str, address: str, role: str, *, inside: bool = True, removable: bool = True
) -> Json:
    """A ``calendarPermission`` object."""
    return {
        "id": right_id,
        "emailAddress": {"name": name} | ({"address": address} if address else {}),
        "isInsideOrganization": inside,
        "isRemovable": removable,
        "role": role,
        "allowedRoles": ["freeBusyRead", "limitedRead", "read", "write"],
    }


def _signals(draft: Draft) -> None:
    seed, tenant = draft.seed, draft.tenant
    tenant.secure_scores = [
        {
            "id": f"{tenant.tenant_id}_{day}",
            "azureTenantId": tenant.tenant_id,
            "createdDateTime": seed.stamp(-day),
            "currentScore": 141.5 - day,
            "maxScore": 220.0,
            "controlScores": [],
        }
        for day in (1, 2, 3)
    ]
    tenant.backup_status = {"status": "disabled", "disableReason": "none", "backupServiceConsumer": "unknown"}
    members = [user for user in tenant.users if user["userType"] == "Member"]
    tenant.email_activity = [_activity(draft, user) | _SENT for user in members]
    tenant.teams_activity = [_activity(draft, user) | _since(draft, user) for user in members]
    boxes = [user for user in members if user["id"] in tenant.mailbox_settings]
    tenant.mailbox_usage = [_activity(draft, user) | _since(draft, user) for user in boxes]


def _activity(draft: Draft, user: Json) -> Json:
    """A line of a report of use: in use three days ago, as it was known two days ago."""
    return {
        "Report Refresh Date": str(draft.seed.day(-2)),
        "User Principal Name": user["userPrincipalName"],
        "Display Name": user["displayName"],
        "Is Deleted": "False",
        "Last Activity Date": str(draft.seed.day(-3)),
    }


def _since(draft: Draft, user: Json) -> Json:
    """No activity where the last sign-in lies before the days of the report."""
    last = (user.get("signInActivity") or {}).get("lastSuccessfulSignInDateTime")
    return {"Last Activity Date": ""} if last and last < draft.seed.stamp(-92) else {}


def add_alert(draft: Draft, title: str, severity: str, day: int, *, status: str = "resolved") -> None:
    """Have Microsoft raise an alert so many days from ``as_of``."""
    number = len(draft.tenant.alerts)
    draft.tenant.alerts.append(
        {
            "id": draft.seed.code(24, "alert", number).lower(),
            "title": title,
            "severity": severity,
            "status": status,
            "serviceSource": "microsoftDefenderForOffice365",
            "incidentId": str(100 + number),
            "createdDateTime": draft.seed.stamp(day),
            "categories": ["InitialAccess"],
            "category": "InitialAccess",
            "evidence": [],
        }
    )
