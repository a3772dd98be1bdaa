"""What may be answered to a finding: the answers of its form, what may not be accepted, and whose own matter it is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import pandas as pd

from m365audit.engine.deciding.whose import Whose
from m365audit.engine.judging.inputs import Inputs
from m365audit.model.answers import form_for
from m365audit.model.assessment import Subject
from m365audit.model.words import SubjectKind
from m365audit.rules.facts.register_matching import clerks, is_councillor, text
from m365audit.rules.facts.verdicts import flags, surely

_TWO_STEP: Final = frozenset({"two-step-registered", "two-step-enforced", "two-step-exclusions-on-register"})
_FORWARDING: Final = "mail-forwarded-outside"
_LEAVER: Final = "leaver-access-removed"
_EVERY_MAILBOX: Final = "*"
_FINANCE: Final = re.compile(r"\b(?:rfo|financ\w*|treasurer|accounts|accountant|bookkeep\w*|payroll)\b")

_NEVER: Final[Mapping[str, str]] = {
    "third-party-access-ended": "The agreement has ended, and access cannot outlive it; a new agreement goes on the "
    "register.",
    "auditor-read-only": "Whoever audits cannot have it accepted that the audit may do more than look.",
}
_ADMINISTRATOR: Final = "It is an administrator's account, which always needs two-step sign-in."
_MAYBE_ADMINISTRATOR: Final = (
    "Whether it is an administrator's account, which always needs two-step sign-in, could not be read."
)
_STILL_ENABLED: Final = "The service has ended, and an account that can still be used is never accepted."
_OFFICE_MAIL: Final = "It is the mailbox of the Clerk or of finance, whose mail stays with the council."
_MAYBE_OFFICE_MAIL: Final = "A mail-flow rule can take the mail of the Clerk and of finance with it."
_WHOSE_MAIL: Final = "There is no register to say whether it is the mailbox of the Clerk or of finance."


@dataclass(frozen=True, slots=True)
class Answers:
    """What may be answered; ``may_accept`` is empty, or says why not. ``concerns`` as :class:`Whose` has it."""

    answers: tuple[str, ...]
    may_accept: str
    concerns: frozenset[str]


class Answerable:
    """Works out what may be answered to findings on the same inputs."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self._whose = Whose(inputs)

    def of(self, rule: str, subject: Subject) -> Answers:
        """What may be answered to a rule's finding about a subject."""
        why_not = self._why_not(rule, subject)
        form = form_for(rule, subject.kind)
        words = (form.without_allowing() if why_not else form).words
        return Answers(words, why_not, self._whose.concerns(rule, subject))

    @property
    def people(self) -> Mapping[str, tuple[str, ...]]:
        """The names of those on the register, by everything they go by."""
        return self._whose.people

    def _why_not(self, rule: str, subject: Subject) -> str:
        if rule in _TWO_STEP and subject.kind in (SubjectKind.ACCOUNT, SubjectKind.GUEST):
            is_admin = self._is_administrator(subject.id)
            return _MAYBE_ADMINISTRATOR if is_admin is None else _ADMINISTRATOR if is_admin else ""
        if rule == _LEAVER and subject.id not in self._switched_off:
            return _STILL_ENABLED if subject.kind is SubjectKind.ACCOUNT else ""
        if rule == _FORWARDING:
            return self._why_not_forwarded(subject.id.partition("|")[0])
        return _NEVER.get(rule, "")

    def _why_not_forwarded(self, mailbox_id: str) -> str:
        if self._inputs.register is None:
            return _WHOSE_MAIL
        if mailbox_id == _EVERY_MAILBOX:
            return _MAYBE_OFFICE_MAIL
        return _OFFICE_MAIL if self._whose.everything_of([mailbox_id]) & self._office_mail else ""

    def _is_administrator(self, account_id: str) -> bool | None:
        """Whether an account can change something in the directory; ``None`` where nothing tells."""
        if account_id in self._administrators or self._reported_admin.get(account_id) is True:
            return True
        return False if self._roles_are_whole else self._reported_admin.get(account_id)

    @cached_property
    def _roles(self) -> pd.DataFrame:
        """Who holds a role or may take one up, without those that are known to only read."""
        held = pd.concat([self._inputs.frame(name)[_ROLE_COLUMNS] for name in ("role_members", "eligible_roles")])
        return held[~surely(held["privileged"] == False)]  # noqa: E712 - the column holds true, false and unknown

    @cached_property
    def _administrators(self) -> frozenset[str]:
        return frozenset(self._roles["member_id"].dropna())

    @cached_property
    def _roles_are_whole(self) -> bool:
        """Whether every holder of a role is known by name; a group nobody could open may hold anybody."""
        return self._inputs.coverage("role_members").is_whole and not (self._roles["member_kind"] == "group").any()

    @cached_property
    def _reported_admin(self) -> Mapping[str, bool]:
        told = self._inputs.frame("registration")
        told = told[told["admin"].notna()]
        return dict(zip(told["account_id"], map(bool, told["admin"]), strict=True))

    @cached_property
    def _switched_off(self) -> frozenset[str]:
        accounts = self._inputs.frame("accounts")
        return frozenset(accounts.loc[surely(accounts["enabled"] == False), "account_id"])  # noqa: E712

    @cached_property
    def _office_mail(self) -> frozenset[str]:
        """Addresses of the Clerk and of whoever keeps the council's money, now or once."""
        people = (self._inputs.register or {})["people"]
        is_finance = flags(people, (bool(_FINANCE.search(text(role))) for role in people["role"]))
        offices = pd.concat([clerks(people), people[is_finance & ~is_councillor(people)]])
        return self._whose.everything_of(offices["account"])


_ROLE_COLUMNS: Final = ["member_id", "member_kind", "privileged"]
