"""Who administers the tenant: roles held now, and roles that may be taken up."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any

from kiota_abstractions.request_information import RequestInformation

from m365audit.connectors.declare import connector
from m365audit.connectors.entra.directory import LARGEST_PAGE
from m365audit.connectors.entra.kinds import kind_of
from m365audit.connectors.reading.columns import Columns, not_returned
from m365audit.connectors.reading.refusals import answers
from m365audit.graph import Absent, Graph
from m365audit.model.datasets import DataSet
from m365audit.model.datasets.roles import ELIGIBLE_ROLES, ROLE_MEMBERS
from m365audit.model.evidence import Gap, Looked, Row
from m365audit.model.parts import Part
from m365audit.model.plans import Plan
from m365audit.model.privileges import READING_ROLES
from m365audit.model.words import GapKind

NO_SUCH_GROUP = "Request_ResourceNotFound"

_DEFINITION = ("id", "templateId", "displayName", "isBuiltIn")
_MEMBER = ("id", "displayName")
_WHOLE_DIRECTORY = "/"
_UNIT = "/administrativeUnits/"

# Somebody administers every tenant: a list of nobody is no answer, whatever its status says.
_NOBODY = Gap(GapKind.ERROR, "Microsoft named nobody who administers the tenant.", "Run the audit again.")


@connector("role_members", permission="RoleManagement.Read.Directory", also=("GroupMember.Read.All",))
async def role_members(graph: Graph) -> AsyncIterator[Row | Gap | Looked]:
    """Who holds a directory role now, groups opened up."""
    request = graph.request(graph.sdk.role_management.directory.role_assignments, expand=["principal"])
    found = False
    async for said in _holders(graph, request, ROLE_MEMBERS, "active"):
        found = found or isinstance(said, dict)
        yield said
    if not found:
        yield _NOBODY


# RoleEligibilitySchedule.Read.Directory would do as well; this one the roles held now need anyway.
@connector(
    "eligible_roles",
    permission="RoleManagement.Read.Directory",
    also=("GroupMember.Read.All",),
    parts=(
        Part(
            ("RoleManagement.Read.Directory",),
            except_by=("Directory.Read.All",),
            plans=(Plan.ENTRA_P2, Plan.ENTRA_GOVERNANCE),
        ),
        Part(("GroupMember.Read.All",), what="members of groups that hold a role"),
    ),
)
async def eligible_roles(graph: Graph) -> AsyncIterator[Row | Gap | Looked]:
    """Who may take up a directory role when they need it; without Entra ID P2 Microsoft refuses to say."""
    instances = graph.sdk.role_management.directory.role_eligibility_schedule_instances
    async for said in _holders(graph, graph.request(instances, expand=["principal"]), ELIGIBLE_ROLES, "eligible"):
        yield said


async def _holders(
    graph: Graph, request: RequestInformation, data_set: DataSet, assignment: str
) -> AsyncIterator[Row | Gap | Looked]:
    """A row for each assignment to a person or app, and one for each member of each group that was given a role."""
    roles = await _roles(graph)
    columns = Columns.of(data_set)
    through: dict[str, list[Row]] = {}
    assignments, silent = 0, list[str]()
    async for page in graph.pages(request):
        assignments += len(page)
        silent += [raw["id"] for raw in page if "principal" not in raw]
        for raw, row in zip(page, columns.rows(page), strict=True):
            given = row | {"assignment": assignment} | _role(row, roles) | _principal(raw)
            if given["principal_kind"] == "group":
                through.setdefault(given["principal_id"], []).append(given)
            else:
                yield given | _holder(given["principal_id"], given["principal_kind"], given["principal_name"])
    for gap in (*columns.gaps(), *_left_out(silent, assignments)):
        yield gap
    async for said in _opened(graph, through):
        yield said


async def _opened(graph: Graph, through: Mapping[str, list[Row]]) -> AsyncIterator[Row | Gap | Looked]:
    """The assignments to groups, once for each member; where one cannot be opened, the group stands for them."""

    def request(group_id: str) -> RequestInformation:
        members = graph.sdk.groups.by_group_id(group_id).transitive_members
        return graph.request(members, select=_MEMBER, top=LARGEST_PAGE)

    unopened = dict(through)
    groups = answers(graph, list(through), request, scope="group", absent=(NO_SUCH_GROUP,), whole="groups", lists=True)
    async for said in groups:
        if isinstance(said, Gap):
            yield said
            continue
        group_id, listed = said
        for given in unopened.pop(group_id):
            for member in () if isinstance(listed, Absent) else listed["value"]:
                kind = kind_of(member)
                if kind != "group":
                    yield given | {"via_group": group_id} | _holder(member["id"], kind, member.get("displayName"))
        yield Looked(f"group:{group_id}")
    for given in (given for assignments in unopened.values() for given in assignments):
        yield (
            given
            | {"via_group": given["principal_id"]}
            | _holder(given["principal_id"], "group", given["principal_name"])
        )


async def _roles(graph: Graph) -> dict[str, Mapping[str, Any]]:
    """Every role by its id in this tenant."""
    request = graph.request(graph.sdk.role_management.directory.role_definitions, select=_DEFINITION)
    return {role["id"]: role async for page in graph.pages(request) for role in page}


def _role(row: Row, roles: Mapping[str, Mapping[str, Any]]) -> Row:
    role = roles.get(row["role_id"], {})
    name = role.get("displayName")
    scope = row["scope"]
    where = "administrative unit" if str(scope).startswith(_UNIT) else "one object"
    return {
        "role_id": role.get("templateId") or row["role_id"],
        "role": name,
        "built_in": role.get("isBuiltIn"),
        # A role of the tenant's own may be called anything, so only Microsoft's are believed to be what they say.
        "privileged": None if name is None else not (role.get("isBuiltIn") and name.casefold() in READING_ROLES),
        "scope_kind": "directory" if scope == _WHOLE_DIRECTORY else where if scope else None,
    }


def _principal(raw: Mapping[str, Any]) -> Row:
    """Whom a role was given to; null says that they are no longer there, nothing at all says nothing of them."""
    principal = raw.get("principal")
    if principal is None:
        return {"principal_kind": "deleted" if "principal" in raw else "other", "principal_name": None}
    return {"principal_kind": kind_of(principal), "principal_name": principal.get("displayName")}


def _holder(member_id: str, kind: str, name: str | None) -> Row:
    return {"member_id": member_id, "member_kind": kind, "member_name": name}


def _left_out(silent: Sequence[str], assignments: int) -> Iterator[Gap]:
    """The gaps of assignments that came without whom they are to, who may be a group of many."""
    if silent and len(silent) == assignments:
        yield not_returned("principal", assignments)
        return
    for assignment_id in silent:
        yield Gap(
            GapKind.ERROR,
            "Microsoft named a role that was given to somebody and left out who that is.",
            "Run the audit again; if it stays, look at the role's assignments in the Entra admin centre.",
            f"assignment:{assignment_id}",
        )
