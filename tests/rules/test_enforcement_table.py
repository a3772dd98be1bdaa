"""The table of sign-ins row by row: our rule answers rightly, and which other tools answer wrongly, and why."""

from typing import Any

import pytest
from access_rows import enforced, policy
from enforcement_rows import TABLE, Case
from other_tools import OVERLOOKED, TOOLS
from rule_rows import FAILS, MEETS, REVIEW, UNJUDGED, Row, only

FALSE_CLEAN = "says required, and it is not, or cannot be known"
FALSE_ALARM = "says not required, and it is"

KNOWN_ERRORS = {
    "Maester": {
        FALSE_CLEAN: {
            "operator", "custom", "label", "users", "groups", "nested", "roles", "guests", "apps",
            "clients", "platforms", "places", "devices", "risks", "unknown",
        },
        FALSE_ALARM: {"defaults", "per-user", "named", "block", "risks", "accounts"},
    },
    "ScubaGear": {
        FALSE_CLEAN: {"operator", "licence", "clients", "platforms", "places", "devices", "risks", "unknown"},
        FALSE_ALARM: {"defaults", "per-user", "named", "together", "anybody", "block", "accounts"},
    },
    "Prowler": {
        FALSE_CLEAN: {
            "operator", "licence", "users", "groups", "nested", "roles", "guests", "apps",
            "clients", "platforms", "places", "devices", "risks", "unknown",
        },
        FALSE_ALARM: {"defaults", "per-user", "named", "block", "strength", "stops", "accounts"},
    },
}  # fmt: skip
"""None of the three takes a policy that is off or only reports for one in force."""


def errors(row: Case) -> dict[str, str]:
    """Tool to the way it is wrong, worked out from what it says."""
    said = {name: tool(row.policies, row.world) for name, tool in TOOLS.items()}
    clean = {name: FALSE_CLEAN for name, says in said.items() if says is True and row.verdict != MEETS}
    return clean | {name: FALSE_ALARM for name, says in said.items() if says is False and row.verdict == MEETS}


def marked(row: Case) -> tuple[set[str], list[str]]:
    """The tools the table says are wrong, and what they overlook."""
    letters, *words = row.wrong.split() or [""]
    return {name for name in TOOLS if name[0] in letters}, words


def without(row: Case, words: list[str]) -> Case:
    """The same row as if there were nothing of what is overlooked."""
    columns = {column for word in words for column in OVERLOOKED[word].columns}
    evidence = {name for word in words for name in OVERLOOKED[word].evidence}
    kept = row.policies[:1] if any(OVERLOOKED[word].other_policies for word in words) else row.policies
    plain = {column: value for column, value in policy().items() if column in columns}
    policies: list[Row] = [
        {column: value for column, value in one.items() if column not in columns} | plain for one in kept
    ]
    world: dict[str, Any] = {name: rows for name, rows in row.world.items() if name not in evidence}
    return row._replace(policies=policies, world=world, verdict=only(enforced(policies, **world)))


WRONG = [row for row in TABLE if row.wrong]


@pytest.mark.parametrize("row", TABLE, ids=[row.sentence for row in TABLE])
def test_table(row: Case) -> None:
    assert only(enforced(row.policies, **row.world)) == row.verdict


def test_the_table_is_long_enough_and_has_both_answers() -> None:
    verdicts = [row.verdict for row in TABLE]
    assert len(TABLE) >= 80
    assert min(verdicts.count(verdict) for verdict in (MEETS, FAILS, REVIEW, UNJUDGED)) >= 10


def test_the_table_marks_the_rows_each_other_tool_gets_wrong_and_no_others() -> None:
    assert {row.sentence: marked(row)[0] for row in TABLE} == {row.sentence: set(errors(row)) for row in TABLE}


@pytest.mark.parametrize("row", WRONG, ids=[row.sentence for row in WRONG])
def test_without_what_is_overlooked_the_tool_is_right(row: Case) -> None:
    tools, words = marked(row)
    assert words
    assert tools & set(errors(without(row, words))) == set()


@pytest.mark.parametrize("tool", TOOLS)
def test_every_known_error_of_a_tool_has_a_row(tool: str) -> None:
    found: dict[str, set[str]] = {FALSE_CLEAN: set(), FALSE_ALARM: set()}
    for row in TABLE:
        if tool in errors(row):
            found[errors(row)[tool]] |= set(marked(row)[1])
    assert found == KNOWN_ERRORS[tool]


def test_no_word_of_the_table_is_without_a_meaning_or_a_row() -> None:
    assert {word for row in TABLE for word in marked(row)[1]} == set(OVERLOOKED)
