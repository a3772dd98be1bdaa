"""Read an assessment back from ``assessment.json``, as far as later months and comparisons need it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from m365audit.engine.documents.counting import count_document
from m365audit.model.assessment import Finding, Subject
from m365audit.model.decisions import Standing
from m365audit.model.months import Audited
from m365audit.model.words import Actor, Result, Severity, State, SubjectKind
from m365audit.snapshot import BadRun, RunFolder


@dataclass(frozen=True, slots=True)
class Written:
    """What an earlier run came to. ``clauses`` is the result of each clause by its id, as people read it."""

    run: str
    made_on: date
    counted: Audited
    findings: tuple[Finding, ...]
    clauses: Mapping[str, str]

    @property
    def complete(self) -> bool:
        """Whether everything came that should have come."""
        return self.counted.complete


def read_written(folder: RunFolder, slug: str) -> Written:
    """The assessment of a run.

    Raises:
        BadRun: it cannot be read.
    """
    try:
        return as_written(folder.run, orjson.loads(folder.assessment.read_bytes()))
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        remedy = f"write it again with `m365audit evaluate {slug} --run {folder.run}`"
        message = f"{folder.assessment} cannot be read ({error}); {remedy}"
        raise BadRun(message) from error


def as_written(run: str, body: Mapping[str, Any]) -> Written:
    """The same from a document that has been read.

    Raises:
        KeyError, TypeError, ValueError: it is none.
    """
    made_on = date.fromisoformat(body["as_of"])
    return Written(
        run=run,
        made_on=made_on,
        counted=count_document(run, made_on, body),
        findings=tuple(_finding(one, made_on) for one in body["findings"]),
        clauses={clause["id"]: clause["result"] for clause in body["clauses"]},
    )


def _finding(body: Mapping[str, Any], made_on: date) -> Finding:
    """One finding without its decision, which the ledger has. What earlier versions did not write is as it was then."""
    subject = body["subject"]
    first_seen = date.fromisoformat(body["first_seen"])
    state = State(body["state"])
    return Finding(
        reference=body["reference"],
        rule=body["rule"],
        clauses=tuple(body["clauses"]),
        result=Result.ACCEPTED if body["result"].startswith(Result.ACCEPTED) else Result(body["result"]),
        severity=Severity(body["severity"]),
        subject=Subject(SubjectKind(subject["kind"]), subject["id"], subject["name"]),
        because=body["because"],
        fix=body["fix"],
        actor=Actor(body["actor"]),
        first_seen=first_seen,
        state=state,
        answers=tuple(body.get("answers", ())),
        may_accept=body.get("may_accept", ""),
        concerns=frozenset(body.get("concerns", ())),
        standing=Standing(body.get("standing", Standing.NONE)),
        open_since=_day(body.get("open_since")) or first_seen,
        months_open=body.get("months_open", 0),
        fixed_on=_day(body.get("fixed_on")) or (made_on if state is State.FIXED else None),
        last_seen=_day(body.get("last_seen")) or made_on,
        unseen=body.get("unseen", ""),
        extent=_texts(body.get("extent")),
        added=frozenset(body.get("added", ())),
    )


def _texts(texts: list[str] | None) -> frozenset[str] | None:
    return None if texts is None else frozenset(texts)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
