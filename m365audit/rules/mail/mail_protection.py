"""The rule about what stands between harmful mail and the mailboxes."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from m365audit.model.words import Result, Severity, SubjectKind
from m365audit.rules.declare import breaches, rule, together
from m365audit.rules.facts.settings_table import Setting, every, of_settings, said
from m365audit.rules.facts.verdicts import first_fault, surely

_TOPIC: Final = "Email protection"
_KEPT_OUT: Final = ("movetojmf", "quarantine", "delete", "redirect")
"""What may happen to bad mail so that it does not reach the inbox."""
_POLICIES: Final = "Microsoft Defender portal > Email & collaboration > Policies & rules > Threat policies"


@rule("mail-protection-on", subject="setting", severity="medium", actor="provider", topic=_TOPIC)
def mail_protection_on(mail_protection: pd.DataFrame, link_protection: pd.DataFrame | None = None) -> pd.DataFrame:
    """Harmful mail is filtered, mail from outside is marked, and people can report what looks wrong.

    Why: most break-ins begin with a message; a filter stops most of them, and a person who can report one warns all.
    Judged: one of Microsoft's preset policies holds for everybody; or else the default policies move spam and phishing
        out of the inbox, tell false senders, hold back dangerous kinds of attachment, and take back mail that turns out
        harmful. There is a button to report a message. Where it was bought, links and attachments are looked at when
        they are opened. For the Clerk to look at: a policy of the council's own that leaves one of these off for some
        people; and Outlook that does not mark mail from outside, for a mail-flow rule may do so in its place. Without a
        licence for looking at links that part is not assessed.
    Fix: Microsoft Defender portal > Email & collaboration > Policies & rules > Threat policies > Preset security
        policies: switch on Standard protection for everybody.
    """
    kinds = {kind: mail_protection[mail_protection["kind"].isin([kind])] for kind in _KINDS}
    preset = kinds["preset"]
    covered = bool((surely(preset["on"]) & surely(preset["everybody"])).any())
    helps = _helps(kinds)
    left_off = [together()]
    if link_protection is not None:
        of_kind = {kind: link_protection[link_protection["kind"].isin([kind])] for kind in _OPENED}
        helps += [_opened(rows, kind) for kind, rows in of_kind.items()]
        left_off += [_left_off(rows, kind) for kind, rows in of_kind.items()]
    defaults = () if covered else _defaults({kind: rows[surely(rows["everybody"])] for kind, rows in kinds.items()})
    own = together() if covered else _own_policies(mail_protection)
    return together(of_settings((*defaults, *helps)), own, *left_off)


_KINDS: Final = ("preset", "spam", "phishing", "malware", "outside tag", "report button")


def _helps(kinds: Mapping[str, pd.DataFrame]) -> list[Setting]:
    """What helps people to tell harmful mail, and to say so."""
    return [
        Setting(
            path="exchange.outsideTag",
            name="Mark on mail from outside",
            good=said(kinds["outside tag"]["on"]),
            fault="Outlook does not mark mail from outside the council; a mail-flow rule may do it",
            fix="have mail from outside marked: Exchange Online PowerShell, Set-ExternalInOutlook -Enabled $true; or "
            "see that a mail-flow rule does it",
            result=Result.REVIEW,
            severity=Severity.LOW,
        ),
        Setting(
            path="exchange.reportButton",
            name="Button to report a message",
            good=said(kinds["report button"]["on"]),
            fault="people have no button to report a message with",
            fix="switch the button on: Microsoft Defender portal > Settings > Email & collaboration > User reported "
            "settings",
            severity=Severity.LOW,
        ),
    ]


_OPENED: Final = {"safe links": "links in mail", "safe attachments": "attachments"}


def _opened(rows: pd.DataFrame, kind: str) -> Setting:
    return Setting(
        path=_path(kind),
        name=kind.title(),
        # A policy of Microsoft's own comes with the licence, so a list of none is no answer.
        good=said(rows["on"]),
        fault=f"{_OPENED[kind]} are not looked at when they are opened",
        fix=f"switch on {kind.title()}: {_POLICIES} > {kind.title()}",
    )


def _left_off(rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Policies that leave it off though another has it on: each goes before Microsoft's built-in one."""
    off = rows[surely(rows["on"] == False)] if said(rows["on"]) is not False else rows.iloc[:0]  # noqa: E712
    return breaches(
        off,
        because=f"{_OPENED[kind]} are not looked at for everybody: the policy “{{name}}” leaves it off for whom it "
        "covers",
        result=Result.REVIEW,
        subject=SubjectKind.SETTING,
        fix=f"look at the policy, and whom it is for: {_POLICIES} > {kind.title()}",
        subject_id=f"{_path(kind)}.{{name}}",
        subject_name="{name}",
    )


def _path(kind: str) -> str:
    return f"exchange.{kind.title().replace(' ', '')}"


def _defaults(default: dict[str, pd.DataFrame]) -> tuple[Setting, ...]:
    """What the default policies, which hold for whoever no other policy covers, have to do."""
    malware, phishing = default["malware"], default["phishing"]
    return (
        Setting(
            path="exchange.spamFilter",
            name="Spam filter",
            good=_all_kept_out(default["spam"]),
            fault="spam or phishing mail is left in the inbox",
            fix=f"have spam and phishing mail kept out of the inbox: {_POLICIES} > Anti-spam",
        ),
        Setting(
            path="exchange.antiPhishing",
            name="Protection against false senders",
            good=_both(every(phishing["on"]), every(phishing["spoof"])),
            fault="false senders are not told from real ones",
            fix=f"switch on the protection against false senders: {_POLICIES} > Anti-phishing",
        ),
        Setting(
            path="exchange.attachmentFilter",
            name="Filter for attachments",
            good=every(malware["attachment_filter"]),
            fault="dangerous kinds of attachment are let through",
            fix=f"switch on the filter for common attachments: {_POLICIES} > Anti-malware",
        ),
        Setting(
            path="exchange.cleanUp",
            name="Taking back harmful mail",
            good=every(malware["cleans_up"]),
            fault="mail that turns out harmful stays in the mailbox",
            fix=f"have harmful mail taken back (zero-hour auto purge): {_POLICIES} > Anti-malware",
        ),
    )


def _both(first: bool | None, second: bool | None) -> bool | None:  # noqa: FBT001 - two answers, not switches
    if first is False or second is False:
        return False
    return None if first is None or second is None else True


def _all_kept_out(spam: pd.DataFrame) -> bool | None:
    """Whether spam and phishing mail leave the inbox; unknown where what happens to them was not said."""
    actions = [spam[name].str.lower() for name in ("spam_action", "phishing_action")]
    kept_out = [every(action.isin(_KEPT_OUT).where(action.notna())) for action in actions]
    return _both(*kept_out)


def _own_policies(mail_protection: pd.DataFrame) -> pd.DataFrame:
    """Policies for some people that leave something off."""
    own = mail_protection[surely(mail_protection["everybody"] == False)]  # noqa: E712 - true, false and unknown
    spam, phishing = own["kind"].isin(["spam"]), own["kind"].isin(["phishing"])
    left_in = [
        own[name].notna() & ~own[name].str.lower().isin(_KEPT_OUT) for name in ("spam_action", "phishing_action")
    ]
    own = own.assign(
        fault=first_fault(
            own,
            {
                "it leaves spam or phishing mail in the inbox": spam & (left_in[0] | left_in[1]),
                "it leaves the protection against false senders off": phishing & surely(own["on"] == False),  # noqa: E712
                "it does not tell false senders from real ones": surely(own["spoof"] == False),  # noqa: E712
                "it lets dangerous kinds of attachment through": surely(own["attachment_filter"] == False),  # noqa: E712
                "it leaves mail in the mailbox that turns out harmful": surely(own["cleans_up"] == False),  # noqa: E712
            },
        )
    )
    return breaches(
        own[own["fault"] != ""],
        because="the policy “{name}” is for some people, and {fault}",
        result=Result.REVIEW,
        subject=SubjectKind.SETTING,
        fix=f"look at the policy, and whom it is for: {_POLICIES}",
        subject_id="exchange.{kind}.{name}",
        subject_name="{name}",
    )
