"""The register against the tenant: who holds an office today, whose account is whose."""

import re
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

import pandas as pd
from pandas.api.types import is_list_like

from m365audit.model.keys import person_key
from m365audit.rules.facts.verdicts import column, flags

COUNCILLOR = "councillor"
STAFF = "staff"
EVERYBODY = (COUNCILLOR, STAFF)

# "Mayor's Secretary", "PA to the Mayor" and "Non-councillor member" are not councillors.
_COUNCILLOR = re.compile(
    r"(?<!non-)(?<!non )(?<!to the )"
    r"\b(?:councillor|cllr|mayor|mayoress|chair|chairman|chairwoman|chairperson)\b"
    r"(?!['\u2019]s)",
    re.IGNORECASE,
)

# What an account is called by, the surest first; last come all of its addresses.
_NAMES = ("account_id", "user_principal_name", "primary_address", "mail")

_WORD = re.compile(r"[a-z]+")
_DEPUTY = re.compile(r"deputy|assistant")


def text(cell: object) -> str:
    """A cell of the register as it is compared: trimmed, without case; empty where the cell is."""
    if isinstance(cell, str):  # nearly every cell, a million of them in a large council
        return cell.strip().casefold()
    return "" if _is_blank(cell) else str(cell).strip().casefold()


def texts(cells: pd.Series) -> pd.Series:
    """Every cell as it is compared.

    Returns: text, the index of ``cells``.
    """
    # Arrow hands out its cells one by one ten times as slowly as numpy does.
    return pd.Series([text(cell) for cell in cells.to_numpy(dtype=object)], index=cells.index, dtype=object)


def listed(cell: object) -> list[str]:
    """The values of a cell that may hold several, as they are compared."""
    return [value for value in map(text, _many(cell)) if value]


def _many(cell: Any) -> Iterable[Any]:  # noqa: ANN401 - a cell can hold anything
    if isinstance(cell, str):
        return (cell,)
    return cell if is_list_like(cell) else [cell]


def day(cell: object) -> date | None:
    """A date of the register; ``None`` where the cell is blank."""
    if _is_blank(cell):
        return None
    if isinstance(cell, datetime):
        return cell.date()
    if not isinstance(cell, date):
        message = f"'{cell}' is no date"
        raise TypeError(message)
    return cell


def _is_blank(cell: Any) -> bool:  # noqa: ANN401 - a cell can hold anything
    return not is_list_like(cell) and bool(pd.isna(cell))


def is_ended(rows: pd.DataFrame, as_of: date) -> pd.Series:
    """Where a row's last day is past."""
    return flags(rows, [(until := day(cell)) is not None and until < as_of for cell in rows["until"]])


def is_current(rows: pd.DataFrame, as_of: date) -> pd.Series:
    """Where a row holds on a day: begun, and not ended. Its last day counts; a blank is open."""
    begun = [day(cell) for cell in rows["from"]] if "from" in rows else [None] * len(rows)
    return ~is_ended(rows, as_of) & flags(rows, [start is None or start <= as_of for start in begun])


def current(rows: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The rows of a register sheet that hold on a day."""
    return rows[is_current(rows, as_of)]


def is_councillor(people: pd.DataFrame) -> pd.Series:
    """Where a role is a councillor's; everybody else on the sheet People is staff."""
    return flags(people, [bool(_COUNCILLOR.search(text(role))) for role in people["role"]])


def in_roles(people: pd.DataFrame, roles: Collection[str]) -> pd.DataFrame:
    """The people who are ``councillor`` or ``staff``, as asked.

    Raises:
        ValueError: another role is asked for.
    """
    if unknown := set(roles) - set(EVERYBODY):
        message = f"roles are {' and '.join(EVERYBODY)}; there is no {', '.join(sorted(unknown))}"
        raise ValueError(message)
    councillors = is_councillor(people)
    return people[(councillors & (COUNCILLOR in roles)) | (~councillors & (STAFF in roles))]


def claims(accounts: pd.DataFrame) -> pd.DataFrame:
    """Every name an account goes by: object id, sign-in name, addresses.

    Columns: ``name`` (as it is compared), ``account_id``, ``rank`` (0 the surest). Sorted by all three, surest first.
    """
    ids = accounts["account_id"].astype(object)
    pieces = [pd.DataFrame({"name": accounts[c], "account_id": ids, "rank": rank}) for rank, c in enumerate(_NAMES)]
    every = accounts[["account_id", "addresses"]].explode("addresses")
    pieces.append(pd.DataFrame({"name": every["addresses"], "account_id": every["account_id"], "rank": len(_NAMES)}))
    names = pd.concat([piece.astype({"name": object, "account_id": object}) for piece in pieces], ignore_index=True)
    names = names[names["name"].notna()]
    names["name"] = texts(names["name"])
    return names[names["name"] != ""].sort_values(["rank", "account_id", "name"], ignore_index=True)


def account_ids(accounts: pd.DataFrame) -> dict[str, str]:
    """Name to object id; a sign-in name goes before somebody else's alias."""
    # As the first of `claims`, without the table of them: nearly every rule asks.
    ordered = accounts.sort_values("account_id")
    ids, found = ordered["account_id"].to_numpy(dtype=object), dict[str, str]()
    for name in _NAMES:
        for called, account_id in zip(texts(ordered[name]), ids, strict=True):
            found.setdefault(called, account_id)
    for cell, account_id in zip(ordered["addresses"].to_numpy(dtype=object), ids, strict=True):
        for called in listed(cell):
            found.setdefault(called, account_id)
    found.pop("", None)
    return found


def with_account(people: pd.DataFrame, accounts: pd.DataFrame) -> pd.DataFrame:
    """The people with the account the register gives them: by sign-in name, address or object id, never by name.

    Adds ``person`` (natural key of a person without an account) and the columns of ``accounts``; ``account_id`` is
    missing where no account answers. Index: default.
    """
    ids = account_ids(accounts)
    held = people.reset_index(drop=True)
    held["account_id"] = column(held, (ids.get(text(cell)) for cell in held["account"]))
    held["person"] = [person_key(text(a) or None, str(n)) for a, n in zip(held["account"], held["name"], strict=True)]
    return held.merge(accounts.astype({"account_id": object}), on="account_id", how="left")


def leavers(people: pd.DataFrame, accounts: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The people whose service has ended and who have no other row for the same account; as :func:`with_account`.

    Adds ``ended``. One row a person and account. An account that has passed to somebody else stays with the last of
    its holders: the rows of the earlier ones come without ``account_id``, and are marked ``passed_on``.
    """
    held = with_account(people, accounts)
    held["holder"] = [text(i) or text(a) for i, a in zip(held["account_id"], held["account"], strict=True)]
    held["called"] = texts(held["name"])
    serving = held[~is_ended(held, as_of)]
    gone = held[is_ended(held, as_of)]
    gone = gone.assign(ended=column(gone, (day(cell) for cell in gone["until"])))
    gone = gone.sort_values(["ended", "called", "role"], ascending=[False, True, True])
    gone = gone.drop_duplicates(["holder", "called"])
    gone = gone[~pd.MultiIndex.from_frame(gone[["holder", "called"]]).isin(_pairs(serving))]
    passed_on = (gone["holder"] != "") & (gone["holder"].isin(serving["holder"]) | gone["holder"].duplicated())
    return gone.assign(passed_on=passed_on, account_id=gone["account_id"].mask(passed_on, None)).reset_index(drop=True)


def _pairs(held: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(held["holder"], held["called"], strict=True))


def official_elsewhere(people: pd.DataFrame) -> frozenset[str]:
    """Everybody's official addresses with other bodies, a district council's for one; they are never private."""
    return frozenset(address for cell in people["other_official_addresses"] for address in listed(cell))


def each_listed(people: pd.DataFrame, name: str, but: Collection[str] = ()) -> pd.DataFrame:
    """One row a value of a column of lists, the value in ``address``; ``but`` are left out."""
    values = column(people, (sorted(set(listed(cell)) - set(but)) for cell in people[name]))
    spread = people.assign(address=values).explode("address")
    return spread[spread["address"].notna()].reset_index(drop=True)


def accounts_of_kind(other_accounts: pd.DataFrame | None, accounts: pd.DataFrame, kind: str) -> frozenset[str]:
    """Object ids of the accounts the sheet Other accounts has under a kind; of no sheet, none."""
    if other_accounts is None:
        return frozenset()
    ids = account_ids(accounts)
    named = map(text, other_accounts.loc[texts(other_accounts["kind"]) == kind, "account"])
    return frozenset(ids[name] for name in named if name in ids)


def clerks(people: pd.DataFrame) -> pd.DataFrame:
    """The Clerk, under whatever name the office goes; deputies and assistants are not."""
    roles = [text(role) for role in people["role"]]
    return people[flags(people, ("clerk" in _WORD.findall(role) and not _DEPUTY.search(role) for role in roles))]
