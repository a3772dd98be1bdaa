from datetime import date
from typing import Any

import pandas as pd
import pytest
from directory_rows import member, room
from rule_rows import (
    DOMAIN,
    FAILS,
    MEETS,
    REVIEW,
    SITE,
    UNJUDGED,
    Row,
    Verdict,
    account,
    guest,
    judge,
    only,
    person,
    results,
)

THERE = [{"group_id": "G-1", "site_id": "S-1", "site_name": "Allotments", "site_url": SITE}]


def row(who: str = "Councillor", site: str = SITE) -> Row:
    return {"site": site, "role_or_account": who}


def judged(*rows: Row, inside: list[Row], **more: Any) -> pd.DataFrame:  # noqa: ANN401 - rows by data set
    """Ann is a councillor and Bob the Clerk; both have accounts."""
    given: dict[str, Any] = {
        "groups": [room()],
        "group_sites": THERE,
        "accounts": [account("ann"), account("bob")],
        "people": [person("ann"), person("bob", role="Town Clerk")],
    }
    return judge("site-access-by-role", site_access=list(rows), group_members=inside, **(given | more))


ANN, BOB = member("ann"), member("bob")


@pytest.mark.parametrize(
    ("rows", "inside", "expected"),
    [
        pytest.param([row()], [ANN], {}, id="those it is for"),
        pytest.param([row()], [ANN, BOB], {"G-1|ID-Bob": FAILS}, id="somebody more"),
        pytest.param([row()], [ANN, BOB | {"relation": "owner"}], {"G-1|ID-Bob": FAILS}, id="an owner more"),
        pytest.param([row()], [ANN, ANN | {"relation": "owner"}], {}, id="a member who owns it as well"),
        pytest.param([row()], [], {"G-1|ID-Ann": REVIEW}, id="nobody is in it"),
        pytest.param([row(), row("Town Clerk")], [ANN, BOB], {}, id="two roles"),
        pytest.param([row(), row(f"bob@{DOMAIN}")], [ANN, BOB], {}, id="a role and an account"),
        pytest.param([row("staff")], [BOB], {}, id="staff"),
        pytest.param([row("Everybody")], [ANN, BOB], {}, id="everybody"),
        pytest.param([row()], [ANN, member("app", member_kind="service principal")], {}, id="an app is no person"),
        pytest.param([row()], [ANN, member("nested", member_kind="group")], {}, id="a group is opened up elsewhere"),
    ],
)
def test_members_against_roles(rows: list[Row], inside: list[Row], expected: dict[str, Verdict]) -> None:
    assert results(judged(*rows, inside=inside)) == expected


@pytest.mark.parametrize(
    ("site", "judged_at_all"),
    [
        pytest.param(SITE, True, id="web address"),
        pytest.param(SITE.upper() + "/", True, id="web address, however written"),
        pytest.param("allotments", True, id="name"),
        pytest.param(f"Allotments@{DOMAIN}", True, id="mail address"),
        pytest.param("Allotment", False, id="part of the name"),
        pytest.param(f"{SITE}/Shared%20Documents", False, id="a library of the site"),
    ],
)
def test_what_the_register_may_call_a_group(site: str, judged_at_all: bool) -> None:  # noqa: FBT001
    found = results(judged(row(site=site), inside=[BOB]))
    if judged_at_all:
        assert found == {"G-1|ID-Bob": FAILS, "G-1|ID-Ann": REVIEW}
    else:
        assert set(found.values()) == {UNJUDGED}


@pytest.mark.parametrize(
    ("who", "inside", "expected"),
    [
        pytest.param(guest("gus"), [ANN, member("gus")], {"G-1|ID-Gus": FAILS}, id="a guest"),
        pytest.param(account("gus", enabled=False), [ANN, member("gus")], {}, id="an account that is switched off"),
    ],
)
def test_others_in_it(who: Row, inside: list[Row], expected: dict[str, Verdict]) -> None:
    assert results(judged(row(), inside=inside, accounts=[account("ann"), account("bob"), who])) == expected


def test_a_guest_is_let_in_by_their_own_address() -> None:
    accounts = [account("ann"), guest("gus")]
    found = judged(row(), row("gus@example-mail.test"), inside=[ANN, member("gus")], accounts=accounts)
    assert only(found) == MEETS


@pytest.mark.parametrize(
    ("people", "accounts"),
    [
        pytest.param([person("ann", until=date(2026, 1, 1))], [account("ann")], id="has left"),
        pytest.param([person("ann")], [account("ann", enabled=False)], id="cannot sign in"),
        pytest.param([person("ann")], [], id="has no account"),
    ],
)
def test_nobody_is_missed_who(people: list[Row], accounts: list[Row]) -> None:
    found = judged(row(), inside=[], people=[*people, person("bob")], accounts=[*accounts, account("bob")])
    assert results(found) == {"G-1|ID-Bob": REVIEW}


@pytest.mark.parametrize(
    ("rows", "more", "expected"),
    [
        pytest.param([], {}, {"G-1": UNJUDGED}, id="a group the sheet does not name"),
        pytest.param([row("Beadle")], {}, {f"{SITE}|Beadle": UNJUDGED }, id="a role nobody has"),
        pytest.param(
            [row(), row(site="Cemetery")], {}, {"Cemetery|Councillor": UNJUDGED, "G-1|ID-Bob": FAILS},
            id="a site there is not",
        ),
        pytest.param(
            [row(site="Allotments")],
            {"groups": [room(), room("G-2")], "group_sites": []},
            {"Allotments|Councillor": UNJUDGED, "G-1": UNJUDGED, "G-2": UNJUDGED},
            id="a name two groups share",
        ),
        pytest.param([], {"groups": [room(kinds=[])]}, {}, id="a group that is no team"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_left_open(rows: list[Row], more: Row, expected: dict[str, Verdict]) -> None:
    assert results(judged(*rows, inside=[ANN, BOB], **more)) == expected


def test_a_row_that_could_mean_anybody_makes_nobody_an_intruder() -> None:
    found = results(judged(row(), row("Clrk"), inside=[ANN, BOB]))
    assert found == {f"{SITE}|Clrk": UNJUDGED}
