"""What a run found, as ``assessment.json`` has it: all that an answer to it is held against."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import orjson

from m365audit.model.keys import reference
from m365audit.model.words import Result, State, SubjectKind

_ASKED: Final = frozenset({Result.DOES_NOT_MEET, Result.REVIEW})


class NotAnswerable(Exception):
    """An assessment that answers cannot be held against; ``str`` says why, in half a sentence."""


@dataclass(frozen=True, slots=True)
class Found:
    """One finding; ``answers``, ``may_accept`` and ``concerns`` are those of ``model.assessment.Finding``.

    ``is_asked``: it was among the decisions needed; ``is_there``: it has not been fixed; ``extent``: how far it goes.
    """

    reference: str
    rule: str
    kind: SubjectKind
    subject_id: str
    subject_name: str
    answers: tuple[str, ...]
    may_accept: str
    concerns: frozenset[str]
    is_asked: bool
    is_there: bool
    extent: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """One run's findings, by reference. ``as_of`` is the day of the audit."""

    tenant: str
    tenant_id: str
    run: str
    as_of: date
    findings: Mapping[str, Found]


def parse(data: bytes) -> Judged:
    """The findings in the bytes of an ``assessment.json``.

    Raises:
        NotAnswerable: it cannot be read, is of an earlier version, or a reference is not the one of its finding.
    """
    try:
        body = orjson.loads(data)
        tenant_id = body["tenant_id"]
        findings = [_found(tenant_id, finding) for finding in body["findings"]]
        as_of = date.fromisoformat(body["as_of"])
        return Judged(body["tenant"], tenant_id, body["run"], as_of, {one.reference: one for one in findings})
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        message = f"its assessment cannot be read ({type(error).__name__}: {error})"
        raise NotAnswerable(message) from error


def _found(tenant_id: str, body: Mapping[str, Any]) -> Found:
    subject = body["subject"]
    kind = SubjectKind(subject["kind"])
    if reference(tenant_id, body["rule"], kind, subject["id"]) != body["reference"]:
        message = f"{body['reference']} is not the reference of its finding"
        raise NotAnswerable(message)
    return Found(
        reference=body["reference"],
        rule=body["rule"],
        kind=kind,
        subject_id=subject["id"],
        subject_name=subject["name"],
        answers=tuple(body["answers"]),
        may_accept=body["may_accept"],
        concerns=frozenset(body["concerns"]),
        # An accepted finding, "Accepted until 1 Feb 2027", may be answered again before its end.
        is_asked=body["result"] in {str(result) for result in _ASKED},
        is_there=body["state"] != State.FIXED,
        extent=tuple(body["extent"]) if body.get("extent") is not None else None,
    )
