"""Raw objects become rows, and what Microsoft dropped is noticed."""

import pytest

from m365audit.connectors.reading.columns import Columns

SOURCES = {"id": "id", "name": "displayName", "bought": "prepaidUnits.enabled"}
WHOLE = {"id": "1", "displayName": "A", "prepaidUnits": {"enabled": 5}}


def test_a_row_has_our_names_and_microsofts_values() -> None:
    assert list(Columns(SOURCES).rows([WHOLE])) == [{"id": "1", "name": "A", "bought": 5}]


@pytest.mark.parametrize(
    ("objects", "missing"),
    [
        pytest.param([WHOLE], [], id="nothing is missing where every property came"),
        pytest.param([], [], id="nothing is missing where there are no objects"),
        pytest.param([{**WHOLE, "displayName": None}], [], id="a null is an answer"),
        pytest.param(
            [{"id": "1", "prepaidUnits": {"enabled": 1}}, WHOLE], [], id="one object without it is not all of them"
        ),
        pytest.param(
            [{"id": "1", "displayName": "A"}, {"id": "2", "prepaidUnits": {"enabled": 1}}],
            [],
            id="a property that came with one object only did come",
        ),
        pytest.param(
            [{"id": "1", "prepaidUnits": {"enabled": 1}}],
            ["property:displayName"],
            id="a property that came with no object is named",
        ),
        pytest.param(
            [{"id": "1", "displayName": "A", "prepaidUnits": {}}],
            ["property:prepaidUnits.enabled"],
            id="a property missing inside every object is named by its path",
        ),
        pytest.param(
            [{"id": "1", "displayName": "A", "prepaidUnits": None}], [], id="nothing is missing inside what is null"
        ),
        pytest.param(
            [{"id": "1", "displayName": "A"}], ["property:prepaidUnits"], id="the outermost missing step is named"
        ),
    ],
)
def test_a_property_that_never_came_is_a_gap(objects: list[dict[str, object]], missing: list[str]) -> None:
    columns = Columns(SOURCES)
    rows = list(columns.rows(objects))

    assert [gap.scope for gap in columns.gaps()] == missing
    assert len(rows) == len(objects)


def test_one_column_alone_is_read_the_same_way() -> None:
    columns = Columns({"purpose": "userPurpose"})

    assert list(columns.rows([{"userPurpose": "room"}, {}])) == [{"purpose": "room"}, {"purpose": None}]
    assert not list(columns.gaps())
