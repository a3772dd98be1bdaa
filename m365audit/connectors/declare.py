"""How a connector is declared: its signature is its plan."""

import inspect
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pandas as pd

from m365audit.model.datasets import DATA_SETS
from m365audit.model.evidence import Entry, Gap, Looked, Row, Rows

Yield = Row | Rows | Entry | Gap | Looked
Collect = Callable[..., AsyncIterator[Yield]]

Reading = Callable[[], pd.DataFrame]
"""A parameter's type for a data set that cannot be done without, but is seldom looked at: read when it is called."""

SERVICES = frozenset({"graph", "exchange"})
CONTEXT = frozenset({"window", "coverage"})


@dataclass(frozen=True, slots=True)
class Connector:
    """One connector: the data sets it fills, the least permission it needs, and what it depends on.

    ``needs`` are data sets it cannot do without, ``uses`` those it can; ``seldom`` those of its needs that it reads
    itself.
    """

    data_sets: tuple[str, ...]
    permission: str
    also: tuple[str, ...]
    collect: Collect
    services: tuple[str, ...]
    context: tuple[str, ...]
    needs: tuple[str, ...]
    uses: tuple[str, ...]
    seldom: tuple[str, ...]

    @property
    def permissions(self) -> tuple[str, ...]:
        """Every permission it asks for, the one it cannot do without first."""
        return (self.permission, *self.also)

    @property
    def meaning(self) -> str:
        """First line of its docstring."""
        return (inspect.getdoc(self.collect) or "").partition("\n")[0]


def connector(*data_sets: str, permission: str, also: tuple[str, ...] = ()) -> Callable[[Collect], Connector]:
    """Declare a connector for one or more data sets.

    The function's parameters say what it wants: ``graph`` and ``exchange`` (services), ``window`` and ``coverage``
    (context), and data sets by name: ``accounts: pd.DataFrame`` cannot do without, ``accounts: pd.DataFrame | None``
    can, ``accounts: Reading`` cannot but reads it only when called. ``also`` names permissions for parts of it: without
    one, only that part is a gap.

    Raises:
        ValueError: a name is neither a data set, a service nor context.
    """

    def declare(collect: Collect) -> Connector:
        parameters = inspect.signature(collect).parameters
        wanted = [name for name in parameters if name not in SERVICES | CONTEXT]
        if unknown := [name for name in (*data_sets, *wanted) if name not in DATA_SETS]:
            message = f"{collect.__name__} names {', '.join(unknown)}, which no data set is called"
            raise ValueError(message)
        optional = [name for name in wanted if "None" in str(parameters[name].annotation)]
        return Connector(
            data_sets=data_sets,
            permission=permission,
            also=also,
            collect=collect,
            services=tuple(n for n in parameters if n in SERVICES),
            context=tuple(n for n in parameters if n in CONTEXT),
            needs=tuple(n for n in wanted if n not in optional),
            uses=tuple(optional),
            seldom=tuple(n for n in wanted if parameters[n].annotation == Reading),
        )

    return declare
