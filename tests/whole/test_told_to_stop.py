"""Ctrl-C, and the signal schedulers send: the command ends at once, says what is saved, and goes on the next time."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from commands import NOW, PATIENCE_SECONDS, Desk, desk
from hamlet import hamlet

from m365audit.sample.service.manner import Fault

COUNCIL = hamlet(NOW)
# Half an answer and then never the rest.
SILENT_EXCHANGE = Fault("/adminapi/*/Get-MailboxPermission", break_off="slow")
SAVED = re.compile(r"stopped; (\d+) of (\d+) data sets are saved; run the command again to go on")
# On a machine that has time for it.
AT_MOST_SECONDS = 2.0 * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def is_kept(office: Desk, name: str) -> bool:
    return any(office.reports.glob(f"*/2*/unfinished/{name}"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "a scheduler's signal"])
def test_it_ends_within_two_seconds_though_the_service_hangs_and_goes_on_afterwards(
    number: signal.Signals, tmp_path: Path
) -> None:
    with desk(tmp_path, COUNCIL, [SILENT_EXCHANGE]) as office:
        audit = office.start("audit", COUNCIL.slug)
        audit.until(lambda: is_kept(office, "mailboxes.json") and is_kept(office, "sharing.json"))
        ended, seconds = audit.told(number)
        assert ended.code == 75
        assert seconds < AT_MOST_SECONDS
        said = SAVED.fullmatch(ended.sentences)
        assert said, ended.err
        saved, total = map(int, said.groups())
        assert 0 < saved < total
        assert len(list(office.run(COUNCIL).glob("unfinished/*.json"))) - 1 == saved
    with desk(tmp_path, COUNCIL) as office:
        again = office("audit", COUNCIL.slug, "--fresh")
        assert again.code in {0, 4}, again.err
        assert "was left unfinished and is not gone on with: --fresh" in again.sentences


def test_told_twice_it_still_ends_as_if_told_once(tmp_path: Path) -> None:
    with desk(tmp_path, COUNCIL, [SILENT_EXCHANGE]) as office:
        collect = office.start("collect", COUNCIL.slug)
        collect.until(lambda: is_kept(office, "mailboxes.json"))
        collect.process.send_signal(signal.SIGINT)
        ended, seconds = collect.told(signal.SIGINT)
        assert ended.code == 75
        assert seconds < AT_MOST_SECONDS
        assert SAVED.fullmatch(ended.sentences), ended.err
        assert "Traceback" not in ended.err


@contextmanager
def deaf() -> Iterator[tuple[str, socket.socket]]:
    """An address where somebody takes every call and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(PATIENCE_SECONDS)
        yield f"https://127.0.0.1:{listening.getsockname()[1]}", listening


def test_a_sign_in_that_nobody_answers_does_not_hold_it(tmp_path: Path) -> None:
    with desk(tmp_path, COUNCIL) as office, deaf() as (login, listening):
        file = office.config / "tenants" / f"{COUNCIL.slug}.yaml"
        auth = "auth: {kind: secret, client_id: 66666666-0000-0000-0000-000000000000, secret: '${M365AUDIT_SECRET}'}"
        text = re.sub(r"auth:(\n +.*| .*)", auth, file.read_text(encoding="utf-8"))
        file.write_text(re.sub(r"login: \S+?([,}\s])", rf"login: '{login}'\1", text), encoding="utf-8")
        office.variables = {**office.variables, "M365AUDIT_SECRET": "made up"}
        audit = office.start("audit", COUNCIL.slug)
        calling, _ = listening.accept()
        with calling:
            ended, seconds = audit.told(signal.SIGINT)
        assert ended.code == 75, ended.err
        assert seconds < AT_MOST_SECONDS
        assert "nothing was read yet" in ended.sentences


def test_of_several_councils_it_says_which_are_done(tmp_path: Path) -> None:
    with desk(tmp_path, COUNCIL) as office:
        tenants = office.config / "tenants"
        twin = (tenants / f"{COUNCIL.slug}.yaml").read_text(encoding="utf-8")
        (tenants / "twin.yaml").write_text(twin.replace("Exampleton Town Council", "Twin"), encoding="utf-8")
        audit = office.start("audit", COUNCIL.slug, "twin")
        audit.until(lambda: any(office.reports.glob("twin/2*/unfinished/accounts.json")))
        ended, _ = audit.told(signal.SIGTERM)
        assert ended.code == 75
        assert re.search(
            r"stopped; done: Exampleton Town Council; \d+ of \d+ data sets of Twin are saved", ended.sentences
        )


def test_while_it_judges_the_evidence_stays_and_the_next_one_only_judges(tmp_path: Path) -> None:
    with desk(tmp_path, COUNCIL) as office:
        audit = office.start("audit", COUNCIL.slug)
        audit.until(lambda: any(office.reports.glob("*/2*/evidence/manifest.json")))
        ended, seconds = audit.told(signal.SIGINT)
        assert ended.code == 75, ended.err
        assert seconds < AT_MOST_SECONDS
        assert not list(office.run(COUNCIL).glob("*Technician*"))
        office.service.requests.clear()
        assert office("audit", COUNCIL.slug).code in {0, 4}
        assert office.service.requests == []


def test_ctrl_c_while_the_libraries_are_still_being_loaded_ends_in_one_sentence() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "m365audit", "rules"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        # Every module is named as soon as it is loaded, the command line's own after all it needs.
        heard = next(line for line in process.stderr if line.rstrip().endswith("m365audit.model.words"))
        process.send_signal(signal.SIGINT)
        out, rest = process.communicate(timeout=PATIENCE_SECONDS)
    said = [line for line in rest.splitlines() if not line.startswith("import time:")]
    assert heard
    assert process.returncode == 75
    assert said == ["stopped before anything was begun; run the command again"]
    assert not out
