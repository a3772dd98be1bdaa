from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from directory_rows import PROVIDER, app, grant, partner, party
from rule_rows import DOMAIN, FAILS, MEETS, REVIEW, Row, Verdict, account, guest, judge, only, results

from m365audit.policy import load
from m365audit.rules import RULES

CONFIG = Path(__file__).parents[2] / "config"
UNDER, ENDED = "third-party-under-contract", "third-party-access-ended"
YESTERDAY, TOMORROW = date(2026, 11, 20), date(2026, 11, 22)


def provider(**changed: object) -> Row:
    return party(organisation="Support Ltd", kind="provider", identifier=PROVIDER, contract="Support 2025") | changed


def judged(rule: str, *parties: Row, **more: Any) -> pd.DataFrame:  # noqa: ANN401 - rows by data set
    return judge(rule, third_parties=list(parties), **more)


@pytest.mark.parametrize(
    ("there", "rows", "verdict"),
    [
        pytest.param(partner(), [], FAILS, id="no row"),
        pytest.param(partner(), [provider()], MEETS, id="a row with a contract"),
        pytest.param(partner(), [provider(identifier=PROVIDER.upper())], MEETS, id="however the id is spelt"),
        pytest.param(partner(), [provider(contract=None)], REVIEW, id="a row without a contract"),
        pytest.param(partner(), [provider(contract=None), provider()], MEETS, id="one of two rows with a contract"),
        pytest.param(partner(), [provider(kind="guest")], FAILS, id="a row of another kind"),
        pytest.param(partner(), [provider(until=YESTERDAY)], FAILS, id="a row that ended"),
        pytest.param(partner(service_provider=False), [], MEETS, id="no provider"),
        pytest.param(partner(service_provider=None), [], MEETS, id="not known as a provider"),
    ],
)
def test_providers(there: Row, rows: list[Row], verdict: Verdict) -> None:
    assert only(judged(UNDER, *rows, partners=[there])) == verdict


@pytest.mark.parametrize(
    ("has", "may", "rows", "verdict"),
    [
        pytest.param({}, {}, [], FAILS, id="no row"),
        pytest.param({}, {}, [party()], MEETS, id="a row with a contract"),
        pytest.param({}, {}, [party(contract=" ")], REVIEW, id="a row without one"),
        pytest.param({}, {}, [party(identifier="Mapper")], MEETS, id="a row by name, of a verified publisher"),
        pytest.param(
            {"publisher": None}, {}, [party(identifier="Mapper")], REVIEW, id="a row by a name anybody can have"
        ),
        pytest.param(
            {"publisher": None},
            {},
            [party(identifier="Mapper", until=YESTERDAY)],
            FAILS,
            id="a name on a row that ended",
        ),
        pytest.param({}, {}, [party(kind="provider")], MEETS, id="the provider's app"),
        pytest.param({}, {"permission": "User.Read"}, [], MEETS, id="reaches nothing of the council's"),
        pytest.param({"origin": "own"}, {}, [], MEETS, id="made in the tenant"),
        pytest.param({"origin": "Microsoft"}, {}, [], MEETS, id="Microsoft's"),
        pytest.param({"enabled": False}, {}, [], MEETS, id="switched off"),
    ],
)
def test_apps(has: Row, may: Row, rows: list[Row], verdict: Verdict) -> None:
    found = judged(UNDER, *rows, service_principals=[app(**has)], app_grants=[grant(**may)])
    assert only(found) == verdict


@pytest.mark.parametrize(
    ("who", "row", "verdict"),
    [
        pytest.param(
            guest(), {"kind": "guest", "identifier": "gus@example-mail.test"}, REVIEW, id="a guest by address"
        ),
        pytest.param(guest(), {"kind": "guest", "identifier": "example-mail.test"}, REVIEW, id="a guest by domain"),
        pytest.param(guest(), {"kind": "app", "identifier": "example-mail.test"}, MEETS, id="a row about an app"),
        pytest.param(guest(enabled=False), {"kind": "guest", "identifier": "example-mail.test"}, MEETS, id="kept out"),
        pytest.param(account(), {"kind": "provider", "identifier": f"ann@{DOMAIN}"}, REVIEW, id="a provider's account"),
        pytest.param(
            account(), {"kind": "provider", "identifier": DOMAIN}, MEETS, id="the council's domain is no name"
        ),
        pytest.param(account(), {"kind": "guest", "identifier": f"ann@{DOMAIN}"}, MEETS, id="a member is no guest"),
    ],
)
def test_people_a_row_names_without_a_contract(who: Row, row: Row, verdict: Verdict) -> None:
    assert only(judged(UNDER, party(contract=None, **row), accounts=[who])) == verdict
    assert only(judged(UNDER, party(**row), accounts=[who])) == MEETS


def test_a_guest_on_no_row_is_left_to_the_check_on_guests() -> None:
    assert only(judged(UNDER, accounts=[guest()])) == MEETS


def test_the_provider_comes_first() -> None:
    found = judged(UNDER, partners=[partner()], service_principals=[app()], app_grants=[grant()])
    assert list(results(found)) == [PROVIDER, "SP-mapper"]


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        pytest.param([provider(until=YESTERDAY)], FAILS, id="ended yesterday"),
        pytest.param([provider(until=date(2026, 11, 21))], MEETS, id="today is the last day"),
        pytest.param([provider(until=YESTERDAY), provider()], MEETS, id="ended, and another one runs"),
        pytest.param([provider(**{"from": TOMORROW})], MEETS, id="has not begun: nothing has ended"),
        pytest.param([], MEETS, id="never on the register"),
    ],
)
def test_what_is_left_after_the_end(rows: list[Row], verdict: Verdict) -> None:
    assert only(judged(ENDED, *rows, partners=[partner()])) == verdict


@pytest.mark.parametrize(
    ("row", "evidence", "verdict"),
    [
        pytest.param({}, {"service_principals": [app()], "app_grants": [grant()]}, FAILS, id="an app that reads mail"),
        pytest.param({}, {"service_principals": [app()], "app_grants": []}, MEETS, id="an app that reaches nothing"),
        pytest.param(
            {"kind": "guest", "identifier": "example-mail.test"}, {"accounts": [guest()]}, FAILS, id="a guest"
        ),
        pytest.param(
            {"kind": "guest", "identifier": "example-mail.test"},
            {"accounts": [guest(enabled=False)]},
            MEETS,
            id="a guest who is kept out",
        ),
        pytest.param(
            {"kind": "provider", "identifier": f"ann@{DOMAIN}"}, {"accounts": [account()]}, FAILS, id="an account"
        ),
    ],
)
def test_access_of_every_kind(row: Row, evidence: dict[str, list[Row]], verdict: Verdict) -> None:
    found = judged(ENDED, party(until=YESTERDAY, **row), **evidence)
    assert only(found) == verdict
    if verdict:
        assert "ended on 20 Nov 2026" in found["because"].iloc[0]


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        pytest.param([party(identifier="Mapper", until=YESTERDAY)], FAILS, id="by a name anybody can have"),
        pytest.param([party(until=YESTERDAY), party(identifier="Mapper")], FAILS, id="by id, and a name still runs"),
        pytest.param(
            [party(), party(identifier="Mapper", until=YESTERDAY)], MEETS, id="by name, and the id still runs"
        ),
    ],
)
def test_an_app_whose_publisher_nobody_verified_after_the_end(rows: list[Row], verdict: Verdict) -> None:
    found = judged(ENDED, *rows, service_principals=[app(publisher=None)], app_grants=[grant()])
    assert only(found) == verdict


@pytest.mark.parametrize("rule", [UNDER, ENDED])
def test_without_partners_or_apps_the_rest_is_judged(rule: str) -> None:
    rows = party(kind="guest", identifier="example-mail.test", contract=None, until=YESTERDAY)
    found = judged(rule, rows if rule == ENDED else rows | {"until": None}, accounts=[guest()])
    assert set(results(found)) == {"ID-Gus"}


@pytest.mark.parametrize("rule", ["admin-roles-justified", "auditor-read-only", UNDER, ENDED])
def test_what_is_found_about_the_provider_cannot_be_turned_down_by_the_provider(rule: str) -> None:
    assert RULES[rule].parameters == {}, "a tenant file could set it"
    baseline = load("baseline", config_dir=CONFIG, known_checks=RULES)
    assert any(rule == use.check for clause in baseline.clauses for use in clause.checks)
