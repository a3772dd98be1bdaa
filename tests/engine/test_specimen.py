"""The audit tests its own workbooks: what is broken in one of them is found, under its name."""

from pathlib import Path

import pytest
from bench import clause, inputs, policy, whole_snapshot
from openpyxl import load_workbook

from m365audit.engine.months.history import History
from m365audit.engine.specimen import assess_and_look
from m365audit.model.assessment import Assessment
from m365audit.model.policy import CheckUse, Policy
from m365audit.model.words import Result
from m365audit.report import clerk
from m365audit.report.council import workbook as council

CHECK = "workbooks-accessible"
BASELINE = Policy(id="baseline", title="Baseline", council="", clauses=())


def assessed(paraphrase: str) -> Assessment:
    asked = policy(clause(paraphrase=paraphrase, checks=(CheckUse(CHECK),)))
    return assess_and_look(inputs(whole_snapshot({}), council_policy=asked), BASELINE, History())


@pytest.mark.parametrize(
    ("paraphrase", "broken"),
    [
        pytest.param("Do it.", set(), id="plain words"),
        pytest.param("Do it from 3/4/2026.", {"Council workbook"}, id="a date only the published one may not have"),
        pytest.param("Do it [x].", {"Clerk workbook", "Council workbook"}, id="a shorthand neither explains"),
    ],
)
def test_each_workbook_is_tested_by_its_own_rules_and_says_so(
    paraphrase: str, broken: set[str], tmp_path: Path
) -> None:
    found = assessed(paraphrase)
    assert {finding.subject.name for finding in found.findings if finding.rule == CHECK} == broken
    assert found.clauses[0].result is (Result.DOES_NOT_MEET if broken else Result.MEETS)
    for write, name in ((clerk.write, "Clerk workbook"), (council.write, "Council workbook")):
        write(found, tmp_path / "workbook.xlsx")
        rows = load_workbook(tmp_path / "workbook.xlsx")["Cover"].iter_rows(values_only=True)
        said = next(str(row[1]) for row in rows if "everybody" in str(row[0]))
        assert ("it appears to break 1 of them" in said) == (name in broken)
        assert ("it keeps them" in said) == (name not in broken)
