"""Earlier audits: which there were, whether they were complete, and what they found first."""

from datetime import UTC, date, datetime
from pathlib import Path

import orjson
import pytest

from m365audit.engine.history import as_record, earlier, first_seen
from m365audit.snapshot import BadRun, RunFolder, new_run


def run(reports: Path, month: int, *, gaps: tuple[str, ...] = (), **seen: str) -> RunFolder:
    folder = new_run(reports, "exampleton", datetime(2026, month, 1, tzinfo=UTC))
    folder.manifest.write_bytes(b"{}")
    body = {
        "as_of": f"2026-{month:02}-01",
        "gaps": [{"kind": kind} for kind in gaps],
        "findings": [{"reference": name, "first_seen": on} for name, on in seen.items()],
    }
    folder.assessment.write_bytes(orjson.dumps(body))
    return folder


def test_the_first_date_counts_even_when_a_month_did_not_look(tmp_path: Path) -> None:
    run(tmp_path, 9, old="2026-09-01")
    run(tmp_path, 10)
    run(tmp_path, 11, old="2026-11-01", new="2026-11-01")
    now = new_run(tmp_path, "exampleton", datetime(2026, 12, 1, tzinfo=UTC))
    found = first_seen(earlier(tmp_path, "exampleton", now))
    assert found == {"old": date(2026, 9, 1), "new": date(2026, 11, 1)}


def test_later_runs_and_other_councils_say_nothing(tmp_path: Path) -> None:
    first = run(tmp_path, 9)
    run(tmp_path, 10, later="2026-10-01")
    assert earlier(tmp_path, "exampleton", first) == ()
    assert earlier(tmp_path, "elsewhere", first) == ()


def test_a_run_that_stopped_half_way_is_no_audit(tmp_path: Path) -> None:
    run(tmp_path, 9).manifest.unlink()
    run(tmp_path, 10).assessment.unlink()
    now = new_run(tmp_path, "exampleton", datetime(2026, 12, 1, tzinfo=UTC))
    assert earlier(tmp_path, "exampleton", now) == ()


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
    run(tmp_path, 9, gaps=gaps)
    now = new_run(tmp_path, "exampleton", datetime(2026, 12, 1, tzinfo=UTC))
    record = as_record(earlier(tmp_path, "exampleton", now))
    assert record.to_dict("records") == [{"run": "20260901T000000Z", "made_on": date(2026, 9, 1), "complete": complete}]


def test_an_assessment_that_cannot_be_read_is_named_with_the_remedy(tmp_path: Path) -> None:
    run(tmp_path, 9).assessment.write_bytes(b"{")
    now = new_run(tmp_path, "exampleton", datetime(2026, 12, 1, tzinfo=UTC))
    with pytest.raises(BadRun, match=r"assessment\.json cannot be read.*evaluate exampleton --run 20260901T000000Z"):
        earlier(tmp_path, "exampleton", now)
