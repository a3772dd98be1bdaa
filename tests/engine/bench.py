"""A tenant on a workbench: frames and coverage in, verdicts out, no disk and no network."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from m365audit.engine.judging.inputs import Inputs
from m365audit.model.datasets import DATA_SETS
from m365audit.model.evidence import Coverage, DataSetRecord, Gap
from m365audit.model.policy import Clause, Policy
from m365audit.model.tenant import Auth, AuthKind, Tenant
from m365audit.model.words import Force, GapKind, Judgement
from m365audit.register.sheets import SHEETS
from m365audit.snapshot import RunFolder, Snapshot

AS_OF = date(2026, 11, 21)
TENANT_ID = "11111111-2222-3333-4444-555555555555"
ANN = {"account_id": "a", "display_name": "Ann", "enabled": True, "user_type": "member"}


def tenant(**changes: Any) -> Tenant:  # noqa: ANN401 - any field of a tenant file
    given = {
        "slug": "exampleton",
        "council": "Exampleton Town Council",
        "tenant_id": TENANT_ID,
        "policy": "test",
        "auth": Auth(kind=AuthKind.TOKEN),
        **changes,
    }
    return Tenant.model_validate(given)


def gap(kind: GapKind = GapKind.PERMISSION, scope: str = "tenant") -> Gap:
    return Gap(kind, f"{kind} refused", "grant it", scope)


def snapshot(
    frames: Mapping[str, Iterable[dict[str, Any]]], gaps: Mapping[str, Iterable[Gap]] | None = None
) -> Snapshot:
    gaps = gaps or {}
    made = {name: DATA_SETS[name].frame(rows) for name, rows in frames.items()}
    records = {
        name: DataSetRecord(name, Coverage(len(frame), 1, tuple(gaps.get(name, ()))), "", 0, 0, "")
        for name, frame in made.items()
    }
    return Snapshot(RunFolder(Path("20261121T093000Z")), {}, records, made)


def register(**rows: list[dict[str, Any]]) -> dict[str, pd.DataFrame]:
    """A register with these rows by frame name; the other sheets are there and empty."""
    return {
        sheet.name: pd.DataFrame(
            rows.get(sheet.name, []), columns=[*(f.name for f in sheet.fields), "row"], dtype=object
        )
        for sheet in SHEETS
    }


def clause(**changes: Any) -> Clause:  # noqa: ANN401 - any field of a clause
    given: dict[str, Any] = {
        "id": "T-01",
        "line": 1,
        "heading": "Heading",
        "paraphrase": "Do it.",
        "force": Force.MUST,
        "binds": ("users",),
        "judgement": Judgement.AUTOMATIC,
        **changes,
    }
    return Clause(**given)


def policy(*clauses: Clause) -> Policy:
    return Policy(id="test", title="Test policy", council="Exampleton Town Council", clauses=clauses)


def inputs(
    evidence: Snapshot,
    registered: dict[str, pd.DataFrame] | None = None,
    council_policy: Policy | None = None,
    **changes: Any,  # noqa: ANN401 - any field of a tenant file
) -> Inputs:
    return Inputs(tenant(**changes), evidence, registered, council_policy or policy(), AS_OF)


@cache
def _empty() -> Snapshot:
    return snapshot({name: [] for name in DATA_SETS})


def whole_snapshot(
    frames: Mapping[str, Iterable[dict[str, Any]]], gaps: Mapping[str, Iterable[Gap]] | None = None
) -> Snapshot:
    """Every data set there is, collected and empty but for these."""
    some, nothing = snapshot(frames, gaps), _empty()
    empty = {name: nothing.frame(name) for name in DATA_SETS if name not in frames}
    return Snapshot(
        some.folder, {}, {**nothing.records, **some.records}, {**empty, **{n: some.frame(n) for n in frames}}
    )
