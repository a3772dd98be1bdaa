"""Answers as tables: which rule, about whom, and why."""

from m365audit.sample.councils.draft import Draft
from m365audit.sample.councils.enrolment import Cast

Rows = tuple[tuple[str, str, str], ...]
"""(Rule id, name in the cast, or the subject itself where the cast has no such name, because)."""


def plant_about(draft: Draft, cast: Cast, rows: Rows) -> None:
    """Write down what must be found about accounts."""
    for rule, subject, because in rows:
        draft.plant(rule, _subject(cast, subject), because)


def near_about(draft: Draft, cast: Cast, rows: Rows) -> None:
    """Write down what must not be found about accounts."""
    for rule, subject, because in rows:
        draft.near(rule, _subject(cast, subject), because)


def _subject(cast: Cast, subject: str) -> str:
    return cast[subject].id if subject in cast else subject
