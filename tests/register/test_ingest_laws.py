"""Laws of taking answers in: whatever comes, in whatever order, no decision is lost, doubled or invented."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pandas as pd
from decided import CLERK, PEOPLE, PLANS, THIRD_PARTIES, planted
from hypothesis import given, settings
from hypothesis import strategies as st

from m365audit.model.answers import Effect
from m365audit.model.decisions import Channel, Standing, current, standing
from m365audit.register.ingest import Handed, Now, understand
from m365audit.register.judged import Found, Judged
from m365audit.register.ledger import Ledger
from m365audit.register.offices import Offices
from m365audit.register.returned import Returned, Row
from m365audit.register.sheets import PEOPLE as PEOPLE_SHEET
from m365audit.register.sheets import THIRD_PARTIES as THIRD_PARTIES_SHEET
from m365audit.register.sheets import Sheet

START = date(2026, 11, 21)
KEYS = ("share", "anyone", "access", "setting", "admin")


def _sheet(sheet: Sheet, rows: Sequence[dict[str, object]]) -> pd.DataFrame:
    blank = {"addresses": [], "date": None}
    made = [
        {field.name: row.get(field.heading, blank.get(field.kind, "")) for field in sheet.fields} | {"row": number}
        for number, row in enumerate(rows, start=5)
    ]
    return pd.DataFrame(made, dtype=object)


OFFICES = Offices.of(_sheet(PEOPLE_SHEET, PEOPLE), _sheet(THIRD_PARTIES_SHEET, THIRD_PARTIES), "")


def run_of(keys: frozenset[str], on: date) -> Judged:
    found = {}
    for key in keys:
        one = planted(PLANS[key])
        found[one.reference] = Found(
            reference=one.reference,
            rule=one.rule,
            kind=one.subject.kind,
            subject_id=one.subject.id,
            subject_name=one.subject.name,
            answers=one.answers,
            may_accept=one.may_accept,
            concerns=one.concerns,
            is_asked=True,
            is_there=True,
        )
    return Judged("exampleton", "t", f"{on:%Y%m%d}T090000Z", on, found)


ROWS = st.lists(
    st.tuples(
        st.sampled_from(KEYS),
        st.sampled_from(["Accepted", "Remove", "Authorised", "Fix", "Ask", "Whatever"]),
        st.sampled_from([CLERK, "Mair Maer", "Nobody", ""]),
        st.integers(-5, 5),
        st.none() | st.integers(-10, 400),
    ),
    max_size=6,
)
FILES = st.lists(st.tuples(st.integers(0, 45), st.frozensets(st.sampled_from(KEYS), min_size=1), ROWS), max_size=6)


def returned(number: int, run: Judged, today: date, rows: list[tuple[str, str, str, int, int | None]]) -> Returned:
    made = [
        Row(
            number=place,
            reference=planted(PLANS[key]).reference,
            decision=decision,
            reason="because",
            until=None if until is None else today + timedelta(days=until),
            decided_by=who,
            decided_on=today + timedelta(days=on),
        )
        for place, (key, decision, who, on, until) in enumerate(rows, start=4)
    ]
    return Returned(f"{number}.xlsx", f"{number:064}", "exampleton", run.run, tuple(made), channel=Channel.WORKBOOK)


@settings(max_examples=60, deadline=None)
@given(FILES)
def test_no_sequence_of_files_and_runs_loses_doubles_or_invents_a_decision(
    files: list[tuple[int, frozenset[str], list[tuple[str, str, str, int, int | None]]]],
) -> None:
    ledger, today = Ledger(), START
    said = set()
    for number, (days, keys, rows) in enumerate(files):
        today += timedelta(days=days)
        run = run_of(keys, today - timedelta(days=3))
        file = returned(number, run, today, rows)
        now = Now(today, datetime(2026, 12, 1, tzinfo=UTC))
        said |= {(row.reference, row.decision, row.decided_on) for row in file.rows}
        made = understand([Handed(file, run)], run, OFFICES, ledger, now)

        # Every row comes to exactly one end.
        twins = sum("says the same as" in notice for notice in made.notices)
        assert len(made.decisions) + len(made.refused) + len(made.again) + twins == len(file.rows)
        # Numbers run on, and each decision takes the place of the one that counted.
        before = current(ledger.decisions)
        assert [one.id for one in made.decisions] == [ledger.next_id + n for n in range(len(made.decisions))]
        for one in made.decisions:
            assert one.supersedes == (before[one.reference].id if one.reference in before else None)
            assert one.reference not in before or before[one.reference].decided_on < one.decided_on
        ledger = replace(ledger, decisions=(*ledger.decisions, *made.decisions), head=str(number))
        # The same file again adds nothing.
        again = understand([Handed(file, run)], run, OFFICES, ledger, now)
        assert again.decisions == ()
    # Nobody said anything else.
    assert {(one.reference, str(one.answer), one.decided_on) for one in ledger.decisions} <= said
    for one in current(ledger.decisions).values():
        holds = one.effect is Effect.ALLOWS and one.until is not None and today <= one.until
        assert (standing(one, today) in (Standing.HOLDS, Standing.RENEW)) == holds
