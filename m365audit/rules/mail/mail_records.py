"""Rules about what keeps the mail, and about whether what is done is recorded."""

import re
from typing import Final

import pandas as pd

from m365audit.model.words import Result, Severity, SubjectKind
from m365audit.rules.declare import breaches, rule, together, unjudged
from m365audit.rules.facts.settings_table import Setting, of_settings, said
from m365audit.rules.facts.verdicts import column, first_known, surely

_TOPIC: Final = "Keeping and recording"
_PERSONS_OR_SHARED: Final = ("user", "shared")
_PURVIEW: Final = "Microsoft Purview portal > Data lifecycle management > Retention policies"

_HOLD: Final = re.compile(r"(?P<kind>UniH|mbx|cld)?(?P<id>[0-9a-fA-F-]{32,36})(:(?P<does>[123]))?")
_OF_OTHER_THINGS: Final = ("skp", "grp", "spo")
"""Beginnings of policies on chats, groups and sites: they keep no mail."""


@rule("mail-retained", subject="account", severity="medium", actor="provider", topic=_TOPIC)
def mail_retained(mailbox_retention: pd.DataFrame, mail_organisation: pd.DataFrame) -> pd.DataFrame:
    """Every mailbox is covered by something that keeps its mail.

    Why: what somebody deletes for good is gone within weeks, and with it what the council may have to disclose.
    Judged: of every mailbox of a person and every shared one: it is under litigation hold or an eDiscovery hold, bears
        a label that keeps, or a retention policy that keeps covers it, by itself or with all mailboxes. A policy that
        only deletes keeps nothing, nor does one the mailbox is left out of. Where nothing covers any mailbox, that is
        one finding. Advice: what was deleted from a mailbox cannot be brought back for a while. How long mail is kept
        is not shown to an auditor that only reads; the council compares that with its retention schedule.
    Fix: Microsoft Purview portal > Data lifecycle management > Retention policies: one that keeps, for all mailboxes.
    """
    asked = mailbox_retention["kind"].isin(_PERSONS_OR_SHARED)
    boxes = _with_cover(mailbox_retention[asked], mail_organisation)
    bare, untold = boxes[boxes["covered"] == "no"], boxes[boxes["covered"] == "unknown"]
    everywhere = len(bare) == len(boxes) and len(bare) > 1
    weak = boxes[surely(boxes["single_item_recovery"] == False) & (everywhere | (boxes["covered"] == "yes"))]  # noqa: E712
    return together(
        of_settings([_uncovered(len(bare))] if everywhere else [_NO_MAILBOX] if boxes.empty else []),
        breaches(
            bare.iloc[:0] if everywhere else bare,
            because="nothing keeps the mail of this mailbox",
            fix=f"have the rule that keeps mail cover this mailbox too: {_PURVIEW}",
            subject_id="mailbox_id",
            subject_name="{display_name}",
            evidence=("address", "kind", "holds"),
        ),
        breaches(
            weak,
            because="what is deleted from this mailbox cannot be brought back for a while",
            result=Result.ADVICE,
            severity=Severity.LOW,
            fix="have deleted mail kept for a while: Exchange Online PowerShell, Set-Mailbox "
            "-SingleItemRecoveryEnabled $true",
            subject_id="mailbox_id",
            subject_name="{display_name}",
        ),
        unjudged(
            untold,
            because="whether anything keeps its mail could not be told",
            subject_id="mailbox_id",
            subject_name="{display_name}",
        ),
    )


_NO_MAILBOX: Final = Setting(
    path="exchange.retention", name="Keeping of mail", good=None, fault="", fix="", unknown="no mailbox was listed"
)


def _uncovered(mailboxes: int) -> Setting:
    return Setting(
        path="exchange.retention",
        name="Keeping of mail",
        good=False,
        fault=f"nothing keeps the mail of any of the {mailboxes} mailboxes",
        fix=f"have mail kept in all mailboxes: {_PURVIEW}",
    )


def _with_cover(boxes: pd.DataFrame, mail_organisation: pd.DataFrame) -> pd.DataFrame:
    """The mailboxes with ``covered``: yes, no or unknown."""
    everybody = [str(hold) for holds in mail_organisation["holds"].dropna() for hold in holds]
    told = not mail_organisation.empty and mail_organisation["holds"].notna().all()
    flagged = surely(boxes["litigation_hold"]) | surely(boxes["label_hold"])
    untold = boxes["litigation_hold"].isna() | boxes["holds"].isna() | (not told)
    covered = []
    for holds, has_flag, is_untold in zip(boxes["holds"], flagged, untold, strict=True):
        own = [] if isinstance(holds, float) or holds is None or holds is pd.NA else [str(hold) for hold in holds]
        left_out = {_id(hold) for hold in own if hold.startswith("-")}
        keeping = [_keeps(hold) for hold in (*own, *(h for h in everybody if _id(h) not in left_out))]
        unsure = is_untold or None in keeping
        covered.append("yes" if has_flag or True in keeping else "unknown" if unsure else "no")
    return boxes.assign(covered=column(boxes, covered))


def _id(hold: str) -> str:
    """The policy a hold comes from, without what it does and to what."""
    found = _HOLD.search(hold)
    return found["id"].lower() if found else hold.lower()


def _keeps(hold: str) -> bool | None:
    """Whether a hold keeps mail: what only deletes does not; nobody knows of one that is spelt in no known way."""
    if hold.startswith("-") or hold.lower().startswith(_OF_OTHER_THINGS):
        return False
    found = _HOLD.fullmatch(hold)
    if found is None:
        return None
    return found["does"] != "1"


@rule(
    "audit-log-on",
    subject="setting",
    severity="high",
    actor="provider",
    topic=_TOPIC,
    row_by_row=("audit_bypasses",),
    helpful=("accounts",),
)
def audit_log_on(
    audit_settings: pd.DataFrame,
    mail_organisation: pd.DataFrame,
    audit_bypasses: pd.DataFrame,
    accounts: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What people and administrators do in Microsoft 365 is recorded, in every mailbox too.

    Why: without a record nobody can find out afterwards what an intruder read, or who deleted what.
    Judged: the log of everything takes entries; recording in mailboxes is not switched off for all; and no account is
        left out of it. Where recording is on for all, what a single mailbox says of itself does not count, for Exchange
        does not heed it. How long entries are kept depends on the licence and is not seen.
    Fix: Microsoft Purview portal > Audit: start recording; in Exchange Online PowerShell, Set-OrganizationConfig
        -AuditDisabled $false and Set-MailboxAuditBypassAssociation -AuditBypassEnabled $false.
    """
    off = said(mail_organisation["mailbox_audit_off"])
    names = {} if accounts is None else dict(zip(accounts["account_id"], accounts["display_name"], strict=True))
    bypasses = audit_bypasses.assign(
        called=column(
            audit_bypasses,
            (
                first_known(names.get(i), n, i)
                for i, n in zip(audit_bypasses["account_id"], audit_bypasses["name"], strict=True)
            ),
        )
    )
    return together(
        of_settings(
            (
                Setting(
                    path="exchange.UnifiedAuditLogIngestionEnabled",
                    name="Log of what is done",
                    good=said(audit_settings["unified_log"]),
                    fault="nothing that is done in Microsoft 365 is recorded",
                    fix="start recording what people and administrators do: Microsoft Purview portal > Audit",
                    severity=Severity.HIGH,
                ),
                Setting(
                    path="exchange.AuditDisabled",
                    name="Recording in mailboxes",
                    good=None if off is None else not off,
                    fault="what is done in mailboxes is not recorded",
                    fix="have it recorded: Exchange Online PowerShell, Set-OrganizationConfig -AuditDisabled $false",
                    severity=Severity.HIGH,
                ),
            )
        ),
        breaches(
            bypasses,
            because="what this account does in mailboxes is not recorded",
            subject=SubjectKind.ACCOUNT,
            fix="have it recorded: Exchange Online PowerShell, Set-MailboxAuditBypassAssociation "
            "-AuditBypassEnabled $false",
            subject_id="account_id",
            subject_name="{called}",
        ),
    )
