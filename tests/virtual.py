"""Audits in virtual time: no network, no waiting, the same order every time."""

import asyncio
import random
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import looptime

from m365audit.graph import AppLimits, Governor, Outside, Pacing, ReadyTokens
from m365audit.graph.credentials import TOKEN_VARIABLES
from m365audit.model.tenant import Tenant
from m365audit.sample.service.inside import Inside
from m365audit.sample.service.server import Service

Result = TypeVar("Result")

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


class LoopClock:
    """The running loop's time, for the client and the imitation alike."""

    def __init__(self, start: datetime = NOW) -> None:
        self._start = start

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.seconds())

    def seconds(self) -> float:
        try:
            return asyncio.get_running_loop().time()
        except RuntimeError:  # set up before the loop runs: nothing has passed
            return 0.0

    def monotonic(self) -> float:
        return self.seconds()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """Run to the end in a loop that jumps to the next thing to do instead of waiting for it."""
    with asyncio.Runner(loop_factory=lambda: looptime.new_event_loop(start=0)) as runner:
        return runner.run(main)


def outside(
    service: Service,
    clock: LoopClock,
    tenant: Tenant,
    *,
    pacing: Pacing = Pacing.DOCUMENTED,
    seed: int = 1,
    app: AppLimits | None = None,
) -> Outside:
    """A tenant's wire, laid into the service itself."""
    tokens = {variable: service.token(tenant.tenant_id, str(name)) for name, variable in TOKEN_VARIABLES.items()}
    return Outside(
        clock=clock,
        credentials=ReadyTokens(tokens),
        governor=Governor(clock, pacing, app),
        transport=Inside(service, clock),
        jitter=random.Random(seed),  # noqa: S311
        names=service.names,
    )
