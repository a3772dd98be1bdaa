"""The rule about how Teams meetings are set up for everybody."""

from collections.abc import Collection
from typing import Final

import pandas as pd

from m365audit.model.words import Result, Severity, SubjectKind
from m365audit.rules.declare import breaches, rule, together, unjudged
from m365audit.rules.facts.register_matching import text
from m365audit.rules.facts.verdicts import every_fault, flags, surely

_LOBBY: Final = ("everyoneincompanyexcludingguests", "everyoneincompany", "invitedusers", "organizeronly")
"""Who may come in without the lobby: nobody from outside."""
_PRESENTERS: Final = ("organizeronlyuseroverride", "everyoneincompanyuseroverride")
_CHAT: Final = ("enabledexceptanonymous", "disabled")


@rule(
    "meeting-policy-limits",
    subject="setting",
    severity="low",
    actor="provider",
    topic="Meetings",
    row_by_row=("meeting_policies",),
)
def meeting_policy_limits(
    meeting_policies: pd.DataFrame,
    *,
    lobby: tuple[str, ...] = _LOBBY,
    presenters: tuple[str, ...] = _PRESENTERS,
    chat: tuple[str, ...] = _CHAT,
) -> pd.DataFrame:
    """Teams is set so that strangers wait in the lobby, and control of a meeting stays with the council's people.

    Why: somebody who comes in unseen can listen to confidential business, or take over the screen of a meeting.
    Judged: of every meeting policy in a snapshot of the configuration: people from outside do not come in without the
        lobby, nor do callers; people without an account cannot begin a meeting; not everybody may present; strangers
        may not take over a shared screen; people without an account may not chat. Whether people without an account
        may join at all, and whether meetings may be recorded, is the council's to decide and not judged. Microsoft
        shows policies nobody uses as well.
    Fix: change the meeting policy: Teams admin centre > Meetings > Meeting policies > the policy.
    """
    found = meeting_policies.assign(
        key=["teams.meetingPolicy." + str(name) for name in meeting_policies["policy"]],
        fault=every_fault(
            meeting_policies,
            {
                "people from outside come in without the lobby ({skip_lobby})": _other(
                    meeting_policies, "skip_lobby", lobby
                ),
                "callers come in without the lobby": surely(meeting_policies["phone_skips_lobby"]),
                "people without an account may begin a meeting": surely(meeting_policies["unnamed_may_start"]),
                "everybody may present ({presenters})": _other(meeting_policies, "presenters", presenters),
                "strangers may take over a shared screen": surely(meeting_policies["outsiders_may_control"]),
                "people without an account may chat ({chat})": _other(meeting_policies, "chat", chat),
            },
        ),
    )
    needed = ("skip_lobby", "phone_skips_lobby", "unnamed_may_start", "presenters", "outsiders_may_control", "chat")
    untold = found[list(needed)].isna().any(axis=1) & (found["fault"] == "")
    return together(
        breaches(
            found[found["fault"] != ""],
            because="{fault}",
            result=Result.ADVICE,
            severity=Severity.LOW,
            subject=SubjectKind.SETTING,
            subject_id="key",
            subject_name="Meeting policy {policy}",
            evidence=(*needed, "taken_at"),
        ),
        unjudged(
            found[untold],
            because="the snapshot does not say all of it",
            subject=SubjectKind.SETTING,
            subject_id="key",
            subject_name="Meeting policy {policy}",
        ),
    )


def _other(policies: pd.DataFrame, name: str, allowed: Collection[str]) -> pd.Series:
    """Where a setting is known to be another than the allowed ones."""
    known = {word.lower() for word in allowed}
    return flags(policies, (text(value) != "" and text(value) not in known for value in policies[name]))
