"""One clause of a policy file."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from m365audit.model.policy import Attestation, CheckUse, Clause
from m365audit.model.words import Force, Judgement, Result
from m365audit.policy.binds import BINDS
from m365audit.settings import Located, LocatedList, nearest

_KEYS = (
    "id",
    "line",
    "heading",
    "paraphrase",
    "force",
    "binds",
    "judgement",
    "checks",
    "supporting",
    "attestation",
    "rolls_up",
    "cap",
    "left_to_a_person",
    "note",
    "frameworks",
)
_CAPS = (Result.REVIEW, Result.ADVICE)
_ID = re.compile(r"[A-Z]+(-[A-Z0-9.]+)+")
_CODE = re.compile(r"ATT(-[A-Z]+)+")
# How long an answer holds, in months, where the clause does not say.
_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class ClauseReader:
    """Reads clauses against the checks there are and the parameters they take.

    ``has_text``: the clauses stand on lines of a policy text, and each must say which.
    """

    known_checks: Collection[str]
    parameters: Mapping[str, Collection[str]]
    has_text: bool

    def clause(self, entry: Located) -> Clause:
        """The clause, whole.

        Raises:
            PolicyRefused: a key is unknown, missing, of the wrong kind, or says what a clause cannot say.
        """
        if "id" not in entry:
            entry.allow(_KEYS)
        clause_id = entry.text("id")
        if not _ID.fullmatch(clause_id):
            entry.refuse("id", f"'{clause_id}' is no clause id", "write capitals, digits and hyphens, such as A-EML-01")
        entry = entry.placed(f"clause {clause_id}")
        entry.allow(_KEYS)
        clause = Clause(
            id=clause_id,
            line=entry.whole_number("line", least=1) if self.has_text or "line" in entry else None,
            heading=entry.text("heading"),
            paraphrase=entry.text("paraphrase"),
            force=entry.one_of("force", Force),
            binds=self._binds(entry),
            judgement=entry.one_of("judgement", Judgement),
            checks=self._checks(entry, "checks"),
            supporting=self._checks(entry, "supporting"),
            attestation=_attestation(entry) if "attestation" in entry else None,
            rolls_up=entry.flag("rolls_up") if "rolls_up" in entry else False,
            cap=_cap(entry) if "cap" in entry else None,
            left_to_a_person=entry.text("left_to_a_person", default=""),
            note=entry.text("note", default=""),
            frameworks=entry.texts("frameworks") if "frameworks" in entry else (),
        )
        _can_be_judged(entry, clause)
        return clause

    def _binds(self, entry: Located) -> tuple[str, ...]:
        words = entry.texts("binds")
        for place, word in enumerate(words):
            if word not in BINDS:
                entry.refuse(("binds", place), f"'binds' cannot be '{word}'", nearest(word, BINDS))
        return words

    def _checks(self, entry: Located, key: str) -> tuple[CheckUse, ...]:
        """The checks under ``checks`` or ``supporting``: a list of ids, or ids with their parameters."""
        if key not in entry:
            return ()
        value = entry.need(key)
        if isinstance(value, Located):
            uses = tuple(self._with_parameters(entry, value, check) for check in value)
        else:
            uses = tuple(map(CheckUse, entry.texts(key)))
        for place, use in enumerate(uses):
            at = (key, use.check if isinstance(value, Located) else place)
            if use.check not in self.known_checks:
                problem = f"'{key}' names the check '{use.check}', which does not exist"
                entry.refuse(at, problem, nearest(use.check, self.known_checks))
            if use.check in [earlier.check for earlier in uses[:place]]:
                problem = f"'{key}' names the check '{use.check}' twice"
                entry.refuse(at, problem, "take away one of the two")
        return uses

    def _with_parameters(self, entry: Located, value: Located, check: str) -> CheckUse:
        if value[check] is None:
            return CheckUse(check)
        given = value.placed(entry.where).section(check)
        taken = self.parameters.get(check, tuple(given))
        for name in given:
            if name not in taken:
                problem = f"the check '{check}' takes no '{name}'"
                given.refuse(name, problem, nearest(name, taken) if taken else "take it away; it takes no parameters")
        return CheckUse(check, {name: _frozen(given.need(name)) for name in given})


def _attestation(entry: Located) -> Attestation:
    given = entry.section("attestation")
    given.allow(("codes", "ask", "months"))
    codes = given.texts("codes")
    for code in codes:
        if not _CODE.fullmatch(code):
            given.refuse("codes", f"'{code}' is no attestation code", "write it in capitals, such as ATT-ACK")
    ask = given.text("ask")
    if "?" not in ask:
        given.refuse(
            "ask", "'ask' holds no question", "ask what the Clerk can answer Yes to, then name the evidence to keep"
        )
    return Attestation(codes, ask, given.whole_number("months", least=1) if "months" in given else _A_YEAR)


def _cap(entry: Located) -> Result:
    """The worst result a clause may show. Only what still speaks up: a better one would hide a breach."""
    cap = entry.one_of("cap", Result)
    if cap not in _CAPS:
        entry.refuse("cap", f"'cap' cannot be '{cap}'", f"it may be {' or '.join(_CAPS)}")
    return cap


def _can_be_judged(entry: Located, clause: Clause) -> None:
    """Refuse a clause that nothing decides, or that is decided by what cannot decide it."""
    if clause.judgement is Judgement.ATTESTATION:
        if clause.checks:
            entry.refuse("checks", "a clause for attestation is decided by no check", "name it 'supporting'")
        if not clause.attestation:
            entry.refuse((), "a clause for attestation needs an 'attestation'", "add its 'codes' and 'ask'")
    if not (clause.checks or clause.attestation or clause.rolls_up):
        entry.refuse((), "nothing decides this clause", "add 'checks', an 'attestation' or 'rolls_up: true'")
    if clause.rolls_up and clause.checks:
        entry.refuse("checks", "a clause that rolls up has no checks of its own", "take away 'checks' or 'rolls_up'")
    if both := {use.check for use in clause.checks} & {use.check for use in clause.supporting}:
        problem = f"the check '{min(both)}' both decides and supports"
        entry.refuse("supporting", problem, "leave it under 'checks' or 'supporting', not both")


def _frozen(value: Any) -> Any:  # noqa: ANN401 - a parameter may be any YAML value
    """A parameter as plain values that cannot be changed by accident: lists become tuples."""
    if isinstance(value, LocatedList):
        return tuple(map(_frozen, value))
    return {key: _frozen(item) for key, item in value.items()} if isinstance(value, Located) else value
