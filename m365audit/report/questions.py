"""What a cell the reader fills in accepts, and how it says so."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from openpyxl.worksheet.datavalidation import DataValidation

_LONGEST_CHOICES, _LONGEST_PROMPT, _LONGEST_TITLE, _LONGEST_ERROR = 255, 255, 32, 225
_MOST_PLACES = 400


@dataclass(frozen=True, slots=True)
class Question:
    """What a cell accepts and how it says so: a choice, a date from ``first`` to ``last``, or text up to a length.

    ``rows`` are counted from 0 in the table's body.
    """

    column: str
    rows: tuple[int, ...]
    title: str
    prompt: str
    error: str
    choices: tuple[str, ...] = ()
    between: tuple[int, int] | None = None
    longest: int | None = None


def validations(question: Question, column: str, first_row: int) -> Iterator[DataValidation]:
    """Turn a question into Excel's rules for its cells, in the column of that letter.

    One rule for all of them, unless they lie in so many places that a rule for each few hundred is wiser.

    Raises:
        ValueError: if a text is longer than Excel takes.
    """
    runs = _runs(question.rows)
    for first in range(0, len(runs), _MOST_PLACES):
        made = _rule(question)
        for start, end in runs[first : first + _MOST_PLACES]:
            alone = f"{column}{first_row + start}"
            made.add(f"{alone}:{column}{first_row + end}" if end > start else alone)
        yield made


def _rule(question: Question) -> DataValidation:
    made = DataValidation(
        allow_blank=True,
        showInputMessage=True,
        showErrorMessage=True,
        promptTitle=_within(question.title, _LONGEST_TITLE),
        prompt=_within(question.prompt, _LONGEST_PROMPT),
        errorTitle=_within(question.title, _LONGEST_TITLE),
        error=_within(question.error, _LONGEST_ERROR),
    )
    if question.choices:
        made.type = "list"
        made.formula1 = _within(f'"{",".join(question.choices)}"', _LONGEST_CHOICES)
    elif question.between:
        made.type, made.operator = "date", "between"
        made.formula1, made.formula2 = map(str, question.between)
    else:
        made.type, made.operator = "textLength", "lessThanOrEqual"
        made.formula1 = str(question.longest)
    return made


def _within(text: str, longest: int) -> str:
    if len(text) > longest:
        msg = f"Excel refuses this text, which has more than {longest} characters: {text}"
        raise ValueError(msg)
    return text


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Numbers as first and last of every unbroken run."""
    runs: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs
