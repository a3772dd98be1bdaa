"""Audit a council's Microsoft 365 tenant against the council's own IT policy."""

from importlib.metadata import version

__version__ = version("m365audit")
