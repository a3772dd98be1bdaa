"""Data sets about who administers the tenant, and who belongs to which group."""

from m365audit.model.datasets.schema import Column, DataSet

_ROLE_COLUMNS = (
    Column("assignment_id", "text", "Id of the assignment", "id"),
    Column("role_id", "text", "Template id of the role, the same in every tenant; of a role of the tenant's own, its id", "roleDefinitionId"),
    Column("role", "text", "Name of the role, such as Global Administrator"),
    Column("built_in", "flag", "Whether Microsoft made the role; false for one of the tenant's own", judged=False),
    Column("privileged", "flag", "Whether its holder can change something; false where the role only reads"),
    Column("assignment", "text", "active (holds the role now) or eligible (may take it up)"),
    Column("principal_id", "text", "Object id of whom the role was given to", "principalId"),
    Column("principal_kind", "text", "user, group, service principal, other, or deleted where it is no longer there"),
    Column("principal_name", "text", "Name of whom the role was given to"),
    Column("member_id", "text", "Object id of who holds it in effect: the account or app itself, or a member of the group"),
    Column("member_kind", "text", "user, service principal or other; deleted; group where its members could not be read"),
    Column("member_name", "text", "Name of who holds it in effect"),
    Column("via_group", "text", "Object id of the group it comes by; nothing where it was given directly"),
    Column("scope", "text", "What it reaches: / for the whole directory, else the path of one part", "directoryScopeId"),
    Column("scope_kind", "text", "directory, administrative unit, or one object"),
)  # fmt: skip

ROLE_MEMBERS = DataSet(
    "role_members",
    key=("assignment_id", "member_id"),
    meaning="Who holds a directory role now, one row for each account or app in effect, groups opened up. Partners who "
    "administer from their own tenant do not appear.",
    model="unifiedRoleAssignment",
    columns=_ROLE_COLUMNS,
)

ELIGIBLE_ROLES = DataSet(
    "eligible_roles",
    key=("assignment_id", "member_id"),
    meaning="Who may take up an administrator's role when they need it; only a tenant with Entra ID P2 or Governance can "
    "have; columns as of role_members.",
    model="unifiedRoleEligibilityScheduleInstance",
    columns=(
        *_ROLE_COLUMNS,
        Column("starts_at", "time", "From when", "startDateTime"),
        Column("ends_at", "time", "Until when; nothing where it does not end", "endDateTime"),
    ),
)

GROUP_MEMBERS = DataSet(
    "group_members",
    key=("group_id", "member_id", "relation"),
    meaning="Who is in each group, groups within it opened up, and who owns it. Read for every Microsoft 365 group, and "
    "for every group that can be given access; in a tenant of many groups, for those something names.",
    model="user",
    columns=(
        Column("group_id", "text", "Object id of the group"),
        Column("member_id", "text", "Object id of the member or owner", "id"),
        Column("relation", "text", "member or owner"),
        Column("member_kind", "text", "user, group, service principal, device, contact or other"),
        Column("member_name", "text", "Name as shown", "displayName"),
        Column("user_type", "text", "Of a user: member or guest; nothing where Microsoft did not say", "userType"),
    ),
)

GROUP_SITES = DataSet(
    "group_sites",
    key=("group_id",),
    meaning="The SharePoint site of each Microsoft 365 group; no row: the group has none.",
    model="site",
    columns=(
        Column("group_id", "text", "Object id of the group"),
        Column("site_id", "text", "Id of its site", "id"),
        Column("site_name", "text", "Name of its site", "displayName"),
        Column("site_url", "text", "Web address of its site", "webUrl"),
    ),
)
