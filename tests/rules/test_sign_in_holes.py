"""The search for a sign-in that needs no second step, held against going through every combination one by one."""

import random
import time
from itertools import product

import pytest
from access_rows import PLACES, inside, policy, world
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_rows import account, frame

from m365audit.rules import RULES
from m365audit.rules.sign_in.places import Place, can_overlap, spots
from m365audit.rules.sign_in.sign_in_holes import Space
from m365audit.rules.sign_in.sign_in_kinds import Axis, Demand, legacy, modern

OFFICE = Place("office", "Office", trusted=True, addresses=("192.0.2.0/28",))
HALL = Place("hall", "Hall", trusted=False, addresses=("198.51.100.0/28",))
BRITAIN = Place("gb", "Britain", trusted=False, countries=frozenset({"gb"}))
FRANCE = Place("fr", "France", trusted=False, countries=frozenset({"fr"}))


def some(*words: str) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(words), max_size=2)


DEMANDS = st.builds(
    Demand,
    apps=st.sampled_from([frozenset({"all"}), frozenset({"office365"}), frozenset({"x"})]),
    not_apps=some("office365", "x"),
    clients=st.sampled_from([frozenset({"all"}), frozenset({"browser"}), frozenset({"mobileappsanddesktopclients"})]),
    platforms=some("all", "windows", "ios"),
    not_platforms=some("windows", "android"),
    places=some("all", "alltrusted", "office"),
    not_places=some("alltrusted", "hall"),
    sign_in_risks=some("high", "none"),
    device_rule=st.sampled_from(["", "", "r"]),
    rule_leaves_out=st.booleans(),
    instead=some("compliantdevice", "domainjoineddevice", "approvedapplication", "custom"),
)


def uncovered(demands: tuple[Demand, ...], axes: list[Axis]) -> set[bool]:
    """Whether there are holes that are not mild (False) and that are (True): by going through all there is."""
    return {
        any(kind.mild for kind in kinds)
        for kinds in product(*axes)
        if not any(all(kind.holds(demand) for kind in kinds) for demand in demands)
    }


@settings(max_examples=60, deadline=None)
@given(demands=st.lists(DEMANDS, max_size=3, unique=True).map(tuple))
def test_the_search_finds_what_going_through_everything_finds(demands: tuple[Demand, ...]) -> None:
    axes = [axis for axis in modern(demands, [OFFICE, HALL]) if len({_held(demands, kind) for kind in axis}) > 1]
    space = Space(demands, axes)
    found = space.holes(space.bits(demands))
    expected = uncovered(demands, axes) if demands else {False}
    assert bool(found) == bool(expected)
    assert all(hole.mild for hole in found) == (False not in expected)


def _held(demands: tuple[Demand, ...], kind: object) -> tuple[bool, ...]:
    return tuple(kind.holds(demand) for demand in demands)  # type: ignore[attr-defined]


@given(demands=st.lists(DEMANDS, min_size=1, max_size=3, unique=True).map(tuple), more=DEMANDS)
@settings(max_examples=60, deadline=None)
def test_one_more_demand_never_opens_a_hole(demands: tuple[Demand, ...], more: Demand) -> None:
    every = tuple(dict.fromkeys((*demands, more)))
    space = Space(every, modern(every, [OFFICE, HALL]))
    if not space.holes(space.bits(demands)):
        assert not space.holes(space.bits(every))


EVERYTHING = Demand(apps=frozenset({"all"}))


@pytest.mark.parametrize(
    ("demand", "is_kept_out"),
    [
        pytest.param(EVERYTHING, True, id="a second step asked of all clients, which old ones cannot show"),
        pytest.param(
            Demand(apps=frozenset({"all"}), clients=frozenset({"exchangeactivesync", "other"})), True, id="blocked"
        ),
        pytest.param(Demand(apps=frozenset({"all"}), clients=frozenset({"other"})), False, id="ActiveSync left open"),
        pytest.param(
            Demand(apps=frozenset({"all"}), clients=frozenset({"exchangeactivesync"})), False, id="the rest left open"
        ),
        pytest.param(
            Demand(apps=frozenset({"all"}), clients=frozenset({"browser", "mobileappsanddesktopclients"})),
            False,
            id="only new clients are asked",
        ),
        pytest.param(
            Demand(apps=frozenset({"all"}), instead=frozenset({"domainjoineddevice"})), True, id="or a joined device"
        ),
        pytest.param(
            Demand(apps=frozenset({"all"}), instead=frozenset({"compliantdevice"})),
            False,
            id="or a managed device, which ActiveSync can show",
        ),
    ],
)
def test_old_clients(demand: Demand, *, is_kept_out: bool) -> None:
    space = Space((demand,), legacy((demand,), []))
    assert (not space.holes(space.bits((demand,)))) == is_kept_out


@pytest.mark.parametrize(
    ("one", "other", "can"),
    [
        pytest.param(OFFICE, HALL, False, id="ranges apart"),
        pytest.param(OFFICE, Place("x", "X", trusted=False, addresses=("192.0.0.0/16",)), True, id="a range within"),
        pytest.param(OFFICE, Place("x", "X", trusted=False, addresses=("2001:db8::/32",)), False, id="IPv4 and IPv6"),
        pytest.param(OFFICE, Place("x", "X", trusted=False, addresses=("nonsense",)), True, id="a range unreadable"),
        pytest.param(BRITAIN, FRANCE, False, id="two countries"),
        pytest.param(BRITAIN, OFFICE, True, id="a country and a range"),
        pytest.param(BRITAIN, Place("x", "X", trusted=None), True, id="a place of which nothing is known"),
    ],
)
def test_places_that_can_overlap(one: Place, other: Place, *, can: bool) -> None:
    assert can_overlap(one, other) is can
    assert can_overlap(other, one) is can


def test_spots_are_everywhere_once() -> None:
    found = [(spot.ids, spot.is_trusted) for spot in spots([OFFICE, HALL, BRITAIN])]
    assert len(found) == len(set(found)) == 2 + 3 + 2


def test_five_thousand_accounts_under_forty_policies_take_no_time() -> None:
    chance = random.Random(1)  # noqa: S311
    rule = RULES["two-step-enforced"]
    accounts = [account(f"p{number}") for number in range(5_000)]
    members = {
        (row["group_id"], row["member_id"]): row
        for number in range(5_000)
        for row in (inside(f"g{chance.randrange(60)}", f"p{number}") for _ in range(3))
    }
    rows = world(
        [_any_policy(f"P{number}", chance) for number in range(40)],
        accounts=accounts,
        group_members=list(members.values()),
        per_user_mfa=[{"account_id": one["account_id"], "state": "disabled"} for one in accounts],
        mailbox_settings=[],
    )
    frames = {name: frame(name, rows[name]) for name in (*rule.needs, *rule.uses) if name in rows}
    began = time.process_time()
    found = rule.judge(**frames)
    assert time.process_time() - began < 4, "aimed at is well under two seconds on a machine to itself"
    assert len(found) > 0


def _any_policy(name: str, chance: random.Random) -> dict[str, object]:
    groups = [f"g{chance.randrange(60)}" for _ in range(3)]
    changes: dict[str, object] = {"include_users": [], "include_groups": groups}
    for chosen in (
        {"exclude_groups": [f"g{chance.randrange(60)}"]},
        {"clients": [chance.choice(["browser", "mobileAppsAndDesktopClients"])]},
        {"include_platforms": ["all"], "exclude_platforms": chance.sample(["android", "iOS", "windows", "macOS"], 2)},
        {"include_locations": ["All"], "exclude_locations": [chance.choice([p["location_id"] for p in PLACES])]},
        {"exclude_apps": [f"app{chance.randrange(15)}"]},
        {"user_risks": ["high"]},
        {"controls": ["mfa", chance.choice(["compliantDevice", "domainJoinedDevice", "approvedApplication"])]},
        {"device_filter": f"r{chance.randrange(4)}", "device_filter_mode": chance.choice(["include", "exclude"])},
    ):
        if chance.random() < 0.3:
            changes |= chosen
    return policy(name, **changes)
