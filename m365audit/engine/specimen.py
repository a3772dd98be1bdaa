"""The audit looks at its own workbooks: written once to be tested, then judged with what the test found."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from m365audit.engine.assess import assess
from m365audit.engine.custody.private import private_folder
from m365audit.engine.deciding.accepted import acceptances
from m365audit.engine.judging.inputs import Inputs
from m365audit.engine.judging.judge import Bench
from m365audit.engine.months.history import History
from m365audit.model.assessment import Assessment
from m365audit.model.policy import Policy
from m365audit.report import clerk
from m365audit.report.accessible.file import PUBLISHED, WORKING, Rule, faults
from m365audit.report.council import workbook as council
from m365audit.report.names import Kind

WORKBOOK_FAULTS = "workbook_faults"
_TESTED: tuple[tuple[Kind, Callable[[Assessment, Path], None], tuple[Rule, ...]], ...] = (
    ("Clerk", clerk.write, WORKING),
    ("Council", council.write, PUBLISHED),
)
"""Each workbook that is tested, what writes it, and the rules it has to keep."""


def assess_and_look(inputs: Inputs, baseline: Policy, history: History) -> Assessment:
    """Judge everything, the accessibility of the workbooks that people read included.

    What is tested lacks only the words about that test itself; sheets, headers and looks are those it will have.

    Raises:
        OSError: there is no room for the specimen.
    """
    bench = Bench(inputs, acceptances(inputs))
    draft = assess(bench, baseline, history)
    with private_folder() as folder:
        found = pd.DataFrame(_looked_at(draft, folder), columns=["workbook", "rule", "sheet", "what"])
    return assess(bench.knowing({WORKBOOK_FAULTS: found}), baseline, history)


def _looked_at(draft: Assessment, folder: Path) -> Iterator[tuple[str, str, str, str]]:
    """Every fault of every workbook, each read once."""
    for kind, write, rules in _TESTED:
        specimen = folder / f"{kind}.xlsx"
        write(draft, specimen)
        for fault in faults(specimen, rules):
            yield kind, fault.rule, fault.sheet, fault.what
