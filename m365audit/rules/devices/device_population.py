"""Which devices there are, as the directory and Intune know them together."""

from collections import Counter
from collections.abc import Hashable, Mapping
from datetime import date
from typing import Any, Final

import pandas as pd

from m365audit.rules.facts.moments import is_older
from m365audit.rules.facts.register_matching import listed, text
from m365audit.rules.facts.verdicts import column, flags, joined, surely

_HOW: Final = {"workplace": "registered", "azuread": "joined", "serverad": "joined"}
_NO_MANAGEMENT: Final = "msSense"
"""What Intune calls the agent of a device that only Defender watches."""


def managed(managed_devices: pd.DataFrame) -> pd.DataFrame:
    """The devices that are managed; one that only Defender watches is none of them."""
    return managed_devices[~managed_devices["agent"].isin([_NO_MANAGEMENT])]


def known_devices(devices: pd.DataFrame, managed_devices: pd.DataFrame | None) -> pd.DataFrame:
    """Every device that may be used, once.

    Columns: ``key`` (object id; Intune's id of one the directory lacks), ``name``, ``ids`` (what only this device
    goes by), ``how`` (joined, registered or managed), ``owner_ids``, ``user_address``, ``last_seen_at``,
    ``in_intune``. Index: default.
    """
    usable = devices[~surely(devices["enabled"] == False)]  # noqa: E712 - the column holds true, false and unknown
    intune = managed(managed_devices) if managed_devices is not None else None
    theirs = {} if intune is None else {text(row["entra_id"]): row for row in intune.to_dict("records")}
    rows = [_in_directory(row, theirs.get(text(row["entra_id"]))) for row in usable.to_dict("records")]
    if intune is not None:
        in_directory = {text(entra_id) for entra_id in devices["entra_id"]} - {""}
        rows += [_only_managed(row) for row in intune.to_dict("records") if text(row["entra_id"]) not in in_directory]
    names = ("key", "name", "ids", "how", "owner_ids", "user_address", "last_seen_at", "in_intune")
    return pd.DataFrame(rows, columns=list(names), dtype=object)


def _in_directory(row: Mapping[Hashable, Any], theirs: Mapping[Hashable, Any] | None) -> dict[str, object]:
    serial = theirs["serial"] if theirs else None
    return {
        "key": row["device_id"],
        "name": row["name"],
        "ids": {text(known) for known in (row["device_id"], row["entra_id"], serial)} - {""},
        "how": _HOW.get(text(row["trust"]), "known"),
        "owner_ids": row["owner_ids"],
        "user_address": theirs["user_address"] if theirs else None,
        "last_seen_at": row["last_seen_at"],
        "in_intune": theirs is not None,
    }


def _only_managed(row: Mapping[Hashable, Any]) -> dict[str, object]:
    return {
        "key": row["managed_id"],
        "name": row["name"],
        "ids": {text(known) for known in (row["managed_id"], row["entra_id"], row["serial"])} - {""},
        "how": "managed",
        "owner_ids": None,
        "user_address": row["user_address"],
        "last_seen_at": row["last_sync_at"],
        "in_intune": True,
    }


def on_list(found: pd.DataFrame, assets: pd.DataFrame) -> pd.Series:
    """Where the register's sheet Assets names a device: by what only it goes by, or by its name.

    A name that several devices share counts for all of them only where the register has it as often.
    """
    written = Counter(text(cell) for cell in assets["device"])
    by_id = flags(found, (any(known in written for known in ids) for ids in found["ids"]))
    shared = Counter(text(name) for name in found.loc[~by_id, "name"])
    by_name = flags(found, (0 < shared[text(name)] <= written[text(name)] for name in found["name"]))
    return by_id | (by_name & flags(found, (text(name) != "" for name in found["name"])))


def unseen(found: pd.DataFrame, as_of: date, days: int) -> pd.Series:
    """Where a device was last seen so long ago that it is hardly in use."""
    return is_older(pd.to_datetime(found["last_seen_at"], utc=True), as_of, days)


def whose(found: pd.DataFrame, accounts: pd.DataFrame | None) -> pd.Series:
    """Who uses each device, in words: names of accounts, else a sign-in name, else empty."""
    names = {} if accounts is None else dict(zip(accounts["account_id"], accounts["display_name"], strict=True))
    return column(
        found,
        (
            joined(pd.Series([names.get(i, i) for i in ids], dtype=object))
            if (ids := listed_ids(owners))
            else ""
            if pd.isna(address)
            else str(address)
            for owners, address in zip(found["owner_ids"], found["user_address"], strict=True)
        ),
    )


def listed_ids(owners: Any) -> list[str]:  # noqa: ANN401 - a cell of a list column, or nothing
    """Object ids of a cell, as they came."""
    return [str(owner) for owner in owners] if listed(owners) else []
