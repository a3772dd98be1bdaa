"""``run.log`` holds no addresses, wherever in a record or in an error's words they stand."""

import logging
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from hamlet import hamlet
from virtual import NOW, LoopClock, outside, run

from m365audit.engine.audit import collect
from m365audit.engine.collecting.runlog import logging_to
from m365audit.engine.places import Places
from m365audit.model.words import GapKind
from m365audit.sample.demo import write_config
from m365audit.sample.service.server import Service
from m365audit.settings import load_tenant
from m365audit.snapshot import RunFolder, Snapshot

CANARY = "ann.canary"


def lines(path: Path) -> list[dict[str, object]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def fails(words: str) -> None:
    """Fail as code does that trips over an answer while it handles another failure."""
    cause = KeyError(words)
    raise ValueError(words) from cause


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(f"Invalid isoformat string: '{CANARY}@exampleton.test'", id="in quotes"),
        pytest.param(f'{{"mail":"{CANARY}@exampleton.test","id":"1"}}', id="in a body"),
        pytest.param(f"https://graph.test/users/{CANARY}%40exampleton.test/messages", id="in a web address"),
        pytest.param(f"{CANARY}\\u0040exampleton.test", id="as JSON may spell it"),
        pytest.param(f"SMTP:{CANARY.upper()}@EXAMPLETON.TEST", id="in capitals"),
        pytest.param(f"{CANARY}_home.test#EXT#@exampleton.onmicrosoft.com", id="of a guest"),
    ],
)
def test_no_address_gets_into_the_log(words: str, tmp_path: Path) -> None:
    log = logging.getLogger("m365audit.engine.test")
    path = tmp_path / "run.log"
    with logging_to(path):
        log.info("it said %s", words, extra={"about": words, "several": [words], "number": 3})
        try:
            fails(words)
        except ValueError:
            log.exception("collecting failed", extra={"data_set": "accounts"})
    assert CANARY not in path.read_text(encoding="utf-8").lower()
    told, failed = lines(path)
    assert told["number"] == 3
    assert failed["data_set"] == "accounts"
    assert "test_runlog.py" in str(failed["traceback"])
    assert "ValueError: " in str(failed["traceback"])
    assert "(address)" in str(failed["traceback"])


def test_an_answer_nobody_understands_is_a_gap_and_its_addresses_stay_out_of_the_log(tmp_path: Path) -> None:
    council = hamlet()
    tenant = replace(council.tenant, users=deepcopy(council.tenant.users))
    tenant.users[0]["createdDateTime"] = f"{CANARY}@exampleton.test"
    council = replace(council, tenant=tenant)
    clock = LoopClock()
    service = Service([tenant], clock=clock)
    service.url = "http://127.0.0.1:1"
    write_config(tmp_path / "config", [council], service.url)
    file = load_tenant(tmp_path / "config", council.slug)

    async def main() -> RunFolder:
        there = outside(service, clock, file)
        return await collect(file, Places(tmp_path / "config", tmp_path / "reports"), NOW, outside=there)

    folder = run(main())
    gaps = Snapshot.open(folder).coverage("accounts").gaps
    assert {gap.kind for gap in gaps} == {GapKind.ERROR}
    failed = [line for line in lines(folder.log) if line["said"] == "collecting failed"]
    assert {line["data_set"] for line in failed} >= {"accounts"}
    assert CANARY not in folder.log.read_text(encoding="utf-8")
