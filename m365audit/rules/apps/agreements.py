"""What the register's sheet Third parties says of an organisation, a guest, an account or an app."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from m365audit.rules.facts.register_matching import day, is_current, listed, text


@dataclass(frozen=True, slots=True)
class Agreement:
    """One row of the sheet: whose, under which contract, and whether it holds."""

    organisation: str
    contract: str
    holds: bool
    ended: date | None


Agreements = Mapping[str, tuple[Agreement, ...]]
"""Identifier, as it is compared, to the rows that name it."""


def agreements(third_parties: pd.DataFrame, as_of: date, kinds: Iterable[str]) -> Agreements:
    """The rows of some kinds (app, guest, provider), by every identifier they name."""
    kinds = set(kinds)
    found: dict[str, list[Agreement]] = {}
    for row, holds in zip(third_parties.to_dict("records"), is_current(third_parties, as_of), strict=True):
        if text(row["kind"]) not in kinds:
            continue
        until = day(row["until"])
        agreed = Agreement(
            str(row["organisation"]) if text(row["organisation"]) else "",
            text(row["contract"]),
            bool(holds),
            until if until is not None and until < as_of else None,
        )
        for name in listed(row["identifier"]):
            found.setdefault(name.removeprefix("@"), []).append(agreed)
    return {name: tuple(rows) for name, rows in found.items()}


def naming(agreed: Agreements, names: Iterable[object]) -> tuple[Agreement, ...]:
    """The rows that name something by one of its names, in an order that owes nothing to that of the sheet."""
    rows = {row for name in names if text(name) for row in agreed.get(text(name), ())}
    return tuple(sorted(rows, key=lambda row: (row.organisation, row.contract, row.holds, row.ended or date.min)))


def holds(rows: Iterable[Agreement]) -> bool:
    """Whether one of some rows is in force."""
    return any(row.holds for row in rows)


def ended(rows: Iterable[Agreement]) -> date | None:
    """The last day of some rows none of which holds; nothing where one does, or none has ended."""
    rows = tuple(rows)
    days = [row.ended for row in rows if row.ended is not None]
    return max(days) if days and not holds(rows) else None


def lacks_contract(rows: Iterable[Agreement]) -> bool:
    """Whether there are rows in force, and none of them names a contract."""
    in_force = [row for row in rows if row.holds]
    return bool(in_force) and not any(row.contract for row in in_force)
