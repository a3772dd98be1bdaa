from datetime import date

import pandas as pd
import pytest
from rule_rows import FAILS, MEETS, Row, Verdict, account, at, guest, judge, meeting, only, person, results, share

HOME = "ann.at.home@example-mail.test"
ANN = {"private_addresses": [HOME]}


def judged(
    *,
    who: Row | None = None,
    accounts: list[Row] | None = None,
    parameters: Row | None = None,
    **more: list[Row],
) -> pd.DataFrame:
    return judge(
        "private-address-in-use",
        people=[person(**ANN | (who or {}))],
        accounts=[account()] if accounts is None else accounts,
        parameters=parameters,
        **more,
    )


@pytest.mark.parametrize(
    ("more", "subject"),
    [
        pytest.param({}, None, id="nowhere"),
        pytest.param({"accounts": [account(), guest(address=HOME)]}, ("guest", "ID-Gus"), id="as a guest"),
        pytest.param(
            {"accounts": [account(), guest(other_mails=[HOME])]}, ("guest", "ID-Gus"), id="a guest's other mail"
        ),
        pytest.param({"accounts": [account(other_mails=[HOME])]}, None, id="only for the recovery of her own account"),
        pytest.param(
            {"accounts": [account(), guest(address="ann.smith@gmail.com")]}, None, id="a name that looks alike"
        ),
        pytest.param({"sharing": [share(grantee_address=HOME)]}, ("share", "b!D|I1|P1"), id="let in to a file"),
        pytest.param({"sharing": [share(invited_address=HOME)]}, ("share", "b!D|I1|P1"), id="invited to a file"),
        pytest.param(
            {"sharing": [share(grantee_address=HOME, expires_at=at(2026, 1, 1))]}, None, id="a share that ended"
        ),
        pytest.param({"sharing": [share()]}, None, id="somebody else let in"),
        pytest.param(
            {"meetings": [meeting(outside_addresses=[HOME])]}, ("meeting", "ICAL-1"), id="at a meeting of ours"
        ),
        pytest.param(
            {"meetings": [meeting(outside_addresses=[HOME], ours=False)]}, None, id="at somebody else's meeting"
        ),
        pytest.param({"meetings": [meeting(outside_addresses=["x@y.example"])]}, None, id="somebody else at a meeting"),
    ],
)
def test_where(more: Row, subject: tuple[str, str] | None) -> None:
    found = judged(**more)
    assert [(r.subject_kind, r.subject_id) for r in found.itertuples()] == ([subject] if subject else [])
    assert set(found["result"]) <= {FAILS}


@pytest.mark.parametrize(
    ("who", "accounts", "verdict"),
    [
        pytest.param({}, None, FAILS, id="in office, with a council account"),
        pytest.param({"until": date(2026, 1, 1)}, None, MEETS, id="no longer in office: another check"),
        pytest.param({"account": None}, None, MEETS, id="no council account to use instead"),
        pytest.param({}, [account(enabled=False)], MEETS, id="an account that does not work"),
        pytest.param({"other_official_addresses": [HOME]}, None, MEETS, id="the district council's address"),
        pytest.param({"private_addresses": [HOME.upper()]}, None, FAILS, id="capitals do not matter"),
    ],
)
def test_whose(who: Row, accounts: list[Row] | None, verdict: Verdict) -> None:
    assert only(judged(who=who, accounts=accounts, meetings=[meeting(outside_addresses=[HOME])])) == verdict


def test_an_address_official_for_one_person_is_private_for_nobody() -> None:
    people = [person(**ANN), person("bob", other_official_addresses=[HOME])]
    found = judge(
        "private-address-in-use",
        people=people,
        accounts=[account(), account("bob")],
        meetings=[meeting(outside_addresses=[HOME])],
    )
    assert only(found) == MEETS


def test_a_share_that_names_the_guest_by_id_alone() -> None:
    rows = [share(grantee="ID-Gus", grantee_kind="guest", grantee_address=None)]
    found = judged(accounts=[account(), guest(address=HOME)], sharing=rows)
    assert results(found) == {"ID-Gus": FAILS, "b!D|I1|P1": FAILS}


def test_a_share_with_two_private_addresses_is_one_finding() -> None:
    both = [person(**ANN), person("bob", private_addresses=["bob@example-mail.test"])]
    rows = [share(grantee=a, grantee_address=a) for a in (HOME, "bob@example-mail.test")]
    found = judge("private-address-in-use", people=both, accounts=[account(), account("bob")], sharing=rows)
    assert only(found) == FAILS
    assert "Ann, Bob" in found["because"].iloc[0]


@pytest.mark.parametrize(("asked", "verdict"), [("councillor", FAILS), ("staff", MEETS)])
def test_a_clause_may_ask_for_councillors_alone(asked: Row, verdict: Verdict) -> None:
    found = judged(meetings=[meeting(outside_addresses=[HOME])], parameters={"roles": (asked,)})
    assert only(found) == verdict
