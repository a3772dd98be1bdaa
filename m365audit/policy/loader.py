"""A policy file, read and checked: the first thing wrong with it is refused, precisely."""

from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path

from m365audit.model.policy import Clause, Document, Policy
from m365audit.policy.clauses import ClauseReader
from m365audit.policy.files import find
from m365audit.policy.refusal import PolicyRefused
from m365audit.settings import Located, read

BASELINE = "baseline"
"""The policy of duties that hold whatever a council's own policy says; its clauses stand on no line of a text."""

_KEYS = (
    "policy",
    "title",
    "council",
    "version",
    "adopted_on",
    "last_review",
    "next_review",
    "review_every_months",
    "documents",
    "clauses",
)
_EVERY_MONTHS = 12


def load(
    path_or_name: str | Path,
    *,
    config_dir: Path | None,
    known_checks: Collection[str],
    parameters: Mapping[str, Collection[str]] | None = None,
) -> Policy:
    """Read a policy by its name (``towcester``) or its path (``policies/ours.yaml``).

    ``known_checks`` are the ids a clause may name; ``parameters`` the names of the parameters each check takes: a check
    that is not among its keys may be given any.

    Raises:
        PolicyRefused: the file is not there, is not YAML, or says something a policy cannot say.
    """
    file = find(path_or_name, config_dir)
    top = read(file, PolicyRefused)
    top.allow(_KEYS)
    name = top.text("policy")
    if name != file.stem:
        top.refuse("policy", f"'policy' is '{name}' but the file is '{file.name}'", f"write policy: {file.stem}")
    reader = ClauseReader(known_checks, parameters or {}, has_text=name != BASELINE)
    return Policy(
        id=name,
        title=top.text("title"),
        council=top.text("council"),
        clauses=_clauses(top, reader),
        version=top.text("version", default=""),
        adopted_on=_day(top, "adopted_on"),
        last_review=_day(top, "last_review"),
        next_review=_day(top, "next_review"),
        review_every_months=top.whole_number("review_every_months", least=1)
        if "review_every_months" in top
        else _EVERY_MONTHS,
        documents=_documents(top),
    )


def _clauses(top: Located, reader: ClauseReader) -> tuple[Clause, ...]:
    first_lines: dict[str, int] = {}
    clauses = []
    for number, entry in enumerate(top.sections("clauses"), 1):
        clause = reader.clause(entry.placed(f"clause {number} of the list"))
        if clause.id in first_lines:
            problem = f"the id '{clause.id}' is used before, on line {first_lines[clause.id]}"
            entry.placed(f"clause {clause.id}").refuse("id", problem, "give each clause an id of its own")
        first_lines[clause.id] = entry.line_of("id")
        clauses.append(clause)
    return tuple(clauses)


def _documents(top: Located) -> tuple[Document, ...]:
    if "documents" not in top:
        return ()
    documents: list[Document] = []
    for number, bare in enumerate(top.sections("documents"), 1):
        entry = bare.placed(f"document {number} of the list")
        entry.allow(("name", "adopted_on", "link"))
        name = entry.text("name")
        if name in {document.name for document in documents}:
            entry.refuse("name", f"the document '{name}' is listed twice", "take away one of the two")
        link = entry.text("link") if "link" in entry else None
        documents.append(Document(name, _day(entry, "adopted_on"), link))
    return tuple(documents)


def _day(entry: Located, key: str) -> date | None:
    return entry.day(key) if key in entry else None
