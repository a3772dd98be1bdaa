"""Frames of evidence as policies, places and accounts."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

import pandas as pd
import pyarrow as pa

from m365audit.rules.facts.register_matching import listed, text
from m365audit.rules.sign_in.places import Place
from m365audit.rules.sign_in.sign_in_demands import Strengths, policy_of
from m365audit.rules.sign_in.sign_in_policies import MEMBER, Account, Policies, Policy, Whom
from m365audit.rules.sign_in.sign_in_words import Words

_ALONE: Final = frozenset(
    {
        "fido2",
        "windowshelloforbusiness",
        "devicebasedpush",
        "x509certificatemultifactor",
        "federatedmultifactor",
        "temporaryaccesspassonetime",
        "temporaryaccesspassmultiuse",
    }
)
"""Methods that are two steps by themselves."""
_STEPS: Final = frozenset(
    {
        "password",
        "voice",
        "hardwareoath",
        "softwareoath",
        "sms",
        "microsoftauthenticatorpush",
        "email",
        "x509certificatesinglefactor",
        "federatedsinglefactor",
        "qrcodepin",
    }
)
"""Methods that are one step."""
_FROM_OUTSIDE: Final = "#ext#"


def policies_of(
    conditional_access: pd.DataFrame,
    security_defaults: pd.DataFrame,
    named_locations: pd.DataFrame | None,
    authentication_strengths: pd.DataFrame | None,
    group_members: pd.DataFrame | None,
    role_members: pd.DataFrame | None,
) -> Policies:
    """All policies of a tenant, with what is not known about whom and where they are for."""
    strengths = _strengths(authentication_strengths)
    found = (policy_of(row, strengths) for row in _rows(conditional_access))
    policies = tuple(sorted(found, key=lambda policy: (policy.name, policy.id)))
    defaults = [row["enabled"] for row in _rows(security_defaults)]
    return Policies(
        policies=policies,
        places=None if named_locations is None else tuple(_places(named_locations)),
        unread_groups=frozenset() if group_members is not None else _named(policies, "groups"),
        unread_roles=_unread_roles(role_members) if role_members is not None else _named(policies, "roles"),
        defaults_on=defaults[0] if len(defaults) == 1 else None,
    )


def accounts_of(
    accounts: pd.DataFrame,
    policies: Policies,
    group_members: pd.DataFrame | None,
    role_members: pd.DataFrame | None,
    per_user_mfa: pd.DataFrame | None,
) -> list[Account]:
    """The accounts as policies see them, in the order of the rows."""
    groups = _groups_by_account(_named(policies.policies, "groups"), group_members)
    roles = _roles_by_account(role_members)
    settings = {text(row["account_id"]): text(row["state"]) for row in _rows(per_user_mfa)}
    nothing = frozenset[str]()
    return [
        Account(
            id=account_id,
            kind=_kind(text(row["user_type"]), text(row["user_principal_name"])),
            groups=groups.get(account_id, nothing),
            roles=roles.get(account_id, nothing),
            setting=settings.get(account_id) or None,
        )
        for row in _rows(accounts, "account_id", "user_type", "user_principal_name")
        for account_id in [text(row["account_id"])]
    ]


def words_of(groups: pd.DataFrame | None, role_members: pd.DataFrame | None) -> Words:
    """Names of groups and roles by id."""
    return Words(
        groups={text(r["group_id"]): r["display_name"] for r in _rows(groups) if r["display_name"]},
        roles={text(r["role_id"]): r["role"] for r in _rows(role_members) if r["role"]},
    )


def _rows(frame: pd.DataFrame | None, *columns: str) -> Iterator[dict[str, Any]]:
    """The rows as plain Python values; of no frame, none."""
    if frame is not None:
        names = columns or tuple(frame.columns)
        values = [pa.array(frame[name], from_pandas=True).to_pylist() for name in names]
        yield from (dict(zip(names, row, strict=True)) for row in zip(*values, strict=True))


def _strengths(frame: pd.DataFrame | None) -> Strengths:
    return {text(row["strength_id"]): _is_two_steps(row) for row in _rows(frame)}


def _is_two_steps(row: Mapping[str, Any]) -> bool | None:
    """Whether every combination of a strength is two steps, and Microsoft says so too; unknown where one is new."""
    combinations = [frozenset(one.replace(" ", "").split(",")) for one in listed(row["combinations"])]
    answers = [_are_two(methods) for methods in combinations]
    said = text(row["satisfies"]).replace(" ", "").split(",")
    if False in answers or said == ["none"]:
        return False
    return True if answers and None not in answers and "mfa" in said else None


def _are_two(methods: frozenset[str]) -> bool | None:
    if methods & _ALONE:
        return True
    return len(methods) > 1 if methods <= _STEPS else None


def _places(frame: pd.DataFrame) -> Iterator[Place]:
    for row in _rows(frame):
        countries = frozenset(listed(row["countries"]))
        # Addresses of no known country may be in any place at all.
        sure = not row["unknown_countries"]
        yield Place(
            id=text(row["location_id"]),
            name=str(row["name"] or row["location_id"]),
            trusted=row["trusted"] is True,
            addresses=tuple(listed(row["addresses"])),
            countries=countries if sure else frozenset(),
        )


def _named(policies: Iterable[Policy], what: str) -> frozenset[str]:
    sides: list[Whom] = [side for policy in policies for side in (policy.takes_in, policy.leaves_out)]
    return frozenset[str]().union(*(getattr(side, what) for side in sides))


def _groups_by_account(named: Collection[str], frame: pd.DataFrame | None) -> dict[str, frozenset[str]]:
    """Account to those of some groups it is in, groups within groups opened up."""
    inside: defaultdict[str, set[str]] = defaultdict(set)
    within: defaultdict[str, set[str]] = defaultdict(set)
    for row in _rows(frame, "group_id", "member_id", "relation", "member_kind"):
        if row["relation"] == "member":
            held = within if row["member_kind"] == "group" else inside
            held[text(row["group_id"])].add(text(row["member_id"]))
    found: defaultdict[str, set[str]] = defaultdict(set)
    for group in named:
        for one in _opened(group, within):
            for member in inside[one]:
                found[member].add(group)
    return {account: frozenset(groups) for account, groups in found.items()}


def _opened(group: str, within: Mapping[str, set[str]]) -> set[str]:
    reached, waiting = {group}, [group]
    while waiting:
        for inner in within.get(waiting.pop(), set()) - reached:
            reached.add(inner)
            waiting.append(inner)
    return reached


def _roles_by_account(frame: pd.DataFrame | None) -> dict[str, frozenset[str]]:
    """Account to the roles that count: held now, and over the whole directory."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in _rows(frame):
        if row["assignment"] == "active" and row["scope_kind"] == "directory" and row["member_kind"] != "group":
            found[text(row["member_id"])].add(text(row["role_id"]))
    return {account: frozenset(roles) for account, roles in found.items()}


def _unread_roles(frame: pd.DataFrame) -> frozenset[str]:
    """Roles that a group holds whose members could not be read."""
    return frozenset(text(row["role_id"]) for row in _rows(frame) if row["member_kind"] == "group")


def _kind(user_type: str, name: str) -> str:
    if user_type == "guest":
        return "b2bcollaborationguest" if _FROM_OUTSIDE in name else "internalguest"
    return "b2bcollaborationmember" if _FROM_OUTSIDE in name else MEMBER
