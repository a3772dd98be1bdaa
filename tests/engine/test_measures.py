"""What is counted in every audit: numbers only where all that is counted was read."""

from dataclasses import replace
from datetime import UTC, date, datetime

from bench import ANN, gap, inputs, snapshot
from months import link_row

from m365audit.engine.judging.measures import measure
from m365audit.model.months import MEASURES

BEN = {**ANN, "account_id": "b"}
OFF = {**ANN, "account_id": "o", "enabled": False}
GUEST = {**ANN, "account_id": "g", "user_type": "guest"}


def named(link: str, kind: str) -> dict[str, object]:
    return {**link_row(link), "link_scope": None, "grantee": kind, "grantee_kind": kind}


SHARES = [link_row("a1"), named("a2", "guest"), named("a2", "outside address"), named("a3", "member")]


def test_accounts_and_shares_are_counted_once() -> None:
    registered = [{"account_id": key, "registered": key != "b"} for key in ("a", "b", "o", "g")]
    evidence = snapshot({"accounts": [ANN, BEN, OFF, GUEST], "registration": registered, "sharing": SHARES})
    assert measure(inputs(evidence)) == {"accounts": 2, "two_step": 1, "shared_outside": 1, "anyone_links": 1}


def test_what_has_ended_is_not_counted() -> None:
    ended = {**link_row("a1"), "expires_at": datetime(2026, 11, 20, tzinfo=UTC)}
    evidence = snapshot({"sharing": [ended]})
    assert measure(inputs(evidence))["anyone_links"] == 0
    assert measure(replace(inputs(evidence), as_of=date(2026, 11, 19)))["anyone_links"] == 1


def test_what_was_read_in_part_is_not_counted() -> None:
    evidence = snapshot(
        {"accounts": [ANN], "registration": [], "sharing": SHARES},
        {"registration": [gap(scope="account:b")], "sharing": [gap(scope="drive:z")]},
    )
    assert measure(inputs(evidence)) == {"accounts": 1, "two_step": None, "shared_outside": None, "anyone_links": None}
    assert measure(inputs(snapshot({}))) == dict.fromkeys(MEASURES)
