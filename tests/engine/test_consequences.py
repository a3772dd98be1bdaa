"""What goes unassessed for data sets that will not be read, as the judge will have it."""

from collections.abc import Collection

import pytest

from m365audit.engine.doctor.consequences import consequences
from m365audit.engine.doctor.preflight import Foreseen, Foresight
from m365audit.model.datasets import DATA_SETS

REPORTS = ("email_activity", "teams_activity", "mailbox_usage")


def lost_without(missing: Collection[str]) -> tuple[str, ...]:
    foreseen = {name: Foresight(name, Foreseen.NOT if name in missing else Foreseen.ASSESSED) for name in DATA_SETS}
    return consequences(foreseen).checks


@pytest.mark.parametrize(
    ("missing", "is_lost"),
    [
        pytest.param((), False, id="nothing is missing"),
        pytest.param(("sign_in_activity",), False, id="the reports stand in for sign-ins"),
        pytest.param(REPORTS, False, id="with sign-ins no report is needed"),
        *(
            pytest.param(("sign_in_activity", name), True, id=f"without sign-ins all are needed: {name}")
            for name in REPORTS
        ),
    ],
)
def test_a_check_is_lost_only_without_both_its_evidence_and_what_stands_in_for_it(
    missing: tuple[str, ...],
    *,
    is_lost: bool,
) -> None:
    assert ("account-dormant" in lost_without(missing)) is is_lost


def test_a_log_that_can_only_add_to_what_is_known_costs_no_check() -> None:
    assert lost_without(("legacy_sign_ins",)) == lost_without(())
