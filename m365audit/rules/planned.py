"""Checks that policies already name and no rule makes yet: their clauses say *Not assessed: check not built yet*."""

PLANNED: dict[str, str] = {}
"""Check id to one line on what it will look at. A check leaves this list when a rule of its id is written."""
