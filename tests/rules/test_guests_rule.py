from datetime import date

import pandas as pd
import pytest
from rule_rows import FAILS, MEETS, REVIEW, UNJUDGED, Row, Verdict, accepted, account, at, guest, judge, only, person

USED = [{"account_id": "ID-Gus", "last_success_at": at(2026, 11, 1)}]
PARTY = {
    "organisation": "Contractor",
    "kind": "guest",
    "identifier": "gus@example-mail.test",
    "from": None,
    "until": date(2027, 3, 31),
}


def judged(
    has: Row | None = None,
    *,
    party: Row | None = PARTY,
    activity: list[Row] | None = USED,
    parameters: Row | None = None,
    **more: list[Row],
) -> pd.DataFrame:
    return judge(
        "guest-accounted-for",
        accounts=[guest(**has or {})],
        third_parties=[party] if party else [],
        **({} if activity is None else {"sign_in_activity": activity}),
        parameters=parameters,
        **more,
    )


@pytest.mark.parametrize(
    ("party", "verdict"),
    [
        pytest.param({}, MEETS, id="named by address"),
        pytest.param({"identifier": "Example-Mail.test"}, MEETS, id="named by domain"),
        pytest.param({"identifier": "mail.test"}, FAILS, id="a domain that ends alike"),
        pytest.param({"kind": "provider"}, MEETS, id="the provider's technician"),
        pytest.param({"kind": "app"}, FAILS, id="a row about an app"),
        pytest.param({"until": date(2026, 11, 20)}, FAILS, id="the agreement ended yesterday"),
        pytest.param({"from": date(2026, 11, 22)}, FAILS, id="the agreement begins tomorrow"),
    ],
)
def test_third_parties(party: Row, verdict: Verdict) -> None:
    assert only(judged(party=PARTY | party)) == verdict


@pytest.mark.parametrize(
    ("more", "verdict"),
    [
        pytest.param({}, FAILS, id="no row at all"),
        pytest.param(
            {"accepted_sharing": [accepted(shared_with="gus@example-mail.test")]}, MEETS, id="Accepted sharing"
        ),
        pytest.param(
            {"accepted_sharing": [accepted(shared_with="gus@example-mail.test", until=date(2026, 1, 1))]},
            FAILS,
            id="Accepted sharing that has ended",
        ),
        pytest.param(
            {"people": [person(other_official_addresses=["gus@example-mail.test"])]},
            MEETS,
            id="somebody's other official address",
        ),
        pytest.param(
            {"people": [person(private_addresses=["gus@example-mail.test"])]}, FAILS, id="somebody's private address"
        ),
    ],
)
def test_other_sheets(more: Row, verdict: Verdict) -> None:
    assert only(judged(party=None, **more)) == verdict


@pytest.mark.parametrize(
    ("has", "activity", "verdict"),
    [
        pytest.param({}, USED, MEETS, id="accepted, and in use"),
        pytest.param(
            {"invitation_state": "PendingAcceptance", "invitation_changed_at": at(2026, 10, 1)},
            [],
            REVIEW,
            id="not taken up in 30 days",
        ),
        pytest.param(
            {"invitation_state": "PendingAcceptance", "invitation_changed_at": at(2026, 11, 1)},
            [],
            MEETS,
            id="invited this month",
        ),
        pytest.param(
            {"invitation_state": "PendingAcceptance"}, [], REVIEW, id="invited long ago, by the account's age"
        ),
        pytest.param({}, [{"account_id": "ID-Gus", "last_success_at": at(2026, 8, 1)}], REVIEW, id="dormant"),
        pytest.param({}, [], REVIEW, id="no sign-in ever recorded"),
        pytest.param({"created_at": at(2026, 11, 1)}, [], MEETS, id="none recorded yet"),
        pytest.param({"created_at": None}, [], UNJUDGED, id="neither sign-in nor age known"),
        pytest.param({"enabled": False}, [], MEETS, id="cannot sign in anyway"),
        pytest.param({}, None, MEETS, id="without sign-ins, the rest is judged"),
    ],
)
def test_whether_they_come(has: Row, activity: list[Row] | None, verdict: Verdict) -> None:
    assert only(judged(has, activity=activity)) == verdict


def test_a_member_is_no_guest() -> None:
    assert only(judge("guest-accounted-for", accounts=[account()])) == MEETS


def test_all_that_is_wrong_is_said_under_the_worst_result() -> None:
    found = judged(party=None, activity=[])
    assert only(found) == FAILS
    assert "no row of the register" in found["because"].iloc[0]
    assert "no successful sign-in" in found["because"].iloc[0]


@pytest.mark.parametrize(
    ("asked", "has"),
    [
        ({"unaccepted_days": 365}, {"invitation_state": "PendingAcceptance", "created_at": at(2026, 6, 1)}),
        ({"dormant_days": 365}, {"created_at": at(2026, 6, 1)}),
    ],
)
def test_the_days_can_be_set(asked: Row, has: Row) -> None:
    assert only(judged(has, activity=[])) == REVIEW
    assert only(judged(has, activity=[], parameters=asked)) == MEETS
