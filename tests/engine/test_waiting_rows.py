"""An assessment says how many rows of the register wait to be confirmed: the Clerk's workbook tells the Clerk."""

from datetime import UTC, datetime
from pathlib import Path

from bench import inputs, policy, register, whole_snapshot

from m365audit.engine.assess import assess
from m365audit.engine.deciding.accepted import acceptances
from m365audit.engine.judging.judge import Bench
from m365audit.engine.months.history import read_history
from m365audit.register.read import WAITING
from m365audit.snapshot import new_run


def test_an_assessment_counts_the_rows_that_wait_to_be_confirmed(tmp_path: Path) -> None:
    sheets = register()
    sheets["people"].attrs[WAITING] = ({"name": "Confirm: Ann"}, {"name": "Confirm: Bob"})
    evidence = whole_snapshot({}, {})
    evidence.folder = new_run(tmp_path, "exampleton", datetime(2026, 11, 21, 9, 30, tzinfo=UTC))
    evidence.folder.manifest.write_bytes(b"{}")
    given = inputs(evidence, sheets, policy())
    history = read_history(tmp_path, "exampleton", evidence.folder)
    assert assess(Bench(given, acceptances(given)), policy(), history).waiting == {"People": 2}
