"""The command line: parse, one call, print, exit code. Data goes to stdout, talk and progress to stderr."""

import sys

from m365audit.cli import ask, run, start  # noqa: F401 - each brings its commands
from m365audit.cli.app import app
from m365audit.cli.refusals import exit_code_of

__all__ = ["app", "main"]


def main() -> None:
    """Run the command line and end the process with its exit code."""
    sys.exit(exit_code_of(app))
