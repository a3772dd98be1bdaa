"""What the Clerk reads and fills in."""

import re
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
from m365audit.model.assessment import Assessment, Finding, Subject
from m365audit.model.evidence import Coverage
from m365audit.model.words import Result, Severity, State, SubjectKind
from m365audit.report import clerk, decisions
from m365audit.report.wording import clause_label

# What was found stands first: it stays in sight, and its wide column holds the title and what explains the table.
COLUMNS = [
    "What we found", "Who or what", "Policy clause", "Why it matters", "Suggested action", "Reference", "First seen",
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
    assert decisions.form_for(replace(base, rule=rule, subject=replace(base.subject, kind=kind))).words == choices


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
    first, second, third = re.split(r"(?<=\.) ", answers(written)["Is anything wrong?"])
    assert first == (
        "It appears so: 13 matters appear not to meet the policy or another duty and 6 more matters need your view."
    )
    assert second.startswith("6 of them are urgent, under ")
    assert "not a clean bill of health" in third


def test_what_is_met_what_was_stated_and_what_nobody_knows_are_told_apart(written: Written) -> None:
    assert answers(written)["How do the policy's clauses stand?"] == (
        "Of 60 clauses, 10 appear not to be met and 10 need your view. Met by evidence: 10. Confirmed by a person's "
        "statement: 1. Of the others, 9 wait for a statement, 10 could not be assessed and 10 carry advice only."
    )


def test_the_cover_says_what_is_not_known(written: Written) -> None:
    said = answers(written)
    assert "Warning" in said["What could not be checked?"]
    assert "one in eight" in said["How much can data decide?"]
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
    assert "held on Teams" in str(written.table("Not assessed").rows)


def test_the_same_gap_in_forty_places_is_one_row(written: Written) -> None:
    rows = written.table("Not assessed").rows
    assert len([row for row in rows if "40 drives" in row["What is missing for it"]]) == 1


def test_what_microsoft_said_is_for_the_technician(tmp_path: Path) -> None:
    gap = replace(LICENCE_GAP, said="Microsoft said: 403 Forbidden on the user a5e7")
    made = assessment()
    notes = tuple(replace(note, gap=gap) if note.gap == LICENCE_GAP else note for note in made.gaps)
    written = write(tmp_path, replace(made, gaps=notes))
    assert not [name for name, part in written.parts.items() if b"a5e7" in part]


def test_the_person_who_acts_is_named(tmp_path: Path) -> None:
    acting = finding(3, "Cllr Ann Archer")
    row = write(tmp_path, replace(assessment(), findings=(acting,))).table("Two-step sign-in").rows[0]
    assert row["Who acts"] == "Cllr Ann Archer"


def test_what_concerns_one_account_stands_together(tmp_path: Path) -> None:
    def about(number: int, key: str, clauses: tuple[str, ...]) -> Finding:
        subject = Subject(SubjectKind.ACCOUNT, key, f"somebody {number}")
        return replace(finding(0), reference=f"M365-{number}", subject=subject, clauses=clauses)

    first, other, same = (
        about(1, "ann|one", ("B-01-01",)), about(2, "bob", ("B-02-01",)), about(3, "ann", ("B-03-01",)),
    )  # fmt: skip
    written = write(tmp_path, replace(assessment(), findings=(other, same, first)))
    assert written.table("Decisions needed").column("Reference") == ["M365-1", "M365-3", "M365-2"]


def test_a_clause_counts_its_findings_and_names_nobody(written: Written) -> None:
    rows = [row for row in written.table("Clauses").rows if "finding" in row["In plain words"]]
    assert rows
    names = {finding.subject.name for finding in assessment().findings}
    assert not [name for row in rows for name in names if name in row["In plain words"]]


def test_a_statement_that_holds_is_not_asked_for_again(tmp_path: Path) -> None:
    made = assessment()
    asked = made.clauses[2].clause.attestation
    clauses = tuple(
        replace(outcome, result=Result.DOES_NOT_MEET, attested_on=date(2026, 3, 3))
        if outcome.clause.attestation == asked
        else outcome
        for outcome in made.clauses
    )
    rows = write(tmp_path, replace(made, clauses=clauses)).table("Statements due").rows
    assert [row["Status"] for row in rows if row["Name in the register"] == "ATT-002"] == ["Attested 3 Mar 2026"]


def test_statements_stand_due_ones_first_and_shared_questions_once(tmp_path: Path) -> None:
    written = write(tmp_path, assessment())
    statuses = written.table("Statements due").column("Status")
    assert statuses[-1] == "Attested 3 Mar 2026"
    assert set(statuses[:-1]) == {"Attestation due"}


def test_what_had_to_be_changed_to_be_shown_is_noted_by_cell(tmp_path: Path) -> None:
    written = write(tmp_path, assessment(names=("Cl\u200berk", "x" * 5_000)))
    (row,) = [row for row in written.table("Notes").rows if row["Word or note"] == "Texts changed to be shown"]
    body = written.table("Decisions needed")
    (place,) = [line[1].coordinate for line in body.lines if line[1].value == "Cl\ufffderk"]
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
