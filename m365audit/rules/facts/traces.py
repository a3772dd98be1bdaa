"""Where somebody turns up in the tenant, by address or object id.

Every function takes the names to look for (lower case) and gives one row a place and name found there:
columns ``name``, ``key`` (natural key of the place) and ``label`` (what people call it).
"""

import re
from collections.abc import Collection, Iterable
from datetime import date

import pandas as pd

from m365audit.model.keys import forward_key
from m365audit.rules.facts.populations import is_guest
from m365audit.rules.facts.register_matching import listed, text, texts
from m365audit.rules.facts.verdicts import column, flags, surely
from m365audit.rules.files.shares import live

_COLUMNS = ["name", "key", "label"]
_ADDRESSES = ("mail", "primary_address", "addresses", "other_mails")
# Graph's and Exchange's words for rights that show no more than when somebody is free.
_TIMES_ONLY = ("none", "freebusyread", "availabilityonly")
# What Microsoft makes of an invited address in a guest's sign-in name: ann_example.org#ext#@tenant
_INVITED = re.compile(r"(.+)_([^_]+)#ext#@")


def guest_addresses(accounts: pd.DataFrame) -> pd.DataFrame:
    """Every address a guest is known by.

    Columns: ``account_id``, ``address``, one row each; nothing for members.
    """
    guests = accounts[is_guest(accounts)]
    rows = (
        (row["account_id"], address)
        for row in guests.to_dict("records")
        for address in {a for name in _ADDRESSES for a in listed(row[name])} | _invited(row["user_principal_name"])
    )
    return pd.DataFrame(rows, columns=["account_id", "address"], dtype=object).sort_values(["account_id", "address"])


def _invited(sign_in_name: object) -> set[str]:
    match = _INVITED.match(text(sign_in_name))
    return {f"{match[1]}@{match[2]}"} if match else set()


def as_guest(accounts: pd.DataFrame, names: Collection[str]) -> pd.DataFrame:
    """Guests with one of the names as an address."""
    known = guest_addresses(accounts).rename(columns={"account_id": "key", "address": "name"})
    found = known[known["name"].isin(list(names))]
    labels = dict(zip(accounts["account_id"], accounts["display_name"].fillna(""), strict=True))
    return found.assign(label=[labels[key] or name for key, name in zip(found["key"], found["name"], strict=True)])[
        _COLUMNS
    ]


def in_sharing(sharing: pd.DataFrame, names: Collection[str], as_of: date) -> pd.DataFrame:
    """Permissions that let in one of the names; owning one's own OneDrive is no sharing."""
    shares = live(sharing, as_of)
    owner = flags(shares, ("owner" in listed(roles) for roles in shares["roles"]))
    shares = shares[~(surely(shares["personal"]) & owner)].rename(columns={"what": "label"})
    return _found(shares, ("grantee", "grantee_address", "invited_address"), names)


def in_meetings(meetings: pd.DataFrame, names: Collection[str]) -> pd.DataFrame:
    """Meetings organised by the council's people that one of the names is invited to."""
    ours = meetings[surely(meetings["ours"])]
    invited = ours.assign(key=ours["meeting_id"], label=label_of(ours)).explode("outside_addresses")
    return _found(invited, ("outside_addresses",), names)


def label_of(meetings: pd.DataFrame) -> pd.Series:
    """What people call each meeting; one whose subject is withheld goes by its organiser."""
    return meetings["subject"].fillna("a meeting organised by " + meetings["organiser_address"].fillna("somebody"))


def in_mailbox_access(mailbox_access: pd.DataFrame, names: Collection[str]) -> pd.DataFrame:
    """Rights over mailboxes given to one of the names; ``key`` is the mailbox and the right."""
    given = mailbox_access[~surely(mailbox_access["inherited"]) & ~surely(mailbox_access["denied"])]
    whose = given["mailbox_name"].fillna(given["mailbox_address"]).fillna(given["mailbox_id"])
    label = given["right"] + " over " + whose
    return _found(given.assign(key=given["mailbox_id"], label=label), ("delegate", "delegate_address"), names)


def in_folders(folder_access: pd.DataFrame, names: Collection[str]) -> pd.DataFrame:
    """Rights over single folders given to one of the names; what shows only when somebody is free is none.

    Where nobody said what may be done, nothing is held against anybody: the check of those rights leaves it open.
    """
    role = folder_access["role"]
    given = folder_access[role.notna() & ~role.str.lower().isin(_TIMES_ONLY)]
    whose = given["mailbox_name"].fillna(given["mailbox_address"]).fillna(given["mailbox_id"])
    label = "the folder " + given["folder"] + " of " + whose
    return _found(given.assign(key=given["mailbox_id"], label=label), ("delegate", "delegate_address"), names)


def in_forwards(forwards: pd.DataFrame, names: Collection[str]) -> pd.DataFrame:
    """Routes switched on that lead to one of the names."""
    on = forwards[surely(forwards["enabled"])]
    parts = zip(on["mailbox_id"], on["route"], on["target_address"].fillna(""), strict=True)
    keys = column(on, (forward_key(*part) for part in parts))
    whose = on["mailbox_name"].fillna(on["mailbox_address"]).fillna("several mailboxes")
    return _found(
        on.assign(key=keys, label="mail of " + whose + " to " + on["target_address"]), ("target_address",), names
    )


def in_groups(group_members: pd.DataFrame, groups: pd.DataFrame | None, names: Collection[str]) -> pd.DataFrame:
    """Groups that one of the names is in, or owns."""
    called = {} if groups is None else dict(zip(groups["group_id"], groups["display_name"], strict=True))
    label = column(group_members, (called.get(group) for group in group_members["group_id"]))
    rows = group_members.assign(key=group_members["group_id"], label=label.fillna(group_members["group_id"]))
    return _found(rows, ("member_id",), names)


def in_administering(role_members: pd.DataFrame, names: Collection[str]) -> pd.DataFrame:
    """Administrator roles that one of the names holds, or may take up, also through a group."""
    label = role_members["role"].fillna(role_members["role_id"])
    label = label.where(~role_members["assignment"].isin(["eligible"]), label + ", which may be taken up")
    rows = role_members.assign(key=role_members["role_id"], label=label)
    return _found(rows, ("member_id",), names)


def in_consents(app_grants: pd.DataFrame, names: Collection[str]) -> pd.DataFrame:
    """Apps that may do something on behalf of one of the names."""
    label = app_grants["principal_name"].fillna(app_grants["principal_id"])
    return _found(app_grants.assign(key=app_grants["principal_id"], label=label), ("user_id",), names)


def _found(rows: pd.DataFrame, columns: Iterable[str], names: Collection[str]) -> pd.DataFrame:
    pieces = [rows.assign(name=texts(rows[field]))[_COLUMNS].astype(object) for field in columns]
    every = pd.concat(pieces, ignore_index=True)
    return every[every["name"].isin(list(names))].drop_duplicates().sort_values(_COLUMNS, ignore_index=True)
