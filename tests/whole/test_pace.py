"""Collecting is as fast as Microsoft's limits allow, and is hardly ever told to slow down."""

from functools import cache

import pytest
from paced import SAMPLES, SHAPES, Pace, Shape, pace

from m365audit.graph import Pacing
from m365audit.graph.buckets import bucket_called, bucket_of
from m365audit.graph.said import Service as Asked
from m365audit.model.words import GapKind
from m365audit.sample.service.least_time import cost_of
from m365audit.sample.service.limits import LIMITS

MOST_OF_BOUND = 1.15
MOST_REFUSED = 0.01

NAMES = {
    "graph": "Graph",
    "identity": "identity",
    "reports": "identity reports",
    "sign-in activity": "sign-in activity",
    "key credentials": "key credentials",
    "conditional access": "conditional access and risk",
    "usage reports": "usage reports",
    "outlook": "Outlook",
    "sharepoint": "SharePoint",
    "teams": "online meetings",
    "intune": "Intune",
    "security": "security",
    "service communications": "service communications",
}
"""What the imitation calls each bucket, and what the governor does."""

# Each is collected once; every test looks at it from another side.
collected = cache(pace)


# The scope keeps the tests of one shape together, in one process.
@pytest.fixture(scope="module", params=SHAPES, ids=lambda shape: shape.name)
def paced(request: pytest.FixtureRequest) -> Pace:
    return collected(request.param)


def test_it_takes_little_longer_than_the_limits_allow(paced: Pace) -> None:
    assert 1 <= paced.ratio <= MOST_OF_BOUND


def test_the_limit_that_decides_is_the_one_the_council_was_made_for(paced: Pace) -> None:
    dearest = {(one.bucket, one.counted_by) for one in paced.least if one.seconds == paced.least[0].seconds}
    assert paced.shape.tight in dearest
    assert paced.least[0].seconds > 0


def test_hardly_anything_is_refused(paced: Pace) -> None:
    assert paced.refused < MOST_REFUSED * paced.asked


def test_nothing_is_given_up(paced: Pace) -> None:
    gaps = {gap for council in paced.evidence for came in council.values() for gap in came.gaps}
    assert not [gap for gap in gaps if gap.kind is GapKind.THROTTLED]


@pytest.mark.parametrize("shape", SAMPLES, ids=lambda shape: shape.name)
def test_the_sample_councils_are_not_refused_anything(shape: Shape) -> None:
    assert collected(shape).refused == 0


@pytest.mark.parametrize("shape", [*SHAPES, *SAMPLES], ids=lambda shape: shape.name)
def test_the_governor_counts_what_the_service_counts(shape: Shape) -> None:
    paced = collected(shape)
    for line in paced.service.requests:
        costs, _ = cost_of(line)
        path = line.path.removeprefix("/v1.0") + (f"?{line.query}" if line.query else "")
        if not costs or "none" in costs:
            continue
        own = bucket_of(Asked.GRAPH, path)
        counted = {name: bucket_called(name).cost(path) for name in (own.name, *own.also)}
        assert counted == {NAMES[bucket]: units for bucket, units in costs.items()}, path


def test_every_limit_of_the_service_is_one_the_governor_knows() -> None:
    theirs = {
        (NAMES[limit.bucket], limit.scope, limit.seconds): [units for _, units in limit.units] for limit in LIMITS
    }
    # Ten a minute for each tenant says nothing beside ten a minute for all of them.
    del theirs["sign-in activity", "tenant", 60]
    ours = {
        (name, window.per, window.seconds): [units for _, units in window.tiers]
        for name in NAMES.values()
        for window in bucket_called(name).windows
    }
    assert ours == theirs


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_on_a_network_that_takes_its_time_nothing_is_refused_either(shape: Shape) -> None:
    assert pace(shape, uneven=7).refused == 0


SLOW_TO_LEARN = next(shape for shape in SHAPES if "without Entra ID P1" in shape.name)


@pytest.mark.parametrize("shape", [SLOW_TO_LEARN, *SAMPLES], ids=lambda shape: shape.name)
def test_limits_that_are_learned_cost_a_few_refusals_and_lose_nothing(shape: Shape) -> None:
    known, learned = collected(shape), pace(shape, Pacing.LEARNED)
    assert learned.refused <= 25
    assert learned.seconds <= known.seconds * 2 + 60
    assert learned.evidence == known.evidence
