"""Several streams are merged into one, and none outlives it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from m365audit.graph.streams import each


async def test_everything_from_everyone_comes_out() -> None:
    async def worker(number: int) -> AsyncIterator[int]:
        for item in range(number):
            await asyncio.sleep(0)
            yield number * 100 + item

    items = [item async for item in each(range(20), worker, at_most=3)]
    assert sorted(items) == sorted(n * 100 + i for n in range(20) for i in range(n))


async def test_no_more_than_allowed_work_at_once() -> None:
    here, most = 0, 0

    async def worker(_number: int) -> AsyncIterator[int]:
        nonlocal here, most
        here += 1
        most = max(most, here)
        await asyncio.sleep(0.001)
        here -= 1
        yield 1

    assert sum([item async for item in each(range(20), worker, at_most=4)]) == 20
    assert most == 4


async def test_the_first_failure_stops_the_rest_and_is_raised() -> None:
    stopped = []

    async def worker(number: int) -> AsyncIterator[int]:
        if number == 1:
            message = "broken"
            raise LookupError(message)
        try:
            await asyncio.sleep(60)
        finally:
            stopped.append(number)
        yield number

    with pytest.raises(LookupError, match="broken"):
        _ = [item async for item in each(range(3), worker, at_most=3)]
    assert sorted(stopped) == [0, 2]


async def test_a_slow_reader_holds_the_workers_back() -> None:
    made = 0

    async def worker(_number: int) -> AsyncIterator[int]:
        nonlocal made
        for item in range(1_000):
            made += 1
            yield item

    stream = each(range(2), worker, at_most=2)
    await anext(stream)
    for _ in range(100):
        await asyncio.sleep(0)
    assert made < 20
    await stream.aclose()


async def test_nothing_to_do_is_done_at_once() -> None:
    async def worker(number: int) -> AsyncIterator[int]:
        yield number

    assert [item async for item in each([], worker)] == []
