"""What earlier runs of a council found, so that a finding keeps the date it was first seen."""

from datetime import date
from pathlib import Path

import orjson

from m365audit.snapshot import BadRun, RunFolder, runs


def first_seen(reports: Path, slug: str, before: RunFolder) -> dict[str, date]:
    """Reference to the first date it was ever seen, from all runs before this one that were evaluated.

    Raises:
        BadRun: an earlier assessment cannot be read.
    """
    seen: dict[str, date] = {}
    for folder in runs(reports, slug):
        if folder.run < before.run and folder.assessment.exists():
            for name, on in _found(folder, slug).items():
                seen[name] = min(on, seen.get(name, on))
    return seen


def _found(folder: RunFolder, slug: str) -> dict[str, date]:
    try:
        findings = orjson.loads(folder.assessment.read_bytes())["findings"]
        return {finding["reference"]: date.fromisoformat(finding["first_seen"]) for finding in findings}
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        remedy = f"write it again with `m365audit evaluate {slug} --run {folder.run}`"
        message = f"{folder.assessment} cannot be read ({error}); {remedy}"
        raise BadRun(message) from error
