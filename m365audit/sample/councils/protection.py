"""What guards the sample councils' mail, what keeps it, and what Microsoft noticed."""

import json
from typing import Final

from m365audit.model.keys import mailbox_access_key
from m365audit.sample.councils.configuration import PLACE, resource
from m365audit.sample.councils.draft import Draft
from m365audit.sample.councils.enrolment import Cast
from m365audit.sample.councils.mail import RULE, authorise
from m365audit.sample.councils.mail_folders import add_folder, in_welsh, let_everybody_in, let_in
from m365audit.sample.councils.people import Account
from m365audit.sample.councils.safeguards import RETENTION, add_alert, calendar_right, in_order
from m365audit.sample.tenant import Json

PROTECTION: Final = "mail-protection-on"
RETAINED: Final = "mail-retained"
RECORDED: Final = "audit-log-on"
ENCRYPTION: Final = "encryption-available"
IN_USE: Final = "mailbox-in-use"
NOTICED: Final = "incidents-reported"
BACKED_UP: Final = "backup-running"
DOMAIN: Final = "domain-mail-protected"
MEETINGS: Final = "meeting-policy-limits"
IDLE: Final = "idle-sign-out-on"
COPIES: Final = "local-copies-limited"
UNMANAGED: Final = "unmanaged-device-limited"


def exampleton(draft: Draft, cast: Cast) -> None:
    """Exampleton: much in order, and the mail of nobody in particular unguarded."""
    in_order(draft)
    settings = draft.tenant.exchange_settings
    _guards(draft, settings)
    _keeps(draft, settings, cast)
    draft.plant(RECORDED, cast["provider"].id if cast["provider"].mailbox_name else cast["info"].id, "left out")
    bypassed = cast["provider"] if cast["provider"].mailbox_name else cast["info"]
    _bypass(settings, bypassed)
    draft.near(
        RECORDED, "exchange.AuditDisabled", "recorded in all mailboxes; one says otherwise, which does not count"
    )
    draft.near(RECORDED, "exchange.UnifiedAuditLogIngestionEnabled", "the log takes entries")
    settings["Get-IRMConfiguration"][0]["SimplifiedClientAccessEnabled"] = False
    draft.tenant.sensitivity_labels = [_label(draft, "Public"), _label(draft, "Council", below=("Confidential",))]
    draft.plant(ENCRYPTION, "exchange.SimplifiedClientAccessEnabled", "no button, and no label that protects")
    draft.near(ENCRYPTION, "exchange.AzureRMSLicensingEnabled", "switched on")
    draft.tenant.dns[f"_dmarc.{draft.domain}"] = {"TXT": ["v=DMARC1; p=none"]}
    draft.plant(DOMAIN, draft.domain, "DMARC lets false mail through")
    draft.near(DOMAIN, draft.initial, "Microsoft looks after the domain it lends")
    meeting_policies(draft)
    _use(draft, cast)
    _share_calendars(draft, cast)
    _share_folders(draft, cast)
    add_alert(draft, "Email reported by user as malware or phish", "low", -4)
    add_alert(draft, "Suspicious inbox forwarding", "high", -10, status="new")
    add_alert(draft, "Impossible travel", "medium", -60)
    draft.plant(NOTICED, "security.incidents", "two alerts in the month: review")
    draft.near(BACKED_UP, "backup.serviceStatus", "another backup was confirmed this year")
    draft.tenant.sharing_settings["idleSessionSignOut"] |= {"isEnabled": True, "signOutAfterInSeconds": 3600}
    draft.near(IDLE, "sharepoint.idleSessionSignOut", "switched on")
    draft.tenant.timeout_policies = [_timeout(draft, "12:00:00")]
    draft.plant(IDLE, "entra.activityBasedTimeoutPolicies", "after twelve hours: advice")
    draft.plant(COPIES, "sharepoint.isUnmanagedSyncAppForTenantRestricted", "any computer may synchronise")
    draft.plant(UNMANAGED, "entra.unmanagedDevices", "no policy asks for anything of devices")


def _guards(draft: Draft, settings: dict[str, list[Json]]) -> None:
    settings["Get-EOPProtectionPolicyRule"][1]["SentTo"] = [f"clerk@{draft.domain}"]
    settings["Get-MalwareFilterPolicy"][0]["EnableFileFilter"] = False
    draft.plant(
        PROTECTION, "exchange.attachmentFilter", "the preset is for one person, and the default lets all through"
    )
    draft.near(PROTECTION, "exchange.spamFilter", "the default policy moves spam")
    draft.near(PROTECTION, "exchange.cleanUp", "on")
    lenient: Json = {"Name": "Councillors", "IsDefault": False, "Enabled": True, "EnableSpoofIntelligence": False}
    settings["Get-AntiPhishPolicy"].append(lenient)
    draft.plant(PROTECTION, "exchange.phishing.Councillors", "a policy for some that tells no false senders: review")
    draft.near(PROTECTION, "exchange.antiPhishing", "the default policy does")
    settings["Get-ExternalInOutlook"][0]["Enabled"] = False
    draft.plant(PROTECTION, "exchange.outsideTag", "mail from outside is not marked: review")
    draft.near(PROTECTION, "exchange.reportButton", "there is a button")
    draft.near(PROTECTION, "exchange.SafeLinks", "Microsoft's built-in policy")
    settings["Get-SafeAttachmentPolicy"][0]["Enable"] = False
    draft.plant(PROTECTION, "exchange.SafeAttachments", "bought, and switched off")


def _keeps(draft: Draft, settings: dict[str, list[Json]], cast: Cast) -> None:
    settings["Get-OrganizationConfig"][0]["InPlaceHolds"].append("skp1b2c3d4e5f60718293a4b5c6d7e8f901")
    left_out = f"-{RETENTION}"
    _box(draft, cast["peter"])["InPlaceHolds"] = [left_out]
    draft.plant(RETAINED, cast["peter"].id, "left out of the policy for all")
    _box(draft, cast["ruth"])["InPlaceHolds"] = [left_out, "mbx00112233445566778899aabbccddeeff:1"]
    draft.plant(RETAINED, cast["ruth"].id, "left out, and under a policy that only deletes")
    _box(draft, cast["olwen"])["InPlaceHolds"] = [left_out, "UniH7f6e5d4c-3b2a-1908-f7e6-d5c4b3a29180"]
    draft.near(RETAINED, cast["olwen"].id, "left out, but under an eDiscovery hold")
    _box(draft, cast["colin"]).update(InPlaceHolds=[left_out], LitigationHoldEnabled=True)
    draft.near(RETAINED, cast["colin"].id, "left out, but under litigation hold")
    _box(draft, cast["chamber"])["InPlaceHolds"] = [left_out]
    draft.near(RETAINED, cast["chamber"].id, "a room")
    _box(draft, cast["john"])["SingleItemRecoveryEnabled"] = False
    draft.plant(RETAINED, cast["john"].id, "what is deleted cannot be brought back: advice")
    _box(draft, cast["jane"])["AuditEnabled"] = False
    draft.near(RETAINED, cast["jane"].id, "covered with all others")


def _box(draft: Draft, account: Account) -> Json:
    return next(box for box in draft.tenant.mailboxes if box["ExternalDirectoryObjectId"] == account.id)


def meeting_policies(draft: Draft) -> None:
    """A snapshot of the configuration, made by somebody who may, beside others that are of no use here."""
    guarded: Json = {
        "Identity": "Global",
        "AllowAnonymousUsersToJoinMeeting": True,
        "AllowAnonymousUsersToStartMeeting": False,
        "AutoAdmittedUsers": "EveryoneInCompanyExcludingGuests",
        "AllowPSTNUsersToBypassLobby": False,
        "DesignatedPresenterRoleMode": "OrganizerOnlyUserOverride",
        "AllowExternalParticipantGiveRequestControl": False,
        "MeetingChatEnabledType": "EnabledExceptAnonymous",
        "AllowCloudRecording": "True",
    }
    loose = guarded | {"Identity": "Tag:Open meetings", "AutoAdmittedUsers": "Everyone"}
    for number, (day, status, kind, policies) in enumerate(
        (
            (-1, "failed", "microsoft.teams.meetingpolicy", ()),
            (-2, "succeeded", "microsoft.exchange.remotedomain", ()),
            (-3, "succeeded", "microsoft.teams.meetingpolicy", (guarded, loose)),
            (-5, "succeeded", "microsoft.teams.meetingpolicy", (guarded | {"AutoAdmittedUsers": "Everyone"},)),
        )
    ):
        snapshot_id = draft.seed.guid("snapshot", number)
        job = {
            "id": draft.seed.guid("job", number),
            "status": status,
            "resources": [kind],
            "displayName": f"Audit {number}",
        }
        place = {"resourceLocation": f"{PLACE}('{snapshot_id}')", "completedDateTime": draft.seed.stamp(day)}
        draft.tenant.snapshot_jobs.append(job | place)
        resources = [resource(kind, policy) for policy in policies]
        draft.tenant.configuration_snapshots.append({"id": snapshot_id, "resources": resources})
    draft.plant(MEETINGS, "teams.meetingPolicy.Open meetings", "everybody comes in without the lobby: advice")
    draft.near(MEETINGS, "teams.meetingPolicy.Global", "in order now; an older snapshot had it otherwise")


def _share_calendars(draft: Draft, cast: Cast) -> None:
    """Who may look into whose calendar."""
    rows = (
        ("jane", "ruth", "read", True, "a colleague nobody authorised: review"),
        ("clerk", "deputy", "write", False, "authorised to a folder of the mailbox"),
        ("john", "sheila", "read", True, "authorised, but she has left"),
        ("marcus", "jane", "freeBusyRead", False, "shows only when he is free"),
    )
    for owner, delegate, role, found, because in rows:
        given = calendar_right(f"{delegate}=", cast[delegate].name, cast[delegate].address, role)
        draft.tenant.calendar_permissions[cast[owner].id].append(given)
        key = mailbox_access_key(cast[owner].id, cast[delegate].id, "folder:calendar")
        (draft.plant if found else draft.near)(RULE, key, because)
    for owner, delegate in (("clerk", "deputy"), ("john", "sheila")):
        authorise(draft, cast[owner], cast[delegate], "Folder")
    agency = calendar_right("agency=", "Press agency", "press@agency.example", "read", inside=False)
    draft.tenant.calendar_permissions[cast["priya"].id].append(agency)
    key = mailbox_access_key(cast["priya"].id, "press@agency.example", "folder:calendar")
    draft.plant(RULE, key, "somebody outside the council")
    for owner, because in {"peter": "everybody may read it: review", "chamber": "a room"}.items():
        draft.tenant.calendar_permissions[cast[owner].id][0]["role"] = "limitedRead"
        key = mailbox_access_key(cast[owner].id, "default", "folder:calendar")
        (draft.near if owner == "chamber" else draft.plant)(RULE, key, because)


def _share_folders(draft: Draft, cast: Cast) -> None:
    """Who may look into whose mail folders."""
    jane, clerk, deputy, info = cast["jane"], cast["clerk"], cast["deputy"], cast["info"]
    in_welsh(draft, clerk)
    draft.near(RULE, let_in(draft, clerk, "Inbox", deputy, "Editor"), "authorised to a folder of the mailbox")
    add_folder(draft, jane, "/Inbox/Bins\uf8ffbollards")
    found = let_everybody_in(draft, jane, "/Inbox/Bins\uf8ffbollards", "Reviewer")
    draft.plant(RULE, found, "everybody may read a mail folder")
    add_folder(draft, jane, "/Rota", holds="IPF.Appointment")
    draft.near(RULE, let_everybody_in(draft, jane, "/Rota", "AvailabilityOnly"), "a calendar, and only free times")
    add_folder(draft, info, "/Suppliers", holds="IPF.Contact")
    draft.near(RULE, let_in(draft, info, "/Suppliers", jane, "Reviewer"), "contacts, and no mail")


def _bypass(settings: dict[str, list[Json]], account: Account) -> None:
    rows = settings["Get-MailboxAuditBypassAssociation"]
    next(row for row in rows if row["Name"] == account.mailbox_name)["AuditBypassEnabled"] = True


def _timeout(draft: Draft, idle: str) -> Json:
    applications = [{"ApplicationId": "default", "WebSessionIdleTimeout": idle}]
    definition = {"ActivityBasedTimeoutPolicy": {"Version": 1, "ApplicationPolicies": applications}}
    return {
        "id": draft.seed.guid("timeout"),
        "displayName": "Idle sign-out",
        "definition": [json.dumps(definition)],
        "isOrganizationDefault": True,
    }


def _label(draft: Draft, name: str, *, below: tuple[str, ...] = ()) -> Json:
    return {
        "id": draft.seed.guid("label", name),
        "name": name,
        "displayName": None,
        "hasProtection": False,
        "isDefault": False,
        "priority": 0,
        "sublabels": [_label(draft, each) for each in below],
    }


def _use(draft: Draft, cast: Cast) -> None:
    """Who wrote nothing for three months."""
    draft.tenant.names_concealed = False
    quiet = {"niamh": "wrote nothing in 90 days", "ruth": "wrote nothing in 90 days"}
    for key, because in quiet.items():
        _line(draft, cast[key])["Send Count"] = "0"
        draft.plant(IN_USE, cast[key].id, because)
    for key, because in {
        "elen": "began yesterday",
        "agnes": "her account is switched off",
        "marcus": "no councillor",
    }.items():
        _line(draft, cast[key])["Send Count"] = "0"
        draft.near(IN_USE, cast[key].id, because)
    draft.near(IN_USE, cast["jane"].id, "writes")
    draft.tenant.email_activity.remove(_line(draft, cast["peter"]))
    draft.near(IN_USE, cast["peter"].id, "away for 120 days, but the report leaves him out: not judged")


def _line(draft: Draft, account: Account) -> Json:
    lines = draft.tenant.email_activity
    return next(line for line in lines if line["User Principal Name"] == account.user_principal_name)


def little_sampling(draft: Draft, cast: Cast) -> None:
    """Little Sampling: hardly anything set up, and Microsoft's reports hide names."""
    in_order(draft)
    settings = draft.tenant.exchange_settings
    settings["Get-EOPProtectionPolicyRule"] = []
    draft.near(PROTECTION, "exchange.spamFilter", "no preset, but the default policy moves spam")
    settings["Get-ReportSubmissionPolicy"][0]["EnableReportToMicrosoft"] = False
    draft.plant(PROTECTION, "exchange.reportButton", "no button to report with")
    settings["Get-OrganizationConfig"][0] |= {"InPlaceHolds": [], "AuditDisabled": True}
    draft.plant(RETAINED, "exchange.retention", "nothing keeps any mailbox")
    draft.near(RETAINED, cast["clerk"].id, "one finding for all mailboxes")
    draft.plant(RECORDED, "exchange.AuditDisabled", "nothing in mailboxes is recorded")
    draft.near(RECORDED, "exchange.UnifiedAuditLogIngestionEnabled", "the log takes entries")
    settings["Get-IRMConfiguration"][0]["AzureRMSLicensingEnabled"] = False
    draft.plant(ENCRYPTION, "exchange.AzureRMSLicensingEnabled", "nobody can encrypt")
    draft.near(ENCRYPTION, "exchange.SimplifiedClientAccessEnabled", "the button comes second to encryption itself")
    draft.near(IN_USE, cast["tom"].id, "the report hides who wrote what")
    _line(draft, cast["tom"])["Send Count"] = "0"
    add_alert(draft, "Email reported by user as malware or phish", "low", -8)
    draft.plant(NOTICED, "security.incidents", "one alert in the month: review")
    del draft.tenant.dns[f"selector2._domainkey.{draft.domain}"]
    draft.plant(DOMAIN, draft.domain, "the second key is missing")
    draft.near(DOMAIN, draft.initial, "Microsoft looks after the domain it lends")
    draft.plant(BACKED_UP, "backup.serviceStatus", "no backup is known: review")
    for setting in ("sharepoint.idleSessionSignOut", "entra.activityBasedTimeoutPolicies"):
        draft.plant(IDLE, setting, "off: advice")
    draft.plant(COPIES, "sharepoint.isUnmanagedSyncAppForTenantRestricted", "any computer may synchronise")
    draft.near(MEETINGS, "teams.meetingPolicy.Global", "nobody made a snapshot: not assessed")
    draft.near(UNMANAGED, "entra.unmanagedDevices", "no licence for Conditional Access: not assessed")


def scaled(draft: Draft) -> None:
    """A council of any size: its mail is guarded, and nothing is set up beyond that."""
    in_order(draft)
    draft.plant(BACKED_UP, "backup.serviceStatus", "no backup is known: review")
    for setting in ("sharepoint.idleSessionSignOut", "entra.activityBasedTimeoutPolicies"):
        draft.plant(IDLE, setting, "off: advice")
    draft.plant(COPIES, "sharepoint.isUnmanagedSyncAppForTenantRestricted", "any computer may synchronise")
    draft.plant(UNMANAGED, "entra.unmanagedDevices", "no policy asks for anything of devices")
