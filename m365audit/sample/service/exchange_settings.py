"""Exchange commands that only show settings (filters, holds, logs); each answers with what the tenant has of it."""

from m365audit.sample.service.holdings import Holdings
from m365audit.sample.tenant import Json

COLUMNS: dict[str, tuple[str, ...]] = {
    "Get-EOPProtectionPolicyRule": (
        "Name",
        "Identity",
        "State",
        "Priority",
        "SentTo",
        "SentToMemberOf",
        "RecipientDomainIs",
        "ExceptIfSentTo",
        "ExceptIfSentToMemberOf",
        "ExceptIfRecipientDomainIs",
    ),
    "Get-HostedContentFilterPolicy": (
        "Name",
        "Identity",
        "IsDefault",
        "SpamAction",
        "HighConfidenceSpamAction",
        "PhishSpamAction",
        "HighConfidencePhishAction",
        "BulkThreshold",
        "RecommendedPolicyType",
    ),
    "Get-AntiPhishPolicy": (
        "Name",
        "Identity",
        "IsDefault",
        "Enabled",
        "EnableSpoofIntelligence",
        "EnableMailboxIntelligence",
        "PhishThresholdLevel",
        "RecommendedPolicyType",
    ),
    "Get-MalwareFilterPolicy": (
        "Name",
        "Identity",
        "IsDefault",
        "EnableFileFilter",
        "FileTypes",
        "ZapEnabled",
        "RecommendedPolicyType",
    ),
    "Get-SafeLinksPolicy": ("Name", "Identity", "IsBuiltInProtection", "EnableSafeLinksForEmail"),
    "Get-SafeAttachmentPolicy": ("Name", "Identity", "IsBuiltInProtection", "Enable", "Action"),
    "Get-ExternalInOutlook": ("Identity", "Enabled", "AllowList"),
    "Get-ReportSubmissionPolicy": (
        "Name",
        "Identity",
        "EnableReportToMicrosoft",
        "ReportJunkToCustomizedAddress",
        "ReportPhishToCustomizedAddress",
        "EnableThirdPartyAddress",
    ),
    "Get-HostedOutboundSpamFilterPolicy": ("Name", "Identity", "IsDefault", "AutoForwardingMode"),
    "Get-HostedOutboundSpamFilterRule": ("Name", "Identity", "State", "HostedOutboundSpamFilterPolicy", "From"),
    "Get-RemoteDomain": ("Name", "Identity", "DomainName", "AutoForwardEnabled"),
    "Get-OrganizationConfig": ("Name", "Identity", "AuditDisabled", "InPlaceHolds", "OAuth2ClientProfileEnabled"),
    "Get-AdminAuditLogConfig": ("Name", "Identity", "UnifiedAuditLogIngestionEnabled", "AdminAuditLogEnabled"),
    "Get-MailboxAuditBypassAssociation": ("Name", "Identity", "Guid", "AuditBypassEnabled"),
    "Get-TransportConfig": ("Name", "Identity", "SmtpClientAuthenticationDisabled", "MaxSendSize", "MaxReceiveSize"),
    "Get-IRMConfiguration": (
        "Identity",
        "AzureRMSLicensingEnabled",
        "InternalLicensingEnabled",
        "SimplifiedClientAccessEnabled",
    ),
}
"""Command to the properties its objects have."""

MANY = frozenset({"Get-MailboxAuditBypassAssociation"})
"""Commands that take a ResultSize; the others have few objects."""
LICENSED = {"Get-SafeLinksPolicy": "ATP_ENTERPRISE", "Get-SafeAttachmentPolicy": "ATP_ENTERPRISE"}
"""Commands that exist only where a service plan was bought."""


def objects(held: Holdings, cmdlet: str) -> list[Json]:
    """What a tenant has of one command."""
    return held.tenant.exchange_settings.get(cmdlet, [])
