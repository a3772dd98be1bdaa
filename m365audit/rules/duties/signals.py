"""Rules about what Microsoft noticed, what could be brought back, and what people can use."""

from datetime import date
from typing import Final

import pandas as pd

from m365audit.model.plans import Plan
from m365audit.model.words import Result, Severity
from m365audit.rules.declare import rule
from m365audit.rules.facts.licences import plans
from m365audit.rules.facts.moments import is_older
from m365audit.rules.facts.register_matching import day, text
from m365audit.rules.facts.settings_table import Setting, of_settings, said
from m365audit.rules.facts.verdicts import surely

_REPORTED: Final = "reported by user"
"""Part of Microsoft's name of the alert that a person's report raises."""
_NO_RISK: Final = ("none", "hidden")
_BACKUP: Final = "ATT-BKP"
"""Code of the statement that another backup was tried, or reported on."""


@rule(
    "incidents-reported",
    subject="setting",
    severity="low",
    actor="clerk",
    topic="Incidents and backup",
    helpful=("risky_accounts", "licences"),
    adds=("risky_accounts",),
    passing="what was noticed then is no longer counted, and nothing shows whether it stands in the incident log",
)
def incidents_reported(
    alerts: pd.DataFrame,
    as_of: date,
    risky_accounts: pd.DataFrame | None = None,
    licences: pd.DataFrame | None = None,
    *,
    days: int = 31,
) -> pd.DataFrame:
    """What Microsoft noticed in the month stands in the Clerk's incident log.

    Why: a breach of people's data has to be told to the Information Commissioner within 72 hours, if it has to be told.
    Judged: for the Clerk to compare with the incident log, how many alerts Microsoft raised in the last 31 days, how
        many of them are urgent or still open, how many people reported a message, and, where the licence shows it,
        which accounts appear to be at risk. Numbers alone show no breach. Other products' alerts are not seen.
    Fix: Microsoft Defender portal > Incidents & alerts; write down what was an incident.
    """
    recent = alerts[~is_older(alerts["raised_at"], as_of, days)]
    severe = recent["severity"].isin(["high"]).sum()
    still_open = (~recent["status"].isin(["resolved"])).sum()
    by_people = sum(_REPORTED in text(title) for title in recent["title"])
    at_risk = pd.DataFrame() if risky_accounts is None else _at_risk(risky_accounts)
    told = (
        f"alerts Microsoft raised in {days} days: {len(recent)} (urgent: {severe}, still open: {still_open}); "
        f"messages people reported: {by_people}; accounts that appear to be at risk: "
        f"{'not shown' if risky_accounts is None else len(at_risk)}"
    )
    nothing = recent.empty and at_risk.empty
    unread = risky_accounts is None and (licences is None or Plan.ENTRA_P2 in plans(licences))
    return of_settings(
        [
            Setting(
                path="security.incidents",
                name="Incidents of the month",
                good=(None if unread else True) if nothing else False,
                fault=told,
                fix="compare it with the incident log, and write down what is missing there",
                result=Result.REVIEW,
                severity=Severity.LOW,
            )
        ]
    )


def _at_risk(risky_accounts: pd.DataFrame) -> pd.DataFrame:
    is_there = ~surely(risky_accounts["deleted"])
    return risky_accounts[is_there & risky_accounts["state"].isin(["atRisk"])]


@rule(
    "backup-running",
    subject="setting",
    severity="medium",
    actor="provider",
    topic="Incidents and backup",
    helpful=("statements",),
)
def backup_running(
    backup: pd.DataFrame, as_of: date, statements: pd.DataFrame | None = None, *, report_days: int = 366
) -> pd.DataFrame:
    """The council's data is backed up.

    Why: what is deleted or scrambled on purpose is gone from the recycle bin as well.
    Judged: Microsoft 365 Backup is enabled; or the register's sheet Statements confirms ATT-BKP, a backup of another
        kind, within the last year. Where neither is so, it is for the Clerk to look at: Microsoft does not see other
        backups. Retention and the recycle bin are no backup.
    Fix: have the IT provider show a dated report of the backup, and enter it on the register's sheet Statements as
        ATT-BKP.
    """
    status = [text(value) for value in backup["status"].dropna()]
    confirmed = statements is not None and _confirmed(statements, as_of, report_days)
    known = bool(status)
    return of_settings(
        [
            Setting(
                path="backup.serviceStatus",
                name="Backup",
                good=True if "enabled" in status or confirmed else False if known else None,
                fault="Microsoft 365 Backup is not in use, and no report of another backup is on the register",
                fix="have the IT provider show a dated report of the backup",
                result=Result.REVIEW,
            )
        ]
    )


def _confirmed(statements: pd.DataFrame, as_of: date, report_days: int) -> bool:
    return any(
        text(row["statement"]) == text(_BACKUP)
        and text(row["answer"]) == "confirmed"
        and (on := day(row["date"])) is not None
        and 0 <= (as_of - on).days <= report_days
        for row in statements.to_dict("records")
    )


@rule(
    "encryption-available",
    subject="setting",
    severity="medium",
    actor="provider",
    topic="Email protection",
    helpful=("sensitivity_labels",),
)
def encryption_available(mail_encryption: pd.DataFrame, sensitivity_labels: pd.DataFrame | None = None) -> pd.DataFrame:
    """People can encrypt a message that needs it.

    Why: an e-mail can be read on its way and forwarded by anybody; confidential matter must not travel so.
    Judged: encryption of messages is switched on, and people can reach it: there is a button for it in Outlook, or a
        sensitivity label that protects. It says nothing about whether any message was encrypted.
    Fix: Exchange Online PowerShell: Set-IRMConfiguration -AzureRMSLicensingEnabled $true
        -SimplifiedClientAccessEnabled $true; it needs a licence with Azure Information Protection.
    """
    on, button = said(mail_encryption["available"]), said(mail_encryption["button"])
    labels = None if sensitivity_labels is None else _labels(sensitivity_labels)
    reachable = True if button or labels else None if button is None or labels is None else False
    settings = [
        Setting(
            path="exchange.AzureRMSLicensingEnabled",
            name="Encryption of messages",
            good=on,
            fault="nobody can encrypt a message",
            fix="make encryption work: Exchange Online PowerShell, Set-IRMConfiguration -AzureRMSLicensingEnabled "
            "$true",
        ),
        Setting(
            path="exchange.SimplifiedClientAccessEnabled",
            name="Reaching encryption",
            good=reachable,
            fault="people have neither a button nor a label to encrypt a message with",
            unknown="whether people have a label to encrypt with could not be told",
            fix="give people the button: Exchange Online PowerShell, Set-IRMConfiguration "
            "-SimplifiedClientAccessEnabled $true",
        ),
    ]
    return of_settings(settings if on else settings[:1])


def _labels(sensitivity_labels: pd.DataFrame) -> bool | None:
    """Whether one of the labels protects. Where there are no labels none does; unknown where Microsoft did not say."""
    return False if sensitivity_labels.empty else said(sensitivity_labels["protects"])


@rule("idle-sign-out-on", subject="setting", severity="low", actor="provider", topic="People and accounts")
def idle_sign_out_on(
    sharing_settings: pd.DataFrame, session_timeouts: pd.DataFrame, *, minutes: int = 180
) -> pd.DataFrame:
    """A session that is left alone signs itself out.

    Why: a browser left open on somebody else's computer is an open door.
    Judged: SharePoint and OneDrive sign out sessions that are left alone, and so does Microsoft 365 on the web for the
        whole council, after 180 minutes at most; where either does not, it is Advice. It does not lock a computer.
    Fix: Microsoft 365 admin centre > Settings > Org settings > Security & privacy > Idle session timeout; SharePoint
        admin centre > Policies > Access control > Idle session sign-out.
    """
    for_all = session_timeouts[surely(session_timeouts["default"])]
    within = for_all["idle_minutes"] <= minutes
    untold = for_all["idle_minutes"].isna().any() or sharing_settings.empty
    # No policy is an answer, but not where nothing came of anything.
    web = True if surely(within).any() else None if untold else False
    return of_settings(
        (
            Setting(
                path="sharepoint.idleSessionSignOut",
                name="Idle sign-out of SharePoint",
                good=said(sharing_settings["idle_sign_out"]),
                fault="SharePoint and OneDrive leave idle sessions open",
                fix="sign idle sessions out: SharePoint admin centre > Policies > Access control > Idle session "
                "sign-out",
                result=Result.ADVICE,
                severity=Severity.LOW,
            ),
            Setting(
                path="entra.activityBasedTimeoutPolicies",
                name="Idle sign-out of Microsoft 365 on the web",
                good=web,
                fault=f"Microsoft 365 on the web does not sign idle sessions out within {minutes} minutes",
                fix="sign idle sessions out: Microsoft 365 admin centre > Settings > Org settings > Security & privacy",
                unknown="the policy of idle sessions could not be read",
                result=Result.ADVICE,
                severity=Severity.LOW,
            ),
        )
    )
