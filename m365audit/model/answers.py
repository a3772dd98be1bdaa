"""What may be answered to a finding: by its rule where that has answers of its own, else by what it is about.

One table for the workbook that asks and for whoever reads the answer back.
"""

from dataclasses import dataclass
from enum import StrEnum

from m365audit.model.words import SubjectKind


class Effect(StrEnum):
    """What an answer does to the finding next month."""

    ALLOWS = "allows"
    """It may stay until the last day named; the finding is accepted until then."""
    ENDS = "ends"
    """It is to go; the finding stays open until the evidence shows that it has gone."""
    ASKS = "asks"
    """The provider explains it first; the finding stays open."""
    REGISTERS = "registers"
    """The register learns something from it; the finding is judged again with that."""


class Answer(StrEnum):
    """Every answer there is, as the workbook spells it."""

    AUTHORISED = "Authorised"
    ACCEPTED = "Accepted"
    EXCEPTION = "Accessibility exception"
    UNDER_CONTRACT = "Under contract"
    STILL_SERVING = "Still serving"
    REMOVE = "Remove"
    FIX = "Fix"
    ENDED = "Ended"
    LEAVER_CONFIRMED = "Leaver confirmed"
    PERSON = "Person"
    SHARED = "Shared"
    SERVICE = "Service"
    NOT_KNOWN = "Not known"
    ASK = "Ask"


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer and what it needs beside it. ``most_days``: the longest it may hold, counted from its decision."""

    answer: Answer
    effect: Effect
    needs_reason: bool = False
    needs_until: bool = False
    most_days: int | None = None
    until_is_past: bool = False
    """``Until`` is the last day of a service that has ended, not the end of an exception."""


@dataclass(frozen=True, slots=True)
class Form:
    """What may be answered to one type of finding, and how the cell explains it."""

    choices: tuple[Choice, ...]
    prompt: str

    @property
    def words(self) -> tuple[str, ...]:
        """The answers as the drop-down lists them."""
        return tuple(str(choice.answer) for choice in self.choices)

    def choice(self, words: str) -> Choice | None:
        """The choice somebody wrote, whatever its capitals and spaces; ``None`` where it is not among them."""
        said = " ".join(words.split()).casefold()
        return next((choice for choice in self.choices if choice.answer.casefold() == said), None)

    def without_allowing(self) -> "Form":
        """The same form for what cannot be accepted."""
        kept = tuple(choice for choice in self.choices if choice.effect is not Effect.ALLOWS)
        return Form(kept, f"This cannot be accepted. {' '.join(_parts(self.prompt, kept))}")


def _parts(prompt: str, kept: tuple[Choice, ...]) -> list[str]:
    """The sentences of a prompt that speak of answers still there; each begins with its answer and a colon."""
    names = {str(choice.answer) for choice in kept}
    sentences = [f"{part.rstrip('.')}." for part in prompt.split(". ") if part]
    return [sentence for sentence in sentences if sentence.partition(":")[0] in names]


_YEAR, _HALF_YEAR, _QUARTER, _MONTH = 366, 184, 90, 30
_CONTRACT = 5 * _YEAR


def _allow(answer: Answer, most_days: int) -> Choice:
    return Choice(answer, Effect.ALLOWS, needs_reason=True, needs_until=True, most_days=most_days)


_REMOVE = Choice(Answer.REMOVE, Effect.ENDS)
_FIX = Choice(Answer.FIX, Effect.ENDS)
_ASK = Choice(Answer.ASK, Effect.ASKS)

MAILBOX_ACCESS = Form(
    (_allow(Answer.AUTHORISED, _YEAR), _REMOVE, _ASK),
    "Authorised: the council allows it; give Reason, Until (12 months at most) and Decided by. "
    "Remove: take the access away. Ask: you want the IT provider to explain it first.",
)
SHARING = Form(
    (_allow(Answer.ACCEPTED, _HALF_YEAR), _REMOVE, _ASK),
    "Accepted: it may stay; give Reason, Until (6 months at most) and Decided by. "
    "Remove: end it. Ask: you want the IT provider to explain it first.",
)
ANYONE_LINK = Form(
    (_allow(Answer.ACCEPTED, _MONTH), _REMOVE, _ASK),
    "Accepted: the link may stay; give Reason, Until (30 days at most) and Decided by. "
    "Remove: end it. Ask: you want the IT provider to explain it first.",
)
FORWARDING = Form(
    (_allow(Answer.ACCEPTED, _QUARTER), _REMOVE, _ASK),
    "Accepted: it may go on; give Reason, Until (90 days at most) and Decided by. "
    "Remove: end it. Ask: you want the IT provider to explain it first.",
)
TWO_STEP = Form(
    (_FIX, _allow(Answer.EXCEPTION, _QUARTER), _ASK),
    "Fix: it will be set up. Accessibility exception: the person cannot use it; give Reason, Until (90 days at most) "
    "and Decided by. Ask: you want the IT provider to explain it first.",
)
LEAVER = Form(
    (
        Choice(Answer.LEAVER_CONFIRMED, Effect.REGISTERS, needs_until=True, until_is_past=True),
        Choice(Answer.STILL_SERVING, Effect.REGISTERS, needs_reason=True),
        _ASK,
    ),
    "Leaver confirmed: put the last day of service under Until. Still serving: say so under Reason. "
    "Ask: you want the IT provider to explain it first.",
)
UNKNOWN_ACCOUNT = Form(
    (
        Choice(Answer.PERSON, Effect.REGISTERS, needs_reason=True),
        Choice(Answer.SHARED, Effect.REGISTERS, needs_reason=True),
        Choice(Answer.SERVICE, Effect.REGISTERS, needs_reason=True),
        Choice(Answer.NOT_KNOWN, Effect.ASKS),
    ),
    "Person: say who under Reason. Shared: say what for under Reason. Service: say what program or machine uses it. "
    "Not known: nobody knows what it is for.",
)
THIRD_PARTY = Form(
    (
        Choice(Answer.UNDER_CONTRACT, Effect.ALLOWS, needs_reason=True, needs_until=True, most_days=_CONTRACT),
        Choice(Answer.ENDED, Effect.ENDS),
        _ASK,
    ),
    "Under contract: name it under Reason and put its last day under Until. Ended: the access should go. "
    "Ask: you want the IT provider to explain it first.",
)
OTHER = Form(
    (_FIX, _allow(Answer.ACCEPTED, _YEAR), _ASK),
    "Fix: it will be put right. Accepted: it may stay; give Reason, Until (12 months at most) and Decided by. "
    "Ask: you want the IT provider to explain it first.",
)

_BY_RULE: dict[str, Form] = {
    "two-step-registered": TWO_STEP,
    "two-step-enforced": TWO_STEP,
    "two-step-method-strong": TWO_STEP,
    "leaver-access-removed": LEAVER,
    "account-dormant": LEAVER,
    "account-on-register": UNKNOWN_ACCOUNT,
    "share-anyone-link": ANYONE_LINK,
}
_BY_KIND: dict[SubjectKind, Form] = {
    SubjectKind.MAILBOX_ACCESS: MAILBOX_ACCESS,
    SubjectKind.FORWARD: FORWARDING,
    SubjectKind.SHARE: SHARING,
    SubjectKind.GUEST: SHARING,
    SubjectKind.APP: THIRD_PARTY,
    SubjectKind.PROVIDER: THIRD_PARTY,
}


_OF_NOBODY = frozenset({SubjectKind.SETTING, SubjectKind.POLICY, SubjectKind.DOMAIN})
"""What concerns the whole council: an answer about one person, such as that it cannot use something, fits none."""


def form_for(rule: str, kind: SubjectKind) -> Form:
    """What may be answered to a finding of a rule about a kind of subject."""
    of_rule = None if kind in _OF_NOBODY else _BY_RULE.get(rule)
    return of_rule or _BY_KIND.get(kind, OTHER)
