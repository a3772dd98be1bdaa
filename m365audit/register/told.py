"""Decisions the provider typed on the Clerk's word: a small file beside the workbook, under the same rules."""

import hashlib
from datetime import date
from pathlib import Path
from typing import Final

from m365audit.model.decisions import Channel
from m365audit.register import typed
from m365audit.register.package import BadReturn
from m365audit.register.returned import LONGEST_REASON, Fault, Returned, Row
from m365audit.settings import BadFile, Located, read

LARGEST_BYTES: Final = 1_000_000
_TOP: Final = ("tenant", "run", "decisions")
_KEYS: Final = ("reference", "decision", "reason", "until", "decided_by", "decision_date")


def read_told(path: Path) -> Returned:
    """Read a file of decisions that were told; a row's number is its line.

    Raises:
        BadReturn: it cannot be read, or does not say which run it answers.
    """
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise BadReturn(path.name, "it is far larger than a file somebody typed", "see what it is")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        top = read(path)
        top.allow(_TOP)
        rows = tuple(_row(one) for one in top.sections("decisions"))
        return Returned(path.name, digest, top.text("tenant"), top.text("run"), rows, channel=Channel.TOLD)
    except BadFile as error:
        place = ", ".join(filter(None, (f"line {error.line}" if error.line else "", error.where)))
        why = f"{place}: {error.problem}" if place else error.problem
        raise BadReturn(path.name, why, error.remedy) from error
    except OSError as error:
        raise BadReturn(path.name, f"it cannot be read ({error.strerror})", "correct its name") from error


def _row(body: Located) -> Row:
    body.allow(_KEYS)
    faults: list[Fault] = []

    def text(key: str) -> str:
        said = typed.plain(body.get(key))
        if len(said) > LONGEST_REASON:
            faults.append(Fault(f"'{key}' has {len(said):,} characters, more than {LONGEST_REASON}", "shorten it"))
        return said

    def day(key: str) -> date | None:
        try:
            return typed.day(body.get(key))
        except ValueError as error:
            faults.append(Fault(f"'{key}': {error}", "write it as 2027-03-31"))
            return None

    return Row(
        number=body.line,
        reference=text("reference").upper().replace(" ", ""),
        decision=text("decision"),
        reason=text("reason"),
        until=day("until"),
        decided_by=text("decided_by"),
        decided_on=day("decision_date"),
        faults=tuple(faults),
    )
