"""The cover says how long things are kept as the council has it, and files are known by their names again."""

from dataclasses import replace
from pathlib import Path

import pytest
from hand_built import assessment
from written import Written

from m365audit.model.tenant import Retention
from m365audit.report import clerk
from m365audit.report.names import file_name, kind_of


@pytest.mark.parametrize(
    ("retention", "says"),
    [
        pytest.param(
            Retention(),
            "The evidence for 90 days; this workbook for the current and the previous council year.",
            id="as everybody",
        ),
        pytest.param(
            Retention(evidence_days=1, clerk_workbook_years=1),
            "The evidence for 1 day; this workbook for this council year.",
            id="as short as can be",
        ),
        pytest.param(
            Retention(evidence_days=365, clerk_workbook_years=6),
            "The evidence for 365 days; this workbook for the last 6 council years.",
            id="longer",
        ),
    ],
)
def test_the_cover_says_what_purge_will_do(tmp_path: Path, retention: Retention, says: str) -> None:
    path = tmp_path / "clerk.xlsx"
    clerk.write(replace(assessment(findings=1, clauses=1), retention=retention), path)
    answers = {row["Question"]: row["Answer"] for row in Written(path).table("Cover").rows}
    assert answers["How long is it kept?"] == says


@pytest.mark.parametrize("kind", ["Clerk", "Council", "Technician"])
def test_a_workbook_is_known_by_the_name_it_was_given(kind: str) -> None:
    name = file_name(assessment(findings=0, clauses=1), kind)  # type: ignore[arg-type]
    assert kind_of(name) == kind
    assert kind_of(f"Copy of {name}") is None
    assert kind_of(f"~${name}") is None
