"""How a rule is declared: its signature is what it needs, its docstring its page in the rule book."""

import inspect
import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from string import Formatter
from types import MappingProxyType
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pandas as pd

from m365audit.model.datasets import DATA_SETS
from m365audit.model.words import Actor, Result, Severity, SubjectKind

Judge = Callable[..., pd.DataFrame]

REGISTER_SHEETS = (
    "people",
    "other_accounts",
    "authorised_access",
    "accepted_sharing",
    "third_parties",
    "site_access",
    "assets",
    "training",
    "statements",
)
RECORDS = ("earlier_audits", "workbook_faults")
"""What the audit knows of itself: frames the engine makes, described where it makes them."""
CONTEXT = ("as_of", "tenant_id", "policy")
COLUMNS = (
    "subject_kind",
    "subject_id",
    "subject_name",
    "result",
    "severity",
    "actor",
    "because",
    "fix",
    "evidence",
    "extent",
)
_HEADINGS = re.compile(r"^(Why|Judged|Fix|See):", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, as the engine sees it.

    ``needs`` are data sets, register sheets and records it cannot judge without, ``uses`` those it can;
    ``row_by_row`` the data sets each of whose rows is judged alone, so that a breach found in a part is a breach;
    ``helpful`` those of ``uses`` that only make the words better or stand in for one another: a rule that lacks any
    other evidence never says *Meets*. ``passing`` is empty, or says why a finding that is not there any more does not
    show that it was put right: what the rule looks at is on record for a time only. ``instead`` maps one of ``helpful``
    to those that take its place together: without it, and without one of them, the rule cannot judge. ``adds``
    are those of ``helpful`` by which more can be found and nothing put right: without one, the result says so.
    """

    id: str
    judge: Judge
    subject: SubjectKind
    severity: Severity
    actor: Actor
    topic: str
    row_by_row: tuple[str, ...]
    helpful: tuple[str, ...]
    needs: tuple[str, ...]
    uses: tuple[str, ...]
    context: tuple[str, ...]
    parameters: Mapping[str, Any]
    title: str
    page: Mapping[str, str]
    passing: str = ""
    instead: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    adds: tuple[str, ...] = ()

    def fill(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The breaches with the rule's own subject, severity, actor and fix where the row names none.

        Index: default. Columns: ``COLUMNS``.
        """
        defaults = {
            "subject_kind": str(self.subject),
            "result": str(Result.DOES_NOT_MEET),
            "severity": str(self.severity),
            "actor": str(self.actor),
            "fix": self.page["Fix"],
        }
        filled = frame.reindex(columns=list(COLUMNS)).reset_index(drop=True)
        for name, value in defaults.items():
            filled[name] = filled[name].astype(object).where(filled[name].notna(), value)
        return filled


def rule(  # noqa: PLR0913 - one argument a word of the declaration
    rule_id: str,
    *,
    subject: str,
    severity: Literal["high", "medium", "low"],
    actor: Literal["clerk", "provider", "person", "council"],
    topic: str,
    row_by_row: tuple[str, ...] = (),
    helpful: tuple[str, ...] = (),
    passing: str = "",
    instead: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    adds: tuple[str, ...] = (),
) -> Callable[[Judge], Rule]:
    """Declare a rule; see :class:`Rule` for the words.

    Raises:
        ValueError: a parameter is no data set, register sheet, record or context, or the docstring lacks a heading.
    """

    def declare(judge: Judge) -> Rule:
        signature = inspect.signature(judge).parameters
        wanted = [p for p in signature.values() if p.kind is not p.KEYWORD_ONLY and p.name not in CONTEXT]
        known = {*DATA_SETS, *REGISTER_SHEETS, *RECORDS}
        if unknown := [p.name for p in wanted if p.name not in known]:
            message = f"{rule_id} asks for {', '.join(unknown)}, which is no data set, register sheet or record"
            raise ValueError(message)
        title, page = _page(rule_id, inspect.getdoc(judge) or "")
        return Rule(
            id=rule_id,
            judge=judge,
            subject=SubjectKind(subject),
            severity=Severity(severity),
            actor=Actor(actor),
            topic=topic,
            row_by_row=row_by_row,
            helpful=helpful,
            needs=tuple(p.name for p in wanted if p.default is p.empty),
            uses=tuple(p.name for p in wanted if p.default is not p.empty),
            context=tuple(name for name in signature if name in CONTEXT),
            parameters={p.name: p.default for p in signature.values() if p.kind is p.KEYWORD_ONLY},
            title=title,
            page=page,
            passing=passing,
            instead=instead,
            adds=adds,
        )

    return declare


def _page(rule_id: str, docstring: str) -> tuple[str, dict[str, str]]:
    """The docstring as title and headed paragraphs."""
    title, _, body = docstring.partition("\n")
    pieces = _HEADINGS.split(body)
    page = {head: " ".join(text.split()) for head, text in zip(pieces[1::2], pieces[2::2], strict=True)}
    if missing := {"Why", "Judged", "Fix"} - page.keys():
        message = f"{rule_id}: its docstring has no {', '.join(sorted(missing))}"
        raise ValueError(message)
    return title.rstrip("."), page


def breaches(  # noqa: PLR0913 - one argument a column
    frame: pd.DataFrame,
    *,
    because: str,
    subject_id: str,
    subject_name: str,
    result: Result | str = Result.DOES_NOT_MEET,
    subject: SubjectKind | str = "",
    severity: Severity | str = "",
    actor: Actor | str = "",
    fix: str = "",
    evidence: tuple[str, ...] = (),
    extent: str = "",
) -> pd.DataFrame:
    """Turn rows into breaches.

    All texts are templates over the row's columns, so that a row may carry its own severity (``"{severity}"``); what
    comes out empty is the rule's own. ``subject_id`` names the column that holds the natural key, or is a template.
    ``evidence`` names columns to show beside the finding. ``extent`` names the column of texts that say how far it
    goes, where one key stands for several rights or people: what goes further than was accepted is not accepted.

    Returns: columns ``COLUMNS``, one row per row of ``frame``, default index.
    """
    key = subject_id if "{" in subject_id else "{" + subject_id + "}"
    texts = {
        "subject_kind": str(subject),
        "subject_id": key,
        "subject_name": subject_name,
        "result": str(result),
        "severity": str(severity),
        "actor": str(actor),
        "because": because,
        "fix": fix,
    }
    rows = [
        {name: filled(template, row) or None for name, template in texts.items()}
        | {"evidence": {name: _text(row[name]) for name in evidence}}
        | {"extent": frozenset(row[extent]) if extent else None}
        for row in rows_for(frame, *texts.values(), also=(*evidence, *filter(None, [extent])))
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)


def unjudged(
    frame: pd.DataFrame,
    *,
    because: str,
    subject_id: str,
    subject_name: str,
    subject: SubjectKind | str = "",
    fix: str = "",
) -> pd.DataFrame:
    """Subjects that could not be judged, with the reason; same columns as :func:`breaches`."""
    return breaches(
        frame,
        because=because,
        subject_id=subject_id,
        subject_name=subject_name,
        subject=subject,
        result=Result.NOT_ASSESSED,
        fix=fix,
    )


def together(*frames: pd.DataFrame) -> pd.DataFrame:
    """Several frames of breaches as one."""
    found = [frame for frame in frames if len(frame)]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(COLUMNS), dtype=object)


def rows_for(frame: pd.DataFrame, *templates: str, also: tuple[str, ...] = ()) -> list[dict[Hashable, Any]]:
    """The rows of a frame with the columns some templates speak of, and no others: frames are wide, sentences short.

    Raises:
        KeyError: a template speaks of a column that is not there.
    """
    named = {name for template in templates for _, name, _, _ in Formatter().parse(template) if name}
    return frame[sorted(named.union(also))].to_dict("records") if len(frame) else []


def filled(template: str, row: Mapping[Hashable, Any]) -> str:
    """A template with the cells of a row put in as words."""
    return (
        template.format_map({str(name): _text(value) for name, value in row.items()}) if "{" in template else template
    )


def _text(value: Any) -> str:  # noqa: ANN401 - a cell can hold anything a column may
    """A cell as words: lists joined, times as London days such as 1 Feb 2027, nothing as an empty string."""
    if isinstance(value, (list, tuple, set, frozenset)) or type(value).__name__ == "ndarray":
        return ", ".join(_text(item) for item in value)
    if pd.isna(value):
        return ""
    if hasattr(value, "strftime"):
        local = value.astimezone(ZoneInfo("Europe/London")) if getattr(value, "tzinfo", None) else value
        return f"{local.day} {local:%b %Y}"
    return str(value)
