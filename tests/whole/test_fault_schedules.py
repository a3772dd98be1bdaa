"""Whatever goes wrong on the wire, nothing that is missing looks clean and nothing is found out of nothing."""

import itertools
from collections import Counter
from dataclasses import replace

import pytest
from fault_laws import SIGNING_IN, wrongs
from faulted import COUNCILS, Town, schedule_of, town, tried

from m365audit.graph import Pacing, Patience
from m365audit.model.words import GapKind, Result
from m365audit.rules import RULES
from m365audit.sample.service.faults import KINDS, PASSES, Kind
from m365audit.sample.service.schedule import Schedule

BLOCKS = 20
SCHEDULES_IN_A_BLOCK = 50
"""A thousand schedules, in blocks that run side by side."""

_MANY_SEEDS = 1_000
_LARGE_COUNCILS = [name for name in COUNCILS if name != "hamlet"]


@pytest.fixture(scope="module")
def hamlet() -> Town:
    return town("hamlet")


def _untrue(where: str, wrong: dict[int, list[str]]) -> str:
    """What went wrong, and the line that does it again."""
    lines = (
        f"\npython -m benchmarks.faults --again {where} {seed}\n  " + "\n  ".join(said[:5])
        for seed, said in wrong.items()
    )
    return "".join(lines)


@pytest.mark.parametrize("block", range(BLOCKS))
def test_faults_that_pass_change_nothing_and_those_that_last_are_named(hamlet: Town, block: int) -> None:
    seeds = range(block * _MANY_SEEDS, (block + 1) * _MANY_SEEDS)
    tally = tried(hamlet, seeds, SCHEDULES_IN_A_BLOCK)
    assert not tally.wrong, _untrue("hamlet", tally.wrong)
    assert tally.schedules == SCHEDULES_IN_A_BLOCK
    assert sum(tally.struck.values()) > SCHEDULES_IN_A_BLOCK


@pytest.mark.parametrize("name", _LARGE_COUNCILS)
def test_the_same_holds_for_the_councils_as_they_are(name: str) -> None:
    tally = tried(town(name), itertools.count(100_000), 8)
    assert not tally.wrong, _untrue(name, tally.wrong)
    assert tally.schedules == 8


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.name) for kind in KINDS if kind.passing])
def test_each_kind_of_fault_that_passes_changes_nothing(hamlet: Town, kind: Kind) -> None:
    schedule = Schedule(1, share=0.6, most=2, kinds=[kind])
    came = hamlet.audited(schedule)
    assert {strike.kind for strike, _ in came.struck} == {kind.name}
    assert list(wrongs(hamlet.untroubled(), came)) == []


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.name) for kind in KINDS if kind.lasting])
def test_each_kind_of_fault_that_lasts_is_named_and_invents_nothing(hamlet: Town, kind: Kind) -> None:
    schedule = Schedule(2, share=0.3 if kind.family == "resync" else 0.05, lasting=1, kinds=[kind])
    came = hamlet.audited(schedule)
    assert {strike.kind for strike, _ in came.struck} == {kind.name}
    assert list(wrongs(hamlet.untroubled(), came)) == []
    assert came.evidence != hamlet.untroubled().evidence or came.assessment is None


def test_the_hamlet_has_something_of_everything(hamlet: Town) -> None:
    untroubled = hamlet.untroubled()
    assert untroubled.assessment
    checked = {check.check for check in untroubled.assessment.checks}
    assert checked == {
        use.check
        for policy in (hamlet.policy, hamlet.baseline)
        for c in policy.clauses
        for use in c.checks
        if use.check in RULES
    }
    # That one takes two hundred files, of which the hamlet has three.
    planted = {plant.rule for plant in hamlet.council.planted} - {"personal-files-stored"}
    assert {rule for rule, _, _ in untroubled.found} >= planted
    assert Result.MEETS in {check.result for check in untroubled.assessment.checks}
    missed = {gap.kind for gaps in untroubled.gaps.values() for gap in gaps}
    assert missed <= {GapKind.LICENCE, GapKind.NOT_ENABLED, GapKind.UNSUPPORTED}


@pytest.mark.parametrize("seed", [0, 1, 3, 7])
def test_judging_equal_evidence_once_judges_it_right(hamlet: Town, seed: int) -> None:
    remembered = hamlet.audited(schedule_of(seed))
    anew = hamlet.audited(schedule_of(seed), remember=False)
    assert anew.evidence == remembered.evidence
    assert anew.assessment == remembered.assessment


def test_a_schedule_is_the_same_whatever_order_is_asked_in(hamlet: Town) -> None:
    # What a batch carries hangs on the order, and with it what would happen to the batch as a whole.
    kinds = [replace(kind, places=kind.places - {"batch"}) for kind in KINDS if kind.passing]
    paced, hurried = (Schedule(11, share=0.3, most=2, kinds=kinds) for _ in range(2))
    hamlet.audited(paced)
    hamlet.audited(hurried, pacing=Pacing.LEARNED)
    assert paced.strikes != hurried.strikes
    assert Counter(paced.strikes) == Counter(hurried.strikes)


def test_another_seed_is_another_schedule(hamlet: Town) -> None:
    one, other = Schedule(1, share=0.3), Schedule(2, share=0.3)
    hamlet.audited(one)
    hamlet.audited(other)
    assert one.strikes != other.strikes


def test_tokens_that_run_out_between_requests_are_renewed_and_change_nothing(hamlet: Town) -> None:
    slowing = [kind for kind in KINDS if kind.family == "throttled"]
    came = hamlet.audited(Schedule(5, share=0.5, kinds=slowing), token_seconds=40)
    assert came.renewals > 10
    assert came.assessment == hamlet.untroubled().assessment


def test_what_passes_is_less_than_the_clients_patience() -> None:
    patience = Patience()
    assert PASSES["throttled"] < patience.throttled
    assert PASSES["failing"] < patience.failing
    assert PASSES["confused"] < patience.server_error


def test_where_signing_in_meets_a_lasting_fault_there_is_no_run_that_looks_like_one(hamlet: Town) -> None:
    reset = [kind for kind in KINDS if kind.break_off == "hang-up"]
    came = hamlet.audited(Schedule(0, share=1, lasting=1, kinds=reset))
    assert came.assessment is None
    assert {name for _, name in came.struck} == {SIGNING_IN}
