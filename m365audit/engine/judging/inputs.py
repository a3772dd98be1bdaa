"""What judging is a function of: evidence, register, policy, day, and what was decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pandas as pd

from m365audit.engine.collecting.collect import with_named_domains
from m365audit.model.datasets import DATA_SETS
from m365audit.model.decisions import Decision
from m365audit.model.evidence import PROPERTY, Coverage, Gap
from m365audit.model.policy import Policy
from m365audit.model.tenant import Tenant
from m365audit.model.words import GapKind
from m365audit.register import rows_to_confirm
from m365audit.rules.declare import RECORDS
from m365audit.snapshot import Snapshot

Register = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything judging is a function of."""

    tenant: Tenant
    snapshot: Snapshot
    register: Register | None
    policy: Policy
    as_of: date
    records: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    """What the audit knows of itself, by name."""
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    """Reference to the decision that counts on the day."""

    def frame(self, name: str) -> pd.DataFrame:
        """A data set, a register sheet or a record; its declared columns, default index."""
        if name in RECORDS:
            return self.records[name]
        if name not in DATA_SETS:
            return (self.register or {})[name]
        frame = self.snapshot.frame(name)
        return with_named_domains(frame, self.tenant.domains) if name == "domains" else frame

    def coverage(self, name: str) -> Coverage:
        """How much there is of a data set, a register sheet or a record."""
        if name in DATA_SETS:
            return self.snapshot.coverage(name)
        if name in RECORDS:
            return Coverage() if name in self.records else Coverage(gaps=(_unrecorded(name),))
        return Coverage(gaps=_register_gap(name, self.register, self.tenant))

    def for_judging(self, name: str) -> Coverage:
        """The coverage without the gaps of properties by which no rule decides."""
        coverage = self.coverage(name)
        return replace(coverage, gaps=tuple(gap for gap in coverage.gaps if _leaves_something_open(name, gap)))

    @property
    def context(self) -> dict[str, Any]:
        """What a rule may ask for beside evidence."""
        return {"as_of": self.as_of, "tenant_id": self.tenant.tenant_id, "policy": self.policy}


def _leaves_something_open(name: str, gap: Gap) -> bool:
    is_of_property = gap.scope.startswith(PROPERTY)
    return not (is_of_property and DATA_SETS[name].decides_nothing(gap.scope.removeprefix(PROPERTY)))


def _unrecorded(name: str) -> Gap:
    detail = f"there is no record of the {name.replace('_', ' ')}"
    return Gap(GapKind.NOT_COLLECTED, detail, "audit the council with `m365audit audit`", data_set=name)


def _register_gap(sheet: str, register: Register | None, tenant: Tenant) -> tuple[Gap, ...]:
    if register is None:
        detail = "no register: the council has not yet said who its people are and what it has agreed to"
        return (
            Gap(GapKind.REGISTER, detail, f"m365audit init {tenant.slug} writes one to fill in", data_set="register"),
        )
    if sheet == "people" and register["people"].empty:
        detail, fix = "the register names no people", "fill in the sheet People of the register"
        if rows_to_confirm(register).get("People"):
            detail = "nobody has confirmed the people proposed on the register"
            fix = "take the word Confirm away from the rows of the sheet People that are right"
        return (Gap(GapKind.REGISTER, detail, fix, data_set="register"),)
    return ()
