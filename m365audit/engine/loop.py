"""The event loop of a command, which can be stopped at any moment without losing anything."""

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from types import FrameType, TracebackType
from typing import Any, ParamSpec, Self, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

_STOPS = (signal.SIGINT, signal.SIGTERM)


class Stopped(BaseException):
    """Somebody stopped the program (Ctrl-C, or SIGTERM from a scheduler). What was finished is on disk."""


class Loop:
    """One event loop for all that a command does, one thing after another.

    The first signal to stop ends what is running and raises :class:`Stopped`; ``on_stop`` is called at once. Further
    signals change nothing: the stop is under way. Only the main thread can be told by signals.
    """

    def __init__(self, on_stop: Callable[[], None] | None = None) -> None:
        self._on_stop = on_stop
        self._runner = asyncio.Runner(loop_factory=new_loop)
        self._running: asyncio.Task[Any] | None = None
        self._before: dict[signal.Signals, Any] = {}
        self._stopped = False

    def __enter__(self) -> Self:
        self._runner.__enter__()
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._stop) for number in _STOPS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self._runner.__exit__(kind, error, traceback)
        finally:
            for number, handler in self._before.items():
                # Once stopped, the process only has its last words to say.
                signal.signal(number, signal.SIG_IGN if self._stopped else handler)

    def run(self, main: Coroutine[Any, Any, Result]) -> Result:
        """Run to the end.

        Raises:
            Stopped: it was stopped before.
        """

        async def watched() -> Result:
            self._running = asyncio.current_task()
            try:
                return await main
            finally:
                self._running = None

        try:
            result = self._runner.run(watched())
        except asyncio.CancelledError:
            if self._stopped:
                raise Stopped from None
            raise
        if self._stopped:
            raise Stopped
        return result

    def _stop(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        if self._stopped:
            return
        self._stopped = True
        if self._on_stop is not None:
            self._on_stop()
        if self._running is None:
            raise Stopped
        self._runner.get_loop().call_soon_threadsafe(self._running.cancel)


def new_loop() -> asyncio.AbstractEventLoop:
    """An event loop whose threads nobody waits for: signing in blocks one, for minutes if nobody answers."""
    loop = asyncio.new_event_loop()
    loop.set_default_executor(_Unawaited())
    return loop


class _Unawaited(ThreadPoolExecutor):
    """Each call in a thread of its own, which ends with the process wherever it is."""

    def submit(
        self, fn: Callable[Arguments, Result], /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> "Future[Result]":
        """Begin the call."""
        future: Future[Result] = Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(fn(*args, **kwargs))
            except BaseException as error:  # noqa: BLE001 - raised again where the result is awaited
                future.set_exception(error)

        threading.Thread(target=work, daemon=True, name="m365audit-blocking").start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - the base's
        """Nothing to wait for."""
