"""A council's policy: clauses, what checks them, and the facts of the document itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from m365audit.model.words import Force, Judgement, Result


@dataclass(frozen=True, slots=True)
class CheckUse:
    """One check as one clause uses it, with the clause's own parameters."""

    check: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Attestation:
    """What a person must state because no data can: a code such as ``ATT-ACK``, and the question.

    ``months`` is how long an answer holds.
    """

    codes: tuple[str, ...]
    ask: str
    months: int = 12


@dataclass(frozen=True, slots=True)
class Clause:
    """One requirement.

    ``checks`` decide its result; ``supporting`` ones are shown beside it and decide nothing.
    ``cap`` is the worst result it may show, whatever its force says.
    ``rolls_up`` names whom it binds by binding them to everything else: the result is the worst of their clauses.
    """

    id: str
    line: int | None
    heading: str
    paraphrase: str
    force: Force
    binds: tuple[str, ...]
    judgement: Judgement
    checks: tuple[CheckUse, ...] = ()
    supporting: tuple[CheckUse, ...] = ()
    attestation: Attestation | None = None
    rolls_up: bool = False
    cap: Result | None = None
    left_to_a_person: str = ""
    note: str = ""
    frameworks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A document the policy leans on."""

    name: str
    adopted_on: date | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """A council's policy, or the duties that hold whatever it says (``baseline``)."""

    id: str
    title: str
    council: str
    clauses: tuple[Clause, ...]
    version: str = ""
    adopted_on: date | None = None
    last_review: date | None = None
    next_review: date | None = None
    review_every_months: int = 12
    documents: tuple[Document, ...] = ()
