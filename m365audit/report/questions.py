"""What a cell the reader fills in accepts, and how it says so."""

from collections.abc import Iterable
from dataclasses import dataclass

from openpyxl.worksheet.datavalidation import DataValidation

_LONGEST_CHOICES, _LONGEST_PROMPT, _LONGEST_TITLE, _LONGEST_ERROR = 255, 255, 32, 225


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


def validation(question: Question, column: str, first_row: int) -> DataValidation:
    """Turn a question into Excel's rule for its cells, in the column of that letter.

    Raises:
        ValueError: if a text is longer than Excel takes.
    """
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
    for start, end in _runs(question.rows):
        made.add(
            f"{column}{first_row + start}:{column}{first_row + end}" if end > start else f"{column}{first_row + start}"
        )
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
