"""From data sets that will not be read to the checks and clauses that go unassessed for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from m365audit.engine.doctor.preflight import Foreseen, Foresight
from m365audit.model.policy import Clause, Policy
from m365audit.rules import RULES, Rule


@dataclass(frozen=True, slots=True)
class Consequences:
    """What is lost: checks and clauses that cannot be assessed at all, and those that can in part only.

    Clauses are by the id of their policy, in its order.
    """

    checks: tuple[str, ...]
    checks_in_part: tuple[str, ...]
    clauses: Mapping[str, tuple[str, ...]]
    clauses_in_part: Mapping[str, tuple[str, ...]]


def consequences(foreseen: Mapping[str, Foresight], policies: Iterable[Policy] = ()) -> Consequences:
    """What goes unassessed where data sets become what was foreseen."""
    checks = {rule.id: _of_rule(rule, foreseen) for rule in RULES.values()}
    clauses = {policy.id: {clause.id: _of_clause(clause, checks) for clause in policy.clauses} for policy in policies}

    def chosen(verdict: Foreseen) -> dict[str, tuple[str, ...]]:
        of = {policy: tuple(name for name, said in ids.items() if said is verdict) for policy, ids in clauses.items()}
        return {policy: ids for policy, ids in of.items() if ids}

    return Consequences(
        checks=tuple(name for name, verdict in checks.items() if verdict is Foreseen.NOT),
        checks_in_part=tuple(name for name, verdict in checks.items() if verdict is Foreseen.PARTLY),
        clauses=chosen(Foreseen.NOT),
        clauses_in_part=chosen(Foreseen.PARTLY),
    )


def _of_rule(rule: Rule, foreseen: Mapping[str, Foresight]) -> Foreseen:
    """What judging will make of it: the same that :mod:`m365audit.engine.judging.judge` makes of gaps."""
    needs = {name: foreseen[name].verdict for name in rule.needs if name in foreseen}
    uses = [foreseen[name].verdict for name in rule.uses if name in foreseen and name not in rule.helpful]
    for name in needs:
        if _is_lost(name, rule, foreseen):
            return Foreseen.NOT
    for name, instead in rule.instead.items():
        if _is_lost(name, rule, foreseen) and any(_is_lost(other, rule, foreseen) for other in instead):
            return Foreseen.NOT
    lacking = {Foreseen.NOT, Foreseen.PARTLY} & {*needs.values(), *uses}
    return Foreseen.PARTLY if lacking else Foreseen.ASSESSED


def _is_lost(name: str, rule: Rule, foreseen: Mapping[str, Foresight]) -> bool:
    """Whether judging will go without it: all of it is missing, or a part where the rule needs the whole."""
    verdict = foreseen[name].verdict if name in foreseen else Foreseen.ASSESSED
    return verdict is Foreseen.NOT or (verdict is Foreseen.PARTLY and name not in rule.row_by_row)


def _of_clause(clause: Clause, checks: Mapping[str, Foreseen]) -> Foreseen:
    """A clause is lost with the last of its checks; those that are not built yet tell nothing anyway."""
    verdicts = {checks[use.check] for use in clause.checks if use.check in checks}
    if not verdicts or verdicts == {Foreseen.ASSESSED}:
        return Foreseen.ASSESSED
    return Foreseen.NOT if verdicts == {Foreseen.NOT} else Foreseen.PARTLY
