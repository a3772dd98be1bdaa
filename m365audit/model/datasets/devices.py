"""Data sets about computers, tablets and phones. No key, serial list of apps or location is read."""

from m365audit.model.datasets.schema import Column, DataSet

DEVICES = DataSet(
    "devices",
    key=("device_id",),
    meaning="Every device that is joined or registered to the council's Microsoft 365, managed or not.",
    model="device",
    columns=(
        Column("device_id", "text", "Object id", "id"),
        Column("entra_id", "text", "Id the device itself goes by; Intune names it too", "deviceId"),
        Column("name", "text", "Name as shown", "displayName"),
        Column("enabled", "flag", "Whether it may be used to sign in", "accountEnabled"),
        Column("system", "text", "Operating system, such as Windows", "operatingSystem"),
        Column("version", "text", "Version of the system", "operatingSystemVersion"),
        Column("trust", "text", "Workplace (registered), AzureAd (joined) or ServerAd (joined to both)", "trustType"),
        Column("ownership", "text", "Company or Personal, as the device says", "deviceOwnership"),
        Column("managed", "flag", "Whether something manages it; unknown where nothing does", "isManaged"),
        Column("called_compliant", "flag", "Whether what manages it calls it compliant", "isCompliant", judged=False),
        Column("last_seen_at", "time", "Last sign-in, to within a fortnight", "approximateLastSignInDateTime"),
        Column("registered_at", "time", "When it was registered", "registrationDateTime", judged=False),
        Column("manufacturer", "text", "Maker", "manufacturer", judged=False),
        Column("product", "text", "Model", "model", judged=False),
        Column("owner_ids", "texts", "Object ids of those who registered it; unknown where that was refused"),
    ),
)

MANAGED_DEVICES = DataSet(
    "managed_devices",
    key=("managed_id",),
    meaning="Every device Intune manages, with what it last reported.",
    model="managedDevice",
    columns=(
        Column("managed_id", "text", "Intune's own id", "id"),
        Column("entra_id", "text", "Id the device itself goes by; null where it has none", "azureADDeviceId"),
        Column("name", "text", "Name as shown", "deviceName"),
        Column("serial", "text", "Serial number", "serialNumber"),
        Column("account_id", "text", "Object id of who uses it", "userId"),
        Column("user_address", "text", "Sign-in name of who uses it, lower case", "userPrincipalName"),
        Column("system", "text", "Operating system, such as Windows", "operatingSystem"),
        Column("version", "text", "Version of the system", "osVersion"),
        Column("patch_level", "text", "Date of the security patches, of Android", "androidSecurityPatchLevel", judged=False),
        Column("compliance", "text", "compliant, noncompliant, inGracePeriod, conflict, error, unknown, configManager", "complianceState"),
        Column("grace_until", "time", "When its grace period ends", "complianceGracePeriodExpirationDateTime", judged=False),
        Column("encrypted", "flag", "Storage is encrypted; false also where it never said", "isEncrypted"),
        Column("broken_open", "flag", "Its protection was removed (jailbroken or rooted); unknown where it never said", "jailBroken"),
        Column("ownership", "text", "company, personal or unknown", "managedDeviceOwnerType"),
        Column("agent", "text", "What manages it; msSense is Defender alone and no management", "managementAgent"),
        Column("enrolled_at", "time", "When management began", "enrolledDateTime", judged=False),
        Column("last_sync_at", "time", "When it last reported", "lastSyncDateTime"),
    ),
)  # fmt: skip

DEVICE_PROTECTION = DataSet(
    "device_protection",
    key=("managed_id",),
    meaning="What managed Windows devices reported of their virus protection. No row: never reported, which is not off.",
    model="windowsProtectionState",
    columns=(
        Column("managed_id", "text", "Intune's own id of the device"),
        Column("antivirus_on", "flag", "Virus protection is running", "realTimeProtectionEnabled"),
        Column("signatures_overdue", "flag", "Virus protection is out of date", "signatureUpdateOverdue"),
        Column("reported_at", "time", "When the device said so", "lastReportedDateTime"),
    ),
)

COMPLIANCE_POLICIES = DataSet(
    "compliance_policies",
    key=("policy_id",),
    meaning="What Intune asks of devices (its compliance policies); v1.0 of its interface may not show newer kinds.",
    columns=(
        Column("policy_id", "text", "Id of the policy"),
        Column("name", "text", "Name of the policy"),
        Column("kind", "text", "Microsoft's name of its kind, such as windows10CompliancePolicy"),
        Column("system", "text", "windows, macos, ios or android; null for another kind"),
        Column("assigned", "flag", "Whether it is given to anybody"),
        Column("unlock", "flag", "Asks for a password, passcode, fingerprint or face"),
        Column(
            "lock_minutes", "count", "Minutes left alone until it locks; null where it does not say", unit="minutes"
        ),
        Column("encryption", "flag", "Asks for encrypted storage"),
        Column("oldest_version", "text", "Oldest system allowed; null where it does not say"),
    ),
)

DEVICE_MANAGEMENT = DataSet(
    "device_management",
    key=("setting",),
    meaning="How Intune judges devices that no policy covers, one row.",
    columns=(
        Column("setting", "text", "The words: the whole organisation"),
        Column("secure_by_default", "flag", "A device without a policy is not compliant"),
        Column("report_days", "count", "A device silent for longer is not compliant", unit="days", judged=False),
    ),
)
