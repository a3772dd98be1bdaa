"""Who administers the tenant, and what they changed."""

from datetime import date
from typing import Any

import pandas as pd
import pytest
from directory_rows import P2, changed_on, everything, role
from rule_rows import (
    ADVICE,
    MEETS,
    REVIEW,
    UNJUDGED,
    Row,
    Verdict,
    account,
    at,
    guest,
    judge,
    mailbox,
    only,
    person,
    results,
)

TWO = [everything("one"), everything("two")]
ADMINS = [account("one"), account("two")]
COUNT = "roles.globalAdministrators"


def judged(*held: Row, accounts: list[Row], **more: Any) -> pd.DataFrame:  # noqa: ANN401 - rows by data set
    """Two accounts without a mailbox may do everything; beside them, what is given."""
    more = {"mailboxes": [], "licences": [], "eligible_roles": []} | more
    return judge("admin-roles-justified", role_members=[*TWO, *held], accounts=[*ADMINS, *accounts], **more)


@pytest.mark.parametrize(
    ("held", "verdict"),
    [
        pytest.param({}, REVIEW, id="a councillor's own"),
        pytest.param({"privileged": False, "role": "Global Reader"}, MEETS, id="a role that only reads"),
        pytest.param({"privileged": None, "role": None}, REVIEW, id="a role nobody can name"),
        pytest.param(
            {"via_group": "G-1", "principal_id": "G-1", "principal_name": "Help"}, REVIEW, id="through a group"
        ),
        pytest.param({"scope_kind": "administrative unit"}, REVIEW, id="over a part only"),
        pytest.param({"member_kind": "deleted", "principal_kind": "deleted"}, MEETS, id="an account that is gone"),
    ],
)
def test_a_councillor_who_administers_is_for_the_clerk(held: Row, verdict: Verdict) -> None:
    assert only(judged(role(**held), accounts=[account()], people=[person()])) == verdict


@pytest.mark.parametrize(
    ("who", "people", "verdict"),
    [
        pytest.param(account(), [person(role="Mayor")], REVIEW, id="the Mayor"),
        pytest.param(account(), [person(role="Town Clerk")], MEETS, id="the Clerk, without a mailbox"),
        pytest.param(account(), [person(until=date(2026, 1, 1))], MEETS, id="a councillor no longer in office"),
        pytest.param(account(), [], MEETS, id="nobody on the register"),
        pytest.param(account(enabled=False), [person()], MEETS, id="a councillor's account that is switched off"),
        pytest.param(guest("ann"), [], REVIEW, id="a guest"),
        pytest.param(account(synced=True), [], ADVICE, id="an account from an on-premises directory"),
        pytest.param(account(synced=False), [], MEETS, id="one that once was"),
    ],
)
def test_whose_account_it_is(who: Row, people: list[Row], verdict: Verdict) -> None:
    assert only(judged(role(), accounts=[who], people=people)) == verdict


@pytest.mark.parametrize(
    ("boxes", "verdict"),
    [
        pytest.param([mailbox()], ADVICE, id="with a mailbox"),
        pytest.param([mailbox(kind="shared")], MEETS, id="with a mailbox nobody signs in to"),
        pytest.param([], MEETS, id="without"),
    ],
)
def test_an_administrators_account_has_no_mailbox(boxes: list[Row], verdict: Verdict) -> None:
    assert only(judged(role(), accounts=[account()], mailboxes=boxes)) == verdict


def test_whether_there_is_a_mailbox_that_nobody_could_read_is_left_open() -> None:
    found = judge("admin-roles-justified", role_members=[*TWO, role()], accounts=[*ADMINS, account()])
    assert set(results(found).values()) == {UNJUDGED}


def test_an_app_that_administers_is_for_the_clerk() -> None:
    found = judged(role("mapper", member_id="SP-mapper", member_kind="service principal"), accounts=[])
    assert results(found) == {"SP-mapper": REVIEW}
    assert found["subject_kind"].tolist() == ["app"]


def test_a_group_that_could_not_be_opened_is_left_open() -> None:
    found = judged(role("g", member_id="G-9", member_kind="group"), accounts=[])
    assert results(found) == {"G-9": UNJUDGED}


def test_an_account_that_is_on_no_list_is_left_open() -> None:
    assert results(judged(role("stranger"), accounts=[])) == {"ID-Stranger": UNJUDGED}


@pytest.mark.parametrize(
    ("number", "verdict"),
    [
        pytest.param(1, ADVICE, id="one"),
        pytest.param(2, MEETS, id="two"),
        pytest.param(4, MEETS, id="four"),
        pytest.param(5, ADVICE, id="five"),
    ],
)
def test_two_to_four_may_do_everything(number: int, verdict: Verdict) -> None:
    names = [f"a{n}" for n in range(number)]
    found = judge(
        "admin-roles-justified",
        role_members=[everything(name) for name in names],
        accounts=[account(name) for name in names],
        mailboxes=[],
    )
    assert results(found) == ({} if verdict is MEETS else {COUNT: verdict})


def test_an_account_that_is_switched_off_does_not_count() -> None:
    found = judge(
        "admin-roles-justified",
        role_members=TWO,
        accounts=[account("one"), account("two", enabled=False)],
        mailboxes=[],
    )
    assert results(found) == {COUNT: ADVICE}


def test_roles_that_may_be_taken_up_count_and_are_said() -> None:
    found = judged(accounts=[account()], people=[person()], eligible_roles=[role(assignment="eligible")])
    assert only(found) == REVIEW
    assert "User Administrator when taken up" in found["because"].iloc[0]


@pytest.mark.parametrize(
    ("licences", "left_open"),
    [
        pytest.param([P2], True, id="with Entra ID P2 they are missed"),
        pytest.param([P2 | {"status": "Suspended"}], False, id="a licence that has run out holds none"),
        pytest.param([], False, id="without it there can be none"),
    ],
)
def test_roles_that_may_be_taken_up_and_could_not_be_read(licences: list[Row], left_open: bool) -> None:  # noqa: FBT001
    found = judge("admin-roles-justified", role_members=TWO, accounts=ADMINS, licences=licences, mailboxes=[])
    assert results(found) == ({"roles.eligible": UNJUDGED} if left_open else {})


@pytest.mark.parametrize(
    ("licences", "expected"),
    [
        pytest.param([P2], {"roles.eligible": UNJUDGED}, id="there may be another who can take it up"),
        pytest.param([], {COUNT: ADVICE}, id="there is no other"),
    ],
)
def test_one_who_may_do_everything_where_those_who_may_take_it_up_could_not_be_read(
    licences: list[Row], expected: dict[str, Verdict]
) -> None:
    found = judge(
        "admin-roles-justified",
        role_members=[everything("one")],
        accounts=[account("one")],
        licences=licences,
        mailboxes=[],
    )
    assert results(found) == expected


def test_all_roles_of_one_account_are_said_once_with_how_they_are_come_by() -> None:
    found = judged(
        role(),
        role(assignment_id="A-2", role="Groups Administrator", via_group="G-1", principal_name="Help"),
        accounts=[account()],
        people=[person()],
    )
    assert only(found) == REVIEW
    assert "Groups Administrator through the group Help, User Administrator" in found["because"].iloc[0]


def digest(**changed: object) -> pd.DataFrame:
    return judge("admin-changes-expected", admin_changes=[changed_on(**changed)])


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        pytest.param({}, REVIEW, id="somebody was given a role"),
        pytest.param({"category": "Policy", "activity": "Update policy"}, REVIEW, id="a policy"),
        pytest.param(
            {"category": "ApplicationManagement", "activity": "Consent to application"}, REVIEW, id="an app let in"
        ),
        pytest.param(
            {"category": "ApplicationManagement", "activity": "Add service principal credentials"},
            REVIEW,
            id="a new password for an app",
        ),
        pytest.param(
            {"category": "DirectoryManagement", "activity": "Set domain authentication"}, REVIEW, id="a domain"
        ),
        pytest.param(
            {"category": "UserManagement", "activity": "Admin deleted security info"},
            REVIEW,
            id="another's second step",
        ),
        pytest.param({"category": "UserManagement", "activity": "Update user"}, MEETS, id="everyday work"),
        pytest.param(
            {"category": "UserManagement", "activity": "User registered security info"}, MEETS, id="their own step"
        ),
        pytest.param({"result": "failure"}, MEETS, id="tried in vain"),
        pytest.param({"at": at(2026, 10, 22, 1)}, REVIEW, id="thirty days ago"),
        pytest.param({"at": at(2026, 10, 21, 23)}, MEETS, id="longer ago"),
    ],
)
def test_changes_that_bear_on_who_may_do_what(changed: Row, verdict: Verdict) -> None:
    assert only(digest(**changed)) == verdict


def test_changes_of_one_kind_and_day_are_one_line_with_who_and_to_whom() -> None:
    found = judge(
        "admin-changes-expected",
        admin_changes=[
            changed_on(),
            changed_on(change_id="C-2", targets=["Bob"], who="other@provider.example"),
            changed_on(change_id="C-3", at=at(2026, 11, 19)),
        ],
    )
    assert list(results(found)) == [
        "directory.Add member to role.2026-11-18",
        "directory.Add member to role.2026-11-19",
    ]
    said = found["because"].iloc[0]
    assert "2 times by it@provider.example, other@provider.example to Ann, Bob" in said


def test_a_change_by_nobody_we_are_told_of_to_nothing_named_is_still_said() -> None:
    found = digest(who=None, targets=[])
    assert only(found) == REVIEW
    assert found["because"].iloc[0].endswith("once")
