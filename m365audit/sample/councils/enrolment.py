"""People of a council, in the tenant and on the register at once."""

from dataclasses import dataclass

from m365audit.model.keys import person_key
from m365audit.sample.councils.draft import Draft
from m365audit.sample.councils.people import Account, Invitation, Sketch, add_account, add_guest

Cast = dict[str, Account]
"""Accounts by what the story calls them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody on the register. Days count from ``as_of``."""

    role: str
    sketch: Sketch | None
    """Their account; ``None`` for one who has none."""
    name: str = ""
    """On the register, where it is not the account's."""
    account: str = ""
    """Account on the register, where there is none in the tenant."""
    since: int = -1200
    until: int | None = None
    private: tuple[str, ...] = ()
    official: tuple[str, ...] = ()


def enrol(draft: Draft, cast: Cast, people: dict[str, Person]) -> None:
    """Make the people's accounts, put them on the register, and add them to the cast."""
    for key, person in people.items():
        account, name = person.account, person.name
        if person.sketch:
            made = add_account(draft, person.sketch)
            cast[key] = made
            account = account or made.user_principal_name
            name = name or made.name.removeprefix("Cllr ")
        until = None if person.until is None else draft.seed.day(person.until)
        addresses = ("; ".join(person.private) or None, "; ".join(person.official) or None)
        draft.register.add("People", name, person.role, account, draft.seed.day(person.since), until, *addresses)


def add_others(draft: Draft, cast: Cast, others: dict[str, tuple[str, Sketch]]) -> None:
    """Make accounts that are nobody's own; the kind is the register's word, or empty to leave them off it."""
    for key, (kind, sketch) in others.items():
        made = add_account(draft, sketch)
        cast[key] = made
        if kind:
            draft.register.add("Other accounts", made.user_principal_name, kind, made.name, "Town Clerk")


def invite(draft: Draft, cast: Cast, guests: dict[str, tuple[str, Invitation]]) -> None:
    """Make guests; each stands on the register under its organisation, or not at all where that is empty."""
    for key, (organisation, invitation) in guests.items():
        cast[key] = add_guest(draft, invitation)
        if organisation:
            since = draft.seed.day(-400)
            row = (organisation, "guest", invitation.address, "On file", "Shared folder", since)
            draft.register.add("Third parties", *row)


def keep_records(draft: Draft, statements: dict[str, int], *, untrained_every: int) -> None:
    """Fill the sheets of training, statements, equipment and sites, and write down who lacks training.

    ``statements`` is attestation code to the day it was confirmed; every so many people has training out of date.
    """
    seed, add = draft.seed, draft.register.add
    today = seed.day(0)
    answers: dict[str, bool] = {}
    people = [row for row in draft.register.sheets["People"] if row["Until"] is None or row["Until"] >= today]
    for number, row in enumerate(people):
        out_of_date = number % untrained_every == untrained_every - 1
        add("Training", row["Name"], "Cyber security and data protection", seed.day(-430 if out_of_date else -120))
        answers[person_key(row["Account"], row["Name"])] = out_of_date
        if number % 2 == 0:
            add("Assets", f"LAPTOP-{number + 1:02d}", row["Name"], "council" if number % 4 else "own")
    for key, out_of_date in answers.items():
        answer = draft.plant if out_of_date else draft.near
        answer("training-current", key, "trained longer ago than a year" if out_of_date else "trained this year")
    draft.plant("password-age", draft.outline.policy, "shown for information: the advice is against regular changes")
    draft.plant("policy-references-current", draft.outline.policy, "the text names law that has been replaced")
    for code, day in statements.items():
        add("Statements", code, "Confirmed", "Minute 24/117", "Town Clerk", seed.day(day))
    add("Site access", f"https://{draft.host}.sharepoint.com/sites/Planning", "Councillor")
    add("Site access", f"https://{draft.host}.sharepoint.com/sites/Finance", "Responsible Finance Officer")
