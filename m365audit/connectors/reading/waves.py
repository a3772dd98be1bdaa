"""A stream taken in waves: whatever has come meanwhile, without waiting for more."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class _End:
    """Says that the stream has ended, and by what failure if by any."""

    error: Exception | None = None


async def waves(source: AsyncGenerator[Item, None], at_most: int) -> AsyncGenerator[list[Item], None]:
    """All that is ready, in lists that are never empty; the stream goes on while a list is being worked on.

    No more than ``at_most`` items wait. So the first wave is as soon as the first item, and the slower the work on
    the waves, the larger they are. A failure of the stream is raised here, after what came before it.
    """
    ready: asyncio.Queue[Item | _End] = asyncio.Queue(at_most)
    reading = asyncio.create_task(_read(source, ready))
    try:
        while True:
            found = [await ready.get()]
            while not ready.empty():
                found.append(ready.get_nowait())
            wave = [item for item in found if not isinstance(item, _End)]
            if wave:
                yield wave
            if isinstance(end := found[-1], _End):
                if end.error is not None:
                    raise end.error
                return
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        await source.aclose()


async def _read(source: AsyncGenerator[Item, None], ready: "asyncio.Queue[Item | _End]") -> None:
    try:
        async for item in source:
            await ready.put(item)
    except Exception as error:  # noqa: BLE001 - raised again by the reader, who would wait for ever otherwise
        await ready.put(_End(error))
    else:
        await ready.put(_End())
