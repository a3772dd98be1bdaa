"""The routes of the directory: the tenant, its licences, people and groups, and how they prove who they are."""

from m365audit.sample.service.graph_errors import DIRECTORY, REPORTS, ProblemError, not_found
from m365audit.sample.service.graph_pages import Listing
from m365audit.sample.service.graph_route import PAGED, SELECT, UNCUT, Call, Route, Single
from m365audit.sample.service.graph_types import BASIC, USER_DEFAULT, entity_types
from m365audit.sample.service.tokens import Claims, holds
from m365audit.sample.tenant import Json

_NOT_IN_A_LIST = frozenset(
    [
        "mailboxSettings",
        "aboutMe",
        "birthday",
        "hireDate",
        "interests",
        "mySite",
        "pastProjects",
        "preferredName",
        "responsibilities",
        "schools",
        "skills",
    ]
)
_READ_USERS = ("User.Read.All", "Directory.Read.All", "User.ReadBasic.All")
_READ_GROUPS = ("Group.Read.All", "Directory.Read.All", "GroupMember.Read.All", "Group.ReadBasic.All")
_READ_MEMBERS = ("GroupMember.Read.All", "Group.Read.All", "Directory.Read.All", "GroupMember.ReadBasic.All")


def _users(call: Call) -> Listing:
    _refuse_special(call)
    return Listing(call.tenant.users)


def _user(call: Call) -> Single:
    _refuse_special(call)
    return Single(_known_user(call))


def _refuse_special(call: Call) -> None:
    selected = frozenset(call.options.select or ())
    if selected & _NOT_IN_A_LIST:
        raise ProblemError(501, "NotImplemented", f"{', '.join(sorted(selected & _NOT_IN_A_LIST))}: not implemented.")
    # What Microsoft does here is not documented; the stricter of the two possible answers is a refusal.
    if "employeeLeaveDateTime" in selected and not holds(call.claims.permissions, ("User-LifeCycleInfo.Read.All",)):
        DIRECTORY.refuse("User-LifeCycleInfo.Read.All")


def _known_user(call: Call) -> Json:
    user = call.holdings.user(call.captured["user"])
    if user is None:
        raise not_found(call.captured["user"])
    return user


def _methods(call: Call) -> Listing:
    return Listing(call.tenant.methods.get(_known_user(call)["id"], []))


def _members(call: Call) -> Listing:
    return Listing(call.holdings.members(_known_group(call)))


def _transitive_members(call: Call) -> Listing:
    return Listing(call.holdings.transitive_members(_known_group(call)))


def _transitive_users(call: Call) -> Listing:
    members = call.holdings.transitive_members(_known_group(call))
    return Listing([member for member in members if member["@odata.type"] == "#microsoft.graph.user"])


def _known_group(call: Call) -> Json:
    group = call.holdings.group(call.captured["group"])
    if group is None:
        raise not_found(call.captured["group"])
    return group


def _hidden_from_basic_readers(claims: Claims) -> frozenset[str]:
    # Which permission it takes is not documented; the setting's own address in the beta takes this one.
    hidden = frozenset[str]() if holds(claims.permissions, ("Policy.Read.All",)) else frozenset({"perUserMfaState"})
    if holds(claims.permissions, ("User.Read.All", "Directory.Read.All")):
        return hidden
    return hidden | frozenset(entity_types()["user"].properties) - BASIC


IDENTITY_ROUTES = (
    Route(
        path="/organization",
        entity="organization",
        answer=lambda call: Listing([call.tenant.organisation]),
        needs=("Organization.Read.All", "Directory.Read.All"),
        refusal=DIRECTORY,
        bucket="identity",
        context="organization",
        options=SELECT | UNCUT,
    ),
    Route(
        path="/domains",
        entity="domain",
        answer=lambda call: Listing(call.tenant.domains),
        needs=("Domain.Read.All", "Directory.Read.All"),
        refusal=DIRECTORY,
        bucket="identity",
        context="domains",
        options=SELECT | UNCUT,
        ignored=frozenset({"$top", "$filter", "$search"}),
    ),
    Route(
        path="/subscribedSkus",
        entity="subscribedSku",
        answer=lambda call: Listing(call.tenant.skus),
        needs=("LicenseAssignment.Read.All", "Organization.Read.All", "Directory.Read.All"),
        refusal=DIRECTORY,
        bucket="identity",
        context="subscribedSkus",
        options=SELECT | UNCUT,
        ignored=frozenset({"$search"}),
        units=3,
    ),
    Route(
        path="/users",
        entity="user",
        answer=_users,
        needs=_READ_USERS,
        refusal=DIRECTORY,
        bucket="identity",
        context="users",
        options=PAGED | {"$expand"},
        expands=frozenset({"manager"}),
        units=2,
        default=USER_DEFAULT,
        hides=_hidden_from_basic_readers,
    ),
    Route(
        path="/users/{user}",
        entity="user",
        answer=_user,
        needs=_READ_USERS,
        refusal=DIRECTORY,
        bucket="identity",
        context="users",
        options=SELECT | {"$expand"},
        expands=frozenset({"manager"}),
        units=2,
        default=USER_DEFAULT,
        hides=_hidden_from_basic_readers,
    ),
    Route(
        path="/directory/deletedItems/microsoft.graph.user",
        entity="user",
        answer=lambda call: Listing(call.tenant.deleted_users),
        needs=("User.Read.All",),
        refusal=DIRECTORY,
        bucket="identity",
        context="users",
        default=USER_DEFAULT,
        # Microsoft lists no reading role for deleted users.
        roles=frozenset({"User Administrator", "Global Administrator"}),
    ),
    Route(
        path="/groups",
        entity="group",
        answer=lambda call: Listing(call.tenant.groups),
        needs=_READ_GROUPS,
        refusal=DIRECTORY,
        bucket="identity",
        context="groups",
    ),
    Route(
        path="/groups/{group}/members",
        entity="directoryObject",
        answer=_members,
        needs=_READ_MEMBERS,
        refusal=DIRECTORY,
        bucket="identity",
        context="directoryObjects",
        units=3,
    ),
    Route(
        path="/groups/{group}/transitiveMembers",
        entity="directoryObject",
        answer=_transitive_members,
        needs=_READ_MEMBERS,
        refusal=DIRECTORY,
        bucket="identity",
        context="directoryObjects",
        units=5,
    ),
    Route(
        path="/groups/{group}/transitiveMembers/microsoft.graph.user",
        entity="user",
        answer=_transitive_users,
        needs=_READ_MEMBERS,
        refusal=DIRECTORY,
        bucket="identity",
        context="users",
        units=5,
        default=USER_DEFAULT,
    ),
    Route(
        path="/reports/authenticationMethods/userRegistrationDetails",
        entity="userRegistrationDetails",
        answer=lambda call: Listing(call.tenant.registration),
        needs=("AuditLog.Read.All",),
        refusal=REPORTS,
        bucket="reports",
        context="reports/authenticationMethods/userRegistrationDetails",
    ),
    Route(
        path="/users/{user}/authentication/methods",
        entity="authenticationMethod",
        answer=_methods,
        needs=("UserAuthenticationMethod.Read.All",),
        refusal=DIRECTORY,
        bucket="reports",
        context="users('{user}')/authentication/methods",
        options=UNCUT,
    ),
)
