"""What the council has bought, by service plan."""

from collections.abc import Collection

import pandas as pd

from m365audit.model.plans import Plan, plans_of


def plans(licences: pd.DataFrame) -> frozenset[Plan]:
    """The plans of enabled subscriptions that are in working order."""
    return plans_of(str(plan_id) for plan_id in _working(licences)["plan_id"].dropna())


def has_plan(licences: pd.DataFrame, names: Collection[str]) -> bool:
    """Whether an enabled subscription carries one of these service plans, by Microsoft's names, in working order."""
    return bool(_working(licences)["plan"].isin(list(names)).any())


def _working(licences: pd.DataFrame) -> pd.DataFrame:
    return licences[licences["status"].isin(["Enabled"]) & licences["plan_status"].isin(["Success"])]
