"""The rule about what administrators changed."""

from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from m365audit.model.words import Result, SubjectKind
from m365audit.rules.declare import breaches, rule
from m365audit.rules.facts.moments import start_of
from m365audit.rules.facts.register_matching import text
from m365audit.rules.facts.verdicts import column, flags, joined, joined_few, surely

DAYS: Final = 30

# Microsoft's category, and how its name of a change begins, in lower case; an empty beginning fits every change.
_OF_NOTE: Final[tuple[tuple[str, str], ...]] = (
    ("rolemanagement", ""),
    ("policy", ""),
    ("crosstenantaccesssettings", ""),
    ("authorization", ""),
    ("applicationmanagement", "consent to"),
    ("applicationmanagement", "add app role assignment"),
    ("applicationmanagement", "add delegated permission grant"),
    ("applicationmanagement", "add oauth2permissiongrant"),
    ("applicationmanagement", "add service principal"),
    ("applicationmanagement", "add owner to"),
    ("applicationmanagement", "update application"),
    ("directorymanagement", "set domain authentication"),
    ("directorymanagement", "set federation settings"),
    ("directorymanagement", "add unverified domain"),
    ("directorymanagement", "add verified domain"),
    ("directorymanagement", "add partner"),
    ("directorymanagement", "disable strong authentication"),
    ("usermanagement", "disable strong authentication"),
    ("usermanagement", "admin deleted security info"),
    ("usermanagement", "admin registered security info"),
    ("usermanagement", "admin updated security info"),
)
_LONDON: Final = ZoneInfo("Europe/London")


@rule(
    "admin-changes-expected",
    subject="setting",
    severity="low",
    actor="clerk",
    topic="IT provider access",
    row_by_row=("admin_changes",),
    passing=f"Microsoft keeps the record of a change for {DAYS} days at most: nothing shows whether it was put right",
)
def admin_changes_expected(admin_changes: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """What administrators changed in the last month was expected.

    Why: the change that lets an intruder stay looks like any other; only somebody who knows what was planned can tell.
    Judged: changes of the last 30 days that succeeded and bear on who may do what: roles, policies, settings towards
        other organisations, permissions and credentials of apps, domains, and other people's second step of sign-in.
        One line for each kind of change and day, for the Clerk to call expected or not; a kind of which nothing was
        done gives none. Without Entra ID P1 Microsoft keeps only 7 days.
    Fix: ask whoever made the change what it was for; what nobody asked for is put back by the IT provider.
    """
    recent = surely(admin_changes["at"] >= start_of(as_of, DAYS)) & (admin_changes["result"] == "success").fillna(
        value=False
    )
    kinds = zip(admin_changes["category"], admin_changes["activity"], strict=True)
    changes = admin_changes[recent & flags(admin_changes, (_is_of_note(*kind) for kind in kinds))]
    changes = changes.assign(day=column(changes, (at.astimezone(_LONDON).date() for at in changes["at"])))
    by_kind = changes.explode("targets").groupby(["activity", "day"])
    digest = pd.DataFrame(
        {
            "number": by_kind["change_id"].agg("nunique"),
            "who": by_kind["who"].agg(joined_few),
            "what": by_kind["targets"].agg(joined_few),
            "kinds_of_who": by_kind["who_kind"].agg(joined),
        }
    ).reset_index()
    keys = [f"directory.{activity}.{day}" for activity, day in zip(digest["activity"], digest["day"], strict=True)]
    digest = digest.assign(key=column(digest, keys)).sort_values("key", ignore_index=True)
    return breaches(
        digest.assign(
            by=["" if not who else f" by {who}" for who in digest["who"]],
            to=["" if not what else f" to {what}" for what in digest["what"]],
            often=["once" if number == 1 else f"{number} times" for number in digest["number"]],
        ),
        because="on {day}: '{activity}', {often}{by}{to}",
        result=Result.REVIEW,
        subject=SubjectKind.SETTING,
        subject_id="key",
        subject_name="{activity} on {day}",
        fix="say whether it was expected; if not, ask the IT provider to put it back",
        evidence=("number", "who", "what"),
    )


def _is_of_note(category: object, activity: object) -> bool:
    family, name = text(category), text(activity)
    return any(family == of and name.startswith(beginning) for of, beginning in _OF_NOTE)
