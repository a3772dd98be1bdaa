"""The rule about the auditor: what this audit's own sign-in may do."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from m365audit.model.words import Result, Severity, worst
from m365audit.rules.declare import breaches, rule

Record = Mapping[Hashable, Any]

_SEVERITY = {Result.DOES_NOT_MEET: Severity.HIGH, Result.REVIEW: Severity.MEDIUM, Result.ADVICE: Severity.LOW}


@rule(
    "auditor-read-only",
    subject="app",
    severity="high",
    actor="provider",
    topic="IT provider access",
    row_by_row=("auditor",),
)
def auditor_read_only(auditor: pd.DataFrame) -> pd.DataFrame:
    """The audit's own sign-in can read what the audit needs, change nothing, and open nobody's mail.

    Why: whoever looks into every corner of a council's Microsoft 365 must be the first to be looked at; the provider
        makes this audit, so the Clerk is told what it may do.
    Judged: the permissions and directory roles that stand in the audit's own tokens. One that can change something, or
        that opens what people wrote or said, does not meet, even where the provider accepted it by name in the tenant
        file, without which no audit runs. A role nobody knows by name is for the Clerk to ask about. One that only
        reads, and that nothing in this audit needs, is advised against. What is needed and only reads meets.
    Fix: Entra admin centre > App registrations > the audit's app > API permissions: take away what is named; for a
        directory role, Entra admin centre > Roles and administrators.
    """
    faults: dict[str, list[tuple[Result, str, str]]] = {}
    for row in auditor.to_dict("records"):
        if fault := _fault(row):
            app = next((row[name] for name in ("principal_id", "app_id") if not pd.isna(row[name])), "")
            faults.setdefault(app, []).append(fault)
    rows = []
    for app, found in faults.items():
        result = worst(said for said, _, _ in found)
        ordered = sorted(found, key=lambda one: (list(Result).index(one[0]), one[1]))
        words = "; ".join(dict.fromkeys(text for _, text, _ in ordered))
        held = {name for _, _, name in found}
        rows.append({"app": app, "words": words, "result": result, "severity": _SEVERITY[result], "held": held})
    return breaches(
        pd.DataFrame(rows, columns=["app", "words", "result", "severity", "held"], dtype=object),
        because="the app this audit signs in with {words}",
        subject_id="app",
        subject_name="This audit's own app",
        result="{result}",
        severity="{severity}",
        extent="held",
    )


def _fault(row: Record) -> tuple[Result, str, str] | None:
    """What is wrong with one permission or role, if anything is, and its name."""
    name = f"the {row['kind']} {row['name']}"
    held = f"holds {name}"
    accepted = (
        "the IT provider has accepted that by name in the audit's settings"
        if _is(row, "accepted")
        else "nobody has accepted that"
    )
    if _is(row, "changes_something"):
        return Result.DOES_NOT_MEET, f"{held}, which can change something ({accepted})", name
    if _is(row, "reads_content"):
        return Result.DOES_NOT_MEET, f"{held}, which opens what people wrote or said ({accepted})", name
    if pd.isna(row["changes_something"]):
        return Result.REVIEW, f"{held}, of which this audit does not know what it can do", name
    if not _is(row, "needed"):
        return Result.ADVICE, f"{held}, which nothing in this audit needs", name
    return None


def _is(row: Record, column: str) -> bool:
    return not pd.isna(row[column]) and bool(row[column])
