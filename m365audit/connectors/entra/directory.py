"""The tenant, its domains, accounts and groups: the Entra ID directory."""

from collections.abc import AsyncIterator

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from m365audit.connectors.declare import connector
from m365audit.connectors.entra.licences import has_premium
from m365audit.connectors.reading.addresses import primary_and_all_of
from m365audit.connectors.reading.columns import Columns
from m365audit.connectors.reading.listing import listed
from m365audit.connectors.reading.tables import Came, Tables, each, lower
from m365audit.graph import Graph
from m365audit.model.datasets.identity import (
    ACCOUNTS,
    DELETED_ACCOUNTS,
    DOMAINS,
    GROUPS,
    ORGANISATION,
    SIGN_IN_ACTIVITY,
)
from m365audit.model.evidence import Gap, Row, Rows
from m365audit.model.parts import Part
from m365audit.model.plans import Plan
from m365audit.model.words import GapKind

LARGEST_PAGE = 999
LARGEST_SIGN_IN_PAGE = 500

# Every tenant has an account and a domain: a list of none is no answer, whatever its status says.
_EMPTY = Gap(GapKind.ERROR, "Microsoft sent an empty list where there must be something.", "Run the audit again.")
_TEXTS = pa.list_(pa.string())
_LICENCES = pa.list_(pa.struct([("skuId", pa.string())]))


# Microsoft's list names a permission over Intune's settings as the least one; that opens more than it spares.
@connector("organisation", permission="Organization.Read.All")
async def organisation(graph: Graph) -> AsyncIterator[Row | Gap]:
    """The tenant itself: its name, country and how it is synchronised."""
    request = graph.request(graph.sdk.organization, select=ORGANISATION.select)
    async for row in listed(graph, request, ORGANISATION):
        yield row


@connector("domains", permission="Domain.Read.All")
async def domains(graph: Graph) -> AsyncIterator[Row | Gap]:
    """Every domain of the tenant; those Microsoft has verified are the council's own."""
    # No $top: the service ignores it here.
    found = False
    async for row in listed(graph, graph.request(graph.sdk.domains), DOMAINS, _domain):
        found = True
        yield row
    if not found:
        yield _EMPTY


@connector("accounts", permission="User.Read.All")
async def accounts(graph: Graph) -> AsyncIterator[Rows | Gap]:
    """Every account that is not deleted, guests and shared mailboxes included."""
    request = graph.request(graph.sdk.users, select=ACCOUNTS.select, top=LARGEST_PAGE)
    tables = Tables(ACCOUNTS, arriving={"proxyAddresses": _TEXTS, "assignedLicenses": _LICENCES})
    found = False
    async for rows in tables.over(graph.pages(request), _accounts):
        found = True
        yield rows
    for gap in tables.gaps():
        yield gap
    if not found:
        yield _EMPTY


@connector(
    "sign_in_activity",
    permission="AuditLog.Read.All",
    also=("User.Read.All",),
    parts=(Part(("AuditLog.Read.All", "User.Read.All"), plans=(Plan.ENTRA_P1,)),),
)
async def sign_in_activity(graph: Graph, licences: pd.DataFrame) -> AsyncIterator[Row | Gap]:
    """When each account last signed in, where the tenant has Entra ID P1."""
    if not has_premium(licences):
        yield Gap(
            GapKind.LICENCE,
            "The council has no Entra ID P1 licence, so Microsoft does not say when accounts last signed in.",
            "A licence with Entra ID P1, such as Microsoft 365 Business Premium.",
        )
        return
    # Asked apart from the accounts: a refusal fails the whole request. Without ConsistencyLevel, under which
    # large tenants have had empty answers.
    request = graph.request(graph.sdk.users, select=SIGN_IN_ACTIVITY.select, top=LARGEST_SIGN_IN_PAGE)
    columns = Columns.of(SIGN_IN_ACTIVITY)
    async for page in graph.pages(request, premium=True):
        for raw, row in zip(page, columns.rows(page), strict=True):
            if raw.get("signInActivity"):
                yield row
    for gap in columns.gaps():
        yield gap


# Microsoft documents no wider permission for deleted accounts.
@connector(
    "deleted_accounts",
    permission="User.Read.All",
    parts=(
        Part(
            ("User.Read.All",),
            except_by=("Directory.Read.All",),
            person_needs=(
                "User Administrator",
                "Authentication Administrator",
                "Privileged Authentication Administrator",
            ),
        ),
    ),
)
async def deleted_accounts(graph: Graph) -> AsyncIterator[Row | Gap]:
    """Accounts deleted in the last 30 days, which can still be restored."""
    users = graph.sdk.directory.deleted_items.graph_user
    request = graph.request(users, select=DELETED_ACCOUNTS.select, top=LARGEST_PAGE)
    async for row in listed(graph, request, DELETED_ACCOUNTS, _deleted):
        yield row


# Group.ReadBasic.All would be less, but nobody says which properties it shows, and a property that is not shown looks
# like one that is not set.
@connector("groups", permission="GroupMember.Read.All")
async def groups(graph: Graph) -> AsyncIterator[Row | Gap]:
    """Every group, without its members."""
    request = graph.request(graph.sdk.groups, select=GROUPS.select, top=LARGEST_PAGE)
    async for row in listed(graph, request, GROUPS, _group):
        yield row


def _domain(row: Row) -> None:
    row["domain"] = row["domain"].lower()
    row["owned"] = row["verified"]


def _accounts(came: Came) -> Came:
    mail, user_type = lower(came["mail"]), lower(came["user_type"])
    primary, addresses = primary_and_all_of(came["addresses"], mail)
    has_type = pc.fill_null(pc.not_equal(user_type, ""), fill_value=False)
    return came | {
        "mail": mail,
        "primary_address": primary,
        "addresses": addresses,
        "user_principal_name": lower(came["user_principal_name"]),
        "mail_nickname": lower(came["mail_nickname"]),
        "other_mails": each(came["other_mails"], lower),
        # Accounts older than guests have no type: they are members.
        "user_type": pc.if_else(has_type, user_type, "member"),
        "licences": each(came["licences"], lambda given: given.field("skuId")),
    }


def _deleted(row: Row) -> None:
    for name in ("user_principal_name", "mail"):
        row[name] = row[name] and row[name].lower()
    # Accounts older than guests have no type: they are members.
    row["user_type"] = (row["user_type"] or "member").lower()


def _group(row: Row) -> None:
    for name in ("mail", "mail_nickname"):
        row[name] = row[name] and row[name].lower()
