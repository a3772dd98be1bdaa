"""The commands that look at a sign-in and say what to consent to, over real HTTP."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from test_cli import said

from m365audit.sample.councils import SampleCouncil, exampleton, little_sampling
from m365audit.sample.demo import DemoClock, tokens_of, write_config
from m365audit.sample.service.server import Service, running

APP = "66666666-7777-8888-9999-000000000000"


@dataclass(frozen=True)
class Served:
    config: Path
    service: Service
    councils: dict[str, SampleCouncil]

    def say(self, capsys: pytest.CaptureFixture[str], council: str, *words: str) -> tuple[int, str, str]:
        with tokens_of(self.service, self.councils[council]):
            return said(capsys, *words, "--config", str(self.config))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    clock = DemoClock(60)
    now = clock.now()
    unsafe = little_sampling(now)
    councils = {
        "exampleton": exampleton(now),
        # Without the word in its tenant file that accepts what it holds.
        "little-sampling": replace(
            unsafe, tenant_file={k: v for k, v in unsafe.tenant_file.items() if k != "accept_write_permissions"}
        ),
    }
    folder = tmp_path_factory.mktemp("config")
    with running([council.tenant for council in councils.values()], clock=clock) as service:
        write_config(folder, list(councils.values()), service.url)
        yield Served(folder, service, councils)


def test_doctor_shows_what_is_there_and_what_will_come_of_it(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = served.say(capsys, "exampleton", "doctor", "exampleton")
    assert code == 0, out
    for words in (
        "Exampleton Town Council",
        "Entra ID P1",
        "Global Reader",
        "User.Read.All",
        "mailbox access",
        "assessed",
    ):
        assert words in " ".join(out.split())
    assert "Everything the audit needs is there" in err


def test_doctor_speaks_json_with_the_same_content(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = served.say(capsys, "exampleton", "doctor", "exampleton", "--json")
    document = json.loads(out)
    assert code == document["exit_code"] == 0
    assert document["council"] == "Exampleton Town Council"
    verdicts = {one["data_set"]: one["verdict"] for one in document["data_sets"]}
    assert (verdicts["accounts"], verdicts["eligible_roles"]) == ("assessed", "not")
    assert {one["plan"] for one in document["licences"]} >= {"Entra ID P1", "Exchange Online"}


def test_what_can_change_something_ends_with_5_and_is_named(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = served.say(capsys, "little-sampling", "doctor", "little-sampling")
    assert code == 5
    assert "Exchange Administrator lets the auditor do more than read" in " ".join(out.split())
    assert "can do more than read" in err


def test_one_council_that_fails_does_not_keep_the_next_from_being_looked_at(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    # The tokens are those of one council: for the other they are refused.
    code, out, err = served.say(capsys, "exampleton", "doctor", "--all", "--json")
    documents = {one["slug"]: one for one in json.loads(out)}
    assert code == 3
    assert documents["exampleton"]["exit_code"] == 0
    assert documents["little-sampling"]["exit_code"] == 3
    assert "is of the tenant" in documents["little-sampling"]["error"]
    assert "error:" in err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param(["doctor"], "name a council", id="no council"),
        pytest.param(["doctor", "exampleton", "--all"], "not both", id="one and all"),
        pytest.param(["doctor", "exampelton"], "exampleton", id="a council misspelt"),
        pytest.param(["permissions", "nowhere"], "there is no such tenant file", id="a council there is not"),
        pytest.param(["permissions", "--policy", "towchester"], "towcester", id="a policy misspelt"),
        pytest.param(["permissions", "--tier", "bse"], "'base'", id="a tier misspelt"),
        pytest.param(["permissions", "--script"], "--tenant-id is missing", id="a script for nobody"),
        pytest.param(
            ["permissions", "--consent-url", "--tenant-id", "x", "--client-id", APP], "is no id", id="no directory id"
        ),
        pytest.param(
            ["permissions", "--script", "--tenant-id", APP, "--client-id", "x'; rm"], "is no id", id="no client id"
        ),
        pytest.param(["permissions", "exampleton", "--script"], "--client-id is missing", id="no app in the file"),
        pytest.param(["permissions", "--manifest", "--script"], "not several", id="two answers at once"),
    ],
)
def test_wrong_words_get_one_sentence_and_code_2(
    served: Served, capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    code, out, err = served.say(capsys, "exampleton", *words)
    assert code == 2, err
    assert sentence in " ".join(err.split())
    assert out == ""


def test_permissions_counts_the_clauses_of_the_councils_policy(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = served.say(capsys, "exampleton", "permissions", "exampleton", "--json")
    assert code == 0
    lost = {name for one in json.loads(out) for name in one["without_it"]["clauses"]}
    assert lost == {"towcester", "baseline"}
    _, out, _ = served.say(capsys, "exampleton", "permissions", "--policy", "town-council-2023", "--json")
    assert "towcester" not in {name for one in json.loads(out) for name in one["without_it"]["clauses_in_part"]}


def test_permissions_shows_each_with_why_and_what_is_lost(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = served.say(capsys, "exampleton", "permissions", "--tier", "base")
    assert code == 0
    assert "recommended" not in out
    blocks = out.split("  User.Read.All")[1].split("(Microsoft Graph)")[1]
    for heading in ("Why:", "Lets the app see:", "Data sets:", "Checks:", "Without it"):
        assert heading in blocks


def test_what_an_administrator_is_given_is_fit_to_be_used(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    _, manifest, _ = served.say(capsys, "exampleton", "permissions", "--manifest")
    assert {"resourceAppId", "resourceAccess"} == set(json.loads(manifest)["requiredResourceAccess"][0])
    _, link, _ = served.say(capsys, "exampleton", "permissions", "exampleton", "--consent-url", "--client-id", APP)
    tenant = served.councils["exampleton"].tenant.tenant_id
    assert link.strip() == f"{served.service.url}/{tenant}/adminconsent?client_id={APP}"
    _, steps, _ = served.say(capsys, "exampleton", "permissions", "exampleton", "--script", "--client-id", APP)
    assert f"$AppId    = '{APP}'" in steps
    assert "New-CsApplicationAccessPolicy" in steps
