"""Which councils a command is for, and one exit code for several."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import typer

from m365audit.settings import tenants_available

# What needs a person soonest comes first.
_SOONEST = (5, 3, 2, 4, 75, 1, 0)


def chosen(slugs: Sequence[str], config: Path, *, everyone: bool) -> list[str]:
    """Names of tenant files: those that were given, or all there are.

    Raises:
        BadParameter: both were asked for, or neither, or there are none.
    """
    known = tenants_available(config)
    if everyone and slugs:
        message = "name councils or say --all, not both"
        raise typer.BadParameter(message)
    if everyone and not known:
        message = f"{config}/tenants holds no tenant file; write one with `m365audit init SLUG`"
        raise typer.BadParameter(message)
    if not everyone and not slugs:
        message = "name a council (its tenant file without .yaml), or say --all"
        raise typer.BadParameter(message)
    return list(known) if everyone else list(slugs)


def worst_code(codes: Iterable[int]) -> int:
    """One code for several councils: what needs a person soonest wins."""
    return min(codes, key=_SOONEST.index, default=0)
