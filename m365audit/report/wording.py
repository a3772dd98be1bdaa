"""The program's words for people: results, reasons, owners, dates. Plain, and accusing nobody."""

import re
from collections.abc import Iterable
from datetime import date

from m365audit.model.policy import Clause
from m365audit.model.words import Actor, GapKind, Result, Severity

NONE = "None"
_HEADING_NUMBER = re.compile(r"^\d+(?:\.\d+)*[.)]?\s+")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

RESULT_MEANING: dict[Result, str] = {
    Result.DOES_NOT_MEET: "What was read appears to differ from what the policy asks. Whether it is a breach, and "
    "what to do about it, is for the Clerk to decide.",
    Result.REVIEW: "Something only a person can judge: the data shows a fact, and the Clerk knows whether it is right.",
    Result.NOT_ASSESSED: "It was not looked at, or not all of it. It is neither good nor bad news; the sheet Not "
    "assessed says why, and what would mend it.",
    Result.ATTESTATION_DUE: "No data can decide it. A person has to state how things stand; the sheet Statements due "
    "has the question.",
    Result.ADVICE: "The policy encourages it and it appears not to be done, or good practice suggests it. Nothing "
    "needs to be decided.",
    Result.ACCEPTED: "The council has looked at it and accepted it, with a reason and an end date.",
    Result.ATTESTED: "A person has stated how things stand, on the date shown.",
    Result.MEETS: "All of it was looked at, and nothing differed from what the policy asks.",
    Result.NOT_APPLICABLE: "The clause asks for nothing in this council's case.",
}

OWNER: dict[Actor, str] = {
    Actor.CLERK: "The Clerk",
    Actor.PROVIDER: "The IT provider",
    Actor.PERSON: "The person named",
    Actor.COUNCIL: "The council",
}

URGENCY: dict[Severity, str] = {
    Severity.HIGH: "High",
    Severity.MEDIUM: "Medium",
    Severity.LOW: "Low",
}

GAP_REASON: dict[GapKind, str] = {
    GapKind.PERMISSION: "The audit has not been given permission to read it",
    GapKind.LICENCE: "Microsoft gives this only with a licence the council does not have",
    GapKind.ROLE: "The audit lacks a role it needs to read it",
    GapKind.POLICY: "A setting in Microsoft 365 keeps the audit from reading it",
    GapKind.THROTTLED: "Microsoft asked the audit to slow down and it ran out of time",
    GapKind.UNSUPPORTED: "Microsoft offers no way to read it",
    GapKind.ERROR: "Microsoft 365 answered with an error",
    GapKind.NOT_ENABLED: "The service is not switched on",
    GapKind.REGISTER: "The council's register does not say what is right",
    GapKind.NOT_COLLECTED: "It was not collected in this run",
}

GAP_SHORT: dict[GapKind, str] = {
    GapKind.PERMISSION: "no permission to read it",
    GapKind.LICENCE: "a licence the council does not have",
    GapKind.ROLE: "a role the audit lacks",
    GapKind.POLICY: "a setting that keeps the audit out",
    GapKind.THROTTLED: "no time left",
    GapKind.UNSUPPORTED: "Microsoft shows it to no audit that only reads",
    GapKind.ERROR: "an error at Microsoft",
    GapKind.NOT_ENABLED: "a service that is not switched on",
    GapKind.REGISTER: "nothing on the council's register",
    GapKind.NOT_COLLECTED: "left out of this run",
}
"""The same in a few words, to be counted."""

_GAPS = "the sheet Gaps of the Technician workbook says how"
GAP_ACTION: dict[GapKind, str] = {
    GapKind.PERMISSION: f"The IT provider: give the audit the permission it lacks; {_GAPS}.",
    GapKind.LICENCE: "The council: decide whether it is worth the licence. {fix}",
    GapKind.ROLE: f"The IT provider: give the audit the role it lacks; {_GAPS}.",
    GapKind.POLICY: f"The IT provider: let the audit in; {_GAPS}.",
    GapKind.THROTTLED: "The IT provider: run the audit again later.",
    GapKind.UNSUPPORTED: "Nobody can, while Microsoft offers no way: look at it by hand.",
    GapKind.ERROR: f"The IT provider: find out why; {_GAPS}.",
    GapKind.NOT_ENABLED: "Nobody need do anything, unless the council means to use it.",
    GapKind.REGISTER: "The Clerk: fill in the council's register; the IT provider has the form.",
    GapKind.NOT_COLLECTED: "The IT provider: run the audit again with nothing left out.",
}
"""Who can mend a gap, and how, in words without commands; ``{fix}`` is the gap's own."""


def day(when: date) -> str:
    """A date as people write it: ``1 Feb 2027``."""
    return f"{when.day} {_MONTHS[when.month - 1][:3]} {when.year}"


def month(when: date) -> str:
    """The month of a date: ``February 2027``."""
    return f"{_MONTHS[when.month - 1]} {when.year}"


def as_month_key(when: date) -> str:
    """The month of a date so that names sort by it: ``2027-02``."""
    return f"{when.year:04}-{when.month:02}"


def month_after(when: date) -> date:
    """The first day of the next month."""
    return date(when.year + when.month // 12, when.month % 12 + 1, 1)


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: ``1 finding``, ``1,200 findings``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(items: Iterable[str]) -> str:
    """Some words as a sentence lists them: ``a, b and c``."""
    words = list(items)
    return " and ".join(([", ".join(words[:-1])] if words[1:] else []) + words[-1:])


def sentence(text: str) -> str:
    """The text as a sentence: a full stop at its end, a capital at its beginning unless it begins with a name."""
    text = text.strip()
    first = text.split(" ", 1)[0]
    if first.isalpha() and first.islower() and first.isascii():
        text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!", ".)", "\n")) or not text else text + "."


def first_sentence(text: str) -> str:
    """A text up to its first full stop."""
    return sentence(text.split(". ", 1)[0])


def gist(text: str) -> str:
    """What a meaning says before its small print."""
    for end in (". ", "; ", ", one row"):
        text = text.split(end, 1)[0]
    return text.rstrip(".")


def heading(clause: Clause) -> str:
    """A clause's heading without the number the policy gives it, which the id has already."""
    return _HEADING_NUMBER.sub("", clause.heading)


def clause_label(clause: Clause) -> str:
    """A clause as people find it in the policy: its id and its heading."""
    return f"{clause.id} {heading(clause)}"
