"""JUnit: valid for Ant and Jenkins, green only where somebody looked, and silent about people."""

from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from export.built import (
    NO_LICENCE,
    PERMISSION_GAP,
    REFUSED,
    SECRETS,
    every_state,
    hostile,
    one_clause,
    stated,
    unseen,
    urgent,
    whole,
)
from export.junit_shape import wrong_with
from hypothesis import given
from hypothesis import strategies as st
from report.hand_built import assessment

from m365audit.export import Audited
from m365audit.export.as_junit import MOST_REFERENCES, pieces
from m365audit.model.assessment import Assessment
from m365audit.model.words import Result, Severity, State


def text_of(*councils: Audited) -> str:
    return "".join(pieces(councils))


def suites_of(*councils: Audited) -> list[ET.Element]:
    return list(ET.fromstring(text_of(*councils)))  # noqa: S314 - what we wrote ourselves


def cases_of(audited: Audited) -> list[ET.Element]:
    [suite] = suites_of(audited)
    return suite.findall("testcase")


def verdict(case: ET.Element) -> str:
    return case[0].tag if len(case) else "passed"


@pytest.mark.parametrize(
    "councils",
    [
        pytest.param([assessment()], id="a realistic council"),
        pytest.param([every_state(), whole()], id="two councils"),
        pytest.param([hostile()], id="hostile names"),
        pytest.param([unseen(), REFUSED], id="one nobody could look at and one refused"),
        pytest.param([], id="no council at all"),
    ],
)
def test_the_file_is_as_both_schemas_have_it(councils: list[Audited]) -> None:
    assert wrong_with(text_of(*councils)) == []


def without(attribute: str, path: str) -> Callable[[ET.Element], None]:
    return lambda root: root.find(path).attrib.pop(attribute)  # type: ignore[union-attr]


def with_(attribute: str, value: str, path: str) -> Callable[[ET.Element], None]:
    return lambda root: root.find(path).set(attribute, value)  # type: ignore[union-attr]


def moved(root: ET.Element) -> None:
    suite = root[0]
    suite.append(suite[0])
    del suite[0]


def doubled(root: ET.Element) -> None:
    case = root.findall(".//testcase")[1]
    case.append(case[0])


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        pytest.param(without("package", "testsuite"), "needs package", id="no package"),
        pytest.param(without("type", ".//failure"), "failure needs type", id="a failure of no type"),
        pytest.param(with_("timestamp", "2026-11-21T09:30:12Z", "testsuite"), "timestamp cannot be", id="a time zone"),
        pytest.param(with_("assertions", "1", ".//testcase"), "cannot have assertions", id="an attribute there is not"),
        pytest.param(with_("failures", "7", "testsuite"), "counts 7 failures", id="another number of failures"),
        pytest.param(with_("name", "two\nlines", ".//testcase"), "name cannot be", id="a name of two lines"),
        pytest.param(moved, "testsuite cannot hold", id="properties at the end"),
        pytest.param(doubled, "testcase cannot hold", id="two verdicts"),
    ],
)
def test_the_shape_sees_what_is_wrong(change: Callable[[ET.Element], None], complaint: str) -> None:
    root = ET.fromstring(text_of(one_clause(Result.DOES_NOT_MEET)))  # noqa: S314 - what we wrote ourselves
    assert wrong_with(ET.tostring(root, encoding="unicode")) == []
    change(root)
    assert any(complaint in wrong for wrong in wrong_with(ET.tostring(root, encoding="unicode")))


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        pytest.param(one_clause(Result.DOES_NOT_MEET), "failure", id="does not meet"),
        pytest.param(one_clause(Result.MEETS), "passed", id="meets"),
        pytest.param(one_clause(Result.ATTESTED), "passed", id="a person has stated it"),
        pytest.param(one_clause(Result.REVIEW), "skipped", id="for somebody to judge"),
        pytest.param(one_clause(Result.ADVICE), "skipped", id="advice"),
        pytest.param(one_clause(Result.ACCEPTED), "skipped", id="accepted"),
        pytest.param(one_clause(Result.ATTESTATION_DUE), "skipped", id="a person has yet to state it"),
        pytest.param(one_clause(Result.NOT_APPLICABLE), "skipped", id="not applicable"),
        pytest.param(one_clause(Result.NOT_ASSESSED), "skipped", id="not assessed, and nothing should have come"),
        pytest.param(one_clause(Result.NOT_ASSESSED, gaps=(NO_LICENCE,)), "skipped", id="no licence for it"),
        pytest.param(one_clause(Result.NOT_ASSESSED, gaps=(PERMISSION_GAP,)), "error", id="it should have come"),
        pytest.param(one_clause(Result.DOES_NOT_MEET, gaps=(PERMISSION_GAP,)), "failure", id="what came is bad enough"),
    ],
)
def test_a_clause_is_a_case(made: Assessment, expected: str) -> None:
    _, case = cases_of(made)
    assert verdict(case) == expected
    assert case.get("classname") == "exampleton.exampleton"
    assert case.get("name") == "B-01-01 Sharing: Share with those who need it"


@pytest.mark.parametrize(
    ("made", "message"),
    [
        pytest.param(
            one_clause(Result.NOT_ASSESSED, gaps=(NO_LICENCE,)),
            "Not assessed: Not read: sign in activity: Neither tenant is B2C or tenant doesn't have premium license.",
            id="the gap's own words",
        ),
        pytest.param(
            one_clause(Result.ATTESTATION_DUE),
            "Attestation due: A person must state (ATT-WEB): Does the website meet the law?",
            id="the question",
        ),
        pytest.param(
            one_clause(Result.ACCEPTED), "Accepted until 31 Mar 2027: The workbooks say more", id="until when"
        ),
        pytest.param(
            one_clause(Result.DOES_NOT_MEET, rolls_up=True),
            "Does not meet: The worst of the clauses that bind the same people",
            id="what it goes by",
        ),
    ],
)
def test_a_case_says_why(made: Assessment, message: str) -> None:
    assert cases_of(made)[1][0].get("message") == message


def test_a_failure_counts_the_findings_and_gives_their_references() -> None:
    found = tuple(urgent(Severity.HIGH if number == 3 else Severity.LOW, number) for number in range(25))
    [_, case] = cases_of(one_clause(Result.DOES_NOT_MEET, findings=found))
    text = case[0].text or ""
    assert "share-anyone-link (No file is open to anyone): 25, urgency up to high: " in text
    assert sum(made.reference in text for made in found) == MOST_REFERENCES
    assert "and 5 more" in text


def test_the_audit_itself_is_a_case_that_fails_where_something_is_missing() -> None:
    good, bad = cases_of(whole())[0], cases_of(one_clause(Result.MEETS, gaps=(PERMISSION_GAP,)))[0]
    assert (verdict(good), verdict(bad)) == ("passed", "error")
    assert "Sites.Read.All" in (bad[0].text or "")
    assert verdict(cases_of(one_clause(Result.MEETS, gaps=(NO_LICENCE,)))[0]) == "passed"


def test_a_refused_council_is_a_suite_of_one_error() -> None:
    first, refused, last = suites_of(whole(), REFUSED, whole())
    assert [suite.get("errors") for suite in (first, refused, last)] == ["0", "1", "0"]
    [case] = refused.findall("testcase")
    assert case[0].get("message") == "Not assessed: Microsoft refused the sign-in"


def test_nothing_passes_where_nothing_was_seen() -> None:
    made = one_clause(Result.NOT_ASSESSED, gaps=(PERMISSION_GAP,))
    assert {verdict(case) for case in cases_of(made)} == {"error"}


def test_what_the_command_would_tell_of_the_run_stands_in_the_suite() -> None:
    [suite] = suites_of(one_clause(Result.MEETS, findings=(urgent(Severity.HIGH, 1), urgent(Severity.LOW, 2))))
    told = suite.findtext("system-out") or ""
    assert "Run 20261121T093000Z, as of 2026-11-21" in told
    assert "Clauses: 1 Meets." in told
    assert "Open findings by urgency: 1 high, 1 low." in told
    assert "A skipped clause has not passed" in told


def test_build_logs_name_nobody() -> None:
    made = every_state()
    clauses = tuple(replace(outcome, because="Cllr Aled Name-Canary") for outcome in made.clauses)
    checks = tuple(replace(check, because="Cllr Aled Name-Canary") for check in made.checks)
    text = text_of(replace(made, clauses=clauses, checks=checks))
    assert "Name-Canary" not in text
    assert [finding.reference for finding in made.findings if finding.subject.id in text or finding.fix in text] == []
    assert [secret for secret in SECRETS.values() if secret in text] == []
    assert "drive:" not in text


def test_what_is_fixed_accepted_or_was_not_looked_at_is_no_open_finding() -> None:
    gone = (stated(State.FIXED, 1), stated(State.NOT_COMPARABLE, 2), stated(State.OPEN, 3, Result.ACCEPTED))
    text = text_of(one_clause(Result.DOES_NOT_MEET, findings=gone))
    assert "Open findings by urgency: none." in text
    assert [made.reference for made in gone if made.reference in text] == []


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_any_text_makes_a_file_that_can_be_read(text: str) -> None:
    made = one_clause(Result.NOT_ASSESSED, gaps=(replace(PERMISSION_GAP, detail=text, fix=text),))
    clause = replace(made.clauses[0].clause, heading=text, paraphrase=text)
    made = replace(made, council=text, policy_title=text, clauses=(replace(made.clauses[0], clause=clause),))
    written = text_of(made, replace(REFUSED, reason=text))
    written.encode()
    assert wrong_with(written) == []
