from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
import pytest
from directory_rows import P2, grant, member, role, room
from rule_rows import (
    AS_OF,
    DOMAIN,
    FAILS,
    MEETS,
    UNJUDGED,
    Row,
    Verdict,
    access,
    account,
    at,
    forward,
    guest,
    judge,
    mailbox,
    only,
    person,
    results,
    settings,
    share,
)

HOME = "ann.at.home@example-mail.test"
LEFT = date(2026, 5, 4)
CLOSED = {"enabled": False, "sessions_valid_from": at(2026, 5, 5), "licences": []}


def calendar(**changed: object) -> Row:
    """A right of the leaver over Bob's calendar."""
    return {
        "mailbox_id": "ID-Bob",
        "mailbox_name": "Bob",
        "folder": "calendar",
        "delegate": "ID-Ann",
        "role": "read",
    } | changed


def leaver(**changed: object) -> Row:
    return person(**{"until": LEFT, "private_addresses": [HOME]} | changed)


def judged(
    *,
    people: list[Row] | None = None,
    accounts: Sequence[Row] = (),
    box: Row | None = None,
    parameters: Row | None = None,
    **more: Any,  # noqa: ANN401 - rows, or None where nothing was read
) -> pd.DataFrame:
    return judge(
        "leaver-access-removed",
        people=people or [leaver()],
        accounts=list(accounts),
        mailbox_settings=[settings(**box or {})],
        parameters=parameters,
        **{name: rows for name, rows in ({"eligible_roles": []} | more).items() if rows is not None},
    )


@pytest.mark.parametrize(
    ("more", "verdict"),
    [
        pytest.param({"licences": [P2]}, UNJUDGED, id="the licence has roles to be taken up"),
        pytest.param({"licences": [P2 | {"plan": "AAD_PREMIUM"}]}, MEETS, id="without that licence there are none"),
        pytest.param({}, UNJUDGED, id="nor is the licence known"),
    ],
)
def test_where_nobody_said_who_may_take_up_a_role(more: Row, verdict: Verdict) -> None:
    found = judged(accounts=[account(**CLOSED)], eligible_roles=None, **more)
    assert only(found) == verdict


@pytest.mark.parametrize(
    ("has", "box", "verdict", "said"),
    [
        pytest.param({}, {}, MEETS, "", id="everything closed"),
        pytest.param({"enabled": True}, {}, FAILS, "sign-in", id="sign-in is allowed"),
        pytest.param({"sessions_valid_from": at(2026, 5, 3)}, {}, FAILS, "sessions", id="sessions not signed out"),
        pytest.param({"sessions_valid_from": at(2026, 5, 4)}, {}, MEETS, "", id="signed out on the last day"),
        pytest.param({"sessions_valid_from": at(2026, 5, 4, 0)}, {}, MEETS, "", id="at its very beginning"),
        pytest.param({"sessions_valid_from": None}, {}, MEETS, "", id="nobody knows about sessions"),
        pytest.param({"licences": ["sku-1"]}, {}, FAILS, "a licence", id="a licence long after"),
        pytest.param(
            {"licences": ["sku-1"], "sessions_valid_from": at(2026, 1, 1)},
            {"purpose": "shared"},
            MEETS,
            "",
            id="made into a shared mailbox, with sign-in off",
        ),
        pytest.param({"enabled": True}, {"purpose": "shared"}, FAILS, "sign-in", id="a shared mailbox with sign-in on"),
        pytest.param(
            {"licences": ["sku-1"]}, {"purpose": None}, UNJUDGED, "", id="what the mailbox is for is not known"
        ),
        pytest.param({"licences": ["sku-1"]}, {"has_mailbox": False}, FAILS, "a licence", id="a licence, no mailbox"),
    ],
)
def test_the_account(has: Row, box: Row, verdict: Verdict, said: str) -> None:
    found = judged(accounts=[account(**CLOSED | has)], box=box)
    assert only(found) == verdict
    assert said in "".join(found["because"])


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        pytest.param(leaver(until=AS_OF), MEETS, id="the last day is today"),
        pytest.param(leaver(until=date(2026, 11, 20)), FAILS, id="the last day was yesterday"),
        pytest.param(leaver(until=None), MEETS, id="still in office"),
    ],
)
def test_who_has_left(row: Row | None, verdict: Verdict) -> None:
    assert only(judged(people=[row], accounts=[account(**CLOSED | {"enabled": True})])) == verdict


@pytest.mark.parametrize(("grace", "verdict"), [(30, FAILS), (365, MEETS)])
def test_the_licence_has_days_of_grace(grace: int, verdict: Verdict) -> None:
    found = judged(accounts=[account(**CLOSED | {"licences": ["sku-1"]})], parameters={"grace_days": grace})
    assert only(found) == verdict


@pytest.mark.parametrize(
    ("more", "verdict"),
    [
        pytest.param({"mailbox_access": [access(delegate="ID-Ann", mailbox_id="ID-Bob")]}, FAILS, id="rights"),
        pytest.param({"mailbox_access": [access(delegate="ID-Ann", denied=True)]}, MEETS, id="a denial"),
        pytest.param({"mailbox_access": [access()]}, MEETS, id="somebody else's rights over the old mailbox"),
        pytest.param({"folder_access": [calendar()]}, FAILS, id="a calendar of somebody else"),
        pytest.param(
            {"folder_access": [calendar(delegate=HOME, delegate_address=HOME)]},
            FAILS,
            id="a calendar under the private address",
        ),
        pytest.param({"folder_access": [calendar(role="freeBusyRead")]}, MEETS, id="sees when somebody is free"),
        pytest.param({"folder_access": [calendar(role=None)]}, MEETS, id="nobody said what with the calendar"),
        pytest.param({"folder_access": [calendar(delegate="default")]}, MEETS, id="what everybody may see"),
        pytest.param({"mail_folder_access": [calendar(folder="inbox", role="Editor")]}, FAILS, id="a mail folder"),
        pytest.param({"mail_folder_access": [calendar(role="AvailabilityOnly")]}, MEETS, id="free times of a folder"),
        pytest.param({"forwards": [forward(HOME, mailbox_id="ID-Bob")]}, FAILS, id="mail sent to the private address"),
        pytest.param({"forwards": [forward("x@other.example")]}, FAILS, id="mail sent out of the old mailbox"),
        pytest.param({"forwards": [forward(f"bob@{DOMAIN}")]}, MEETS, id="mail of the old mailbox to a successor"),
        pytest.param({"forwards": [forward(HOME, enabled=False)]}, MEETS, id="forwarding switched off"),
        pytest.param({"sharing": [share(grantee="ID-Ann", grantee_address=None)]}, FAILS, id="a share, by id"),
        pytest.param({"sharing": [share(grantee_address=HOME)]}, FAILS, id="a share under the private address"),
        pytest.param({"sharing": [share(invited_address=HOME)]}, FAILS, id="an invitation to the private address"),
        pytest.param({"sharing": [share(grantee="ID-Ann", expires_at=at(2026, 6, 1))]}, MEETS, id="a share that ended"),
        pytest.param(
            {"sharing": [share(grantee="ID-Ann", personal=True, roles=["owner"])]}, MEETS, id="owning the old OneDrive"
        ),
        pytest.param({"sharing": [share(grantee="ID-Ann", personal=True)]}, FAILS, id="a file in somebody's OneDrive"),
        pytest.param(
            {"sharing": [share(grantee="ID-Ann", roles=["owner"])]},
            FAILS,
            id="a file owned in a library of the council",
        ),
        pytest.param({"sharing": [share()]}, MEETS, id="somebody else's share"),
    ],
)
def test_what_else_may_remain(more: Row, verdict: Verdict) -> None:
    found = judged(accounts=[account(**CLOSED)], **more)
    assert results(found) == ({"ID-Ann": FAILS} if verdict else {})


@pytest.mark.parametrize(
    ("where", "verdict"),
    [
        pytest.param({"mail": HOME}, FAILS, id="by its mail address"),
        pytest.param({"other_mails": [HOME]}, FAILS, id="by another address"),
        pytest.param(
            {"user_principal_name": f"{HOME.replace('@', '_')}#ext#@x.onmicrosoft.com"}, FAILS, id="by its name"
        ),
        pytest.param({"user_type": "member", "mail": HOME}, MEETS, id="but not a member that has it for recovery"),
    ],
)
def test_a_guest_under_the_private_address(where: Row, verdict: Verdict) -> None:
    found = judged(accounts=[account(**CLOSED), guest("gus") | where])
    assert results(found) == ({"ID-Ann": FAILS} if verdict else {})


@pytest.mark.parametrize(
    ("more", "verdict"),
    [
        pytest.param({}, MEETS, id="nothing remains"),
        pytest.param({"forwards": [forward(HOME, mailbox_id="ID-Bob")]}, FAILS, id="mail to the private address"),
        pytest.param(
            {"forwards": [forward(f"ann@{DOMAIN}", mailbox_id="ID-Bob")]}, FAILS, id="mail to the old address"
        ),
        pytest.param(
            {"mailbox_access": [access(delegate=f"ann@{DOMAIN}", delegate_address=f"ann@{DOMAIN}")]},
            FAILS,
            id="rights of the old address",
        ),
    ],
)
def test_without_an_account_the_subject_is_the_person(more: Row, verdict: Verdict) -> None:
    found = judged(**more)
    assert only(found) == verdict
    assert set(zip(found["subject_kind"], found["subject_id"], strict=True)) <= {("person", f"ann@{DOMAIN}")}


def test_who_came_back_to_the_same_account_has_not_left() -> None:
    people = [leaver(), person(role="Town Clerk", **{"from": date(2026, 9, 1)})]
    assert only(judged(people=people, accounts=[account()])) == MEETS


def test_an_account_is_the_same_however_the_register_names_it() -> None:
    people = [leaver(), person(role="Town Clerk", account="ID-Ann")]
    assert only(judged(people=people, accounts=[account()])) == MEETS


def test_an_account_that_passed_to_a_successor_stays_open() -> None:
    people = [leaver(), person("bob", account=f"ann@{DOMAIN}")]
    found = judged(people=people, accounts=[account(), guest("gus", address=HOME)])
    assert [(r.subject_kind, r.subject_id) for r in found.itertuples()] == [("person", f"ann@{DOMAIN}")]
    assert "a guest account (Gus)" in found["because"].iloc[0]


def test_mail_to_an_account_that_passed_to_a_successor_is_the_successors() -> None:
    people = [leaver(), person("bob", account=f"ann@{DOMAIN}")]
    to_the_account = [forward(f"ann@{DOMAIN}", mailbox_id="ID-Cy")]
    assert only(judged(people=people, accounts=[account()], forwards=to_the_account)) == MEETS


def test_a_private_address_shared_with_somebody_in_office_is_not_the_leavers() -> None:
    people = [leaver(), person("bob", private_addresses=[HOME])]
    found = judged(people=people, accounts=[account(**CLOSED), account("bob"), guest("gus", address=HOME)])
    assert only(found) == MEETS


def test_all_that_remains_is_said_at_once() -> None:
    found = judged(accounts=[account()], forwards=[forward(HOME)], mailboxes=[mailbox()])
    sentence = found["because"].iloc[0]
    assert "ended on 4 May 2026" in sentence
    assert all(word in sentence for word in ("sign-in to the account", "sessions begun before then", "a licence", HOME))


@pytest.mark.parametrize(
    ("more", "verdict", "said"),
    [
        pytest.param({"group_members": [member()]}, FAILS, "places in groups (G-1)", id="in a group"),
        pytest.param(
            {"group_members": [member()], "groups": [room()]}, FAILS, "(Allotments)", id="in a group with a name"
        ),
        pytest.param({"group_members": [member(relation="owner")]}, FAILS, "groups", id="owns a group"),
        pytest.param({"group_members": [member("bob")]}, MEETS, "", id="somebody else is in it"),
        pytest.param({"role_members": [role()]}, FAILS, "roles (User Administrator)", id="holds a role"),
        pytest.param({"role_members": [role("bob")]}, MEETS, "", id="somebody else holds it"),
        pytest.param(
            {"eligible_roles": [role(assignment="eligible")]}, FAILS, "which may be taken up", id="may take a role up"
        ),
        pytest.param({"eligible_roles": [role("bob", assignment="eligible")]}, MEETS, "", id="somebody else may"),
        pytest.param({"app_grants": [grant(user_id="ID-Ann")]}, FAILS, "act for the person (Mapper)", id="an app"),
        pytest.param({"app_grants": [grant()]}, MEETS, "", id="an app that acts for everybody"),
    ],
)
def test_what_may_remain_in_the_directory(more: dict[str, list[Row]], verdict: Verdict, said: str) -> None:
    found = judged(accounts=[account(**CLOSED)], box={"purpose": "shared"}, **more)
    assert only(found) == verdict
    if said:
        assert said in found["because"].iloc[0]


def test_groups_of_an_account_that_passed_to_a_successor_are_the_successors() -> None:
    people = [leaver(private_addresses=[]), person("eve", account=f"ann@{DOMAIN}")]
    assert only(judged(people=people, accounts=[account()], group_members=[member()], role_members=[role()])) == MEETS
