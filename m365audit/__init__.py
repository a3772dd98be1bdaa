"""Audit a council's Microsoft 365 tenant against the council's own IT policy."""

import logging
from importlib.metadata import version

__version__ = version("m365audit")

# A run keeps its own log; without one, nothing of it belongs on anybody's screen.
logging.getLogger(__name__).addHandler(logging.NullHandler())
