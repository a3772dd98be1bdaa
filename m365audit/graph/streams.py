"""Several streams at once, merged into one."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

Thing = TypeVar("Thing")
Item = TypeVar("Item")


class _Done:
    """Says that a worker has nothing more."""


@dataclass(frozen=True, slots=True)
class _Failed:
    """Says that a worker can go no further."""

    error: Exception


async def each(
    things: Iterable[Thing], worker: Callable[[Thing], AsyncIterator[Item]], at_most: int = 8
) -> AsyncGenerator[Item, None]:
    """What ``worker`` yields for every thing, ``at_most`` of them at a time, in no particular order.

    The first failure stops the rest and is raised here; closing this stream early stops them too.
    """
    queue: asyncio.Queue[Item | _Done | _Failed] = asyncio.Queue(maxsize=at_most * 4)
    source = iter(things)

    async def work() -> None:
        try:
            for thing in source:
                async for item in worker(thing):
                    await queue.put(item)
        except Exception as error:  # noqa: BLE001 - raised again by whoever reads the stream
            await queue.put(_Failed(error))
        else:
            await queue.put(_Done())

    workers = [asyncio.create_task(work()) for _ in range(at_most)]
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
