"""The audit looks at its own workbook: written once to be tested, then judged with what the test found."""

import tempfile
from pathlib import Path

import pandas as pd

from m365audit.engine.accepted import acceptances
from m365audit.engine.assess import assess
from m365audit.engine.history import History
from m365audit.engine.judge import Bench, Inputs
from m365audit.model.assessment import Assessment
from m365audit.model.policy import Policy
from m365audit.report import clerk
from m365audit.report.accessible import faults

WORKBOOK_FAULTS = "workbook_faults"


def assess_and_look(inputs: Inputs, baseline: Policy, history: History) -> Assessment:
    """Judge everything, the accessibility of the Clerk's workbook included.

    The workbook tested lacks only the words about that test itself; sheets, headers and looks are those it will have.

    Raises:
        OSError: there is no room for the specimen.
    """
    bench = Bench(inputs, acceptances(inputs))
    draft = assess(bench, baseline, history)
    with tempfile.TemporaryDirectory(prefix="m365audit-") as folder:
        specimen = Path(folder) / "specimen.xlsx"
        clerk.write(draft, specimen)
        found = pd.DataFrame(
            [("Clerk", fault.rule, fault.sheet, fault.what) for fault in faults(specimen)],
            columns=["workbook", "rule", "sheet", "what"],
        )
    return assess(bench.knowing({WORKBOOK_FAULTS: found}), baseline, history)
