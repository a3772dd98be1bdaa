"""``python -m m365audit``: the same as the command ``m365audit``."""

from m365audit.cli import main

main()
