"""What is known for certain of each row, and how what is wrong with it is put into words."""

from collections.abc import Iterable, Mapping

import pandas as pd

from m365audit.rules.declare import filled, rows_for


def surely(known: pd.Series) -> pd.Series:
    """Where a flag is known to be true; unknown counts as no.

    Returns: bool, the index of ``known``.
    """
    return known.astype("boolean").fillna(value=False).astype(bool)


def column(frame: pd.DataFrame, values: Iterable[object]) -> pd.Series:
    """One value a row, of any kind, as a column beside the others of a frame."""
    return pd.Series(list(values), index=frame.index, dtype=object)


def flags(frame: pd.DataFrame, values: Iterable[bool]) -> pd.Series:
    """One true or false a row, as a mask of a frame."""
    return pd.Series(list(values), index=frame.index, dtype=bool)


def first_known(*cells: object) -> object:
    """The first of some cells that holds something; an empty text where none does."""
    return next((cell for cell in cells if cell is not None and cell is not pd.NA and cell == cell), "")  # noqa: PLR0124


def first_fault(frame: pd.DataFrame, faults: Mapping[str, pd.Series]) -> pd.Series:
    """The sentence of the first fault that holds for each row, filled in from the row.

    ``faults`` maps sentence templates to flags with the index of ``frame``.
    Returns: text, empty where no fault holds.
    """
    said: dict[int, str] = {}
    for position, sentence in _said(frame, faults):
        said.setdefault(position, sentence)
    return _series(frame, said)


def every_fault(frame: pd.DataFrame, faults: Mapping[str, pd.Series]) -> pd.Series:
    """The sentences of all faults that hold for each row, joined; as :func:`first_fault` otherwise."""
    said: dict[int, list[str]] = {}
    for position, sentence in _said(frame, faults):
        said.setdefault(position, []).append(sentence)
    return _series(frame, {position: "; ".join(sentences) for position, sentences in said.items()})


def _said(frame: pd.DataFrame, faults: Mapping[str, pd.Series]) -> list[tuple[int, str]]:
    found = []
    for template, holds in faults.items():
        positions = surely(holds).to_numpy().nonzero()[0]
        rows = rows_for(frame.iloc[positions], template)
        found += [(int(p), filled(template, row)) for p, row in zip(positions, rows, strict=True)]
    return found


def _series(frame: pd.DataFrame, said: Mapping[int, str]) -> pd.Series:
    return column(frame, (said.get(position, "") for position in range(len(frame))))


def joined(values: pd.Series) -> str:
    """Different values as one text, in an order that owes nothing to the order of the rows."""
    return ", ".join(sorted({str(value) for value in values.dropna()}, key=str.casefold))


def joined_few(values: pd.Series, at_most: int = 3) -> str:
    """As :func:`joined`, the first few by name and the rest by number."""
    different = sorted({str(value) for value in values.dropna()}, key=str.casefold)
    more = len(different) - at_most
    return ", ".join(different[:at_most]) + (f" and {more} more" if more > 0 else "")
