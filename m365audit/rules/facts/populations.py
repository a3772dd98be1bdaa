"""Which accounts a rule is about, and what is known of their mailboxes."""

import re

import pandas as pd

from m365audit.rules.facts.verdicts import flags, surely

NOBODYS = ("shared", "room", "equipment")
"""Purposes of a mailbox nobody signs in to."""


# Accounts Microsoft's own directory synchronisation signs in with.
_SYNC = re.compile(r"(?:sync_|adtoaadsyncserviceaccount).*@[^@]+\.onmicrosoft\.com", re.IGNORECASE)
_SYNC_NAME = "On-Premises Directory Synchronization Service Account"


def members(accounts: pd.DataFrame) -> pd.DataFrame:
    """The accounts that are not guests."""
    return accounts[~is_guest(accounts)]


def is_guest(accounts: pd.DataFrame) -> pd.Series:
    """Where an account is a guest."""
    return surely(accounts["user_type"] == "guest")


def may_sign_in(accounts: pd.DataFrame) -> pd.Series:
    """Where sign-in is not known to be switched off."""
    return ~surely(accounts["enabled"] == False)  # noqa: E712 - the column holds true, false and unknown


def is_live_app(service_principals: pd.DataFrame) -> pd.Series:
    """Where an app is not known to be switched off."""
    return ~surely(service_principals["enabled"] == False)  # noqa: E712 - the column holds true, false and unknown


def signing_in(accounts: pd.DataFrame) -> pd.DataFrame:
    """The members that may sign in."""
    return accounts[~is_guest(accounts) & may_sign_in(accounts)]


def is_synchroniser(accounts: pd.DataFrame) -> pd.Series:
    """Where an account is the one Microsoft's directory synchronisation signs in with."""
    named = flags(accounts, (bool(_SYNC.fullmatch(str(name))) for name in accounts["user_principal_name"]))
    return named & surely(accounts["display_name"] == _SYNC_NAME)


def may_prove_themselves(
    accounts: pd.DataFrame, mailbox_settings: pd.DataFrame | None, mailboxes: pd.DataFrame | None
) -> pd.DataFrame:
    """The accounts somebody can sign in with, guests included; columns of :func:`with_mailbox`.

    Left out are shared mailboxes, rooms and equipment, guests who have not accepted, and the synchroniser.
    """
    found = with_mailbox(accounts[may_sign_in(accounts)], mailbox_settings, mailboxes)
    waiting = is_guest(found) & surely(found["invitation_state"] == "PendingAcceptance")
    return found[~waiting & ~is_nobodys(found) & ~is_synchroniser(found)]


def with_mailbox(
    accounts: pd.DataFrame, mailbox_settings: pd.DataFrame | None, mailboxes: pd.DataFrame | None
) -> pd.DataFrame:
    """The accounts with ``has_mailbox`` (true, false, unknown) and ``purpose`` (unknown where missing).

    Either source will do. What both speak of, Exchange's own list decides, for only it holds archived mailboxes too.
    """
    ids = accounts["account_id"]
    listed = pd.Series(pd.NA, index=ids.index, dtype="boolean")
    if mailboxes is not None:
        listed = ids.isin(mailboxes["mailbox_id"]).astype("boolean")
    said = _looked_up(ids, mailbox_settings, "account_id", "has_mailbox").astype("boolean")
    purpose = _looked_up(ids, mailbox_settings, "account_id", "purpose")
    kind = _looked_up(ids, mailboxes, "mailbox_id", "kind")
    return accounts.assign(
        has_mailbox=said.mask(surely(listed), other=True).fillna(listed), purpose=purpose.fillna(kind)
    )


def is_nobodys(with_mailbox: pd.DataFrame) -> pd.Series:
    """Where a mailbox is for sharing, a room or equipment."""
    return with_mailbox["purpose"].isin(NOBODYS)


def _looked_up(ids: pd.Series, frame: pd.DataFrame | None, key: str, value: str) -> pd.Series:
    if frame is None:
        return pd.Series(pd.NA, index=ids.index, dtype=object)
    found = dict(zip(frame[key], frame[value], strict=True))
    return pd.Series([found.get(i, pd.NA) for i in ids], index=ids.index, dtype=object)
