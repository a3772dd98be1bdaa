"""From the verdicts of checks to the results of clauses."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd
from dateutil.relativedelta import relativedelta

from m365audit.engine.judge import Bench, Register, Verdict
from m365audit.model.assessment import ClauseResult
from m365audit.model.policy import CheckUse, Clause, Policy
from m365audit.model.words import Force, Judgement, Result, worst
from m365audit.policy import rolled_up
from m365audit.rules import RULES
from m365audit.rules.planned import PLANNED

# Clauses of these forces advise; none of them can be broken.
_ADVISING = frozenset({Force.ENCOURAGED, Force.DISCOURAGED, Force.REMINDED, Force.MAY})
# A statement holds for a year; after that it is asked for again.
STATEMENT_HOLDS = relativedelta(years=1)
# Clauses named in a roll-up before "and N more".
_LISTED = 6


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing a clause's result is made of."""

    result: Result
    because: str
    on: date | None = None


def cap(result: Result, clause: Clause) -> Result:
    """The result no worse than the clause's force allows; what was not assessed stays so."""
    ceiling = clause.cap or (Result.ADVICE if clause.force in _ADVISING else None)
    if ceiling and result in (Result.DOES_NOT_MEET, Result.REVIEW):
        return max(result, ceiling, key=list(Result).index)
    return result


def decide(clause: Clause, policy: str, bench: Bench) -> ClauseResult:
    """One clause's result: the worst of its checks and its statement, capped by its force.

    A clause that only a person can answer is never decided by what merely supports it.
    """
    pieces = [_check(use, bench) for use in clause.checks]
    statement = attested(clause, bench.inputs.register, bench.inputs.as_of)
    if clause.attestation:
        pieces.append(statement)
    result = cap(worst(piece.result for piece in pieces), clause)
    shown = worst(piece.result for piece in pieces)
    because = " ".join(dict.fromkeys(p.because for p in pieces if p.result is shown))
    others = [p for p in pieces if p.result is Result.NOT_ASSESSED and p.result is not shown]
    if others:
        because += " Not assessed besides: " + " ".join(dict.fromkeys(p.because for p in others))
    supporting = " ".join(_beside(use, bench) for use in clause.supporting)
    return ClauseResult(clause, policy, result, because, statement.on, supporting, statement.because)


def roll_up(clause: Clause, policy: Policy, others: Mapping[str, ClauseResult], bench: Bench) -> ClauseResult:
    """The worst of the clauses that bind the same people, and the clause's own statement."""
    same = [others[other.id] for other in rolled_up(clause, policy.clauses)]
    pieces = [Piece(other.result, other.clause.id) for other in same]
    statement = attested(clause, bench.inputs.register, bench.inputs.as_of)
    if clause.attestation:
        pieces.append(Piece(statement.result, "its own statement"))
    result = worst(piece.result for piece in pieces)
    ids = [piece.because for piece in pieces if piece.result is result]
    more = f" and {len(ids) - _LISTED} more" if len(ids) > _LISTED else ""
    because = f"The worst of the {len(same)} clauses that bind the same people: {', '.join(ids[:_LISTED])}{more}."
    capped = cap(result, clause)
    return ClauseResult(clause, policy.id, capped, because, statement.on, statement=statement.because)


def _check(use: CheckUse, bench: Bench) -> Piece:
    if use.check not in RULES:
        return Piece(Result.NOT_ASSESSED, f"Check not built yet: {_planned(use.check)}.")
    verdict: Verdict = bench.judge(RULES[use.check], use.parameters)
    return Piece(verdict.result, verdict.because)


def _planned(check: str) -> str:
    """What a check that is not built yet will look at, to stand behind a colon; a policy may name one not planned."""
    line = PLANNED.get(check, check)
    return line[0].lower() + line[1:].rstrip(".")


def _beside(use: CheckUse, bench: Bench) -> str:
    """What only supports a clause: what it looked at, and what it came to."""
    piece = _check(use, bench)
    return f"Beside it, “{RULES[use.check].title}”: {piece.result}." if use.check in RULES else piece.because


def attested(clause: Clause, register: Register | None, as_of: date) -> Piece:
    """Whether the register holds a statement for every code the clause asks for, not older than a year."""
    attestation = clause.attestation
    if attestation is None:
        return Piece(Result.NOT_APPLICABLE, "")
    ask = f"A person must state: {attestation.ask}"
    if register is None:
        return Piece(Result.ATTESTATION_DUE, ask)
    statements = register["statements"]
    pieces = [_statement(statements, {code, clause.id}, as_of, ask) for code in attestation.codes]
    result = worst(piece.result for piece in pieces)
    chosen = [piece for piece in pieces if piece.result is result]
    return Piece(result, chosen[0].because, min((p.on for p in chosen if p.on), default=None))


def _statement(statements: pd.DataFrame, names: set[str], as_of: date, ask: str) -> Piece:
    rows = [
        row
        for row in statements.to_dict("records")
        if str(row["statement"]).strip().upper() in {name.upper() for name in names} and row["date"] <= as_of
    ]
    if not rows:
        return Piece(Result.ATTESTATION_DUE, ask)
    last = max(rows, key=lambda row: row["date"])
    when = f"{last['date'].day} {last['date']:%b %Y}"
    if last["date"] + STATEMENT_HOLDS < as_of:
        return Piece(Result.ATTESTATION_DUE, f"Last stated on {when}, more than a year ago. {ask}")
    if str(last["answer"]).strip().casefold() != "confirmed":
        return Piece(Result.REVIEW, f"Answered '{last['answer']}' by {last['by']} on {when}. {ask}")
    return Piece(Result.ATTESTED, f"Confirmed by {last['by']} on {when}: {last['evidence']}.", last["date"])


def is_for_a_person(clause: Clause) -> bool:
    """Whether no data can decide the clause."""
    return clause.judgement is Judgement.ATTESTATION
