"""What was done to a returned sheet beside answering: cells edited, texts sorted away from their rows, rows gone."""

from collections.abc import Iterable, Iterator, Mapping

from m365audit.register import typed
from m365audit.register.returned import Row
from m365audit.register.understood import Edit
from m365audit.register.weigh import refuse

Written = Mapping[str, Mapping[str, str]]
"""Reference to the texts of its row as they were sent, by heading."""

# By these two a reader knows what a row is about.
_TELLING = ("what we found", "who or what")


def as_sent(rows: Iterable[Row]) -> Written:
    """The rows of the workbook as it was sent, by reference."""
    return {row.reference: row.texts for row in rows if row.reference}


def refuse_displaced(row: Row, written: Written) -> None:
    """Refuse an answer that stands beside another finding's words: some columns were sorted without the others.

    Raises:
        Refused: the words of the row are those of another reference.
    """
    own = written.get(row.reference)
    here = _words(row.texts)
    if own is None or not any(here) or here == _words(own):
        return
    others = [name for name, texts in written.items() if name != row.reference and _words(texts) == here]
    if others and _words(own) not in [_words(written[name]) for name in others]:
        why = f"what stands beside it was sent as {others[0]}, so it is not clear which of the two was meant"
        refuse(why, "sort whole rows together, or answer in the workbook as it was sent")


def edits(file: str, rows: Iterable[Row], written: Written) -> Iterator[Edit]:
    """Cells that were changed though they were not to be filled in; a column that was taken out is no edit."""
    for row in rows:
        for heading, sent in written.get(row.reference, {}).items():
            if heading in row.texts and not _same(row.texts[heading], sent):
                yield Edit(file, row.number, row.reference, heading, sent, row.texts[heading])


def missing(rows: Iterable[Row], asked: Iterable[str]) -> tuple[str, ...]:
    """The references that were asked about and came back in no row."""
    there = {row.reference for row in rows}
    return tuple(reference for reference in asked if reference not in there)


def _words(texts: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(typed.word(texts.get(heading)) for heading in _TELLING)


def _same(one: str, other: str) -> bool:
    return typed.word(one) == typed.word(other)
