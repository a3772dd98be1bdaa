"""What earlier runs of a council came to: when each was made, whether it was complete, and what it found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import orjson
import pandas as pd

from m365audit.model.words import SHOULD_HAVE_COME, GapKind
from m365audit.snapshot import BadRun, RunFolder, runs

EARLIER_AUDITS = "earlier_audits"


@dataclass(frozen=True, slots=True)
class Earlier:
    """One earlier audit. ``first_seen``: reference of each of its findings to the day it was first seen.

    ``complete``: everything that should have come did.
    """

    run: str
    made_on: date
    complete: bool
    first_seen: Mapping[str, date]


def earlier(reports: Path, slug: str, before: RunFolder) -> tuple[Earlier, ...]:
    """The evaluated runs before one, oldest first.

    Raises:
        BadRun: an earlier assessment cannot be read.
    """
    return tuple(
        _read(folder, slug)
        for folder in runs(reports, slug)
        if folder.run < before.run and folder.is_complete and folder.assessment.exists()
    )


def first_seen(audits: Iterable[Earlier]) -> dict[str, date]:
    """Reference to the first day it was ever seen."""
    seen: dict[str, date] = {}
    for audit in audits:
        for name, on in audit.first_seen.items():
            seen[name] = min(on, seen.get(name, on))
    return seen


def as_record(audits: Iterable[Earlier]) -> pd.DataFrame:
    """What rules see of earlier audits: columns run (text), made_on (date), complete (bool); default index."""
    rows = [(audit.run, audit.made_on, audit.complete) for audit in audits]
    return pd.DataFrame(rows, columns=["run", "made_on", "complete"])


def _read(folder: RunFolder, slug: str) -> Earlier:
    try:
        body = orjson.loads(folder.assessment.read_bytes())
        kinds = {GapKind(gap["kind"]) for gap in body["gaps"]}
        return Earlier(
            run=folder.run,
            made_on=date.fromisoformat(body["as_of"]),
            complete=not kinds & SHOULD_HAVE_COME,
            first_seen={f["reference"]: date.fromisoformat(f["first_seen"]) for f in body["findings"]},
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        remedy = f"write it again with `m365audit evaluate {slug} --run {folder.run}`"
        message = f"{folder.assessment} cannot be read ({error}); {remedy}"
        raise BadRun(message) from error
