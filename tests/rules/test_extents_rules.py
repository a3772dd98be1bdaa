"""How far a finding goes, where one natural key stands for several rights or people."""

from typing import Any

import pandas as pd
import pytest
from directory_rows import app, credential, everything, grant, role
from rule_rows import Row, account, anyone, at, judge, person, share

OWN = [{"domain": "exampleton-tc.gov.uk", "owned": True}]


def extent(found: pd.DataFrame) -> set[str]:
    """How far the one finding goes."""
    (only,) = [one for one in found["extent"] if one is not None]
    return set(only)


@pytest.mark.parametrize(
    ("grants", "goes"),
    [
        pytest.param([{}], {"Mail.Read for everybody"}, id="for everybody"),
        pytest.param([{"user_id": "ID-Ann"}], {"Mail.Read"}, id="for one person"),
        pytest.param([{"user_id": "ID-Ann"}, {"user_id": "ID-Bob"}], {"Mail.Read"}, id="for two"),
        pytest.param([{"kind": "app-only"}], {"Mail.Read in its own right"}, id="in its own right"),
        pytest.param(
            [{}, {"permission": "Files.Read"}], {"Mail.Read for everybody", "Files.Read for everybody"}, id="two"
        ),
        pytest.param([{}, {"permission": "User.Read"}], {"Mail.Read for everybody"}, id="what reaches nothing is none"),
    ],
)
def test_what_an_app_reaches(grants: list[Row], goes: set[str]) -> None:
    rows = [grant(**one) for one in grants]
    found = judge("app-access-approved", service_principals=[app()], app_grants=rows, third_parties=[])
    assert extent(found) == goes


def test_every_permission_counts_though_only_the_first_few_are_named() -> None:
    names = [
        f"Mail.{name}" for name in ("Read", "Send", "ReadBasic", "ReadWrite", "Read.Shared", "Send.Shared", "A", "B")
    ]
    found = judge(
        "app-access-approved",
        service_principals=[app()],
        app_grants=[grant(permission=name) for name in names],
        third_parties=[],
    )
    assert "2 more" in found["because"].iloc[0]
    assert len(extent(found)) == len(names)


def test_a_password_that_ran_out_says_nothing_of_what_the_app_reaches() -> None:
    approved = {"organisation": "M", "kind": "app", "identifier": "app-mapper", "contract": "7", "scope": None}
    found = judge(
        "app-access-approved",
        service_principals=[app()],
        app_grants=[grant()],
        third_parties=[approved | {"from": None, "until": None}],
        app_credentials=[credential(ends_at=at(2026, 1, 1))],
    )
    assert extent(found) == set()


def test_the_roles_of_an_administrator() -> None:
    held = [
        everything("one"),
        everything("two"),
        role(role="Exchange Administrator"),
        role(role="User Administrator", assignment_id="2"),
    ]
    found = judge(
        "admin-roles-justified",
        role_members=held,
        accounts=[account("one"), account("two"), account()],
        people=[person()],
        mailboxes=[],
        licences=[],
        eligible_roles=[],
    )
    assert extent(found) == {"Exchange Administrator", "User Administrator"}


@pytest.mark.parametrize(
    ("rule", "rows", "goes"),
    [
        pytest.param(
            "share-anyone-link",
            [anyone(link_kind="view", roles=["read"])],
            {"whoever has the link may see it"},
            id="to see",
        ),
        pytest.param(
            "share-anyone-link",
            [anyone(link_kind="edit", roles=["write"])],
            {"whoever has the link may see it", "whoever has the link may change it"},
            id="to change is to see as well",
        ),
        pytest.param(
            "share-outside-accepted",
            [
                share(grantee="a", grantee_address="ann@home.test", roles=["read"]),
                share(grantee="b", grantee_address="bob@home.test", roles=["read"]),
            ],
            {"ann@home.test may see it", "bob@home.test may see it"},
            id="two people by one permission",
        ),
    ],
)
def test_what_a_share_lets_people_do(rule: str, rows: list[Row], goes: set[str]) -> None:
    more: dict[str, Any] = {"accepted_sharing": [], "domains": OWN} if rule == "share-outside-accepted" else {}
    assert extent(judge(rule, sharing=rows, **more)) == goes
