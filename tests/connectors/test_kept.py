"""What a connector kept before it was stopped gives the same rows as asking again would."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from itertools import chain
from typing import Any

import orjson
import pytest
import test_meetings as met
from hypothesis import given, settings
from hypothesis import strategies as st
from workload_service import COUNCIL, DOMAINS, MAILBOX_DENIED, Collected, Json, Workloads, collect

from m365audit.connectors.calendars.meetings import meetings
from m365audit.connectors.mail.lookups import Lookups, OnlySettled
from m365audit.connectors.reading.kept import sorted_out
from m365audit.connectors.reading.waves import waves
from m365audit.model.evidence import Gap, Row
from m365audit.model.words import GapKind


class Memory:
    """Kept in memory, as the disk would keep it: through JSON."""

    def __init__(self, lines: dict[str, bytes] | None = None) -> None:
        self.lines = lines or {}

    def has(self, scope: str) -> bool:
        return scope in self.lines

    def rows(self, scope: str) -> list[Row] | None:
        found: list[Row] | None = orjson.loads(self.lines[scope]) if scope in self.lines else None
        return found

    def keep(self, scope: str, rows: list[Row]) -> None:
        self.lines[scope] = orjson.dumps(rows)


def test_only_what_is_not_there_is_to_be_asked_for_and_the_rest_is_read_as_it_is_looked_at() -> None:
    kept = Memory({"account:a": b'[{"x": 1}]', "account:c": b"[]"})
    asked, before = sorted_out(["a", "b", "c"], "account:{}", kept)
    assert asked == ["b"]
    assert len(before) == 2
    assert list(before) == [("a", [{"x": 1}]), ("c", [])]


MASTERS = {(met.CLERK, "M"): {"id": "M", "iCalUId": "SERIES", "createdDateTime": "2026-09-01T08:00:00Z"}}
ONLINE: list[Json] = [{"joinWebUrl": met.TEAMS_LINK, "lobbyBypassSettings": {"scope": "organizer"}}]
MORE: list[dict[str, Any]] = [
    {},
    met.teams(),
    met.teams(sensitivity="private"),
    {"subject": "Full Council"},
    {"subject": "Full Council", "sensitivity": "private"},
    {"attendees": met.OUTSIDER},
    {"location": {"displayName": "zoom.us/j/1"}},
    {"isOrganizer": False},
    met.teams(isOrganizer=False, subject="Committee"),
    {"isCancelled": True},
]


@st.composite
def held(draw: st.DrawFn) -> Workloads:
    """Calendars of three people with single meetings and one series, each copy drawn for itself."""
    found: dict[str, Any] = {}
    for name in (met.CLERK, met.MAYOR, met.OFFICE):
        singles = [met.event(f"UID-{n}", **draw(st.sampled_from(MORE))) for n in range(draw(st.integers(0, 3)))]
        series = [met.occurrence(day, **draw(st.sampled_from(MORE))) for day in range(1, draw(st.integers(1, 4)))]
        found[name] = draw(st.sampled_from([singles + series, singles + series, MAILBOX_DENIED]))
    return Workloads(calendars=found, masters=MASTERS, online_meetings={met.CLERK: ONLINE, met.MAYOR: []})


async def run(service: Workloads, kept: Memory) -> Collected:
    return await collect(meetings, service, accounts=met.ACCOUNTS, domains=DOMAINS, window=met.WINDOW, kept=kept)


def shape(found: Collected) -> object:
    gaps = sorted((gap.data_set, gap.scope, str(gap.kind), gap.detail) for gap in found.gaps)
    rows = {name: sorted(rows, key=str) for name, rows in found.rows.items()}
    return rows, gaps, found.looked


@given(held(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_calendars_that_were_kept_in_part_give_the_same_meetings_and_options(service: Workloads, chance: Any) -> None:  # noqa: ANN401
    whole = Memory()
    undisturbed = asyncio.run(run(service, whole))
    some = Memory({scope: line for scope, line in whole.lines.items() if chance.random() < 0.7})
    assert shape(asyncio.run(run(service, some))) == shape(undisturbed)


async def test_a_calendar_is_read_again_only_for_a_link_that_may_not_be_kept() -> None:
    service = Workloads(
        calendars={
            met.CLERK: [met.event("A", **met.teams()), met.event("B", attendees=met.OUTSIDER)],
            met.MAYOR: [met.event("C", subject="Full Council")],
            met.OFFICE: [],
        },
        online_meetings={met.CLERK: ONLINE},
    )
    kept = Memory()
    first = await run(service, kept)
    assert first.rows["meeting_options"]
    assert met.TEAMS_LINK.encode() not in b"".join(kept.lines.values())
    service.asked.clear()
    assert shape(await run(service, kept)) == shape(first)
    assert service.asked == []
    del kept.lines["meeting:A"]
    assert shape(await run(service, kept)) == shape(first)
    assert sorted(url.path.rpartition("/")[2] for url in service.asked) == ["calendarView", "onlineMeetings"]


async def test_subjects_that_no_check_names_are_not_kept() -> None:
    service = Workloads(
        calendars={
            met.CLERK: [
                met.event("A", subject="Dentist"),
                met.event("B", subject="About Jane", sensitivity="private", attendees=met.OUTSIDER),
                met.event("C", subject="Lunch", attendees=met.OUTSIDER),
                met.event("D", subject="Planning Committee"),
            ],
            met.MAYOR: [],
            met.OFFICE: [],
        },
    )
    kept = Memory()
    await run(service, kept)
    text = b"".join(kept.lines.values()).decode()
    assert "Planning Committee" in text
    assert not any(subject in text for subject in ("Dentist", "About Jane", "Lunch"))


class Silent:
    """An Exchange that answers some names and fails at others."""

    def __init__(self, known: dict[str, Json]) -> None:
        self.known = known
        self.asked: list[str] = []

    async def invoke(self, _command: str, *, scope: str, **asked: str) -> AsyncGenerator[Any, None]:
        name = asked["Identity"]
        self.asked.append(name)
        gap = Gap(GapKind.THROTTLED, "asked to wait", "run again", scope)
        yield [self.known[name]] if name in self.known else gap


async def test_rows_with_a_name_that_nobody_told_are_not_kept_for_later() -> None:
    kept = Memory()
    lookups = Lookups(Silent({"Ann": {"PrimarySmtpAddress": f"ann@{COUNCIL}"}}), kept)  # type: ignore[arg-type]
    settled = OnlySettled(kept, lookups)
    await lookups.recipient("Ann")
    settled.keep("mailbox:a", [])
    await lookups.recipient("Bob")
    settled.keep("mailbox:b", [])
    await lookups.recipient("Ann")
    settled.keep("mailbox:c", [])
    await lookups.recipient("Bob")
    settled.keep("mailbox:d", [])
    assert set(kept.lines) == {"recipient:Ann", "mailbox:a", "mailbox:c"}


async def test_a_name_that_was_told_is_not_asked_again_in_another_process() -> None:
    kept = Memory()
    first = Silent({"Ann": {"PrimarySmtpAddress": f"ann@{COUNCIL}", "Notes": "not needed"}})
    told = await Lookups(first, kept).recipient("Ann")  # type: ignore[arg-type]
    again = Silent({})
    assert await Lookups(again, kept).recipient("Ann") == told == {"PrimarySmtpAddress": f"ann@{COUNCIL}"}  # type: ignore[arg-type]
    assert again.asked == []


async def stream(numbers: Iterator[int], *, fails_at: int | None = None) -> AsyncGenerator[int, None]:
    for number in numbers:
        if number == fails_at:
            message = "the stream broke"
            raise ValueError(message)
        yield number
        await asyncio.sleep(0)


async def test_a_wave_is_whatever_came_while_the_last_one_was_worked_on() -> None:
    found = []
    async for wave in waves(stream(iter(range(10))), 4):
        found.append(wave)
        for _ in range(20):
            await asyncio.sleep(0)
    assert list(chain(*found)) == list(range(10))
    assert len(found[0]) == 1
    assert max(map(len, found)) in {4, 5}


async def test_a_stream_that_breaks_is_told_after_what_came_before() -> None:
    found: list[int] = []

    async def listen() -> None:
        async for wave in waves(stream(iter(range(10)), fails_at=3), 4):
            found.extend(wave)

    with pytest.raises(ValueError, match="the stream broke"):
        await listen()
    assert found == [0, 1, 2]


async def test_no_stream_goes_on_when_nobody_listens_any_more() -> None:
    ended = []

    async def endless() -> AsyncGenerator[int, None]:
        try:
            while True:
                yield 1
                await asyncio.sleep(0)
        finally:
            ended.append(True)

    listening = waves(endless(), 2)
    assert await anext(listening) == [1]
    await listening.aclose()
    assert ended == [True]


async def test_no_wave_comes_of_an_empty_stream() -> None:
    assert [wave async for wave in waves(stream(iter(())), 2)] == []
