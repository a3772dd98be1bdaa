"""Several streams at once, merged into one."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

Thing = TypeVar("Thing")
Item = TypeVar("Item")


AT_MOST = 16
"""Enough for what one listing of mailboxes or libraries can be asked at a time; the governor keeps the limits."""


class _Done:
    """Says that a worker has nothing more."""


@dataclass(frozen=True, slots=True)
class _Failed:
    """Says that a worker can go no further."""

    error: BaseException


async def each(
    things: Iterable[Thing], worker: Callable[[Thing], AsyncIterator[Item]], at_most: int = AT_MOST
) -> AsyncGenerator[Item, None]:
    """What ``worker`` yields for every thing, ``at_most`` of them at a time, in no particular order.

    The first failure stops the rest and is raised here; closing this stream early stops them too.
    """
    queue: asyncio.Queue[Item | _Done | _Failed] = asyncio.Queue(maxsize=at_most * 4)
    source = iter(things)
    workers = [asyncio.create_task(_work(source, worker, queue)) for _ in range(at_most)]
    busy = len(workers)
    try:
        while busy:
            item = await queue.get()
            if isinstance(item, _Failed):
                raise item.error
            if isinstance(item, _Done):
                busy -= 1
            else:
                yield item
    finally:
        for task in workers:
            task.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


async def _work(
    source: Iterator[Thing],
    worker: Callable[[Thing], AsyncIterator[Item]],
    queue: "asyncio.Queue[Item | _Done | _Failed]",
) -> None:
    """Put what ``worker`` yields for thing after thing into the queue, and at last how it ended."""
    try:
        for thing in source:
            async for item in worker(thing):
                await queue.put(item)
    except asyncio.CancelledError:
        raise
    except BaseException as error:  # noqa: BLE001 - raised again by the reader, who would wait for ever otherwise
        await queue.put(_Failed(error))
    else:
        await queue.put(_Done())
