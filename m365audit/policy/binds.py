"""Whom a clause binds, in a closed set of words, so that a clause on keeping the whole policy finds the others."""

from collections.abc import Iterable, Mapping

from m365audit.model.policy import Clause

BINDS: Mapping[str, frozenset[str]] = {
    "councillors": frozenset({"councillors"}),
    "staff": frozenset({"staff"}),
    "users": frozenset({"councillors", "staff"}),
    "own-device users": frozenset({"councillors", "staff"}),
    "line managers": frozenset({"staff"}),
    "Town Clerk": frozenset({"Town Clerk"}),
    "Council": frozenset({"Council"}),
    "IT provider": frozenset({"IT provider"}),
    "contractors": frozenset({"contractors"}),
    "former councillors and staff": frozenset({"former councillors and staff"}),
    "non-councillor members": frozenset({"non-councillor members"}),
}
"""Every word ``binds`` may hold, with the groups of people it takes in."""


def rolled_up(clause: Clause, clauses: Iterable[Clause]) -> tuple[Clause, ...]:
    """The clauses whose worst result is the result of ``clause``: all others that bind any of the same people."""
    people = _people(clause)
    return tuple(other for other in clauses if not other.rolls_up and people & _people(other))


def _people(clause: Clause) -> frozenset[str]:
    return frozenset[str]().union(*(BINDS[word] for word in clause.binds))
