"""Who administers the sample councils, who is in which group, and what must and must not be found about it."""

from m365audit.model.keys import site_access_key
from m365audit.sample.councils.answers import Rows, near_about, plant_about
from m365audit.sample.councils.directory import add_app, change, give_role
from m365audit.sample.councils.draft import Draft
from m365audit.sample.councils.enrolment import Cast
from m365audit.sample.councils.mail import RULE, authorise, full_access
from m365audit.sample.councils.mailboxes import Group, add_group
from m365audit.sample.councils.people import Account

ROLES, CHANGES, SITES = "admin-roles-justified", "admin-changes-expected", "site-access-by-role"
_EVERYTHING = "Global Administrator"
_ELSEWHERE = "00000000-aaaa-bbbb-cccc-000000000001"
_COUNCILLORS = (
    *("jane", "john", "niamh", "dafydd", "priya", "gwyn", "harold", "elen", "peter", "ruth", "kenneth", "olwen"),
    "colin",
)


def exampleton(draft: Draft, cast: Cast) -> None:
    """Give Exampleton's roles, fill its groups, and write the answers down."""
    for who, role in (
        ("provider", _EVERYTHING),
        ("glass", _EVERYTHING),
        ("jane", "Exchange Administrator"),
        ("marcus", "User Administrator"),
        ("clerk", "Global Reader"),
        ("kenneth", "Reports Reader"),
        ("agnes", "Groups Administrator"),
    ):
        give_role(draft, cast[who].id, role)
    helpers = add_group(draft, "IT Helpers")
    join(draft, helpers, cast["deputy"], cast["john"])
    give_role(draft, helpers.id, "Helpdesk Administrator")
    mover = add_app(draft, "Migration Tool", owner=_ELSEWHERE)
    give_role(draft, mover.id, "Exchange Administrator")
    draft.plant(ROLES, mover.id, "another organisation's app that administers mail")
    plant_about(draft, cast, _PLANTED)
    near_about(draft, cast, _NEAR)
    _rooms(draft, cast)
    _through_a_group(draft, cast)
    _changes(draft)


def little_sampling(draft: Draft, cast: Cast) -> None:
    """The same for Little Sampling."""
    for who, role in (("clerk", _EVERYTHING), ("glass", _EVERYTHING), ("owen", "SharePoint Administrator")):
        give_role(draft, cast[who].id, role)
    draft.plant(ROLES, cast["clerk"].id, "administers from the account she reads mail with")
    draft.plant(ROLES, cast["owen"].id, "a councillor who administers files")
    draft.near(ROLES, cast["glass"].id, "an account for emergencies without a mailbox")
    draft.near(ROLES, "roles.globalAdministrators", "two may do everything")
    clerks = next(group for group in draft.tenant.groups if group["displayName"] == "Clerks")
    clerks["members"] = [cast["clerk"].id, cast["pat"].id]
    clerks["owners"] = [cast["clerk"].id]
    draft.register.add("Site access", "Clerks", "Clerk")
    draft.plant(SITES, site_access_key(clerks["id"], cast["pat"].id), "a councillor among the clerks")
    draft.near(SITES, site_access_key(clerks["id"], cast["clerk"].id), "the Clerk")
    change(
        draft, "Update authorization policy", "Policy", -3, cast["clerk"].user_principal_name, "Authorization Policy"
    )
    draft.plant(CHANGES, _change_key(draft, "Update authorization policy", -3), "a policy was changed this week")
    change(draft, "Add member to role", "RoleManagement", -20, cast["clerk"].user_principal_name, "Owen Smith")
    draft.near(CHANGES, _change_key(draft, "Add member to role", -20), "without Entra ID P1 gone after seven days")


_PLANTED: Rows = (
    (ROLES, "jane", "a councillor who administers mail"),
    (ROLES, "john", "a councillor who administers, through a group"),
    (ROLES, "deputy", "administers, through a group, from an account with a mailbox"),
    (ROLES, "marcus", "administers from the account he reads mail with"),
)
_NEAR: Rows = (
    (ROLES, "provider", "may do everything, from an account without a mailbox"),
    (ROLES, "glass", "an account for emergencies without a mailbox"),
    (ROLES, "roles.globalAdministrators", "two may do everything"),
    (ROLES, "clerk", "a role that only reads"),
    (ROLES, "kenneth", "a councillor, but the role only reads"),
    (ROLES, "agnes", "a councillor with a role, but switched off"),
)


def join(draft: Draft, group: Group, *members: Account, owner: Account | None = None, site: str = "") -> None:
    """Put people into a group, let somebody own it, and give it a site by its name."""
    kept = next(one for one in draft.tenant.groups if one["id"] == group.id)
    kept["members"] = [*kept.get("members", ()), *(member.id for member in members)]
    kept["owners"] = [owner.id] if owner else []
    kept["sites"] = [one["id"] for one in draft.tenant.sites if site and one["displayName"] == site]


def _rooms(draft: Draft, cast: Cast) -> None:
    """The register lets councillors into Planning, and the Responsible Finance Officer into Finance."""
    planning = add_group(draft, "Planning Papers", unified=True, visibility="Private")
    there = [cast[who] for who in _COUNCILLORS if who != "olwen"]
    join(draft, planning, *there, cast["deputy"], cast["supplier"], cast["joan"], owner=cast["jane"], site="Planning")
    finance = add_group(draft, "Finance Papers", unified=True, visibility="Private")
    join(draft, finance, cast["marcus"], owner=cast["provider"], site="Finance")
    for group, who, because in (
        (planning, "deputy", "no councillor"),
        (planning, "supplier", "a guest"),
        (planning, "olwen", "a councillor who is not in it"),
        (finance, "provider", "owns it, and is on no row"),
    ):
        draft.plant(SITES, site_access_key(group.id, cast[who].id), because)
    for group, who, because in (
        (planning, "jane", "the Mayor is a councillor"),
        (planning, "agnes", "a councillor who is not in it, but switched off"),
        (planning, "joan", "a leaver in it, but switched off; that is for leaver-access-removed"),
        (finance, "marcus", "the Responsible Finance Officer"),
    ):
        draft.near(SITES, site_access_key(group.id, cast[who].id), because)
    for name in ("Staffing", "Grievances"):
        kept = next(one for one in draft.tenant.groups if one["displayName"] == name)
        kept["members"] = [cast["clerk"].id]
        draft.near(SITES, site_access_key(kept["id"], cast["clerk"].id), "nobody has said who should be in it")


def _through_a_group(draft: Draft, cast: Cast) -> None:
    """Rights over mailboxes given to groups that let in others than they should."""
    for name, members, found, because in (
        ("Archive Team", ("clerk", "bookkeeper"), True, "a group, authorised, but with a guest in it"),
        ("Front Desk", ("clerk", "deputy"), False, "a group, authorised, of people in office"),
    ):
        group = add_group(draft, name)
        join(draft, group, *(cast[who] for who in members))
        authorise(draft, cast["info"], group, "Full access")
        key = full_access(draft, cast["info"], group)
        (draft.plant if found else draft.near)(RULE, key, because)


def _changes(draft: Draft) -> None:
    it = f"it.provider@{draft.domain}"
    for day, name in ((-5, "J Smith"), (-5, "Siân Powell")):
        change(draft, "Add member to role", "RoleManagement", day, it, name)
    draft.plant(CHANGES, _change_key(draft, "Add member to role", -5), "two people were given a role")
    change(draft, "Consent to application", "ApplicationManagement", -10, it, "Mail Merge Pro")
    draft.plant(CHANGES, _change_key(draft, "Consent to application", -10), "an app was let in")
    change(draft, "Update user", "UserManagement", -4, it, "Elen Môn Griffiths")
    draft.near(CHANGES, _change_key(draft, "Update user", -4), "the everyday work of an administrator")
    change(draft, "Update conditional access policy", "Policy", -29, None, "Require two steps")
    draft.plant(
        CHANGES, _change_key(draft, "Update conditional access policy", -29), "a policy was changed by Microsoft"
    )
    change(draft, "Add member to role", "RoleManagement", -7, it, "Ruth Abara")
    draft.tenant.directory_audits[-1]["result"] = "failure"
    draft.near(CHANGES, _change_key(draft, "Add member to role", -7), "tried in vain")


def _change_key(draft: Draft, activity: str, day: int) -> str:
    return f"directory.{activity}.{draft.seed.day(day)}"
