"""The routes of directory roles, and of who owns a group."""

from m365audit.sample.service.graph_errors import DIRECTORY, NO_ITEM, SHAREPOINT, Refusal, not_found, reject
from m365audit.sample.service.graph_pages import Listing
from m365audit.sample.service.graph_route import PAGED, SELECT, UNCUT, Call, Route, Single
from m365audit.sample.tenant import Json

_NO_P2 = Refusal(
    "AadPremiumLicenseRequired",
    "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license.",
    400,
)
_OF_A_PRINCIPAL = ("@odata.type", "id", "displayName", "userPrincipalName", "mail", "appId")
_P2_PLANS = ("AAD_PREMIUM_P2", "Entra_Identity_Governance")
_READ_ROLES = ("RoleManagement.Read.Directory", "RoleManagement.Read.All", "Directory.Read.All")
# Directory.Read.All opens roles, but not what Privileged Identity Management adds to them.
_READ_ELIGIBILITY = (
    "RoleEligibilitySchedule.Read.Directory",
    "RoleManagement.Read.Directory",
    "RoleManagement.Read.All",
)
_READ_MEMBERS = ("GroupMember.Read.All", "Group.Read.All", "Directory.Read.All", "GroupMember.ReadBasic.All")


def _assignments(call: Call) -> Listing:
    return Listing([_expandable(call, row) for row in call.tenant.role_assignments])


def _eligibility(call: Call) -> Listing:
    if not call.tenant.has_plan(*_P2_PLANS):
        _NO_P2.refuse()
    return Listing([_expandable(call, row) for row in call.tenant.role_eligibility])


def _expandable(call: Call, row: Json) -> Json:
    if len(call.options.expand) > 1:
        reject("The query specified in the URI is not valid. Only one property can be expanded.")
    found = call.holdings.principal(row["principalId"])
    principal = found and {name: found[name] for name in _OF_A_PRINCIPAL if name in found}
    role = next((r for r in call.tenant.role_definitions if r["id"] == row["roleDefinitionId"]), None)
    return row | {"principal": principal, "roleDefinition": role}


def _owners(call: Call) -> Listing:
    group = call.holdings.group(call.captured["group"])
    if group is None:
        raise not_found(call.captured["group"])
    return Listing(call.holdings.owners(group))


def _group_site(call: Call) -> Single:
    group = call.holdings.group(call.captured["group"])
    if group is None:
        raise not_found(call.captured["group"])
    site = next((one for one in call.tenant.sites if one["id"] in group.get("sites", ())), None)
    return Single(site) if site is not None else NO_ITEM.refuse()


ROLE_ROUTES = (
    Route(
        path="/groups/{group}/sites/root",
        entity="site",
        answer=_group_site,
        needs=("Sites.Read.All",),
        refusal=SHAREPOINT,
        bucket="sharepoint",
        context="groups('{group}')/sites",
        options=SELECT,
    ),
    Route(
        path="/roleManagement/directory/roleDefinitions",
        entity="unifiedRoleDefinition",
        answer=lambda call: Listing(call.tenant.role_definitions),
        needs=_READ_ROLES,
        refusal=DIRECTORY,
        bucket="identity",
        context="roleManagement/directory/roleDefinitions",
        options=SELECT | UNCUT,
    ),
    Route(
        path="/roleManagement/directory/roleAssignments",
        entity="unifiedRoleAssignment",
        answer=_assignments,
        needs=_READ_ROLES,
        refusal=DIRECTORY,
        bucket="identity",
        context="roleManagement/directory/roleAssignments",
        options=SELECT | UNCUT | {"$expand"},
        expands=frozenset({"principal", "roleDefinition"}),
    ),
    Route(
        path="/roleManagement/directory/roleEligibilityScheduleInstances",
        entity="unifiedRoleEligibilityScheduleInstance",
        answer=_eligibility,
        needs=_READ_ELIGIBILITY,
        refusal=DIRECTORY,
        bucket="identity",
        context="roleManagement/directory/roleEligibilityScheduleInstances",
        options=SELECT | UNCUT | {"$expand"},
        expands=frozenset({"principal", "roleDefinition"}),
    ),
    Route(
        path="/groups/{group}/owners",
        entity="directoryObject",
        answer=_owners,
        needs=_READ_MEMBERS,
        refusal=DIRECTORY,
        bucket="identity",
        context="directoryObjects",
        options=PAGED,
    ),
)
