"""A council whose Clerk decides: what the tests of the register and of the commands have in common."""

import shutil
import signal
from pathlib import Path

import pytest
from decided import Desk


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A council's folders, set up once; its workbook takes a second to write."""
    return Desk(tmp_path_factory.mktemp("council") / "desk").set_up().folder


@pytest.fixture
def desk(template: Path, tmp_path: Path) -> Desk:
    shutil.copytree(template, tmp_path / "desk")
    return Desk(tmp_path / "desk")


# Begun in the background, a shell's child ignores Ctrl-C, and so would every command the tests begin and stop.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
