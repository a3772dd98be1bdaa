"""Give a rule its evidence, or say why it cannot have it; no rule decides what missing evidence means."""

import logging
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pandas as pd

from m365audit.engine.collect import with_named_domains
from m365audit.model.datasets import DATA_SETS
from m365audit.model.decisions import Decision
from m365audit.model.evidence import PROPERTY, Coverage, Gap
from m365audit.model.policy import Policy
from m365audit.model.tenant import Tenant
from m365audit.model.words import GapKind, Result, SubjectKind, worst
from m365audit.register import rows_to_confirm
from m365audit.rules import Rule
from m365audit.rules.declare import COLUMNS, RECORDS
from m365audit.snapshot import Snapshot

log = logging.getLogger(__name__)

Register = Mapping[str, pd.DataFrame]

# Names shown in a result's sentence before "and N more".
_NAMED = 3
# What a council may accept; what nobody could judge it cannot.
_ACCEPTABLE = frozenset({str(Result.DOES_NOT_MEET), str(Result.REVIEW), str(Result.ADVICE)})


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything judging is a function of."""

    tenant: Tenant
    snapshot: Snapshot
    register: Register | None
    policy: Policy
    as_of: date
    records: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    """What the audit knows of itself, by name."""
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    """Reference to the decision that counts on the day."""

    def frame(self, name: str) -> pd.DataFrame:
        """A data set, a register sheet or a record; its declared columns, default index."""
        if name in RECORDS:
            return self.records[name]
        if name not in DATA_SETS:
            return (self.register or {})[name]
        frame = self.snapshot.frame(name)
        return with_named_domains(frame, self.tenant.domains) if name == "domains" else frame

    def coverage(self, name: str) -> Coverage:
        """How much there is of a data set, a register sheet or a record."""
        if name in DATA_SETS:
            return self.snapshot.coverage(name)
        if name in RECORDS:
            return Coverage() if name in self.records else Coverage(gaps=(_unrecorded(name),))
        return Coverage(gaps=_register_gap(name, self.register, self.tenant))

    def for_judging(self, name: str) -> Coverage:
        """The coverage without the gaps of properties by which no rule decides."""
        coverage = self.coverage(name)
        return replace(coverage, gaps=tuple(gap for gap in coverage.gaps if _leaves_something_open(name, gap)))

    @property
    def context(self) -> dict[str, Any]:
        """What a rule may ask for beside evidence."""
        return {"as_of": self.as_of, "tenant_id": self.tenant.tenant_id, "policy": self.policy}


def _leaves_something_open(name: str, gap: Gap) -> bool:
    is_of_property = gap.scope.startswith(PROPERTY)
    return not (is_of_property and DATA_SETS[name].decides_nothing(gap.scope.removeprefix(PROPERTY)))


def _unrecorded(name: str) -> Gap:
    detail = f"there is no record of the {name.replace('_', ' ')}"
    return Gap(GapKind.NOT_COLLECTED, detail, "audit the council with `m365audit audit`", data_set=name)


def _register_gap(sheet: str, register: Register | None, tenant: Tenant) -> tuple[Gap, ...]:
    if register is None:
        detail = "no register: the council has not yet said who its people are and what it has agreed to"
        return (
            Gap(GapKind.REGISTER, detail, f"m365audit init {tenant.slug} writes one to fill in", data_set="register"),
        )
    if sheet == "people" and register["people"].empty:
        detail, fix = "the register names no people", "fill in the sheet People of the register"
        if rows_to_confirm(register).get("People"):
            detail = "nobody has confirmed the people proposed on the register"
            fix = "take the word Confirm away from the rows of the sheet People that are right"
        return (Gap(GapKind.REGISTER, detail, fix, data_set="register"),)
    return ()


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


Accepts = Callable[[str, SubjectKind, str], date | None]
"""Of a rule, a kind of subject and a natural key: the last day until which that is accepted, if it is."""


def accepts_nothing(rule: str, kind: SubjectKind, key: str) -> date | None:  # noqa: ARG001 - the shape of Accepts
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
    columns = rows["result"], rows["subject_kind"], rows["subject_id"]
    ends = [
        accepts(rule.id, SubjectKind(kind), key) if result in _ACCEPTABLE else None
        for result, kind, key in zip(*columns, strict=True)
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
        limits.append(f"{len(unjudged)} could not be judged ({why}): {_names(unjudged['subject_name'])}")
    if lacking:
        limits.append(f"only part could be looked at ({reasons(lacking)})")
    said = _sentences(sentences + limits)
    return Verdict(rule, result, said, rows, tuple(lacking), _sentences(limits), accepted_until=until)


def _noted(verdict: Verdict, inputs: Inputs) -> Verdict:
    """The verdict with the standing limits of its evidence: they belong to what was not seen, and change no result."""
    named = (*verdict.rule.needs, *verdict.rule.uses)
    notes = dict.fromkeys(note for name in named for note in inputs.coverage(name).notes)
    return replace(verdict, limits=" ".join(filter(None, (verdict.limits, _sentences(list(notes))))))


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
        merged[key] = {**first, "because": "; ".join(reasons)}
    ordered = [merged[key] for key in sorted(merged)]
    return pd.DataFrame(ordered, columns=list(COLUMNS), dtype=object)


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
