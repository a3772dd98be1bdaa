"""How many lines a text takes in a column, because a row whose height is not stored overlaps when printed."""

from collections.abc import Sequence
from functools import cache, lru_cache

# Advance widths of Calibri, in thousandths of the letter height, for the characters from space to tilde.
_ADVANCES = (
    226, 326, 401, 498, 507, 715, 682, 221, 303, 303, 498, 498, 250, 306, 252, 386, 507, 507, 507, 507, 507, 507, 507,
    507, 507, 507, 268, 268, 498, 498, 498, 463, 894, 579, 544, 533, 615, 488, 459, 631, 623, 252, 319, 520, 420, 855,
    646, 662, 517, 673, 543, 459, 487, 642, 567, 890, 519, 487, 468, 307, 386, 307, 498, 498, 291, 479, 525, 423, 525,
    498, 305, 471, 525, 229, 239, 455, 229, 799, 525, 527, 525, 525, 349, 391, 335, 525, 452, 715, 433, 453, 395, 314,
    460, 314, 498,
)  # fmt: skip
_ACCENTED = 540
_WIDE = 1000  # Emoji, Chinese and the replacement character.
_FIRST, _LAST = 0x20, 0x7E
_WIDE_FROM = 0x1100

_PIXELS_PER_WIDTH = 7
_PADDING_PIXELS = 5
_PIXELS_PER_POINT = 96 / 72
_BOLD_ALLOWANCE = 1.06
_WORDS_REMEMBERED = 1 << 15
_POINTS_PER_LINE_PER_SIZE = 1.3125  # 15.75 points for a line of 12-point Calibri, as Excel itself fits a row.
TALLEST_ROW_POINTS = 409.0
"""Excel shows no row taller than this."""


class _Letters:
    """How many pixels each character is wide in one size of the font."""

    def __init__(self, advances: Sequence[float], accented: float, wide: float) -> None:
        self._advances = advances
        self._accented = accented
        self._wide = wide
        self.space = advances[0]

    def width(self, text: str) -> float:
        return sum(map(self._one, map(ord, text)))

    def _one(self, code: int) -> float:
        if _FIRST <= code <= _LAST:
            return self._advances[code - _FIRST]
        return self._wide if code >= _WIDE_FROM else self._accented


@lru_cache(maxsize=_WORDS_REMEMBERED)
def _length(letters: _Letters, word: str) -> float:
    """How long a word is; a workbook has the same few thousand again and again."""
    return letters.width(word)


@cache
def _renderings(size: float, *, bold: bool) -> tuple[_Letters, ...]:
    """On paper, where a letter is as wide as the font says, and on a screen that rounds it to whole pixels."""
    scale = size * _PIXELS_PER_POINT * (_BOLD_ALLOWANCE if bold else 1) / 1000
    exact = [advance * scale for advance in (*_ADVANCES, _ACCENTED, _WIDE)]
    return tuple(
        _Letters(tuple(widths[:-2]), widths[-2], widths[-1]) for widths in (exact, [float(round(w)) for w in exact])
    )


def _words(line: str) -> list[str]:
    """The pieces a line may break after: words with their space, and what ends in a hyphen."""
    pieces: list[str] = []
    start = 0
    for position, character in enumerate(line):
        if character in " -":
            pieces.append(line[start : position + 1])
            start = position + 1
    pieces.append(line[start:])
    return pieces


def lines(text: str, width: float, *, size: float = 12, bold: bool = False) -> int:
    """How many lines ``text`` takes in a column ``width`` characters wide, at ``size`` points."""
    room = width * _PIXELS_PER_WIDTH - _PADDING_PIXELS
    paragraphs = [_words(paragraph) for paragraph in text.split("\n")]
    return max(_lines(paragraphs, room, letters) for letters in _renderings(size, bold=bold))


def _lines(paragraphs: list[list[str]], room: float, letters: _Letters) -> int:
    total = 0
    for words in paragraphs:
        total += 1
        used = 0.0
        for word in words:
            length = _length(letters, word)
            visible = length - letters.space if word.endswith(" ") else length
            if used + visible <= room:
                used += length
            elif visible <= room:
                total += 1
                used = length
            else:  # A word longer than a line starts a line of its own and is broken wherever the line ends.
                extra, rest = divmod(visible, room)
                total += int(extra) + (1 if used else 0)
                used = rest
    return total


def points(line_count: int, size: float = 12) -> float:
    """The height of a row of so many lines, in points."""
    return min(line_count * size * _POINTS_PER_LINE_PER_SIZE, TALLEST_ROW_POINTS)


def most_lines(size: float = 12) -> int:
    """How many lines the tallest row can show."""
    return int(TALLEST_ROW_POINTS / (size * _POINTS_PER_LINE_PER_SIZE))


def shorten(text: str, width: float, ending: str, *, at_most: int) -> str:
    """Cut the text to ``at_most`` lines of the column and put ``ending`` there; a text that fits stays whole."""
    if lines(text, width) <= at_most:
        return text
    fits, too_long = 0, len(text)
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if lines(text[:middle] + ending, width) <= at_most:
            fits = middle
        else:
            too_long = middle
    return text[:fits] + ending
