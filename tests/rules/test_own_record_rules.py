from datetime import date, timedelta

import pytest
from rule_rows import AS_OF, FAILS, MEETS, UNJUDGED, Row, Verdict, judge, only


def audit(on: date, *, complete: bool = True) -> Row:
    return {"run": f"{on:%Y%m%d}T090000Z", "made_on": on, "complete": complete}


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


@pytest.mark.parametrize(
    ("audits", "verdict", "said"),
    [
        pytest.param([], UNJUDGED, "the first audit on record", id="the first audit of all"),
        pytest.param(
            [audit(ago(20), complete=False)], UNJUDGED, "no audit before this one was complete", id="none whole"
        ),
        pytest.param([audit(ago(35))], MEETS, "", id="35 days ago"),
        pytest.param([audit(ago(36))], FAILS, "was 36 days ago, on 16 Oct 2026", id="36 days ago"),
        pytest.param(
            [audit(ago(30)), audit(ago(60), complete=False)], MEETS, "", id="a partial one before the first whole one"
        ),
        pytest.param(
            [audit(date(2026, 8, 3)), audit(date(2026, 9, 1), complete=False), audit(date(2026, 11, 2))],
            FAILS,
            "no complete audit was made in September 2026, October 2026",
            id="a month left out and a partial one",
        ),
        pytest.param(
            [audit(date(2026, 9, 30)), audit(date(2026, 10, 1)), audit(date(2026, 10, 31))], MEETS, "", id="each month"
        ),
        pytest.param(
            [audit(date(2024, 1, 5)), *(audit(date(2025 + m // 12, m % 12 + 1, 2)) for m in range(10, 23))],
            MEETS,
            "",
            id="a gap more than a year back",
        ),
    ],
)
def test_audit_cadence(audits: list[Row], verdict: Verdict, said: str) -> None:
    found = judge("audit-cadence", earlier_audits=audits)
    assert only(found) == verdict
    assert said in "".join(found["because"])
    assert set(found["subject_id"]) <= {"audit.cadence"}


@pytest.mark.parametrize(("days", "verdict"), [(36, FAILS), (40, MEETS)])
def test_the_longest_time_between_audits_can_be_set(days: int, verdict: Verdict) -> None:
    found = judge("audit-cadence", earlier_audits=[audit(ago(38))], parameters={"most_days": days})
    assert only(found) == verdict


def fault(rule: str, sheet: str = "Cover") -> Row:
    return {"workbook": "Clerk", "rule": rule, "sheet": sheet, "what": f"something on {sheet}"}


@pytest.mark.parametrize(
    ("faults", "verdict", "said"),
    [
        pytest.param([], MEETS, "", id="a workbook without a fault"),
        pytest.param(
            [fault("no cells are merged"), fault("no cells are merged", "Notes")],
            FAILS,
            "the rule 'no cells are merged' is broken in 2 places of the Clerk workbook, such as: something on Cover",
            id="one rule broken twice is one finding",
        ),
    ],
)
def test_workbooks_accessible(faults: list[Row], verdict: Verdict, said: str) -> None:
    found = judge("workbooks-accessible", workbook_faults=faults)
    assert only(found) == verdict
    assert said in "".join(found["because"])


def test_each_broken_rule_is_a_finding_of_its_own() -> None:
    found = judge("workbooks-accessible", workbook_faults=[fault("no cells are merged"), fault("nothing is hidden")])
    assert set(found["subject_id"]) == {"workbooks.clerk.no-cells-are-merged", "workbooks.clerk.nothing-is-hidden"}
