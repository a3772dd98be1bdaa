"""Earlier audits: which there were, whether they were complete, which counts for a month, and what they found."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from m365audit.engine.months.history import History, as_record, counting, previous, read_history
from m365audit.model.words import Result, State
from m365audit.snapshot import BadRun, RunFolder, new_run


def finding(name: str, first_seen: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any key of a finding
    return {
        "reference": name, "rule": "share-anyone-link", "clauses": ["T-01"], "result": "Does not meet",
        "severity": "high", "subject": {"kind": "share", "id": "d|i|p", "name": "A file"}, "because": "it is open",
        "fix": "close it", "actor": "clerk", "first_seen": first_seen, "state": "new", **changes,
    }  # fmt: skip


def run(
    reports: Path, on: date, *findings: dict[str, Any], gaps: tuple[str, ...] = (), result: str = "Meets"
) -> RunFolder:
    """A run as the first version of the program left it: without anything of months or decisions."""
    folder = new_run(reports, "exampleton", datetime(on.year, on.month, on.day, tzinfo=UTC))
    folder.manifest.write_bytes(b"{}")
    body = {
        "as_of": on.isoformat(),
        "policy": "test",
        "gaps": [{"kind": kind} for kind in gaps],
        "findings": list(findings),
        "clauses": [{"id": "T-01", "policy": "test", "result": result}],
    }
    folder.assessment.write_bytes(orjson.dumps(body))
    return folder


def before(reports: Path, on: date = date(2026, 12, 1)) -> History:
    folder = RunFolder(reports / "exampleton" / f"{on:%Y%m%d}T000000Z")
    return read_history(reports, "exampleton", folder)


def test_the_first_date_counts_even_when_a_month_did_not_look(tmp_path: Path) -> None:
    run(tmp_path, date(2026, 9, 1), finding("old", "2026-09-01"))
    run(tmp_path, date(2026, 10, 1))
    run(tmp_path, date(2026, 11, 1), finding("old", "2026-11-01"), finding("new", "2026-11-01"))
    found = before(tmp_path).findings
    assert {name: past.first_seen for name, past in found.items()} == {
        "old": date(2026, 9, 1),
        "new": date(2026, 11, 1),
    }
    assert (found["old"].open_since, found["old"].last_seen) == (date(2026, 9, 1), date(2026, 11, 1))


def test_what_an_older_document_does_not_mention_is_not_thought_fixed(tmp_path: Path) -> None:
    run(tmp_path, date(2026, 9, 1), finding("old", "2026-09-01"))
    run(tmp_path, date(2026, 10, 1))
    assert before(tmp_path).findings["old"].gone_on is None


def test_where_older_documents_are_gone_the_last_one_still_tells_of_them(tmp_path: Path) -> None:
    told = {"state": "not comparable", "open_since": "2026-03-02", "last_seen": "2026-06-01", "result": "Not assessed"}
    run(tmp_path, date(2026, 11, 1), finding("hidden", "2025-10-01", **told))
    past = before(tmp_path).findings["hidden"]
    assert (past.first_seen, past.open_since, past.last_seen) == (
        date(2025, 10, 1),
        date(2026, 3, 2),
        date(2026, 6, 1),
    )


def test_what_came_back_began_anew(tmp_path: Path) -> None:
    run(tmp_path, date(2026, 9, 1), finding("x", "2026-09-01"))
    run(tmp_path, date(2026, 10, 1), finding("x", "2026-09-01", state="fixed", fixed_on="2026-10-01", result="Meets"))
    run(tmp_path, date(2026, 11, 1), finding("x", "2026-09-01", state="came back"))
    past = before(tmp_path).findings["x"]
    assert (past.open_since, past.returned, past.gone_on) == (date(2026, 11, 1), True, None)
    assert (past.finding.state, past.finding.result) == (State.CAME_BACK, Result.DOES_NOT_MEET)


def test_later_runs_and_other_councils_say_nothing(tmp_path: Path) -> None:
    first = run(tmp_path, date(2026, 9, 1))
    run(tmp_path, date(2026, 10, 1), finding("later", "2026-10-01"))
    assert read_history(tmp_path, "exampleton", first) == History()
    assert read_history(tmp_path, "elsewhere", first) == History()


def test_a_run_that_stopped_half_way_is_no_audit(tmp_path: Path) -> None:
    run(tmp_path, date(2026, 9, 1)).manifest.unlink()
    run(tmp_path, date(2026, 10, 1)).assessment.unlink()
    assert before(tmp_path) == History()


@pytest.mark.parametrize(
    ("gaps", "complete"),
    [
        pytest.param((), True, id="no gap"),
        pytest.param(("licence", "not-enabled", "unsupported"), True, id="what the tenant does not have"),
        pytest.param(("licence", "permission"), False, id="a permission taken away"),
        pytest.param(("throttled",), False, id="throttled"),
    ],
)
def test_an_audit_is_complete_when_everything_came_that_should(
    gaps: tuple[str, ...],
    complete: bool,  # noqa: FBT001 - a table
    tmp_path: Path,
) -> None:
    run(tmp_path, date(2026, 9, 1), gaps=gaps)
    record = as_record(before(tmp_path).audits)
    assert record.to_dict("records") == [{"run": "20260901T000000Z", "made_on": date(2026, 9, 1), "complete": complete}]


PART = ("permission",)


@pytest.mark.parametrize(
    ("made", "counts"),
    [
        pytest.param([(3, ()), (20, ())], 20, id="the last of two complete ones"),
        pytest.param([(3, ()), (20, PART)], 3, id="the complete one, though a partial one came later"),
        pytest.param([(3, PART), (20, ())], 20, id="the complete one, though a partial one came first"),
        pytest.param([(3, PART), (20, PART)], 20, id="the last, where none is complete"),
    ],
)
def test_which_audit_counts_for_its_month(made: list[tuple[int, tuple[str, ...]]], counts: int, tmp_path: Path) -> None:
    for day, gaps in made:
        run(tmp_path, date(2026, 10, day), gaps=gaps)
    chosen = counting(before(tmp_path).audits)
    assert {month: audit.made_on.day for month, audit in chosen.items()} == {date(2026, 10, 1): counts}


def test_the_audit_to_compare_with_is_of_an_earlier_month_and_missing_months_are_named(tmp_path: Path) -> None:
    run(tmp_path, date(2026, 8, 5), result="Review")
    run(tmp_path, date(2026, 11, 2))
    found = previous(before(tmp_path, date(2026, 11, 20)), date(2026, 11, 20))
    assert found is not None
    assert (found.made_on, found.missing) == (date(2026, 8, 5), (date(2026, 9, 1), date(2026, 10, 1)))
    assert found.clauses == {"T-01": "Review"}


def test_in_a_first_audit_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    assert previous(before(tmp_path), date(2026, 12, 1)) is None
    run(tmp_path, date(2026, 11, 2))
    assert previous(before(tmp_path, date(2026, 11, 20)), date(2026, 11, 20)) is None


def test_an_assessment_that_cannot_be_read_is_named_with_the_remedy(tmp_path: Path) -> None:
    run(tmp_path, date(2026, 9, 1)).assessment.write_bytes(b"{")
    with pytest.raises(BadRun, match=r"assessment\.json cannot be read.*evaluate exampleton --run 20260901T000000Z"):
        before(tmp_path)


@pytest.mark.parametrize(
    ("kind", "complete"),
    [
        pytest.param("not-built", True, id="a check earlier versions did not make yet, which was nobody's to mend"),
        pytest.param("licence", True, id="a licence the council does not have"),
        pytest.param("permission", False, id="a permission that was not given"),
    ],
)
def test_a_month_of_an_earlier_version_is_still_read(kind: str, complete: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a column of the table
    run(tmp_path, date(2026, 9, 1), finding("old", "2026-09-01"), gaps=(kind,))
    found = before(tmp_path)
    assert [audit.complete for audit in found.audits] == [complete]
    assert list(found.findings) == ["old"]


def test_a_kind_of_gap_nobody_knows_is_not_taken_for_none(tmp_path: Path) -> None:
    run(tmp_path, date(2026, 9, 1), gaps=("sunspots",))
    with pytest.raises(BadRun, match="sunspots"):
        before(tmp_path)
