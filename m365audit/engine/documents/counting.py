"""An audit in numbers, from its document: one way of counting for this month and every earlier one."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from m365audit.model.months import MEASURES, Audited
from m365audit.model.words import SHOULD_HAVE_COME, GapKind, Result, Severity, State

_GONE = (State.FIXED, State.NOT_COMPARABLE)
_RETIRED = frozenset({"not-built"})
"""Kinds of gap that only documents of earlier versions have; none of them ever made an audit partial."""


def count_document(run: str, made_on: date, body: Mapping[str, Any]) -> Audited:
    """The numbers of one assessment, as its document has it.

    Raises:
        KeyError, TypeError, ValueError: it is none.
    """
    kinds = {GapKind(gap["kind"]) for gap in body["gaps"] if gap["kind"] not in _RETIRED}
    present = [finding for finding in body["findings"] if State(finding["state"]) not in _GONE]
    open_ = [finding for finding in present if as_result(finding["result"]) is not Result.ACCEPTED]
    urgency = Counter(Severity(finding["severity"]) for finding in open_)
    own = Counter(as_result(clause["result"]) for clause in body["clauses"] if clause["policy"] == body["policy"])
    measures = body.get("measures", {})
    return Audited(
        run=run,
        made_on=made_on,
        complete=not kinds & SHOULD_HAVE_COME,
        clauses={result: own[result] for result in Result},
        findings={severity: urgency[severity] for severity in Severity},
        accepted=len(present) - len(open_),
        measures={name: measures.get(name) for name in MEASURES},
    )


def as_result(text: str) -> Result:
    """The result that stands before a date, if there is one: ``Accepted until 1 Feb 2027`` is *Accepted*.

    Raises:
        ValueError: it begins with none.
    """
    for result in (Result.ACCEPTED, Result.ATTESTED):
        if text.startswith(f"{result} "):
            return result
    return Result(text)
