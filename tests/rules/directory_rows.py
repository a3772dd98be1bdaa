"""Small rows about roles, groups, apps and other organisations, for rule tests; every default in order."""

from datetime import date
from typing import Any

from rule_rows import DOMAIN, at

Row = dict[str, Any]

GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
PROVIDER = "22222222-0000-0000-0000-000000000002"


def role(name: str = "ann", **changed: object) -> Row:
    """Ann administers users of the whole directory, now and directly."""
    return {
        "assignment_id": f"A-{name}",
        "role_id": "R-1",
        "role": "User Administrator",
        "built_in": True,
        "privileged": True,
        "assignment": "active",
        "principal_id": f"ID-{name.title()}",
        "principal_kind": "user",
        "principal_name": name.title(),
        "member_id": f"ID-{name.title()}",
        "member_kind": "user",
        "member_name": name.title(),
        "via_group": None,
        "scope": "/",
        "scope_kind": "directory",
    } | changed


def everything(name: str, **changed: object) -> Row:
    return role(name, role_id=GLOBAL_ADMINISTRATOR, role="Global Administrator", **changed)


def member(name: str = "ann", group: str = "G-1", **changed: object) -> Row:
    return {
        "group_id": group,
        "member_id": f"ID-{name.title()}",
        "relation": "member",
        "member_kind": "user",
        "member_name": name.title(),
        "user_type": "member",
    } | changed


def room(group: str = "G-1", name: str = "Allotments", **changed: object) -> Row:
    """A Microsoft 365 group."""
    return {
        "group_id": group,
        "display_name": name,
        "mail": f"{name.lower()}@{DOMAIN}",
        "mail_nickname": name.lower(),
        "kinds": ["Unified"],
        "security": False,
        "visibility": "Private",
    } | changed


def app(name: str = "mapper", **changed: object) -> Row:
    """An app another organisation made."""
    return {
        "principal_id": f"SP-{name}",
        "app_id": f"app-{name}",
        "name": name.title(),
        "kind": "Application",
        "enabled": True,
        "owner_tenant": "33333333-0000-0000-0000-000000000003",
        "origin": "third party",
        "publisher": "Example Software Ltd",
    } | changed


def grant(name: str = "mapper", **changed: object) -> Row:
    """The app reads everybody's mail on their behalf."""
    return {
        "principal_id": f"SP-{name}",
        "principal_name": name.title(),
        "resource_id": "SP-graph",
        "resource": "Microsoft Graph",
        "kind": "delegated",
        "permission": "Mail.Read",
        "user_id": "",
    } | changed


def credential(name: str = "mapper", **changed: object) -> Row:
    return {
        "owner_kind": "application",
        "owner_id": f"APP-{name}",
        "credential_id": "K-1",
        "app_id": f"app-{name}",
        "app_name": name.title(),
        "kind": "password",
        "ends_at": at(2027, 6, 1),
    } | changed


def party(**changed: object) -> Row:
    """The register's row that covers :func:`app`."""
    return {
        "organisation": "Mapper Ltd",
        "kind": "app",
        "identifier": "app-mapper",
        "contract": "Licence of 2025",
        "scope": "Maps",
        "from": date(2025, 1, 1),
        "until": date(2027, 3, 31),
    } | changed


def partner(tenant: str = PROVIDER, **changed: object) -> Row:
    return {"partner_tenant": tenant, "service_provider": True} | changed


def changed_on(**changed: object) -> Row:
    return {
        "change_id": "C-1",
        "at": at(2026, 11, 18),
        "activity": "Add member to role",
        "category": "RoleManagement",
        "result": "success",
        "who": "it@provider.example",
        "who_id": "ID-It",
        "who_kind": "person",
        "targets": ["Ann"],
    } | changed


def policy(**changed: object) -> Row:
    return {
        "policy_id": "authorizationPolicy",
        "invites_from": "adminsAndGuestInviters",
        "guest_role": "10dae51f-b6af-4016-8d66-8c2a99b929b3",
        "consent_policies": ["ManagePermissionGrantsForSelf.microsoft-user-default-low"],
    } | changed


P2 = {"plan": "AAD_PREMIUM_P2", "plan_id": "p2", "sku_id": "s", "status": "Enabled", "plan_status": "Success"}

WRONG: dict[str, list[Row]] = {
    "licences": [P2],
    "role_members": [
        role("ann"),
        role("ann", assignment_id="A-2", role="Exchange Administrator", scope_kind="administrative unit"),
        everything("clerk"),
        role("gus"),
        role("mapper", member_id="SP-mapper", member_kind="service principal"),
        role("g", principal_id="G-9", principal_kind="group", member_id="G-9", member_kind="group", via_group="G-9"),
        role("bob", assignment_id="A-bob"),
    ],
    "eligible_roles": [role("ann", assignment="eligible", assignment_id="E-1"), role("dan", assignment="eligible")],
    "group_members": [
        member("ann"),
        member("bob"),
        member("gus"),
        member("gus", "G-2"),
        member("clerk", relation="owner"),
        member("clerk"),
    ],
    "group_sites": [{"group_id": "G-1", "site_id": "S-1", "site_name": "All", "site_url": "https://x/sites/All"}],
    "site_access": [
        {"site": "https://x/sites/All", "role_or_account": "Town Clerk"},
        {"site": "All", "role_or_account": f"dan@{DOMAIN}"},
        {"site": "Nowhere", "role_or_account": "Councillor"},
    ],
    "service_principals": [
        app(),
        app("diary"),
        app("ours", origin="own"),
        app("stale", origin="own"),
        app("odd", origin=None, publisher=None),
    ],
    "app_grants": [
        grant(),
        grant(permission="Files.Read.All", kind="app-only"),
        grant("diary", user_id="ID-Ann", permission="Calendars.Read"),
        grant("diary", user_id="ID-Bob", permission="Calendars.Read"),
        grant("ours", kind="app-only", permission="Sites.Read.All"),
        grant("odd"),
    ],
    "app_credentials": [
        credential("stale", ends_at=at(2026, 1, 1)),
        credential("stale", credential_id="K-2", ends_at=at(2026, 2, 1), kind="certificate"),
        credential("ours", ends_at=at(2026, 1, 1)),
    ],
    "authorization_policy": [policy(consent_policies=["ManagePermissionGrantsForSelf.microsoft-user-default-legacy"])],
    "partners": [partner(), partner("44444444-0000-0000-0000-000000000004")],
    "admin_changes": [
        changed_on(),
        changed_on(change_id="C-2", targets=["Bob", "Cy"], who="b@provider.example"),
        changed_on(change_id="C-3", at=at(2026, 11, 19)),
        changed_on(change_id="C-4", who=None, targets=[], category="Policy", activity="Update policy"),
    ],
}
"""A tenant where much is wrong."""

AGREEMENTS = [
    party(identifier="app-diary", contract=None),
    party(identifier="app-mapper", until=date(2026, 1, 1)),
    party(kind="provider", identifier=PROVIDER, organisation="Former Ltd", until=date(2026, 5, 1)),
]
