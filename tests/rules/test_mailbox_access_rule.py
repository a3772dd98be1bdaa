from collections.abc import Sequence
from datetime import date

import pandas as pd
import pytest
from directory_rows import member
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
    authorised,
    guest,
    judge,
    only,
    person,
    results,
)

ANN, BOB = account("ann"), account("bob")
CLERK = person("ann", role="Town Clerk")
GROUP = {
    "delegate": "G-1",
    "delegate_address": f"finance@{DOMAIN}",
    "delegate_name": "Finance",
    "delegate_kind": "group",
}


def judged(
    given: list[Row],
    rows: list[Row],
    *,
    accounts: Sequence[Row] = (ANN, BOB),
    people: Sequence[Row] = (CLERK,),
    parameters: Row | None = None,
    **more: list[Row],
) -> pd.DataFrame:
    return judge(
        "mailbox-access-authorised",
        mailbox_access=given,
        authorised_access=rows,
        accounts=list(accounts),
        people=list(people),
        parameters=parameters,
        **more,
    )


UNTOLD = {
    "delegate": "Finance Team",
    "delegate_address": None,
    "delegate_name": "Finance Team",
    "delegate_kind": "unknown",
}


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        pytest.param(None, FAILS, id="nobody is authorised to that right over that mailbox"),
        pytest.param({}, UNJUDGED, id="somebody is, and it may be this one"),
        pytest.param({"right": "Send as"}, FAILS, id="somebody is to another right"),
        pytest.param({"mailbox": f"cy@{DOMAIN}"}, FAILS, id="somebody is over another mailbox"),
        pytest.param({"until": date(2026, 11, 20)}, FAILS, id="somebody was until yesterday"),
        pytest.param({"delegate": "finance team"}, MEETS, id="the register uses the same name"),
    ],
)
def test_a_name_that_leads_to_nobody(row: Row | None, verdict: Verdict) -> None:
    rows = [] if row is None else [authorised(**row)]
    assert only(judged([access(**UNTOLD)], rows)) == verdict


@pytest.mark.parametrize(
    ("given", "row", "verdict"),
    [
        pytest.param({}, {}, MEETS, id="authorised, and the authorisation holds"),
        pytest.param({}, None, FAILS, id="no row"),
        pytest.param({}, {"mailbox": f"cy@{DOMAIN}"}, FAILS, id="a row for another mailbox"),
        pytest.param({}, {"delegate": f"cy@{DOMAIN}"}, FAILS, id="a row for another delegate"),
        pytest.param({}, {"right": "Send as"}, FAILS, id="a row for another right"),
        pytest.param(
            {}, {"mailbox": "ID-ANN", "delegate": " Bob@Exampleton-TC.gov.uk "}, MEETS, id="id, case and spaces"
        ),
        pytest.param({}, {"delegate": "Bob"}, FAILS, id="a name does not identify a person"),
        pytest.param({}, {"until": AS_OF}, MEETS, id="its last day"),
        pytest.param({}, {"until": date(2026, 11, 20)}, FAILS, id="ended yesterday"),
        pytest.param({}, {"from": date(2026, 11, 22)}, FAILS, id="begins tomorrow"),
        pytest.param({}, {"from": None, "until": None}, MEETS, id="without an end"),
        pytest.param({"inherited": True}, None, MEETS, id="inherited"),
        pytest.param({"denied": True}, None, MEETS, id="a denial"),
        pytest.param({"inherited": None, "denied": None}, None, FAILS, id="not known to be either"),
        pytest.param(
            {"delegate_name": "NT AUTHORITY\\SYSTEM", "delegate": "S-1-5-18"}, None, MEETS, id="Exchange itself"
        ),
        pytest.param({"delegate_kind": "guest"}, {}, FAILS, id="a guest, whatever the register says"),
        pytest.param({"delegate_kind": "deleted"}, {}, FAILS, id="a deleted account, whatever the register says"),
        pytest.param({"delegate_address": "bob@gmail.com"}, {}, FAILS, id="an outside address, whatever it says"),
        pytest.param(GROUP, {"delegate": f"finance@{DOMAIN}"}, MEETS, id="a group by its address"),
        pytest.param(GROUP, {"delegate": "Finance"}, MEETS, id="a group by its name"),
        pytest.param(GROUP, {}, FAILS, id="a group, where only a member is authorised"),
        pytest.param(
            {"delegate": "newbie@exampleton-tc.gov.uk", "delegate_address": None, "delegate_kind": "unknown"},
            {"delegate": f"newbie@{DOMAIN}"},
            MEETS,
            id="an unresolved address the register names",
        ),
    ],
)
def test_table(given: Row, row: Row | None, verdict: Verdict) -> None:
    found = judged([access(**given)], [] if row is None else [authorised(**row)])
    assert only(found) == verdict


@pytest.mark.parametrize(
    ("accounts", "people", "said"),
    [
        pytest.param((ANN, account("bob", enabled=False)), (CLERK,), "switched off", id="switched off"),
        pytest.param((ANN, guest("bob")), (CLERK,), "is a guest", id="a guest by the directory"),
        pytest.param((ANN, BOB), (CLERK, person("bob", until=date(2026, 5, 1))), "has ended", id="a leaver"),
    ],
)
def test_an_unfit_delegate_is_reported_whatever_the_register_says(
    accounts: Sequence[Row], people: Sequence[Row], said: str
) -> None:
    found = judged([access()], [authorised()], accounts=accounts, people=people)
    assert only(found) == FAILS
    assert said in found["because"].iloc[0]
    assert found["severity"].iloc[0] == "high"


def test_a_group_name_that_two_groups_share_authorises_neither() -> None:
    groups = [{"group_id": g, "display_name": "Finance", "mail": None} for g in ("G-1", "G-2")]
    found = judged([access(**GROUP | {"delegate_address": None})], [authorised(delegate="Finance")], groups=groups)
    assert only(found) == FAILS


def test_an_expired_authorisation_is_said_with_its_day() -> None:
    rows = [authorised(until=date(2026, 1, 31)), authorised(until=date(2026, 6, 30))]
    assert "ended on 30 Jun 2026" in judged([access()], rows)["because"].iloc[0]


@pytest.mark.parametrize("until", [None, AS_OF, date(2027, 1, 1)])
def test_an_authorisation_still_to_begin_has_not_ended(until: date | None) -> None:
    found = judged([access()], [authorised(until=until, **{"from": date(2026, 11, 22)})])
    assert "does not authorise" in found["because"].iloc[0]


def test_the_key_is_mailbox_delegate_right() -> None:
    assert results(judged([access(right="send as")], [])) == {"ID-Ann|ID-Bob|send as": FAILS}


@pytest.mark.parametrize(
    ("right", "role", "severity"),
    [
        pytest.param("send as", "Councillor", "high", id="sending as a councillor"),
        pytest.param("send on behalf", "Councillor", "high", id="sending on a councillor's behalf"),
        pytest.param("full access", "Councillor", "medium", id="opening a councillor's mailbox"),
        pytest.param("send as", "Town Clerk", "medium", id="sending as an officer"),
    ],
)
def test_urgency(right: str, role: str | None, severity: str) -> None:
    found = judged([access(right=right)], [], people=(person("ann", role=role),))
    assert found["severity"].tolist() == [severity]


@pytest.mark.parametrize(
    ("right", "role", "verdict"),
    [
        pytest.param("send as", "Councillor", FAILS, id="the asked right over a councillor's mailbox"),
        pytest.param("full access", "Councillor", MEETS, id="another right"),
        pytest.param("send as", "Town Clerk", MEETS, id="an officer's mailbox"),
    ],
)
def test_a_clause_may_ask_for_some_rights_over_some_mailboxes(right: str, role: str | None, verdict: Verdict) -> None:
    asked = {"rights": ("send as", "send on behalf"), "mailboxes_of": ("councillor",)}
    found = judged([access(right=right)], [], people=(person("ann", role=role),), parameters=asked)
    assert only(found) == verdict


@pytest.mark.parametrize(
    ("inside", "accounts", "verdict", "said"),
    [
        pytest.param([member("bob", "G-1")], [BOB], MEETS, "", id="somebody in office"),
        pytest.param(
            [member("gus", "G-1")], [guest("gus")], FAILS, "the group lets in Gus (a guest)", id="a guest in it"
        ),
        pytest.param(
            [member("bob", "G-1")], [account("bob", enabled=False)], FAILS, "Bob (switched off)", id="switched off"
        ),
        pytest.param([member("old", "G-1")], [account("old")], FAILS, "Old (service ended)", id="somebody who left"),
        pytest.param([member("gus", "G-2")], [guest("gus")], MEETS, "", id="a guest in another group"),
        pytest.param(
            [member("gus", "G-1", relation="owner")], [guest("gus")], MEETS, "", id="a guest who only owns it"
        ),
        pytest.param([], [], MEETS, "", id="nobody"),
        pytest.param(None, [], MEETS, "", id="members that could not be read"),
    ],
)
def test_who_is_in_a_group_that_is_authorised(
    inside: list[Row] | None, accounts: list[Row], verdict: Verdict, said: str
) -> None:
    found = judged(
        [access(**GROUP)],
        [authorised(delegate=f"finance@{DOMAIN}")],
        accounts=[ANN, *accounts],
        people=[CLERK, person("old", until=date(2026, 1, 1))],
        **({} if inside is None else {"group_members": inside}),
    )
    assert only(found) == verdict
    if said:
        assert said in found["because"].iloc[0]
