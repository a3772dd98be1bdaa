import pytest
from hypothesis import given
from hypothesis import strategies as st

from m365audit.report import heights


@pytest.mark.parametrize(
    ("text", "width", "count"),
    [
        pytest.param("Reference", 27, 1, id="a word in a wide column"),
        pytest.param("21 Nov 2026", 13, 1, id="a date in its column"),
        pytest.param("M365-7F3AK2QX", 18, 1, id="a reference in its column"),
        pytest.param("one\ntwo\nthree", 30, 3, id="line feeds"),
        pytest.param("", 30, 1, id="nothing"),
        pytest.param("two words here that need two lines", 22, 2, id="words that wrap"),
        pytest.param("W" * 100, 20, 11, id="a word longer than a line, of the widest letter"),
    ],
)
def test_lines_are_counted_as_a_column_shows_them(text: str, width: float, count: int) -> None:
    assert heights.lines(text, width) == count


@given(st.text(max_size=500), st.floats(8, 60))
def test_a_wider_column_never_needs_more_than_a_line_for_each_piece(text: str, width: float) -> None:
    assert text.count("\n") + 1 <= heights.lines(text, width)


@given(st.text(alphabet="abcdefgh WM\n-", min_size=1, max_size=3_000), st.floats(10, 60), st.integers(3, 25))
def test_shortened_text_fits_and_says_that_it_is_short(text: str, width: float, at_most: int) -> None:
    shown = heights.shorten(text, width, " (cut)", at_most=at_most)
    assert heights.lines(shown, width) <= at_most
    assert shown == text or shown.endswith("(cut)")


def test_no_row_is_taller_than_excel_shows() -> None:
    assert heights.points(10_000) <= 409.5
    assert heights.points(heights.most_lines()) <= heights.TALLEST_ROW_POINTS
