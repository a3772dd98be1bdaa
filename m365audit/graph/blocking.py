"""Work that blocks, on a thread the program does not wait for when it ends."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from typing import TypeVar

Result = TypeVar("Result")


async def blocking(work: Callable[[], Result]) -> Result:
    """What ``work`` returns or raises, run on a thread of its own.

    ``asyncio.to_thread`` would keep the program from ending until the work is done, and a sign-in may hang for minutes
    when the network does: a daemon thread is left behind when the event loop is stopped.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Result] = loop.create_future()
    context = copy_context()

    def deliver(result: Result | None, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]  # None only where the work returns it

    def run() -> None:
        result: Result | None = None
        failed: BaseException | None = None
        try:
            result = context.run(work)
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits, whatever it is
            failed = error
        with suppress(RuntimeError):  # the loop was closed in the meantime: nobody waits any more
            loop.call_soon_threadsafe(deliver, result, failed)

    threading.Thread(target=run, name="sign-in", daemon=True).start()
    return await done
