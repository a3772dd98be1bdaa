"""Rights over mail folders and added calendars, in the shape in which those over mailboxes and calendars are judged."""

from typing import Final

import pandas as pd

from m365audit.model.words import Actor, Severity
from m365audit.rules.declare import breaches, together, unjudged
from m365audit.rules.facts.register_matching import text
from m365audit.rules.facts.verdicts import column, surely
from m365audit.rules.mail.folder_access import EVERYBODY, RIGHT, described

TAKE_AWAY: Final = "see that it is taken away: the holder does it in Outlook > the folder > Properties > Permissions"
_NOBODYS_RIGHT: Final = "none"
_AS_GRAPH_SAYS: Final = {"AvailabilityOnly": "freeBusyRead"}


def with_folders(mailbox_access: pd.DataFrame, mail_folder_access: pd.DataFrame | None) -> pd.DataFrame:
    """Rights over mailboxes, then those somebody was given over mail folders; the latter have ``folder`` and ``role``.

    What everybody has is nobody's grant, and left out; so is a right of which Exchange did not say what it is.
    """
    given = mailbox_access.assign(folder=None, role=None)
    if mail_folder_access is None:
        return given
    mail = _mail(mail_folder_access)
    named = mail[~mail["delegate"].isin(EVERYBODY) & mail["role"].notna()]
    rows = named.drop(columns=["calendar"]).assign(right=RIGHT, inherited=False, denied=False)
    return pd.concat([given.astype(object), rows.astype(object)], ignore_index=True)


def added_calendars(mail_folder_access: pd.DataFrame) -> pd.DataFrame:
    """Rights over calendars beside a mailbox's own, as rows of ``folder_access``."""
    rows = mail_folder_access[surely(mail_folder_access["calendar"])]
    roles = (_AS_GRAPH_SAYS.get(role, role) for role in rows["role"])
    return rows.assign(inside=pd.array([pd.NA] * len(rows), dtype="boolean"), role=column(rows, roles))


def open_to_all(mail_folder_access: pd.DataFrame, accounts: pd.DataFrame) -> pd.DataFrame:
    """Mail folders that let everybody in as breaches, and rights of which nobody said what they are as unjudged."""
    mail = described(_mail(mail_folder_access), accounts)
    mail = mail.assign(extent=column(mail, ({text(role)} for role in mail["role"])))
    known = mail["role"].notna()
    return together(
        breaches(
            mail[known & mail["delegate"].isin(EVERYBODY)],
            because="{who} has rights over the mail folder {folder} of {whose} ({role})",
            subject_id="key",
            subject_name="{who} on {whose}",
            severity=Severity.HIGH,
            actor=Actor.PROVIDER,
            fix=TAKE_AWAY,
            evidence=("mailbox_address", "role"),
            extent="extent",
        ),
        unjudged(
            mail[~known],
            because="what may be done with the mail folder {folder} was not said",
            subject_id="key",
            subject_name="{who} on {whose}",
        ),
    )


def _mail(mail_folder_access: pd.DataFrame) -> pd.DataFrame:
    """Rights over folders of mail, but for those that are none."""
    nothing = mail_folder_access["role"].str.lower().isin([_NOBODYS_RIGHT])
    return mail_folder_access[~surely(mail_folder_access["calendar"]) & ~nothing]
