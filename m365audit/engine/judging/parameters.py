"""Hold the parameters that clauses and tenant files give to checks against what the rules take."""

from collections.abc import Iterable, Mapping
from typing import Any

from m365audit.model.policy import Policy
from m365audit.model.tenant import Tenant
from m365audit.rules import RULES, Rule
from m365audit.settings import nearest


class BadParameter(Exception):
    """A check is given something it does not take. One sentence, with the place and the remedy."""


def check_parameters(policies: Iterable[Policy], tenant: Tenant) -> None:
    """Refuse the first parameter no rule takes, or whose kind is another.

    Raises:
        BadParameter: naming policy and clause, or the tenant file.
    """
    for policy in policies:
        for clause in policy.clauses:
            for use in (*clause.checks, *clause.supporting):
                if use.check in RULES:
                    _check(RULES[use.check], use.parameters, f"policy {policy.id}, clause {clause.id}")
    for name, given in tenant.thresholds.items():
        place = f"tenant file {tenant.slug}.yaml, thresholds"
        if name not in RULES:
            message = f"{place}: there is no check '{name}'; {nearest(name, list(RULES))}."
            raise BadParameter(message)
        _check(RULES[name], given, place)


def _check(rule: Rule, given: Mapping[str, Any], place: str) -> None:
    for name, value in given.items():
        if name not in rule.parameters:
            remedy = nearest(name, list(rule.parameters)) if rule.parameters else "take it away; it takes none"
            message = f"{place}: the check {rule.id} takes no '{name}'; {remedy}."
            raise BadParameter(message)
        default = rule.parameters[name]
        wanted = _kind(default)
        if wanted and not isinstance(value, wanted):
            message = f"{place}: '{name}' of the check {rule.id} cannot be '{value}'; it is normally {_shown(default)}."
            raise BadParameter(message)


def _kind(default: object) -> tuple[type, ...]:
    if isinstance(default, bool):
        return (bool,)
    if isinstance(default, int):
        return (int,)
    if isinstance(default, (frozenset, tuple)):
        return (list, str, tuple)
    return (type(default),) if default is not None else ()


def _shown(default: object) -> str:
    if isinstance(default, (frozenset, tuple)):
        return f"a list such as [{', '.join(map(str, sorted(default)))}]" if default else "a list"
    return str(default)
