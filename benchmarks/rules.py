"""How long judging takes: every rule on the whole evidence of a council of some thousand people.

``python -m benchmarks.rules PEOPLE`` collects that evidence first: all of it, over HTTP.
"""

import asyncio
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.ours import tenant_at
from m365audit.connectors import CONNECTORS
from m365audit.engine.audit import policies
from m365audit.engine.collecting.collect import Collection
from m365audit.engine.judging.inputs import Inputs
from m365audit.engine.judging.judge import Bench
from m365audit.engine.places import Places
from m365audit.graph import connect
from m365audit.model.tenant import Tenant
from m365audit.register import read_register, write_register
from m365audit.rules import RULES
from m365audit.sample.councils import scaled
from m365audit.sample.demo import tokens_of
from m365audit.sample.service.manner import Manner
from m365audit.sample.service.server import running
from m365audit.snapshot import RunFolder, Snapshot, new_run

SLOWEST = 3


def main(people: int) -> None:
    now = datetime.now(UTC)
    council = scaled(people, seed=1, as_of=now)
    with tempfile.TemporaryDirectory() as place:
        folder = new_run(Path(place), "scaled", now)
        register = Path(place) / "register.xlsx"
        write_register(register, council.name, council.register)
        unlimited = Manner(mailbox_seconds=0)
        with running([council.tenant], limits=False, manner=unlimited) as service, tokens_of(service, council):
            tenant = tenant_at(service.url, council.tenant.tenant_id)
            began = time.perf_counter()
            asyncio.run(collect(tenant, folder, now))
            seconds = time.perf_counter() - began
        print(f"Everything of {people:,} people collected in {seconds:.1f} s, client and imitation in one process.")
        policy, _ = policies(tenant, Places(Path("config"), Path(place)))
        judge(Inputs(tenant, Snapshot.open(folder), read_register(register), policy, now.date()))


async def collect(tenant: Tenant, folder: RunFolder, now: datetime) -> None:
    """Collect everything there is to collect."""
    async with connect(tenant) as session:
        await Collection(tenant, folder, session, now).run(CONNECTORS)


def judge(inputs: Inputs) -> None:
    """Judge every rule once, with its own parameters, and say how long that took."""
    # Evidence is read from disk when it is first asked for; that is not judging.
    for name in inputs.snapshot.records:
        inputs.snapshot.frame(name)
    bench, seconds, findings, unjudged = Bench(inputs), {}, 0, 0
    for rule in RULES.values():
        began = time.perf_counter()
        verdict = bench.judge(rule, {})
        seconds[rule.id] = time.perf_counter() - began
        findings, unjudged = findings + len(verdict.breaches), unjudged + bool(verdict.gaps)
    slowest = sorted(seconds, key=seconds.__getitem__, reverse=True)[:SLOWEST]
    named = ", ".join(f"{rule} {seconds[rule]:.2f} s" for rule in slowest)
    print(
        f"{len(RULES)} rules judged in {sum(seconds.values()):.2f} s: {findings:,} findings, "
        f"{unjudged} rules lacked something. The slowest: {named}."
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
