"""What is collected, and around when."""

from datetime import UTC, datetime

import pytest
from bench import tenant

from m365audit.connectors import CONNECTORS
from m365audit.engine.collecting.collect import plan, window, with_named_domains
from m365audit.model.datasets import DATA_SETS
from m365audit.model.tenant import Meetings


def data_sets(only: list[str] | None) -> set[str]:
    return {name for connector in plan(only) for name in connector.data_sets}


def test_everything_is_collected_unless_something_is_named() -> None:
    assert data_sets(None) == set(DATA_SETS)


def test_what_is_named_brings_what_it_depends_on_and_nothing_else() -> None:
    assert data_sets(["sharing_settings"]) == {"sharing_settings"}
    assert {"meetings", "meeting_options", "accounts", "domains"} <= data_sets(["meeting_options"])
    assert "sharing" not in data_sets(["meeting_options"])


def test_a_name_that_is_no_data_set_is_refused() -> None:
    with pytest.raises(KeyError):
        plan(["acounts"])


def test_every_connector_comes_after_what_it_depends_on_could_be_begun() -> None:
    filled = {name for connector in CONNECTORS for name in connector.data_sets}
    assert all(name in filled for connector in CONNECTORS for name in (*connector.needs, *connector.uses))


def test_calendars_are_read_by_whole_days_around_the_moment() -> None:
    asked = tenant(meetings=Meetings(back_days=30, ahead_days=90))
    read = window(asked, datetime(2026, 11, 21, 9, 30, tzinfo=UTC))
    assert read.start == datetime(2026, 10, 22, tzinfo=UTC)
    assert read.end == datetime(2027, 2, 19, tzinfo=UTC)


@pytest.mark.parametrize(
    ("named", "owned"),
    [
        pytest.param([], {"a.gov.uk": True, "b.org.uk": False}, id="nothing named"),
        pytest.param(["b.org.uk"], {"a.gov.uk": True, "b.org.uk": True}, id="one that was not verified"),
        pytest.param(["c.gov.uk"], {"a.gov.uk": True, "b.org.uk": False, "c.gov.uk": True}, id="one the tenant lacks"),
    ],
)
def test_a_domain_the_tenant_file_names_is_the_councils(named: list[str], owned: dict[str, bool]) -> None:
    frame = DATA_SETS["domains"].frame(
        [{"domain": "a.gov.uk", "owned": True, "services": ["Email"]}, {"domain": "b.org.uk", "owned": False}]
    )
    found = with_named_domains(frame, named)
    assert dict(zip(found["domain"], found["owned"], strict=True)) == owned
    assert list(found.columns) == list(frame.columns)
