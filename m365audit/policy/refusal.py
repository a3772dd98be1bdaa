"""The refusal of a policy file."""

from m365audit.settings import BadFile


class PolicyRefused(BadFile):
    """A policy the program will not judge by; the sentence names file, line, clause, problem and remedy."""
