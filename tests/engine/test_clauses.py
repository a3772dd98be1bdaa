"""A clause takes the worst of its checks, capped by its force; what a person must say, only a person can."""

from datetime import date
from typing import Any

import pytest
from bench import AS_OF, clause, inputs, policy, register, snapshot

from m365audit.engine.judging.clauses import attested, cap, decide, roll_up
from m365audit.engine.judging.judge import Bench
from m365audit.model.assessment import ClauseResult
from m365audit.model.policy import Attestation, CheckUse, Clause
from m365audit.model.words import Force, Judgement, Result

UNREAD = CheckUse("share-anyone-link")
"""A check of which nothing was collected."""
ATT = Attestation(("ATT-ACK",), "Has everybody signed?")


@pytest.mark.parametrize(
    ("force", "ceiling", "result", "shown"),
    [
        pytest.param(Force.MUST, None, Result.DOES_NOT_MEET, Result.DOES_NOT_MEET, id="a must can be broken"),
        pytest.param(Force.ENCOURAGED, None, Result.DOES_NOT_MEET, Result.ADVICE, id="what is encouraged cannot"),
        pytest.param(Force.ENCOURAGED, None, Result.REVIEW, Result.ADVICE, id="nor be sent to the Clerk"),
        pytest.param(Force.ENCOURAGED, None, Result.MEETS, Result.MEETS, id="but it can be met"),
        pytest.param(Force.ENCOURAGED, None, Result.NOT_ASSESSED, Result.NOT_ASSESSED, id="and not be assessed"),
        pytest.param(Force.MAY_IF, None, Result.DOES_NOT_MEET, Result.DOES_NOT_MEET, id="a condition can be broken"),
        pytest.param(Force.SHOULD, Result.ADVICE, Result.DOES_NOT_MEET, Result.ADVICE, id="a clause's own cap holds"),
        pytest.param(Force.MUST, Result.REVIEW, Result.DOES_NOT_MEET, Result.REVIEW, id="a cap may be Review"),
        pytest.param(Force.MUST, Result.REVIEW, Result.ADVICE, Result.ADVICE, id="a cap raises nothing"),
    ],
)
def test_force_caps_the_result(force: Force, ceiling: Result | None, result: Result, shown: Result) -> None:
    assert cap(result, clause(force=force, cap=ceiling)) is shown


def said(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any column of the sheet
    row = {
        "statement": "ATT-ACK",
        "answer": "Confirmed",
        "evidence": "the file",
        "by": "Clerk",
        "date": date(2026, 6, 1),
    }
    return {**row, **changes}


@pytest.mark.parametrize(
    ("rows", "result"),
    [
        pytest.param([], Result.ATTESTATION_DUE, id="nobody has said anything"),
        pytest.param([said()], Result.ATTESTED, id="confirmed this year"),
        pytest.param([said(statement="T-01")], Result.ATTESTED, id="confirmed for the clause itself"),
        pytest.param([said(date=date(2025, 11, 20))], Result.ATTESTATION_DUE, id="confirmed a year and a day ago"),
        pytest.param([said(date=date(2025, 11, 21))], Result.ATTESTED, id="confirmed a year ago to the day"),
        pytest.param([said(answer="Cannot confirm")], Result.REVIEW, id="cannot be confirmed"),
        pytest.param([said(), said(answer="Cannot confirm", date=AS_OF)], Result.REVIEW, id="the last word counts"),
        pytest.param([said(date=date(2026, 11, 22))], Result.ATTESTATION_DUE, id="dated tomorrow"),
        pytest.param([said(statement="ATT-TRN")], Result.ATTESTATION_DUE, id="something else was said"),
    ],
)
def test_a_statement(rows: list[dict[str, Any]], result: Result) -> None:
    asked = clause(judgement=Judgement.ATTESTATION, attestation=ATT)
    assert attested(asked, register(statements=rows), AS_OF).piece.result is result


@pytest.mark.parametrize(
    ("months", "on", "result"),
    [
        pytest.param(6, date(2026, 5, 21), Result.ATTESTED, id="half a year ago to the day, which holds half a year"),
        pytest.param(6, date(2026, 5, 20), Result.ATTESTATION_DUE, id="half a year and a day ago"),
        pytest.param(24, date(2024, 11, 21), Result.ATTESTED, id="two years ago, which holds two"),
    ],
)
def test_a_statement_holds_as_long_as_its_clause_says(months: int, on: date, result: Result) -> None:
    asked = clause(attestation=Attestation(("ATT-ACK",), "Has everybody signed?", months))
    statement = attested(asked, register(statements=[said(date=on)]), AS_OF)
    assert statement.piece.result is result
    assert [one.on for one in statement.stated] == [on]


def test_the_last_answer_is_told_with_its_end_even_when_it_no_longer_holds() -> None:
    asked = clause(attestation=Attestation(("ATT-ACK", "ATT-TRN"), "Both?"))
    statement = attested(asked, register(statements=[said(date=date(2025, 3, 31))]), AS_OF)
    (last,) = statement.stated
    assert (last.code, last.by, last.evidence, last.until) == ("ATT-ACK", "Clerk", "the file", date(2026, 3, 31))
    assert statement.on is None


def test_of_two_answers_of_one_day_the_later_row_counts() -> None:
    rows = [said(), said(answer="Cannot confirm")]
    assert attested(clause(attestation=ATT), register(statements=rows), AS_OF).piece.result is Result.REVIEW


def test_two_statements_are_both_needed() -> None:
    asked = clause(attestation=Attestation(("ATT-ACK", "ATT-TRN"), "Both?"))
    assert attested(asked, register(statements=[said()]), AS_OF).piece.result is Result.ATTESTATION_DUE


def test_without_a_register_a_statement_is_due() -> None:
    assert attested(clause(attestation=ATT), None, AS_OF).piece.result is Result.ATTESTATION_DUE


def test_a_check_of_which_nothing_was_collected_is_never_met() -> None:
    result = decide(clause(checks=(UNREAD,)), "test", Bench(inputs(snapshot({}))))
    assert result.result is Result.NOT_ASSESSED
    assert "left out of this run" in result.because


def test_a_confirmed_statement_does_not_hide_a_check_that_could_not_be_made() -> None:
    bench = Bench(inputs(snapshot({}), register(statements=[said()])))
    result = decide(clause(checks=(UNREAD,), attestation=ATT), "test", bench)
    assert result.result is Result.NOT_ASSESSED
    assert result.result_text == "Not assessed"
    # Whoever is asked for statements must still see that this one was made.
    assert (result.attested_on, result.statement) == (date(2026, 6, 1), "Confirmed by Clerk on 1 Jun 2026: the file.")


def test_what_supports_a_clause_never_decides_it() -> None:
    bench = Bench(inputs(snapshot({}), register(statements=[said()])))
    asked = clause(judgement=Judgement.ATTESTATION, attestation=ATT, supporting=(UNREAD,))
    result = decide(asked, "test", bench)
    assert result.result is Result.ATTESTED
    assert result.result_text == "Attested 1 Jun 2026"
    assert result.supporting.endswith("”: Not assessed.")


@pytest.mark.parametrize(
    ("others", "result"),
    [
        pytest.param([("councillors", Result.DOES_NOT_MEET)], Result.DOES_NOT_MEET, id="one of theirs is broken"),
        pytest.param([("Council", Result.DOES_NOT_MEET)], Result.ATTESTED, id="one that binds others is broken"),
        pytest.param([("users", Result.NOT_ASSESSED)], Result.NOT_ASSESSED, id="one of everybody's was not assessed"),
        pytest.param([("users", Result.MEETS)], Result.ATTESTED, id="all is met and signed"),
    ],
)
def test_a_clause_on_keeping_the_policy_is_as_good_as_the_others(
    others: list[tuple[str, Result]], result: Result
) -> None:
    whole = clause(id="T-00", binds=("councillors",), rolls_up=True, attestation=ATT)
    rest = [clause(id=f"T-{n}", binds=(binds,)) for n, (binds, _) in enumerate(others)]
    bench = Bench(inputs(snapshot({}), register(statements=[said()]), policy(whole, *rest)))
    decided = {c.id: _result(c, r) for c, (_, r) in zip(rest, others, strict=True)}
    assert roll_up(whole, bench.inputs.policy, decided, bench).result is result


def _result(asked: Clause, result: Result) -> ClauseResult:
    return ClauseResult(asked, "test", result, "because")
