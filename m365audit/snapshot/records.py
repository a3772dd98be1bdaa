"""What is kept of one data set beside its rows, as the manifest writes it."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from m365audit.model.evidence import Coverage, DataSetRecord, Gap
from m365audit.model.words import GapKind


def as_json(record: DataSetRecord) -> dict[str, Any]:
    """The record, as the manifest has it."""
    coverage = record.coverage
    return {
        "rows": coverage.rows,
        "scopes": coverage.scopes,
        "whole": coverage.whole,
        "gaps": [
            {"scope": gap.scope, "kind": gap.kind, "detail": gap.detail, "fix": gap.fix, "said": gap.said}
            for gap in sorted(coverage.gaps, key=lambda g: (g.scope, g.kind, g.detail, g.said))
        ],
        "notes": list(coverage.notes),
        "permission": record.permission,
        "requests": record.requests,
        "seconds": round(record.seconds, 3),
        "sha256": record.sha256,
        "collected_at": record.collected_at,
        "collected_in": record.collected_in,
    }


def from_json(name: str, body: Mapping[str, Any]) -> DataSetRecord:
    """The record of one data set.

    Raises:
        KeyError, TypeError, ValueError: it is not one.
    """
    gaps = tuple(
        Gap(GapKind(g["kind"]), g["detail"], g["fix"], g["scope"], name, g.get("said", "")) for g in body["gaps"]
    )
    at = body.get("collected_at")
    return DataSetRecord(
        name=name,
        coverage=Coverage(rows=body["rows"], scopes=body["scopes"], gaps=gaps, notes=tuple(body.get("notes", ()))),
        permission=body["permission"],
        requests=body["requests"],
        seconds=body["seconds"],
        sha256=body["sha256"],
        collected_at=datetime.fromisoformat(at) if at else None,
        collected_in=body.get("collected_in", ""),
    )


def fingerprint(record: DataSetRecord) -> str:
    """What a reader of a data set sees of it, as a short text: the rows, and what is missing and why.

    Microsoft's own words are left out, for they carry the ids of requests.
    """
    coverage = record.coverage
    gaps = sorted((gap.scope, str(gap.kind), gap.detail) for gap in coverage.gaps)
    return hashlib.sha256(orjson.dumps([record.sha256, coverage.scopes, gaps])).hexdigest()[:16]
