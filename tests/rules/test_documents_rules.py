from datetime import date
from typing import Any

import pytest
from rule_rows import ADVICE, FAILS, MEETS, REVIEW, UNJUDGED, Row, Verdict, judge, only, person, results

from m365audit.model.policy import Document, Policy


def policy(name: str = "towcester", **facts: Any) -> Policy:  # noqa: ANN401 - whatever a policy has
    return Policy(id=name, title="IT Policy", council="Exampleton", clauses=(), **facts)


@pytest.mark.parametrize(
    ("facts", "verdict", "said"),
    [
        pytest.param({"next_review": date(2024, 1, 31)}, FAILS, "overdue by 34 months", id="overdue for years"),
        pytest.param({"next_review": date(2026, 11, 20)}, FAILS, "overdue by 1 day", id="overdue since yesterday"),
        pytest.param({"next_review": date(2026, 10, 31)}, FAILS, "overdue by 1 month", id="overdue since last month"),
        pytest.param({"next_review": date(2026, 11, 21)}, REVIEW, "next review is due on 21 Nov 2026", id="due today"),
        pytest.param({"next_review": date(2027, 1, 20)}, REVIEW, "due on 20 Jan 2027", id="due in 60 days"),
        pytest.param({"next_review": date(2027, 1, 21)}, MEETS, "", id="due in 61 days"),
        pytest.param({"adopted_on": date(2026, 5, 1)}, MEETS, "", id="adopted this year"),
        pytest.param({"adopted_on": date(2025, 5, 1)}, FAILS, "due on 1 May 2026", id="adopted over a year ago"),
        pytest.param(
            {"adopted_on": date(2020, 5, 1), "last_review": date(2026, 5, 1)}, MEETS, "", id="reviewed since adoption"
        ),
        pytest.param(
            {"adopted_on": date(2025, 5, 1), "review_every_months": 24}, MEETS, "", id="reviewed every two years"
        ),
        pytest.param(
            {"last_review": date(2025, 5, 1), "next_review": date(2028, 5, 1)},
            REVIEW,
            "last review was on 1 May 2025",
            id="next review far off, last one long ago",
        ),
        pytest.param(
            {"last_review": date(2025, 11, 21), "next_review": date(2028, 5, 1)},
            MEETS,
            "",
            id="twelve months to the day",
        ),
        pytest.param({}, UNJUDGED, "date needed", id="no date at all"),
    ],
)
def test_policy_review_due(facts: Row, verdict: Verdict, said: str) -> None:
    found = judge("policy-review-due", policy=policy(**facts))
    assert only(found) == verdict
    assert said in "".join(found["because"])
    assert set(found["subject_id"]) <= {"towcester"}


@pytest.mark.parametrize(("days", "verdict"), [(60, MEETS), (90, REVIEW)])
def test_the_notice_can_be_set(days: int, verdict: Verdict) -> None:
    found = judge("policy-review-due", policy=policy(next_review=date(2027, 2, 1)), parameters={"notice_days": days})
    assert only(found) == verdict


@pytest.mark.parametrize(
    ("document", "verdict"),
    [
        pytest.param(
            Document("Data Protection Policy", date(2026, 1, 1), "https://example.test/dp"), MEETS, id="on file"
        ),
        pytest.param(Document("Data Protection Policy", None, "https://example.test/dp"), UNJUDGED, id="no day"),
        pytest.param(Document("Data Protection Policy", date(2026, 1, 1), None), UNJUDGED, id="no link"),
        pytest.param(None, UNJUDGED, id="no document is listed"),
    ],
)
def test_policy_documents_on_file(document: Document | None, verdict: Verdict) -> None:
    found = judge("policy-documents-on-file", policy=policy(documents=(document,) if document else ()))
    assert only(found) == verdict


@pytest.mark.parametrize(
    ("asked", "verdict"),
    [
        pytest.param("Data Protection Policy", MEETS, id="the one on file"),
        pytest.param("Retention Policy", UNJUDGED, id="one that is listed without its day"),
        pytest.param("Social Media Policy", UNJUDGED, id="one that is not listed"),
    ],
)
def test_a_clause_may_ask_for_some_documents(asked: str, verdict: Verdict) -> None:
    listed = (
        Document("Data Protection Policy", date(2026, 1, 1), "https://example.test/dp"),
        Document("Retention Policy"),
    )
    found = judge("policy-documents-on-file", policy=policy(documents=listed), parameters={"documents": (asked,)})
    assert only(found) == verdict


@pytest.mark.parametrize(
    ("references", "verdict", "said"),
    [
        pytest.param(({"line": 89, "says": "the old code", "now": "the new code"},), ADVICE, "line 89", id="a line"),
        pytest.param(({"says": "nothing on leavers", "now": "expected"},), ADVICE, "nothing on leavers", id="no line"),
        pytest.param((), UNJUDGED, "nobody has noted", id="nobody has looked through it"),
    ],
)
def test_policy_references_current(references: tuple[Row, ...], verdict: Verdict, said: str) -> None:
    found = judge("policy-references-current", policy=policy(), parameters={"references": references})
    assert results(found) == {"towcester": verdict}
    assert said in found["because"].iloc[0]


@pytest.mark.parametrize(
    ("who", "entry", "verdict"),
    [
        pytest.param({}, {}, MEETS, id="trained this year"),
        pytest.param({}, {"person": "ann@exampleton-tc.gov.uk"}, MEETS, id="entered under the account"),
        pytest.param({}, None, REVIEW, id="no entry"),
        pytest.param({}, {"person": "Bob"}, REVIEW, id="somebody else's entry"),
        pytest.param({}, {"date": date(2025, 11, 21)}, MEETS, id="twelve months ago to the day"),
        pytest.param({}, {"date": date(2025, 11, 20)}, REVIEW, id="more than twelve months ago"),
        pytest.param({}, {"date": date(2026, 12, 1)}, REVIEW, id="booked, not done"),
        pytest.param({}, {"date": None}, REVIEW, id="an entry without a date"),
        pytest.param({"until": date(2026, 1, 1)}, None, MEETS, id="no longer in office"),
    ],
)
def test_training_current(who: Row, entry: Row | None, verdict: Verdict) -> None:
    rows = [] if entry is None else [{"person": "Ann", "subject": "Phishing", "date": date(2026, 6, 1)} | entry]
    found = judge("training-current", people=[person(**who)], training=rows)
    assert only(found) == verdict
    assert set(found["subject_id"]) <= {"ann@exampleton-tc.gov.uk"}
