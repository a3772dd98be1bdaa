"""Runs of a council on disk, with all a run leaves behind, for tests of what is kept of them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import orjson

from m365audit.engine.places import Places
from m365audit.model.datasets import DATA_SETS
from m365audit.model.tenant import Tenant
from m365audit.snapshot import DataSetWriter, RunFolder, new_run, write_manifest

SLUG = "exampleton"
COUNCIL = "Exampleton Town Council"
TENANT_ID = "11111111-2222-3333-4444-555555555555"


def tenant(folder: Path, **retention: int) -> Tenant:
    """The council, whose register would be in a folder."""
    return Tenant.model_validate(
        {
            "slug": SLUG,
            "council": COUNCIL,
            "tenant_id": TENANT_ID,
            "policy": "towcester",
            "register": "exampleton-register.xlsx",
            "auth": {"kind": "token"},
            "retention": retention,
            "folder": folder,
        }
    )


def places(folder: Path) -> Places:
    return Places(folder, folder / "reports")


def collected(reports: Path, day: date, more: Mapping[str, Mapping[str, Any]] | None = None) -> RunFolder:
    """A run with its evidence, and nothing made of it; ``more`` is one row of each of some other data sets."""
    folder = new_run(reports, SLUG, datetime.combine(day, time(9, 30), UTC))
    records = {}
    for name, row in {"accounts": {"account_id": f"of {day}"}, **(more or {})}.items():
        writer = DataSetWriter(folder.evidence, DATA_SETS[name])
        writer.add(row)
        records[name] = writer.close(permission="User.Read.All", requests=1, seconds=0.1)
    folder.log.write_bytes(b"{}\n")
    write_manifest(folder, records, {"tenant": SLUG, "finished_at": folder.started_at})
    return folder


def audited(
    reports: Path, day: date, *, gaps: tuple[str, ...] = (), more: Mapping[str, Mapping[str, Any]] | None = None
) -> RunFolder:
    """A whole run: evidence, assessment and workbooks."""
    folder = collected(reports, day, more)
    body = {
        "as_of": day.isoformat(),
        "policy": "towcester",
        "gaps": [{"kind": kind} for kind in gaps],
        "clauses": [],
        "findings": [],
    }
    folder.assessment.write_bytes(orjson.dumps(body))
    folder.notice.write_bytes(b"Subject: ready\n")
    for kind in ("Clerk", "Council", "Technician"):
        (folder.path / f"{day:%Y-%m} Microsoft 365 audit - {kind} - {COUNCIL}.xlsx").write_bytes(b"PK" * 500)
    return folder


def names(folder: RunFolder) -> set[str]:
    """What is left in a run's folder, in short."""
    if not folder.path.exists():
        return set()
    return {
        path.name.split(" - ")[1] if path.suffix == ".xlsx" else path.name
        for path in folder.path.rglob("*")
        if path.is_file()
    }
