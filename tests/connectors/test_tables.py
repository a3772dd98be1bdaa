"""Whole pages become Arrow tables: the same rows as one by one, each once, and what Microsoft dropped is noticed."""

from collections.abc import AsyncIterator
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from m365audit.connectors.reading.addresses import primary_and_all, primary_and_all_of
from m365audit.connectors.reading.tables import Came, Tables, each, lower
from m365audit.model.datasets.schema import Column, DataSet

THINGS = DataSet(
    "things",
    key=("thing_id",),
    meaning="Things",
    columns=(
        Column("thing_id", "text", "Object id", "id"),
        Column("bought", "count", "How many", "bought"),
        Column("labels", "texts", "Labels", "labels"),
        Column("seen_by", "text", "Not from Microsoft"),
    ),
)
A = {"id": "a", "bought": 5, "labels": ["x"], "unasked": 1}
B = {"id": "b", "bought": None, "labels": []}

Json = dict[str, Any]


def as_it_came(came: Came) -> Came:
    return came


async def rows_of(tables: Tables, *pages: list[Any]) -> list[Json]:
    async def pages_one_by_one() -> AsyncIterator[list[Any]]:
        for page in pages:
            yield list(page)

    return [row async for rows in tables.over(pages_one_by_one(), as_it_came) for row in rows.table.to_pylist()]


async def test_rows_have_our_names_and_microsofts_values() -> None:
    assert await rows_of(Tables(THINGS), [A, B]) == [
        {"thing_id": "a", "bought": 5, "labels": ["x"]},
        {"thing_id": "b", "bought": None, "labels": []},
    ]


@pytest.mark.parametrize(
    "pages",
    [
        pytest.param([[A, B], [A]], id="an object that comes again on a later page"),
        pytest.param([[A, A, B]], id="an object that stands twice on one page"),
        pytest.param([[A], [], [B, A]], id="an empty page between"),
    ],
)
async def test_an_object_is_one_row_in_the_order_it_first_came(pages: list[list[Json]]) -> None:
    assert [row["thing_id"] for row in await rows_of(Tables(THINGS), *pages)] == ["a", "b"]


async def test_no_objects_are_no_rows_and_nothing_missing() -> None:
    tables = Tables(THINGS)
    assert await rows_of(tables, []) == []
    assert not list(tables.gaps())


@pytest.mark.parametrize(
    ("objects", "missing"),
    [
        pytest.param([A, B], [], id="nothing is missing where every property came"),
        pytest.param([{"id": "a", "labels": []}], ["property:bought"], id="a property that came with no object"),
        pytest.param([{"id": "a", "labels": []}, A], [], id="a property that came with one object only"),
        pytest.param(
            [{"id": "a", "labels": []}, {"id": "b", "bought": None, "labels": []}], [], id="a null is an answer"
        ),
    ],
)
async def test_a_property_that_never_came_is_a_gap(objects: list[Json], missing: list[str]) -> None:
    tables = Tables(THINGS)
    await rows_of(tables, objects)
    assert [gap.scope for gap in tables.gaps()] == missing


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(None, id="a null instead of an object"),
        pytest.param([["id", "a"]], id="a list instead of an object"),
        pytest.param({"id": "a", "bought": "five"}, id="a word where a number belongs"),
        pytest.param({"id": "a", "labels": 7}, id="a number where a list belongs"),
    ],
)
async def test_what_cannot_be_understood_is_refused(said: object) -> None:
    with pytest.raises((TypeError, pa.ArrowException)):
        await rows_of(Tables(THINGS), [A, said])


async def test_a_property_may_come_otherwise_than_its_column() -> None:
    numbered = pa.list_(pa.struct([("number", pa.int64())]))
    tables = Tables(THINGS, arriving={"labels": numbered})
    assert await rows_of(tables, [{**A, "labels": [{"number": 1, "unasked": 2}]}]) == [
        {"thing_id": "a", "bought": 5, "labels": [{"number": 1}]}
    ]


@given(st.lists(st.none() | st.text()))
def test_lowering_at_once_is_lowering_one_by_one(texts: list[str | None]) -> None:
    encodable = [text if text is None else text.encode(errors="replace").decode() for text in texts]
    one_by_one = [text if text is None else text.lower() for text in encodable]
    assert lower(pa.array(encodable, pa.string())).to_pylist() == one_by_one


def test_what_is_in_lists_is_changed_and_a_null_list_stays_null() -> None:
    lists = pa.array([["A", "B"], None, [], ["C"]], pa.list_(pa.string()))
    assert each(lists, lower).to_pylist() == [["a", "b"], None, [], ["c"]]


PROXIES = st.sampled_from(
    ["SMTP:A@x.test", "smtp:b@x.test", "Smtp:c@x.test", "SIP:d@x.test", "X500:/o=x", "SMTP:", "smtp:É@x.test", "bare"]
)
MAILS = st.sampled_from([None, "", "a@x.test", "b@x.test", "z@x.test"])


@given(st.lists(st.tuples(st.none() | st.lists(PROXIES, max_size=5), MAILS), max_size=8))
def test_addresses_at_once_are_addresses_one_by_one(accounts: list[tuple[list[str] | None, str | None]]) -> None:
    expected = []
    for proxies, mail in accounts:
        primary, addresses = primary_and_all(proxies)
        late = [mail] if mail and mail not in addresses else []
        expected.append((primary or mail, addresses + late))

    primaries, lists = primary_and_all_of(
        pa.array([proxies for proxies, _ in accounts], pa.list_(pa.string())),
        pa.array([mail for _, mail in accounts], pa.string()),
    )

    assert list(zip(primaries.to_pylist(), lists.to_pylist(), strict=True)) == expected
