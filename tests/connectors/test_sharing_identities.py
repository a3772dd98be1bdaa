import pytest
from workload_service import COUNCIL, DOMAINS, TENANT_DOMAIN, Json, account, frame, guest

from m365audit.connectors.files.sharing_identities import Grantees

GROUP_ID = "aaaaaaaa-0000-0000-0000-000000000001"
PERMISSION: Json = {"id": "P", "roles": ["read"]}
ACCOUNTS = frame(
    "accounts",
    account("clerk-id", f"clerk@{COUNCIL}", other_mails=["clerk.private@gmail.example"]),
    guest("jane-id", "jane.d@gmail.example"),
    guest("old-id", "old@example.org", mail=None, addresses=[], other_mails=["new@example.org"]),
)
GROUPS = frame("groups", {"group_id": GROUP_ID, "display_name": "Allotments", "mail": f"Allotments@{COUNCIL}"})
KNOWING = Grantees(DOMAINS, ACCOUNTS, GROUPS)
BY_ADDRESS = Grantees(DOMAINS)

CLERK_LOGIN = f"i:0#.f|membership|clerk@{COUNCIL}"
JANE_LOGIN = f"i:0#.f|membership|jane.d_gmail.example#EXT#@{TENANT_DOMAIN}"


def person(login: str | None = None, **user: str) -> Json:
    """One ``sharePointIdentitySet`` of a person."""
    found: Json = {"user": user}
    if login:
        found["siteUser"] = {"id": "12", "loginName": login}
    return found


def direct(identity: Json) -> Json:
    return {**PERMISSION, "grantedToV2": identity}


def link(scope: str, *identities: Json, kind: str = "view") -> Json:
    return {**PERMISSION, "link": {"scope": scope, "type": kind}, "grantedToIdentitiesV2": list(identities)}


@pytest.mark.parametrize(
    ("identity", "key", "kind", "address"),
    [
        pytest.param(
            person(CLERK_LOGIN, id="clerk-id", email=f"Clerk@{COUNCIL}"),
            "clerk-id",
            "member",
            f"clerk@{COUNCIL}",
            id="a colleague by object id",
        ),
        pytest.param(
            person(email=f"CLERK@{COUNCIL}"), "clerk-id", "member", f"clerk@{COUNCIL}", id="a colleague by address"
        ),
        pytest.param(person(CLERK_LOGIN), "clerk-id", "member", f"clerk@{COUNCIL}", id="a colleague by login"),
        pytest.param(
            person(JANE_LOGIN, email=f"jane@{COUNCIL}"),
            "jane-id",
            "guest",
            "jane.d@gmail.example",
            id="a guest by login, whatever the address looks like",
        ),
        pytest.param(
            person(id="jane-id", email="jane.d@gmail.example"), "jane-id", "guest", "jane.d@gmail.example", id="by id"
        ),
        pytest.param(
            person(f"i:0#.f|membership|old_example.org#ext#@{TENANT_DOMAIN}"),
            "old-id",
            "guest",
            "new@example.org",
            id="a guest by the address of the account, not of the old login",
        ),
        pytest.param(
            person(f"i:0#.f|membership|a_b_c.example#EXT#@{TENANT_DOMAIN}"),
            "a_b@c.example",
            "guest",
            "a_b@c.example",
            id="a guest nobody knows, decoded from the login",
        ),
        pytest.param(
            person("i:0#.f|membership|urn:spo:guest#x@c.example"), "x@c.example", "guest", "x@c.example", id="by code"
        ),
        pytest.param(
            person("i%3A0%23.f%7Cmembership%7Curn%3aspo%3aguest%23x%40c.example", email="x@c.example"),
            "x@c.example",
            "guest",
            "x@c.example",
            id="a guest by code, in the encoded spelling",
        ),
        pytest.param(
            person(email="X@Other.example"), "x@other.example", "outside address", "x@other.example", id="a stranger"
        ),
        pytest.param(
            person(email="clerk.private@gmail.example"),
            "clerk.private@gmail.example",
            "outside address",
            "clerk.private@gmail.example",
            id="a colleague's private address is outside",
        ),
        pytest.param(
            person(email=f"x@sub.{COUNCIL}"), f"x@sub.{COUNCIL}", "outside address", f"x@sub.{COUNCIL}", id="sub-domain"
        ),
        pytest.param(
            person(id="gone-id", email=f"gone@{COUNCIL}"), "gone-id", "member", f"gone@{COUNCIL}", id="a deleted member"
        ),
        pytest.param(person(displayName="Somebody"), "Somebody", None, None, id="a bare name tells nothing"),
        pytest.param(
            {"group": {"id": GROUP_ID, "displayName": "Allotments"}},
            GROUP_ID,
            "group",
            f"allotments@{COUNCIL}",
            id="a group",
        ),
        pytest.param(
            {"siteUser": {"loginName": f"c:0t.c|tenant|{GROUP_ID}", "displayName": "Allotments"}},
            GROUP_ID,
            "group",
            f"allotments@{COUNCIL}",
            id="a group by its claim",
        ),
        pytest.param(
            {"siteUser": {"loginName": f"c:0o.c|federateddirectoryclaimprovider|{GROUP_ID}_o"}},
            GROUP_ID,
            "group",
            f"allotments@{COUNCIL}",
            id="the owners of a Microsoft 365 group",
        ),
        pytest.param(
            {"siteGroup": {"id": "5", "displayName": "Council Members", "loginName": "Council Members"}},
            "Council Members",
            "site group",
            None,
            id="a site group",
        ),
        pytest.param(
            {"sharePointGroup": {"id": "g", "title": "Visitors"}}, "Visitors", "site group", None, id="by its title"
        ),
        pytest.param(
            {"application": {"id": "app-id", "displayName": "Backup"}}, "app-id", "application", None, id="an app"
        ),
        pytest.param(
            {"siteUser": {"loginName": "SHAREPOINT\\system", "displayName": "System Account"}},
            "SHAREPOINT\\system",
            "application",
            None,
            id="SharePoint itself",
        ),
        pytest.param(
            {"siteUser": {"loginName": "c:0(.s|true"}}, "c:0(.s|true", "everyone", None, id="everyone, guests included"
        ),
        pytest.param({"siteUser": {"loginName": "c:0!.s|windows"}}, "c:0!.s|windows", "everyone", None, id="all users"),
        pytest.param(
            {
                "group": {"displayName": "Everyone except external users"},
                "siteUser": {"loginName": "c:0-.f|rolemanager|spo-grid-all-users/t"},
            },
            "c:0-.f|rolemanager|spo-grid-all-users/t",
            "everyone but guests",
            None,
            id="everyone but guests, though it looks like a group",
        ),
    ],
)
def test_who_is_let_in_is_told_from_the_identity(identity: Json, key: str, kind: str, address: str | None) -> None:
    (found,) = KNOWING.of(direct(identity))
    assert (found.key, found.kind, found.address) == (key, kind, address)


@pytest.mark.parametrize(
    ("identity", "key", "kind"),
    [
        pytest.param(person(JANE_LOGIN), "jane.d@gmail.example", "guest", id="a guest by login alone"),
        pytest.param(person(id="c", email=f"c@{COUNCIL}"), "c", "member", id="a member by domain"),
        pytest.param(person(email="x@other.example"), "x@other.example", "outside address", id="a stranger by domain"),
    ],
)
def test_without_the_accounts_the_address_decides(identity: Json, key: str, kind: str) -> None:
    (found,) = BY_ADDRESS.of(direct(identity))
    assert (found.key, found.kind) == (key, kind)


@pytest.mark.parametrize(
    ("permission", "found"),
    [
        pytest.param(link("anonymous"), [("", "link holders")], id="an Anyone link"),
        pytest.param(link("organization"), [("", "link holders")], id="a link for everybody inside"),
        pytest.param(link("users"), [("", "link holders")], id="a link for named people that names nobody"),
        pytest.param(link("users", person(CLERK_LOGIN)), [("clerk-id", "member")], id="a link for one person"),
        pytest.param(
            link("users", person(CLERK_LOGIN), person(CLERK_LOGIN), person(JANE_LOGIN)),
            [("clerk-id", "member"), ("jane-id", "guest")],
            id="a link that names somebody twice",
        ),
        pytest.param(
            link("organization", person(CLERK_LOGIN)),
            [("", "link holders"), ("clerk-id", "member")],
            id="a link for everybody inside stays open though somebody has used it",
        ),
        pytest.param(
            {**PERMISSION, "invitation": {"email": "X@Other.example"}},
            [("x@other.example", "outside address")],
            id="an invitation nobody has taken up",
        ),
        pytest.param(
            {**PERMISSION, "invitation": {"email": "jane.d@gmail.example"}},
            [("jane-id", "guest")],
            id="an invitation to a known guest",
        ),
        pytest.param(
            {**direct(person(CLERK_LOGIN)), "invitation": {"email": "x@other.example"}},
            [("clerk-id", "member")],
            id="an invitation that was taken up",
        ),
        pytest.param(
            {**PERMISSION, "grantedTo": person(email="x@other.example")},
            [("x@other.example", "outside address")],
            id="the old properties where the new are missing",
        ),
        pytest.param(
            {**direct(person(CLERK_LOGIN)), "grantedTo": person(displayName="Clerk")},
            [("clerk-id", "member")],
            id="the new properties where both are there",
        ),
        pytest.param(PERMISSION, [("", None)], id="a permission that says nothing"),
    ],
)
def test_everybody_a_permission_names_is_told_once(permission: Json, found: list[tuple[str, str | None]]) -> None:
    assert [(grantee.key, grantee.kind) for grantee in KNOWING.of(permission)] == found
