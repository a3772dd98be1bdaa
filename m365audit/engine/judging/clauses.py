"""From the verdicts of checks to the results of clauses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta

from m365audit.engine.judging.inputs import Register
from m365audit.engine.judging.judge import Bench, Verdict
from m365audit.model.assessment import ClauseResult
from m365audit.model.months import Stated
from m365audit.model.policy import Attestation, CheckUse, Clause, Policy
from m365audit.model.words import Force, Judgement, Result, worst
from m365audit.policy import rolled_up
from m365audit.rules import RULES

# Clauses of these forces advise; none of them can be broken.
_ADVISING = frozenset({Force.ENCOURAGED, Force.DISCOURAGED, Force.REMINDED, Force.MAY})
# As the register's sheet Statements spells it.
_CONFIRMED = "confirmed"
# Clauses named in a roll-up before "and N more".
_LISTED = 6


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing a clause's result is made of; ``until`` is the last day it is accepted."""

    result: Result
    because: str
    until: date | None = None


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
        pieces.append(statement.piece)
    result = cap(worst(piece.result for piece in pieces), clause)
    shown = worst(piece.result for piece in pieces)
    because = " ".join(dict.fromkeys(p.because for p in pieces if p.result is shown))
    others = [p for p in pieces if p.result is Result.NOT_ASSESSED and p.result is not shown]
    if others:
        because += " Not assessed besides: " + " ".join(dict.fromkeys(p.because for p in others))
    supporting = " ".join(_beside(use, bench) for use in clause.supporting)
    return ClauseResult(
        clause,
        policy,
        result,
        because,
        statement.on,
        supporting,
        statement.piece.because,
        statement.stated,
        _until(result, pieces),
    )


def roll_up(clause: Clause, policy: Policy, others: Mapping[str, ClauseResult], bench: Bench) -> ClauseResult:
    """The worst of the clauses that bind the same people, and the clause's own statement."""
    same = [others[other.id] for other in rolled_up(clause, policy.clauses)]
    pieces = [Piece(other.result, other.clause.id, other.accepted_until) for other in same]
    statement = attested(clause, bench.inputs.register, bench.inputs.as_of)
    if clause.attestation:
        pieces.append(Piece(statement.piece.result, "its own statement"))
    result = worst(piece.result for piece in pieces)
    ids = [piece.because for piece in pieces if piece.result is result]
    more = f" and {len(ids) - _LISTED} more" if len(ids) > _LISTED else ""
    because = f"The worst of the {len(same)} clauses that bind the same people: {', '.join(ids[:_LISTED])}{more}."
    capped, until = cap(result, clause), _until(result, pieces)
    return ClauseResult(
        clause,
        policy.id,
        capped,
        because,
        statement.on,
        statement=statement.piece.because,
        stated=statement.stated,
        accepted_until=until,
    )


def _until(result: Result, pieces: Iterable[Piece]) -> date | None:
    """The earliest end among what is accepted, where nothing worse is open."""
    ends = (piece.until for piece in pieces if piece.until)
    return min(ends, default=None) if result is Result.ACCEPTED else None


def _check(use: CheckUse, bench: Bench) -> Piece:
    verdict: Verdict = bench.judge(RULES[use.check], use.parameters)
    return Piece(verdict.result, verdict.because, verdict.accepted_until)


def _beside(use: CheckUse, bench: Bench) -> str:
    """What only supports a clause: what it looked at, and what it came to."""
    return f"Beside it, “{RULES[use.check].title}”: {_check(use, bench).result}."


@dataclass(frozen=True, slots=True)
class Statement:
    """How a clause's statement stands. ``stated`` is the last answer to each code it asks for that has one.

    ``on`` is the day of the oldest answer, where all are confirmed and hold.
    """

    piece: Piece
    stated: tuple[Stated, ...] = ()
    on: date | None = None


def attested(clause: Clause, register: Register | None, as_of: date) -> Statement:
    """Whether the register confirms every code the clause asks for, not longer ago than an answer holds."""
    attestation = clause.attestation
    if attestation is None:
        return Statement(Piece(Result.NOT_APPLICABLE, ""))
    last = {code: _last(code, clause.id, attestation, register, as_of) for code in attestation.codes}
    pieces = [_piece(stated, attestation, as_of) for stated in last.values()]
    result = worst(piece.result for piece in pieces)
    because = next(piece.because for piece in pieces if piece.result is result)
    stated = tuple(one for one in last.values() if one)
    on = min((one.on for one in stated), default=None) if result is Result.ATTESTED else None
    return Statement(Piece(result, because), stated, on)


def _last(code: str, clause_id: str, attestation: Attestation, register: Register | None, as_of: date) -> Stated | None:
    """The last answer to a code, or to the clause by its id, that is not of a day to come."""
    names = {code.upper(), clause_id.upper()}
    rows = [] if register is None else register["statements"].to_dict("records")
    said = [row for row in rows if str(row["statement"]).strip().upper() in names and row["date"] <= as_of]
    if not said:
        return None
    # Of two answers of one day, the one further down was added later.
    row = max(reversed(said), key=lambda row: row["date"])
    until = row["date"] + relativedelta(months=attestation.months)
    return Stated(code, str(row["answer"]).strip(), str(row["by"]), row["date"], str(row["evidence"]), until)


def _piece(stated: Stated | None, attestation: Attestation, as_of: date) -> Piece:
    ask = f"A person must state: {attestation.ask}"
    if stated is None:
        return Piece(Result.ATTESTATION_DUE, ask)
    when = _day(stated.on)
    if stated.until < as_of:
        return Piece(Result.ATTESTATION_DUE, f"Last stated on {when}, which held until {_day(stated.until)}. {ask}")
    if stated.answer.casefold() != _CONFIRMED:
        return Piece(Result.REVIEW, f"Answered '{stated.answer}' by {stated.by} on {when}. {ask}")
    where = f": {stated.evidence}" if stated.evidence else ""
    return Piece(Result.ATTESTED, f"Confirmed by {stated.by} on {when}{where}.")


def _day(when: date) -> str:
    return f"{when.day} {when:%b %Y}"


def is_for_a_person(clause: Clause) -> bool:
    """Whether no data can decide the clause."""
    return clause.judgement is Judgement.ATTESTATION
