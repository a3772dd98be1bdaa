"""One answer held against its finding, the calendar and the register: it holds, or is refused with its reason."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NoReturn

from m365audit.model.answers import Choice, Effect, form_for
from m365audit.model.decisions import Channel
from m365audit.model.words import SubjectKind
from m365audit.register import typed
from m365audit.register.judged import Found, Judged
from m365audit.register.offices import Offices, Person, is_own
from m365audit.register.returned import Row

_REFERENCE: Final = re.compile(r"M365-[A-Z2-7]{8}")
_PROVIDERS_OWN: Final = frozenset({"auditor-read-only", "third-party-under-contract", "third-party-access-ended"})


class Refused(Exception):
    """An answer that does not hold: why, and what to do."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why, remedy)
        self.why = why
        self.remedy = remedy


def refuse(why: str, remedy: str) -> NoReturn:
    """Refuse an answer.

    Raises:
        Refused: always.
    """
    raise Refused(why, remedy)


@dataclass(frozen=True, slots=True)
class Weighed:
    """An answer that holds. ``until`` is set only where the answer needs it."""

    found: Found
    choice: Choice
    reason: str
    until: date | None
    decided_by: str
    decided_on: date


def shown(day: date) -> str:
    """A day as people read it, such as 1 Feb 2027."""
    return f"{day.day} {day:%b %Y}"


def finding_of(row: Row, run: Judged, latest: Judged) -> Found:
    """The finding a row is about, as the latest run has it.

    Raises:
        Refused: a cell of the row cannot be read, the run has no such finding, or it is there no more.
    """
    for fault in row.faults:
        refuse(fault.why, fault.remedy)
    if not row.reference:
        refuse("it has an answer and no Reference", "copy the Reference of the row from the workbook as sent")
    if not _REFERENCE.fullmatch(row.reference):
        why = f"'{row.reference[:40]}' is no Reference"
        refuse(why, "put back the Reference as it was sent, such as M365-7F3AK2QX")
    if row.reference not in run.findings:
        why = f"the audit of {shown(run.as_of)} has no finding {row.reference}"
        refuse(why, "put back the Reference as it was sent; rows cannot be added")
    found = latest.findings.get(row.reference)
    if found is None or not found.is_there:
        why = f"the latest audit, of {shown(latest.as_of)}, does not have it any more"
        refuse(why, "nothing, unless the latest workbook asks about it under another Reference")
    return found


def weigh(row: Row, found: Found, run: Judged, offices: Offices, today: date, channel: Channel) -> Weighed:
    """Hold a row against its finding.

    Raises:
        Refused: the first thing for which it is not kept.
    """
    choice = _choice(row, found)
    if choice.needs_reason and not row.reason:
        refuse(f"{choice.answer} needs a Reason", "say in a sentence why")
    decided_on = _decided_on(row, run, today)
    until = _until(row, choice, decided_on, today)
    person = _decider(row, found, offices, decided_on, channel)
    return Weighed(found, choice, row.reason, until, person.name, decided_on)


def _choice(row: Row, found: Found) -> Choice:
    allowed = ", ".join(found.answers)
    if not row.decision:
        refuse("it has a Reason or an Until, and no Decision", f"choose one of: {allowed}")
    choice = form_for(found.rule, found.kind).choice(typed.word(row.decision))
    if choice is not None and str(choice.answer) in found.answers:
        return choice
    if choice is not None and choice.effect is Effect.ALLOWS and found.may_accept:
        refuse(f"it cannot be accepted. {found.may_accept.rstrip('.')}", f"choose one of: {allowed}")
    refuse(f"'{row.decision[:60]}' is not one of the answers", f"choose one of: {allowed}")


def _decided_on(row: Row, run: Judged, today: date) -> date:
    day = row.decided_on
    if day is None:
        refuse("it has no Decision date", f"give the day it was decided; {typed.FORMS}")
    if day > today:
        refuse(f"its Decision date, {shown(day)}, is still to come", "give the day it was decided")
    if day < run.as_of:
        why = f"its Decision date, {shown(day)}, is before the audit it answers ({shown(run.as_of)})"
        refuse(why, "give the day this was decided; what was agreed before goes on the register with its dates")
    return day


def _until(row: Row, choice: Choice, decided_on: date, today: date) -> date | None:
    if not choice.needs_until:
        return None
    until = row.until
    if until is None:
        refuse(f"{choice.answer} needs a day under Until", f"give the last day; {typed.FORMS}")
    if choice.until_is_past:
        if until > today:
            why = f"its Until, {shown(until)}, is still to come, and a service that goes on has not ended"
            refuse(why, "enter the day on the register's sheet People now, or answer when it has come")
        return until
    if until < today:
        refuse(f"its Until, {shown(until)}, is past", "give a day to come, or another answer")
    most = choice.most_days
    if most is not None and until > decided_on + timedelta(days=most):
        last = decided_on + timedelta(days=most)
        why = f"its Until, {shown(until)}, is more than {most} days after the decision"
        refuse(why, f"give {shown(last)} or a day before; it can be renewed then")
    return until


def _decider(row: Row, found: Found, offices: Offices, on: date, channel: Channel) -> Person:
    """Who decided, where that person may."""
    if not row.decided_by:
        refuse("it does not say who decided", "give the name of the Clerk or deputy under Decided by")
    about_provider = _is_about_the_provider(found, offices)
    if channel is Channel.TOLD and about_provider:
        why = "it is about the IT provider's own access, and the provider typed it"
        refuse(why, "have the Clerk answer it in the workbook")
    people = offices.meant(row.decided_by)
    if not people:
        raise _stranger(row, found, offices, on)
    in_office = [person for person in people if person.is_in_office(on)]
    if not in_office:
        why = f"{people[0].name} was not in office on {shown(on)}, by the register"
        refuse(why, _ask(found, offices, on))
    if about_provider and any(offices.provider.is_meant(person.marks) for person in people):
        why = f"{people[0].name} is the IT provider's, and this is about the provider"
        refuse(why, "somebody who is not the provider's has to decide")
    if any(is_own(person, found.concerns, found.subject_id) for person in people):
        refuse(f"it is the own matter of {people[0].name}", _ask(found, offices, on))
    entitled = next((person for person in in_office if person.is_clerk), None)
    if entitled is None and _is_for_the_chair(found, offices, on):
        entitled = next((person for person in in_office if person.is_chair), None)
    if entitled is None:
        why = f"{in_office[0].name} is {in_office[0].role} on the register"
        if in_office[0].is_chair:
            why += ", who decides on what is the Clerk's own"
        refuse(why, _ask(found, offices, on))
    return entitled


def _stranger(row: Row, found: Found, offices: Offices, on: date) -> Refused:
    said = row.decided_by[:60]
    if offices.provider.is_meant([typed.word(row.decided_by)]):
        return Refused(f"'{said}' is the IT provider, who decides nothing for the council", _ask(found, offices, on))
    return Refused(f"the register's sheet People has nobody called '{said}'", _ask(found, offices, on))


def _is_about_the_provider(found: Found, offices: Offices) -> bool:
    is_theirs = found.kind is SubjectKind.PROVIDER or found.rule in _PROVIDERS_OWN
    return is_theirs or offices.provider.is_meant(found.concerns)


def _is_for_the_chair(found: Found, offices: Offices, on: date) -> bool:
    """Where it is the own matter of the Clerk or a deputy, or there is none of them."""
    clerks = offices.clerks(on)
    return not clerks or any(is_own(person, found.concerns, found.subject_id) for person in clerks)


def _ask(found: Found, offices: Offices, on: date) -> str:
    """Who may decide it."""
    may = offices.clerks(on)
    if _is_for_the_chair(found, offices, on):
        may += offices.chairs(on)
    names = dict.fromkeys(
        f"{person.name} ({person.role})" for person in may if not is_own(person, found.concerns, found.subject_id)
    )
    if not names:
        return "enter the Clerk, a deputy or the Chairman on the register's sheet People; nobody there may decide it"
    return f"have it decided by {' or '.join(names)}"
