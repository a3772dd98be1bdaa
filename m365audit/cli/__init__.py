"""The command line: parse, one call, print, exit code. Data goes to stdout, talk and progress to stderr."""

import os
import sys

from m365audit.cli import ask, compare, decide, doctor, keep, permissions, run, start  # noqa: F401 - each brings its commands
from m365audit.cli.app import app
from m365audit.cli.refusals import TRY_AGAIN, exit_code_of

__all__ = ["app", "main"]


def main() -> None:
    """Run the command line and end the process with its exit code."""
    code = exit_code_of(app)
    if code == TRY_AGAIN:
        # Whoever stopped it waits, and Python would take its time to take itself apart.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)
