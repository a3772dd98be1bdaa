"""Who may decide: the Clerk or a deputy, the Chairman on what is the Clerk's own, nobody on what is their own."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pandas as pd

from m365audit.register import typed

# "PA to the Clerk", "Clerk's assistant" and "Finance clerk" are not the Clerk; "Assistant Clerk" is a deputy.
_CLERK: Final = re.compile(
    r"(?<!to the )(?<!non-)"
    r"(?<!finance )(?<!accounts )(?<!admin )(?<!administration )(?<!administrative )(?<!office )(?<!minute )"
    r"(?<!minutes )(?<!committee )(?<!planning )(?<!allotment )(?<!allotments )(?<!cemetery )(?<!burial )(?<!filing )"
    r"(?<!bookings )(?<!payroll )(?<!support )"
    r"\bclerk\b(?!'s)"
)
_CHAIR: Final = re.compile(r"(?<!to the )\b(?:chair|chairman|chairwoman|chairperson|mayor)\b(?!'s)")
_OF_A_PART: Final = re.compile(r"\b(?:committee|group|panel|sub-committee|board|forum)\b")
_NOT_NOW: Final = re.compile(r"\b(?:former|past|ex|elect|designate|honorary|retired)\b")
_BY_DEFAULT: Final = "your it support provider"


@dataclass(frozen=True, slots=True)
class Person:
    """One row of the register's sheet People. ``marks``: addresses and name in lower case; ``row``: the sheet's."""

    name: str
    role: str
    account: str
    marks: frozenset[str]
    begins: date | None
    until: date | None
    row: int

    def is_in_office(self, on: date) -> bool:
        """Whether the row holds on a day; its first and its last day count."""
        return (self.begins is None or self.begins <= on) and (self.until is None or on <= self.until)

    @property
    def is_clerk(self) -> bool:
        """Whether this is the Clerk or a deputy, under whatever name the office goes."""
        return _holds(_CLERK, self.role)

    @property
    def is_chair(self) -> bool:
        """Whether this is the Chairman or Mayor of the council, or a deputy of one."""
        role = _role(self.role)
        return _holds(_CHAIR, self.role) and ("council" in role or not _OF_A_PART.search(role))

    def goes_by(self, said: str) -> bool:
        """Whether somebody means this person by a name or an address."""
        return typed.word(said) in self.marks or typed.name(said) == typed.name(self.name)


def _role(role: str) -> str:
    return typed.plain(role).casefold().replace("\u2019", "'")


def _holds(office: re.Pattern[str], role: str) -> bool:
    said = _role(role)
    return bool(office.search(said)) and not _NOT_NOW.search(said)


@dataclass(frozen=True, slots=True)
class Provider:
    """The IT provider's names, and its addresses and domains, in lower case."""

    names: frozenset[str]
    identifiers: frozenset[str]

    def is_meant(self, marks: Iterable[str]) -> bool:
        """Whether one of some addresses or names is the provider's."""
        return any(
            mark in self.identifiers or mark.rpartition("@")[2] in self.identifiers or typed.name(mark) in self.names
            for mark in marks
        )


@dataclass(frozen=True, slots=True)
class Offices:
    """Everybody on the register who may have to decide, and the provider, who never does on itself."""

    people: tuple[Person, ...]
    provider: Provider

    @classmethod
    def of(cls, people: pd.DataFrame, third_parties: pd.DataFrame, provider: str) -> "Offices":
        """From the register's sheets People and Third parties, and the provider's name in the tenant file."""
        rows = third_parties[[typed.word(kind) == "provider" for kind in third_parties["kind"]]].to_dict("records")
        names = {typed.name(row["organisation"]) for row in rows}
        if typed.plain(provider).casefold() != _BY_DEFAULT:
            names.add(typed.name(provider))
        identifiers = {typed.word(row["identifier"]).removeprefix("@") for row in rows}
        return cls(
            tuple(_person(row) for row in people.to_dict("records")),
            Provider(frozenset(names - {""}), frozenset(identifiers - {""})),
        )

    def meant(self, said: str) -> tuple[Person, ...]:
        """The people of the register somebody means; after a comma or in brackets may stand what they are."""
        for text in (said, re.split(r"[,(/]", said, maxsplit=1)[0]):
            found = tuple(person for person in self.people if text.strip() and person.goes_by(text))
            if found:
                return found
        return ()

    def clerks(self, on: date) -> tuple[Person, ...]:
        """The Clerk and deputies in office on a day."""
        return tuple(person for person in self.people if person.is_clerk and person.is_in_office(on))

    def chairs(self, on: date) -> tuple[Person, ...]:
        """The Chairman or Mayor and deputies in office on a day."""
        return tuple(person for person in self.people if person.is_chair and person.is_in_office(on))


def _person(row: Any) -> Person:  # noqa: ANN401 - a row of the sheet People
    listed = (*row["private_addresses"], *row["other_official_addresses"])
    name, account = str(row["name"]), typed.word(row["account"])
    marks = {typed.word(one) for one in listed} | {account, typed.plain(name).casefold()}
    return Person(
        name=name,
        role=str(row["role"]),
        account=account,
        marks=frozenset(marks - {""}),
        begins=row["from"],
        until=row["until"],
        row=int(row["row"]),
    )


def is_own(person: Person, concerns: Collection[str], subject_id: str) -> bool:
    """Whether a finding is somebody's own matter; the register may give an account by object id."""
    return not person.marks.isdisjoint(concerns) or bool(person.account and person.account in subject_id.split("|"))
