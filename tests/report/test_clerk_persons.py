"""Whose matter everything is: one filter, and the rows are what to write to one person."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hand_built import assessment, finding
from written import Written

from m365audit.model.assessment import Assessment, Finding, Subject
from m365audit.model.words import Actor, Result, SubjectKind
from m365audit.report import clerk, decisions, missing, persons

ANN, BOB = "Ann Archer", "Bob Baker"
PEOPLE = {"ann@example.org": (ANN,), "ann": (ANN,), "bob@example.org": (BOB,), "bob": (BOB,)}


def about(number: int, *concerns: str, **changed: Any) -> Finding:  # noqa: ANN401 - any field of a finding
    kind, key, name = changed.pop("subject", (SubjectKind.SHARE, f"d|{number}", f"Paper {number}"))
    made = replace(finding(0), reference=f"M365-{number}", subject=Subject(kind, key, name), result=Result.REVIEW)
    return replace(made, **{"because": f"paper {number} is open", "concerns": frozenset(concerns), **changed})


def written(folder: Path, *findings: Finding, **changed: Any) -> Written:  # noqa: ANN401 - any field of an assessment
    made: Assessment = replace(assessment(), findings=findings, people=PEOPLE, **changed)
    clerk.write(made, folder / "clerk.xlsx")
    return Written(folder / "clerk.xlsx")


def test_one_persons_matters_stand_together_people_by_name(tmp_path: Path) -> None:
    found = (about(1, "bob@example.org"), about(2, "ann@example.org"), about(3, "bob@example.org"))
    rows = written(tmp_path, *found).table(persons.TITLE).rows
    assert [(row["Person or account"], row["Reference"]) for row in rows] == [
        (ANN, "M365-2"),
        (BOB, "M365-1"),
        (BOB, "M365-3"),
    ]


def test_what_concerns_two_people_stands_under_both(tmp_path: Path) -> None:
    rows = written(tmp_path, about(1, "ann@example.org", "bob@example.org")).table(persons.TITLE).rows
    assert [row["Person or account"] for row in rows] == [ANN, BOB]


def test_what_is_nobodys_own_is_counted_and_left_out(tmp_path: Path) -> None:
    book = written(tmp_path, about(1, "ann@example.org"), about(2), about(3, "stranger@example.test"))
    assert [row["Reference"] for row in book.table(persons.TITLE).rows] == ["M365-1"]
    assert "Not here: 2 findings" in book.book[persons.TITLE]["A2"].value


def test_what_is_accepted_is_not_written_about(tmp_path: Path) -> None:
    book = written(tmp_path, about(1, "ann@example.org", result=Result.ACCEPTED))
    assert book.table(persons.TITLE).rows[0]["Person or account"].startswith("Nobody")


def test_an_account_that_nobody_answers_for_goes_by_its_own_name(tmp_path: Path) -> None:
    rows = written(tmp_path, about(1, subject=(SubjectKind.ACCOUNT, "x", "Old scanner"))).table(persons.TITLE).rows
    assert [row["Person or account"] for row in rows] == ["Old scanner"]


@pytest.mark.parametrize(
    ("name", "because", "shown"),
    [
        pytest.param("MAYOR-PC", "its virus protection is off", "MAYOR-PC: Its virus protection is off.", id="device"),
        pytest.param("Ann on Planning", "Ann may open the mailbox", "Ann may open the mailbox.", id="named already"),
        pytest.param(
            "a guest (Ann)", "an address of Ann is a guest", "An address of Ann is a guest.", id="in brackets"
        ),
    ],
)
def test_every_sentence_can_stand_alone(tmp_path: Path, name: str, because: str, shown: str) -> None:
    one = about(1, "ann@example.org", subject=(SubjectKind.DEVICE, "x", name), because=because)
    assert written(tmp_path, one).table(persons.TITLE).rows[0]["What we found"] == shown


@pytest.mark.parametrize(
    ("actor", "fix", "shown"),
    [
        pytest.param(
            Actor.PROVIDER, "remove the right: Exchange admin centre > Mailboxes", "The IT provider: Remove the right.",
            id="where the IT provider clicks is for the Technician workbook",
        ),
        pytest.param(
            Actor.PROVIDER, "mark it: Exchange Online PowerShell, Set-It -On $true", "The IT provider: Mark it.",
            id="so are its commands",
        ),
        pytest.param(
            Actor.PROVIDER, "in the portal: block sign-in", "The IT provider: In the portal: block sign-in.",
            id="a colon is no click",
        ),
        pytest.param(
            Actor.PERSON, "delete the rule: Outlook > Settings", f"{ANN}: Delete the rule: Outlook > Settings.",
            id="a person is told where, and named",
        ),
    ],
)  # fmt: skip
def test_one_action_and_one_owner_in_plain_words(tmp_path: Path, actor: Actor, fix: str, shown: str) -> None:
    book = written(tmp_path, about(1, "ann@example.org", actor=actor, fix=fix))
    assert book.table(decisions.TITLE).rows[0]["Suggested action"] == shown


def test_within_one_urgency_a_persons_account_and_papers_stand_together(tmp_path: Path) -> None:
    found = (
        about(1, "ann@example.org", clauses=("B-01-01",)),
        about(2, "bob@example.org", clauses=("B-02-01",)),
        about(3, "ann@example.org", clauses=("B-03-01",), subject=(SubjectKind.ACCOUNT, "ann", "Cllr A Archer")),
    )
    assert written(tmp_path, *found).table(decisions.TITLE).column("Reference") == ["M365-1", "M365-3", "M365-2"]


def test_rows_waiting_to_be_confirmed_are_told_where_a_clerk_looks(tmp_path: Path) -> None:
    book = written(tmp_path, about(1), waiting={"People": 5, "Third parties": 1})
    (answer,) = [row["Answer"] for row in book.table("Cover").rows if row["Question"] == "What could not be checked?"]
    words = "6 rows of the register wait to be confirmed: People (5) and Third parties (1)"
    assert words in answer
    assert [row for row in book.table(missing.TITLE).rows if words in row["What is missing for it"]]
    (tmp_path / "none").mkdir()
    assert "wait to be confirmed" not in str(written(tmp_path / "none", about(1)).table("Cover").rows)
