"""Every rule for accessible spreadsheets that is essential, on the written file."""

import re

import pytest
from openpyxl.worksheet.worksheet import Worksheet
from written import Written

from m365audit.excel.styles import TINTS
from m365audit.report.sheets import SMALLEST_SCALE
from m365audit.report.wording import RESULT_MEANING

FIRST_SHEETS = [
    "Cover", "Contents", "Decisions needed", "By person", "Clauses", "Other duties", "Results by section",
    "Changes this month",
]  # fmt: skip
LAST_SHEETS = [
    "Accepted exceptions", "Statements due", "Not assessed", "Year so far", "Findings by month",
    "Two-step sign-in by month", "Sharing by month", "Notes", "Run record",
]  # fmt: skip
TOPICS = [
    "People and accounts", "Two-step sign-in", "Mailbox access", "Forwarding", "Sharing outside", "Guests", "Meetings",
    "Leavers", "Policy",
]  # fmt: skip
SHEETS = [*FIRST_SHEETS, *TOPICS, *LAST_SHEETS]
ANSWER_HEADERS = {"Decision", "Reason", "Until", "Decided by", "Decision date"}


@pytest.fixture(params=SHEETS)
def sheet(request: pytest.FixtureRequest, written: Written) -> Worksheet:
    """Each sheet of the Clerk's workbook in turn."""
    found: Worksheet = written.book[request.param]
    return found


def test_sheets_stand_in_the_order_a_clerk_asks(written: Written) -> None:
    assert written.book.sheetnames == SHEETS


def test_one_marked_up_table_covers_exactly_the_used_cells(sheet: Worksheet) -> None:
    (table,) = sheet.tables.values()
    header = int(re.search(r"\d+", table.ref).group())  # type: ignore[union-attr]
    assert table.ref == f"A{header}:{sheet.cell(sheet.max_row, sheet.max_column).coordinate}"
    assert (sheet.min_row, sheet.min_column) == (1, 1)
    assert table.headerRowCount == 1
    assert sheet.max_row > header


def test_table_names_mean_something_and_are_unique(written: Written) -> None:
    names = [name for sheet in written.book for name in sheet.tables]
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{2,}", name)
        assert not re.fullmatch(r"Table\d+|[A-Z]{1,3}\d+|R\d+C\d+", name)


def test_headers_are_filled_different_and_the_tables_own(sheet: Worksheet) -> None:
    (table,) = sheet.tables.values()
    headers = [cell.value for cell in sheet[table.ref][0]]
    assert all(isinstance(header, str) and header == header.strip() != "" for header in headers)
    assert len({header.casefold() for header in headers}) == len(headers)
    assert headers == table.column_names


def test_nothing_is_merged_hidden_split_or_protected(sheet: Worksheet) -> None:
    assert not sheet.merged_cells.ranges
    assert sheet.sheet_state == "visible"
    assert not any(dimension.hidden for dimension in sheet.row_dimensions.values())
    assert not any(dimension.hidden for dimension in sheet.column_dimensions.values())
    assert not sheet.protection.sheet
    assert not sheet.conditional_formatting
    if sheet.sheet_view.pane is not None:
        assert sheet.sheet_view.pane.state == "frozen"


def test_no_cell_is_empty_but_those_for_answers(sheet: Worksheet) -> None:
    (table,) = sheet.tables.values()
    rows = sheet[table.ref]
    headers = [cell.value for cell in rows[0]]
    for row in rows[1:]:
        empty = {header for header, cell in zip(headers, row, strict=True) if cell.value in (None, "")}
        assert not empty or (sheet.title == "Decisions needed" and empty == ANSWER_HEADERS)
    if sheet.title == "Decisions needed":
        assert "blank" in sheet["A2"].value


def test_all_text_wraps_in_columns_of_readable_width(sheet: Worksheet) -> None:
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, str):
                assert cell.alignment.wrap_text, cell.coordinate
    (table,) = sheet.tables.values()
    for cell in sheet[table.ref][0]:
        assert 8 <= sheet.column_dimensions[cell.column_letter].width <= 60


def test_every_row_that_wraps_has_a_height(sheet: Worksheet) -> None:
    for row in sheet.iter_rows():
        most = max(str(cell.value).count("\n") + 1 for cell in row)
        if most > 1:
            height = sheet.row_dimensions[row[0].row or 0].height
            assert height is not None
            assert 409.5 >= height >= min(most * 15, 400)


def test_print_is_a4_landscape_on_one_width_and_readable(sheet: Worksheet) -> None:
    (table,) = sheet.tables.values()
    header = re.search(r"\d+", table.ref).group()  # type: ignore[union-attr]
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert sheet.sheet_properties.pageSetUpPr is not None
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToWidth == 1
    assert sheet.print_title_rows == f"${header}:${header}"
    width = sum(sheet.column_dimensions[cell.column_letter].width for cell in sheet[table.ref][0])
    inches = 11.69 - sheet.page_margins.left - sheet.page_margins.right
    assert inches * 96 / (width * 7) * 100 >= SMALLEST_SCALE


def test_no_more_columns_than_a_row_can_be_read(sheet: Worksheet) -> None:
    assert sheet.max_column <= 13


def test_title_is_the_first_cell_and_tagged_as_a_heading(sheet: Worksheet) -> None:
    assert sheet["A1"].value
    assert sheet["A1"].style == "Heading 1"
    assert sheet["A2"].value.startswith("One table")


def test_the_heading_is_the_built_in_one(written: Written) -> None:
    assert re.search(rb'<cellStyle [^>]*name="Heading 1"[^>]*builtinId="16"', written.parts["xl/styles.xml"])


def test_frozen_rows_leave_room_for_the_table(sheet: Worksheet) -> None:
    if sheet.sheet_view.pane is None:
        return
    frozen = int(sheet.sheet_view.pane.ySplit or 0)
    (table,) = sheet.tables.values()
    assert table.ref.startswith(f"A{frozen}:")
    assert sum(sheet.row_dimensions[row].height or 15.75 for row in range(1, frozen + 1)) <= 190


def test_eight_findings_fit_the_first_page_of_decisions(written: Written) -> None:
    sheet = written.book["Decisions needed"]
    page_points = (8.27 - sheet.page_margins.top - sheet.page_margins.bottom) * 72 / (SMALLEST_SCALE / 100)
    # The hand-built findings have the longest names a tenant can give; those of plain length are the rule.
    plain = [row for row in range(4, sheet.max_row + 1) if (sheet.row_dimensions[row].height or 0) < 100]
    assert len(plain) >= 8
    above = sum(sheet.row_dimensions[row].height for row in (1, 2, 3))
    assert above + sum(sheet.row_dimensions[row].height for row in plain[:8]) <= page_points


def test_what_was_found_stays_in_sight_while_the_answers_are_filled_in(written: Written) -> None:
    assert written.book["Decisions needed"].freeze_panes == "B4"


def test_filters_are_explained_above_the_table(sheet: Worksheet) -> None:
    (table,) = sheet.tables.values()
    assert sheet.auto_filter.ref is None
    if table.autoFilter is not None:
        assert table.autoFilter.ref == table.ref
        assert "arrows" in sheet["A2"].value
        assert "Clear" in sheet["A2"].value


def test_no_header_footer_picture_or_box(sheet: Worksheet, written: Written) -> None:
    for part in (sheet.oddHeader, sheet.oddFooter, sheet.evenHeader, sheet.firstHeader):
        assert part is not None
        assert [place.text for place in (part.left, part.center, part.right) if place and place.text] == []
    assert not [name for name in written.parts if "media" in name or "vba" in name.lower()]


def test_fonts_are_plain_and_large_enough(sheet: Worksheet) -> None:
    for row in sheet.iter_rows():
        for cell in (cell for cell in row if cell.has_style):
            assert cell.font.name in {"Arial", "Calibri"}
            assert cell.font.sz >= 12
            assert not cell.font.i
            assert cell.font.u is None or cell.hyperlink
            assert cell.alignment.textRotation == 0


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_colour_can_be_read(sheet: Worksheet) -> None:
    for row in sheet.iter_rows():
        for cell in (cell for cell in row if cell.has_style):
            paper = cell.fill.fgColor.rgb[2:] if cell.fill.fill_type else "FFFFFF"
            ink, ground = sorted((_luminance(cell.font.color.rgb[2:]), _luminance(paper)))
            assert (ground + 0.05) / (ink + 0.05) >= 4.5, cell.coordinate


def test_every_result_has_a_colour_and_a_meaning() -> None:
    assert set(TINTS) == set(RESULT_MEANING)


def test_contents_lead_to_the_first_cell_of_every_sheet(written: Written) -> None:
    body = written.table("Contents")
    assert body.table.displayName == "Table_of_contents"
    links = [(row[0].value, row[0].hyperlink.location, row[0].font.u) for row in body.lines[1:]]
    assert links == [(title, f"'{title}'!A1", "single") for title in SHEETS]
    assert all(row[0].hyperlink.target is None for row in body.lines[1:])


def test_contents_count_the_rows_of_every_sheet(written: Written) -> None:
    for row in written.table("Contents").rows:
        assert row["Rows"] == len(written.table(row["Sheet"]).rows)


def test_only_contents_has_links(written: Written) -> None:
    assert [sheet.title for sheet in written.book if any(c.hyperlink for row in sheet for c in row)] == ["Contents"]


def test_notes_explain_every_marker(written: Written) -> None:
    markers = {
        marker
        for sheet in written.book
        for row in sheet.iter_rows(values_only=True)
        for value in row
        for marker in re.findall(r"\[note \d+\]", str(value))
    }
    assert {"[note 1]", "[note 2]"} <= markers
    assert markers <= set(written.table("Notes").column("Word or note"))


def test_shorthand_for_nothing_is_a_word(written: Written) -> None:
    for row in written.table("Forwarding").rows + written.table("Guests").rows:
        assert not {"NA", "N/A", "-", ".."} & set(map(str, row.values()))


def test_properties_name_organisation_language_and_run(written: Written) -> None:
    about = written.book.properties
    assert about.title == "Microsoft 365 audit for the Clerk, November 2026: Exampleton Town Council"
    assert (about.creator, about.language) == ("Example IT Support Ltd", "en-GB")
    assert about.keywords
    props = written.book.custom_doc_props.props  # type: ignore[attr-defined] # missing from the type stub only
    custom = {prop.name: prop.value for prop in props}
    assert custom == {"tenant": "exampleton", "run_id": "20261121T093000Z", "schema": "1"}


def test_it_opens_at_the_top_of_the_cover(written: Written) -> None:
    assert written.book.worksheets.index(written.book["Cover"]) == 0
    assert written.book.active is written.book["Cover"]
    for sheet in written.book:
        assert {selection.activeCell for selection in sheet.sheet_view.selection} == {"A1"}
        assert sheet.sheet_view.zoomScale in (None, 100)


def test_dates_are_dates_that_nobody_can_misread(written: Written) -> None:
    for cell in [line[6] for line in written.table("Decisions needed").lines[1:]]:
        assert cell.is_date
        assert cell.number_format == "d mmm yyyy"


def test_no_formula_stands_anywhere(written: Written) -> None:
    for xml in written.sheet_parts():
        assert not re.search(r"<f[ >/]", xml)
        assert 't="e"' not in xml


@pytest.mark.parametrize("word", ["color", "organization", "authorized", "license", "behavior", "center", "enroll"])
def test_spelling_is_british(written: Written, word: str) -> None:
    ours = ["Cover", "Contents", "Clauses", "Notes", "Run record", "Other duties", "Statements due"]
    text = " ".join(str(v) for title in ours for row in written.book[title].iter_rows(values_only=True) for v in row)
    assert word not in text.lower()
