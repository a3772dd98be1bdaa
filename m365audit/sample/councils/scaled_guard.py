"""What guards a large council: its devices, the settings of its mail, and what keeps that."""

from collections.abc import Sequence
from typing import Any

from m365audit.sample.councils import policies, protection
from m365audit.sample.councils.devices import (
    LISTED,
    STANDARD,
    Device,
    Management,
    add_device,
    add_policy,
)
from m365audit.sample.councils.draft import Draft
from m365audit.sample.councils.people import Account
from m365audit.sample.councils.safeguards import RETENTION, add_alert
from m365audit.sample.councils.scaled_stories import Tell, story, tell

_MANAGED: dict[str, tuple[dict[str, Any], dict[str, Any], bool, str]] = {
    "disk not encrypted": ({}, {"encrypted": False}, True, "its disk is not encrypted"),
    "no virus protection": ({}, {"protection": (False, False)}, True, "virus protection is off"),
    "old system": ({"system": ("Windows", "10.0.19045.5011")}, {}, True, "a system out of support"),
    "device out of rules": ({}, {"compliance": "noncompliant"}, True, "not compliant"),
    "device long silent": ({}, {"encrypted": False, "synced": -60}, False, "silent for 60 days"),
}


def add_devices(draft: Draft, accounts: Sequence[Account]) -> None:
    """A computer of everybody's, managed where the council has Intune, and on the register's list."""
    managed = draft.tenant.has_plan("INTUNE_A")
    if managed:
        settings = {"secureByDefault": True, "deviceComplianceCheckinThresholdDays": 30}
        draft.tenant.device_management = {"settings": settings}
        asks = {"passwordRequired": True, "passwordMinutesOfInactivityBeforeLock": 5, "bitLockerEnabled": True}
        add_policy(draft, "windows10CompliancePolicy", "Council computers", asks)
    for number, account in enumerate(accounts):
        if story(number).startswith(("leaver", "unknown")):
            continue
        what, how, found, because = _MANAGED.get(story(number), ({}, {}, False, "all in order"))
        device = Device(name=f"LAPTOP-{number:06d}", owner=account, **what)
        key = add_device(draft, device, Management(**how) if managed else None)
        if managed:
            (draft.plant if found else draft.near)(STANDARD, key, because)
        if story(number) == "device not on the list":
            draft.plant(LISTED, key, "not on the list")
        else:
            draft.register.add("Assets", device.name, account.name, "council")
            draft.near(LISTED, key, "on the list")


def guard(draft: Draft, accounts: Sequence[Account]) -> None:
    """Settings: some in order, some not."""
    protection.scaled(draft)
    settings = draft.tenant.exchange_settings
    settings["Get-ExternalInOutlook"][0]["Enabled"] = False
    draft.plant(protection.PROTECTION, "exchange.outsideTag", "mail from outside is not marked: review")
    settings["Get-IRMConfiguration"][0]["AzureRMSLicensingEnabled"] = False
    draft.plant(protection.ENCRYPTION, "exchange.AzureRMSLicensingEnabled", "nobody can encrypt")
    draft.tenant.dns[f"_dmarc.{draft.domain}"] = {"TXT": ["v=DMARC1; p=none"]}
    draft.plant(protection.DOMAIN, draft.domain, "DMARC lets false mail through")
    protection.meeting_policies(draft)
    for number in range(40):
        add_alert(draft, f"Alert {number}", "medium", -40 + number % 38)
    draft.plant(protection.NOTICED, "security.incidents", "many alerts in the month: review")
    _keep_mail(draft, accounts)
    _use(draft, accounts)
    _sign_in(draft, accounts)


def _keep_mail(draft: Draft, accounts: Sequence[Account]) -> None:
    boxes = {box["ExternalDirectoryObjectId"]: box for box in draft.tenant.mailboxes}
    rows = {row["Guid"]: row for row in draft.tenant.exchange_settings["Get-MailboxAuditBypassAssociation"]}

    def left_out(draft: Draft, account: Account, _number: int) -> None:
        boxes[account.id]["InPlaceHolds"] = [f"-{RETENTION}"]
        draft.plant(protection.RETAINED, account.id, "left out of the policy for all")

    def held(draft: Draft, account: Account, _number: int) -> None:
        boxes[account.id].update(InPlaceHolds=[f"-{RETENTION}"], LitigationHoldEnabled=True)
        draft.near(protection.RETAINED, account.id, "left out, but under litigation hold")

    def not_recovered(draft: Draft, account: Account, _number: int) -> None:
        boxes[account.id]["SingleItemRecoveryEnabled"] = False
        draft.plant(protection.RETAINED, account.id, "what is deleted cannot be brought back: advice")

    def bypassed(draft: Draft, account: Account, _number: int) -> None:
        rows[boxes[account.id]["Guid"]]["AuditBypassEnabled"] = True
        draft.plant(protection.RECORDED, account.id, "left out")

    tales: dict[str, Tell] = {
        "mail not kept": left_out,
        "mail under a hold": held,
        "mail cannot be brought back": not_recovered,
        "use not recorded": bypassed,
    }
    tell(draft, accounts, tales)


def _use(draft: Draft, accounts: Sequence[Account]) -> None:
    draft.tenant.names_concealed = False
    lines = {line["User Principal Name"]: line for line in draft.tenant.email_activity}
    quiet = {
        "writes nothing": (True, "wrote nothing in 90 days"),
        "staff who write nothing": (False, "no councillor"),
        "began yesterday": (False, "began yesterday"),
    }

    def writes_nothing(draft: Draft, account: Account, number: int) -> None:
        lines[account.user_principal_name]["Send Count"] = "0"
        found, because = quiet[story(number)]
        (draft.plant if found else draft.near)(protection.IN_USE, account.id, because)

    def unused(draft: Draft, account: Account, _number: int) -> None:
        # Whoever did not sign in wrote nothing either; the report of mail leaves such accounts out.
        draft.tenant.email_activity.remove(lines[account.user_principal_name])

    tell(draft, accounts, dict.fromkeys(quiet, writes_nothing) | {"away for 120 days": unused})


def _sign_in(draft: Draft, accounts: Sequence[Account]) -> None:
    users = {user["id"]: user for user in draft.tenant.users}
    guids = {box["ExternalDirectoryObjectId"]: box["Guid"] for box in draft.tenant.mailboxes}

    def weak(draft: Draft, account: Account, _number: int) -> None:
        users[account.id]["passwordPolicies"] = "DisablePasswordExpiration, DisableStrongPassword"
        draft.plant(policies.PASSWORDS, account.id, "is allowed a weak password")

    def without_end(draft: Draft, account: Account, _number: int) -> None:
        users[account.id]["passwordPolicies"] = "DisablePasswordExpiration"
        draft.near(policies.PASSWORDS, account.id, "does not expire, and must still be a strong one")

    def old(draft: Draft, account: Account, _number: int) -> None:
        draft.tenant.smtp_allowed[guids[account.id]] = True
        draft.plant(policies.LEGACY, account.id, "the mailbox may be signed in to by SMTP")

    def refused(draft: Draft, account: Account, _number: int) -> None:
        draft.tenant.smtp_allowed[guids[account.id]] = False
        draft.near(policies.LEGACY, account.id, "the mailbox may not be signed in to by SMTP")

    tales: dict[str, Tell] = {
        "weak password": weak,
        "password without end": without_end,
        "old sign-in for mail": old,
        "old sign-in refused": refused,
    }
    tell(draft, accounts, tales)
