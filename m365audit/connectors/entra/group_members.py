"""Who is in which group."""

import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from typing import Any

import pandas as pd
from kiota_abstractions.request_information import RequestInformation

from m365audit.connectors.declare import connector
from m365audit.connectors.entra.directory import LARGEST_PAGE
from m365audit.connectors.entra.kinds import kind_of
from m365audit.connectors.entra.roles import NO_SUCH_GROUP
from m365audit.connectors.reading.frames import records
from m365audit.connectors.reading.refusals import answers
from m365audit.graph import Absent, Graph
from m365audit.model.datasets.roles import GROUP_MEMBERS
from m365audit.model.evidence import Gap, Looked, Row
from m365audit.model.words import GapKind

FEW = 500
"""Groups a tenant may have for all of them to be opened."""

_HIDDEN = "HiddenMembership"
_OBJECT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@connector("group_members", permission="GroupMember.Read.All")
async def group_members(
    graph: Graph,
    groups: pd.DataFrame,
    role_members: pd.DataFrame | None = None,
    mailbox_access: pd.DataFrame | None = None,
    conditional_access: pd.DataFrame | None = None,
    mail_folder_access: pd.DataFrame | None = None,
) -> AsyncIterator[Row | Gap | Looked]:
    """Who is in each group, groups within it opened up, and who owns it; each group is a scope of its own."""
    known = {row["group_id"]: row for row in records(groups, "group_id", "kinds", "security", "visibility")}
    chosen = sorted(_chosen(known, _named(role_members, conditional_access, mailbox_access, mail_folder_access)))
    hidden = {group_id for group_id in chosen if known.get(group_id, {}).get("visibility") == _HIDDEN}

    def members(group_id: str) -> RequestInformation:
        group = graph.sdk.groups.by_group_id(group_id)
        # A Microsoft 365 group holds no groups, and its direct members cost less to ask for.
        unified = _is_unified(known.get(group_id, {}))
        return graph.request(
            group.members if unified else group.transitive_members, select=GROUP_MEMBERS.select, top=LARGEST_PAGE
        )

    def owners(group_id: str) -> RequestInformation:
        return graph.request(
            graph.sdk.groups.by_group_id(group_id).owners, select=GROUP_MEMBERS.select, top=LARGEST_PAGE
        )

    async for said in _listed(graph, chosen, members, "member", hidden):
        yield said
    async for said in _listed(graph, chosen, owners, "owner", frozenset()):
        yield said


async def _listed(
    graph: Graph,
    group_ids: list[str],
    request: Callable[[str], RequestInformation],
    relation: str,
    hidden: Iterable[str],
) -> AsyncIterator[Row | Gap | Looked]:
    async for said in answers(graph, group_ids, request, scope="group", absent=(NO_SUCH_GROUP,), lists=True):
        if isinstance(said, Gap):
            yield said
            continue
        group_id, answer = said
        found = [] if isinstance(answer, Absent) else answer["value"]
        if not found and group_id in hidden:
            yield _withheld(group_id)
        for member in found:
            yield _row(group_id, relation, member)
        yield Looked(f"group:{group_id}")


def _row(group_id: str, relation: str, member: Mapping[str, Any]) -> Row:
    user_type = member.get("userType")
    return {
        "group_id": group_id,
        "member_id": member["id"],
        "relation": relation,
        "member_kind": kind_of(member),
        "member_name": member.get("displayName"),
        "user_type": user_type and user_type.lower(),
    }


def _withheld(group_id: str) -> Gap:
    """Microsoft hides the members of such a group from apps by sending none."""
    return Gap(
        GapKind.PERMISSION,
        "The group hides its members, and Microsoft sent none.",
        "Grant the app the permission Member.Read.Hidden in Entra ID and give admin consent, or look at the group.",
        f"group:{group_id}",
    )


def _chosen(known: Mapping[str, Row], named: Iterable[str]) -> Iterator[str]:
    """The groups to open: those that give access, or, where there are many, Microsoft 365 groups and those named."""
    few = len(known) <= FEW
    yield from {*named, *(key for key, group in known.items() if _is_unified(group) or (few and group["security"]))}


def _is_unified(group: Mapping[str, Any]) -> bool:
    return "Unified" in (group.get("kinds") or ())


def _named(
    role_members: pd.DataFrame | None, conditional_access: pd.DataFrame | None, *over_mailboxes: pd.DataFrame | None
) -> Iterator[str]:
    """Object ids of the groups that hold a role or a right over a mailbox, or that a sign-in policy speaks of."""
    for row in records(conditional_access, "include_groups", "exclude_groups"):
        yield from (*(row["include_groups"] or ()), *(row["exclude_groups"] or ()))
    for row in records(role_members, "principal_id", "principal_kind"):
        if row["principal_kind"] == "group":
            yield row["principal_id"]
    for given in over_mailboxes:
        for row in records(given, "delegate", "delegate_kind"):
            # A group only Exchange knows goes by a name or an address, by which Graph finds nothing.
            if row["delegate_kind"] == "group" and _OBJECT_ID.fullmatch(row["delegate"]):
                yield row["delegate"]
