"""Give a rule its evidence, or say why it cannot have it; no rule decides what missing evidence means."""

import logging
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pandas as pd

from m365audit.engine.judging.inputs import Inputs
from m365audit.model.evidence import Gap
from m365audit.model.words import GapKind, Result, SubjectKind, worst
from m365audit.rules import Rule
from m365audit.rules.declare import COLUMNS

log = logging.getLogger(__name__)

# Names shown in a result's sentence before "and N more".
_NAMED = 3
# What a council may accept; what nobody could judge it cannot.
_ACCEPTABLE = frozenset({str(Result.DOES_NOT_MEET), str(Result.REVIEW), str(Result.ADVICE)})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule, with one set of parameters, came to. ``rows``: columns ``COLUMNS``, one row a subject."""

    rule: Rule
    result: Result
    because: str
    rows: pd.DataFrame
    gaps: tuple[Gap, ...] = ()
    limits: str = ""
    """What was not seen or could not be judged, in words; empty where all was."""
    was_judged: bool = True
    """False where evidence the rule cannot do without is missing, or the rule failed."""
    accepted_until: date | None = None
    """The earliest end among the exceptions that cover some of the rows."""

    @property
    def breaches(self) -> pd.DataFrame:
        """The rows that are findings, accepted ones included."""
        return self.rows[self.rows["result"] != str(Result.NOT_ASSESSED)]

    @property
    def unjudged(self) -> pd.DataFrame:
        """The rows that could not be judged."""
        return self.rows[self.rows["result"] == str(Result.NOT_ASSESSED)]


Accepts = Callable[[str, SubjectKind, str, frozenset[str] | None], date | None]
"""Of a rule, a kind of subject, a natural key and how far it goes: the last day until which that is accepted."""


def accepts_nothing(
    rule: str,  # noqa: ARG001 - the shape of Accepts
    kind: SubjectKind,  # noqa: ARG001
    key: str,  # noqa: ARG001
    extent: frozenset[str] | None,  # noqa: ARG001
) -> date | None:
    """Nothing is accepted."""
    return None


@dataclass(slots=True)
class Bench:
    """Judges rules on one set of inputs, each (rule, parameters) once; what the council ``accepts`` is no breach."""

    inputs: Inputs
    accepts: Accepts = accepts_nothing
    _verdicts: dict[Hashable, Verdict] = field(default_factory=dict)

    def judge(self, rule: Rule, parameters: Mapping[str, Any]) -> Verdict:
        """The verdict of a rule with a clause's parameters; the tenant file's thresholds overrule them."""
        asked = {**parameters, **self.inputs.tenant.thresholds.get(rule.id, {})}
        key = (rule.id, repr(sorted(asked.items())))
        if key not in self._verdicts:
            self._verdicts[key] = judge(rule, asked, self.inputs, self.accepts)
        return self._verdicts[key]

    def knowing(self, records: Mapping[str, pd.DataFrame]) -> "Bench":
        """A bench that knows more of the audit itself, and judges again only what depends on that."""
        inputs = replace(self.inputs, records={**self.inputs.records, **records})
        kept = {
            key: verdict
            for key, verdict in self._verdicts.items()
            if not {*verdict.rule.needs, *verdict.rule.uses} & set(records)
        }
        return Bench(inputs, self.accepts, kept)

    def verdicts(self) -> dict[str, list[Verdict]]:
        """Everything judged so far, by rule id."""
        by_rule: dict[str, list[Verdict]] = {}
        for verdict in self._verdicts.values():
            by_rule.setdefault(verdict.rule.id, []).append(verdict)
        return by_rule


def judge(rule: Rule, parameters: Mapping[str, Any], inputs: Inputs, accepts: Accepts = accepts_nothing) -> Verdict:
    """Judge one rule.

    A data set that is missing, or of which a part is missing while the rule needs the whole, makes the result
    *Not assessed*. Where each row is judged alone, what is found in a part stands, but the part is never *Meets*.
    What is found and accepted is *Accepted*, which is no more *Meets* than that.
    """
    blocking = [gap for name in rule.needs for gap in _blocking(name, rule, inputs)]
    blocking += [gap for names in rule.instead.items() for gap in _without_either(*names, rule, inputs)]
    if blocking:
        why = reasons(blocking)
        return Verdict(rule, Result.NOT_ASSESSED, f"{why}.", _no_rows(), tuple(blocking), f"{why}.", was_judged=False)
    given: dict[str, pd.DataFrame | None] = {name: inputs.frame(name) for name in rule.needs}
    given |= {name: None if _blocking(name, rule, inputs) else inputs.frame(name) for name in rule.uses}
    try:
        rows = rule.fill(
            rule.judge(**given, **{n: inputs.context[n] for n in rule.context}, **_typed(rule, parameters))
        )
    except Exception as error:  # the judging boundary: one rule's surprise is one unassessed check
        log.exception("judging failed", extra={"rule": rule.id})
        detail, words = "the check itself failed", f"{type(error).__name__}: {error}"
        fix = "send run.log to the developers; the other results stand"
        gap = Gap(GapKind.ERROR, detail, fix, data_set=rule.id, said=words)
        return Verdict(rule, Result.NOT_ASSESSED, detail, _no_rows(), (gap,), detail, was_judged=False)
    rows, until = _with_accepted(rule, _one_row_a_subject(rows), accepts)
    return _noted(_verdict(rule, rows, _lacking(rule, inputs), until), inputs)


def _blocking(name: str, rule: Rule, inputs: Inputs) -> tuple[Gap, ...]:
    coverage = inputs.for_judging(name)
    if coverage.is_absent or (not coverage.is_whole and name not in rule.row_by_row):
        return coverage.gaps
    return ()


def _without_either(name: str, instead: tuple[str, ...], rule: Rule, inputs: Inputs) -> tuple[Gap, ...]:
    """What keeps both an input and those that take its place from being looked at; nothing where either is there."""
    gaps = _blocking(name, rule, inputs)
    others = tuple(gap for other in instead for gap in _blocking(other, rule, inputs))
    return (*gaps, *others) if gaps and others else ()


def _lacking(rule: Rule, inputs: Inputs) -> list[Gap]:
    """Gaps that leave what was found standing but keep the check from saying *Meets*."""
    return [
        gap for name in (*rule.needs, *rule.uses) if name not in rule.helpful for gap in inputs.for_judging(name).gaps
    ]


def _typed(rule: Rule, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as the rule's defaults have them: YAML has lists where a rule has a frozenset or a tuple."""
    typed = {}
    for name, value in parameters.items():
        kind = type(rule.parameters[name])
        if kind in (frozenset, tuple, set):
            value = kind([value] if isinstance(value, str) else value)  # noqa: PLW2901 - the same value, typed
        typed[name] = value
    return typed


def _with_accepted(rule: Rule, rows: pd.DataFrame, accepts: Accepts) -> tuple[pd.DataFrame, date | None]:
    """The rows, with *Accepted* for the result of what is, and the earliest end of that."""
    columns = rows["result"], rows["subject_kind"], rows["subject_id"], rows["extent"]
    ends = [
        accepts(rule.id, SubjectKind(kind), key, extent_of(extent)) if result in _ACCEPTABLE else None
        for result, kind, key, extent in zip(*columns, strict=True)
    ]
    results = [str(Result.ACCEPTED) if end else result for end, result in zip(ends, rows["result"], strict=True)]
    return rows.assign(result=pd.Series(results, rows.index, dtype=object)), min(filter(None, ends), default=None)


def _verdict(rule: Rule, rows: pd.DataFrame, lacking: list[Gap], until: date | None) -> Verdict:
    partly = lacking or (rows["result"] == str(Result.NOT_ASSESSED)).any()
    breaches, accepted = rows["result"] != str(Result.NOT_ASSESSED), rows[rows["result"] == str(Result.ACCEPTED)]
    found = rows[breaches & (rows["result"] != str(Result.ACCEPTED))]
    results = [Result(value) for value in rows.loc[breaches, "result"].unique()]
    result = worst([*results, Result.NOT_ASSESSED] if partly else results or [Result.MEETS])
    sentences, limits = [], []
    if len(found):
        sentences.append(f"{_count(len(found), 'finding')}: {_names(found['subject_name'])}")
    if until and len(accepted):
        day = f"{until.day} {until:%b %Y}"
        sentences.append(f"{len(accepted)} accepted, until {day} at the earliest: {_names(accepted['subject_name'])}")
    elif not partly and not len(found):
        sentences.append(rule.title)
    unjudged = rows[rows["result"] == str(Result.NOT_ASSESSED)]
    if len(unjudged):
        why = "; ".join(unjudged["because"].unique()[:2])
        limits.append(f"{len(unjudged)} could not be judged: {_names(unjudged['subject_name'])} ({why})")
    if lacking:
        limits.append(f"only part could be looked at ({reasons(lacking)})")
    said = _sentences(sentences + limits)
    return Verdict(rule, result, said, rows, tuple(lacking), _sentences(limits), accepted_until=until)


def _noted(verdict: Verdict, inputs: Inputs) -> Verdict:
    """The verdict with the standing limits of its evidence: they belong to what was not seen, and change no result."""
    named = (*verdict.rule.needs, *verdict.rule.uses)
    notes = dict.fromkeys(note for name in named for note in inputs.coverage(name).notes)
    unread = [gap for name in verdict.rule.adds for gap in inputs.for_judging(name).gaps]
    more = [f"more might have been found elsewhere ({reasons(unread)})"] if unread else []
    return replace(verdict, limits=" ".join(filter(None, (verdict.limits, _sentences([*notes, *more])))))


def _sentences(said: list[str]) -> str:
    return " ".join(f"{one[0].upper()}{one[1:]}." for one in said)


def _one_row_a_subject(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a subject: the worst result, every reason."""
    merged: dict[tuple[str, str], dict[str, Any]] = {}
    for record in rows.to_dict("records"):
        row = {str(name): value for name, value in record.items()}
        key = (row["subject_kind"], row["subject_id"])
        if key not in merged:
            merged[key] = row
            continue
        first, second = sorted((merged[key], row), key=lambda r: list(Result).index(Result(r["result"])))
        reasons = dict.fromkeys((first["because"], second["because"]))
        extent = extent_of(first["extent"], second["extent"])
        merged[key] = {**first, "because": "; ".join(reasons), "extent": extent}
    ordered = [merged[key] for key in sorted(merged)]
    return pd.DataFrame(ordered, columns=list(COLUMNS), dtype=object)


def extent_of(*cells: object) -> frozenset[str] | None:
    """How far a finding goes by the rows it is made of; ``None`` where none of them says."""
    told = [cell for cell in cells if isinstance(cell, frozenset)]
    return frozenset().union(*told) if told else None


def _no_rows() -> pd.DataFrame:
    return pd.DataFrame(columns=list(COLUMNS), dtype=object)


def reasons(gaps: list[Gap]) -> str:
    """Why some things could not be looked at, in a few words."""
    details = list(dict.fromkeys(gap.detail.rstrip(".") for gap in gaps))
    more = f"; and {len(details) - _NAMED} more" if len(details) > _NAMED else ""
    return "; ".join(details[:_NAMED]) + more


def _names(names: pd.Series) -> str:
    listed = sorted(dict.fromkeys(names), key=str.casefold)
    if len(listed) <= _NAMED:
        return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} and {listed[-1]}"
    return f"{', '.join(listed[:_NAMED])} and {len(listed) - _NAMED} more"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


Judge = Callable[[Rule, Mapping[str, Any]], Verdict]
