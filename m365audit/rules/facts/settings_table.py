"""Settings of the tenant, each judged by itself and said as one row."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from m365audit.model.words import Result, Severity, SubjectKind
from m365audit.rules.declare import breaches, together, unjudged
from m365audit.rules.facts.verdicts import surely


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting: its dotted path, its name, whether it is as it should be (unknown: ``None``), and what to say.

    ``fault`` says what is wrong where it is not, ``unknown`` why it could not be told.
    """

    path: str
    name: str
    good: bool | None
    fault: str
    fix: str
    unknown: str = "this was not said"
    result: Result = Result.DOES_NOT_MEET
    severity: Severity = Severity.MEDIUM


def of_settings(settings: Iterable[Setting]) -> pd.DataFrame:
    """Breaches for the settings that are not as they should be, *Not assessed* for those nobody told of.

    Columns: as :func:`m365audit.rules.declare.breaches`.
    """
    rows = [
        (one.path, one.name, one.good, one.fault, one.unknown, one.fix, str(one.result), str(one.severity))
        for one in settings
    ]
    names = ["path", "name", "good", "fault", "unknown", "fix", "result", "severity"]
    table = pd.DataFrame(rows, columns=names, dtype=object)
    return together(
        breaches(
            table[[good is False for good in table["good"]]],
            because="{fault}",
            result="{result}",
            severity="{severity}",
            subject=SubjectKind.SETTING,
            fix="{fix}",
            subject_id="path",
            subject_name="{name}",
        ),
        unjudged(
            table[[good is None for good in table["good"]]],
            because="{unknown}",
            subject=SubjectKind.SETTING,
            subject_id="path",
            subject_name="{name}",
        ),
    )


def said(values: pd.Series) -> bool | None:
    """Whether a flag is set in any of some rows; unknown where none is known to be, and not all are known."""
    if surely(values).any():
        return True
    return None if values.empty or values.isna().any() else False


def every(values: pd.Series) -> bool | None:
    """Whether a flag is set in all of some rows; unknown where there is none, or one is not known."""
    if surely(values == False).any():  # noqa: E712 - true, false and unknown
        return False
    return None if values.empty or values.isna().any() else True
