"""What the Clerk reads and fills in."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hand_built import HOSTILE, LICENCE_GAP, assessment, clause, finding
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from written import Written

from m365audit.excel.cells import clean
from m365audit.model.assessment import Assessment
from m365audit.model.evidence import Coverage
from m365audit.model.words import Result, Severity, State, SubjectKind
from m365audit.report import clerk, decisions
from m365audit.report.wording import clause_label

COLUMNS = [
    "Reference", "What we found", "Who or what", "Policy clause", "Why it matters", "Suggested action", "First seen",
    "Due", "Decision", "Reason", "Until", "Decided by", "Decision date",
]  # fmt: skip


def write(folder: Path, made: Assessment) -> Written:
    path = folder / "clerk.xlsx"
    clerk.write(made, path)
    return Written(path)


def without_gaps(made: Assessment) -> Assessment:
    """The same with every check made in full."""
    return replace(
        made,
        gaps=(),
        checks=tuple(replace(check, gaps=(), unjudged=0, result=Result.MEETS, findings=0) for check in made.checks),
        data_sets=tuple(replace(note, coverage=Coverage(rows=5)) for note in made.data_sets),
    )


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """A council where everything was looked at and nothing found."""
    return write(tmp_path_factory.mktemp("quiet"), without_gaps(assessment(findings=0)))


def answers(written: Written) -> dict[str, str]:
    return {row["Question"]: row["Answer"] for row in written.table("Cover").rows}


def test_decisions_have_their_columns_in_order(written: Written) -> None:
    assert written.table("Decisions needed").headers == COLUMNS


def test_decisions_are_the_breaches_and_reviews_most_urgent_first(written: Written) -> None:
    made = assessment()
    wanted = {f.reference for f in made.findings if f.result in (Result.DOES_NOT_MEET, Result.REVIEW)}
    references = written.table("Decisions needed").column("Reference")
    assert set(references) == wanted
    assert len(references) == len(wanted)
    by_reference = {f.reference: f for f in made.findings}
    ranks = [
        (list(Severity).index(by_reference[r].severity), list(Result).index(by_reference[r].result)) for r in references
    ]
    assert ranks == sorted(ranks)


def test_fixed_findings_ask_for_no_decision(tmp_path: Path) -> None:
    fixed = replace(finding(0), state=State.FIXED)
    written = write(tmp_path, replace(assessment(), findings=(fixed, finding(2))))
    assert written.table("Decisions needed").column("Reference") == [finding(2).reference]


def test_an_answer_is_due_two_weeks_after_the_finding_was_first_seen(written: Written) -> None:
    for row in written.table("Decisions needed").rows:
        assert (row["Due"] - row["First seen"]).days == 14
        assert isinstance(row["Due"], datetime)


def test_names_of_the_tenant_stand_as_they_are(written: Written) -> None:
    people = written.table("People and accounts").column("Who or what")
    assert HOSTILE[0] in people
    assert HOSTILE[1] in people


def _validations(written: Written) -> list[Any]:
    return list(written.book["Decisions needed"].data_validations.dataValidation)


def test_every_drop_down_says_what_to_do(written: Written) -> None:
    found = _validations(written)
    assert {validation.type for validation in found} == {"list", "date", "textLength"}
    for validation in found:
        assert 0 < len(validation.promptTitle) <= 32
        assert 0 < len(validation.prompt) <= 255
        assert 0 < len(validation.error) <= 225
        assert validation.showInputMessage
        assert validation.showErrorMessage
        assert len(validation.formula1) <= 255


def test_every_answer_cell_has_exactly_one_question(written: Written) -> None:
    body = written.table("Decisions needed")
    for row in body.lines[1:]:
        for cell in row[8:]:
            asking = [v for v in _validations(written) if cell.coordinate in v.sqref]
            assert len(asking) == 1, cell.coordinate
        assert not [v for v in _validations(written) for cell in row[:8] if cell.coordinate in v.sqref]


@pytest.mark.parametrize(
    ("rule", "kind", "choices"),
    [
        pytest.param(
            "mailbox-access-authorised",
            SubjectKind.MAILBOX_ACCESS,
            ("Authorised", "Remove", "Ask"),
            id="access to a mailbox",
        ),
        pytest.param("share-anyone-link", SubjectKind.SHARE, ("Accepted", "Remove", "Ask"), id="a share"),
        pytest.param("guest-accounted-for", SubjectKind.GUEST, ("Accepted", "Remove", "Ask"), id="a guest"),
        pytest.param("mail-forwarded-outside", SubjectKind.FORWARD, ("Accepted", "Remove", "Ask"), id="a forward"),
        pytest.param(
            "two-step-registered",
            SubjectKind.ACCOUNT,
            ("Fix", "Accessibility exception", "Ask"),
            id="an account without a second step",
        ),
        pytest.param(
            "leaver-access-removed",
            SubjectKind.ACCOUNT,
            ("Leaver confirmed", "Still serving", "Ask"),
            id="a leaver",
        ),
        pytest.param(
            "account-on-register",
            SubjectKind.ACCOUNT,
            ("Person", "Shared", "Service", "Not known"),
            id="an unknown account",
        ),
        pytest.param("app-approved", SubjectKind.APP, ("Under contract", "Ended", "Ask"), id="a third party"),
        pytest.param("sharing-limits-set", SubjectKind.SETTING, ("Fix", "Accepted", "Ask"), id="anything else"),
    ],
)
def test_the_answers_offered_fit_the_finding(rule: str, kind: SubjectKind, choices: tuple[str, ...]) -> None:
    base = finding(0)
    assert decisions.form_for(replace(base, rule=rule, subject=replace(base.subject, kind=kind))).choices == choices


def test_all_of_the_councils_clauses_are_listed_and_the_duties_apart(written: Written) -> None:
    made = assessment()
    labels = written.table("Clauses").column("Clause")
    assert [label.split(" ")[0] for label in labels] == [outcome.clause.id for outcome in made.own_clauses]
    assert len(written.table("Other duties").rows) == len(made.duties)


@pytest.mark.parametrize(
    ("given_heading", "label"),
    [
        pytest.param("6. Data Management", "B-01-01 Data Management", id="a numbered heading"),
        pytest.param("Email", "B-01-01 Email", id="a heading without a number"),
    ],
)
def test_a_clause_is_named_by_id_and_heading(given_heading: str, label: str) -> None:
    assert clause_label(replace(clause(0), heading=given_heading)) == label


def test_the_cover_answers_in_three_sentences(written: Written) -> None:
    result = answers(written)["Is anything wrong?"]
    assert result.count(". ") == 2
    assert "appear not to meet" in result
    assert "Of the policy's 60 clauses" in result
    assert "not a clean bill of health" in result


def test_the_cover_says_what_is_not_known(written: Written) -> None:
    said = answers(written)
    assert "Warning" in said["What could not be checked?"]
    assert "one clause in eight" in said["How much can data decide?"]
    assert "No content of mails or documents" in said["What was not read?"]
    assert "5 Dec 2026" in said["What must I decide, and by when?"]
    assert "21 Nov 2026 at 09:30" in said["When?"]


def test_a_quiet_month_says_so_without_a_warning(quiet: Written) -> None:
    said = answers(quiet)
    assert said["Is anything wrong?"].startswith("Nothing that needs a decision was found")
    assert "Warning" not in said["What could not be checked?"]
    assert quiet.table("Decisions needed").rows[0]["Reference"] == "None"
    assert quiet.table("Not assessed").rows[0]["What could not be checked"].startswith("None: everything")
    assert not _validations(quiet)


def test_none_found_is_said_only_where_everything_was_looked_at(tmp_path: Path, quiet: Written) -> None:
    found = quiet.table("Guests").rows
    assert [row["Result"] for row in found] == ["Meets"]
    assert found[0]["What we found"].startswith("None found")
    made = without_gaps(assessment(findings=0))
    blind = tuple(
        replace(c, result=Result.NOT_ASSESSED, because="no licence", gaps=(LICENCE_GAP,)) if c.topic == "Guests" else c
        for c in made.checks
    )
    rows = write(tmp_path, replace(made, checks=blind)).table("Guests").rows
    assert [row["Result"] for row in rows] == ["Not assessed"]
    assert "None found" not in rows[0]["What we found"]
    assert "No licence" in rows[0]["What we found"]


@pytest.mark.parametrize("blind", ["gaps", "unjudged"])
def test_a_check_that_saw_a_part_never_says_none_found(tmp_path: Path, blind: str) -> None:
    made = without_gaps(assessment(findings=0))
    lacking: dict[str, Any] = {"gaps": (LICENCE_GAP,)} if blind == "gaps" else {"unjudged": 2}
    checks = tuple(replace(check, **lacking) if check.topic == "Meetings" else check for check in made.checks)
    written = write(tmp_path, replace(made, checks=checks))
    rows = written.table("Meetings").rows
    assert [row["Result"] for row in rows] == ["Not assessed"]
    affected = " ".join(written.table("Not assessed").column("Checks affected"))
    assert "held on Teams" in affected


def test_the_same_gap_in_forty_places_is_one_row(written: Written) -> None:
    rows = written.table("Not assessed").rows
    assert len([row for row in rows if "40 drives" in row["What could not be checked"]]) == 1
    assert len([row for row in rows if "does not make yet" in row["What could not be checked"]]) == 1


def test_statements_stand_due_ones_first_and_shared_questions_once(tmp_path: Path) -> None:
    written = write(tmp_path, assessment())
    statuses = written.table("Statements due").column("Status")
    assert statuses[-1] == "Attested 3 Mar 2026"
    assert set(statuses[:-1]) == {"Attestation due"}


def test_what_had_to_be_changed_to_be_shown_is_noted_by_cell(tmp_path: Path) -> None:
    written = write(tmp_path, assessment(names=("Cl\u200berk", "x" * 5_000)))
    (row,) = [row for row in written.table("Notes").rows if row["Word or note"] == "Texts changed to be shown"]
    body = written.table("Decisions needed")
    (place,) = [line[2].coordinate for line in body.lines if line[2].value == "Cl\ufffderk"]
    assert f"Decisions needed {place}" in row["Meaning"]
    assert "longer than a row can show" in row["Meaning"]
    long = next(str(v) for v in written.table("People and accounts").column("Who or what") if "xxx" in v)
    assert long.endswith("(shortened; the whole text is in the Technician workbook)")


@pytest.mark.parametrize(("month", "after"), [(date(2026, 12, 5), "January 2027"), (date(2027, 2, 1), "March 2027")])
def test_the_next_audit_is_next_month(tmp_path: Path, month: date, after: str) -> None:
    written = write(tmp_path, replace(assessment(findings=1), as_of=month))
    assert any(after in str(row["What to do, or where to look"]) for row in written.table("Cover").rows)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(), min_size=1, max_size=60)))
def test_any_name_gives_a_workbook_that_opens(tmp_path: Path, name: str) -> None:
    made = replace(assessment(findings=2, clauses=6, names=(name, name)), council=name, provider=name)
    written = write(tmp_path, made)
    shown = clean(name, rest="the Technician workbook").text
    if shown and len(shown) < 100 and "_x" not in shown:
        assert shown in written.table("People and accounts").column("Who or what")
