"""The months of a council's audits: how they are counted, and what each of them came to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from m365audit.model.decisions import Decision, Standing
from m365audit.model.words import Result, Severity

_FIRST_MONTH = 4
"""A council's year begins on 1 April."""


def month_of(day: date) -> date:
    """The first day of a day's month."""
    return day.replace(day=1)


def months_between(earlier: date, later: date) -> int:
    """How many calendar months lie between the months of two days; never less than none."""
    return max(0, (later.year - earlier.year) * 12 + later.month - earlier.month)


def month_after(month: date) -> date:
    """The first day of the next month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def months_from(first: date, last: date) -> tuple[date, ...]:
    """The first days of all months from one to another, both included; none where the last comes first."""
    found = []
    month = month_of(first)
    while month <= last:
        found.append(month)
        month = month_after(month)
    return tuple(found)


def year_of(day: date) -> date:
    """The first day of the council's year a day lies in: 1 April."""
    return date(day.year if day.month >= _FIRST_MONTH else day.year - 1, _FIRST_MONTH, 1)


def year_end(day: date) -> date:
    """The last 31 March that is not after a day: the one whose position the annual return speaks of."""
    begins = year_of(day)
    is_the_day_itself = (day.month, day.day) == (3, 31)
    return day if is_the_day_itself else date(begins.year, 3, 31)


MEASURES: Mapping[str, str] = {
    "accounts": "Accounts people can sign in with",
    "two_step": "Of these, with a second step of sign-in registered",
    "shared_outside": "Files and folders shared with somebody outside the council",
    "anyone_links": "Files and folders open to anyone who has a link",
}
"""What is counted in every audit, in the words of the sheet that shows it."""


@dataclass(frozen=True, slots=True)
class Audited:
    """One audit in numbers.

    ``complete``: everything that should have come did. ``clauses`` counts the council's own clauses by result,
    ``findings`` the findings that are there and not accepted by severity; ``measures`` has the keys of
    :data:`MEASURES`, ``None`` where it could not be counted whole.
    """

    run: str
    made_on: date
    complete: bool
    clauses: Mapping[Result, int]
    findings: Mapping[Severity, int]
    accepted: int
    measures: Mapping[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the year: its first day, and the audit that counts for it; ``None`` where none was made."""

    month: date
    audit: Audited | None


@dataclass(frozen=True, slots=True)
class Trend:
    """The council's year, April to March, so far.

    ``months`` are those from April to the month of the audit; ``first`` is the day of the first audit on record.
    ``year_end`` is the last 31 March, and ``position`` the last complete audit made on or before it; ``None`` where
    there is none.
    """

    begins: date
    months: tuple[Month, ...]
    first: date
    year_end: date
    position: Audited | None


@dataclass(frozen=True, slots=True)
class Previous:
    """The audit that counts for the last month before this one that has any.

    ``clauses`` is the result of each clause by its id, as people read it. ``missing`` are the months in between.
    """

    run: str
    made_on: date
    complete: bool
    clauses: Mapping[str, str]
    missing: tuple[date, ...] = ()


class Match(StrEnum):
    """Whether what a decision or a row of the register speaks of is there."""

    FOUND = "found"
    GONE = "gone"
    UNKNOWN = "not comparable"


@dataclass(frozen=True, slots=True)
class DecisionNote:
    """One decision that counts, how it stands, and whether what it is about is still there.

    ``why`` says why that could not be told. ``refused`` says why what it accepts cannot be accepted; empty where it
    can be.
    """

    decision: Decision
    standing: Standing
    match: Match
    why: str = ""
    refused: str = ""


@dataclass(frozen=True, slots=True)
class RegisterNote:
    """One row of the register that names nothing that is there, or of which that could not be told (``why``)."""

    sheet: str
    row: int
    says: str
    match: Match
    why: str = ""


@dataclass(frozen=True, slots=True)
class Stated:
    """The last answer to one statement a clause asks for; ``until`` is the last day it holds."""

    code: str
    answer: str
    by: str
    on: date
    evidence: str
    until: date
