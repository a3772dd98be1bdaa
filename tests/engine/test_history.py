"""A finding keeps the date it was first seen, through every month."""

from datetime import UTC, date, datetime
from pathlib import Path

import orjson
import pytest

from m365audit.engine.history import first_seen
from m365audit.snapshot import BadRun, RunFolder, new_run


def run(reports: Path, month: int, **seen: str) -> RunFolder:
    folder = new_run(reports, "exampleton", datetime(2026, month, 1, tzinfo=UTC))
    findings = [{"reference": name, "first_seen": on} for name, on in seen.items()]
    folder.assessment.write_bytes(orjson.dumps({"findings": findings}))
    return folder


def test_the_first_date_counts_even_when_a_month_did_not_look(tmp_path: Path) -> None:
    run(tmp_path, 9, old="2026-09-01")
    run(tmp_path, 10)
    run(tmp_path, 11, old="2026-11-01", new="2026-11-01")
    now = new_run(tmp_path, "exampleton", datetime(2026, 12, 1, tzinfo=UTC))
    assert first_seen(tmp_path, "exampleton", now) == {"old": date(2026, 9, 1), "new": date(2026, 11, 1)}


def test_later_runs_and_other_councils_say_nothing(tmp_path: Path) -> None:
    first = run(tmp_path, 9)
    run(tmp_path, 10, later="2026-10-01")
    assert first_seen(tmp_path, "exampleton", first) == {}
    assert first_seen(tmp_path, "elsewhere", first) == {}


def test_an_assessment_that_cannot_be_read_is_named_with_the_remedy(tmp_path: Path) -> None:
    run(tmp_path, 9).assessment.write_bytes(b"{")
    now = new_run(tmp_path, "exampleton", datetime(2026, 12, 1, tzinfo=UTC))
    with pytest.raises(BadRun, match=r"assessment\.json cannot be read.*evaluate exampleton --run 20260901T000000Z"):
        first_seen(tmp_path, "exampleton", now)
