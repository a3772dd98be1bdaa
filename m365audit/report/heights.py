"""How many lines a text takes in a column, because a row whose height is not stored overlaps when printed."""

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
_PADDING_PIXELS = 6
_PIXELS_PER_POINT = 96 / 72
# Screens round every letter to whole pixels, so a line holds a little less than the font says.
_SCREEN_ALLOWANCE = 1.03
_BOLD_ALLOWANCE = 1.06
_POINTS_PER_LINE_PER_SIZE = 1.3125  # 15.75 points for a line of 12-point Calibri.
_ROW_PADDING_POINTS = 3.0
TALLEST_ROW_POINTS = 409.0
"""Excel shows no row taller than this."""


def _advance(character: str) -> int:
    code = ord(character)
    if _FIRST <= code <= _LAST:
        return _ADVANCES[code - _FIRST]
    return _WIDE if code >= _WIDE_FROM else _ACCENTED


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
    pixels = size * _PIXELS_PER_POINT * _SCREEN_ALLOWANCE * (_BOLD_ALLOWANCE if bold else 1) / 1000
    room = (width * _PIXELS_PER_WIDTH - _PADDING_PIXELS) / pixels
    total = 0
    for paragraph in text.split("\n"):
        total += 1
        used = 0.0
        for word in _words(paragraph):
            length = sum(map(_advance, word))
            visible = length - _ADVANCES[0] if word.endswith(" ") else length
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
    return min(line_count * size * _POINTS_PER_LINE_PER_SIZE + _ROW_PADDING_POINTS, TALLEST_ROW_POINTS)


def most_lines(size: float = 12) -> int:
    """How many lines the tallest row can show."""
    return int((TALLEST_ROW_POINTS - _ROW_PADDING_POINTS) / (size * _POINTS_PER_LINE_PER_SIZE))


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
