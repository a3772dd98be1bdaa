"""How a connector is declared: its signature is its plan."""

import inspect
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pandas as pd

from m365audit.model.datasets import DATA_SETS
from m365audit.model.evidence import Entry, Gap, Looked, Note, Row, Rows
from m365audit.model.parts import Part

Yield = Row | Rows | Entry | Gap | Looked | Note
Collect = Callable[..., AsyncIterator[Yield]]

Reading = Callable[[], pd.DataFrame]
"""A parameter's type for a data set that cannot be done without, but is seldom looked at: read when it is called."""

SERVICES = frozenset({"graph", "exchange", "names"})
CONTEXT = frozenset({"window", "coverage", "kept", "access", "earlier", "allowance", "folders", "today"})


@dataclass(frozen=True, slots=True)
class Connector:
    """One connector: the data sets it fills, the least permission it needs, and what it depends on.

    ``needs`` are data sets it cannot do without, ``uses`` those it can; ``seldom`` those of its needs that it reads
    itself; ``kept_with`` those of either that decide what the rows look like that it keeps of a scope. ``parts`` say
    what each part of it cannot be read without, for whoever wants to know beforehand.
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
    kept_with: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()

    @property
    def permissions(self) -> tuple[str, ...]:
        """Every permission it asks for, the one it cannot do without first; none for what asks nothing."""
        return tuple(name for name in (self.permission, *self.also) if name)

    def parts_of(self, data_set: str) -> tuple[Part, ...]:
        """The parts of one of its data sets."""
        return tuple(part for part in self.parts if (part.data_set or self.data_sets[0]) == data_set)

    @property
    def meaning(self) -> str:
        """First line of its docstring."""
        return (inspect.getdoc(self.collect) or "").partition("\n")[0]


def connector(
    *data_sets: str,
    permission: str,
    also: tuple[str, ...] = (),
    kept_with: tuple[str, ...] = (),
    parts: tuple[Part, ...] = (),
) -> Callable[[Collect], Connector]:
    """Declare a connector for one or more data sets.

    The function's parameters say what it wants: ``graph``, ``exchange`` and ``names`` (services), ``window``,
    ``coverage``, ``kept``, ``access``, ``earlier``, ``allowance``, ``folders`` and ``today`` (context), and data sets:
    ``accounts: pd.DataFrame`` cannot do without, ``accounts: pd.DataFrame | None`` can, ``accounts: Reading`` cannot
    but reads it only when called.

    ``permission`` is the least one, empty for what is asked of nobody. ``also`` names permissions for parts of it:
    without one, only that part is a gap. ``parts`` say it where that is not all of it, or where licences, roles or
    policies decide as well. One that takes ``kept`` names in ``kept_with`` the data sets that shape what it keeps: when
    one of them is read anew and is not the same, nothing kept is used.

    Raises:
        ValueError: a name is neither a data set, a service nor context.
    """

    def declare(collect: Collect) -> Connector:
        parameters = inspect.signature(collect).parameters
        wanted = [name for name in parameters if name not in SERVICES | CONTEXT]
        if unknown := [name for name in (*data_sets, *wanted) if name not in DATA_SETS]:
            message = f"{collect.__name__} names {', '.join(unknown)}, which no data set is called"
            raise ValueError(message)
        if (strange := set(kept_with) - set(wanted)) or (kept_with and "kept" not in parameters):
            message = f"{collect.__name__} keeps rows with {', '.join(strange or kept_with)}, but does not ask for it"
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
            kept_with=kept_with,
            parts=parts or _parts(data_sets, permission, also),
        )

    return declare


def _parts(data_sets: tuple[str, ...], permission: str, also: tuple[str, ...]) -> tuple[Part, ...]:
    """What a declaration without parts means: nothing without the permission, a part less without each other one."""
    wholes = tuple(Part((permission,) if permission else (), data_set=name) for name in data_sets)
    return (*wholes, *(Part((name,), what=f"what {name} opens", data_set=data_sets[0]) for name in also))
