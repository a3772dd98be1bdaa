"""init --from-tenant, as its users meet it, over real HTTP."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from test_cli import said
from test_doctor_and_permissions import Served

from m365audit.register import read_register, rows_to_confirm
from m365audit.sample.councils import little_sampling
from m365audit.sample.demo import DemoClock, write_config
from m365audit.sample.service.server import running

SLUG = "little-sampling"


@pytest.fixture
def served(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Served]:
    clock = DemoClock(60)
    council = little_sampling(clock.now())
    lacking: frozenset[str] = getattr(request, "param", frozenset())
    tenant = replace(council.tenant, granted=council.tenant.granted - lacking)
    council = replace(council, tenant=tenant)
    with running([council.tenant], clock=clock) as service:
        write_config(tmp_path, [council], service.url)
        yield Served(tmp_path, service, {SLUG: council})


def register(served: Served) -> Path:
    return served.config / "tenants" / f"{SLUG}-register.xlsx"


def test_it_writes_a_register_to_be_confirmed_and_says_so(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    register(served).unlink()
    code, out, err = served.say(capsys, SLUG, "init", SLUG, "--from-tenant", "--reports", str(served.config / "r"))
    assert code == 0, err
    assert out.strip() == str(register(served))
    words = " ".join(err.split())
    assert "Proposed rows: People 7, " in words
    assert "They count for nothing yet" in words
    assert "take the word 'Confirm:' away" in words
    left = sorted(path.name for path in served.config.rglob("*"))
    assert left == [f"{SLUG}-register.xlsx", f"{SLUG}.yaml", "tenants"]
    assert rows_to_confirm(read_register(register(served)))["People"] == 7


def test_beside_a_register_it_says_where_the_rows_go(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    before = register(served).read_bytes()
    code, out, err = served.say(capsys, SLUG, "init", SLUG, "--from-tenant", "--reports", str(served.config / "r"))
    assert code == 0, err
    assert out.strip().endswith(f"{SLUG}-register-proposed.xlsx")
    assert f"copy the rows that are right to {SLUG}-register.xlsx" in " ".join(err.split())
    assert register(served).read_bytes() == before
    code, out, err = served.say(capsys, SLUG, "init", SLUG, "--from-tenant", "--reports", str(served.config / "r"))
    assert (code, out) == (2, "")
    assert "there already" in err


@pytest.mark.parametrize("served", [frozenset({"Exchange.ManageAsApp"})], indirect=True)
def test_what_could_not_be_read_makes_it_partial(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    register(served).unlink()
    code, _, err = served.say(capsys, SLUG, "init", SLUG, "--from-tenant", "--reports", str(served.config / "r"))
    assert code == 4
    assert "not read, so nothing is proposed from it" in err


def test_doctor_counts_the_rows_that_wait(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    register(served).unlink()
    served.say(capsys, SLUG, "init", SLUG, "--from-tenant", "--reports", str(served.config / "r"))
    _, out, _ = served.say(capsys, SLUG, "doctor", SLUG, "--reports", str(served.config / "r"))
    words = "Rows of the register that wait to be confirmed, and count for nothing yet: People 7"
    assert words in " ".join(out.split())


def test_without_a_tenant_file_it_says_what_to_do_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "init", "newton", "--from-tenant", "--config", str(tmp_path))
    assert (code, out) == (2, "")
    assert "m365audit init newton" in " ".join(err.split())
    assert list(tmp_path.iterdir()) == []
