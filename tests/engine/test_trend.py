"""The council's year, April to March, and the position at 31 March."""

from datetime import date

import pytest

from m365audit.engine.months.history import Earlier, History
from m365audit.engine.months.trend import trend
from m365audit.model.months import Audited, months_between, months_from, year_end, year_of
from m365audit.model.words import Result, Severity


def audited(on: date, *, complete: bool = True) -> Audited:
    return Audited(
        run=f"{on:%Y%m%d}T093000Z",
        made_on=on,
        complete=complete,
        clauses=dict.fromkeys(Result, 0),
        findings=dict.fromkeys(Severity, 0),
        accepted=0,
    )


def history(*audits: Audited) -> History:
    return History(tuple(Earlier(one, {}) for one in audits))


@pytest.mark.parametrize(
    ("day", "begins", "ended"),
    [
        pytest.param(date(2026, 11, 21), date(2026, 4, 1), date(2026, 3, 31), id="in November"),
        pytest.param(date(2027, 1, 5), date(2026, 4, 1), date(2026, 3, 31), id="in January, still the same year"),
        pytest.param(date(2027, 3, 30), date(2026, 4, 1), date(2026, 3, 31), id="the day before the year ends"),
        pytest.param(date(2027, 3, 31), date(2026, 4, 1), date(2027, 3, 31), id="on 31 March itself"),
        pytest.param(date(2027, 4, 1), date(2027, 4, 1), date(2027, 3, 31), id="on the first day of the next"),
    ],
)
def test_a_councils_year_runs_from_april(day: date, begins: date, ended: date) -> None:
    assert (year_of(day), year_end(day)) == (begins, ended)


def test_months_are_counted_by_the_calendar() -> None:
    assert months_between(date(2026, 11, 30), date(2026, 12, 1)) == 1
    assert months_between(date(2026, 11, 1), date(2026, 11, 30)) == 0
    assert months_between(date(2026, 12, 1), date(2026, 11, 1)) == 0
    assert months_from(date(2026, 11, 21), date(2027, 1, 1)) == (
        date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1),
    )  # fmt: skip
    assert months_from(date(2026, 12, 1), date(2026, 11, 30)) == ()


def test_every_month_since_april_stands_there_with_its_audit_or_without() -> None:
    june, late = audited(date(2026, 6, 2)), audited(date(2026, 6, 20), complete=False)
    made = trend(history(audited(date(2026, 3, 3)), june, late), audited(date(2026, 8, 4)))
    assert [(one.month.month, one.audit and one.audit.made_on) for one in made.months] == [
        (4, None), (5, None), (6, june.made_on), (7, None), (8, date(2026, 8, 4)),
    ]  # fmt: skip
    assert made.first == date(2026, 3, 3)


def test_an_incomplete_audit_does_not_take_the_place_of_a_complete_one_of_its_month() -> None:
    whole = audited(date(2026, 8, 4))
    made = trend(history(whole), audited(date(2026, 8, 20), complete=False))
    assert [one.audit for one in made.months][-1] == whole


@pytest.mark.parametrize(
    ("before", "position"),
    [
        pytest.param([date(2026, 3, 31)], date(2026, 3, 31), id="made on the day"),
        pytest.param([date(2026, 2, 3), date(2026, 4, 1)], date(2026, 2, 3), id="made before, not after"),
        pytest.param([date(2026, 1, 5), date(2026, 3, 2)], date(2026, 3, 2), id="the last of several"),
        pytest.param([date(2026, 4, 1)], None, id="none made by then"),
        pytest.param([], None, id="none made before"),
    ],
)
def test_the_position_at_31_march_is_that_of_the_last_complete_audit(before: list[date], position: date | None) -> None:
    found = trend(history(*map(audited, before)), audited(date(2026, 5, 5))).position
    assert (found.made_on if found else None) == position


def test_an_incomplete_audit_is_no_position() -> None:
    made = trend(history(audited(date(2027, 3, 1))), audited(date(2027, 3, 31), complete=False))
    assert made.position is not None
    assert made.position.made_on == date(2027, 3, 1)


def test_an_audit_on_31_march_is_the_position() -> None:
    now = audited(date(2027, 3, 31))
    assert trend(history(audited(date(2027, 3, 1))), now).position == now
