"""Wherever a run is stopped, the next one goes on: the same evidence, and nothing that was there is asked again."""

import random
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from stopped import LATER, NOW, Bench, Left, Made, assert_only_what_was_missing_was_asked, assert_same

from m365audit.model.tenant import Meetings
from m365audit.sample.councils import exampleton, little_sampling
from m365audit.sample.tenant import Json, Tenant
from m365audit.snapshot import BadRun, Snapshot, run_folder

COUNCILS = {"exampleton": exampleton, "little-sampling": little_sampling}
# Every point passes too (293 of them when this was written); these are enough to notice when one no longer would.
POINTS = 8
MUCH_LATER = LATER + timedelta(hours=1)


@pytest.fixture(scope="module", params=COUNCILS)
def undisturbed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Bench, Made]:
    """A run that nobody disturbed, and how its folder looked before each of its requests."""
    bench = Bench.of(COUNCILS[request.param](NOW), tmp_path_factory.mktemp(request.param))
    return bench, bench.collected(bench.folder / "reports", album=bench.folder / "album")


@pytest.mark.parametrize("point", range(POINTS))
def test_a_run_that_is_killed_is_gone_on_with(undisturbed: tuple[Bench, Made], point: int, tmp_path: Path) -> None:
    bench, made = undisturbed
    # One out of every tenth of the run, another one in every tenth.
    number = (len(made.photographs) * point + random.Random(point).randrange(len(made.photographs))) // POINTS  # noqa: S311
    left = shutil.copytree(made.photographs[number], tmp_path / "reports")
    before = Left.on(left, bench.council.slug)
    again = bench.collected(left, now=LATER)
    assert_same(again.evidence, made.evidence)
    assert_only_what_was_missing_was_asked(before, again, made)
    if before.run:
        assert again.folder.run == before.run
        assert "going on with run" in again.said[0]
    assert not again.folder.unfinished.exists()


@pytest.mark.parametrize("seed", range(2))
def test_a_run_that_is_killed_twice_in_a_row_is_gone_on_with(
    undisturbed: tuple[Bench, Made], seed: int, tmp_path: Path
) -> None:
    bench, made = undisturbed
    chance = random.Random(seed)  # noqa: S311
    first = shutil.copytree(made.photographs[len(made.photographs) // 3 + seed], tmp_path / "once")
    once = bench.collected(first, now=LATER, album=tmp_path / "album", every=10)
    twice = once.photographs[chance.randrange(len(once.photographs))]
    before = Left.on(twice, bench.council.slug)
    again = bench.collected(twice, now=MUCH_LATER)
    assert_same(again.evidence, made.evidence)
    assert_only_what_was_missing_was_asked(before, again, made, since=MUCH_LATER)


LONG = {
    "exampleton": ("sharing", "mailbox_access", "mailbox_settings", "forwards", "meetings"),
    "little-sampling": ("registration", "mailbox_access"),
}
Stopped = tuple[Bench, Left, Path]


@pytest.fixture
def stopped_half_way(undisturbed: tuple[Bench, Made]) -> Stopped:
    bench, made = undisturbed
    left = made.photographs[len(made.photographs) // 2]
    return bench, Left.on(left, bench.council.slug), left


def test_the_points_are_real_ones(undisturbed: tuple[Bench, Made]) -> None:
    bench, made = undisturbed
    left = [Left.on(photograph, bench.council.slug) for photograph in made.photographs]
    assert [len(one.whole) for one in left] == sorted(len(one.whole) for one in left)
    seen = {name: {len(one.scopes.get(name, ())) for one in left} for name in LONG[bench.council.slug]}
    for data_set, numbers in seen.items():
        assert len(numbers) > 2, (data_set, numbers)


def test_nothing_is_kept_meanwhile_that_may_not_be_stored(undisturbed: tuple[Bench, Made]) -> None:
    bench, made = undisturbed
    tenant = bench.council.tenant
    links = [link for event in _events(tenant) if (link := (event.get("onlineMeeting") or {}).get("joinUrl"))]
    private = [event["subject"] for event in _events(tenant) if event.get("sensitivity") == "private"]
    assert links
    for photograph in made.photographs:
        for path in photograph.rglob("*.json*"):
            text = path.read_text(encoding="utf-8")
            assert not any(link in text for link in links)
            assert not any(f'"{subject}"' in text for subject in private)
            assert "/:x:/" not in text
            assert path.stat().st_mode & 0o077 == 0


def _events(tenant: Tenant) -> list[Json]:
    return [event for events in tenant.calendars.values() for event in events]


def test_a_half_written_run_is_never_judged_or_reported(undisturbed: tuple[Bench, Made]) -> None:
    bench, made = undisturbed
    for photograph in made.photographs[:: len(made.photographs) // 5]:
        for run in (None, made.folder.run):
            with pytest.raises(BadRun, match=r"no finished run|stopped before all evidence was in|has no run"):
                run_folder(photograph, bench.council.slug, run)
        folder = replace(made.folder, path=photograph / bench.council.slug / made.folder.run)
        with pytest.raises(BadRun, match="stopped before all evidence was in"):
            Snapshot.open(folder)


@pytest.mark.parametrize(
    ("changed", "asked", "reason"),
    [
        pytest.param({}, {"now": NOW + timedelta(hours=24)}, "begun over 24 hours ago", id="a day later"),
        pytest.param({}, {"fresh": True}, "as it was told to", id="told to begin anew"),
        pytest.param({}, {"only": ["accounts"]}, "other data sets", id="other data sets"),
        pytest.param({}, {"as_of": NOW.date()}, "as of another date", id="another date"),
        pytest.param({"meetings": Meetings(back_days=1)}, {}, "tenant file has been changed", id="other calendars"),
        pytest.param({"domains": ("new.gov.uk",)}, {}, "tenant file has been changed", id="another domain of its own"),
    ],
)
def test_a_run_on_other_terms_is_left_and_it_is_said_why(
    changed: dict[str, object], asked: dict[str, object], reason: str, stopped_half_way: Stopped, tmp_path: Path
) -> None:
    bench, before, left = stopped_half_way
    other = replace(bench, tenant=bench.tenant.model_copy(update=changed))
    again = other.collected(shutil.copytree(left, tmp_path / "reports"), **{"now": LATER, **asked})
    assert again.folder.run != before.run
    assert before.run in again.said[0]
    assert "left unfinished" in again.said[0]
    assert reason in again.said[0]
    assert again.evidence.records["accounts"].collected_at >= LATER


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"thresholds": {"account-dormant": {"days": 30}}}, id="a threshold"),
        pytest.param({"provider": "Another"}, id="the provider's name"),
        pytest.param({"policy": "town-council-2023"}, id="the policy"),
    ],
)
def test_what_only_decides_the_judgement_does_not_keep_a_run_from_being_gone_on_with(
    changed: dict[str, object], stopped_half_way: Stopped, tmp_path: Path
) -> None:
    bench, before, left = stopped_half_way
    other = replace(bench, tenant=bench.tenant.model_copy(update=changed))
    assert other.collected(shutil.copytree(left, tmp_path / "reports"), now=LATER).folder.run == before.run


def test_a_data_set_whose_file_is_not_the_one_collected_is_asked_for_again(
    stopped_half_way: Stopped, undisturbed: tuple[Bench, Made], tmp_path: Path
) -> None:
    bench, before, left = stopped_half_way
    reports = shutil.copytree(left, tmp_path / "reports")
    name = min(before.whole)
    path = reports / bench.council.slug / before.run / "evidence" / f"{name}.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    again = bench.collected(reports, now=LATER)
    assert again.evidence.records[name].collected_at >= LATER
    assert_same(again.evidence, undisturbed[1].evidence)


def test_a_line_torn_in_the_middle_costs_that_scope_alone(
    stopped_half_way: Stopped, undisturbed: tuple[Bench, Made], tmp_path: Path
) -> None:
    bench, before, left = stopped_half_way
    reports = shutil.copytree(left, tmp_path / "reports")
    for path in (reports / bench.council.slug / before.run / "unfinished").glob("*.jsonl"):
        path.write_bytes(path.read_bytes()[:-7])
    again = bench.collected(reports, now=LATER)
    assert_same(again.evidence, undisturbed[1].evidence)
    assert again.folder.run == before.run
