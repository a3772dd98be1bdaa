"""The registers of the sample councils are ones the program itself reads."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from m365audit.register.read import read_register
from m365audit.register.write import write_register
from m365audit.sample import councils

AS_OF = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
COUNCILS = {
    "Exampleton": councils.exampleton(AS_OF),
    "Little Sampling": councils.little_sampling(AS_OF),
    "a scaled one": councils.scaled(60, 7, AS_OF),
}


@pytest.mark.parametrize("council", COUNCILS.values(), ids=COUNCILS.keys())
def test_the_program_reads_every_row_of_the_register(council: councils.SampleCouncil, tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    write_register(path, council.name, council.register)
    frames = read_register(path)
    assert frames is not None
    assert [len(frame) for frame in frames.values()] == [len(rows) for rows in council.register.values()]
