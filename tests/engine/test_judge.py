"""No rule decides what missing evidence means: the judge does, the same way for every rule."""

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd
import pytest
from bench import ANN, gap, inputs, register, snapshot

from m365audit.engine.judging.judge import Bench, judge
from m365audit.model.datasets import DATA_SETS as SETS
from m365audit.model.evidence import Gap
from m365audit.model.words import GapKind, Result
from m365audit.rules import RULES, Rule
from m365audit.rules.declare import breaches, rule, together, unjudged

BEN = {**ANN, "account_id": "b", "display_name": "Ben"}


def a_rule(*, row_by_row: tuple[str, ...] = (), helpful: tuple[str, ...] = ()) -> Rule:
    @rule(
        "test-rule",
        subject="account",
        severity="high",
        actor="clerk",
        topic="T",
        row_by_row=row_by_row,
        helpful=helpful,
    )
    def nobody_is_called_ben(
        accounts: pd.DataFrame, sign_in_activity: pd.DataFrame | None = None, *, name: str = "Ben"
    ) -> pd.DataFrame:
        """Nobody is called Ben.

        Why: because.
        Judged: by name.
        Fix: rename.
        """
        assert sign_in_activity is None or len(sign_in_activity.columns)
        found = accounts[accounts["display_name"] == name]
        unnamed = accounts[accounts["display_name"].isna()]
        return together(
            breaches(
                found, because="{display_name} is called so", subject_id="account_id", subject_name="{display_name}"
            ),
            unjudged(unnamed, because="has no name", subject_id="account_id", subject_name="{account_id}"),
        )

    return nobody_is_called_ben


NAMELESS = {**ANN, "account_id": "n", "display_name": None}
WHOLE: tuple[Gap, ...] = ()
PART = (gap(scope="drive:x"),)
ALL = (gap(),)


@pytest.mark.parametrize(
    ("accounts", "gaps", "row_by_row", "result", "found"),
    [
        pytest.param([ANN], WHOLE, (), Result.MEETS, 0, id="all looked at and nothing found"),
        pytest.param([ANN, BEN], WHOLE, (), Result.DOES_NOT_MEET, 1, id="all looked at and one found"),
        pytest.param([BEN], ALL, (), Result.NOT_ASSESSED, 0, id="nothing could be looked at"),
        pytest.param([BEN], ALL, ("accounts",), Result.NOT_ASSESSED, 0, id="nothing looked at, rows judged alone"),
        pytest.param([BEN], PART, (), Result.NOT_ASSESSED, 0, id="a part is missing and the rule needs the whole"),
        pytest.param(
            [BEN], PART, ("accounts",), Result.DOES_NOT_MEET, 1, id="a part is missing, what was found stands"
        ),
        pytest.param([ANN], PART, ("accounts",), Result.NOT_ASSESSED, 0, id="a part is missing and nothing was found"),
        pytest.param([ANN, NAMELESS], WHOLE, (), Result.NOT_ASSESSED, 0, id="one subject could not be judged"),
        pytest.param([BEN, NAMELESS], WHOLE, (), Result.DOES_NOT_MEET, 1, id="one found, one could not be judged"),
    ],
)
def test_missing_evidence_is_never_clean(
    accounts: list[dict[str, object]], gaps: Iterable[Gap], row_by_row: tuple[str, ...], result: Result, found: int
) -> None:
    evidence = snapshot({"accounts": accounts, "sign_in_activity": []}, {"accounts": gaps})
    verdict = judge(a_rule(row_by_row=row_by_row), {}, inputs(evidence))
    assert verdict.result is result
    assert len(verdict.breaches) == found


@pytest.mark.parametrize(
    ("never_came", "result"),
    [
        pytest.param("companyName", Result.DOES_NOT_MEET, id="by which no rule decides"),
        pytest.param("accountEnabled", Result.NOT_ASSESSED, id="by which some rule decides"),
        pytest.param("unheardOf", Result.NOT_ASSESSED, id="of which no column tells"),
    ],
)
def test_a_property_that_never_came_leaves_open_only_what_is_judged_by_it(never_came: str, result: Result) -> None:
    missing = gap(GapKind.ERROR, f"property:{never_came}")
    evidence = snapshot({"accounts": [BEN], "sign_in_activity": []}, {"accounts": [missing]})
    assert judge(a_rule(), {}, inputs(evidence)).result is result


@pytest.mark.parametrize(
    ("accounts", "helpful", "result"),
    [
        pytest.param([ANN], (), Result.NOT_ASSESSED, id="what it can do without is missing and nothing was found"),
        pytest.param([ANN], ("sign_in_activity",), Result.MEETS, id="what was only helpful is missing"),
        pytest.param([BEN], (), Result.DOES_NOT_MEET, id="what it can do without is missing, what was found stands"),
    ],
)
def test_optional_evidence_that_is_missing(
    accounts: list[dict[str, object]], helpful: tuple[str, ...], result: Result
) -> None:
    evidence = snapshot({"accounts": accounts, "sign_in_activity": []}, {"sign_in_activity": ALL})
    assert judge(a_rule(helpful=helpful), {}, inputs(evidence)).result is result


def test_a_rule_that_fails_is_not_assessed_and_says_so() -> None:
    @rule("broken", subject="account", severity="low", actor="clerk", topic="T")
    def broken(accounts: pd.DataFrame) -> pd.DataFrame:
        """Works.

        Why: w.
        Judged: j.
        Fix: f.
        """
        return accounts[accounts["no such column"]]

    verdict = judge(broken, {}, inputs(snapshot({"accounts": [ANN]})))
    assert verdict.result is Result.NOT_ASSESSED
    assert verdict.gaps[0].kind is GapKind.ERROR
    assert "no such column" in verdict.gaps[0].said


def test_thresholds_of_the_tenant_file_overrule_a_clauses_parameters() -> None:
    evidence = snapshot({"accounts": [ANN], "sign_in_activity": []})
    bench = Bench(inputs(evidence, thresholds={"test-rule": {"name": "Ann"}}))
    assert bench.judge(a_rule(), {"name": "Nobody"}).result is Result.DOES_NOT_MEET


def test_the_same_subject_twice_is_one_finding_with_both_reasons() -> None:
    @rule("twice", subject="account", severity="low", actor="clerk", topic="T")
    def twice(accounts: pd.DataFrame) -> pd.DataFrame:
        """Once.

        Why: w.
        Judged: j.
        Fix: f.
        """
        names = {"subject_id": "account_id", "subject_name": "{display_name}"}
        return together(
            breaches(accounts, because="one", result=Result.REVIEW, **names), breaches(accounts, because="two", **names)
        )

    verdict = judge(twice, {}, inputs(snapshot({"accounts": [ANN]})))
    assert verdict.rows["because"].tolist() == ["two; one"]
    assert verdict.rows["result"].tolist() == [str(Result.DOES_NOT_MEET)]


@pytest.mark.parametrize("rule_id", [rule_id for rule_id, checked in RULES.items() if checked.needs])
def test_every_rule_without_any_evidence_is_not_assessed(rule_id: str) -> None:
    checked = RULES[rule_id]
    verdict = judge(checked, {}, inputs(snapshot({})))
    assert verdict.result is Result.NOT_ASSESSED
    assert verdict.gaps


@pytest.mark.parametrize(
    ("rule_id", "missing"), [(rule_id, name) for rule_id, checked in RULES.items() for name in checked.needs]
)
def test_every_rule_without_one_thing_it_needs_is_not_assessed(rule_id: str, missing: str) -> None:
    checked = RULES[rule_id]
    evidence = snapshot({name: [] for name in (*checked.needs, *checked.uses) if name != missing and name in SETS})
    sheets = register(people=[{"name": "Ann", "role": "Councillor", "account": "a@x.test", "private_addresses": []}])
    if missing in sheets and missing != "people":
        verdict = judge(checked, {}, inputs(evidence, None))
    else:
        sheets["people"] = sheets["people"].iloc[:0] if missing == "people" else sheets["people"]
        verdict = judge(checked, {}, inputs(evidence, sheets))
    assert verdict.result is Result.NOT_ASSESSED


@pytest.mark.parametrize(
    ("accounts", "result"),
    [
        pytest.param([ANN], Result.MEETS, id="what meets still meets"),
        pytest.param([ANN, BEN], Result.DOES_NOT_MEET, id="what does not meet still does not"),
    ],
)
def test_a_standing_limit_is_told_with_what_was_not_seen_and_changes_no_result(
    accounts: list[dict[str, object]], result: Result
) -> None:
    evidence = snapshot({"accounts": accounts, "sign_in_activity": []})
    plain = judge(a_rule(), {}, inputs(evidence))
    record = evidence.records["accounts"]
    noted = replace(record, coverage=replace(record.coverage, notes=("half of them were looked at",)))
    evidence.records["accounts"] = noted
    verdict = judge(a_rule(), {}, inputs(evidence))
    assert verdict.result is plain.result is result
    assert (plain.limits, verdict.limits) == ("", "Half of them were looked at.")
    assert verdict.because == plain.because


@pytest.mark.parametrize(
    ("missing", "result", "kept_from"),
    [
        pytest.param((), Result.MEETS, (), id="all is there"),
        pytest.param(("email_activity", "teams_activity"), Result.MEETS, (), id="its place need not be taken"),
        pytest.param(("sign_in_activity",), Result.MEETS, (), id="others take its place"),
        pytest.param(
            ("sign_in_activity", "teams_activity"),
            Result.NOT_ASSESSED,
            ("sign_in_activity", "teams_activity"),
            id="one of those that would is missing too",
        ),
    ],
)
def test_what_takes_the_place_of_something_does_so_whole(
    missing: tuple[str, ...], result: Result, kept_from: tuple[str, ...]
) -> None:
    names = ("sign_in_activity", "email_activity", "teams_activity")

    @rule(
        "either-way",
        subject="account",
        severity="low",
        actor="clerk",
        topic="T",
        helpful=names,
        instead={names[0]: names[1:]},
    )
    def either_way(
        accounts: pd.DataFrame,
        sign_in_activity: pd.DataFrame | None = None,
        email_activity: pd.DataFrame | None = None,
        teams_activity: pd.DataFrame | None = None,
    ) -> pd.DataFrame:
        """Somebody looked.

        Why: w.
        Judged: j.
        Fix: f.
        """
        assert sign_in_activity is not None or (email_activity is not None and teams_activity is not None)
        return breaches(accounts.iloc[:0], because="x", subject_id="account_id", subject_name="{account_id}")

    gaps = {name: (replace(gap(), data_set=name),) for name in missing}
    frames: dict[str, list[dict[str, object]]] = {name: [] for name in names}
    verdict = judge(either_way, {}, inputs(snapshot({"accounts": [ANN], **frames}, gaps)))
    assert verdict.result is result
    assert tuple(gap.data_set for gap in verdict.gaps) == kept_from


@pytest.mark.parametrize(
    ("gaps", "said"),
    [
        pytest.param((), "", id="all is there"),
        pytest.param(ALL, "More might have been found elsewhere (permission refused).", id="more might be found"),
    ],
)
def test_what_can_only_add_changes_no_result_and_is_missed_in_words(gaps: tuple[Gap, ...], said: str) -> None:
    adding = replace(a_rule(helpful=("sign_in_activity",)), adds=("sign_in_activity",))
    evidence = snapshot({"accounts": [ANN], "sign_in_activity": []}, {"sign_in_activity": gaps})
    verdict = judge(adding, {}, inputs(evidence))
    assert (verdict.result, verdict.limits, verdict.gaps) == (Result.MEETS, said, ())
