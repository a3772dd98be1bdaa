"""Small rows for rule tests: one fictional council, every default in order, one thing changed at a time."""

from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from m365audit.model.datasets import DATA_SETS
from m365audit.model.policy import Policy
from m365audit.model.words import Result
from m365audit.rules import RULES

Row = dict[str, Any]
Verdict = Result | None

AS_OF = date(2026, 11, 21)
DOMAIN = "exampleton-tc.gov.uk"
TENANT = "exampleton.onmicrosoft.com"
SITE = "https://exampleton.sharepoint.com/sites/Allotments"

MEETS = None
FAILS = Result.DOES_NOT_MEET
REVIEW = Result.REVIEW
ADVICE = Result.ADVICE
UNJUDGED = Result.NOT_ASSESSED

_SHEETS = {
    "people": ("name", "role", "account", "from", "until", "private_addresses", "other_official_addresses"),
    "other_accounts": ("account", "kind", "purpose", "owner"),
    "authorised_access": ("mailbox", "delegate", "right", "reason", "authorised_by", "from", "until"),
    "accepted_sharing": ("location", "shared_with", "reason", "authorised_by", "until"),
    "third_parties": ("organisation", "kind", "identifier", "contract", "scope", "from", "until"),
    "site_access": ("site", "role_or_account"),
    "training": ("person", "subject", "date"),
    "assets": ("device", "person", "ownership"),
    "statements": ("statement", "answer", "evidence", "by", "date"),
}


def at(year: int, month: int, day: int, hour: int = 9) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def account(name: str = "ann", **changed: object) -> Row:
    address = str(changed.pop("address", f"{name}@{DOMAIN}"))
    return {
        "account_id": f"ID-{name.title()}",
        "user_principal_name": address,
        "display_name": name.title(),
        "mail": address,
        "primary_address": address,
        "addresses": [address],
        "other_mails": [],
        "user_type": "member",
        "enabled": True,
        "created_at": at(2024, 1, 1),
        "licences": ["sku-1"],
        "sessions_valid_from": at(2026, 1, 1),
    } | changed


def guest(name: str = "gus", **changed: object) -> Row:
    address = str(changed.pop("address", f"{name}@example-mail.test"))
    return (
        account(name, address=address, user_type="guest", licences=[], invitation_state="Accepted")
        | {"user_principal_name": f"{address.replace('@', '_')}#ext#@{TENANT}"}
        | changed
    )


def person(known_as: str = "ann", **changed: object) -> Row:
    return {
        "name": known_as.title(),
        "role": "Councillor",
        "account": f"{known_as}@{DOMAIN}",
        "from": date(2024, 5, 5),
        "until": None,
        "private_addresses": [],
        "other_official_addresses": [],
    } | changed


def settings(name: str = "ann", **changed: object) -> Row:
    return {"account_id": f"ID-{name.title()}", "has_mailbox": True, "purpose": "user"} | changed


def mailbox(name: str = "ann", **changed: object) -> Row:
    return {"mailbox_id": f"ID-{name.title()}", "exchange_id": f"EX-{name}", "kind": "user"} | changed


def registered(name: str = "ann", **changed: object) -> Row:
    return {
        "account_id": f"ID-{name.title()}",
        "source": "registration report",
        "registered": True,
        "capable": True,
        "methods": ["microsoftAuthenticatorPush"],
        "admin": False,
    } | changed


def access(**changed: object) -> Row:
    """Bob may open Ann's mailbox."""
    return {
        "mailbox_id": "ID-Ann",
        "mailbox_address": f"ann@{DOMAIN}",
        "mailbox_name": "Ann",
        "mailbox_kind": "user",
        "delegate": "ID-Bob",
        "delegate_address": f"bob@{DOMAIN}",
        "delegate_name": "Bob",
        "delegate_kind": "member",
        "right": "full access",
        "inherited": False,
        "denied": False,
    } | changed


def authorised(**changed: object) -> Row:
    """The row that covers :func:`access`."""
    return {
        "mailbox": f"ann@{DOMAIN}",
        "delegate": f"bob@{DOMAIN}",
        "right": "Full access",
        "reason": "Cover",
        "authorised_by": "Town Clerk",
        "from": date(2026, 1, 1),
        "until": date(2026, 12, 31),
    } | changed


def forward(target: str | None = "someone@example-mail.test", **changed: object) -> Row:
    return {
        "mailbox_id": "ID-Ann",
        "mailbox_address": f"ann@{DOMAIN}",
        "mailbox_name": "Ann",
        "route": "mailbox",
        "action": "forward",
        "enabled": True,
        "target_address": target,
        "target_domain": target.rpartition("@")[2] if target and "@" in target else None,
    } | changed


def share(**changed: object) -> Row:
    """Papers of the Allotments site, opened to one outsider by a link that ends."""
    return {
        "drive_id": "b!D",
        "item_id": "I1",
        "permission_id": "P1",
        "grantee": "surveyor@contractor.example",
        "grantee_kind": "outside address",
        "grantee_address": "surveyor@contractor.example",
        "drive_name": "Documents",
        "drive_url": f"{SITE}/Shared%20Documents",
        "site_id": "S1",
        "site_name": "Allotments",
        "site_url": SITE,
        "personal": False,
        "item_name": "Plan.pdf",
        "path": "Plots",
        "item_url": f"{SITE}/Shared%20Documents/Plots/Plan.pdf",
        "link_scope": "users",
        "link_kind": "view",
        "roles": ["read"],
        "expires_at": at(2027, 1, 31),
    } | changed


def anyone(**changed: object) -> Row:
    return share(grantee="", grantee_kind="link holders", grantee_address=None, link_scope="anonymous", **changed)


def accepted(**changed: object) -> Row:
    return {
        "location": SITE,
        "shared_with": "surveyor@contractor.example",
        "reason": "Survey",
        "authorised_by": "Minute 26/114",
        "until": date(2026, 12, 31),
    } | changed


def meeting(**changed: object) -> Row:
    return {
        "meeting_id": "ICAL-1",
        "organiser_id": "ID-Ann",
        "organiser_address": f"ann@{DOMAIN}",
        "ours": True,
        "subject": "Allotments Working Group",
        "kind": "working group",
        "recurring": False,
        "occurrences": 1,
        "first_starts_at": at(2026, 12, 1, 18),
        "created_at": at(2026, 11, 1),
        "online": True,
        "platform": "Teams",
        "has_link": True,
        "attendees": 4,
        "outside_attendees": 0,
        "outside_addresses": [],
    } | changed


def options(**changed: object) -> Row:
    return {
        "meeting_id": "ICAL-1",
        "organiser_id": "ID-Ann",
        "has_meeting_id": True,
        "passcode_required": True,
        "lobby": "organization",
        "phone_skips_lobby": False,
    } | changed


def held(name: str = "User.Read.All", **changed: object) -> Row:
    """What the audit's own app holds: something it needs, by which it only reads."""
    return {
        "service": "graph",
        "kind": "permission",
        "name": name,
        "app_id": "APP-1",
        "principal_id": "SP-1",
        "delegated": False,
        "needed": True,
        "changes_something": False,
        "reads_content": False,
        "accepted": False,
    } | changed


DOMAINS: tuple[Row, ...] = (
    {"domain": DOMAIN, "verified": True, "initial": False, "owned": True},
    {"domain": TENANT, "verified": True, "initial": True, "owned": True},
    {"domain": "unproven.example", "verified": False, "initial": False, "owned": False},
)


_RECORDS = {
    "earlier_audits": ("run", "made_on", "complete"),
    "workbook_faults": ("workbook", "rule", "sheet", "what"),
}


def frame(name: str, rows: list[Row]) -> pd.DataFrame:
    if name in _RECORDS:
        return pd.DataFrame(rows, columns=list(_RECORDS[name]))
    if name in _SHEETS:
        return pd.DataFrame(rows, columns=list(_SHEETS[name]), dtype=object)
    return DATA_SETS[name].frame(rows)


def judge(
    rule_id: str, *, parameters: Row | None = None, policy: Policy | None = None, **rows: list[Row]
) -> pd.DataFrame:
    """What a rule says of some rows: what it needs and is not given is empty, what it can do without is not there."""
    rule = RULES[rule_id]
    given = {"domains": list(DOMAINS)} | rows
    evidence: dict[str, Any] = {name: frame(name, given.get(name, [])) for name in rule.needs}
    evidence |= {name: frame(name, given[name]) for name in rule.uses if name in given}
    assert set(rows) <= {*rule.needs, *rule.uses}, "the rule does not look at that"
    context = {"as_of": AS_OF, "tenant_id": "T-1", "policy": policy}
    evidence |= {name: context[name] for name in rule.context}
    return rule.fill(rule.judge(**evidence, **(parameters or {})))


def results(found: pd.DataFrame) -> dict[str, Result]:
    """Subject id to result."""
    return {row["subject_id"]: Result(row["result"]) for row in found.to_dict("records")}


def only(found: pd.DataFrame) -> Result | None:
    """The result of the only subject; none where everything is in order."""
    assert len(found) <= 1, found[["subject_id", "because"]].to_string()
    return Result(found["result"].iloc[0]) if len(found) else MEETS
