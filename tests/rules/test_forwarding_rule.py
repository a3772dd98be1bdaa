import pytest
from rule_rows import DOMAIN, FAILS, MEETS, TENANT, UNJUDGED, Row, Verdict, forward, judge, only, person, results


@pytest.mark.parametrize(
    ("route", "verdict"),
    [
        pytest.param(forward(), FAILS, id="an outside address"),
        pytest.param(forward(f"bob@{DOMAIN}"), MEETS, id="a colleague"),
        pytest.param(forward(f"bob@{TENANT}"), MEETS, id="a colleague at the tenant's own domain"),
        pytest.param(forward(f"x@sub.{DOMAIN}"), FAILS, id="a sub-domain nobody verified"),
        pytest.param(forward("x@unproven.example"), FAILS, id="a domain of the tenant that is not owned"),
        pytest.param(forward(enabled=False), MEETS, id="switched off"),
        pytest.param(forward(enabled=None), UNJUDGED, id="not known whether switched on"),
        pytest.param(forward(f"bob@{DOMAIN}", enabled=None), MEETS, id="not known, but harmless either way"),
        pytest.param(forward("Some Contact"), UNJUDGED, id="a target that leads to no address"),
        pytest.param(forward(route="rule:AQ1"), FAILS, id="an inbox rule"),
        pytest.param(
            forward(mailbox_id="*", mailbox_address=None, mailbox_name=None, route="transport:Copy all"),
            FAILS,
            id="a mail-flow rule",
        ),
        pytest.param(forward("archive@example-archive.test"), MEETS, id="a domain the tenant file names"),
    ],
)
def test_table(route: Row, verdict: Verdict) -> None:
    asked = {"exempt": frozenset({"example-archive.test"})}
    assert only(judge("mail-forwarded-outside", forwards=[route], parameters=asked)) == verdict


@pytest.mark.parametrize(
    ("target", "said"),
    [
        pytest.param("ann.at.home@example-mail.test", "a private address of Ann", id="private, on the register"),
        pytest.param("ann@district.example", "another official address of Ann", id="official elsewhere"),
        pytest.param("whoever@gmail.com", "a consumer mail service", id="a consumer service"),
        pytest.param("whoever@company.example", "another organisation", id="somebody else"),
    ],
)
def test_the_target_is_described(target: str, said: str) -> None:
    people = [
        person(private_addresses=["ann.at.home@example-mail.test"], other_official_addresses=["ann@district.example"])
    ]
    found = judge("mail-forwarded-outside", forwards=[forward(target)], people=people)
    assert only(found) == FAILS
    assert said in found["because"].iloc[0]


def test_the_key_is_mailbox_route_target() -> None:
    found = judge("mail-forwarded-outside", forwards=[forward(route="rule:AQ1")])
    assert results(found) == {"ID-Ann|rule:AQ1|someone@example-mail.test": FAILS}


DEFAULT = {"kind": "outbound policy", "name": "Default", "everybody": True}
SCANNER = {"kind": "outbound policy", "name": "Scanner", "everybody": False, "forwarding": "on"}
FOR_SOME = {"kind": "outbound rule", "name": "Scanner", "enabled": True, "policy": "Scanner"}
HELD, OUT = "holds such mail back today", "such mail is let out"


@pytest.mark.parametrize(
    ("route", "outbound", "said"),
    [
        pytest.param("mailbox", [DEFAULT | {"forwarding": "automatic"}], HELD, id="held back, as Microsoft has it"),
        pytest.param("rule:1", [DEFAULT | {"forwarding": "off"}], HELD, id="held back by name"),
        pytest.param("mailbox", [DEFAULT | {"forwarding": "on"}], OUT, id="let out"),
        pytest.param("mailbox", [DEFAULT | {"forwarding": None}], "", id="not said"),
        pytest.param("transport:X", [DEFAULT | {"forwarding": "off"}], "", id="a mail-flow rule is not held back"),
        pytest.param(
            "mailbox", [DEFAULT | {"forwarding": "off"}, SCANNER], HELD, id="a policy for nobody opens nothing"
        ),
        pytest.param("mailbox", [DEFAULT | {"forwarding": "off"}, SCANNER, FOR_SOME], "", id="one for some may"),
        pytest.param(
            "mailbox",
            [DEFAULT | {"forwarding": "off"}, SCANNER, FOR_SOME | {"enabled": False}],
            HELD,
            id="but not when its rule is off",
        ),
        pytest.param("mailbox", None, "", id="the policy could not be read"),
    ],
)
def test_it_says_whether_the_tenant_holds_such_mail_back(route: str, outbound: list[Row] | None, said: str) -> None:
    given = {} if outbound is None else {"outbound_mail": outbound}
    found = judge("mail-forwarded-outside", forwards=[forward(route=route)], **given)
    because = found["because"].iloc[0]
    assert said in because
    assert [part in because for part in (HELD, OUT)].count(True) == bool(said)
