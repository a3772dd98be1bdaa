"""A sign-in that hangs keeps nobody waiting: neither the event loop nor the end of the program."""

import asyncio
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from partner_login import CLIENT, KEY
from wire_fakes import TENANT_ID

from m365audit.graph.blocking import blocking

AUDITOR = """
import asyncio, sys
from pathlib import Path
from m365audit.graph import Service, WallClock, credentials_for
from m365audit.model.tenant import Auth, Endpoints, Tenant

kind, login, tenant_id, client, key, folder = sys.argv[1:]
auth = Auth(kind=kind, client_id=client, secret="s", cache=f"{folder}/partner.cache" if kind == "partner" else None)
tenant = Tenant(
    slug="exampleton", council="Exampleton", tenant_id=tenant_id, policy="towcester", auth=auth,
    endpoints=Endpoints(login=login), folder=Path(folder),
)
environ = {"M365AUDIT_CACHE_KEY": key, "M365AUDIT_PARTNER_REFRESH_TOKEN": "1.seed"}

async def main():
    print("signing in", flush=True)
    await credentials_for(tenant, WallClock(), environ=environ).token(Service.GRAPH)

try:
    asyncio.run(main())
except KeyboardInterrupt:
    sys.exit(75)
"""


@pytest.fixture
def silence() -> Iterator[str]:
    """The address of a service that lets everybody in and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"https://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("kind", ["secret", "partner"])
def test_the_program_ends_at_once_when_it_is_told_to(kind: str, silence: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", AUDITOR, kind, silence, TENANT_ID, CLIENT, KEY, str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == b"signing in"
    time.sleep(0.7)
    assert process.poll() is None
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 75, process.stderr.read() if process.stderr else ""
    assert time.monotonic() - began < 2
    process.stdout.close()


async def test_work_that_blocks_lets_the_rest_go_on_and_gives_its_result() -> None:
    go = threading.Event()

    async def rest() -> str:
        await asyncio.sleep(0)
        go.set()
        return "the rest"

    worked = asyncio.create_task(blocking(lambda: "done" if go.wait(20) else "in vain"))
    assert [await rest(), await worked] == ["the rest", "done"]


async def test_what_goes_wrong_in_it_goes_wrong_for_whoever_waits() -> None:
    def fail() -> None:
        msg = "out of order"
        raise OSError(msg)

    with pytest.raises(OSError, match="out of order"):
        await blocking(fail)


async def test_whoever_stops_waiting_is_not_told() -> None:
    go, told = threading.Event(), []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    waiting = asyncio.create_task(blocking(go.wait))
    await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go.set()
    await asyncio.sleep(0.05)
    assert told == []
