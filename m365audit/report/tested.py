"""What the cover of a workbook says of its being tested, before it was written, for use by everybody."""

from m365audit.model.assessment import Assessment
from m365audit.model.words import Result
from m365audit.report.names import Kind
from m365audit.report.wording import counted

CHECK = "workbooks-accessible"
"""The check that tests the workbooks."""


def tested(assessment: Assessment, kind: Kind) -> str:
    """One sentence: that the workbook was tested, against what, and with what result."""
    made = next((check for check in assessment.checks if check.check == CHECK), None)
    if made is None or made.result is Result.NOT_ASSESSED:
        return "It was not tested whether everybody can use this workbook."
    against = {"Council": "all the rules", "Clerk": "the essential rules", "Technician": "no rules"}[kind]
    broken = sum(
        finding.rule == CHECK and finding.subject.id.startswith(f"workbooks.{kind.lower()}.")
        for finding in assessment.present
    )
    came_to = f"it appears to break {counted(broken, 'of them', 'of them')}" if broken else "it keeps them"
    return f"It was tested before it was handed over, by {against} for spreadsheets everybody can use: {came_to}."
