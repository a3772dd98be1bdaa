"""kill -9 of the real command, at any moment of its way: the next one goes on, to the same end."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import NOW, Desk, desk
from hamlet import hamlet

REQUESTS = 60
COUNCIL = hamlet(NOW)
COLLECTING, REPORTING = "going on with run", "all evidence of run"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """The assessment of an audit that nobody disturbed."""
    with desk(tmp_path_factory.mktemp("undisturbed"), COUNCIL) as office:
        ended = office("audit", "exampleton")
        assert ended.code in {0, 4}, ended.err
        return office.assessment(office.councils[0])


def after_requests(seed: int) -> Callable[[Desk], bool]:
    number = random.Random(seed).randrange(5, REQUESTS)  # noqa: S311
    return lambda office: len(office.service.requests) >= number


def writing(pattern: str) -> Callable[[Desk], bool]:
    return lambda office: any(office.reports.glob(f"exampleton/2*/{pattern}"))


@pytest.mark.parametrize(
    ("moments", "goes_on"),
    [
        pytest.param([after_requests(seed) for seed in (1, 2, 3)], COLLECTING, id="three times while it asks"),
        pytest.param([writing("unfinished/*.jsonl"), writing("evidence/*.part")], COLLECTING, id="while it writes"),
        pytest.param(
            [writing("evidence/manifest.json"), writing("assessment.json"), writing("*Clerk*.xlsx")],
            REPORTING,
            id="before it judges, while it judges, while it reports",
        ),
    ],
)
def test_a_killed_audit_is_gone_on_with_to_the_same_end(
    moments: list[Callable[[Desk], bool]], goes_on: str, whole: dict[str, object], tmp_path: Path
) -> None:
    with desk(tmp_path, COUNCIL) as office:
        council = office.councils[0]
        for moment in moments:
            killed = office.start("audit", council.slug)
            killed.until(lambda moment=moment: moment(office))
            killed.kill()
            office.service.requests.clear()
            run = office.run(council)
            assert not list(run.glob("*Technician*.xlsx"))
        if goes_on == COLLECTING:
            refused = office("report", council.slug)
            assert refused.code == 2
            assert "holds no finished run (1 stopped half-way)" in refused.sentences
        ended = office("audit", council.slug)
        assert ended.code in {0, 4}, ended.err
        assert office.run(council) == run
        assert office.assessment(council) == whole
        assert len(list(run.glob("*.xlsx"))) == 3
        assert goes_on in ended.sentences
        assert bool(office.service.requests) == (goes_on == COLLECTING)
        assert sorted(path.name for path in run.iterdir() if path.suffix != ".xlsx") == [
            "assessment.json",
            "evidence",
            "notice.txt",
            "run.log",
        ]
