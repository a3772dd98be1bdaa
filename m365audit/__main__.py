"""Where the command ``m365audit`` begins, and ``python -m m365audit`` with it."""

import os
import sys

_TRY_AGAIN = 75


def main() -> None:
    """Run the command line and end the process with its exit code."""
    try:
        # Loading the libraries takes a second or so, and somebody may stop the program in just that second.
        from m365audit.cli import main as run  # noqa: PLC0415

        run()
    except KeyboardInterrupt:
        sys.stderr.write("stopped before anything was begun; run the command again\n")
        sys.stderr.flush()
        os._exit(_TRY_AGAIN)


if __name__ == "__main__":
    main()
