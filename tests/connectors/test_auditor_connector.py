"""What the audit itself may do, as rows."""

from dataclasses import replace
from typing import Any

import pytest

from m365audit.connectors.entra.auditor import auditor
from m365audit.model.access import Access, TokenSays
from m365audit.model.datasets import DATA_SETS
from m365audit.model.evidence import Gap, Looked
from m365audit.model.words import GapKind

NEEDED = frozenset({"User.Read.All", "Exchange.ManageAsApp"})
GRAPH = TokenSays(
    frozenset({"User.Read.All"}), frozenset({"Global Reader"}), delegated=False, app_id="a", principal_id="p"
)
EXCHANGE = replace(GRAPH, permissions=frozenset({"Exchange.ManageAsApp"}))


async def read(access: Access) -> tuple[dict[str, dict[str, Any]], list[Gap], list[str]]:
    said = [item async for item in auditor.collect(access=access)]
    rows = [item for item in said if isinstance(item, dict)]
    DATA_SETS["auditor"].table(rows)
    looked = [item.scope for item in said if isinstance(item, Looked)]
    return {row["name"]: row for row in rows}, [item for item in said if isinstance(item, Gap)], looked


async def test_everything_held_is_a_row_with_what_it_is_and_whether_it_is_needed() -> None:
    graph = TokenSays(
        GRAPH.permissions | {"Mail.Read", "Group.ReadWrite.All"},
        frozenset({"Global Reader", "Exchange Administrator", "unheard-of"}),
        delegated=False,
        app_id="a",
        principal_id="p",
    )
    rows, gaps, looked = await read(
        Access({"graph": graph, "exchange": EXCHANGE}, needed=NEEDED, accepted=frozenset({"Group.ReadWrite.All"}))
    )
    told = {
        name: (row["kind"], row["needed"], row["changes_something"], row["reads_content"], row["accepted"])
        for name, row in rows.items()
    }
    assert told == {
        "User.Read.All": ("permission", True, False, False, False),
        "Mail.Read": ("permission", False, False, True, False),
        "Group.ReadWrite.All": ("permission", False, True, False, True),
        "Exchange.ManageAsApp": ("permission", True, False, False, False),
        "Global Reader": ("directory role", True, False, False, False),
        "Exchange Administrator": ("directory role", False, True, False, False),
        "unheard-of": ("directory role", False, None, False, False),
    }
    assert {(row["app_id"], row["principal_id"]) for row in rows.values()} == {("a", "p")}
    assert (gaps, looked) == ([], ["graph", "exchange"])


async def test_a_wider_permission_in_place_of_the_least_is_needed_and_beside_it_is_not() -> None:
    wide = TokenSays(frozenset({"Directory.Read.All"}), None, delegated=False)
    rows, _, _ = await read(Access({"graph": wide, "exchange": EXCHANGE}, needed=NEEDED))
    assert rows["Directory.Read.All"]["needed"] is True
    both = TokenSays(frozenset({"Directory.Read.All", "User.Read.All"}), None, delegated=False)
    rows, _, _ = await read(Access({"graph": both, "exchange": EXCHANGE}, needed=NEEDED))
    assert (rows["Directory.Read.All"]["needed"], rows["User.Read.All"]["needed"]) == (False, True)


async def test_where_a_person_signed_in_their_roles_are_not_the_apps_and_neither_is_their_id() -> None:
    person = TokenSays(
        GRAPH.permissions, frozenset({"Global Administrator"}), delegated=True, app_id="a", principal_id="ann"
    )
    rows, _, _ = await read(Access({"graph": person, "exchange": person}, needed=NEEDED))
    assert rows.keys() == {"User.Read.All"}
    assert rows["User.Read.All"]["principal_id"] is None


@pytest.mark.parametrize(
    ("access", "scope", "kind"),
    [
        pytest.param(Access({}), "tenant", GapKind.UNSUPPORTED, id="no token can be read"),
        pytest.param(Access({"graph": GRAPH}), "exchange", GapKind.UNSUPPORTED, id="Exchange's cannot be read"),
        pytest.param(
            Access({"graph": GRAPH}, {"exchange": "no"}), "exchange", GapKind.PERMISSION, id="Exchange gives none"
        ),
    ],
)
async def test_a_token_that_says_nothing_is_a_gap(access: Access, scope: str, kind: GapKind) -> None:
    rows, gaps, _ = await read(access)
    assert [(gap.scope, gap.kind) for gap in gaps] == [(scope, kind)]
    assert bool(rows) is access.is_known
