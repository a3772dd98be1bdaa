"""Conditional Access policies and what they name, one line each, for the tables of two-step sign-in."""

from typing import Any

import pandas as pd
from rule_rows import Row, account, judge, settings

from m365audit.model.datasets import DATA_SETS

EXCHANGE = "00000002-0000-0ff1-ce00-000000000000"
PAYROLL = "aaaaaaaa-0000-0000-0000-000000000001"
ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
READER = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"

_LISTS = [column.name for column in DATA_SETS["conditional_access"].columns if column.kind == "texts"]

OFF = [{"policy_id": "defaults", "enabled": False}]
ON = [{"policy_id": "defaults", "enabled": True}]

STRENGTHS = [
    {"strength_id": "mfa", "name": "Two steps", "satisfies": "mfa", "combinations": ["fido2", "password,sms"]},
    {"strength_id": "resistant", "name": "Keys", "satisfies": "mfa", "combinations": ["fido2"]},
    {"strength_id": "none", "name": "Code", "satisfies": "none", "combinations": ["x509CertificateSingleFactor"]},
    {"strength_id": "text", "name": "Text alone", "satisfies": "mfa", "combinations": ["fido2", "sms"]},
    {"strength_id": "new", "name": "New", "satisfies": "mfa", "combinations": ["fido2", "unknownFutureValue"]},
]

PLACES = [
    {"location_id": "office", "name": "Office", "kind": "addresses", "trusted": True, "addresses": ["192.0.2.0/28"]},
    {"location_id": "hall", "name": "Hall", "kind": "addresses", "trusted": False, "addresses": ["198.51.100.0/28"]},
    {"location_id": "gb", "name": "United Kingdom", "kind": "countries", "trusted": False, "countries": ["GB"]},
    {"location_id": "fr", "name": "France", "kind": "countries", "trusted": False, "countries": ["FR"]},
]


def policy(name: str = "Second step", **changed: object) -> Row:
    """A policy in force that asks everybody for the second step, everywhere; lists that are not named are empty."""
    return {
        **{name: [] for name in _LISTS},
        "policy_id": name,
        "name": name,
        "state": "enabled",
        "licensed": True,
        "include_users": ["All"],
        "include_apps": ["All"],
        "clients": ["all"],
        "operator": "OR",
        "controls": ["mfa"],
    } | changed


def group(group_id: str, name: str | None = None) -> Row:
    return {"group_id": group_id, "display_name": name or group_id.title()}


def inside(group_id: str, member: str, **changed: object) -> Row:
    """Membership: of a person by name (``ann``), of a group as ``group:staff``."""
    kind, _, name = member.rpartition(":")
    return {
        "group_id": group_id,
        "member_id": name if kind == "group" else f"ID-{name.title()}",
        "relation": "member",
        "member_kind": kind or "user",
    } | changed


def role(role_id: str = ADMINISTRATOR, holder: str = "ann", **changed: object) -> Row:
    return {
        "assignment_id": f"{role_id}-{holder}",
        "role_id": role_id,
        "role": "Global Administrator" if role_id == ADMINISTRATOR else "Directory Readers",
        "built_in": True,
        "privileged": role_id == ADMINISTRATOR,
        "assignment": "active",
        "member_id": f"ID-{holder.title()}",
        "member_kind": "user",
        "scope": "/",
        "scope_kind": "directory",
    } | changed


def world(policies: list[Row], **changed: Any) -> dict[str, list[Row]]:  # noqa: ANN401 - rows, or None to leave out
    """Everything the rule may look at, in order but for what is changed; ``None`` is evidence that is missing."""
    everything: dict[str, Any] = {
        "accounts": [account()],
        "security_defaults": OFF,
        "conditional_access": policies,
        "per_user_mfa": [{"account_id": "ID-Ann", "state": "disabled"}],
        "groups": [],
        "group_members": [],
        "role_members": [],
        "named_locations": PLACES,
        "authentication_strengths": STRENGTHS,
        "mailbox_settings": [settings()],
        "other_accounts": [],
    } | changed
    return {name: rows for name, rows in everything.items() if rows is not None}


def enforced(policies: list[Row], **changed: Any) -> pd.DataFrame:  # noqa: ANN401
    """What two-step-enforced says of Ann under some policies."""
    return judge("two-step-enforced", **world(policies, **changed))


UNASKED: dict[str, list[Row]] = {
    "security_defaults": OFF,
    "conditional_access": [
        policy("A", exclude_users=["ID-Ann"], exclude_groups=["G-1"], exclude_locations=["AllTrusted"]),
        policy("B", controls=["mfa", "compliantDevice"], exclude_guests=["serviceProvider"], exclude_guests_of=["all"]),
        policy("C", include_users=["ID-Eve"], include_groups=["G-1"], clients=["browser"]),
        policy("D", state="enabledForReportingButNotEnforced"),
        policy("E", include_users=["ID-Dan"], unknown_conditions=["conditions.weather"]),
    ],
    "named_locations": PLACES,
    "authentication_strengths": STRENGTHS,
    "per_user_mfa": [{"account_id": f"ID-{name}", "state": "disabled"} for name in ("Ann", "Clerk", "Eve", "Gus")],
    "authentication_methods_policy": [
        {"method": "Sms", "state": "enabled", "migration": "migrationComplete"},
        {"method": "Voice", "state": "disabled", "migration": "migrationComplete"},
    ],
    "password_rules": [{"settings_id": "S", "own_words_refused": False, "own_words": 2, "tries": 20, "locked_for": 60}],
    "smtp_sign_in": [{"setting": "the whole organisation", "switched_off": False}],
    "mail_protocols": [{"mailbox_id": "ID-Ann", "mailbox_name": "Ann", "smtp_switched_off": False}],
}
"""Much that is not asked, for the laws that hold for every rule."""
