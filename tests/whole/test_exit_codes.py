"""What the command ends with, as whoever started it sees: every code that is not 0, 1 or 2, each by a real cause."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from commands import NOW, Desk, Ended, desk

from m365audit.graph.credentials import TOKEN_VARIABLES
from m365audit.sample.councils import SampleCouncil, exampleton, little_sampling
from m365audit.sample.service.manner import Fault

EXAMPLETON = exampleton(NOW)
THROTTLED = Fault("/v1.0/drives/*", status=429, code="TooManyRequests", headers={"Retry-After": "0.01"})


def granted(council: SampleCouncil, change: Callable[[frozenset[str]], frozenset[str]]) -> SampleCouncil:
    tenant = council.tenant
    return replace(council, tenant=replace(tenant, granted=change(frozenset(tenant.granted))))


def audited(office: Desk) -> Ended:
    return office("audit", office.councils[0].slug)


def only_sharing(office: Desk) -> Ended:
    return office("collect", office.councils[0].slug, "--only", "sharing")


def with_another_token(office: Desk) -> Ended:
    office.variables = dict.fromkeys(TOKEN_VARIABLES.values(), "not-a-token")
    return audited(office)


def reported_after_somebody_changed_the_evidence(office: Desk) -> Ended:
    assert office("collect", office.councils[0].slug, "--only", "accounts").code == 0
    path = office.run(office.councils[0]) / "evidence" / "accounts.parquet"
    path.write_bytes(path.read_bytes() + b" ")
    return office("report", office.councils[0].slug)


@pytest.mark.parametrize(
    ("council", "faults", "act", "code", "words"),
    [
        pytest.param(EXAMPLETON, [], with_another_token, 3, "refused the sign-in", id="3, the sign-in is refused"),
        pytest.param(
            granted(little_sampling(NOW), lambda _: frozenset()), [], audited, 3, "no consent", id="3, nobody consented"
        ),
        pytest.param(
            granted(EXAMPLETON, lambda held: held - {"Sites.Read.All", "Files.Read.All"}),
            [],
            only_sharing,
            4,
            "",
            id="4, a permission is missing",
        ),
        pytest.param(
            granted(EXAMPLETON, lambda held: held | {"Mail.ReadWrite"}),
            [],
            audited,
            5,
            "Mail.ReadWrite",
            id="5, the app may write",
        ),
        pytest.param(
            EXAMPLETON,
            [],
            reported_after_somebody_changed_the_evidence,
            5,
            "is not the file that was collected",
            id="5, the evidence is not what was collected",
        ),
        pytest.param(EXAMPLETON, [THROTTLED], only_sharing, 75, "", id="75, Microsoft asked to slow down"),
    ],
)
def test_the_command_ends_with(
    council: SampleCouncil,
    faults: list[Fault],
    act: Callable[[Desk], Ended],
    code: int,
    words: str,
    tmp_path: Path,
) -> None:
    with desk(tmp_path, council, faults) as office:
        ended = act(office)
    assert ended.code == code, ended.err
    assert words in ended.sentences
    assert "Traceback" not in ended.err
