"""No account, address, file, scope, answer or reason of anybody reaches the workbook of all councils.

Every text of a document is replaced by one of its own, unless it is on the list of what may be shown: a field that is
added to the document tomorrow is not on it.
"""

import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fleets import (
    CLERKS,
    MADE,
    ON,
    accepted,
    assessment,
    audited,
    decided,
    finding,
    gap,
    manifest,
    places,
    tenant_file,
)

from m365audit.engine.documents.document import as_json
from m365audit.engine.roll_up import fleet as roll_up
from m365audit.model.answers import Effect
from m365audit.model.assessment import Assessment
from m365audit.model.decisions import Standing
from m365audit.model.months import DecisionNote, Match, RegisterNote
from m365audit.model.words import GapKind, State
from m365audit.snapshot import RunFolder

CANARY = "Canary"
MAY_BE_SHOWN = frozenset({
    "version", "as_of", "policy", "run", "tool_version", "council",
    "clauses.id", "clauses.policy", "clauses.heading", "clauses.force", "clauses.result",
    "clauses.statements.on", "clauses.statements.until",
    "checks.id", "checks.result",
    "findings.rule", "findings.result", "findings.severity", "findings.actor", "findings.state", "findings.standing",
    "findings.subject.kind", "findings.first_seen", "findings.open_since", "findings.fixed_on", "findings.last_seen",
    "findings.decision.until", "decisions.standing", "decisions.match", "register_rows.match",
    "gaps.kind", "previous.made_on",
})  # fmt: skip
"""Closed words, dates, versions, ids and headings of rules, clauses and policies; and what a council is called."""


def whole() -> Assessment:
    """An assessment with something in every corner."""
    findings = (
        finding(),
        finding("guest-accounted-for", 2, state=State.CAME_BACK),
        finding(number=3, **CLERKS, decision=decided(None, Effect.ENDS), standing=Standing.TO_GO),
        finding(number=4, state=State.NOT_COMPARABLE, unseen="the libraries of Jane were not read"),
        accepted(MADE + timedelta(days=5), 5),
    )
    return assessment(
        findings=findings,
        gaps=tuple(gap(kind, "sharing", f"drive:{kind}") for kind in GapKind),
        decisions=(DecisionNote(decided(MADE), Standing.LAPSED, Match.GONE, "why", "refused"),),
        register_rows=(RegisterNote("People", 4, "Jane", Match.GONE, "why"),),
    )


def with_canaries(body: Any, place: str = "", number: list[int] | None = None) -> Any:  # noqa: ANN401 - any JSON
    """The same document, with a text of its own wherever one stands that is not on the list; keys too."""
    count = number if number is not None else [0]
    if isinstance(body, dict):
        inside = {"coverage", "measures"}
        keys = {key: f"{CANARY}{count[0]}x{key}" if place in inside else key for key in body}
        return {
            keys[key]: with_canaries(value, f"{place}.{key}".lstrip("."), count) if place not in inside else value
            for key, value in body.items()
        }
    if isinstance(body, list):
        return [with_canaries(one, place, count) for one in body]
    if isinstance(body, str) and place not in MAY_BE_SHOWN:
        count[0] += 1
        return f"{CANARY}{count[0]}x"
    return body


@pytest.fixture
def written(tmp_path: Path) -> Path:
    where = places(tmp_path)
    for slug in ("somewhere", "broken", "of-its-name"):
        tenant_file(where, slug, f"The Council of {slug}")

    def spoil(body: dict[str, Any]) -> None:
        spoilt = with_canaries(body)
        body.clear()
        body.update(spoilt)

    def spoil_and_break(body: dict[str, Any]) -> None:
        spoil(body)
        body["findings"][0]["severity"] = f"{CANARY} Severe"

    audited(where, "somewhere", whole(), spoil)
    audited(where, "broken", whole(), spoil_and_break)
    named = audited(where, "of-its-name", whole(), spoil)
    manifest(RunFolder(named.path), {f"{CANARY}": f"{CANARY}"})
    (where.config / "tenants" / "of-its-name.yaml").write_text("council: [", encoding="utf-8")
    return roll_up.write(where, ON)


def test_no_text_of_a_document_reaches_the_workbook_unless_it_is_on_the_list(written: Path) -> None:
    with zipfile.ZipFile(written) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    everything = b"".join(parts.values())
    assert [name for name, body in parts.items() if CANARY.encode() in body] == []
    for shown in (b"The Council of somewhere", b"Somewhere Council", b"A-EML-01", b"not as this version"):
        assert shown in everything, "or there is nothing in it to look at"


def test_a_text_that_is_not_on_the_list_is_replaced_wherever_it_stands() -> None:
    before = as_json(whole())
    texts = {text for text in _texts(with_canaries(before)) if CANARY not in text}
    # What is left of the people in it: nothing.
    assert not texts & {"Person 1", "id-1", "The Clerk", "it is right", "It could not be read.", "drive:error", "Jane"}


def _texts(body: Any) -> set[str]:  # noqa: ANN401 - any JSON
    if isinstance(body, dict):
        return set(body) | {text for value in body.values() for text in _texts(value)}
    if isinstance(body, list):
        return {text for value in body for text in _texts(value)}
    return {body} if isinstance(body, str) else set()
