"""The rule about who is in which group, team or site."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import unquote

import pandas as pd

from m365audit.model.keys import site_access_key
from m365audit.model.words import Actor, Result, SubjectKind
from m365audit.rules.declare import breaches, rule, together, unjudged
from m365audit.rules.facts.populations import is_guest, may_sign_in
from m365audit.rules.facts.register_matching import (
    COUNCILLOR,
    EVERYBODY,
    STAFF,
    account_ids,
    current,
    in_roles,
    listed,
    text,
    texts,
    with_account,
)
from m365audit.rules.facts.traces import guest_addresses
from m365audit.rules.facts.verdicts import flags

# What the sheet Site access may say for many people at once.
_FOR_MANY: Mapping[str, tuple[str, ...]] = {
    "councillor": (COUNCILLOR,),
    "councillors": (COUNCILLOR,),
    "all councillors": (COUNCILLOR,),
    "staff": (STAFF,),
    "all staff": (STAFF,),
    "everybody": EVERYBODY,
    "everyone": EVERYBODY,
}


@rule(
    "site-access-by-role",
    subject="site access",
    severity="medium",
    actor="clerk",
    topic="Sharing outside",
)
def site_access_by_role(
    site_access: pd.DataFrame,
    groups: pd.DataFrame,
    group_members: pd.DataFrame,
    group_sites: pd.DataFrame,
    people: pd.DataFrame,
    accounts: pd.DataFrame,
    as_of: date,
) -> pd.DataFrame:
    """Every team, group and its site is open to the people whose role calls for it, and to nobody else.

    Why: whoever is in a group reads all its files, conversations and mailbox, long after the work that brought them in.
    Judged: each Microsoft 365 group that the register's sheet Site access names, by its web address, name or mail
        address: its members and owners whose sign-in is allowed, against the accounts of those in office with a role
        given there (a role as on the sheet People, or councillor, staff, everybody) and the accounts given. Somebody
        else does not meet, a guest included; somebody missing is for the Clerk to look at. A group the sheet does not
        name, and a site on it that belongs to no group or to whom a row cannot be told, is left open.
    Fix: the group's owner takes the person out in Teams or Outlook, or the register's sheet Site access says why not.
    """
    rooms = _rooms(groups, group_sites)
    plan, doubtful, untold = _plan(site_access, rooms, people, accounts, as_of)
    there = _there(group_members, accounts)
    extra, missing = [], []
    for group_id in sorted(plan):
        inside = there.get(group_id, {})
        if group_id not in doubtful:
            extra += [_row(group_id, one, rooms, inside[one]) for one in sorted(set(inside) - plan[group_id])]
        missing += [_row(group_id, one, rooms, "") for one in sorted(plan[group_id] - set(inside))]
    names = dict(zip(accounts["account_id"], accounts["display_name"], strict=True))
    kinds = dict(zip(accounts["account_id"], is_guest(accounts), strict=True))
    return together(
        breaches(
            _named(extra, names, kinds),
            because="{name}{guest} {how} {room}, and no row of the register's sheet Site access covers it",
            subject_id="key",
            subject_name="{name} in {room}",
            fix="decide whether {name} belongs in {room}: enter it on the register, or have it taken out",
        ),
        breaches(
            _named(missing, names, kinds),
            because="the register's sheet Site access lets {name} into {room}, but {name} is not in it",
            result=Result.REVIEW,
            subject_id="key",
            subject_name="{name} in {room}",
            severity="low",
            actor=Actor.CLERK,
            fix="have {name} let in, or take the row off the register's sheet Site access",
        ),
        _left_open(rooms, plan, untold),
    )


@dataclass(frozen=True, slots=True)
class _Room:
    """A Microsoft 365 group, and everything the register may call it."""

    name: str
    names: frozenset[str]


def _rooms(groups: pd.DataFrame, group_sites: pd.DataFrame) -> dict[str, _Room]:
    """Microsoft 365 groups by object id."""
    site_of = {row["group_id"]: row for row in group_sites.to_dict("records")}
    rooms = {}
    for group in groups[flags(groups, ("unified" in listed(kinds) for kinds in groups["kinds"]))].to_dict("records"):
        site = site_of.get(group["group_id"], {})
        said = [group.get("display_name"), group.get("mail"), group["group_id"]]
        said += [site.get("site_name"), site.get("site_url")]
        name = next((str(one) for one in said if text(one)), "")
        rooms[str(group["group_id"])] = _Room(name, frozenset(map(_plain, said)) - {""})
    return rooms


def _plain(cell: object) -> str:
    """A name or web address as it is compared."""
    return unquote(text(cell)).rstrip("/")


def _plan(
    site_access: pd.DataFrame, rooms: Mapping[str, _Room], people: pd.DataFrame, accounts: pd.DataFrame, as_of: date
) -> tuple[dict[str, set[str]], set[str], list[tuple[str, str]]]:
    """Object ids of those who should be in each group the sheet names, where they may sign in at all.

    With it, the groups of which a row could mean anybody, and the rows that lead nowhere, as they stand. A name two
    groups share means neither.
    """
    held = with_account(current(people, as_of), accounts)
    held = held[may_sign_in(held)]
    ids, in_role = _account_names(accounts), _by_role(held)
    called: dict[str, list[str]] = {}
    for group_id, room in rooms.items():
        for name in room.names:
            called.setdefault(name, []).append(group_id)
    plan: dict[str, set[str]] = {}
    doubtful: set[str] = set()
    untold: list[tuple[str, str]] = []
    for row in site_access.to_dict("records"):
        found = called.get(_plain(row["site"]), [])
        who = _those(row["role_or_account"], in_role, ids)
        if len(found) != 1 or who is None:
            untold.append((str(row["site"]), str(row["role_or_account"])))
        if len(found) == 1:
            plan.setdefault(found[0], set()).update(who or ())
            doubtful.update(found if who is None else ())
    return plan, doubtful, untold


def _account_names(accounts: pd.DataFrame) -> dict[str, str]:
    """Name to object id, guests by their own addresses too; a member's goes first."""
    guests = guest_addresses(accounts)
    return dict(zip(guests["address"], guests["account_id"], strict=True)) | account_ids(accounts)


def _by_role(held: pd.DataFrame) -> dict[str, set[str]]:
    """What the sheet may say instead of an account, to the object ids of those it means."""
    single: dict[str, set[str]] = {}
    for role, account_id in zip(texts(held["role"]), held["account_id"], strict=True):
        single.setdefault(role, set()).update(() if pd.isna(account_id) else (account_id,))
    many = {name: set(in_roles(held, roles)["account_id"].dropna()) for name, roles in _FOR_MANY.items()}
    return single | many


def _those(said: object, in_role: Mapping[str, set[str]], ids: Mapping[str, str]) -> set[str] | None:
    """Object ids of those a cell of the sheet means; nothing where nobody can tell whom it means."""
    name = text(said)
    if name in in_role:
        return set(in_role[name])
    return {ids[name]} if name in ids else None


def _there(group_members: pd.DataFrame, accounts: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Group to the accounts in it that may sign in, and how they are in it."""
    live = set(accounts.loc[may_sign_in(accounts), "account_id"])
    there: dict[str, dict[str, str]] = {}
    said = {"owner": "owns", "member": "is in"}
    rows = group_members[group_members["member_id"].isin(list(live))].sort_values("relation")
    for row in rows.to_dict("records"):
        there.setdefault(row["group_id"], {}).setdefault(row["member_id"], said.get(row["relation"], "is in"))
    return there


def _row(group_id: str, member_id: str, rooms: Mapping[str, _Room], how: str) -> dict[str, str]:
    key = site_access_key(group_id, member_id)
    return {"key": key, "member_id": member_id, "room": rooms[group_id].name, "how": how}


def _named(rows: list[dict[str, str]], names: Mapping[Hashable, Any], guests: Mapping[Hashable, Any]) -> pd.DataFrame:
    for row in rows:
        called = names.get(row["member_id"])
        row["name"] = row["member_id"] if called is None or pd.isna(called) else str(called)
        row["guest"] = ", a guest," if guests.get(row["member_id"]) else ""
    return pd.DataFrame(rows, columns=["key", "member_id", "room", "how", "name", "guest"], dtype=object)


def _left_open(rooms: Mapping[str, _Room], plan: Mapping[str, set[str]], untold: list[tuple[str, str]]) -> pd.DataFrame:
    unplanned = [{"key": key, "name": room.name} for key, room in sorted(rooms.items()) if key not in plan]
    lost = [{"key": f"{site}|{who}", "name": f"{site} for {who}"} for site, who in sorted(set(untold))]
    return together(
        unjudged(
            pd.DataFrame(unplanned),
            because="the register's sheet Site access does not say who should be in it",
            subject=SubjectKind.GROUP,
            subject_id="key",
            subject_name="{name}",
            fix="enter who should be in {name} on the register's sheet Site access",
        ),
        unjudged(
            pd.DataFrame(lost),
            because="the register's row leads to no one group, or to nobody on the sheet People and no account",
            subject_id="key",
            subject_name="{name}",
            fix="correct the row of {name} on the register's sheet Site access",
        ),
    )
