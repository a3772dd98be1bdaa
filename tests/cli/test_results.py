"""What many councils came to is told at the end, and takes no more memory than one council does."""

import gc
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest
from fleets import assessment, places, tenant_file
from report.hand_built import assessment as large

from m365audit.cli.results import Results
from m365audit.engine.audit import Outcome
from m365audit.export import Refused
from m365audit.fleet import Failed
from m365audit.settings import load_tenant
from m365audit.snapshot import BadRun, RunFolder


@pytest.fixture
def outcome(tmp_path: Path) -> Outcome:
    where = places(tmp_path)
    tenant_file(where, "abel")
    return Outcome(load_tenant(where.config, "abel"), RunFolder(tmp_path), assessment(tenant="abel"), ())


def test_what_is_told_comes_back_in_order_and_as_often_as_it_is_asked_for(outcome: Outcome) -> None:
    results = Results()
    results.add(Failed("nowhere", BadRun("there is no such tenant file")))
    results.add(outcome)
    for _ in range(2):
        refused, told = results
        assert isinstance(refused, Refused)
        assert (refused.tenant, refused.reason) == ("nowhere", "there is no such tenant file")
        assert told == outcome.assessment
    assert (len(results), results.failed, list(results.counted)) == (2, ["nowhere"], ["Abel Council"])
    assert results.counted["Abel Council"]["Does not meet"] == 1


def test_two_councils_of_one_name_have_each_their_numbers(outcome: Outcome) -> None:
    results = Results()
    results.add(outcome)
    results.add(of_slug(outcome, "beth"))
    assert list(results.counted) == ["Abel Council", "Abel Council (beth)"]


def test_of_each_of_hundreds_of_councils_only_the_numbers_are_held(outcome: Outcome) -> None:
    results = Results()
    councils = 200

    tracemalloc.start()
    try:
        one = large(findings=200)
        takes = tracemalloc.get_traced_memory()[0]
        for number in range(councils):
            results.add(of_slug(replace(outcome, assessment=one), f"council-{number}"))
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        assert sum(1 for _ in results) == councils
        now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (before - takes) / councils < takes / 50
    assert peak - now < 5 * takes


def of_slug(outcome: Outcome, slug: str) -> Outcome:
    return replace(outcome, tenant=outcome.tenant.model_copy(update={"slug": slug}))


def test_where_nothing_is_told_at_the_end_only_the_numbers_are_kept(outcome: Outcome) -> None:
    results = Results(whole=False)
    results.add(outcome)
    assert results.counted
    with pytest.raises(RuntimeError, match="only the numbers"):
        list(results)
