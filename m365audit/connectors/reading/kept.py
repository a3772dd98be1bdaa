"""What a long connector has read whole, kept so that a run that is stopped need not ask for it again."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from m365audit.model.evidence import Row


class Kept(Protocol):
    """Scopes that were looked at whole, now or before the run was stopped.

    Rows are kept as plain JSON: text, numbers, flags, lists of them, or nothing. What a run may not store it may not
    keep either. A scope with a gap is never kept.
    """

    def has(self, scope: str) -> bool:
        """Whether a scope was looked at whole."""
        ...

    def rows(self, scope: str) -> list[Row] | None:
        """The rows of a scope that was looked at whole, which may be none; ``None`` if it was not."""
        ...

    def keep(self, scope: str, rows: list[Row]) -> None:
        """One scope was looked at whole, and these are its rows."""
        ...


class Forgetful:
    """Keeps nothing: every scope is asked for."""

    def has(self, scope: str) -> bool:  # noqa: ARG002
        """No scope was."""
        return False

    def rows(self, scope: str) -> list[Row] | None:  # noqa: ARG002
        """Nothing is known of any scope."""
        return None

    def keep(self, scope: str, rows: list[Row]) -> None:
        """Forget it."""


FORGETFUL = Forgetful()


class Before:
    """The things that were looked at whole before the run was stopped, with their rows, read one after another."""

    def __init__(self, things: Sequence[str], scope: str, kept: Kept) -> None:
        self._things = things
        self._scope = scope
        self._kept = kept

    def __len__(self) -> int:
        return len(self._things)

    def __iter__(self) -> Iterator[tuple[str, list[Row]]]:
        for thing in self._things:
            rows = self._kept.rows(self._scope.format(thing))
            if rows is not None:
                yield thing, rows


def sorted_out(things: Iterable[str], scope: str, kept: Kept) -> tuple[list[str], Before]:
    """Which of some things are still to be asked for, and those that are not; ``scope`` is their scope: ``account:{}``.

    Rows are read when they are looked at, one thing's at a time, so that memory stays flat.
    """
    asked: list[str] = []
    before: list[str] = []
    for thing in things:
        (before if kept.has(scope.format(thing)) else asked).append(thing)
    return asked, Before(before, scope, kept)
